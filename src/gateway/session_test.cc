#include "gateway/session.h"

#include <gtest/gtest.h>

#include "gateway/sink.h"
#include "runtime/task_group.h"

namespace rookery::gateway {
namespace {

// A sink whose kernel takes nothing until it is told to.
class StuckSink final : public Sink {
 public:
  void send(std::string_view prefix, net::SharedBuffer rest) override {
    unsent_ += prefix.size() + rest.size();
    ++count_;
  }
  void replace(const net::SharedBuffer&, const net::SharedBuffer&) override {}
  void drop_unsent() override { unsent_ = 0; }
  std::size_t unsent_bytes() const override { return unsent_; }
  void notify_drained(std::size_t unsent_bytes) override { asked_ = unsent_bytes; }
  void pause_reading() override {}
  void resume_reading() override {}
  void close(CloseReason) override {}
  void move_to(Core&, std::move_only_function<void()>) override {}
  SteadyTime last_received() const override { return {}; }

  int count() const { return count_; }
  // The kernel takes everything; whoever asked is told.
  void drain(Session& session) {
    unsent_ = 0;
    if (std::exchange(asked_, std::nullopt)) session.on_drained();
  }

 private:
  std::size_t unsent_ = 0;
  int count_ = 0;
  std::optional<std::size_t> asked_;
};

Task<void> wait_for_room(Session& session, bool& came) {
  co_await session.room();
  came = true;
}

TEST(Session, WhoWaitsForRoomIsWokenWhenAReplayThatFilledHalfOfItIsTaken) {
  Parcels parcels;
  Session session({}, {}, DeviceKind::kWeb, {.dispatches = 512, .bytes = 256 * 1024}, {});
  StuckSink first;
  session.attach(first, nullptr);
  session.detach({});
  session.dispatch(parcels.make(net::SharedBuffer::copy_of(std::string(kPacedBytes * 3 / 4, 'x'))));
  TaskGroup tasks(1);
  bool came = false;
  ASSERT_TRUE(tasks.spawn(wait_for_room(session, came)));
  StuckSink second;
  std::vector<Confirmed> confirmed;
  session.resume(second, nullptr, 0, parcels.make(net::SharedBuffer::copy_of("{}")), confirmed);
  EXPECT_FALSE(came) << "more than half of it is unsent";
  second.drain(session);
  EXPECT_TRUE(came);
  session.end();
}

// While a socket is far behind more is kept than without one, and a Resume from there was found possible.
TEST(Session, WhoTakesASocketOverThatIsFarBehindGetsEverythingAfterS) {
  constexpr int kBig = 70;
  Parcels parcels;
  Session session({}, {}, DeviceKind::kWeb, {.dispatches = 512, .bytes = 256 * 1024}, {});
  StuckSink first;
  session.attach(first, nullptr);
  for (int i = 0; i < kBig; ++i) session.dispatch(parcels.make(net::SharedBuffer::copy_of(std::string(4'000, 'x'))));
  ASSERT_EQ(session.can_resume(1), Session::ResumeAnswer::kCan);
  session.hand_over({});
  ASSERT_EQ(session.can_resume(1), Session::ResumeAnswer::kCan);
  StuckSink second;
  std::vector<Confirmed> confirmed;
  session.resume(second, nullptr, 1, parcels.make(net::SharedBuffer::copy_of("{}")), confirmed);
  EXPECT_LE(second.unsent_bytes(), kPacedBytes);
  while (second.unsent_bytes() > 0) second.drain(session);
  EXPECT_EQ(second.count(), kBig) << "all but the first, and RESUMED";
  session.end();
}

}  // namespace
}  // namespace rookery::gateway
