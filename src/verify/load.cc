#include "verify/load.h"

#include <algorithm>
#include <array>
#include <map>

#include "verify/caller.h"

namespace rookery::verify {
namespace {

using Milliseconds = Device::Milliseconds;

constexpr std::chrono::seconds kSettleWithin{30};
constexpr std::chrono::seconds kSettleWithRatesWithin{180};
constexpr std::size_t kUnansweredMax = 8;
constexpr std::uint64_t kPollingOneIn = 4;  // connections
constexpr std::uint64_t kPinOneIn = 8;      // reactions
constexpr std::size_t kFillingMax = 400;
constexpr std::size_t kPresenceQueryMax = 100;
constexpr std::size_t kWatchedMax = 500;
constexpr std::uint64_t kAwakeMaxMs = 150;
constexpr std::uint64_t kLostMaxMs = 900;
constexpr Milliseconds kClosesWithin{5'500};
constexpr Milliseconds kTellWithin{6'000};  // protocol.md allows five seconds
constexpr Milliseconds kAcknowledgeEvery{200};
constexpr Milliseconds kHeartbeatEvery{20'000};
const std::array<std::string, 4> kEmoji = {"👍", "🎉", "🌱", "❤️"};

void rest(std::uint64_t ms) { std::this_thread::sleep_for(Milliseconds(ms)); }

// The rooms of an account.
std::vector<std::shared_ptr<Room>> rooms_of(const Arena& arena, std::size_t account) {
  std::vector<std::shared_ptr<Room>> rooms;
  if (arena.large_room) rooms.push_back(arena.large_room);
  for (const auto& room : arena.rooms) {
    if (std::ranges::find(room->members, account) != room->members.end()) rooms.push_back(room);
  }
  return rooms;
}

// Now and then a message names somebody of the room.
std::string content_for(const Arena& arena, const Room& room, const std::string& nonce, Random& random) {
  std::optional<std::uint64_t> mention;
  if (random.below(8) == 0) mention = arena.accounts[room.members[random.below(room.members.size())]].login.user;
  return make_content(nonce, 1, random.below(3) == 0 ? random.below(kFillingMax) : 0, mention);
}

// How long it may take until all has settled; and as much longer as the driver did not get its turn.
class Patience {
 public:
  explicit Patience(const Arena& arena) : recorder_(arena.recorder), within_(arena.has_rates() ? kSettleWithRatesWithin : kSettleWithin) {}
  bool is_over() const { return std::chrono::steady_clock::now() - began_ > within_ + (recorder_.stalled() - stalled_); }

 private:
  const Recorder& recorder_;
  const std::chrono::seconds within_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const std::chrono::microseconds stalled_ = recorder_.stalled();
};

}  // namespace

// By REST.
class Load::Person {
 public:
  Person(Arena& arena, std::size_t number, std::uint64_t seed)
      : arena_(arena), me_(arena.accounts[number].login), rooms_(rooms_of(arena, number)), random_(seed), caller_(arena) {}

  void run() {
    while (arena_.phase != Phase::kDone) {
      if (std::optional<Draft> draft = arena_.take_draft(me_.user)) {
        busy_ = true;
        say(*std::move(draft));
        // Nobody is there to answer, perhaps.
        rest(20);
      } else if (arena_.loading() && !rooms_.empty()) {
        busy_ = true;
        act(rooms_[random_.below(rooms_.size())]);
        rest(random_.below(8));
      } else {
        busy_ = false;
        rest(5);
      }
    }
  }
  bool busy() const { return busy_; }

 private:
  void say(Draft draft) {
    const std::shared_ptr<Room> room = draft.room;
    if (const auto handle = caller_.send(me_, std::move(draft))) room->add(*handle);
  }

  void write(const std::shared_ptr<Room>& room) {
    std::string nonce = arena_.new_nonce();
    std::string content = content_for(arena_, *room, nonce, random_);
    const auto handle = caller_.send(me_, {room, me_.user, std::move(nonce), std::move(content)});
    if (!handle) return;
    room->add(*handle);
    // What was answered can be read at once, by everybody.
    if (random_.below(2) == 0) {
      const Login& other = arena_.accounts[room->members[random_.below(room->members.size())]].login;
      caller_.history_after(other, room->channel, handle->seq - 1);
    }
  }

  void change(const std::shared_ptr<Room>& room) {
    const auto mine = room->take_of(me_.user);
    if (!mine) return;
    if (random_.below(3) == 0) {
      if (caller_.remove_message(me_, *room, *mine) != Caller::Outcome::kOk) return;
      const Login& other = arena_.accounts[room->members[random_.below(room->members.size())]].login;
      caller_.history_after(other, room->channel, mine->seq - 1);
      const std::uint64_t rev = newest_rev_[room->channel];
      caller_.changes_after(other, room->channel, rev - std::min<std::uint64_t>(rev, 20));
      return;
    }
    std::optional<std::uint64_t> mention;
    if (random_.below(4) == 0) mention = arena_.accounts[room->members[random_.below(room->members.size())]].login.user;
    // One whose outcome is not known is not edited again: nobody could tell which came last.
    if (caller_.edit(me_, *room, *mine, make_content(arena_.new_nonce(), 2, 0, mention)) == Caller::Outcome::kOk) room->add(*mine);
  }

  void look(const std::shared_ptr<Room>& room, std::uint64_t what) {
    const std::uint64_t last = room->last_seq();
    if (what < 10) {
      caller_.newest(me_, room->channel, 1 + random_.below(100));
    } else if (what < 18) {
      caller_.history_after(me_, room->channel, last - std::min(last, random_.below(60)));
    } else if (what < 26) {
      if (const auto head = caller_.state(me_, room->channel)) {
        newest_rev_[room->channel] = head->rev;
        caller_.changes_after(me_, room->channel, head->rev - std::min(head->rev, random_.below(40)));
      }
    } else if (what < 28) {
      caller_.unread(me_);
    } else if (what < 30) {
      caller_.presence(me_, arena_.some_users(kPresenceQueryMax));
    } else {
      caller_.receipts(me_, room->channel);
    }
  }

  void act(const std::shared_ptr<Room>& room) {
    const std::uint64_t chance = random_.below(100);
    if (chance < 30) return write(room);
    if (chance < 42) return change(room);
    if (chance < 55) {
      if (const auto message = room->any(random_)) {
        const bool add = random_.below(3) > 0;
        if (random_.below(kPinOneIn) == 0) {
          caller_.pin(me_, *room, *message, add);
        } else {
          caller_.react(me_, *room, *message, kEmoji[random_.below(kEmoji.size())], add);
        }
      }
      return;
    }
    if (chance < 67) {
      const std::uint64_t last = room->last_seq();
      // What is delivered in a large channel is not kept.
      const bool delivered_only = random_.below(3) == 0 && room != arena_.large_room;
      caller_.read(me_, *room, last - std::min(last, random_.below(20)), delivered_only);
      return;
    }
    look(room, chance - 67);
  }

  Arena& arena_;
  const Login me_;
  const std::vector<std::shared_ptr<Room>> rooms_;
  SeededRandom random_;
  Caller caller_;
  std::map<std::uint64_t, std::uint64_t> newest_rev_;  // by channel, when last asked
  std::atomic<bool> busy_ = true;
};

// By the gateway.
class Load::Screen {
 public:
  Screen(Arena& arena, std::size_t number, std::size_t device, std::uint64_t seed)
      : arena_(arena),
        rooms_(rooms_of(arena, number)),
        random_(seed),
        me_(arena.accounts[number].login.user),
        device_(arena, arena.accounts[number].login, "verify" + std::to_string(device), Device::Comes::kBack),
        lazy_(random_.below(3) == 0) {
    choose_way();
    const std::vector<std::uint64_t> users = arena.some_users(kWatchedMax);
    // One of his devices looks at the large channel, the other is told only how far it goes.
    device_.watch(device == 0 ? users : std::vector<std::uint64_t>(), device == 0 && arena.large_room ? arena.large_room->channel : 0);
  }

  void run() {
    while (arena_.phase != Phase::kDone) {
      if (!device_.is_open()) {
        connected_ = false;
        choose_way();
        if (!device_.reconnect()) rest(10 + random_.below(100));
        continue;
      }
      device_.keep_subscribed();
      if (arena_.loading()) act();
      device_.pump(Milliseconds(1 + random_.below(12)));
      keep_up();
      busy_ = device_.unanswered() > 0;
      connected_ = device_.is_open();
    }
    device_.leave();
  }
  bool busy() const { return busy_; }
  bool connected() const { return connected_; }
  bool settled(const std::vector<SeenHead>& heads) const { return device_.settled(heads); }
  bool was_told(const std::vector<SeenPresence>& presences) const { return device_.was_told(presences); }
  std::uint64_t user() const { return me_; }

 private:
  // A session may go on by another way than that on which it began.
  void choose_way() { device_.go_by(random_.below(kPollingOneIn) == 0 ? Way::kPolling : Way::kWebSocket); }

  void keep_up() {
    const auto now = std::chrono::steady_clock::now();
    // Who acknowledges late keeps the server's memory of the session full.
    if (now - acknowledged_ > (lazy_ && arena_.loading() ? 10 : 1) * kAcknowledgeEvery) {
      device_.acknowledge();
      acknowledged_ = now;
    }
    if (now - beaten_ > kHeartbeatEvery) {
      device_.heartbeat();
      beaten_ = now;
    }
  }

  void write(std::uint64_t count) {
    const auto& room = rooms_[random_.below(rooms_.size())];
    for (std::uint64_t i = 0; i < count && device_.unanswered() < kUnansweredMax; ++i) {
      std::string nonce = arena_.new_nonce();
      std::string content = content_for(arena_, *room, nonce, random_);
      device_.send(room, std::move(nonce), std::move(content));
    }
  }

  void tell_read() {
    const std::uint64_t channel = rooms_[random_.below(rooms_.size())]->channel;
    const std::uint64_t seq = device_.position(channel).seq;
    device_.tell_read(channel, seq - std::min(seq, random_.below(10)));
  }

  void act() {
    if (rooms_.empty()) return;
    const std::uint64_t chance = random_.below(1000);
    if (chance < 150) return write(1);
    if (chance < 170) return write(5);
    if (chance < 220) return tell_read();
    if (chance < 226) return device_.cut();
    if (chance < 229) {
      device_.cut();
      rest(random_.below(200));
      device_.identify(Device::With::kPositions);
      return;
    }
    if (chance < 231) {
      device_.leave();
      device_.identify(Device::With::kNothing);
      return;
    }
    if (chance < 233) rest(random_.below(600));  // reads nothing meanwhile
  }

  Arena& arena_;
  const std::vector<std::shared_ptr<Room>> rooms_;
  SeededRandom random_;
  const std::uint64_t me_;
  Device device_;
  const bool lazy_;
  std::chrono::steady_clock::time_point acknowledged_, beaten_ = std::chrono::steady_clock::now();
  std::atomic<bool> busy_ = true, connected_ = false;
};

// Comes with a login of his own, and logs out.
class Load::Leaver {
 public:
  Leaver(Arena& arena, const Account& who, std::uint64_t seed) : arena_(arena), who_(who), random_(seed), caller_(arena) {}

  void run() {
    const Result<Login> login = caller_.sign_in(who_.name, who_.password);
    if (login) leave(*login);
    busy_ = false;
  }
  bool busy() const { return busy_; }
  bool has_left() const { return left_; }
  std::uint64_t user() const { return who_.login.user; }

 private:
  void leave(const Login& login) {
    Device device(arena_, login, "verify-leaver");
    if (!device.identify(Device::With::kNothing)) return;
    device.pump(Milliseconds(random_.below(500)));
    if (!device.is_open()) return;
    left_ = caller_.revoke(login, login) == Caller::Outcome::kOk;
    if (left_) arena_.note_ended(login);
    device.pump_until([&device] { return !device.is_open(); }, kClosesWithin);
  }

  Arena& arena_;
  const Account who_;
  SeededRandom random_;
  Caller caller_;
  std::atomic<bool> busy_ = true, left_ = false;
};

// Is away but for moments, loses his connection and comes back, ends it and begins another; and has blocked one of the others. He has no
// other connection, so that what he said last is what he is.
class Load::Dozer {
 public:
  Dozer(Arena& arena, const Account& who, std::uint64_t from, std::uint64_t seed)
      : arena_(arena),
        me_(who.login),
        hides_from_(from),
        random_(seed),
        caller_(arena),
        device_(arena, me_, "verify-dozer", Device::Comes::kBack) {}

  void run() {
    while (arena_.phase != Phase::kDone) {
      if (!hidden_) hidden_ = caller_.block(me_, hides_from_) == Caller::Outcome::kOk;
      if (!device_.is_open()) {
        connect();
        continue;
      }
      if (arena_.loading()) {
        act();
      } else if (!settled_) {
        // Twice, so that there is a last change.
        const bool online = may_be_online_ || random_.below(2) == 0;
        settled_ = say(online ? kAway : kOnline) && say(online ? kOnline : kAway);
      }
      device_.pump(Milliseconds(1 + random_.below(20)));
      device_.acknowledge();
      if (const auto now = std::chrono::steady_clock::now(); now - beaten_ > kHeartbeatEvery) {
        device_.heartbeat();
        beaten_ = now;
      }
      busy_ = !hidden_ || !settled_ || !device_.is_open();
    }
    // What stays of this connection for a minute is away.
    say(kAway);
    device_.leave();
  }
  bool busy() const { return busy_; }
  bool settled(const std::vector<SeenHead>& heads) const { return device_.settled(heads); }
  // What each of those who watch is to be told of him, when all has settled.
  SeenPresence told_to(std::uint64_t user) const { return {me_.user, user == hides_from_ ? "offline" : std::string(said_.load())}; }

 private:
  static constexpr const char* kOnline = "online";
  static constexpr const char* kAway = "away";

  bool say(const char* status) {
    said_ = status;
    surely_away_ = false;
    const bool heard = device_.say_status(status);
    surely_away_ = heard && said_ == kAway;
    return heard;
  }

  // A session that he does not go on with is alive for a minute, with what it said last.
  void connect() {
    settled_ = false;
    const std::uint64_t before = device_.session();
    device_.go_by(random_.below(kPollingOneIn) == 0 ? Way::kPolling : Way::kWebSocket);
    if (!device_.reconnect()) return rest(10 + random_.below(100));
    if (device_.session() != before) {
      if (!surely_away_) may_be_online_ = true;
      surely_away_ = false;
    }
    if (!surely_away_) say(kAway);
  }

  // Nobody knows yet, whether he looks by himself or others are told.
  void be_lost() {
    rest(random_.below(kLostMaxMs));
    caller_.presence(me_, {me_.user});
  }

  void act() {
    const std::uint64_t chance = random_.below(100);
    if (chance < 8) {
      say(kOnline);
      device_.pump(Milliseconds(random_.below(kAwakeMaxMs)));
      say(kAway);
    } else if (chance < 11) {
      device_.cut();
      be_lost();
    } else if (chance < 13 && surely_away_) {
      device_.leave();
      be_lost();
    }
  }

  Arena& arena_;
  const Login me_;
  const std::uint64_t hides_from_;
  SeededRandom random_;
  Caller caller_;
  Device device_;
  bool hidden_ = false, settled_ = false;
  bool surely_away_ = true;     // the session, if there is one
  bool may_be_online_ = false;  // one that he had before
  std::chrono::steady_clock::time_point beaten_ = std::chrono::steady_clock::now();
  std::atomic<const char*> said_ = kAway;
  std::atomic<bool> busy_ = true;
};

Load::Load(Arena& arena, std::uint64_t seed) : arena_(arena), seed_(seed) {}
Load::~Load() { join(); }

void Load::start() {
  SeededRandom seeds(seed_);
  for (std::size_t i = 0; i < arena_.accounts.size(); ++i) {
    people_.push_back(std::make_unique<Person>(arena_, i, seeds.next()));
    for (std::size_t device = 0; device < kDevices; ++device) {
      screens_.push_back(std::make_unique<Screen>(arena_, i, device, seeds.next()));
    }
  }
  if (!arena_.guests.empty()) {
    leaver_ = std::make_unique<Leaver>(arena_, arena_.guests.front(), seeds.next());
    threads_.emplace_back([this] { leaver_->run(); });
    // Not from the first one, who makes the rooms and takes him in.
    dozer_ = std::make_unique<Dozer>(arena_, arena_.guests.back(), arena_.accounts.back().login.user, seeds.next());
    threads_.emplace_back([this] { dozer_->run(); });
  }
  for (auto& person : people_) threads_.emplace_back([&person] { person->run(); });
  // Where requests are limited, so much at once is not to be had.
  if (!arena_.has_rates()) {
    for (std::size_t i = 0; i < kScenes; ++i) scenes_.push_back(std::make_unique<Scenes>(arena_, stage_, seeds.next()));
  }
  for (auto& scenes : scenes_) threads_.emplace_back([&scenes] { scenes->run(); });
  for (auto& screen : screens_) threads_.emplace_back([&screen] { screen->run(); });
}

bool Load::wait_for_answers() {
  const Patience patience(arena_);
  const auto busy = [this] {
    return arena_.drafts() > 0 || !connected() || (leaver_ && leaver_->busy()) || (dozer_ && dozer_->busy()) ||
           std::ranges::any_of(scenes_, [](const auto& one) { return one->busy(); }) ||
           std::ranges::any_of(people_, [](const auto& one) { return one->busy(); }) ||
           std::ranges::any_of(screens_, [](const auto& one) { return one->busy(); });
  };
  // Twice: a draft may be on its way from one to another.
  for (int quiet = 0; quiet < 2;) {
    if (patience.is_over()) return false;
    rest(20);
    quiet = busy() ? 0 : quiet + 1;
  }
  return true;
}

bool Load::wait_for_delivery(const std::vector<SeenHead>& heads) {
  const Patience patience(arena_);
  const auto all_settled = [&] {
    return (!dozer_ || dozer_->settled(heads)) && std::ranges::all_of(screens_, [&](const auto& one) { return one->settled(heads); });
  };
  while (!all_settled()) {
    if (patience.is_over()) return false;
    rest(10);
  }
  return true;
}

bool Load::connected() const {
  return std::ranges::all_of(screens_, [](const auto& one) { return one->connected(); });
}

bool Load::wait_for_connections() {
  const Patience patience(arena_);
  while (!connected() || (dozer_ && dozer_->busy())) {
    if (patience.is_over()) return false;
    rest(10);
  }
  return true;
}

bool Load::wait_for_presence() {
  std::vector<SeenPresence> expected;
  for (const Account& account : arena_.accounts) expected.push_back({account.login.user, "online"});
  if (leaver_ && leaver_->has_left()) expected.push_back({leaver_->user(), "offline"});
  const auto began = std::chrono::steady_clock::now();
  const auto stalled = arena_.recorder.stalled();
  const auto was_told = [&](const Screen& screen) {
    return screen.was_told(expected) && (!dozer_ || screen.was_told({dozer_->told_to(screen.user())}));
  };
  while (!std::ranges::all_of(screens_, [&](const auto& one) { return was_told(*one); })) {
    if (std::chrono::steady_clock::now() - began > kTellWithin + (arena_.recorder.stalled() - stalled)) return false;
    rest(10);
  }
  return true;
}

void Load::join() {
  arena_.phase = Phase::kDone;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace rookery::verify
