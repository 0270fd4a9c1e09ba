#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fold/channel_model.h"

namespace rookery::fold {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Sending : public testing::Test {
 protected:
  static Result<Decision> send_with(ChannelModel& channel, UserId author, std::string nonce, std::uint64_t body_hash) {
    return channel.run(SendMessage{.author = author, .content = "once", .nonce = std::move(nonce), .body_hash = body_hash});
  }

  ChannelModel group_ = group_of({kAda, kBen, kCleo}, kAda);
  ChannelModel direct_ = direct_of(kAda, kBen);
};

// --- Numbering ---

TEST_F(Sending, SeqIsDenseFromOneAndIdsGrowWithIt) {
  MessageId last;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) {
    const Result<Decision> sent = send(group_, seq % 2 == 0 ? kAda : kBen);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->message->seq, seq);
    EXPECT_EQ(sent->message->id, group_.stamp().message);
    EXPECT_GT(sent->message->id, last);
    EXPECT_EQ(sent->message->channel, kChannel);
    EXPECT_EQ(sent->next.last_seq, seq);
    EXPECT_EQ(sent->next.last_message, sent->message->id);
    ASSERT_THAT(event_names(sent), ElementsAre("MESSAGE_CREATE"));
    EXPECT_EQ(sent->events[0].seq, seq);
    EXPECT_EQ(sent->events[0].state.last_seq, seq);
    EXPECT_EQ(*sent->events[0].message, *sent->message);
    last = sent->message->id;
  }
  EXPECT_EQ(group_.state.rev, 0u);
}

TEST_F(Sending, RefusedMessageTakesNoSeq) {
  EXPECT_EQ(refusal(send(group_, kDan)), 10003);
  EXPECT_EQ(say(group_, kAda, "first").seq, 1u);
}

// --- Nonces ---

TEST_F(Sending, RepeatedNonceLeadsToTheFirstMessageAndWritesNothing) {
  const Result<Decision> first = send_with(group_, kAda, "n-1", 7);
  ASSERT_TRUE(first);
  EXPECT_THAT(row_names(first), ElementsAre("PutMessage", "PutNonce"));
  EXPECT_EQ(first->message->nonce, "n-1");
  say(group_, kAda, "something else");
  const Result<Decision> again = send_with(group_, kAda, "n-1", 7);
  EXPECT_TRUE(changes_nothing(again));
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->replayed_seq, 1u);
  EXPECT_EQ(group_.state.last_seq, 2u);
}

TEST_F(Sending, NonceWithAnotherBodyIsRefused) {
  ASSERT_TRUE(send_with(group_, kAda, "n-1", 7));
  EXPECT_EQ(refusal(send_with(group_, kAda, "n-1", 8)), 40902);
  EXPECT_EQ(group_.state.last_seq, 1u);
}

TEST_F(Sending, NonceIsItsAuthorsOwn) {
  ASSERT_TRUE(send_with(group_, kAda, "n-1", 7));
  const Result<Decision> other = send_with(group_, kBen, "n-1", 8);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->replayed);
  EXPECT_EQ(other->message->seq, 2u);
}

TEST_F(Sending, NonceIsAskedForOnlyWhenThereIsOne) {
  EXPECT_TRUE(rows_needed(SendMessage{.author = kAda, .nonce = "n"}).nonce);
  EXPECT_FALSE(rows_needed(SendMessage{.author = kAda}).nonce);
}

TEST_F(Sending, RefusedSendKeepsNoNonce) {
  ASSERT_TRUE(direct_.run(SetBlock{kBen, true}));
  EXPECT_EQ(refusal(send_with(direct_, kAda, "n-1", 7)), 50007);
  ASSERT_TRUE(direct_.run(SetBlock{kBen, false}));
  const Result<Decision> sent = send_with(direct_, kAda, "n-1", 8);
  ASSERT_TRUE(sent);
  EXPECT_FALSE(sent->replayed);
}

TEST_F(Sending, KnownNonceIsAnsweredThoughNothingNewIsTaken) {
  ASSERT_TRUE(send_with(direct_, kAda, "n-1", 7));
  ASSERT_TRUE(direct_.run(SetBlock{kBen, true}));
  Result<Decision> again = send_with(direct_, kAda, "n-1", 7);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->replayed_seq, 1u);
  ASSERT_TRUE(direct_.run(CloseDirect{kBen}));
  again = send_with(direct_, kAda, "n-1", 7);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->replayed_seq, 1u);
}

TEST_F(Sending, NonceOfADeletedMessageStillLeadsToIt) {
  const Result<Decision> first = send_with(group_, kAda, "n-1", 7);
  ASSERT_TRUE(group_.run(DeleteMessage{kAda, first->message->id}));
  const Result<Decision> again = send_with(group_, kAda, "n-1", 7);
  ASSERT_TRUE(changes_nothing(again));
  EXPECT_EQ(again->replayed_seq, 1u);
}

TEST_F(Sending, RemovedMemberIsNotAnsweredByHisNonce) {
  ASSERT_TRUE(send_with(group_, kBen, "n-1", 7));
  ASSERT_TRUE(group_.run(RemoveMember{kAda, kBen}));
  EXPECT_EQ(refusal(send_with(group_, kBen, "n-1", 7)), 10003);
}

// --- Direct channels ---

