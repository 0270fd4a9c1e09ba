// One table of what people have tried on verifiers of JWTs (RFC 8725 and since): each is made with the true key wherever
// that makes it worse, so that nothing but the check it is about can refuse it. tests/conformance/test_tokens.py is the same
// over REST.
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <functional>
#include <utility>
#include <vector>

#include "auth/token.h"
#include "base/bytes.h"

namespace rookery::auth {
namespace {

const TimeMs kNow(1'795'176'000'000);
constexpr std::size_t kHalf = 32;  // of a signature: r and s, or R and S

std::string claims_of(std::string_view times, std::string_view more = {}) {
  return R"({"iss":"rookery","sub":"11","sid":"22",)" + std::string(times) + R"(,"permissions":["user"])" + std::string(more) + "}";
}
const std::string kTimes = R"("iat":1795176000,"exp":1795176900)";
const std::string kClaims = claims_of(kTimes);

// Of 32 bytes, as a big-endian or a little-endian number; no carry goes out.
void add(std::string& to, std::string_view number, bool big_endian) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const std::size_t at = big_endian ? number.size() - 1 - i : i;
    carry += static_cast<unsigned char>(to[at]) + static_cast<unsigned char>(number[at]);
    to[at] = static_cast<char>(carry);
    carry >>= 8;
  }
}

// a - b, big-endian.
std::string difference(std::string_view a, std::string_view b) {
  std::string out(a.size(), '\0');
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]) - borrow;
    borrow = digit < 0 ? 1 : 0;
    out[i] = static_cast<char>(digit);
  }
  return out;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

// SEC 2 §2.4.2, and RFC 8032 §5.1 (little-endian there).
const std::string kOrderOfP256 = from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const std::string kOrderOfEd25519 = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

class TokenForgery : public testing::TestWithParam<KeyAlgorithm> {
 protected:
  TokenForgery() : key_(SigningKey::generate(GetParam())), other_(SigningKey::generate(GetParam())), keys_(key_, "rookery") {}

  std::string algorithm() const { return std::string(name_of(GetParam())); }
  std::string kid() const { return key_.verifying().kid(); }
  std::string header(std::string_view alg, std::string_view key_id, std::string_view more = {}) const {
    return R"({"alg":")" + std::string(alg) + R"(","typ":"at+jwt","kid":")" + std::string(key_id) + "\"" + std::string(more) + "}";
  }
  std::string good_header() const { return header(algorithm(), kid()); }
  static std::string signed_part(const std::string& head, const std::string& claims) { return base64url(head) + "." + base64url(claims); }
  std::string with(const std::string& head, const std::string& claims = kClaims) const {
    const std::string text = signed_part(head, claims);
    return text + "." + base64url(key_.sign(text));
  }
  // The good token with another signature.
  std::string signature(const std::function<std::string(std::string)>& bend) const {
    const std::string text = signed_part(good_header(), kClaims);
    return text + "." + base64url(bend(key_.sign(text)));
  }
  static std::string mac(const std::string& head, std::string_view secret) {
    const std::string text = signed_part(head, kClaims);
    std::string out(32, '\0');
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(out.data()), &size);
    return text + "." + base64url(out);
  }
  bool accepted(const std::string& token) const {
    const auto read = read_access_token(token, keys_, kNow);
    EXPECT_TRUE(read || read.error().code == ErrorCode::kUnauthorized);
    return read.has_value();
  }

  using Table = std::vector<std::pair<std::string, std::string>>;
  Table algorithms() const;
  Table key_names() const;
  Table claims() const;
  Table spellings() const;
  Table signatures() const;

  SigningKey key_;
  SigningKey other_;
  KeyRing keys_;
};

