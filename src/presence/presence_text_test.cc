#include "presence/presence_text.h"

#include <gtest/gtest.h>

namespace rookery::presence {
namespace {

TimeMs at(std::string_view text) { return parse_rfc3339(text).value(); }

std::string text_of(std::string_view seen, std::string_view now, const std::string& tz = "UTC") {
  Presence presence;
  if (!seen.empty()) presence.last_seen = at(seen);
  return presence_text(presence, at(now), tz);
}

TEST(PresenceText, SaysWhatTheStatusIs) {
  EXPECT_EQ(presence_text({.status = PresenceStatus::kOnline}, TimeMs(1), "UTC"), "Online");
  EXPECT_EQ(presence_text({.status = PresenceStatus::kAway}, TimeMs(1), "UTC"), "Away");
  EXPECT_EQ(text_of("", "2026-04-05T12:00:00Z"), "Offline");
}

TEST(PresenceText, CountsMinutesRoundedDownForAnHour) {
  EXPECT_EQ(text_of("2026-04-05T12:00:00Z", "2026-04-05T12:00:59.999Z"), "Last seen just now");
  EXPECT_EQ(text_of("2026-04-05T12:00:00Z", "2026-04-05T12:01:00Z"), "Last seen 1 minute ago");
  EXPECT_EQ(text_of("2026-04-05T12:00:00Z", "2026-04-05T12:05:59Z"), "Last seen 5 minutes ago");
  EXPECT_EQ(text_of("2026-04-05T12:00:00Z", "2026-04-05T12:59:59Z"), "Last seen 59 minutes ago");
  EXPECT_EQ(text_of("2026-04-05T23:58:00Z", "2026-04-06T00:03:00Z"), "Last seen 5 minutes ago");
  EXPECT_EQ(text_of("2026-04-05T12:00:00Z", "2026-04-05T11:59:00Z"), "Last seen just now") << "a clock that went back";
}

TEST(PresenceText, NamesTheHourOfTheSameDayInTheZone) {
  EXPECT_EQ(text_of("2026-04-05T14:30:00Z", "2026-04-05T18:00:00Z"), "Last seen today at 2:30 PM");
  EXPECT_EQ(text_of("2026-04-05T00:05:00Z", "2026-04-05T18:00:00Z"), "Last seen today at 12:05 AM");
  EXPECT_EQ(text_of("2026-04-05T12:05:00Z", "2026-04-05T18:00:00Z"), "Last seen today at 12:05 PM");
  EXPECT_EQ(text_of("2026-04-05T12:30:00Z", "2026-04-05T18:00:00Z", "Europe/Berlin"), "Last seen today at 2:30 PM");
  EXPECT_EQ(text_of("2026-04-04T22:30:00Z", "2026-04-05T18:00:00Z", "Europe/Berlin"), "Last seen today at 12:30 AM");
}

TEST(PresenceText, NamesTheDayOfEarlierOnes) {
  EXPECT_EQ(text_of("2026-04-05T12:00:00Z", "2026-04-06T12:00:00Z"), "Last seen on April 5");
  EXPECT_EQ(text_of("2025-04-05T12:00:00Z", "2026-04-06T12:00:00Z"), "Last seen on April 5, 2025");
  EXPECT_EQ(text_of("2025-12-31T23:30:00Z", "2026-01-01T02:00:00Z", "Europe/Berlin"), "Last seen today at 12:30 AM");
}

TEST(PresenceText, KnowsTimeZonesByTheirNames) {
  for (const char* zone : {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"}) EXPECT_TRUE(is_time_zone(zone)) << zone;
  for (const char* zone : {"", "Mars/Olympus", "Europe/", "berlin!"}) EXPECT_FALSE(is_time_zone(zone)) << zone;
}

}  // namespace
}  // namespace rookery::presence
