#include "embedded/rocks_account_store.h"

#include <filesystem>

#include "base/random.h"
#include "embedded/database.h"
#include "embedded/keys.h"
#include "runtime/work_pool.h"
#include "tests/contract/account_store_contract.h"

namespace rookery::embedded {
namespace {

class RocksRig final : public AccountStoreRig {
 public:
  RocksRig() : cores_(2, system_clock()) {
    std::filesystem::create_directories(folder_);
    cores_.start();
    open();
  }
  ~RocksRig() override {
    store_.reset();
    database_.reset();
    reads_.stop();
    cores_.stop();
    std::filesystem::remove_all(folder_);
  }
  Cores& cores() override { return cores_; }
  AccountStore& accounts() override { return *store_; }
  PersonalStore& personal() override { return *store_; }
  AdministrationStore& administration() override { return *store_; }
  void restart() override {
    store_.reset();
    database_.reset();
    open();
  }

 private:
  void open() {
    DatabaseOptions options;
    options.directory = (folder_ / "db").string();
    options.cores = cores_.size();
    options.reads = &reads_;
    auto opened = Database::open(std::move(options));
    CHECK(opened.has_value());
    database_ = std::move(*opened);
    store_ = std::make_unique<RocksAccountStore>(cores_, *database_);
    CHECK(store_->prepare().has_value());
  }

  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("rookery-accounts-" + system_random().token(9));
  Cores cores_;
  WorkPool reads_{"reads", 1, 1'000};
  std::unique_ptr<Database> database_;
  std::unique_ptr<RocksAccountStore> store_;
};

const MakeAccountStoreRig make_rig = [] { return std::make_unique<RocksRig>(); };
INSTANTIATE_TEST_SUITE_P(Rocks, AccountStoreContract, testing::Values(make_rig));
INSTANTIATE_TEST_SUITE_P(Rocks, PersonalStoreContract, testing::Values(make_rig));
INSTANTIATE_TEST_SUITE_P(Rocks, AdministrationStoreContract, testing::Values(make_rig));

// A directory of an older version: accounts, and no rolls.
TEST(Rolls, AreMadeFromAccountsThatAnOlderVersionWrote) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("rookery-rolls-" + system_random().token(9));
  std::filesystem::create_directories(folder);
  Cores cores(1, system_clock());
  cores.start();
  WorkPool reads{"reads", 1, 1'000};
  {
    DatabaseOptions options;
    options.directory = (folder / "db").string();
    options.reads = &reads;
    const auto database = Database::open(std::move(options));
    ASSERT_TRUE(database.has_value());
    Batch batch;
    for (std::uint64_t id = 1; id <= 2'500; ++id) {
      Account account;
      account.username = "user" + std::to_string(id);
      account.admin = id == 3 || id == 2'400;
      batch.put(Family::kState, user_key(UserId(id)), encode(account));
    }
    (*database)->commit_now(std::move(batch));
    for (int start = 1; start <= 2; ++start) {
      RocksAccountStore store(cores, **database);
      ASSERT_TRUE(store.prepare().has_value());
      std::optional<Result<std::vector<UserId>>> on;
      run_blocking(cores.at(0), keep_outcome(store.roll(Roll::kAdministrators, UserId(), 100), on));
      EXPECT_THAT(on->value(), testing::ElementsAre(UserId(2'400), UserId(3)));
    }
  }
  reads.stop();
  cores.stop();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rookery::embedded
