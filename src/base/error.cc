#include "base/error.h"

#include <array>

#include "base/check.h"
#include "base/json_writer.h"

namespace rookery {
namespace {

struct Row {
  ErrorCode code;
  ErrorInfo info;
};

constexpr std::array kTable = {
    Row{ErrorCode::kInternal, {0, 500, "Internal error"}},
    Row{ErrorCode::kUnknownRoute, {0, 404, "Unknown route"}},
    Row{ErrorCode::kMethodNotAllowed, {0, 405, "Method not allowed"}},
    Row{ErrorCode::kPayloadTooLarge, {0, 413, "The body is too large"}},
    Row{ErrorCode::kUnsupportedMediaType, {0, 415, "The body must be application/json"}},
    Row{ErrorCode::kNotImplemented, {0, 501, "Not available on this installation"}},
    Row{ErrorCode::kBadRequest, {0, 400, "Malformed HTTP request"}},
    Row{ErrorCode::kUnknownChannel, {10003, 404, "Unknown channel"}},
    Row{ErrorCode::kUnknownGuild, {10004, 404, "Unknown guild"}},
    Row{ErrorCode::kUnknownInvite, {10006, 404, "Unknown invite"}},
    Row{ErrorCode::kUnknownMember, {10007, 404, "Unknown member"}},
    Row{ErrorCode::kUnknownMessage, {10008, 404, "Unknown message"}},
    Row{ErrorCode::kUnknownRole, {10011, 404, "Unknown role"}},
    Row{ErrorCode::kUnknownUser, {10013, 404, "Unknown user"}},
    Row{ErrorCode::kUnknownEmoji, {10014, 404, "Unknown emoji"}},
    Row{ErrorCode::kUnknownSession, {10020, 404, "Unknown session"}},
    Row{ErrorCode::kUnknownBan, {10026, 404, "Unknown ban"}},
    Row{ErrorCode::kUnknownDevice, {11001, 404, "Unknown device"}},
    Row{ErrorCode::kUnknownAttachment, {11002, 404, "Unknown attachment"}},
    Row{ErrorCode::kRateLimited, {20016, 429, "You are being rate limited"}},
    Row{ErrorCode::kTooManyGuilds, {30001, 400, "The limit of guilds is reached"}},
    Row{ErrorCode::kTooManyPins, {30003, 400, "The limit of pins is reached"}},
    Row{ErrorCode::kTooManyMembers, {30004, 400, "The limit of members is reached"}},
    Row{ErrorCode::kTooManyRoles, {30005, 400, "The limit of roles is reached"}},
    Row{ErrorCode::kTooManyReactions, {30010, 400, "The limit of different reactions is reached"}},
    Row{ErrorCode::kTooManyChannels, {30013, 400, "The limit of channels is reached"}},
    Row{ErrorCode::kTooManyAttachments, {30015, 400, "The limit of attachments is reached"}},
    Row{ErrorCode::kTooManyInvites, {30016, 400, "The limit of invites is reached"}},
    Row{ErrorCode::kTooManyDevices, {30031, 400, "The limit of devices is reached"}},
    Row{ErrorCode::kTooManyLogins, {30032, 400, "The limit of logins is reached"}},
    Row{ErrorCode::kUnauthorized, {40001, 401, "Unauthorized"}},
    Row{ErrorCode::kBadCredentials, {40002, 401, "Wrong name or password"}},
    Row{ErrorCode::kTaken, {40003, 409, "Already taken"}},
    Row{ErrorCode::kNonceBusy, {40901, 409, "A message with this nonce is still being written: try again"}},
    Row{ErrorCode::kNonceReused, {40902, 422, "This nonce was used with another body"}},
    Row{ErrorCode::kMissingAccess, {50001, 403, "Missing access"}},
    Row{ErrorCode::kCannotMessageUser, {50007, 403, "Cannot message this user"}},
    Row{ErrorCode::kMissingPermission, {50013, 403, "Missing permission"}},
    Row{ErrorCode::kInvalidBody, {50035, 400, "Invalid body"}},
    Row{ErrorCode::kUnavailable, {50300, 503, "Temporarily unavailable: try again"}},
};

// The table is indexed by code: each row stands at its code's place.
constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order());
static_assert(kTable.size() == static_cast<std::size_t>(ErrorCode::kUnavailable) + 1);

}  // namespace

const ErrorInfo& error_info(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  CHECK(index < kTable.size());
  return kTable[index].info;
}

Error Error::invalid(std::string path, std::string sentence) {
  Error error(ErrorCode::kInvalidBody);
  error.fields.push_back({std::move(path), std::move(sentence)});
  return error;
}

Error Error::retry(ErrorCode code, double retry_after_s, std::string message) {
  Error error(code, std::move(message));
  error.retry_after_s = retry_after_s;
  return error;
}

std::string error_json(const Error& error, std::string_view request_id) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("code").number(error_info(error.code).number);
  json.key("message").string(error.sentence());
  if (!error.fields.empty()) {
    json.key("errors").begin_object();
    for (const FieldError& field : error.fields) json.key(field.path).string(field.sentence);
    json.end_object();
  }
  if (error.retry_after_s > 0) json.key("retry_after").number(error.retry_after_s);
  if (!request_id.empty()) json.key("request_id").string(request_id);
  json.end_object();
  return out;
}

}  // namespace rookery
