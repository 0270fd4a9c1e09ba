#include "gateway/ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace rookery::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ChannelId kOne(1);
constexpr ChannelId kTwo(2);

class RingTest : public ::testing::Test {
 protected:
  ParcelRef message(ChannelId channel, std::uint64_t seq, std::size_t bytes = 10) {
    return parcels.make(net::SharedBuffer::copy_of(std::string(bytes, 'x')), {Form::kCreate, {channel, seq}, 0, true});
  }
  ParcelRef other() { return parcels.make(net::SharedBuffer::copy_of("{}")); }

  Parcels parcels;
  Ring ring;
  std::vector<Confirmed> confirmed;
};

TEST_F(RingTest, NumbersFromOneWithoutAHole) {
  EXPECT_EQ(ring.first_s(), 1u);
  EXPECT_EQ(ring.last_s(), 0u);
  ring.push(message(kOne, 1));
  ring.push(message(kOne, 2));
  EXPECT_EQ(ring.first_s(), 1u);
  EXPECT_EQ(ring.last_s(), 2u);
  EXPECT_EQ(ring.at(2).place().seq, 2u);
}

TEST_F(RingTest, AnAcknowledgementConfirmsTheHighestSeqOfEachChannelOnce) {
  ring.push(message(kOne, 7));
  ring.push(message(kTwo, 3));
  ring.push(other());
  ring.push(message(kOne, 8));
  ring.push(message(kOne, 9));
  ring.acknowledge(4, confirmed);
  EXPECT_THAT(confirmed, ElementsAre(Confirmed{kOne, 8}, Confirmed{kTwo, 3}));
  EXPECT_EQ(ring.first_s(), 5u);
  confirmed.clear();
  ring.acknowledge(4, confirmed);
  EXPECT_THAT(confirmed, IsEmpty());
}

TEST_F(RingTest, WhatWasDroppedStillCountsWhenItIsAcknowledgedLater) {
  for (std::uint64_t seq = 1; seq <= 20; ++seq) ring.push(message(kOne, seq));
  ring.trim({.dispatches = 5, .bytes = 1000}, 20, 0);
  EXPECT_EQ(ring.first_s(), 16u);
  ring.acknowledge(14, confirmed);
  EXPECT_THAT(confirmed, IsEmpty()) << "15 is the newest dropped one";
  ring.acknowledge(15, confirmed);
  EXPECT_THAT(confirmed, ElementsAre(Confirmed{kOne, 15}));
}

TEST_F(RingTest, IsBoundedByBytesToo) {
  for (std::uint64_t seq = 1; seq <= 10; ++seq) ring.push(message(kOne, seq, 100));
  ring.trim({.dispatches = 100, .bytes = 350}, 10, 0);
  EXPECT_EQ(ring.size(), 3u);
  EXPECT_EQ(ring.bytes(), 300u);
}

TEST_F(RingTest, KeepsWhatWasNotSentAndWhatMayStandInAnOutbox) {
  for (std::uint64_t seq = 1; seq <= 10; ++seq) ring.push(message(kOne, seq, 100));
  ring.trim({.dispatches = 1, .bytes = 1}, 4, 0);
  EXPECT_EQ(ring.first_s(), 5u) << "5 to 10 were never sent";
  ring.trim({.dispatches = 1, .bytes = 1}, 10, 250);
  EXPECT_EQ(ring.size(), 3u) << "250 bytes are still in the outbox";
}

TEST_F(RingTest, HoldsTheSameAsASimpleListThroughAThousandRandomSteps) {
  SeededRandom random(42);
  std::vector<std::uint64_t> kept;  // seqs
  std::uint64_t pushed = 0;
  for (int step = 0; step < 1000; ++step) {
    if (random.below(3) != 0) {
      ring.push(message(kOne, ++pushed));
      kept.push_back(pushed);
      ring.trim({.dispatches = 50, .bytes = 100'000}, pushed, 0);
      if (kept.size() > 50) kept.erase(kept.begin());
    } else if (!kept.empty()) {
      const std::uint64_t s = kept[random.below(kept.size())];
      ring.acknowledge(s, confirmed);
      std::erase_if(kept, [s](std::uint64_t seq) { return seq <= s; });
    }
    ASSERT_EQ(ring.size(), kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(ring.at(ring.first_s() + i).place().seq, kept[i]);
  }
}

TEST(Parcels, ADeletionReplacesEveryTextThatCarriesTheMessage) {
  Parcels parcels;
  const Place place{kOne, 5};
  const auto text = [](const char* t) { return net::SharedBuffer::copy_of(t); };
  const ParcelRef create = parcels.make(text("secret"), {Form::kCreate, place, 0, true});
  const ParcelRef update = parcels.make(text("secret"), {Form::kUpdate, place, 3, false});
  const ParcelRef deletion = parcels.make(text("secret"), {Form::kDelete, place, 4, false});
  const ParcelRef mention = parcels.make(text("secret"), {Form::kMention, place, 0, false});
  const ParcelRef reply = parcels.make(text("secret"), {Form::kReply, place, 0, false});
  const ParcelRef next = parcels.make(text("other"), {Form::kCreate, {kOne, 6}, 0, true});
  int heard = 0;
  parcels.withdraw(place, R"({"deleted":true})", [&](const net::SharedBuffer& old, const net::SharedBuffer&) {
    EXPECT_EQ(old.view(), "secret");
    ++heard;
  });
  EXPECT_EQ(heard, 5);
  EXPECT_EQ(create->text().view(), R"("t":"MESSAGE_CREATE","d":{"deleted":true}})");
  EXPECT_EQ(update->text().view(), R"("t":"MESSAGE_UPDATE","d":{"channel_id":"1","rev":3,"message":{"deleted":true}}})");
  EXPECT_EQ(deletion->text().view(), R"("t":"MESSAGE_DELETE","d":{"channel_id":"1","rev":4,"message":{"deleted":true}}})");
  EXPECT_EQ(mention->text().view(), R"("t":"MENTION_CREATE","d":{"channel_id":"1","message":{"deleted":true}}})");
  EXPECT_EQ(reply->text().view(), R"("d":{"message":{"deleted":true}}})");
  EXPECT_EQ(next->text().view(), "other");
}

TEST(Parcels, ForgetsAMessageWithItsLastHolder) {
  Parcels parcels;
  {
    const ParcelRef one = parcels.make(net::SharedBuffer::copy_of("x"), {Form::kCreate, {kOne, 5}, 0, true});
    const ParcelRef two = parcels.make(net::SharedBuffer::copy_of("y"), {Form::kMention, {kOne, 5}, 0, true});
    EXPECT_EQ(parcels.places(), 1u);
  }
  EXPECT_EQ(parcels.places(), 0u);
}

}  // namespace
}  // namespace rookery::gateway
