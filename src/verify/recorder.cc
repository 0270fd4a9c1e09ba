#include "verify/recorder.h"

#include <utility>

namespace rookery::verify {

Result<std::unique_ptr<Recorder>> Recorder::open(const std::string& file) {
  std::unique_ptr<Recorder> recorder(new Recorder());
  if (!file.empty()) {
    recorder->file_.open(file, std::ios::trunc);
    if (!recorder->file_) return fail(ErrorCode::kInternal, "cannot write " + file);
    recorder->to_file_ = true;
  }
  return recorder;
}

void Recorder::put(Event event) {
  event.line = ++lines_;
  event.us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start_).count();
  if (to_file_) file_ << to_line(event) << '\n';
  events_.push_back(std::move(event));
}

void Recorder::record(Event event) {
  const std::lock_guard lock(mutex_);
  put(std::move(event));
}

std::uint64_t Recorder::begin(Event event) {
  const std::lock_guard lock(mutex_);
  event.step = Step::kInvoke;
  event.op = ++ops_;
  const Action action = event.action;
  if (action >= Action::kSend && action <= Action::kDelivered) writing_.insert(event.op);
  put(std::move(event));
  return ops_;
}

void Recorder::end(std::uint64_t op, Event event, Step step) {
  const std::lock_guard lock(mutex_);
  event.op = op;
  event.step = step;
  writing_.erase(op);
  put(std::move(event));
}

void Recorder::mark(std::string type, std::string why, std::uint64_t number) {
  Event event;
  event.type = std::move(type);
  event.why = std::move(why);
  event.seq = number;
  record(std::move(event));
}

void Recorder::mark_late(std::chrono::steady_clock::time_point due, std::chrono::milliseconds at_least) {
  const std::lock_guard lock(mutex_);
  const auto late = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - due);
  if (late < at_least) return;
  stalled_us_ += late.count();
  Event event;
  event.type = "stall";
  event.seq = static_cast<std::uint64_t>(late.count());
  put(std::move(event));
}

std::vector<Event> Recorder::take() {
  const std::lock_guard lock(mutex_);
  if (to_file_) file_.flush();
  return std::exchange(events_, {});
}

bool Recorder::is_written() const {
  const std::lock_guard lock(mutex_);
  return !to_file_ || file_.good();
}

std::size_t Recorder::writes_under_way() const {
  const std::lock_guard lock(mutex_);
  return writing_.size();
}

std::uint64_t Recorder::operations() const {
  const std::lock_guard lock(mutex_);
  return ops_;
}

}  // namespace rookery::verify
