#include "gateway/poll_call.h"

#include <gtest/gtest.h>

namespace rookery::gateway {
namespace {

TEST(PollCall, AFrameIsGivenOnAsItWasWhateverItsNamesAre) {
  const std::string frame = R"({"op":1,"a\"b":"c\"d","\\":[1.5,-2,66.0,null,true],"\u0001\n":{"d":"\u00e4"}})";
  const auto body = Json::parse_object(R"({"n":1,"timeout_ms":0,"frames":[)" + frame + "]}");
  ASSERT_TRUE(body);
  const auto call = parse_poll(body->root());
  ASSERT_TRUE(call);
  ASSERT_EQ(call->frames.size(), 1u);
  const auto given = Json::parse_object(call->frames.front());
  ASSERT_TRUE(given) << call->frames.front();
  EXPECT_EQ(given->root().member("op")->whole_number(), 1u);
  EXPECT_EQ(given->root().member("a\"b")->string(), "c\"d");
  ASSERT_TRUE(given->root().member("\\"));
  EXPECT_EQ(given->root().member("\x01\n")->member("d")->string(), "\u00e4");
}

}  // namespace
}  // namespace rookery::gateway
