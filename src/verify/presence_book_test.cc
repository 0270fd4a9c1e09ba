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