TokenForgery::Table TokenForgery::algorithms() const {
  Table table;
  for (const char* const alg : {"none", "None", "NONE", "nOnE", "", " ", "HS256", "HS384", "HS512", "RS256", "PS256", "ES384", "ES512",
                                "ES256K", "Ed25519", "eddsa", "es256", "EdDSA ", "ES256\\u0000"}) {
    const std::string name = std::string("alg ") + alg;
    table.emplace_back(name + ", signed", with(header(alg, kid())));
    table.emplace_back(name + ", not signed", signed_part(header(alg, kid()), kClaims) + ".");
    table.emplace_back(name + ", two parts", signed_part(header(alg, kid()), kClaims));
    table.emplace_back(name + ", the public key as secret", mac(header(alg, kid()), key_.verifying().der()));
    table.emplace_back(name + ", an empty secret", mac(header(alg, kid()), ""));
  }
  table.emplace_back("the other algorithm", with(header(GetParam() == KeyAlgorithm::kEdDsa ? "ES256" : "EdDSA", kid())));
  table.emplace_back("no alg", with(R"({"typ":"at+jwt","kid":")" + kid() + R"("})"));
  table.emplace_back("alg is null", with(R"({"alg":null,"typ":"at+jwt","kid":")" + kid() + R"("})"));
  table.emplace_back("alg is a list", with(R"({"alg":[")" + algorithm() + R"("],"typ":"at+jwt","kid":")" + kid() + R"("})"));
  table.emplace_back("alg is a number", with(R"({"alg":0,"typ":"at+jwt","kid":")" + kid() + R"("})"));
  table.emplace_back("alg twice, none last", with(header(algorithm(), kid(), R"(,"alg":"none")")));
  table.emplace_back("alg twice, none first",
                     with(R"({"alg":"none","alg":")" + algorithm() + R"(","typ":"at+jwt","kid":")" + kid() + R"("})"));
  table.emplace_back("signed by nobody", signed_part(good_header(), kClaims) + ".");
  table.emplace_back("signed by another", [this] {
    const std::string text = signed_part(good_header(), kClaims);
    return text + "." + base64url(other_.sign(text));
  }());
  return table;
}

