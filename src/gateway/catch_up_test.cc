#include "gateway/catch_up.h"

#include <numeric>

#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

std::string position(ChannelId channel, std::uint64_t seq, std::uint64_t rev) {
  return quoted(channel) + R"(:{"seq":)" + std::to_string(seq) + R"(,"rev":)" + std::to_string(rev) + "}";
}
std::string positions(const std::string& list, const std::string& epoch = "e1") {
  return R"(,"epoch":")" + epoch + R"(","positions":{)" + list + "}";
}
std::string synced(ChannelId channel, std::uint64_t seq, std::uint64_t rev, bool recovered) {
  return R"("t":"SYNCED","d":{"channel_id":)" + quoted(channel) + R"(,"seq":)" + std::to_string(seq) + R"(,"rev":)" + std::to_string(rev) +
         R"(,"recovered":)" + (recovered ? "true" : "false") + "}}";
}

// What stands between READY and the end, without the prefixes.
std::vector<std::string> after_ready(TestClient& client) {
  std::vector<std::string> rest;
  bool ready = false;
  for (const std::string& frame : client.all()) {
    if (ready) rest.push_back(frame.substr(frame.find("\"t\":")));
    ready = ready || has(frame, R"("t":"READY")");
  }
  return rest;
}

std::uint64_t number(const std::string& text, const std::string& name) {
  const auto at = text.find("\"" + name + "\":");
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 3));
}

// From READY or CHANNEL_CREATE on, every message and every change of the channel came once, in order. Returns the last message.
std::uint64_t expect_dense(TestClient& client, ChannelId channel) {
  std::uint64_t seq = 0;
  std::uint64_t rev = 0;
  for (const std::string& frame : client.all()) {
    if (!has(frame, quoted(channel))) continue;
    if (has(frame, R"("t":"READY")") || has(frame, R"("t":"CHANNEL_CREATE")")) {
      seq = number(frame, "last_seq");
      rev = number(frame, "rev");
    } else if (has(frame, R"("t":"MESSAGE_CREATE")")) {
      EXPECT_EQ(number(frame, "seq"), ++seq) << frame;
    } else if (has(frame, R"("t":"CHANNEL_UPDATE")") || has(frame, R"("t":"CHANNEL_MEMBER_)")) {
      EXPECT_EQ(number(frame, "rev"), ++rev) << frame;
    }
  }
  return seq;
}

class CatchUpTest : public ::testing::Test {
 protected:
  CatchUpTest() : ann(world.user("ann")), ben(world.user("ben")), channel(world.group({ann, ben})) {}
  void send(int count, const std::string& name = "m") {
    for (int i = 0; i < count; ++i) world.send(channel, ann, name + std::to_string(++sent));
  }
  // Ben's client catches up with sixty messages, of which not all are sent yet: it does not read.
  void stop_in_the_middle(TestClient& client) {
    const std::string big(3900, 'x');
    for (int i = 0; i < 60; ++i) world.send(channel, ann, big);
    client.open();
    client.stop_reading();
    client.say(R"({"op":2,"d":{"token":")" + to_string(ben) + R"(","device":{"id":"d","kind":"web"})" + positions(position(channel, 0, 0)) +
               "}}");
    world.settle();
  }
  static std::string session_of(TestClient& client) {
    const auto all = client.all();
    return field(*std::ranges::find_if(all, [](const std::string& frame) { return has(frame, R"("t":"READY")"); }), "session_id");
  }
  void edit(std::uint64_t seq, const std::string& content) {
    ASSERT_TRUE(world.apply(channel, EditMessage{ann, world.message_at(channel, seq), content, {}}));
  }

  World world;
  UserId ann;
  UserId ben;
  ChannelId channel;
  int sent = 0;
};

