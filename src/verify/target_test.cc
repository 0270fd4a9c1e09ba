#include "verify/target.h"

#include <gtest/gtest.h>

namespace rookery::verify {
namespace {

TEST(VerifyTarget, AUrlNamesHostAndPort) {
  const auto plain = endpoint_of("http://chat.example:8080/", {});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "chat.example");
  EXPECT_EQ(plain->port, 8080);
  EXPECT_EQ(endpoint_of("http://127.0.0.1", {})->port, 80);
  EXPECT_EQ(endpoint_of("http://[::1]:90", {})->host, "::1");
  EXPECT_EQ(endpoint_of("http://[::1]:90", {})->port, 90);
}

TEST(VerifyTarget, WhatIsNoUrlIsRefused) {
  for (const char* url : {"", "chat.example", "ftp://a", "http://", "http://a:0", "http://a:b", "http://a/path", "http://a:70000"}) {
    EXPECT_FALSE(endpoint_of(url, {})) << url;
  }
  EXPECT_FALSE(endpoint_of("https://a", "/no/such/file"));
}

}  // namespace
}  // namespace rookery::verify
