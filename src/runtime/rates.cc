#include "runtime/rates.h"

namespace rookery {
namespace {

constexpr std::array kTable = {
    RateInfo{RateBucket::kRegister, "register", {20, 600}, "new accounts from one address"},
    RateInfo{RateBucket::kLogin, "login", {20, 60}, "attempts to log in from one address"},
    RateInfo{RateBucket::kRefresh, "refresh", {120, 60}, "new access tokens for one address"},
    RateInfo{RateBucket::kUnauthorized, "unauthorized", {120, 60}, "requests without a valid token from one address"},
    RateInfo{RateBucket::kPublic, "public", {120, 60}, "requests that need no token from one address"},
    RateInfo{RateBucket::kLoginName, "login-name", {20, 300}, "attempts to log in by one name, from all addresses"},
    RateInfo{RateBucket::kPassword, "password", {5, 60}, "requests of an account that check its password"},
    RateInfo{RateBucket::kMessages, "messages", {50, 10}, "messages sent by an account"},
    RateInfo{RateBucket::kTyping, "typing", {20, 10}, "typing notices of an account"},
    RateInfo{RateBucket::kSearch, "search", {20, 10}, "searches of an account, for messages or people"},
    RateInfo{RateBucket::kPoll, "poll", {100, 10}, "calls of an account by long polling"},
    RateInfo{RateBucket::kRead, "read", {200, 10}, "other requests of an account that only read"},
    RateInfo{RateBucket::kWrite, "write", {100, 10}, "other requests of an account that change something"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].bucket) != i) return false;
  }
  return kTable.size() == kRateBuckets;
}
static_assert(in_order());

}  // namespace

std::span<const RateInfo> rate_table() { return kTable; }

Rates::Rates() {
  for (const RateInfo& info : kTable) of(info.bucket) = info.rate;
}

}  // namespace rookery
