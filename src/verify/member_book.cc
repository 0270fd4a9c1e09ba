#include "verify/member_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {
namespace {

// Of an HTTP answer, of a reply on the socket, and of a close.
constexpr std::uint64_t kUnauthorized = 401, kForbidden = 403, kNotFound = 404;
constexpr std::uint64_t kUnknownChannel = 10003, kMissingAccess = 50001;
constexpr std::uint64_t kCloseTokenRefused = 4004;

// Who is in the channel may do it, whatever else is true.
bool is_for_members(Action action) {
  switch (action) {
    case Action::kSend:
    case Action::kRead:
    case Action::kDelivered:
    case Action::kHistory:
    case Action::kChanges:
    case Action::kState:
    case Action::kReceipts: return true;
    default: return false;
  }
}

bool is_reading(Action action) {
  switch (action) {
    case Action::kHistory:
    case Action::kChanges:
    case Action::kState:
    case Action::kReceipts:
    case Action::kUnread:
    case Action::kPresence: return true;
    default: return false;
  }
}

}  // namespace

bool MemberBook::is_in(std::uint64_t channel, std::uint64_t user, std::uint64_t line) const {
  const auto found = standings_.find({user, channel});
  return found != standings_.end() && found->second.known == Standing::Known::kIn && found->second.line < line;
}

void MemberBook::on_invoke(const Event& invoke) {
  if (invoke.action == Action::kRevoke) ended_.insert(invoke.target);
  if (invoke.action != Action::kAdd && invoke.action != Action::kRemove) return;
  standings_[{invoke.target, invoke.channel}] = {Standing::Known::kUnsure, invoke.line};
}

void MemberBook::on_ok(const Event& invoke, const Event& ok) {
  switch (invoke.action) {
    case Action::kAdd: standings_[{invoke.target, invoke.channel}] = {Standing::Known::kIn, ok.line}; return;
    case Action::kRemove: standings_[{invoke.target, invoke.channel}] = {Standing::Known::kOut, ok.line}; return;
    case Action::kIdentify:
      check_listed(invoke, ok);
      for (const SeenHead& head : ok.heads) show_in(invoke.user, head.channel, ok.line);
      return;
    case Action::kSubscribe: return;  // has no answer
    default: break;
  }
  if (invoke.action == Action::kSend && ok.message) {
    Acknowledged& acknowledged = acknowledged_[invoke.channel];
    if (ok.message->seq > acknowledged.seq) acknowledged = {ok.message->seq, ok.line};
  }
  if (is_for_members(invoke.action)) show_in(invoke.user, invoke.channel, ok.line);
  if (!settled_ || !is_reading(invoke.action)) return;
  unread_.erase({invoke.action, invoke.user, invoke.channel});
  if (invoke.action != Action::kHistory) return;
  std::uint64_t& read_to = read_to_[{invoke.user, invoke.channel}];
  for (const SeenMessage& message : ok.messages) read_to = std::max(read_to, message.seq);
}

// Of READY: a channel that it does not name is none to the client.
void MemberBook::check_listed(const Event& invoke, const Event& ready) {
  for (auto at = standings_.lower_bound({invoke.user, 0}); at != standings_.end() && at->first.first == invoke.user; ++at) {
    const std::uint64_t channel = at->first.second;
    const bool listed = std::ranges::find(ready.heads, channel, &SeenHead::channel) != ready.heads.end();
    if (!listed && !ready.more && is_in(channel, invoke.user, invoke.line)) {
      findings_.add(Property::kKept, fmt::format("user {} is in channel {}, which READY does not name to him", invoke.user, channel),
                    {at->second.line, invoke.line, ready.line});
    } else if (listed && at->second.known == Standing::Known::kOut && at->second.line < invoke.line) {
      findings_.add(Property::kMembership,
                    fmt::format("user {} was removed from channel {}, which READY names to him afterwards", invoke.user, channel),
                    {at->second.line, invoke.line, ready.line});
    }
  }
}

void MemberBook::on_fail(const Event& invoke, const Event& fail) {
  const bool login_refused = fail.status == kUnauthorized || fail.status == kCloseTokenRefused;
  if (login_refused && invoke.login != 0 && is_good(invoke.login)) {
    findings_.add(Property::kKept, fmt::format("login {} of user {} is refused, and nobody ended it", invoke.login, invoke.user),
                  {invoke.line, fail.line});
  }
  // A large channel has no receipts: 403.
  const bool forbidden = (fail.status == kForbidden || fail.status == kMissingAccess) && invoke.action != Action::kReceipts;
  if ((forbidden || fail.status == kNotFound || fail.status == kUnknownChannel) && is_for_members(invoke.action) &&
      is_in(invoke.channel, invoke.user, invoke.line)) {
    findings_.add(Property::kKept,
                  fmt::format("user {} is in channel {}, and is refused there with {} ({})", invoke.user, invoke.channel, fail.status,
                              name_of(invoke.action)),
                  {standings_.at({invoke.user, invoke.channel}).line, invoke.line, fail.line});
  }
  leave_unread(invoke, fail);
}

void MemberBook::on_unknown(const Event& invoke, const Event& unknown) { leave_unread(invoke, unknown); }

void MemberBook::leave_unread(const Event& invoke, const Event& end) {
  if (settled_ && is_reading(invoke.action)) unread_[{invoke.action, invoke.user, invoke.channel}] = {invoke.line, end.line};
}

void MemberBook::on_dispatch(const Event& dispatch) {
  if (dispatch.type == "CHANNEL_CREATE") show_in(dispatch.user, dispatch.channel, dispatch.line);
}

void MemberBook::on_end(const Event& end) {
  if (settled_) {
    for (const auto& [reading, lines] : unread_) {
      const auto [action, user, channel] = reading;
      if (channel != 0 && !is_in(channel, user, lines.invoke)) continue;
      findings_.add(Property::kKept,
                    fmt::format("when all has settled, user {} is not answered any more ({}{})", user, name_of(action),
                                channel == 0 ? std::string() : fmt::format(" of channel {}", channel)),
                    {lines.invoke, lines.end});
    }
    for (const auto& [place, standing] : standings_) {
      const auto [user, channel] = place;
      const auto acknowledged = acknowledged_.find(channel);
      if (acknowledged == acknowledged_.end() || !is_in(channel, user, end.line)) continue;
      const auto read_to = read_to_.find(place);
      const std::uint64_t seq = read_to == read_to_.end() ? 0 : read_to->second;
      if (seq >= acknowledged->second.seq) continue;
      findings_.add(Property::kKept,
                    fmt::format("when all has settled, user {} could read channel {} up to message {}, and {} was acknowledged", user,
                                channel, seq, acknowledged->second.seq),
                    {standing.line, acknowledged->second.line, end.line});
    }
  }
  acknowledged_.clear();
  read_to_.clear();
  unread_.clear();
  settled_ = false;
}

}  // namespace rookery::verify
