#include "embedded/amend.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "embedded/database_store.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "model/channel.h"
#include "model/message.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kBatchBytes = 1ull << 20;
constexpr std::size_t kReactionsMax = 1'000'000;  // of one message
const std::string kPresent(1, '\1');              // as row_codec.cc writes rows that say all in their key

class Amender {
 public:
  Amender(Store& store, const Survey& rows) : store_(store), rows_(rows) {}

  Result<std::vector<std::string>> run() {
    for (const Gap& gap : rows_.messages_missing) fill_messages(gap);
    for (const Gap& gap : rows_.changes_missing) fill_changes(gap);
    flush();
    each(Family::kHistory, [this](std::string_view key, std::string_view value) {
      if (key.front() == static_cast<char>(Table::kChange)) apply_deletion(key, value);
    });
    flush();
    each(Family::kHistory, [this](std::string_view key, std::string_view value) {
      if (key.front() == static_cast<char>(Table::kMessage)) agree_message(key, value);
    });
    each(Family::kRecent, [this](std::string_view key, std::string_view value) { agree_nonce(key, value); });
    each(Family::kState, [this](std::string_view key, std::string_view value) { agree_state(key, value); });
    raise_authors();
    flush();
    if (failed_) return fail(*failed_);
    std::vector<std::string> told;
    for (const auto& [what, count] : done_) told.push_back(fmt::format("{}: {}", what, count));
    return told;
  }

 private:
  void each(Family family, const std::function<void(std::string_view, std::string_view)>& visit) {
    for (const std::string& sentence : for_each_readable(store_, family, visit)) failed_ = Error(ErrorCode::kInternal, sentence);
  }
  void put(Family family, const std::string& key, std::string_view value) {
    if (!batch_.Put(store_.family(family), key, slice(value)).ok() || batch_.GetDataSize() > kBatchBytes) flush();
  }
  void erase(Family family, std::string_view key) {
    if (!batch_.Delete(store_.family(family), slice(key)).ok() || batch_.GetDataSize() > kBatchBytes) flush();
  }
  void flush() {
    const rocksdb::Status written = store_.db().Write({}, &batch_);
    if (!written.ok()) failed_ = error_of(written);
    batch_.Clear();
  }
  bool there(const std::string& key) {
    const auto row = *store_.get(Family::kState, key, Store::Tier::kDisk);
    return row && row->has_value();
  }
  std::optional<Message> stored(ChannelId channel, std::uint64_t seq) {
    const auto row = *store_.get(Family::kHistory, message_key(channel, seq), Store::Tier::kDisk);
    return row && *row ? decode_message(**row) : std::nullopt;
  }
  std::uint64_t head(ChannelId channel) const {
    const auto known = rows_.heads.find(channel);
    return known == rows_.heads.end() ? 0 : known->second.last_seq;
  }

  // What is missing behind the last message is gone, and its place free; between messages a place stays taken.
  void fill_messages(const Gap& gap) {
    if (gap.first > head(gap.channel)) return;
    const auto above = stored(gap.channel, gap.last + 1);
    if (!above) return;
    const auto below = gap.first == 1 ? std::nullopt : stored(gap.channel, gap.first - 1);
    // As many ids as there are places lie between: the lost ones had them.
    std::uint64_t id = below ? below->id.value : above->id.value - (gap.last - gap.first + 2);
    for (std::uint64_t seq = gap.first; seq <= gap.last; ++seq) {
      Message grave;
      grave.id = MessageId(++id);
      grave.deleted = true;
      put(Family::kHistory, message_key(gap.channel, seq), encode(grave));
      ++done_["lost messages whose place a deleted one takes"];
    }
  }
  void fill_changes(const Gap& gap) {
    for (std::uint64_t rev = gap.first; rev <= gap.last; ++rev) {
      const Change change{.rev = rev, .kind = ChangeKind::kChannelUpdate, .time = gap.before};
      put(Family::kHistory, change_key(gap.channel, rev), encode(change));
      ++done_["lost changes whose place is filled"];
    }
  }
  void apply_deletion(std::string_view key, std::string_view value) {
    const auto place = parse_change_key(key);
    const auto change = decode_change(value);
    if (!place || !change) return erase(Family::kHistory, key);
    if (change->kind != ChangeKind::kDelete) return;
    auto target = stored(place->channel, change->seq);
    if (!target || target->deleted) return;
    bury(*target);
    put(Family::kHistory, message_key(place->channel, change->seq), encode(*target));
    ++done_["messages deleted again"];
  }
  static void bury(Message& message) {
    message.content.clear();
    message.deleted = true;
    message.pinned = false;
    message.mention_everyone = false;
    message.mentions.clear();
    message.mention_roles.clear();
    message.reactions.clear();
  }

