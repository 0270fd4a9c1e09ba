// What every adapter of the channel ports keeps. The adapter's test includes this and instantiates the suite with a function
// that makes its rig.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ports/channel_log.h"
#include "ports/conversations.h"
#include "ports/cursors.h"
#include "runtime/core.h"
#include "runtime/task_group.h"

namespace rookery {

// One adapter, on cores that run. `observer` is told of what it commits.
class ChannelLogRig {
 public:
  virtual ~ChannelLogRig() = default;
  virtual Cores& cores() = 0;
  virtual ChannelLog& log() = 0;
  virtual Cursors& cursors() = 0;
  virtual Conversations& conversations() = 0;
  // As after a crash: everything in memory is gone. False for an adapter that keeps nothing.
  virtual bool restart() = 0;
};

// Writes down what it is told.
class RecordingObserver final : public ChannelObserver {
 public:
  struct CursorNote {
    UserId user;
    Cursor before;
    ReadState now;
  };
  void on_events(std::span<const Event> events) noexcept override {
    const std::lock_guard lock(mutex_);
    events_.insert(events_.end(), events.begin(), events.end());
  }
  Task<void> withdraw(Event deletion) override {
    const std::lock_guard lock(mutex_);
    withdrawn_.push_back(deletion.seq);
    co_return;
  }
  void on_cursor(const ChannelState&, UserId user, const Cursor& before, const ReadState& now) noexcept override {
    const std::lock_guard lock(mutex_);
    cursors_.push_back({user, before, now});
  }
  std::vector<Event> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<CursorNote> cursors() const {
    const std::lock_guard lock(mutex_);
    return cursors_;
  }
  std::vector<std::uint64_t> withdrawn() const {
    const std::lock_guard lock(mutex_);
    return withdrawn_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
  std::vector<CursorNote> cursors_;
  std::vector<std::uint64_t> withdrawn_;
};

using MakeChannelLogRig = std::function<std::unique_ptr<ChannelLogRig>(ChannelObserver&)>;

class ChannelLogContract : public testing::TestWithParam<MakeChannelLogRig> {
 protected:
  static constexpr UserId kAnna{101}, kBert{102}, kCleo{103}, kStranger{999};
  static constexpr ChannelId kGroup{7001};

  void SetUp() override { rig_ = GetParam()(observer_); }
  ChannelLog& log() { return rig_->log(); }
  Cursors& cursors() { return rig_->cursors(); }
  Conversations& conversations() { return rig_->conversations(); }

  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(task));
  }
  template <class T>
  T wait(Task<T> task, unsigned core = 0) {
    std::optional<T> outcome;
    run_blocking(rig_->cores().at(core), keep(std::move(task), outcome));
    return std::move(*outcome);
  }

  Result<Applied> make_group(ChannelId channel = kGroup, std::vector<UserId> members = {kAnna, kBert, kCleo}) {
    return wait(log().append(channel, CreateChannel{ChannelType::kGroup, kAnna, std::move(members), "three"}));
  }
  static SendMessage message(UserId author, std::string content, std::string nonce = {}) {
    SendMessage send{.author = author, .author_name = "name", .content = std::move(content), .nonce = std::move(nonce)};
    send.body_hash = std::hash<std::string>()(send.content);
    return send;
  }
  Applied send(UserId author, std::string content, std::string nonce = {}) {
    Result<Applied> applied = wait(log().append(kGroup, message(author, std::move(content), std::move(nonce))));
    EXPECT_TRUE(applied.has_value());
    return applied.value_or(Applied());
  }
  std::vector<std::string> contents(HistoryQuery query = {}) {
    std::vector<std::string> all;
    const auto messages = wait(log().history(kGroup, query));
    for (const Message& m : messages.value()) all.push_back(m.content);
    return all;
  }
  template <class T>
  static ErrorCode code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::kInternal : result.error().code;
  }

  RecordingObserver observer_;
  std::unique_ptr<ChannelLogRig> rig_;
};

