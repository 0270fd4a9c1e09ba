#include "memory/memory_account_store.h"

#include "tests/contract/account_store_contract.h"

namespace rookery {
namespace {

class MemoryRig final : public AccountStoreRig {
 public:
  MemoryRig() : cores_(2, system_clock()) { cores_.start(); }
  ~MemoryRig() override { cores_.stop(); }
  Cores& cores() override { return cores_; }
  AccountStore& accounts() override { return store_; }
  PersonalStore& personal() override { return store_; }
  AdministrationStore& administration() override { return store_; }
  void restart() override {}

 private:
  Cores cores_;
  memory::MemoryAccountStore store_;
};

const MakeAccountStoreRig make_rig = [] { return std::make_unique<MemoryRig>(); };
INSTANTIATE_TEST_SUITE_P(Memory, AccountStoreContract, testing::Values(make_rig));
INSTANTIATE_TEST_SUITE_P(Memory, PersonalStoreContract, testing::Values(make_rig));
INSTANTIATE_TEST_SUITE_P(Memory, AdministrationStoreContract, testing::Values(make_rig));

}  // namespace
}  // namespace rookery
