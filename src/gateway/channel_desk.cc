#include "gateway/channel_desk.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/mutant.h"
#include "gateway/replay.h"
#include "gateway/texts.h"
#include "runtime/log.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTypingRepeats{3'000};  // swallowed within it
constexpr std::size_t kTasksMax = 100'000;

struct DeliveryMail final : Mail {
  DeliveryMail(LetterBox& to, std::shared_ptr<const Delivery> d) : box(to), delivery(std::move(d)) {}
  void deliver() noexcept override {
    box.deliver(std::move(delivery));
    delete this;
  }
  LetterBox& box;
  std::shared_ptr<const Delivery> delivery;
};

Reach reach_of(EventKind kind) { return kind == EventKind::kChannelUpdate ? Reach::kEveryone : Reach::kNear; }

ParcelLabel label_of(const Event& event, bool large) {
  switch (event.kind) {
    case EventKind::kMessageCreate: return {.form = Form::kCreate, .place = {event.channel, event.seq}, .rev = 0, .confirms = !large};
    case EventKind::kMessageUpdate: return {.form = Form::kUpdate, .place = {event.channel, event.seq}, .rev = event.rev};
    case EventKind::kMessageDelete: return {.form = Form::kDelete, .place = {event.channel, event.seq}, .rev = event.rev};
    default: return {};
  }
}

}  // namespace

ChannelDesk::ChannelDesk(const Parts& parts) : parts_(parts), tick_(parts.core), tasks_(kTasksMax) {
  CHECK(parts.boxes.size() <= kCoresMax);
}

ChannelDesk::Channel* ChannelDesk::find(ChannelId id) {
  const auto at = channels_.find(id);
  return at == channels_.end() ? nullptr : &at->second;
}

bool ChannelDesk::is_large(const ChannelState& state) const { return state.roster->members.size() >= parts_.limits.large_channel; }

void ChannelDesk::know(Channel& channel, const ChannelState& state, Gate gate) {
  channel.known = true;
  channel.state = state;
  channel.gate = gate;
  channel.large = is_large(state);
}

void ChannelDesk::spawn(Task<void> task) {
  if (!tasks_.spawn(std::move(task))) log_error("gateway: too many tasks of a core's channels", {{"running", tasks_.running()}});
}

// --- events ---

void ChannelDesk::on_events(std::span<const Event> events) {
  for (const Event& event : events) {
    if (event.kind == EventKind::kChannelCreate) {
      show(event);
    } else if (Channel* channel = find(event.channel)) {
      take(*channel, event);
      if (mutant_is(Mutant::kGateLetsRepeat) && (event.seq + event.rev) % 50 == 0) take(*channel, event);
    }
  }
}

// Somebody sees the channel from now on, which has neither seq nor rev: its gate has nothing to say, and its roster is another.
void ChannelDesk::show(const Event& creation) {
  Channel* channel = find(creation.channel);
  if (channel != nullptr && channel->loading) {
    channel->waiting.push_back(creation);  // behind what came before it, his removal perhaps
    return;
  }
  if (channel != nullptr) adopt(*channel, creation);
  spawn(announce(creation));
}

void ChannelDesk::adopt(Channel& channel, const Event& creation) {
  const ChannelState& state = creation.state;
  if (!channel.known) {
    know(channel, state, Gate(state.last_seq, state.rev));
  } else if (state.rev >= channel.state.rev) {
    channel.state.roster = state.roster;
  }
}

std::optional<auth::ProfileSet> ChannelDesk::known_profiles(const Event& event) {
  auth::ProfileSet profiles;
  for (const UserId user : shown_in(event)) {
    auth::Profile profile = parts_.profiles.cached(user);
    if (profile == nullptr) return std::nullopt;
    profiles.add(std::move(profile));
  }
  return profiles;
}

void ChannelDesk::take(Channel& channel, const Event& event) {
  if (!channel.loading) {
    if (const auto profiles = known_profiles(event)) {
      publish(channel, event, *profiles);
      return;
    }
  }
  channel.waiting.push_back(event);
  if (std::exchange(channel.loading, true)) return;
  parts_.counters.profiles_awaited.add();
  spawn(load_and_publish(event.channel));
}

