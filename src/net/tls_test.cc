#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "net/test_server.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;

// A key and a certificate for 127.0.0.1 that signs itself, as PEM files.
void make_certificate(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file, long serial) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509* x509 = certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, key.get());
  X509_NAME* name = X509_get_subject_name(x509);
  const std::string common_name = "test " + std::to_string(serial);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, static_cast<const unsigned char*>(static_cast<const void*>(common_name.c_str())), -1,
                             -1, 0);
  X509_set_issuer_name(x509, name);
  X509_EXTENSION* address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(x509, address, -1);
  X509_EXTENSION_free(address);
  ASSERT_GT(X509_sign(x509, key.get(), EVP_sha256()), 0);

  std::FILE* file = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(file, x509);
  std::fclose(file);
  file = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

class Tls : public testing::Test {
 protected:
  Tls() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rookery-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    certificate_ = folder_ / "certificate.pem";
    key_ = folder_ / "key.pem";
    make_certificate(certificate_, key_, 1);
  }
  ~Tls() override { std::filesystem::remove_all(folder_); }

  HttpServerOptions options() {
    auto context = TlsContext::open_server(certificate_, key_);
    if (!context) ADD_FAILURE() << context.error().sentence();
    context_ = *context;
    return {.tls = context_};
  }
  Endpoint endpoint(const TestServer& server) {
    Endpoint endpoint = server.endpoint();
    endpoint.tls = TlsContext::open_client(certificate_).value();
    return endpoint;
  }

  std::filesystem::path folder_;
  std::filesystem::path certificate_;
  std::filesystem::path key_;
  std::shared_ptr<TlsContext> context_;
};

class EchoText final : public WebSocketHandler {
 public:
  void on_open(WebSocket& socket) override { socket_ = &socket; }
  void on_text(std::string_view message) override { socket_->send_text(message); }
  void on_binary(std::string_view) override {}
  void on_closed(std::uint16_t, std::string_view) override {}

 private:
  WebSocket* socket_ = nullptr;
};

void serve(HttpRequest request, HttpResponder responder) {
  if (request.path == "/gateway") return responder.upgrade(std::make_unique<EchoText>());
  if (request.path == "/large") return responder.respond(HttpResponse::text(200, std::string(4 * 1024 * 1024, 'l')));
  responder.respond(HttpResponse::text(200, (request.secure ? "secure " : "plain ") + request.body));
}

