// What a client is told, and what must hold of it.
#include <fmt/format.h>

#include "tests/simulation/client.h"

namespace rookery::simulation {

View* Client::view_of(ChannelId channel) {
  const auto at = views_.find(channel);
  return at == views_.end() ? nullptr : &at->second;
}

// What of a dispatch never changes, however often it is sent.
static std::string essence(const std::string& type, JsonValue d) {
  const auto message = d.member("message");
  return fmt::format("{} {} {} {} {}", type, text_of(d, "channel_id"), number_of(d, "rev"), number_of(d, "seq"),
                     message ? number_of(*message, "seq") : 0);
}

// A dispatch that was there before the Resume: it keeps its number and its type.
bool Client::is_repeat(std::uint64_t s, const std::string& type, JsonValue d) {
  if (s > s_) return false;
  if (!resuming_) violation(fmt::format("{}: s {} comes again", name_, s));
  const auto before = seen_.find(s);
  if (before == seen_.end() || before->second != essence(type, d))
    violation(fmt::format("{}: s {} was {}, and is {}", name_, s, before == seen_.end() ? "" : before->second, essence(type, d)));
  if (type == "MESSAGE_CREATE") truth_.on_shown(Shown::of(d), 0);
  return true;
}

void Client::dispatch(JsonValue frame) {
  const std::uint64_t s = number_of(frame, "s");
  const std::string type = text_of(frame, "t");
  const JsonValue d = *frame.member("d");
  if (resuming_ && s != replay_due_++) violation(fmt::format("{}: s {} is replayed where s {} was due", name_, s, replay_due_ - 1));
  if (is_repeat(s, type, d)) return;
  if (s != s_ + 1) violation(fmt::format("{}: s {} follows s {}", name_, s, s_));
  s_ = s;
  seen_[s] = essence(type, d);
  last_news_ = Scheduler::current().now();
  handle(type, d);
  if (type == "RESUMED") {
    resuming_ = false;
    in_ = true;
    send_all_pending();
    if (settled_) subscribe();
  }
  acknowledge_later();
}

void Client::ready(JsonValue d) {
  session_id_ = text_of(d, "session_id");
  in_ = true;
  begin_views(d);
  send_all_pending();
  if (settled_ || Scheduler::current().dice().chance(0.3)) subscribe();
  if (habits_.watches) say(fmt::format(R"({{"op":67,"d":{{"users":["{}","{}"]}}}})", user_.value, user_.value + 1));
}

void Client::begin_views(JsonValue d) {
  const bool with_positions = !positions_open_.empty();
  d.member("channels")->each_element([&](std::size_t, JsonValue channel) {
    const auto id = id_of<ChannelId>(channel, "id");
    const JsonValue read = *channel.member("read_state");
    cursor_shown(user_, id, read);
    const std::uint64_t last_seq = number_of(channel, "last_seq");
    if (number_of(read, "unread") != last_seq - number_of(read, "read_seq")) violation(name_ + ": READY's unread is wrong");
    if (View* known = view_of(id)) {
      known->begin_positions();
      known->syncing = true;
      known->generation = ++generations_;
      known->repairing = false;
      if (known->have_seq > last_seq)
        violation(fmt::format("{}: READY has seq {} of {}, {} were told", name_, last_seq, id.value, known->have_seq));
      return true;
    }
    View& fresh = views_.try_emplace(id, truth_, user_, id, last_seq, number_of(channel, "rev"), habits_.large_channel).first->second;
    fresh.generation = ++generations_;
    const std::uint64_t delivered = number_of(read, "delivered_seq");
    if (!with_positions && delivered < last_seq && number_of(channel, "member_count") < habits_.large_channel) {
      fresh.begin_queue(delivered);
      fresh.syncing = true;
    }
    return true;
  });
}

void Client::handle(const std::string& type, JsonValue d) {
  if (type == "READY") return ready(d);
  if (type == "RESUMED" || type == "USER_UPDATE") return;
  if (type == "PRESENCE_UPDATE") {
    const std::string seen = text_of(d, "last_seen");
    if (seen.empty()) return;
    std::string& last = last_seen_[id_of<UserId>(d, "user_id")];
    if (seen < last) violation(fmt::format("{}: last_seen went back from {} to {}", name_, last, seen));
    last = seen;
    return;
  }
  if (type == "CHANNEL_CREATE") return channel_create(d);
  const auto channel = id_of<ChannelId>(d, "channel_id");
  if (type == "SYNCED") return synced(channel, d);
  View* view = view_of(channel);
  if (view == nullptr) {
    // A position in a channel that he left meanwhile: its end may be told, and nothing else.
    if (type == "CHANNEL_MEMBER_REMOVE" || type == "CHANNEL_DELETE") return;
    violation(fmt::format("{} is told {} of {}, which it does not have", name_, type, channel.value));
  }
  if (type == "RECEIPT_UPDATE") {
    d.member("receipts")->each_element([&](std::size_t, JsonValue receipt) {
      cursor_shown(id_of<UserId>(receipt, "user_id"), channel, receipt);
      return true;
    });
  } else if (type == "READ_UPDATE") {
    cursor_shown(user_, channel, d);
  } else if (type == "CHANNEL_DELETE") {
    gone(channel, type);
  } else if (type == "CHANNEL_UNREAD" || type == "TYPING_START") {
    return;
  } else {
    handle_message(type, *view, d);
  }
}

void Client::handle_message(const std::string& type, View& view, JsonValue d) {
  const std::uint64_t rev = number_of(d, "rev");
  if (type == "MESSAGE_CREATE") {
    const Shown message = Shown::of(d);
    ++totals.creates;
    view.create(message);
    truth_.on_shown(message, 0);
    if (Scheduler::current().dice().chance(0.02)) look_up(message.channel, message.seq, message.id);
    return;
  }
  if (type == "MENTION_CREATE") return truth_.on_shown(Shown::of(*d.member("message")), 0);
  ++totals.changes;
  if (type == "MESSAGE_UPDATE" || type == "MESSAGE_DELETE") {
    const Shown message = Shown::of(*d.member("message"));
    if (type == "MESSAGE_DELETE" && !message.deleted) violation(name_ + ": a MESSAGE_DELETE shows a message that is not");
    view.update(message, rev);
    truth_.on_shown(message, rev);
  } else if (type == "MESSAGE_REACTION_ADD" || type == "MESSAGE_REACTION_REMOVE") {
    view.react(id_of<MessageId>(d, "message_id"), rev, text_of(d, "emoji"), number_of(d, "count"));
  } else if (type == "CHANNEL_MEMBER_REMOVE" && id_of<UserId>(d, "user_id") == user_) {
    view.removed(rev);
    return gone(id_of<ChannelId>(d, "channel_id"), type);
  } else if (type == "CHANNEL_UPDATE" || type == "CHANNEL_MEMBER_ADD" || type == "CHANNEL_MEMBER_REMOVE") {
    view.change(rev);
  } else {
    violation(fmt::format("{} is told of an unknown {}", name_, type));
  }
  if (!view.whole() && !view.syncing) repair(id_of<ChannelId>(d, "channel_id"));
}

void Client::channel_create(JsonValue d) {
  const auto id = id_of<ChannelId>(d, "id");
  if (views_.contains(id)) violation(fmt::format("{} is told CHANNEL_CREATE of {}, which it has", name_, id.value));
  const auto fresh = views_.try_emplace(id, truth_, user_, id, number_of(d, "last_seq"), number_of(d, "rev"), habits_.large_channel);
  fresh.first->second.generation = ++generations_;
  cursor_shown(user_, id, *d.member("read_state"));
  if (settled_) subscribe();
}

void Client::gone(ChannelId channel, const std::string& why) {
  trace(fmt::format("{} loses {}: {}", name_, channel.value, why));
  ++totals.gone;
  views_.erase(channel);
  std::erase_if(cursors_, [channel](const auto& one) { return one.first.first == channel; });
}

void Client::synced(ChannelId channel, JsonValue d) {
  positions_open_.erase(channel);
  if (const auto is_gone = d.member("gone")) return gone(channel, "SYNCED");
  View* view = view_of(channel);
  if (view == nullptr) violation(fmt::format("{} is told SYNCED of {}, which it does not have", name_, channel.value));
  view->synced(number_of(d, "seq"), number_of(d, "rev"), d.member("recovered")->boolean().value_or(false));
  if (!view->whole()) repair(channel);
}

void Client::cursor_shown(UserId user, ChannelId channel, JsonValue state) {
  const std::uint64_t delivered = number_of(state, "delivered_seq");
  const std::uint64_t read = number_of(state, "read_seq");
  auto& known = cursors_[{channel, user}];
  if (delivered < known.first || read < known.second)
    violation(fmt::format("{} is shown that {} in {} went back: delivered {} → {}, read {} → {}", name_, user.value, channel.value,
                          known.first, delivered, known.second, read));
  known = {delivered, read};
  if (read > delivered) violation(name_ + ": more is read than delivered");
}

}  // namespace rookery::simulation
