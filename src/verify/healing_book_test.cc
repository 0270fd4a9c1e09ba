#include "verify/healing_book.h"

#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;
constexpr std::uint64_t kLogin = 77;
constexpr std::uint64_t kTooMany = 429, kServersFault = 500, kInvalid = 400;
const std::string kDevice = "phone";

void kill(Story& story) {
  story.mark("fault", "kill");
  story.mark("healed");
}

// Everybody has read all.
void settle(Story& story, std::uint64_t messages) {
  story.mark("settled");
  std::vector<SeenMessage> all;
  for (std::uint64_t seq = 1; seq <= messages; ++seq) all.push_back(Story::message(kAnn, seq, "n" + std::to_string(seq)));
  story.history(kAnn, 0, all);
  story.history(kBob, 0, all);
}

std::uint64_t identify(Story& story, std::uint64_t session, std::uint64_t login = 0) {
  return story.begin({.action = Action::kIdentify, .user = kBob, .login = login, .session = session, .device = kDevice});
}

TEST(CheckerHealing, EverybodysFirstSendIsAnsweredInTime) {
  Story story;
  kill(story);
  story.send(kAnn, 1, "n1");
  story.send(kBob, 2, "b");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerHealing, OneWhoIsNeverAnsweredIsFoundThoughOthersAre) {
  Story story;
  kill(story);
  story.send(kAnn, 1, "n1");
  for (int i = 0; i < 12; ++i) {
    story.lose(story.begin_send(kBob, "b"), kServersFault);
    story.pass(1'000'000);
  }
  EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
}

TEST(CheckerHealing, OneWhoIsAnsweredTooLateIsFoundThoughOthersAreNot) {
  for (const bool stalled : {true, false}) {
    Story story;
    kill(story);
    story.send(kAnn, 1, "n1");
    story.lose(story.begin_send(kBob, "b"), kServersFault);
    if (stalled) {
      story.stall(HealingBook::kHealWithinUs);
    } else {
      story.pass(HealingBook::kHealWithinUs);
    }
    story.send(kBob, 2, "b");
    if (stalled) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
    }
  }
}

TEST(CheckerHealing, WhoIsToldToWaitIsNotWaitedFor) {
  Story story;
  kill(story);
  story.send(kAnn, 1, "n1");
  story.refuse(story.begin_send(kBob, "b"), kTooMany);
  story.pass(HealingBook::kHealWithinUs);
  story.send(kBob, 2, "b");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerHealing, ASendThatIsNeverAnsweredIsFound) {
  for (const bool again : {true, false}) {
    Story story;
    story.send(kAnn, 1, "n1");
    story.send(kAnn, 2, "n2");
    story.lose(story.begin_send(kAnn, "n3"));
    if (again) story.send(kAnn, 3, "n3");
    story.ready(kBob, 1, Story::head(again ? 3 : 2));
    settle(story, again ? 3 : 2);
    if (again) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
    }
  }
}

TEST(CheckerHealing, ASendThatIsRefusedForGoodIsAnswered) {
  for (const std::uint64_t status : {kInvalid, kTooMany}) {
    Story story;
    story.send(kAnn, 1, "n1");
    story.refuse(story.begin_send(kAnn, "n2"), status);
    story.ready(kBob, 1, Story::head(1));
    settle(story, 1);
    if (status == kInvalid) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
    }
  }
}

TEST(CheckerHealing, ADeviceThatDoesNotComeBackIsFound) {
  for (const bool back : {true, false}) {
    Story story;
    story.end(identify(story, 1), {.session = 1, .s = 1});
    story.closed(1, 1006);
    story.lose(identify(story, 2));
    if (back) story.end(identify(story, 3), {.session = 3, .s = 1});
    story.mark("settled");
    if (back) {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
    }
  }
}

TEST(CheckerHealing, ADeviceThatResumesIsBack) {
  Story story;
  story.end(identify(story, 1), {.session = 1, .s = 1});
  story.closed(1, 1006);
  const std::uint64_t resume = story.begin_resume(kBob, 1, 1);
  story.dispatch(kBob, 1, {.s = 2, .type = "RESUMED"});
  story.end(resume, {.session = 1});
  story.mark("settled");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerHealing, ADeviceWhoseLoginWasEndedNeedNotComeBack) {
  Story story;
  story.end(identify(story, 1, kLogin), {.session = 1, .s = 1});
  story.end(story.begin({.action = Action::kRevoke, .user = kBob, .target = kLogin}), {});
  story.closed(1, 4102);
  story.mark("settled");
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerHealing, WhatTheDriverWaitedForInVainIsFound) {
  Story story;
  story.mark("stuck", "not everybody came back");
  EXPECT_THAT(story.broken(), only(Property::kHealing)) << story.sentences;
}

}  // namespace
}  // namespace rookery::verify
