#include "model/limits.h"

#include <gtest/gtest.h>

#include <set>

#include "base/json_writer.h"

namespace rookery {
namespace {

TEST(Limits, AreWrittenUnderTheNamesOfTheProtocol) {
  std::string out;
  JsonWriter json(out);
  write_limits(json, Limits{});
  EXPECT_EQ(out, R"({"content":4000,"nonce":64,"group_members":256,"large_channel":50,"page":100,"presence_query":100,)"
                 R"("subscribe_channels":100,"subscribe_users":500,"frame_bytes":65536,"frames_per_minute":120,"positions":500,)"
                 R"("catch_up":300,"catch_up_total":2000,"offline_queue":1000,"resume_dispatches":512,"requests_in_flight":32,)"
                 R"("json_depth":32,"body_bytes":131072,"attachment_bytes":26214400,"attachments":10,"connections_per_user":20,)"
                 R"("logins_per_user":100,"guilds":200,"channels_per_guild":500,"roles_per_guild":250,"invites":1000,)"
                 R"("reactions_per_message":20,"pins":250,"username":[3,32],"password":[8,128]})");
}

TEST(Limits, TableNamesEachOnceAndHoldsItsDefaultBetweenItsBounds) {
  std::set<std::string_view> names;
  for (const LimitInfo& info : limit_table()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_GE(Limits{}.*info.value, info.least) << info.name;
    EXPECT_LE(Limits{}.*info.value, info.most) << info.name;
  }
}

TEST(Limits, ContradictionsAreNamed) {
  EXPECT_FALSE(contradiction(Limits{}).has_value());
  EXPECT_EQ(contradiction({.content = 10'000}),
            "a message of 10000 code points may need a frame of 128192 bytes, and frame_bytes is 65536");
  EXPECT_TRUE(contradiction({.body_bytes = 20'000}).has_value());
  EXPECT_TRUE(contradiction({.catch_up = 3000}).has_value());
  EXPECT_TRUE(contradiction({.username_min = 33}).has_value());
  EXPECT_TRUE(contradiction({.password_min = 200}).has_value());
}

}  // namespace
}  // namespace rookery
