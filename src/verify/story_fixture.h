// Story: a history made up for a test, told as it would have happened.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "verify/checker.h"
#include "verify/history.h"

namespace rookery::verify {

class Story {
 public:
  static constexpr std::uint64_t kAnn = 11, kBob = 12;
  static constexpr std::uint64_t kRoom = 7;

  Story() { mark("round", "none"); }

  // --- operations: in two halves, or at once ---
  std::uint64_t begin(Event event) {
    event.step = Step::kInvoke;
    event.op = ++ops_;
    invokes_.push_back(event);
    tell(event);
    return ops_;
  }
  void end(std::uint64_t op, Event answer) {
    const Event& invoke = invokes_[op - 1];
    answer.step = Step::kOk;
    answer.op = op;
    answer.action = invoke.action;
    answer.user = invoke.user;
    answer.login = invoke.login;
    answer.channel = invoke.channel;
    if (answer.session == 0) answer.session = invoke.session;
    tell(std::move(answer));
  }
  // No answer, or one that says nothing.
  void lose(std::uint64_t op, std::uint64_t status = 0) {
    Event event = invokes_[op - 1];
    event.step = Step::kUnknown;
    event.status = status;
    tell(std::move(event));
  }
  void refuse(std::uint64_t op, std::uint64_t status) {
    Event event = invokes_[op - 1];
    event.step = Step::kFail;
    event.status = status;
    tell(std::move(event));
  }

  std::uint64_t begin_send(std::uint64_t user, const std::string& nonce, std::uint64_t session = 0) {
    return begin({.action = Action::kSend, .user = user, .session = session, .channel = kRoom, .nonce = nonce, .content = "says " + nonce});
  }
  void end_send(std::uint64_t op, std::uint64_t seq) { end(op, {.message = message(invokes_[op - 1].user, seq, invokes_[op - 1].nonce)}); }
  void send(std::uint64_t user, std::uint64_t seq, const std::string& nonce) { end_send(begin_send(user, nonce), seq); }
  void remove(std::uint64_t user, std::uint64_t seq) {
    end(begin({.action = Action::kDelete, .user = user, .channel = kRoom, .message_id = id_of(seq)}), {});
  }
  void edit(std::uint64_t user, std::uint64_t seq, const std::string& nonce, const std::string& content) {
    SeenMessage now = message(user, seq, nonce);
    now.content = content;
    end(begin({.action = Action::kEdit, .user = user, .channel = kRoom, .message_id = id_of(seq), .content = content}), {.message = now});
  }
  void read(std::uint64_t user, std::uint64_t seq) {
    end(begin({.action = Action::kRead, .user = user, .channel = kRoom, .seq = seq}), {});
  }
  void history(std::uint64_t user, std::uint64_t after, std::vector<SeenMessage> page) {
    end(begin({.action = Action::kHistory, .user = user, .channel = kRoom, .after = after, .limit = 100}), {.messages = std::move(page)});
  }
  void changes(std::uint64_t user, std::uint64_t after, std::vector<SeenChange> page) {
    end(begin({.action = Action::kChanges, .user = user, .channel = kRoom, .after = after, .limit = 100}), {.changes = std::move(page)});
  }
  void state(std::uint64_t user, SeenHead head) {
    end(begin({.action = Action::kState, .user = user, .channel = kRoom}), {.heads = {head}});
  }

