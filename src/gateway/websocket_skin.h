// The WebSocket skin: /gateway upgraded to a connection of the gateway.
#pragma once

#include "gateway/gateway.h"
#include "net/http.h"
#include "net/websocket.h"

namespace rookery::gateway {

// How a server must treat the gateway's sockets: sizes and the slow reader's close; silence is the gateway's own business.
net::WebSocketPolicy websocket_policy(const GatewayOptions& options);

// Answers GET /gateway: 400 for another `v` or `encoding`, 403 for an Origin that is not allowed, else the upgrade. On the
// connection's core; the gateway outlives the connection.
void serve_websocket(Gateway& gateway, const net::HttpRequest& request, net::HttpResponder responder);

}  // namespace rookery::gateway
