#include "verify/presence_book.h"

#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;
constexpr std::uint64_t kLogin = 77;

void connect(Story& story, std::uint64_t user, std::uint64_t session, std::uint64_t login) {
  story.ready(user, session, Story::head(0), {}, login);
}
void watch(Story& story, std::uint64_t user, std::uint64_t session, std::uint64_t watched) {
  story.end(story.begin({.action = Action::kSubscribe, .user = user, .session = session, .presences = {{watched, {}}}}), {});
}
void tell(Story& story, std::uint64_t user, std::uint64_t session, std::uint64_t about, const std::string& status) {
  story.dispatch(user, session, {.type = "PRESENCE_UPDATE", .presences = {{about, status}}});
}
void log_out(Story& story, std::uint64_t user, std::uint64_t login) {
  story.end(story.begin({.action = Action::kRevoke, .user = user, .login = login, .target = login}), {});
}
void ask(Story& story, std::uint64_t about, const std::string& status) {
  story.end(story.begin({.action = Action::kPresence, .user = kAnn}), {.presences = {{about, status}}});
}

TEST(CheckerPresence, WhoIsConnectedAndSaidToBeOnlineHasNoFindings) {
  Story story;
  connect(story, kAnn, 1, 1);
  connect(story, kBob, 2, kLogin);
  watch(story, kAnn, 1, kBob);
  tell(story, kAnn, 1, kBob, "offline");
  tell(story, kAnn, 1, kBob, "online");
  story.pass(6'000'000);
  story.mark("settled");
  ask(story, kBob, "online");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerPresence, WhoIsConnectedAndSaidToBeOfflineIsFound) {
  Story story;
  connect(story, kBob, 2, kLogin);
  story.mark("settled");
  ask(story, kBob, "offline");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, AWatcherThatIsNotToldWithinFiveSecondsIsFound) {
  Story story;
  connect(story, kAnn, 1, 1);
  connect(story, kBob, 2, kLogin);
  watch(story, kAnn, 1, kBob);
  story.pass(5'100'000);
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, AWatcherMayBeToldAsMuchLaterAsTheDriverWasLate) {
  Story story;
  connect(story, kAnn, 1, 1);
  connect(story, kBob, 2, kLogin);
  watch(story, kAnn, 1, kBob);
  story.stall(5'100'000);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerPresence, WhoLoggedOutAndIsStillSaidToBeOnlineIsFound) {
  Story story;
  connect(story, kBob, 2, kLogin);
  log_out(story, kBob, kLogin);
  story.closed(2, 4102);
  story.mark("settled");
  ask(story, kBob, "online");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, AWatcherThatIsNotToldOfALogoutIsFound) {
  Story story;
  connect(story, kAnn, 1, 1);
  connect(story, kBob, 2, kLogin);
  watch(story, kAnn, 1, kBob);
  tell(story, kAnn, 1, kBob, "online");
  log_out(story, kBob, kLogin);
  story.closed(2, 4102);
  story.pass(5'100'000);
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, WhoHasAnotherLoginWhoseIdentifyWasNotAnsweredMayBeOnline) {
  Story story;
  const std::uint64_t op = story.begin({.action = Action::kIdentify, .user = kBob, .login = kLogin + 1, .session = 3});
  story.lose(op);
  connect(story, kBob, 2, kLogin);
  log_out(story, kBob, kLogin);
  story.closed(2, 4102);
  story.mark("settled");
  ask(story, kBob, "online");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

void say(Story& story, std::uint64_t user, std::uint64_t session, const std::string& status) {
  story.end(story.begin({.action = Action::kStatus, .user = user, .session = session, .presences = {{user, status}}}), {});
}
void block(Story& story, std::uint64_t user, std::uint64_t whom) {
  story.end(story.begin({.action = Action::kBlock, .user = user, .target = whom}), {});
}
// Bob has been there for a while, and Ann watches him.
void bob_is_watched(Story& story) {
  connect(story, kAnn, 1, 1);
  connect(story, kBob, 2, kLogin);
  story.pass(6'000'000);
  watch(story, kAnn, 1, kBob);
  tell(story, kAnn, 1, kBob, "online");
}

TEST(CheckerPresence, WhoWatchesIsShownWhatWasSaidInThatOrderPerhapsNotAllOfIt) {
  Story story;
  bob_is_watched(story);
  say(story, kBob, 2, "away");
  tell(story, kAnn, 1, kBob, "away");
  say(story, kBob, 2, "online");
  say(story, kBob, 2, "away");
  say(story, kBob, 2, "online");
  tell(story, kAnn, 1, kBob, "online");
  story.pass(5'100'000);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerPresence, WhatNobodySaidYetIsNotShown) {
  Story story;
  bob_is_watched(story);
  tell(story, kAnn, 1, kBob, "away");
  say(story, kBob, 2, "away");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, AStatusFromBeforeTheOneThatWasShownIsFound) {
  Story story;
  bob_is_watched(story);
  say(story, kBob, 2, "away");
  tell(story, kAnn, 1, kBob, "away");
  tell(story, kAnn, 1, kBob, "online");
  tell(story, kAnn, 1, kBob, "away");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, WhatWasSaidLastIsWhatIsShownInTheEnd) {
  Story story;
  bob_is_watched(story);
  say(story, kBob, 2, "away");
  story.pass(5'100'000);
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, WhenAllIsSettledTheAnswerIsWhatWasSaidLast) {
  for (const std::string status : {"away", "online", "offline"}) {
    Story story;
    connect(story, kBob, 2, kLogin);
    say(story, kBob, 2, "away");
    story.mark("settled");
    ask(story, kBob, status);
    if (status == "away") {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kPresence)) << status;
    }
  }
}

