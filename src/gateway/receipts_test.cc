#include "gateway/receipts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UserId kAnn(1);
constexpr UserId kBen(2);
constexpr UserId kCid(3);
constexpr ChannelId kChannel(9);

Cursor at(std::uint64_t read, std::uint64_t delivered) {
  Cursor cursor;
  cursor.read_seq = read;
  cursor.delivered_seq = delivered;
  return cursor;
}

TEST(ReceiptBatch, TheAuthorsOfWhatIsNewlyCoveredHearOfIt) {
  ReceiptBatch batch;
  batch.add(kBen, at(0, 3), at(0, 5));
  const auto updates = batch.updates(kChannel, [](std::uint64_t seq) { return seq <= 3 ? kCid : kAnn; });
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_THAT(updates[0].authors, ElementsAre(kAnn)) << "3 was delivered before";
  EXPECT_EQ(updates[0].d, R"({"channel_id":"9","receipts":[{"user_id":"2","delivered_seq":5,"read_seq":0}]})");
}

TEST(ReceiptBatch, ReadingCoversWhatWasDeliveredBefore) {
  ReceiptBatch batch;
  batch.add(kBen, at(1, 5), at(2, 5));
  const auto updates = batch.updates(kChannel, [](std::uint64_t seq) { return seq == 2 ? kAnn : kCid; });
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_THAT(updates[0].authors, ElementsAre(kAnn));
}

TEST(ReceiptBatch, MovesOfOneUserAreGathered) {
  ReceiptBatch batch;
  batch.add(kBen, at(0, 0), at(0, 1));
  batch.add(kBen, at(0, 1), at(2, 2));
  batch.add(kCid, at(0, 0), at(0, 2));
  const auto updates = batch.updates(kChannel, [](std::uint64_t) { return kAnn; });
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].d, R"({"channel_id":"9","receipts":[{"user_id":"2","delivered_seq":2,"read_seq":2},)"
                          R"({"user_id":"3","delivered_seq":2,"read_seq":0}]})");
}

TEST(ReceiptBatch, NobodyHearsOfHisOwnReading) {
  ReceiptBatch batch;
  batch.add(kBen, at(0, 0), at(4, 4));
  EXPECT_THAT(batch.updates(kChannel, [](std::uint64_t) { return kBen; }), IsEmpty());
}

TEST(ReceiptBatch, OnlyTheNewestThreeHundredCount) {
  ReceiptBatch batch;
  batch.add(kBen, at(0, 0), at(0, 1000));
  EXPECT_EQ(batch.first(), 701u);
  EXPECT_EQ(batch.last(), 1000u);
  const auto updates = batch.updates(kChannel, [](std::uint64_t seq) { return seq == 701 ? kAnn : seq == 700 ? kCid : UserId(); });
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_THAT(updates[0].authors, ElementsAre(kAnn));
}

TEST(RecentAuthors, RemembersTheNewest) {
  RecentAuthors authors;
  for (std::uint64_t seq = 5; seq <= 400; ++seq) {
    authors.push(seq, UserId(seq * 10));
    EXPECT_EQ(authors.of(seq), UserId(seq * 10)) << seq;
    const std::uint64_t kept = std::min<std::uint64_t>(seq - 4, 64);
    EXPECT_EQ(authors.of(seq + 1 - kept), UserId((seq + 1 - kept) * 10)) << seq;
    EXPECT_EQ(authors.of(seq - kept), UserId()) << seq;
  }
  EXPECT_EQ(authors.of(401), UserId());
  authors.push(500, kAnn);
  EXPECT_EQ(authors.of(400), UserId());
  EXPECT_EQ(authors.of(500), kAnn);
}

}  // namespace
}  // namespace rookery::gateway
