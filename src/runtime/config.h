// Config: what an installation was told, as plain typed values. Modules receive it by const reference.
//
// Every field is an option (runtime/options.h), and every option a field. No option holds a secret: keys are files.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/limits.h"
#include "runtime/log.h"
#include "runtime/rates.h"

namespace rookery {

enum class Registration : std::uint8_t { kOpen, kInvite, kClosed };
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

  Registration registration = Registration::kOpen;
  PresenceVisibility presence_visibility = PresenceVisibility::kAll;
  std::string jwt_key;  // PEM; empty: jwt-key.pem in the data directory
  std::chrono::seconds session_ttl{300};

  std::chrono::seconds drain{5};
  std::optional<std::uint64_t> storage_reserve_bytes;  // none: the smaller of 1 GiB and 5 % of the disk
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;

  Limits limits;
  Rates rates;
};

}  // namespace rookery
