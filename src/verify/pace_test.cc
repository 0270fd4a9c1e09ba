#include "verify/pace.h"

#include <gtest/gtest.h>

namespace rookery::verify {
namespace {

using Clock = std::chrono::steady_clock;

net::HttpHeaders told(std::string_view bucket, int remaining, std::string_view reset_after) {
  net::HttpHeaders headers;
  headers.set("X-RateLimit-Bucket", bucket);
  headers.set("X-RateLimit-Limit", "10");
  headers.set("X-RateLimit-Remaining", std::to_string(remaining));
  headers.set("X-RateLimit-Reset-After", reset_after);
  return headers;
}

TEST(Pace, RequestsThatDifferByTheirIdsAndQueriesAreOfOneKind) {
  EXPECT_EQ(kind_of_request("GET", "/channels/123/messages?limit=5"), kind_of_request("GET", "/channels/77/messages"));
  EXPECT_NE(kind_of_request("GET", "/channels/123/messages"), kind_of_request("POST", "/channels/123/messages"));
  EXPECT_NE(kind_of_request("GET", "/channels/123"), kind_of_request("GET", "/channels/123/receipts"));
}

TEST(Pace, WhoHasEmptiedABucketWaitsForTheNextDropWhateverHeAsksOfIt) {
  Pace pace;
  pace.take_turn(1, "GET", "/channels/1").answered(told("read", 5, "0.5"));
  pace.take_turn(1, "GET", "/users/@me").answered(told("read", 0, "3.0"));
  const auto asked = Clock::now();
  {
    const auto other = pace.take_turn(2, "GET", "/channels/1");
  }
  pace.take_turn(1, "POST", "/channels/1/read");
  pace.take_turn(1, "GET", "/channels/1");
  EXPECT_GE(Clock::now() - asked, std::chrono::milliseconds(290));
}

TEST(Pace, WhatCannotBeReadDelaysNothing) {
  Pace pace;
  pace.take_turn(1, "GET", "/x").answered(net::HttpHeaders());
  pace.take_turn(1, "GET", "/x").answered(told("read", 0, "soon"));
  pace.take_turn(1, "GET", "/x");
}

}  // namespace
}  // namespace rookery::verify
