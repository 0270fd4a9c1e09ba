#include "verify/member_book.h"

#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;
constexpr std::uint64_t kLogin = 77;
constexpr std::uint64_t kNotFound = 404, kUnauthorized = 401, kServersFault = 500, kUnavailable = 503;

SeenMessage first() { return Story::message(kAnn, 1, "a"); }

// Ann wrote one message; Bob is in the channel, as READY says.
void begin_round(Story& story) {
  story.send(kAnn, 1, "a");
  story.ready(kBob, 1, Story::head(1));
}

std::uint64_t ask(Story& story, std::uint64_t user, std::uint64_t login = 0) {
  return story.begin({.action = Action::kHistory, .user = user, .login = login, .channel = Story::kRoom, .limit = 100});
}

void remove(Story& story, std::uint64_t user) {
  story.end(story.begin({.action = Action::kRemove, .user = kAnn, .channel = Story::kRoom, .target = user}), {});
}

void add(Story& story, std::uint64_t user) {
  story.end(story.begin({.action = Action::kAdd, .user = kAnn, .channel = Story::kRoom, .target = user}), {});
}

void settle(Story& story) {
  story.mark("settled");
  story.history(kAnn, 0, {first()});
  story.history(kBob, 0, {first()});
}

TEST(CheckerMembers, WhoIsInTheChannelAndReadsAllHasNoFindings) {
  Story story;
  begin_round(story);
  settle(story);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMembers, AChannelThatIsLostIsFound) {
  for (const std::uint64_t status : {kNotFound, kServersFault}) {
    Story story;
    begin_round(story);
    story.mark("fault", "kill");
    story.closed(1, 1006);
    story.mark("healed");
    story.send(kAnn, 2, "b");
    story.mark("settled");
    story.history(kAnn, 0, {first(), Story::message(kAnn, 2, "b")});
    if (status == kNotFound) {
      story.refuse(ask(story, kBob), status);
    } else {
      story.lose(ask(story, kBob), status);
    }
    EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
  }
}

TEST(CheckerMembers, AMemberWhoIsRefusedWhileTheLoadGoesOnIsFoundToo) {
  Story story;
  begin_round(story);
  story.refuse(story.begin_send(kBob, "b"), kNotFound);
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerMembers, WhatIsAnsweredWhenItIsAskedForAgainIsNotLost) {
  Story story;
  begin_round(story);
  story.mark("settled");
  story.lose(ask(story, kBob));
  story.refuse(ask(story, kBob), kUnavailable);
  story.history(kBob, 0, {first()});
  story.history(kAnn, 0, {first()});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMembers, AMemberWhoNeverReadWhatWasAcknowledgedIsFound) {
  Story story;
  begin_round(story);
  story.mark("settled");
  story.history(kAnn, 0, {first()});
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerMembers, WhoWasRemovedIsRefusedAndNeedNotReadIt) {
  Story story;
  begin_round(story);
  remove(story, kBob);
  story.mark("settled");
  story.history(kAnn, 0, {first()});
  story.refuse(ask(story, kBob), kNotFound);
  story.closed(1, 1006, true);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMembers, OfARemovalThatWasNotAnsweredNobodyKnows) {
  Story story;
  begin_round(story);
  story.lose(story.begin({.action = Action::kRemove, .user = kAnn, .channel = Story::kRoom, .target = kBob}));
  story.mark("settled");
  story.history(kAnn, 0, {first()});
  story.refuse(ask(story, kBob), kNotFound);
  story.closed(1, 1006, true);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMembers, WhoIsRemovedWhileHeAsksMayBeRefused) {
  Story story;
  begin_round(story);
  const std::uint64_t asked = ask(story, kBob);
  const std::uint64_t removal = story.begin({.action = Action::kRemove, .user = kAnn, .channel = Story::kRoom, .target = kBob});
  story.refuse(asked, kNotFound);
  story.end(removal, {});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerMembers, AnAddingThatWasAcknowledgedAndIsGoneIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  remove(story, kBob);
  add(story, kBob);
  story.mark("settled");
  story.history(kAnn, 0, {first()});
  story.refuse(ask(story, kBob), kNotFound);
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerMembers, ALoginThatIsRefusedAndThatNobodyEndedIsFound) {
  for (const bool ended : {true, false}) {
    Story story;
    if (ended) story.end(story.begin({.action = Action::kRevoke, .user = kBob, .target = kLogin}), {});
    story.refuse(ask(story, kBob, kLogin), kUnauthorized);
    if (ended) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
    }
  }
}

TEST(CheckerMembers, AReadyThatLeavesOutAChannelIsFound) {
  for (const bool removed : {true, false}) {
    Story story;
    begin_round(story);
    story.closed(1, 1006, true);
    if (removed) remove(story, kBob);
    SeenHead other = Story::head(0);
    other.channel = Story::kRoom + 1;
    story.ready(kBob, 2, other);
    if (removed) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
    }
  }
}

TEST(CheckerMembers, AReadyThatNamesAChannelToWhoWasRemovedIsFound) {
  Story story;
  begin_round(story);
  remove(story, kBob);
  story.closed(1, 1006, true);
  story.ready(kBob, 2, Story::head(1));
  EXPECT_THAT(story.broken(), only(Property::kMembership)) << story.sentences;
}

TEST(CheckerMembers, ASessionThatIsToldThatItIsOutIsFoundUnlessSomebodyRemovedHim) {
  for (const bool removed : {true, false}) {
    Story story;
    begin_round(story);
    story.closed(1, 1006, true);
    if (removed) remove(story, kBob);
    story.ready(kBob, 2, Story::head(1), Story::at(1));
    story.dispatch(kBob, 2, {.type = "SYNCED", .gone = true});
    if (removed) {
      EXPECT_THAT(story.broken(), only(Property::kMembership)) << "READY names it: " << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
    }
  }
}

TEST(CheckerMembers, ARemovalFromBeforeHeWasAddedAgainMayBeToldLate) {
  Story story;
  begin_round(story);
  remove(story, kBob);
  add(story, kBob);
  story.dispatch(kBob, 1, {.target = kBob, .rev = 1, .type = "CHANNEL_MEMBER_REMOVE"});
  story.dispatch(kBob, 1, {.type = "CHANNEL_CREATE", .heads = {Story::head(1, 1)}});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

}  // namespace
}  // namespace rookery::verify
