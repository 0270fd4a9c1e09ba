#include "verify/cursor_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {

CursorBook::Floors CursorBook::floors_of(std::uint64_t channel, std::uint64_t user) const {
  Floors chosen;
  auto at = channel == 0 ? floors_.begin() : floors_.lower_bound({channel, 0});
  for (; at != floors_.end() && (channel == 0 || at->first.first == channel); ++at) {
    if (user == 0 || at->first.second == user) chosen.insert(*at);
  }
  return chosen;
}

void CursorBook::raise(std::uint64_t channel, std::uint64_t user, std::uint64_t read_seq, std::uint64_t delivered_seq, std::uint64_t line) {
  Floor& floor = floors_[{channel, user}];
  if (read_seq > floor.read_seq) {
    floor.read_seq = read_seq;
    floor.read_line = line;
  }
  if (delivered_seq > floor.delivered_seq) {
    floor.delivered_seq = delivered_seq;
    floor.delivered_line = line;
  }
}

void CursorBook::compare(std::uint64_t channel, std::uint64_t user, std::uint64_t read_seq, std::uint64_t delivered_seq, const Floor& floor,
                         std::uint64_t line) {
  if (read_seq < floor.read_seq) {
    findings_.add(Property::kCursors,
                  fmt::format("read_seq of user {} in channel {} went back from {} to {}", user, channel, floor.read_seq, read_seq),
                  {floor.read_line, line});
  }
  if (delivered_seq < floor.delivered_seq) {
    findings_.add(
        Property::kCursors,
        fmt::format("delivered_seq of user {} in channel {} went back from {} to {}", user, channel, floor.delivered_seq, delivered_seq),
        {floor.delivered_line, line});
  }
  if (read_seq > delivered_seq) {
    findings_.add(
        Property::kCursors,
        fmt::format("user {} has read to {} in channel {}, and has been delivered only to {}", user, read_seq, channel, delivered_seq),
        {line});
  }
}

void CursorBook::on_written(const Event& invoke, const Event& ok) {
  if (invoke.action == Action::kSend) {
    // One's own message moves one's own cursors.
    if (ok.message) raise(invoke.channel, invoke.user, ok.message->seq, ok.message->seq, ok.line);
  } else {
    raise(invoke.channel, invoke.user, invoke.action == Action::kRead ? invoke.seq : 0, invoke.seq, ok.line);
  }
}

void CursorBook::check_head(const SeenHead& head, std::uint64_t user, std::uint64_t line) {
  if (head.delivered_seq > head.last_seq) {
    findings_.add(Property::kCursors,
                  fmt::format("user {} has been delivered to {} in channel {}, which ends at {}", user, head.delivered_seq, head.channel,
                              head.last_seq),
                  {line});
  }
  if (head.unread != head.last_seq - std::min(head.read_seq, head.last_seq)) {
    findings_.add(Property::kCursors,
                  fmt::format("user {} has {} unread in channel {}, with last_seq {} and read_seq {}", user, head.unread, head.channel,
                              head.last_seq, head.read_seq),
                  {line});
  }
}

void CursorBook::on_shown(const Event& ok, const Floors& floors, bool settled) {
  const auto floor_of = [&](std::uint64_t channel, std::uint64_t user) {
    const auto found = floors.find({channel, user});
    return found == floors.end() ? Floor{} : found->second;
  };
  for (const SeenHead& head : ok.heads) {
    compare(head.channel, ok.user, head.read_seq, head.delivered_seq, floor_of(head.channel, ok.user), ok.line);
    // The list of what is unread has no heads.
    if (ok.action != Action::kUnread) check_head(head, ok.user, ok.line);
    if (settled && ok.action != Action::kIdentify) settled_.push_back({head, ok.user, ok.line});
    raise(head.channel, ok.user, head.read_seq, head.delivered_seq, ok.line);
  }
  for (const SeenReceipt& receipt : ok.receipts) {
    compare(ok.channel, receipt.user, receipt.read_seq, receipt.delivered_seq, floor_of(ok.channel, receipt.user), ok.line);
    raise(ok.channel, receipt.user, receipt.read_seq, receipt.delivered_seq, ok.line);
  }
}

void CursorBook::on_dispatch(const Event& dispatch) {
  const auto shown = [&](std::uint64_t channel, std::uint64_t user, std::uint64_t read_seq, std::uint64_t delivered_seq) {
    Floor& before = by_session_[{dispatch.session, {channel, user}}];
    compare(channel, user, read_seq, delivered_seq, before, dispatch.line);
    before = {read_seq, dispatch.line, delivered_seq, dispatch.line};
    raise(channel, user, read_seq, delivered_seq, dispatch.line);
  };
  if (dispatch.type == "READ_UPDATE") {
    for (const SeenHead& head : dispatch.heads) shown(head.channel, dispatch.user, head.read_seq, head.delivered_seq);
  } else {
    for (const SeenReceipt& receipt : dispatch.receipts) shown(dispatch.channel, receipt.user, receipt.read_seq, receipt.delivered_seq);
  }
}

void CursorBook::on_end() {
  for (const auto& [head, user, line] : settled_) {
    std::uint64_t mentioned = 0;
    const auto& facts = messages_.facts(head.channel);
    for (auto fact = facts.upper_bound(head.read_seq); fact != facts.end(); ++fact) {
      if (fact->second.author == user || fact->second.deleted) continue;
      if (std::ranges::find(fact->second.mentions, user) != fact->second.mentions.end()) ++mentioned;
    }
    if (head.mention_count != mentioned) {
      findings_.add(Property::kCursors,
                    fmt::format("user {} has a mention_count of {} in channel {}, and {} unread messages name him", user,
                                head.mention_count, head.channel, mentioned),
                    {line});
    }
    const std::uint64_t last_seq = messages_.known(head.channel).seq;
    if (head.unread != last_seq - std::min(last_seq, head.read_seq)) {
      findings_.add(Property::kCursors,
                    fmt::format("user {} has {} unread in channel {}, which ends at {} and is read to {}", user, head.unread, head.channel,
                                last_seq, head.read_seq),
                    {line});
    }
  }
  settled_.clear();
  by_session_.clear();
}

}  // namespace rookery::verify
