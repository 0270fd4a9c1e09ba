// Database on a simulated disk. Stands in for embedded/database.cc and what is below it when the simulation is linked: the
// same class, the same promises (embedded/database.h), without RocksDB and threads. Writes gather while one is under way;
// reads are answered at once or later, in any order; what is not written when the power goes is gone.
#include <deque>

#include "base/check.h"
#include "base/mutant.h"
#include "embedded/database.h"
#include "embedded/keys.h"
#include "runtime/core.h"
#include "tests/simulation/simulated_disk.h"

namespace rookery::simulation {

Disk* Disk::mounted = nullptr;

std::uint64_t Disk::apply(const embedded::Batch& batch) {
  std::uint64_t first = 0;
  batch.for_each([&](const embedded::Batch::Operation& operation) {
    Rows& family = rows[static_cast<std::size_t>(operation.family)];
    switch (operation.kind) {
      case embedded::Batch::Operation::Kind::kPut: family[std::string(operation.key)] = std::string(operation.value); break;
      case embedded::Batch::Operation::Kind::kErase: family.erase(std::string(operation.key)); break;
      case embedded::Batch::Operation::Kind::kLogEntry:
        family[embedded::log_key(++last_offset)] = std::string(operation.value);
        if (first == 0) first = last_offset;
        break;
    }
  });
  return first;
}

std::unique_ptr<Disk> Disk::after_power_cut() const {
  auto left = std::make_unique<Disk>(*this);
  left->writing.clear();
  left->full = false;
  if (!writing.empty() && Scheduler::current().dice().chance(0.5)) {
    for (const embedded::Batch* batch : writing) left->apply(*batch);
  }
  return left;
}

}  // namespace rookery::simulation

namespace rookery::embedded {
namespace {

using simulation::Disk;
using simulation::Micros;
using simulation::Scheduler;

constexpr double kDiskRetryAfterSeconds = 1;
constexpr Micros kUnsyncedAfter = simulation::kSecond;

}  // namespace

class Committer {
 public:
  explicit Committer(Disk& disk) : disk_(disk) {}
  ~Committer() {
    *alive_ = false;
    while (!waiting_.empty() || !writing_.empty()) write_now();
  }

  void submit(CommitRequest& request, bool synced) {
    request.core_ = Core::current_or_null();
    request.synced_ = synced;
    waiting_.push_back(&request);
    if (synced) {
      begin();
    } else {
      Scheduler::current().after(kUnsyncedAfter, [this, living = alive_] {
        if (*living && !waiting_.empty()) begin();
      });
    }
  }

  // Everything, at once.
  void write_now() {
    finish();
    gather(waiting_.size());
    finish();
  }

 private:
  void begin() {
    if (!writing_.empty() || !early_.empty() || waiting_.empty()) return;
    // The committer wakes when it wakes: it may not have seen the latest.
    simulation::Dice& dice = Scheduler::current().dice();
    gather(dice.chance(0.2) ? dice.below(waiting_.size()) + 1 : waiting_.size());
    if (mutant_is(Mutant::kReplyBeforeWrite)) answer_early();
    Scheduler::current().after(dice.delay(disk_.sync_time), [this, living = alive_, round = ++round_] {
      if (!*living || round != round_) return;
      finish();
      begin();
    });
  }

  void gather(std::size_t count) {
    for (; count > 0; --count) {
      writing_.push_back(waiting_.front());
      waiting_.pop_front();
      disk_.writing.push_back(&writing_.back()->batch);
    }
  }

  // A broken committer, for the proof that it is noticed: what is answered is written only afterwards.
  void answer_early() {
    for (CommitRequest* request : std::exchange(writing_, {})) {
      early_.append(request->batch);
      request->first_offset_ = disk_.last_offset + 1;
      request->core_ != nullptr ? request->core_->post(*request) : request->deliver();
    }
    disk_.writing = {&early_};
  }

  void finish() {
    ++round_;
    if (!early_.empty()) disk_.apply(early_);
    early_.clear();
    disk_.writing.clear();
    for (CommitRequest* request : std::exchange(writing_, {})) {
      request->first_offset_ = disk_.apply(request->batch);
      if (request->core_ != nullptr) {
        request->core_->post(*request);
      } else {
        request->deliver();
      }
    }
  }

