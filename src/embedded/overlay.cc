#include "embedded/overlay.h"

namespace rookery::embedded {

void Overlay::add(const fold::Decision& decision) {
  const auto set = [](auto& map, auto key, auto value) {
    auto& pending = map[std::move(key)];
    pending.value = std::move(value);
    ++pending.writers;
  };
  for (const fold::Row& any : decision.rows) {
    if (const auto* message = std::get_if<fold::PutMessage>(&any)) {
      set(messages_, message->message->seq, message->message);
    } else if (const auto* nonce = std::get_if<fold::PutNonce>(&any)) {
      set(nonces_, std::pair(nonce->author, nonce->nonce), nonce->record);
    } else if (const auto* put = std::get_if<fold::PutReaction>(&any)) {
      set(reactions_, std::tuple(put->seq, put->emoji, put->user), true);
    } else if (const auto* erased = std::get_if<fold::EraseReaction>(&any)) {
      set(reactions_, std::tuple(erased->seq, erased->emoji, erased->user), false);
    }
  }
}

void Overlay::remove(const fold::Decision& decision) {
  for (const fold::Row& any : decision.rows) {
    if (const auto* message = std::get_if<fold::PutMessage>(&any)) {
      drop(messages_, message->message->seq);
    } else if (const auto* nonce = std::get_if<fold::PutNonce>(&any)) {
      drop(nonces_, std::pair(nonce->author, nonce->nonce));
    } else if (const auto* put = std::get_if<fold::PutReaction>(&any)) {
      drop(reactions_, std::tuple(put->seq, put->emoji, put->user));
    } else if (const auto* erased = std::get_if<fold::EraseReaction>(&any)) {
      drop(reactions_, std::tuple(erased->seq, erased->emoji, erased->user));
    }
  }
}

std::shared_ptr<const Message> Overlay::message_at(std::uint64_t seq) const {
  const auto at = messages_.find(seq);
  return at == messages_.end() ? nullptr : at->second.value;
}

std::shared_ptr<const Message> Overlay::message(MessageId id) const {
  for (const auto& [seq, pending] : messages_) {
    if (pending.value->id == id) return pending.value;
  }
  return nullptr;
}

std::optional<fold::NonceRecord> Overlay::nonce(UserId author, const std::string& nonce) const {
  const auto at = nonces_.find({author, nonce});
  return at == nonces_.end() ? std::nullopt : std::optional(at->second.value);
}

std::optional<bool> Overlay::reaction(std::uint64_t seq, const std::string& emoji, UserId user) const {
  const auto at = reactions_.find({seq, emoji, user});
  return at == reactions_.end() ? std::nullopt : std::optional(at->second.value);
}

}  // namespace rookery::embedded
