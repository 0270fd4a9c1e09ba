// HTTP/1.1 messages out of bytes that arrive piece by piece, without I/O. Any thread, one at a time.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string_view>

#include "net/http.h"
#include "net/http_head.h"

namespace rookery::net {

class HttpRequestParser {
 public:
  explicit HttpRequestParser(const HttpLimits& limits);
  ~HttpRequestParser();
  HttpRequestParser(const HttpRequestParser&) = delete;
  HttpRequestParser& operator=(const HttpRequestParser&) = delete;

  // Takes what it can from the front of `in` and answers how many bytes; what is left must be given again, with more
  // behind it. It stops once behind the head (head_done) and once at the end (done), so that its user can look; bytes
  // behind the message are not touched. After a refusal the parser must not be used again.
  std::expected<std::size_t, HttpRefusal> parse(std::string_view in);

  bool head_done() const noexcept;
  bool done() const noexcept;
  // From head_done on.
  const HttpRequest& request() const noexcept;
  HttpRequest take_request() noexcept;  // when done
  bool keep_alive() const noexcept;
  bool http_1_1() const noexcept;
  bool has_body() const noexcept;
  bool expects_continue() const noexcept;  // "Expect: 100-continue"; another expectation was refused with 417
  // 413 when the body is announced, or becomes, larger. To be set at head_done.
  std::expected<void, HttpRefusal> limit_body(std::size_t bytes_max);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// The answer to one request, for clients; no stricter than Beast. Trailers are dropped.
class HttpResponseParser {
 public:
  // `head_only`: the answer to a HEAD request.
  HttpResponseParser(bool head_only, std::size_t body_bytes_max);
  ~HttpResponseParser();
  HttpResponseParser(const HttpResponseParser&) = delete;
  HttpResponseParser& operator=(const HttpResponseParser&) = delete;

  // As HttpRequestParser::parse(); refusals say what is wrong. A 1xx answer other than 101 is skipped.
  std::expected<std::size_t, HttpRefusal> parse(std::string_view in);
  // The server closed the connection: an answer without a length ends here.
  void end_of_input();
  bool head_done() const noexcept;
  bool done() const noexcept;
  HttpResponse take_response() noexcept;
  bool keep_alive() const noexcept;

 private:
  struct Parser;
  void start();
  bool head_only_;
  std::size_t body_bytes_max_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace rookery::net