Task<void> ChannelDesk::load_and_publish(ChannelId id) {
  while (Channel* channel = find(id)) {
    if (channel->waiting.empty()) {
      channel->loading = false;
      co_return;
    }
    if (channel->waiting.front().kind == EventKind::kChannelCreate) {
      Event creation = std::move(channel->waiting.front());
      channel->waiting.pop_front();
      adopt(*channel, creation);
      spawn(announce(std::move(creation)));
      continue;
    }
    const auth::ProfileSet profiles = co_await profiles_of(parts_.profiles, shown_in(channel->waiting.front()));
    channel = find(id);
    if (channel == nullptr || channel->waiting.empty()) continue;
    const Event event = std::move(channel->waiting.front());
    channel->waiting.pop_front();
    publish(*channel, event, profiles);
  }
}

void ChannelDesk::publish(Channel& channel, const Event& event, const auth::ProfileSet& profiles) {
  if (!channel.known) {
    // The first news of it: what came before is what the event says.
    Gate before(event.state.last_seq, event.state.rev);
    if (event.kind == EventKind::kMessageCreate) before = Gate(event.seq - 1, event.state.rev);
    if (event.kind != EventKind::kMessageCreate && event.rev != 0) before = Gate(event.state.last_seq, event.rev - 1);
    know(channel, event.state, before);
  }
  const Gate::Verdict verdict = channel.gate.judge(event);
  if (verdict == Gate::Verdict::kOld && !mutant_is(Mutant::kGateLetsRepeat)) return;
  if (verdict == Gate::Verdict::kHole) {
    pass_over(channel, event);
    return;
  }
  channel.gate.advance(event);
  channel.state = event.state;
  const bool created = event.kind == EventKind::kMessageCreate;
  if (created) {
    channel.authors.push(event.seq, event.message->author);
    channel.large = is_large(event.state);
  }
  parts_.counters.events.add();

  auto delivery = std::make_shared<Delivery>();
  delivery->channel = event.channel;
  delivery->reach = reach_of(event.kind);
  delivery->large = channel.large;
  delivery->seq = created ? event.seq : 0;
  delivery->rev = created ? 0 : event.rev;
  delivery->text = event_text(event, profile_by(profiles));
  delivery->label = label_of(event, channel.large);
  if (event.kind == EventKind::kMemberRemove) delivery->removed = event.user;
  if (created && !event.message->mentions.empty() && !event.message->deleted) {
    const std::string message = message_json(*event.message, profiles(event.message->author));
    delivery->mention_text = message_text(Form::kMention, event.channel, 0, message);
    delivery->mentioned = event.message->mentions;
  }
  send(channel, std::move(delivery));
  if (created && channel.large) tell_unread(channel);
}

// Something before the event never came. Each session reads what it lacks from the log, the event with it: a member who was
// removed meanwhile is due only what came before his removal, which is not what the others are due.
void ChannelDesk::pass_over(Channel& channel, const Event& event) {
  channel.gate.pass_over(event);
  channel.state = event.state;
  channel.large = is_large(event.state);
  auto delivery = std::make_shared<Delivery>();
  delivery->channel = event.channel;
  delivery->hole = true;
  delivery->seq = channel.gate.seq();
  delivery->rev = channel.gate.rev();
  send(channel, std::move(delivery));
}

void ChannelDesk::send(const Channel& channel, std::shared_ptr<const Delivery> delivery) {
  for (unsigned core = 0; core < parts_.boxes.size(); ++core) {
    if (channel.cores.test(core)) parts_.cores.at(core).post(*new DeliveryMail(*parts_.boxes[core], delivery));
  }
}

// A channel that is made, or shows itself to somebody: his sessions join it, wherever they are.
Task<void> ChannelDesk::announce(Event creation) {
  const auth::ProfileSet profiles = co_await profiles_of(parts_.profiles, members_of(creation.state));
  ReadState read;
  read.channel = creation.channel;
  std::vector<UserId> users;
  if (creation.user) {
    users.push_back(creation.user);
    const Member* member = creation.state.roster->find(creation.user);
    if (member == nullptr) co_return;
    read.cursor.read_seq = read.cursor.delivered_seq = std::min(member->joined_seq, creation.state.last_seq);
    read.unread = creation.state.last_seq - read.cursor.read_seq;
  } else {
    users = members_of(creation.state);
  }
  send_join(creation.state, read, std::move(users), profiles);
}

void ChannelDesk::show_again(ChannelId id, UserId user) { spawn(announce_again(id, user)); }

Task<void> ChannelDesk::announce_again(ChannelId id, UserId user) {
  const auto view = co_await parts_.log.view(id, user);
  if (!view || !view->state.exists() || !view->state.roster->sees(user)) co_return;
  const auth::ProfileSet profiles = co_await profiles_of(parts_.profiles, members_of(view->state));
  std::vector<UserId> users{user};
  send_join(view->state, view->read, std::move(users), profiles);
}

