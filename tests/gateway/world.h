// A gateway over the memory adapters, with clients that are sinks: for tests. Two cores; time is the test's own, except
// for the short timers that gather receipts.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "auth/profiles.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "gateway/gateway.h"
#include "memory/memory_account_store.h"
#include "memory/memory_channel_log.h"

namespace rookery::gateway {

class TestClock final : public Clock {
 public:
  TimeMs now() const override { return TimeMs(1'790'000'000'000) + std::chrono::milliseconds(ms_.load()); }
  SteadyTime steady_now() const override { return SteadyTime(std::chrono::hours(1) + std::chrono::milliseconds(ms_.load())); }
  void advance(std::chrono::milliseconds by) { ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> ms_{0};
};

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
inline std::size_t count_of(const std::vector<std::string>& frames, const std::string& part) {
  return static_cast<std::size_t>(std::ranges::count_if(frames, [&part](const std::string& frame) { return has(frame, part); }));
}
inline std::string quoted(ChannelId id) { return "\"" + to_string(id) + "\""; }
inline std::string request(int i, ChannelId channel, const std::string& content) {
  return R"({"op":64,"i":)" + std::to_string(i) + R"(,"t":"MESSAGE_SEND","d":{"channel_id":)" + quoted(channel) + R"(,"content":")" +
         content + R"("}})";
}
inline std::string field(const std::string& frame, const std::string& name) {  // of a string in it, the first of that name
  const std::string key = "\"" + name + "\":\"";
  const std::size_t at = frame.find(key);
  return at == std::string::npos ? "" : frame.substr(at + key.size(), frame.find('"', at + key.size()) - at - key.size());
}

// Tokens are "<user id>" or "<user id>/<login id>"; anything else is refused.
class TestAuthenticator final : public Authenticator {
 public:
  Task<Result<Principal>> authenticate(std::string token) override {
    const auto slash = token.find('/');
    const auto user = parse_id<UserId>(std::string_view(token).substr(0, slash));
    const auto login = slash == std::string::npos ? LoginId(1) : parse_id<LoginId>(std::string_view(token).substr(slash + 1));
    if (!user || !login) co_return fail(ErrorCode::kUnauthorized);
    co_return Principal{*user, *login, false};
  }
};

// Reads of the history wait while it is held.
class HeldLog final : public ChannelLog {
 public:
  explicit HeldLog(ChannelLog& log) : log_(log) {}
  void observe(ChannelObserver& observer) override { log_.observe(observer); }
  Task<Result<Applied>> append(ChannelId channel, Command command) override { return log_.append(channel, std::move(command)); }
  Task<Result<ChannelView>> view(ChannelId channel, UserId user) override { return log_.view(channel, user); }
  Task<Result<std::vector<ChannelView>>> views(std::vector<ChannelId> channels, UserId user) override {
    return log_.views(std::move(channels), user);
  }
  Task<Result<std::vector<Message>>> history(ChannelId channel, HistoryQuery query) override {
    while (held.load()) co_await sleep_on(Core::current(), std::chrono::milliseconds(1));
    co_return co_await log_.history(channel, query);
  }
  Task<Result<std::vector<Change>>> changes(ChannelId channel, std::uint64_t after_rev, std::uint32_t limit) override {
    return log_.changes(channel, after_rev, limit);
  }
  Task<Result<Message>> message(ChannelId channel, MessageId id) override { return log_.message(channel, id); }
  Task<Result<std::uint64_t>> seq_at(ChannelId channel, MessageId id) override { return log_.seq_at(channel, id); }
  Task<Result<std::vector<Message>>> messages(ChannelId channel, std::vector<std::uint64_t> seqs) override {
    return log_.messages(channel, std::move(seqs));
  }
  std::atomic<bool> held = false;

 private:
  ChannelLog& log_;
};

