#include "verify/access_book.h"

#include <fmt/format.h>

namespace rookery::verify {
namespace {

constexpr std::uint64_t kCloseRevoked = 4102;
constexpr std::uint64_t kCloseBroken = 1006;

}  // namespace

void AccessBook::on_invoke(const Event& invoke) {
  if (invoke.action == Action::kAdd) removed_.erase({invoke.channel, invoke.target});
}

void AccessBook::on_ok(const Event& invoke, const Event& ok) {
  switch (invoke.action) {
    case Action::kRemove: removed_.try_emplace({invoke.channel, invoke.target}, ok.line); return;
    case Action::kRevoke: revoked_.try_emplace(invoke.target, Revoked{ok.line, ok.us}); return;
    default: break;
  }
  if (const auto revoked = revoked_.find(invoke.login); revoked != revoked_.end() && revoked->second.line < invoke.line) {
    findings_.add(Property::kRevoked,
                  fmt::format("login {} was ended, and was answered afterwards ({})", invoke.login, name_of(invoke.action)),
                  {revoked->second.line, invoke.line, ok.line});
  }
  if (invoke.action == Action::kIdentify || invoke.action == Action::kResume) open_[ok.session] = {.login = invoke.login};
  const auto removed = removed_.find({invoke.channel, invoke.user});
  if (invoke.channel != 0 && removed != removed_.end() && removed->second < invoke.line) {
    findings_.add(Property::kMembership,
                  fmt::format("user {} was removed from channel {}, and was answered there afterwards ({})", invoke.user, invoke.channel,
                              name_of(invoke.action)),
                  {removed->second, invoke.line, ok.line});
  }
}

void AccessBook::check_open(std::uint64_t session, const Event& event) {
  const auto open = open_.find(session);
  if (open == open_.end() || open->second.told) return;
  const auto revoked = revoked_.find(open->second.login);
  if (revoked == revoked_.end()) return;
  const std::int64_t since = revoked->second.us;
  if (event.us - since <= kCloseWithinUs || event.us - since - delays_.within(since, event.us) <= kCloseWithinUs) return;
  open->second.told = true;
  findings_.add(Property::kRevoked,
                fmt::format("login {} was ended, and its session {} is still open {} ms later", open->second.login, session,
                            (event.us - revoked->second.us) / 1000),
                {revoked->second.line, event.line});
}

// What was said before may still be on its way. What was said after the answer never set out.
void AccessBook::check_shown(const Event& dispatch) {
  const auto open = open_.find(dispatch.session);
  if (open == open_.end() || open->second.shown || !dispatch.message) return;
  const auto revoked = revoked_.find(open->second.login);
  if (revoked == revoked_.end()) return;
  const auto& facts = messages_.facts(dispatch.channel);
  const auto fact = facts.find(dispatch.message->seq);
  if (fact == facts.end() || fact->second.versions.empty()) return;
  const std::uint64_t said = fact->second.versions.front().invoke_line;
  if (said <= revoked->second.line) return;
  open->second.shown = true;
  findings_.add(Property::kRevoked,
                fmt::format("login {} was ended, and its session {} was sent message {} of channel {}, which was written afterwards",
                            open->second.login, dispatch.session, dispatch.message->seq, dispatch.channel),
                {revoked->second.line, said, dispatch.line});
}

void AccessBook::on_dispatch(const Event& dispatch) {
  check_open(dispatch.session, dispatch);
  check_shown(dispatch);
}

void AccessBook::on_closed(const Event& closed) {
  check_open(closed.session, closed);
  const auto open = open_.find(closed.session);
  if (open == open_.end()) return;
  const auto revoked = revoked_.find(open->second.login);
  // A fault may break any connection, before or after it is closed.
  const bool excused = closed.status == kCloseBroken && delays_.is_near_fault(closed.us);
  if (revoked != revoked_.end() && !closed.by_client && closed.status != kCloseRevoked && !excused) {
    findings_.add(
        Property::kRevoked,
        fmt::format("the login of session {} was ended, and it was closed with {} instead of 4102", closed.session, closed.status),
        {revoked->second.line, closed.line});
  }
  open_.erase(open);
}

void AccessBook::on_end(const Event& end) {
  for (const auto& [session, open] : std::unordered_map<std::uint64_t, Open>(open_)) check_open(session, end);
}

}  // namespace rookery::verify
