#include "embedded/committer.h"

#include <pthread.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "base/bytes.h"
#include "base/check.h"
#include "base/mutant.h"
#include "embedded/database_store.h"
#include "embedded/keys.h"
#include "embedded/store_watch.h"
#include "runtime/core.h"
#include "runtime/log.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kBatchBytesMax = 8ull << 20;     // of one write; what is beyond waits for the next
constexpr std::chrono::milliseconds kMutantDelay{20};  // from an answer to its write, in the mutant that has them in this order

void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {  // one writer: no read-modify-write needed
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace

void stop_on_storage_failure(std::string_view what, std::string_view why) noexcept {
  log_error("storage failed, the server stops: nothing was acknowledged after this", {{"what", what}, {"why", why}});
  std::_Exit(1);
}

void CommitRequest::Inbound::deliver() noexcept {
  request.committer_->waiting_.push_back(&request);
  if (request.synced_) ++request.committer_->synced_waiting_;
}

Committer::Committer(Store& store, Watermark& watermark, std::uint64_t last_offset, std::function<void()> before_write)
    : store_(store),
      watermark_(watermark),
      before_write_(std::move(before_write)),
      last_writes_(watermark.first().families),
      last_offset_(last_offset),
      thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "committer");
}

Committer::~Committer() {
  stopping_.store(true, std::memory_order_release);
  wake();
  thread_.join();
}

void Committer::submit(CommitRequest& request, bool synced) noexcept {
  CHECK(synced || request.batch.log_entries() == 0);
  request.committer_ = this;
  request.core_ = Core::current_or_null();
  request.synced_ = synced;
  if (inbox_.post(request.inbound_)) wake();
}

void Committer::flush() noexcept {
  flush_.store(true, std::memory_order_release);
  wake();
}

void Committer::wake() noexcept {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void Committer::sleep() {
  if (!inbox_.prepare_sleep()) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return woken_; });
  woken_ = false;
  inbox_.awake();
}

void Committer::run() {
  for (;;) {
    const bool last_round = stopping_.load(std::memory_order_acquire);
    const bool flush = last_round || flush_.exchange(false, std::memory_order_acquire);
    inbox_.drain();
    if (synced_waiting_ > 0 || (flush && !waiting_.empty())) {
      write_batch();
    } else if (last_round) {
      return;
    } else {
      sleep();
    }
  }
}

void Committer::write_batch() {
  if (before_write_) before_write_();
  // What came meanwhile is welcome too.
  inbox_.drain();
  const bool sync = synced_waiting_ > 0 || stopping_.load(std::memory_order_relaxed);

  rocksdb::WriteBatch rows;
  CHECK(rows.PutLogData(encode_last_logs(last_writes_)).ok());
  std::array<bool, kFamilies> written_to{};
  std::uint64_t offset = last_offset_.load(std::memory_order_relaxed);
  const std::uint64_t offset_before = offset;
  std::size_t operations = 0;
  while (!waiting_.empty() && rows.GetDataSize() < kBatchBytesMax) {
    CommitRequest& request = *waiting_.front();
    waiting_.pop_front();
    if (request.synced_) --synced_waiting_;
    writing_.push_back(&request);
    request.first_offset_ = request.batch.log_entries() > 0 ? offset + 1 : 0;
    operations += request.batch.operations();
    request.batch.for_each([&](const Batch::Operation& operation) {
      using Kind = Batch::Operation::Kind;
      written_to[static_cast<std::size_t>(operation.family)] = true;
      rocksdb::Status added;
      switch (operation.kind) {
        case Kind::kPut: added = rows.Put(store_.family(operation.family), slice(operation.key), slice(operation.value)); break;
        case Kind::kErase: added = rows.Delete(store_.family(operation.family), slice(operation.key)); break;
        case Kind::kLogEntry: added = rows.Put(store_.family(Family::kLog), log_key(++offset), slice(operation.value)); break;
      }
      CHECK(added.ok());
    });
  }
  // The log's rows go after a week; where it ended must not go with them.
  if (offset != offset_before) {
    CHECK(rows.Put(store_.family(Family::kState), meta_key(kMetaLogEnd), log_key(offset)).ok());
    written_to[static_cast<std::size_t>(Family::kState)] = true;
  }

  rocksdb::WriteOptions how;
  how.sync = sync && !mutant_is(Mutant::kNoSync) && !mutant_is(Mutant::kNoWal);
  how.disableWAL = mutant_is(Mutant::kNoWal);
  if (mutant_is(Mutant::kReplyBeforeWrite) && offset != offset_before) {  // what channels do; accounts are read at once after they are made
    answer_all();
    std::this_thread::sleep_for(kMutantDelay);
  }
  const auto start = std::chrono::steady_clock::now();
  const rocksdb::Status written = store_.db().Write(how, &rows);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  if (!written.ok() && !mutant_is(Mutant::kFsyncErrorIgnored)) stop_on_storage_failure("write", written.ToString());
  last_offset_.store(offset, std::memory_order_release);
  const std::uint64_t sequence = store_.db().GetLatestSequenceNumber();
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (written_to[i]) last_writes_[i] = {.log = store_.log_written(), .sequence = sequence};
  }
  if (sync) {
    const Status advanced = watermark_.advance({.offset = offset, .sequence = sequence, .families = last_writes_});
    if (!advanced) stop_on_storage_failure("watermark", advanced.error().sentence());
  }
  count(writing_.size(), operations, rows.GetDataSize(), took);
  answer_all();
}

void Committer::answer_all() {
  for (CommitRequest* request : writing_) {  // each may be gone once it was handed over
    if (request->core_ != nullptr) {
      request->core_->post(*request);
    } else {
      request->deliver();
    }
  }
  writing_.clear();
}

void Committer::count(std::size_t requests, std::size_t operations, std::size_t bytes, std::chrono::microseconds took) {
  const auto us = static_cast<std::uint64_t>(took.count());
  add(counters_.batches, 1);
  add(counters_.requests, requests);
  add(counters_.operations, operations);
  add(counters_.bytes, bytes);
  add(counters_.sync_us_total, us);
  add(counters_.sync_us_below_power[std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(us)),
                                                          counters_.sync_us_below_power.size() - 1)],
      1);
}

CommitCounters Committer::counters() const noexcept {
  CommitCounters out;
  out.batches = counters_.batches.load(std::memory_order_relaxed);
  out.requests = counters_.requests.load(std::memory_order_relaxed);
  out.operations = counters_.operations.load(std::memory_order_relaxed);
  out.bytes = counters_.bytes.load(std::memory_order_relaxed);
  out.sync_us_total = counters_.sync_us_total.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < out.sync_us_below_power.size(); ++i) {
    out.sync_us_below_power[i] = counters_.sync_us_below_power[i].load(std::memory_order_relaxed);
  }
  return out;
}

}  // namespace rookery::embedded
