#include "client/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "base/check.h"

namespace rookery::client {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "listening on http://127.0.0.1:";
constexpr std::chrono::seconds kEndWithin{20};

// The first line of a pipe, which is read to its end by nobody; what there is of it at the deadline.
std::string first_line(int fd, std::chrono::seconds within) {
  const auto until = std::chrono::steady_clock::now() + within;
  std::string line;
  char c = 0;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    ::pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return line;
    if (::read(fd, &c, 1) != 1 || c == '\n') return line;
    line += c;
  }
}

}  // namespace

void pin_to(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

Result<ServerProcess> ServerProcess::start(ServerSetup setup) {
  std::error_code error;
  fs::create_directories(setup.directory, error);
  if (error) return fail(ErrorCode::kInternal, "cannot make " + setup.directory + ": " + error.message());
  if (setup.program.empty()) setup.program = "/proc/self/exe";
  ServerProcess server(std::move(setup));
  if (const Status spawned = server.spawn(); !spawned) return fail(spawned.error());
  return server;
}

Status ServerProcess::restart() { return spawn(); }

Status ServerProcess::spawn() {
  kill();
  int out[2];
  CHECK(::pipe2(out, O_CLOEXEC) == 0);
  std::vector<std::string> words = {
      "rookery",       "serve", "--data-dir", setup_.directory + "/data", "--listen", "127.0.0.1:" + std::to_string(port_),
      "--rate-limits", "off"};
  words.insert(words.end(), setup_.options.begin(), setup_.options.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int log = setup_.log_file.empty() ? -1 : ::open(setup_.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = ::fork();
  CHECK(pid_ >= 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (setup_.cpu) pin_to(*setup_.cpu);
    ::dup2(out[1], STDOUT_FILENO);
    if (log >= 0) ::dup2(log, STDERR_FILENO);
    ::execv(setup_.program.c_str(), arguments.data());
    ::_exit(127);
  }
  ::close(out[1]);
  if (log >= 0) ::close(log);
  const std::string line = first_line(out[0], kStartWithin);
  ::close(out[0]);
  std::uint16_t port = 0;
  if (line.starts_with(kListening)) std::from_chars(line.data() + kListening.size(), line.data() + line.size(), port);
  if (port == 0) {
    kill();
    return fail(ErrorCode::kInternal, "the server did not start");
  }
  port_ = port;
  return {};
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : setup_(std::move(other.setup_)), pid_(std::exchange(other.pid_, -1)), port_(other.port_), keep_(other.keep_) {
  other.setup_.directory.clear();
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    go_on();
    ::kill(pid_, SIGTERM);
    const auto until = std::chrono::steady_clock::now() + kEndWithin;
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > until) {
        kill();
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  std::error_code error;
  if (!keep_ && !setup_.directory.empty()) fs::remove_all(setup_.directory, error);
}

void ServerProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void ServerProcess::pause() {
  if (pid_ > 0) ::kill(pid_, SIGSTOP);
}

void ServerProcess::go_on() {
  if (pid_ > 0) ::kill(pid_, SIGCONT);
}

bool ServerProcess::has_ended() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ <= 0;
}

std::uint64_t ServerProcess::cpu_ns() const {
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid_) + "/task", error)) {
    std::uint64_t on_cpu = 0;
    std::ifstream(task.path() / "schedstat") >> on_cpu;
    total += on_cpu;
  }
  return total;
}

std::uint64_t ServerProcess::status_bytes(std::string_view field) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(field)) continue;
    return std::strtoull(line.c_str() + field.size(), nullptr, 10) * 1024;
  }
  return 0;
}

std::uint64_t ServerProcess::resident_bytes() const { return status_bytes("VmRSS:"); }
std::uint64_t ServerProcess::anonymous_bytes() const { return status_bytes("RssAnon:"); }

}  // namespace rookery::client
