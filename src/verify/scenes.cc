#include "verify/scenes.h"

#include <algorithm>
#include <array>
#include <thread>

namespace rookery::verify {
namespace {

using Milliseconds = Device::Milliseconds;

constexpr Milliseconds kArrivesWithin{5'000};
constexpr Milliseconds kClosesWithin{5'500};  // the checker allows five seconds, and what the driver was late
constexpr Milliseconds kFaultMax{1'700};
constexpr Milliseconds kLookEvery{200};
constexpr std::size_t kBurst = 6;
constexpr std::uint64_t kStaysOneIn = 6;  // who is added to a group

}  // namespace

bool Stage::take(std::uint64_t channel, std::uint64_t user) {
  const std::lock_guard lock(mutex_);
  return taken_.emplace(channel, user).second;
}

void Stage::give_back(std::uint64_t channel, std::uint64_t user) {
  const std::lock_guard lock(mutex_);
  taken_.erase({channel, user});
}

Scenes::Scenes(Arena& arena, Stage& stage, std::uint64_t seed) : arena_(arena), stage_(stage), random_(seed), caller_(arena) {}

void Scenes::run() {
  std::array<Scene, 8> scenes = {&Scenes::deleted_while_unacknowledged, &Scenes::catching_up_in_a_burst,
                                 &Scenes::resuming_in_a_burst,          &Scenes::cursors_in_the_wrong_order,
                                 &Scenes::removed_while_others_write,   &Scenes::revoked_while_listening,
                                 &Scenes::same_nonce_twice_at_once,     &Scenes::reader_who_stops_reading};
  while (arena_.loading()) {
    for (std::size_t i = scenes.size() - 1; i > 0; --i) std::swap(scenes[i], scenes[random_.below(i + 1)]);
    for (const Scene scene : scenes) {
      if (!arena_.loading()) break;
      (this->*scene)();
      std::this_thread::sleep_for(Milliseconds(1 + random_.below(10)));
    }
  }
  busy_ = false;
}

Scenes::Pair Scenes::some_pair() {
  Pair pair;
  pair.room = arena_.rooms[random_.below(arena_.rooms.size())];
  const auto& members = pair.room->members;
  const std::size_t writer = random_.below(members.size());
  pair.writer = members[writer];
  pair.reader = members[(writer + 1 + random_.below(members.size() - 1)) % members.size()];
  return pair;
}

Draft Scenes::new_draft(const std::shared_ptr<Room>& room, std::size_t author, std::size_t filling) {
  Draft draft{room, account(author).login.user, arena_.new_nonce(), {}};
  draft.content = make_content(draft.nonce, 1, filling, {});
  return draft;
}

void Scenes::send_burst(Device& device, const std::shared_ptr<Room>& room, std::size_t count, std::size_t filling) {
  for (std::size_t i = 0; i < count; ++i) {
    std::string nonce = arena_.new_nonce();
    std::string content = make_content(nonce, 1, filling, {});
    device.send(room, std::move(nonce), std::move(content));
  }
}

// The reader's session holds the message, sent or not, when it is deleted; then he comes back for it.
void Scenes::deleted_while_unacknowledged() {
  const Pair pair = some_pair();
  const Login& writer = account(pair.writer).login;
  Device device(arena_, account(pair.reader).login, "scene");
  if (!device.identify(Device::With::kNothing)) return;
  device.pump(Milliseconds(20));
  const std::uint64_t before = device.s();
  const bool unseen = random_.below(2) == 0;
  if (unseen) device.cut();
  const auto message = caller_.send(writer, new_draft(pair.room, pair.writer));
  if (!message) return;
  const auto arrived = [&] { return device.position(pair.room->channel).seq >= message->seq; };
  if (!unseen) {
    device.pump_until(arrived, kArrivesWithin);
    device.cut();
  }
  if (caller_.remove_message(writer, *pair.room, *message) != Caller::Outcome::kOk) return;
  if (!device.resume(before)) return;
  const Login& reader = account(pair.reader).login;
  caller_.history_after(reader, pair.room->channel, message->seq - 1);
  const std::uint64_t rev = device.position(pair.room->channel).rev;
  caller_.changes_after(reader, pair.room->channel, rev - std::min<std::uint64_t>(rev, 30));
  device.leave();
}

void Scenes::catching_up_in_a_burst() {
  const Pair pair = some_pair();
  Device writer(arena_, account(pair.writer).login, "scene-writer");
  Device device(arena_, account(pair.reader).login, "scene");
  if (!writer.identify(Device::With::kNothing) || !device.identify(Device::With::kNothing)) return;
  for (int i = 0; i < 6 && arena_.loading(); ++i) {
    device.pump(Milliseconds(random_.below(20)));
    device.cut();
    send_burst(writer, pair.room, kBurst, 0);
    if (!device.identify(Device::With::kPositions)) break;
    send_burst(writer, pair.room, kBurst, 0);
    device.pump(Milliseconds(random_.below(20)));
    writer.pump_until([&writer] { return writer.unanswered() == 0; }, kArrivesWithin);
  }
  device.leave();
  writer.leave();
}

void Scenes::resuming_in_a_burst() {
  const Pair pair = some_pair();
  Device writer(arena_, account(pair.writer).login, "scene-writer");
  Device device(arena_, account(pair.reader).login, "scene");
  if (!writer.identify(Device::With::kNothing) || !device.identify(Device::With::kNothing)) return;
  for (int i = 0; i < 6 && arena_.loading(); ++i) {
    send_burst(writer, pair.room, kBurst, 0);
    device.pump(Milliseconds(random_.below(6)));
    device.cut();
    send_burst(writer, pair.room, kBurst, 0);
    // Also what was seen already may be asked for again, as long as it was not acknowledged.
    const std::uint64_t s = device.s() - std::min<std::uint64_t>(device.s() - 1, random_.below(4));
    if (!device.resume(s)) break;
    device.pump(Milliseconds(random_.below(10)));
    if (random_.below(2) == 0) device.acknowledge();
    writer.pump_until([&writer] { return writer.unanswered() == 0; }, kArrivesWithin);
  }
  device.leave();
  writer.leave();
}

void Scenes::cursors_in_the_wrong_order() {
  const Pair pair = some_pair();
  const Login& reader = account(pair.reader).login;
  const std::uint64_t last = pair.room->last_seq();
  if (last < 4) return;
  Device one(arena_, reader, "scene-one");
  Device other(arena_, reader, "scene-other");
  if (!one.identify(Device::With::kNothing) || !other.identify(Device::With::kNothing)) return;
  if (random_.below(2) == 0) {
    caller_.read(reader, *pair.room, last, false);
    other.tell_read(pair.room->channel, last / 2);
    caller_.read(reader, *pair.room, last / 3, false);
  } else {
    one.tell_read(pair.room->channel, last);
    one.pump(Milliseconds(random_.below(300)));
    other.tell_read(pair.room->channel, last / 2);
    caller_.read(reader, *pair.room, last - 1, true);
  }
  one.pump(Milliseconds(10));
  other.pump(Milliseconds(10));
  caller_.state(reader, pair.room->channel);
  caller_.receipts(account(pair.writer).login, pair.room->channel);
  one.leave();
  other.leave();
}

// Somebody is added to a group, listens, and is removed in the middle of a burst; or he stays.
void Scenes::removed_while_others_write() {
  const std::shared_ptr<Room> room = arena_.rooms[random_.below(arena_.rooms.size())];
  if (room->direct || room->members.size() == arena_.accounts.size()) return;
  std::size_t guest = random_.below(arena_.accounts.size());
  while (std::ranges::find(room->members, guest) != room->members.end()) guest = (guest + 1) % arena_.accounts.size();
  const Login& him = account(guest).login;
  if (!stage_.take(room->channel, him.user)) return;
  const Login& owner = account(room->members.front()).login;
  Device writer(arena_, account(room->members.back()).login, "scene-writer");
  Device device(arena_, him, "scene");
  if (!writer.identify(Device::With::kNothing) || !device.identify(Device::With::kNothing))
    return stage_.give_back(room->channel, him.user);
  // One whose coming or going was not answered at once is left alone from then on: a late request would spoil the order.
  if (caller_.add_member(owner, *room, him.user) != Caller::Outcome::kOk) return;
  device.pump_until([&] { return device.is_in(room->channel); }, kArrivesWithin);
  send_burst(writer, room, kBurst, 0);
  device.pump(Milliseconds(10 + random_.below(30)));
  caller_.newest(him, room->channel, 10);
  send_burst(writer, room, kBurst, 0);
  if (random_.below(kStaysOneIn) == 0) {
    // He keeps his place on the stage.
    arena_.note_added({room, him});
    writer.pump_until([&writer] { return writer.unanswered() == 0; }, kArrivesWithin);
    return;
  }
  if (caller_.remove_member(owner, *room, him.user) != Caller::Outcome::kOk) return;
  arena_.note_removed({room, him});
  send_burst(writer, room, kBurst, 0);
  caller_.newest(him, room->channel, 10);
  caller_.changes_after(him, room->channel, 0);
  writer.pump_until([&writer] { return writer.unanswered() == 0; }, kArrivesWithin);
  device.pump(Milliseconds(100));
  if (random_.below(2) == 0) {
    device.cut();
    device.resume();
    device.pump(Milliseconds(20));
  }
  device.leave();
  writer.leave();
  stage_.give_back(room->channel, him.user);
}

void Scenes::revoked_while_listening() {
  const Pair pair = some_pair();
  const Account& who = account(pair.reader);
  const Result<Login> login = caller_.sign_in(who.name, who.password);
  if (!login) return;
  Device device(arena_, *login, "scene");
  if (!device.identify(Device::With::kNothing)) return;
  device.pump(Milliseconds(random_.below(20)));
  const bool by_itself = random_.below(2) == 0;
  if (caller_.revoke(by_itself ? *login : who.login, *login) != Caller::Outcome::kOk) return;
  arena_.note_ended(*login);
  caller_.send(account(pair.writer).login, new_draft(pair.room, pair.writer));
  caller_.probe(*login);
  const auto asked = std::chrono::steady_clock::now();
  const auto stalled = arena_.recorder.stalled();
  do {
    device.pump_until([&device] { return !device.is_open(); }, kLookEvery);
  } while (device.is_open() &&
           std::chrono::steady_clock::now() - asked < kClosesWithin + kFaultMax + (arena_.recorder.stalled() - stalled));
  device.cut();
  if (random_.below(2) == 0) {
    device.resume();
  } else {
    device.identify(Device::With::kNothing);
  }
}

void Scenes::same_nonce_twice_at_once() {
  const Pair pair = some_pair();
  Device device(arena_, account(pair.writer).login, "scene");
  if (!device.identify(Device::With::kNothing)) return;
  for (int i = 0; i < 3; ++i) {
    const Draft draft = new_draft(pair.room, pair.writer);
    device.send(pair.room, draft.nonce, draft.content);
    caller_.send(account(pair.writer).login, draft);
    device.pump_until([&device] { return device.unanswered() == 0; }, kArrivesWithin);
    caller_.send(account(pair.writer).login, draft);
  }
  device.leave();
}

// More than a session keeps, or just less; nothing is acknowledged meanwhile.
void Scenes::reader_who_stops_reading() {
  const Pair pair = some_pair();
  Device writer(arena_, account(pair.writer).login, "scene-writer");
  Device device(arena_, account(pair.reader).login, "scene");
  if (!writer.identify(Device::With::kNothing) || !device.identify(Device::With::kNothing)) return;
  device.pump(Milliseconds(20));
  const std::uint64_t before = device.s();
  const std::size_t count = random_.below(2) == 0 ? 40 : 90;
  for (std::size_t sent = 0; sent < count && writer.is_open(); sent += 10) {
    send_burst(writer, pair.room, 10, 3500);
    writer.pump_until([&writer] { return writer.unanswered() < 20; }, kArrivesWithin);
  }
  writer.pump_until([&writer] { return writer.unanswered() == 0; }, kArrivesWithin);
  const std::uint64_t last = writer.position(pair.room->channel).seq;
  device.pump_until([&] { return device.position(pair.room->channel).seq >= last; }, kArrivesWithin);
  device.cut();
  // What is not kept is to be said: then positions catch up.
  if (!device.resume(random_.below(2) == 0 ? before : device.s())) device.identify(Device::With::kPositions);
  device.pump(Milliseconds(50));
  device.leave();
  writer.leave();
}

}  // namespace rookery::verify
