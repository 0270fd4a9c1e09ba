#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;

TEST(CheckerMessages, AHistoryInWhichEverythingIsThereHasNoFindings) {
  Story story;
  story.send(kAnn, 1, "a");
  story.send(kBob, 2, "b");
  story.history(kBob, 0, {Story::message(kAnn, 1, "a"), Story::message(kBob, 2, "b")});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMessages, AnAcknowledgedMessageThatIsNotReadIsLost) {
  Story story;
  story.send(kAnn, 1, "a");
  story.send(kAnn, 2, "b");
  story.history(kBob, 0, {Story::message(kAnn, 1, "a")});
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerMessages, AnAcknowledgedMessageWhosePlaceAnotherTakesIsLost) {
  Story story;
  story.send(kAnn, 1, "a");
  story.begin_send(kBob, "b");
  SeenMessage other = Story::message(kBob, 1, "b");
  other.id = 5000;
  story.history(kBob, 0, {other});
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerMessages, AReadThatBeganBeforeTheAnswerMayShowLess) {
  Story story;
  const std::uint64_t read = story.begin({.action = Action::kHistory, .user = kBob, .channel = Story::kRoom, .limit = 100});
  story.send(kAnn, 1, "a");
  story.end(read, {});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMessages, WhatAnEventToldOfMustBeReadable) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  story.begin_send(kAnn, "a");
  story.create(kBob, 1, Story::message(kAnn, 1, "a"));
  story.history(kAnn, 0, {});
  EXPECT_THAT(story.broken(), only(Property::kReadable)) << story.sentences;
}

TEST(CheckerMessages, AHistoryThatIsBehindIsNotLostButCouldNotBeRead) {
  Story story;
  story.send(kAnn, 1, "a");
  story.history(kBob, 0, {});
  story.history(kBob, 0, {Story::message(kAnn, 1, "a")});
  EXPECT_THAT(story.broken(), only(Property::kReadable)) << story.sentences;
}

TEST(CheckerMessages, AHoleInAPageIsFound) {
  Story story;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) story.begin_send(kAnn, std::to_string(seq));
  story.history(kBob, 0, {Story::message(kAnn, 1, "1"), Story::message(kAnn, 3, "3")});
  EXPECT_THAT(story.broken(), only(Property::kOneOrder)) << story.sentences;
}

TEST(CheckerMessages, IdsThatDoNotGrowWithSeqAreFound) {
  Story story;
  story.send(kAnn, 1, "a");
  story.begin_send(kAnn, "b");
  SeenMessage second = Story::message(kAnn, 2, "b");
  second.id = 3;
  story.history(kAnn, 0, {Story::message(kAnn, 1, "a"), second});
  EXPECT_THAT(story.broken(), only(Property::kOneOrder)) << story.sentences;
}

TEST(CheckerMessages, ANonceThatMadeTwoMessagesIsFound) {
  Story story;
  story.lose(story.begin_send(kAnn, "a"));
  story.send(kAnn, 2, "a");
  story.history(kBob, 0, {Story::message(kAnn, 1, "a"), Story::message(kAnn, 2, "a")});
  EXPECT_THAT(story.broken(), only(Property::kOnce)) << story.sentences;
}

TEST(CheckerMessages, ARetryThatIsAnsweredWithTheFirstMessageIsRight) {
  Story story;
  story.lose(story.begin_send(kAnn, "a"));
  story.send(kAnn, 1, "a");
  story.history(kBob, 0, {Story::message(kAnn, 1, "a")});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMessages, AMessageThatNobodyWroteIsFound) {
  Story story;
  story.history(kBob, 0, {Story::message(kAnn, 1, "a")});
  EXPECT_THAT(story.broken(), only(Property::kWhole)) << story.sentences;
}

TEST(CheckerMessages, AContentThatNobodyWroteIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  SeenMessage half = Story::message(kAnn, 1, "a");
  half.content = "say";
  story.history(kBob, 0, {half});
  EXPECT_THAT(story.broken(), only(Property::kWhole)) << story.sentences;
}

