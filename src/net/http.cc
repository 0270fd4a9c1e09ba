#include "net/http.h"

#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "net/websocket.h"

namespace rookery::net {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view trim_blanks(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

void HttpHeaders::add(std::string_view name, std::string_view value) {
  Field& field = fields_.emplace_back(std::string(name), std::string(value));
  for (char& c : field.value) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = ' ';
  }
}

void HttpHeaders::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void HttpHeaders::remove(std::string_view name) {
  std::erase_if(fields_, [name](const Field& field) { return equals_ignoring_case(field.name, name); });
}

std::string_view HttpHeaders::get(std::string_view name) const noexcept {
  for (const Field& field : fields_) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

bool HttpHeaders::has(std::string_view name) const noexcept {
  return std::ranges::any_of(fields_, [name](const Field& field) { return equals_ignoring_case(field.name, name); });
}

bool HttpHeaders::lists(std::string_view name, std::string_view token) const noexcept {
  for (const Field& field : fields_) {
    if (!equals_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (true) {
      const std::size_t comma = rest.find(',');
      if (equals_ignoring_case(trim_blanks(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

HttpResponse HttpResponse::json(unsigned status, std::string body) {
  HttpResponse response{.status = status, .headers = {}, .body = std::move(body), .shared_body = {}};
  response.headers.add("Content-Type", "application/json");
  return response;
}

HttpResponse HttpResponse::text(unsigned status, std::string body) {
  HttpResponse response{.status = status, .headers = {}, .body = std::move(body), .shared_body = {}};
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  return response;
}

HttpResponse HttpResponse::error(const Error& error, std::string_view request_id) {
  HttpResponse response = json(static_cast<unsigned>(error_info(error.code).http_status), error_json(error, request_id));
  if (error.retry_after_s > 0) {
    response.headers.add("Retry-After", std::to_string(static_cast<std::uint64_t>(std::ceil(error.retry_after_s))));
  }
  if (!request_id.empty()) response.headers.add("X-Request-Id", request_id);
  return response;
}

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

std::optional<HttpResponse> websocket_refusal(const HttpRequest& request) {
  const auto refuse = [](std::string message) { return HttpResponse::error(Error(ErrorCode::kBadRequest, std::move(message))); };
  if (request.method != "GET") return refuse("A WebSocket begins with GET");
  if (!request.headers.lists("Upgrade", "websocket") || !request.headers.lists("Connection", "upgrade") ||
      request.headers.get("Sec-WebSocket-Version") != "13") {
    HttpResponse response = HttpResponse::json(426, error_json(Error(ErrorCode::kBadRequest, "This is a WebSocket of version 13"), {}));
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", "13");
    return response;
  }
  // RFC 6455 §11.3.1, §11.3.5.
  for (const std::string_view name : {"Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
    const auto named = [name](const HttpHeaders::Field& field) { return equals_ignoring_case(field.name, name); };
    if (std::ranges::count_if(request.headers.fields(), named) > 1) return refuse(std::string(name) + " is repeated");
  }
  const std::string_view key = request.headers.get("Sec-WebSocket-Key");
  // 16 bytes in base64 with padding; its alphabet differs from base64url's in two characters.
  std::string unpadded(key.substr(0, 22));
  std::ranges::replace(unpadded, '+', '-');
  std::ranges::replace(unpadded, '/', '_');
  if (key.size() != 24 || !key.ends_with("==") || !decode_base64url(unpadded)) return refuse("Sec-WebSocket-Key is wrong");
  return std::nullopt;
}

HttpResponder& HttpResponder::operator=(HttpResponder&& other) noexcept {
  if (this != &other) {
    answer_unanswered();
    exchange_ = std::move(other.exchange_);
  }
  return *this;
}

void HttpResponder::respond(HttpResponse response) {
  const auto exchange = std::move(exchange_);
  if (exchange) exchange->respond(std::move(response));
}

void HttpResponder::upgrade(std::unique_ptr<WebSocketHandler> handler) {
  const auto exchange = std::move(exchange_);
  if (exchange) exchange->upgrade(std::move(handler));
}

void HttpResponder::answer_unanswered() noexcept {
  if (exchange_) respond(Error(ErrorCode::kInternal));
}

}  // namespace rookery::net
