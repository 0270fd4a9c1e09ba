// Json: text from outside, parsed and checked (RFC 8259); JsonFields: an object's fields, read with sentences for what is
// wrong with them.
//
// Strict: one value, valid UTF-8, a limit on nesting, numbers that fit 64 bits. A key that comes twice: the last one
// counts. An unpaired surrogate (an escape that RFC 8259 lets pass but no UTF-8 text can hold) is read as U+0000, and
// U+0000 is refused in every string that is asked for: so it is that field that is at fault, and not the whole text.
//
// Values and string views point into the Json that they came from, which may be moved meanwhile. Any thread, one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/result.h"

namespace rookery {

inline constexpr std::size_t kJsonDepthMax = 32;  // `json_depth` of the instance page: objects and arrays within one another

// Of valid UTF-8.
std::size_t count_code_points(std::string_view utf8) noexcept;

class JsonValue {
 public:
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind() const noexcept;
  bool is_null() const noexcept { return kind() == Kind::kNull; }
  bool is_object() const noexcept { return kind() == Kind::kObject; }
  bool is_array() const noexcept { return kind() == Kind::kArray; }

  // None when the value is of another kind.
  std::optional<bool> boolean() const noexcept;
  std::optional<std::string_view> string() const noexcept;     // may hold U+0000: see above
  std::optional<std::uint64_t> whole_number() const noexcept;  // none for negative ones and fractions too
  std::optional<double> number() const noexcept;

  // The last member of that name; none when there is none, or this is no object.
  std::optional<JsonValue> member(std::string_view name) const noexcept;
  // In the order of the text; no calls when this is no array or object. The visitor answers whether to go on.
  void each_element(const std::function<bool(std::size_t index, JsonValue)>& visit) const;
  void each_member(const std::function<bool(std::string_view name, JsonValue)>& visit) const;

 private:
  friend class Json;
  JsonValue() = default;
  alignas(8) std::array<std::byte, 16> element_{};  // the parser's own handle
};

class Json {
 public:
  // What cannot be parsed is kInvalidBody; the message says what is wrong with the text.
  static Result<Json> parse(std::string_view text, std::size_t depth_max = kJsonDepthMax);
  // The same, and it must be an object.
  static Result<Json> parse_object(std::string_view text, std::size_t depth_max = kJsonDepthMax);
  Json(Json&&) noexcept;
  Json& operator=(Json&&) noexcept;
  ~Json();

  JsonValue root() const noexcept { return root_; }

 private:
  struct Document;
  Json();
  std::unique_ptr<Document> document_;
  JsonValue root_;
};

// What is wrong with a body, field by field.
class FieldErrors {
 public:
  void add(std::string path, std::string sentence) { fields_.push_back({std::move(path), std::move(sentence)}); }
  bool empty() const { return fields_.empty(); }
  // Done when nothing is wrong, else kInvalidBody with all of it. Takes them out.
  Status status();

 private:
  std::vector<FieldError> fields_;
};

// In code points, both inclusive.
struct TextLength {
  std::size_t min = 0;
  std::size_t max = 0;
};

// Says why `text` cannot stand in a body, or nothing: U+0000, too long, too short.
std::optional<std::string> text_fault(std::string_view text, TextLength length);

// The fields of one object. Every getter answers the value, or none and notes the fault; an optional field that is left
// out or null is none without a fault. Unknown fields are never looked at.
class JsonFields {
 public:
  // `object` must be an object. `errors` must outlive this. `path` of a nested object: "device".
  JsonFields(JsonValue object, FieldErrors& errors, std::string path = {})
      : object_(object), errors_(errors), prefix_(path.empty() ? std::string() : std::move(path) + ".") {}

  // There, and not null.
  bool has(std::string_view name) const;
  // There, as null.
  bool is_null(std::string_view name) const;

  std::optional<std::string_view> string(std::string_view name, TextLength length);
  std::optional<std::string_view> required_string(std::string_view name, TextLength length);
  std::optional<bool> boolean(std::string_view name);
  std::optional<bool> required_boolean(std::string_view name);
  std::optional<std::uint64_t> whole_number(std::string_view name, std::uint64_t min, std::uint64_t max);
  std::optional<std::uint64_t> required_whole_number(std::string_view name, std::uint64_t min, std::uint64_t max);
  // One of `choices`: answers its index.
  std::optional<std::size_t> choice(std::string_view name, std::span<const std::string_view> choices);
  std::optional<std::size_t> required_choice(std::string_view name, std::span<const std::string_view> choices);
  template <class AnyId>
  std::optional<AnyId> id(std::string_view name) {
    const auto value = snowflake(name, false);
    return value ? std::optional(AnyId(*value)) : std::nullopt;
  }
  template <class AnyId>
  std::optional<AnyId> required_id(std::string_view name) {
    const auto value = snowflake(name, true);
    return value ? std::optional(AnyId(*value)) : std::nullopt;
  }
  // An array of ids; faults are noted as "recipients.3". `count_max` inclusive.
  template <class AnyId>
  std::optional<std::vector<AnyId>> ids(std::string_view name, std::size_t count_max) {
    return typed<AnyId>(snowflakes(name, count_max, false));
  }
  template <class AnyId>
  std::optional<std::vector<AnyId>> required_ids(std::string_view name, std::size_t count_max) {
    return typed<AnyId>(snowflakes(name, count_max, true));
  }
  // A nested object, its faults under its name.
  std::optional<JsonFields> object(std::string_view name);
  std::optional<JsonFields> required_object(std::string_view name);
  std::optional<JsonValue> array(std::string_view name);

  // Notes a fault that the caller found.
  void fault(std::string_view name, std::string sentence);

 private:
  std::optional<JsonValue> find(std::string_view name, bool required);
  std::optional<std::string_view> text(std::string_view name, TextLength length, bool required);
  std::optional<bool> truth(std::string_view name, bool required);
  std::optional<std::uint64_t> whole(std::string_view name, std::uint64_t min, std::uint64_t max, bool required);
  std::optional<std::size_t> one_of(std::string_view name, std::span<const std::string_view> choices, bool required);
  std::optional<JsonFields> nested(std::string_view name, bool required);
  std::optional<std::uint64_t> snowflake(std::string_view name, bool required);
  std::optional<std::vector<std::uint64_t>> snowflakes(std::string_view name, std::size_t count_max, bool required);
  template <class AnyId>
  static std::optional<std::vector<AnyId>> typed(const std::optional<std::vector<std::uint64_t>>& values) {
    if (!values) return std::nullopt;
    return std::vector<AnyId>(values->begin(), values->end());
  }

  JsonValue object_;
  FieldErrors& errors_;
  std::string prefix_;
};

}  // namespace rookery
