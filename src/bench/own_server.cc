#include "bench/own_server.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "base/check.h"

namespace rookery::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "listening on http://127.0.0.1:";
constexpr std::chrono::seconds kEndWithin{20};

// The first line of a pipe, which is read to its end by nobody.
std::string first_line(int fd) {
  std::string line;
  char c = 0;
  while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

void pin_to(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

Result<OwnServer> OwnServer::start(std::string directory, unsigned cpu, std::vector<std::string> options) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return fail(ErrorCode::kInternal, "cannot make " + directory + ": " + error.message());
  int out[2];
  CHECK(::pipe2(out, O_CLOEXEC) == 0);
  std::vector<std::string> words = {"rookery", "serve",   "--data-dir", directory + "/data", "--listen", "127.0.0.1:0", "--rate-limits",
                                    "off",     "--cores", "1",          "--log-level",       "warning"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    pin_to(cpu);
    ::dup2(out[1], STDOUT_FILENO);
    ::execv("/proc/self/exe", arguments.data());
    ::_exit(127);
  }
  ::close(out[1]);
  const std::string line = first_line(out[0]);
  ::close(out[0]);
  std::uint16_t port = 0;
  if (line.starts_with(kListening)) std::from_chars(line.data() + kListening.size(), line.data() + line.size(), port);
  OwnServer server(pid, port, std::move(directory));
  if (port == 0) return fail(ErrorCode::kInternal, "the server did not start");
  return server;
}

OwnServer::OwnServer(OwnServer&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), port_(other.port_), directory_(std::move(other.directory_)) {}

OwnServer::~OwnServer() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + kEndWithin;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::error_code error;
  fs::remove_all(directory_, error);
}

std::uint64_t OwnServer::cpu_ns() const {
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid_) + "/task", error)) {
    std::uint64_t on_cpu = 0;
    std::ifstream(task.path() / "schedstat") >> on_cpu;
    total += on_cpu;
  }
  return total;
}

std::uint64_t OwnServer::status_bytes(std::string_view field) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(field)) continue;
    return std::strtoull(line.c_str() + field.size(), nullptr, 10) * 1024;
  }
  return 0;
}

std::uint64_t OwnServer::resident_bytes() const { return status_bytes("VmRSS:"); }
std::uint64_t OwnServer::anonymous_bytes() const { return status_bytes("RssAnon:"); }

}  // namespace rookery::bench
