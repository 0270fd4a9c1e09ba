#include "tests/wire/websocket_cases.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace rookery::wire {
namespace {

void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

// Numbers of no pattern (xorshift).
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : state_(seed * 2654435761u | 1u) {}
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

 private:
  std::uint32_t state_;
};

}  // namespace

std::string frame(unsigned opcode, std::string_view payload, Form form) {
  const std::uint64_t length = form.announced >= 0 ? static_cast<std::uint64_t>(form.announced) : payload.size();
  const int shortest = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const int length_bytes = form.length_bytes >= 0 ? form.length_bytes : shortest;
  std::string out;
  out.reserve(payload.size() + 14);
  out += static_cast<char>((form.final ? 0x80u : 0u) | static_cast<unsigned>(form.reserved) << 4 | opcode);
  const std::uint64_t in_first = length_bytes == 0 ? length : length_bytes == 2 ? 126 : 127;
  out += static_cast<char>((form.masked ? 0x80u : 0u) | in_first);
  append_number(out, length, length_bytes);
  if (!form.masked) return out.append(payload);
  std::string mask;
  append_number(mask, form.mask, 4);
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

std::string close_frame(unsigned code, std::string_view reason) {
  std::string payload;
  append_number(payload, code, 2);
  return frame(kClose, payload.append(reason));
}

std::string in_fragments(Opcode opcode, std::string_view message, std::size_t size) {
  std::string out;
  out.reserve(message.size() + message.size() / size * 14 + 14);
  for (std::size_t at = 0; at < message.size(); at += size) {
    out += frame(at == 0 ? opcode : kContinuation, message.substr(at, size), {.final = at + size >= message.size()});
  }
  return out;
}

std::string bye() { return close_frame(1000); }

std::vector<std::string> and_bye(std::vector<std::string> answer) { return refused(1000, std::move(answer)); }

std::vector<std::string> refused(unsigned code, std::vector<std::string> answer) {
  answer.push_back("close " + std::to_string(code));
  answer.emplace_back("end");
  return answer;
}

std::string noise(std::size_t size, std::uint32_t seed) {
  Numbers numbers(seed);
  std::string out(size, '\0');
  std::ranges::generate(out, [&numbers] { return static_cast<char>(numbers.next() >> 16); });
  return out;
}

std::string letters(std::size_t size, std::uint32_t seed) {
  std::string out = noise(size, seed);
  for (char& c : out) c = static_cast<char>(0x20 + (static_cast<unsigned char>(c) % 95));
  return out;
}

void Section::add(std::string name, std::string sent, std::vector<std::string> answer, Manner manner) {
  char number[16];
  std::snprintf(number, sizeof number, "%d.%02zu ", number_, cases_.size() + 1);
  cases_.push_back({number + std::move(name), std::move(sent), std::move(answer), std::move(manner)});
}

}  // namespace rookery::wire
