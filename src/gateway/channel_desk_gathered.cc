// What a channel does not tell at once: receipts are gathered, CHANNEL_UNREAD is throttled.
#include <algorithm>
#include <numeric>
#include <utility>

#include "base/mutant.h"
#include "gateway/channel_desk.h"
#include "gateway/texts.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{100};            // how long receipts are gathered; the protocol allows 250 ms
constexpr milliseconds kUnreadInterval{500};  // CHANNEL_UNREAD, up to kUnreadSessions
constexpr milliseconds kUnreadIntervalMax{30'000};
constexpr std::size_t kUnreadSessions = 1'000;

// Read receipts can be switched off.
Cursor as_others_see(Cursor cursor) {
  cursor.read_seq = cursor.public_read_seq;
  return cursor;
}

}  // namespace

void ChannelDesk::on_cursor(const ChannelState& state, UserId user, const Cursor& before, const ReadState& now) {
  const ChannelId id = now.channel;
  Channel* channel = find(id);
  if (channel == nullptr || !state.exists()) return;
  const std::uint64_t read = now.cursor.read_seq;
  // One's own message moves one's cursors to its place, which nothing else can do before it was told.
  const bool by_own_message = read > channel->gate.seq() || channel->authors.of(read) == user;
  if (read > before.read_seq && !by_own_message) {
    auto delivery = std::make_shared<Delivery>();
    delivery->channel = id;
    delivery->reach = Reach::kUsers;
    delivery->users = {user};
    delivery->read_seq = read;
    delivery->text = read_update_text(now);
    send(*channel, std::move(delivery));
  }
  if (is_large(state)) return;
  const Cursor public_before = as_others_see(before);
  const Cursor public_now = as_others_see(now.cursor);
  if (public_now.read_seq <= public_before.read_seq && public_now.delivered_seq <= public_before.delivered_seq) return;
  channel->receipts.add(user, public_before, public_now);
  if (!std::exchange(channel->receipts_due, true)) due_.push_back(id);
  arm_tick();
}

milliseconds unread_interval(std::size_t sessions) {
  // In whole numbers of `sessions` first: it may be far more than what is rare enough.
  const std::size_t most = kUnreadSessions * static_cast<std::size_t>(kUnreadIntervalMax / kUnreadInterval);
  const auto part = static_cast<std::int64_t>(std::clamp(sessions, kUnreadSessions, most));
  return kUnreadInterval * part / static_cast<std::int64_t>(kUnreadSessions);
}

void ChannelDesk::note_sessions(unsigned core, ChannelId id, std::size_t sessions) {
  Channel* channel = find(id);
  if (channel == nullptr || !channel->cores.test(core)) return;
  channel->sessions.resize(parts_.boxes.size());
  channel->sessions[core] = sessions;
}

void ChannelDesk::tell_unread(Channel& channel) {
  if (mutant_is(Mutant::kLargeWithoutUnread)) return;
  const SteadyTime now = parts_.core.turn_time();
  if (now < channel.next_unread) {
    if (!std::exchange(channel.unread_due, true)) due_.push_back(channel.state.roster->id);
    arm_tick();
    return;
  }
  channel.unread_due = false;
  channel.next_unread = now + unread_interval(std::accumulate(channel.sessions.begin(), channel.sessions.end(), std::size_t{0}));
  auto delivery = std::make_shared<Delivery>();
  delivery->channel = channel.state.roster->id;
  delivery->reach = Reach::kFar;
  delivery->large = true;
  delivery->unread_seq = channel.gate.seq();
  delivery->text = unread_text(delivery->channel, channel.gate.seq());
  send(channel, std::move(delivery));
}

void ChannelDesk::arm_tick() {
  if (stopped_ || std::exchange(tick_armed_, true)) return;
  tick_.expires_after(kTick, [this] { tick(); });
}

void ChannelDesk::tick() {
  tick_armed_ = false;
  const std::vector<ChannelId> due = std::exchange(due_, {});
  for (const ChannelId id : due) {
    Channel* channel = find(id);
    if (channel == nullptr) continue;
    if (std::exchange(channel->receipts_due, false)) flush_receipts(id, *channel);
    if (std::exchange(channel->unread_due, false) && channel->large && channel->state.exists()) tell_unread(*channel);
  }
}

void ChannelDesk::flush_receipts(ChannelId id, Channel& channel) {
  if (channel.receipts_reading) return;
  ReceiptBatch batch = std::exchange(channel.receipts, {});
  if (batch.empty() || batch.first() > batch.last()) return;
  if (!channel.authors.of(batch.first())) {
    channel.receipts_reading = true;
    spawn(read_and_flush_receipts(id, std::move(batch)));
    return;
  }
  send_receipts(channel, id, batch, [&channel](std::uint64_t seq) { return channel.authors.of(seq); });
}

Task<void> ChannelDesk::read_and_flush_receipts(ChannelId id, ReceiptBatch batch) {
  const std::uint64_t first = batch.first();
  const HistoryQuery query{HistoryQuery::Direction::kBefore, batch.last() + 1, kReceiptMessages};
  auto page = co_await parts_.log.history(id, query);
  Channel* channel = find(id);
  if (channel == nullptr) co_return;
  channel->receipts_reading = false;
  std::vector<std::pair<std::uint64_t, UserId>> authors;
  if (page) {
    for (const Message& message : *page) {
      if (message.seq >= first) authors.emplace_back(message.seq, message.author);
    }
  }
  const auto author_of = [&authors](std::uint64_t seq) {
    const auto at = std::ranges::find(authors, seq, &std::pair<std::uint64_t, UserId>::first);
    return at == authors.end() ? UserId() : at->second;
  };
  send_receipts(*channel, id, batch, author_of);
  flush_receipts(id, *channel);
}

void ChannelDesk::send_receipts(const Channel& channel, ChannelId id, const ReceiptBatch& batch,
                                const std::function<UserId(std::uint64_t)>& author_of) {
  for (ReceiptBatch::Update& update : batch.updates(id, author_of)) {
    auto delivery = std::make_shared<Delivery>();
    delivery->channel = id;
    delivery->reach = Reach::kUsers;
    delivery->users = std::move(update.authors);
    delivery->text = dispatch_text("RECEIPT_UPDATE", update.d);
    send(channel, std::move(delivery));
  }
}

}  // namespace rookery::gateway
