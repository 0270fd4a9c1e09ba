// A database in a directory of its own, with cores and a read pool: for tests of this folder and of what stands on it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/random.h"
#include "embedded/database.h"
#include "runtime/core.h"
#include "runtime/work_pool.h"

namespace rookery::embedded {

class DatabaseFixture : public ::testing::Test {
 protected:
  explicit DatabaseFixture(unsigned cores = 2) : cores_(cores, system_clock()) {
    std::filesystem::create_directories(root_);
    cores_.start();
  }
  ~DatabaseFixture() override {
    close();
    reads_.stop();
    cores_.stop();
    std::filesystem::remove_all(root_);
  }

  DatabaseOptions options() {
    DatabaseOptions out;
    out.directory = directory();
    out.cores = cores_.size();
    out.reads = &reads_;
    out.storage_reserve = storage_reserve_;
    out.hooks = hooks_;
    return out;
  }
  void open() {
    auto opened = Database::open(options());
    ASSERT_TRUE(opened.has_value()) << opened.error().sentence();
    database_ = std::move(*opened);
  }
  void close() { database_.reset(); }
  void reopen() {
    close();
    open();
  }
  // The sentence with which open() refuses; empty when it does not.
  std::string refusal() {
    auto opened = Database::open(options());
    return opened.has_value() ? std::string() : std::string(opened.error().sentence());
  }

  // Runs a coroutine without captures on a core, to its end.
  void on_core(unsigned core, Task<void> (*work)(Database&)) { run_blocking(cores_.at(core), work(database())); }

  Database& database() { return *database_; }
  Cores& cores() { return cores_; }
  std::string directory() const { return root_ + "/data"; }

  // While one lives, a death test's own process, which runs the test anew up to the statement that ends it, works in the
  // directory of this process.
  class SharedDirectory {
   public:
    explicit SharedDirectory(const DatabaseFixture& test) {
      ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
      ::setenv(kRootVariable, test.root_.c_str(), /*overwrite=*/0);
    }
    ~SharedDirectory() { ::unsetenv(kRootVariable); }
    SharedDirectory(const SharedDirectory&) = delete;
    SharedDirectory& operator=(const SharedDirectory&) = delete;
  };

  DatabaseHooks hooks_;
  std::uint64_t storage_reserve_ = 0;

 private:
  static constexpr const char* kRootVariable = "ROOKERY_TEST_ROOT";
  static std::string choose_root() {
    if (const char* given = std::getenv(kRootVariable)) return given;
    return std::filesystem::temp_directory_path().string() + "/rookery-" + system_random().token(9);
  }

  const std::string root_ = choose_root();
  Cores cores_;
  WorkPool reads_{"reads", 1, 1'000};
  std::unique_ptr<Database> database_;
};

}  // namespace rookery::embedded
