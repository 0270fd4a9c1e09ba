// TlsContext: a certificate with its key, or the authorities a client trusts, for TLS 1.2 and newer.
//
// Any thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace rookery::net {

class TlsContext {
 public:
  // Serves with the PEM chain and key of these files. kInvalidBody, with OpenSSL's words, when they cannot be used.
  static Result<std::shared_ptr<TlsContext>> open_server(std::string certificate_file, std::string key_file);
  // Connects, verifying the peer's name against the PEM file of authorities.
  static Result<std::shared_ptr<TlsContext>> open_client(const std::string& authorities_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Reads the files again when they changed since they were read; connections made later use what is there now. Files
  // that cannot be used are logged, and what was loaded stays. The server calls it every few seconds.
  void reload_if_changed();

  struct Inner;
  Inner& inner() const noexcept { return *inner_; }

 private:
  explicit TlsContext(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace rookery::net
