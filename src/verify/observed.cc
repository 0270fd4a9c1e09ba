#include "verify/observed.h"

#include "base/ids.h"

namespace rookery::verify {

std::uint64_t id_member(JsonValue object, std::string_view name) { return parse_snowflake(text_member(object, name)).value_or(0); }

std::uint64_t number_member(JsonValue object, std::string_view name) {
  const auto member = object.member(name);
  return member ? member->whole_number().value_or(0) : 0;
}

std::string_view text_member(JsonValue object, std::string_view name) {
  const auto member = object.member(name);
  return member ? member->string().value_or("") : std::string_view();
}

SeenMessage seen_message(JsonValue message) {
  SeenMessage seen;
  seen.id = id_member(message, "id");
  seen.seq = number_member(message, "seq");
  if (const auto author = message.member("author")) seen.author = id_member(*author, "id");
  seen.nonce = text_member(message, "nonce");
  seen.content = abridged(text_member(message, "content"));
  const auto deleted = message.member("deleted");
  seen.deleted = deleted && deleted->boolean().value_or(false);
  const auto pinned = message.member("pinned");
  seen.pinned = pinned && pinned->boolean().value_or(false);
  if (const auto system = message.member("system")) {
    seen.system = text_member(*system, "kind");
    seen.system_user = id_member(*system, "user_id");
  }
  if (const auto mentions = message.member("mentions")) {
    mentions->each_element([&](std::size_t, JsonValue user) {
      seen.mentions.push_back(parse_snowflake(user.string().value_or("")).value_or(0));
      return true;
    });
  }
  if (const auto reactions = message.member("reactions")) {
    reactions->each_element([&](std::size_t, JsonValue one) {
      const auto me = one.member("me");
      seen.reactions.push_back({std::string(text_member(one, "emoji")), number_member(one, "count"), me && me->boolean().value_or(false)});
      return true;
    });
  }
  return seen;
}

SeenHead seen_head(JsonValue channel) {
  SeenHead head;
  head.channel = id_member(channel, "id");
  head.last_seq = number_member(channel, "last_seq");
  head.rev = number_member(channel, "rev");
  const JsonValue read = channel.member("read_state").value_or(channel);
  if (head.channel == 0) head.channel = id_member(read, "channel_id");
  head.read_seq = number_member(read, "read_seq");
  head.delivered_seq = number_member(read, "delivered_seq");
  head.unread = number_member(read, "unread");
  head.mention_count = number_member(read, "mention_count");
  return head;
}

std::vector<SeenMessage> seen_messages(JsonValue page) {
  std::vector<SeenMessage> messages;
  page.each_element([&](std::size_t, JsonValue message) {
    messages.push_back(seen_message(message));
    return true;
  });
  return messages;
}

std::vector<SeenChange> seen_changes(JsonValue page) {
  std::vector<SeenChange> changes;
  page.each_element([&](std::size_t, JsonValue entry) {
    SeenChange& change = changes.emplace_back();
    change.rev = number_member(entry, "rev");
    change.type = text_member(entry, "t");
    const auto d = entry.member("d");
    const auto message = d ? d->member("message") : std::nullopt;
    if (message) change.message = seen_message(*message);
    return true;
  });
  return changes;
}

std::vector<SeenReceipt> seen_receipts(JsonValue receipts) {
  std::vector<SeenReceipt> seen;
  receipts.each_member([&](std::string_view user, JsonValue cursors) {
    seen.push_back({parse_snowflake(user).value_or(0), number_member(cursors, "delivered_seq"), number_member(cursors, "read_seq")});
    return true;
  });
  return seen;
}

Event seen_dispatch(JsonValue frame) {
  Event event;
  event.step = Step::kDispatch;
  event.s = number_member(frame, "s");
  event.type = text_member(frame, "t");
  const auto found = frame.member("d");
  if (!found) return event;
  const JsonValue d = *found;
  event.channel = id_member(d, "channel_id");
  event.rev = number_member(d, "rev");
  event.seq = number_member(d, "seq");
  event.message_id = id_member(d, "message_id");
  event.target = id_member(d, "user_id");
  if (const auto user = d.member("user"); user && event.type != "READY") event.target = id_member(*user, "id");
  if (const auto recovered = d.member("recovered")) event.recovered = recovered->boolean().value_or(false);
  if (const auto gone = d.member("gone")) event.gone = gone->boolean().value_or(false);
  if (const auto more = d.member("more")) event.more = more->boolean().value_or(false);
  if (event.type == "MESSAGE_CREATE") event.message = seen_message(d);
  if (const auto message = d.member("message")) {
    event.message = seen_message(*message);
    if (event.channel == 0) event.channel = id_member(*message, "channel_id");
  }
  if (event.type == "CHANNEL_UNREAD") event.seq = number_member(d, "last_seq");
  if (event.type == "PRESENCE_UPDATE") event.presences.push_back({event.target, std::string(text_member(d, "status"))});
  if (event.type == "CHANNEL_CREATE" || event.type == "READ_UPDATE") {
    event.heads.push_back(seen_head(d));
    event.channel = event.heads.front().channel;
  }
  if (const auto channels = d.member("channels"); channels && event.type == "READY") {
    channels->each_element([&](std::size_t, JsonValue channel) {
      event.heads.push_back(seen_head(channel));
      return true;
    });
  }
  if (const auto receipts = d.member("receipts")) {
    receipts->each_element([&](std::size_t, JsonValue one) {
      event.receipts.push_back({id_member(one, "user_id"), number_member(one, "delivered_seq"), number_member(one, "read_seq")});
      return true;
    });
  }
  return event;
}

}  // namespace rookery::verify
