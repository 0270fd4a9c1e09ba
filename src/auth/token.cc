#include "auth/token.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/bytes.h"
#include "base/json_reader.h"
#include "ports/account_store.h"

namespace rookery::auth {
namespace {

constexpr std::string_view kType = "at+jwt";
constexpr std::size_t kDepthMax = 4;
constexpr std::uint64_t kSecondsMax = 1ull << 36;  // the year 4147

std::unexpected<Error> refused() { return fail(ErrorCode::kUnauthorized); }

TimeMs from_seconds(std::uint64_t seconds) { return TimeMs(static_cast<std::int64_t>(seconds) * 1000); }

struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;  // header.claims
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1), token.substr(0, second)};
}

std::optional<Json> decode_object(std::string_view part) {
  const auto text = decode_base64url(part);
  if (!text) return std::nullopt;
  auto json = Json::parse_object(*text, kDepthMax);
  if (!json) return std::nullopt;
  return std::move(*json);
}

std::optional<std::string_view> text_of(const JsonValue& object, std::string_view name) {
  const auto value = object.member(name);
  return value ? value->string() : std::nullopt;
}

// The key that the header names, if the header is one of ours: no member but alg, typ and kid, each once.
const VerifyingKey* key_of(const JsonValue& header, const KeyRing& keys, TimeMs now) {
  std::size_t members = 0;
  header.each_member([&members](std::string_view, JsonValue) { return ++members <= 3; });
  const auto algorithm = text_of(header, "alg");
  const auto type = text_of(header, "typ");
  const auto kid = text_of(header, "kid");
  if (members != 3 || !algorithm || type != kType || !kid) return nullptr;
  const VerifyingKey* key = keys.find(*kid, now);
  return key != nullptr && *algorithm == name_of(key->algorithm()) ? key : nullptr;
}

std::optional<std::uint64_t> seconds_of(const JsonValue& claims, std::string_view name) {
  const auto value = claims.member(name);
  const auto seconds = value ? value->whole_number() : std::nullopt;
  return seconds && *seconds < kSecondsMax ? seconds : std::nullopt;
}

struct Rights {
  bool user = false;
  bool admin = false;
};

Rights rights_of(const JsonValue& claims) {
  Rights rights;
  const auto list = claims.member("permissions");
  if (!list) return rights;
  list->each_element([&rights](std::size_t, JsonValue entry) {
    rights.user |= entry.string() == "user";
    rights.admin |= entry.string() == "admin";
    return true;
  });
  return rights;
}

// RFC 7519 §4 leaves open which one counts when a claim comes twice.
bool says_each_once(const JsonValue& claims) {
  static constexpr std::array<std::string_view, 6> kClaims = {"iss", "sub", "sid", "iat", "exp", "permissions"};
  std::array<unsigned, kClaims.size()> seen{};
  claims.each_member([&seen](std::string_view name, JsonValue) {
    const auto at = std::ranges::find(kClaims, name);
    return at == kClaims.end() || ++seen[static_cast<std::size_t>(at - kClaims.begin())] == 1;
  });
  return std::ranges::all_of(seen, [](unsigned times) { return times <= 1; });
}

std::optional<AccessClaims> claims_of(const JsonValue& json, const KeyRing& keys) {
  if (!says_each_once(json)) return std::nullopt;
  const auto subject = text_of(json, "sub");
  const auto session = text_of(json, "sid");
  const auto user = subject ? parse_id<UserId>(*subject) : std::nullopt;
  const auto login = session ? parse_id<LoginId>(*session) : std::nullopt;
  const auto issued = seconds_of(json, "iat");
  const auto expires = seconds_of(json, "exp");
  const Rights rights = rights_of(json);
  if (text_of(json, "iss") != keys.issuer() || !user || !login || !issued || !expires || !rights.user) return std::nullopt;
  return AccessClaims{*user, *login, rights.admin, from_seconds(*issued), from_seconds(*expires)};
}

}  // namespace

