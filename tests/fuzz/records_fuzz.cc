// What stands on the disk: any bytes are a record, or are none; a record that was read is the same when it is written and read
// again; a key that was read is the key that is made of what was read; a batch gives back what was put into it.
//
// The first byte says which of them the others are.
#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "embedded/batch.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "model/account.h"
#include "model/channel.h"
#include "model/message.h"
#include "model/push_device.h"

namespace {

using namespace rookery;
using namespace rookery::embedded;

template <auto Decode>
void record(std::string_view bytes) {
  const auto value = Decode(bytes);
  if (!value) return;
  const std::string stored = encode(*value);
  const auto again = Decode(stored);
  CHECK(again.has_value() && encode(*again) == stored);
  if constexpr (std::equality_comparable<std::decay_t<decltype(*value)>>) CHECK(*again == *value);
  // Nothing that is cut short is a record.
  for (std::size_t size = 0; size < stored.size(); ++size) CHECK(!Decode(std::string_view(stored).substr(0, size)));
}

void keys(std::string_view key) {
  if (const auto at = parse_message_key(key)) CHECK(message_key(at->channel, at->position) == key);
  if (const auto at = parse_change_key(key)) CHECK(change_key(at->channel, at->position) == key);
  if (const auto at = parse_pin_key(key)) CHECK(pin_key(at->channel, at->position) == key);
  if (const auto offset = parse_log_key(key)) CHECK(log_key(*offset) == key);
  if (const auto name = parse_name_key(key)) CHECK(name_key(*name) == key);
  if (const auto kid = parse_signing_key_key(key)) CHECK(signing_key_key(*kid) == key);
  if (const auto channel = parse_channel_key(key)) CHECK(channel_key(*channel) == key);
  if (const auto both = parse_cursor_key(key)) CHECK(cursor_key(both->first, both->second) == key);
  if (const auto both = parse_login_key(key)) CHECK(login_key(both->first, both->second) == key);
  if (const auto both = parse_device_key(key)) CHECK(device_key(both->first, both->second) == key);
  if (const auto both = parse_block_key(key)) CHECK(block_key(both->first, both->second) == key);
  if (const auto both = parse_member_key(key)) CHECK(member_key(both->first, both->second) == key);
  if (const auto both = parse_mine_key(key)) CHECK(mine_key(both->first, both->second) == key);
  if (const auto both = parse_mention_list_key(key)) CHECK(mention_list_key(both->first, both->second) == key);
  if (const auto one = parse_reaction_key(key)) CHECK(reaction_key(one->channel, one->seq, one->emoji, one->user) == key);
  if (const auto one = parse_mention_key(key)) CHECK(mention_key(one->user, one->channel, one->seq) == key);
}

// A message of any values, not only of those that a decoder can give.
void message(std::string_view bytes) {
  ByteReader in(bytes);
  Message made;
  made.id = MessageId(in.u64());
  made.rev = in.varint();
  made.author = UserId(in.u64());
  made.author_name = in.string();
  made.content = in.string();
  made.nonce = in.string();
  made.edited_at = TimeMs(static_cast<std::int64_t>(in.u64()));
  const std::uint8_t flags = in.u8();
  made.type = (flags & 1) != 0 ? MessageType::kSystem : MessageType::kText;
  made.deleted = (flags & 2) != 0;
  made.pinned = (flags & 4) != 0;
  made.mention_everyone = (flags & 8) != 0;
  if ((flags & 16) != 0) made.reply_to = MessageReference{MessageId(in.u64()), in.varint()};
  if ((flags & 32) != 0) made.system = SystemNote{static_cast<SystemKind>(in.u8() & 3), UserId(in.u64()), std::string(in.string())};
  for (int i = in.u8() & 7; i > 0; --i) made.mentions.push_back(UserId(in.u64()));
  for (int i = in.u8() & 7; i > 0; --i) made.mention_roles.push_back(RoleId(in.u64()));
  for (int i = in.u8() & 7; i > 0; --i) made.reactions.push_back({std::string(in.string()), in.u32()});
  CHECK(decode_message(encode(made)) == made);
}

void batch(std::string_view bytes) {
  ByteReader in(bytes);
  Batch whole;
  Batch half;
  std::vector<std::string> expected;
  while (in.ok() && !in.at_end()) {
    const std::uint8_t kind = in.u8();
    static constexpr std::array<Family, 4> kFamilies = {Family::kHistory, Family::kRecent, Family::kState, Family::kState};
    const Family family = kFamilies[kind >> 2 & 3];  // the log gets its keys elsewhere
    const std::string key = "k" + std::string(in.string());
    const std::string_view value = in.string();
    Batch& batch = expected.size() < 5 ? whole : half;
    const std::string place = std::to_string(static_cast<int>(family)) + " " + key;
    switch (kind & 3) {
      case 0: batch.erase(family, key), expected.push_back("erase " + place); break;
      case 1: batch.log_entry(value), expected.push_back("log " + std::string(value)); break;
      default: batch.put(family, key, value), expected.push_back("put " + place + " = " + std::string(value)); break;
    }
  }
  whole.append(half);
  CHECK(whole.operations() == expected.size() && whole.empty() == expected.empty());
  std::size_t at = 0;
  whole.for_each([&](const Batch::Operation& one) {
    const std::string place = std::to_string(static_cast<int>(one.family)) + " " + std::string(one.key);
    using enum Batch::Operation::Kind;
    const std::string said = one.kind == kErase      ? "erase " + place
                             : one.kind == kLogEntry ? "log " + std::string(one.value)
                                                     : "put " + place + " = " + std::string(one.value);
    CHECK(at < expected.size() && said == expected[at]);
    ++at;
  });
  CHECK(at == expected.size());
}

constexpr std::array<void (*)(std::string_view), 20> kKinds = {
    record<decode_message>,
    record<decode_change>,
    record<decode_roster>,
    record<decode_member>,
    record<static_cast<std::optional<Cursor> (*)(std::string_view)>(decode_cursor)>,
    record<decode_account>,
    record<decode_login>,
    record<decode_refresh_family>,
    record<decode_key_record>,
    record<decode_user_settings>,
    record<decode_channel_settings>,
    record<decode_push_device>,
    record<decode_log_entry>,
    record<decode_nonce_record>,
    record<decode_mention_value>,
    record<decode_mention_place>,
    keys,
    message,
    batch,
    keys};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  kKinds[data[0] % kKinds.size()]({static_cast<const char*>(static_cast<const void*>(data)) + 1, size - 1});
  return 0;
}
