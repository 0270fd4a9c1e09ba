// Peer: a client that sends what it is told, in pieces of the sizes that it is told, and writes down what comes back. Reads
// frames by itself, with nothing of src/net, and takes only what a server may send (RFC 6455 §5.1, §5.2).
//
// One thread; blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/wire/websocket_cases.h"

namespace rookery::wire {

// How many bytes to send next, from 1; called for each piece.
using PieceSize = std::function<std::size_t()>;

// Connects to 127.0.0.1, shakes hands, sends `bytes`, with the pauses, and reads until the server ends the connection. The
// lines of Case::answer; a line that begins with "fault:" says what else came, or did not.
std::vector<std::string> exchange(std::uint16_t port, std::string_view bytes, const PieceSize& next_piece,
                                  std::span<const Pause> pauses = {});

}  // namespace rookery::wire
