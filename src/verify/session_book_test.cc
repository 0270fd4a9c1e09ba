#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;

// Ann writes messages 1 to `count`, all answered.
void write(Story& story, std::uint64_t count, std::uint64_t from = 1) {
  for (std::uint64_t seq = from; seq < from + count; ++seq) story.send(kAnn, seq, "n" + std::to_string(seq));
}
SeenMessage written(std::uint64_t seq) { return Story::message(kAnn, seq, "n" + std::to_string(seq)); }

TEST(CheckerSessions, ALiveStreamThatShowsEverythingHasNoFindings) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 3);
  for (std::uint64_t seq = 1; seq <= 3; ++seq) story.create(kBob, 1, written(seq));
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerSessions, AMessageThatIsLeftOutIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 3);
  story.create(kBob, 1, written(1));
  story.create(kBob, 1, written(3));
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AMessageThatComesTwiceIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 1);
  story.create(kBob, 1, written(1));
  story.create(kBob, 1, written(1));
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, ASessionThatIsNotShownTheEndIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 2);
  story.create(kBob, 1, written(1));
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, ASessionThatIsClosedNeedNotBeShownTheEnd) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 2);
  story.create(kBob, 1, written(1));
  story.closed(1, 1006);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerSessions, AHoleInTheNumbersOfDispatchesIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 1);
  story.create(kBob, 1, written(1), 3);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AChangeThatIsLeftOutIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  story.dispatch(kBob, 1, {.rev = 1, .type = "CHANNEL_UPDATE"});
  story.dispatch(kBob, 1, {.rev = 3, .type = "CHANNEL_UPDATE"});
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AResumeGoesOnWithTheNextDispatch) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 3);
  story.create(kBob, 1, written(1));
  story.create(kBob, 1, written(2));
  story.closed(1, 1006, true);
  const std::uint64_t resume = story.begin_resume(kBob, 1, 2);
  story.create(kBob, 1, written(2), 3);
  story.create(kBob, 1, written(3), 4);
  story.dispatch(kBob, 1, {.s = 5, .type = "RESUMED"});
  story.end(resume, {.session = 1});
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerSessions, AResumeThatLeavesOneOutIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 3);
  story.create(kBob, 1, written(1));
  story.closed(1, 1006, true);
  story.begin_resume(kBob, 1, 2);
  story.create(kBob, 1, written(3), 4);
  story.closed(1, 1006, true);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AResumeThatRepeatsOneIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 2);
  story.create(kBob, 1, written(1));
  story.closed(1, 1006, true);
  story.begin_resume(kBob, 1, 2);
  story.create(kBob, 1, written(1), 2);
  story.closed(1, 1006, true);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AReplayThatShowsAnotherDispatchUnderItsNumberIsFound) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 2);
  story.create(kBob, 1, written(1));
  story.create(kBob, 1, written(2));
  story.closed(1, 1006, true);
  story.begin_resume(kBob, 1, 1);
  story.create(kBob, 1, written(2), 2);
  story.closed(1, 1006, true);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AReplayMustShowWhatWasDeletedAsDeleted) {
  for (const bool right : {true, false}) {
    Story story;
    story.ready(kBob, 1, Story::head(0));
    write(story, 1);
    story.create(kBob, 1, written(1));
    story.closed(1, 1006, true);
    story.remove(kAnn, 1);
    story.begin_resume(kBob, 1, 1);
    story.create(kBob, 1, right ? Story::deleted(kAnn, 1, "n1") : written(1), 2);
    story.closed(1, 1006, true);
    if (right) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kDeleted)) << story.sentences;
    }
  }
}

TEST(CheckerSessions, WhatWasDeletedIsNotShownAgainOnTheSameSession) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  write(story, 1);
  story.create(kBob, 1, written(1));
  story.remove(kAnn, 1);
  story.dispatch(kBob, 1, {.rev = 1, .type = "MESSAGE_DELETE", .message = Story::deleted(kAnn, 1, "n1")});
  story.dispatch(kBob, 1, {.rev = 2, .type = "MESSAGE_UPDATE", .message = written(1)});
  EXPECT_THAT(story.broken(), only(Property::kDeleted)) << story.sentences;
}

TEST(CheckerSessions, CatchingUpShowsEverythingAfterThePosition) {
  Story story;
  write(story, 3);
  story.ready(kBob, 1, Story::head(3, 5), Story::at(1, 2));
  story.create(kBob, 1, written(2));
  story.create(kBob, 1, written(3));
  story.dispatch(kBob, 1, {.rev = 5, .type = "CHANNEL_UPDATE"});
  story.synced(kBob, 1, 3, 5);
  write(story, 1, 4);
  story.create(kBob, 1, written(4));
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerSessions, AHoleBetweenCatchingUpAndLiveIsFound) {
  Story story;
  write(story, 2);
  story.ready(kBob, 1, Story::head(2), Story::at(1));
  story.create(kBob, 1, written(2));
  story.synced(kBob, 1, 2, 0);
  write(story, 2, 3);
  story.create(kBob, 1, written(4));
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, ASyncedThatPromisesMoreThanWasSentIsFound) {
  Story story;
  write(story, 3);
  story.ready(kBob, 1, Story::head(3), Story::at(1));
  story.create(kBob, 1, written(2));
  story.synced(kBob, 1, 3, 0);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, NotRecoveredIsHonestOnlyWhenTooMuchIsMissing) {
  Story honest;
  write(honest, 301);
  honest.ready(kBob, 1, Story::head(301), Story::at(0));
  honest.synced(kBob, 1, 301, 0, false);
  EXPECT_THAT(honest.broken(), nothing()) << honest.sentences;

  Story lazy;
  write(lazy, 2);
  lazy.ready(kBob, 1, Story::head(2), Story::at(0));
  lazy.synced(kBob, 1, 2, 0, false);
  EXPECT_THAT(lazy.broken(), only(Property::kNoSilentGap)) << lazy.sentences;
}

