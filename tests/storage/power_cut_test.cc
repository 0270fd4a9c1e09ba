// Power cuts at random moments under load, on a disk that keeps only what was synced (docs/guarantees.md, G1 and G2).
#include <cstdlib>

#include "base/random.h"
#include "tests/storage/load.h"

namespace rookery {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAnswersMin = 30;  // a cut that meets nothing proves nothing
constexpr std::size_t kAnswersMore = 200;

class PowerCutTest : public ::testing::Test {
 protected:
  PowerCutTest() { fs::create_directories(root_); }
  ~PowerCutTest() override { fs::remove_all(root_); }

  static int rounds() {
    const char* const wanted = std::getenv("ROOKERY_POWER_CUTS");
    return wanted == nullptr ? 5 : std::atoi(wanted);
  }
  const std::string root_ = fs::temp_directory_path().string() + "/rookery-" + system_random().token(9);
};

TEST_F(PowerCutTest, WhatWasAcknowledgedIsThereAfterEveryCutAndNothingContradictsIt) {
  const std::uint64_t seed = system_random().next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  Answers answers;
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    // Every other time some of what was not synced survives too.
    const std::string disk = round % 2 == 0 ? "volatile" : "volatile:" + std::to_string(random.next());
    Load load("run", root_ + "/data", disk);
    ASSERT_TRUE(load.read_until(kAnswersMin + random.below(kAnswersMore))) << (load.read_to_the_end(), load.errors());
    EXPECT_GT(load.kill_in_mid_write(), 0u) << "the cut met no write under way";
    load.add_to(answers);
    expect_all_there(root_ + "/data", answers);
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(answers.sent.size(), kAnswersMin);
}

}  // namespace
}  // namespace rookery
