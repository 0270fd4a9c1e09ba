#include "gateway/session.h"
#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string resume(const std::string& token, const std::string& session, std::uint64_t s) {
  return R"({"op":6,"d":{"token":")" + token + R"(","session_id":")" + session + R"(","s":)" + std::to_string(s) + "}}";
}

class ResumeTest : public ::testing::Test {
 protected:
  ResumeTest() : ann(world.user("ann")), ben(world.user("ben")), channel(world.group({ann, ben})) {}

  // Identifies `client` as ben.
  std::string session_of(TestClient& client) {
    const std::string id = field(client.identify(ben), "session_id");
    world.settle();
    return id;
  }
  void send(int count) {
    for (int i = 0; i < count; ++i) world.send(channel, ann, "m" + std::to_string(++sent));
    world.settle();
  }

  World world;
  UserId ann;
  UserId ben;
  ChannelId channel;
  int sent = 0;
};

TEST_F(ResumeTest, ReplaysEverythingAfterTheLastSeenDispatchFromEveryS) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  send(10);
  std::vector<std::string> dispatches;
  for (const std::string& frame : first.all()) {
    if (has(frame, R"({"op":0,)")) dispatches.push_back(frame);
  }
  ASSERT_EQ(dispatches.size(), 11u);
  std::uint64_t last = 11;
  first.hang_up();
  // From the highest down: a Resume acknowledges what it names.
  for (std::uint64_t s = 0; s <= 11; ++s) {
    TestClient client(world, static_cast<unsigned>(s % 2));
    client.open();
    client.say(resume(to_string(ben), session, s));
    client.expect(R"("t":"RESUMED","d":{}})");
    ++last;
    const std::vector<std::string> all = client.all();
    ASSERT_EQ(all.size(), 1 + last - s);  // Hello, then all after s
    for (std::uint64_t i = s; i < 11; ++i) EXPECT_EQ(all[1 + i - s], dispatches[i]);
    EXPECT_TRUE(has(all.back(), R"({"op":0,"s":)" + std::to_string(last) + ","));
    client.hang_up();
    world.settle();
  }
}

TEST_F(ResumeTest, WhatHappensMeanwhileIsReplayedAndLiveGoesOn) {
  TestClient first(world, 1);
  const std::string session = session_of(first);
  send(2);
  first.hang_up(1006);
  send(3);
  TestClient second(world, 0);
  second.open();
  second.say(resume(to_string(ben), session, 2));
  second.expect(R"({"op":0,"s":3,"t":"MESSAGE_CREATE")");
  second.expect(R"({"op":0,"s":6,"t":"MESSAGE_CREATE")");
  second.expect(R"({"op":0,"s":7,"t":"RESUMED")");
  send(1);
  EXPECT_TRUE(has(second.expect(R"({"op":0,"s":8,)"), R"("content":"m6")"));
  EXPECT_EQ(world.cursor(channel, ben).delivered_seq, 1u) << "s 2 is READY and m1";
}

TEST_F(ResumeTest, TheOldSocketIsClosedWith4103) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  TestClient second(world, 1);
  second.open();
  second.say(resume(to_string(ben), session, 1));
  second.expect("RESUMED");
  first.expect_close(4103);
  send(1);
  second.expect(R"("content":"m1")");
  EXPECT_EQ(count_of(first.all(), R"("content":"m1")"), 0u);
}

TEST_F(ResumeTest, TheOldSocketIsSentNothingMoreThatWasDeletedMeanwhile) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  first.stop_reading();
  send(1);
  TestClient second(world, 1);
  second.open();
  second.say(resume(to_string(ben), session, 2));  // acknowledges m1: the ring holds it no more
  second.expect("RESUMED");
  first.expect_close(4103);
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, world.message_at(channel, 1)}));
  world.settle();
  first.read_on();
  EXPECT_EQ(count_of(first.all(), R"("content":"m1")"), 0u);
}

TEST_F(ResumeTest, ASocketThatIsFarBehindIsTakenOverFromWhereItsReaderStood) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  first.stop_reading();
  const std::string big(4000, 'x');
  for (int i = 0; i < 70; ++i) world.send(channel, ann, big);
  world.settle();
  TestClient second(world, 1);
  second.open();
  second.say(resume(to_string(ben), session, 1));
  second.expect("RESUMED");
  EXPECT_EQ(count_of(second.all(), "MESSAGE_CREATE"), 70u);
  first.read_on();
  first.expect_close(4103);
}

TEST_F(ResumeTest, BeyondWhatWasSentCloses4007AndTheSessionStays) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  first.hang_up();
  TestClient second(world, 0);
  second.open();
  second.say(resume(to_string(ben), session, 2));
  second.expect_close(4007);
  TestClient third(world, 1);
  third.open();
  third.say(resume(to_string(ben), session, 1));
  third.expect("RESUMED");
}

TEST_F(ResumeTest, ARefusedTokenLeavesTheSessionAsItIs) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  TestClient second(world, 0);
  second.open();
  second.say(resume("expired", session, 1));
  second.expect_close(4004);
  send(1);
  first.expect(R"("content":"m1")");
}

