#include "gateway/frames.h"

#include <gtest/gtest.h>

namespace rookery::gateway {
namespace {

const Limits kLimits;

std::uint16_t fault_of(std::string_view text) {
  const auto frame = parse_frame(text, kLimits);
  return frame ? 0 : frame.error().code;
}

template <class Frame>
Frame parsed(std::string_view text) {
  auto frame = parse_frame(text, kLimits);
  EXPECT_TRUE(frame) << text;
  return std::get<Frame>(*std::move(frame));
}

TEST(Frames, AcknowledgementsAndHeartbeatsAreReadWithAndWithoutTheShortPath) {
  EXPECT_EQ(parsed<AckFrame>(R"({"op":66,"d":42})").s, 42u);
  EXPECT_EQ(parsed<AckFrame>(R"({ "d": 42, "op": 66 })").s, 42u);
  EXPECT_EQ(parsed<HeartbeatFrame>(R"({"op":1,"d":7})").s, 7u);
  EXPECT_EQ(parsed<HeartbeatFrame>(R"({"op":1,"d":null})").s, std::nullopt);
  EXPECT_EQ(parsed<HeartbeatFrame>(R"({"op":1})").s, std::nullopt);
  for (const char* bad : {R"({"op":66,"d":-1})", R"({"op":66,"d":1.5})", R"({"op":66,"d":"1"})", R"({"op":66})", R"({"op":66,"d":null})",
                          R"({"op":66,"d":01})", R"({"op":66,"d":})", R"({"op":66,"d":99999999999999999999})", R"({"op":1,"d":"x"})"}) {
    EXPECT_EQ(fault_of(bad), 4002) << bad;
  }
}

TEST(Frames, WhatIsNoObjectWithAnOpIsNotDecodable) {
  for (const char* bad : {"", "x", "[]", "1", "\"op\"", "{}", R"({"op":"1"})", R"({"op":null})", R"({"op":1,)"}) {
    EXPECT_EQ(fault_of(bad), 4002) << bad;
  }
  std::string deep = R"({"op":3,"d":)";
  for (int i = 0; i < 32; ++i) deep += '[';
  for (int i = 0; i < 32; ++i) deep += ']';
  EXPECT_EQ(fault_of(deep + "}"), 4002);
}

TEST(Frames, OpsThatAreNotTheClientsAreUnknown) {
  for (const int op : {0, 4, 5, 7, 8, 9, 10, 11, 63, 65, 70, 1000}) {
    EXPECT_EQ(fault_of(R"({"op":)" + std::to_string(op) + R"(,"d":{}})"), 4001) << op;
  }
  EXPECT_EQ(fault_of(R"({"op":-1,"d":{}})"), 4001);
  EXPECT_EQ(fault_of(R"({"op":1.5,"d":{}})"), 4001);
}

TEST(Frames, IdentifyHasATokenADeviceAndPositions) {
  const auto frame = parsed<IdentifyFrame>(
      R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"mobile","name":"n"},"epoch":"e","positions":{"9":{"seq":5,"rev":1},"7":{"seq":0,"rev":0}},"x":1}})");
  EXPECT_EQ(frame.token, "t");
  EXPECT_EQ(frame.device.kind, DeviceKind::kMobile);
  EXPECT_EQ(frame.epoch, "e");
  ASSERT_EQ(frame.positions.size(), 2u);
  EXPECT_EQ(frame.positions[0].channel, ChannelId(7));
  EXPECT_EQ(frame.positions[1].seq, 5u);
  EXPECT_TRUE(parsed<IdentifyFrame>(R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"web"},"positions":null}})").positions.empty());
  for (const char* bad :
       {R"({"op":2,"d":null})", R"({"op":2})", R"({"op":2,"d":{}})", R"({"op":2,"d":{"token":1}})",
        R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"watch"}}})", R"({"op":2,"d":{"token":"t","device":{"kind":"web"}}})",
        R"({"op":2,"d":{"token":"t","device":[]}})", R"({"op":2,"d":{"token":"t","positions":[]}})",
        R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"web"},"positions":{"x":{"seq":1,"rev":1}}}})",
        R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"web"},"positions":{"7":{"seq":1}}}})",
        R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"web"},"positions":{"7":{"seq":-1,"rev":0}}}})"}) {
    EXPECT_EQ(fault_of(bad), 4002) << bad;
  }
}

