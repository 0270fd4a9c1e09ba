// Error: an expected failure, as a value.
//
// The code says what the caller can do: change the request, retry later, give up. One table (error.cc) maps each code to
// the number clients see, its HTTP status and its sentence; protocol.md §1 is the source of the numbers. Plain values,
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rookery {

enum class ErrorCode : std::uint8_t {
  // Without a number of their own: `code` is 0 and the status speaks.
  kInternal,              // 500
  kUnknownRoute,          // 404
  kMethodNotAllowed,      // 405
  kPayloadTooLarge,       // 413
  kUnsupportedMediaType,  // 415
  kNotImplemented,        // 501
  kBadRequest,            // 400, what is wrong below the body: the HTTP message itself
  // The thing is not there, or the caller may not know of it: 404.
  kUnknownChannel,     // 10003
  kUnknownGuild,       // 10004
  kUnknownInvite,      // 10006
  kUnknownMember,      // 10007
  kUnknownMessage,     // 10008
  kUnknownRole,        // 10011
  kUnknownUser,        // 10013
  kUnknownEmoji,       // 10014
  kUnknownSession,     // 10020
  kUnknownBan,         // 10026
  kUnknownDevice,      // 11001
  kUnknownAttachment,  // 11002
  kRateLimited,        // 20016, 429; retry_after is set
  // A limit is reached: 400, the message names it.
  kTooManyGuilds,       // 30001
  kTooManyPins,         // 30003
  kTooManyMembers,      // 30004
  kTooManyRoles,        // 30005
  kTooManyReactions,    // 30010
  kTooManyChannels,     // 30013
  kTooManyAttachments,  // 30015
  kTooManyInvites,      // 30016
  kTooManyDevices,      // 30031
  kTooManyLogins,       // 30032
  kUnauthorized,        // 40001, 401
  kBadCredentials,      // 40002, 401
  kTaken,               // 40003, 409
  kNonceBusy,           // 40901, 409; retry_after is set
  kNonceReused,         // 40902, 422
  kMissingAccess,       // 50001, 403
  kCannotMessageUser,   // 50007, 403
  kMissingPermission,   // 50013, 403
  kInvalidBody,         // 50035, 400, field by field
  kUnavailable,         // 50300, 503; retry_after is set
};

struct ErrorInfo {
  int number;  // "code" in the body
  int http_status;
  std::string_view message;  // the sentence, unless the error brings its own
};

// Total: every code has a row.
const ErrorInfo& error_info(ErrorCode code) noexcept;

struct FieldError {
  std::string path;      // "recipients.3"
  std::string sentence;  // "must not be longer than 4000 characters"
  bool operator==(const FieldError&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;             // empty: the table's sentence
  std::vector<FieldError> fields;  // empty: no "errors"
  double retry_after_s = 0;        // 0: no "retry_after"

  Error() = default;
  explicit Error(ErrorCode c, std::string m = {}) : code(c), message(std::move(m)) {}

  // 50035 with one field at fault.
  static Error invalid(std::string path, std::string sentence);
  // A refusal that passes by itself: 50300, 40901 or 20016 with the seconds to wait.
  static Error retry(ErrorCode code, double retry_after_s, std::string message = {});

  std::string_view sentence() const noexcept { return message.empty() ? error_info(code).message : std::string_view(message); }
};

// {"code":…,"message":…,"errors"?:…,"retry_after"?:…,"request_id"?:…}; request_id is left out when empty.
std::string error_json(const Error& error, std::string_view request_id);

}  // namespace rookery
