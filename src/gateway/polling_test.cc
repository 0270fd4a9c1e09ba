#include "gateway/polling.h"

#include <atomic>

#include "tests/gateway/world.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An answer that comes later, to be waited for.
class Waiting {
 public:
  PollAnswer taker() {
    return [state = state_](Result<std::string> answer) {
      state->answer = std::move(answer);
      state->there = true;
    };
  }
  bool there() const { return state_->there; }
  // Waits for it; the error's code in its place when it was refused.
  std::string text() const {
    for (const auto until = std::chrono::steady_clock::now() + kPatience; !there() && std::chrono::steady_clock::now() < until;)
      std::this_thread::sleep_for(milliseconds(1));
    EXPECT_TRUE(there());
    if (!there()) return {};
    const Result<std::string>& answer = *state_->answer;
    return answer ? *answer : "refused " + std::to_string(error_info(answer.error().code).number);
  }

 private:
  struct State {
    std::optional<Result<std::string>> answer;
    std::atomic<bool> there = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// A client that polls, on a core of the test's choosing.
class PollClient {
 public:
  PollClient(World& world, Polling& polling, UserId user) : world_(world), polling_(polling), who_{user, LoginId(1), false} {}

  Waiting call(std::uint64_t n, std::vector<std::string> frames = {}, milliseconds timeout = seconds(20), unsigned core = 0,
               std::optional<std::uint64_t> s = {}) {
    Waiting waiting;
    PollCall call;
    if (n > 1) call.session_id = session_;
    call.n = n;
    call.s = s;
    call.frames = std::move(frames);
    call.timeout = timeout;
    world_.run(start(polling_, who_, std::move(call), waiting.taker()), core);
    world_.settle();
    return waiting;
  }
  std::string identify(unsigned core = 0) {
    const std::string id = to_string(who_.user);
    const std::string text =
        call(1, {R"({"op":2,"d":{"token":")" + id + R"(","device":{"id":"d","kind":"web"}}})"}, seconds(20), core).text();
    session_ = field(text, "session_id");
    return text;
  }
  Waiting resume(const std::string& session, std::uint64_t s, unsigned core = 0) {
    session_ = session;
    return call(
        1, {R"({"op":6,"d":{"token":")" + to_string(who_.user) + R"(","session_id":")" + session + R"(","s":)" + std::to_string(s) + "}}"},
        seconds(20), core);
  }
  // Calls on until nothing more comes at once.
  std::uint64_t quiet(std::uint64_t n) {
    while (has(call(n, {}, milliseconds(0)).text(), "\"op\"")) ++n;
    return n + 1;
  }
  const std::string& session() const { return session_; }

 private:
  static Task<void> start(Polling& polling, Principal who, PollCall call, PollAnswer answer) {
    polling.serve(who, std::move(call), std::move(answer));
    co_return;
  }
  World& world_;
  Polling& polling_;
  Principal who_;
  std::string session_;
};

class PollingTest : public testing::Test {
 protected:
  explicit PollingTest(const GatewayOptions& options = World::quiet()) : world(options), polling(world.cores, world.gateway) {}
  ~PollingTest() override {
    polling.stop();
    world.stop();
  }

  // Ann's client; answers the `n` of its next call, which is the first one that is held.
  std::uint64_t enter() {
    client.identify();
    return client.quiet(2);
  }
  std::size_t skins() {
    std::size_t count = 0;
    for (unsigned core = 0; core < world.cores.size(); ++core) world.run(internal::call([&] { count += polling.desk(core).size(); }), core);
    return count;
  }
  void pass(milliseconds time) {
    world.clock.advance(time);
    world.sweep();
    for (unsigned core = 0; core < world.cores.size(); ++core)
      world.run(internal::call([&] { polling.desk(core).sweep(world.clock.steady_now()); }), core);
    world.settle();
  }