  // --- the gateway ---
  void ready(std::uint64_t user, std::uint64_t session, SeenHead head, std::optional<Position> from = {}, std::uint64_t login = 0) {
    Event identify{.action = Action::kIdentify, .user = user, .login = login, .session = session};
    if (from) identify.positions.push_back(*from);
    identify.with_positions = from.has_value();
    const std::uint64_t op = begin(std::move(identify));
    s_[session] = 1;
    end(op, {.session = session, .s = 1, .heads = {head}});
  }
  void dispatch(std::uint64_t user, std::uint64_t session, Event event) {
    event.step = Step::kDispatch;
    event.user = user;
    event.session = session;
    if (event.channel == 0) event.channel = kRoom;
    if (event.s == 0) event.s = ++s_[session];
    tell(std::move(event));
  }
  void create(std::uint64_t user, std::uint64_t session, SeenMessage created, std::uint64_t s = 0) {
    dispatch(user, session, {.s = s, .type = "MESSAGE_CREATE", .message = std::move(created)});
  }
  void synced(std::uint64_t user, std::uint64_t session, std::uint64_t seq, std::uint64_t rev, bool recovered = true) {
    dispatch(user, session, {.seq = seq, .rev = rev, .type = "SYNCED", .recovered = recovered});
  }
  void closed(std::uint64_t session, std::uint64_t code, bool by_client = false) {
    tell({.step = Step::kClosed, .session = session, .status = code, .by_client = by_client});
  }
  std::uint64_t begin_resume(std::uint64_t user, std::uint64_t session, std::uint64_t s) {
    return begin({.action = Action::kResume, .user = user, .session = session, .s = s});
  }
  void mark(const std::string& type, const std::string& why = {}) {
    Event event;
    event.type = type;
    event.why = why;
    event.seq = type == "round" ? 1 : 0;
    tell(std::move(event));
  }
  void stall(std::int64_t us) {
    pass(us);
    tell({.seq = static_cast<std::uint64_t>(us), .type = "stall"});
  }
  void pass(std::int64_t us) { us_ += us; }

  // --- things ---
  static std::uint64_t id_of(std::uint64_t seq) { return 1000 + seq; }
  static SeenMessage message(std::uint64_t author, std::uint64_t seq, const std::string& nonce) {
    return {.id = id_of(seq), .seq = seq, .author = author, .nonce = nonce, .content = "says " + nonce};
  }
  static SeenMessage deleted(std::uint64_t author, std::uint64_t seq, const std::string& nonce) {
    SeenMessage gone = message(author, seq, nonce);
    gone.content.clear();
    gone.deleted = true;
    return gone;
  }
  static SeenMessage notice(std::uint64_t seq, const std::string& kind, std::uint64_t user) {
    return {.id = id_of(seq), .seq = seq, .author = kAnn, .system = kind, .system_user = user};
  }
  static SeenHead head(std::uint64_t last_seq, std::uint64_t rev = 0, std::uint64_t read_seq = 0) {
    return {
        .channel = kRoom, .last_seq = last_seq, .rev = rev, .read_seq = read_seq, .delivered_seq = read_seq, .unread = last_seq - read_seq};
  }
  static Position at(std::uint64_t seq, std::uint64_t rev = 0) { return {kRoom, seq, rev}; }

  // Every event by way of its line, so that the lines hold all that the checker needs.
  std::vector<Property> broken() {
    mark("end");
    mark("done");
    Checker checker;
    for (const Event& event : events_) {
      const auto again = from_line(to_line(event));
      EXPECT_TRUE(again) << to_line(event);
      if (again) checker.read(*again);
    }
    rounds = checker.rounds();
    complete = checker.complete();
    std::vector<Property> properties;
    for (const Finding& finding : checker.findings().all()) {
      if (properties.empty() || properties.back() != finding.property) properties.push_back(finding.property);
      sentences += finding.sentence + "\n";
    }
    return properties;
  }
  std::string sentences;
  std::vector<RoundResult> rounds;
  bool complete = false;

 private:
  void tell(Event event) {
    event.line = events_.size() + 1;
    event.us = us_ += 1000;
    events_.push_back(std::move(event));
  }

  std::vector<Event> events_, invokes_;
  std::map<std::uint64_t, std::uint64_t> s_;
  std::uint64_t ops_ = 0;
  std::int64_t us_ = 0;
};

// What broken() answers for a history that is as it should be.
inline auto nothing() { return ::testing::IsEmpty(); }
inline auto only(Property property) { return ::testing::ElementsAre(property); }

}  // namespace rookery::verify
