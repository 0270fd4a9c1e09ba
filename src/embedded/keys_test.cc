#include "embedded/keys.h"

#include <gtest/gtest.h>

namespace rookery::embedded {
namespace {

const ChannelId kChannel(0x0102030405060708);
const UserId kUser(0x1112131415161718);

TEST(Keys, NewerMessagesComeFirstWithinTheirChannel) {
  EXPECT_LT(message_key(kChannel, 10), message_key(kChannel, 9));
  EXPECT_LT(message_key(kChannel, 1), prefix_end(message_prefix(kChannel)));
  EXPECT_GE(message_key(ChannelId(kChannel.value + 1), 10), prefix_end(message_prefix(kChannel)));
}

TEST(Keys, ChangesAscendWithTheirRevision) { EXPECT_LT(change_key(kChannel, 255), change_key(kChannel, 256)); }

TEST(Keys, AMessageKeyIsItsTableItsChannelAndTheComplementOfItsSeq) {
  EXPECT_EQ(message_key(kChannel, 1), std::string("m\x01\x02\x03\x04\x05\x06\x07\x08\xff\xff\xff\xff\xff\xff\xff\xfe", 17));
}

TEST(Keys, ParsingGivesBackWhatWasMade) {
  EXPECT_EQ(parse_message_key(message_key(kChannel, 42)), (ChannelPosition{kChannel, 42}));
  EXPECT_EQ(parse_change_key(change_key(kChannel, 43)), (ChannelPosition{kChannel, 43}));
  EXPECT_EQ(parse_pin_key(pin_key(kChannel, 44)), (ChannelPosition{kChannel, 44}));
  EXPECT_EQ(parse_log_key(log_key(45)), 45u);
  EXPECT_EQ(parse_name_key(name_key("ada")), "ada");
  EXPECT_EQ(parse_login_key(login_key(kUser, LoginId(7))), std::pair(kUser, LoginId(7)));
  EXPECT_EQ(parse_signing_key_key(signing_key_key("k1")), "k1");
  EXPECT_EQ(parse_user_key(user_key(kUser)), kUser);
  EXPECT_EQ(parse_invite_key(invite_key("v1")), "v1");
  EXPECT_EQ(parse_roll_key(roll_key(1, kUser)), kUser);
  EXPECT_EQ(parse_audit_key(audit_key(46)), 46u);
  EXPECT_EQ(parse_device_key(device_key(kUser, "phone")), std::pair(kUser, std::string_view("phone")));
  EXPECT_EQ(parse_block_key(block_key(kUser, UserId(3))), std::pair(kUser, UserId(3)));
  EXPECT_EQ(parse_channel_key(channel_key(kChannel)), kChannel);
  EXPECT_EQ(parse_member_key(member_key(kChannel, kUser)), std::pair(kChannel, kUser));
  EXPECT_EQ(parse_mine_key(mine_key(kUser, kChannel)), std::pair(kUser, kChannel));
  EXPECT_EQ(parse_cursor_key(cursor_key(kUser, kChannel)), std::pair(kUser, kChannel));
  EXPECT_EQ(parse_mention_list_key(mention_list_key(kUser, MessageId(9))), std::pair(kUser, MessageId(9)));
}

TEST(Keys, AReactionNamesItsMessageItsEmojiAndItsUser) {
  const std::string key = reaction_key(kChannel, 5, "\U0001f44d", kUser);
  const auto parsed = parse_reaction_key(key);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->channel, kChannel);
  EXPECT_EQ(parsed->seq, 5u);
  EXPECT_EQ(parsed->emoji, "\U0001f44d");
  EXPECT_EQ(parsed->user, kUser);
  EXPECT_TRUE(key.starts_with(reaction_prefix(kChannel, 5, "\U0001f44d")));
  EXPECT_TRUE(key.starts_with(reactions_prefix(kChannel, 5)));
}

TEST(Keys, AnEmojiIsNotThePrefixOfALongerOne) {
  EXPECT_FALSE(reaction_key(kChannel, 5, "ab", kUser).starts_with(reaction_prefix(kChannel, 5, "a")));
}

TEST(Keys, UnreadMentionsAreTheRangeUpToTheReadSeq) {
  const std::string read = mention_key(kUser, kChannel, 10);
  EXPECT_LT(mention_key(kUser, kChannel, 11), read);
  EXPECT_GE(mention_key(kUser, kChannel, 11), mention_prefix(kUser, kChannel));
  EXPECT_GT(mention_key(kUser, kChannel, 9), read);
  const auto parsed = parse_mention_key(read);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->seq, 10u);
}

TEST(Keys, ADirectChannelHasOneKeyFromBothSides) { EXPECT_EQ(direct_key(UserId(1), UserId(2)), direct_key(UserId(2), UserId(1))); }

TEST(Keys, AnotherTablesKeyAndAKeyOfTheWrongLengthAreNone) {
  EXPECT_FALSE(parse_message_key(change_key(kChannel, 1)));
  EXPECT_FALSE(parse_message_key(message_prefix(kChannel)));
  EXPECT_FALSE(parse_message_key(message_key(kChannel, 1) + "x"));
  EXPECT_FALSE(parse_channel_key(""));
  EXPECT_FALSE(parse_reaction_key(reaction_prefix(kChannel, 5, "a")));
  EXPECT_FALSE(parse_log_key("1234567"));
}

TEST(Keys, ThePrefixEndSkipsBytesThatCannotGrow) {
  EXPECT_EQ(prefix_end("a"), "b");
  EXPECT_EQ(prefix_end("a\xff"), "b");
  EXPECT_EQ(prefix_end(std::string("a\0", 2)), std::string("a\1", 2));
}

TEST(Keys, RecentRowsOfADayComeBeforeThoseOfTheNext) {
  EXPECT_LT(recent_key(20'000, kChannel, kUser, "zzz"), recent_day_prefix(20'001));
  EXPECT_TRUE(recent_key(20'000, kChannel, kUser, "n").starts_with(recent_day_prefix(20'000)));
}

}  // namespace
}  // namespace rookery::embedded
