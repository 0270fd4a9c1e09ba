#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fold/channel_model.h"

namespace rookery::fold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

const std::string kHeart = "\xe2\x9d\xa4";
const std::string kThumb = "\xf0\x9f\x91\x8d";

class MessageChanges : public testing::Test {
 protected:
  ChannelModel group_ = group_of({kAda, kBen, kCleo}, kAda);
  ChannelModel direct_ = direct_of(kAda, kBen);
};

TEST_F(MessageChanges, EveryChangeOfAMessageIsOneRevOneRowAndOneEvent) {
  const MessageId id = say(group_, kAda, "hello").id;
  const std::vector<std::pair<Command, ChangeKind>> steps = {
      {EditMessage{.actor = kAda, .message = id, .content = "hello you"}, ChangeKind::kEdit},
      {React{kBen, id, kFire, true}, ChangeKind::kReactionAdd},
      {React{kBen, id, kFire, false}, ChangeKind::kReactionRemove},
      {Pin{kCleo, id, true}, ChangeKind::kPin},
      {Pin{kCleo, id, false}, ChangeKind::kUnpin},
      {DeleteMessage{kAda, id}, ChangeKind::kDelete},
  };
  std::uint64_t rev = 0;
  for (const auto& [command, kind] : steps) {
    ++rev;
    const Result<Decision> changed = group_.run(command);
    ASSERT_TRUE(changed) << rev;
    EXPECT_EQ(changed->next.rev, rev);
    EXPECT_EQ(changed->next.last_seq, 1u);
    EXPECT_EQ(changed->message->rev, rev);
    ASSERT_EQ(changed->events.size(), 1u) << rev;
    EXPECT_EQ(changed->events[0].rev, rev);
    EXPECT_EQ(changed->events[0].seq, 1u);
    EXPECT_EQ(*changed->events[0].message, group_.messages.at(1));
    ASSERT_EQ(group_.changes.size(), rev);
    EXPECT_EQ(group_.changes.back().rev, rev);
    EXPECT_EQ(group_.changes.back().kind, kind);
    EXPECT_EQ(group_.changes.back().seq, 1u);
    EXPECT_EQ(group_.changes.back().time, group_.stamp().time);
  }
}

// --- Edits ---

TEST_F(MessageChanges, EditChangesTheContentAndLeavesTheRest) {
  const Message first = say(group_, kBen, "question");
  const Result<Decision> sent =
      group_.run(SendMessage{.author = kAda, .author_name = "ada", .content = "hello", .nonce = "n-1", .reply_to = first.id});
  const MessageId id = sent->message->id;
  ASSERT_TRUE(react(group_, kBen, id, kFire));
  ASSERT_TRUE(group_.run(Pin{kBen, id, true}));
  Message expected = group_.messages.at(2);
  const Result<Decision> edited = group_.run(EditMessage{.actor = kAda, .message = id, .content = "hello you"});
  ASSERT_TRUE(edited);
  expected.content = "hello you";
  expected.edited_at = group_.stamp().time;
  expected.rev = 3;
  EXPECT_EQ(*edited->message, expected);
  EXPECT_THAT(event_names(edited), ElementsAre("MESSAGE_UPDATE"));
  EXPECT_THAT(row_names(edited), ElementsAre("PutMessage", "PutChange"));
}

TEST_F(MessageChanges, OnlyTheAuthorEdits) {
  const MessageId id = say(group_, kBen, "mine").id;
  EXPECT_EQ(refusal(group_.run(EditMessage{.actor = kAda, .message = id, .content = "ours"})), 50013);
  EXPECT_EQ(refusal(group_.run(EditMessage{.actor = kDan, .message = id, .content = "ours"})), 10003);
  EXPECT_EQ(group_.messages.at(1).content, "mine");
}

TEST_F(MessageChanges, SystemMessageCannotBeEdited) {
  const Result<Decision> renamed = group_.run(UpdateChannel{.actor = kAda, .name = "band"});
  EXPECT_EQ(refusal(group_.run(EditMessage{.actor = kAda, .message = renamed->message->id, .content = "x"})), 50013);
}

