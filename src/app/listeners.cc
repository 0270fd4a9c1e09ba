#include "app/listeners.h"

#include <sys/resource.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "net/tls.h"

namespace rookery::app {
namespace {

constexpr std::uint64_t kReserveMost = 1ull << 30;
constexpr std::uint64_t kReservePartOfDisk = 20;  // one in so many: 5 %
// Of the open files: the database's own are many when it is large (it keeps all of them open).
constexpr std::uint64_t kFilesLeast = 1024;
constexpr std::uint64_t kFilesPart = 8;  // one in so many
constexpr std::uint64_t kConnectionsMostUnasked = 1'000'000;

Error named(std::string_view option, const Error& error) {
  std::string sentence(option);
  sentence.append(": ");
  if (error.fields.empty()) sentence.append(error.sentence());
  for (const FieldError& field : error.fields) sentence.append(field.sentence);  // one: there is one value
  return Error(error.code, std::move(sentence));
}

}  // namespace

std::size_t connections_max(const Config& config) {
  if (config.connections_max) return static_cast<std::size_t>(*config.connections_max);
  ::rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return kConnectionsMostUnasked;
  const std::uint64_t for_files =
      std::min<std::uint64_t>(std::max<std::uint64_t>(kFilesLeast, files.rlim_cur / kFilesPart), files.rlim_cur / 2);
  return std::min<std::uint64_t>(kConnectionsMostUnasked, files.rlim_cur - for_files);
}

AdmissionLimits admission_limits(const Config& config) {
  AdmissionLimits limits;
  limits.requests_max = config.requests_max;
  limits.request_bytes_max = static_cast<std::size_t>(config.request_bytes_max);
  limits.memory_bytes_max = config.memory_max_bytes ? *config.memory_max_bytes : memory_bytes_available() / 10 * 9;
  return limits;
}

Result<std::unique_ptr<net::HttpServer>> open_client_listener(const Config& config, const net::WebSocketPolicy& policy,
                                                              Admission& admission) {
  net::HttpServerOptions options;
  options.host = config.listen.host;
  options.port = config.listen.port;
  options.connections_max = connections_max(config);
  options.overloaded = [&admission] { return !admission.admit_client(); };
  options.http.head_deadline = config.http_head_deadline;
  options.http.progress_deadline = config.http_progress_deadline;
  options.http.answer_deadline = config.http_answer_deadline;
  options.http.idle_deadline = config.http_idle_deadline;
  options.http.unread_bytes_max = static_cast<std::size_t>(config.unread_bytes_max);
  options.websocket = policy;
  auto proxies = net::TrustedProxies::parse(config.trusted_proxies);
  if (!proxies) return fail(named("trusted-proxies", proxies.error()));
  options.trusted_proxies = *std::move(proxies);
  if (!config.tls_cert.empty()) {
    auto tls = net::TlsContext::open_server(config.tls_cert, config.tls_key);
    if (!tls) return fail(named("tls-cert, tls-key", tls.error()));
    options.tls = *std::move(tls);
  }
  auto server = net::HttpServer::open(std::move(options));
  if (!server) return fail(named("listen", server.error()));
  return server;
}

Result<std::unique_ptr<net::HttpServer>> open_metrics_listener(const Config& config) {
  if (!config.metrics_listen) return nullptr;
  constexpr std::size_t kScrapersMax = 64;
  net::HttpServerOptions options;
  options.host = config.metrics_listen->host;
  options.port = config.metrics_listen->port;
  options.connections_max = kScrapersMax;
  auto server = net::HttpServer::open(std::move(options));
  if (!server) return fail(named("metrics-listen", server.error()));
  return server;
}

std::string address_of(const net::HttpServer& server, bool tls) {
  return (tls ? "https://" : "http://") + to_string(Endpoint{server.host(), server.port()});
}

std::uint64_t storage_reserve(const Config& config) {
  if (config.storage_reserve_bytes) return *config.storage_reserve_bytes;
  struct statvfs disk{};
  // Before the first start the directory is not there yet: then it will be where the one above it is.
  std::error_code error;
  std::filesystem::path place = std::filesystem::absolute(config.data_dir, error);
  while (::statvfs(place.c_str(), &disk) != 0) {
    if (!place.has_relative_path()) return kReserveMost;
    place = place.parent_path();
  }
  return std::min<std::uint64_t>(kReserveMost, disk.f_blocks * disk.f_frsize / kReservePartOfDisk);
}

Result<std::string> web_directory(const Config& config) {
  std::error_code error;
  if (!config.web_dir.empty()) {
    if (!std::filesystem::is_directory(config.web_dir, error)) {
      return fail(ErrorCode::kInternal, "web-dir: " + config.web_dir + " is not a directory");
    }
    return config.web_dir;
  }
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* const place : {"../share/rookery/web", "../../web/dist"}) {
    const auto directory = program / place;
    if (std::filesystem::exists(directory / "index.html", error)) return directory.lexically_normal().string();
  }
  return std::string();
}

}  // namespace rookery::app
