#include "gateway/connection.h"

#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string identify(const std::string& token) { return R"({"op":2,"d":{"token":")" + token + R"(","device":{"id":"d","kind":"web"}}})"; }

TEST(Connection, ClosesWhatItDoesNotUnderstand) {
  World world;
  const struct {
    const char* frame;
    std::uint16_t code;
  } cases[] = {{R"({"op":12,"d":{}})", 4001},
               {"{", 4002},
               {R"({"op":64,"t":"X"})", 4002},
               {R"({"op":66,"d":1})", 4003},
               {R"({"op":3,"d":{"status":"away"}})", 4003},
               {R"({"op":64,"i":1,"t":"MESSAGE_SEND","d":{}})", 4003},
               {R"({"op":67,"d":{}})", 4003}};
  for (const auto& one : cases) {
    TestClient client(world, 0);
    client.open();
    client.say(one.frame);
    client.expect_close(one.code);
  }
  TestClient client(world, 0);
  client.open();
  client.say_binary();
  client.expect_close(4002);
}

TEST(Connection, WhoDoesNotIdentifyWithinTenSecondsIsClosed) {
  World world;
  TestClient client(world, 0);
  client.open();
  world.clock.advance(milliseconds(9'999));
  world.sweep();
  EXPECT_EQ(client.close_code(), 0);
  client.say(R"({"op":1,"d":null})");
  world.clock.advance(milliseconds(1));
  world.sweep();
  client.expect_close(4003);
}

TEST(Connection, ARefusedTokenCloses4004) {
  World world;
  TestClient client(world, 0);
  client.open();
  client.say(identify("nonsense"));
  client.expect_close(4004);
}

TEST(Connection, IdentifyingTwiceCloses4005AndKeepsTheSession) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);
  client.say(identify(to_string(ann)));
  client.expect_close(4005);
  TestClient again(world, 0);
  again.identify(ann);
  again.say(R"({"op":6,"d":{"token":"1","session_id":"x","s":0}})");
  again.expect_close(4005);
}

TEST(Connection, AnSThatWasNeverSentCloses4007) {
  World world;
  const UserId ann = world.user("ann");
  for (const char* frame : {R"({"op":66,"d":2})", R"({"op":1,"d":2})"}) {
    TestClient client(world, 0);
    client.identify(ann);
    client.say(R"({"op":66,"d":1})");
    client.say(R"({"op":66,"d":0})");
    EXPECT_EQ(client.close_code(), 0);
    client.say(frame);
    client.expect_close(4007);
  }
}

TEST(Connection, MoreThan120FramesInAnyMinuteClose4008) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);  // the first
  for (int i = 1; i < 120; ++i) {
    client.say(R"({"op":67,"d":{}})");
    client.say(R"({"op":66,"d":1})");
    client.say(R"({"op":1,"d":null})");
    world.clock.advance(milliseconds(100));
  }
  EXPECT_EQ(client.close_code(), 0);
  world.clock.advance(seconds(60) - milliseconds(120 * 100));
  client.say(R"({"op":67,"d":{}})");
  EXPECT_EQ(client.close_code(), 4008) << "the first one is 59.9 s ago";
}

TEST(Connection, TheFrameWindowSlides) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);
  for (int i = 0; i < 400; ++i) {
    world.clock.advance(milliseconds(500));
    client.say(R"({"op":67,"d":{}})");
  }
  EXPECT_EQ(client.close_code(), 0);
}

TEST(Connection, NoLimitOfFramesWhenItIsZero) {
  GatewayOptions options = World::quiet();
  options.limits.frames_per_minute = 0;
  World world(options);
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);
  for (int i = 0; i < 500; ++i) client.say(R"({"op":67,"d":{}})");
  EXPECT_EQ(client.close_code(), 0);
}

