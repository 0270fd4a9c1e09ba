// Close codes of the gateway, each with its reason in words (protocol.md §4 "Close codes").
//
// A session can be resumed after all of them but kRevoked. 1007 and 1009 are the transport's own. Plain values.
#pragma once

#include <cstdint>
#include <string_view>

namespace rookery::gateway {

struct CloseReason {
  std::uint16_t code = 0;
  std::string_view words;
  bool operator==(const CloseReason& other) const { return code == other.code; }
};

namespace close_codes {

inline constexpr CloseReason kUnknownOp{4001, "Unknown op"};
inline constexpr CloseReason kNotDecodable{4002, "Not decodable: one JSON object per text frame"};
inline constexpr CloseReason kNotIdentified{4003, "Not identified"};
inline constexpr CloseReason kIdentifyTimeout{4003, "Not identified within 10 seconds"};
inline constexpr CloseReason kTokenRefused{4004, "The token was refused"};
inline constexpr CloseReason kIdentifiedTwice{4005, "Identified already"};
inline constexpr CloseReason kBadSequence{4007, "This s was never sent"};
inline constexpr CloseReason kTooManyFrames{4008, "Too many frames"};
inline constexpr CloseReason kSilent{4009, "No frame for 60 seconds"};
inline constexpr CloseReason kTooSlow{4100, "Too slow a reader"};
inline constexpr CloseReason kGoingAway{4101, "The server is going away"};
inline constexpr CloseReason kRevoked{4102, "The login was revoked"};
inline constexpr CloseReason kAccountDisabled{4102, "The account was disabled"};
inline constexpr CloseReason kResumedElsewhere{4103, "The session was resumed on another connection"};
inline constexpr CloseReason kTooManyConnections{4104, "Too many connections of this user"};
// RFC 6455 registry, "Try Again Later": a dependency is away.
inline constexpr CloseReason kTryAgainLater{1013, "Try again later"};

}  // namespace close_codes
}  // namespace rookery::gateway
