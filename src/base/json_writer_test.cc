#include "base/json_writer.h"

#include <gtest/gtest.h>

#include "base/json_reader.h"

namespace rookery {
namespace {

std::string written(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);
  return out;
}

TEST(JsonWriter, EscapesWhatJsonDemandsWhereverItStands) {
  // Long enough that each of the eight places of a word is met, with plain text before and after.
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after : {0, 1, 7, 8, 9}) {
      for (int c = 0; c < 0x80; ++c) {
        const std::string text = std::string(before, 'a') + static_cast<char>(c) + std::string(after, 'z');
        const std::string json = written(text);
        const bool escaped = c < 0x20 || c == '"' || c == '\\';
        ASSERT_EQ(json.size() > text.size() + 2, escaped) << c << " after " << before;
        const Result<Json> back = Json::parse("{\"t\":" + json + "}");
        ASSERT_TRUE(back.has_value()) << json;
      }
    }
  }
}

TEST(JsonWriter, EscapesByName) {
  EXPECT_EQ(written("a\"b\\c\nd\re\tf\x01g\x1f"), R"("a\"b\\c\nd\re\tf\u0001g\u001f")");
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("\"\""), R"("\"\"")");
}

TEST(JsonWriter, LeavesUtf8AsItIs) {
  const std::string text =
      "\x7f"
      "ü€😀 and the same again ü€😀";
  EXPECT_EQ(written(text), '"' + text + '"');
}

TEST(JsonWriter, PutsCommasBetweenValuesAndNoneBeforeTheFirst) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("a").number(1).key("bb").begin_array().string("x").id(18446744073709551615u).null().end_array();
  json.key("ccc").boolean(false).key("t").time(TimeMs(1735689600000)).key("o").begin_object().end_object().end_object();
  EXPECT_EQ(out, R"({"a":1,"bb":["x","18446744073709551615",null],"ccc":false,"t":"2025-01-01T00:00:00.000Z","o":{}})");
}

TEST(JsonWriter, ANumberIsReadBackAsItWas) {
  for (const double value : {0.0, 0.1, -1.5, 1e300, 5e-324, 9007199254740993.0, 18446744073709551616.0, -92233720368547758080.1, 1e21}) {
    std::string text;
    JsonWriter(text).begin_array().number(value).end_array();
    const auto json = Json::parse(text);
    ASSERT_TRUE(json) << text;
    std::size_t seen = 0;
    json->root().each_element([&](std::size_t, JsonValue element) {
      EXPECT_EQ(element.number(), value) << text;
      return ++seen > 0;
    });
    EXPECT_EQ(seen, 1u);
  }
}

}  // namespace
}  // namespace rookery
