// LruMap: a map with a bound, that lets go of what was not looked up for longest. One thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace rookery::auth {

template <class Key, class Value, class Hash = std::hash<Key>>
class LruMap {
 public:
  // `entries_max` ≥ 1.
  explicit LruMap(std::size_t entries_max) : entries_max_(entries_max) { CHECK(entries_max >= 1); }

  // Null when it is not there; good until the next put() or erase().
  Value* find(const Key& key) {
    const auto at = places_.find(key);
    if (at == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return &at->second->second;
  }
  void put(Key key, Value value) {
    if (Value* there = find(key)) {
      *there = std::move(value);
      return;
    }
    if (places_.size() == entries_max_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(std::move(key), entries_.begin());
  }
  void erase(const Key& key) {
    const auto at = places_.find(key);
    if (at == places_.end()) return;
    entries_.erase(at->second);
    places_.erase(at);
  }
  std::size_t size() const { return places_.size(); }

 private:
  const std::size_t entries_max_;
  std::list<std::pair<Key, Value>> entries_;  // used last first
  std::unordered_map<Key, typename std::list<std::pair<Key, Value>>::iterator, Hash> places_;
};

}  // namespace rookery::auth
