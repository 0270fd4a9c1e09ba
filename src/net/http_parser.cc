#include "net/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <utility>

namespace rookery::net {
namespace {

namespace http = boost::beast::http;
using boost::optional;
using boost::beast::error_code;
using Text = boost::beast::string_view;

std::string_view view(Text text) noexcept { return {text.data(), text.size()}; }

error_code refusal(http::error why) { return make_error_code(why); }

}  // namespace

// Beast reads; the head has passed check_head() by then, and what could still go wrong in a body is refused here.
struct HttpRequestParser::Parser final : http::basic_parser<true> {
  explicit Parser(const HttpLimits& http_limits) : limits(http_limits), scanner(http_limits) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner's business
    body_limit(boost::none);                                  // limit_body()'s
  }

  void on_request_impl(http::verb, Text method, Text target, int, error_code&) override {
    request.method = view(method);
    request.target = view(target);
  }
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_field_impl(http::field, Text name, Text value, error_code& error) override {
    if (is_header_done()) {  // a trailer
      error = refusal(http::error::bad_field);
      return;
    }
    request.headers.add(view(name), view(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text body, error_code& error) override { return append(body, error); }
  void on_chunk_header_impl(std::uint64_t size, Text extensions, error_code& error) override {
    if (!extensions.empty()) error = refusal(http::error::bad_chunk_extension);
    if (size > body_bytes_max - request.body.size()) error = refusal(http::error::body_limit);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code& error) override { return append(body, error); }
  void on_finish_impl(error_code&) override {}

  std::size_t append(Text body, error_code& error) {
    if (body.size() > body_bytes_max - request.body.size()) {
      error = refusal(http::error::body_limit);
      return 0;
    }
    request.body.append(body.data(), body.size());
    return body.size();
  }

  const HttpLimits& limits;
  HeadScanner scanner;
  HeadFacts facts;
  HttpRequest request;
  std::size_t body_bytes_max = 0;
  bool head_taken = false;
};

HttpRequestParser::HttpRequestParser(const HttpLimits& limits) : parser_(std::make_unique<Parser>(limits)) {}
HttpRequestParser::~HttpRequestParser() = default;

std::expected<std::size_t, HttpRefusal> HttpRequestParser::parse(std::string_view in) {
  Parser& p = *parser_;
  error_code error;
  if (!p.head_taken) {
    const auto head_bytes = p.scanner.find_end(in);
    if (!head_bytes) return std::unexpected(head_bytes.error());
    if (*head_bytes == 0) return 0;
    const auto facts = check_head(in.substr(0, *head_bytes), p.limits);
    if (!facts) return std::unexpected(facts.error());
    p.facts = *facts;
    p.eager(false);
    const std::size_t taken = p.put(boost::asio::buffer(in.data(), *head_bytes), error);
    if (error || taken != *head_bytes || !p.is_header_done()) return std::unexpected(HttpRefusal{});
    p.head_taken = true;
    p.eager(true);
    split_target(p.request);
    const std::string_view expect = p.request.headers.get("Expect");
    if (!expect.empty() && !equals_ignoring_case(expect, "100-continue")) {
      return std::unexpected(HttpRefusal{417, "This expectation cannot be met"});
    }
    return taken;
  }
  if (p.is_done() || in.empty()) return 0;
  const std::size_t taken = p.put(boost::asio::buffer(in.data(), in.size()), error);
  if (error == http::error::body_limit) return std::unexpected(HttpRefusal{413, "The body is too large"});
  if (error && error != http::error::need_more) return std::unexpected(HttpRefusal{400, "The body is malformed"});
  // A line of a chunked body that has no end in sight: sizes are a few digits.
  if (taken == 0 && in.size() > 64 && p.facts.chunked && !p.is_done()) return std::unexpected(HttpRefusal{400, "The body is malformed"});
  return taken;
}

bool HttpRequestParser::head_done() const noexcept { return parser_->head_taken; }
bool HttpRequestParser::done() const noexcept { return parser_->head_taken && parser_->is_done(); }
const HttpRequest& HttpRequestParser::request() const noexcept { return parser_->request; }
HttpRequest HttpRequestParser::take_request() noexcept { return std::move(parser_->request); }
bool HttpRequestParser::http_1_1() const noexcept { return parser_->facts.http_1_1; }
bool HttpRequestParser::has_body() const noexcept { return parser_->facts.chunked || parser_->facts.length > 0; }

bool HttpRequestParser::keep_alive() const noexcept {
  const HttpHeaders& headers = parser_->request.headers;
  if (headers.lists("Connection", "close")) return false;
  return parser_->facts.http_1_1 || headers.lists("Connection", "keep-alive");
}

bool HttpRequestParser::expects_continue() const noexcept {
  return parser_->facts.http_1_1 && has_body() && parser_->request.headers.has("Expect");
}

std::expected<void, HttpRefusal> HttpRequestParser::limit_body(std::size_t bytes_max) {
  parser_->body_bytes_max = bytes_max;
  if (parser_->facts.length > bytes_max) return std::unexpected(HttpRefusal{413, "The body is too large"});
  return {};
}

struct HttpResponseParser::Parser final : http::basic_parser<false> {
  explicit Parser(std::size_t body_max) : body_bytes_max(body_max) {
    header_limit(64 * 1024);
    body_limit(body_max);
  }

  void on_request_impl(http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int code, Text, int, error_code&) override { response.status = static_cast<unsigned>(code); }
  void on_field_impl(http::field, Text name, Text value, error_code&) override {
    if (!is_header_done()) response.headers.add(view(name), view(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text body, error_code&) override { return append(body); }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override { return append(body); }
  void on_finish_impl(error_code&) override {}

  std::size_t append(Text body) {
    response.body.append(body.data(), body.size());
    return body.size();
  }

  HttpResponse response;
  std::size_t body_bytes_max;
};

HttpResponseParser::HttpResponseParser(bool head_only, std::size_t body_bytes_max)
    : head_only_(head_only), body_bytes_max_(body_bytes_max) {
  start();
}
HttpResponseParser::~HttpResponseParser() = default;

void HttpResponseParser::start() {
  parser_ = std::make_unique<Parser>(body_bytes_max_);
  parser_->skip(head_only_);
  parser_->eager(false);
}

std::expected<std::size_t, HttpRefusal> HttpResponseParser::parse(std::string_view in) {
  if (in.empty() || parser_->is_done()) return 0;
  error_code error;
  const std::size_t taken = parser_->put(boost::asio::buffer(in.data(), in.size()), error);
  if (error && error != http::error::need_more) return std::unexpected(HttpRefusal{502, "The answer is malformed: " + error.message()});
  if (parser_->is_header_done()) parser_->eager(true);
  if (parser_->is_done() && parser_->response.status / 100 == 1 && parser_->response.status != 101) start();
  return taken;
}

void HttpResponseParser::end_of_input() {
  error_code ignored;
  if (parser_->is_header_done() && !parser_->is_done()) parser_->put_eof(ignored);
}

bool HttpResponseParser::head_done() const noexcept { return parser_->is_header_done(); }
bool HttpResponseParser::done() const noexcept { return parser_->is_done(); }
HttpResponse HttpResponseParser::take_response() noexcept { return std::move(parser_->response); }
bool HttpResponseParser::keep_alive() const noexcept { return parser_->keep_alive(); }

}  // namespace rookery::net
