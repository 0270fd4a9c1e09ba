#include "admin/user_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/memory_account_store.h"
#include "runtime/core.h"

namespace rookery::admin {
namespace {

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& outcome) {
  outcome.emplace(co_await std::move(task));
}

class UserSearchTest : public testing::Test {
 protected:
  UserSearchTest() { cores_.start(); }
  ~UserSearchTest() override { cores_.stop(); }
  template <class T>
  T wait(Task<T> task) {
    std::optional<T> outcome;
    run_blocking(cores_.at(0), keep(std::move(task), outcome));
    return std::move(*outcome);
  }
  void add(std::uint64_t id, std::string username, std::string display_name, bool deleted = false) {
    Account account;
    account.id = UserId(id);
    account.username = std::move(username);
    account.display_name = std::move(display_name);
    account.deleted = deleted;
    ASSERT_TRUE(wait(store_.create_account(std::move(account))).has_value());
  }
  // All pages; how many there were.
  std::vector<std::string> found(const UserFilter& filter, std::size_t limit, std::size_t* pages = nullptr) {
    std::vector<std::string> names;
    std::string next;
    for (std::size_t page = 1;; ++page) {
      const auto one = wait(search_.find(filter, next, limit));
      EXPECT_TRUE(one.has_value());
      EXPECT_LE(one->users.size(), limit);
      for (const Account& account : one->users) names.push_back(account.username);
      next = one->next;
      if (pages != nullptr) *pages = page;
      if (next.empty()) return names;
    }
  }

  Cores cores_{1, system_clock()};
  memory::MemoryAccountStore store_;
  UserSearch search_{store_, store_};
};

TEST_F(UserSearchTest, EverybodyIsFoundOnceWhateverTheSizeOfThePages) {
  std::vector<std::string> newest;
  for (std::uint64_t id = 1; id <= 250; ++id) {
    add(id, "user" + std::to_string(id), "Somebody", id % 7 == 0);
    if (id % 7 != 0) newest.insert(newest.begin(), "user" + std::to_string(id));
  }
  for (const std::size_t limit : {1u, 3u, 100u}) {
    EXPECT_EQ(found({}, limit), newest);
    EXPECT_THAT(found({.words = "user", .disabled = {}, .admin = {}}, limit), testing::UnorderedElementsAreArray(newest));
    EXPECT_THAT(found({.words = "somebody", .disabled = {}, .admin = {}}, limit), testing::ElementsAreArray(newest));
  }
}

TEST_F(UserSearchTest, ACallLooksAtNoMoreThanItsShareAndGoesOnFromThere) {
  add(1, "wanted", "The One");
  for (std::uint64_t id = 2; id <= kLookedAtMax * 2; ++id) add(id, "user" + std::to_string(id), "Somebody");
  std::size_t pages = 0;
  EXPECT_THAT(found({.words = "the one", .disabled = {}, .admin = {}}, 50, &pages), testing::ElementsAre("wanted"));
  EXPECT_GE(pages, 2u);
  EXPECT_LE(pages, 4u);
}

TEST_F(UserSearchTest, ACursorThatNoPageGaveIsRefused) {
  for (const char* const cursor : {"x", "!", "AA", "AQ", "AgAAAAAAAAA"}) {
    const auto page = wait(search_.find({}, cursor, 10));
    ASSERT_FALSE(page.has_value()) << cursor;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalidBody);
  }
}

}  // namespace
}  // namespace rookery::admin
