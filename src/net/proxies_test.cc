#include "net/proxies.h"

#include <gtest/gtest.h>

#include "net/http.h"

namespace rookery::net {
namespace {

TEST(TrustedProxies, HoldsRangesOfBothFamilies) {
  const auto proxies = TrustedProxies::parse("10.0.0.0/8, ::1 192.0.2.7,2001:db8::/33");
  ASSERT_TRUE(proxies);
  for (const char* in : {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "::1", "192.0.2.7", "2001:db8:7fff::1"}) {
    EXPECT_TRUE(proxies->contains(*parse_ip(in))) << in;
  }
  for (const char* out : {"11.0.0.0", "9.255.255.255", "::2", "192.0.2.6", "2001:db8:8000::1", "::a00:1"}) {
    EXPECT_FALSE(proxies->contains(*parse_ip(out))) << out;
  }
}

TEST(TrustedProxies, EverybodyIsZeroBits) {
  EXPECT_TRUE(TrustedProxies::parse("0.0.0.0/0")->contains(*parse_ip("203.0.113.9")));
  EXPECT_FALSE(TrustedProxies::parse("0.0.0.0/0")->contains(*parse_ip("2001:db8::1")));
  EXPECT_TRUE(TrustedProxies::parse("::/0")->contains(*parse_ip("203.0.113.9")));
}

TEST(TrustedProxies, NamesAnEntryThatIsWrong) {
  for (const char* list : {"10.0.0.0/33", "::1/129", "10.0.0", "a.example", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "/8"}) {
    const auto proxies = TrustedProxies::parse(list);
    ASSERT_FALSE(proxies) << list;
    EXPECT_NE(proxies.error().fields.at(0).sentence.find(list), std::string::npos);
  }
}

struct Case {
  const char* what;
  const char* peer;
  bool tls;
  std::vector<std::pair<const char*, const char*>> fields;
  const char* address;
  bool secure;
};

TEST(ResolveClient, BelievesTrustedProxiesOnly) {
  const auto proxies = TrustedProxies::parse("10.0.0.0/8, 2001:db8::/32").value();
  const Case cases[] = {
      {"nobody between", "192.0.2.1", false, {}, "192.0.2.1", false},
      {"TLS here", "192.0.2.1", true, {}, "192.0.2.1", true},
      {"not trusted", "192.0.2.1", false, {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-Proto", "https"}}, "192.0.2.1", false},
      {"trusted", "10.0.0.1", false, {{"X-Forwarded-For", "192.0.2.9"}, {"X-Forwarded-Proto", "https"}}, "192.0.2.9", true},
      {"trusted, silent", "10.0.0.1", true, {}, "10.0.0.1", true},
      {"plain outside, TLS inside", "10.0.0.1", true, {{"X-Forwarded-Proto", "http"}}, "10.0.0.1", false},
      {"the client lies", "10.0.0.1", false, {{"X-Forwarded-For", "1.1.1.1, 192.0.2.9"}}, "192.0.2.9", false},
      {"two proxies", "10.0.0.1", false, {{"X-Forwarded-For", "1.1.1.1, 192.0.2.9, 10.0.0.2"}}, "192.0.2.9", false},
      {"two fields", "10.0.0.1", false, {{"X-Forwarded-For", "192.0.2.9"}, {"X-Forwarded-For", "10.0.0.2"}}, "192.0.2.9", false},
      {"all trusted", "10.0.0.1", false, {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}, "10.0.0.3", false},
      {"no address", "10.0.0.1", false, {{"X-Forwarded-For", "192.0.2.9, unknown, 10.0.0.2"}}, "10.0.0.2", false},
      {"empty", "10.0.0.1", false, {{"X-Forwarded-For", ""}}, "10.0.0.1", false},
      {"with port", "10.0.0.1", false, {{"X-Forwarded-For", "192.0.2.9:4711"}}, "192.0.2.9", false},
      {"IPv6", "10.0.0.1", false, {{"X-Forwarded-For", "2001:DB9::1"}}, "2001:db9::1", false},
      {"Forwarded", "10.0.0.1", false, {{"Forwarded", "for=192.0.2.9;proto=https;by=10.0.0.1"}}, "192.0.2.9", true},
      {"Forwarded IPv6", "10.0.0.1", false, {{"Forwarded", "For=\"[2001:db9::1]:4711\""}}, "2001:db9::1", false},
      {"Forwarded, two hops", "10.0.0.1", false, {{"Forwarded", "for=192.0.2.9;proto=https, for=10.0.0.2;proto=http"}}, "192.0.2.9", true},
      {"Forwarded, obfuscated", "10.0.0.1", false, {{"Forwarded", "for=_hidden"}}, "10.0.0.1", false},
      {"both: what proxies set most often counts",
       "10.0.0.1",
       false,
       {{"Forwarded", "for=1.1.1.1"}, {"X-Forwarded-For", "192.0.2.9"}},
       "192.0.2.9",
       false},
  };
  for (const Case& c : cases) {
    HttpHeaders headers;
    for (const auto& [name, value] : c.fields) headers.add(name, value);
    const Client client = resolve_client(*parse_ip(c.peer), c.tls, headers, proxies);
    EXPECT_EQ(client.address, c.address) << c.what;
    EXPECT_EQ(client.secure, c.secure) << c.what;
  }
}

}  // namespace
}  // namespace rookery::net
