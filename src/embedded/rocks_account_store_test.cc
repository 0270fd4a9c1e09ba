#include "embedded/rocks_account_store.h"

#include <filesystem>

#include "base/random.h"
#include "embedded/database.h"
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

}  // namespace
}  // namespace rookery::embedded
