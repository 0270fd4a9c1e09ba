#include "embedded/row_codec.h"

#include <gtest/gtest.h>

namespace rookery::embedded {
namespace {

TEST(RowCodec, GivesBackWhatWasEncoded) {
  const LogEntry entry{EventKind::kMemberRemove, ChannelId(7), 42};
  EXPECT_EQ(decode_log_entry(encode(entry)), entry);
  const auto nonce = decode_nonce_record(encode(fold::NonceRecord{.seq = 300, .body_hash = 0x0102030405060708}));
  ASSERT_TRUE(nonce);
  EXPECT_EQ(nonce->seq, 300u);
  EXPECT_EQ(nonce->body_hash, 0x0102030405060708u);
  const auto mention = decode_mention_value(encode(MentionValue{UserId(3), MessageId(9)}));
  ASSERT_TRUE(mention);
  EXPECT_EQ(mention->author, UserId(3));
  EXPECT_EQ(mention->message, MessageId(9));
  const auto place = decode_mention_place(encode(MentionPlace{ChannelId(5), 128}));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->channel, ChannelId(5));
  EXPECT_EQ(place->seq, 128u);
}

TEST(RowCodec, WhatIsNoRowIsNone) {
  const std::string entry = encode(LogEntry{EventKind::kMessageCreate, ChannelId(7), 42});
  EXPECT_FALSE(decode_log_entry(""));
  EXPECT_FALSE(decode_log_entry(entry.substr(0, entry.size() - 1)));
  EXPECT_FALSE(decode_log_entry(entry + "x"));
  EXPECT_FALSE(decode_log_entry("\x02" + entry.substr(1))) << "another version";
  std::string unknown = entry;
  unknown[1] = static_cast<char>(static_cast<int>(EventKind::kMemberRemove) + 1);
  EXPECT_FALSE(decode_log_entry(unknown)) << "an event that there is not";
}

}  // namespace
}  // namespace rookery::embedded
