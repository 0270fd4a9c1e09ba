// Mutants: a server that breaks one promise on purpose, so that what checks the promises can be checked itself
// (docs/verification.md). Each is a one-line hook where the promise is kept.
//
// Only a build with ROOKERY_TEST_BUILD has them. In every other build mutant_is() is a constant, and neither the hooks nor
// the names are in the program; tools/check_mutants.py looks.
#pragma once

#include <cstdint>

namespace rookery {

enum class Mutant : std::uint8_t {
  kNone,
  kReplyBeforeWrite,        // what a channel is told to do is answered before it is written
  kNoSync,                  // writes are not synced
  kNoWal,                   // writes go to memory only
  kNonceSecondBatch,        // a nonce is written after its message, in a batch of its own
  kStateSecondBatch,        // members, reactions and mentions are written after the messages that they belong to, in a batch of their own
  kPositionLeftOut,         // every fiftieth position of a channel is given to no message
  kHistoryBehind,           // history lacks what is younger than 50 ms
  kChannelForgotten,        // after a restart every third channel is not there
  kReadBeforeSubscribe,     // what comes between a catch-up's last read and its going live is lost
  kResumeSkipsOne,          // a Resume leaves out the first dispatch that it owes
  kResumeRepeatsOne,        // a Resume sends the first dispatch that it owes twice
  kCursorWithoutMax,        // a read cursor takes the value that is said last
  kUnreadTwice,             // every eighth message of a channel counts as two in `unread`
  kRemovalKeepsSocket,      // a removed member's sessions stay in the fan-out
  kRevocationKeepsSockets,  // the sockets of a login that ended stay open
  kDeleteKeepsChanges,      // a deleted message keeps its content on the disk, and the list of changes shows it
  kFsyncErrorIgnored,       // a failed write or sync is taken for done
  kDropWhenFull,            // a full ring drops what is new, and does not say so
  kRingKeepsDeleted,        // what waits for an acknowledgement keeps the content of a deleted message
  kGateLetsRepeat,          // every fiftieth event comes twice, and the gates do not stop it
  kCloseEndsPresence,       // who closes his last socket is offline at once
  kAwayNotTold,             // who watches is not told that somebody is away, or is back
  kBlockedSeesPresence,     // who is blocked sees presence as everybody does
  kPollDropsAnswer,         // a call of long polling that is made again is answered empty
  kPollRepeatsFrame,        // every eighth answer to a call of long polling begins with a frame that was acknowledged
  kLargeWithoutUnread,      // who does not look at a large channel is not told how far it goes
};

#if defined(ROOKERY_TEST_BUILD)
// Whether this process is that mutant: the one that ROOKERY_MUTANT names. Any thread.
bool mutant_is(Mutant mutant) noexcept;
// To be called first of all: a name that is none ends the process with status 2 and a list of those there are.
void choose_mutant();
#else
constexpr bool mutant_is(Mutant) noexcept { return false; }
constexpr void choose_mutant() {}
#endif

}  // namespace rookery
