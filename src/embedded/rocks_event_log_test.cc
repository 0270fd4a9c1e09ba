#include "embedded/rocks_event_log.h"

#include <gmock/gmock.h>

#include "embedded/database_fixture.h"
#include "embedded/rocks_channel_log.h"
#include "runtime/snowflake.h"

namespace rookery::embedded {
namespace {

constexpr UserId kAnna{1}, kBert{2};
constexpr ChannelId kChannel{10};

class RocksEventLogTest : public DatabaseFixture {
 protected:
  // Makes a group with two messages, an edit and a deletion.
  static Task<void> talk(ChannelLog& log) {
    CreateChannel create{.type = ChannelType::kGroup, .creator = kAnna, .members = {kAnna, kBert}};
    EXPECT_TRUE(co_await log.append(kChannel, std::move(create)));
    SendMessage send{.author = kAnna, .author_name = "a", .content = "one"};
    const Result<Applied> first = co_await log.append(kChannel, send);
    EXPECT_TRUE(co_await log.append(kChannel, std::move(send)));
    EditMessage edit{.actor = kAnna, .message = first->message->id, .content = "changed"};
    EXPECT_TRUE(co_await log.append(kChannel, std::move(edit)));
    DeleteMessage remove{.actor = kAnna, .message = first->message->id};
    EXPECT_TRUE(co_await log.append(kChannel, std::move(remove)));
  }
  static Task<void> read(EventLog& log, std::uint64_t after, std::uint32_t limit, Result<std::vector<LoggedEvent>>& events) {
    events = co_await log.events(after, limit);
  }
  static Task<void> offset(EventLog& log, std::string follower, Result<std::uint64_t>& offset) {
    offset = co_await log.offset_of(std::move(follower));
  }
  void fill() {
    CoreIds ids(2, TimeMs(), system_clock(), nullptr);
    auto log = RocksChannelLog::open(cores(), database(), ids);
    ASSERT_TRUE(log);
    run_blocking(cores().at(0), talk(**log));
    run_blocking(cores().at(0), (*log)->flush());
  }
};

TEST_F(RocksEventLogTest, AFollowerReadsEverythingThatHappenedInItsOrder) {
  open();
  fill();
  RocksEventLog log(database());
  Result<std::vector<LoggedEvent>> events;
  run_blocking(cores().at(1), read(log, 0, 100, events));
  ASSERT_TRUE(events);
  using enum EventKind;
  EXPECT_THAT(*events, testing::ElementsAre(LoggedEvent{1, kMessageCreate, kChannel, 1}, LoggedEvent{2, kMessageCreate, kChannel, 2},
                                            LoggedEvent{3, kMessageUpdate, kChannel, 1}, LoggedEvent{4, kMessageDelete, kChannel, 2}));
  EXPECT_EQ(log.last_offset(), 4u);
  run_blocking(cores().at(1), read(log, 2, 1, events));
  EXPECT_THAT(*events, testing::ElementsAre(LoggedEvent{3, kMessageUpdate, kChannel, 1}));
  run_blocking(cores().at(1), read(log, 4, 10, events));
  EXPECT_TRUE(events->empty());
}

TEST_F(RocksEventLogTest, AFollowersOffsetIsItsOwnAndOutlivesTheProcess) {
  open();
  RocksEventLog(database()).store_offset("search", 17);
  reopen();
  RocksEventLog log(database());
  Result<std::uint64_t> stored;
  run_blocking(cores().at(0), offset(log, "search", stored));
  EXPECT_EQ(stored.value(), 17u);
  run_blocking(cores().at(0), offset(log, "notifier", stored));
  EXPECT_EQ(stored.value(), 0u);
}

}  // namespace
}  // namespace rookery::embedded
