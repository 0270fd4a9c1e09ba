#include "presence/presence_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::presence {
namespace {

using std::chrono::seconds;

class PresenceDeskTest : public testing::Test {
 protected:
  static constexpr UserId kUser{7};
  static ConnectionKey key(std::uint8_t n) {
    ConnectionKey k;
    k.secret[0] = n;
    return k;
  }
  PresenceDesk::Now at(int second) const { return {TimeMs(1'000'000 + second * 1000), SteadyTime(seconds(second))}; }
  // Stores what waits, as the service does, and answers whose presence is to be told.
  std::vector<UserId> settle(int second) {
    for (const UserId user : desk_.unremembered()) desk_.remember(user, TimeMs());
    for (const auto& [user, time] : desk_.take_unstored(at(second), seconds(2))) desk_.stored(user, time);
    return desk_.take_changed();
  }

  PresenceDesk desk_;
};

TEST_F(PresenceDeskTest, AUserIsOnlineWhileAnyConnectionLives) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  desk_.connected(key(2), kUser, DeviceKind::kMobile, at(0));
  EXPECT_THAT(settle(0), testing::ElementsAre(kUser));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOnline);
  EXPECT_THAT(desk_.presence(kUser).devices, testing::ElementsAre(DeviceKind::kMobile, DeviceKind::kWeb));
  desk_.seen(key(2), kUser, at(30).wall, at(30));
  desk_.sweep(at(61));
  EXPECT_THAT(desk_.presence(kUser).devices, testing::ElementsAre(DeviceKind::kMobile));
  desk_.sweep(at(89));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOnline);
  desk_.sweep(at(90));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOffline);
}

TEST_F(PresenceDeskTest, LastSeenIsTheLastFrameAndNotTheTimeout) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  desk_.seen(key(1), kUser, at(10).wall, at(11));
  settle(11);
  desk_.sweep(at(75));
  EXPECT_THAT(settle(75), testing::ElementsAre(kUser));
  EXPECT_EQ(desk_.presence(kUser).last_seen, at(10).wall);
}

TEST_F(PresenceDeskTest, AFrameToldLateDoesNotProlongALife) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  desk_.seen(key(1), kUser, at(10).wall, at(15));
  desk_.sweep(at(69));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOnline);
  desk_.sweep(at(70));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOffline);
}

TEST_F(PresenceDeskTest, ALogoutIsOfflineAtOnceWithItsOwnMoment) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  settle(0);
  desk_.disconnected(key(1), kUser, at(0).wall, true, at(5));
  EXPECT_THAT(settle(5), testing::ElementsAre(kUser));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOffline);
  EXPECT_EQ(desk_.presence(kUser).last_seen, at(5).wall);
}

TEST_F(PresenceDeskTest, AClosedSocketLivesOnForAMinute) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  desk_.disconnected(key(1), kUser, at(20).wall, false, at(20));
  desk_.sweep(at(79));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOnline);
  desk_.sweep(at(80));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOffline);
}

TEST_F(PresenceDeskTest, AClockThatJumpsAnHourEndsNobodyAndKeepsNobody) {
  const auto jumped = [this](int second, std::chrono::hours jump) {
    PresenceDesk::Now now = at(second);
    now.wall = now.wall + jump;
    return now;
  };
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  for (const auto jump : {std::chrono::hours(1), std::chrono::hours(-1)}) {
    // The frame was told with the clock as it was before the jump.
    desk_.seen(key(1), kUser, at(10).wall, jumped(10, jump));
    desk_.sweep(jumped(59, jump));
    EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOnline);
  }
  desk_.sweep(at(70));
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOffline);
}

TEST_F(PresenceDeskTest, LastSeenNeverGoesBackWithTheClock) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(7200));
  settle(7200);
  desk_.seen(key(1), kUser, at(3600).wall, {at(3600).wall, at(7210).steady});
  settle(7210);
  EXPECT_EQ(desk_.presence(kUser).last_seen, at(7200).wall);
}

TEST_F(PresenceDeskTest, AwayIsWhenAllConnectionsSaySo) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  desk_.connected(key(2), kUser, DeviceKind::kWeb, at(0));
  desk_.set_away(key(1), kUser, true);
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kOnline);
  desk_.set_away(key(2), kUser, true);
  EXPECT_EQ(desk_.presence(kUser).status, PresenceStatus::kAway);
}