TEST_P(ChannelLogContract, NumbersMessagesDenselyFromOne) {
  ASSERT_TRUE(make_group());
  MessageId last;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const Applied applied = send(i % 2 ? kAnna : kBert, "m" + std::to_string(i));
    EXPECT_EQ(applied.message->seq, i);
    EXPECT_GT(applied.message->id, last);
    last = applied.message->id;
  }
  const auto view = wait(log().view(kGroup, kCleo));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->state.last_seq, 20u);
  EXPECT_EQ(view->state.rev, 0u);
  EXPECT_EQ(view->state.last_message, last);
  EXPECT_EQ(view->read.unread, 20u);
}

TEST_P(ChannelLogContract, AnUnknownChannelIsUnknown) {
  EXPECT_EQ(code_of(wait(log().append(ChannelId(1), message(kAnna, "x")))), ErrorCode::kUnknownChannel);
  EXPECT_EQ(code_of(wait(log().view(ChannelId(1), kAnna))), ErrorCode::kUnknownChannel);
  EXPECT_EQ(code_of(wait(cursors().move_cursor({ChannelId(1), kAnna, 1, 1}))), ErrorCode::kUnknownChannel);
}

TEST_P(ChannelLogContract, AStrangerSeesNoChannel) {
  ASSERT_TRUE(make_group());
  EXPECT_EQ(code_of(wait(log().append(kGroup, message(kStranger, "x")))), ErrorCode::kUnknownChannel);
  EXPECT_EQ(code_of(wait(cursors().move_cursor({kGroup, kStranger, 1, 1}))), ErrorCode::kUnknownChannel);
}

Task<void> append_all(ChannelLog& log, ChannelId channel, UserId author, int count, std::string label) {
  for (int i = 0; i < count; ++i) {
    SendMessage send{.author = author, .author_name = "n", .content = label + std::to_string(i)};
    const Result<Applied> applied = co_await log.append(channel, std::move(send));
    EXPECT_TRUE(applied.has_value());
  }
}

Task<void> append_without_waiting(ChannelLog& log, ChannelId channel, UserId author, int count) {
  TaskGroup group(1000);
  for (int i = 0; i < count; ++i) EXPECT_TRUE(group.spawn(append_all(log, channel, author, 1, std::to_string(i) + "/")));
  co_await group.join();
}

TEST_P(ChannelLogContract, CommandsOfOneCoreAreDecidedInTheOrderInWhichTheyWereStarted) {
  ASSERT_TRUE(make_group());
  for (unsigned core = 0; core < rig_->cores().size(); ++core) {
    const std::uint64_t before = wait(log().view(kGroup, kAnna))->state.last_seq;
    run_blocking(rig_->cores().at(core), append_without_waiting(log(), kGroup, kAnna, 200));
    const auto messages = wait(log().history(kGroup, {HistoryQuery::Direction::kAfter, before, 1000}));
    ASSERT_EQ(messages->size(), 200u);
    for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ((*messages)[i].content, std::to_string(i) + "/0");
  }
}

TEST_P(ChannelLogContract, TheObserverIsToldEveryEventOnceAndInOrder) {
  ASSERT_TRUE(make_group());
  run_blocking(rig_->cores().at(0), append_without_waiting(log(), kGroup, kBert, 300));
  std::uint64_t next = 1;
  for (const Event& event : observer_.events()) {
    if (event.kind != EventKind::kMessageCreate) continue;
    EXPECT_EQ(event.seq, next);
    EXPECT_EQ(event.state.last_seq, next);
    ++next;
  }
  EXPECT_EQ(next, 301u);
}

TEST_P(ChannelLogContract, HistoryReadsBothWays) {
  ASSERT_TRUE(make_group());
  for (int i = 1; i <= 9; ++i) send(kAnna, std::to_string(i));
  using enum HistoryQuery::Direction;
  EXPECT_THAT(contents({kBefore, 0, 3}), testing::ElementsAre("9", "8", "7"));
  EXPECT_THAT(contents({kBefore, 3, 5}), testing::ElementsAre("2", "1"));
  EXPECT_THAT(contents({kAfter, 0, 2}), testing::ElementsAre("1", "2"));
  EXPECT_THAT(contents({kAfter, 7, 5}), testing::ElementsAre("8", "9"));
  EXPECT_THAT(contents({kAfter, 9, 5}), testing::ElementsAre());
}

