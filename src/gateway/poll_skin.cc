#include "gateway/poll_skin.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/json_writer.h"
#include "base/mutant.h"
#include "gateway/floor.h"
#include "gateway/poll_desk.h"
#include "gateway/texts.h"
#include "net/websocket.h"

namespace rookery::gateway {
namespace {

constexpr CloseReason kTooLarge{net::kCloseTooLarge, "The frame is too large"};

std::string ack_frame(std::uint64_t s) { return R"({"op":66,"d":)" + std::to_string(s) + "}"; }

// After these nothing more is said, not even what was ready to be.
bool says_no_more(CloseReason reason) { return reason == close_codes::kRevoked || reason == close_codes::kTooSlow; }

}  // namespace

std::string poll_answer(std::string_view session_id, std::uint64_t n, std::string_view frames, const std::optional<CloseReason>& close) {
  std::string text;
  text.reserve(frames.size() + 160);
  JsonWriter json(text);
  json.begin_object();
  json.key("session_id").string(session_id);
  json.key("n").number(n);
  json.key("frames").begin_array();
  if (!frames.empty()) json.raw(frames);
  json.end_array();
  if (close) {
    json.key("close").begin_object();
    json.key("code").number(close->code);
    json.key("reason").string(close->words);
    json.end_object();
  }
  json.end_object();
  return text;
}

std::string unknown_session_answer(std::string_view session_id, std::uint64_t n) {
  return poll_answer(session_id, n, invalid_session_frame(), std::nullopt);
}

PollSkin::PollSkin(PollDesk& desk, const Principal& who, PollCall first, PollAnswer answer)
    : desk_(&desk), who_(who), n_(first.n), received_(desk.floor().now()) {
  take_frames(std::move(first.frames));
  hold(std::move(answer), received_ + first.timeout);
}

PollSkin::~PollSkin() = default;

std::string PollSkin::session_name() const { return key_ ? session_id(desk_->floor().options().node, *key_) : std::string(); }

// --- calls ---

void PollSkin::take_frames(std::vector<std::string> frames) {
  for (std::string& frame : frames) {
    frames_bytes_ += frame.size();
    frames_.push_back(std::move(frame));
  }
}

void PollSkin::call(PollCall call, PollAnswer answer) {
  received_ = desk_->floor().now();
  if (call.n == n_ && !held_)
    return answer(poll_answer(session_name(), n_, mutant_is(Mutant::kPollDropsAnswer) ? std::string() : kept_.text(), close_));
  if (call.n == before_.n) return answer(poll_answer(session_name(), before_.n, before_.text(), std::nullopt));
  if (call.n == n_) {
    hold(std::move(answer), received_ + call.timeout);
    return desk_->wake(*this);
  }
  if (call.n != n_ + 1)
    return answer(fail(Error::invalid("n", "must be " + std::to_string(n_ + 1) + ", or " + std::to_string(n_) + " again")));
  if (!frames_.empty()) {
    std::size_t bytes = frames_bytes_;
    for (const std::string& frame : call.frames) bytes += frame.size();
    if (bytes > kPollWaitingBytesMax) return answer(fail(Error::retry(ErrorCode::kUnavailable, 1, "Too many frames are waiting")));
  }
  // A newer call ends the older one.
  if (held_) {
    kept_ = Kept{.n = n_};
    release_held(poll_answer(session_name(), n_, {}, std::nullopt));
  }
  keep_for(call);
  n_ = call.n;
  hold(std::move(answer), received_ + call.timeout);
  if (!close_ && call.s) frames_.push_back(ack_frame(*call.s));
  if (!close_) take_frames(std::move(call.frames));
  desk_->wake(*this);
}

void PollSkin::hold(PollAnswer answer, SteadyTime until) {
  if (!held_) held_.emplace();
  held_->until = until;
  auto& answers = held_->answers;
  if (answers.size() == kPollRepeatsMax) {
    PollAnswer oldest = std::move(answers.front());
    answers.erase(answers.begin());
    oldest(fail(Error::retry(ErrorCode::kUnavailable, 1, "The call was made too often")));
  }
  answers.push_back(std::move(answer));
}

void PollSkin::release_held(const std::string& text) {
  std::vector<PollAnswer> answers = std::move(held_->answers);
  held_.reset();
  for (PollAnswer& answer : answers) answer(text);
}

// What the next call acknowledges has arrived. Otherwise it was made before the client knew the answer, which may be on its
// way still, or lost.
void PollSkin::keep_for(const PollCall& next) {
  const bool arrived = kept_.last_s != 0 && next.s && *next.s >= kept_.last_s;
  if (arrived && n_ % 8 == 0 && mutant_is(Mutant::kPollRepeatsFrame)) {
    outbox_bytes_ += kept_.frames.back().size();
    outbox_.push_front(kept_.frames.back());
  }
  before_ = arrived || kept_.bytes > kPollBeforeBytes ? Kept() : std::move(kept_);
  kept_ = Kept();
}

void PollSkin::Kept::push(Frame frame) {
  constexpr std::string_view kDispatch = R"({"op":0,"s":)";
  if (frame.prefix.starts_with(kDispatch)) {
    const char* end = frame.prefix.data() + frame.prefix.size();
    std::from_chars(frame.prefix.data() + kDispatch.size(), end, last_s);
  }
  bytes += frame.size();
  frames.push_back(std::move(frame));
}

std::string PollSkin::Kept::text() const {
  std::string text;
  text.reserve(bytes + frames.size());
  for (const Frame& frame : frames) {
    if (!text.empty()) text += ',';
    text.append(frame.prefix).append(frame.rest.view());
  }
  return text;
}

// --- what is due ---

PollSkin::Verdict PollSkin::step() {
  if (connection_ == nullptr && !close_ && !refused_) {
    connection_ = std::make_shared<Connection>(desk_->floor(), *this, who_.login);
    connection_->open();
  }
  deliver_frames();
  if (move_) return Verdict::kMove;
  if (!close_ && !refused_) {
    begin_session();
    heed_slowness();
  }
  if (connection_ != nullptr && drain_at_ && unsent_bytes() <= *drain_at_) {
    drain_at_.reset();
    connection_->on_drained();
  }
  if (due()) answer_held();
  if (close_ && connection_ != nullptr) {
    end_connection(close_->code);
    over_at_ = desk_->floor().now() + desk_->floor().options().session_ttl;
  }
  if (refused_ || (close_ && !held_ && (!key_ || displaced_ || desk_->floor().now() >= over_at_))) return Verdict::kOver;
  schedule();
  return Verdict::kStay;
}

void PollSkin::deliver_frames() {
  while (!frames_.empty() && !paused_ && !close_) {
    const std::string frame = std::move(frames_.front());
    frames_.pop_front();
    frames_bytes_ = frames_.empty() ? 0 : frames_bytes_ - std::min(frames_bytes_, frame.size());
    if (frame.size() > desk_->floor().options().limits.frame_bytes) {
      connection_->close(kTooLarge);
    } else {
      connection_->on_text(frame);
    }
  }
}

// Whether the first call made a session of it: known when its frames are done.
void PollSkin::begin_session() {
  if (key_ || paused_) return;
  if (const auto& session = connection_->session(); session != nullptr) {
    key_ = session->key();
    desk_->enter(*this);
  } else if (frames_.empty() && tried_) {
    refused_ = true;
    if (due()) answer_held();
    end_connection(net::kCloseNormal);
  } else if (frames_.empty()) {
    connection_->close(close_codes::kNotIdentified);
  }
}

void PollSkin::heed_slowness() {
  if (outbox_bytes_ < kPollUnsentSlow) {
    slow_since_ = SteadyTime::max();
  } else if (slow_since_ == SteadyTime::max()) {
    slow_since_ = desk_->floor().now();
  } else if (desk_->floor().now() - slow_since_ >= desk_->floor().options().slow_for) {
    connection_->close(close_codes::kTooSlow);
  }
}

bool PollSkin::due() const {
  if (!held_) return false;
  if (close_ || refused_) return true;
  return key_ && (!outbox_.empty() || desk_->floor().now() >= held_->until);
}

void PollSkin::answer_held() {
  kept_ = Kept{.n = n_};
  while (!outbox_.empty() && kept_.bytes < kPollAnswerBytes) {
    outbox_bytes_ -= outbox_.front().size();
    kept_.push(std::move(outbox_.front()));
    outbox_.pop_front();
  }
  release_held(poll_answer(session_name(), n_, kept_.text(), close_));
}

// Nothing replaces what a deletion takes away in a connection that is over: so nothing is kept of it. What was dispatched
// is the session's, and comes again with a Resume.
void PollSkin::end_connection(std::uint16_t code) {
  connection_->on_closed(code);
  connection_.reset();
  frames_.clear();
  frames_bytes_ = 0;
  drop_unsent();
}

void PollSkin::schedule() {
  SteadyTime next = over_at_;
  if (held_ && key_) next = std::min(next, held_->until);
  if (slow_since_ != SteadyTime::max()) next = std::min(next, slow_since_ + desk_->floor().options().slow_for);
  desk_->schedule(*this, next);
}

void PollSkin::stop() {
  if (connection_ != nullptr) {
    connection_->close(close_codes::kGoingAway);
  } else if (!close_) {
    close_ = close_codes::kGoingAway;
  }
  if (held_) answer_held();
  if (connection_ != nullptr) end_connection(close_->code);
}

// --- Sink ---

void PollSkin::send(std::string_view prefix, net::SharedBuffer rest) {
  if (close_) return;
  outbox_.push_back(Frame{std::string(prefix), std::move(rest)});
  outbox_bytes_ += outbox_.back().size();
  if (outbox_bytes_ >= kPollUnsentMax) return connection_->close(close_codes::kTooSlow);
  if (held_ || (outbox_bytes_ >= kPollUnsentSlow && slow_since_ == SteadyTime::max())) desk_->wake(*this);
}

void PollSkin::replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) {
  const auto heed = [&old, &fresh](Frame& frame, std::size_t& bytes) {
    if (!frame.rest.same(old)) return;
    bytes -= frame.rest.size();
    bytes += fresh.size();
    frame.rest = fresh;
  };
  for (Frame& frame : outbox_) heed(frame, outbox_bytes_);
  for (Frame& frame : kept_.frames) heed(frame, kept_.bytes);
  for (Frame& frame : before_.frames) heed(frame, before_.bytes);
}

void PollSkin::drop_unsent() {
  outbox_.clear();
  outbox_bytes_ = 0;
  kept_ = Kept{.n = n_};
  before_ = Kept();
}

void PollSkin::notify_drained(std::size_t unsent_bytes) {
  drain_at_ = unsent_bytes;
  if (this->unsent_bytes() <= unsent_bytes) desk_->wake(*this);
}

void PollSkin::pause_reading() {
  paused_ = true;
  tried_ = true;
}

void PollSkin::resume_reading() {
  paused_ = false;
  desk_->wake(*this);
}

void PollSkin::close(CloseReason reason) {
  if (close_) return;
  close_ = reason;
  if (says_no_more(reason)) drop_unsent();
  desk_->wake(*this);
}

void PollSkin::move_to(Core& core, std::move_only_function<void()> arrived) {
  // Not now: this is called from within step().
  move_.emplace(&core, std::move(arrived));
  desk_->wake(*this);
}

}  // namespace rookery::gateway