TEST_F(CatchUpTest, MessagesThenChangesThenSynced) {
  send(6);
  edit(2, "two");
  edit(2, "two again");
  edit(5, "five");
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, world.message_at(channel, 1)}));
  ASSERT_TRUE(world.apply(channel, React{ann, world.message_at(channel, 3), "👍", true}));
  TestClient client(world, 0);
  client.identify(ben, positions(position(channel, 4, 0)));
  client.expect(synced(channel, 6, 5, true));
  const auto rest = after_ready(client);
  ASSERT_EQ(rest.size(), 6u);
  EXPECT_TRUE(has(rest[0], R"("t":"MESSAGE_CREATE")") && has(rest[0], R"("seq":5)") && has(rest[0], R"("content":"five")"));
  EXPECT_TRUE(has(rest[1], R"("t":"MESSAGE_CREATE")") && has(rest[1], R"("seq":6)"));
  EXPECT_TRUE(has(rest[2], R"("t":"MESSAGE_UPDATE")") && has(rest[2], R"("rev":2,)") && has(rest[2], "two again"));
  EXPECT_TRUE(has(rest[3], R"("t":"MESSAGE_DELETE")") && has(rest[3], R"("rev":4,)") && has(rest[3], R"("seq":1)"));
  EXPECT_TRUE(has(rest[4], R"("t":"MESSAGE_UPDATE")") && has(rest[4], R"("rev":5,)") && has(rest[4], R"("count":1)"));
}

TEST_F(CatchUpTest, ChangesOfMembersAndOfTheChannelComeAsThemselves) {
  const UserId cid = world.user("cid");
  send(1);
  ASSERT_TRUE(world.apply(channel, AddMember{ann, cid}));
  UpdateChannel rename;
  rename.actor = ann;
  rename.name = "club";
  ASSERT_TRUE(world.apply(channel, rename));
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, cid}));
  TestClient client(world, 1);
  client.identify(ben, positions(position(channel, 4, 0)));
  client.expect(synced(channel, 4, 3, true));
  const auto rest = after_ready(client);
  ASSERT_EQ(rest.size(), 4u);
  EXPECT_TRUE(has(rest[0], R"("t":"CHANNEL_MEMBER_ADD")") && has(rest[0], R"("username":"cid")"));
  EXPECT_TRUE(has(rest[1], R"("t":"CHANNEL_UPDATE")") && has(rest[1], R"("name":"club")"));
  EXPECT_TRUE(has(rest[2], R"("t":"CHANNEL_MEMBER_REMOVE")") && has(rest[2], to_string(cid)));
}

TEST_F(CatchUpTest, AtTheHeadThereIsOnlySynced) {
  send(3);
  TestClient client(world, 1);
  client.identify(ben, positions(position(channel, 3, 0)));
  client.expect(synced(channel, 3, 0, true));
  EXPECT_EQ(after_ready(client).size(), 1u);
}

TEST_F(CatchUpTest, ExactlyThreeHundredAreSentAndOneMoreIsNot) {
  send(300);
  TestClient client(world, 0);
  client.identify(ben, positions(position(channel, 0, 0)));
  client.expect(synced(channel, 300, 0, true));
  EXPECT_EQ(count_of(client.all(), "MESSAGE_CREATE"), 300u);
  edit(1, "one");
  TestClient late(world, 1);
  late.identify(ben, positions(position(channel, 0, 0)));
  late.expect(synced(channel, 300, 1, false));
  EXPECT_EQ(after_ready(late).size(), 1u);
  send(1, "live");
  late.expect(R"("content":"live)");
}

TEST_F(CatchUpTest, AnotherEpochAndAPositionBeyondTheHeadAreNotRecovered) {
  send(3);
  for (const std::string& more :
       {positions(position(channel, 1, 0), "e0"), positions(position(channel, 4, 0)), positions(position(channel, 3, 1))}) {
    TestClient client(world, 0);
    client.identify(ben, more);
    client.expect(synced(channel, 3, 0, false));
    EXPECT_EQ(after_ready(client).size(), 1u);
  }
  TestClient client(world, 0);
  client.identify(ben, R"(,"positions":{)" + position(channel, 2, 0) + "}");
  client.expect(synced(channel, 3, 0, true));
}

