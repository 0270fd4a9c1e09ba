// What a WebSocket server must do with what a client may send (RFC 6455), as a list: bytes to send behind the handshake, and
// what must come back from one that echoes. The frames are put together here, with nothing of src/net.
//
// Plain values and functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rookery::wire {

// The largest message that the server under test takes.
inline constexpr std::size_t kMessageBytesMax = std::size_t{16} * 1024 * 1024;

// Nothing behind the first `sent` bytes is sent before so many frames have come back.
struct Pause {
  std::size_t sent = 0;
  std::size_t answered = 0;
};

// How the bytes of a case are sent.
struct Manner {
  std::size_t piece = 0;      // in pieces of this size, and in no other way; 0: in all ways (websocket_conformance_test.cc)
  std::vector<Pause> pauses;  // from first to last
};

struct Case {
  std::string name;  // "5.03 …": section and number, unique
  std::string sent;
  // One line for each frame that comes back: "text …", "binary …", "pong …", "close 1000", "close" (without a code); then
  // "end", the end of the connection by the server.
  std::vector<std::string> answer;
  Manner manner;
};

enum Opcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

// How a frame may differ from a plain one that is a message of its own.
struct Form {
  bool final = true;
  std::uint8_t reserved = 0;  // RSV1 is 4, RSV2 is 2, RSV3 is 1
  bool masked = true;
  int length_bytes = -1;               // of the extended length: 0, 2 or 8; -1: the shortest form
  std::int64_t announced = -1;         // the length that is told, when it is not the payload's
  std::uint32_t mask = 0x37'FA'21'3D;  // the example of §5.7
};
inline constexpr Form kMore{.final = false};  // a fragment that is not the last

// `opcode` is one of Opcode, or one that there is not.
std::string frame(unsigned opcode, std::string_view payload = {}, Form form = {});
std::string close_frame(unsigned code, std::string_view reason = {});
// A message in fragments of `size` bytes.
std::string in_fragments(Opcode opcode, std::string_view message, std::size_t size);

// The client's good-bye, and the answers that end a connection.
std::string bye();
std::vector<std::string> and_bye(std::vector<std::string> answer);                      // …, "close 1000", "end"
std::vector<std::string> refused(unsigned code, std::vector<std::string> answer = {});  // …, "close <code>", "end"

// Bytes of no pattern, the same for the same numbers; ASCII when they are to be text.
std::string noise(std::size_t size, std::uint32_t seed);
std::string letters(std::size_t size, std::uint32_t seed);

// Numbers the cases of a section: "3.01 name".
class Section {
 public:
  explicit Section(int number) : number_(number) {}
  void add(std::string name, std::string sent, std::vector<std::string> answer, Manner manner = {});
  std::vector<Case> take() { return std::move(cases_); }

 private:
  int number_;
  std::vector<Case> cases_;
};

std::vector<Case> framing_cases();        // 1: messages of each length
std::vector<Case> ping_cases();           // 2
std::vector<Case> reserved_bit_cases();   // 3
std::vector<Case> opcode_cases();         // 4
std::vector<Case> fragmentation_cases();  // 5
std::vector<Case> text_cases();           // 6: UTF-8
std::vector<Case> closing_cases();        // 7
std::vector<Case> header_cases();         // 8: masks and lengths
std::vector<Case> large_cases();          // 9: up to the limit
std::vector<Case> many_cases();           // 10: many messages, many fragments

}  // namespace rookery::wire
