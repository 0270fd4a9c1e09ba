// storage_load: a program for the tests of this folder, which run it, break its disk or kill it, and look at what is left.
//
//   storage_load script DIRECTORY DISK    a short load that touches every kind of file, twice opened; prints "created
//                                         WRITES SYNCS" when it was opened first, "done WRITES SYNCS" at the end
//   storage_load check DIRECTORY DISK     reads every message and prints "row CHANNEL SEQ ID NONCE kept|gone CONTENT" for it; ends with 4
//                                         when something cannot be read
//   storage_load run DIRECTORY DISK       four writers and a compaction now and then, until somebody kills it
//
// DISK as in faults/test_disk.h. On stdout a line before each command, "begin NONCE" or "begin", and "end" behind it;
// "ack CHANNEL SEQ ID NONCE" when a message was answered; "edits CHANNEL SEQ" before and "edited CHANNEL SEQ" after an edit that was
// answered, "erases CHANNEL SEQ" and "gone CHANNEL SEQ" the same of a deletion; "compacted"; "late PATH" before an answer that came
// after the disk had refused something.
#include <fmt/format.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/check.h"
#include "embedded/database.h"
#include "embedded/keys.h"
#include "embedded/rocks_channel_log.h"
#include "faults/failing_disk.h"
#include "faults/test_disk.h"
#include "model/message.h"
#include "runtime/core.h"
#include "runtime/snowflake.h"
#include "runtime/work_pool.h"