// {"channel_id":…,"content":…}: sent as it is. With a gate that holds every answer back until it is opened.
class TestRequests final : public RequestHandler {
 public:
  explicit TestRequests(ChannelLog& log) : log_(log) {}
  Task<Result<Answer>> send_message(Principal who, Json frame) override {
    const auto d = *frame.root().member("d");
    const auto channel = parse_id<ChannelId>(d.member("channel_id")->string().value_or(""));
    if (!channel) co_return fail(ErrorCode::kUnknownChannel);
    SendMessage send;
    send.author = who.user;
    send.content = std::string(d.member("content")->string().value_or(""));
    auto applied = co_await log_.append(*channel, std::move(send));
    while (held.load()) co_await sleep_on(Core::current(), std::chrono::milliseconds(1));
    if (!applied) co_return fail(applied.error());
    const Message& message = *applied->message;
    co_return Answer{R"({"message":{"id":")" + to_string(message.id) + R"(","content":")" + message.content + R"("}})", *channel,
                     message.seq};
  }
  std::atomic<bool> held = false;

 private:
  ChannelLog& log_;
};

class TestPresence final : public PresenceListener {
 public:
  void connected(const SessionKey&, const Principal& who, DeviceKind) override { note("connected " + to_string(who.user)); }
  void seen(std::span<const Seen> sessions) override {
    for (const Seen& one : sessions) note("seen " + to_string(one.user));
  }
  void status(const SessionKey&, UserId user, bool away) override { note((away ? "away " : "online ") + to_string(user)); }
  void disconnected(const SessionKey&, UserId user, TimeMs, bool at_once) override {
    note((at_once ? "revoked " : "disconnected ") + to_string(user));
  }
  void watch(const SessionKey& session, UserId watcher, std::vector<UserId> users) override {
    const std::lock_guard lock(mutex_);
    notes_.push_back("watch " + to_string(watcher) + " " + std::to_string(users.size()));
    last_watcher_ = session;
  }
  std::vector<std::string> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  SessionKey last_watcher() const {
    const std::lock_guard lock(mutex_);
    return last_watcher_;
  }

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(what));
  }
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
  SessionKey last_watcher_;
};

class World;

// A client on one of the cores. What it is sent is taken by the kernel at once, unless it stops reading.
class TestClient final : public Sink {
 public:
  TestClient(World& world, unsigned core);
  ~TestClient();  // hangs up; not on a core

  // --- what the test does with it; any thread but a core ---
  void open();
  void say(const std::string& frame);
  void say_binary();
  void hang_up(std::uint16_t code = 1006);
  void stop_reading();
  void read_on();  // takes what is unsent, until nothing more comes
  void read_some();
  void touch();  // a sign of life, as a ping would be
  // Waits for the next frame that contains `part`, and answers it; those before it are passed over.
  std::string expect(const std::string& part);
  // Waits until everything that is under way has come, and answers what has come since the last expect().
  std::vector<std::string> rest();
  std::vector<std::string> all();
  std::uint16_t close_code();  // 0: open
  bool paused();
  std::string expect_close(std::uint16_t code);
  std::string identify(UserId user, const std::string& more = {});  // Hello, Identify, READY: answers READY

  // --- Sink ---
  void send(std::string_view prefix, net::SharedBuffer text) override;
  void replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) override;
  void drop_unsent() override;
  std::size_t unsent_bytes() const override { return unsent_; }
  void notify_drained(std::size_t unsent_bytes) override;
  void pause_reading() override { paused_ = true; }
  void resume_reading() override { paused_ = false; }
  void close(CloseReason reason) override;
  void move_to(Core& core, std::move_only_function<void()> arrived) override;
  SteadyTime last_received() const override { return last_received_; }

 private:
  struct Frame {
    std::string prefix;
    net::SharedBuffer text;
  };
  static constexpr unsigned kOnItsWay = ~0U;

  void on_core(std::function<void()> act);
  void drain();

  World& world_;
  std::atomic<unsigned> core_;  // or kOnItsWay, from one to another
  std::shared_ptr<Connection> connection_;
  std::vector<Frame> frames_;  // on its core
  std::size_t taken_ = 0;      // of frames_, by the kernel
  bool stopped_ = false;
  std::size_t unsent_ = 0;
  std::optional<std::size_t> notify_at_;
  bool paused_ = false;
  bool closed_ = false;  // the connection was told
  std::uint16_t code_ = 0;
  std::string reason_;
  SteadyTime last_received_;
  std::size_t next_ = 0;
};

