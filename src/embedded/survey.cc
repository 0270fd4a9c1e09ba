#include "embedded/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "embedded/database_store.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "model/channel.h"
#include "model/message.h"

namespace rookery::embedded {
namespace {

constexpr std::array<std::string_view, kFamilies> kFamilyNames = {"history", "log", "recent", "state"};

// Where to go on behind a block that cannot be read: keys are taken as numbers of so many bytes.
constexpr std::size_t kProbeBytes = 24;
constexpr int kProbeBits = 8 * static_cast<int>(kProbeBytes);

// key + 2^bit; none: there is no such number.
std::optional<std::string> plus_power(std::string key, int bit) {
  int at = static_cast<int>(kProbeBytes) - 1 - bit / 8;
  unsigned carry = 1u << (bit % 8);
  for (; carry != 0 && at >= 0; --at) {
    const unsigned sum = static_cast<std::uint8_t>(key[static_cast<std::size_t>(at)]) + carry;
    key[static_cast<std::size_t>(at)] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  if (carry != 0) return std::nullopt;
  return key;
}

// Moves to the first row behind the damage that can be read; false: there is none.
bool pass_damage(rocksdb::Iterator& row, std::string_view last_key) {
  const auto readable_from = [&row](const std::string& key) {
    row.Seek(key);
    return row.status().ok();
  };
  std::string before(last_key.substr(0, kProbeBytes));
  before.resize(kProbeBytes, '\0');
  int bit = 0;
  std::optional<std::string> behind;
  for (;; ++bit) {
    if (bit == kProbeBits || !(behind = plus_power(before, bit))) return false;
    if (readable_from(*behind)) break;
  }
  for (--bit; bit >= 0; --bit) {
    std::optional<std::string> nearer = plus_power(before, bit);
    if (!nearer || *nearer >= *behind) continue;
    if (readable_from(*nearer)) {
      behind = std::move(nearer);
    } else {
      before = *std::move(nearer);
    }
  }
  row.Seek(*behind);
  return row.Valid();
}

class Surveyor {
 public:
  explicit Surveyor(Store& store) : store_(store) {}

  Survey run() {
    read(Family::kHistory, [this](std::string_view key, std::string_view value) {
      if (key.front() == static_cast<char>(Table::kMessage)) {
        message(key, value);
      } else {
        change(key, value);
      }
    });
    end_of_messages();
    end_of_changes();
    read(Family::kLog, [this](std::string_view key, std::string_view value) { log_row(key, value); });
    for (const auto& [channel, seq] : logged_) {
      const ChannelHead& head = out_.heads[channel];
      if (seq > head.last_seq)
        out_.messages_missing.push_back({channel, head.last_seq + 1, seq, time_of(channel, head.last_seq), TimeMs()});
    }
    read(Family::kRecent, [this](std::string_view key, std::string_view value) { nonce(key, value); });
    read(Family::kState, [this](std::string_view key, std::string_view value) { state(key, value); });
    return std::move(out_);
  }

 private:
  template <class Each>
  void read(Family family, Each&& each) {
    for (std::string& sentence : for_each_readable(store_, family, each)) out_.unreadable.push_back(std::move(sentence));
  }
  void contradiction(std::string sentence) {
    if (out_.contradictions.size() < kContradictionsTold) out_.contradictions.push_back(std::move(sentence));
    ++out_.contradictions_total;
  }
  std::optional<std::string> get(Family family, const std::string& key) {
    const auto row = *store_.get(family, key, Store::Tier::kDisk);
    return row ? *row : std::nullopt;  // what cannot be read was told by for_each_readable
  }
  std::optional<Message> stored(ChannelId channel, std::uint64_t seq) {
    const auto bytes = get(Family::kHistory, message_key(channel, seq));
    return bytes ? decode_message(*bytes) : std::nullopt;
  }
  TimeMs time_of(ChannelId channel, std::uint64_t seq) {
    const auto known = seq == 0 ? std::nullopt : stored(channel, seq);
    return known ? snowflake_time(known->id.value) : TimeMs();
  }

  void message(std::string_view key, std::string_view value) {
    const auto place = parse_message_key(key);
    const auto row = decode_message(value);
    if (!place || !row) return contradiction("a message cannot be decoded");
    const auto& [channel, seq] = *place;
    if (channel != messages_of_) {
      end_of_messages();
      messages_of_ = channel;
      out_.heads[channel].last_seq = seq;
    } else {
      if (seq + 1 < seq_)
        out_.messages_missing.push_back({channel, seq + 1, seq_ - 1, snowflake_time(row->id.value), snowflake_time(id_.value)});
      if (row->id >= id_) contradiction(fmt::format("channel {}: the id of message {} is not below the next one's", channel.value, seq));
    }
    seq_ = seq;
    id_ = row->id;
    ++out_.messages;
    ChannelHead& head = out_.heads[channel];
    ++head.messages;
    highest_rev_[channel] = std::max(highest_rev_[channel], row->rev);
    if (row->deleted && !row->content.empty())
      contradiction(fmt::format("channel {}: message {} is deleted and has content", channel.value, seq));
    if (row->pinned && !get(Family::kState, pin_key(channel, seq))) {
      contradiction(fmt::format("channel {}: message {} is pinned and not among the pins", channel.value, seq));
    }
    for (const ReactionCount& reaction : row->reactions) {
      std::size_t counted = 0;
      const ScanRange all = ScanRange::of_prefix(reaction_prefix(channel, seq, reaction.emoji), 1'000'000);
      (void)*store_.scan(Family::kState, all, Store::Tier::kDisk, [&counted](std::string_view, std::string_view) { ++counted; });
      if (counted != reaction.count) {
        contradiction(
            fmt::format("channel {}: message {} counts {} reactions of a kind and has {}", channel.value, seq, reaction.count, counted));
      }
    }
  }
  void end_of_messages() {
    if (messages_of_ && seq_ > 1) out_.messages_missing.push_back({messages_of_, 1, seq_ - 1, TimeMs(), snowflake_time(id_.value)});
    messages_of_ = ChannelId();
  }

  void change(std::string_view key, std::string_view value) {
    const auto place = parse_change_key(key);
    const auto row = decode_change(value);
    if (!place || !row) return contradiction("a change cannot be decoded");
    const auto& [channel, rev] = *place;
    if (channel != changes_of_) {
      changes_of_ = channel;
      rev_ = 0;
      changed_ = TimeMs();
    }
    if (rev != rev_ + 1) out_.changes_missing.push_back({channel, rev_ + 1, rev - 1, changed_, row->time});
    rev_ = rev;
    changed_ = row->time;
    ++out_.changes;
    ChannelHead& head = out_.heads[channel];
    ++head.changes;
    head.last_rev = rev;
    if (row->seq > head.last_seq)
      contradiction(fmt::format("channel {}: change {} is of message {}, which is not there", channel.value, rev, row->seq));
    if (row->kind == ChangeKind::kDelete) {
      const auto target = stored(channel, row->seq);
      if (target && !target->deleted)
        contradiction(fmt::format("channel {}: message {} was deleted and is there", channel.value, row->seq));
    }
  }
  void end_of_changes() {
    for (const auto& [channel, rev] : highest_rev_) {
      const std::uint64_t last = out_.heads[channel].last_rev;
      if (rev > last) out_.changes_missing.push_back({channel, last + 1, rev, TimeMs(), TimeMs()});
    }
  }

  void log_row(std::string_view key, std::string_view value) {
    const std::uint64_t offset = parse_log_key(key).value_or(0);
    const auto entry = decode_log_entry(value);
    if (!entry) return contradiction(fmt::format("row {} of the log cannot be decoded", offset));
    if (offset_ != 0 && offset != offset_ + 1)
      contradiction(fmt::format("the log has a hole: rows {} to {} are missing", offset_ + 1, offset - 1));
    offset_ = offset;
    if (entry->kind == EventKind::kMessageCreate) logged_[entry->channel] = std::max(logged_[entry->channel], entry->number);
  }

  void nonce(std::string_view key, std::string_view value) {
    const auto place = parse_recent_key(key);
    const auto record = decode_nonce_record(value);
    if (!place || !record) return contradiction("a nonce cannot be decoded");
    const auto target = stored(place->channel, record->seq);
    if (!target || target->author != place->author || target->nonce != place->nonce) {
      contradiction(
          fmt::format("channel {}: a nonce stands for message {}, which is not there or another", place->channel.value, record->seq));
    }
  }

  void state(std::string_view key, std::string_view value) {
    switch (static_cast<Table>(key.front())) {
      case Table::kUser: ++out_.users; break;
      case Table::kChannel: channel_row(key, value); break;
      case Table::kMember: member(key, value); break;
      case Table::kMine: mine(key); break;
      case Table::kCursor: cursor(key, value); break;
      case Table::kReaction: reaction(key); break;
      case Table::kPin: pin(key); break;
      case Table::kMention: mention(key); break;
      default: break;
    }
  }
  void channel_row(std::string_view key, std::string_view value) {
    if (!parse_channel_key(key) || !decode_roster(value)) return contradiction("a channel cannot be decoded");
    ++out_.channels;
  }
  void member(std::string_view key, std::string_view value) {
    const auto who = parse_member_key(key);
    const auto row = decode_member(value);
    if (!who || !row) return contradiction("a member cannot be decoded");
    const auto& [channel, user] = *who;
    if (!get(Family::kState, channel_key(channel))) contradiction(fmt::format("channel {} has a member and is not there", channel.value));
    if (row->visible && !get(Family::kState, mine_key(user, channel))) {
      contradiction(fmt::format("channel {}: user {} is a member and does not list it", channel.value, user.value));
    }
  }
  void mine(std::string_view key) {
    const auto who = parse_mine_key(key);
    if (!who) return contradiction("a membership cannot be decoded");
    const auto& [user, channel] = *who;
    if (!get(Family::kState, member_key(channel, user))) {
      contradiction(fmt::format("channel {}: user {} lists it and is no member", channel.value, user.value));
    }
  }
  void cursor(std::string_view key, std::string_view value) {
    const auto whose = parse_cursor_key(key);
    const auto row = decode_cursor(value);
    if (!whose || !row) return contradiction("a cursor cannot be decoded");
    const std::uint64_t head = out_.heads[whose->second].last_seq;
    if (row->read_seq > row->delivered_seq || row->delivered_seq > head || row->public_read_seq > row->read_seq) {
      contradiction(fmt::format("channel {}: user {} has read {} and was delivered {} of {}", whose->second.value, whose->first.value,
                                row->read_seq, row->delivered_seq, head));
    }
  }
  void reaction(std::string_view key) {
    const auto row = parse_reaction_key(key);
    const auto target = row ? stored(row->channel, row->seq) : std::nullopt;
    if (!target || std::ranges::find(target->reactions, row->emoji, &ReactionCount::emoji) == target->reactions.end()) {
      contradiction("a reaction is to a message that is not there, or does not count it");
    }
  }
  void pin(std::string_view key) {
    const auto row = parse_pin_key(key);
    const auto target = row ? stored(row->channel, row->position) : std::nullopt;
    if (!target || !target->pinned) contradiction("a pin is of a message that is not there, or not pinned");
  }
  void mention(std::string_view key) {
    const auto row = parse_mention_key(key);
    const auto target = row ? stored(row->channel, row->seq) : std::nullopt;
    if (!target || target->deleted) contradiction("a mention is in a message that is not there, or deleted");
  }

  Store& store_;
  Survey out_;
  ChannelId messages_of_;
  std::uint64_t seq_ = 0;
  MessageId id_;
  ChannelId changes_of_;
  std::uint64_t rev_ = 0;
  TimeMs changed_;
  std::uint64_t offset_ = 0;
  std::map<ChannelId, std::uint64_t> highest_rev_;  // of a message
  std::map<ChannelId, std::uint64_t> logged_;       // seq, by the log
};

}  // namespace

std::vector<std::string> for_each_readable(Store& store, Family family,
                                           const std::function<void(std::string_view, std::string_view)>& each) {
  std::vector<std::string> unreadable;
  rocksdb::ReadOptions how;
  how.total_order_seek = true;
  how.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> row(store.db().NewIterator(how, store.family(family)));
  std::string last;
  row->SeekToFirst();
  for (;;) {
    for (; row->Valid(); row->Next()) {
      last.assign(row->key().data(), row->key().size());
      each(last, view(row->value()));
    }
    if (row->status().ok()) return unreadable;
    unreadable.push_back(fmt::format("{}: {}", kFamilyNames[static_cast<std::size_t>(family)], row->status().ToString()));
    if (!pass_damage(*row, last)) return unreadable;
  }
}

Survey survey(Store& store) { return Surveyor(store).run(); }

}  // namespace rookery::embedded
