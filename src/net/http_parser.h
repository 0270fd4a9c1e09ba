// HTTP/1.1 messages out of bytes that arrive piece by piece, without I/O. Any thread, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "net/http.h"
#include "net/http_head.h"

namespace rookery::net {

// A chunked body (RFC 9112 §7.1) without extensions and trailers, which are refused.
class ChunkDecoder {
 public:
  // Appends what it finds to `out`, which may grow to `bytes_max`; returns how much of `in` is done with: all of it,
  // before the end of the body.
  std::expected<std::size_t, HttpRefusal> decode(std::string_view in, std::string& out, std::size_t bytes_max);
  bool done() const noexcept { return state_ == State::kDone; }

 private:
  enum class State : std::uint8_t { kSize, kSizeLf, kBytes, kBytesCr, kBytesLf, kLastCr, kLastLf, kDone };
  std::expected<void, HttpRefusal> step(char c, std::size_t room);

  State state_ = State::kSize;
  unsigned digits_ = 0;
  std::uint64_t left_ = 0;  // of this chunk
};

class HttpRequestParser {
 public:
  explicit HttpRequestParser(const HttpLimits& limits) : limits_(limits), scanner_(limits) {}  // `limits` outlives it

  // Takes what it can from the front of `in` and answers how many bytes; what is left must be given again, with more
  // behind it. It stops once behind the head (head_done) and once at the end (done), so that its user can look; bytes
  // behind the message are not touched. After a refusal the parser must not be used again.
  std::expected<std::size_t, HttpRefusal> parse(std::string_view in);

  bool head_done() const noexcept { return head_done_; }
  bool done() const noexcept;
  // From head_done on.
  const HttpRequest& request() const noexcept { return request_; }
  HttpRequest take_request() noexcept { return std::move(request_); }  // when done, or refused after head_done
  bool keep_alive() const noexcept;
  bool http_1_1() const noexcept { return framing_.http_1_1; }
  bool has_body() const noexcept { return framing_.chunked || framing_.length > 0; }
  bool expects_continue() const noexcept;  // "Expect: 100-continue"; another expectation was refused with 417
  // 413 when the body is announced, or becomes, larger. To be set at head_done.
  std::expected<void, HttpRefusal> limit_body(std::size_t bytes_max);

 private:
  const HttpLimits& limits_;
  HeadScanner scanner_;
  Framing framing_;
  HttpRequest request_;
  ChunkDecoder chunks_;
  std::size_t body_bytes_max_ = 0;
  bool head_done_ = false;
};

// The answer to one request, for clients; as strict.
class HttpResponseParser {
 public:
  HttpResponseParser(const HttpResponseParser&) = delete;
  HttpResponseParser& operator=(const HttpResponseParser&) = delete;
  // `head_only`: the answer to a HEAD request.
  HttpResponseParser(bool head_only, std::size_t body_bytes_max) : head_only_(head_only), body_bytes_max_(body_bytes_max) {}

  // As HttpRequestParser::parse(); a refusal says what is wrong. A 1xx answer other than 101 is skipped.
  std::expected<std::size_t, HttpRefusal> parse(std::string_view in);
  // The server closed the connection: an answer without a length ends here.
  void end_of_input() noexcept { ended_ = ended_ || (head_done_ && until_close_); }
  bool done() const noexcept { return ended_; }
  HttpResponse take_response() noexcept { return std::move(response_); }
  bool keep_alive() const noexcept;

 private:
  bool head_only_;
  std::size_t body_bytes_max_;
  HttpLimits limits_;
  HeadScanner scanner_{limits_};
  Framing framing_;
  HttpResponse response_;
  ChunkDecoder chunks_;
  bool head_done_ = false;
  bool until_close_ = false;
  bool ended_ = false;
};

}  // namespace rookery::net
