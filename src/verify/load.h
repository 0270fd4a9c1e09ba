// Load: what people do all day, in one thread a person and one a device: they write, edit, delete, react, read, look things up, lose
// their connection and come back.
//
// Members are called by one thread, which is none of the load's.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "verify/arena.h"
#include "verify/device.h"
#include "verify/scenes.h"

namespace rookery::verify {

class Load {
 public:
  static constexpr std::size_t kDevices = 2;  // of each account
  static constexpr std::size_t kScenes = 2;   // at a time

  Load(Arena& arena, std::uint64_t seed);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Everybody begins. The arena is in its phase kLoad.
  void start();
  // The arena is in kSettle: waits until nothing is under way and what was begun has been answered. False when that took too long.
  bool wait_for_answers();
  // And until every device has been shown the ends of these channels.
  bool wait_for_delivery(const std::vector<SeenHead>& heads);
  // And until every device that comes back by itself has a connection (again).
  bool wait_for_connections();
  // And until who watches was told of everybody that he is online, of who left that he is offline, and of who dozed what he said last.
  // Waits for as long as the server has for that.
  bool wait_for_presence();
  // The arena is in kDone: waits for the threads.
  void join();

 private:
  bool connected() const;

  class Person;
  class Screen;
  class Leaver;
  class Dozer;

  Arena& arena_;
  const std::uint64_t seed_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::unique_ptr<Screen>> screens_;
  std::unique_ptr<Leaver> leaver_;
  std::unique_ptr<Dozer> dozer_;
  Stage stage_;
  std::vector<std::unique_ptr<Scenes>> scenes_;
  std::vector<std::thread> threads_;
};

}  // namespace rookery::verify
