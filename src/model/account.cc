#include "model/account.h"

#include "base/bytes.h"

namespace rookery {
namespace {

constexpr std::uint8_t kVersion = 1;  // of every record here

constexpr std::uint8_t kEmailVerified = 1;
constexpr std::uint8_t kAdmin = 2;
constexpr std::uint8_t kBot = 4;
constexpr std::uint8_t kDeleted = 8;
constexpr std::uint8_t kDisabled = 16;

void put_time(ByteWriter& out, TimeMs time) { out.u64(static_cast<std::uint64_t>(time.unix_ms)); }
TimeMs take_time(ByteReader& in) { return TimeMs(static_cast<std::int64_t>(in.u64())); }

template <class Record>
std::optional<Record> if_whole(const ByteReader& in, Record record) {
  if (!in.at_end()) return std::nullopt;
  return record;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string Account::email_name() const { return email_verified ? folded(email) : std::string(); }

User Account::profile() const {
  User user;
  user.id = id;
  user.bot = bot;
  user.deleted = deleted;
  user.username = deleted ? "deleted" : username;
  user.display_name = deleted ? "deleted" : display_name;
  if (!deleted) user.avatar = avatar;
  return user;
}

std::string encode(const Account& account) {
  std::string bytes;
  const int flags = (account.email_verified ? kEmailVerified : 0) | (account.admin ? kAdmin : 0) | (account.bot ? kBot : 0) |
                    (account.deleted ? kDeleted : 0) | (account.disabled ? kDisabled : 0);
  ByteWriter(bytes)
      .u8(kVersion)
      .u8(static_cast<std::uint8_t>(flags))
      .string(account.username)
      .string(account.display_name)
      .string(account.avatar)
      .string(account.email)
      .string(account.password_hash);
  return bytes;
}

std::optional<Account> decode_account(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  Account account;
  const std::uint8_t flags = in.u8();
  account.email_verified = (flags & kEmailVerified) != 0;
  account.admin = (flags & kAdmin) != 0;
  account.bot = (flags & kBot) != 0;
  account.deleted = (flags & kDeleted) != 0;
  account.disabled = (flags & kDisabled) != 0;
  account.username = in.string();
  account.display_name = in.string();
  account.avatar = in.string();
  account.email = in.string();
  account.password_hash = in.string();
  return if_whole(in, std::move(account));
}

std::string encode(const Login& login) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kVersion);
  put_time(out, login.created_at);
  out.u8(login.device ? 1 : 0);
  if (login.device) out.string(login.device->id).u8(static_cast<std::uint8_t>(login.device->kind)).string(login.device->name);
  return bytes;
}

std::optional<Login> decode_login(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  Login login;
  login.created_at = take_time(in);
  if (in.u8() != 0) {
    Device device;
    device.id = in.string();
    const std::uint8_t kind = in.u8();
    if (kind >= kDeviceKindNames.size()) return std::nullopt;
    device.kind = static_cast<DeviceKind>(kind);
    device.name = in.string();
    login.device = std::move(device);
  }
  return if_whole(in, std::move(login));
}

std::string encode(const RefreshFamily& family) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kVersion).string(family.key).string(family.current).string(family.previous).string(family.salt);
  put_time(out, family.previous_first_use);
  put_time(out, family.last_used_at);
  return bytes;
}

std::optional<RefreshFamily> decode_refresh_family(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  RefreshFamily family;
  family.key = in.string();
  family.current = in.string();
  family.previous = in.string();
  family.salt = in.string();
  family.previous_first_use = take_time(in);
  family.last_used_at = take_time(in);
  return if_whole(in, std::move(family));
}

std::string encode(const KeyRecord& key) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kVersion).string(key.public_key);
  put_time(out, key.created_at);
  put_time(out, key.retired_at);
  return bytes;
}

std::optional<KeyRecord> decode_key_record(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  KeyRecord key;
  key.public_key = in.string();
  key.created_at = take_time(in);
  key.retired_at = take_time(in);
  return if_whole(in, std::move(key));
}

std::string encode(const UserSettings& settings) {
  std::string bytes;
  ByteWriter(bytes).u8(kVersion).u8(settings.read_receipts ? 1 : 0);
  return bytes;
}

std::optional<UserSettings> decode_user_settings(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  UserSettings settings;
  settings.read_receipts = in.u8() != 0;
  return if_whole(in, settings);
}

std::string encode(const ChannelSettings& settings) {
  std::string bytes;
  ByteWriter(bytes)
      .u8(kVersion)
      .u8(static_cast<std::uint8_t>(settings.notify))
      .varint(static_cast<std::uint64_t>(settings.muted_until.unix_ms));
  return bytes;
}

std::optional<ChannelSettings> decode_channel_settings(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  const std::uint8_t notify = in.u8();
  if (notify > static_cast<std::uint8_t>(Notify::kNone)) return std::nullopt;
  ChannelSettings settings;
  settings.notify = static_cast<Notify>(notify);
  settings.muted_until = TimeMs(static_cast<std::int64_t>(in.varint()));
  return if_whole(in, settings);
}

}  // namespace rookery