TEST_F(Sending, FirstMessageRevealsADirectChannelAsItWasBefore) {
  const Result<Decision> first = send(direct_, kAda);
  ASSERT_TRUE(first);
  EXPECT_THAT(row_names(first), ElementsAre("PutMember", "PutMine", "PutMessage"));
  ASSERT_THAT(event_names(first), ElementsAre("CHANNEL_CREATE", "MESSAGE_CREATE"));
  const Event& revealed = first->events[0];
  EXPECT_EQ(revealed.user, kBen);
  EXPECT_EQ(revealed.state.last_seq, 0u);
  EXPECT_FALSE(revealed.state.last_message);
  EXPECT_TRUE(revealed.state.roster->sees(kBen));
  EXPECT_EQ(first->events[1].state.last_seq, 1u);
  EXPECT_THAT(direct_.mine, ElementsAre(kAda, kBen));
  EXPECT_THAT(row_names(send(direct_, kBen)), ElementsAre("PutMessage"));
}

TEST_F(Sending, WhoOpenedADirectChannelHimselfIsToldOfTheMessageOnly) {
  ASSERT_TRUE(direct_.run(OpenDirect{kBen}));
  EXPECT_THAT(event_names(send(direct_, kAda)), ElementsAre("MESSAGE_CREATE"));
}

TEST_F(Sending, DirectChannelDoesNotExistForTheOtherSideBeforeItIsRevealed) {
  EXPECT_EQ(refusal(send(direct_, kBen)), 10003);
  EXPECT_EQ(refusal(direct_.run(EditMessage{.actor = kBen, .message = MessageId(5), .content = "x"})), 10003);
  EXPECT_EQ(refusal(direct_.run(DeleteMessage{kBen, MessageId(5)})), 10003);
  EXPECT_EQ(refusal(react(direct_, kBen, MessageId(5), kFire)), 10003);
  EXPECT_EQ(refusal(direct_.run(Pin{kBen, MessageId(5), true})), 10003);
  EXPECT_EQ(refusal(direct_.run(AddMember{kBen, kCleo})), 10003);
}

TEST_F(Sending, NeitherSideSendsWhileEitherHasBlockedTheOther) {
  ASSERT_TRUE(send(direct_, kAda));
  ASSERT_TRUE(direct_.run(SetBlock{kBen, true}));
  EXPECT_EQ(refusal(send(direct_, kAda)), 50007);
  EXPECT_EQ(refusal(send(direct_, kBen)), 50007);
  ASSERT_TRUE(direct_.run(SetBlock{kAda, true}));
  ASSERT_TRUE(direct_.run(SetBlock{kBen, false}));
  EXPECT_EQ(refusal(send(direct_, kBen)), 50007);
  ASSERT_TRUE(direct_.run(SetBlock{kAda, false}));
  EXPECT_EQ(say(direct_, kBen, "again").seq, 2u);
}

TEST_F(Sending, BlockedFirstMessageRevealsNothing) {
  ASSERT_TRUE(direct_.run(SetBlock{kBen, true}));
  EXPECT_EQ(refusal(send(direct_, kAda)), 50007);
  EXPECT_THAT(direct_.mine, ElementsAre(kAda));
  EXPECT_FALSE(direct_.state.roster->sees(kBen));
}

TEST_F(Sending, BlockLeavesChangesOfWhatWasSaidAlone) {
  const MessageId id = say(direct_, kAda, "hello").id;
  ASSERT_TRUE(direct_.run(SetBlock{kBen, true}));
  EXPECT_TRUE(direct_.run(EditMessage{.actor = kAda, .message = id, .content = "bye"}));
  EXPECT_TRUE(react(direct_, kBen, id, kFire));
  EXPECT_TRUE(direct_.run(DeleteMessage{kAda, id}));
}

TEST_F(Sending, ClosedConversationTakesNothingMore) {
  const MessageId id = say(direct_, kAda, "hello").id;
  ASSERT_TRUE(direct_.run(CloseDirect{kBen}));
  EXPECT_EQ(refusal(send(direct_, kAda)), 50001);
  EXPECT_EQ(refusal(direct_.run(EditMessage{.actor = kAda, .message = id, .content = "bye"})), 50001);
  EXPECT_EQ(refusal(react(direct_, kAda, id, kFire)), 50001);
  EXPECT_EQ(refusal(direct_.run(Pin{kAda, id, true})), 50001);
  EXPECT_EQ(direct_.messages.at(1).content, "hello");
}

// What one said oneself can always be taken back.
TEST_F(Sending, AuthorStillDeletesInAClosedConversation) {
  const MessageId id = say(direct_, kAda, "hello").id;
  ASSERT_TRUE(direct_.run(CloseDirect{kBen}));
  ASSERT_TRUE(direct_.run(DeleteMessage{kAda, id}));
  EXPECT_TRUE(direct_.messages.at(1).deleted);
}

// --- Replies ---

TEST_F(Sending, ReplyNamesItsMessageAndMentionsNobodyByItself) {
  const Message first = say(group_, kAda, "question");
  const Result<Decision> reply = group_.run(SendMessage{.author = kBen, .content = "answer", .reply_to = first.id});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->message->reply_to, (MessageReference{first.id, 1}));
  EXPECT_THAT(reply->message->mentions, IsEmpty());
  EXPECT_THAT(row_names(reply), ElementsAre("PutMessage"));
}

TEST_F(Sending, ReplyToNoMessageOfTheChannelIsRefusedByField) {
  const Result<Decision> reply = group_.run(SendMessage{.author = kBen, .content = "answer", .reply_to = MessageId(77)});
  ASSERT_EQ(refusal(reply), 50035);
  ASSERT_EQ(reply.error().fields.size(), 1u);
  EXPECT_EQ(reply.error().fields[0].path, "reply_to");
}

}  // namespace
}  // namespace rookery::fold