TEST_F(ResumeTest, WhatIsNotItsOwnOrNotThereIsInvalidAndIdentifyGoesOnThatSocket) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  std::string unknown = session;
  unknown[10] = unknown[10] == 'A' ? 'B' : 'A';
  const struct {
    std::string token;
    std::string session;
  } cases[] = {{to_string(ann), session}, {to_string(ben) + "/2", session}, {to_string(ben), unknown}, {to_string(ben), "x"}};
  for (const auto& one : cases) {
    for (unsigned core = 0; core < 2; ++core) {
      TestClient client(world, core);
      client.open();
      client.say(resume(one.token, one.session, 1));
      client.expect(R"({"op":9,"d":{"resumable":false}})");
      client.say(R"({"op":2,"d":{"token":")" + one.token + R"(","device":{"id":"d","kind":"web"}}})");
      client.expect("READY");
    }
  }
  EXPECT_EQ(first.close_code(), 0);
}

TEST_F(ResumeTest, ClosingWith1000Or1001EndsTheSession) {
  for (const std::uint16_t code : {1000, 1001}) {
    TestClient first(world, 0);
    const std::string session = session_of(first);
    first.hang_up(code);
    TestClient second(world, 0);
    second.open();
    second.say(resume(to_string(ben), session, 1));
    second.expect(R"("op":9)");
  }
}

TEST_F(ResumeTest, TheSessionLivesItsTimeFromTheLastFrame) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  world.clock.advance(seconds(30));
  first.touch();
  first.hang_up();
  world.clock.advance(milliseconds(299'999));
  world.sweep();
  TestClient second(world, 0);
  second.open();
  second.say(resume(to_string(ben), session, 1));
  second.expect("RESUMED");
  second.hang_up();
  world.clock.advance(seconds(300));
  world.sweep();
  TestClient third(world, 0);
  third.open();
  third.say(resume(to_string(ben), session, 1));
  third.expect(R"("op":9)");
}

TEST_F(ResumeTest, MoreThan512UnacknowledgedDispatchesCannotBeResumedFromTheirStart) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  send(512);  // and READY: one too many
  first.hang_up();
  TestClient second(world, 0);
  second.open();
  second.say(resume(to_string(ben), session, 0));
  second.expect(R"("op":9)");
  second.say(resume(to_string(ben), session, 1));
  second.expect("RESUMED");
}

TEST_F(ResumeTest, ASessionThatMissedTooMuchIsEndedAtOnce) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  send(1);
  first.hang_up();
  send(512);
  world.sweep();
  TestClient second(world, 0);
  second.open();
  second.say(resume(to_string(ben), session, 2));
  second.expect("RESUMED");
  second.hang_up();
  world.settle();
  send(513);
  world.clock.advance(seconds(5));
  world.sweep();
  EXPECT_EQ(std::ranges::count(world.presence.notes(), "disconnected " + to_string(ben)), 1);
}

TEST_F(ResumeTest, IsPacedByTheReader) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  first.hang_up();
  const std::string big(4000, 'x');
  for (int i = 0; i < 55; ++i) world.send(channel, ann, big);
  world.settle();
  TestClient second(world, 1);
  second.open();
  second.stop_reading();
  second.say(resume(to_string(ben), session, 1));
  std::size_t most = 0;
  for (int round = 0; round < 50 && count_of(second.all(), "RESUMED") == 0; ++round) {
    world.settle();
    second.read_some();
    most = std::max(most, second.unsent_bytes());
  }
  EXPECT_LE(most, std::size_t{128} * 1024);
  second.read_on();
  second.expect("RESUMED");
  EXPECT_EQ(count_of(second.all(), "MESSAGE_CREATE"), 55u);
}

TEST_F(ResumeTest, ADeletedMessageIsReplayedAsDeleted) {
  TestClient first(world, 0);
  const std::string session = session_of(first);
  world.send(channel, ann, "secret");
  ASSERT_TRUE(world.apply(channel, EditMessage{ann, world.message_at(channel, 1), "secret too", {}}));
  world.settle();
  first.hang_up();
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, world.message_at(channel, 1)}));
  TestClient second(world, 0);
  second.open();
  second.say(resume(to_string(ben), session, 1));
  second.expect("RESUMED");
  const auto all = second.all();
  EXPECT_EQ(count_of(all, "secret"), 0u);
  EXPECT_TRUE(has(all[1], R"({"op":0,"s":2,"t":"MESSAGE_CREATE")"));
  EXPECT_TRUE(has(all[1], R"("content":"",)"));
  EXPECT_TRUE(has(all[1], R"("deleted":true)"));
  // What a dispatch was it stays; only the message in it is as it is now.
  EXPECT_TRUE(has(all[2], R"({"op":0,"s":3,"t":"MESSAGE_UPDATE")"));
  EXPECT_TRUE(has(all[2], R"("deleted":true)"));
  EXPECT_TRUE(has(all[3], R"({"op":0,"s":4,"t":"MESSAGE_DELETE")"));
}

}  // namespace
}  // namespace rookery::gateway