TokenForgery::Table TokenForgery::key_names() const {
  Table table;
  const std::string huge(1200, 'k');
  const std::vector<std::string> ids = {std::string(),
                                        std::string("unknown"),
                                        other_.verifying().kid(),
                                        kid() + " ",
                                        " " + kid(),
                                        kid() + "\\u0000",
                                        kid() + "A",
                                        kid().substr(1),
                                        "../../" + kid(),
                                        "../../../dev/null",
                                        "/dev/null",
                                        "file:///dev/null",
                                        "' OR '1'='1",
                                        "x' UNION SELECT 'key'--",
                                        std::string("; cat jwt-key.pem"),
                                        std::string("*"),
                                        std::string("http://127.0.0.1/jwks.json"),
                                        huge};
  for (const std::string& id : ids) {
    table.emplace_back("kid " + id.substr(0, 60), with(header(algorithm(), id)));
    table.emplace_back("kid " + id.substr(0, 60) + ", secret of a file that is empty", mac(header("HS256", id), ""));
  }
  table.emplace_back("no kid", with(R"({"alg":")" + algorithm() + R"(","typ":"at+jwt"})"));
  table.emplace_back("kid is null", with(R"({"alg":")" + algorithm() + R"(","typ":"at+jwt","kid":null})"));
  table.emplace_back("kid is a number", with(R"({"alg":")" + algorithm() + R"(","typ":"at+jwt","kid":1})"));
  table.emplace_back("kid is a list", with(R"({"alg":")" + algorithm() + R"(","typ":"at+jwt","kid":[")" + kid() + R"("]})"));
  table.emplace_back("kid twice", with(header(algorithm(), kid(), R"(,"kid":"other")")));
  std::string jwk;
  JsonWriter json(jwk);
  other_.verifying().write_jwk(json);
  const std::pair<const char*, std::string> extra[] = {{"jwk", jwk},
                                                       {"jku", R"("http://127.0.0.1/jwks.json")"},
                                                       {"x5u", R"("http://127.0.0.1/key.pem")"},
                                                       {"x5c", R"(["AAAA"])"},
                                                       {"x5t", R"("AAAA")"},
                                                       {"crit", R"(["exp"])"},
                                                       {"crit", "[]"},
                                                       {"b64", "false"},
                                                       {"zip", R"("DEF")"},
                                                       {"cty", R"("JWT")"},
                                                       {"enc", R"("A256GCM")"},
                                                       {"anything", "1"}};
  for (const auto& [name, value] : extra) {
    const std::string more = std::string(",\"") + name + "\":" + value;
    table.emplace_back(name + std::string(" in the header, signed with our key"), with(header(algorithm(), kid(), more)));
    const std::string text = signed_part(header(algorithm(), other_.verifying().kid(), more), kClaims);
    table.emplace_back(name + std::string(" in the header, signed with the key it brings"), text + "." + base64url(other_.sign(text)));
  }
  for (const char* const type : {"JWT", "jwt", "at+JWT", "AT+JWT", "application/at+jwt", "", "at+jwt "}) {
    table.emplace_back(std::string("typ ") + type,
                       with(R"({"alg":")" + algorithm() + R"(","typ":")" + type + R"(","kid":")" + kid() + R"("})"));
  }
  table.emplace_back("no typ", with(R"({"alg":")" + algorithm() + R"(","kid":")" + kid() + R"("})"));
  for (const char* const head : {"", "{", "[]", "null", "\"\"", "1", "{}", "{}{}"})
    table.emplace_back(std::string("header ") + head, with(head));
  table.emplace_back("a header that is nested deeply", with(header(algorithm(), kid(), R"(,"x":[[[[[[[[]]]]]]]])")));
  table.emplace_back("a header with something behind it", with(good_header() + "{}"));
  table.emplace_back("a header with a byte order mark", with("\xEF\xBB\xBF" + good_header()));
  return table;
}

TokenForgery::Table TokenForgery::claims() const {
  Table table;
  const auto add_claims = [&](const std::string& name, const std::string& text) { table.emplace_back(name, with(good_header(), text)); };
  add_claims("expired", claims_of(R"("iat":1795175100,"exp":1795176000)"));
  add_claims("long expired", claims_of(R"("iat":1,"exp":2)"));
  add_claims("issued in the future", claims_of(R"("iat":1795176061,"exp":1795176900)"));
  add_claims("good for too long", claims_of(R"("iat":1795176000,"exp":1795176901)"));
  add_claims("good for ever", claims_of(R"("iat":1795176000,"exp":9007199254740993)"));
  add_claims("over before it began", claims_of(R"("iat":1795176010,"exp":1795176005)"));
  for (const char* const times :
       {R"("exp":1795176900)", R"("iat":1795176000)", R"("iat":null,"exp":1795176900)", R"("iat":1795176000,"exp":null)",
        R"("iat":1795176000,"exp":"1795176900")", R"("iat":"1795176000","exp":1795176900)", R"("iat":1795176000,"exp":1795176900.5)",
        R"("iat":1795176000,"exp":1.7951769e9)", R"("iat":1795176000,"exp":-1)", R"("iat":1795176000,"exp":[1795176900])",
        R"("iat":1795176000,"exp":true)", R"("iat":1795176000,"exp":18446744073709551615)",
        R"("iat":1795176000,"exp":99999999999999999999)", R"("iat":-1,"exp":1795176900)"}) {
    add_claims(std::string("times ") + times, claims_of(times));
  }
  for (const char* const name : {"iss", "sub", "sid", "permissions"}) {
    for (const char* const value :
         {"null", "0", "true", "[]", "{}", "\"\"", R"("somebody else")", R"(["rookery"])", R"(" 11")", R"("011")", R"("+11")",
          R"("11\u0000")", R"("18446744073709551616")", R"("\u0661\u0661")", R"([["user"]])", R"(["USER"])", R"(["admin"])"}) {
      std::string text = "{";
      for (const auto& [claim, good] :
           {std::pair{"iss", R"("rookery")"}, {"sub", R"("11")"}, {"sid", R"("22")"}, {"permissions", R"(["user"])"}}) {
        text += std::string("\"") + claim + "\":" + (std::string_view(claim) == name ? value : good) + ",";
      }
      add_claims(std::string(name) + " is " + value, text + kTimes + "}");
    }
    add_claims(std::string("two times ") + name, claims_of(kTimes, std::string(",\"") + name + R"(":"other")"));
  }
  add_claims("two times exp", claims_of(kTimes, R"(,"exp":1795176900)"));
  add_claims("two times iat", claims_of(kTimes, R"(,"iat":1795176000)"));
  add_claims("two times sub, the same", claims_of(kTimes, R"(,"sub":"11")"));
  add_claims("sub with its name in an escape, a second time", claims_of(kTimes, R"(,"su\u0062":"12")"));
  for (const char* const text : {"", "{", "[]", "null", "{}", "\xFF"}) add_claims(std::string("claims ") + text, text);
  add_claims("claims with something behind them", kClaims + "{}");
  add_claims("claims that are nested deeply", claims_of(kTimes, R"(,"x":[[[[[[[[]]]]]]]])"));
  return table;
}

TokenForgery::Table TokenForgery::spellings() const {
  const std::string good = with(good_header());
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  const std::string head = good.substr(0, first);
  const std::string body = good.substr(first + 1, second - first - 1);
  const std::string end = good.substr(second + 1);
  Table table;
  for (const char* const separator : {"..", ". .", ".\n", ",", "%2E", "\u3002"}) {
    table.emplace_back(std::string("separated by ") + separator, head + separator + body + separator + end);
  }
  table.emplace_back("nothing", "");
  table.emplace_back("points", "..");
  table.emplace_back("a thousand points", std::string(1000, '.'));
  table.emplace_back("four parts", good + "." + end);
  table.emplace_back("five parts, as what is encrypted has", good + "." + end + "." + end);
  table.emplace_back("a point before", "." + good);
  table.emplace_back("a point behind", good + ".");
  table.emplace_back("two parts", head + "." + body);
  table.emplace_back("one part", head);
  table.emplace_back("parts in another order", body + "." + head + "." + end);
  table.emplace_back("no claims", head + ".." + end);
  for (const std::string& part : {std::string("="), std::string("=="), std::string("\n"), std::string(" "), std::string("\0", 1),
                                  std::string("A"), std::string("\xC3\xA4")}) {
    table.emplace_back("something behind the header", head + part + "." + body + "." + end);
    table.emplace_back("something behind the claims", head + "." + body + part + "." + end);
    table.emplace_back("something behind the signature", good + part);
    table.emplace_back("something before", part + good);
  }
  // The letters of plain base64, and bits that are left over.
  std::string plain = end;
  for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  if (plain != end) table.emplace_back("the letters of base64", head + "." + body + "." + plain);
  for (const char last : std::string_view("BCDEFGHIJKLMNOP")) {
    std::string bent = end;
    const std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bent.back() = letters[letters.find(end.back()) | static_cast<std::size_t>(last - 'A')];
    table.emplace_back("bits left over", head + "." + body + "." + bent);
  }
  table.emplace_back("64 KiB", good + std::string(65536, 'A'));
  table.emplace_back("64 KiB of claims", with(good_header(), claims_of(kTimes, ",\"x\":\"" + std::string(65536, 'x') + "\"")));
  return table;
}

TokenForgery::Table TokenForgery::signatures() const {
  Table table;
  const auto bent = [&](const char* name, const std::function<std::string(std::string)>& bend) {
    table.emplace_back(name, signature(bend));
  };
  bent("zeros", [](std::string s) { return std::string(s.size(), '\0'); });
  bent("ones", [](std::string s) { return std::string(s.size(), '\xFF'); });
  bent("empty", [](std::string) { return std::string(); });
  bent("a byte short", [](std::string s) { return s.substr(1); });
  bent("a byte long", [](std::string s) { return s + '\0'; });
  bent("a zero before", [](std::string s) { return '\0' + s; });
  bent("twice", [](std::string s) { return s + s; });
  bent("half", [](std::string s) { return s.substr(0, kHalf); });
  bent("halves changed", [](std::string s) { return s.substr(kHalf) + s.substr(0, kHalf); });
  bent("its first half zero", [](std::string s) { return std::string(kHalf, '\0') + s.substr(kHalf); });
  bent("its second half zero", [](std::string s) { return s.substr(0, kHalf) + std::string(kHalf, '\0'); });
  for (const std::size_t bit : {0u, 7u, 255u, 256u, 511u}) {
    bent("a bit turned", [bit](std::string s) { return s[bit / 8] = static_cast<char>(s[bit / 8] ^ 1 << bit % 8), s; });
  }
  if (GetParam() == KeyAlgorithm::kEs256) {
    bent("s of the other sign", [](std::string s) { return s.substr(0, kHalf) + difference(kOrderOfP256, s.substr(kHalf)); });
    bent("r is the order", [](std::string s) { return kOrderOfP256 + s.substr(kHalf); });
    bent("s is the order", [](std::string s) { return s.substr(0, kHalf) + kOrderOfP256; });
    bent("DER", [](std::string s) {
      const auto number = [](const std::string& half) {
        const std::string raw = (half[0] & 0x80) != 0 ? '\0' + half : half;
        return std::string("\x02") + static_cast<char>(raw.size()) + raw;
      };
      const std::string both = number(s.substr(0, kHalf)) + number(s.substr(kHalf));
      return std::string("\x30") + static_cast<char>(both.size()) + both;
    });
  } else {
    bent("S above the order", [](std::string s) {
      std::string half = s.substr(kHalf);
      add(half, kOrderOfEd25519, false);
      return s.substr(0, kHalf) + half;
    });
    bent("S is the order", [](std::string s) { return s.substr(0, kHalf) + kOrderOfEd25519; });
    bent("R is the neutral element", [](std::string s) { return "\x01" + std::string(kHalf - 1, '\0') + s.substr(kHalf); });
    bent("R and S of nothing", [](std::string) { return "\x01" + std::string(2 * kHalf - 1, '\0'); });
  }
  return table;
}

TEST_P(TokenForgery, IsRefusedInEveryFormOfTheTable) {
  ASSERT_TRUE(accepted(with(good_header())));
  ASSERT_TRUE(accepted(signature([](std::string s) { return s; })));
  std::size_t count = 0;
  for (const Table& table : {algorithms(), key_names(), claims(), spellings(), signatures()}) {
    for (const auto& [name, token] : table) EXPECT_FALSE(accepted(token)) << name << "\n" << token.substr(0, 300);
    count += table.size();
  }
  std::printf("%zu forged tokens\n", count);
}

// Half of what ECDSA makes has the larger s: each is given in its other form, and every one is signed in the smaller.
TEST_P(TokenForgery, EverySignatureHasOneForm) {
  for (int i = 0; i < 20; ++i) {
    const std::string text = "text " + std::to_string(i);
    const std::string good = key_.sign(text);
    EXPECT_TRUE(key_.verifying().verifies(text, good));
    if (GetParam() == KeyAlgorithm::kEs256) {
      EXPECT_LT(static_cast<unsigned char>(good[kHalf]), 0x80);
      EXPECT_FALSE(key_.verifying().verifies(text, good.substr(0, kHalf) + difference(kOrderOfP256, good.substr(kHalf))));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(BothAlgorithms, TokenForgery, testing::Values(KeyAlgorithm::kEdDsa, KeyAlgorithm::kEs256));

}  // namespace
}  // namespace rookery::auth