class World final : private ChannelObserver {
 public:
  explicit World(const GatewayOptions& options = quiet());
  ~World() override;

  // The end, unless it came already: for those who stand on the gateway and must outlive the cores' last turns.
  void stop();
  // Limits as in the protocol; nothing is swept by itself.
  static GatewayOptions quiet();

  UserId user(const std::string& name);
  ChannelId group(std::vector<UserId> members);  // the first one makes it
  ChannelId direct(UserId from, UserId to);
  Result<Applied> apply(ChannelId channel, Command command);
  // The seq of the message.
  std::uint64_t send(ChannelId channel, UserId author, const std::string& content, MentionRequest mentions = {});
  MessageId message_at(ChannelId channel, std::uint64_t seq);
  Cursor cursor(ChannelId channel, UserId user);
  ChannelView view(ChannelId channel, UserId user);
  // Every core has handled what was posted before.
  void settle();
  void sweep();
  void revoke(UserId user, LoginId login);
  template <class T>
  T get(Task<T> task, unsigned core = 0);
  void run(Task<void> task, unsigned core = 0) { run_blocking(cores.at(core), std::move(task)); }

  // What the log tells is lost on the way.
  std::atomic<bool> deaf = false;

  TestClock clock;
  Cores cores;
  memory::MemoryAccountStore accounts;
  memory::MemoryChannelLog log;
  HeldLog held_log;  // as the gateway sees it
  auth::Profiles profiles;
  TestAuthenticator authenticator;
  TestRequests requests;
  TestPresence presence;
  Gateway gateway;

 private:
  void on_events(std::span<const Event> events) noexcept override {
    if (!deaf) gateway.on_events(events);
  }
  Task<void> withdraw(Event deletion) override { return gateway.withdraw(std::move(deletion)); }
  void on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now) noexcept override {
    if (!deaf) gateway.on_cursor(channel, user, before, now);
  }

  std::uint64_t next_id_ = 1'000'000;
  bool stopped_ = false;
};

inline constexpr std::chrono::seconds kPatience{10};

namespace internal {
template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  Task<T> owned = std::move(task);
  out.emplace(co_await std::move(owned));
}
inline Task<void> call(std::function<void()> act) {
  act();
  co_return;
}
}  // namespace internal

template <class T>
T World::get(Task<T> task, unsigned core) {
  std::optional<T> out;
  run_blocking(cores.at(core), internal::keep(std::move(task), out));
  return *std::move(out);
}

// --- TestClient ---

inline TestClient::TestClient(World& world, unsigned core) : world_(world), core_(core), last_received_(world.clock.steady_now()) {}

inline TestClient::~TestClient() {
  world_.settle();
  on_core([this] {
    if (connection_ != nullptr && !std::exchange(closed_, true)) connection_->on_closed(1006);
  });
  world_.settle();
}

inline void TestClient::on_core(std::function<void()> act) {
  for (;;) {
    const unsigned core = core_;
    if (core == kOnItsWay) {
      std::this_thread::yield();
      continue;
    }
    bool done = false;
    auto task = [&] {
      if (core != core_) return;  // it moved meanwhile
      act();
      done = true;
    };
    run_blocking(world_.cores.at(core), internal::call(task));
    if (done) return;
  }
}

inline void TestClient::open() {
  on_core([this] {
    connection_ = std::make_shared<Connection>(world_.gateway.floor(), *this);
    connection_->open();
  });
}

