// The one computation of a WebSocket handshake. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace rookery::net {

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace rookery::net