TEST(CheckerPresence, AnAnswerIsNotFromBeforeWhatAnotherWasShownBeforeItWasAsked) {
  for (const bool asked_before : {true, false}) {
    Story story;
    bob_is_watched(story);
    say(story, kBob, 2, "away");
    const auto begin = [&story] { return story.begin({.action = Action::kPresence, .user = kAnn}); };
    std::uint64_t op = asked_before ? begin() : 0;
    tell(story, kAnn, 1, kBob, "away");
    if (!asked_before) op = begin();
    story.end(op, {.presences = {{kBob, "online"}}});
    if (asked_before) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
    }
  }
}

TEST(CheckerPresence, AwayIsKeptOverAResume) {
  Story story;
  bob_is_watched(story);
  say(story, kBob, 2, "away");
  tell(story, kAnn, 1, kBob, "away");
  story.closed(2, 1006, /*by_client=*/true);
  story.end(story.begin_resume(kBob, 2, 1), {});
  tell(story, kAnn, 1, kBob, "online");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, AStatusThatWasPerhapsHeardMayBeShownAndMayNot) {
  for (const std::string status : {"away", "online"}) {
    Story story;
    bob_is_watched(story);
    story.lose(story.begin({.action = Action::kStatus, .user = kBob, .session = 2, .presences = {{kBob, "away"}}}));
    tell(story, kAnn, 1, kBob, status);
    story.pass(5'100'000);
    EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  }
}

TEST(CheckerPresence, OneOfTwoConnectionsThatIsNotAwayIsOnline) {
  Story story;
  bob_is_watched(story);
  connect(story, kBob, 3, kLogin);
  say(story, kBob, 2, "away");
  tell(story, kAnn, 1, kBob, "away");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, WhoseLastSocketWasClosedIsNotOfflineForAMinute) {
  for (const std::int64_t seconds : {1, 59, 61}) {
    Story story;
    bob_is_watched(story);
    say(story, kBob, 2, "online");
    story.closed(2, 1000, /*by_client=*/true);
    story.pass(seconds * 1'000'000);
    tell(story, kAnn, 1, kBob, "offline");
    if (seconds > 60) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kPresence)) << seconds;
    }
  }
}

