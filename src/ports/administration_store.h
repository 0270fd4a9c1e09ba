// AdministrationStore: the port behind what administrators look at and decide for the whole installation.
//
// Guarantees of every adapter (tests/contract/account_store_contract.h): those of AccountStore, whose adapter it is too: a
// roll and an account agree in every read, and a note is there when what it is about is. Any core; tasks resume on the core
// that awaited them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/account.h"
#include "model/audit.h"
#include "model/instance_invite.h"
#include "runtime/config.h"
#include "runtime/task.h"

namespace rookery {

// Accounts of which there are few among many.
enum class Roll : std::uint8_t {
  kAdministrators,  // `admin`, disabled ones too
  kDisabled,
};

class AdministrationStore {
 public:
  virtual ~AdministrationStore() = default;

  // Newest first, with ids below `before` (0: from the newest); deleted accounts included.
  virtual Task<Result<std::vector<Account>>> accounts_before(UserId before, std::size_t limit) = 0;
  // Highest ids first, below `before` (0: from the highest). Deleted accounts are on no roll.
  virtual Task<Result<std::vector<UserId>>> roll(Roll roll, UserId before, std::size_t limit) = 0;

  // By code. Used up ones are not there, expired ones are.
  virtual Task<Result<std::vector<InstanceInvite>>> invites(std::size_t limit) = 0;
  // kUnknownInvite.
  virtual Task<Status> remove_invite(std::string code, AuditNote note) = 0;

  // None: no administrator has said yet.
  virtual Task<Result<std::optional<Registration>>> registration() = 0;
  virtual Task<Status> put_registration(Registration registration, AuditNote note) = 0;

  // Newest first, with numbers below `before` (0: from the newest). The newest kAuditEntriesMax are there.
  virtual Task<Result<std::vector<AuditEntry>>> audit(std::uint64_t before, std::size_t limit) = 0;
};

}  // namespace rookery
