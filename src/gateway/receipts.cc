#include "gateway/receipts.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/json_writer.h"

namespace rookery::gateway {

void RecentAuthors::push(std::uint64_t seq, UserId author) {
  if (seq != last_ + 1) authors_.clear();
  last_ = seq;
  if (authors_.size() < kKept) {
    authors_.push_back(author);
    // Full: from now on a seq's place is its remainder.
    if (authors_.size() == kKept) std::ranges::rotate(authors_, authors_.end() - static_cast<std::ptrdiff_t>((seq + 1) % kKept));
    return;
  }
  authors_[seq % kKept] = author;
}

UserId RecentAuthors::of(std::uint64_t seq) const noexcept {
  if (seq == 0 || seq > last_ || last_ - seq >= authors_.size()) return {};
  if (authors_.size() == kKept) return authors_[seq % kKept];
  return authors_[authors_.size() - 1 - (last_ - seq)];
}

void ReceiptBatch::add(UserId user, const Cursor& before, const Cursor& now) {
  for (Move& move : moves_) {
    if (move.user != user) continue;
    move.now = now;
    return;
  }
  moves_.push_back(Move{user, before, now});
}

std::uint64_t ReceiptBatch::lowest(const Move& move) {
  if (move.now.read_seq > move.before.read_seq) return std::min(move.before.read_seq, move.before.delivered_seq) + 1;
  return move.before.delivered_seq + 1;
}

void ReceiptBatch::each_covered(const Move& move, const std::function<void(std::uint64_t)>& visit) {
  std::uint64_t left = kReceiptMessages;
  const std::uint64_t low = lowest(move);
  for (std::uint64_t seq = std::max(move.now.read_seq, move.now.delivered_seq); seq >= low && left > 0; --seq) {
    const bool delivered = seq > move.before.delivered_seq && seq <= move.now.delivered_seq;
    const bool read = seq > move.before.read_seq && seq <= move.now.read_seq;
    if (!delivered && !read) continue;
    --left;
    visit(seq);
  }
}

std::uint64_t ReceiptBatch::first() const {
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  for (const Move& move : moves_) each_covered(move, [&first](std::uint64_t seq) { first = std::min(first, seq); });
  return first;
}

std::uint64_t ReceiptBatch::last() const {
  std::uint64_t last = 0;
  for (const Move& move : moves_) last = std::max({last, move.now.read_seq, move.now.delivered_seq});
  return last;
}

std::vector<ReceiptBatch::Update> ReceiptBatch::updates(ChannelId channel, const std::function<UserId(std::uint64_t)>& author_of) const {
  std::map<UserId, std::vector<std::size_t>> heard;  // author → moves, ascending
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    each_covered(moves_[i], [&](std::uint64_t seq) {
      const UserId author = author_of(seq);
      if (!author || author == moves_[i].user) return;
      auto& list = heard[author];
      if (list.empty() || list.back() != i) list.push_back(i);
    });
  }
  std::map<std::vector<std::size_t>, std::vector<UserId>> alike;  // who hears the same gets the same text
  for (auto& [author, list] : heard) alike[std::move(list)].push_back(author);

  std::vector<Update> updates;
  for (auto& [list, authors] : alike) {
    Update update;
    update.authors = std::move(authors);
    JsonWriter json(update.d);
    json.begin_object().key("channel_id").id(channel.value).key("receipts").begin_array();
    for (const std::size_t i : list) {
      json.begin_object();
      json.key("user_id").id(moves_[i].user.value);
      json.key("delivered_seq").number(moves_[i].now.delivered_seq);
      json.key("read_seq").number(moves_[i].now.read_seq);
      json.end_object();
    }
    json.end_array().end_object();
    updates.push_back(std::move(update));
  }
  return updates;
}

}  // namespace rookery::gateway
