#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <mutex>

#include "base/check.h"
#include "net/proxies.h"
#include "net/stream.h"
#include "net/tls_session.h"
#include "runtime/log.h"

namespace rookery::net {
namespace {

constexpr std::size_t kRecordBytesMax = 16 * 1024;

struct SslContextFree {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

int choose_http_1_1(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char kOffered[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOffered, sizeof kOffered - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_common_options(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

Result<SslContext> load_server(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(ErrorCode::kInternal, openssl_error());
  set_common_options(context.get());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return fail(ErrorCode::kInvalidBody, "the TLS certificate " + certificate_file + " cannot be used: " + openssl_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return fail(ErrorCode::kInvalidBody, "the TLS key " + key_file + " cannot be used: " + openssl_error());
  }
  static constexpr unsigned char kSessionContext[] = "rookery";
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http_1_1, nullptr);
  return context;
}

// OpenSSL's own socket BIO writes in a way that raises SIGPIPE; this one does not.
int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const auto n = ::send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const auto n = ::recv(fd, bytes, static_cast<std::size_t>(size), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* socket_bio() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    CHECK(made != nullptr);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

bool attach_socket(SSL* ssl, int fd) {
  BIO* bio = BIO_new(socket_bio());
  if (bio == nullptr) return false;
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return true;
}

// What a changed file looks like from outside.
struct FileStamp {
  ino_t inode = 0;
  off_t size = 0;
  timespec modified{};
  bool operator==(const FileStamp& other) const {
    return inode == other.inode && size == other.size && modified.tv_sec == other.modified.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec;
  }
};

FileStamp stamp_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim};
}

}  // namespace

struct TlsContext::Inner {
  std::string certificate_file;  // empty: a client's
  std::string key_file;
  std::mutex mutex;
  SslContext context;             // under the mutex; sessions hold their own references
  FileStamp certificate_stamp{};  // under the mutex
  FileStamp key_stamp{};

  SSL* new_session() {
    const std::lock_guard lock(mutex);
    ERR_clear_error();
    return SSL_new(context.get());
  }
};

TlsContext::TlsContext(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::open_server(std::string certificate_file, std::string key_file) {
  auto inner = std::make_unique<Inner>();
  inner->certificate_stamp = stamp_of(certificate_file);
  inner->key_stamp = stamp_of(key_file);
  auto context = load_server(certificate_file, key_file);
  if (!context) return std::unexpected(std::move(context).error());
  inner->context = *std::move(context);
  inner->certificate_file = std::move(certificate_file);
  inner->key_file = std::move(key_file);
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(inner)));
}

Result<std::shared_ptr<TlsContext>> TlsContext::open_client(const std::string& authorities_file) {
  ERR_clear_error();
  auto inner = std::make_unique<Inner>();
  inner->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!inner->context) return fail(ErrorCode::kInternal, openssl_error());
  SSL_CTX* context = inner->context.get();
  set_common_options(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context, authorities_file.c_str(), nullptr) != 1) {
    return fail(ErrorCode::kInvalidBody, "the authorities in " + authorities_file + " cannot be used: " + openssl_error());
  }
  static constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols - 1);
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(inner)));
}

void TlsContext::reload_if_changed() {
  Inner& inner = *inner_;
  if (inner.certificate_file.empty()) return;
  const FileStamp certificate = stamp_of(inner.certificate_file);
  const FileStamp key = stamp_of(inner.key_file);
  {
    const std::lock_guard lock(inner.mutex);
    if (certificate == inner.certificate_stamp && key == inner.key_stamp) return;
    inner.certificate_stamp = certificate;
    inner.key_stamp = key;
  }
  auto context = load_server(inner.certificate_file, inner.key_file);
  if (!context) {
    log_warning("TLS certificate not reloaded", {{"error", context.error().sentence()}});
    return;
  }
  const std::lock_guard lock(inner.mutex);
  inner.context = *std::move(context);
  log_info("TLS certificate reloaded", {{"file", std::string_view(inner.certificate_file)}});
}

void SslFree::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

TlsSession::TlsSession(SSL* ssl) noexcept : ssl_(ssl) {}

std::unique_ptr<TlsSession> TlsSession::accept(TlsContext& context, int fd) {
  SSL* ssl = context.inner().new_session();
  if (ssl == nullptr) return nullptr;
  std::unique_ptr<TlsSession> session(new TlsSession(ssl));
  if (!attach_socket(ssl, fd)) return nullptr;
  SSL_set_accept_state(ssl);
  return session;
}

std::unique_ptr<TlsSession> TlsSession::connect(TlsContext& context, int fd, const std::string& host) {
  SSL* ssl = context.inner().new_session();
  if (ssl == nullptr) return nullptr;
  std::unique_ptr<TlsSession> session(new TlsSession(ssl));
  if (!attach_socket(ssl, fd)) return nullptr;
  if (parse_ip(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  SSL_set_connect_state(ssl);
  return session;
}

std::ptrdiff_t TlsSession::outcome(int result) noexcept {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Stream::kAgain;
  ERR_clear_error();
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  failed_ = true;  // after a fatal error not even SSL_shutdown may be called
  return Stream::kFailed;
}

std::ptrdiff_t TlsSession::read(std::span<char> into) noexcept {
  if (failed_) return Stream::kFailed;
  const int n = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
  return n > 0 ? n : outcome(n);
}

std::ptrdiff_t TlsSession::write(std::string_view bytes) noexcept {
  if (failed_) return Stream::kFailed;
  if (!committed_.empty()) {
    const int n = SSL_write(ssl_.get(), committed_.data(), static_cast<int>(committed_.size()));
    if (n <= 0) {
      const auto why = outcome(n);
      return why == 0 ? Stream::kFailed : why;
    }
    committed_ = {};  // without partial writes it is all or nothing
  }
  if (bytes.empty()) return 0;
  bytes = bytes.substr(0, kRecordBytesMax);
  const int n = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (n <= 0) {
    const auto why = outcome(n);
    if (why != Stream::kAgain) return Stream::kFailed;
    committed_ = bytes;
  }
  return static_cast<std::ptrdiff_t>(bytes.size());
}

// Records that are not opened yet are still the kernel's (no read-ahead): the socket's readiness tells of them.
bool TlsSession::has_received() const noexcept { return SSL_pending(ssl_.get()) > 0; }

bool TlsSession::waits_for_peer() const noexcept { return SSL_want_read(ssl_.get()); }

void TlsSession::say_goodbye() noexcept {
  if (failed_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace rookery::net