TEST_F(CatchUpTest, AChannelOneIsNotInIsGone) {
  const ChannelId others = world.group({ann, world.user("cid")});
  TestClient client(world, 0);
  client.identify(ben, positions(position(others, 0, 0) + "," + position(ChannelId(4711), 5, 0)));
  const std::vector<std::string> gone = {client.expect(R"("gone":true)"), client.expect(R"("gone":true)")};  // in any order
  EXPECT_EQ(count_of(gone, R"("t":"SYNCED","d":{"channel_id":"4711","gone":true}})"), 1u);
  EXPECT_EQ(count_of(gone, R"("t":"SYNCED","d":{"channel_id":")" + to_string(others) + R"(","gone":true}})"), 1u);
}

TEST_F(CatchUpTest, ChannelsNotNamedAreNeitherCaughtUpNorQueued) {
  const ChannelId other = world.group({ann, ben});
  send(3);
  world.send(other, ann, "unseen");
  TestClient client(world, 0);
  client.identify(ben, positions(position(channel, 0, 0)));
  client.expect(synced(channel, 3, 0, true));
  world.settle();
  EXPECT_EQ(count_of(client.all(), "unseen"), 0u);
  world.send(other, ann, "live");
  EXPECT_TRUE(has(client.expect(R"("content":"live")"), R"("seq":2)"));
}

TEST_F(CatchUpTest, ChannelsComeMostRecentlyActiveFirst) {
  std::vector<ChannelId> channels;
  std::string list;
  for (int i = 0; i < 4; ++i) {
    channels.push_back(world.group({ann, ben}));
    world.clock.advance(std::chrono::milliseconds(5));
    world.send(channels.back(), ann, "x");
    list += (i == 0 ? "" : ",") + position(channels.back(), 0, 0);
  }
  TestClient client(world, 0);
  client.identify(ben, positions(list));
  for (std::size_t i = channels.size(); i-- > 0;) client.expect(synced(channels[i], 1, 0, true));
}

TEST_F(CatchUpTest, TheOfflineQueueIsWhatOthersWroteSinceDelivered) {
  send(5);
  ASSERT_TRUE(world.get(world.log.move_cursor({.channel = channel, .user = ben, .delivered_seq = 2})));
  TestClient client(world, 1);
  client.identify(ben);
  client.expect(synced(channel, 5, 0, true));
  const auto rest = after_ready(client);
  ASSERT_EQ(rest.size(), 4u);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(has(rest[static_cast<std::size_t>(i)], "\"content\":\"m" + std::to_string(i + 3)));
  client.say(R"({"op":66,"d":3})");  // READY, m3, m4
  world.settle();
  EXPECT_EQ(world.cursor(channel, ben).delivered_seq, 4u);
  TestClient again(world, 0);
  again.identify(ben);
  again.expect(synced(channel, 5, 0, true));
  EXPECT_EQ(count_of(again.all(), "MESSAGE_CREATE"), 1u);
}

TEST_F(CatchUpTest, NothingQueuedMeansNoSynced) {
  send(2);
  ASSERT_TRUE(world.get(world.log.move_cursor({.channel = channel, .user = ben, .read_seq = 2})));
  TestClient client(world, 1);
  client.identify(ben);
  world.settle();
  EXPECT_TRUE(after_ready(client).empty());
}

TEST_F(CatchUpTest, AQueuedChannelThatDoesNotFitWholeIsNotSent) {
  const ChannelId old = world.group({ann, ben});
  for (int i = 0; i < 3; ++i) world.send(old, ann, "old");
  world.clock.advance(std::chrono::milliseconds(5));
  send(998);
  TestClient client(world, 1);
  client.identify(ben);
  client.expect(synced(channel, 998, 0, true));
  client.expect(synced(old, 3, 0, false));
  EXPECT_EQ(count_of(client.all(), "MESSAGE_CREATE"), 998u);
}