TEST_P(ChannelLogContract, AnIdFallsToItsPlaceInTheHistory) {
  ASSERT_TRUE(make_group());
  std::vector<MessageId> ids;
  for (int i = 1; i <= 9; ++i) ids.push_back(send(kAnna, std::to_string(i)).message->id);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(wait(log().seq_at(kGroup, ids[i])).value(), i + 1);
    EXPECT_EQ(wait(log().seq_at(kGroup, MessageId(ids[i].value - 1))).value(), i);
    EXPECT_EQ(wait(log().message(kGroup, ids[i])).value().content, std::to_string(i + 1));
  }
  EXPECT_EQ(wait(log().seq_at(kGroup, MessageId(~0ull))).value(), 9u);
  EXPECT_EQ(code_of(wait(log().message(kGroup, MessageId(ids[0].value - 1)))), ErrorCode::kUnknownMessage);
  EXPECT_EQ(wait(log().messages(kGroup, {5, 100, 2})).value().size(), 2u);
}

TEST_P(ChannelLogContract, ARepeatedNonceAnswersTheFirstMessage) {
  ASSERT_TRUE(make_group());
  const Applied first = send(kAnna, "once", "n-1");
  const Applied again = send(kAnna, "once", "n-1");
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.message->id, first.message->id);
  EXPECT_EQ(code_of(wait(log().append(kGroup, message(kAnna, "another", "n-1")))), ErrorCode::kNonceReused);
  EXPECT_FALSE(send(kBert, "once", "n-1").replayed) << "the scope of a nonce is author and channel";
  EXPECT_EQ(contents().size(), 2u);
}

Task<void> append_keeping(ChannelLog& log, SendMessage send, std::vector<Applied>& all) {
  Result<Applied> applied = co_await log.append(ChannelId(7001), std::move(send));
  EXPECT_TRUE(applied.has_value());
  if (applied) all.push_back(*std::move(applied));
}

Task<void> append_at_once(ChannelLog& log, SendMessage send, int count, std::vector<Applied>& all) {
  TaskGroup group(1000);
  for (int i = 0; i < count; ++i) EXPECT_TRUE(group.spawn(append_keeping(log, send, all)));
  co_await group.join();
}

TEST_P(ChannelLogContract, TwentyRepeatsAtOnceAreOneMessage) {
  ASSERT_TRUE(make_group());
  std::vector<Applied> all;
  run_blocking(rig_->cores().at(0), append_at_once(log(), message(kAnna, "once", "n-2"), 20, all));
  ASSERT_EQ(all.size(), 20u);
  for (const Applied& applied : all) EXPECT_EQ(applied.message->id, all.front().message->id);
  EXPECT_EQ(contents().size(), 1u);
}

TEST_P(ChannelLogContract, EditsAndDeletesAreNumberedChanges) {
  ASSERT_TRUE(make_group());
  const MessageId id = send(kAnna, "first").message->id;
  send(kBert, "second");
  const auto edited = wait(log().append(kGroup, EditMessage{kAnna, id, "changed", {}}));
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->state.rev, 1u);
  EXPECT_EQ(edited->message->rev, 1u);
  EXPECT_EQ(code_of(wait(log().append(kGroup, EditMessage{kBert, id, "mine", {}}))), ErrorCode::kMissingPermission);
  const auto gone = wait(log().append(kGroup, DeleteMessage{kAnna, id}));
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->state.rev, 2u);
  EXPECT_THAT(observer_.withdrawn(), testing::ElementsAre(1u));
  EXPECT_THAT(contents({HistoryQuery::Direction::kAfter, 0, 5}), testing::ElementsAre("", "second"));
  EXPECT_EQ(code_of(wait(log().append(kGroup, EditMessage{kAnna, id, "again", {}}))), ErrorCode::kUnknownMessage);
  const auto repeat = wait(log().append(kGroup, DeleteMessage{kAnna, id}));
  ASSERT_TRUE(repeat);
  EXPECT_FALSE(repeat->changed);
  const auto changes = wait(log().changes(kGroup, 0, 10));
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ((*changes)[0].kind, ChangeKind::kEdit);
  EXPECT_EQ((*changes)[1].kind, ChangeKind::kDelete);
  EXPECT_EQ(wait(log().changes(kGroup, 1, 10))->size(), 1u);
}

