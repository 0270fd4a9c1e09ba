#include "gateway/catch_up.h"

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

constexpr std::uint32_t kPage = 50;
constexpr std::size_t kTasksMax = 1'000'000;
// A job that stands still: the channel's core and the log do not agree yet on who is a member, or the log cannot be read. It is
// tried again after a pause that doubles; what still stands after all of them, two seconds, is given up.
constexpr milliseconds kPauseFirst{5};
constexpr milliseconds kPauseMost{320};
constexpr unsigned kTriesMost = 12;

bool wants_near(const Subscription& subscription, const CatchUpJob& job, bool large) {
  return !large || subscription.subscribed || job.kind == CatchUpJob::Kind::kPositions;
}

// From READY on `rev` has no holes: each change is told, as it would have been live. Only who named positions gets them gathered.
bool one_by_one(const CatchUpJob& job) { return job.kind != CatchUpJob::Kind::kPositions; }

bool tells_removal(const Message& message, UserId user) {
  if (!message.system || message.system->user != user) return false;
  return message.system->kind == SystemKind::kMemberRemove || message.system->kind == SystemKind::kMemberLeave;
}

// The message, as it is now, says what came after the removal of who reads it: that is not his.
bool changed_after_end(const CatchUpJob& job, const Message& message) {
  return job.end && !job.end->again && !message.deleted && message.rev > job.end->rev;
}

// He was out and came in again above where the session stands, which was told of the channel before and is promised every change
// from there on.
bool is_in_again(const CatchUpJob& job, const Subscription& at, const ChannelState& state, UserId user) {
  const Member* member = state.roster->find(user);
  return job.kind == CatchUpJob::Kind::kSilent && !at.announced && member != nullptr && member->joined_seq > at.seq;
}

}  // namespace

CatchUp::CatchUp(const Parts& parts) : parts_(parts), tasks_(kTasksMax) {}

void CatchUp::spawn(Task<void> task) {
  if (!tasks_.spawn(std::move(task))) log_error("gateway: too many sessions are catching up", {{"running", tasks_.running()}});
}

void CatchUp::dispatch(Session& session, net::SharedBuffer text, ParcelLabel label) {
  session.dispatch(parts_.parcels.make(std::move(text), label));
  parts_.counters.dispatches.add();
}

void CatchUp::add(const std::shared_ptr<Session>& session, std::unique_ptr<Job> job) {
  if (stopped_ || session->ended()) return;
  const bool idle = session->catching_up == nullptr;
  if (idle) session->catching_up = std::make_unique<CatchUpQueue>();
  if (session->catching_up->find(job->channel) != nullptr) return;
  session->catching_up->jobs.push_back(std::move(job));
  if (!idle) return;
  running_.push_back(session.get());
  // Not now: who adds it may be walking through the subscriptions.
  parts_.core.post_function([this, session] { spawn(run(session)); });
}

void CatchUp::withdraw(Place place) {
  for (Session* session : running_) {
    if (Job* job = session->catching_up->find(place.channel)) job->withdrawn.push_back(place.seq);
  }
}

void CatchUp::desert(ChannelId channel) {
  if (parts_.audience.has_sessions(channel)) return;
  Core& home = parts_.cores.of(channel);
  home.post_function([desk = parts_.desks[home.index()], core = parts_.core.index(), channel] { desk->leave(core, channel); });
}

Task<void> CatchUp::run(std::shared_ptr<Session> session) {
  CatchUpQueue& queue = *session->catching_up;
  while (!queue.jobs.empty() && !session->ended() && !stopped_) {
    co_await perform(session, *queue.jobs.front());
    queue.jobs.pop_front();
  }
  std::erase(running_, session.get());
  session->catching_up.reset();
}

Task<std::vector<Settled>> CatchUp::ask(unsigned core, UserId user, std::vector<Stand> stands) {
  co_await by_mail(parts_.cores.at(core));
  auto answers = co_await parts_.desks[core]->settle(parts_.core.index(), user, std::move(stands));
  co_await by_mail(parts_.core);
  co_return answers;
}

// --- many at once, at a session's start ---

void CatchUp::settle(const std::shared_ptr<Session>& session, std::vector<ChannelId> channels) {
  if (!stopped_ && !channels.empty()) spawn(settle_all(session, std::move(channels)));
}