inline void TestClient::touch() {
  on_core([this] { last_received_ = world_.clock.steady_now(); });
}

inline void TestClient::say(const std::string& frame) {
  for (const auto until = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < until;) {
    bool taken = false;
    on_core([&] {
      if (paused_ && code_ == 0) return;
      taken = true;
      last_received_ = world_.clock.steady_now();
      connection_->on_text(frame);
    });
    if (taken) return;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "reading stands still";
}

inline void TestClient::say_binary() {
  on_core([this] { connection_->on_binary(); });
}

inline void TestClient::hang_up(std::uint16_t code) {
  on_core([this, code] {
    if (!std::exchange(closed_, true)) connection_->on_closed(code);
  });
}

inline void TestClient::send(std::string_view prefix, net::SharedBuffer text) {
  if (code_ != 0) return;
  frames_.push_back({std::string(prefix), std::move(text)});
  if (stopped_) {
    unsent_ += prefix.size() + frames_.back().text.size();
  } else {
    taken_ = frames_.size();
  }
}

inline void TestClient::replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) {
  for (std::size_t i = taken_; i < frames_.size(); ++i) {
    if (frames_[i].text.same(old)) frames_[i].text = fresh;
  }
}

inline void TestClient::drop_unsent() {
  if (code_ != 0) return;
  frames_.resize(taken_);
  unsent_ = 0;
}

inline void TestClient::notify_drained(std::size_t unsent_bytes) {
  notify_at_ = unsent_bytes;
  if (unsent_ <= unsent_bytes) Core::current().post_function([this] { drain(); });
}

inline void TestClient::drain() {
  if (!notify_at_ || unsent_ > *notify_at_ || connection_ == nullptr) return;
  notify_at_.reset();
  connection_->on_drained();
}

inline void TestClient::stop_reading() {
  on_core([this] { stopped_ = true; });
}

inline void TestClient::read_some() {
  on_core([this] {
    taken_ = frames_.size();
    unsent_ = 0;
    drain();
  });
}

inline void TestClient::read_on() {
  on_core([this] { stopped_ = false; });
  read_some();
}

inline void TestClient::close(CloseReason reason) {
  if (code_ != 0) return;
  code_ = reason.code;
  reason_ = std::string(reason.words);
  Core::current().post_function([this] {
    if (!std::exchange(closed_, true)) connection_->on_closed(code_);
  });
}

inline void TestClient::move_to(Core& core, std::move_only_function<void()> arrived) {
  core_ = kOnItsWay;
  core.post_function([this, &core, arrived = std::move(arrived)]() mutable {
    core_ = core.index();
    arrived();
  });
}