TEST(CheckerMessages, AnAnsweredEditMustBeSeenAndABegunOneMayBe) {
  Story story;
  story.send(kAnn, 1, "a");
  story.edit(kAnn, 1, "a", "better");
  story.begin({.action = Action::kEdit, .user = kAnn, .channel = Story::kRoom, .message_id = Story::id_of(1), .content = "best"});
  SeenMessage message = Story::message(kAnn, 1, "a");
  message.content = "better";
  story.history(kBob, 0, {message});
  message.content = "best";
  story.history(kBob, 0, {message});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;

  Story stale;
  stale.send(kAnn, 1, "a");
  stale.edit(kAnn, 1, "a", "better");
  stale.history(kBob, 0, {Story::message(kAnn, 1, "a")});
  EXPECT_THAT(stale.broken(), only(Property::kReadable)) << stale.sentences;
}

TEST(CheckerMessages, ContentThatIsReadAfterItsDeleteIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  story.remove(kAnn, 1);
  story.history(kBob, 0, {Story::message(kAnn, 1, "a")});
  EXPECT_THAT(story.broken(), only(Property::kDeleted)) << story.sentences;
}

TEST(CheckerMessages, ContentThatChangesStillShowIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  story.remove(kAnn, 1);
  story.changes(kBob, 0, {{1, "MESSAGE_DELETE", Story::message(kAnn, 1, "a")}});
  EXPECT_THAT(story.broken(), only(Property::kDeleted)) << story.sentences;
}

TEST(CheckerMessages, ADeletedMessageWithoutContentIsRight) {
  Story story;
  story.send(kAnn, 1, "a");
  story.remove(kAnn, 1);
  story.history(kBob, 0, {Story::deleted(kAnn, 1, "a")});
  story.changes(kBob, 0, {{1, "MESSAGE_DELETE", Story::deleted(kAnn, 1, "a")}});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMessages, ADeletedMessageThatKeepsItsContentIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  story.remove(kAnn, 1);
  SeenMessage gone = Story::message(kAnn, 1, "a");
  gone.deleted = true;
  story.history(kBob, 0, {gone});
  EXPECT_THAT(story.broken(), only(Property::kDeleted)) << story.sentences;
}

TEST(CheckerMessages, AMessageThatNobodyDeletedIsFoundWhenItIsGone) {
  Story story;
  story.send(kAnn, 1, "a");
  story.history(kBob, 0, {Story::deleted(kAnn, 1, "a")});
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerMessages, AHoleInTheChangesIsFound) {
  Story story;
  story.changes(kBob, 0, {{1, "CHANNEL_UPDATE", {}}, {3, "CHANNEL_UPDATE", {}}});
  EXPECT_THAT(story.broken(), only(Property::kOneOrder)) << story.sentences;
}

TEST(CheckerMessages, SendsOfOneSocketAreNumberedInTheirOrder) {
  Story story;
  story.ready(kAnn, 1, Story::head(0));
  const std::uint64_t first = story.begin_send(kAnn, "a", 1);
  const std::uint64_t second = story.begin_send(kAnn, "b", 1);
  story.end_send(second, 1);
  story.end_send(first, 2);
  story.closed(1, 1000, true);
  EXPECT_THAT(story.broken(), only(Property::kOneOrder)) << story.sentences;
}

TEST(History, LongContentsAreAbridgedAndStayDifferent) {
  const std::string one(4000, 'x');
  std::string other = one;
  other.back() = 'y';
  EXPECT_EQ(abridged(one), abridged(std::string(4000, 'x')));
  EXPECT_NE(abridged(one), abridged(other));
  EXPECT_LT(abridged(one).size(), 100U);
  EXPECT_EQ(abridged("short"), "short");
}

TEST(History, ALineThatIsNoEventIsRefused) {
  EXPECT_FALSE(from_line("{\"line\":1,\"us\":2,\"e\":\"perhaps\"}"));
  EXPECT_FALSE(from_line("not JSON"));
}

}  // namespace
}  // namespace rookery::verify
