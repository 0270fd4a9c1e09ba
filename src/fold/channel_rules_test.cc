#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fold/channel_model.h"

namespace rookery::fold {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChannelRules : public testing::Test {
 protected:
  static SystemNote note(const Result<Decision>& decided) { return decided->message->system.value(); }

  ChannelModel group_ = group_of({kAda, kBen, kCleo}, kBen);
  ChannelModel direct_ = direct_of(kAda, kBen);
};

// --- Creating and opening ---

TEST_F(ChannelRules, NewGroupIsToldToAllAtOnceAndBeginsAtZero) {
  ChannelModel channel;
  const Result<Decision> created =
      channel.run(CreateChannel{.type = ChannelType::kGroup, .creator = kBen, .members = {kAda, kBen}, .name = "crew"});
  ASSERT_TRUE(created);
  EXPECT_THAT(row_names(created), ElementsAre("PutRoster", "PutMember", "PutMine", "PutMember", "PutMine"));
  ASSERT_THAT(event_names(created), ElementsAre("CHANNEL_CREATE"));
  EXPECT_FALSE(created->events[0].user);
  EXPECT_EQ(created->next.last_seq, 0u);
  EXPECT_EQ(created->next.rev, 0u);
  const Roster& roster = *created->next.roster;
  EXPECT_EQ(roster.id, kChannel);
  EXPECT_EQ(roster.owner, kBen);
  EXPECT_EQ(roster.name, "crew");
  EXPECT_EQ(roster.created_at, channel.stamp().time);
  EXPECT_EQ(roster.find(kAda)->joined_seq, 0u);
  EXPECT_THAT(channel.mine, ElementsAre(kAda, kBen));
}

TEST_F(ChannelRules, GroupLargerThanTheLimitIsRefused) {
  ChannelModel channel(Limits{.group_members = 2});
  EXPECT_EQ(refusal(channel.run(CreateChannel{.creator = kAda, .members = {kAda, kBen, kCleo}})), 30004);
  EXPECT_FALSE(channel.state.exists());
  EXPECT_TRUE(channel.run(CreateChannel{.creator = kAda, .members = {kAda, kBen}}));
}

TEST_F(ChannelRules, NewDirectChannelIsKnownToItsCreatorOnly) {
  ChannelModel channel;
  const Result<Decision> created = channel.run(CreateChannel{.type = ChannelType::kDirect, .creator = kBen, .members = {kAda, kBen}});
  ASSERT_TRUE(created);
  ASSERT_THAT(event_names(created), ElementsAre("CHANNEL_CREATE"));
  EXPECT_EQ(created->events[0].user, kBen);
  EXPECT_THAT(channel.mine, ElementsAre(kBen));
  EXPECT_FALSE(channel.state.roster->owner);
  EXPECT_TRUE(channel.state.roster->has(kAda));
  EXPECT_FALSE(channel.state.roster->sees(kAda));
}

TEST_F(ChannelRules, CreatingADirectChannelThatIsThereOpensIt) {
  const CreateChannel again{.type = ChannelType::kDirect, .creator = kBen, .members = {kAda, kBen}};
  const Result<Decision> opened = direct_.run(again);
  ASSERT_TRUE(opened);
  EXPECT_THAT(row_names(opened), ElementsAre("PutMember", "PutMine"));
  ASSERT_THAT(event_names(opened), ElementsAre("CHANNEL_CREATE"));
  EXPECT_EQ(opened->events[0].user, kBen);
  EXPECT_TRUE(changes_nothing(direct_.run(again)));
}

TEST_F(ChannelRules, OpeningShowsADirectChannelOnceToWhoOpensIt) {
  const Result<Decision> opened = direct_.run(OpenDirect{kBen});
  ASSERT_TRUE(opened);
  ASSERT_THAT(event_names(opened), ElementsAre("CHANNEL_CREATE"));
  EXPECT_EQ(opened->events[0].user, kBen);
  EXPECT_THAT(direct_.mine, ElementsAre(kAda, kBen));
  EXPECT_EQ(direct_.state.rev, 0u);
  EXPECT_TRUE(changes_nothing(direct_.run(OpenDirect{kBen})));
  EXPECT_TRUE(changes_nothing(direct_.run(OpenDirect{kAda})));
}

TEST_F(ChannelRules, OpeningIsForTheTwoOfADirectChannel) {
  EXPECT_EQ(refusal(direct_.run(OpenDirect{kCleo})), 10003);
  EXPECT_EQ(refusal(group_.run(OpenDirect{kAda})), 10003);
}

TEST_F(ChannelRules, ChannelThatIsNotThereTakesNothing) {
  ChannelModel channel;
  const std::vector<Command> commands = {
      OpenDirect{kAda},         SendMessage{.author = kAda}, EditMessage{.actor = kAda},  DeleteMessage{kAda, {}},
      React{.actor = kAda},     Pin{.actor = kAda},          UpdateChannel{kAda, {}, {}}, AddMember{kAda, kBen},
      RemoveMember{kAda, kAda}, SetBlock{kAda, true},        CloseDirect{kAda},
  };
  for (const Command& command : commands) EXPECT_EQ(refusal(channel.run(command)), 10003) << command.index();
}

// --- Adding ---

TEST_F(ChannelRules, AddingIsTheChangeThenItsSystemMessageThenTheChannelForTheNewMember) {
  ASSERT_TRUE(send(group_, kAda));
  const Result<Decision> added = group_.run(AddMember{kAda, kDan});
  ASSERT_TRUE(added);
  EXPECT_THAT(row_names(added), ElementsAre("PutMember", "PutMine", "PutCursor", "PutChange", "PutMessage"));
  ASSERT_THAT(event_names(added), ElementsAre("CHANNEL_MEMBER_ADD", "MESSAGE_CREATE", "CHANNEL_CREATE"));
  EXPECT_EQ(added->events[0].rev, 1u);
  EXPECT_EQ(added->events[0].actor, kAda);
  EXPECT_EQ(added->events[0].user, kDan);
  EXPECT_TRUE(added->events[0].state.roster->has(kDan));
  EXPECT_EQ(added->events[0].state.last_seq, 1u);
  EXPECT_EQ(added->events[1].seq, 2u);
  EXPECT_EQ(added->events[2].user, kDan);
  EXPECT_EQ(added->message->author, kAda);
  EXPECT_EQ(added->message->content, "");
  EXPECT_EQ(note(added), (SystemNote{SystemKind::kMemberAdd, kDan, ""}));
  EXPECT_EQ(group_.changes.back().kind, ChangeKind::kMemberAdd);
  EXPECT_EQ(group_.changes.back().user, kDan);
}

TEST_F(ChannelRules, NewMemberStartsBehindTheMessageThatAnnouncesHim) {
  ASSERT_TRUE(send(group_, kAda));
  ASSERT_TRUE(group_.run(AddMember{kAda, kDan}));
  EXPECT_EQ(group_.state.roster->find(kDan)->joined_seq, 2u);
  EXPECT_EQ(group_.cursors.at(kDan), (Cursor{.read_seq = 2, .delivered_seq = 2, .public_read_seq = 2}));
  ASSERT_TRUE(group_.run(RemoveMember{kDan, kDan}));
  ASSERT_TRUE(group_.run(AddMember{kAda, kDan}));
  EXPECT_EQ(group_.cursors.at(kDan).read_seq, group_.state.last_seq);
}

TEST_F(ChannelRules, MembersStayInTheOrderOfTheirIds) {
  ChannelModel channel = group_of({kBen, kDan}, kBen);
  ASSERT_TRUE(channel.run(AddMember{kBen, kCleo}));
  ASSERT_TRUE(channel.run(AddMember{kBen, kAda}));
  ASSERT_TRUE(channel.run(AddMember{kBen, kEve}));
  EXPECT_TRUE(std::ranges::is_sorted(channel.state.roster->members, {}, &Member::user));
  EXPECT_EQ(channel.members.size(), 5u);
}

TEST_F(ChannelRules, AddingWhoIsThereChangesNothing) { EXPECT_TRUE(changes_nothing(group_.run(AddMember{kAda, kCleo}))); }

TEST_F(ChannelRules, FullGroupTakesNobodyUntilSomebodyLeaves) {
  ChannelModel channel = group_of({kAda, kBen}, kAda, {.group_members = 2});
  EXPECT_EQ(refusal(channel.run(AddMember{kAda, kCleo})), 30004);
  EXPECT_TRUE(changes_nothing(channel.run(AddMember{kAda, kBen})));
  ASSERT_TRUE(channel.run(RemoveMember{kBen, kBen}));
  EXPECT_TRUE(channel.run(AddMember{kAda, kCleo}));
}

TEST_F(ChannelRules, StrangerMayNotEvenKnowOfTheGroup) {
  EXPECT_EQ(refusal(group_.run(AddMember{kDan, kDan})), 10003);
  EXPECT_EQ(refusal(group_.run(RemoveMember{kDan, kAda})), 10003);
  EXPECT_EQ(refusal(group_.run(RemoveMember{kDan, kDan})), 10003);
  EXPECT_EQ(refusal(group_.run(UpdateChannel{.actor = kDan, .name = "mine"})), 10003);
}

TEST_F(ChannelRules, DirectChannelHasNoMembersToAddOrRemoveAndNoName) {
  EXPECT_EQ(refusal(direct_.run(AddMember{kAda, kCleo})), 50013);
  EXPECT_EQ(refusal(direct_.run(RemoveMember{kAda, kBen})), 50013);
  EXPECT_EQ(refusal(direct_.run(RemoveMember{kAda, kAda})), 50013);
  EXPECT_EQ(refusal(direct_.run(UpdateChannel{.actor = kAda, .name = "us"})), 50013);
}

// --- Removing and leaving ---

TEST_F(ChannelRules, RemovalIsTheChangeThenItsSystemMessage) {
  const Result<Decision> removed = group_.run(RemoveMember{kBen, kCleo});
  ASSERT_TRUE(removed);
  EXPECT_THAT(row_names(removed), ElementsAre("EraseMember", "EraseMine", "PutChange", "PutMessage"));
  ASSERT_THAT(event_names(removed), ElementsAre("CHANNEL_MEMBER_REMOVE", "MESSAGE_CREATE"));
  EXPECT_EQ(removed->events[0].rev, 1u);
  EXPECT_EQ(removed->events[0].user, kCleo);
  EXPECT_FALSE(removed->events[0].state.roster->has(kCleo));
  EXPECT_FALSE(removed->events[1].state.roster->has(kCleo));
  EXPECT_EQ(removed->message->author, kBen);
  EXPECT_EQ(note(removed), (SystemNote{SystemKind::kMemberRemove, kCleo, ""}));
  EXPECT_THAT(group_.mine, ElementsAre(kAda, kBen));
  EXPECT_EQ(refusal(send(group_, kCleo)), 10003);
}

TEST_F(ChannelRules, OnlyTheOwnerRemovesOthers) {
  EXPECT_EQ(refusal(group_.run(RemoveMember{kAda, kCleo})), 50013);
  EXPECT_EQ(refusal(group_.run(RemoveMember{kAda, kBen})), 50013);
  EXPECT_EQ(group_.members.size(), 3u);
}

TEST_F(ChannelRules, RemovingWhoIsNotThereChangesNothing) { EXPECT_TRUE(changes_nothing(group_.run(RemoveMember{kBen, kDan}))); }

TEST_F(ChannelRules, LeavingIsTheChangeThenItsSystemMessage) {
  const Result<Decision> left = group_.run(RemoveMember{kAda, kAda});
  ASSERT_TRUE(left);
  ASSERT_THAT(event_names(left), ElementsAre("CHANNEL_MEMBER_REMOVE", "MESSAGE_CREATE"));
  EXPECT_EQ(left->message->author, kAda);
  EXPECT_EQ(note(left), (SystemNote{SystemKind::kMemberLeave, kAda, ""}));
  EXPECT_EQ(group_.state.roster->owner, kBen);
}

TEST_F(ChannelRules, OwnerWhoLeavesHandsOverBetweenTheChangeAndItsMessage) {
  const Result<Decision> left = group_.run(RemoveMember{kBen, kBen});
  ASSERT_TRUE(left);
  EXPECT_THAT(row_names(left), ElementsAre("EraseMember", "EraseMine", "PutChange", "PutRoster", "PutChange", "PutMessage"));
  ASSERT_THAT(event_names(left), ElementsAre("CHANNEL_MEMBER_REMOVE", "CHANNEL_UPDATE", "MESSAGE_CREATE"));
  EXPECT_EQ(left->events[0].rev, 1u);
  EXPECT_EQ(left->events[1].rev, 2u);
  EXPECT_EQ(left->events[1].state.roster->owner, kAda);
  EXPECT_EQ(left->events[1].state.rev, 2u);
  EXPECT_EQ(left->events[1].state.last_seq, 0u);
  EXPECT_EQ(left->events[2].seq, 1u);
  EXPECT_EQ(group_.roster->owner, kAda);
}

TEST_F(ChannelRules, LongestMemberInheritsTheGroupAndAmongEqualsTheLowestId) {
  ChannelModel channel = group_of({kBen, kCleo, kDan}, kBen);
  ASSERT_TRUE(channel.run(AddMember{kBen, kAda}));  // the lowest id, but not there from the start
  ASSERT_TRUE(channel.run(RemoveMember{kBen, kBen}));
  EXPECT_EQ(channel.state.roster->owner, kCleo);
  ASSERT_TRUE(channel.run(AddMember{kCleo, kBen}));
  ASSERT_TRUE(channel.run(RemoveMember{kCleo, kCleo}));
  EXPECT_EQ(channel.state.roster->owner, kDan);
  ASSERT_TRUE(channel.run(RemoveMember{kDan, kDan}));
  EXPECT_EQ(channel.state.roster->owner, kAda);  // added before Ben came back
}

TEST_F(ChannelRules, LastOneLeavingEndsTheGroup) {
  ChannelModel channel = group_of({kAda, kBen}, kAda);
  ASSERT_TRUE(channel.run(RemoveMember{kAda, kBen}));
  ASSERT_TRUE(channel.state.exists());
  const Result<Decision> left = channel.run(RemoveMember{kAda, kAda});
  ASSERT_TRUE(left);
  EXPECT_THAT(row_names(left), ElementsAre("EraseMember", "EraseMine", "PutChange", "EraseRoster"));
  ASSERT_THAT(event_names(left), ElementsAre("CHANNEL_MEMBER_REMOVE"));
  EXPECT_EQ(left->events[0].user, kAda);
  EXPECT_EQ(left->events[0].rev, 2u);
  EXPECT_FALSE(left->next.exists());
  EXPECT_THAT(channel.members, IsEmpty());
  EXPECT_EQ(refusal(send(channel, kAda)), 10003);
}

// --- Name and topic ---

TEST_F(ChannelRules, RenamingIsTheChangeThenItsSystemMessage) {
  const Result<Decision> renamed = group_.run(UpdateChannel{.actor = kCleo, .name = "band"});
  ASSERT_TRUE(renamed);
  EXPECT_THAT(row_names(renamed), ElementsAre("PutRoster", "PutChange", "PutMessage"));
  ASSERT_THAT(event_names(renamed), ElementsAre("CHANNEL_UPDATE", "MESSAGE_CREATE"));
  EXPECT_EQ(renamed->events[0].rev, 1u);
  EXPECT_EQ(renamed->events[0].state.roster->name, "band");
  EXPECT_EQ(renamed->message->author, kCleo);
  EXPECT_EQ(note(renamed), (SystemNote{SystemKind::kRename, UserId(), "band"}));
}

TEST_F(ChannelRules, NameAndTopicTogetherAreOneChange) {
  const Result<Decision> updated = group_.run(UpdateChannel{.actor = kAda, .name = "band", .topic = "songs"});
  ASSERT_TRUE(updated);
  EXPECT_THAT(event_names(updated), ElementsAre("CHANNEL_UPDATE", "MESSAGE_CREATE"));
  EXPECT_EQ(updated->next.rev, 1u);
  EXPECT_EQ(group_.roster->topic, "songs");
}

TEST_F(ChannelRules, TopicAloneWritesNoSystemMessage) {
  const Result<Decision> updated = group_.run(UpdateChannel{.actor = kAda, .name = "crew", .topic = "songs"});
  ASSERT_TRUE(updated);
  EXPECT_THAT(event_names(updated), ElementsAre("CHANNEL_UPDATE"));
  EXPECT_EQ(updated->next.last_seq, 0u);
}

TEST_F(ChannelRules, SameNameAndTopicChangeNothing) {
  EXPECT_TRUE(changes_nothing(group_.run(UpdateChannel{.actor = kAda, .name = "crew", .topic = ""})));
  EXPECT_TRUE(changes_nothing(group_.run(UpdateChannel{.actor = kAda})));
}

// --- Blocks and closing: kept with the channel, told to nobody ---

TEST_F(ChannelRules, BlockIsKeptAndToldToNobody) {
  const Result<Decision> blocked = direct_.run(SetBlock{kBen, true});
  ASSERT_TRUE(blocked);
  EXPECT_THAT(row_names(blocked), ElementsAre("PutRoster"));
  EXPECT_THAT(blocked->events, IsEmpty());
  EXPECT_EQ(blocked->next.rev, 0u);
  EXPECT_THAT(direct_.roster->blockers, ElementsAre(kBen));
  EXPECT_TRUE(changes_nothing(direct_.run(SetBlock{kBen, true})));
  ASSERT_TRUE(direct_.run(SetBlock{kBen, false}));
  EXPECT_THAT(direct_.roster->blockers, IsEmpty());
  EXPECT_TRUE(changes_nothing(direct_.run(SetBlock{kBen, false})));
}

TEST_F(ChannelRules, BlockedConversationCanStillBeOpened) {
  ASSERT_TRUE(direct_.run(SetBlock{kAda, true}));
  ASSERT_TRUE(direct_.run(OpenDirect{kBen}));
  EXPECT_THAT(direct_.mine, ElementsAre(kAda, kBen));
}

TEST_F(ChannelRules, ClosingIsKeptAndToldToNobody) {
  const Result<Decision> closed = direct_.run(CloseDirect{kBen});
  ASSERT_TRUE(closed);
  EXPECT_THAT(row_names(closed), ElementsAre("PutRoster"));
  EXPECT_THAT(closed->events, IsEmpty());
  EXPECT_TRUE(direct_.roster->closed);
  EXPECT_THAT(direct_.mine, ElementsAre(kAda));
  EXPECT_TRUE(changes_nothing(direct_.run(CloseDirect{kBen})));
  EXPECT_TRUE(changes_nothing(direct_.run(CloseDirect{kAda})));
}

TEST_F(ChannelRules, BlocksAndClosingAreForTheTwoOfADirectChannel) {
  EXPECT_EQ(refusal(direct_.run(SetBlock{kCleo, true})), 10003);
  EXPECT_EQ(refusal(direct_.run(CloseDirect{kCleo})), 10003);
  EXPECT_EQ(refusal(group_.run(SetBlock{kAda, true})), 10003);
  EXPECT_EQ(refusal(group_.run(CloseDirect{kAda})), 10003);
}

}  // namespace
}  // namespace rookery::fold
