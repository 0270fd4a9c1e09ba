// The channel ports on RocksDB: the fold on the channel's core, one committer for all (architecture.md, "The life of a
// message").
//
// A command runs in its channel's turn: the rows it names are loaded, the fold decides, its batch is submitted, and the turn
// passes to the next command while the batch is synced. Rows decided but not yet committed stand in the channel's overlay.
// When the batch is durable the committed state follows, the observer is told, and the command is answered; batches of one
// core come back in the order in which they were submitted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "embedded/channel_reader.h"
#include "embedded/channel_shard.h"
#include "embedded/database.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"
#include "ports/cursors.h"
#include "runtime/core.h"
#include "runtime/keyed_lock.h"
#include "runtime/snowflake.h"

namespace rookery::embedded {

class RocksChannelLog final : public ChannelLog, public Cursors, public Conversations {
 public:
  // `cores`, `database` and `ids` must outlive it. Blocks: raises the cursors of authors to what the log says they wrote
  // since cursors were last stored. Before the cores start.
  static Result<std::unique_ptr<RocksChannelLog>> open(Cores& cores, Database& database, IdSource& ids,
                                                       RocksChannelLogOptions options = {});
  ~RocksChannelLog() override;

  // Writes what cursors are waiting. Before the cores stop; nothing may be raised after it.
  Task<void> flush();

  void observe(ChannelObserver& observer) override;
  Task<Result<Applied>> append(ChannelId channel, Command command) override;
  Task<Result<ChannelView>> view(ChannelId channel, UserId user) override;
  Task<Result<std::vector<ChannelView>>> views(std::vector<ChannelId> channels, UserId user) override;
  Task<Result<std::vector<Message>>> history(ChannelId channel, HistoryQuery query) override;
  Task<Result<std::vector<Change>>> changes(ChannelId channel, std::uint64_t after_rev, std::uint32_t limit) override;
  Task<Result<Message>> message(ChannelId channel, MessageId id) override;
  Task<Result<std::uint64_t>> seq_at(ChannelId channel, MessageId id) override;
  Task<Result<std::vector<Message>>> messages(ChannelId channel, std::vector<std::uint64_t> seqs) override;

  Task<Status> move_cursor(CursorMove move) override;
  void raise_cursor(CursorMove move) noexcept override;
  Task<Result<std::vector<Cursor>>> cursors(ChannelId channel) override;
  Task<void> hide_reads(UserId user, bool hidden) override;

  Task<Result<std::vector<ChannelId>>> channels_of(UserId user) override;
  Task<Result<ChannelId>> direct_of(UserId a, UserId b) override;
  Task<Result<ChannelId>> claim_direct(UserId a, UserId b, ChannelId id) override;
  Task<Result<std::vector<MentionEntry>>> mentions_of(UserId user, MessageId before, std::uint32_t limit) override;
  Task<Result<std::vector<std::uint64_t>>> pins(ChannelId channel) override;
  Task<Result<std::vector<UserId>>> reactors(ChannelId channel, std::uint64_t seq, std::string emoji, UserId after,
                                             std::uint32_t limit) override;
  Task<Result<std::vector<bool>>> reacted(ChannelId channel, UserId user, const std::vector<Message>& messages) override;

 private:
  RocksChannelLog(Cores& cores, Database& database, IdSource& ids, RocksChannelLogOptions options);

  Cores& cores_;
  Database& database_;
  const RocksChannelLogOptions options_;
  ChannelReader reader_;
  std::vector<std::unique_ptr<ChannelShard>> shards_;  // one a core
  Status recover_cursors();
  std::vector<std::unique_ptr<KeyedLock<std::string>>> claims_;  // one a core: who is about to get the direct channel of which two
};

}  // namespace rookery::embedded