TEST_P(ChannelLogContract, ReactionsAreCountedAndListed) {
  ASSERT_TRUE(make_group());
  const Applied sent = send(kAnna, "nice");
  const MessageId id = sent.message->id;
  ASSERT_TRUE(wait(log().append(kGroup, React{kBert, id, "👍", true})));
  ASSERT_TRUE(wait(log().append(kGroup, React{kCleo, id, "👍", true})));
  EXPECT_FALSE(wait(log().append(kGroup, React{kCleo, id, "👍", true}))->changed);
  const auto last = wait(log().append(kGroup, React{kCleo, id, "🎉", true}));
  EXPECT_EQ(last->state.rev, 3u);
  EXPECT_THAT(last->message->reactions, testing::ElementsAre(ReactionCount{"👍", 2}, ReactionCount{"🎉", 1}));
  EXPECT_THAT(wait(conversations().reactors(kGroup, 1, "👍", UserId(), 10)).value(), testing::ElementsAre(kBert, kCleo));
  EXPECT_THAT(wait(conversations().reactors(kGroup, 1, "👍", kBert, 10)).value(), testing::ElementsAre(kCleo));
  const std::vector<Message> messages = {*last->message};
  EXPECT_THAT(wait(conversations().reacted(kGroup, kBert, messages)).value(), testing::ElementsAre(true, false));
  ASSERT_TRUE(wait(log().append(kGroup, React{kBert, id, "👍", false})));
  EXPECT_THAT(wait(conversations().reactors(kGroup, 1, "👍", UserId(), 10)).value(), testing::ElementsAre(kCleo));
  ASSERT_TRUE(wait(log().append(kGroup, DeleteMessage{kAnna, id})));
  EXPECT_TRUE(wait(conversations().reactors(kGroup, 1, "👍", UserId(), 10)).value().empty());
}

TEST_P(ChannelLogContract, PinsAreListedNewestFirst) {
  ASSERT_TRUE(make_group());
  const MessageId first = send(kAnna, "1").message->id;
  const MessageId second = send(kAnna, "2").message->id;
  ASSERT_TRUE(wait(log().append(kGroup, Pin{kBert, first, true})));
  ASSERT_TRUE(wait(log().append(kGroup, Pin{kBert, second, true})));
  EXPECT_THAT(wait(conversations().pins(kGroup)).value(), testing::ElementsAre(2u, 1u));
  ASSERT_TRUE(wait(log().append(kGroup, Pin{kBert, second, false})));
  EXPECT_THAT(wait(conversations().pins(kGroup)).value(), testing::ElementsAre(1u));
}

TEST_P(ChannelLogContract, MentionsAreCountedUntilRead) {
  ASSERT_TRUE(make_group());
  SendMessage named = message(kAnna, "<@102>");
  named.mentions.users = {kBert, kStranger};
  ASSERT_TRUE(wait(log().append(kGroup, named)));
  SendMessage all = message(kAnna, "@everyone");
  all.mentions.everyone = true;
  const auto sent = wait(log().append(kGroup, all));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.mention_count, 2u);
  EXPECT_EQ(wait(log().view(kGroup, kCleo))->read.mention_count, 1u);
  EXPECT_EQ(wait(log().view(kGroup, kAnna))->read.mention_count, 0u);
  EXPECT_EQ(wait(conversations().mentions_of(kBert, MessageId(), 10))->size(), 2u);
  EXPECT_EQ(wait(conversations().mentions_of(kBert, sent->message->id, 10))->size(), 1u);
  EXPECT_EQ(wait(conversations().mentions_of(kAnna, MessageId(), 10))->size(), 0u);
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 1, 0})));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.mention_count, 1u);
  ASSERT_TRUE(wait(log().append(kGroup, DeleteMessage{kAnna, sent->message->id})));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.mention_count, 0u);
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.unread, 1u);
}

TEST_P(ChannelLogContract, UnreadIsHowManyStandAboveTheReadCursor) {
  ASSERT_TRUE(make_group());
  for (std::uint64_t sent = 1; sent <= 20; ++sent) {
    send(kAnna, "x");
    EXPECT_EQ(wait(log().view(kGroup, kBert))->read.unread, sent);
  }
  for (std::uint64_t read = 1; read <= 20; ++read) {
    ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, read, 0})));
    EXPECT_EQ(wait(log().view(kGroup, kBert))->read.unread, 20 - read);
    EXPECT_EQ(wait(log().view(kGroup, kAnna))->read.unread, 0u) << "one's own are read";
  }
}