  World world;
  Polling polling;
  const UserId ann = world.user("ann");
  const UserId ben = world.user("ben");
  const ChannelId channel = world.group({ann, ben});
  PollClient client{world, polling, ann};
};

TEST_F(PollingTest, TheFirstCallIsAnsweredWithHelloAndReady) {
  const std::string text = client.identify();
  EXPECT_TRUE(text.starts_with(R"({"session_id":")" + client.session() + R"(","n":1,"frames":[{"op":10,)")) << text;
  EXPECT_TRUE(has(text, R"("t":"READY")")) << text;
  EXPECT_FALSE(client.session().empty());
}

TEST_F(PollingTest, ACallIsHeldUntilSomethingHappens) {
  const std::uint64_t n = enter();
  Waiting held = client.call(n);
  EXPECT_FALSE(held.there());
  world.send(channel, ben, "hi");
  EXPECT_TRUE(has(held.text(), R"("t":"MESSAGE_CREATE")")) << held.text();
}

TEST_F(PollingTest, AHeldCallIsAnsweredEmptyWhenItsTimeIsUp) {
  client.identify();
  Waiting held = client.call(2, {}, milliseconds(20'000));
  pass(milliseconds(19'999));
  EXPECT_FALSE(held.there());
  pass(milliseconds(1));
  EXPECT_EQ(held.text(), R"({"session_id":")" + client.session() + R"(","n":2,"frames":[]})");
}

TEST_F(PollingTest, AnAnswerIsKeptUntilTheNextNAndItsFramesAreDoneOnce) {
  client.identify();
  const std::vector<std::string> sending{request(1, channel, "once")};
  const std::string first = client.call(2, sending).text();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call(2, sending).text(), first);
  EXPECT_EQ(world.view(channel, ann).state.last_seq, 1U);
  client.quiet(3);
  EXPECT_EQ(client.call(2, sending).text(), "refused 50035");
}

TEST_F(PollingTest, AGapIsRefusedAndNothingOfItIsDone) {
  client.identify();
  EXPECT_EQ(client.call(3, {request(1, channel, "x")}).text(), "refused 50035");
  EXPECT_EQ(world.view(channel, ann).state.last_seq, 0U);
  EXPECT_TRUE(has(client.call(2, {}, milliseconds(0)).text(), R"("n":2)"));
}

TEST_F(PollingTest, ANewerCallEndsTheOlderOneEmptyAndARepeatedOneIsAnsweredAlike) {
  const std::uint64_t n = enter();
  Waiting older = client.call(n);
  Waiting newer = client.call(n + 1);
  EXPECT_TRUE(has(older.text(), R"("frames":[]})"));
  Waiting again = client.call(n + 1);
  world.send(channel, ben, "hi");
  EXPECT_TRUE(has(newer.text(), "MESSAGE_CREATE"));
  EXPECT_EQ(again.text(), newer.text());
}

TEST_F(PollingTest, TheAnswerBeforeIsKeptWhileTheNextCallDoesNotAcknowledgeIt) {
  const std::uint64_t n = enter();
  Waiting held = client.call(n);
  world.send(channel, ben, "secret");
  const std::string first = held.text();
  client.call(n + 1, {}, milliseconds(0), 0, 1).text();
  EXPECT_EQ(client.call(n).text(), first);
  ASSERT_TRUE(world.apply(channel, DeleteMessage{ben, world.message_at(channel, 1)}));
  EXPECT_FALSE(has(client.call(n).text(), "secret"));
  client.call(n + 2, {}, milliseconds(0), 0, 1).text();
  EXPECT_EQ(client.call(n).text(), "refused 50035");
  client.call(n + 3, {}, milliseconds(0), 0, 3).text();
  EXPECT_EQ(client.call(n + 2).text(), "refused 50035") << "acknowledged";
}

TEST_F(PollingTest, OfManyRepeatsTheOldestIsRefused) {
  client.identify();
  Waiting oldest = client.call(2);
  Waiting second = client.call(2);
  for (std::size_t i = 2; i < kPollRepeatsMax + 1; ++i) client.call(2);
  EXPECT_EQ(oldest.text(), "refused 50300");
  EXPECT_FALSE(second.there());
}

TEST_F(PollingTest, SAcknowledges) {
  const std::uint64_t n = enter();
  Waiting held = client.call(n);
  world.send(channel, ben, "hi");
  held.text();
  client.call(n + 1, {}, milliseconds(0), 0, 2).text();
  EXPECT_EQ(world.cursor(channel, ann).delivered_seq, 1U);
  EXPECT_TRUE(has(client.call(n + 2, {}, milliseconds(0), 0, 999).text(), R"("close":{"code":4007,)"));
}

TEST_F(PollingTest, WhatWasAcknowledgedIsNotSentAgain) {
  constexpr std::string_view kDispatch = R"("op":0,"s":)";
  std::uint64_t s = 0;
  const auto take = [&](const std::string& text) {
    for (std::size_t at = 0; (at = text.find(kDispatch, at)) != std::string::npos;) {
      at += kDispatch.size();
      EXPECT_EQ(std::stoull(text.substr(at)), ++s) << text;
    }
  };
  take(client.identify());
  for (std::uint64_t n = 2; n < 30; ++n) {
    world.send(channel, ben, "hi");
    take(client.call(n, {}, milliseconds(0), 0, s).text());
  }
  EXPECT_GE(s, 28U);
}

TEST_F(PollingTest, ADeletionReachesWhatIsKeptAndWhatWaits) {
  const std::uint64_t n = enter();
  Waiting held = client.call(n);
  world.send(channel, ben, "first secret");
  EXPECT_TRUE(has(held.text(), "first secret"));
  world.send(channel, ben, "second secret");
  for (const std::uint64_t seq : {1, 2}) ASSERT_TRUE(world.apply(channel, DeleteMessage{ben, world.message_at(channel, seq)}));
  const std::string again = client.call(n).text();
  EXPECT_TRUE(has(again, "MESSAGE_CREATE") && has(again, R"("deleted":true)") && !has(again, "secret")) << again;
  const std::string next = client.call(n + 1).text();
  EXPECT_TRUE(has(next, "MESSAGE_CREATE") && !has(next, "secret")) << next;
}

TEST_F(PollingTest, FramesWaitWhile32RequestsAreUnansweredAndThoseAreBounded) {
  std::uint64_t n = enter();
  world.requests.held = true;
  std::vector<std::string> frames;
  for (int i = 1; i <= 50; ++i) frames.push_back(request(i, channel, "m" + std::to_string(i)));
  std::string got = client.call(n++, frames, milliseconds(0)).text();
  const std::vector<std::string> large(2, request(51, channel, std::string(60'000, 'x')));
  for (int i = 0; i < 2; ++i) got += client.call(n++, large, milliseconds(0)).text();
  EXPECT_EQ(client.call(n, large, milliseconds(0)).text(), "refused 50300");
  world.requests.held = false;
  while (!has(got, R"({"op":65,"i":50,)")) got += client.call(n++, {}, milliseconds(500)).text();
  for (int i = 1; i <= 50; ++i) {
    EXPECT_TRUE(has(got, R"("content":"m)" + std::to_string(i) + "\"")) << i;
  }
}

TEST_F(PollingTest, SilenceFor60SecondsIs4009AndAnyCallCounts) {
  client.identify();
  pass(seconds(59));
  client.call(2, {}, milliseconds(0)).text();
  pass(milliseconds(59'999));
  EXPECT_FALSE(has(client.call(2).text(), "close")) << "and one made again";
  pass(milliseconds(60'000));
  EXPECT_TRUE(has(client.call(3).text(), R"("frames":[],"close":{"code":4009,)"));
}

TEST_F(PollingTest, WhoLeaves256KibFor10SecondsIs4100AndWhoComesIsNot) {
  PollClient slow(world, polling, ann);
  PollClient quick(world, polling, ann);
  slow.identify();
  quick.identify(1);
  std::uint64_t n = 2;
  for (int i = 0; i < 90; ++i) world.send(channel, ben, std::string(3900, 'x'));
  pass(milliseconds(9'999));
  for (int i = 0; i < 4; ++i) quick.call(n++, {}, milliseconds(0)).text();
  pass(milliseconds(1));
  EXPECT_TRUE(has(slow.call(2).text(), R"("frames":[],"close":{"code":4100,)"));
  EXPECT_FALSE(has(quick.call(n, {}, milliseconds(0)).text(), "close"));
}

TEST_F(PollingTest, AMebibyteIs4100AtOnce) {
  client.identify();
  for (int i = 0; i < 280; ++i) world.send(channel, ben, std::string(3900, 'x'));
  EXPECT_TRUE(has(client.call(2).text(), R"("frames":[],"close":{"code":4100,)"));
}

TEST_F(PollingTest, AnAnswerTakesNoMoreThan128KibAndTheFrameThatPassedThem) {
  std::uint64_t n = enter();
  for (int i = 0; i < 100; ++i) world.send(channel, ben, std::string(3900, 'x'));
  std::size_t messages = 0;
  while (messages < 100) {
    const std::string text = client.call(n++).text();
    EXPECT_LT(text.size(), kPollAnswerBytes + 5'000);
    for (std::size_t at = text.find("MESSAGE_CREATE"); at != std::string::npos; at = text.find("MESSAGE_CREATE", at + 1)) ++messages;
  }
  EXPECT_EQ(messages, 100U);
}

TEST_F(PollingTest, AResumeMovesTheCallToTheSessionsCoreAndEndsTheOlderPoll) {
  PollClient old(world, polling, ann);
  old.identify(1);
  Waiting held = old.call(2, {}, seconds(20), 0);
  PollClient fresh(world, polling, ann);
  const std::string resumed = fresh.resume(old.session(), 1, 0).text();
  EXPECT_TRUE(has(resumed, R"("t":"RESUMED")")) << resumed;
  EXPECT_TRUE(has(held.text(), R"("close":{"code":4103,)"));
  EXPECT_EQ(skins(), 1U) << "nobody finds the older one any more";
  EXPECT_TRUE(has(fresh.call(2, {}, milliseconds(0), 0).text(), R"("n":2)"));
  EXPECT_TRUE(has(fresh.call(3, {}, milliseconds(0), 1).text(), R"("n":3)"));
}

TEST_F(PollingTest, ASocketTakesTheSessionOverAndGivesItBack) {
  PollClient poll(world, polling, ann);
  poll.identify(1);
  TestClient socket(world, 0);
  socket.open();
  socket.say(R"({"op":6,"d":{"token":")" + to_string(ann) + R"(","session_id":")" + poll.session() + R"(","s":1}})");
  socket.expect("RESUMED");
  EXPECT_TRUE(has(poll.call(2).text(), R"("close":{"code":4103,)")) << "also when no call was held";
  PollClient again(world, polling, ann);
  EXPECT_TRUE(has(again.resume(poll.session(), 2).text(), "RESUMED"));
  socket.expect_close(4103);
}

TEST_F(PollingTest, ARevocationEndsTheHeldCallAndSaysNothingElse) {
  client.identify();
  Waiting held = client.call(2);
  world.revoke(ann, LoginId(1));
  EXPECT_EQ(held.text(),
            R"({"session_id":")" + client.session() + R"(","n":2,"frames":[],"close":{"code":4102,"reason":"The login was revoked"}})");
}

TEST_F(PollingTest, AClosedPollIsForgottenAfterTheSessionsTime) {
  client.identify();
  EXPECT_TRUE(has(client.call(2, {R"({"op":99})"}).text(), R"("code":4001)"));
  EXPECT_TRUE(has(client.call(2).text(), R"("code":4001)"));
  EXPECT_EQ(skins(), 1U);
  pass(seconds(300));
  EXPECT_EQ(skins(), 0U);
  EXPECT_TRUE(has(client.call(3).text(), R"({"op":9,)"));
}

TEST_F(PollingTest, AFirstCallWithoutASessionLeavesNothingBehind) {
  EXPECT_TRUE(has(client.call(1).text(), R"("close":{"code":4003,)"));
  EXPECT_TRUE(has(client.resume("AAAAAAECAwQFBgcICQoLDA0ODxA", 1).text(), R"({"op":9,)"));
  EXPECT_TRUE(has(client.call(1, {R"({"op":2,"d":{"token":"x","device":{"id":"d","kind":"web"}}})"}).text(), R"("code":4004)"));
  EXPECT_TRUE(has(client.call(1, {R"({"op":2,"d":{"token":"1/7","device":{"id":"d","kind":"web"}}})"}).text(), R"("code":4004)"))
      << "a token of another login than the call's";
  world.settle();
  EXPECT_EQ(skins(), 0U);
}

TEST_F(PollingTest, StoppingAnswersWhatIsHeldAndTakesNoMore) {
  client.identify();
  Waiting held = client.call(2);
  polling.stop();
  EXPECT_TRUE(has(held.text(), R"("close":{"code":4101,)"));
  EXPECT_EQ(client.call(3).text(), "refused 50300");
  EXPECT_EQ(client.call(1).text(), "refused 50300");
}

TEST_F(PollingTest, DrainingAnswersWhatIsHeldWithReconnect) {
  client.identify();
  Waiting held = client.call(2);
  world.gateway.drain(milliseconds(50));
  EXPECT_TRUE(has(held.text(), R"({"op":7,"d":{"after_ms":)"));
}

// --- the body of a call ---

Result<PollCall> parse(const std::string& text) {
  const auto body = Json::parse_object(text, kJsonDepthMax + kPollNesting);
  return parse_poll(body->root());
}

TEST(PollCall, FramesKeepTheirText) {
  const auto call =
      parse(R"({"n":1,"timeout_ms":0,"frames":[{"op":66.0,"a":[1,-2,2.5,1e30,null,true],"b":{"c":"\"ä\u0000\n"}},{ "op" : 1 }]})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->frames,
            (std::vector<std::string>{"{\"op\":66.0,\"a\":[1,-2,2.5,1e+30,null,true],\"b\":{\"c\":\"\\\"ä\\u0000\\n\"}}", R"({"op":1})"}));
}

TEST(PollCall, NamesEveryFieldThatIsWrong) {
  const auto call = parse(R"({"session_id":1,"n":0,"s":-1,"timeout_ms":25001,"frames":[[]]})");
  ASSERT_FALSE(call);
  std::vector<std::string> fields;
  for (const FieldError& one : call.error().fields) fields.push_back(one.path);
  std::ranges::sort(fields);
  EXPECT_EQ(fields, (std::vector<std::string>{"frames.0", "n", "s", "session_id", "timeout_ms"}));
}

TEST(PollCall, WithoutASessionItIsTheFirst) {
  EXPECT_FALSE(parse(R"({"n":2,"timeout_ms":0,"frames":[]})"));
  EXPECT_TRUE(parse(R"({"n":2,"timeout_ms":25000,"frames":[],"session_id":"x","s":null})"));
}

}  // namespace
}  // namespace rookery::gateway
