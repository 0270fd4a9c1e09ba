#include "verify/caller.h"

#include <algorithm>
#include <thread>

#include "base/json_writer.h"
#include "verify/observed.h"

namespace rookery::verify {
namespace {

constexpr std::chrono::seconds kAnswerWithin{15};
constexpr std::uint64_t kPage = 100;
constexpr int kTriesMax = 40;  // of what is refused for the moment
constexpr double kPauseMax_s = 10;
constexpr unsigned kForbidden = 403;

Event event_of(const Login& who, Action action, std::uint64_t channel) {
  Event event;
  event.action = action;
  event.user = who.user;
  event.login = who.id;
  event.channel = channel;
  return event;
}

std::string channel_path(std::uint64_t channel, std::string_view rest) {
  return "/channels/" + std::to_string(channel) + std::string(rest);
}

std::string message_path(const Room& room, const Handle& message) {
  return channel_path(room.channel, "/messages/") + std::to_string(message.id);
}

// An emoji, as it stands in a path (RFC 3986 §2.1).
std::string path_segment(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return encoded;
}

std::string one_field(std::string_view name, std::string_view value) {
  std::string body;
  JsonWriter(body).begin_object().key(name).string(value).end_object();
  return body;
}

}  // namespace

Caller::Caller(Arena& arena) : arena_(arena), rest_(arena.endpoint, kAnswerWithin) {}

// Where there are rates, in one's turn.
Result<net::HttpResponse> Caller::exchange(std::uint64_t user, std::string_view method, std::string_view path, std::string_view token,
                                           std::string_view body) {
  if (!arena_.has_rates()) return rest_.exchange(method, path, token, body);
  Pace::Turn turn = arena_.pace.take_turn(user, method, path);
  Result<net::HttpResponse> answer = rest_.exchange(method, path, token, body);
  if (answer) turn.answered(answer->headers);
  return answer;
}

Caller::Outcome Caller::once(const Login& who, Event& event, std::string_view method, const std::string& path, std::string_view body,
                             const Read& read, double& again_after_s) {
  // What a client waits for its own rate is no time of the server's.
  std::optional<Pace::Turn> turn;
  if (arena_.has_rates()) turn.emplace(arena_.pace.take_turn(who.user, method, path));
  const std::uint64_t op = arena_.recorder.begin(event);
  const Result<net::HttpResponse> answer = rest_.exchange(method, path, who.access_token, body);
  if (answer && turn) turn->answered(answer->headers);
  if (!answer) {
    event.why = answer.error().sentence();
    arena_.recorder.end(op, event, Step::kUnknown);
    return Outcome::kUnknown;
  }
  const std::string_view content = answer->content();
  const Result<Json> json = Json::parse(content.empty() ? std::string_view("{}") : content);
  event.status = answer->status;
  if (!json || answer->status >= 500) {
    // An error of the server says nothing of what it did.
    event.why = json ? std::string(text_member(json->root(), "message")) : std::string("the answer is no JSON");
    const bool refused = json && answer->status == 503;
    if (refused) again_after_s = std::max(0.2, json->root().member("retry_after").value_or(json->root()).number().value_or(0));
    arena_.recorder.end(op, event, refused ? Step::kFail : Step::kUnknown);
    return refused ? Outcome::kRefused : Outcome::kUnknown;
  }
  if (answer->status >= 300) {
    event.why = text_member(json->root(), "message");
    if (const auto retry = json->root().member("retry_after")) again_after_s = std::max(0.05, retry->number().value_or(1));
    arena_.recorder.end(op, event, Step::kFail);
    return Outcome::kRefused;
  }
  event.status = 0;
  event.replayed = answer->headers.has("Idempotency-Replayed");
  if (read) read(json->root(), event);
  arena_.recorder.end(op, event, Step::kOk);
  return Outcome::kOk;
}

Caller::Outcome Caller::run(const Login& who, Event event, std::string_view method, const std::string& path, std::string_view body,
                            const Read& read) {
  for (int i = 0;; ++i) {
    double again_after_s = 0;
    Event attempt = event;
    const Outcome outcome = once(who, attempt, method, path, body, read, again_after_s);
    if (again_after_s == 0 || i == kTriesMax) return outcome;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(again_after_s, kPauseMax_s)));
  }
}

std::optional<Handle> Caller::send(const Login& who, Draft draft) {
  std::string body;
  JsonWriter(body).begin_object().key("content").string(draft.content).key("nonce").string(draft.nonce).end_object();
  Event event = event_of(who, Action::kSend, draft.room->channel);
  event.nonce = draft.nonce;
  event.content = abridged(draft.content);
  std::optional<Handle> handle;
  const Outcome outcome =
      run(who, event, "POST", channel_path(draft.room->channel, "/messages"), body, [&](JsonValue answer, Event& ended) {
        ended.message = seen_message(answer);
        handle = Handle{ended.message->id, ended.message->seq, who.user};
      });
  if (outcome == Outcome::kUnknown) arena_.give_back(std::move(draft));
  return handle;
}

