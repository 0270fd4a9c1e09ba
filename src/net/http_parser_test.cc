#include "net/http_parser.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery::net {
namespace {

constexpr std::size_t kBodyMax = 1000;

struct Outcome {
  unsigned refused = 0;              // with this status
  std::vector<HttpRequest> whole{};  // requests that were read before
  bool incomplete = false;
};

// Gives the text to parsers in pieces of `step` bytes, as a connection does.
Outcome read_all(std::string_view text, std::size_t step, const HttpLimits& limits = {}) {
  Outcome outcome;
  std::string held;
  auto parser = std::make_unique<HttpRequestParser>(limits);
  while (true) {
    bool limited = false;
    while (true) {
      const bool had_head = parser->head_done();
      const auto taken = parser->parse(held);
      if (!taken) {
        outcome.refused = taken.error().status;
        return outcome;
      }
      held.erase(0, *taken);
      if (!had_head && parser->head_done()) {
        limited = true;
        if (const auto allowed = parser->limit_body(kBodyMax); !allowed) {
          outcome.refused = allowed.error().status;
          return outcome;
        }
      }
      if (parser->done()) {
        outcome.whole.push_back(parser->take_request());
        parser = std::make_unique<HttpRequestParser>(limits);
        limited = true;
      }
      if (held.empty() || (*taken == 0 && !std::exchange(limited, false))) break;
      limited = false;
    }
    if (text.empty()) break;
    held += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
  }
  outcome.incomplete = !held.empty() || parser->head_done();
  return outcome;
}

struct Case {
  const char* what;
  std::string text;
  unsigned status;  // 0: it is a good request
};

const std::string kGet = "GET / HTTP/1.1\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

std::vector<Case> cases() {
  std::string many = kGet + "Host: a\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  return {
      {"plain", kGet + "Host: a\r\n\r\n", 0},
      {"host with port", kGet + "Host: a.example:8080\r\n\r\n", 0},
      {"IPv6 host", kGet + "Host: [::1]:80\r\n\r\n", 0},
      {"empty host", kGet + "Host:\r\n\r\n", 0},
      {"white space around a value", kGet + "Host:\t a \t\r\n\r\n", 0},
      {"query", "GET /a?b=/?c HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"absolute target in other letters", "GET HTTP://A/b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"absolute target without host in HTTP/1.0", "GET http://a/b HTTP/1.0\r\n\r\n", 0},
      {"absolute target", "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"HTTP/1.0 without host", "GET / HTTP/1.0\r\n\r\n", 0},
      {"length", kPost + "Content-Length: 3\r\n\r\nabc", 0},
      {"length zero", kPost + "Content-Length: 0\r\n\r\n", 0},
      {"length with leading zeros", kPost + "Content-Length: 003\r\n\r\nabc", 0},
      {"chunked", kChunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", 0},
      {"chunked in capitals", kPost + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 0},
      {"chunk size in small letters", kChunked + "a\r\n0123456789\r\n0\r\n\r\n", 0},
      {"bytes above ASCII in a value", kGet + "Host: a\r\nA: \xC3\xA4\r\n\r\n", 0},

      {"length and encoding", kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"encoding and length", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {"repeated length", kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"differing lengths", kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
      {"list of lengths", kPost + "Content-Length: 3, 3\r\n\r\nabc", 400},
      {"signed length", kPost + "Content-Length: +3\r\n\r\nabc", 400},
      {"negative length", kPost + "Content-Length: -3\r\n\r\nabc", 400},
      {"hexadecimal length", kPost + "Content-Length: 0x3\r\n\r\nabc", 400},
      {"fraction as length", kPost + "Content-Length: 3.0\r\n\r\nabc", 400},
      {"space in length", kPost + "Content-Length: 3 3\r\n\r\nabc", 400},
      {"empty length", kPost + "Content-Length:\r\n\r\n", 400},
      {"overflowing length", kPost + "Content-Length: 18446744073709551619\r\n\r\nabc", 400},
      {"length above the limit", kPost + "Content-Length: 1001\r\n\r\n", 413},
      {"chunks above the limit", kChunked + "3E8\r\n" + std::string(1000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n", 413},
      {"chunk above the limit", kChunked + "FFFFFFFFFFFFFFF\r\n", 413},

      {"gzip, chunked", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked, chunked", kPost + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked twice", kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"identity", kPost + "Transfer-Encoding: identity\r\n\r\n", 400},
      {"xchunked", kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked in quotes", kPost + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 400},
      {"chunked with a parameter", kPost + "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", 400},
      {"chunked behind a vertical tab",
       kPost + "Transfer-Encoding: \x0B"
               "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"empty encoding", kPost + "Transfer-Encoding:\r\n\r\n", 400},
      {"encoding with a space before the colon", kPost + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
      {"encoding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},

      {"chunk extension", kChunked + "3;a=b\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk extension without a name", kChunked + "3;\r\nabc\r\n0\r\n\r\n", 400},
      {"extension of the last chunk", kChunked + "3\r\nabc\r\n0;a\r\n\r\n", 400},
      {"space behind a chunk size", kChunked + "3 \r\nabc\r\n0\r\n\r\n", 400},
      {"space before a chunk size", kChunked + " 3\r\nabc\r\n0\r\n\r\n", 400},
      {"signed chunk size", kChunked + "+3\r\nabc\r\n0\r\n\r\n", 400},
      {"0x chunk size", kChunked + "0x3\r\nabc\r\n0\r\n\r\n", 400},
      {"empty chunk size", kChunked + "\r\nabc\r\n0\r\n\r\n", 400},
      {"no chunk size", kChunked + "xyz\r\n", 400},
      {"overflowing chunk size", kChunked + "10000000000000003\r\nabc\r\n0\r\n\r\n", 400},
      {"endless chunk size", kChunked + std::string(200, '0'), 400},
      {"chunk size with bare LF", kChunked + "3\nabc\r\n0\r\n\r\n", 400},
      {"chunk that ends with bare LF", kChunked + "3\r\nabc\n0\r\n\r\n", 400},
      {"chunk longer than its size", kChunked + "3\r\nabcd\r\n0\r\n\r\n", 400},
      {"last chunk with bare LF", kChunked + "3\r\nabc\r\n0\n\n", 400},
      {"last chunk with bare LF behind it", kChunked + "3\r\nabc\r\n0\r\n\n", 400},
      {"trailer", kChunked + "3\r\nabc\r\n0\r\nA: b\r\n\r\n", 400},
      {"announced trailer", kPost + "Transfer-Encoding: chunked\r\nTrailer: A\r\n\r\n0\r\n\r\n", 400},

      {"folded field", kGet + "Host: a\r\nA: b\r\n c\r\n\r\n", 400},
      {"field folded by a tab", kGet + "Host: a\r\nA: b\r\n\tc\r\n\r\n", 400},
      {"folded first field", kGet + " Host: a\r\n\r\n", 400},
      {"no host", kGet + "\r\n", 400},
      {"two hosts", kGet + "Host: a\r\nHost: a\r\n\r\n", 400},
      {"two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400},
      {"two hosts in one", kGet + "Host: a, b\r\n\r\n", 400},
      {"host with a path", kGet + "Host: a/b\r\n\r\n", 400},
      {"a target of another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a target of another port", "GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a target with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a target with a user that is the host", "GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a target without a host", "GET http:///b HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"host with a user", kGet + "Host: u@a\r\n\r\n", 400},
      {"space before a colon", kGet + "Host : a\r\n\r\n", 400},
      {"tab before a colon", kGet + "Host: a\r\nA\t: b\r\n\r\n", 400},
      {"no colon", kGet + "Host: a\r\nA\r\n\r\n", 400},
      {"empty name", kGet + "Host: a\r\n: b\r\n\r\n", 400},
      {"separator in a name", kGet + "Host: a\r\nA(b): c\r\n\r\n", 400},
      {"byte above ASCII in a name", kGet + "Host: a\r\n\xC3\xA4: b\r\n\r\n", 400},
      {"NUL in a value", kGet + "Host: a\r\nA: b" + std::string(1, '\0') + "c\r\n\r\n", 400},
      {"NUL in a name", kGet + "Host: a\r\nA" + std::string(1, '\0') + ": c\r\n\r\n", 400},
      {"DEL in a value", kGet + "Host: a\r\nA: b\x7F\r\n\r\n", 400},
      {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"bare LF behind a field", kGet + "Host: a\n\r\n", 400},
      {"bare LF at the end", kGet + "Host: a\r\n\n", 400},
      {"bare CR", kGet + "Host: a\rA: b\r\n\r\n", 400},
      {"CR CR LF", kGet + "Host: a\r\r\n\r\n", 400},
      {"bare CR in a value", kGet + "Host: a\r\nA: b\rc\r\n\r\n", 400},

      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space at the end of the line", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"space at the start", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment in the target", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"byte above ASCII in the target", "GET /\xC3\xA4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"method with a separator", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01", 6), 400},
      {"another expectation", kPost + "Expect: tea\r\nContent-Length: 3\r\n\r\nabc", 417},

      {"long target", "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"endless target", "GET /" + std::string(20000, 'a'), 414},
      {"large header", kGet + "Host: a\r\nA: " + std::string(17000, 'a'), 431},
      {"too many fields", many + "\r\n", 431},
  };
}

class HttpStrictness : public testing::TestWithParam<std::size_t> {};

TEST_P(HttpStrictness, EveryCaseEndsAsItMust) {
  for (const Case& c : cases()) {
    const Outcome outcome = read_all(c.text, GetParam());
    EXPECT_EQ(outcome.refused, c.status) << c.what;
    if (c.status == 0) {
      EXPECT_EQ(outcome.whole.size(), 1u) << c.what;
      EXPECT_FALSE(outcome.incomplete) << c.what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InPieces, HttpStrictness, testing::Values(1, 2, 7, 100'000));

TEST(HttpRequestParser, ReadsWhatTheRequestSays) {
  const auto outcome = read_all("PUT /a%20b/c?d=e&f HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\nContent-Length: 3\r\n\r\nabc", 1);
  ASSERT_EQ(outcome.whole.size(), 1u);
  const HttpRequest& request = outcome.whole[0];
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a%20b/c?d=e&f");
  EXPECT_EQ(request.path, "/a%20b/c");
  EXPECT_EQ(request.query, "d=e&f");
  EXPECT_EQ(request.headers.get("x-y"), "z");
  EXPECT_EQ(request.body, "abc");
}

TEST(HttpRequestParser, JoinsChunks) {
  for (const std::size_t step : {1, 3, 1000}) {
    const auto outcome = read_all(kChunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", step);
    ASSERT_EQ(outcome.whole.size(), 1u);
    EXPECT_EQ(outcome.whole[0].body, "abc0123456789");
  }
}

TEST(HttpRequestParser, LeavesTheNextRequestAlone) {
  const std::string text = kPost + "Content-Length: 3\r\n\r\nabc" + kChunked + "1\r\nd\r\n0\r\n\r\n" + kGet + "Host: b\r\n\r\n";
  for (const std::size_t step : {1, 5, 1000}) {
    const auto outcome = read_all(text, step);
    ASSERT_EQ(outcome.whole.size(), 3u);
    EXPECT_EQ(outcome.whole[0].body, "abc");
    EXPECT_EQ(outcome.whole[1].body, "d");
    EXPECT_EQ(outcome.whole[2].headers.get("Host"), "b");
  }
}

TEST(HttpRequestParser, TakesTheBeginningOffAnAbsoluteTarget) {
  EXPECT_EQ(read_all("GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", 100).whole.at(0).path, "/b");
  EXPECT_EQ(read_all("GET http://a?c HTTP/1.1\r\nHost: a\r\n\r\n", 100).whole.at(0).path, "/");
  EXPECT_EQ(read_all("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 100).whole.at(0).path, "/");
  EXPECT_EQ(read_all("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 100).whole.at(0).path, "*");
}

TEST(HttpResponseParser, ReadsAnAnswerByteByByteAndSkipsInterimOnes) {
  const std::string text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const std::size_t step : {std::size_t{1}, text.size()}) {
    HttpResponseParser parser(false, 1000);
    std::string held;
    for (std::size_t at = 0; at < text.size(); at += step) {
      held += text.substr(at, step);
      for (std::size_t taken = 1; taken > 0 && !held.empty() && !parser.done();) {
        const auto parsed = parser.parse(held);
        ASSERT_TRUE(parsed) << parsed.error().message;
        taken = *parsed;
        held.erase(0, taken);
      }
    }
    ASSERT_TRUE(parser.done());
    const HttpResponse response = parser.take_response();
    EXPECT_EQ(response.status, 201u);
    EXPECT_EQ(response.body, "abc");
  }
}

}  // namespace
}  // namespace rookery::net
