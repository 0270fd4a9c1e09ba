// Pace: keeps clients to the rates of an installation, as its answers tell them (X-RateLimit-*): a user has one request at a time in each
// bucket, and when the bucket is empty he waits for the next drop. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "net/http.h"

namespace rookery::verify {

// What requests have in common that are counted in one bucket: the method, and the path without its ids and its query.
std::string kind_of_request(std::string_view method, std::string_view path);

class Pace {
 public:
  // The turn of one request: others of its user and bucket wait until it is destroyed.
  class Turn {
   public:
    // What the answer says of the next one, and of the bucket of all of this kind.
    void answered(const net::HttpHeaders& headers);

   private:
    friend class Pace;
    struct Line {
      std::mutex mutex;
      std::chrono::steady_clock::time_point next;  // under the mutex of the pace
    };
    Turn(Pace& pace, std::uint64_t user, std::string kind, std::shared_ptr<Line> line)
        : pace_(pace), user_(user), kind_(std::move(kind)), line_(std::move(line)), lock_(line_->mutex) {}
    Pace& pace_;
    const std::uint64_t user_;
    const std::string kind_;
    std::shared_ptr<Line> line_;
    std::unique_lock<std::mutex> lock_;
  };

  // Waits for as long as the installation wants it; at most kWaitMax.
  Turn take_turn(std::uint64_t user, std::string_view method, std::string_view path);

  static constexpr std::chrono::seconds kWaitMax{60};

 private:
  std::shared_ptr<Turn::Line> line_of(std::uint64_t user, const std::string& kind);  // under the mutex

  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> buckets_;                             // by kind; until it is known, the kind itself
  std::map<std::pair<std::uint64_t, std::string>, std::shared_ptr<Turn::Line>> lines_;  // by user and bucket
};

}  // namespace rookery::verify