TEST_P(ChannelLogContract, CursorsOnlyGrow) {
  ASSERT_TRUE(make_group());
  for (int i = 0; i < 5; ++i) send(kAnna, "x");
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 3, 0})));
  Cursor bert = wait(log().view(kGroup, kBert))->read.cursor;
  EXPECT_EQ(bert.read_seq, 3u);
  EXPECT_EQ(bert.delivered_seq, 3u);
  EXPECT_TRUE(bert.last_read_at);
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 1, 2})));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.cursor, bert);
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 100, 0})));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.cursor.read_seq, 5u) << "beyond the head counts as the head";
  EXPECT_EQ(wait(log().view(kGroup, kAnna))->read.cursor.read_seq, 5u) << "one's own message moves one's own cursors";
  const auto all = wait(cursors().cursors(kGroup));
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[2], Cursor());
}

TEST_P(ChannelLogContract, WhatOthersAreShownStandsStillWhileReadsAreHidden) {
  ASSERT_TRUE(make_group());
  for (int i = 0; i < 5; ++i) send(kAnna, "x");
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 2, 0})));
  run_blocking(rig_->cores().at(0), cursors().hide_reads(kBert, true));
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 3, 0})));
  Cursor bert = wait(log().view(kGroup, kBert))->read.cursor;
  EXPECT_EQ(bert.read_seq, 3u);
  EXPECT_EQ(bert.public_read_seq, 2u);
  run_blocking(rig_->cores().at(0), cursors().hide_reads(kBert, false));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.cursor.public_read_seq, 2u);
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 4, 0})));
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.cursor.public_read_seq, 4u);
}

TEST_P(ChannelLogContract, WhatIsShownOfACursorIsWhatIsStored) {
  ASSERT_TRUE(make_group());
  send(kAnna, "x");
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kBert, 1, 0})));
  bool told = false;
  for (const auto& note : observer_.cursors()) {
    if (note.user != kBert) continue;
    told = true;
    EXPECT_EQ(note.before, Cursor());
    EXPECT_EQ(note.now.cursor.read_seq, 1u);
    EXPECT_EQ(note.now.unread, 0u);
  }
  EXPECT_TRUE(told);
}

TEST_P(ChannelLogContract, AnAddedMemberStartsBehindTheMessageThatSaysSo) {
  ASSERT_TRUE(make_group(kGroup, {kAnna, kBert}));
  send(kAnna, "before");
  const auto added = wait(log().append(kGroup, AddMember{kAnna, kCleo}));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->state.rev, 1u);
  EXPECT_EQ(added->state.last_seq, 2u);
  const auto view = wait(log().view(kGroup, kCleo));
  EXPECT_EQ(view->read.unread, 0u);
  EXPECT_EQ(view->read.cursor.read_seq, 2u);
  EXPECT_THAT(wait(conversations().channels_of(kCleo)).value(), testing::ElementsAre(kGroup));
  std::vector<EventKind> kinds;
  for (const Event& event : observer_.events()) kinds.push_back(event.kind);
  using enum EventKind;
  EXPECT_THAT(kinds, testing::ElementsAre(kChannelCreate, kMessageCreate, kMemberAdd, kMessageCreate, kChannelCreate));
}

TEST_P(ChannelLogContract, ARemovedMemberIsAStranger) {
  ASSERT_TRUE(make_group());
  EXPECT_EQ(code_of(wait(log().append(kGroup, RemoveMember{kBert, kCleo}))), ErrorCode::kMissingPermission);
  ASSERT_TRUE(wait(log().append(kGroup, RemoveMember{kAnna, kCleo})));
  EXPECT_EQ(code_of(wait(log().append(kGroup, message(kCleo, "x")))), ErrorCode::kUnknownChannel);
  EXPECT_TRUE(wait(conversations().channels_of(kCleo)).value().empty());
}

