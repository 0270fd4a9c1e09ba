#include "net/http_head.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace rookery::net {
namespace {

using Refused = std::unexpected<HttpRefusal>;

Refused refuse(unsigned status, std::string message) { return Refused(HttpRefusal{status, std::move(message)}); }
Refused malformed(std::string message) { return refuse(400, std::move(message)); }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_digit(c) || is_alpha(c) || kMarks.contains(c); });
}

bool is_host(std::string_view text) noexcept {
  static constexpr std::string_view kMarks = "-._~!$&'()*+;=:[]%";
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || is_alpha(c) || kMarks.contains(c); });
}

std::string_view next_line(std::string_view& head) {
  const std::size_t end = head.find("\r\n");
  const std::string_view line = head.substr(0, end);
  head.remove_prefix(end + 2);
  return line;
}

bool is_absolute(std::string_view target) noexcept {
  return equals_ignoring_case(target.substr(0, 7), "http://") || equals_ignoring_case(target.substr(0, 8), "https://");
}

// An absolute target ("http://host/path") loses its beginning.
void split_target(HttpRequest& request) {
  std::string_view target = request.target;
  if (is_absolute(target)) {
    target.remove_prefix(target.find("//") + 2);
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  }
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (request.path.empty()) request.path = "/";
  request.query = mark == std::string_view::npos ? std::string() : std::string(target.substr(mark + 1));
}

std::expected<void, HttpRefusal> read_version(std::string_view version, Framing& framing) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' || !is_digit(version[7])) {
    return malformed("The version is not HTTP/1.1");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
  framing.http_1_1 = version == "HTTP/1.1";
  return {};
}

std::expected<void, HttpRefusal> read_request_line(std::string_view line, const HttpLimits& limits, HttpRequest& request,
                                                   Framing& framing) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return malformed("The request line is not METHOD TARGET VERSION");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return malformed("The method is not a token");
  if (target.size() > limits.target_bytes_max) return refuse(414, "The target is too long");
  if (!std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7F && c != '#'; })) {
    return malformed("The target has characters that must be escaped");
  }
  if (!target.starts_with('/') && !is_absolute(target) && !(target == "*" && method == "OPTIONS")) {
    return malformed("The target is neither a path nor a URL");
  }
  request.method = method;
  request.target = target;
  split_target(request);
  return read_version(version, framing);
}

std::expected<void, HttpRefusal> check_length(std::string_view value, Framing& framing) {
  if (framing.has_length) return malformed("Content-Length is repeated");
  if (value.empty() || value.size() > 18 || !std::ranges::all_of(value, is_digit)) return malformed("Content-Length is not a number");
  framing.has_length = true;
  std::from_chars(value.data(), value.data() + value.size(), framing.length);
  return {};
}

std::expected<void, HttpRefusal> check_field(std::string_view name, std::string_view value, Framing& framing) {
  if (equals_ignoring_case(name, "Content-Length")) return check_length(value, framing);
  if (equals_ignoring_case(name, "Transfer-Encoding")) {
    if (framing.chunked) return malformed("Transfer-Encoding is repeated");
    if (!equals_ignoring_case(value, "chunked")) return malformed("Transfer-Encoding is other than chunked");
    framing.chunked = true;
  } else if (equals_ignoring_case(name, "Trailer")) {
    return malformed("Trailers are not taken");
  }
  return {};
}

// All fields, to the empty line.
std::expected<void, HttpRefusal> read_fields(std::string_view head, const HttpLimits& limits, HttpHeaders& headers, Framing& framing) {
  std::size_t fields = 0;
  for (std::string_view line = next_line(head); !line.empty(); line = next_line(head)) {
    if (++fields > limits.fields_max) return refuse(431, "There are too many header fields");
    if (line.starts_with(' ') || line.starts_with('\t')) return malformed("A header field is folded");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("A header field has no colon");
    const std::string_view name = line.substr(0, colon);
    if (!is_token(name)) return malformed("The name of a header field is not a token");
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (const auto checked = check_field(name, value, framing); !checked) return checked;
    headers.add(name, value);
  }
  if (framing.chunked && framing.has_length) return malformed("Content-Length and Transfer-Encoding together");
  if (framing.chunked && !framing.http_1_1) return malformed("Transfer-Encoding needs HTTP/1.1");
  return {};
}

