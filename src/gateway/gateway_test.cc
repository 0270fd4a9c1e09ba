#include "gateway/gateway.h"

#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

TEST(Gateway, SaysHelloFirst) {
  World world;
  TestClient client(world, 0);
  client.open();
  const std::string hello = client.expect(R"("op":10)");
  EXPECT_TRUE(has(hello, R"("heartbeat_interval":30000)"));
  EXPECT_TRUE(has(hello, R"("session_ttl":300)"));
  EXPECT_TRUE(has(hello, R"("limits":{"content":4000)"));
  EXPECT_EQ(client.all().size(), 1u);
}

TEST(Gateway, ReadyShowsTheChannelsLastActiveFirst) {
  World world;
  const UserId ann = world.user("ann");
  const UserId ben = world.user("ben");
  const ChannelId first = world.group({ann, ben});
  const ChannelId second = world.group({ann, ben});
  world.clock.advance(std::chrono::milliseconds(10));
  world.send(first, ben, "hi");
  TestClient client(world, 1);
  const std::string ready = client.identify(ann);
  EXPECT_TRUE(has(ready, R"({"op":0,"s":1,"t":"READY","d":{"v":1,)"));
  EXPECT_TRUE(has(ready, R"("username":"ann")"));
  EXPECT_TRUE(has(ready, R"("guilds":[])"));
  EXPECT_TRUE(has(ready, R"("epoch":"e1")"));
  EXPECT_TRUE(has(ready, R"("more":false)"));
  EXPECT_LT(ready.find("\"id\":" + quoted(first)), ready.find("\"id\":" + quoted(second)));
}

TEST(Gateway, MessagesReachEverySessionOfEveryMemberWithTheReplyToTheSender) {
  World world;
  const UserId ann = world.user("ann");
  const UserId ben = world.user("ben");
  const ChannelId channel = world.group({ann, ben});
  TestClient a(world, 0);
  TestClient a2(world, 1);
  TestClient b(world, 1);
  for (TestClient* client : {&a, &a2}) client->identify(ann);
  b.identify(ben);
  world.settle();
  a.say(request(7, channel, "hello"));
  EXPECT_TRUE(has(a.expect(R"("op":65)"), R"({"op":65,"i":7,"d":{"message":{)"));
  for (TestClient* client : {&a2, &b}) {
    const std::string message = client->expect(R"("t":"MESSAGE_CREATE")");
    EXPECT_TRUE(has(message, R"("content":"hello")"));
    EXPECT_TRUE(has(message, R"("username":"ann")"));
    EXPECT_TRUE(has(message, R"({"op":0,"s":2,)"));
  }
  std::size_t copies = 0;
  for (const std::string& frame : a.all()) copies += has(frame, R"("t":"MESSAGE_CREATE")") ? 1 : 0;
  EXPECT_EQ(copies, 1u);
}

TEST(Gateway, HeartbeatsAreAnsweredBeforeAndAfterIdentify) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.open();
  client.say(R"({"op":1,"d":null})");
  client.expect(R"({"op":11})");
  client.say(R"({"op":2,"d":{"token":")" + to_string(ann) + R"(","device":{"id":"d","kind":"web"}}})");
  client.expect(R"("t":"READY")");
  client.say(R"({"op":1,"d":1})");
  client.expect(R"({"op":11})");
}

TEST(Gateway, AnAcknowledgedMessageIsDelivered) {
  World world;
  const UserId ann = world.user("ann");
  const UserId ben = world.user("ben");
  const ChannelId channel = world.group({ann, ben});
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  for (int i = 0; i < 3; ++i) world.send(channel, ann, "m" + std::to_string(i));
  b.expect(R"("content":"m2")");
  EXPECT_EQ(world.cursor(channel, ben).delivered_seq, 0u);
  b.say(R"({"op":66,"d":3})");  // READY, m0, m1
  world.settle();
  EXPECT_EQ(world.cursor(channel, ben).delivered_seq, 2u);
  EXPECT_EQ(world.cursor(channel, ben).read_seq, 0u);
  b.say(R"({"op":1,"d":4})");
  world.settle();
  EXPECT_EQ(world.cursor(channel, ben).delivered_seq, 3u);
}

}  // namespace
}  // namespace rookery::gateway
