#include "runtime/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "runtime/task_group.h"

namespace rookery {
namespace {

Task<void> run_from_each_core(Cores& cores, WorkPool& pool, bool& elsewhere, bool& back) {
  elsewhere = back = true;
  for (unsigned i = 0; i < cores.size(); ++i) {
    co_await hop(cores.at(i));
    auto where = [] { return Core::current_or_null(); };
    const Result<Core*> seen = co_await pool.run(std::move(where));
    elsewhere = elsewhere && seen.has_value() && *seen == nullptr;
    back = back && &Core::current() == &cores.at(i);
  }
}

TEST(WorkPool, RunsOutsideTheCoresAndResumesOnTheCoreThatAsked) {
  Cores cores(2, system_clock());
  cores.start();
  WorkPool pool("test", 2, 4);
  bool elsewhere = false;
  bool back = false;
  run_blocking(cores.at(0), run_from_each_core(cores, pool, elsewhere, back));
  pool.stop();
  cores.stop();
  EXPECT_TRUE(elsewhere);
  EXPECT_TRUE(back);
}

Task<void> run_each_kind(WorkPool& pool, bool& done) {
  auto nothing = [] {};
  const Status status = co_await pool.run(nothing);
  auto movable = [owned = std::make_unique<int>(7)]() mutable { return std::move(owned); };
  const Result<std::unique_ptr<int>> value = co_await pool.run(std::move(movable));
  auto failing = []() -> Result<int> { return std::unexpected(Error(ErrorCode::kTaken)); };
  const Result<int> failed = co_await pool.run(failing);
  done = status.has_value() && value.has_value() && **value == 7 && !failed.has_value() && failed.error().code == ErrorCode::kTaken;
}

TEST(WorkPool, HandsBackValuesNothingAndTheFunctionsOwnErrors) {
  Cores cores(1, system_clock());
  cores.start();
  WorkPool pool("test", 1, 1);
  bool done = false;
  run_blocking(cores.at(0), run_each_kind(pool, done));
  pool.stop();
  cores.stop();
  EXPECT_TRUE(done);
}

Task<void> wait_for(WorkPool& pool, std::latch& running, std::latch& release, int& finished) {
  auto block = [&running, &release] {
    running.count_down();
    release.wait();
  };
  if ((co_await pool.run(std::move(block))).has_value()) ++finished;
}

Task<void> fill_then_ask_once_more(WorkPool& pool, std::latch& release, Status& refused, int& finished) {
  TaskGroup group(3);
  std::latch running(1);
  std::latch second(1);
  EXPECT_TRUE(group.spawn(wait_for(pool, running, release, finished)));
  running.wait();  // the only thread is busy, the queue is empty
  EXPECT_TRUE(group.spawn(wait_for(pool, second, release, finished)));
  auto nothing = [] {};
  refused = co_await pool.run(nothing);
  release.count_down();
  co_await group.join();
}

TEST(WorkPool, RefusesAtOnceWhatFindsTheQueueFull) {
  Cores cores(1, system_clock());
  cores.start();
  WorkPool pool("test", 1, 1);
  std::latch release(1);
  Status refused;
  int finished = 0;
  run_blocking(cores.at(0), fill_then_ask_once_more(pool, release, refused, finished));
  pool.stop();
  cores.stop();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_GT(refused.error().retry_after_s, 0);
  EXPECT_EQ(finished, 2);
}

Task<void> ask(WorkPool& pool, Status& status) {
  auto nothing = [] {};
  status = co_await pool.run(nothing);
}

TEST(WorkPool, StopFinishesWhatWaitsAndRefusesWhatComesLater) {
  Cores cores(1, system_clock());
  cores.start();
  WorkPool pool("test", 1, 100);
  std::latch running(100);
  std::latch release(1);
  int finished = 0;  // core 0 only
  TaskGroup group(100);
  std::latch spawned(1);
  cores.at(0).post_function([&] {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(group.spawn(wait_for(pool, running, release, finished)));
    spawned.count_down();
  });
  spawned.wait();
  release.count_down();
  pool.stop();
  Status late;
  run_blocking(cores.at(0), ask(pool, late));  // behind the letters with the results
  EXPECT_EQ(finished, 100);
  EXPECT_FALSE(late.has_value());
  cores.stop();
}

}  // namespace
}  // namespace rookery