TEST(Frames, ListsOverTheirLimitAreRefused) {
  const auto ids = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i + 1) + "\"";
    return text;
  };
  const auto positions = [](int count) {
    std::string text = R"({"op":2,"d":{"token":"t","device":{"id":"d","kind":"web"},"positions":{)";
    for (int i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i + 1) + R"(":{"seq":0,"rev":0})";
    return text + "}}}";
  };
  EXPECT_EQ(fault_of(positions(500)), 0);
  EXPECT_EQ(fault_of(positions(501)), 4002);
  EXPECT_EQ(fault_of(R"({"op":67,"d":{"channels":[)" + ids(100) + "]}}"), 0);
  EXPECT_EQ(fault_of(R"({"op":67,"d":{"channels":[)" + ids(101) + "]}}"), 4002);
  EXPECT_EQ(fault_of(R"({"op":67,"d":{"users":[)" + ids(500) + "]}}"), 0);
  EXPECT_EQ(fault_of(R"({"op":67,"d":{"users":[)" + ids(501) + "]}}"), 4002);
}

TEST(Frames, SubscribeIsAWholeSetEachTime) {
  const auto frame = parsed<SubscribeFrame>(R"({"op":67,"d":{"channels":["5","3","5"]}})");
  EXPECT_EQ(frame.channels, (std::vector<ChannelId>{ChannelId(3), ChannelId(5)}));
  EXPECT_EQ(frame.users, std::nullopt);
  EXPECT_EQ(fault_of(R"({"op":67,"d":{"channels":"5"}})"), 4002);
  EXPECT_EQ(fault_of(R"({"op":67,"d":{"channels":[5]}})"), 4002);
  EXPECT_EQ(fault_of(R"({"op":67,"d":[]})"), 4002);
}

TEST(Frames, ARequestNeedsANumberAndNothingElse) {
  EXPECT_EQ(parsed<RequestFrame>(R"({"op":64,"i":1,"t":"NO_SUCH","d":7})").i, 1u);
  EXPECT_EQ(parsed<RequestFrame>(R"({"op":64,"i":3})").i, 3u);
  for (const char* bad : {R"({"op":64,"t":"MESSAGE_SEND","d":{}})", R"({"op":64,"i":0,"d":{}})", R"({"op":64,"i":-1,"d":{}})",
                          R"({"op":64,"i":"1","d":{}})", R"({"op":64,"i":1.5,"d":{}})", R"({"op":64,"i":null,"d":{}})"}) {
    EXPECT_EQ(fault_of(bad), 4002) << bad;
  }
}

TEST(Frames, ResumePresenceTypingAndReadHaveTheirShapes) {
  EXPECT_EQ(parsed<ResumeFrame>(R"({"op":6,"d":{"token":"t","session_id":"x","s":4}})").s, 4u);
  EXPECT_TRUE(parsed<PresenceFrame>(R"({"op":3,"d":{"status":"away"}})").away);
  EXPECT_FALSE(parsed<PresenceFrame>(R"({"op":3,"d":{"status":"online"}})").away);
  EXPECT_EQ(parsed<TypingFrame>(R"({"op":68,"d":{"channel_id":"5"}})").channel, ChannelId(5));
  EXPECT_EQ(parsed<ReadFrame>(R"({"op":69,"d":{"channel_id":"5","seq":8}})").seq, 8u);
  for (const char* bad :
       {R"({"op":6,"d":{"token":"t","session_id":"x"}})", R"({"op":6,"d":{"token":"t","s":1}})", R"({"op":3,"d":{"status":"busy"}})",
        R"({"op":3,"d":"away"})", R"({"op":68,"d":{}})", R"({"op":68,"d":{"channel_id":5}})", R"({"op":69,"d":{"channel_id":"5"}})",
        R"({"op":69,"d":{"channel_id":"5","seq":"8"}})"}) {
    EXPECT_EQ(fault_of(bad), 4002) << bad;
  }
}

}  // namespace
}  // namespace rookery::gateway