  void agree_message(std::string_view key, std::string_view value) {
    const auto place = parse_message_key(key);
    auto message = decode_message(value);
    if (!place || !message) return;
    const Message before = *message;
    if (message->deleted) bury(*message);
    for (ReactionCount& reaction : message->reactions) {
      std::uint32_t count = 0;
      const ScanRange all = ScanRange::of_prefix(reaction_prefix(place->channel, place->position, reaction.emoji), kReactionsMax);
      (void)*store_.scan(Family::kState, all, Store::Tier::kDisk, [&count](std::string_view, std::string_view) { ++count; });
      reaction.count = count;
    }
    std::erase_if(message->reactions, [](const ReactionCount& reaction) { return reaction.count == 0; });
    if (message->pinned) put(Family::kState, pin_key(place->channel, place->position), kPresent);
    if (message->author) {
      auto& last = written_[{message->author, place->channel}];
      last = std::max(last, place->position);
    }
    if (*message == before) return;
    put(Family::kHistory, std::string(key), encode(*message));
    ++done_["messages whose reactions were counted anew"];
  }
  void agree_nonce(std::string_view key, std::string_view value) {
    const auto place = parse_recent_key(key);
    const auto record = decode_nonce_record(value);
    const auto target = place && record ? stored(place->channel, record->seq) : std::nullopt;
    if (target && target->author == place->author && target->nonce == place->nonce) return;
    erase(Family::kRecent, key);
    ++done_["nonces of lost messages forgotten"];
  }

  void agree_state(std::string_view key, std::string_view value) {
    bool stays = true;
    switch (static_cast<Table>(key.front())) {
      case Table::kCursor: return clip_cursor(key, value);
      case Table::kMember: return agree_member(key, value);
      case Table::kMine: {
        const auto who = parse_mine_key(key);
        stays = who && there(member_key(who->second, who->first));
        break;
      }
      case Table::kReaction: {
        const auto row = parse_reaction_key(key);
        const auto target = row ? stored(row->channel, row->seq) : std::nullopt;
        stays = target && std::ranges::find(target->reactions, row->emoji, &ReactionCount::emoji) != target->reactions.end();
        break;
      }
      case Table::kPin: {
        const auto row = parse_pin_key(key);
        const auto target = row ? stored(row->channel, row->position) : std::nullopt;
        stays = target && target->pinned;
        break;
      }
      case Table::kMention: {
        const auto row = parse_mention_key(key);
        const auto target = row ? stored(row->channel, row->seq) : std::nullopt;
        stays = target && !target->deleted;
        break;
      }
      default: break;
    }
    if (stays) return;
    erase(Family::kState, key);
    ++done_["rows of lost messages and memberships dropped"];
  }
  void agree_member(std::string_view key, std::string_view value) {
    const auto who = parse_member_key(key);
    const auto member = decode_member(value);
    if (!who || !member || !there(channel_key(who->first))) {
      erase(Family::kState, key);
      ++done_["members of lost channels dropped"];
      if (who) erase(Family::kState, mine_key(who->second, who->first));
      return;
    }
    if (!member->visible || there(mine_key(who->second, who->first))) return;
    put(Family::kState, mine_key(who->second, who->first), kPresent);
    ++done_["memberships listed again"];
  }
  void clip_cursor(std::string_view key, std::string_view value) {
    const auto whose = parse_cursor_key(key);
    auto cursor = decode_cursor(value);
    if (!whose || !cursor) return erase(Family::kState, key);
    const Cursor before = *cursor;
    const std::uint64_t last = head(whose->second);
    cursor->read_seq = std::min(cursor->read_seq, last);
    cursor->delivered_seq = std::clamp(cursor->delivered_seq, cursor->read_seq, last);
    cursor->public_read_seq = std::min(cursor->public_read_seq, cursor->read_seq);
    const auto written = written_.find(*whose);
    if (written != written_.end() && there(member_key(whose->second, whose->first))) raise(*cursor, written->second);
    if (written != written_.end()) written_.erase(written);
    if (*cursor == before) return;
    put(Family::kState, std::string(key), encode(*cursor));
    ++done_["cursors moved to what is there"];
  }
  // Who wrote a message has read it (rocks_channel_log.cc keeps that in the log, which is not saved).
  static void raise(Cursor& cursor, std::uint64_t seq) {
    cursor.read_seq = std::max(cursor.read_seq, seq);
    cursor.delivered_seq = std::max(cursor.delivered_seq, seq);
  }
  void raise_authors() {
    for (const auto& [whose, seq] : written_) {
      if (!there(member_key(whose.second, whose.first))) continue;
      Cursor cursor;
      raise(cursor, seq);
      cursor.public_read_seq = seq;
      put(Family::kState, cursor_key(whose.first, whose.second), encode(cursor));
    }
  }

  Store& store_;
  const Survey& rows_;
  rocksdb::WriteBatch batch_;
  std::optional<Error> failed_;
  std::map<std::string, std::uint64_t> done_;
  std::map<std::pair<UserId, ChannelId>, std::uint64_t> written_;  // whose last message of a channel
};

}  // namespace

Result<std::vector<std::string>> amend(Store& store, const Survey& rows) { return Amender(store, rows).run(); }

}  // namespace rookery::embedded
