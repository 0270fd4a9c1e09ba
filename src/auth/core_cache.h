// CoreCache: what a store answers for a key, kept on each core that asked, and never shown once it was dropped there.
//
// A load that was under way when its key was dropped is not believed: it is done again. So whoever first changes the store
// and then drops the key on every core may answer: nobody is given the old value from then on. Each core has its own part,
// which only it touches.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "auth/lru_map.h"
#include "base/result.h"
#include "runtime/core.h"
#include "runtime/task.h"

namespace rookery::auth {

template <class Key, class Value, class Hash = std::hash<Key>>
class CoreCache {
 public:
  using Entry = std::shared_ptr<const Value>;
  // Resumes on the core that awaited it.
  using Load = std::function<Task<Result<Value>>(Key)>;

  CoreCache(Cores& cores, std::size_t entries_max_per_core, Load load) : load_(std::move(load)) {
    for (unsigned i = 0; i < cores.size(); ++i) parts_.push_back(std::make_unique<Part>(entries_max_per_core));
  }

  // On a core. Null when it is not in memory.
  Entry find(const Key& key) {
    Entry* entry = here().entries.find(key);
    return entry == nullptr ? nullptr : *entry;
  }

  // On a core. From memory, or loaded; a failed load is its error and is not kept. When it resumes, the value had not been
  // dropped on this core.
  Task<Result<Entry>> get(Key key) {
    for (int attempt = 0; attempt < kLoadsMax; ++attempt) {
      if (Entry found = find(key)) co_return found;
      bool dropped = false;
      const auto loading = here().loading.emplace(key, &dropped);
      auto loaded = co_await load_(key);
      here().loading.erase(loading);
      if (dropped) continue;
      if (!loaded) co_return fail(std::move(loaded.error()));
      Entry entry = std::make_shared<const Value>(std::move(*loaded));
      here().entries.put(key, entry);
      co_return entry;
    }
    co_return fail(Error::retry(ErrorCode::kUnavailable, 1));
  }

  // On a core: drops what this core has.
  void drop_here(const Key& key) {
    here().entries.erase(key);
    const auto [first, last] = here().loading.equal_range(key);
    for (auto at = first; at != last; ++at) *at->second = true;
  }

 private:
  static constexpr int kLoadsMax = 8;

  struct Part {
    explicit Part(std::size_t entries_max) : entries(entries_max) {}
    LruMap<Key, Entry, Hash> entries;
    std::unordered_multimap<Key, bool*, Hash> loading;
  };
  Part& here() { return *parts_[Core::current().index()]; }

  const Load load_;
  std::vector<std::unique_ptr<Part>> parts_;
};

// Calls `visit()` on every core, one after another, and comes back to the core that asked.
template <class Visit>
Task<void> on_every_core(Cores& cores, Visit visit) {
  Core& home = Core::current();
  for (unsigned i = 0; i < cores.size(); ++i) {
    co_await hop(cores.at(i));
    visit();
  }
  co_await hop(home);
}

}  // namespace rookery::auth
