// JsonWriter: JSON text (RFC 8259), appended to a string. No tree, no allocation of its own.
//
// The caller keeps the grammar (a key before each value of an object); commas are put by the writer. Strings must be
// valid UTF-8 and are written as they are, with only what JSON demands escaped. One thread at a time.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace rookery {

class JsonWriter {
 public:
  // `out` must outlive the writer. A value may be appended to a text that ends inside an object or an array; the first
  // value written gets no comma before it unless `continued`.
  explicit JsonWriter(std::string& out, bool continued = false) : out_(out), comma_(continued) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);  // a name of the program's own: nothing in it is escaped
  JsonWriter& string(std::string_view text);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& number(double value);  // finite; shortest form that reads back the same
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& number(T value) {
    if constexpr (std::signed_integral<T>) return signed_number(static_cast<std::int64_t>(value));
    return unsigned_number(static_cast<std::uint64_t>(value));
  }
  // A 64-bit id as JSON string of its decimal digits.
  JsonWriter& id(std::uint64_t value);
  // A time as the protocol writes it (append_rfc3339).
  JsonWriter& time(TimeMs value);
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json);

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& signed_number(std::int64_t value);
  JsonWriter& unsigned_number(std::uint64_t value);
  void separate();

  std::string& out_;
  bool comma_;
};

// Appends the decimal digits of `value`.
void append_decimal(std::string& out, std::uint64_t value);

}  // namespace rookery
