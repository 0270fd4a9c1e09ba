#include "runtime/admission.h"

#include <gtest/gtest.h>

#include <atomic>
#include <utility>
#include <vector>

#include "runtime/core.h"

namespace rookery {
namespace {

class SteppedClock final : public Clock {
 public:
  TimeMs now() const override { return TimeMs(1'700'000'000'000); }
  SteadyTime steady_now() const override { return SteadyTime(std::chrono::milliseconds(1'000'000 + passed_ms_.load())); }
  void pass(std::chrono::milliseconds time) { passed_ms_ += time.count(); }

 private:
  std::atomic<std::int64_t> passed_ms_ = 0;
};

Task<void> call(std::function<void()>& function) {
  function();
  co_return;
}

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() { cores_.start(); }
  ~AdmissionTest() override { cores_.stop(); }

  Admission admission(AdmissionLimits limits) {
    return Admission(cores_.size(), limits, [this] {
      ++asked_;
      return memory_.load();
    });
  }
  void on_core(unsigned index, std::function<void()> function) { run_blocking(cores_.at(index), call(function)); }

  SteppedClock clock_;
  Cores cores_{2, clock_};
  std::atomic<std::uint64_t> memory_ = 0;
  std::atomic<int> asked_ = 0;
};

TEST_F(AdmissionTest, TakesSoManyRequestsACoreAndTheNextWhenOneIsDone) {
  auto door = admission({.requests_max = 2});
  on_core(0, [&] {
    auto first = door.admit(1);
    auto second = door.admit(1);
    ASSERT_TRUE(first && second);
    const auto third = door.admit(1);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, ErrorCode::kUnavailable);
    EXPECT_GT(third.error().retry_after_s, 0);
    {
      const Admission::Ticket done = *std::move(first);
    }
    EXPECT_EQ(door.requests_at_work(), 1u);
    EXPECT_TRUE(door.admit(1));
  });
  EXPECT_EQ(door.requests_at_work(), 0u);
  EXPECT_EQ(door.refused(), 1u);
}

TEST_F(AdmissionTest, CountsEachCoreForItself) {
  auto door = admission({.requests_max = 1});
  Admission::Ticket held;
  on_core(0, [&] { held = *door.admit(1); });
  on_core(1, [&] { EXPECT_TRUE(door.admit(1)); });
  on_core(0, [&] {
    EXPECT_FALSE(door.admit(1));
    held = {};
    EXPECT_TRUE(door.admit(1));
  });
}

TEST_F(AdmissionTest, TakesSoManyBytesACoreButOneRequestOfAnySize) {
  auto door = admission({.request_bytes_max = 100});
  on_core(0, [&] {
    {
      const auto large = door.admit(1'000);
      EXPECT_TRUE(large);
      EXPECT_FALSE(door.admit(1));
    }
    const auto some = door.admit(60);
    EXPECT_TRUE(some);
    EXPECT_TRUE(door.admit(40));
    EXPECT_FALSE(door.admit(41));
  });
}

TEST_F(AdmissionTest, TakesNothingOnWhileMemoryIsShortAndGoesOnWhenItIsNot) {
  auto door = admission({.memory_bytes_max = 1'000});
  on_core(0, [&] { EXPECT_TRUE(door.admit(1) && door.admit_client()); });
  memory_ = 1'000;
  clock_.pass(std::chrono::milliseconds(100));
  on_core(1, [&] {
    EXPECT_FALSE(door.admit(1));
    EXPECT_FALSE(door.admit_client());
  });
  EXPECT_TRUE(door.memory_is_short());
  memory_ = 950;
  clock_.pass(std::chrono::milliseconds(100));
  on_core(0, [&] { EXPECT_FALSE(door.admit_client()); });
  memory_ = 949;
  clock_.pass(std::chrono::milliseconds(100));
  on_core(0, [&] { EXPECT_TRUE(door.admit(1) && door.admit_client()); });
}

TEST_F(AdmissionTest, AsksForTheMemoryNoOftenerThanItWasTold) {
  auto door = admission({.memory_bytes_max = 1'000});
  on_core(0, [&] {
    for (int i = 0; i < 100; ++i) static_cast<void>(door.admit(1));
  });
  EXPECT_EQ(asked_, 1);
}

TEST(ProcessMemory, IsSomethingAndBelowWhatThereIs) {
  EXPECT_GT(process_memory_bytes(), 100'000u);
  EXPECT_LT(process_memory_bytes(), memory_bytes_available());
}

}  // namespace
}  // namespace rookery
