// Bodies of REST: JSON that is read is the same when it is written and read again; every form answers a value within its
// limits, or says field by field what is wrong.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/push_device_form.h"
#include "auth/account_rules.h"
#include "base/check.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "chat/channel_form.h"
#include "chat/message_form.h"
#include "gateway/poll_call.h"
#include "net/utf8.h"

namespace {

using namespace rookery;

const Limits kLimits;

void check_text(std::string_view text) { CHECK(net::is_valid_utf8(text) && text.find('\0') == std::string_view::npos); }

template <class T>
bool refused_well(const Result<T>& result) {
  if (result) return false;
  CHECK(result.error().code == ErrorCode::kInvalidBody && !result.error().fields.empty());
  for (const FieldError& field : result.error().fields) {
    check_text(field.path);
    CHECK(!field.sentence.empty());
  }
  return true;
}

// An object is written as an array of names and values: a writer does not escape the names that it is given.
void write(JsonWriter& json, JsonValue value) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull: json.null(); return;
    case JsonValue::Kind::kBoolean: json.boolean(*value.boolean()); return;
    case JsonValue::Kind::kString: json.string(*value.string()); return;
    case JsonValue::Kind::kNumber:
      if (const auto whole = value.whole_number()) {
        json.number(*whole);
      } else {
        json.number(*value.number());
      }
      return;
    case JsonValue::Kind::kArray:
      json.begin_array();
      value.each_element([&json](std::size_t, JsonValue element) { return write(json, element), true; });
      json.end_array();
      return;
    case JsonValue::Kind::kObject: break;
  }
  json.begin_array();
  value.each_member([&json](std::string_view name, JsonValue member) {
    json.begin_array().string(name);
    write(json, member);
    json.end_array();
    return true;
  });
  json.end_array();
}

std::string written(JsonValue value) {
  std::string text;
  JsonWriter json(text);
  write(json, value);
  return text;
}

void check_message(JsonValue body, std::optional<std::string_view> key) {
  const auto send = chat::read_send(body, key, kLimits);
  if (refused_well(send)) return;
  check_text(send->content);
  check_text(send->nonce);
  CHECK(!send->content.empty() && count_code_points(send->content) <= kLimits.content && count_code_points(send->nonce) <= kLimits.nonce);
  CHECK(chat::read_edit(body, kLimits).has_value());
  CHECK(!key || send->nonce == *key);
}

void check_account(JsonValue body) {
  FieldErrors errors;
  JsonFields fields(body, errors);
  const auth::NewAccount account = auth::read_new_account(fields, kLimits);
  const auto device = auth::read_device(fields);
  if (const Status form = errors.status(); refused_well(form)) return;
  for (const std::string* text : {&account.username, &account.password, &account.email, &account.display_name}) check_text(*text);
  if (device) CHECK(!device->id.empty());
  if (!auth::check_form(account, kLimits)) return;
  CHECK(account.username.size() >= kLimits.username_min && account.username.size() <= kLimits.username_max);
  CHECK(folded(account.username) == account.username);
}

void check_channel(JsonValue body) {
  constexpr UserId kSelf(7);
  const auto form = chat::read_open(body, kSelf);
  if (refused_well(form)) return;
  CHECK(!form->others.empty() && std::ranges::is_sorted(form->others) && std::ranges::find(form->others, kSelf) == form->others.end());
  CHECK(form->group || (form->others.size() == 1 && form->name.empty()));
}

void check_device(JsonValue body) {
  const auto device = api::read_push_device(body);
  if (refused_well(device)) return;
  CHECK(device->token.empty() != device->endpoint.empty());
  CHECK(decode_push_device(encode(*device)).has_value());
}

void check_poll(JsonValue body) {
  const auto call = gateway::parse_poll(body);
  if (refused_well(call)) return;
  CHECK(call->n >= 1 && call->timeout <= gateway::kPollTimeoutMax && call->frames.size() <= gateway::kPollFramesMax);
  for (const std::string& frame : call->frames) CHECK(Json::parse_object(frame).has_value());
}

// Everything that the small forms ask for, under names that they use.
void check_fields(JsonValue body) {
  static constexpr std::array<std::string_view, 3> kChoices = {"all", "mentions", "none"};
  FieldErrors errors;
  JsonFields fields(body, errors);
  if (const auto text = fields.string("name", {2, 5})) CHECK(count_code_points(*text) >= 2 && count_code_points(*text) <= 5);
  if (const auto choice = fields.choice("notify", kChoices)) CHECK(*choice < kChoices.size());
  if (const auto number = fields.whole_number("seq", 3, 9)) CHECK(*number >= 3 && *number <= 9);
  if (const auto ids = fields.ids<UserId>("user_ids", 4)) CHECK(ids->size() <= 4);
  if (const auto id = fields.id<MessageId>("reply_to")) CHECK(id->value != 0);
  if (const auto time = fields.string("muted_until", {1, 40})) {
    if (const auto parsed = parse_rfc3339(*time)) CHECK(parse_rfc3339(format_rfc3339(*parsed)) == parsed);
  }
  static_cast<void>(fields.boolean("read_receipts"));
  if (auto nested = fields.object("device")) static_cast<void>(nested->required_string("id", {1, 64}));
  if (const Status form = errors.status(); !form) refused_well(form);
}

}  // namespace

// The first byte says how long a header Idempotency-Key is; 0: there is none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view text(static_cast<const char*>(static_cast<const void*>(data)) + 1, size - 1);
  std::optional<std::string_view> key;
  if (data[0] != 0) {
    key = text.substr(0, data[0] & 0x7F);
    text.remove_prefix(key->size());
    if (!net::is_valid_utf8(*key)) key.reset();
  }
  const auto json = Json::parse_object(text);
  if (!json) {
    CHECK(json.error().code == ErrorCode::kInvalidBody);
    return 0;
  }
  // Numbers find their one spelling with the first writing; from then on nothing changes.
  constexpr std::size_t kDepthMax = 2 * kJsonDepthMax + 2;
  const auto again = Json::parse(written(json->root()), kDepthMax);
  CHECK(again.has_value());
  const std::string twice = written(again->root());
  const auto last = Json::parse(twice, kDepthMax);
  CHECK(last.has_value() && written(last->root()) == twice);
  check_message(json->root(), key);
  check_account(json->root());
  check_channel(json->root());
  check_device(json->root());
  check_poll(json->root());
  check_fields(json->root());
  return 0;
}