TEST_F(CatchUpTest, IsPacedByTheReaderAndNothingIsMissingNorTwice) {
  const std::string big(3900, 'x');
  for (int i = 0; i < 200; ++i) world.send(channel, ann, big + std::to_string(i));
  TestClient client(world, 1);
  client.open();
  client.stop_reading();
  client.say(R"({"op":2,"d":{"token":")" + to_string(ben) + R"(","device":{"id":"d","kind":"web"})" + positions(position(channel, 0, 0)) +
             "}}");
  std::size_t most = 0;
  int live = 0;
  for (int round = 0; round < 200 && count_of(client.all(), "SYNCED") == 0; ++round) {
    world.settle();
    most = std::max(most, client.unsent_bytes());
    if (round % 2 == 0 && live < 20) world.send(channel, ann, "live" + std::to_string(live++));
    client.read_some();
  }
  EXPECT_LE(most, std::size_t{128} * 1024);
  client.read_on();
  client.expect(R"("t":"SYNCED")");
  world.send(channel, ann, "end");
  client.expect(R"("content":"end")");
  std::uint64_t seq = 0;
  for (const std::string& frame : client.all()) {
    if (has(frame, "MESSAGE_CREATE")) EXPECT_TRUE(has(frame, "\"seq\":" + std::to_string(++seq) + ",")) << frame.substr(0, 100);
  }
  EXPECT_EQ(seq, 201u + static_cast<std::uint64_t>(live));
}

TEST_F(CatchUpTest, WritersInFullSwingLeaveNoHoleAndNoRepeat) {
  send(20);
  for (int round = 0; round < 20; ++round) {
    std::thread writer([&] {
      for (int i = 0; i < 12; ++i) world.send(channel, ann, "w" + std::to_string(round) + "/" + std::to_string(i));
    });
    TestClient client(world, static_cast<unsigned>(round % 2));
    client.identify(ben, positions(position(channel, 10, 0)));
    client.expect(R"("t":"SYNCED")");
    writer.join();
    world.settle();
    world.send(channel, ann, "end" + std::to_string(round));
    client.expect("end" + std::to_string(round));
    std::uint64_t seq = 10;
    for (const std::string& frame : client.all()) {
      if (!has(frame, "MESSAGE_CREATE")) continue;
      const std::uint64_t comes = std::stoull(frame.substr(frame.find("\"seq\":") + 6));
      ASSERT_EQ(comes, ++seq);
    }
    EXPECT_EQ(seq, world.view(channel, ben).state.last_seq);
  }
}

TEST_F(CatchUpTest, ADeletionMeanwhileIsShownAsDeletedInWhatIsStillToCome) {
  const std::string big(3900, 'x');
  for (int i = 0; i < 60; ++i) world.send(channel, ann, big + "secret" + std::to_string(i) + "!");
  TestClient client(world, 1);
  client.open();
  client.stop_reading();
  client.say(R"({"op":2,"d":{"token":")" + to_string(ben) + R"(","device":{"id":"d","kind":"web"})" + positions(position(channel, 0, 0)) +
             "}}");
  world.settle();
  for (const std::uint64_t seq : {2, 30, 49, 60}) ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, world.message_at(channel, seq)}));
  client.read_on();
  client.expect(R"("t":"SYNCED")");
  const auto all = client.all();
  for (const int i : {1, 29, 48, 59}) EXPECT_EQ(count_of(all, "secret" + std::to_string(i) + "!"), 0u) << i;
  EXPECT_EQ(count_of(all, "secret"), 56u);
}

TEST_F(CatchUpTest, WhatComesBetweenReadyAndLiveIsNotLost) {
  // READY is read, then a message is written before the session is live: many times, at every point.
  for (int round = 0; round < 30; ++round) {
    TestClient client(world, static_cast<unsigned>(round % 2));
    std::thread writer([&] { world.send(channel, ann, "race" + std::to_string(round)); });
    const std::string ready = client.identify(ben, positions(position(ChannelId(1), 0, 0)));
    writer.join();
    world.settle();
    client.expect(R"("gone":true)");
    world.send(channel, ann, "fence" + std::to_string(round));
    client.expect("fence" + std::to_string(round));
    const std::uint64_t told = std::stoull(ready.substr(ready.find("\"last_seq\":") + 11));
    const std::uint64_t due = world.view(channel, ben).state.last_seq - told;
    EXPECT_EQ(count_of(client.all(), "MESSAGE_CREATE"), due);
  }
}

