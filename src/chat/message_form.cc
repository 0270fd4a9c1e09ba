#include "chat/message_form.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "chat/mentions.h"

namespace rookery::chat {
namespace {

// White space by Unicode's property; `text` is valid UTF-8.
bool is_blank(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (!u_isUWhiteSpace(c)) return false;
  }
  return true;
}

std::string read_content(JsonFields& fields, const Limits& limits) {
  const auto content = fields.required_string("content", {0, limits.content});
  if (content && is_blank(*content)) fields.fault("content", "must not be empty");
  return std::string(content.value_or(""));
}

AllowedMentions read_allowed(JsonFields& fields) {
  if (const auto allowed = fields.object("allowed_mentions")) return read_allowed_mentions(*allowed);
  return {};
}

// Of everything that makes a repeat the same message.
std::uint64_t hash_of(const SendMessage& send, const AllowedMentions& allowed) {
  std::string bytes;
  ByteWriter out(bytes);
  out.string(send.content).u64(send.reply_to.value);
  out.u8(static_cast<std::uint8_t>(allowed.parse_users | allowed.parse_roles << 1 | allowed.parse_everyone << 2));
  out.varint(allowed.users.size());
  for (const UserId user : allowed.users) out.u64(user.value);
  out.varint(allowed.roles.size());
  for (const RoleId role : allowed.roles) out.u64(role.value);
  return stable_hash(bytes);
}

// The nonce of the body and that of the header are one thing said twice.
std::string read_nonce(JsonFields& fields, std::optional<std::string_view> key, FieldErrors& errors, const Limits& limits) {
  const TextLength length{1, limits.nonce};
  const auto nonce = fields.string("nonce", length);
  if (!key) return std::string(nonce.value_or(""));
  if (const auto fault = text_fault(*key, length)) errors.add("Idempotency-Key", *fault);
  if (nonce && *nonce != *key) errors.add("nonce", "differs from the header Idempotency-Key");
  return std::string(*key);
}

}  // namespace

Result<SendMessage> read_send(JsonValue body, std::optional<std::string_view> idempotency_key, const Limits& limits) {
  FieldErrors errors;
  JsonFields fields(body, errors);
  SendMessage send;
  send.content = read_content(fields, limits);
  send.nonce = read_nonce(fields, idempotency_key, errors, limits);
  send.reply_to = fields.id<MessageId>("reply_to").value_or(MessageId());
  if (const auto attachments = fields.array("attachments")) {
    attachments->each_element([&errors](std::size_t index, JsonValue) {
      errors.add("attachments." + std::to_string(index), "is no attachment of yours");
      return false;
    });
  }
  const AllowedMentions allowed = read_allowed(fields);
  if (const Status form = errors.status(); !form) return fail(form.error());
  send.mentions = find_mentions(send.content, allowed);
  send.body_hash = hash_of(send, allowed);
  return send;
}

Result<EditMessage> read_edit(JsonValue body, const Limits& limits) {
  FieldErrors errors;
  JsonFields fields(body, errors);
  EditMessage edit;
  edit.content = read_content(fields, limits);
  const AllowedMentions allowed = read_allowed(fields);
  if (const Status form = errors.status(); !form) return fail(form.error());
  edit.mentions = find_mentions(edit.content, allowed);
  return edit;
}

}  // namespace rookery::chat
