// Who gets what (protocol.md §4), from the log to the clients.
#include "base/random.h"
#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;

class FanoutTest : public ::testing::Test {
 protected:
  FanoutTest() : ann(world.user("ann")), ben(world.user("ben")), cid(world.user("cid")) {}

  static MentionRequest mention(UserId user) {
    MentionRequest request;
    request.users.push_back(user);
    return request;
  }
  ChannelId large_group() {
    std::vector<UserId> members{ann, ben};
    while (members.size() < 50) members.push_back(world.user("u" + std::to_string(members.size())));
    return world.group(members);
  }

  World world;
  UserId ann;
  UserId ben;
  UserId cid;
};

TEST_F(FanoutTest, EachEventHasItsShape) {
  const ChannelId channel = world.group({ann, ben});
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  world.send(channel, ann, "one");
  const MessageId id = world.message_at(channel, 1);
  ASSERT_TRUE(world.apply(channel, EditMessage{ann, id, "two", {}}));
  ASSERT_TRUE(world.apply(channel, React{ann, id, "👍", true}));
  ASSERT_TRUE(world.apply(channel, React{ann, id, "👍", false}));
  ASSERT_TRUE(world.apply(channel, Pin{ann, id, true}));
  ASSERT_TRUE(world.apply(channel, AddMember{ann, cid}));
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, cid}));
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, id}));
  const std::string head = R"("d":{"channel_id":)" + quoted(channel) + R"(,"rev":)";
  EXPECT_TRUE(has(b.expect("MESSAGE_CREATE"), R"("content":"one")"));
  EXPECT_TRUE(has(b.expect("MESSAGE_UPDATE"), head + R"(1,"message":{"id":")" + to_string(id)));
  EXPECT_TRUE(has(b.expect("MESSAGE_REACTION_ADD"),
                  head + R"(2,"user_id":")" + to_string(ann) + R"(","emoji":"👍","message_id":")" + to_string(id) + R"(","count":1}})"));
  EXPECT_TRUE(has(b.expect("MESSAGE_REACTION_REMOVE"), R"("count":0}})"));
  EXPECT_TRUE(has(b.expect("MESSAGE_UPDATE"), R"("pinned":true)"));
  EXPECT_TRUE(has(b.expect("CHANNEL_MEMBER_ADD"), head + R"(5,"user":{"id":")" + to_string(cid)));
  EXPECT_TRUE(has(b.expect("MESSAGE_CREATE"), R"("kind":"member_add")"));
  EXPECT_TRUE(has(b.expect("CHANNEL_MEMBER_REMOVE"), head + R"(6,"user_id":")" + to_string(cid) + "\"}}"));
  EXPECT_TRUE(has(b.expect("MESSAGE_CREATE"), R"("kind":"member_remove")"));
  EXPECT_TRUE(has(b.expect("MESSAGE_DELETE"), R"("deleted":true)"));
}

TEST_F(FanoutTest, ANewGroupIsLiveForAllItsMembersAtOnce) {
  TestClient a(world, 0);
  TestClient b(world, 1);
  a.identify(ann);
  b.identify(ben);
  const ChannelId channel = world.group({ann, ben});
  world.send(channel, ann, "first");
  for (TestClient* client : {&a, &b}) {
    const std::string create = client->expect("CHANNEL_CREATE");
    EXPECT_TRUE(has(create, R"("read_state":{)"));
    EXPECT_TRUE(has(create, R"("last_seq":0)"));
    EXPECT_TRUE(has(client->expect("MESSAGE_CREATE"), R"("content":"first")"));
  }
}

TEST_F(FanoutTest, TheOtherSideOfADirectChannelHearsOfItWithItsFirstMessage) {
  TestClient a(world, 0);
  TestClient b(world, 1);
  a.identify(ann);
  b.identify(ben);
  const ChannelId channel = world.direct(ann, ben);
  a.expect("CHANNEL_CREATE");
  world.settle();
  EXPECT_EQ(count_of(b.all(), "CHANNEL_CREATE"), 0u);
  world.send(channel, ann, "hi");
  const std::string create = b.expect("CHANNEL_CREATE");
  EXPECT_TRUE(has(create, R"("last_seq":0)"));
  b.expect(R"("content":"hi")");
  world.settle();
  EXPECT_EQ(count_of(b.all(), R"("content":"hi")"), 1u);
  EXPECT_EQ(count_of(a.all(), "CHANNEL_CREATE"), 1u);
}

