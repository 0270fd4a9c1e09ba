#include "model/user.h"

namespace rookery {

void write_json(JsonWriter& json, const User& user) {
  json.begin_object();
  json.key("id").id(user.id.value);
  json.key("username").string(user.deleted ? "deleted" : user.username);
  json.key("display_name").string(user.deleted ? "deleted" : user.display_name);
  if (!user.avatar.empty() && !user.deleted) json.key("avatar").string(user.avatar);
  json.key("bot").boolean(user.bot);
  json.key("created_at").time(snowflake_time(user.id.value));
  json.end_object();
}

}  // namespace rookery
