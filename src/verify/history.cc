#include "verify/history.h"

#include <array>

#include "base/ids.h"
#include "base/json_reader.h"
#include "base/json_writer.h"

namespace rookery::verify {
namespace {

constexpr std::array<std::string_view, 7> kSteps = {"invoke", "ok", "fail", "unknown", "dispatch", "closed", "mark"};
constexpr std::array<std::string_view, 25> kActions = {"",          "send",    "edit",    "delete",   "react",  "unreact",   "read",
                                                       "delivered", "history", "changes", "state",    "unread", "receipts",  "add",
                                                       "remove",    "revoke",  "probe",   "identify", "resume", "subscribe", "presence",
                                                       "status",    "block",   "pin",     "unpin"};
constexpr std::size_t kWholeContentMax = 64;
constexpr std::size_t kContentPrefix = 40;

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return i;
  }
  return std::nullopt;
}

// Writes what is not empty, and reads it back: one list of fields for both ways.
class FieldWriter {
 public:
  explicit FieldWriter(JsonWriter& json) : json_(json) {}
  void number(std::string_view name, std::uint64_t value) {
    if (value != 0) json_.key(name).number(value);
  }
  void id(std::string_view name, std::uint64_t value) {
    if (value != 0) json_.key(name).id(value);
  }
  void text(std::string_view name, const std::string& value) {
    if (!value.empty()) json_.key(name).string(value);
  }
  void flag(std::string_view name, bool value) {
    if (value) json_.key(name).boolean(true);
  }
  void ids(std::string_view name, const std::vector<std::uint64_t>& values) {
    if (values.empty()) return;
    json_.key(name).begin_array();
    for (const std::uint64_t value : values) json_.id(value);
    json_.end_array();
  }
  template <class T>
  void list(std::string_view name, const std::vector<T>& values) {
    if (values.empty()) return;
    json_.key(name).begin_array();
    for (const T& value : values) object(value);
    json_.end_array();
  }
  template <class T>
  void maybe(std::string_view name, const std::optional<T>& value) {
    if (!value) return;
    json_.key(name);
    object(*value);
  }

 private:
  template <class T>
  void object(const T& value);
  JsonWriter& json_;
};

class FieldReader {
 public:
  explicit FieldReader(JsonValue object) : object_(object) {}
  void number(std::string_view name, std::uint64_t& value) {
    if (const auto found = object_.member(name)) value = found->whole_number().value_or(0);
  }
  void id(std::string_view name, std::uint64_t& value) {
    if (const auto found = object_.member(name)) value = parse_snowflake(found->string().value_or("")).value_or(0);
  }
  void text(std::string_view name, std::string& value) {
    if (const auto found = object_.member(name)) value = found->string().value_or("");
  }
  void flag(std::string_view name, bool& value) {
    if (const auto found = object_.member(name)) value = found->boolean().value_or(false);
  }
  void ids(std::string_view name, std::vector<std::uint64_t>& values) {
    const auto found = object_.member(name);
    if (!found) return;
    found->each_element([&](std::size_t, JsonValue one) {
      values.push_back(parse_snowflake(one.string().value_or("")).value_or(0));
      return true;
    });
  }
  template <class T>
  void list(std::string_view name, std::vector<T>& values) {
    const auto found = object_.member(name);
    if (!found) return;
    found->each_element([&](std::size_t, JsonValue one) {
      object(one, values.emplace_back());
      return true;
    });
  }
  template <class T>
  void maybe(std::string_view name, std::optional<T>& value) {
    if (const auto found = object_.member(name)) object(*found, value.emplace());
  }

 private:
  template <class T>
  static void object(JsonValue from, T& into);
  JsonValue object_;
};

template <class Fields, class Reaction>
  requires std::same_as<std::remove_const_t<Reaction>, SeenReaction>
void each_field(Fields& fields, Reaction& reaction) {
  fields.text("emoji", reaction.emoji);
  fields.number("count", reaction.count);
  fields.flag("me", reaction.me);
}

template <class Fields, class Message>
  requires std::same_as<std::remove_const_t<Message>, SeenMessage>
void each_field(Fields& fields, Message& message) {
  fields.id("id", message.id);
  fields.number("seq", message.seq);
  fields.id("author", message.author);
  fields.text("nonce", message.nonce);
  fields.text("content", message.content);
  fields.flag("deleted", message.deleted);
  fields.flag("pinned", message.pinned);
  fields.text("system", message.system);
  fields.id("system_user", message.system_user);
  fields.ids("mentions", message.mentions);
  fields.list("reactions", message.reactions);
}

template <class Fields, class Change>
  requires std::same_as<std::remove_const_t<Change>, SeenChange>
void each_field(Fields& fields, Change& change) {
  fields.number("rev", change.rev);
  fields.text("t", change.type);
  fields.maybe("message", change.message);
}