KeyRing::KeyRing(SigningKey signing, std::string issuer) : signing_(std::move(signing)), issuer_(std::move(issuer)) {}

void KeyRing::add_retired(VerifyingKey key, TimeMs until) { retired_.push_back({std::move(key), until}); }

const VerifyingKey* KeyRing::find(std::string_view kid, TimeMs now) const {
  if (signing_.verifying().kid() == kid) return &signing_.verifying();
  const auto at = std::ranges::find_if(retired_, [&](const Retired& old) { return old.key.kid() == kid && now < old.until; });
  return at == retired_.end() ? nullptr : &at->key;
}

std::string KeyRing::jwks(TimeMs now) const {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("keys").begin_array();
  signing_.verifying().write_jwk(json);
  for (const Retired& old : retired_) {
    if (now < old.until) old.key.write_jwk(json);
  }
  json.end_array().end_object();
  return out;
}

Task<Result<KeyRing>> open_key_ring(AccountStore& store, SigningKey signing, std::string issuer, TimeMs now) {
  KeyRing ring(std::move(signing), std::move(issuer));
  auto stored = co_await store.keys();
  if (!stored) co_return fail(std::move(stored.error()));
  KeyRecord current;
  current.kid = ring.signing().verifying().kid();
  current.public_key = ring.signing().verifying().der();
  current.created_at = now;
  bool known = false;
  for (KeyRecord& record : *stored) {
    if (record.kid == current.kid) {
      known = !record.retired_at;
      current.created_at = record.created_at;
      continue;
    }
    if (!record.retired_at) {
      record.retired_at = now;
      if (auto status = co_await store.put_key(record); !status) co_return fail(std::move(status.error()));
    }
    const TimeMs until = record.retired_at + kAccessTokenLifeMax;
    auto key = VerifyingKey::from_der(record.public_key);
    if (key && now < until) ring.add_retired(std::move(*key), until);
  }
  if (!known) {
    if (auto status = co_await store.put_key(current); !status) co_return fail(std::move(status.error()));
  }
  co_return ring;
}

std::string write_access_token(const AccessClaims& claims, const KeyRing& keys) {
  const VerifyingKey& key = keys.signing().verifying();
  std::string header;
  JsonWriter(header)
      .begin_object()
      .key("alg")
      .string(name_of(key.algorithm()))
      .key("typ")
      .string(kType)
      .key("kid")
      .string(key.kid())
      .end_object();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("iss").string(keys.issuer()).key("sub").id(claims.user.value).key("sid").id(claims.login.value);
  json.key("iat").number(claims.issued_at.unix_ms / 1000).key("exp").number(claims.expires_at.unix_ms / 1000);
  json.key("permissions").begin_array().string("user");
  if (claims.admin) json.string("admin");
  json.end_array().end_object();
  std::string token = base64url(header) + "." + base64url(body);
  token += "." + base64url(keys.signing().sign(token));
  return token;
}

Result<AccessClaims> read_access_token(std::string_view token, const KeyRing& keys, TimeMs now) {
  if (token.size() > kAccessTokenBytesMax) return refused();
  const auto parts = split(token);
  if (!parts) return refused();
  const auto header = decode_object(parts->header);
  const auto signature = decode_base64url(parts->signature);
  if (!header || !signature) return refused();
  const VerifyingKey* key = key_of(header->root(), keys, now);
  if (key == nullptr || !key->verifies(parts->signed_text, *signature)) return refused();
  const auto json = decode_object(parts->claims);
  if (!json) return refused();
  const auto claims = claims_of(json->root(), keys);
  if (!claims) return refused();
  if (!claims->good_at(now) || claims->expires_at <= claims->issued_at || claims->expires_at - claims->issued_at > kAccessTokenLifeMax)
    return refused();
  return *claims;
}

}  // namespace rookery::auth