TEST_P(ChannelLogContract, TheOwnerLeavingHandsOver) {
  ASSERT_TRUE(make_group());
  const auto left = wait(log().append(kGroup, RemoveMember{kAnna, kAnna}));
  ASSERT_TRUE(left);
  EXPECT_EQ(left->state.roster->owner, kBert);
  EXPECT_EQ(left->state.rev, 2u);
  ASSERT_TRUE(wait(log().append(kGroup, RemoveMember{kBert, kBert})));
  ASSERT_TRUE(wait(log().append(kGroup, RemoveMember{kCleo, kCleo})));
  EXPECT_EQ(code_of(wait(log().view(kGroup, kCleo))), ErrorCode::kUnknownChannel);
}

TEST_P(ChannelLogContract, ADirectChannelShowsItselfWithItsFirstMessage) {
  const ChannelId id = wait(conversations().claim_direct(kBert, kAnna, ChannelId(8001))).value();
  EXPECT_EQ(wait(conversations().claim_direct(kAnna, kBert, ChannelId(8002)), 1).value(), id);
  EXPECT_EQ(wait(conversations().direct_of(kAnna, kBert)).value(), id);
  ASSERT_TRUE(wait(log().append(id, CreateChannel{ChannelType::kDirect, kAnna, {kAnna, kBert}, ""})));
  EXPECT_TRUE(wait(conversations().channels_of(kBert)).value().empty());
  EXPECT_EQ(code_of(wait(log().append(id, message(kBert, "x")))), ErrorCode::kUnknownChannel);
  ASSERT_TRUE(wait(log().append(id, message(kAnna, "hello"))));
  EXPECT_THAT(wait(conversations().channels_of(kBert)).value(), testing::ElementsAre(id));
  ASSERT_TRUE(wait(log().append(id, message(kBert, "hello too"))));
  ASSERT_TRUE(wait(log().append(id, SetBlock{kBert, true})));
  EXPECT_EQ(code_of(wait(log().append(id, message(kAnna, "x")))), ErrorCode::kCannotMessageUser);
  ASSERT_TRUE(wait(log().append(id, SetBlock{kBert, false})));
  ASSERT_TRUE(wait(log().append(id, CloseDirect{kBert})));
  EXPECT_EQ(code_of(wait(log().append(id, message(kAnna, "x")))), ErrorCode::kMissingAccess);
}

TEST_P(ChannelLogContract, EverythingIsThereAfterARestart) {
  ASSERT_TRUE(make_group());
  SendMessage named = message(kAnna, "hello", "n-9");
  named.mentions.users = {kBert};
  const auto sent = wait(log().append(kGroup, named));
  const MessageId second = send(kBert, "second").message->id;
  ASSERT_TRUE(wait(log().append(kGroup, React{kBert, sent->message->id, "👍", true})));
  ASSERT_TRUE(wait(log().append(kGroup, Pin{kBert, second, true})));
  ASSERT_TRUE(wait(log().append(kGroup, AddMember{kAnna, kStranger})));
  ASSERT_TRUE(wait(cursors().move_cursor({kGroup, kCleo, 2, 0})));
  send(kAnna, "last");
  const auto before = wait(log().view(kGroup, kAnna));
  const auto cleo = wait(log().view(kGroup, kCleo));
  if (!rig_->restart()) GTEST_SUCCEED() << "an adapter that keeps nothing";
  const auto after = wait(log().view(kGroup, kAnna));
  ASSERT_TRUE(after);
  EXPECT_EQ(*after->state.roster, *before->state.roster);
  EXPECT_EQ(after->state.last_seq, before->state.last_seq);
  EXPECT_EQ(after->state.rev, before->state.rev);
  EXPECT_EQ(after->state.pins, 1u);
  EXPECT_EQ(after->state.last_message, before->state.last_message);
  EXPECT_EQ(after->read.cursor.read_seq, before->read.cursor.read_seq) << "authors' cursors follow from what they wrote";
  EXPECT_EQ(wait(log().view(kGroup, kCleo))->read, cleo->read);
  EXPECT_EQ(wait(log().view(kGroup, kBert))->read.mention_count, 0u);
  const Applied again = send(kAnna, "hello", "n-9");
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.message->id, sent->message->id);
  EXPECT_EQ(wait(log().message(kGroup, sent->message->id))->reactions.size(), 1u);
  EXPECT_GT(send(kBert, "after").message->id, after->state.last_message);
}

}  // namespace rookery
