// ChannelShard: one core's channels: their commands, their cursors, what of them is in memory.
//
// Everything on the shard's own core.
#pragma once

#include <chrono>
#include <coroutine>
#include <optional>
#include <utility>
#include <vector>

#include "embedded/channel_reader.h"
#include "embedded/hosted_channel.h"
#include "ports/channel_log.h"
#include "ports/cursors.h"
#include "runtime/core.h"
#include "runtime/snowflake.h"
#include "runtime/task_group.h"

namespace rookery::embedded {

struct RocksChannelLogOptions {
  fold::Limits limits;
  std::size_t channels_per_core_max = 65'536;   // kept in memory
  std::chrono::milliseconds cursor_delay{100};  // how long cursors wait for company before they are written
};

// Under which name in `meta` a shard stores the log offset up to which its authors' cursors are stored.
std::string cursors_covered_key(unsigned core);

class ChannelShard {
 public:
  // Made on any thread before the core runs, destroyed after it stopped; all arguments must outlive it.
  ChannelShard(Core& core, Database& database, IdSource& ids, const RocksChannelLogOptions& options);

  void observe(ChannelObserver& observer) { observer_ = &observer; }
  Task<Result<Applied>> append(ChannelId channel, Command command);
  Task<Result<ChannelView>> view(ChannelId channel, UserId user);
  // The same when memory has everything; none: it does not.
  std::optional<ChannelView> view_now(ChannelId channel, UserId user);
  Task<Status> move_cursor(CursorMove move);
  void raise_cursor(CursorMove move);
  Task<Result<std::vector<Cursor>>> cursors(ChannelId channel);
  void hide_reads(UserId user, bool hidden);
  // Everything that waits is stored when it ends.
  Task<void> flush();

 private:
  struct Commit;
  class Flushed;

  Task<Status> load(HostedChannel& channel);           // in its turn
  Task<Status> ensure_loaded(HostedChannel& channel);  // outside of it
  Task<Result<fold::Rows>> load_rows(HostedChannel& channel, const Command& command);
  Task<Status> add_reaction_erasures(HostedChannel& channel, const fold::Decision& decision, Batch& batch);
  Task<Result<Place*>> place(HostedChannel& channel, UserId user);
  Task<Result<Applied>> decide(HostedChannel& channel, Command command);  // in its turn, which it leaves
  Task<Result<Applied>> answer_unchanged(HostedChannel& channel, fold::Decision decision);
  Task<void> load_and_raise(CursorMove move);
  void committed(HostedChannel& channel, const fold::Decision& decision);
  void raise(HostedChannel& channel, Place& place, UserId user, const CursorMove& move, TimeMs time);
  void mark_dirty(HostedChannel& channel, Place& place, UserId user);
  void start_flushing();
  Task<void> flush_all();
  Task<void> flush_once();

  Core& core_;
  Database& database_;
  IdSource& ids_;
  const RocksChannelLogOptions& options_;
  ChannelReader reader_;
  ChannelObserver* observer_ = nullptr;
  ChannelHost host_;
  TimeMs last_stamp_;                   // a stamp is never before an earlier one
  std::size_t in_flight_ = 0;           // batches of this core
  std::uint64_t delivered_offset_ = 0;  // of the log, of this core's batches
  std::vector<std::pair<ChannelId, UserId>> dirty_;
  std::vector<std::coroutine_handle<>> flush_waiters_;
  bool flushing_ = false;
  std::uint64_t hidings_ = 0;  // calls of hide_reads(): a place that was being loaded meanwhile is loaded again
  Timer flush_timer_;
  bool flush_timer_set_ = false;
  TaskGroup tasks_;
};

}  // namespace rookery::embedded
