#include "verify/session_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {
namespace {

// protocol.md §4, "Catching up": what must be caught up whole.
constexpr std::uint64_t kCatchUpMax = 300;
constexpr std::uint64_t kCatchUpTotalMax = 2000;

std::string where(const Event& dispatch) { return fmt::format("session {} of user {}", dispatch.session, dispatch.user); }

std::uint64_t message_of(const Event& dispatch) { return dispatch.message ? dispatch.message->id : dispatch.message_id; }

}  // namespace

void SessionBook::on_ready(const Event& invoke, const Event& ready) {
  Session& session = sessions_[ready.session];
  session = {};
  session.user = invoke.user;
  session.begun = session.since = invoke.line;
  session.open = true;
  session.listed_all = !ready.more;
  session.s = 1;
  session.next_s = 2;
  if (ready.s != 1) findings_.add(Property::kNoSilentGap, fmt::format("READY of {} is dispatch {}", where(ready), ready.s), {ready.line});
  for (const SeenHead& head : ready.heads) {
    Channel& channel = session.channels[head.channel];
    channel = {.seq = head.last_seq, .rev = head.rev, .head = head.last_seq, .delivered = head.delivered_seq, .line = ready.line};
    channel.large = head.large;
    if (channel.large) channel.phase = Phase::kTold;
    channel.queue_open = !channel.large && !invoke.with_positions && head.delivered_seq < head.last_seq;
    messages_.told(head.channel, head.last_seq, head.rev, ready.line);
  }
  for (const Position& position : invoke.positions) {
    Channel& channel = session.channels[position.channel];
    session.due_sum += channel.head > position.seq ? channel.head - position.seq : 0;
    session.due_sum += channel.rev > position.rev ? channel.rev - position.rev : 0;
    channel.phase = Phase::kCatching;
    channel.from = position;
    channel.seq = position.seq;
    channel.rev = position.rev;
  }
}

void SessionBook::on_resume(const Event& invoke) {
  const auto found = sessions_.find(invoke.session);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  session.since = invoke.line;
  session.next_s = invoke.s + 1;
  session.replaying = true;
  session.open = true;
}

void SessionBook::on_subscribe(const Event& invoke) {
  const auto found = sessions_.find(invoke.session);
  if (found != sessions_.end() && invoke.channel != 0) found->second.channels[invoke.channel].subscribed = true;
}

void SessionBook::on_closed(const Event& event) {
  const auto found = sessions_.find(event.session);
  if (found != sessions_.end()) found->second.open = false;
}

bool SessionBook::is_repeat(const Event& dispatch) const {
  const auto found = sessions_.find(dispatch.session);
  return found != sessions_.end() && dispatch.s <= found->second.s;
}

void SessionBook::on_dispatch(const Event& dispatch) {
  const auto found = sessions_.find(dispatch.session);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  if (dispatch.s != session.next_s) {
    const auto before = session.prints.find(session.next_s - 1);
    findings_.add(Property::kNoSilentGap,
                  fmt::format("{} was sent dispatch {} where {} was due", where(dispatch), dispatch.s, session.next_s),
                  {session.since, before == session.prints.end() ? 0 : before->second.line, dispatch.line});
  }
  session.next_s = dispatch.s + 1;
  const Print print{dispatch.type, dispatch.channel, message_of(dispatch), dispatch.line};
  if (dispatch.s <= session.s) {
    const auto known = session.prints.find(dispatch.s);
    if (known != session.prints.end() && !(known->second == print)) {
      findings_.add(Property::kNoSilentGap,
                    fmt::format("dispatch {} of {} is another one when it is sent again", dispatch.s, where(dispatch)),
                    {known->second.line, session.since, dispatch.line});
    }
    check_shown(session, dispatch, Source::kReplay);
    return;
  }
  session.s = dispatch.s;
  session.prints.emplace(dispatch.s, print);
  on_new(session, dispatch);
}

