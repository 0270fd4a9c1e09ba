#include "api/rendering.h"

#include <algorithm>
#include <functional>

#include "base/mutant.h"
#include "model/event_json.h"

namespace rookery::api {
namespace {

void keep_each_once(std::vector<UserId>& users) {
  std::ranges::sort(users);
  const auto repeats = std::ranges::unique(users);
  users.erase(repeats.begin(), repeats.end());
}

}  // namespace

Task<Result<std::string>> Rendering::message(UserId reader, Message message) {
  std::vector<Message> one;
  one.push_back(std::move(message));
  Result<std::string> list = co_await messages(reader, std::move(one));
  if (!list) co_return fail(list.error());
  co_return list->substr(1, list->size() - 2);  // without the brackets
}

Task<Result<std::string>> Rendering::messages(UserId reader, std::vector<Message> messages) {
  std::vector<UserId> authors;
  for (const Message& message : messages) authors.push_back(message.author);
  keep_each_once(authors);
  const Result<auth::ProfileSet> profiles = co_await profiles_.get_all(std::move(authors));
  if (!profiles) co_return fail(profiles.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const Message& message : messages) {
    std::vector<bool> mine;
    if (!message.reactions.empty() && !message.deleted) {
      const std::vector<Message> one(1, message);
      Result<std::vector<bool>> reacted = co_await conversations_.reacted(message.channel, reader, one);
      if (!reacted) co_return fail(reacted.error());
      mine = *std::move(reacted);
    }
    const std::unique_ptr<bool[]> flags(new bool[mine.size()]);
    std::ranges::copy(mine, flags.get());
    write_json(json, message, (*profiles)(message.author), std::span<const bool>(flags.get(), mine.size()));
  }
  json.end_array();
  co_return text;
}

Task<Result<std::string>> Rendering::channel(ChannelView view) {
  std::vector<ChannelView> one;
  one.push_back(std::move(view));
  Result<std::vector<std::string>> texts = co_await channels(std::move(one));
  if (!texts) co_return fail(texts.error());
  co_return std::move(texts->front());
}

Task<Result<std::vector<std::string>>> Rendering::channels(std::vector<ChannelView> views) {
  std::vector<UserId> people;
  for (const ChannelView& view : views) {
    for (const Member& member : view.state.roster->members) people.push_back(member.user);
  }
  keep_each_once(people);
  const Result<auth::ProfileSet> profiles = co_await profiles_.get_all(std::move(people));
  if (!profiles) co_return fail(profiles.error());
  const ProfileOf profile_of = std::cref(*profiles);
  std::vector<std::string> texts;
  for (const ChannelView& view : views) {
    JsonWriter json(texts.emplace_back());
    write_json(json, view.state, profile_of, &view.read);
  }
  co_return texts;
}

Task<Result<std::string>> Rendering::users(std::vector<UserId> users) {
  const Result<auth::ProfileSet> profiles = co_await profiles_.get_all(users);
  if (!profiles) co_return fail(profiles.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const UserId user : users) write_json(json, (*profiles)(user));
  json.end_array();
  co_return text;
}

Task<Result<std::string>> Rendering::members(std::vector<Member> members) {
  std::vector<UserId> users;
  for (const Member& member : members) users.push_back(member.user);
  const Result<auth::ProfileSet> profiles = co_await profiles_.get_all(std::move(users));
  if (!profiles) co_return fail(profiles.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const Member& member : members) {
    json.begin_object();
    write_json(json.key("user"), (*profiles)(member.user));
    json.key("roles").begin_array().end_array();
    json.key("joined_at").time(member.joined_at);
    json.end_object();
  }
  json.end_array();
  co_return text;
}

Task<Result<std::string>> Rendering::changes(ChannelView view, std::vector<Change> changes, std::vector<Message> messages) {
  std::vector<Event> events;
  std::vector<UserId> people;
  for (const Change& change : changes) {
    std::shared_ptr<const Message> concerned;
    if (change.seq != 0) {
      const auto at = std::ranges::find(messages, change.seq, &Message::seq);
      if (at == messages.end()) continue;
      Message shown = *at;
      if (mutant_is(Mutant::kDeleteKeepsChanges)) shown.deleted = false;
      concerned = std::make_shared<const Message>(std::move(shown));
    }
    events.push_back(event_of(change, view.state, std::move(concerned)));
    for (const UserId user : people_of(events.back())) people.push_back(user);
  }
  keep_each_once(people);
  const Result<auth::ProfileSet> profiles = co_await profiles_.get_all(std::move(people));
  if (!profiles) co_return fail(profiles.error());
  const ProfileOf profile_of = std::cref(*profiles);
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const Event& event : events) {
    json.begin_object();
    json.key("rev").number(event.rev);
    json.key("t").string(name_of(event.kind));
    write_event(json.key("d"), event, profile_of);
    json.end_object();
  }
  json.end_array();
  co_return text;
}

}  // namespace rookery::api
