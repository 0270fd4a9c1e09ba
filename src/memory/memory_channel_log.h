// The reference for the channel ports: everything in maps, gone with the process. For tests.
//
// Each channel lives on its core, as in every deployment; what is looked up by user stands behind one lock.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "fold/fold.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"
#include "ports/cursors.h"
#include "runtime/core.h"

namespace rookery::memory {

class MemoryChannelLog final : public ChannelLog, public Cursors, public Conversations {
 public:
  // `cores` must be running, and outlive this. Times come from the cores' clock.
  explicit MemoryChannelLog(Cores& cores, fold::Limits limits = {});
  ~MemoryChannelLog() override;

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
  struct Channel;
  struct Shard;
  struct Lists;

  Channel* find(ChannelId id);
  fold::Rows load(const Channel& channel, const Command& command) const;
  void write(Channel& channel, const fold::Decision& decision);
  void move(Channel& channel, UserId user, Cursor up);
  ReadState read_state(const Channel& channel, UserId user) const;

  Cores& cores_;
  const fold::Limits limits_;
  ChannelObserver* observer_ = nullptr;
  std::vector<std::unique_ptr<Shard>> shards_;  // one a core
  std::unique_ptr<Lists> lists_;
};

}  // namespace rookery::memory
