// Cursors, access, and rounds.
#include "verify/checker.h"

#include "verify/report.h"
#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;
constexpr std::uint64_t kLogin = 77;

void write(Story& story, std::uint64_t count) {
  for (std::uint64_t seq = 1; seq <= count; ++seq) story.send(kAnn, seq, "n" + std::to_string(seq));
}

TEST(CheckerCursors, ACursorThatWasAnsweredAndIsKeptHasNoFindings) {
  Story story;
  write(story, 5);
  story.read(kBob, 4);
  story.read(kBob, 2);
  story.state(kBob, Story::head(5, 0, 4));
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerCursors, ACursorThatGoesBackIsFound) {
  Story story;
  write(story, 5);
  story.read(kBob, 4);
  story.read(kBob, 2);
  story.state(kBob, Story::head(5, 0, 2));
  EXPECT_THAT(story.broken(), only(Property::kCursors)) << story.sentences;
}

TEST(CheckerCursors, OnesOwnMessageMovesOnesOwnCursor) {
  Story story;
  write(story, 2);
  story.state(kAnn, Story::head(2, 0, 1));
  EXPECT_THAT(story.broken(), only(Property::kCursors)) << story.sentences;
}

TEST(CheckerCursors, WhatASessionWasShownDoesNotGoBack) {
  Story story;
  story.ready(kAnn, 1, Story::head(0));
  story.dispatch(kAnn, 1, {.type = "RECEIPT_UPDATE", .receipts = {{kBob, 3, 2}}});
  story.dispatch(kAnn, 1, {.type = "RECEIPT_UPDATE", .receipts = {{kBob, 3, 1}}});
  EXPECT_THAT(story.broken(), only(Property::kCursors)) << story.sentences;
}

TEST(CheckerCursors, AWrongUnreadIsFound) {
  Story story;
  write(story, 3);
  SeenHead head = Story::head(3, 0, 1);
  head.unread = 4;
  story.state(kBob, head);
  EXPECT_THAT(story.broken(), only(Property::kCursors)) << story.sentences;
}

TEST(CheckerCursors, ACursorBeyondTheEndIsFound) {
  Story story;
  write(story, 1);
  SeenHead head = Story::head(1, 0, 1);
  head.delivered_seq = 2;
  story.state(kBob, head);
  EXPECT_THAT(story.broken(), only(Property::kCursors)) << story.sentences;
}

TEST(CheckerCursors, WhenAllIsSettledTheMentionsAreCounted) {
  for (const std::uint64_t count : {1U, 2U}) {
    Story story;
    write(story, 2);
    SeenMessage named = Story::message(kAnn, 2, "n2");
    named.mentions = {kBob};
    story.history(kBob, 0, {Story::message(kAnn, 1, "n1"), named});
    story.mark("settled");
    for (const std::uint64_t user : {kAnn, kBob}) story.history(user, 0, {Story::message(kAnn, 1, "n1"), named});
    SeenHead head = Story::head(2);
    head.mention_count = count;
    story.state(kBob, head);
    if (count == 1) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kCursors)) << story.sentences;
    }
  }
}

TEST(CheckerAccess, WhoWasRemovedIsNotAnsweredAnyMore) {
  Story story;
  write(story, 1);
  story.end(story.begin({.action = Action::kRemove, .user = kAnn, .channel = Story::kRoom, .target = kBob}), {});
  story.history(kBob, 0, {Story::message(kAnn, 1, "n1")});
  EXPECT_THAT(story.broken(), only(Property::kMembership)) << story.sentences;
}

TEST(CheckerAccess, WhoIsAddedAgainIsAnswered) {
  Story story;
  write(story, 1);
  story.end(story.begin({.action = Action::kRemove, .user = kAnn, .channel = Story::kRoom, .target = kBob}), {});
  story.end(story.begin({.action = Action::kAdd, .user = kAnn, .channel = Story::kRoom, .target = kBob}), {});
  story.history(kBob, 0, {Story::message(kAnn, 1, "n1")});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

void revoke(Story& story) { story.end(story.begin({.action = Action::kRevoke, .user = kBob, .target = kLogin}), {}); }

TEST(CheckerAccess, ARevokedLoginIsNotAnsweredAnyMore) {
  Story story;
  revoke(story);
  story.end(story.begin({.action = Action::kProbe, .user = kBob, .login = kLogin}), {});
  EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
}

TEST(CheckerAccess, ASocketOfARevokedLoginThatClosesInTimeIsRight) {
  Story story;
  story.ready(kBob, 1, Story::head(0), {}, kLogin);
  revoke(story);
  story.pass(2'000'000);
  story.closed(1, 4102);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerAccess, ASocketOfARevokedLoginThatStaysOpenIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0), {}, kLogin);
  revoke(story);
  story.pass(AccessBook::kCloseWithinUs);
  EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
}

