#include "verify/reaction_book.h"

#include "verify/story_fixture.h"

namespace rookery::verify {
namespace {

constexpr std::uint64_t kAnn = Story::kAnn, kBob = Story::kBob;
const std::string kHeart = "❤️";

std::uint64_t begin_react(Story& story, std::uint64_t user, Action action = Action::kReact) {
  return story.begin({.action = action, .user = user, .channel = Story::kRoom, .message_id = Story::id_of(1), .emoji = kHeart});
}

// What Ann and Bob are shown at the end.
void settle(Story& story, std::uint64_t count, bool anns, bool bobs) {
  story.mark("settled");
  for (const std::uint64_t user : {kAnn, kBob}) {
    SeenMessage message = Story::message(kAnn, 1, "a");
    if (count > 0) message.reactions = {{kHeart, count, user == kAnn ? anns : bobs}};
    story.history(user, 0, {message});
  }
}

TEST(CheckerReactions, WhatWasAcknowledgedAndIsShownHasNoFindings) {
  Story story;
  story.send(kAnn, 1, "a");
  story.end(begin_react(story, kAnn), {});
  story.end(begin_react(story, kBob), {});
  story.end(begin_react(story, kBob, Action::kUnreact), {});
  settle(story, 1, true, false);
  EXPECT_THAT(story.broken(), nothing()) << story.sentences;
}

TEST(CheckerReactions, AReactionThatIsGoneIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  story.end(begin_react(story, kAnn), {});
  settle(story, 0, false, false);
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerReactions, AReactionThatWasTakenBackAndIsShownIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  story.end(begin_react(story, kAnn), {});
  story.end(begin_react(story, kAnn, Action::kUnreact), {});
  settle(story, 1, true, false);
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

TEST(CheckerReactions, AReactionThatNobodyMadeIsFound) {
  Story story;
  story.send(kAnn, 1, "a");
  settle(story, 1, false, false);
  EXPECT_THAT(story.broken(), only(Property::kWhole)) << story.sentences;
}

TEST(CheckerReactions, OneThatWasNotAnsweredIsThereOrNotButWhole) {
  for (const auto& [count, mine] : {std::pair(0U, false), std::pair(1U, true), std::pair(1U, false), std::pair(2U, true)}) {
    Story story;
    story.send(kAnn, 1, "a");
    story.lose(begin_react(story, kBob));
    settle(story, count, false, mine);
    if (count == 2) {
      EXPECT_THAT(story.broken(), ::testing::ElementsAre(Property::kKept, Property::kWhole)) << story.sentences;
    } else if (count == 1 && !mine) {
      EXPECT_THAT(story.broken(), only(Property::kWhole)) << story.sentences;
    } else {
      EXPECT_THAT(story.broken(), nothing()) << story.sentences;
    }
  }
}

TEST(CheckerReactions, APinIsShownAsItWasAcknowledgedLast) {
  for (const bool pinned : {true, false}) {
    for (const bool shown : {true, false}) {
      Story story;
      story.send(kAnn, 1, "a");
      const auto set = [&](Action action) {
        story.end(story.begin({.action = action, .user = kBob, .channel = Story::kRoom, .message_id = Story::id_of(1)}), {});
      };
      set(pinned ? Action::kUnpin : Action::kPin);
      set(pinned ? Action::kPin : Action::kUnpin);
      story.mark("settled");
      SeenMessage message = Story::message(kAnn, 1, "a");
      message.pinned = shown;
      for (const std::uint64_t user : {kAnn, kBob}) story.history(user, 0, {message});
      if (shown == pinned) {
        EXPECT_THAT(story.broken(), nothing()) << story.sentences;
      } else {
        EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
      }
    }
  }
}

TEST(CheckerReactions, APinOfTwoAtOnceIsThereOrNot) {
  for (const bool shown : {true, false}) {
    Story story;
    story.send(kAnn, 1, "a");
    const std::uint64_t pin = story.begin({.action = Action::kPin, .user = kAnn, .channel = Story::kRoom, .message_id = Story::id_of(1)});
    const std::uint64_t unpin =
        story.begin({.action = Action::kUnpin, .user = kBob, .channel = Story::kRoom, .message_id = Story::id_of(1)});
    story.end(pin, {});
    story.end(unpin, {});
    story.mark("settled");
    SeenMessage message = Story::message(kAnn, 1, "a");
    message.pinned = shown;
    for (const std::uint64_t user : {kAnn, kBob}) story.history(user, 0, {message});
    EXPECT_THAT(story.broken(), nothing()) << story.sentences;
  }
}

TEST(CheckerReactions, OneThatWasRefusedIsNotThere) {
  Story story;
  story.send(kAnn, 1, "a");
  story.refuse(begin_react(story, kBob), 400);
  settle(story, 1, false, true);
  EXPECT_THAT(story.broken(), only(Property::kKept)) << story.sentences;
}

}  // namespace
}  // namespace rookery::verify
