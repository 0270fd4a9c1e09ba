#include "net/server.h"

#include <gtest/gtest.h>

#include "net/test_server.h"

namespace rookery::net {
namespace {

TEST(HttpServer, AnswersARequest) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  HttpClient client(server.endpoint());
  const auto response = client.request("POST", "/a/b?c=d", {}, "hello");
  ASSERT_TRUE(response) << response.error().sentence();
  EXPECT_EQ(response->status, 200u);
  EXPECT_EQ(response->body, "POST /a/b?c=d hello");
  EXPECT_EQ(response->headers.get("x-content-type-options"), "nosniff");
  EXPECT_TRUE(response->headers.has("Date"));
}

}  // namespace
}  // namespace rookery::net