TEST(CheckerAccess, WhatTheDriverWasLateAndTheFaultLastedIsNoDelayOfTheServer) {
  Story story;
  story.ready(kBob, 1, Story::head(0), {}, kLogin);
  revoke(story);
  story.pass(AccessBook::kCloseWithinUs - 200'000);
  story.stall(1'500'000);
  story.mark("fault", "pause");
  story.stall(500'000);
  story.pass(500'000);
  story.mark("healed");
  story.pass(100'000);
  story.closed(1, 4102);
  story.send(kAnn, 1, "later");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerAccess, AStallDoesNotExcuseWhatIsLaterThanItWasLong) {
  Story story;
  story.ready(kBob, 1, Story::head(0), {}, kLogin);
  revoke(story);
  story.stall(300'000);
  story.pass(AccessBook::kCloseWithinUs + 100'000);
  story.closed(1, 4102);
  EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
}

TEST(CheckerAccess, ASocketOfARevokedLoginThatClosesForAnotherReasonIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0), {}, kLogin);
  revoke(story);
  story.closed(1, 4101);
  EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
}

TEST(CheckerAccess, ASocketOfARevokedLoginMayBreakAroundAFaultAndNotOtherwise) {
  for (const bool fault : {true, false}) {
    Story story;
    story.ready(kBob, 1, Story::head(0), {}, kLogin);
    revoke(story);
    if (fault) {
      story.mark("fault", "kill");
      story.mark("healed");
      story.send(kAnn, 1, "a");
    }
    story.closed(1, 1006);
    if (fault) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
    }
  }
}

TEST(CheckerAccess, ASocketOfARevokedLoginThatBreaksLongAfterTheFaultIsFound) {
  Story story;
  story.mark("fault", "kill");
  story.mark("healed");
  story.send(kAnn, 1, "a");
  story.pass(Delays::kNoticedWithinUs);
  story.ready(kBob, 1, Story::head(1), {}, kLogin);
  revoke(story);
  story.closed(1, 1006);
  EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
}

TEST(CheckerAccess, WhatWasWrittenAfterTheLoginEndedIsNotSentToItsSocketBeforeThatCloses) {
  for (const bool before : {true, false}) {
    Story story;
    story.ready(kBob, 1, Story::head(0), {}, kLogin);
    if (before) story.send(kAnn, 1, "a");
    revoke(story);
    if (!before) story.send(kAnn, 1, "a");
    story.create(kBob, 1, Story::message(kAnn, 1, "a"));
    story.closed(1, 4102);
    if (before) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kRevoked)) << story.sentences;
    }
  }
}

TEST(CheckerRounds, AHistoryIsCompleteWithTheMarkThatEndsItAndNotWithoutARoundsEnd) {
  Story whole;
  EXPECT_THAT(whole.broken(), nothing());
  EXPECT_TRUE(whole.complete);
  Checker checker;
  Event mark{.line = 1, .type = "round"};
  checker.read(mark);
  EXPECT_FALSE(checker.complete());
  mark.type = "done";
  checker.read(mark);
  EXPECT_FALSE(checker.complete()) << "its round has no end";
}

TEST(CheckerRounds, AFaultThatMetNothingMakesARoundInvalid) {
  Story story;
  write(story, 1);
  story.mark("fault", "kill");
  story.mark("healed");
  story.send(kAnn, 2, "later");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  EXPECT_EQ(story.rounds.back().hits, 0U);
}

TEST(CheckerRounds, AFaultThatMetAnOperationMakesItValid) {
  Story story;
  story.mark("round", "kill");
  const std::uint64_t met = story.begin_send(kAnn, "a");
  story.mark("fault", "kill");
  story.lose(met);
  story.mark("healed");
  story.send(kAnn, 1, "a");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  EXPECT_EQ(story.rounds.back().hits, 1U);
  EXPECT_TRUE(story.rounds.back().valid());
}

TEST(CheckerRounds, ARoundOfAFaultThatMetNothingIsInvalid) {
  Story story;
  story.mark("round", "kill");
  write(story, 1);
  story.mark("fault", "kill");
  story.mark("healed");
  story.send(kAnn, 2, "later");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  EXPECT_FALSE(story.rounds.back().valid());
}

TEST(CheckerRounds, AConnectionThatBrokeIsCountedApart) {
  Story story;
  story.mark("round", "kill");
  story.ready(kBob, 1, Story::head(0));
  story.mark("fault", "kill");
  story.closed(1, 1006);
  story.mark("healed");
  story.send(kAnn, 1, "later");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  EXPECT_EQ(story.rounds.back().hits, 0U);
  EXPECT_EQ(story.rounds.back().broken, 1U);
  EXPECT_FALSE(story.rounds.back().valid());
}

TEST(CheckerRounds, AKillMeetsWritesAndABadNetworkAnyRequest) {
  for (const char* fault : {"kill", "network"}) {
    Story story;
    story.mark("round", fault);
    const std::uint64_t read = story.begin({.action = Action::kUnread, .user = kBob});
    story.mark("fault", fault);
    story.lose(read);
    story.mark("healed");
    story.send(kAnn, 1, "later");
    EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    EXPECT_EQ(story.rounds.back().valid(), std::string(fault) == "network");
  }
}

TEST(CheckerRounds, ASendThatSucceedsTooLateAfterAFaultIsFound) {
  for (const std::int64_t wait_us : {1'000'000, 11'000'000}) {
    Story story;
    story.mark("fault", "kill");
    story.mark("healed");
    const std::uint64_t send = story.begin_send(kAnn, "a");
    story.pass(wait_us);
    story.end_send(send, 1);
    if (wait_us < 10'000'000) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
    }
  }
}

TEST(CheckerRounds, AServerThatIsGoneIsAFinding) {
  Story story;
  write(story, 1);
  story.mark("lost", "it did not start again");
  EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
}

TEST(VerifyReport, TheVerdictIsPassedOnlyWhenSomethingWasShown) {
  Checker nothing_read;
  EXPECT_EQ(verdict_of({}, nothing_read), 2);

  Checker good;
  Event round;
  round.type = "round";
  round.seq = 1;
  good.read(round);
  good.read({.step = Step::kInvoke, .action = Action::kProbe, .op = 1, .user = kAnn});
  good.read({.step = Step::kOk, .action = Action::kProbe, .op = 1, .user = kAnn});
  Event end;
  end.type = "end";
  good.read(end);
  EXPECT_EQ(verdict_of({}, good), 0);
  EXPECT_EQ(verdict_of({.refused = "it stopped"}, good), 2);
}

}  // namespace
}  // namespace rookery::verify