Caller::Outcome Caller::edit(const Login& who, const Room& room, const Handle& message, std::string content) {
  Event event = event_of(who, Action::kEdit, room.channel);
  event.message_id = message.id;
  event.content = abridged(content);
  return run(who, event, "PATCH", message_path(room, message), one_field("content", content),
             [](JsonValue answer, Event& ended) { ended.message = seen_message(answer); });
}

Caller::Outcome Caller::remove_message(const Login& who, const Room& room, const Handle& message) {
  Event event = event_of(who, Action::kDelete, room.channel);
  event.message_id = message.id;
  return run(who, event, "DELETE", message_path(room, message), {}, {});
}

Caller::Outcome Caller::react(const Login& who, const Room& room, const Handle& message, std::string emoji, bool add) {
  Event event = event_of(who, add ? Action::kReact : Action::kUnreact, room.channel);
  event.message_id = message.id;
  event.emoji = emoji;
  return run(who, event, add ? "PUT" : "DELETE", message_path(room, message) + "/reactions/" + path_segment(emoji) + "/@me", {}, {});
}

Caller::Outcome Caller::pin(const Login& who, const Room& room, const Handle& message, bool add) {
  Event event = event_of(who, add ? Action::kPin : Action::kUnpin, room.channel);
  event.message_id = message.id;
  return run(who, event, add ? "PUT" : "DELETE", message_path(room, message) + "/pin", {}, {});
}

Caller::Outcome Caller::read(const Login& who, const Room& room, std::uint64_t seq, bool delivered_only) {
  Event event = event_of(who, delivered_only ? Action::kDelivered : Action::kRead, room.channel);
  event.seq = seq;
  return run(who, event, "POST", channel_path(room.channel, delivered_only ? "/delivered" : "/read"),
             "{\"seq\":" + std::to_string(seq) + "}", {});
}

std::optional<std::vector<SeenMessage>> Caller::history_after(const Login& who, std::uint64_t channel, std::uint64_t seq) {
  Event event = event_of(who, Action::kHistory, channel);
  event.after = seq;
  event.limit = kPage;
  std::optional<std::vector<SeenMessage>> page;
  run(who, event, "GET", channel_path(channel, "/messages?limit=100&after_seq=") + std::to_string(seq), {},
      [&](JsonValue answer, Event& ended) {
        ended.messages = seen_messages(answer);
        page = ended.messages;
      });
  return page;
}

Caller::Outcome Caller::newest(const Login& who, std::uint64_t channel, std::uint64_t limit) {
  Event event = event_of(who, Action::kHistory, channel);
  event.from_newest = true;
  event.limit = limit;
  return run(who, event, "GET", channel_path(channel, "/messages?limit=") + std::to_string(limit), {},
             [](JsonValue answer, Event& ended) { ended.messages = seen_messages(answer); });
}

std::optional<std::vector<SeenChange>> Caller::changes_after(const Login& who, std::uint64_t channel, std::uint64_t rev) {
  Event event = event_of(who, Action::kChanges, channel);
  event.after = rev;
  event.limit = kPage;
  std::optional<std::vector<SeenChange>> page;
  run(who, event, "GET", channel_path(channel, "/changes?limit=100&after_rev=") + std::to_string(rev), {},
      [&](JsonValue answer, Event& ended) {
        ended.changes = seen_changes(answer);
        page = ended.changes;
      });
  return page;
}

std::optional<SeenHead> Caller::state(const Login& who, std::uint64_t channel) {
  std::optional<SeenHead> head;
  run(who, event_of(who, Action::kState, channel), "GET", channel_path(channel, ""), {}, [&](JsonValue answer, Event& ended) {
    ended.heads.push_back(seen_head(answer));
    head = ended.heads.front();
  });
  return head;
}

Caller::Outcome Caller::unread(const Login& who) {
  return run(who, event_of(who, Action::kUnread, 0), "GET", "/users/@me/unread", {}, [](JsonValue answer, Event& ended) {
    answer.each_element([&](std::size_t, JsonValue one) {
      ended.heads.push_back(seen_head(one));
      return true;
    });
  });
}

Caller::Outcome Caller::presence(const Login& who, const std::vector<std::uint64_t>& users) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("user_ids").begin_array();
  for (const std::uint64_t user : users) json.id(user);
  json.end_array().end_object();
  return run(who, event_of(who, Action::kPresence, 0), "POST", "/presence/query", body, [](JsonValue answer, Event& ended) {
    answer.each_element([&](std::size_t, JsonValue one) {
      ended.presences.push_back({id_member(one, "user_id"), std::string(text_member(one, "status"))});
      return true;
    });
  });
}