  Disk& disk_;
  std::deque<CommitRequest*> waiting_;
  std::vector<CommitRequest*> writing_;
  Batch early_;
  std::uint64_t round_ = 0;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void CommitRequest::Inbound::deliver() noexcept { CHECK(false); }

ScanRange ScanRange::of_prefix(std::string_view prefix, std::size_t limit, bool reverse) {
  return {.from = std::string(prefix), .to = prefix_end(prefix), .limit = limit, .reverse = reverse};
}

struct Database::Parts {
  explicit Parts(Disk& d) : disk(d), committer(d) {}
  Disk& disk;
  Committer committer;
  const std::string epoch = "e1";
};

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions) {
  return std::unique_ptr<Database>(new Database(std::make_unique<Parts>(*Disk::mounted)));
}

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() = default;

Status Database::writable() const noexcept {
  if (!parts_->disk.full) return {};
  return fail(Error::retry(ErrorCode::kUnavailable, kDiskRetryAfterSeconds, "The server's disk is nearly full: try again later"));
}

namespace {

struct AwaitedCommit final : CommitRequest {
  AwaitedCommit(Committer& c, Batch b) : committer(c) { batch = std::move(b); }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    waiter = self;
    committer.submit(*this, true);
  }
  void await_resume() const noexcept {}
  void deliver() noexcept override { waiter.resume(); }
  Committer& committer;
  std::coroutine_handle<> waiter;
};

struct Rider final : CommitRequest {
  void deliver() noexcept override { delete this; }
};

// A read by another thread: it looks at the rows at some moment, and its answer comes back by mail.
struct SlowRead final : Mail {
  SlowRead(const Disk& d, std::function<void()> l) : disk(d), look(std::move(l)), home(Core::current()) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    waiter = self;
    Scheduler& scheduler = Scheduler::current();
    scheduler.after(scheduler.dice().delay(disk.read_time), [this] {
      look();
      home.post(*this);
    });
  }
  void await_resume() const noexcept {}
  void deliver() noexcept override { waiter.resume(); }
  const Disk& disk;
  const std::function<void()> look;
  Core& home;
  std::coroutine_handle<> waiter;
};

bool is_warm(const Disk& disk) { return Scheduler::current().dice().chance(disk.warm); }

Rows rows_of(const Disk& disk, Family family, const ScanRange& range) {
  const Disk::Rows& all = disk.rows[static_cast<std::size_t>(family)];
  const auto first = all.lower_bound(range.from);
  const auto last = range.to.empty() ? all.end() : all.lower_bound(range.to);
  Rows rows;
  if (range.reverse) {
    for (auto at = last; at != first && rows.size() < range.limit;) rows.push_back(*--at);
  } else {
    for (auto at = first; at != last && rows.size() < range.limit; ++at) rows.push_back(*at);
  }
  return rows;
}

}  // namespace

Task<Status> Database::commit(Batch batch) {
  if (Status accepted = writable(); !accepted) co_return accepted;
  AwaitedCommit request(parts_->committer, std::move(batch));
  co_await request;
  co_return Status();
}

void Database::submit(CommitRequest& request) noexcept { parts_->committer.submit(request, true); }

void Database::commit_unsynced(Batch batch) {
  auto rider = std::make_unique<Rider>();
  rider->batch = std::move(batch);
  parts_->committer.submit(*rider.release(), false);
}

void Database::commit_now(Batch batch) {
  parts_->committer.write_now();
  parts_->disk.apply(batch);
}

std::optional<std::optional<std::string>> Database::try_get(Family family, std::string_view key) {
  if (!is_warm(parts_->disk)) return std::nullopt;
  return *get_now(family, key);
}

Result<std::optional<std::string>> Database::get_now(Family family, std::string_view key) {
  const Disk::Rows& rows = parts_->disk.rows[static_cast<std::size_t>(family)];
  const auto at = rows.find(key);
  return at == rows.end() ? std::nullopt : std::optional(at->second);
}

Task<Result<std::optional<std::string>>> Database::get(Family family, std::string key) {
  if (is_warm(parts_->disk)) co_return get_now(family, key);
  Result<std::optional<std::string>> found = std::nullopt;
  auto look = [&] { found = get_now(family, key); };
  SlowRead read(parts_->disk, std::move(look));
  co_await read;
  co_return found;
}

std::optional<Rows> Database::try_scan(Family family, const ScanRange& range) {
  if (!is_warm(parts_->disk)) return std::nullopt;
  return rows_of(parts_->disk, family, range);
}

Result<Rows> Database::scan_now(Family family, const ScanRange& range) { return rows_of(parts_->disk, family, range); }

Task<Result<Rows>> Database::scan(Family family, ScanRange range) {
  if (is_warm(parts_->disk)) co_return rows_of(parts_->disk, family, range);
  Rows rows;
  auto look = [&] { rows = rows_of(parts_->disk, family, range); };
  SlowRead read(parts_->disk, std::move(look));
  co_await read;
  co_return rows;
}

Task<Result<std::size_t>> Database::count(Family family, ScanRange range) {
  const auto rows = co_await scan(family, std::move(range));
  co_return rows->size();
}

std::uint64_t Database::last_offset() const noexcept { return parts_->disk.last_offset; }

Result<std::vector<LogRow>> Database::read_log_now(std::uint64_t after, std::size_t limit) {
  std::vector<LogRow> rows;
  for (auto& [key, value] : rows_of(parts_->disk, Family::kLog, {.from = log_key(after + 1), .to = {}, .limit = limit, .reverse = false}))
    rows.push_back({parse_log_key(key).value_or(0), value});
  return rows;
}

Task<Result<std::vector<LogRow>>> Database::read_log(std::uint64_t after, std::size_t limit) { co_return read_log_now(after, limit); }

const std::string& Database::epoch() const noexcept { return parts_->epoch; }
CommitCounters Database::counters() const noexcept { return {}; }
Status Database::compact_all() { return {}; }

}  // namespace rookery::embedded
