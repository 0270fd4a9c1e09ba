// RestClient: the REST API as a program uses it. For bench, verify and tests.
//
// Blocks; one thread at a time; not on a core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "net/client.h"

namespace rookery::client {

struct Credentials {
  UserId user;
  std::string access_token;
};

class RestClient {
 public:
  explicit RestClient(net::Endpoint endpoint, std::chrono::milliseconds deadline = std::chrono::seconds(30))
      : http_(std::move(endpoint), deadline) {}

  // Any answer, refusals included. An error means that none came: what became of the request is unknown.
  Result<net::HttpResponse> exchange(std::string_view method, std::string_view path, std::string_view token, std::string_view body = {});
  // A refusal is kBadRequest with the status and the body in its message.
  Result<Json> call(std::string_view method, std::string_view path, std::string_view token, std::string_view body = {});

  Result<Credentials> register_user(std::string_view username, std::string_view password);
  // One recipient: the direct channel; more: a new group.
  Result<ChannelId> open_channel(const Credentials& who, const std::vector<UserId>& recipients, bool group);
  Result<MessageId> send(const Credentials& who, ChannelId channel, std::string_view content);

 private:
  net::HttpClient http_;
};

}  // namespace rookery::client
