#include "base/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

Json object_of(std::string_view text) {
  auto json = Json::parse_object(text);
  EXPECT_TRUE(json.has_value()) << text;
  return std::move(*json);
}

std::string faults_of(FieldErrors& errors) {
  const auto status = errors.status();
  std::string all;
  if (!status) {
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidBody);
    for (const auto& field : status.error().fields) all += field.path + " " + field.sentence + "\n";
  }
  return all;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); }

TEST(Json, TextThatIsNoJsonIsRefused) {
  for (const std::string_view text : {"", " ", "{", "{} {}", "{\"a\":}", "{'a':1}", "{\"a\":1,}", "nul", "{\"a\":01}", "{\"a\":1e999}",
                                      "\xff", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "\xef\xbb\xbf{}"}) {
    const auto json = Json::parse(text);
    ASSERT_FALSE(json.has_value()) << text;
    EXPECT_EQ(json.error().code, ErrorCode::kInvalidBody);
    EXPECT_FALSE(json.error().message.empty());
  }
}

TEST(Json, NestingIsAllowedUpToItsLimitAndNotBeyond) {
  EXPECT_TRUE(Json::parse(nested(kJsonDepthMax)).has_value());
  EXPECT_FALSE(Json::parse(nested(kJsonDepthMax + 1)).has_value());
  EXPECT_TRUE(Json::parse(std::string(32, '[') + std::string(32, ']')).has_value());
  EXPECT_FALSE(Json::parse(std::string(33, '[') + std::string(33, ']')).has_value());
  EXPECT_TRUE(Json::parse(R"(["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[[[["])").has_value());
  EXPECT_TRUE(Json::parse(nested(3), 3).has_value());
  EXPECT_FALSE(Json::parse(nested(4), 3).has_value());
}

TEST(Json, OnlyAnObjectIsABody) {
  for (const std::string_view text : {"[]", "1", "\"x\"", "null", "true"}) {
    EXPECT_TRUE(Json::parse(text).has_value()) << text;
    EXPECT_FALSE(Json::parse_object(text).has_value()) << text;
  }
}

TEST(Json, TheLastOfTwoEqualKeysCounts) {
  const auto json = object_of(R"({"a":1,"b":2,"a":3})");
  EXPECT_EQ(json.root().member("a")->whole_number(), 3u);
}

TEST(Json, ValuesStayGoodWhenTheirJsonIsMoved) {
  auto json = object_of(R"({"name":"a name that is longer than any small string"})");
  const auto name = *json.root().member("name");
  const Json moved = std::move(json);
  EXPECT_EQ(name.string(), "a name that is longer than any small string");
}

TEST(Json, MembersAndElementsAreVisitedInTheirOrderUntilTheVisitorHasEnough) {
  const auto json = object_of(R"({"b":[10,20,30],"a":2})");
  std::vector<std::string> names;
  json.root().each_member([&](std::string_view name, JsonValue) { return names.emplace_back(name), true; });
  EXPECT_THAT(names, testing::ElementsAre("b", "a"));
  std::vector<std::uint64_t> numbers;
  json.root().member("b")->each_element([&](std::size_t index, JsonValue value) {
    numbers.push_back(*value.whole_number());
    return index < 1;
  });
  EXPECT_THAT(numbers, testing::ElementsAre(10, 20));
}

TEST(Json, WholeNumbersAreNeitherNegativeNorFractions) {
  const auto json = object_of(R"({"a":-1,"b":1.5,"c":18446744073709551615,"d":"1"})");
  EXPECT_FALSE(json.root().member("a")->whole_number());
  EXPECT_FALSE(json.root().member("b")->whole_number());
  EXPECT_EQ(json.root().member("c")->whole_number(), 18446744073709551615u);
  EXPECT_FALSE(json.root().member("d")->whole_number());
}

TEST(JsonFields, AnUnpairedSurrogateIsTheFaultOfItsField) {
  for (const std::string_view text : {R"({"content":"\ud800"})", R"({"content":"a\udc00"})", R"({"content":"\ud800\u0041"})",
                                      R"({"content":"\udc00\ud800"})", R"({"content":"\uD83D\uD83D\uDE00"})", R"({"content":"x\u0000"})"}) {
    const auto json = object_of(text);
    FieldErrors errors;
    JsonFields fields(json.root(), errors);
    EXPECT_FALSE(fields.required_string("content", {1, 4000})) << text;
    EXPECT_EQ(faults_of(errors), "content must not contain U+0000 or unpaired surrogates\n") << text;
  }
}

TEST(JsonFields, SurrogatePairsAndEscapedBackslashesAreLeftAlone) {
  const auto json = object_of(R"({"a":"\uD83d\uDe00","b":"\\ud800","c":"\\\u00e9"})");
  FieldErrors errors;
  JsonFields fields(json.root(), errors);
  EXPECT_EQ(fields.required_string("a", {1, 1}), "\U0001F600");
  EXPECT_EQ(fields.required_string("b", {1, 6}), "\\ud800");
  EXPECT_EQ(fields.required_string("c", {1, 2}), "\\\u00e9");
  EXPECT_TRUE(errors.status().has_value());
}

TEST(JsonFields, LengthsAreCountedInCodePoints) {
  const auto json = object_of(R"({"a":"ééééé😀😀😀","b":"ééééééé","c":"abc","d":""})");
  FieldErrors errors;
  JsonFields fields(json.root(), errors);
  EXPECT_TRUE(fields.required_string("a", {8, 128}));
  EXPECT_FALSE(fields.required_string("b", {8, 128}));
  EXPECT_FALSE(fields.string("c", {1, 2}));
  EXPECT_FALSE(fields.string("d", {1, 2}));
  EXPECT_EQ(faults_of(errors),
            "b must be between 8 and 128 characters long\nc must not be longer than 2 characters\nd must not be empty\n");
}

TEST(JsonFields, EveryFaultIsNotedUnderItsPath) {
  const auto json =
      object_of(R"({"username":7,"device":{"kind":"fridge","id":null},"seq":-1,"size":300,"on":1,"to":["1","x",3],"at":"01"})");
  constexpr std::string_view kinds[] = {"mobile", "web", "desktop"};
  FieldErrors errors;
  JsonFields fields(json.root(), errors);
  fields.required_string("username", {3, 32});
  fields.required_string("password", {8, 128});
  auto device = fields.object("device");
  ASSERT_TRUE(device);
  device->required_string("id", {1, 64});
  device->required_choice("kind", kinds);
  fields.required_whole_number("seq", 0, 10);
  fields.required_whole_number("size", 1, 100);
  fields.required_boolean("on");
  fields.required_ids<UserId>("to", 10);
  fields.required_id<UserId>("at");
  EXPECT_EQ(faults_of(errors),
            "username must be a string\npassword is required\ndevice.id is required\ndevice.kind must be one of mobile, web, desktop\n"
            "seq must be a whole number\nsize must be between 1 and 100\non must be true or false\nto.1 must be an id: a string of digits\n"
            "to.2 must be an id: a string of digits\nat must be an id: a string of digits\n");
}

TEST(JsonFields, WhatIsOptionalMayBeLeftOutOrNull) {
  const auto json = object_of(R"({"a":null})");
  FieldErrors errors;
  JsonFields fields(json.root(), errors);
  EXPECT_FALSE(fields.string("a", {1, 2}));
  EXPECT_FALSE(fields.string("b", {1, 2}));
  EXPECT_FALSE(fields.boolean("a"));
  EXPECT_FALSE(fields.whole_number("b", 1, 2));
  EXPECT_FALSE(fields.object("a"));
  EXPECT_FALSE(fields.ids<UserId>("b", 3));
  EXPECT_TRUE(fields.is_null("a"));
  EXPECT_FALSE(fields.is_null("b"));
  EXPECT_FALSE(fields.has("a"));
  EXPECT_TRUE(errors.status().has_value());
}

TEST(JsonFields, AListOfIdsHasALimit) {
  const auto json = object_of(R"({"to":["1","2","3"]})");
  FieldErrors errors;
  JsonFields fields(json.root(), errors);
  const auto three = fields.required_ids<UserId>("to", 3);
  ASSERT_TRUE(three);
  EXPECT_THAT(*three, testing::ElementsAre(UserId(1), UserId(2), UserId(3)));
  EXPECT_FALSE(fields.required_ids<UserId>("to", 2));
  EXPECT_EQ(faults_of(errors), "to must not have more than 2 entries\n");
}

}  // namespace
}  // namespace rookery
