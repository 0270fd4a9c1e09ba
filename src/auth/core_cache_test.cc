#include "auth/core_cache.h"

#include <gtest/gtest.h>

#include "runtime/task_group.h"

namespace rookery::auth {
namespace {

TEST(LruMap, LetsGoOfWhatWasNotLookedUpForLongest) {
  LruMap<int, int> map(2);
  map.put(1, 10);
  map.put(2, 20);
  ASSERT_NE(map.find(1), nullptr);
  map.put(3, 30);
  EXPECT_EQ(map.find(2), nullptr);
  EXPECT_EQ(*map.find(1), 10);
  EXPECT_EQ(*map.find(3), 30);
  map.put(3, 31);
  EXPECT_EQ(*map.find(3), 31);
  map.erase(1);
  map.erase(9);
  EXPECT_EQ(map.size(), 1u);
}

using Cache = CoreCache<int, std::string>;

// A store whose answer is asked for and comes later.
struct SlowStore {
  std::string value = "old";
  int loads = 0;
  bool hold = false;
};

Task<Result<std::string>> load(SlowStore& store, int key) {
  ++store.loads;
  if (key < 0) co_return fail(ErrorCode::kUnknownUser);
  const std::string read = store.value;
  if (store.hold) co_await sleep_on(Core::current(), std::chrono::milliseconds(5));
  co_return read;
}

Task<void> get_into(Cache& cache, int key, std::string& out) {
  const auto entry = co_await cache.get(key);
  out = entry ? **entry : "none";
}

Task<void> drop_in_mid_load(Cores& cores, std::string& seen, int& loads) {
  SlowStore store;
  Cache cache(cores, 10, [&store](int key) { return load(store, key); });
  store.hold = true;
  TaskGroup tasks(1);
  EXPECT_TRUE(tasks.spawn(get_into(cache, 1, seen)));  // has read "old", and waits
  store.value = "new";
  cache.drop_here(1);
  co_await tasks.join();
  loads = store.loads;
  EXPECT_EQ(*cache.find(1), "new");
}

TEST(CoreCache, ALoadThatWasUnderWayAtADropIsDoneAgain) {
  Cores cores(1, system_clock());
  cores.start();
  std::string seen;
  int loads = 0;
  run_blocking(cores.at(0), drop_in_mid_load(cores, seen, loads));
  cores.stop();
  EXPECT_EQ(seen, "new");
  EXPECT_EQ(loads, 2);
}

Task<void> look_around(Cores& cores, std::vector<int>& loads) {
  SlowStore store;
  Cache cache(cores, 10, [&store](int key) { return load(store, key); });
  std::string seen;
  EXPECT_EQ(cache.find(1), nullptr);
  co_await get_into(cache, 1, seen);
  co_await get_into(cache, 1, seen);
  loads.push_back(store.loads);  // 1: the second time from memory
  co_await hop(cores.at(1));
  EXPECT_EQ(cache.find(1), nullptr);
  co_await get_into(cache, 1, seen);
  loads.push_back(store.loads);  // 2: each core has its own
  co_await hop(cores.at(0));
  store.value = "new";
  auto drop = [&cache] { cache.drop_here(1); };
  co_await on_every_core(cores, std::move(drop));
  for (unsigned i = 0; i < 2; ++i) {
    co_await hop(cores.at(i));
    EXPECT_EQ(cache.find(1), nullptr);
    co_await get_into(cache, 1, seen);
    EXPECT_EQ(seen, "new");
  }
  co_await hop(cores.at(0));
  co_await get_into(cache, -1, seen);
  EXPECT_EQ(seen, "none");
  const int before = store.loads;
  co_await get_into(cache, -1, seen);
  EXPECT_EQ(store.loads, before + 1);  // failures are not kept
}

TEST(CoreCache, EachCoreKeepsWhatItAskedForUntilItIsDropped) {
  Cores cores(2, system_clock());
  cores.start();
  std::vector<int> loads;
  run_blocking(cores.at(0), look_around(cores, loads));
  cores.stop();
  EXPECT_EQ(loads, (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace rookery::auth
