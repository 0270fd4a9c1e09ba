// Account: what the server keeps of a person; and the logins, keys and settings that belong to it.
//
// Only User (model/user.h) is ever shown to others. Plain values; records as they are stored follow the rules of
// model/message.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "model/user.h"

namespace rookery {

// Names compare without the case of ASCII letters: small ones stand for both.
std::string folded(std::string_view text);

struct Account {
  UserId id;
  std::string username;      // folded; never changes; stays taken when the account is deleted
  std::string display_name;  // never empty
  std::string avatar;        // empty: none
  std::string email;         // as it was typed; empty: none
  bool email_verified = false;
  bool admin = false;
  bool bot = false;
  bool deleted = false;
  bool disabled = false;      // by an administrator: nobody signs in
  std::string password_hash;  // PHC string; empty: no password opens this account

  // As others see it.
  User profile() const;
  // The e-mail as a name that opens this account: folded; empty when it is not verified.
  std::string email_name() const;
  bool operator==(const Account&) const = default;
};

enum class DeviceKind : std::uint8_t { kMobile = 0, kWeb = 1, kDesktop = 2 };
inline constexpr std::array<std::string_view, 3> kDeviceKindNames = {"mobile", "web", "desktop"};

// As the client says it at a login or an Identify.
struct Device {
  std::string id;
  DeviceKind kind = DeviceKind::kWeb;
  std::string name;  // empty: none
  bool operator==(const Device&) const = default;
};

struct Login {
  LoginId id;
  UserId user;
  std::optional<Device> device;
  TimeMs created_at;
  bool operator==(const Login&) const = default;
};

// The refresh tokens of one login: hashes, never the tokens. auth/refresh_token.h has the rules.
struct RefreshFamily {
  std::string key;            // what the tokens of this login are recognised by
  std::string current;        // hash of the newest
  std::string previous;       // hash of the one before it; empty: none
  std::string salt;           // with `previous` presented, gives the newest again
  TimeMs previous_first_use;  // 0: none
  TimeMs last_used_at;        // of the login
  bool operator==(const RefreshFamily&) const = default;
};

// A key that signs access tokens, or did so: its public half.
struct KeyRecord {
  std::string kid;
  std::string public_key;  // DER, SubjectPublicKeyInfo
  TimeMs created_at;
  TimeMs retired_at;  // 0: it signs
  bool operator==(const KeyRecord&) const = default;
};

// PATCH /users/@me/settings.
struct UserSettings {
  bool read_receipts = true;
  bool operator==(const UserSettings&) const = default;
};

enum class Notify : std::uint8_t { kAll = 0, kMentions = 1, kNone = 2 };

// PUT /channels/{id}/settings: what of a channel a user wants to be told of while he is away.
struct ChannelSettings {
  Notify notify = Notify::kAll;
  TimeMs muted_until;  // 0: not muted
  bool operator==(const ChannelSettings&) const = default;
};

// What stands in the key (id, user, kid) is not repeated: the caller sets it.
std::string encode(const Account& account);
std::optional<Account> decode_account(std::string_view bytes);
std::string encode(const Login& login);
std::optional<Login> decode_login(std::string_view bytes);
std::string encode(const RefreshFamily& family);
std::optional<RefreshFamily> decode_refresh_family(std::string_view bytes);
std::string encode(const KeyRecord& key);
std::optional<KeyRecord> decode_key_record(std::string_view bytes);
std::string encode(const UserSettings& settings);
std::optional<UserSettings> decode_user_settings(std::string_view bytes);
std::string encode(const ChannelSettings& settings);
std::optional<ChannelSettings> decode_channel_settings(std::string_view bytes);

}  // namespace rookery
