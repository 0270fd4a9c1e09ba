// Caller: uses the REST API in the name of a login, and takes every request and its answer down in the history.
//
// Blocks; one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/json_reader.h"
#include "client/rest_client.h"
#include "verify/arena.h"

namespace rookery::verify {

class Caller {
 public:
  enum class Outcome : std::uint8_t { kOk, kRefused, kUnknown };

  explicit Caller(Arena& arena);

  // A send whose outcome is unknown, or that should be tried again later, goes back to the arena's drafts. The handle of what was answered.
  std::optional<Handle> send(const Login& who, Draft draft);
  Outcome edit(const Login& who, const Room& room, const Handle& message, std::string content);
  Outcome remove_message(const Login& who, const Room& room, const Handle& message);
  Outcome react(const Login& who, const Room& room, const Handle& message, std::string emoji, bool add);
  Outcome pin(const Login& who, const Room& room, const Handle& message, bool add);
  Outcome read(const Login& who, const Room& room, std::uint64_t seq, bool delivered_only);
  // One page. The messages; none when it was not answered.
  std::optional<std::vector<SeenMessage>> history_after(const Login& who, std::uint64_t channel, std::uint64_t seq);
  Outcome newest(const Login& who, std::uint64_t channel, std::uint64_t limit);
  std::optional<std::vector<SeenChange>> changes_after(const Login& who, std::uint64_t channel, std::uint64_t rev);
  std::optional<SeenHead> state(const Login& who, std::uint64_t channel);
  Outcome unread(const Login& who);
  Outcome block(const Login& who, std::uint64_t user);
  Outcome presence(const Login& who, const std::vector<std::uint64_t>& users);
  Outcome receipts(const Login& who, std::uint64_t channel);
  Outcome add_member(const Login& who, const Room& room, std::uint64_t user);
  Outcome remove_member(const Login& who, const Room& room, std::uint64_t user);
  // Ends `login` in the name of `who`.
  Outcome revoke(const Login& who, const Login& login);
  // Any request: has the login been ended?
  Outcome probe(const Login& who);

  // Not in the history: what a run needs to begin with.
  Result<Login> sign_up(const std::string& name, const std::string& password, const std::string& invite);  // an empty invite is none
  Result<Login> sign_in(const std::string& name, const std::string& password);
  Status refresh(Login& login);
  Result<std::uint64_t> open_channel(const Login& who, const std::vector<std::uint64_t>& others, bool group);
  Result<Json> instance();

 private:
  using Read = std::function<void(JsonValue body, Event& event)>;
  // Refusals that pass by themselves (429, 503, 40901) are waited for and tried again.
  Outcome run(const Login& who, Event event, std::string_view method, const std::string& path, std::string_view body, const Read& read);
  Outcome once(const Login& who, Event& event, std::string_view method, const std::string& path, std::string_view body, const Read& read,
               double& again_after_s);
  Result<Json> ask(std::string_view method, std::string_view path, std::string_view token, std::string_view body);
  Result<Login> sign(std::string_view path, const std::string& body);
  Result<net::HttpResponse> exchange(std::uint64_t user, std::string_view method, std::string_view path, std::string_view token,
                                     std::string_view body);

  Arena& arena_;
  client::RestClient rest_;
};

}  // namespace rookery::verify
