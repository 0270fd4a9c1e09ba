#include "net/websocket_frame.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/websocket.h"

namespace rookery::net {
namespace {

constexpr std::size_t kMessageMax = 70'000;
constexpr Mask kMask = {'\x12', '\x34', '\x56', '\x78'};

// Writes down what the reader finds, a line each.
class Recorder final : public WebSocketEvents {
 public:
  std::vector<std::string> found;

  bool on_text_message(std::string_view message) override { return note("text " + std::string(message)); }
  bool on_binary_message(std::string_view message) override { return note("binary " + std::string(message)); }
  bool on_ping(std::string_view payload) override { return note("ping " + std::string(payload)); }
  bool on_pong(std::string_view payload) override { return note("pong " + std::string(payload)); }
  bool on_close(std::uint16_t code, std::string_view reason) override {
    note("close " + std::to_string(code) + " " + std::string(reason));
    return false;
  }
  void on_violation(std::uint16_t code, std::string_view) override { note("violation " + std::to_string(code)); }
  bool note(std::string line) {
    found.push_back(std::move(line));
    return true;
  }
  bool ended() const { return !found.empty() && (found.back().starts_with("close") || found.back().starts_with("violation")); }
};

// Reads the bytes as they would arrive in pieces of `step`.
std::vector<std::string> read_all(std::string_view bytes, std::size_t step, WebSocketRole role) {
  WebSocketReader reader;
  Recorder recorder;
  std::string held;
  std::size_t needed = 1;
  while (!bytes.empty() && !recorder.ended()) {
    held += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    if (held.size() < needed) continue;
    held.reserve(held.size() + kReadablePadding);
    const auto progress = reader.read(held, role, kMessageMax, recorder);
    EXPECT_LE(progress.consumed, held.size());
    held.erase(0, progress.consumed);
    needed = progress.needed;
    if (!recorder.ended()) {
      EXPECT_GT(needed, held.size());
    }
  }
  return recorder.found;
}

// A frame with any first byte, masked as the role's peer must.
struct Frame {
  unsigned first;
  std::string payload;
};

std::string encode(const std::vector<Frame>& frames, WebSocketRole reader) {
  std::string bytes;
  for (const Frame& frame : frames) {
    std::string one =
        reader == WebSocketRole::kServer ? masked_frame(Opcode::kText, frame.payload, kMask) : plain_frame(Opcode::kText, frame.payload);
    one[0] = static_cast<char>(frame.first);
    bytes += one;
  }
  return bytes;
}

struct Case {
  const char* what;
  std::vector<Frame> frames;
  std::vector<std::string> found;
};

std::vector<Case> cases() {
  const std::string large(65'536, 'l');
  const std::string bad_utf8 = "\xC3\x28";
  const std::string kappa = "\xCE\xBA";
  return {
      {"text", {{0x81, "hello"}}, {"text hello"}},
      {"empty text", {{0x81, ""}}, {"text "}},
      {"125 bytes", {{0x81, std::string(125, 'a')}}, {"text " + std::string(125, 'a')}},
      {"126 bytes", {{0x81, std::string(126, 'a')}}, {"text " + std::string(126, 'a')}},
      {"65535 bytes", {{0x81, std::string(65535, 'a')}}, {"text " + std::string(65535, 'a')}},
      {"65536 bytes", {{0x81, large}}, {"text " + large}},
      {"as large as allowed", {{0x81, std::string(kMessageMax, 'a')}}, {"text " + std::string(kMessageMax, 'a')}},
      {"two messages", {{0x81, "a"}, {0x82, "b"}}, {"text a", "binary b"}},
      {"fragments", {{0x01, "a"}, {0x00, "b"}, {0x80, "c"}}, {"text abc"}},
      {"empty fragments", {{0x01, ""}, {0x00, ""}, {0x80, ""}}, {"text "}},
      {"binary fragments", {{0x02, bad_utf8}, {0x80, "b"}}, {"binary " + bad_utf8 + "b"}},
      {"a ping between fragments", {{0x01, "a"}, {0x89, "p"}, {0x80, "b"}}, {"ping p", "text ab"}},
      {"ping and pong", {{0x89, ""}, {0x8A, std::string(125, 'p')}}, {"ping ", "pong " + std::string(125, 'p')}},
      {"a character cut by fragments", {{0x01, kappa.substr(0, 1)}, {0x80, kappa.substr(1)}}, {"text " + kappa}},
      {"four bytes, a fragment each", {{0x01, "\xF0"}, {0x00, "\x9F"}, {0x00, "\x98"}, {0x80, "\x80"}}, {"text \xF0\x9F\x98\x80"}},
      {"close without a code", {{0x88, ""}}, {"close 1005 "}},
      {"close", {{0x88, std::string("\x03\xE8") + "bye"}}, {"close 1000 bye"}},
      {"close of an application", {{0x88, "\x10\x04"}}, {"close 4100 "}},
      {"nothing is read behind a close", {{0x88, ""}, {0x81, "a"}}, {"close 1005 "}},

      {"RSV1", {{0xC1, "a"}}, {"violation 1002"}},
      {"RSV2", {{0xA1, "a"}}, {"violation 1002"}},
      {"RSV3", {{0x91, "a"}}, {"violation 1002"}},
      {"RSV on a ping", {{0xC9, ""}}, {"violation 1002"}},
      {"opcode 3", {{0x83, ""}}, {"violation 1002"}},
      {"opcode 7", {{0x87, ""}}, {"violation 1002"}},
      {"opcode 11", {{0x8B, ""}}, {"violation 1002"}},
      {"opcode 15", {{0x8F, ""}}, {"violation 1002"}},
      {"long ping", {{0x89, std::string(126, 'p')}}, {"violation 1002"}},
      {"fragmented ping", {{0x09, "a"}}, {"violation 1002"}},
      {"fragmented close", {{0x08, ""}}, {"violation 1002"}},
      {"nothing to continue", {{0x80, "a"}}, {"violation 1002"}},
      {"nothing to continue, not final", {{0x00, "a"}}, {"violation 1002"}},
      {"a message inside another", {{0x01, "a"}, {0x81, "b"}}, {"violation 1002"}},
      {"half a close code", {{0x88, "\x03"}}, {"violation 1002"}},
      {"close 999", {{0x88, "\x03\xE7"}}, {"violation 1002"}},
      {"close 1004", {{0x88, "\x03\xEC"}}, {"violation 1002"}},
      {"close 1005", {{0x88, "\x03\xED"}}, {"violation 1002"}},
      {"close 1006", {{0x88, "\x03\xEE"}}, {"violation 1002"}},
      {"close 1015", {{0x88, "\x03\xF7"}}, {"violation 1002"}},
      {"close 2999", {{0x88, "\x0B\xB7"}}, {"violation 1002"}},
      {"close 5000", {{0x88, "\x13\x88"}}, {"violation 1002"}},
      {"close with a bad reason", {{0x88, "\x03\xE8" + bad_utf8}}, {"violation 1007"}},

      {"bad UTF-8", {{0x81, bad_utf8}}, {"violation 1007"}},
      {"a surrogate", {{0x81, "\xED\xA0\x80"}}, {"violation 1007"}},
      {"an overlong form", {{0x81, "\xC0\xAF"}}, {"violation 1007"}},
      {"above U+10FFFF", {{0x81, "\xF4\x90\x80\x80"}}, {"violation 1007"}},
      {"a character cut off at the end", {{0x81, "a\xCE"}}, {"violation 1007"}},
      {"a character cut off behind fragments", {{0x01, "a"}, {0x80, "\xCE"}}, {"violation 1007"}},
      {"bad UTF-8 in a fragment fails before the end", {{0x01, bad_utf8}, {0x89, "p"}}, {"violation 1007"}},
      {"a cut character that goes on wrongly", {{0x01, "\xCE"}, {0x00, "a"}, {0x89, "p"}}, {"violation 1007"}},
      {"too large", {{0x81, std::string(kMessageMax + 1, 'a')}}, {"violation 1009"}},
      {"too large in fragments", {{0x01, std::string(kMessageMax, 'a')}, {0x80, "b"}}, {"violation 1009"}},
  };
}

class Framing : public testing::TestWithParam<std::tuple<WebSocketRole, std::size_t>> {};

TEST_P(Framing, EveryCaseIsReadAsTheStandardSays) {
  const auto [role, step] = GetParam();
  for (const Case& c : cases()) EXPECT_EQ(read_all(encode(c.frames, role), step, role), c.found) << c.what;
}

INSTANTIATE_TEST_SUITE_P(InPieces, Framing,
                         testing::Combine(testing::Values(WebSocketRole::kServer, WebSocketRole::kClient), testing::Values(1, 3, 200'000)));

TEST(WebSocketReader, RefusesTextInTheMiddleOfAFrameWithTheByteThatSpoilsIt) {
  const std::pair<std::string, std::string> cases[] = {
      {"good so far \xCE\xBA", "\xFF"},  // no character has it
      {"good so far \xF4", "\x90"},      // above U+10FFFF, whatever follows
      {"good so far \xED", "\xA0"},      // a surrogate, whatever follows
      {"good so far \xE1\x80", "a"},     // the character is not finished
      {std::string(40'000, 'a'), "\x80"},
  };
  for (const auto& [good, spoils] : cases) {
    const std::string frame = masked_frame(Opcode::kText, good + spoils + std::string(20'000, 'z'), kMask);
    const std::size_t spoiled_at = frame.size() - 20'000;
    for (const std::size_t step : {1, 7, 100'000}) {
      EXPECT_EQ(read_all(frame.substr(0, spoiled_at - spoils.size()), step, WebSocketRole::kServer), std::vector<std::string>());
      EXPECT_EQ(read_all(frame.substr(0, spoiled_at), step, WebSocketRole::kServer), std::vector<std::string>{"violation 1007"});
    }
  }
}

TEST(WebSocketReader, WantsMasksFromClientsAndNoneFromServers) {
  EXPECT_EQ(read_all(plain_frame(Opcode::kText, "a"), 1, WebSocketRole::kServer), std::vector<std::string>{"violation 1002"});
  EXPECT_EQ(read_all(masked_frame(Opcode::kText, "a", kMask), 1, WebSocketRole::kClient), std::vector<std::string>{"violation 1002"});
}

TEST(WebSocketReader, RefusesLengthsThatAreNotInTheirShortestForm) {
  EXPECT_EQ(read_all(std::string("\x81\x7E\x00\x05hello", 9), 1, WebSocketRole::kClient), std::vector<std::string>{"violation 1002"});
  EXPECT_EQ(read_all(std::string("\x81\x7F\x00\x00\x00\x00\x00\x00\x00\x05hello", 15), 1, WebSocketRole::kClient),
            std::vector<std::string>{"violation 1002"});
}

TEST(WebSocketReader, RefusesAHugeFrameByItsHeaderAlone) {
  EXPECT_EQ(read_all(std::string("\x81\x7F\x00\x00\x00\x01\x00\x00\x00\x00", 10), 1, WebSocketRole::kClient),
            std::vector<std::string>{"violation 1009"});
  EXPECT_EQ(read_all(std::string("\x81\x7F\x80\x00\x00\x01\x00\x00\x00\x00", 10), 1, WebSocketRole::kClient),
            std::vector<std::string>{"violation 1002"});
}

TEST(WebSocketReader, StopsWhereItIsTold) {
  class StopsAtA final : public WebSocketEvents {
   public:
    bool on_text_message(std::string_view message) override { return message != "a"; }
    bool on_binary_message(std::string_view) override { return true; }
    bool on_ping(std::string_view) override { return true; }
    bool on_pong(std::string_view) override { return true; }
    bool on_close(std::uint16_t, std::string_view) override { return false; }
    void on_violation(std::uint16_t, std::string_view) override { ADD_FAILURE(); }
  } events;
  std::string bytes = plain_frame(Opcode::kText, "b") + plain_frame(Opcode::kText, "a") + plain_frame(Opcode::kText, "b");
  bytes.reserve(bytes.size() + kReadablePadding);
  WebSocketReader reader;
  EXPECT_EQ(reader.read(bytes, WebSocketRole::kClient, kMessageMax, events).consumed, 6u);
}

TEST(WebSocketFrame, MasksAnyLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string bytes(size, '\0');
    apply_mask(bytes, kMask);
    for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(bytes[i], kMask[i % 4]);
  }
}

TEST(WebSocketFrame, CutsAReasonAtACharactersBorder) {
  std::string reason(122, 'a');
  reason += "\xCE\xBA";
  EXPECT_EQ(close_payload(1000, reason).size(), 124u);
  EXPECT_EQ(close_payload(1000, std::string(200, 'a')).size(), kControlPayloadMax);
  EXPECT_EQ(close_payload(kCloseNoCode, "x"), "");
}

}  // namespace
}  // namespace rookery::net