TEST_F(FanoutTest, WhoOpensADirectChannelThatTheOtherOpenedBeforeIsLiveInItAtOnce) {
  GatewayOptions options = World::quiet();
  options.limits.large_channel = 2;  // large, so that SYNCED says when
  World wide(options);
  const UserId one = wide.user("one");
  const UserId two = wide.user("two");
  TestClient a(wide, 0);
  TestClient b(wide, 1);
  a.identify(one);
  b.identify(two);
  const ChannelId channel = wide.direct(one, two);
  a.expect("CHANNEL_CREATE");
  const std::string subscribe = R"({"op":67,"d":{"channels":[")" + to_string(channel) + R"("]}})";
  a.say(subscribe);
  a.expect("SYNCED");  // from here on the channel's core knows who sees it
  wide.apply(channel, OpenDirect{two});
  b.expect("CHANNEL_CREATE");
  b.say(subscribe);
  b.expect("SYNCED");
}

TEST_F(FanoutTest, WhoIsAddedStartsBehindTheSystemMessage) {
  const ChannelId channel = world.group({ann, ben});
  world.send(channel, ann, "before");
  TestClient c(world, 1);
  c.identify(cid);
  world.settle();
  ASSERT_TRUE(world.apply(channel, AddMember{ann, cid}));
  const std::string create = c.expect("CHANNEL_CREATE");
  EXPECT_TRUE(has(create, R"("last_seq":2)"));
  EXPECT_TRUE(has(create, R"("unread":0)"));
  world.send(channel, ann, "after");
  EXPECT_TRUE(has(c.expect("MESSAGE_CREATE"), R"("content":"after")"));
  EXPECT_EQ(count_of(c.all(), "CHANNEL_MEMBER_ADD"), 0u);
}

TEST_F(FanoutTest, WhoIsRemovedGetsTheRemovalAndNothingAfter) {
  const ChannelId channel = world.group({ann, ben, cid});
  TestClient b(world, 0);
  TestClient c(world, 1);
  b.identify(ben);
  c.identify(cid);
  world.settle();
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
  world.send(channel, ann, "without ben");
  c.expect("without ben");
  world.settle();
  EXPECT_TRUE(has(b.all().back(), "CHANNEL_MEMBER_REMOVE"));
  EXPECT_EQ(count_of(b.all(), "MESSAGE_CREATE"), 0u);
  ASSERT_TRUE(world.apply(channel, AddMember{ann, ben}));
  b.expect("CHANNEL_CREATE");
  world.send(channel, ann, "with ben");
  b.expect("with ben");
}

TEST_F(FanoutTest, AMentionIsPushedOnceBesides) {
  const ChannelId channel = world.group({ann, ben, cid});
  TestClient b(world, 0);
  TestClient c(world, 1);
  b.identify(ben);
  c.identify(cid);
  world.settle();
  world.send(channel, ann, "hey", mention(ben));
  b.expect("MESSAGE_CREATE");
  EXPECT_TRUE(has(b.expect("MENTION_CREATE"), R"("d":{"channel_id":)" + quoted(channel) + R"(,"message":{)"));
  c.expect("MESSAGE_CREATE");
  world.settle();
  EXPECT_EQ(count_of(c.all(), "MENTION_CREATE"), 0u);
  EXPECT_EQ(count_of(b.all(), "MENTION_CREATE"), 1u);
}

TEST_F(FanoutTest, ReceiptsGoToTheAuthorsOfWhatIsNewlyCovered) {
  const ChannelId channel = world.group({ann, ben, cid});
  TestClient a(world, 0);
  TestClient b(world, 1);
  TestClient c(world, 1);
  a.identify(ann);
  b.identify(ben);
  c.identify(cid);
  world.settle();
  world.send(channel, ann, "one");
  b.expect("MESSAGE_CREATE");
  b.say(R"({"op":66,"d":2})");
  EXPECT_TRUE(has(a.expect("RECEIPT_UPDATE"), R"("d":{"channel_id":)" + quoted(channel) + R"(,"receipts":[{"user_id":")" + to_string(ben) +
                                                  R"(","delivered_seq":1,"read_seq":0}]}})"));
  b.say(R"({"op":69,"d":{"channel_id":)" + quoted(channel) + R"(,"seq":1}})");
  EXPECT_TRUE(has(a.expect("RECEIPT_UPDATE"), R"("delivered_seq":1,"read_seq":1})"));
  world.settle();
  EXPECT_EQ(count_of(c.all(), "RECEIPT_UPDATE"), 0u);
  EXPECT_EQ(count_of(b.all(), "RECEIPT_UPDATE"), 0u);
}

