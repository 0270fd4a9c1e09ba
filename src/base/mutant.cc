#include "base/mutant.h"

#if defined(ROOKERY_TEST_BUILD)

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace rookery {
namespace {

constexpr int kMisused = 2;

constexpr std::array kNames = {
    std::pair("reply-before-write", Mutant::kReplyBeforeWrite),
    std::pair("no-sync", Mutant::kNoSync),
    std::pair("no-wal", Mutant::kNoWal),
    std::pair("nonce-second-batch", Mutant::kNonceSecondBatch),
    std::pair("state-second-batch", Mutant::kStateSecondBatch),
    std::pair("position-left-out", Mutant::kPositionLeftOut),
    std::pair("history-behind", Mutant::kHistoryBehind),
    std::pair("channel-forgotten", Mutant::kChannelForgotten),
    std::pair("read-before-subscribe", Mutant::kReadBeforeSubscribe),
    std::pair("resume-skips-one", Mutant::kResumeSkipsOne),
    std::pair("resume-repeats-one", Mutant::kResumeRepeatsOne),
    std::pair("cursor-without-max", Mutant::kCursorWithoutMax),
    std::pair("unread-twice", Mutant::kUnreadTwice),
    std::pair("removal-keeps-socket", Mutant::kRemovalKeepsSocket),
    std::pair("revocation-keeps-sockets", Mutant::kRevocationKeepsSockets),
    std::pair("delete-keeps-changes", Mutant::kDeleteKeepsChanges),
    std::pair("fsync-error-ignored", Mutant::kFsyncErrorIgnored),
    std::pair("drop-when-full", Mutant::kDropWhenFull),
    std::pair("ring-keeps-deleted", Mutant::kRingKeepsDeleted),
    std::pair("gate-lets-repeat", Mutant::kGateLetsRepeat),
    std::pair("close-ends-presence", Mutant::kCloseEndsPresence),
    std::pair("away-not-told", Mutant::kAwayNotTold),
    std::pair("blocked-sees-presence", Mutant::kBlockedSeesPresence),
    std::pair("poll-drops-answer", Mutant::kPollDropsAnswer),
    std::pair("poll-repeats-frame", Mutant::kPollRepeatsFrame),
    std::pair("large-without-unread", Mutant::kLargeWithoutUnread),
};

Mutant chosen() {
  const char* const value = std::getenv("ROOKERY_MUTANT");
  if (value == nullptr || *value == '\0') return Mutant::kNone;
  for (const auto& [name, mutant] : kNames) {
    if (std::string_view(value) == name) return mutant;
  }
  std::fprintf(stderr, "rookery: there is no mutant '%s'; these are there:\n", value);
  for (const auto& [name, mutant] : kNames) std::fprintf(stderr, "  %s\n", name);
  std::exit(kMisused);
}

}  // namespace

bool mutant_is(Mutant mutant) noexcept {
  static const Mutant kChosen = chosen();
  return kChosen == mutant;
}

void choose_mutant() { static_cast<void>(mutant_is(Mutant::kNone)); }

}  // namespace rookery

#endif
