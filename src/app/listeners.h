// What the configuration says of sockets, files and the disk, as the modules take it. Blocking; for start-up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/server.h"
#include "runtime/admission.h"
#include "runtime/config.h"

namespace rookery::app {

// `policy`: how its WebSockets are treated. Bound and listening, with TLS and trusted proxies as configured; nothing is accepted yet.
// Errors are sentences for whoever starts the server.
// `admission` is asked for each new connection, and outlives the listener.
Result<std::unique_ptr<net::HttpServer>> open_client_listener(const Config& config, const net::WebSocketPolicy& policy,
                                                              Admission& admission);
// Null when metrics are off. Plain HTTP.
Result<std::unique_ptr<net::HttpServer>> open_metrics_listener(const Config& config);

// "http://127.0.0.1:8080", or https; an IPv6 host in brackets.
std::string address_of(const net::HttpServer& server, bool tls);

// How many connections may be open at once: what was configured, or what the limit of open files leaves beside the files of
// the database.
std::size_t connections_max(const Config& config);

// What is taken on at once, with the memory of the machine where nothing was configured.
AdmissionLimits admission_limits(const Config& config);

// Bytes to keep free on the disk of the data directory, which must be there: what was configured, or the smaller of 1 GiB
// and 5 % of the disk.
std::uint64_t storage_reserve(const Config& config);

// The web client's directory: what was configured, or where an installation (../share/rookery/web beside the program) or a
// build (web/dist above it) has it; empty when it is nowhere.
Result<std::string> web_directory(const Config& config);

}  // namespace rookery::app