Task<void> CatchUp::settle_all(std::shared_ptr<Session> session, std::vector<ChannelId> channels) {
  std::vector<std::vector<Stand>> by_core(parts_.cores.size());
  for (const ChannelId channel : channels) {
    const Subscription* at = parts_.audience.find(*session, channel);
    if (at != nullptr) by_core[parts_.cores.of(channel).index()].push_back({.channel = channel, .seq = at->seq, .rev = at->rev});
  }
  for (unsigned core = 0; core < by_core.size(); ++core) {
    if (by_core[core].empty() || session->ended()) continue;
    auto answers = co_await ask(core, session->user(), std::move(by_core[core]));
    for (const Settled& answer : answers) {
      Subscription* at = parts_.audience.find(*session, answer.channel);
      if (at == nullptr) {
        desert(answer.channel);
      } else if (at->leaving) {
        continue;  // it has a job, and that ends it
      } else if (answer.outcome == Settled::Outcome::kLive) {
        at->live = true;
        if (std::exchange(at->announced, false)) dispatch(*session, synced_text(answer.channel, at->seq, at->rev, true));
      } else {
        auto job = std::make_unique<Job>();
        job->channel = answer.channel;
        job->ready_seq = at->seq;
        job->synced_due = at->announced;
        add(session, std::move(job));
      }
    }
  }
}

// --- one channel ---

Task<void> CatchUp::perform(std::shared_ptr<Session> session, Job& job) {
  if (job.kind == Job::Kind::kPositions || job.kind == Job::Kind::kRefused) {
    if (!co_await admit(session, job)) co_return;
  }
  if (job.synced_due) parts_.counters.catch_ups.add();
  const unsigned home = parts_.cores.of(job.channel).index();
  bool take_head = job.kind == Job::Kind::kRefused;
  unsigned tries = 0;
  milliseconds pause = kPauseFirst;
  while (!session->ended() && !stopped_) {
    const Subscription* from = parts_.audience.find(*session, job.channel);
    if (from == nullptr) co_return;
    const Stand stand{job.channel, from->seq, from->rev, take_head};
    std::vector<Stand> stands{stand};
    auto answers = co_await ask(home, session->user(), std::move(stands));
    const Settled answer = answers.front();
    Subscription* at = parts_.audience.find(*session, job.channel);
    if (at == nullptr) {
      desert(job.channel);
      co_return;
    }
    if (answer.outcome == Settled::Outcome::kLive && !at->leaving) {
      if (take_head) {
        at->seq = answer.seq;
        at->rev = answer.rev;
      }
      at->live = true;
      at->announced = false;
      finish(*session, job, answer);
      co_return;
    }
    if (answer.outcome == Settled::Outcome::kGone || at->leaving) {
      at->leaving = true;
      if (co_await part(session, job)) co_return;
    } else {
      co_await read_on(session, job, answer.large);
      if (mutant_is(Mutant::kReadBeforeSubscribe)) take_head = true;
    }
    at = parts_.audience.find(*session, job.channel);
    if (at == nullptr || session->ended()) co_return;
    if (at->seq != stand.seq || at->rev != stand.rev) {
      tries = 0;
      pause = kPauseFirst;
      continue;
    }
    if (++tries > kTriesMost) {
      log_error("gateway: catching up stands still", {{"channel", job.channel.value}, {"seq", at->seq}, {"rev", at->rev}});
      if (take_head || answer.outcome == Settled::Outcome::kGone) {
        parts_.give_up(session);
        co_return;
      }
      // What is next is not to be had: the client is told so, and goes on at the head.
      job.kind = Job::Kind::kRefused;
      job.synced_due = at->announced = take_head = true;
      tries = 0;
      continue;
    }
    co_await sleep_on(parts_.core, pause);
    pause = std::min(2 * pause, kPauseMost);
  }
}

// Live from this turn on: SYNCED says where, and what waited for it follows.
void CatchUp::finish(Session& session, Job& job, const Settled& answer) {
  Subscription& at = *parts_.audience.find(session, job.channel);
  if (job.synced_due) dispatch(session, synced_text(job.channel, at.seq, at.rev, job.kind != Job::Kind::kRefused));
  if (job.kind == Job::Kind::kRefused) parts_.counters.catch_ups_refused.add();
  if (job.kind == Job::Kind::kSilent && !wants_near(at, job, answer.large) && at.seq > std::max(job.ready_seq, at.told_head)) {
    at.told_head = at.seq;
    dispatch(session, unread_text(job.channel, at.seq));
  }
  for (ParcelRef& early : std::exchange(job.early, {})) session.dispatch(std::move(early));
}

