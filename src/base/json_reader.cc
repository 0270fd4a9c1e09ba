#include "base/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/check.h"

namespace rookery {
namespace {

namespace dom = simdjson::dom;

static_assert(sizeof(dom::element) == 16 && std::is_trivially_copyable_v<dom::element>, "JsonValue keeps one by its bytes");

using Handle = std::array<std::byte, 16>;

dom::element element_of(const Handle& handle) noexcept {
  dom::element element;
  std::memcpy(&element, handle.data(), handle.size());
  return element;
}

void keep(Handle& handle, dom::element element) noexcept { std::memcpy(handle.data(), &element, handle.size()); }

std::optional<unsigned> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, 4)) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
    } else {
      return std::nullopt;
    }
    value = value << 4 | digit;
  }
  return value;
}

// The value of the escape \uXXXX at `at`, if there is one.
std::optional<unsigned> unicode_escape(std::string_view text, std::size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  return hex4(text.substr(at + 2));
}

bool is_high(unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

// The parser would refuse the whole text for an unpaired surrogate: writes \u0000, of the same length, in its place.
void blank_unpaired_surrogates(char* text, std::size_t size) {
  const std::string_view view(text, size);
  for (std::size_t at = view.find('\\'); at != std::string_view::npos && at + 1 < size; at = view.find('\\', at)) {
    const auto unit = unicode_escape(view, at);
    if (!unit) {
      at += 2;
      continue;
    }
    if (is_high(*unit)) {
      const auto next = unicode_escape(view, at + 6);
      if (next && is_low(*next)) {
        at += 12;
        continue;
      }
    }
    if (is_high(*unit) || is_low(*unit)) std::memcpy(text + at + 2, "0000", 4);
    at += 6;
  }
}

// The parser's own limit counts an innermost empty object or array otherwise than a filled one: this counts all alike.
bool nests_deeper_than(std::string_view text, std::size_t depth_max) {
  const auto opens = std::ranges::count_if(text, [](char c) { return c == '{' || c == '['; });
  if (static_cast<std::size_t>(opens) <= depth_max) return false;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_max) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::string fault_sentence(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY: return "The body is empty: it must be a JSON object";
    case simdjson::DEPTH_ERROR: return "The JSON is nested too deeply";
    case simdjson::UTF8_ERROR: return "The JSON is not valid UTF-8";
    case simdjson::NUMBER_ERROR: return "The JSON has a malformed number, or one that is out of range";
    default: return "The body is not valid JSON";
  }
}

}  // namespace

