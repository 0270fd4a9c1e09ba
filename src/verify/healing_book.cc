#include "verify/healing_book.h"

#include <fmt/format.h>

namespace rookery::verify {
namespace {

constexpr std::uint64_t kTooMany = 429, kServersFault = 500;  // HTTP
constexpr std::uint64_t kRateLimited = 20016, kNonceBusy = 40901, kUnavailable = 50300;

bool is_rate(std::uint64_t status) { return status == kTooMany || status == kRateLimited; }

// The client is to say it again.
bool is_for_the_moment(std::uint64_t status) {
  return is_rate(status) || (status >= kServersFault && status < 600) || status == kNonceBusy || status == kUnavailable;
}

}  // namespace

void HealingBook::on_invoke(const Event& invoke) {
  if (invoke.action == Action::kIdentify && !invoke.device.empty()) {
    devices_[{invoke.user, invoke.device}] = {invoke.login, invoke.line, invoke.session};
  }
  if (invoke.action != Action::kSend) return;
  unanswered_.try_emplace({invoke.user, invoke.nonce}, invoke.line);
  if (healed_line_ != 0) first_.try_emplace(invoke.user, First{invoke.line, invoke.us});
}

void HealingBook::on_ok(const Event& invoke, const Event& ok) {
  if (invoke.action == Action::kIdentify || invoke.action == Action::kResume) open_.insert(ok.session);
  if (invoke.action != Action::kSend) return;
  unanswered_.erase({invoke.user, invoke.nonce});
  const auto first = first_.find(invoke.user);
  if (first == first_.end() || first->second.answered || invoke.line < first->second.line) return;
  first->second.answered = true;
  const std::int64_t took = ok.us - first->second.us;
  if (took <= kHealWithinUs || took - delays_.within(first->second.us, ok.us) <= kHealWithinUs) return;
  findings_.add(Property::kHealing,
                fmt::format("after the fault the first send of user {} was answered only {} ms later", invoke.user, took / 1000),
                {healed_line_, first->second.line, ok.line});
}

void HealingBook::on_fail(const Event& invoke, const Event& fail) {
  if (invoke.action != Action::kSend) return;
  if (!is_for_the_moment(fail.status)) unanswered_.erase({invoke.user, invoke.nonce});
  // He is told to wait, or to give up.
  const auto first = first_.find(invoke.user);
  if (first == first_.end() || first->second.answered) return;
  if (is_rate(fail.status) || !is_for_the_moment(fail.status)) first_.erase(first);
}

void HealingBook::on_closed(const Event& closed) { open_.erase(closed.session); }

void HealingBook::on_healed(const Event& mark) {
  healed_line_ = mark.line;
  first_.clear();
}

void HealingBook::on_stuck(const Event& mark) { findings_.add(Property::kHealing, "the driver waited in vain: " + mark.why, {mark.line}); }

void HealingBook::on_end(const Event& end) {
  for (const auto& [user, first] : first_) {
    if (first.answered) continue;
    if (!settled_ && end.us - first.us - delays_.within(first.us, end.us) <= kHealWithinUs) continue;
    findings_.add(Property::kHealing, fmt::format("after the fault no send of user {} was answered", user),
                  {healed_line_, first.line, end.line});
  }
  if (settled_) {
    for (const auto& [draft, line] : unanswered_) {
      findings_.add(Property::kHealing, fmt::format("a message of user {} (nonce {}) was never answered", draft.first, draft.second),
                    {line, end.line});
    }
    for (const auto& [name, device] : devices_) {
      if (open_.contains(device.session) || !members_.is_good(device.login)) continue;
      findings_.add(Property::kHealing, fmt::format("device {} of user {} has not come back", name.second, name.first),
                    {device.line, end.line});
    }
  }
  give_up();
}

void HealingBook::give_up() {
  unanswered_.clear();
  devices_.clear();
  open_.clear();
  first_.clear();
  healed_line_ = 0;
  settled_ = false;
}

}  // namespace rookery::verify
