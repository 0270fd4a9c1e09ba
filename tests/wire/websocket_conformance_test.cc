// Every case of the list, against ws_echo, over real sockets: whole, byte by byte, and in pieces of random sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <random>
#include <set>

#include "tests/wire/echo_process.h"
#include "tests/wire/peer.h"
#include "tests/wire/websocket_cases.h"

namespace rookery::wire {
namespace {

// Each byte is a call to the kernel here and most are a read of the server: 80 KiB take half a second, 16 MiB would take minutes. So
// far every way to tell a length is met, and a thousand messages of 64 bytes; what is longer differs in nothing but its length.
constexpr std::size_t kByteByByteMax = 80 * 1024;
constexpr std::size_t kPiecesMax = 1024 * 1024;
constexpr int kFailuresMax = 3;  // of a section; a case that is not answered waits for long

// For messages of a failed test.
std::string shown(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    out += line.size() <= 100 ? line : line.substr(0, 100) + "… (" + std::to_string(line.size()) + " bytes)";
    out += " | ";
  }
  return out.size() <= 2000 ? out : out.substr(0, 2000) + "…";
}

struct SectionOf {
  const char* name;
  std::vector<Case> (*cases)();
};

void PrintTo(const SectionOf& section, std::ostream* out) { *out << section.name; }

class WebSocketCases : public testing::TestWithParam<SectionOf> {
 protected:
  void expect(const Case& one, const char* way, const PieceSize& next_piece) {
    if (failures_ >= kFailuresMax) return;
    const auto answer = exchange(echo_.port(), one.sent, next_piece, one.manner.pauses);
    failures_ += answer == one.answer ? 0 : 1;
    EXPECT_TRUE(answer == one.answer) << one.name << ", " << way << "\n  came:     " << shown(answer)
                                      << "\n  expected: " << shown(one.answer);
    ++deliveries_;
  }

  EchoProcess echo_{ROOKERY_WS_ECHO};
  int deliveries_ = 0;
  int failures_ = 0;
};

TEST_P(WebSocketCases, AreAnsweredAsTheStandardSays) {
  ASSERT_NE(echo_.port(), 0) << echo_.first_line();
  const char* const given = std::getenv("ROOKERY_TEST_SEED");
  const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device()();
  SCOPED_TRACE("ROOKERY_TEST_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<Case> cases = GetParam().cases();
  for (const Case& one : cases) {
    if (one.manner.piece != 0) {
      expect(one, "in pieces of one size", [&one] { return one.manner.piece; });
      continue;
    }
    expect(one, "whole", [&one] { return std::max<std::size_t>(one.sent.size(), 1); });
    if (one.sent.size() <= kByteByByteMax) expect(one, "byte by byte", [] { return 1; });
    if (one.sent.size() <= kPiecesMax) {
      // Small pieces at times, large ones at others.
      const std::size_t most = std::uniform_int_distribution<std::size_t>(2, std::max<std::size_t>(one.sent.size() / 3, 3))(random);
      std::uniform_int_distribution<std::size_t> size(1, most);
      expect(one, "in pieces", [&] { return size(random); });
    }
  }
  std::printf("%s: %zu cases, delivered in %d ways\n", GetParam().name, cases.size(), deliveries_);
  ASSERT_TRUE(echo_.runs());
  EXPECT_EQ(echo_.stop(), 0) << "SIGTERM ends it with status 0";
}

const SectionOf kSections[] = {{"Framing", framing_cases},
                               {"Pings", ping_cases},
                               {"ReservedBits", reserved_bit_cases},
                               {"Opcodes", opcode_cases},
                               {"Fragments", fragmentation_cases},
                               {"Text", text_cases},
                               {"Closing", closing_cases},
                               {"Headers", header_cases},
                               {"Large", large_cases},
                               {"Many", many_cases}};

INSTANTIATE_TEST_SUITE_P(Sections, WebSocketCases, testing::ValuesIn(kSections),
                         [](const testing::TestParamInfo<SectionOf>& section) { return std::string(section.param.name); });

TEST(WebSocketCaseList, NamesEachCaseOnce) {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const SectionOf& section : kSections) {
    for (const Case& one : section.cases()) {
      EXPECT_TRUE(names.insert(one.name).second) << one.name;
      ++count;
    }
  }
  std::printf("%zu cases in all\n", count);
}

TEST(WsEcho, RefusesACommandLineThatItDoesNotUnderstand) {
  EXPECT_NE(std::system((std::string(ROOKERY_WS_ECHO) + " --listen nowhere 2>/dev/null").c_str()), 0);
  EXPECT_NE(std::system((std::string(ROOKERY_WS_ECHO) + " --lisen 127.0.0.1:0 2>/dev/null").c_str()), 0);
}

}  // namespace
}  // namespace rookery::wire
