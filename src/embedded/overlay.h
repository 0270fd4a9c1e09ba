// Overlay: rows decided and not yet committed, read before the database by the next decision.
//
// One channel's; one core. What a decision wrote is taken out again when its batch is durable, unless a later decision
// wrote the same row in the meantime.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "fold/fold.h"

namespace rookery::embedded {

class Overlay {
 public:
  void add(const fold::Decision& decision);
  void remove(const fold::Decision& decision);  // the one added, once

  // Null / none: nothing here, ask the database.
  std::shared_ptr<const Message> message(MessageId id) const;
  std::shared_ptr<const Message> message_at(std::uint64_t seq) const;
  std::optional<fold::NonceRecord> nonce(UserId author, const std::string& nonce) const;
  std::optional<bool> reaction(std::uint64_t seq, const std::string& emoji, UserId user) const;
  // Calls each(emoji, user) for the reactions of a message that were added here.
  template <class Each>
  void each_reaction(std::uint64_t seq, Each&& each) const {
    for (auto at = reactions_.lower_bound({seq, {}, {}}); at != reactions_.end() && std::get<0>(at->first) == seq; ++at) {
      if (at->second.value) each(std::get<1>(at->first), std::get<2>(at->first));
    }
  }
  bool empty() const { return messages_.empty() && nonces_.empty() && reactions_.empty(); }

 private:
  template <class T>
  struct Pending {
    T value{};
    unsigned writers = 0;
  };
  template <class Map>
  static void drop(Map& map, const typename Map::key_type& key) {
    const auto at = map.find(key);
    if (at != map.end() && --at->second.writers == 0) map.erase(at);
  }

  std::map<std::uint64_t, Pending<std::shared_ptr<const Message>>> messages_;
  std::map<std::pair<UserId, std::string>, Pending<fold::NonceRecord>> nonces_;
  std::map<std::tuple<std::uint64_t, std::string, UserId>, Pending<bool>> reactions_;
};

}  // namespace rookery::embedded
