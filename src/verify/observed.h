// Observed: answers and frames of the protocol (docs of the API), as the history keeps them. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/json_reader.h"
#include "verify/history.h"

namespace rookery::verify {

// What is left out or of another kind is 0 or empty: the checker will say so.
std::uint64_t id_member(JsonValue object, std::string_view name);
std::uint64_t number_member(JsonValue object, std::string_view name);
std::string_view text_member(JsonValue object, std::string_view name);

SeenMessage seen_message(JsonValue message);
// Of a Channel with ReadState, or of a ReadState alone.
SeenHead seen_head(JsonValue channel);
std::vector<SeenMessage> seen_messages(JsonValue page);
std::vector<SeenChange> seen_changes(JsonValue page);
// {user_id: {delivered_seq, read_seq}}
std::vector<SeenReceipt> seen_receipts(JsonValue receipts);

// An op 0 frame: a kDispatch, without session and user; READY's heads and `more` too.
Event seen_dispatch(JsonValue frame);

}  // namespace rookery::verify