TEST(CheckerSessions, APartWithoutTheRestIsFound) {
  Story story;
  write(story, 301);
  story.ready(kBob, 1, Story::head(301), Story::at(0));
  story.create(kBob, 1, written(1));
  story.synced(kBob, 1, 301, 0, false);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, AHoleInALiveChannelIsSilentUnlessItIsSaid) {
  for (const bool said : {true, false}) {
    Story story;
    write(story, 1);
    story.ready(kBob, 1, Story::head(1));
    write(story, 3, 2);
    if (said) story.synced(kBob, 1, 3, 0, false);
    story.create(kBob, 1, written(4));
    if (said) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
    }
  }
}

TEST(CheckerSessions, AChannelThatIsNeverSyncedIsFound) {
  Story story;
  write(story, 1);
  story.ready(kBob, 1, Story::head(1), Story::at(1));
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerSessions, TheOfflineQueueHoldsWhatOthersWrote) {
  for (const bool whole : {true, false}) {
    Story story;
    story.send(kBob, 1, "mine");
    write(story, 3, 2);
    story.ready(kBob, 1, Story::head(4, 0, 1));
    story.create(kBob, 1, written(2));
    if (whole) story.create(kBob, 1, written(3));
    story.create(kBob, 1, written(4));
    story.synced(kBob, 1, 4, 0);
    if (whole) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
    }
  }
}

TEST(CheckerSessions, NothingComesAfterOnesOwnRemoval) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  story.dispatch(kBob, 1, {.target = kBob, .rev = 1, .type = "CHANNEL_MEMBER_REMOVE"});
  write(story, 1);
  story.create(kBob, 1, written(1));
  EXPECT_THAT(story.broken(), only(Property::kMembership)) << story.sentences;
}

TEST(CheckerSessions, WhoWasRemovedAndWasNotToldIsFoundByWhatHeGets) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  story.history(kAnn, 0, {Story::notice(1, "member_remove", kBob)});
  write(story, 1, 2);
  story.create(kBob, 1, Story::notice(1, "member_remove", kBob));
  story.create(kBob, 1, written(2));
  EXPECT_THAT(story.broken(), only(Property::kMembership)) << story.sentences;
}

TEST(CheckerSessions, WhoIsAddedAgainBeginsBehindTheNotice) {
  Story story;
  story.ready(kBob, 1, Story::head(0));
  story.dispatch(kBob, 1, {.target = kBob, .rev = 1, .type = "CHANNEL_MEMBER_REMOVE"});
  story.history(kAnn, 0, {Story::notice(1, "member_remove", kBob), Story::notice(2, "member_add", kBob)});
  story.dispatch(kBob, 1, {.type = "CHANNEL_CREATE", .heads = {Story::head(2, 2, 2)}});
  write(story, 1, 3);
  story.create(kBob, 1, written(3));
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

SeenHead large(std::uint64_t last_seq) {
  SeenHead head = Story::head(last_seq);
  head.large = true;
  return head;
}
void subscribe(Story& story, std::uint64_t session) {
  story.end(story.begin({.action = Action::kSubscribe, .user = kBob, .session = session, .channel = Story::kRoom}), {});
}
void tell_unread(Story& story, std::uint64_t session, std::uint64_t last_seq) {
  story.dispatch(kBob, session, {.seq = last_seq, .type = "CHANNEL_UNREAD"});
}

TEST(CheckerLargeChannels, WhoIsToldOfTheEndIsNotSentTheMessages) {
  Story story;
  story.ready(kBob, 1, large(0));
  write(story, 3);
  tell_unread(story, 1, 2);
  tell_unread(story, 1, 3);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerLargeChannels, WhoIsNotToldOfTheEndIsFound) {
  Story story;
  story.ready(kBob, 1, large(0));
  write(story, 3);
  tell_unread(story, 1, 2);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerLargeChannels, WhoIsToldOfMoreThanThereIsIsFound) {
  Story story;
  story.ready(kBob, 1, large(0));
  write(story, 3);
  tell_unread(story, 1, 4);
  story.history(kAnn, 0, {written(1), written(2), written(3)});
  EXPECT_THAT(story.broken(), ::testing::Not(nothing())) << story.sentences;
}

TEST(CheckerLargeChannels, ASubscriptionIsLiveFromItsSyncedOn) {
  Story story;
  story.ready(kBob, 1, large(0));
  write(story, 2);
  subscribe(story, 1);
  story.synced(kBob, 1, 2, 0);
  write(story, 2, 3);
  story.create(kBob, 1, written(3));
  story.create(kBob, 1, written(4));
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerLargeChannels, AHoleAfterASubscriptionIsFound) {
  Story story;
  story.ready(kBob, 1, large(0));
  write(story, 2);
  subscribe(story, 1);
  story.synced(kBob, 1, 2, 0);
  write(story, 2, 3);
  story.create(kBob, 1, written(4));
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

TEST(CheckerLargeChannels, ASubscriptionThatIsNeverSyncedIsFound) {
  Story story;
  story.ready(kBob, 1, large(0));
  subscribe(story, 1);
  EXPECT_THAT(story.broken(), only(Property::kNoSilentGap)) << story.sentences;
}

}  // namespace
}  // namespace rookery::verify
