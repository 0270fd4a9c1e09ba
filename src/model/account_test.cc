#include "model/account.h"

#include <gtest/gtest.h>

namespace rookery {
namespace {

// Whole again after a round trip, and no part of it is mistaken for a record.
template <class Record, class Decode>
void expect_round_trip(const Record& record, Decode decode) {
  const std::string bytes = encode(record);
  const auto read = decode(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(*read == record);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size)).has_value()) << size;
  EXPECT_FALSE(decode(bytes + "x").has_value());
}

TEST(AccountRecords, AreReadAsTheyWereWrittenAndNotInPart) {
  Account account;
  account.username = "ada";
  account.display_name = "Ada L.";
  account.avatar = "a1";
  account.email = "ada@example.org";
  account.password_hash = "$argon2id$";
  account.email_verified = account.admin = true;
  expect_round_trip(account, decode_account);
  Login login;
  login.created_at = TimeMs(5);
  expect_round_trip(login, decode_login);
  login.device = Device{"d-1", DeviceKind::kDesktop, "Laptop"};
  expect_round_trip(login, decode_login);
  expect_round_trip(RefreshFamily{"key", "current", "previous", "salt", TimeMs(7), TimeMs(9)}, decode_refresh_family);
  KeyRecord key;
  key.public_key = "der";
  key.created_at = TimeMs(1);
  key.retired_at = TimeMs(2);
  expect_round_trip(key, decode_key_record);
  expect_round_trip(UserSettings{false}, decode_user_settings);
}

TEST(Account, OthersSeeNothingOfADeletedOneButItsId) {
  Account account;
  account.id = UserId(7);
  account.username = "ada";
  account.display_name = "Ada";
  account.avatar = "a1";
  EXPECT_EQ(account.profile().username, "ada");
  account.deleted = true;
  const User gone = account.profile();
  EXPECT_EQ(gone.id, UserId(7));
  EXPECT_EQ(gone.username, "deleted");
  EXPECT_EQ(gone.display_name, "deleted");
  EXPECT_TRUE(gone.avatar.empty());
  EXPECT_TRUE(gone.deleted);
}

}  // namespace
}  // namespace rookery
