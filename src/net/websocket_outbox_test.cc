#include "net/websocket_outbox.h"

#include <gtest/gtest.h>

#include <string>

#include "net/websocket_frame.h"

namespace rookery::net {
namespace {

// Writes everything out, `step` bytes at a time.
std::string drain(WebSocketOutbox& outbox, std::size_t step) {
  std::string out;
  std::string piece(step, '\0');
  while (!outbox.empty()) {
    const std::size_t gathered = outbox.gather(piece);
    EXPECT_GT(gathered, 0u);
    out += piece.substr(0, gathered);
    outbox.forget_written(gathered);
  }
  EXPECT_EQ(outbox.bytes(), 0u);
  EXPECT_EQ(outbox.frames(), 0u);
  return out;
}

TEST(WebSocketOutbox, PutsFramesTogetherHoweverTheyAreWritten) {
  const std::string large(70'000, 'l');
  const std::string expected = plain_frame(Opcode::kText, "12rest") + plain_frame(Opcode::kPong, "p") + plain_frame(Opcode::kText, "") +
                               plain_frame(Opcode::kText, "3" + large);
  for (const std::size_t step : {1, 2, 3, 64, 100'000}) {
    WebSocketOutbox outbox;
    outbox.push_text("12", SharedBuffer::copy_of("rest"));
    outbox.push_raw(plain_frame(Opcode::kPong, "p"));
    outbox.push_text({}, {});
    outbox.push_text("3", SharedBuffer::copy_of(large));
    EXPECT_EQ(outbox.bytes(), expected.size());
    EXPECT_EQ(outbox.frames(), 4u);
    EXPECT_EQ(drain(outbox, step), expected);
  }
}

TEST(WebSocketOutbox, ReplacesByIdentityWhatIsNotPartlyWritten) {
  const auto old = SharedBuffer::copy_of("secret");
  const auto equal_but_other = SharedBuffer::copy_of("secret");
  const auto fresh = SharedBuffer::copy_of("gone");
  WebSocketOutbox outbox;
  outbox.push_text("1", old);
  outbox.push_text("2", old);
  outbox.push_text("3", equal_but_other);
  outbox.push_text("4", old);
  std::string first(1, '\0');
  ASSERT_EQ(outbox.gather(first), 1u);
  outbox.forget_written(1);
  EXPECT_EQ(outbox.replace(old, fresh), 2u);
  const std::string expected = plain_frame(Opcode::kText, "1secret") + plain_frame(Opcode::kText, "2gone") +
                               plain_frame(Opcode::kText, "3secret") + plain_frame(Opcode::kText, "4gone");
  EXPECT_EQ(outbox.bytes(), expected.size() - 1);
  EXPECT_EQ(first + drain(outbox, 5), expected);
  EXPECT_EQ(outbox.replace(fresh, old), 0u);
}

TEST(WebSocketOutbox, FinishesTheStartedFrameWhenTheRestIsDropped) {
  for (const std::size_t written : {0, 1, 9, 10}) {
    WebSocketOutbox outbox;
    outbox.push_text("1", SharedBuffer::copy_of("message"));  // 10 bytes
    outbox.push_text("2", SharedBuffer::copy_of("message"));
    std::string begun(written, '\0');
    ASSERT_EQ(outbox.gather(begun), written);
    outbox.forget_written(written);
    outbox.drop_unstarted();
    const bool started = written == 1 || written == 9;
    EXPECT_EQ(outbox.empty(), !started);
    outbox.push_raw("end");
    const std::string rest = drain(outbox, 100);
    EXPECT_EQ(begun + rest, (written == 0 ? "" : plain_frame(Opcode::kText, "1message")) + "end");
  }
}

TEST(SharedBuffer, JoinsPartsAndIsComparedByIdentity) {
  const auto buffer = SharedBuffer::joined({"a", "", "bc"});
  EXPECT_EQ(buffer.view(), "abc");
  const SharedBuffer copy = buffer;
  EXPECT_TRUE(copy.same(buffer));
  EXPECT_FALSE(SharedBuffer::copy_of("abc").same(buffer));
  EXPECT_TRUE(SharedBuffer().empty());
  EXPECT_TRUE(SharedBuffer().same(SharedBuffer()));
  EXPECT_EQ(SharedBuffer::copy_of("").view(), "");
}

}  // namespace
}  // namespace rookery::net