void ChannelDesk::send_join(const ChannelState& state, const ReadState& read, std::vector<UserId> users, const auth::ProfileSet& profiles) {
  auto join = std::make_shared<Join>();
  join->channel = state.roster->id;
  join->seq = state.last_seq;
  join->rev = state.rev;
  join->users = std::move(users);
  join->text = channel_create_text(state, read, profile_by(profiles));
  for (unsigned core = 0; core < parts_.boxes.size(); ++core) {
    parts_.cores.at(core).post_function([box = parts_.boxes[core], join] { box->join(join); });
  }
}

// --- deletions ---

Task<void> ChannelDesk::withdraw(Event deletion) {
  parts_.counters.withdrawals.add();
  const auth::ProfileSet profiles = co_await profiles_of(parts_.profiles, shown_in(deletion));
  Message deleted = *deletion.message;
  deleted.deleted = true;
  const std::string message = message_json(deleted, profiles(deleted.author));
  const Place place{deletion.channel, deletion.seq};
  // Behind every letter that carries the message; events that still wait for a profile say it is deleted, because the
  // desk asks the event, not the log: so they go first.
  for (Channel* channel = find(deletion.channel); channel != nullptr && channel->loading; channel = find(deletion.channel)) {
    co_await by_mail(parts_.core);
  }
  for (unsigned core = 0; core < parts_.boxes.size(); ++core) {
    co_await by_mail(parts_.cores.at(core));
    parts_.boxes[core]->withdraw(place, message);
  }
  co_await by_mail(parts_.core);
}

// --- cores with sessions ---

Task<std::vector<Settled>> ChannelDesk::settle(unsigned core, UserId user, std::vector<Stand> stands) {
  std::vector<ChannelId> unknown;
  for (const Stand& stand : stands) {
    Channel& channel = channels_[stand.channel];
    channel.cores.set(core);
    if (!channel.known) unknown.push_back(stand.channel);
  }
  if (!unknown.empty()) {
    auto views = co_await parts_.log.views(std::move(unknown), user);
    if (views) {
      for (const ChannelView& view : *views) {
        Channel* channel = find(view.state.roster->id);
        if (channel != nullptr && !channel->known) know(*channel, view.state, Gate(view.state.last_seq, view.state.rev));
      }
    }
  }
  // From here to the end in one turn: what is posted to the core after it is what comes after the answer.
  std::vector<Settled> answers;
  answers.reserve(stands.size());
  for (const Stand& stand : stands) {
    Settled answer{.channel = stand.channel};
    const Channel* channel = find(stand.channel);
    if (channel != nullptr && channel->known) {
      answer.seq = channel->gate.seq();
      answer.rev = channel->gate.rev();
      answer.large = channel->large;
      const bool there = stand.take_head || (stand.seq >= answer.seq && stand.rev >= answer.rev);
      if (!channel->state.exists() || !channel->state.roster->sees(user)) {
        answer.outcome = Settled::Outcome::kGone;
      } else {
        answer.outcome = there ? Settled::Outcome::kLive : Settled::Outcome::kBehind;
      }
    }
    answers.push_back(answer);
  }
  co_return answers;
}

void ChannelDesk::leave(unsigned core, ChannelId id) {
  const auto at = channels_.find(id);
  if (at == channels_.end()) return;
  at->second.cores.reset(core);
  if (core < at->second.sessions.size()) at->second.sessions[core] = 0;
  if (at->second.cores.none()) channels_.erase(at);
}

void ChannelDesk::typing(ChannelId id, UserId user) {
  Channel* channel = find(id);
  if (channel == nullptr || !channel->known || !channel->state.exists() || !channel->state.roster->sees(user)) return;
  if (!channel->state.roster->blockers.empty()) return;  // he could not send either
  const SteadyTime now = parts_.core.turn_time();
  std::erase_if(channel->typists, [now](const Typist& typist) { return now - typist.told >= kTypingRepeats; });
  if (std::ranges::find(channel->typists, user, &Typist::user) != channel->typists.end()) return;
  channel->typists.push_back({user, now});
  auto delivery = std::make_shared<Delivery>();
  delivery->channel = id;
  delivery->reach = Reach::kNearButUsers;
  delivery->large = channel->large;
  delivery->users = {user};
  delivery->text = typing_text(id, user, parts_.core.clock().now());
  send(*channel, std::move(delivery));
}

Task<void> ChannelDesk::stop() {
  stopped_ = true;
  tick_.cancel();
  co_await tasks_.join();
}

}  // namespace rookery::gateway