std::size_t count_code_points(std::string_view utf8) noexcept {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

JsonValue::Kind JsonValue::kind() const noexcept {
  switch (element_of(element_).type()) {
    case dom::element_type::NULL_VALUE: return Kind::kNull;
    case dom::element_type::BOOL: return Kind::kBoolean;
    case dom::element_type::STRING: return Kind::kString;
    case dom::element_type::ARRAY: return Kind::kArray;
    case dom::element_type::OBJECT: return Kind::kObject;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE: return Kind::kNumber;
  }
  return Kind::kNull;
}

std::optional<bool> JsonValue::boolean() const noexcept {
  bool value = false;
  if (element_of(element_).get_bool().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::string_view> JsonValue::string() const noexcept {
  std::string_view value;
  if (element_of(element_).get_string().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> JsonValue::whole_number() const noexcept {
  std::uint64_t value = 0;
  if (element_of(element_).get_uint64().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::number() const noexcept {
  double value = 0;
  if (element_of(element_).get_double().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const noexcept {
  dom::object object;
  if (element_of(element_).get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  std::optional<JsonValue> found;
  for (const auto field : object) {
    if (field.key != name) continue;
    JsonValue value;
    keep(value.element_, field.value);
    found = value;
  }
  return found;
}

void JsonValue::each_element(const std::function<bool(std::size_t, JsonValue)>& visit) const {
  dom::array array;
  if (element_of(element_).get_array().get(array) != simdjson::SUCCESS) return;
  std::size_t index = 0;
  for (const dom::element element : array) {
    JsonValue value;
    keep(value.element_, element);
    if (!visit(index++, value)) return;
  }
}

void JsonValue::each_member(const std::function<bool(std::string_view, JsonValue)>& visit) const {
  dom::object object;
  if (element_of(element_).get_object().get(object) != simdjson::SUCCESS) return;
  for (const auto field : object) {
    JsonValue value;
    keep(value.element_, field.value);
    if (!visit(field.key, value)) return;
  }
}

// On the heap: the parser's handles point to it, and a Json may be moved.
struct Json::Document {
  dom::document parsed;
};

Json::Json() : document_(std::make_unique<Document>()) {}
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Result<Json> Json::parse(std::string_view text, std::size_t depth_max) {
  thread_local dom::parser parser;  // keeps its buffers from one text to the next
  simdjson::padded_string copy(text);
  blank_unpaired_surrogates(copy.data(), copy.size());
  if (nests_deeper_than(text, depth_max)) return fail(ErrorCode::kInvalidBody, fault_sentence(simdjson::DEPTH_ERROR));
  auto error = parser.allocate(std::max(text.size(), parser.capacity()), depth_max + 1);
  Json json;
  dom::element root;
  if (error == simdjson::SUCCESS) error = parser.parse_into_document(json.document_->parsed, copy).get(root);
  if (error != simdjson::SUCCESS) return fail(ErrorCode::kInvalidBody, fault_sentence(error));
  keep(json.root_.element_, root);
  return json;
}

Result<Json> Json::parse_object(std::string_view text, std::size_t depth_max) {
  auto json = parse(text, depth_max);
  if (json && !json->root().is_object()) return fail(ErrorCode::kInvalidBody, "The body must be a JSON object");
  return json;
}

Status FieldErrors::status() {
  if (fields_.empty()) return {};
  Error error(ErrorCode::kInvalidBody);
  error.fields = std::exchange(fields_, {});
  return fail(std::move(error));
}

std::optional<std::string> text_fault(std::string_view text, TextLength length) {
  if (text.find('\0') != std::string_view::npos) return "must not contain U+0000 or unpaired surrogates";
  const std::size_t count = count_code_points(text);
  if (count >= length.min && count <= length.max) return std::nullopt;
  if (length.min > 1) return "must be between " + std::to_string(length.min) + " and " + std::to_string(length.max) + " characters long";
  if (count < length.min) return "must not be empty";
  return "must not be longer than " + std::to_string(length.max) + " characters";
}

bool JsonFields::has(std::string_view name) const {
  const auto value = object_.member(name);
  return value && !value->is_null();
}

bool JsonFields::is_null(std::string_view name) const {
  const auto value = object_.member(name);
  return value && value->is_null();
}

void JsonFields::fault(std::string_view name, std::string sentence) { errors_.add(prefix_ + std::string(name), std::move(sentence)); }

std::optional<JsonValue> JsonFields::find(std::string_view name, bool required) {
  const auto value = object_.member(name);
  if (value && !value->is_null()) return value;
  if (required) fault(name, "is required");
  return std::nullopt;
}

std::optional<std::string_view> JsonFields::text(std::string_view name, TextLength length, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  const auto found = value->string();
  if (!found) {
    fault(name, "must be a string");
    return std::nullopt;
  }
  if (auto wrong = text_fault(*found, length)) {
    fault(name, std::move(*wrong));
    return std::nullopt;
  }
  return found;
}

std::optional<bool> JsonFields::truth(std::string_view name, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  const auto found = value->boolean();
  if (!found) fault(name, "must be true or false");
  return found;
}

std::optional<std::uint64_t> JsonFields::whole(std::string_view name, std::uint64_t min, std::uint64_t max, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  const auto found = value->whole_number();
  if (found && *found >= min && *found <= max) return found;
  if (!found) {
    fault(name, "must be a whole number");
  } else {
    fault(name, "must be between " + std::to_string(min) + " and " + std::to_string(max));
  }
  return std::nullopt;
}

std::optional<std::size_t> JsonFields::one_of(std::string_view name, std::span<const std::string_view> choices, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  const auto found = value->string();
  std::string sentence = "must be one of";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (found && *found == choices[i]) return i;
    sentence += (i == 0 ? " " : ", ");
    sentence += choices[i];
  }
  fault(name, std::move(sentence));
  return std::nullopt;
}

std::optional<std::uint64_t> JsonFields::snowflake(std::string_view name, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  const auto found = value->string();
  const auto id = found ? parse_snowflake(*found) : std::nullopt;
  if (!id) fault(name, "must be an id: a string of digits");
  return id;
}

std::optional<std::vector<std::uint64_t>> JsonFields::snowflakes(std::string_view name, std::size_t count_max, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  if (!value->is_array()) {
    fault(name, "must be an array of ids");
    return std::nullopt;
  }
  std::vector<std::uint64_t> ids;
  bool good = true;
  value->each_element([&](std::size_t index, JsonValue element) {
    if (index == count_max) {
      fault(name, "must not have more than " + std::to_string(count_max) + " entries");
      good = false;
      return false;
    }
    const auto found = element.string();
    const auto id = found ? parse_snowflake(*found) : std::nullopt;
    if (id) {
      ids.push_back(*id);
    } else {
      fault(std::string(name) + "." + std::to_string(index), "must be an id: a string of digits");
      good = false;
    }
    return true;
  });
  if (!good) return std::nullopt;
  return ids;
}

std::optional<JsonFields> JsonFields::nested(std::string_view name, bool required) {
  const auto value = find(name, required);
  if (!value) return std::nullopt;
  if (!value->is_object()) {
    fault(name, "must be an object");
    return std::nullopt;
  }
  return JsonFields(*value, errors_, prefix_ + std::string(name));
}

std::optional<JsonValue> JsonFields::array(std::string_view name) {
  const auto value = find(name, false);
  if (value && !value->is_array()) {
    fault(name, "must be an array");
    return std::nullopt;
  }
  return value;
}

std::optional<std::string_view> JsonFields::string(std::string_view name, TextLength length) { return text(name, length, false); }
std::optional<std::string_view> JsonFields::required_string(std::string_view name, TextLength length) { return text(name, length, true); }
std::optional<bool> JsonFields::boolean(std::string_view name) { return truth(name, false); }
std::optional<bool> JsonFields::required_boolean(std::string_view name) { return truth(name, true); }
std::optional<std::uint64_t> JsonFields::whole_number(std::string_view name, std::uint64_t min, std::uint64_t max) {
  return whole(name, min, max, false);
}
std::optional<std::uint64_t> JsonFields::required_whole_number(std::string_view name, std::uint64_t min, std::uint64_t max) {
  return whole(name, min, max, true);
}
std::optional<std::size_t> JsonFields::choice(std::string_view name, std::span<const std::string_view> choices) {
  return one_of(name, choices, false);
}
std::optional<std::size_t> JsonFields::required_choice(std::string_view name, std::span<const std::string_view> choices) {
  return one_of(name, choices, true);
}
std::optional<JsonFields> JsonFields::object(std::string_view name) { return nested(name, false); }
std::optional<JsonFields> JsonFields::required_object(std::string_view name) { return nested(name, true); }

}  // namespace rookery