TEST_F(MessageChanges, EditToTheSameContentChangesNothing) {
  const MessageId id = say(group_, kAda, "hello").id;
  const Result<Decision> edited = group_.run(EditMessage{.actor = kAda, .message = id, .content = "hello"});
  ASSERT_TRUE(changes_nothing(edited));
  EXPECT_EQ(*edited->message, group_.messages.at(1));
  EXPECT_FALSE(group_.messages.at(1).edited_at);
}

TEST_F(MessageChanges, WhatIsNotThereOrDeletedTakesNoEditReactionOrPin) {
  const MessageId deleted = say(group_, kAda, "hello").id;
  ASSERT_TRUE(group_.run(DeleteMessage{kAda, deleted}));
  for (const MessageId id : {deleted, MessageId(77)}) {
    EXPECT_EQ(refusal(group_.run(EditMessage{.actor = kAda, .message = id, .content = "x"})), 10008);
    EXPECT_EQ(refusal(react(group_, kAda, id, kFire)), 10008);
    EXPECT_EQ(refusal(react(group_, kAda, id, kFire, false)), 10008);
    EXPECT_EQ(refusal(group_.run(Pin{kAda, id, true})), 10008);
    EXPECT_EQ(refusal(group_.run(Pin{kAda, id, false})), 10008);
  }
  EXPECT_EQ(refusal(group_.run(DeleteMessage{kAda, MessageId(77)})), 10008);
  EXPECT_EQ(group_.state.rev, 1u);
}

// --- Mentions ---

TEST_F(MessageChanges, MentionIsOneRowForEachMemberNamedButTheAuthor) {
  const Message said = say(group_, kAda, "<@1> <@2> <@3> <@4>", {.users = {kAda, kBen, kCleo, kDan}});
  EXPECT_THAT(said.mentions, ElementsAre(kBen, kCleo));
  EXPECT_THAT(group_.mentions, ElementsAre(Pair(1, kBen), Pair(1, kCleo)));
}

TEST_F(MessageChanges, MentionOfEveryoneIsOneRowWhoeverIsNamedBesides) {
  const Result<Decision> said =
      group_.run(SendMessage{.author = kAda, .content = "@everyone <@2>", .mentions = {.users = {kBen}, .everyone = true}});
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->message->mention_everyone);
  EXPECT_THAT(said->message->mentions, ElementsAre(kBen));
  ASSERT_THAT(row_names(said), ElementsAre("PutMessage", "PutMention"));
  const auto& row = std::get<PutMention>(said->rows[1]);
  EXPECT_EQ(row.user, kEveryone);
  EXPECT_EQ(row.author, kAda);
  EXPECT_EQ(row.message, said->message->id);
}

TEST_F(MessageChanges, EditMovesOnlyTheMentionsThatDiffer) {
  const MessageId id = say(group_, kAda, "<@2>", {.users = {kBen}}).id;
  Result<Decision> edited =
      group_.run(EditMessage{.actor = kAda, .message = id, .content = "<@2> <@3>", .mentions = {.users = {kBen, kCleo}}});
  EXPECT_THAT(row_names(edited), ElementsAre("PutMention", "PutMessage", "PutChange"));
  EXPECT_THAT(group_.mentions, ElementsAre(Pair(1, kBen), Pair(1, kCleo)));
  edited = group_.run(EditMessage{.actor = kAda, .message = id, .content = "@everyone", .mentions = {.everyone = true}});
  EXPECT_THAT(row_names(edited), ElementsAre("EraseMention", "EraseMention", "PutMention", "PutMessage", "PutChange"));
  EXPECT_THAT(group_.mentions, ElementsAre(Pair(1, kEveryone)));
  edited = group_.run(EditMessage{.actor = kAda, .message = id, .content = "nobody"});
  EXPECT_THAT(group_.mentions, IsEmpty());
  EXPECT_FALSE(edited->message->mention_everyone);
}

TEST_F(MessageChanges, EditNoLongerMentionsWhoHasLeft) {
  const MessageId id = say(group_, kAda, "<@2>", {.users = {kBen}}).id;
  ASSERT_TRUE(group_.run(RemoveMember{kBen, kBen}));
  ASSERT_TRUE(group_.run(EditMessage{.actor = kAda, .message = id, .content = "<@2>!", .mentions = {.users = {kBen}}}));
  EXPECT_THAT(group_.messages.at(1).mentions, IsEmpty());
  EXPECT_THAT(group_.mentions, IsEmpty());
}

