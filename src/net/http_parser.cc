#include "net/http_parser.h"

#include <algorithm>

#include "net/url.h"

namespace rookery::net {
namespace {

constexpr unsigned kSizeDigitsMax = 16;  // of a chunk's size: 64 bits

std::unexpected<HttpRefusal> malformed_body() { return std::unexpected(HttpRefusal{400, "The body is malformed"}); }
std::unexpected<HttpRefusal> body_too_large() { return std::unexpected(HttpRefusal{413, "The body is too large"}); }

bool keeps_alive(const HttpHeaders& headers, const Framing& framing) noexcept {
  if (headers.lists("Connection", "close")) return false;
  return framing.http_1_1 || headers.lists("Connection", "keep-alive");
}

}  // namespace

std::expected<std::size_t, HttpRefusal> ChunkDecoder::decode(std::string_view in, std::string& out, std::size_t bytes_max) {
  std::size_t at = 0;
  while (at < in.size() && !done()) {
    if (state_ == State::kBytes) {
      const std::string_view bytes = in.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size() - at)));
      out.append(bytes);
      at += bytes.size();
      left_ -= bytes.size();
      if (left_ == 0) state_ = State::kBytesCr;
    } else {
      const auto stepped = step(in[at++], bytes_max - out.size());
      if (!stepped) return std::unexpected(stepped.error());
    }
  }
  return at;
}

// One byte of what stands between the chunks' bytes; `room` is what the body may still grow by.
std::expected<void, HttpRefusal> ChunkDecoder::step(char c, std::size_t room) {
  const auto expect = [&](char wanted, State next) -> std::expected<void, HttpRefusal> {
    if (c != wanted) return malformed_body();
    state_ = next;
    return {};
  };
  switch (state_) {
    case State::kSize: {
      const int digit = hex_value(c);
      if (digit < 0) return digits_ == 0 ? malformed_body() : expect('\r', State::kSizeLf);
      if (++digits_ > kSizeDigitsMax) return malformed_body();
      left_ = left_ * 16 + static_cast<unsigned>(digit);
      return {};
    }
    case State::kSizeLf: {
      digits_ = 0;
      if (left_ > room) return body_too_large();
      return expect('\n', left_ == 0 ? State::kLastCr : State::kBytes);
    }
    case State::kBytesCr: return expect('\r', State::kBytesLf);
    case State::kBytesLf: return expect('\n', State::kSize);
    case State::kLastCr: return expect('\r', State::kLastLf);
    case State::kLastLf: return expect('\n', State::kDone);
    case State::kBytes:
    case State::kDone: break;
  }
  return malformed_body();
}

std::expected<std::size_t, HttpRefusal> HttpRequestParser::parse(std::string_view in) {
  if (!head_done_) {
    const auto head_bytes = scanner_.find_end(in);
    if (!head_bytes || *head_bytes == 0) return head_bytes;
    const auto framing = read_request_head(in.substr(0, *head_bytes), limits_, request_);
    if (!framing) return std::unexpected(framing.error());
    framing_ = *framing;
    head_done_ = true;
    const std::string_view expectation = request_.headers.get("Expect");
    if (!expectation.empty() && !equals_ignoring_case(expectation, "100-continue")) {
      return std::unexpected(HttpRefusal{417, "This expectation cannot be met"});
    }
    return head_bytes;
  }
  if (done()) return 0;
  if (framing_.chunked) return chunks_.decode(in, request_.body, body_bytes_max_);
  const std::string_view bytes = in.substr(0, static_cast<std::size_t>(framing_.length) - request_.body.size());
  request_.body.append(bytes);
  return bytes.size();
}

bool HttpRequestParser::done() const noexcept {
  return head_done_ && (framing_.chunked ? chunks_.done() : request_.body.size() == framing_.length);
}

bool HttpRequestParser::keep_alive() const noexcept { return keeps_alive(request_.headers, framing_); }

bool HttpRequestParser::expects_continue() const noexcept { return framing_.http_1_1 && has_body() && request_.headers.has("Expect"); }

std::expected<void, HttpRefusal> HttpRequestParser::limit_body(std::size_t bytes_max) {
  body_bytes_max_ = bytes_max;
  if (framing_.length > bytes_max) return body_too_large();
  return {};
}

std::expected<std::size_t, HttpRefusal> HttpResponseParser::parse(std::string_view in) {
  if (ended_) return 0;
  if (!head_done_) {
    const auto head_bytes = scanner_.find_end(in);
    if (!head_bytes || *head_bytes == 0) return head_bytes;
    const auto framing = read_response_head(in.substr(0, *head_bytes), limits_, response_);
    if (!framing) return std::unexpected(framing.error());
    if (response_.status / 100 == 1 && response_.status != 101) {
      scanner_ = HeadScanner(limits_);
      response_ = {};
      return head_bytes;
    }
    framing_ = *framing;
    head_done_ = true;
    const bool bodiless = head_only_ || response_.status == 101 || response_.status == 204 || response_.status == 304;
    ended_ = bodiless || (framing_.has_length && framing_.length == 0);
    until_close_ = !ended_ && !framing_.chunked && !framing_.has_length;
    if (!ended_ && framing_.length > body_bytes_max_) return body_too_large();
    return head_bytes;
  }
  if (framing_.chunked) {
    const auto taken = chunks_.decode(in, response_.body, body_bytes_max_);
    ended_ = taken && chunks_.done();
    return taken;
  }
  const std::string_view bytes = until_close_ ? in : in.substr(0, static_cast<std::size_t>(framing_.length) - response_.body.size());
  if (bytes.size() > body_bytes_max_ - response_.body.size()) return body_too_large();
  response_.body.append(bytes);
  ended_ = !until_close_ && response_.body.size() == framing_.length;
  return bytes.size();
}

bool HttpResponseParser::keep_alive() const noexcept { return !until_close_ && keeps_alive(response_.headers, framing_); }

}  // namespace rookery::net