TEST_F(FanoutTest, ReadUpdateGoesToOnesOwnOtherSessions) {
  const ChannelId channel = world.group({ann, ben});
  TestClient a(world, 0);
  TestClient b1(world, 0);
  TestClient b2(world, 1);
  a.identify(ann);
  b1.identify(ben);
  b2.identify(ben);
  world.settle();
  world.send(channel, ann, "one");
  b1.expect("MESSAGE_CREATE");
  b1.say(R"({"op":69,"d":{"channel_id":)" + quoted(channel) + R"(,"seq":1}})");
  EXPECT_TRUE(has(b2.expect("READ_UPDATE"), R"("read_seq":1,"delivered_seq":1,"unread":0)"));
  world.settle();
  EXPECT_EQ(count_of(b1.all(), "READ_UPDATE"), 0u);
  EXPECT_EQ(count_of(a.all(), "READ_UPDATE"), 0u);
  world.send(channel, ben, "mine");
  a.expect(R"("content":"mine")");
  world.settle();
  EXPECT_EQ(count_of(b2.all(), "READ_UPDATE"), 1u) << "one's own message moves the cursors in silence";
}

TEST_F(FanoutTest, TypingReachesTheOthersAndRepeatsAreSwallowed) {
  const ChannelId channel = world.group({ann, ben});
  const ChannelId others = world.group({ben, cid});
  TestClient a(world, 0);
  TestClient b(world, 1);
  a.identify(ann);
  b.identify(ben);
  world.settle();
  const std::string typing = R"({"op":68,"d":{"channel_id":)" + quoted(channel) + "}}";
  a.say(typing);
  a.say(typing);
  a.say(R"({"op":68,"d":{"channel_id":)" + quoted(others) + "}}");
  b.expect("TYPING_START");
  world.settle();
  EXPECT_EQ(count_of(b.all(), "TYPING_START"), 1u);
  EXPECT_EQ(count_of(a.all(), "TYPING_START"), 0u);
  world.clock.advance(milliseconds(3'000));
  world.settle();
  world.gateway.typing(channel, ann);
  b.expect("TYPING_START");
}

TEST_F(FanoutTest, InALargeChannelOnlyTheSubscribedGetEverything) {
  const ChannelId channel = large_group();
  TestClient a(world, 0);
  TestClient b(world, 1);
  TestClient b2(world, 0);
  a.identify(ann);
  b.identify(ben);
  b2.identify(ben);
  world.settle();
  a.say(R"({"op":67,"d":{"channels":[)" + quoted(channel) + R"(,"4711"]}})");
  a.expect(R"("t":"SYNCED","d":{"channel_id":)" + quoted(channel) + R"(,"seq":0,"rev":0,"recovered":true}})");
  world.send(channel, ben, "big");
  a.expect(R"("content":"big")");
  EXPECT_TRUE(has(b.expect("CHANNEL_UNREAD"), R"("last_seq":1})"));
  world.send(channel, ann, "you", mention(ben));
  b.expect("MENTION_CREATE");
  world.settle();
  EXPECT_EQ(count_of(b.all(), R"("t":"MESSAGE_CREATE")"), 0u);
  EXPECT_EQ(count_of(b.all(), "CHANNEL_UNREAD"), 1u) << "at most one in 500 ms";
  a.say(R"({"op":66,"d":3})");
  world.settle();
  EXPECT_EQ(world.cursor(channel, ann).delivered_seq, 2u) << "by one's own message only";
  a.say(R"({"op":67,"d":{"channels":[]}})");
  world.settle();
  world.send(channel, ben, "unseen");
  world.settle();
  EXPECT_EQ(count_of(a.all(), "unseen"), 0u);
  a.say(R"({"op":67,"d":{"channels":[)" + quoted(channel) + R"(]}})");
  a.expect(R"("seq":3,"rev":0,"recovered":true}})");
  world.send(channel, ben, "seen");
  a.expect(R"("content":"seen")");
}

TEST_F(FanoutTest, AReceiptWhoseAuthorsAreReadIsNotOvertakenByALaterOne) {
  const ChannelId channel = world.group({ann, ben});
  ChannelId other;  // on the same core: its receipts are told by the same ticks
  do {
    other = world.group({ann, ben});
  } while (&world.cores.of(other) != &world.cores.of(channel));
  for (int i = 0; i < 5; ++i) world.send(channel, ann, "before anybody listens: its author is to be read");
  TestClient a(world, 0);
  a.identify(ann);
  world.settle();
  world.held_log.held = true;
  const auto read = [&](ChannelId in, std::uint64_t seq) {
    ASSERT_TRUE(world.get(world.log.move_cursor({.channel = in, .user = ben, .read_seq = seq})));
  };
  const auto next_tick = [&] {
    const std::uint64_t seq = world.send(other, ann, "tick");
    read(other, seq);
    a.expect(R"("t":"RECEIPT_UPDATE","d":{"channel_id":)" + quoted(other));
  };
  read(channel, 5);
  next_tick();
  const std::uint64_t last = world.send(channel, ann, "its author is known");
  read(channel, last);
  next_tick();
  world.held_log.held = false;
  const std::string head = R"("t":"RECEIPT_UPDATE","d":{"channel_id":)" + quoted(channel);
  EXPECT_TRUE(has(a.expect(head), R"("read_seq":5})"));
  EXPECT_TRUE(has(a.expect(head), R"("read_seq":6})"));
}

TEST(UnreadInterval, GrowsWithTheSessionsAboveAThousandUpToHalfAMinute) {
  EXPECT_EQ(unread_interval(0), milliseconds(500));
  EXPECT_EQ(unread_interval(1'000), milliseconds(500));
  EXPECT_EQ(unread_interval(3'000), milliseconds(1'500));
  EXPECT_EQ(unread_interval(60'000), milliseconds(30'000));
  EXPECT_EQ(unread_interval(100'000'000), milliseconds(30'000));
}

TEST_F(FanoutTest, UnreadIsToldAsRarelyAsThoseOnlineMakeItNotAllMembers) {
  std::vector<UserId> members{ann, ben};
  for (std::uint64_t i = 0; i < 3'000; ++i) members.emplace_back(5'000'000 + i);
  const ChannelId channel = world.group(members);
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  world.send(channel, ann, "one");
  EXPECT_TRUE(has(b.expect("CHANNEL_UNREAD"), R"("last_seq":1})"));
  world.settle();
  world.clock.advance(milliseconds(600));
  world.settle();
  world.send(channel, ann, "two");
  EXPECT_TRUE(has(b.expect("CHANNEL_UNREAD"), R"("last_seq":2})"));
}

TEST_F(FanoutTest, AHeadThatIsKnownAlreadyIsNotToldAsUnread) {
  const ChannelId channel = large_group();
  TestClient a(world, 0);
  TestClient c(world, 1);
  a.identify(ann);
  c.identify(cid);
  world.settle();
  world.send(channel, ben, "one");
  a.expect("CHANNEL_UNREAD");
  ASSERT_TRUE(world.apply(channel, AddMember{ann, cid}));  // the message that says so waits for its CHANNEL_UNREAD
  EXPECT_TRUE(has(c.expect("CHANNEL_CREATE"), R"("last_seq":2,)"));
  world.settle();
  world.clock.advance(milliseconds(600));
  EXPECT_TRUE(has(a.expect("CHANNEL_UNREAD"), R"("last_seq":2})"));
  world.settle();
  EXPECT_EQ(count_of(c.all(), "CHANNEL_UNREAD"), 0u);
  world.clock.advance(milliseconds(600));
  world.settle();
  world.send(channel, ben, "three");
  EXPECT_TRUE(has(c.expect("CHANNEL_UNREAD"), R"("last_seq":3})"));
}

TEST_F(FanoutTest, CrossingFiftyMembersChangesTheWayFromTheNextMessageOn) {
  std::vector<UserId> members{ann, ben};
  while (members.size() < 49) members.push_back(world.user("u" + std::to_string(members.size())));
  const ChannelId channel = world.group(members);
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  world.send(channel, ann, "small");
  b.expect(R"("content":"small")");
  ASSERT_TRUE(world.apply(channel, AddMember{ann, cid}));
  b.expect("CHANNEL_MEMBER_ADD");
  b.expect("CHANNEL_UNREAD");
  ASSERT_TRUE(world.apply(channel, RemoveMember{ann, cid}));
  EXPECT_TRUE(has(b.expect("MESSAGE_CREATE"), R"("kind":"member_remove")"));
  world.send(channel, ann, "small again");
  EXPECT_TRUE(has(b.expect("MESSAGE_CREATE"), R"("content":"small again")"));
  EXPECT_EQ(count_of(b.all(), R"("t":"MESSAGE_CREATE")"), 3u);
}

TEST_F(FanoutTest, ADeletionReplacesWhatIsUnsent) {
  const ChannelId channel = world.group({ann, ben});
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  b.stop_reading();
  world.send(channel, ann, "secret", mention(ben));
  const MessageId id = world.message_at(channel, 1);
  ASSERT_TRUE(world.apply(channel, EditMessage{ann, id, "secret two", {}}));
  world.settle();
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, id}));
  const auto all = b.all();  // in the turn after the answer
  EXPECT_EQ(count_of(all, "secret"), 0u);
  EXPECT_EQ(count_of(all, R"("t":"MESSAGE_CREATE")"), 1u);
  EXPECT_EQ(count_of(all, "MENTION_CREATE"), 1u);
}

TEST_F(FanoutTest, ADeletionReplacesAnUnsentReplyToo) {
  const ChannelId channel = world.group({ann, ben});
  TestClient a(world, 1);
  a.identify(ann);
  world.settle();
  a.stop_reading();
  a.say(request(1, channel, "secret"));
  for (int i = 0; i < 10 && count_of(a.all(), R"("op":65)") == 0; ++i) world.settle();
  ASSERT_EQ(count_of(a.all(), "secret"), 2u);
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ann, world.message_at(channel, 1)}));
  EXPECT_EQ(count_of(a.all(), "secret"), 0u);
}

TEST_F(FanoutTest, AChangedProfileIsToldToThoseWhoShareAChannel) {
  world.group({ann, ben});
  world.group({ann, ben});
  TestClient a(world, 0);
  TestClient b(world, 1);
  TestClient c(world, 1);
  a.identify(ann);
  b.identify(ben);
  c.identify(cid);
  world.settle();
  User user;
  user.id = ann;
  user.username = "ann";
  user.display_name = "Ann B.";
  world.run(world.gateway.user_changed(user));
  for (TestClient* client : {&a, &b}) client->expect(R"("t":"USER_UPDATE","d":{"id":")" + to_string(ann));
  world.settle();
  EXPECT_EQ(count_of(c.all(), "USER_UPDATE"), 0u);
  EXPECT_EQ(count_of(b.all(), "USER_UPDATE"), 1u);
}

TEST_F(FanoutTest, ManySessionsOfOneChannelAllGetEverythingInOrder) {
  GatewayOptions options = World::quiet();
  options.limits.connections_per_user = 0;
  World wide(options);
  const UserId one = wide.user("one");
  const UserId two = wide.user("two");
  const ChannelId channel = wide.group({one, two});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 600; ++i) {
    clients.push_back(std::make_unique<TestClient>(wide, 1));
    clients.back()->identify(two);
  }
  wide.settle();
  for (int i = 1; i <= 5; ++i) wide.send(channel, one, "m" + std::to_string(i));
  for (const auto& client : clients) {
    for (int i = 1; i <= 5; ++i) client->expect("\"content\":\"m" + std::to_string(i) + "\"");
  }
}