// --- Deletes ---

TEST_F(MessageChanges, AuthorAndOwnerDeleteAndNobodyElse) {
  const MessageId first = say(group_, kBen, "one").id;
  const MessageId second = say(group_, kBen, "two").id;
  EXPECT_EQ(refusal(group_.run(DeleteMessage{kCleo, first})), 50013);
  EXPECT_EQ(refusal(group_.run(DeleteMessage{kDan, first})), 10003);
  EXPECT_TRUE(group_.run(DeleteMessage{kBen, first}));
  EXPECT_TRUE(group_.run(DeleteMessage{kAda, second}));
  EXPECT_EQ(group_.changes.back().actor, kAda);
  EXPECT_EQ(group_.messages.at(2).author, kBen);
}

TEST_F(MessageChanges, NobodyDeletesWhatTheOtherSideOfADirectChannelSaid) {
  const MessageId id = say(direct_, kAda, "hello").id;
  EXPECT_EQ(refusal(direct_.run(DeleteMessage{kBen, id})), 50013);
}

TEST_F(MessageChanges, DeleteTakesContentMentionsReactionsAndPinAndKeepsThePlace) {
  const MessageId id = say(group_, kBen, "a secret <@3>", {.users = {kCleo}}).id;
  ASSERT_TRUE(react(group_, kAda, id, kFire));
  ASSERT_TRUE(group_.run(Pin{kAda, id, true}));
  ASSERT_TRUE(group_.run(EditMessage{.actor = kBen, .message = id, .content = "the secret <@3>", .mentions = {.users = {kCleo}}}));

  const Result<Decision> deleted = group_.run(DeleteMessage{kAda, id});
  ASSERT_TRUE(deleted);
  EXPECT_THAT(row_names(deleted), ElementsAre("EraseMention", "EraseReactions", "ErasePin", "PutMessage", "PutChange"));
  EXPECT_THAT(event_names(deleted), ElementsAre("MESSAGE_DELETE"));
  EXPECT_THAT(text_of(deleted), Not(HasSubstr("secret")));
  EXPECT_THAT(text_of(deleted), Not(HasSubstr(kFire)));

  const Message& grave = group_.messages.at(1);
  EXPECT_TRUE(grave.deleted);
  EXPECT_EQ(grave.id, id);
  EXPECT_EQ(grave.author, kBen);
  EXPECT_EQ(grave.content, "");
  EXPECT_FALSE(grave.pinned);
  EXPECT_THAT(grave.mentions, IsEmpty());
  EXPECT_THAT(grave.reactions, IsEmpty());
  EXPECT_THAT(group_.mentions, IsEmpty());
  EXPECT_THAT(group_.reactions, IsEmpty());
  EXPECT_THAT(group_.pins, IsEmpty());
  EXPECT_EQ(group_.state.pins, 0u);
  EXPECT_EQ(group_.state.last_seq, 1u);
}

TEST_F(MessageChanges, DeletedMessageToEveryoneMentionsNobody) {
  const MessageId id = say(group_, kBen, "@everyone", {.everyone = true}).id;
  ASSERT_TRUE(group_.run(DeleteMessage{kBen, id}));
  EXPECT_FALSE(group_.messages.at(1).mention_everyone);
  EXPECT_THAT(group_.mentions, IsEmpty());
}

TEST_F(MessageChanges, DeletingWhatIsDeletedChangesNothing) {
  const MessageId id = say(group_, kBen, "hello").id;
  ASSERT_TRUE(group_.run(DeleteMessage{kBen, id}));
  EXPECT_TRUE(changes_nothing(group_.run(DeleteMessage{kBen, id})));
  EXPECT_TRUE(changes_nothing(group_.run(DeleteMessage{kAda, id})));
  EXPECT_EQ(refusal(group_.run(DeleteMessage{kCleo, id})), 50013);
  EXPECT_EQ(group_.state.rev, 1u);
}

// --- Reactions ---