// From history a message comes as it is when the catch-up begins. What is sent again may be older, but what was deleted before the Resume
// is deleted in it. A live one may have been on its way for a while.
void SessionBook::check_shown(Session& session, const Event& dispatch, Source source) {
  if (!dispatch.message) return;
  const SeenMessage& message = *dispatch.message;
  messages_.seen(dispatch.channel, message, dispatch.line,
                 {source == Source::kLive ? 0 : session.since, source == Source::kHistory ? session.begun : 0});
  if (dispatch.type == "MESSAGE_DELETE") session.deleted.emplace(dispatch.channel, message.seq);
  if (!message.deleted && session.deleted.contains({dispatch.channel, message.seq})) {
    findings_.add(Property::kDeleted,
                  fmt::format("{} was shown message {} of channel {} after it was told of its delete", where(dispatch), message.seq,
                              dispatch.channel),
                  {dispatch.line});
  }
}

SessionBook::Channel* SessionBook::channel_of(Session& session, const Event& dispatch) {
  const auto found = session.channels.find(dispatch.channel);
  if (found != session.channels.end() && found->second.phase != Phase::kGone) return &found->second;
  if (found == session.channels.end() && !session.listed_all) return nullptr;
  findings_.add(Property::kMembership,
                fmt::format("{} was sent {} of channel {}, in which it is not", where(dispatch), dispatch.type, dispatch.channel),
                {found == session.channels.end() ? session.since : found->second.line, dispatch.line});
  return nullptr;
}

void SessionBook::on_new(Session& session, const Event& dispatch) {
  const std::string& type = dispatch.type;
  if (type == "RESUMED") {
    session.replaying = false;
  } else if (type == "MESSAGE_CREATE") {
    on_message(session, dispatch);
  } else if (type == "SYNCED") {
    on_synced(session, dispatch);
  } else if (type == "CHANNEL_CREATE" && !dispatch.heads.empty()) {
    const SeenHead& head = dispatch.heads.front();
    session.channels[dispatch.channel] = {.phase = head.large ? Phase::kTold : Phase::kLive,
                                          .seq = head.last_seq,
                                          .rev = head.rev,
                                          .head = head.last_seq,
                                          .line = dispatch.line,
                                          .large = head.large};
    messages_.told(dispatch.channel, head.last_seq, head.rev, dispatch.line);
  } else if (type == "CHANNEL_UNREAD") {
    on_unread(session, dispatch);
  } else if (type == "CHANNEL_DELETE") {
    on_gone(session, dispatch);
  } else if (dispatch.rev != 0) {
    on_change(session, dispatch);
  }
}

void SessionBook::on_message(Session& session, const Event& dispatch) {
  if (!dispatch.message) return;
  Channel* channel = channel_of(session, dispatch);
  const std::uint64_t seq = dispatch.message->seq;
  const bool from_history = channel != nullptr && (channel->phase == Phase::kCatching || seq <= channel->head);
  check_shown(session, dispatch, session.replaying ? Source::kReplay : from_history ? Source::kHistory : Source::kLive);
  if (channel == nullptr || channel->phase == Phase::kTold) return;
  if (channel->queue_open && seq <= channel->head) {
    if (!channel->queued.empty() && channel->queued.back() >= seq) {
      findings_.add(Property::kNoSilentGap,
                    fmt::format("the offline queue of {} goes from {} to {} in channel {}", where(dispatch), channel->queued.back(), seq,
                                dispatch.channel),
                    {dispatch.line});
    }
    channel->queued.push_back(seq);
    return;
  }
  if (seq != channel->seq + 1) {
    findings_.add(Property::kNoSilentGap,
                  fmt::format("{} was sent message {} of channel {} {}", where(dispatch), seq, dispatch.channel,
                              seq <= channel->seq ? fmt::format("again, or late, after {}", channel->seq)
                                                  : fmt::format("where {} was due", channel->seq + 1)),
                  {session.since, channel->line, dispatch.line});
  }
  channel->seq = std::max(channel->seq, seq);
  channel->line = dispatch.line;
  if (channel->phase == Phase::kLive && !session.replaying) live_[{dispatch.channel, session.user}].push_back({seq, dispatch.line});
}

// May come late, and to who is subscribed already too; it promises that there is so much.
void SessionBook::on_unread(Session& session, const Event& dispatch) {
  messages_.told(dispatch.channel, dispatch.seq, 0, dispatch.line);
  Channel& channel = session.channels[dispatch.channel];
  if (channel.phase != Phase::kTold) return;
  channel.seq = std::max(channel.seq, dispatch.seq);
  channel.line = dispatch.line;
}

