// Config: what an installation was told, as plain typed values. Modules receive it by const reference.
//
// Every field is an option (runtime/options.h), and every option a field. No option holds a secret: keys are files.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/limits.h"
#include "runtime/log.h"
#include "runtime/rates.h"

namespace rookery {

enum class Registration : std::uint8_t { kOpen, kInvite, kClosed };
inline constexpr std::array<std::string_view, 3> kRegistrationNames = {"open", "invite", "closed"};
enum class PresenceVisibility : std::uint8_t { kAll, kShared };

// Where to listen. An IPv6 host is kept without brackets. Port 0: one that the kernel chooses.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

// "127.0.0.1:8080", "[::1]:8080".
std::string to_string(const Endpoint& endpoint);

struct Config {
  std::string name = "Rookery";  // of the installation, shown to people
  std::string data_dir = "rookery-data";
  std::string web_dir;  // empty: the one that belongs to the program

  Endpoint listen = {"127.0.0.1", 8080};
  std::string tls_cert;  // PEM files; both or neither
  std::string tls_key;
  std::vector<std::string> allowed_origins;  // empty: any
  std::string trusted_proxies;               // addresses and ranges as net/proxies.h takes them; empty: none
  std::optional<Endpoint> metrics_listen;    // none: off
  unsigned cores = 0;                        // 0: as many as the machine has

  std::optional<Registration> registration;  // none: as administrators set it on the running server; open until they do
  PresenceVisibility presence_visibility = PresenceVisibility::kAll;
  std::string jwt_key;  // PEM; empty: jwt-key.pem in the data directory
  std::chrono::seconds session_ttl{300};

  std::chrono::seconds drain{5};
  std::optional<std::uint64_t> storage_reserve_bytes;  // none: the smaller of 1 GiB and 5 % of the disk
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;

  // How much is taken on at once (runtime/admission.h); beyond it clients are asked to try again later.
  std::optional<std::uint64_t> connections_max;   // none: what the limit of open files leaves
  std::optional<std::uint64_t> memory_max_bytes;  // none: nine tenths of what the machine, or the control group, has
  std::uint32_t requests_max = 10'000;            // of a core
  std::uint64_t request_bytes_max = std::uint64_t{64} << 20;
  std::uint64_t unread_bytes_max = std::uint64_t{64} << 20;  // of a core (net/http.h)
  std::uint32_t passwords_waiting_max = 128;
  std::uint32_t reads_waiting_max = 4096;

  // For how long what is slow is waited for.
  std::chrono::seconds http_head_deadline{10};
  std::chrono::seconds http_progress_deadline{10};
  std::chrono::seconds http_answer_deadline{120};
  std::chrono::seconds http_idle_deadline{60};
  std::chrono::seconds identify_deadline{10};
  std::chrono::seconds slow_reader_deadline{10};
  std::chrono::seconds frame_deadline{20};

  Limits limits;
  Rates rates;
};

}  // namespace rookery
