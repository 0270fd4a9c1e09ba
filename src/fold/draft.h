// Draft: a decision while it is being made. Private to the fold.
//
// Keeps the next state, hands out numbers, and makes sure that every change has its row and its event.
#pragma once

#include "fold/fold.h"

namespace rookery::fold {

class Draft {
 public:
  Draft(const ChannelState& state, const Stamp& stamp) : stamp_(stamp) { decision_.next = state; }

  const ChannelState& state() const { return decision_.next; }
  const Roster& roster() const { return *decision_.next.roster; }

  void row(Row row) { decision_.rows.push_back(std::move(row)); }
  void roster(Roster next) { decision_.next.roster = std::make_shared<const Roster>(std::move(next)); }
  void pins(std::uint32_t count) { decision_.next.pins = count; }
  void gone() { decision_.next = ChannelState(); }
  // The message written or changed last; there must be one.
  const Message& message() const { return *decision_.message; }

  // Numbers and writes a new message; its channel, seq and id are set here.
  void write(Message message);
  // Numbers a change of an existing message, writes both, and tells.
  void change(Message message, Change change, EventKind event, std::uint32_t reaction_count = 0);
  // Numbers a change of the channel or its members, and tells. The state must already be the new one.
  void change(Change change, EventKind event);
  // Tells without a number: a channel comes into somebody's sight, or ends.
  void tell(EventKind event, UserId user);

  Decision finish() { return std::move(decision_); }

 private:
  Event event(EventKind kind) const;

  const Stamp& stamp_;
  Decision decision_;
};

}  // namespace rookery::fold