inline std::string TestClient::expect(const std::string& part) {
  std::string found;
  for (const auto until = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < until;) {
    on_core([&] {
      while (next_ < taken_ && found.empty()) {
        const Frame& frame = frames_[next_++];
        std::string text = frame.prefix + std::string(frame.text.view());
        if (text.find(part) != std::string::npos) found = std::move(text);
      }
    });
    if (!found.empty()) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::string came;
  for (const std::string& frame : all()) came += "\n  " + frame;
  ADD_FAILURE() << "never came: " << part << "; came:" << came;
  return {};
}

inline std::vector<std::string> TestClient::rest() {
  world_.settle();
  std::vector<std::string> rest;
  on_core([&] {
    for (; next_ < taken_; ++next_) rest.push_back(frames_[next_].prefix + std::string(frames_[next_].text.view()));
  });
  return rest;
}

inline std::vector<std::string> TestClient::all() {
  std::vector<std::string> all;
  on_core([&] {
    for (const Frame& frame : frames_) all.push_back(frame.prefix + std::string(frame.text.view()));
  });
  return all;
}

inline std::uint16_t TestClient::close_code() {
  std::uint16_t code = 0;
  on_core([&] { code = code_; });
  return code;
}

inline bool TestClient::paused() {
  bool paused = false;
  on_core([&] { paused = paused_; });
  return paused;
}

inline std::string TestClient::expect_close(std::uint16_t code) {
  for (const auto until = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < until;) {
    if (close_code() != 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(close_code(), code);
  std::string reason;
  on_core([&] { reason = reason_; });
  EXPECT_FALSE(reason.empty());
  return reason;
}

inline std::string TestClient::identify(UserId user, const std::string& more) {
  open();
  say(R"({"op":2,"d":{"token":")" + to_string(user) + R"(","device":{"id":"d","kind":"web"})" + more + "}}");
  return expect(R"("t":"READY")");
}

// --- World ---

inline GatewayOptions World::quiet() {
  GatewayOptions options;
  options.epoch = "e1";
  options.sweep_interval = std::chrono::hours(10);
  return options;
}

inline World::World(const GatewayOptions& options)
    : cores(2, clock),
      log(cores, fold::Limits{.group_members = 10'000}),
      held_log(log),
      profiles(cores, accounts),
      requests(log),
      gateway(cores, options, {held_log, log, log, authenticator, profiles, requests, presence, system_random()}) {
  log.observe(*this);
  cores.start();
  gateway.start();
}

inline World::~World() { stop(); }

inline void World::stop() {
  if (std::exchange(stopped_, true)) return;
  gateway.stop();
  cores.stop();
}

inline UserId World::user(const std::string& name) {
  Account account;
  account.id = UserId(++next_id_);
  account.username = account.display_name = name;
  EXPECT_TRUE(get(accounts.create_account(account)));
  return account.id;
}

inline Result<Applied> World::apply(ChannelId channel, Command command) { return get(log.append(channel, std::move(command))); }

inline ChannelId World::group(std::vector<UserId> members) {
  CreateChannel create;
  create.type = ChannelType::kGroup;
  create.creator = members.front();
  std::ranges::sort(members);
  create.members = members;
  const ChannelId id(++next_id_);
  EXPECT_TRUE(apply(id, create));
  return id;
}

inline ChannelId World::direct(UserId from, UserId to) {
  CreateChannel create;
  create.type = ChannelType::kDirect;
  create.creator = from;
  create.members = {std::min(from, to), std::max(from, to)};
  const ChannelId id(++next_id_);
  EXPECT_TRUE(apply(id, create));
  return id;
}

inline std::uint64_t World::send(ChannelId channel, UserId author, const std::string& content, MentionRequest mentions) {
  SendMessage command;
  command.author = author;
  command.content = content;
  command.mentions = std::move(mentions);
  auto applied = apply(channel, std::move(command));
  EXPECT_TRUE(applied);
  return applied ? applied->message->seq : 0;
}

inline MessageId World::message_at(ChannelId channel, std::uint64_t seq) {
  auto found = get(log.messages(channel, {seq}));
  EXPECT_TRUE(found && found->size() == 1);
  return found->front().id;
}

inline ChannelView World::view(ChannelId channel, UserId user) { return *get(log.view(channel, user)); }
inline Cursor World::cursor(ChannelId channel, UserId user) { return view(channel, user).read.cursor; }

inline void World::settle() {
  for (int round = 0; round < 20; ++round) {
    for (unsigned core = 0; core < cores.size(); ++core) run_blocking(cores.at(core), internal::call([] {}));
  }
}

inline void World::sweep() {
  for (unsigned core = 0; core < cores.size(); ++core) {
    run_blocking(cores.at(core), internal::call([this] { gateway.floor().sweep(clock.steady_now()); }));
  }
  settle();
}

inline void World::revoke(UserId user, LoginId login) {
  for (unsigned core = 0; core < cores.size(); ++core)
    run_blocking(cores.at(core), internal::call([&] { gateway.revoke_here(user, login); }));
}

}  // namespace rookery::gateway