TEST_F(CatchUpTest, ChangesBetweenReadyAndLiveComeOneByOne) {
  send(3);
  for (int round = 0; round < 30; ++round) {
    TestClient client(world, static_cast<unsigned>(round % 2));
    std::thread writer([&] {
      for (std::uint64_t i = 0; i < 30; ++i) {
        edit(1 + i % 2, "edit" + std::to_string(i));
        if (i % 10 == 0) send(1);
      }
    });
    const std::string ready = client.identify(ben, positions(position(ChannelId(1), 0, 0)));
    writer.join();
    client.expect(R"("gone":true)");
    edit(3, "fence" + std::to_string(round));
    client.expect("fence" + std::to_string(round));
    std::uint64_t rev = std::stoull(ready.substr(ready.find("\"rev\":") + 6));
    for (const std::string& frame : client.all()) {
      if (has(frame, R"("t":"MESSAGE_UPDATE")")) EXPECT_TRUE(has(frame, "\"rev\":" + std::to_string(++rev) + ",")) << frame;
    }
    EXPECT_EQ(rev, world.view(channel, ben).state.rev);
  }
}

TEST_F(CatchUpTest, ASessionThatEndsWhileItsChangesAreReadIsLeftAlone) {
  send(3);
  for (int round = 0; round < 30; ++round) {
    TestClient client(world, static_cast<unsigned>(round % 2));
    std::thread writer([&] {
      for (std::uint64_t i = 0; i < 30; ++i) edit(1 + i % 2, "edit" + std::to_string(i));
    });
    client.open();
    client.say(R"({"op":2,"d":{"token":")" + to_string(ben) + R"(","device":{"id":"d","kind":"web"}}})");
    world.revoke(ben, LoginId(1));
    writer.join();
    client.expect_close(4102);
  }
}

TEST_F(CatchUpTest, WhoIsRemovedWhileCatchingUpIsToldSoLast) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  world.send(channel, ann, "not for ben");
  client.read_on();
  client.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
  world.settle();
  EXPECT_TRUE(has(client.all().back(), R"("gone":true)"));
  EXPECT_EQ(count_of(client.all(), "not for ben"), 0u);
}

TEST_F(CatchUpTest, WhatIsNumberedAfterHisRemovalIsNotReadForHim) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  world.deaf = true;  // the log shows it already, and the channel's core has not heard of it
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  world.send(channel, ann, "not for ben");
  client.read_on();
  world.settle();
  EXPECT_EQ(count_of(client.all(), "not for ben"), 0u);
  world.deaf = false;
  world.send(channel, ann, "not for ben either");
  client.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
  world.settle();
  EXPECT_EQ(count_of(client.all(), "not for ben"), 0u);
}

// Messages in `frames`, in order: their seqs.
std::vector<std::uint64_t> seqs_of(const std::vector<std::string>& frames) {
  std::vector<std::uint64_t> seqs;
  for (const std::string& frame : frames) {
    if (has(frame, "MESSAGE_CREATE")) seqs.push_back(std::stoull(frame.substr(frame.find("\"seq\":") + 6)));
  }
  return seqs;
}

std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> seqs(last);
  std::iota(seqs.begin(), seqs.end(), std::uint64_t{1});
  return seqs;
}

TEST_F(CatchUpTest, WhatWasNumberedBeforeHisRemovalComesBeforeIt) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  world.send(channel, ann, "not for ben");
  client.read_on();
  client.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
  client.expect(R"("gone":true)");
  EXPECT_EQ(seqs_of(client.all()), up_to(60));
}

TEST_F(CatchUpTest, WhoIsRemovedBeforeHisSessionIsLiveGetsWhatCameBefore) {
  // READY is read, then messages and the removal are written before the session is live: many times, at every point.
  for (int round = 0; round < 30; ++round) {
    const UserId one = world.user("cy" + std::to_string(round));
    const ChannelId group = world.group({ann, one});
    TestClient client(world, static_cast<unsigned>(round % 2));
    std::thread writer([&] {
      for (int i = 0; i < 5; ++i) world.send(group, ann, "before");
      ASSERT_TRUE(world.apply(group, RemoveMember{ann, one}));
      world.send(group, ann, "after");
    });
    const std::string ready = client.identify(one, positions(position(ChannelId(1), 0, 0)));
    writer.join();
    const bool listed = has(ready, quoted(group));
    if (listed) client.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
    world.settle();
    const std::uint64_t known = listed ? std::stoull(ready.substr(ready.find("\"last_seq\":") + 11)) : 5;
    EXPECT_EQ(seqs_of(client.all()).size(), 5 - known) << ready;
    EXPECT_EQ(count_of(client.all(), "after"), 0u);
  }
}