Caller::Outcome Caller::receipts(const Login& who, std::uint64_t channel) {
  return run(who, event_of(who, Action::kReceipts, channel), "GET", channel_path(channel, "/receipts"), {},
             [](JsonValue answer, Event& ended) { ended.receipts = seen_receipts(answer); });
}

Caller::Outcome Caller::add_member(const Login& who, const Room& room, std::uint64_t user) {
  Event event = event_of(who, Action::kAdd, room.channel);
  event.target = user;
  return run(who, event, "PUT", channel_path(room.channel, "/recipients/") + std::to_string(user), {}, {});
}

Caller::Outcome Caller::remove_member(const Login& who, const Room& room, std::uint64_t user) {
  Event event = event_of(who, Action::kRemove, room.channel);
  event.target = user;
  return run(who, event, "DELETE", channel_path(room.channel, "/recipients/") + std::to_string(user), {}, {});
}

Caller::Outcome Caller::revoke(const Login& who, const Login& login) {
  Event event = event_of(who, Action::kRevoke, 0);
  event.target = login.id;
  // A logout ends the login that asks.
  const bool own = who.id == login.id;
  return run(who, event, own ? "POST" : "DELETE", own ? std::string("/auth/logout") : "/auth/sessions/" + std::to_string(login.id), {}, {});
}

Caller::Outcome Caller::block(const Login& who, std::uint64_t user) {
  Event event = event_of(who, Action::kBlock, 0);
  event.target = user;
  return run(who, event, "PUT", "/users/@me/blocks/" + std::to_string(user), {}, {});
}

Caller::Outcome Caller::probe(const Login& who) { return run(who, event_of(who, Action::kProbe, 0), "GET", "/users/@me", {}, {}); }

Result<Json> Caller::ask(std::string_view method, std::string_view path, std::string_view token, std::string_view body) {
  for (int i = 0;; ++i) {
    const Result<net::HttpResponse> answer = exchange(0, method, path, token, body);
    if (!answer) return fail(answer.error());
    Result<Json> json = Json::parse(answer->content().empty() ? std::string_view("{}") : answer->content());
    if (!json) return json;
    if (answer->status < 300) return json;
    const auto retry = json->root().member("retry_after");
    if (!retry || i == kTriesMax) {
      std::string sentence = std::string(method) + " " + std::string(path) + ": " + std::to_string(answer->status) + " " +
                             std::string(text_member(json->root(), "message"));
      if (const auto fields = json->root().member("errors")) {
        fields->each_member([&sentence](std::string_view name, JsonValue fault) {
          sentence += " (" + std::string(name) + ' ' + std::string(fault.string().value_or("")) + ")";
          return true;
        });
      }
      return fail(answer->status == kForbidden ? ErrorCode::kMissingPermission : ErrorCode::kBadRequest, std::move(sentence));
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(std::clamp(retry->number().value_or(1), 0.05, kPauseMax_s)));
  }
}

Result<Login> Caller::sign(std::string_view path, const std::string& body) {
  const Result<Json> json = ask("POST", path, {}, body);
  if (!json) return fail(json.error());
  const auto user = json->root().member("user");
  const auto session = json->root().member("session");
  if (!user || !session) return fail(ErrorCode::kInternal, "the answer names no user or no session");
  return Login{id_member(*user, "id"), id_member(*session, "id"), std::string(text_member(*session, "access_token")),
               std::string(text_member(*session, "refresh_token")), std::chrono::steady_clock::now()};
}

Result<Login> Caller::sign_up(const std::string& name, const std::string& password, const std::string& invite) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("username").string(name).key("password").string(password);
  if (!invite.empty()) json.key("invite").string(invite);
  json.end_object();
  return sign("/auth/register", body);
}

Result<Login> Caller::sign_in(const std::string& name, const std::string& password) {
  std::string body;
  JsonWriter(body).begin_object().key("login").string(name).key("password").string(password).end_object();
  return sign("/auth/login", body);
}

Status Caller::refresh(Login& login) {
  const Result<Json> json = ask("POST", "/auth/refresh", {}, one_field("refresh_token", login.refresh_token));
  if (!json) return fail(json.error());
  const auto session = json->root().member("session");
  if (!session) return fail(ErrorCode::kInternal, "the answer names no session");
  login.access_token = text_member(*session, "access_token");
  login.refresh_token = text_member(*session, "refresh_token");
  login.since = std::chrono::steady_clock::now();
  return {};
}

Result<std::uint64_t> Caller::open_channel(const Login& who, const std::vector<std::uint64_t>& others, bool group) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("recipients").begin_array();
  for (const std::uint64_t user : others) json.id(user);
  json.end_array();
  if (group) json.key("type").string("group");
  json.end_object();
  const Result<Json> answer = ask("POST", "/users/@me/channels", who.access_token, body);
  if (!answer) return fail(answer.error());
  return id_member(answer->root(), "id");
}

Result<Json> Caller::instance() { return ask("GET", "/instance", {}, {}); }

}  // namespace rookery::verify
