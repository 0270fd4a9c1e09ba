#include "presence/presence_text.h"

#include <fmt/format.h>
#include <unicode/timezone.h>

#include <array>
#include <chrono>
#include <memory>

namespace rookery::presence {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                      "July",    "August",   "September", "October", "November", "December"};

struct LocalTime {
  std::chrono::year_month_day date;
  int hour = 0;
  int minute = 0;
};

LocalTime local_time(TimeMs time, const icu::TimeZone& zone) {
  std::int32_t raw_ms = 0;
  std::int32_t saving_ms = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone.getOffset(static_cast<UDate>(time.unix_ms), false, raw_ms, saving_ms, status);
  using namespace std::chrono;
  const sys_time<milliseconds> local{milliseconds(time.unix_ms + raw_ms + saving_ms)};
  const auto day = floor<days>(local);
  const hh_mm_ss clock(local - day);
  return {year_month_day(day), static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count())};
}

std::unique_ptr<icu::TimeZone> find_zone(const std::string& tz) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(tz)));
  if (*zone == icu::TimeZone::getUnknown()) return nullptr;
  return zone;
}

std::string ago(std::chrono::milliseconds passed) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(passed).count();
  if (minutes < 1) return "Last seen just now";
  return minutes == 1 ? "Last seen 1 minute ago" : fmt::format("Last seen {} minutes ago", minutes);
}

}  // namespace

bool is_time_zone(const std::string& tz) { return !tz.empty() && tz.size() <= 64 && find_zone(tz) != nullptr; }

std::string presence_text(const Presence& presence, TimeMs now, const std::string& tz) {
  if (presence.status == PresenceStatus::kOnline) return "Online";
  if (presence.status == PresenceStatus::kAway) return "Away";
  if (!presence.last_seen) return "Offline";
  const auto passed = now - presence.last_seen;
  if (passed < std::chrono::hours(1)) return ago(passed);
  const auto zone = find_zone(tz);
  const LocalTime then = local_time(presence.last_seen, *zone);
  const LocalTime today = local_time(now, *zone);
  if (then.date == today.date) {
    const int hour = then.hour % 12 == 0 ? 12 : then.hour % 12;
    return fmt::format("Last seen today at {}:{:02} {}", hour, then.minute, then.hour < 12 ? "AM" : "PM");
  }
  const std::string_view month = kMonths[static_cast<unsigned>(then.date.month()) - 1];
  const unsigned day = static_cast<unsigned>(then.date.day());
  if (then.date.year() == today.date.year()) return fmt::format("Last seen on {} {}", month, day);
  return fmt::format("Last seen on {} {}, {}", month, day, static_cast<int>(then.date.year()));
}

}  // namespace rookery::presence