TEST(CheckerPresence, WhoseServerWasKilledMayBeOfflineUntilHeIsBack) {
  Story story;
  story.mark("round", "kill");
  bob_is_watched(story);
  story.mark("fault", "kill");
  story.closed(1, 1006);
  connect(story, kAnn, 3, 1);
  watch(story, kAnn, 3, kBob);
  tell(story, kAnn, 3, kBob, "offline");
  story.mark("healed");
  story.closed(2, 1006);
  connect(story, kBob, 4, kLogin);
  tell(story, kAnn, 3, kBob, "online");
  story.send(kAnn, 1, "later");
  story.create(kAnn, 3, Story::message(kAnn, 1, "later"));
  story.create(kBob, 4, Story::message(kAnn, 1, "later"));
  story.pass(5'100'000);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

// A call of long polling is written down before it has a connection.
TEST(CheckerPresence, WhoseFirstCallIsHeardByTheNextServerIsThere) {
  for (const bool healed_first : {true, false}) {
    Story story;
    story.mark("round", "kill");
    connect(story, kAnn, 1, 1);
    const std::uint64_t call = story.begin({.action = Action::kIdentify, .user = kBob, .login = kLogin, .session = 2});
    story.mark("fault", "kill");
    story.closed(1, 1006);
    if (healed_first) story.mark("healed");
    story.end(call, {.session = 2, .s = 1, .heads = {Story::head(0)}});
    if (!healed_first) story.mark("healed");
    connect(story, kAnn, 3, 1);
    story.send(kAnn, 1, "later");
    story.create(kAnn, 3, Story::message(kAnn, 1, "later"));
    story.create(kBob, 2, Story::message(kAnn, 1, "later"), 2);
    say(story, kBob, 2, "away");
    ask(story, kBob, "away");
    EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  }
}

TEST(CheckerPresence, AfterAConnectionBrokeTheServerMayBeAnotherOne) {
  Story story;
  bob_is_watched(story);
  story.closed(1, 1006);
  connect(story, kAnn, 3, 1);
  watch(story, kAnn, 3, kBob);
  tell(story, kAnn, 3, kBob, "offline");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerPresence, WhatIsSentAgainIsNoNews) {
  Story story;
  bob_is_watched(story);
  say(story, kBob, 2, "away");
  story.dispatch(kAnn, 1, {.s = 3, .type = "PRESENCE_UPDATE", .presences = {{kBob, "away"}}});
  story.end(story.begin_resume(kAnn, 1, 1), {});
  story.dispatch(kAnn, 1, {.s = 2, .type = "PRESENCE_UPDATE", .presences = {{kBob, "online"}}});
  story.dispatch(kAnn, 1, {.s = 3, .type = "PRESENCE_UPDATE", .presences = {{kBob, "away"}}});
  story.pass(5'100'000);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerPresence, ToWhomHeHasBlockedHeIsOffline) {
  for (const std::string status : {"offline", "online"}) {
    Story story;
    bob_is_watched(story);
    block(story, kBob, kAnn);
    ask(story, kBob, status);
    tell(story, kAnn, 1, kBob, "offline");
    if (status == "offline") {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kPresence));
    }
  }
}

TEST(CheckerPresence, WhoWasShownThatHeIsBlockedIsNotShownMore) {
  Story story;
  bob_is_watched(story);
  block(story, kBob, kAnn);
  tell(story, kAnn, 1, kBob, "offline");
  say(story, kBob, 2, "away");
  tell(story, kAnn, 1, kBob, "away");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, ASessionOfABlockedOneThatIsBegunAfterwardsIsShownNothing) {
  Story story;
  bob_is_watched(story);
  block(story, kBob, kAnn);
  tell(story, kAnn, 1, kBob, "offline");
  connect(story, kAnn, 3, 1);
  watch(story, kAnn, 3, kBob);
  tell(story, kAnn, 3, kBob, "online");
  EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
}

TEST(CheckerPresence, ABlockedWatcherIsToldWithinFiveSeconds) {
  for (const std::int64_t us : {1'000'000, 5'100'000}) {
    Story story;
    bob_is_watched(story);
    block(story, kBob, kAnn);
    story.pass(us);
    if (us < PresenceBook::kTellWithinUs) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kPresence)) << story.sentences;
    }
  }
}

TEST(CheckerPresence, WhoLoggedOutOfOneOfTwoConnectedLoginsIsOnline) {
  Story story;
  connect(story, kBob, 2, kLogin);
  connect(story, kBob, 3, kLogin + 1);
  log_out(story, kBob, kLogin);
  story.closed(2, 4102);
  story.mark("settled");
  ask(story, kBob, "online");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

}  // namespace
}  // namespace rookery::verify