TEST_F(MessageChanges, ReactionCountsPeopleInTheOrderOfFirstUse) {
  const MessageId id = say(group_, kAda, "hello").id;
  ASSERT_TRUE(react(group_, kBen, id, kHeart));
  ASSERT_TRUE(react(group_, kBen, id, kFire));
  const Result<Decision> second = react(group_, kCleo, id, kHeart);
  ASSERT_THAT(event_names(second), ElementsAre("MESSAGE_REACTION_ADD"));
  EXPECT_EQ(second->events[0].user, kCleo);
  EXPECT_EQ(second->events[0].emoji, kHeart);
  EXPECT_EQ(second->events[0].count, 2u);
  EXPECT_THAT(group_.messages.at(1).reactions, ElementsAre(ReactionCount{kHeart, 2}, ReactionCount{kFire, 1}));

  const Result<Decision> taken_back = react(group_, kBen, id, kHeart, false);
  ASSERT_THAT(event_names(taken_back), ElementsAre("MESSAGE_REACTION_REMOVE"));
  EXPECT_EQ(taken_back->events[0].count, 1u);
  const Result<Decision> last = react(group_, kCleo, id, kHeart, false);
  EXPECT_EQ(last->events[0].count, 0u);
  EXPECT_THAT(group_.messages.at(1).reactions, ElementsAre(ReactionCount{kFire, 1}));
  EXPECT_EQ(group_.reactions.size(), 1u);
}

TEST_F(MessageChanges, RepeatedReactionOrRemovalChangesNothing) {
  const MessageId id = say(group_, kAda, "hello").id;
  EXPECT_TRUE(changes_nothing(react(group_, kBen, id, kFire, false)));
  ASSERT_TRUE(react(group_, kBen, id, kFire));
  EXPECT_TRUE(changes_nothing(react(group_, kBen, id, kFire)));
  EXPECT_THAT(group_.messages.at(1).reactions, ElementsAre(ReactionCount{kFire, 1}));
  ASSERT_TRUE(react(group_, kBen, id, kFire, false));
  EXPECT_TRUE(changes_nothing(react(group_, kBen, id, kFire, false)));
  EXPECT_EQ(group_.state.rev, 2u);
}

TEST_F(MessageChanges, DifferentReactionsAreLimitedNotHowManyUseThem) {
  ChannelModel channel = group_of({kAda, kBen}, kAda, {.reactions_per_message = 2});
  const MessageId id = say(channel, kAda, "hello").id;
  ASSERT_TRUE(react(channel, kAda, id, kFire));
  ASSERT_TRUE(react(channel, kAda, id, kHeart));
  EXPECT_EQ(refusal(react(channel, kBen, id, kThumb)), 30010);
  EXPECT_TRUE(react(channel, kBen, id, kFire));
  ASSERT_TRUE(react(channel, kAda, id, kHeart, false));
  EXPECT_TRUE(react(channel, kBen, id, kThumb));
}

// --- Pins ---

TEST_F(MessageChanges, PinsAreLimitedAndEveryWayOutMakesRoom) {
  ChannelModel channel = group_of({kAda, kBen}, kAda, {.pins = 2});
  const MessageId one = say(channel, kAda, "one").id;
  const MessageId two = say(channel, kAda, "two").id;
  const MessageId three = say(channel, kAda, "three").id;
  EXPECT_THAT(event_names(channel.run(Pin{kBen, one, true})), ElementsAre("MESSAGE_UPDATE"));
  ASSERT_TRUE(channel.run(Pin{kBen, two, true}));
  EXPECT_EQ(channel.state.pins, 2u);
  EXPECT_EQ(refusal(channel.run(Pin{kBen, three, true})), 30003);
  EXPECT_TRUE(changes_nothing(channel.run(Pin{kBen, two, true})));
  ASSERT_TRUE(channel.run(Pin{kAda, one, false}));
  ASSERT_TRUE(channel.run(Pin{kBen, three, true}));
  EXPECT_EQ(refusal(channel.run(Pin{kBen, one, true})), 30003);
  ASSERT_TRUE(channel.run(DeleteMessage{kAda, two}));
  EXPECT_TRUE(channel.run(Pin{kBen, one, true}));
  EXPECT_THAT(channel.pins, ElementsAre(1, 3));
}

TEST_F(MessageChanges, UnpinningWhatIsNotPinnedChangesNothing) {
  const MessageId id = say(group_, kAda, "hello").id;
  EXPECT_TRUE(changes_nothing(group_.run(Pin{kBen, id, false})));
  EXPECT_EQ(group_.state.rev, 0u);
}

}  // namespace
}  // namespace rookery::fold
