// Administration: what administrators do to accounts, invites and registration, each act with its entry in the audit log.
//
// Whoever calls has made sure that `who` is an administrator. Called on a core; tasks resume there. kUnknownUser for who was
// never there or is deleted. What is so already is no act: it succeeds and leaves no entry.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "admin/user_search.h"
#include "auth/accounts.h"
#include "auth/logins.h"
#include "base/random.h"
#include "base/result.h"
#include "ports/administration_store.h"
#include "ports/conversations.h"
#include "ports/presence_store.h"
#include "runtime/task.h"

namespace rookery::admin {

inline constexpr std::size_t kInvitesMax = 1000;
inline constexpr std::uint32_t kInviteUsesMax = 1'000'000;
inline constexpr std::chrono::days kInviteLifeMax{36'500};
inline constexpr std::size_t kInviteNoteMax = 200;

// Who acts: the account of a request; empty for a command, and its act says so.
struct Actor {
  UserId user;
  std::string name;
};

struct UserDetail {
  Account account;
  TimeMs last_seen;  // TimeMs(): never
  std::size_t logins = 0;
  std::size_t channels = 0;  // direct and group
};

struct NewInvite {
  std::uint32_t uses = 1;              // 1 to kInviteUsesMax
  std::chrono::milliseconds good_for;  // 0: for ever
  std::string note;                    // at most kInviteNoteMax characters
};

// Made now, with a code of 96 bits.
InstanceInvite new_invite(NewInvite wanted, const Actor& who, Random& random);

class Administration {
 public:
  // All must outlive this.
  struct Parts {
    auth::Accounts& accounts;
    auth::Logins& logins;
    AccountStore& store;
    AdministrationStore& decisions;
    Conversations& conversations;
    PresenceStore& presence;
    Random& random;
    bool registration_fixed = false;  // by whoever runs the server
  };
  explicit Administration(Parts parts) : parts_(parts), search_(parts.store, parts.decisions) {}

  // The account of who asks, as it is stored now; kMissingPermission when it does not administrate.
  Task<Result<Actor>> actor(UserId user);

  Task<Result<UserPage>> find(UserFilter filter, std::string next, std::size_t limit) {
    return search_.find(std::move(filter), std::move(next), limit);
  }
  Task<Result<TimeMs>> last_seen(UserId user) { return parts_.presence.last_seen(user); }
  Task<Result<UserDetail>> detail(UserId user);

  // kMissingPermission for the last administrator; but for set_admin() also for oneself.
  Task<Status> set_disabled(Actor who, UserId user, bool disabled);
  Task<Status> set_admin(Actor who, UserId user, bool admin);
  Task<Status> remove(Actor who, UserId user);
  // Answers the new password. All logins of the account have ended when it resumes.
  Task<Result<std::string>> reset_password(Actor who, UserId user);
  Task<Status> verify_email(Actor who, UserId user);

  Task<Result<std::vector<UsedLogin>>> logins(UserId user);
  // kUnknownSession.
  Task<Status> end_login(Actor who, UserId user, LoginId login);
  Task<Status> end_logins(Actor who, UserId user);

  Registration registration() const { return parts_.accounts.registration(); }
  bool registration_fixed() const { return parts_.registration_fixed; }
  // kMissingPermission when it is fixed.
  Task<Status> set_registration(Actor who, Registration registration);

  // Newest first; expired ones are left out.
  Task<Result<std::vector<InstanceInvite>>> invites();
  // kTooManyInvites.
  Task<Result<InstanceInvite>> create_invite(Actor who, NewInvite wanted);
  // kUnknownInvite.
  Task<Status> revoke_invite(Actor who, std::string code);

  // Newest first, with numbers below `before` (0: from the newest).
  Task<Result<std::vector<AuditEntry>>> audit(std::uint64_t before, std::size_t limit) { return parts_.decisions.audit(before, limit); }

 private:
  Task<Result<Account>> present(UserId user);

  const Parts parts_;
  UserSearch search_;
};

// The entry for an act of `who` on `target`, now.
AuditEntry entry_of(AuditAction action, const Actor& who, const Account& target, std::string detail = {});

}  // namespace rookery::admin