TEST(Connection, SilenceFor60SecondsCloses4009) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);
  world.clock.advance(seconds(59));
  client.touch();
  world.clock.advance(milliseconds(59'999));
  world.sweep();
  EXPECT_EQ(client.close_code(), 0);
  world.clock.advance(milliseconds(1));
  world.sweep();
  client.expect_close(4009);
}

TEST(Connection, ARevokedLoginIsClosedAndItsSessionIsGone) {
  World world;
  const UserId ann = world.user("ann");
  TestClient one(world, 0);
  TestClient two(world, 1);
  const std::string ready = one.identify(ann);
  two.open();
  two.say(identify(to_string(ann) + "/2"));
  two.expect("READY");
  world.revoke(ann, LoginId(1));
  one.expect_close(4102);
  world.settle();
  EXPECT_EQ(two.close_code(), 0);
  TestClient again(world, 0);
  again.open();
  again.say(R"({"op":6,"d":{"token":")" + to_string(ann) + R"(","session_id":")" + field(ready, "session_id") + R"(","s":1}})");
  again.expect(R"({"op":9,"d":{"resumable":false}})");
  world.revoke(ann, LoginId());
  two.expect_close(4102);
  EXPECT_EQ(std::ranges::count(world.presence.notes(), "revoked " + to_string(ann)), 2);
}

TEST(Connection, TheConnectionTooManyOfAUserIsTheNewOne) {
  GatewayOptions options = World::quiet();
  options.limits.connections_per_user = 2;
  World world(options);
  const UserId ann = world.user("ann");
  const UserId ben = world.user("ben");
  TestClient one(world, 0);
  TestClient two(world, 1);
  TestClient three(world, 0);
  TestClient other(world, 0);
  one.identify(ann);
  two.identify(ann);
  other.identify(ben);
  three.open();
  three.say(identify(to_string(ann)));
  three.expect_close(4104);
  EXPECT_EQ(two.close_code(), 0);
  one.hang_up();
  world.settle();
  TestClient four(world, 1);
  four.identify(ann);
}

TEST(Connection, DrainingAsksEverybodyToComeBackAndThenCloses4101) {
  World world;
  const UserId ann = world.user("ann");
  std::vector<std::unique_ptr<TestClient>> clients;
  for (unsigned i = 0; i < 7; ++i) {
    clients.push_back(std::make_unique<TestClient>(world, i % 2));
    clients.back()->identify(ann);
  }
  world.gateway.drain(milliseconds(200));
  for (const auto& client : clients) client->expect(R"({"op":7,"d":{"after_ms":)");
  for (const auto& client : clients) client->expect_close(4101);
}

TEST(Connection, ABadRequestIsAnErrorReplyAndNoClose) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);
  for (const char* frame : {R"({"op":64,"i":5,"t":"NO_SUCH","d":{}})", R"({"op":64,"i":5,"d":{}})", R"({"op":64,"i":5,"t":7,"d":{}})",
                            R"({"op":64,"i":5,"t":"MESSAGE_SEND"})", R"({"op":64,"i":5,"t":"MESSAGE_SEND","d":[]})"}) {
    client.say(frame);
    EXPECT_TRUE(has(client.expect(R"("op":65)"), R"({"op":65,"i":5,"error":{"code":50035)")) << frame;
  }
  client.say(request(6, ChannelId(77), "x"));
  client.expect(R"({"op":65,"i":6,"error":{"code":10003)");
}

TEST(Connection, ReadingStandsStillWhile32RequestsAreUnanswered) {
  World world;
  const UserId ann = world.user("ann");
  const ChannelId channel = world.group({ann, world.user("ben")});
  TestClient client(world, 0);
  client.identify(ann);
  world.requests.held = true;
  for (int i = 1; i <= 31; ++i) client.say(request(i, channel, "x"));
  EXPECT_FALSE(client.paused());
  client.say(request(32, channel, "x"));
  EXPECT_TRUE(client.paused());
  world.requests.held = false;
  client.say(request(33, channel, "last"));
  client.expect(R"({"op":65,"i":33,)");
  EXPECT_FALSE(client.paused());
}

TEST(Connection, RequestsToOneChannelAreNumberedInTheOrderOfTheirFrames) {
  World world;
  const UserId ann = world.user("ann");
  const ChannelId channel = world.group({ann, world.user("ben")});
  TestClient client(world, 1);
  client.identify(ann);
  for (int i = 1; i <= 60; ++i) client.say(request(i, channel, "m" + std::to_string(i)));
  for (int i = 1; i <= 60; ++i) {
    const std::string frame = client.expect(R"("t":"MESSAGE_CREATE")");
    EXPECT_TRUE(has(frame, R"("content":"m)" + std::to_string(i) + "\"")) << frame;
    EXPECT_TRUE(has(frame, R"("seq":)" + std::to_string(i) + ",")) << frame;
  }
}

TEST(Connection, PresenceHearsOfConnectionsSignsOfLifeAndWatchers) {
  World world;
  const UserId ann = world.user("ann");
  TestClient client(world, 0);
  client.identify(ann);
  client.say(R"({"op":3,"d":{"status":"away"}})");
  client.say(R"({"op":67,"d":{"users":["5","6"]}})");
  world.clock.advance(seconds(5));
  client.say(R"({"op":1,"d":null})");
  world.sweep();
  world.gateway.dispatch(world.presence.last_watcher(), net::SharedBuffer::copy_of(R"("t":"PRESENCE_UPDATE","d":{}})"));
  client.expect(R"({"op":0,"s":2,"t":"PRESENCE_UPDATE","d":{}})");
  client.hang_up(1000);
  world.settle();
  const std::string id = to_string(ann);
  EXPECT_EQ(world.presence.notes(),
            (std::vector<std::string>{"connected " + id, "away " + id, "watch " + id + " 2", "seen " + id, "disconnected " + id}));
}

}  // namespace
}  // namespace rookery::gateway
