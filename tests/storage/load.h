// Load: storage_load as a process of its own, what it said, and whether the directory that it left holds all of that.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "embedded/database.h"
#include "embedded/keys.h"
#include "embedded/repair.h"
#include "embedded/rocks_channel_log.h"
#include "model/message.h"
#include "runtime/core.h"
#include "runtime/work_pool.h"

namespace rookery {

struct Acknowledged {
  std::uint64_t id = 0;
  std::string nonce;
};

using Place = std::pair<std::uint64_t, std::uint64_t>;  // channel and seq

// A message as it is found.
struct Row {
  std::uint64_t id = 0;
  std::string nonce;
  bool deleted = false;
  std::string content;
};

// What was answered, over any number of loads on one directory, and what was begun.
struct Answers {
  std::map<Place, Acknowledged> sent;
  std::set<Place> edits, edited;  // begun, answered
  std::set<Place> erases, gone;   // begun, answered

  // Whether a message may be found like this: as the last answer left it, or as a change that was under way would.
  bool allow(const Place& place, const Row& row) const {
    const Acknowledged& message = sent.at(place);
    if (row.id != message.id || row.nonce != message.nonce) return false;
    if (row.deleted) return erases.contains(place) && row.content.empty();
    if (gone.contains(place)) return false;
    if (row.content == "edited") return edits.contains(place);
    return !edited.contains(place) && row.content == "text of " + message.nonce;
  }
};

class Load {
 public:
  Load(const std::string& mode, const std::string& directory, const std::string& disk) {
    int out[2], err[2];
    CHECK(::pipe(out) == 0 && ::pipe(err) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    for (const int file : {out[0], out[1], err[0], err[1]}) ::posix_spawn_file_actions_addclose(&actions, file);
    std::vector<std::string> words = {STORAGE_LOAD, mode, directory, disk};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    CHECK(::posix_spawn(&process_, STORAGE_LOAD, &actions, nullptr, arguments.data(), environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~Load() {
    kill_now();
    ::close(out_);
    ::close(err_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Reads until so many writes were answered, or the end; false: it ended before.
  bool read_until(std::size_t answers) {
    while (answered_ < answers) {
      if (!read_some()) return false;
    }
    return true;
  }
  // Reads until its tables were written once.
  bool read_until_compacted() {
    while (!compacted_) {
      if (!read_some()) return false;
    }
    return true;
  }
  // To its end; its exit status, or minus the signal that ended it.
  int read_to_the_end() {
    while (read_some()) {
    }
    char bytes[4096];
    for (ssize_t count = 0; (count = ::read(err_, bytes, sizeof bytes)) > 0;) errors_.append(bytes, static_cast<std::size_t>(count));
    return wait();
  }
  // At once; then what it had said is read. So many writes were under way.
  std::size_t kill_in_mid_write() {
    ::kill(process_, SIGKILL);
    while (read_some()) {
    }
    wait();
    return under_way_;
  }

  void add_to(Answers& answers) const {
    answers.sent.insert(answers_.sent.begin(), answers_.sent.end());
    for (const auto which : {&Answers::edits, &Answers::edited, &Answers::erases, &Answers::gone}) {
      (answers.*which).insert((answers_.*which).begin(), (answers_.*which).end());
    }
  }
  const std::map<Place, Row>& rows() const { return rows_; }  // of a check
  std::size_t answered() const { return answered_; }
  const std::vector<std::string>& late() const { return late_; }  // paths
  const std::string& errors() const { return errors_; }
  struct Calls {
    std::uint64_t writes = 0;
    std::uint64_t syncs = 0;
  };
  Calls calls() const { return all_; }             // of the disk
  Calls calls_to_create() const { return made_; }  // until the directory was there

 private:
  bool read_some() {
    char bytes[4096];
    const ssize_t count = ::read(out_, bytes, sizeof bytes);
    if (count <= 0) return false;
    rest_.append(bytes, static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos; rest_.erase(0, end + 1)) take(rest_.substr(0, end));
    return true;
  }
  void take(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    std::uint64_t channel = 0, seq = 0;
    words >> kind;
    if (kind == "begin") ++under_way_;
    if (kind == "end") --under_way_;
    if (kind == "compacted") compacted_ = true;
    if (kind == "late") late_.push_back(line.substr(5));
    if (kind == "created") words >> made_.writes >> made_.syncs;
    if (kind == "done") words >> all_.writes >> all_.syncs;
    if (kind == "ack" || kind == "gone") ++answered_;
    words >> channel >> seq;
    const Place place(channel, seq);
    if (kind == "edits") answers_.edits.insert(place);
    if (kind == "edited") answers_.edited.insert(place);
    if (kind == "erases") answers_.erases.insert(place);
    if (kind == "gone") answers_.gone.insert(place);
    if (kind == "ack") {
      Acknowledged& message = answers_.sent[place];
      words >> message.id >> message.nonce;
    }
    if (kind == "row") {
      Row& row = rows_[place];
      std::string deleted;
      words >> row.id >> row.nonce >> deleted >> std::ws;
      row.deleted = deleted == "gone";
      std::getline(words, row.content);
    }
  }
  int wait() {
    if (process_ == 0) return status_;
    int status = 0;
    CHECK(::waitpid(process_, &status, 0) == process_);
    process_ = 0;
    return status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  void kill_now() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    wait();
  }

  pid_t process_ = 0;
  int status_ = 0;
  int out_ = -1;
  int err_ = -1;
  std::string rest_;
  std::string errors_;
  Answers answers_;
  std::map<Place, Row> rows_;
  std::size_t under_way_ = 0;
  std::size_t answered_ = 0;
  bool compacted_ = false;
  std::vector<std::string> late_;
  Calls made_;
  Calls all_;
};

// Neither a message without the row by which its nonce is known again, nor (inspect_data_dir looks) the other way round.
inline void expect_nonces_of_messages(embedded::Database& database, const Answers& answers) {
  using namespace embedded;
  std::set<std::pair<std::uint64_t, std::string>> known;  // by channel
  const auto nonces = database.scan_now(Family::kRecent, {.from = {}, .to = {}, .limit = 1'000'000, .reverse = false});
  ASSERT_TRUE(nonces.has_value()) << nonces.error().sentence();
  for (const auto& [key, value] : *nonces) {
    const auto place = parse_recent_key(key);
    ASSERT_TRUE(place.has_value());
    known.emplace(place->channel.value, place->nonce);
  }
  std::set<std::uint64_t> channels;
  for (const auto& [place, sent] : answers.sent) channels.insert(place.first);
  for (const std::uint64_t channel : channels) {
    const auto rows = database.scan_now(Family::kHistory, ScanRange::of_prefix(message_prefix(ChannelId(channel)), 1'000'000));
    ASSERT_TRUE(rows.has_value()) << rows.error().sentence();
    for (const auto& [key, value] : *rows) {
      const auto place = parse_message_key(key);
      const auto message = decode_message(value);
      ASSERT_TRUE(place && message);
      EXPECT_TRUE(known.contains({channel, message->nonce}))
          << "message " << place->position << " of channel " << channel << " would be sent twice";
    }
  }
}

// A restart on the machine's own disk, as a server does it: all that was answered is there as it was answered, and nothing that
// is there contradicts anything else.
inline void expect_all_there(const std::string& directory, const Answers& answers) {
  using namespace embedded;
  {
    Cores cores(2, system_clock());
    DatabaseOptions options;
    options.directory = directory;
    auto database = Database::open(std::move(options));
    ASSERT_TRUE(database.has_value()) << database.error().sentence();
    CoreIds ids(2, system_clock().now(), system_clock(), nullptr);
    const auto log = RocksChannelLog::open(cores, **database, ids);
    ASSERT_TRUE(log.has_value()) << log.error().sentence();
    for (const auto& [place, sent] : answers.sent) {
      const auto row = (*database)->get_now(Family::kHistory, message_key(ChannelId(place.first), place.second));
      ASSERT_TRUE(row.has_value()) << row.error().sentence();
      ASSERT_TRUE(row->has_value()) << "message " << place.second << " of channel " << place.first << " was answered and is not there";
      const auto message = decode_message(**row);
      ASSERT_TRUE(message.has_value());
      const Row found{message->id.value, message->nonce, message->deleted, message->content};
      EXPECT_TRUE(answers.allow(place, found)) << "message " << place.second << " of channel " << place.first
                                               << " is not as it was answered: \"" << found.content << "\""
                                               << (found.deleted ? ", deleted" : "");
    }
    expect_nonces_of_messages(**database, answers);
  }
  const auto report = inspect_data_dir(directory);
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  EXPECT_TRUE(report->whole) << report->text;
}

}  // namespace rookery
