#include "fold/fold.h"

#include "fold/rules.h"

namespace rookery::fold {
namespace {

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};

}  // namespace

Needs rows_needed(const Command& command) {
  return std::visit(Match{
                        [](const SendMessage& c) { return Needs{.reply_to = c.reply_to, .nonce = !c.nonce.empty()}; },
                        [](const EditMessage& c) { return Needs{.target = c.message}; },
                        [](const DeleteMessage& c) { return Needs{.target = c.message}; },
                        [](const React& c) { return Needs{.target = c.message, .reaction = true}; },
                        [](const Pin& c) { return Needs{.target = c.message}; },
                        [](const auto&) { return Needs{}; },
                    },
                    command);
}

Result<Decision> decide(const ChannelState& state, const Command& command, const Rows& rows, const Stamp& stamp, const Limits& limits) {
  const Input in{state, rows, stamp, limits};
  if (!state.exists() && !std::holds_alternative<CreateChannel>(command)) return fail(ErrorCode::kUnknownChannel);
  return std::visit([&in](const auto& c) { return apply(in, c); }, command);
}

}  // namespace rookery::fold
