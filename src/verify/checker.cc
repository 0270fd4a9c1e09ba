#include "verify/checker.h"

#include <fmt/format.h>

namespace rookery::verify {
namespace {

constexpr std::uint64_t kCloseBroken = 1006;

bool writes(Action action) {
  switch (action) {
    case Action::kSend:
    case Action::kEdit:
    case Action::kDelete:
    case Action::kReact:
    case Action::kUnreact:
    case Action::kPin:
    case Action::kUnpin:
    case Action::kRead:
    case Action::kDelivered:
    case Action::kAdd:
    case Action::kRemove: return true;
    default: return false;
  }
}

bool is_request(Action action) { return action != Action::kSubscribe && action != Action::kStatus; }

}  // namespace

Checker::Checker()
    : messages_(findings_),
      members_(findings_),
      sessions_(findings_, messages_, members_),
      cursors_(findings_, messages_),
      access_(findings_, delays_, messages_),
      presence_(findings_, delays_),
      reactions_(findings_),
      healing_(findings_, delays_, members_) {}

void Checker::read(const Event& event) {
  if (event.step == Step::kMark) return on_mark(event);
  if (rounds_.empty()) rounds_.push_back({.number = 1, .fault = "none"});
  RoundResult& round = rounds_.back();
  switch (event.step) {
    case Step::kInvoke: return on_invoke(event);
    case Step::kDispatch: return on_dispatch(event);
    case Step::kClosed:
      if (in_fault_ && !event.by_client && event.status == kCloseBroken) ++round.broken;
      sessions_.on_closed(event);
      access_.on_closed(event);
      presence_.on_closed(event);
      healing_.on_closed(event);
      return;
    default: break;
  }
  on_answer(event);
}

void Checker::on_answer(const Event& event) {
  const auto found = pending_.find(event.op);
  if (found == pending_.end()) return;
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  RoundResult& round = rounds_.back();
  if (event.step == Step::kOk) {
    ++round.answered;
    on_ok(pending, event);
  } else if (event.step == Step::kFail) {
    ++round.refused;
    if (event.action == Action::kResume) sessions_.on_closed(event);
    members_.on_fail(pending.invoke, event);
    reactions_.on_fail(pending.invoke);
    healing_.on_fail(pending.invoke, event);
  } else {
    ++round.unanswered;
    presence_.on_unknown(pending.invoke, event);
    members_.on_unknown(pending.invoke, event);
    if (pending.met_by_fault && round.fault != "pause") ++round.hits;
  }
}

void Checker::on_invoke(const Event& event) {
  Pending& pending = pending_[event.op];
  pending.invoke = event;
  // A dead process is met by nobody: only what was under way when it died counts.
  pending.met_by_fault = in_fault_ && rounds_.back().fault == "network" && is_request(event.action);
  switch (event.action) {
    case Action::kSend:
    case Action::kEdit:
    case Action::kDelete: messages_.on_invoke(event); break;
    case Action::kHistory:
    case Action::kChanges: pending.known = messages_.known(event.channel); break;
    case Action::kState: pending.floors = cursors_.floors_of(event.channel, event.user); break;
    case Action::kReceipts: pending.floors = cursors_.floors_of(event.channel, 0); break;
    case Action::kUnread:
    case Action::kIdentify: pending.floors = cursors_.floors_of(0, event.user); break;
    case Action::kResume: sessions_.on_resume(event); break;
    default: break;
  }
  access_.on_invoke(event);
  presence_.on_invoke(event);
  members_.on_invoke(event);
  reactions_.on_invoke(event);
  healing_.on_invoke(event);
}

// Requests sent one after another on one socket to one channel are numbered in that order.
void Checker::check_send_order(const Event& invoke, const Event& ok) {
  if (invoke.session == 0 || ok.replayed || !ok.message) return;
  auto& sent = sent_[{invoke.session, invoke.channel}];
  const auto at = sent.emplace(invoke.op, std::pair(ok.message->seq, ok.line)).first;
  const auto wrong = [&](auto before, auto after) {
    if (before->second.first < after->second.first) return;
    findings_.add(Property::kOneOrder,
                  fmt::format("session {} sent to channel {} in one order and its messages {} and {} are numbered in the other",
                              invoke.session, invoke.channel, before->second.first, after->second.first),
                  {before->second.second, after->second.second});
  };
  if (at != sent.begin()) wrong(std::prev(at), at);
  if (std::next(at) != sent.end()) wrong(at, std::next(at));
}

void Checker::on_ok(const Pending& pending, const Event& event) {
  const Event& invoke = pending.invoke;
  switch (invoke.action) {
    case Action::kSend:
      messages_.on_ok(invoke, event);
      cursors_.on_written(invoke, event);
      check_send_order(invoke, event);
      if (healed_line_ != 0 && rounds_.back().heal_us < 0 && invoke.line > healed_line_) rounds_.back().heal_us = event.us - healed_us_;
      break;
    case Action::kEdit:
    case Action::kDelete: messages_.on_ok(invoke, event); break;
    case Action::kRead:
    case Action::kDelivered: cursors_.on_written(invoke, event); break;
    case Action::kHistory:
      messages_.page(invoke, pending.known, event);
      if (settled_line_ != 0 && invoke.line > settled_line_) reactions_.on_page(invoke, event);
      break;
    case Action::kChanges: messages_.changes_page(invoke, pending.known, event); break;
    case Action::kState:
      for (const SeenHead& head : event.heads) messages_.told(head.channel, head.last_seq, head.rev, event.line);
      [[fallthrough]];
    case Action::kUnread:
    case Action::kReceipts: cursors_.on_shown(event, pending.floors, settled_); break;
    case Action::kSubscribe: sessions_.on_subscribe(invoke); break;
    case Action::kIdentify:
      sessions_.on_ready(invoke, event);
      cursors_.on_shown(event, pending.floors, settled_);
      break;
    default: break;
  }
  access_.on_ok(invoke, event);
  presence_.on_ok(invoke, event);
  members_.on_ok(invoke, event);
  reactions_.on_ok(invoke, event);
  healing_.on_ok(invoke, event);
}

void Checker::on_dispatch(const Event& event) {
  ++rounds_.back().dispatches;
  const bool repeat = sessions_.is_repeat(event);
  sessions_.on_dispatch(event);
  access_.on_dispatch(event);
  if (repeat) return;
  members_.on_dispatch(event);
  presence_.on_dispatch(event);
  if (event.type == "READ_UPDATE" || event.type == "RECEIPT_UPDATE") cursors_.on_dispatch(event);
}

void Checker::on_mark(const Event& event) {
  if (event.type == "round") {
    rounds_.push_back({.number = event.seq, .fault = event.why.empty() ? std::string("none") : event.why});
    findings_.begin_round(event.seq);
    findings_before_ = findings_.count();
    healed_line_ = settled_line_ = 0;
    in_fault_ = settled_ = false;
    return;
  }
  if (event.type == "done") complete_ = rounds_.empty() || rounds_.back().ended;
  if (rounds_.empty()) return;
  RoundResult& round = rounds_.back();
  if (event.type == "stall") {
    delays_.add(event.us - static_cast<std::int64_t>(event.seq), event.us);
  } else if (event.type == "fault") {
    in_fault_ = true;
    delays_.begin(event.us);
    if (round.fault == "kill" || round.fault == "power-cut") presence_.on_process_end(event);
    for (auto& [op, pending] : pending_) {
      // What a kill or a cut is to show is what becomes of writes.
      pending.met_by_fault = round.fault == "network" ? is_request(pending.invoke.action) : writes(pending.invoke.action);
      if (round.fault == "pause" && pending.met_by_fault) ++round.hits;
    }
  } else if (event.type == "healed") {
    in_fault_ = false;
    delays_.end(event.us);
    presence_.on_healed(event);
    healing_.on_healed(event);
    healed_line_ = event.line;
    healed_us_ = event.us;
  } else if (event.type == "settled") {
    settled_ = true;
    settled_line_ = event.line;
    presence_.on_settled(event);
    members_.on_settled();
    healing_.on_settled();
  } else if (event.type == "stuck") {
    healing_.on_stuck(event);
  } else if (event.type == "lost") {
    findings_.add(Property::kHealing, "the server is gone: " + event.why, {event.line});
    lost_ = true;
  } else if (event.type == "end") {
    on_end(event);
  }
}

void Checker::on_end(const Event& event) {
  RoundResult& round = rounds_.back();
  if (!lost_ && healed_line_ != 0 && (round.heal_us < 0 || round.heal_us > HealingBook::kHealWithinUs)) {
    findings_.add(Property::kHealing,
                  round.heal_us < 0 ? std::string("after the fault no send was answered")
                                    : fmt::format("after the fault the first send was answered only {} ms later", round.heal_us / 1000),
                  {healed_line_, event.line});
  }
  messages_.judge_missing();
  // When the server is gone, that is the finding: nobody could be told anything more.
  if (!lost_) {
    messages_.on_end();
    sessions_.on_end(event.line);
    cursors_.on_end();
    access_.on_end(event);
    presence_.on_end(event);
    members_.on_end(event);
    reactions_.on_end();
    healing_.on_end(event);
  } else {
    healing_.give_up();
  }
  sent_.clear();
  delays_.clear();
  round.ended = true;
  round.findings = findings_.count() - findings_before_;
}

}  // namespace rookery::verify
