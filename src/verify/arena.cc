#include "verify/arena.h"

#include <algorithm>
#include <utility>

namespace rookery::verify {

void Room::add(Handle handle) {
  const std::lock_guard lock(mutex_);
  last_seq_ = std::max(last_seq_, handle.seq);
  handles_.push_back(handle);
  if (handles_.size() > kHandlesMax) handles_.pop_front();
}

std::optional<Handle> Room::any(Random& random) {
  const std::lock_guard lock(mutex_);
  if (handles_.empty()) return std::nullopt;
  return handles_[random.below(handles_.size())];
}

std::optional<Handle> Room::take_of(std::uint64_t author) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(handles_.rbegin(), handles_.rend(), author, &Handle::author);
  if (at == handles_.rend()) return std::nullopt;
  const Handle handle = *at;
  handles_.erase(std::next(at).base());
  return handle;
}

std::uint64_t Room::last_seq() {
  const std::lock_guard lock(mutex_);
  return last_seq_;
}

std::vector<std::uint64_t> Arena::some_users(std::size_t most) const {
  std::vector<std::uint64_t> users;
  for (const Account& guest : guests) users.push_back(guest.login.user);
  for (const Account& account : accounts) users.push_back(account.login.user);
  users.resize(std::min(users.size(), most));
  return users;
}

void Arena::give_back(Draft draft) {
  const std::lock_guard lock(mutex_);
  drafts_.push_back(std::move(draft));
}

std::optional<Draft> Arena::take_draft(std::uint64_t author) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(drafts_, author, &Draft::author);
  if (at == drafts_.end()) return std::nullopt;
  Draft draft = std::move(*at);
  drafts_.erase(at);
  return draft;
}

std::size_t Arena::drafts() const {
  const std::lock_guard lock(mutex_);
  return drafts_.size();
}

void Arena::forget_drafts() {
  const std::lock_guard lock(mutex_);
  drafts_.clear();
}

void Arena::note_removed(Guest guest) {
  const std::lock_guard lock(mutex_);
  aftermath_.removed.push_back(std::move(guest));
}

void Arena::note_added(Guest guest) {
  const std::lock_guard lock(mutex_);
  aftermath_.added.push_back(std::move(guest));
}

void Arena::note_ended(Login login) {
  const std::lock_guard lock(mutex_);
  aftermath_.ended.push_back(std::move(login));
}

Arena::Aftermath Arena::take_aftermath() {
  const std::lock_guard lock(mutex_);
  return std::exchange(aftermath_, {});
}

std::string make_content(std::string_view nonce, unsigned version, std::size_t filling, std::optional<std::uint64_t> mention) {
  std::string content = std::string(nonce) + " v" + std::to_string(version);
  if (mention) content += " <@" + std::to_string(*mention) + ">";
  if (filling > 0) content += ' ' + std::string(filling, 'x');
  return content;
}

}  // namespace rookery::verify