Task<bool> CatchUp::admit(std::shared_ptr<Session> session, Job& job) {
  auto view = co_await parts_.log.view(job.channel, session->user());
  if (session->ended()) co_return false;
  const bool seen = view && view->state.exists() && view->state.roster->sees(session->user());
  const Subscription* at = parts_.audience.find(*session, job.channel);
  if (!seen || at == nullptr) {
    if (at != nullptr) parts_.audience.remove(*session, job.channel);
    dispatch(*session, gone_text(job.channel));
    co_return false;
  }
  if (job.kind == Job::Kind::kRefused) co_return true;
  const ChannelState& head = view->state;
  CatchUpQueue& queue = *session->catching_up;
  if (at->seq > head.last_seq || at->rev > head.rev) {
    job.kind = Job::Kind::kRefused;
    co_return true;
  }
  const std::uint64_t cost = (head.last_seq - at->seq) + (head.rev - at->rev);
  if (cost > parts_.limits.catch_up || cost > queue.left) {
    job.kind = Job::Kind::kRefused;
  } else {
    queue.left -= cost;
  }
  co_return true;
}

// The user is no member any more: what was numbered before his removal is his still, and the removal is the channel's last event.
// False: the log says that he is one, or he became one again meanwhile.
Task<bool> CatchUp::part(std::shared_ptr<Session> session, Job& job) {
  auto view = co_await parts_.log.view(job.channel, session->user());
  Subscription* at = parts_.audience.find(*session, job.channel);
  if (session->ended() || at == nullptr) co_return true;
  if (!view && view.error().code != ErrorCode::kUnknownChannel) co_return false;
  const bool member = view && view->state.exists() && view->state.roster->sees(session->user());
  const bool again = member && is_in_again(job, *at, view->state, session->user());
  if (member && !again) at->leaving = false;
  if (!at->leaving) co_return false;
  ChannelState now;
  if (view) now = std::move(view->state);
  auto found = co_await end_of(session, job.channel, std::move(now), again);
  if (!found) co_return false;
  job.end = *std::move(found);
  if (job.end && job.kind != Job::Kind::kRefused) co_await read_on(session, job, job.end->large);
  const std::optional<CatchUpJob::End> end = std::exchange(job.end, std::nullopt);
  at = parts_.audience.find(*session, job.channel);
  if (session->ended() || stopped_ || at == nullptr) co_return true;
  if (!at->leaving) co_return false;
  const bool whole = !end || (at->seq >= end->state.last_seq && at->rev >= end->state.rev);
  if (!whole && !job.synced_due) dispatch(*session, synced_text(job.channel, end->state.last_seq, end->state.rev, false));
  parts_.audience.remove(*session, job.channel);
  dispatch(*session, end ? member_remove_text(job.channel, end->rev, session->user()) : channel_delete_text(job.channel));
  if (job.synced_due) dispatch(*session, gone_text(job.channel));
  if (again) {
    Core& home = parts_.cores.of(job.channel);
    home.post_function([desk = parts_.desks[home.index()], id = job.channel, user = session->user()] { desk->show_again(id, user); });
  }
  co_return true;
}

// Where the channel ended for who was removed: before his first removal from here. `now` is as the channel is. None when there was
// no removal.
Task<Result<std::optional<CatchUpJob::End>>> CatchUp::end_of(std::shared_ptr<Session> session, ChannelId channel, ChannelState now,
                                                             bool again) {
  const Subscription* at = parts_.audience.find(*session, channel);
  const std::uint64_t seq = at->seq;
  std::uint64_t rev = at->rev;
  std::optional<CatchUpJob::End> end;
  for (;;) {
    auto page = co_await parts_.log.changes(channel, rev, kPage);
    if (!page) co_return fail(page.error());
    if (page->empty()) break;
    for (const Change& change : *page) {
      const bool removal = change.kind == ChangeKind::kMemberRemove && change.user == session->user();
      if (removal && !end) end = {.state = now, .rev = change.rev, .again = again};
      if (change.kind == ChangeKind::kChannelUpdate && end) end->updated_after = !again;
    }
    rev = page->back().rev;
  }
  if (!end) co_return end;
  end->large = now.exists() && now.roster->members.size() >= parts_.limits.large_channel;
  end->updated_after = end->updated_after || !now.exists();
  end->state.rev = end->rev - 1;
  // The message that says that he is out was numbered with the removal, and is the first that is not his. None: he was the last.
  end->state.last_seq = seq;
  for (;;) {
    const HistoryQuery query{HistoryQuery::Direction::kAfter, end->state.last_seq, kPage};
    auto page = co_await parts_.log.history(channel, query);
    if (!page) co_return fail(page.error());
    for (const Message& message : *page) {
      if (tells_removal(message, session->user())) co_return end;
      end->state.last_seq = message.seq;
    }
    if (page->empty()) co_return end;
  }
}

