#include "model/presence.h"

#include <array>

namespace rookery {
namespace {

constexpr std::array<std::string_view, 4> kStatusNames = {"online", "away", "offline", "unknown"};

}  // namespace

void write_json(JsonWriter& json, const Presence& presence) {
  json.begin_object();
  json.key("user_id").id(presence.user.value);
  json.key("status").string(kStatusNames[static_cast<std::size_t>(presence.status)]);
  if (presence.last_seen) json.key("last_seen").time(presence.last_seen);
  json.key("devices").begin_array();
  for (const DeviceKind kind : presence.devices) json.string(kDeviceKindNames[static_cast<std::size_t>(kind)]);
  json.end_array();
  if (!presence.text.empty()) json.key("text").string(presence.text);
  json.end_object();
}

}  // namespace rookery
