// What a client asks of the server, and what its user does.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulation/client.h"

namespace rookery::simulation {
namespace {

constexpr std::uint64_t kSystem = 0;  // the author of no message that somebody could change
constexpr std::array<const char*, 3> kEmoji = {"%F0%9F%91%8D", "%F0%9F%98%80", "%F0%9F%8E%89"};

Dice& dice() { return Scheduler::current().dice(); }

std::string channel_path(ChannelId channel) { return fmt::format("/api/v1/channels/{}", channel.value); }

}  // namespace

// --- sending ---

void Client::send_message(ChannelId channel, const std::vector<UserId>& users) {
  Pending pending;
  pending.nonce = fmt::format("{}-{}", name_, next_nonce_++);
  pending.channel = channel;
  pending.content = pending.nonce + " " + std::string(habits_.content, 'x');
  if (dice().chance(0.2)) pending.content += fmt::format(" <@{}>", dice().one_of(users).value);
  truth_.intend_send(channel, user_, pending.nonce, pending.content);
  ++totals.sends;
  Pending& kept = pending_[pending.nonce] = pending;
  if (in_ || dice().chance(0.2)) send_pending(kept);
}

void Client::send_pending(Pending& pending) {
  if (pending.i != 0 || pending.by_rest) return;
  const std::string fields = fmt::format(R"("content":"{}","nonce":"{}")", pending.content, pending.nonce);
  if (in_ && dice().chance(0.8)) {
    pending.i = next_i_++;
    requests_[pending.i] = pending.nonce;
    return say(
        fmt::format(R"({{"op":64,"i":{},"t":"MESSAGE_SEND","d":{{"channel_id":"{}",{}}}}})", pending.i, pending.channel.value, fields));
  }
  pending.by_rest = true;
  rest("POST", channel_path(pending.channel) + "/messages", "{" + fields + "}", [this, nonce = pending.nonce](const RestAnswer& answer) {
    const auto at = pending_.find(nonce);
    if (at == pending_.end()) return;
    at->second.by_rest = false;
    if (answer.status == 200 || answer.status == 201) return sent(nonce, Json::parse(answer.body)->root(), answer.status == 200, 0);
    refused(nonce, 0, answer.status);
  });
}

void Client::send_all_pending() {
  for (auto& [nonce, pending] : pending_) send_pending(pending);
}

void Client::retry_later() {
  if (std::exchange(retrying_, true)) return;
  Scheduler::current().after(dice().between(100 * kMillisecond, kSecond), [this] {
    retrying_ = false;
    send_all_pending();
  });
}

void Client::reply(JsonValue frame) {
  const std::uint64_t i = number_of(frame, "i");
  const auto request = requests_.find(i);
  if (request == requests_.end()) violation(fmt::format("{} is answered to {}, which it did not ask", name_, i));
  const std::string nonce = request->second;
  requests_.erase(request);
  last_news_ = Scheduler::current().now();
  const auto pending = pending_.find(nonce);
  if (pending != pending_.end()) pending->second.i = 0;
  if (const auto error = frame.member("error")) return refused(nonce, number_of(*error, "code"), 0);
  const JsonValue d = *frame.member("d");
  sent(nonce, *d.member("message"), d.member("replayed").has_value(), i);
}

void Client::sent(const std::string& nonce, JsonValue message, bool replayed, std::uint64_t i) {
  const Shown shown = Shown::of(message);
  if (shown.nonce != nonce || shown.author != user_) violation(name_ + " is answered with another message than it sent");
  truth_.on_shown(shown, 0);
  pending_.erase(nonce);
  if (i != 0 && !replayed) {
    auto& numbered = numbered_[shown.channel];
    const auto at = numbered.emplace(i, shown.seq).first;
    if ((at != numbered.begin() && std::prev(at)->second > shown.seq) ||
        (std::next(at) != numbered.end() && std::next(at)->second < shown.seq))
      violation(fmt::format("{}: requests of one connection are numbered out of their order", name_));
  }
  if (dice().chance(0.1)) look_up(shown.channel, shown.seq, shown.id);
}

void Client::refused(const std::string& nonce, std::uint64_t code, unsigned status) {
  const auto at = pending_.find(nonce);
  if (at == pending_.end()) return;
  const bool later = code == 50300 || code == 40901 || (code == 0 && (status == 0 || status == 503 || status == 409));
  if (later) return retry_later();
  if (code != 10003 && status != 404) violation(fmt::format("{}: a send is refused with {}{}", name_, code, status));
  pending_.erase(at);
}

// What one was told of, one can read.
void Client::look_up(ChannelId channel, std::uint64_t seq, MessageId id) {
  rest("GET", fmt::format("{}/messages?after_seq={}&limit=1", channel_path(channel), seq - 1), "",
       [this, seq, id](const RestAnswer& answer) {
         if (answer.status != 200) return;
         bool found = false;
         const auto page = Json::parse(answer.body);
         page->root().each_element([&](std::size_t, JsonValue message) {
           const Shown shown = Shown::of(message);
           truth_.on_shown(shown, 0);
           found = found || (shown.seq == seq && shown.id == id);
           return true;
         });
         if (!found) violation(fmt::format("{}: seq {} was told, and is not in the history", name_, seq));
       });
}

// --- what was missed ---

void Client::repair(ChannelId channel) {
  View* view = view_of(channel);
  if (view == nullptr || view->repairing || view->whole()) return;
  ++totals.repairs;
  view->repairing = true;
  if (view->have_seq < view->live_seq()) {
    repair_messages(channel, view->generation);
  } else {
    repair_changes(channel, view->generation);
  }
}

void Client::repair_messages(ChannelId channel, std::uint64_t generation) {
  View& view = *view_of(channel);
  const std::uint64_t asked = view.moments();
  const std::string path = fmt::format("{}/messages?after_seq={}&limit=100", channel_path(channel), view.have_seq);
  rest("GET", path, "", [this, channel, generation, asked, seq = view.live_seq()](const RestAnswer& answer) {
    View* now = view_of(channel);
    if (now == nullptr || now->generation != generation) return;
    now->repairing = false;
    if (answer.status == 404) return;  // he is out, and will be told
    if (answer.status == 200) {
      std::vector<Shown> messages;
      const auto page = Json::parse(answer.body);
      page->root().each_element([&](std::size_t, JsonValue message) {
        messages.push_back(Shown::of(message));
        truth_.on_shown(messages.back(), 0);
        return true;
      });
      if (now->take_page(messages, asked) && messages.size() < 100) now->page_ended(seq);
    }
    Scheduler::current().after(dice().between(1, 20) * kMillisecond, [this, channel] { repair(channel); });
  });
}

void Client::repair_changes(ChannelId channel, std::uint64_t generation) {
  View& view = *view_of(channel);
  const std::uint64_t asked = view.moments();
  const std::string path = fmt::format("{}/changes?after_rev={}&limit=100", channel_path(channel), view.have_rev);
  rest("GET", path, "", [this, channel, generation, asked, rev = view.live_rev()](const RestAnswer& answer) {
    View* now = view_of(channel);
    if (now == nullptr || now->generation != generation) return;
    now->repairing = false;
    if (answer.status == 404) return;
    if (answer.status == 200) take_changes(*now, Json::parse(answer.body)->root(), asked, rev);
    Scheduler::current().after(dice().between(1, 20) * kMillisecond, [this, channel] { repair(channel); });
  });
}

void Client::take_changes(View& view, JsonValue page, std::uint64_t asked, std::uint64_t upto) {
  std::size_t count = 0;
  page.each_element([&](std::size_t, JsonValue change) {
    ++count;
    const std::uint64_t rev = number_of(change, "rev");
    const JsonValue d = *change.member("d");
    std::optional<Shown> message;
    if (const auto shown = d.member("message")) {
      message = Shown::of(*shown);
      truth_.on_shown(*message, rev);
    }
    const std::string type = text_of(change, "t");
    if (type.starts_with("MESSAGE_REACTION"))
      view.take_reaction(id_of<MessageId>(d, "message_id"), text_of(d, "emoji"), number_of(d, "count"), asked);
    return view.take_changed(rev, message ? &*message : nullptr, asked);
  });
  if (count < 100) view.changes_ended(upto);
}

// --- what the user does ---

void Client::act(const std::vector<UserId>& users) {
  if (dice().chance(0.03)) return open_channel(users);
  if (views_.empty()) return;
  auto at = views_.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice().below(views_.size())));
  const ChannelId channel = at->first;
  const View& view = at->second;
  const auto what = dice().below(100);
  if (what < 45) {
    for (auto count = dice().chance(0.2) ? dice().below(12) + 1 : 1; count > 0; --count) send_message(channel, users);
  } else if (what < 75) {
    if (view.copies().empty()) return;
    auto copy = view.copies().begin();
    std::advance(copy, static_cast<std::ptrdiff_t>(dice().below(view.copies().size())));
    change_message(channel, copy->second);
  } else if (what < 85) {
    read(channel, view);
  } else if (what < 91) {
    change_members(channel, users);
  } else {
    small_talk(channel, users);
  }
}

