#include "base/json_writer.h"

#include <array>
#include <charconv>
#include <cstring>

namespace rookery {
namespace {

constexpr char kHex[] = "0123456789abcdef";

constexpr bool must_escape(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

// How many bytes at the start need no escape; eight at a time (a byte test on a word: Hacker's Delight, 6-1).
std::size_t plain_prefix(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto zero_byte = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
    if ((control | zero_byte(word ^ (kOnes * '"')) | zero_byte(word ^ (kOnes * '\\'))) != 0) break;
  }
  while (i < text.size() && !must_escape(static_cast<unsigned char>(text[i]))) ++i;
  return i;
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

}  // namespace

void append_decimal(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void JsonWriter::separate() {
  if (comma_) out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  // One growth for all of it: keys are half of what is written.
  const std::size_t start = out_.size();
  const std::size_t comma = comma_ ? 1 : 0;
  const std::size_t size = start + comma + name.size() + 3;
  // What the function is given as size is not always what was asked for (libstdc++ 12 hands it the capacity).
  out_.resize_and_overwrite(size, [&](char* text, std::size_t) {
    char* at = text + start;
    if (comma != 0) *at++ = ',';
    *at++ = '"';
    at += name.copy(at, name.size());
    *at++ = '"';
    *at = ':';
    return size;
  });
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  out_ += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_prefix(text);
    out_.append(text.data(), plain);
    if (plain == text.size()) break;
    append_escaped(out_, static_cast<unsigned char>(text[plain]));
    text.remove_prefix(plain + 1);
  }
  out_ += '"';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }
JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::number(double value) {
  // Without a point or an exponent it would be a whole number, and those must fit 64 bits to be read (base/json_reader.h).
  constexpr double kPlainMax = 1ull << 53;
  std::array<char, 32> digits;
  char* const last = digits.data() + digits.size();
  const bool plain = value > -kPlainMax && value < kPlainMax;
  const auto end =
      plain ? std::to_chars(digits.data(), last, value).ptr : std::to_chars(digits.data(), last, value, std::chars_format::scientific).ptr;
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::signed_number(std::int64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::unsigned_number(std::uint64_t value) {
  separate();
  append_decimal(out_, value);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::id(std::uint64_t value) {
  separate();
  out_ += '"';
  append_decimal(out_, value);
  out_ += '"';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::time(TimeMs value) {
  separate();
  out_ += '"';
  append_rfc3339(out_, value);
  out_ += '"';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  comma_ = true;
  return *this;
}

}  // namespace rookery
