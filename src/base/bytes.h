// Bytes: big-endian keys, compact records, base64url. Plain functions and values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rookery {

// Appends to a string. Fixed-width numbers are big-endian, so that keys sort by value.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  ByteWriter& u8(std::uint8_t value);
  ByteWriter& u32(std::uint32_t value);
  ByteWriter& u64(std::uint64_t value);
  ByteWriter& varint(std::uint64_t value);    // LEB128, at most 10 bytes
  ByteWriter& string(std::string_view text);  // varint length, then the bytes
  ByteWriter& bytes(std::string_view raw);    // just the bytes

 private:
  std::string& out_;
};

// Reads what ByteWriter wrote. After the first read past the end, or of a malformed number, ok() is false for good and
// every read answers 0 or empty: check once, at the end. Views point into the input.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}
  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint64_t varint();
  std::string_view string();
  std::string_view bytes(std::size_t count);
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && in_.empty(); }
  std::string_view rest() const { return in_; }

 private:
  std::string_view in_;
  bool ok_ = true;
};

// RFC 4648 §5, without padding.
std::string base64url(std::string_view bytes);
// None for characters outside the alphabet, padding, an impossible length, or bits left over that are not zero.
std::optional<std::string> decode_base64url(std::string_view text);
// RFC 4648 §4, with padding (the WebSocket handshake).
std::string base64(std::string_view bytes);

}  // namespace rookery
