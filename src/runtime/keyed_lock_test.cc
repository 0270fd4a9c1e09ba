#include "runtime/keyed_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/task_group.h"

namespace rookery {
namespace {

using std::chrono_literals::operator""ms;

Task<void> enter_and_leave(KeyedLock<int>& lock, int key, std::string name, std::vector<std::string>& trace) {
  const auto guard = co_await lock.acquire(key);
  trace.push_back(name + " in");
  co_await sleep_on(Core::current(), 1ms);
  trace.push_back(name + " out");
}

Task<void> three_at_once(std::vector<std::string>& trace, std::vector<int> keys) {
  KeyedLock<int> lock;
  TaskGroup tasks(3);
  const char* names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_TRUE(tasks.spawn(enter_and_leave(lock, keys[i], names[i], trace)));
  }
  co_await tasks.join();
}

TEST(KeyedLock, HoldersOfOneKeyFollowOneAnotherInTheOrderInWhichTheyAsked) {
  Cores cores(1, system_clock());
  cores.start();
  std::vector<std::string> trace;
  run_blocking(cores.at(0), three_at_once(trace, {7, 7, 7}));
  cores.stop();
  EXPECT_THAT(trace, testing::ElementsAre("a in", "a out", "b in", "b out", "c in", "c out"));
}

TEST(KeyedLock, DifferentKeysDoNotWaitForOneAnother) {
  Cores cores(1, system_clock());
  cores.start();
  std::vector<std::string> trace;
  run_blocking(cores.at(0), three_at_once(trace, {1, 2, 3}));
  cores.stop();
  ASSERT_EQ(trace.size(), 6u);
  EXPECT_THAT(std::vector(trace.begin(), trace.begin() + 3), testing::ElementsAre("a in", "b in", "c in"));
}

}  // namespace
}  // namespace rookery