TEST_F(FanoutTest, SessionsThatGoWhileADeliveryIsOnItsWayToManyDisturbNobody) {
  GatewayOptions options = World::quiet();
  options.limits.connections_per_user = 0;
  World wide(options);
  const UserId one = wide.user("one");
  const UserId two = wide.user("two");
  const ChannelId channel = wide.group({one, two});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 1200; ++i) {
    clients.push_back(std::make_unique<TestClient>(wide, 1));
    clients.back()->identify(two);
  }
  wide.settle();
  SeededRandom random(20261121);
  std::vector<bool> gone(clients.size());
  constexpr int kMessages = 20;
  for (int i = 1; i <= kMessages; ++i) {
    wide.send(channel, one, "m" + std::to_string(i) + ";");
    for (int leaving = 0; leaving < 15; ++leaving) {
      const std::size_t who = random.below(clients.size());
      if (!gone[who]) clients[who]->hang_up(1000);
      gone[who] = true;
    }
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (gone[i]) continue;
    for (int m = 1; m <= kMessages; ++m) {
      ASSERT_TRUE(has(clients[i]->expect("\"t\":\"MESSAGE_CREATE\""), "\"content\":\"m" + std::to_string(m) + ";")) << i;
    }
  }
}

}  // namespace
}  // namespace rookery::gateway
