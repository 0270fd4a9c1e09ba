// The gate of a channel: duplicates and holes in what the log tells, and what passes it.
#include "gateway/channel_desk.h"

#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

class ChannelDeskTest : public ::testing::Test {
 protected:
  ChannelDeskTest() : ann(world.user("ann")), ben(world.user("ben")), channel(world.group({ann, ben})) {}

  // As the log tells it, on the channel's core.
  void tell(const Event& event) {
    run_blocking(world.cores.of(channel), internal::call([&] { world.gateway.on_events(std::span(&event, 1)); }));
  }
  Event created(std::uint64_t seq) {
    auto messages = world.get(world.log.messages(channel, {seq}));
    Event event;
    event.kind = EventKind::kMessageCreate;
    event.channel = channel;
    event.seq = seq;
    event.state = world.view(channel, ann).state;
    event.state.last_seq = seq;
    event.message = std::make_shared<const Message>(messages->front());
    event.actor = event.message->author;
    return event;
  }
  // Written while nobody is told: as if the news were lost.
  void send_unheard(const std::string& content) {
    const Silence silence(world);
    world.send(channel, ann, content);
  }
  // What the log tells goes nowhere while this lives.
  struct Silence {
    explicit Silence(World& w) : world(w) { world.deaf = true; }
    ~Silence() { world.deaf = false; }
    World& world;
  };

  World world;
  UserId ann;
  UserId ben;
  ChannelId channel;
};

TEST_F(ChannelDeskTest, WhatComesAgainIsDropped) {
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  world.send(channel, ann, "one");
  world.send(channel, ann, "two");
  tell(created(1));
  tell(created(2));
  tell(created(1));
  world.send(channel, ann, "three");
  b.expect(R"("content":"three")");
  EXPECT_EQ(count_of(b.all(), "MESSAGE_CREATE"), 3u);
}

TEST_F(ChannelDeskTest, AHoleIsReadFromTheLogBeforeAnythingLaterIsHandedOn) {
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  world.send(channel, ann, "1");
  send_unheard("2");
  send_unheard("3");
  ASSERT_TRUE(world.apply(channel, Pin{ann, world.message_at(channel, 1), true}));
  world.send(channel, ann, "4");
  world.send(channel, ann, "5");
  for (int i = 1; i <= 5; ++i) {
    const std::string frame = b.expect(R"("t":"MESSAGE_CREATE")");
    EXPECT_TRUE(has(frame, "\"seq\":" + std::to_string(i) + ",")) << frame;
  }
  world.settle();
  EXPECT_EQ(count_of(b.all(), "MESSAGE_CREATE"), 5u);
  EXPECT_EQ(count_of(b.all(), "MESSAGE_UPDATE"), 1u);
}

TEST_F(ChannelDeskTest, LostChangesAreReadFromTheLog) {
  world.send(channel, ann, "one");
  const MessageId id = world.message_at(channel, 1);
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  {
    const Silence silence(world);
    ASSERT_TRUE(world.apply(channel, EditMessage{ann, id, "two", {}}));
    ASSERT_TRUE(world.apply(channel, React{ben, id, "👍", true}));
  }
  ASSERT_TRUE(world.apply(channel, Pin{ann, id, true}));
  EXPECT_TRUE(has(b.expect("MESSAGE_UPDATE"), R"("rev":1,)"));
  EXPECT_TRUE(has(b.expect("MESSAGE_REACTION_ADD"), R"("rev":2,)"));
  EXPECT_TRUE(has(b.expect("MESSAGE_UPDATE"), R"("rev":3,)"));
}

TEST_F(ChannelDeskTest, ALostChangeIsFoundByTheNextMessage) {
  world.send(channel, ann, "one");
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  {
    const Silence silence(world);
    ASSERT_TRUE(world.apply(channel, EditMessage{ann, world.message_at(channel, 1), "two", {}}));
  }
  world.send(channel, ann, "after");
  b.expect(R"("content":"after")");
  EXPECT_TRUE(has(b.expect("MESSAGE_UPDATE"), R"("content":"two")"));
}

TEST_F(ChannelDeskTest, OfAHoleWhoWasRemovedInItGetsWhatCameBeforeHisRemoval) {
  TestClient a(world, 0);
  TestClient b(world, 1);
  a.identify(ann);
  b.identify(ben);
  world.settle();
  send_unheard("his still");
  {
    const Silence silence(world);
    ASSERT_TRUE(world.apply(channel, React{ann, world.message_at(channel, 1), "👍", true}));
    ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
    world.send(channel, ann, "without him");
  }
  world.send(channel, ann, "and again");
  for (const std::string part : {"his still", "MESSAGE_REACTION_ADD", R"("t":"CHANNEL_MEMBER_REMOVE")"}) b.expect(part);
  EXPECT_EQ(b.rest(), std::vector<std::string>());
  EXPECT_EQ(count_of(b.all(), "MESSAGE_CREATE"), 1u);
  EXPECT_EQ(count_of(b.all(), "SYNCED"), 0u) << "nothing that was his is missing";
  a.expect("and again");
  a.expect("CHANNEL_MEMBER_REMOVE");
  EXPECT_EQ(count_of(a.all(), "MESSAGE_CREATE"), 4u);
}

TEST_F(ChannelDeskTest, OfAHoleWhoWasRemovedInItDoesNotSeeWhatAMessageBecameAfterwards) {
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  send_unheard("his still");
  {
    const Silence silence(world);
    ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
    ASSERT_TRUE(world.apply(channel, EditMessage{ann, world.message_at(channel, 1), "not for him", {}}));
  }
  world.send(channel, ann, "and again");
  b.expect(R"("recovered":false)");
  b.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
  EXPECT_EQ(b.rest(), std::vector<std::string>());
  EXPECT_EQ(count_of(b.all(), "MESSAGE_CREATE"), 0u);
}

TEST_F(ChannelDeskTest, WhoWasRemovedAndAddedAgainInAHoleIsShownTheChannelAnew) {
  TestClient b(world, 1);
  b.identify(ben);
  world.settle();
  {
    const Silence silence(world);
    ASSERT_TRUE(world.apply(channel, RemoveMember{ann, ben}));
    world.send(channel, ann, "without him");
    ASSERT_TRUE(world.apply(channel, AddMember{ann, ben}));
  }
  world.send(channel, ann, "with him");
  b.expect(R"("t":"CHANNEL_MEMBER_REMOVE")");
  b.expect(R"("t":"CHANNEL_CREATE")");
  world.settle();
  world.send(channel, ann, "live");
  b.expect(R"("content":"live")");
  EXPECT_EQ(count_of(b.all(), "without him"), 0u);
}

TEST_F(ChannelDeskTest, AChannelIsForgottenWithItsLastSession) {
  const auto channels = [&] {
    std::size_t count = 0;
    for (unsigned i = 0; i < world.cores.size(); ++i) count += world.gateway.channels(i);
    return count;
  };
  {
    TestClient a(world, 0);
    TestClient b(world, 1);
    a.identify(ann);
    b.identify(ben);
    world.settle();
    EXPECT_EQ(channels(), 1u);
    a.hang_up(1000);
    world.settle();
    EXPECT_EQ(channels(), 1u);
    b.hang_up(1000);
  }
  world.settle();
  EXPECT_EQ(channels(), 0u);
}

}  // namespace
}  // namespace rookery::gateway