std::expected<void, HttpRefusal> check_host(const HttpHeaders& headers, const Framing& framing) {
  const auto is_named_host = [](const HttpHeaders::Field& field) { return equals_ignoring_case(field.name, "Host"); };
  const auto hosts = std::ranges::count_if(headers.fields(), is_named_host);
  if (hosts > 1) return malformed("Host is repeated");
  if (hosts == 0 && framing.http_1_1) return malformed("Host is missing");
  if (!is_host(headers.get("Host"))) return malformed("Host is not a host");
  return {};
}

// RFC 9112 §3.2.2 lets the target's host win, and not everybody reads it so: both must say the same.
std::expected<void, HttpRefusal> check_authority(const HttpRequest& request) {
  if (!is_absolute(request.target)) return {};
  std::string_view authority = request.target;
  authority.remove_prefix(authority.find("//") + 2);
  authority = authority.substr(0, authority.find_first_of("/?"));
  if (authority.empty() || !is_host(authority)) return malformed("The target is a URL without a host");
  const bool differs = request.headers.has("Host") && !equals_ignoring_case(request.headers.get("Host"), authority);
  if (differs) return malformed("Host and the target name different hosts");
  return {};
}

}  // namespace

HttpResponse HttpRefusal::response() const {
  HttpResponse answer = HttpResponse::json(status, error_json(Error(ErrorCode::kBadRequest, message), {}));
  if (status == 503) answer.headers.add("Retry-After", "5");
  return answer;
}

std::expected<std::size_t, HttpRefusal> HeadScanner::too_long(std::string_view in) const {
  const std::size_t line_end = in.substr(0, limits_->head_bytes_max).find('\r');
  const std::size_t line_bytes = std::min(line_end, in.size());
  // A method, two spaces and a version: 32 bytes besides the target.
  if (line_bytes > limits_->target_bytes_max + 32) return refuse(414, "The target is too long");
  return refuse(431, "The header is too large");
}

std::expected<std::size_t, HttpRefusal> HeadScanner::find_end(std::string_view in) {
  const std::size_t looked_at = std::min(in.size(), limits_->head_bytes_max);
  for (; scanned_ < looked_at; ++scanned_) {
    const char c = in[scanned_];
    const bool after_cr = scanned_ > 0 && in[scanned_ - 1] == '\r';
    if (c == '\n') {
      if (!after_cr) return malformed("A line ends with a bare LF");
      if (scanned_ >= 3 && in[scanned_ - 2] == '\n') return ++scanned_;
    } else {
      if (after_cr) return malformed("A bare CR");
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\r' && c != '\t') || byte == 0x7F) return malformed("A control character");
    }
  }
  if (in.size() >= limits_->head_bytes_max) return too_long(in);
  return 0;
}

std::expected<Framing, HttpRefusal> read_request_head(std::string_view head, const HttpLimits& limits, HttpRequest& request) {
  Framing framing;
  auto read = read_request_line(next_line(head), limits, request, framing);
  if (read) read = read_fields(head, limits, request.headers, framing);
  if (read) read = check_host(request.headers, framing);
  if (read) read = check_authority(request);
  if (!read) return Refused(std::move(read).error());
  return framing;
}

std::expected<Framing, HttpRefusal> read_response_head(std::string_view head, const HttpLimits& limits, HttpResponse& response) {
  Framing framing;
  const std::string_view line = next_line(head);
  auto read = read_version(line.substr(0, 8), framing);
  if (!read) return Refused(std::move(read).error());
  const std::string_view status = line.substr(8, 4);
  if (status.size() != 4 || status[0] != ' ' || !std::ranges::all_of(status.substr(1), is_digit) || status[1] == '0' ||
      (line.size() > 12 && line[12] != ' ')) {
    return malformed("The status line is not VERSION STATUS REASON");
  }
  std::from_chars(status.data() + 1, status.data() + 4, response.status);
  read = read_fields(head, limits, response.headers, framing);
  if (!read) return Refused(std::move(read).error());
  return framing;
}

}  // namespace rookery::net