TEST_F(CatchUpTest, WhoIsOutAndInAgainBeforeHisSessionIsLiveHasNoHole) {
  for (int round = 0; round < 40; ++round) {
    const UserId one = world.user("cx" + std::to_string(round));
    const ChannelId group = world.group({ann, one});
    TestClient client(world, static_cast<unsigned>(round % 2));
    std::thread writer([&] {
      for (int i = 0; i < 2; ++i) {
        world.send(group, ann, "before");
        ASSERT_TRUE(world.apply(group, UpdateChannel{ann, "n" + std::to_string(i), {}}));
        ASSERT_TRUE(world.apply(group, RemoveMember{ann, one}));
        ASSERT_TRUE(world.apply(group, AddMember{ann, one}));
      }
      world.send(group, ann, "last");
    });
    client.identify(one, positions(position(ChannelId(1), 0, 0)));
    writer.join();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (expect_dense(client, group) < 9 && !HasFailure() && std::chrono::steady_clock::now() < until) world.settle();
    world.send(group, ann, "end");
    client.expect(R"("content":"end")");
    EXPECT_EQ(expect_dense(client, group), 10u);
  }
}

TEST_F(CatchUpTest, WhatWasChangedAfterHisRemovalIsNotShownToHim) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  edit(60, "not for ben");
  client.read_on();
  client.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
  client.expect(R"("gone":true)");
  EXPECT_EQ(seqs_of(client.all()), up_to(59));
  EXPECT_EQ(count_of(client.all(), "not for ben"), 0u);
  EXPECT_EQ(count_of(client.all(), R"("recovered":true)"), 0u);
}

TEST_F(CatchUpTest, WhoIsInAgainBeforeHeWasToldReadsOn) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  ASSERT_TRUE(world.apply(channel, AddMember{ann, ben}));
  world.settle();
  client.read_on();
  client.expect(R"("recovered":true)");
  world.send(channel, ann, "live");
  client.expect(R"("content":"live")");
  EXPECT_EQ(seqs_of(client.all()), up_to(63));
  EXPECT_EQ(count_of(client.all(), "CHANNEL_MEMBER_REMOVE"), 0u);
}

TEST_F(CatchUpTest, WhatStandsStillIsGivenUpAndSaysSo) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  world.deaf = true;  // the channel's core never hears that he is out, and the log does not let him read on
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  client.read_on();
  client.expect(R"("recovered":false)");
}

TEST_F(CatchUpTest, ASessionWhoseMembershipCannotBeToldIsEndedAndComesBack) {
  TestClient client(world, 1);
  stop_in_the_middle(client);
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  world.settle();
  world.deaf = true;  // he is in it again, and the channel's core never hears of it
  ASSERT_TRUE(world.apply(channel, AddMember{ann, ben}));
  client.read_on();
  client.expect_close(1013);
  world.deaf = false;
  TestClient again(world, 1);
  again.open();
  again.say(R"({"op":6,"d":{"token":")" + to_string(ben) + R"(","session_id":")" + session_of(client) + R"(","s":1}})");
  again.expect(R"("op":9)");
}

TEST_F(CatchUpTest, WhoIsInAgainIsNotToldThatHeWasOut) {
  send(1);
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  ASSERT_TRUE(world.apply(channel, AddMember{ann, ben}));
  TestClient client(world, 0);
  client.identify(ben, positions(position(channel, 1, 0)));
  client.expect(synced(channel, 3, 2, true));
  EXPECT_EQ(count_of(client.all(), "CHANNEL_MEMBER_REMOVE"), 0u);
  EXPECT_EQ(count_of(client.all(), "CHANNEL_MEMBER_ADD"), 1u);
}

}  // namespace
}  // namespace rookery::gateway