void Client::change_message(ChannelId channel, const Shown& message) {
  if (message.content.empty() || message.author.value == kSystem) return;
  const std::string path = fmt::format("{}/messages/{}", channel_path(channel), message.id.value);
  const auto nothing = [](const RestAnswer&) {};
  const auto what = dice().below(10);
  if (what < 3 && message.author == user_) {
    const std::string content = fmt::format("{} edited {}", message.nonce, next_edit_++);
    truth_.intend_edit(message.id, content);
    rest("PATCH", path, fmt::format(R"({{"content":"{}"}})", content), nothing);
  } else if (what < 5 && message.author == user_) {
    rest("DELETE", path, "", nothing);
  } else if (what < 9) {
    rest(dice().chance(0.6) ? "PUT" : "DELETE", fmt::format("{}/reactions/{}/@me", path, kEmoji[dice().below(kEmoji.size())]), "", nothing);
  } else {
    rest(dice().chance(0.6) ? "PUT" : "DELETE", path + "/pin", "", nothing);
  }
}

void Client::change_members(ChannelId channel, const std::vector<UserId>& users) {
  const auto nothing = [](const RestAnswer&) {};
  const UserId other = dice().one_of(users);
  const auto what = dice().below(10);
  if (what < 5) return rest("PUT", fmt::format("{}/recipients/{}", channel_path(channel), other.value), "", nothing);
  if (what < 8) return rest("DELETE", fmt::format("{}/recipients/{}", channel_path(channel), other.value), "", nothing);
  if (what < 9) return rest("PATCH", channel_path(channel), fmt::format(R"({{"name":"name {}"}})", dice().below(5)), nothing);
  rest("DELETE", channel_path(channel), "", nothing);
}