namespace {

using namespace rookery;
using namespace rookery::embedded;

constexpr int kRefused = 3;
constexpr int kUnreadable = 4;
constexpr unsigned kChannels = 3;
const std::vector<UserId> kMembers = {UserId(11), UserId(12), UserId(13), UserId(14)};

faults::FailingDisk* failing = nullptr;  // when the disk is one

void say(std::string line) {
  line += '\n';
  CHECK(::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}
void say_answer(std::string line) {
  if (failing != nullptr && failing->has_failed()) say("late " + failing->failed_path());
  say(std::move(line));
}

// A server's storage, opened and closed like one.
class Storage {
 public:
  Storage(const std::string& directory, rocksdb::Env* env) : cores_(2, system_clock()) {
    DatabaseOptions options;
    options.directory = directory;
    options.cores = cores_.size();
    options.reads = &reads_;
    options.hooks.env = env;
    options.hooks.upkeep = std::chrono::milliseconds(20);
    database_ = value_or_refuse(Database::open(std::move(options)));
    log_ = value_or_refuse(RocksChannelLog::open(cores_, *database_, ids_));
    cores_.start();
  }
  ~Storage() {
    run_blocking(cores_.at(0), log_->flush());
    reads_.stop();
    cores_.stop();
  }
  Database& database() { return *database_; }
  RocksChannelLog& log() { return *log_; }
  Core& core(unsigned number) { return cores_.at(number % 2); }
  void run(Task<void> task) { run_blocking(core(0), std::move(task)); }

 private:
  template <class T>
  static T value_or_refuse(Result<T> opened) {
    if (opened) return *std::move(opened);
    fmt::print(stderr, "refused: {}\n", opened.error().sentence());
    std::_Exit(kRefused);
  }

  Cores cores_;
  WorkPool reads_{"reads", 1, 1'000};
  CoreIds ids_{2, system_clock().now(), system_clock(), nullptr};
  std::unique_ptr<Database> database_;
  std::unique_ptr<RocksChannelLog> log_;
};

Task<Result<Applied>> ask(RocksChannelLog& log, ChannelId channel, Command command, std::string begin = "begin") {
  say(std::move(begin));
  Result<Applied> applied = co_await log.append(channel, std::move(command));
  say("end");
  co_return applied;
}

Task<void> create(RocksChannelLog& log, ChannelId channel) {
  CreateChannel wanted{.creator = kMembers[0], .members = kMembers, .name = "load"};
  Command command = std::move(wanted);
  const auto created = co_await log.append(channel, std::move(command));
  CHECK(created.has_value());
}

struct Sent {
  MessageId id;
  std::string place;  // "CHANNEL SEQ"
};

Task<Sent> send(RocksChannelLog& log, ChannelId channel, UserId author, std::string nonce) {
  SendMessage wanted{.author = author, .author_name = "load", .content = "text of " + nonce, .nonce = nonce};
  Command command = std::move(wanted);
  const auto sent = co_await ask(log, channel, std::move(command), "begin " + nonce);
  if (!sent) co_return Sent();
  std::string place = fmt::format("{} {}", channel.value, sent->message->seq);
  say_answer(fmt::format("ack {} {} {}", place, sent->message->id.value, nonce));
  co_return Sent{sent->message->id, std::move(place)};
}

Task<void> erase(RocksChannelLog& log, ChannelId channel, UserId author, Sent message) {
  Command command = DeleteMessage{author, message.id};
  say("erases " + message.place);
  const auto erased = co_await ask(log, channel, std::move(command));
  if (erased) say_answer("gone " + message.place);
}

Task<void> touch(RocksChannelLog& log, ChannelId channel, Sent message) {
  Command react = React{.actor = kMembers[1], .message = message.id, .emoji = "+"};
  (void)co_await ask(log, channel, std::move(react));
  Command pin = Pin{.actor = kMembers[0], .message = message.id};
  (void)co_await ask(log, channel, std::move(pin));
  MentionRequest everyone{.everyone = true};
  EditMessage wanted{.actor = kMembers[0], .message = message.id, .content = "edited", .mentions = std::move(everyone)};
  Command edit = std::move(wanted);
  say("edits " + message.place);
  const auto edited = co_await ask(log, channel, std::move(edit));
  if (edited) say("edited " + message.place);
  const CursorMove move(channel, kMembers[2], 2, 3);
  (void)co_await log.move_cursor(move);
}

Task<void> some_of_all(RocksChannelLog& log, std::string label) {
  const ChannelId channel(1);
  const Sent first = co_await send(log, channel, kMembers[0], label + "-1");
  const Sent second = co_await send(log, channel, kMembers[0], label + "-2");
  co_await touch(log, channel, first);
  co_await erase(log, channel, kMembers[0], second);
}

int script(const std::string& directory, rocksdb::Env* env) {
  using Call = faults::FailingDisk::Call;
  {
    Storage storage(directory, env);
    if (failing != nullptr) say(fmt::format("created {} {}", failing->calls(Call::kWrite), failing->calls(Call::kSync)));
    storage.run(create(storage.log(), ChannelId(1)));
    storage.run(some_of_all(storage.log(), "a"));
    CHECK(storage.database().compact_all().has_value());
    storage.run(some_of_all(storage.log(), "b"));
  }
  {
    Storage storage(directory, env);
    storage.run(some_of_all(storage.log(), "c"));
    CHECK(storage.database().compact_all().has_value());
  }
  if (failing != nullptr) say(fmt::format("done {} {}", failing->calls(Call::kWrite), failing->calls(Call::kSync)));
  return 0;
}

Task<void> write_for_ever(Storage& storage, unsigned writer, std::string label) {
  RocksChannelLog& log = storage.log();
  for (unsigned number = 1;; ++number) {
    const ChannelId channel(1 + (writer + number) % kChannels);
    const Sent message = co_await send(log, channel, kMembers[writer], fmt::format("{}-{}-{}", label, writer, number));
    if (number % 5 == 0) co_await touch(log, channel, message);
    if (number % 7 == 0) co_await erase(log, channel, kMembers[writer], message);
  }
}

int run(const std::string& directory, rocksdb::Env* env) {
  Storage storage(directory, env);
  for (unsigned channel = 1; channel <= kChannels; ++channel) {
    const auto known = storage.database().scan_now(
        Family::kState, ScanRange::of_prefix(std::string("c") + std::string(7, '\0') + static_cast<char>(channel), 1));
    if (known && known->empty()) storage.run(create(storage.log(), ChannelId(channel)));
  }
  const std::string label = std::to_string(::getpid());
  std::vector<std::thread> writers;
  for (unsigned writer = 0; writer < kMembers.size(); ++writer) {
    writers.emplace_back([&storage, writer, label] { run_blocking(storage.core(writer), write_for_ever(storage, writer, label)); });
  }
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(storage.database().compact_all().has_value());
    say("compacted");
  }
}

// Opens it as a server does, and reads everything; kUnreadable when something cannot be read.
int check(const std::string& directory, rocksdb::Env* env) {
  Storage storage(directory, env);
  for (unsigned channel = 1; channel <= kChannels; ++channel) {
    const auto rows = storage.database().scan_now(Family::kHistory, ScanRange::of_prefix(message_prefix(ChannelId(channel)), 1'000'000));
    if (!rows) return kUnreadable;
    for (const auto& [key, value] : *rows) {
      const auto place = parse_message_key(key);
      const auto message = decode_message(value);
      if (!place || !message) return kUnreadable;
      say(fmt::format("row {} {} {} {} {} {}", channel, place->position, message->id.value, message->nonce,
                      message->deleted ? "gone" : "kept", message->content));
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const auto disk = faults::make_test_disk(arguments[3]);
  if (disk == nullptr) return 2;
  failing = dynamic_cast<faults::FailingDisk*>(disk.get());
  const auto env = rocksdb::NewCompositeEnv(disk);
  const std::string mode = arguments[1];
  if (mode == "script") return script(arguments[2], env.get());
  if (mode == "check") return check(arguments[2], env.get());
  if (mode == "run") return run(arguments[2], env.get());
  return 2;
}