Task<std::optional<auth::ProfileSet>> CatchUp::prepare(std::shared_ptr<Session> session, ChannelId channel, std::vector<UserId> shown) {
  co_await session->room();
  auth::ProfileSet profiles;
  bool missing = false;
  for (const UserId user : shown) {
    auth::Profile known = parts_.profiles.cached(user);
    missing = missing || known == nullptr;
    if (known != nullptr) profiles.add(std::move(known));
  }
  if (missing) profiles = co_await profiles_of(parts_.profiles, std::move(shown));
  if (session->ended() || stopped_ || parts_.audience.find(*session, channel) == nullptr) co_return std::nullopt;
  co_return profiles;
}

Task<void> CatchUp::read_on(std::shared_ptr<Session> session, Job& job, bool large) {
  if (co_await read_messages(session, job, large)) co_await read_changes(session, job, large);
}

// The channel's state while the user is in it: what is numbered up to there is his to see, whoever removes him later. Asked for
// after the pages that it is held against, which may show more: rows are there before the channel's core hears of them.
Task<std::optional<ChannelState>> CatchUp::member_head(std::shared_ptr<Session> session, const Job& job) {
  if (job.end) co_return job.end->state;
  auto view = co_await parts_.log.view(job.channel, session->user());
  if (view && view->state.exists() && view->state.roster->sees(session->user())) co_return std::move(view->state);
  co_return std::nullopt;  // the channel's core says soon that he is gone
}

// Whether the channel ended for the session above where it stands, of which `head` may be the first that says so.
bool CatchUp::leaves(const Session& session, const Job& job, const ChannelState& head) {
  Subscription* at = parts_.audience.find(session, job.channel);
  if (at == nullptr) return true;
  if (is_in_again(job, *at, head, session.user())) at->leaving = true;
  return at->leaving;
}

// Messages after where the session stands, until there are no more. False: the job is over.
Task<bool> CatchUp::read_messages(std::shared_ptr<Session> session, Job& job, bool large) {
  for (;;) {
    const Subscription* from = parts_.audience.find(*session, job.channel);
    if (from == nullptr) co_return false;
    const HistoryQuery query{HistoryQuery::Direction::kAfter, from->seq, kPage};
    auto page = co_await parts_.log.history(job.channel, query);
    if (!page) co_return true;  // the next settle() finds it behind still
    const auto head = co_await member_head(session, job);
    if (!head) co_return false;
    if (!job.end && leaves(*session, job, *head)) co_return false;
    const bool last = page->size() < kPage;
    std::erase_if(*page, [&head](const Message& message) { return message.seq > head->last_seq; });
    for (Message& message : *page) {
      std::vector<UserId> shown{message.author};
      const auto profiles = co_await prepare(session, job.channel, std::move(shown));
      if (!profiles) co_return false;
      Subscription& at = *parts_.audience.find(*session, job.channel);
      if (message.seq <= at.seq) continue;
      if (changed_after_end(job, message)) co_return false;
      at.seq = message.seq;
      if (std::ranges::find(job.withdrawn, message.seq) != job.withdrawn.end()) message.deleted = true;
      const std::string text = message_json(message, (*profiles)(message.author));
      const Place place{job.channel, message.seq};
      if (wants_near(at, job, large)) {
        if (message.rev > at.rev) job.sent_as_of[message.seq] = message.rev;
        dispatch(*session, message_text(Form::kCreate, job.channel, 0, text), {Form::kCreate, place, 0, !large});
      }
      if (message.seq > job.ready_seq && !message.deleted && std::ranges::binary_search(message.mentions, session->user()))
        dispatch(*session, message_text(Form::kMention, job.channel, 0, text), {Form::kMention, place, 0, false});
    }
    if (last || page->empty()) co_return true;
  }
}