void SessionBook::on_change(Session& session, const Event& dispatch) {
  Channel* channel = channel_of(session, dispatch);
  const bool catching = channel != nullptr && (channel->phase == Phase::kCatching || channel->queue_open);
  check_shown(session, dispatch, session.replaying ? Source::kReplay : catching ? Source::kHistory : Source::kLive);
  if (dispatch.message) messages_.seen_in_change(dispatch.channel, dispatch.rev, dispatch.type, *dispatch.message, dispatch.line);
  messages_.told(dispatch.channel, 0, dispatch.rev, dispatch.line);
  if (channel == nullptr || channel->phase == Phase::kTold) return;
  // Until a SYNCED says where it ends, a message comes once, with its last change: holes are normal.
  if (catching ? dispatch.rev <= channel->rev : dispatch.rev != channel->rev + 1) {
    findings_.add(
        Property::kNoSilentGap,
        fmt::format("{} was sent change {} of channel {} after {}", where(dispatch), dispatch.rev, dispatch.channel, channel->rev),
        {session.since, channel->line, dispatch.line});
  }
  channel->rev = std::max(channel->rev, dispatch.rev);
  channel->line = dispatch.line;
  if (dispatch.type == "CHANNEL_MEMBER_REMOVE" && dispatch.target == session.user) on_gone(session, dispatch);
}

// Of what was done before the session began it is not told any more.
void SessionBook::on_gone(Session& session, const Event& dispatch) {
  if (members_.is_in(dispatch.channel, session.user, session.begun)) {
    findings_.add(Property::kKept,
                  fmt::format("{} is told that it is not in channel {} any more, and nobody removed him ({})", where(dispatch),
                              dispatch.channel, dispatch.type),
                  {session.begun, dispatch.line});
  }
  Channel& channel = session.channels[dispatch.channel];
  channel.phase = Phase::kGone;
  channel.line = dispatch.line;
}

void SessionBook::on_synced(Session& session, const Event& dispatch) {
  if (dispatch.gone) return on_gone(session, dispatch);
  Channel& channel = session.channels[dispatch.channel];
  messages_.told(dispatch.channel, dispatch.seq, dispatch.rev, dispatch.line);
  if (channel.phase == Phase::kCatching) {
    const std::vector<std::uint64_t> lines = {session.since, channel.line, dispatch.line};
    const bool something_sent = channel.seq != channel.from.seq || channel.rev != channel.from.rev;
    if (dispatch.recovered && dispatch.seq != channel.seq) {
      findings_.add(Property::kNoSilentGap,
                    fmt::format("{} caught up to message {} of channel {}, and SYNCED says {}", where(dispatch), channel.seq,
                                dispatch.channel, dispatch.seq),
                    lines);
    }
    if (dispatch.recovered && dispatch.rev < channel.rev) {
      findings_.add(Property::kNoSilentGap, fmt::format("SYNCED of {} is behind a change that was sent", where(dispatch)), lines);
    }
    if (!dispatch.recovered && something_sent) {
      findings_.add(Property::kNoSilentGap,
                    fmt::format("{} was sent a part of channel {} and then told to read it all", where(dispatch), dispatch.channel), lines);
    }
    const bool beyond = channel.from.seq > dispatch.seq || channel.from.rev > dispatch.rev;
    const std::uint64_t due = beyond ? 0 : dispatch.seq - channel.from.seq + dispatch.rev - channel.from.rev;
    if (!dispatch.recovered && !beyond && due <= kCatchUpMax && session.due_sum + due <= kCatchUpTotalMax) {
      findings_.add(Property::kNoSilentGap,
                    fmt::format("{} was not caught up in channel {}, though only {} were due", where(dispatch), dispatch.channel, due),
                    lines);
    }
    channel.seq = dispatch.seq;
    channel.rev = dispatch.rev;
  } else if (channel.queue_open) {
    channel.queue_open = false;
    channel.queue_done = dispatch.recovered;
    channel.seq = std::max(channel.seq, dispatch.seq);
    channel.rev = std::max(channel.rev, dispatch.rev);
  } else if (!dispatch.recovered) {
    // Said of a channel that was live: what comes before its end cannot be shown any more, and the client is told to read.
    channel.seq = std::max(channel.seq, dispatch.seq);
    channel.rev = std::max(channel.rev, dispatch.rev);
  }
  if (channel.phase == Phase::kTold) {
    // The answer to the subscription: from here on it is live.
    channel.seq = dispatch.seq;
    channel.rev = dispatch.rev;
  }
  const bool told_only = channel.large && !channel.subscribed;
  channel.phase = told_only ? Phase::kTold : Phase::kLive;
  channel.line = dispatch.line;
}

