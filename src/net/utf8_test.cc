#include "net/utf8.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rookery::net {
namespace {

// A code point as RFC 3629 §3 writes it down.
std::string encode(std::uint32_t c) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
}

TEST(Utf8, ACharacterBeginsWithWhatSomeCharacterBeginsWithAndNothingElse) {
  std::set<std::string> beginnings;
  for (std::uint32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string character = encode(c);
    ASSERT_TRUE(is_valid_utf8(character)) << c;
    for (std::size_t size = 1; size < character.size(); ++size) beginnings.insert(character.substr(0, size));
  }
  const auto expect = [&](const std::string& bytes) { EXPECT_EQ(can_begin_character(bytes), beginnings.contains(bytes)); };
  for (int first = 0; first < 256; ++first) {
    expect(std::string(1, static_cast<char>(first)));
    for (int second = 0; second < 256; ++second) {
      const std::string two = {static_cast<char>(first), static_cast<char>(second)};
      expect(two);
      for (const int third : {0x00, 0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) expect(two + static_cast<char>(third));
    }
  }
  EXPECT_TRUE(can_begin_character(""));
}

TEST(Utf8, OnlyACharacterThatIsCutShortIsLeftOut) {
  EXPECT_EQ(whole_characters(""), 0u);
  EXPECT_EQ(whole_characters("ab"), 2u);
  for (const std::uint32_t c : {0x80u, 0x7FFu, 0x800u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    const std::string character = encode(c);
    EXPECT_EQ(whole_characters("a" + character), 1 + character.size());
    for (std::size_t size = 1; size < character.size(); ++size) EXPECT_EQ(whole_characters("a" + character.substr(0, size)), 1u);
  }
}

}  // namespace
}  // namespace rookery::net
