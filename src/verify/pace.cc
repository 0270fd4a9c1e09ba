#include "verify/pace.h"

#include <algorithm>
#include <charconv>
#include <thread>

namespace rookery::verify {
namespace {

double number_in(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string kind_of_request(std::string_view method, std::string_view path) {
  std::string kind(method);
  kind += ' ';
  bool in_id = false;
  for (const char c : path.substr(0, path.find('?'))) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) {
      kind += c;
    } else if (!in_id) {
      kind += '*';
    }
    in_id = digit;
  }
  return kind;
}

std::shared_ptr<Pace::Turn::Line> Pace::line_of(std::uint64_t user, const std::string& kind) {
  const auto bucket = buckets_.find(kind);
  auto& line = lines_[{user, bucket == buckets_.end() ? kind : bucket->second}];
  if (!line) line = std::make_shared<Turn::Line>();
  return line;
}

Pace::Turn Pace::take_turn(std::uint64_t user, std::string_view method, std::string_view path) {
  std::string kind = kind_of_request(method, path);
  std::unique_lock lock(mutex_);
  std::shared_ptr<Turn::Line> line = line_of(user, kind);
  lock.unlock();
  Turn turn(*this, user, std::move(kind), line);
  lock.lock();
  const auto next = line->next;
  lock.unlock();
  std::this_thread::sleep_until(std::min(next, std::chrono::steady_clock::now() + kWaitMax));
  return turn;
}

void Pace::Turn::answered(const net::HttpHeaders& headers) {
  const std::string_view bucket = headers.get("X-RateLimit-Bucket");
  const std::lock_guard lock(pace_.mutex_);
  if (!bucket.empty()) pace_.buckets_[kind_] = bucket;
  if (headers.get("X-RateLimit-Remaining") != "0") return;
  // A bucket is full again after so long: then there is one drop after its part of that.
  const double wait_s = number_in(headers.get("X-RateLimit-Reset-After")) / std::max(1.0, number_in(headers.get("X-RateLimit-Limit")));
  const std::chrono::duration<double> wait(std::clamp(wait_s, 0.0, std::chrono::duration<double>(kWaitMax).count()));
  pace_.line_of(user_, kind_)->next = std::chrono::steady_clock::now() + std::chrono::ceil<std::chrono::milliseconds>(wait);
}

}  // namespace rookery::verify
