#include "net/url.h"

#include <gtest/gtest.h>

namespace rookery::net {
namespace {

TEST(Url, DecodesEscapes) {
  EXPECT_EQ(percent_decode("a%20b%C3%A4+c").value(), "a b\xC3\xA4+c");
  EXPECT_EQ(percent_decode("").value(), "");
}

TEST(Url, RefusesBadEscapesNulAndWhatIsNoUtf8) {
  for (const char* text : {"%", "%2", "%2g", "%g2", "a%", "%%41", "%00", "%C3", "%FF", "%ED%A0%80"})
    EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(Url, SplitsAPathBeforeItDecodes) {
  using Segments = std::vector<std::string>;
  EXPECT_EQ(split_path("/").value(), Segments{});
  EXPECT_EQ(split_path("/a/b%2Fc").value(), (Segments{"a", "b/c"}));
  EXPECT_EQ(split_path("/a/").value(), (Segments{"a", ""}));
  EXPECT_EQ(split_path("//a").value(), (Segments{"", "a"}));
  EXPECT_FALSE(split_path("/a/%zz"));
}

TEST(QueryParameters, KeepsOrderAndTheFirstOfAName) {
  const auto parameters = QueryParameters::parse("a=1&b=x%20y+z&c&d=&a=2&&");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(*parameters->find("a"), "1");
  EXPECT_EQ(*parameters->find("b"), "x y z");
  EXPECT_EQ(*parameters->find("c"), "");
  EXPECT_EQ(*parameters->find("d"), "");
  EXPECT_EQ(parameters->find("e"), nullptr);
  EXPECT_EQ(parameters->repeated(), "a");
  EXPECT_EQ(parameters->all().size(), 5u);
}

TEST(QueryParameters, NamesTheParameterThatIsWrong) {
  const auto parameters = QueryParameters::parse("a=1&limit=%zz");
  ASSERT_FALSE(parameters);
  EXPECT_EQ(parameters.error().code, ErrorCode::kInvalidBody);
  EXPECT_EQ(parameters.error().fields.at(0).path, "limit");
}

TEST(QueryParameters, RefusesTooMany) {
  std::string query;
  for (int i = 0; i < 101; ++i) query += "a&";
  EXPECT_FALSE(QueryParameters::parse(query));
}

}  // namespace
}  // namespace rookery::net
