#include "gateway/poll_call.h"

#include "base/json_writer.h"

namespace rookery::gateway {
namespace {

constexpr TextLength kSessionIdLength{1, 128};
constexpr std::uint64_t kNumberMax = std::uint64_t{1} << 53;  // what every client's numbers can hold

void write_number(JsonWriter& json, JsonValue value) {
  if (const auto whole = value.whole_number()) {
    json.number(*whole);
    return;
  }
  std::string text;
  JsonWriter(text).number(*value.number());
  if (text.find_first_of(".e-") == std::string::npos) text += ".0";  // 66.0 is no whole number, and does not become one
  json.raw(text);
}

// A name as a client may choose it: a writer escapes nothing in a key.
std::string escaped(std::string_view name) {
  std::string text;
  JsonWriter(text).string(name);
  return text.substr(1, text.size() - 2);
}

// The text of a value that was parsed; its depth is bounded by the parser's.
void write(JsonWriter& json, JsonValue value) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull: json.null(); break;
    case JsonValue::Kind::kBoolean: json.boolean(*value.boolean()); break;
    case JsonValue::Kind::kNumber: write_number(json, value); break;
    case JsonValue::Kind::kString: json.string(*value.string()); break;
    case JsonValue::Kind::kArray:
      json.begin_array();
      value.each_element([&json](std::size_t, JsonValue element) {
        write(json, element);
        return true;
      });
      json.end_array();
      break;
    case JsonValue::Kind::kObject:
      json.begin_object();
      value.each_member([&json](std::string_view name, JsonValue member) {
        json.key(escaped(name));
        write(json, member);
        return true;
      });
      json.end_object();
      break;
  }
}

}  // namespace

Result<PollCall> parse_poll(JsonValue body) {
  FieldErrors errors;
  JsonFields fields(body, errors);
  PollCall call;
  if (const auto id = fields.string("session_id", kSessionIdLength)) call.session_id = std::string(*id);
  call.n = fields.required_whole_number("n", 1, kNumberMax).value_or(1);
  call.s = fields.whole_number("s", 0, kNumberMax);
  const auto timeout_max = static_cast<std::uint64_t>(kPollTimeoutMax.count());
  call.timeout = std::chrono::milliseconds(fields.required_whole_number("timeout_ms", 0, timeout_max).value_or(0));
  if (!call.session_id && !fields.has("session_id") && call.n != 1) fields.fault("n", "must be 1 in a call without session_id");
  const auto frames = fields.array("frames");
  if (!frames && !fields.has("frames")) fields.fault("frames", "is required");
  if (frames) {
    frames->each_element([&](std::size_t index, JsonValue frame) {
      if (index == kPollFramesMax) {
        fields.fault("frames", "must not have more than " + std::to_string(kPollFramesMax) + " elements");
        return false;
      }
      if (frame.is_object()) {
        JsonWriter json(call.frames.emplace_back());
        write(json, frame);
      } else {
        fields.fault("frames." + std::to_string(index), "must be an object");
      }
      return true;
    });
  }
  if (const Status read = errors.status(); !read) return fail(read.error());
  return call;
}

}  // namespace rookery::gateway