TEST_F(PresenceDeskTest, WhatIsShownIsWhatWasStored) {
  desk_.remember(kUser, TimeMs(5));
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  EXPECT_EQ(desk_.presence(kUser).last_seen, TimeMs(5));
  settle(0);
  EXPECT_EQ(desk_.presence(kUser).last_seen, at(0).wall);
  desk_.remember(kUser, TimeMs(6));
  EXPECT_EQ(desk_.presence(kUser).last_seen, at(0).wall) << "it never goes back";
}

TEST_F(PresenceDeskTest, FramesAreStoredAtMostEveryInterval) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  settle(0);
  desk_.seen(key(1), kUser, at(1).wall, at(1));
  EXPECT_TRUE(desk_.take_unstored(at(1), seconds(2)).empty());
  EXPECT_TRUE(desk_.take_changed().empty());
  EXPECT_EQ(desk_.take_unstored(at(2), seconds(2)).size(), 1u);
}

TEST_F(PresenceDeskTest, NothingIsStoredBeforeWhatWasStoredIsKnown) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  EXPECT_THAT(desk_.unremembered(), testing::ElementsAre(kUser));
  EXPECT_TRUE(desk_.take_unstored(at(0), seconds(2)).empty());
  EXPECT_TRUE(desk_.take_changed().empty());
  desk_.remember(kUser, at(3600).wall);  // the clock was set back meanwhile
  EXPECT_TRUE(desk_.unremembered().empty());
  EXPECT_TRUE(desk_.take_unstored(at(0), seconds(2)).empty()) << "it would go back";
  EXPECT_THAT(desk_.take_changed(), testing::ElementsAre(kUser));
  EXPECT_EQ(desk_.presence(kUser).last_seen, at(3600).wall);
}

TEST_F(PresenceDeskTest, NobodyIsRememberedForNothing) {
  desk_.connected(key(1), kUser, DeviceKind::kWeb, at(0));
  desk_.remember(UserId(8), TimeMs(5));
  desk_.disconnected(key(1), kUser, at(0).wall, true, at(1));
  settle(1);
  desk_.sweep(at(2));
  EXPECT_EQ(desk_.users(), 0u);
}

TEST_F(PresenceDeskTest, WatchersAreWhoSaidSo) {
  desk_.watch(kUser, Watcher{key(9), UserId(3)});
  desk_.watch(kUser, Watcher{key(9), UserId(3)});
  EXPECT_EQ(desk_.watchers(kUser).size(), 1u);
  EXPECT_TRUE(desk_.allow(kUser, UserId(3), false));
  EXPECT_FALSE(desk_.allow(kUser, UserId(3), false));
  EXPECT_FALSE(desk_.watchers(kUser).front().allowed);
  desk_.unwatch(kUser, key(9));
  EXPECT_TRUE(desk_.watchers(kUser).empty());
}

TEST_F(PresenceDeskTest, ABlockCountsThatCameWhileItWasAskedWhetherHeMay) {
  desk_.watch(kUser, Watcher{key(9), UserId(3), false, true});
  EXPECT_TRUE(desk_.allow(kUser, UserId(3), false)) << "he is to be told, once";
  EXPECT_FALSE(desk_.answer(kUser, key(9), true)) << "what was read before the block";
  EXPECT_FALSE(desk_.watchers(kUser).front().allowed);
  EXPECT_FALSE(desk_.answer(UserId(8), key(9), true)) << "nobody watches";
}

TEST_F(PresenceDeskTest, WhoIsAskedForSeesNothingUntilTheAnswer) {
  desk_.watch(kUser, Watcher{key(9), UserId(3), false, true});
  EXPECT_FALSE(desk_.watchers(kUser).front().allowed);
  EXPECT_TRUE(desk_.answer(kUser, key(9), true));
  EXPECT_TRUE(desk_.watchers(kUser).front().allowed);
  EXPECT_FALSE(desk_.answer(kUser, key(9), false)) << "it was answered";
}

}  // namespace
}  // namespace rookery::presence
