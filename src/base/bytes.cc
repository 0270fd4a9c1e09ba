#include "base/bytes.h"

namespace rookery {
namespace {

constexpr char kUrlAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string encode_base64(std::string_view bytes, const char* alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (count += 8; count >= 6; count -= 6) out += alphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) out += alphabet[bits << (6 - count) & 63];
  while (pad && out.size() % 4 != 0) out += '=';
  return out;
}

int url_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

}  // namespace

ByteWriter& ByteWriter::u8(std::uint8_t value) {
  out_ += static_cast<char>(value);
  return *this;
}

ByteWriter& ByteWriter::u32(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out_ += static_cast<char>(value >> shift);
  return *this;
}

ByteWriter& ByteWriter::u64(std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out_ += static_cast<char>(value >> shift);
  return *this;
}

ByteWriter& ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
  out_ += static_cast<char>(value);
  return *this;
}

ByteWriter& ByteWriter::string(std::string_view text) { return varint(text.size()).bytes(text); }

ByteWriter& ByteWriter::bytes(std::string_view raw) {
  out_ += raw;
  return *this;
}

std::string_view ByteReader::bytes(std::size_t count) {
  if (!ok_ || count > in_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view out = in_.substr(0, count);
  in_.remove_prefix(count);
  return out;
}

std::uint8_t ByteReader::u8() {
  const auto raw = bytes(1);
  return raw.empty() ? 0 : static_cast<std::uint8_t>(raw[0]);
}

std::uint32_t ByteReader::u32() {
  std::uint32_t value = 0;
  for (const char c : bytes(4)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::uint64_t ByteReader::u64() {
  std::uint64_t value = 0;
  for (const char c : bytes(8)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (!ok_) return 0;
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::string_view ByteReader::string() {
  const std::uint64_t size = varint();
  if (size > in_.size()) {
    ok_ = false;
    return {};
  }
  return bytes(static_cast<std::size_t>(size));
}

std::string base64url(std::string_view bytes) { return encode_base64(bytes, kUrlAlphabet, false); }
std::string base64(std::string_view bytes) { return encode_base64(bytes, kAlphabet, true); }

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = url_digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count);
    }
  }
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace rookery