// Changes after where the session stands. A message is told of once, at its last change, as it now is; unless they come one by one.
Task<bool> CatchUp::read_changes(std::shared_ptr<Session> session, Job& job, bool large) {
  for (;;) {
    const Subscription* from = parts_.audience.find(*session, job.channel);
    if (from == nullptr) co_return false;
    auto page = co_await parts_.log.changes(job.channel, from->rev, kPage);
    if (!page || page->empty()) co_return true;
    const auto head = co_await member_head(session, job);
    if (!head) co_return false;
    if (!job.end && leaves(*session, job, *head)) co_return false;
    const bool last = page->size() < kPage;
    std::erase_if(*page, [&head](const Change& change) { return change.rev > head->rev; });
    std::vector<std::uint64_t> seqs;
    for (const Change& change : *page) {
      if (is_about_message(change.kind)) seqs.push_back(change.seq);
    }
    std::ranges::sort(seqs);
    const auto repeats = std::ranges::unique(seqs);
    seqs.erase(repeats.begin(), repeats.end());
    auto messages = co_await parts_.log.messages(job.channel, std::move(seqs));
    if (!messages) co_return true;
    for (const Change& change : *page) {
      std::shared_ptr<const Message> message;
      // Told one by one, a change comes after its message: that is read next.
      const Subscription* at = parts_.audience.find(*session, job.channel);
      if (at == nullptr) co_return false;
      if (one_by_one(job) && is_about_message(change.kind) && change.seq > at->seq) co_return true;
      if (is_about_message(change.kind)) {
        const auto found = std::ranges::find(*messages, change.seq, &Message::seq);
        if (found != messages->end()) message = std::make_shared<const Message>(*found);
        if (message != nullptr && changed_after_end(job, *message)) co_return false;
      }
      if (job.end && job.end->updated_after && change.kind == ChangeKind::kChannelUpdate) co_return false;
      Event event = event_of(change, std::move(message), job.channel, *head);
      if (!co_await tell_change(session, job, std::move(event), large)) co_return false;
    }
    if (last || page->empty()) co_return true;
  }
}

Task<bool> CatchUp::tell_change(std::shared_ptr<Session> session, Job& job, Event event, bool large) {
  std::vector<UserId> shown = event.message != nullptr ? std::vector<UserId>{event.message->author} : shown_in(event);
  const auto profiles = co_await prepare(session, job.channel, std::move(shown));
  if (!profiles) co_return false;
  Subscription& at = *parts_.audience.find(*session, job.channel);
  if (event.rev <= at.rev) co_return true;
  at.rev = event.rev;
  // His own removal would be the channel's last event, and he is in it again: it is over, and not told.
  if (event.kind == EventKind::kMemberRemove && event.user == session->user()) co_return true;
  if (!wants_near(at, job, large) && event.kind != EventKind::kChannelUpdate) co_return true;
  if (event.kind == EventKind::kChannelUpdate || event.kind == EventKind::kMemberAdd || event.kind == EventKind::kMemberRemove) {
    dispatch(*session, event_text(event, profile_by(*profiles)));
    co_return true;
  }
  if (event.message == nullptr) co_return true;
  if (one_by_one(job)) {
    if (event.kind == EventKind::kReactionAdd || event.kind == EventKind::kReactionRemove) {
      dispatch(*session, event_text(event, profile_by(*profiles)));
      co_return true;
    }
  } else {
    // A later change of the same message tells it; or it was sent when it was so already, or is about to be.
    if (event.message->rev != event.rev || event.seq > at.seq) co_return true;
    const auto sent = job.sent_as_of.find(event.seq);
    if (sent != job.sent_as_of.end() && sent->second >= event.rev) co_return true;
  }
  Message message = *event.message;
  if (std::ranges::find(job.withdrawn, message.seq) != job.withdrawn.end()) message.deleted = true;
  const std::string text = message_json(message, (*profiles)(message.author));
  const Form form = message.deleted ? Form::kDelete : Form::kUpdate;
  dispatch(*session, message_text(form, job.channel, event.rev, text), {form, Place{job.channel, event.seq}, event.rev, false});
  co_return true;
}

Task<void> CatchUp::stop() {
  stopped_ = true;
  co_await tasks_.join();
}

}  // namespace rookery::gateway
