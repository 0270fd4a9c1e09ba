#include "chat/channels.h"

#include <algorithm>

#include "chat/channel_form.h"

namespace rookery::chat {

Channels::Channels(ChannelLog& log, Conversations& conversations, AccountStore& accounts, PersonalStore& personal, IdSource& ids,
                   const Limits& limits)
    : log_(log), conversations_(conversations), accounts_(accounts), personal_(personal), ids_(ids), limits_(limits) {}

Task<Result<ChannelView>> Channels::view(UserId user, ChannelId channel) {
  Result<ChannelView> view = co_await log_.view(channel, user);
  if (view && !view->state.roster->sees(user)) co_return fail(ErrorCode::kUnknownChannel);
  co_return view;
}

Task<Status> Channels::require_account(UserId user) {
  const Result<Account> account = co_await accounts_.account(user);
  if (!account) co_return fail(account.error());
  if (account->deleted) co_return fail(ErrorCode::kUnknownUser);
  co_return Status();
}

Task<Result<Channels::Opened>> Channels::open(UserId user, Json body) {
  Result<OpenForm> form = read_open(body.root(), user);
  if (!form) co_return fail(form.error());
  if (form->others.size() + 1 > limits_.group_members) {
    co_return fail(ErrorCode::kTooManyMembers, "A group has at most " + std::to_string(limits_.group_members) + " members");
  }
  if (!form->group) co_return co_await open_direct(user, form->others.front());
  for (const UserId other : form->others) {
    if (const Status known = co_await require_account(other); !known) co_return fail(known.error());
    const Result<bool> blocked = co_await personal_.blocked_between(user, other);
    if (!blocked) co_return fail(blocked.error());
    if (*blocked) co_return fail(ErrorCode::kCannotMessageUser);
  }
  form->others.insert(std::ranges::upper_bound(form->others, user), user);
  co_return co_await create_group(user, std::move(form->others), std::move(form->name));
}

Task<Result<Channels::Opened>> Channels::create_group(UserId user, std::vector<UserId> members, std::string name) {
  const ChannelId id = ids_.make<ChannelId>();
  CreateChannel create{.type = ChannelType::kGroup, .creator = user, .members = std::move(members), .name = std::move(name)};
  const Result<Applied> made = co_await log_.append(id, std::move(create));
  if (!made) co_return fail(made.error());
  Result<ChannelView> view = co_await log_.view(id, user);
  if (!view) co_return fail(view.error());
  co_return Opened{*std::move(view), true};
}

Task<Result<Channels::Opened>> Channels::open_direct(UserId user, UserId other) {
  const Result<ChannelId> known = co_await conversations_.direct_of(user, other);
  if (!known) co_return fail(known.error());
  ChannelId id = *known;
  bool created = false;
  if (!id) {
    if (const Status there = co_await require_account(other); !there) co_return fail(there.error());
    const Result<bool> blocked = co_await personal_.blocked_between(user, other);
    if (!blocked) co_return fail(blocked.error());
    if (*blocked) co_return fail(ErrorCode::kCannotMessageUser);
    const ChannelId fresh = ids_.make<ChannelId>();
    const Result<ChannelId> claimed = co_await conversations_.claim_direct(user, other, fresh);
    if (!claimed) co_return fail(claimed.error());
    id = *claimed;
    created = id == fresh;
  }
  // On a channel that is there already this opens it for the one who asks.
  const auto [low, high] = std::minmax(user, other);
  CreateChannel create{.type = ChannelType::kDirect, .creator = user, .members = {low, high}};
  const Result<Applied> opened = co_await log_.append(id, std::move(create));
  if (!opened) co_return fail(opened.error());
  if (created) {
    if (const Status carried = co_await carry_blocks(user, other, id); !carried) co_return fail(carried.error());
  }
  Result<ChannelView> view = co_await log_.view(id, user);
  if (!view) co_return fail(view.error());
  co_return Opened{*std::move(view), created};
}

// A block set while the channel was being made did not find it.
Task<Status> Channels::carry_blocks(UserId a, UserId b, ChannelId direct) {
  for (const auto& [user, other] : {std::pair(a, b), std::pair(b, a)}) {
    const Result<std::vector<UserId>> blocks = co_await personal_.blocks_of(user);
    if (!blocks) co_return fail(blocks.error());
    if (!std::ranges::binary_search(*blocks, other)) continue;
    const SetBlock carried{user, true};
    const Result<Applied> told = co_await log_.append(direct, carried);
    if (!told) co_return fail(told.error());
  }
  co_return Status();
}

Task<Result<Applied>> Channels::update(UserId user, ChannelId channel, std::optional<std::string> name, std::optional<std::string> topic) {
  UpdateChannel change{user, std::move(name), std::move(topic)};
  co_return co_await log_.append(channel, std::move(change));
}

Task<Result<Applied>> Channels::add(UserId actor, ChannelId channel, UserId user) {
  const Result<ChannelView> seen = co_await view(actor, channel);
  if (!seen) co_return fail(seen.error());
  if (const Status there = co_await require_account(user); !there) co_return fail(there.error());
  const bool member = seen->state.roster->has(user);
  if (!member && seen->state.roster->type == ChannelType::kGroup) {
    const Result<bool> blocked = co_await personal_.blocked_between(actor, user);
    if (!blocked) co_return fail(blocked.error());
    if (*blocked) co_return fail(ErrorCode::kCannotMessageUser);
  }
  const AddMember addition{actor, user};
  co_return co_await log_.append(channel, addition);
}

Task<Result<Applied>> Channels::remove(UserId actor, ChannelId channel, UserId user) {
  const Result<ChannelView> seen = co_await view(actor, channel);
  if (!seen) co_return fail(seen.error());
  // Somebody who exists and is not in it is a repeat; nobody at all is unknown.
  if (!seen->state.roster->has(user)) {
    if (const Status there = co_await require_account(user); !there) co_return fail(there.error());
  }
  const RemoveMember removal{actor, user};
  co_return co_await log_.append(channel, removal);
}

Task<Status> Channels::heed_block(UserId user, UserId other, bool blocked) {
  const Result<ChannelId> direct = co_await conversations_.direct_of(user, other);
  if (!direct) co_return fail(direct.error());
  if (!*direct) co_return Status();
  const SetBlock change{user, blocked};
  const Result<Applied> told = co_await log_.append(*direct, change);
  if (!told && told.error().code != ErrorCode::kUnknownChannel) co_return fail(told.error());
  co_return Status();
}

Task<Status> Channels::leave_all(UserId user) {
  const Result<std::vector<ChannelId>> channels = co_await conversations_.channels_of(user);
  if (!channels) co_return fail(channels.error());
  for (const ChannelId channel : *channels) {
    const Result<ChannelView> seen = co_await log_.view(channel, user);
    if (!seen) continue;
    Command goodbye = CloseDirect{user};
    if (seen->state.roster->type == ChannelType::kGroup) goodbye = RemoveMember{user, user};
    const Result<Applied> left = co_await log_.append(channel, std::move(goodbye));
    if (!left && left.error().code != ErrorCode::kUnknownChannel) co_return fail(left.error());
  }
  co_return Status();
}

}  // namespace rookery::chat
