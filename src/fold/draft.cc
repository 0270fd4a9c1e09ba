#include "fold/draft.h"

#include "base/mutant.h"

namespace rookery::fold {

Event Draft::event(EventKind kind) const {
  Event event;
  event.kind = kind;
  event.channel = stamp_.channel;
  event.state = state();
  return event;
}

void Draft::write(Message message) {
  ChannelState& next = decision_.next;
  message.channel = stamp_.channel;
  if (mutant_is(Mutant::kPositionLeftOut) && next.last_seq % 50 == 49) ++next.last_seq;
  message.seq = ++next.last_seq;
  message.id = stamp_.message;
  next.last_message = message.id;
  auto written = std::make_shared<const Message>(std::move(message));
  decision_.rows.push_back(PutMessage{written});
  Event told = event(EventKind::kMessageCreate);
  told.seq = written->seq;
  told.actor = written->author;
  told.message = written;
  decision_.events.push_back(std::move(told));
  decision_.message = std::move(written);
}

void Draft::change(Message message, Change change, EventKind kind, std::uint32_t reaction_count) {
  change.rev = ++decision_.next.rev;
  change.seq = message.seq;
  change.time = stamp_.time;
  message.rev = change.rev;
  auto changed = std::make_shared<const Message>(std::move(message));
  decision_.rows.push_back(PutMessage{changed});
  Event told = event(kind);
  told.seq = change.seq;
  told.rev = change.rev;
  told.actor = change.actor;
  told.user = change.actor;
  told.emoji = change.emoji;
  told.count = reaction_count;
  told.message = changed;
  decision_.events.push_back(std::move(told));
  decision_.rows.push_back(PutChange{std::move(change)});
  decision_.message = std::move(changed);
}

void Draft::change(Change change, EventKind kind) {
  change.rev = ++decision_.next.rev;
  change.time = stamp_.time;
  Event told = event(kind);
  told.rev = change.rev;
  told.actor = change.actor;
  told.user = change.user;
  decision_.events.push_back(std::move(told));
  decision_.rows.push_back(PutChange{std::move(change)});
}

void Draft::tell(EventKind kind, UserId user) {
  Event told = event(kind);
  told.user = user;
  decision_.events.push_back(std::move(told));
}

}  // namespace rookery::fold
