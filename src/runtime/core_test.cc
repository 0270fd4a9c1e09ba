#include "runtime/core.h"

#include <gtest/gtest.h>

#include <atomic>

namespace rookery {
namespace {

Task<int> index_of_current_core() { co_return static_cast<int>(Core::current().index()); }

Task<void> visit_every_core(Cores& cores, std::vector<int>& visited) {
  for (unsigned round = 0; round < 100; ++round) {
    for (unsigned i = 0; i < cores.size(); ++i) {
      co_await hop(cores.at(i));
      visited.push_back(co_await index_of_current_core());
    }
  }
}

TEST(Core, HopMovesACoroutineToTheCoreItNames) {
  Cores cores(3, system_clock());
  cores.start();
  std::vector<int> visited;
  run_blocking(cores.at(0), visit_every_core(cores, visited));
  cores.stop();
  ASSERT_EQ(visited.size(), 300u);
  for (std::size_t i = 0; i < visited.size(); ++i) EXPECT_EQ(visited[i], static_cast<int>(i % 3));
}

TEST(Core, LettersOfOneSenderArriveInTheirOrder) {
  Cores cores(2, system_clock());
  cores.start();
  std::atomic<int> out_of_order = 0;
  std::atomic<int> delivered = 0;
  int last = -1;  // core 1 only
  for (int i = 0; i < 20'000; ++i) {
    cores.at(1).post_function([&, i] {
      if (i != last + 1) ++out_of_order;
      last = i;
      ++delivered;
    });
  }
  run_blocking(cores.at(1), []() -> Task<void> { co_return; }());
  cores.stop();
  EXPECT_EQ(delivered, 20'000);
  EXPECT_EQ(out_of_order, 0);
}

Task<void> sleep_twice(bool& slept) {
  co_await sleep_on(Core::current(), std::chrono::milliseconds(1));
  co_await sleep_on(Core::current(), std::chrono::milliseconds(1));
  slept = true;
}

TEST(Core, SleepResumesOnTheSameCore) {
  Cores cores(1, system_clock());
  cores.start();
  bool slept = false;
  run_blocking(cores.at(0), sleep_twice(slept));
  cores.stop();
  EXPECT_TRUE(slept);
}

}  // namespace
}  // namespace rookery