TEST_F(Tls, CarriesHttp) {
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  HttpClient client(endpoint(server));
  for (int i = 0; i < 3; ++i) {
    const auto response = client.request("POST", "/", {}, std::string(60'000, 'b'));
    ASSERT_TRUE(response) << response.error().sentence();
    EXPECT_EQ(response->body, "secure " + std::string(60'000, 'b'));
  }
  const auto large = client.request("GET", "/large");
  ASSERT_TRUE(large) << large.error().sentence();
  EXPECT_EQ(large->body.size(), 4u * 1024 * 1024);
}

TEST_F(Tls, CarriesWebSockets) {
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  auto socket = BlockingWebSocket::connect(endpoint(server), "/gateway");
  ASSERT_TRUE(socket) << socket.error().sentence();
  // Several records at once, and messages of several records.
  for (const std::size_t size : {1, 100, 16'384, 40'000, 65'536}) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(socket->send_text(std::string(size, 'x')));
    for (int i = 0; i < 5; ++i) {
      const auto event = socket->receive();
      ASSERT_TRUE(event) << event.error().sentence();
      EXPECT_EQ(event->text.size(), size);
    }
  }
  ASSERT_TRUE(socket->send_close(1000));
  EXPECT_EQ(socket->receive()->close_code, 1000);
}

TEST_F(Tls, WaitsForAReaderWithoutLosingAByte) {
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  auto socket = BlockingWebSocket::connect(endpoint(server), "/gateway");
  ASSERT_TRUE(socket) << socket.error().sentence();
  // More than the buffers on the way hold: the server's writes stop in the middle of records.
  std::string expected;
  for (int i = 0; i < 12; ++i) {
    const std::string text(60'000, static_cast<char>('a' + i));
    ASSERT_TRUE(socket->send_text(text));
    expected += text;
  }
  std::string received;
  while (received.size() < expected.size()) {
    const auto event = socket->receive();
    ASSERT_TRUE(event) << event.error().sentence();
    ASSERT_EQ(event->kind, WebSocketEvent::Kind::kText);
    received += event->text;
  }
  EXPECT_EQ(received, expected);
}

TEST_F(Tls, CarriesTheConnectorsWebSockets) {
  struct Client final : WebSocketHandler {
    explicit Client(std::atomic<int>& n) : echoed(n) {}
    void on_open(WebSocket& socket) override { socket.send_text("hello"); }
    void on_text(std::string_view) override { ++echoed; }
    void on_binary(std::string_view) override {}
    void on_closed(std::uint16_t code, std::string_view reason) override { ADD_FAILURE() << code << reason; }
    std::atomic<int>& echoed;
  };
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  std::atomic<int> echoed = 0;
  Cores cores(1, system_clock());
  WebSocketConnector connector(cores.at(0));
  cores.start();
  cores.at(0).post_function([&, to = endpoint(server)] {
    for (int i = 0; i < 30; ++i) connector.connect(to, "/gateway", {}, std::make_unique<Client>(echoed));
  });
  EXPECT_TRUE(eventually([&] { return echoed == 30; })) << echoed;
  cores.stop();
}

TEST_F(Tls, RefusesClientsWithoutTlsAndThoseThatTrustSomebodyElse) {
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  EXPECT_FALSE(HttpClient(server.endpoint()).request("GET", "/"));
  make_certificate(folder_ / "other.pem", folder_ / "other.key", 2);
  Endpoint other = server.endpoint();
  other.tls = TlsContext::open_client(folder_ / "other.pem").value();
  EXPECT_FALSE(HttpClient(other).request("GET", "/"));
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

// Shakes hands as an SSL_CTX does that `adjust` has changed; the protocol that was agreed on, or "refused".
template <class Adjust>
std::string shake_hands(const Endpoint& endpoint, Adjust adjust) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  adjust(context.get());
  auto stream = connect_blocking(endpoint, Deadline(10s));
  if (!stream) return "not connected";
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), stream->fd());
  while (true) {
    const int result = SSL_connect(ssl.get());
    if (result == 1) break;
    if (SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_READ) return "refused";
    if (!Deadline(10s).wait(stream->fd(), 1)) return "too slow";
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl.get(), &protocol, &size);
  return std::string(SSL_get_version(ssl.get())) + " " + std::string(static_cast<const char*>(static_cast<const void*>(protocol)), size);
}

TEST_F(Tls, AnAlertTurnsAwayWhatIsAboveTheLimitOfConnections) {
  FunctionHandler handler(echo_request);
  HttpServerOptions one = options();
  one.connections_max = 1;
  TestServer server(handler, std::move(one));
  HttpClient first(endpoint(server));
  ASSERT_TRUE(first.request("GET", "/"));
  RawConnection second(server.endpoint());
  EXPECT_EQ(second.read_to_end(), std::string("\x15\x03\x01\x00\x02\x02\x50", 7));
  EXPECT_TRUE(first.request("GET", "/"));
}

TEST_F(Tls, SpeaksHttp11OverNewVersionsOnly) {
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  const auto offer = [](SSL_CTX* context, std::string_view protocols) {
    SSL_CTX_set_alpn_protos(context, static_cast<const unsigned char*>(static_cast<const void*>(protocols.data())),
                            static_cast<unsigned>(protocols.size()));
  };
  EXPECT_EQ(shake_hands(server.endpoint(), [](SSL_CTX*) {}), "TLSv1.3 ");
  EXPECT_EQ(shake_hands(server.endpoint(), [&](SSL_CTX* context) { offer(context, "\x02h2\x08http/1.1"); }), "TLSv1.3 http/1.1");
  EXPECT_EQ(shake_hands(server.endpoint(), [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); }), "TLSv1.2 ");
  EXPECT_EQ(shake_hands(server.endpoint(), [&](SSL_CTX* context) { offer(context, "\x02h2"); }), "refused");
  EXPECT_EQ(shake_hands(server.endpoint(), [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION); }), "refused");
}

TEST_F(Tls, TakesUpAChangedCertificateAndKeepsTheOldOneForABadOne) {
  FunctionHandler handler(serve);
  TestServer server(handler, options());
  const Endpoint old_trust = endpoint(server);
  ASSERT_TRUE(HttpClient(old_trust).request("GET", "/"));

  make_certificate(certificate_, folder_ / "elsewhere.key", 2);  // it does not fit the key
  context_->reload_if_changed();
  EXPECT_TRUE(HttpClient(old_trust).request("GET", "/"));

  make_certificate(folder_ / "new.pem", folder_ / "new.key", 3);
  std::filesystem::rename(folder_ / "new.pem", certificate_);
  std::filesystem::rename(folder_ / "new.key", key_);
  context_->reload_if_changed();
  const Endpoint new_trust = endpoint(server);
  EXPECT_TRUE(HttpClient(new_trust).request("GET", "/"));
  EXPECT_FALSE(HttpClient(old_trust).request("GET", "/"));
}

TEST_F(Tls, NamesTheFileThatCannotBeUsed) {
  const auto no_certificate = TlsContext::open_server(folder_ / "none.pem", key_);
  ASSERT_FALSE(no_certificate);
  EXPECT_NE(no_certificate.error().sentence().find("none.pem"), std::string::npos);
  const auto no_key = TlsContext::open_server(certificate_, folder_ / "none.key");
  ASSERT_FALSE(no_key);
  EXPECT_NE(no_key.error().sentence().find("none.key"), std::string::npos);
  EXPECT_FALSE(TlsContext::open_client(folder_ / "none.pem"));
}

}  // namespace
}  // namespace rookery::net