template <class Fields, class Head>
  requires std::same_as<std::remove_const_t<Head>, SeenHead>
void each_field(Fields& fields, Head& head) {
  fields.id("channel", head.channel);
  fields.number("last_seq", head.last_seq);
  fields.number("rev", head.rev);
  fields.number("read_seq", head.read_seq);
  fields.number("delivered_seq", head.delivered_seq);
  fields.number("unread", head.unread);
  fields.number("mention_count", head.mention_count);
  fields.flag("large", head.large);
}

template <class Fields, class Place>
  requires std::same_as<std::remove_const_t<Place>, Position>
void each_field(Fields& fields, Place& position) {
  fields.id("channel", position.channel);
  fields.number("seq", position.seq);
  fields.number("rev", position.rev);
}

template <class Fields, class Receipt>
  requires std::same_as<std::remove_const_t<Receipt>, SeenReceipt>
void each_field(Fields& fields, Receipt& receipt) {
  fields.id("user", receipt.user);
  fields.number("delivered_seq", receipt.delivered_seq);
  fields.number("read_seq", receipt.read_seq);
}

template <class Fields, class Presence>
  requires std::same_as<std::remove_const_t<Presence>, SeenPresence>
void each_field(Fields& fields, Presence& presence) {
  fields.id("user", presence.user);
  fields.text("status", presence.status);
}

template <class Fields, class AnyEvent>
  requires std::same_as<std::remove_const_t<AnyEvent>, Event>
void each_field(Fields& fields, AnyEvent& event) {
  fields.number("op", event.op);
  fields.id("user", event.user);
  fields.id("login", event.login);
  fields.number("session", event.session);
  fields.id("channel", event.channel);
  fields.id("target", event.target);
  fields.id("message_id", event.message_id);
  fields.number("s", event.s);
  fields.text("t", event.type);
  fields.number("seq", event.seq);
  fields.number("rev", event.rev);
  fields.number("after", event.after);
  fields.number("limit", event.limit);
  fields.text("device", event.device);
  fields.text("nonce", event.nonce);
  fields.text("content", event.content);
  fields.text("emoji", event.emoji);
  fields.number("status", event.status);
  fields.text("why", event.why);
  fields.flag("from_newest", event.from_newest);
  fields.flag("replayed", event.replayed);
  fields.flag("recovered", event.recovered);
  fields.flag("gone", event.gone);
  fields.flag("with_positions", event.with_positions);
  fields.flag("more", event.more);
  fields.flag("by_client", event.by_client);
  fields.maybe("message", event.message);
  fields.list("messages", event.messages);
  fields.list("changes", event.changes);
  fields.list("heads", event.heads);
  fields.list("positions", event.positions);
  fields.list("receipts", event.receipts);
  fields.list("presences", event.presences);
}

template <class T>
void FieldWriter::object(const T& value) {
  json_.begin_object();
  each_field(*this, value);
  json_.end_object();
}

template <class T>
void FieldReader::object(JsonValue from, T& into) {
  FieldReader fields(from);
  each_field(fields, into);
}

}  // namespace

std::string_view name_of(Step step) { return kSteps[static_cast<std::size_t>(step)]; }
std::string_view name_of(Action action) { return kActions[static_cast<std::size_t>(action)]; }

std::string to_line(const Event& event) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().key("line").number(event.line).key("us").number(event.us).key("e").string(name_of(event.step));
  if (event.action != Action::kNone) json.key("do").string(name_of(event.action));
  FieldWriter fields(json);
  each_field(fields, event);
  json.end_object();
  return line;
}

Result<Event> from_line(std::string_view line) {
  const Result<Json> json = Json::parse_object(line);
  if (!json) return fail(json.error());
  const JsonValue root = json->root();
  Event event;
  FieldReader fields(root);
  fields.number("line", event.line);
  std::uint64_t us = 0;
  fields.number("us", us);
  event.us = static_cast<std::int64_t>(us);
  std::string step, action;
  fields.text("e", step);
  fields.text("do", action);
  const auto known_step = index_of(kSteps, step);
  const auto known_action = index_of(kActions, action);
  if (!known_step || !known_action) return fail(ErrorCode::kInvalidBody, "no event of a history: '" + step + "' '" + action + "'");
  event.step = static_cast<Step>(*known_step);
  event.action = static_cast<Action>(*known_action);
  each_field(fields, event);
  return event;
}

std::string abridged(std::string_view content) {
  if (content.size() <= kWholeContentMax) return std::string(content);
  // The cut must not split a character: contents that verify writes begin with ASCII.
  std::uint64_t hash = 0;
  for (const char c : content) hash = mix(hash ^ static_cast<unsigned char>(c));
  return std::string(content.substr(0, kContentPrefix)) + "… " + std::to_string(content.size()) + " bytes " + std::to_string(hash);
}

}  // namespace rookery::verify