void Client::read(ChannelId channel, const View& view) {
  const std::uint64_t seq = view.live_seq() - std::min<std::uint64_t>(view.live_seq(), dice().below(3));
  if (in_ && dice().chance(0.5)) return say(fmt::format(R"({{"op":69,"d":{{"channel_id":"{}","seq":{}}}}})", channel.value, seq));
  rest("POST", channel_path(channel) + (dice().chance(0.7) ? "/read" : "/delivered"), fmt::format(R"({{"seq":{}}})", seq),
       [](const RestAnswer&) {});
}

void Client::open_channel(const std::vector<UserId>& users) {
  std::string recipients = fmt::format("\"{}\"", dice().one_of(users).value);
  if (dice().chance(0.6)) recipients += fmt::format(",\"{}\",\"{}\"", dice().one_of(users).value, dice().one_of(users).value);
  rest("POST", "/api/v1/users/@me/channels", fmt::format(R"({{"recipients":[{}]}})", recipients), [](const RestAnswer&) {});
}

void Client::small_talk(ChannelId channel, const std::vector<UserId>& users) {
  if (!in_) return;
  const auto what = dice().below(10);
  if (what < 4) return say(fmt::format(R"({{"op":68,"d":{{"channel_id":"{}"}}}})", channel.value));
  if (what < 6) return subscribe();
  if (what < 8)
    return say(fmt::format(R"({{"op":67,"d":{{"users":["{}","{}"]}}}})", dice().one_of(users).value, dice().one_of(users).value));
  away_ = !away_;
  say(fmt::format(R"({{"op":3,"d":{{"status":"{}"}}}})", away_ ? "away" : "online"));
}

}  // namespace rookery::simulation
