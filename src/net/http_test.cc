#include "net/http.h"

#include <gtest/gtest.h>

#include "net/websocket.h"

namespace rookery::net {
namespace {

TEST(HttpHeaders, ComparesNamesWithoutCaseAndKeepsTheOrder) {
  HttpHeaders headers;
  headers.add("Accept", "a");
  headers.add("X-A", "1");
  headers.add("accept", "b");
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_TRUE(headers.has("x-a"));
  EXPECT_EQ(headers.get("missing"), "");
  headers.set("aCCept", "c");
  ASSERT_EQ(headers.fields().size(), 2u);
  EXPECT_EQ(headers.fields()[1].value, "c");
  headers.remove("X-a");
  EXPECT_FALSE(headers.has("X-A"));
}

TEST(HttpHeaders, FindsTokensInLists) {
  HttpHeaders headers;
  headers.add("Connection", "keep-alive , Upgrade");
  headers.add("Connection", "x");
  EXPECT_TRUE(headers.lists("connection", "upgrade"));
  EXPECT_TRUE(headers.lists("connection", "X"));
  EXPECT_FALSE(headers.lists("connection", "up"));
  EXPECT_FALSE(headers.lists("Upgrade", "websocket"));
}

TEST(HttpHeaders, LetsNoValueStartAFieldOfItsOwn) {
  HttpHeaders headers;
  headers.add("Location", "/a\r\nSet-Cookie: b\x7F\tc");
  EXPECT_EQ(headers.get("Location"), "/a  Set-Cookie: b \tc");
}

TEST(HttpResponse, CarriesAnErrorWithItsHeaders) {
  const auto response = HttpResponse::error(Error::retry(ErrorCode::kRateLimited, 1.25), "r1");
  EXPECT_EQ(response.status, 429u);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(response.headers.get("Retry-After"), "2");
  EXPECT_EQ(response.headers.get("X-Request-Id"), "r1");
  EXPECT_EQ(response.body, R"({"code":20016,"message":"You are being rate limited","retry_after":1.25,"request_id":"r1"})");
}

class RecordingExchange final : public HttpExchange {
 public:
  void respond(HttpResponse response) override { statuses.push_back(response.status); }
  void upgrade(std::unique_ptr<WebSocketHandler>) override { statuses.push_back(101); }
  bool connected() const override { return true; }
  std::vector<unsigned> statuses;
};

TEST(HttpResponder, AnswersExactlyOnce) {
  const auto exchange = std::make_shared<RecordingExchange>();
  {
    HttpResponder responder(exchange);
    HttpResponder moved(std::move(responder));
    moved.respond(HttpResponse::no_content());
    moved.respond(HttpResponse::text(200, "ignored"));
    EXPECT_FALSE(moved.connected());
  }
  EXPECT_EQ(exchange->statuses, std::vector<unsigned>{204});
}

TEST(HttpResponder, AnswersForWhoForgot) {
  const auto exchange = std::make_shared<RecordingExchange>();
  {
    const HttpResponder forgotten(exchange);
  }
  EXPECT_EQ(exchange->statuses, std::vector<unsigned>{500});
}

}  // namespace
}  // namespace rookery::net
