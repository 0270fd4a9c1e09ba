#include "model/message.h"

#include "base/bytes.h"

namespace rookery {
namespace {

constexpr std::uint8_t kMessageVersion = 1;
constexpr std::uint8_t kChangeVersion = 1;

enum MessageFlag : std::uint8_t { kDeleted = 1, kPinned = 2, kEveryone = 4, kHasReply = 8, kHasSystem = 16, kIsSystem = 32 };

template <class AnyId>
void write_ids(ByteWriter& out, const std::vector<AnyId>& ids) {
  out.varint(ids.size());
  for (const AnyId id : ids) out.u64(id.value);
}

template <class AnyId>
void read_ids(ByteReader& in, std::vector<AnyId>& ids) {
  const std::uint64_t count = in.varint();
  if (count > in.rest().size() / 8) {
    in.bytes(in.rest().size() + 1);  // a count that the record cannot hold: not a record
    return;
  }
  ids.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) ids.push_back(AnyId(in.u64()));
}

}  // namespace

std::string encode(const Message& message) {
  std::string bytes;
  bytes.reserve(96 + message.content.size() + message.nonce.size());
  ByteWriter out(bytes);
  out.u8(kMessageVersion);
  out.u8(static_cast<std::uint8_t>((message.deleted ? kDeleted : 0) | (message.pinned ? kPinned : 0) |
                                   (message.mention_everyone ? kEveryone : 0) | (message.reply_to ? kHasReply : 0) |
                                   (message.system ? kHasSystem : 0) | (message.type == MessageType::kSystem ? kIsSystem : 0)));
  out.u64(message.id.value)
      .varint(message.rev)
      .u64(message.author.value)
      .string(message.author_name)
      .string(message.content)
      .string(message.nonce);
  out.varint(static_cast<std::uint64_t>(message.edited_at.unix_ms));
  if (message.reply_to) out.u64(message.reply_to->id.value).varint(message.reply_to->seq);
  if (message.system) out.u8(static_cast<std::uint8_t>(message.system->kind)).u64(message.system->user.value).string(message.system->name);
  write_ids(out, message.mentions);
  write_ids(out, message.mention_roles);
  out.varint(message.reactions.size());
  for (const ReactionCount& reaction : message.reactions) out.string(reaction.emoji).varint(reaction.count);
  return bytes;
}

std::optional<Message> decode_message(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kMessageVersion) return std::nullopt;
  const std::uint8_t flags = in.u8();
  Message message;
  message.deleted = (flags & kDeleted) != 0;
  message.pinned = (flags & kPinned) != 0;
  message.mention_everyone = (flags & kEveryone) != 0;
  message.type = (flags & kIsSystem) != 0 ? MessageType::kSystem : MessageType::kText;
  message.id = MessageId(in.u64());
  message.rev = in.varint();
  message.author = UserId(in.u64());
  message.author_name = in.string();
  message.content = in.string();
  message.nonce = in.string();
  message.edited_at = TimeMs(static_cast<std::int64_t>(in.varint()));
  if ((flags & kHasReply) != 0) {
    MessageReference reference;
    reference.id = MessageId(in.u64());
    reference.seq = in.varint();
    message.reply_to = reference;
  }
  if ((flags & kHasSystem) != 0) {
    SystemNote note;
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(SystemKind::kRename)) return std::nullopt;
    note.kind = static_cast<SystemKind>(kind);
    note.user = UserId(in.u64());
    note.name = in.string();
    message.system = std::move(note);
  }
  read_ids(in, message.mentions);
  read_ids(in, message.mention_roles);
  const std::uint64_t reactions = in.varint();
  for (std::uint64_t i = 0; i < reactions && in.ok(); ++i) {
    ReactionCount reaction;
    reaction.emoji = in.string();
    reaction.count = static_cast<std::uint32_t>(in.varint());
    message.reactions.push_back(std::move(reaction));
  }
  if (!in.at_end()) return std::nullopt;
  return message;
}

std::string encode(const Change& change) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kChangeVersion).u8(static_cast<std::uint8_t>(change.kind)).varint(change.seq).u64(change.actor.value).u64(change.user.value);
  out.string(change.emoji).varint(static_cast<std::uint64_t>(change.time.unix_ms));
  return bytes;
}

std::optional<Change> decode_change(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kChangeVersion) return std::nullopt;
  const std::uint8_t kind = in.u8();
  if (kind < static_cast<std::uint8_t>(ChangeKind::kEdit) || kind > static_cast<std::uint8_t>(ChangeKind::kMemberRemove))
    return std::nullopt;
  Change change;
  change.kind = static_cast<ChangeKind>(kind);
  change.seq = in.varint();
  change.actor = UserId(in.u64());
  change.user = UserId(in.u64());
  change.emoji = in.string();
  change.time = TimeMs(static_cast<std::int64_t>(in.varint()));
  if (!in.at_end()) return std::nullopt;
  return change;
}

}  // namespace rookery