// What others wrote after the user's delivered_seq: it may have grown meanwhile, so messages may be missing at the front, and nowhere else.
void SessionBook::check_queues(const Session& session) {
  for (const auto& [id, channel] : session.channels) {
    if (channel.queued.empty() || !channel.queue_done) continue;
    const auto& facts = messages_.facts(id);
    std::size_t at = 0;
    for (auto fact = facts.lower_bound(channel.queued.front()); fact != facts.end() && fact->first <= channel.head; ++fact) {
      if (fact->second.author == session.user) continue;
      if (at < channel.queued.size() && channel.queued[at] == fact->first) {
        ++at;
        continue;
      }
      findings_.add(Property::kNoSilentGap,
                    fmt::format("message {} of channel {} is missing in an offline queue of user {}", fact->first, id, session.user),
                    {fact->second.first_line, session.since});
      break;
    }
  }
}

// Between a removal and the next time that somebody is added, nothing of the channel may have come to him live.
void SessionBook::check_absences() {
  for (const auto& [key, sent] : live_) {
    const auto [channel, user] = key;
    std::uint64_t away_from = 0;
    std::uint64_t away_line = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> absences;  // both inclusive
    for (const auto& [seq, fact] : messages_.facts(channel)) {
      if (fact.system_user != user && !(fact.system == "member_leave" && fact.author == user)) continue;
      if (fact.system == "member_remove" || fact.system == "member_leave") {
        away_from = seq;
        away_line = fact.first_line;
      } else if (fact.system == "member_add" && away_from != 0) {
        absences.emplace_back(away_from, seq);
        away_from = 0;
      }
    }
    if (away_from != 0) absences.emplace_back(away_from, UINT64_MAX);
    for (const Live& one : sent) {
      for (const auto& [from, to] : absences) {
        if (one.seq < from || one.seq > to) continue;
        findings_.add(Property::kMembership,
                      fmt::format("user {} was sent message {} of channel {}, which he had left before it", user, one.seq, channel),
                      {away_line, one.line});
      }
    }
  }
  live_.clear();
}

void SessionBook::on_end(std::uint64_t line) {
  for (const auto& [number, session] : sessions_) {
    check_queues(session);
    if (!session.open) continue;
    for (const auto& [id, channel] : session.channels) {
      if (channel.phase == Phase::kGone) continue;
      const auto known = messages_.known(id);
      if (channel.phase == Phase::kCatching) {
        findings_.add(Property::kNoSilentGap, fmt::format("session {} of user {} was never SYNCED in channel {}", number, session.user, id),
                      {session.since, line});
      } else if (channel.phase == Phase::kTold && channel.subscribed) {
        findings_.add(Property::kNoSilentGap,
                      fmt::format("session {} of user {} subscribed to channel {}, and was never SYNCED", number, session.user, id),
                      {session.since, line});
      } else if (channel.seq < known.seq || (channel.rev < known.rev && channel.phase != Phase::kTold)) {
        findings_.add(Property::kNoSilentGap,
                      fmt::format("session {} of user {} has nothing of channel {} after message {} and change {}; there are {} and {}",
                                  number, session.user, id, channel.seq, channel.rev, known.seq, known.rev),
                      {session.since, channel.line, channel.seq < known.seq ? known.seq_line : known.rev_line});
      }
    }
  }
  check_absences();
  std::erase_if(sessions_, [](const auto& entry) { return !entry.second.open; });
}

}  // namespace rookery::verify
