// The rules, one function for each command. Private to the fold.
#pragma once

#include "fold/draft.h"

namespace rookery::fold {

struct Input {
  const ChannelState& state;
  const Rows& rows;
  const Stamp& stamp;
  const Limits& limits;
};

// message_rules.cc
Result<Decision> apply(const Input& in, const SendMessage& command);
Result<Decision> apply(const Input& in, const EditMessage& command);
Result<Decision> apply(const Input& in, const DeleteMessage& command);
Result<Decision> apply(const Input& in, const React& command);
Result<Decision> apply(const Input& in, const Pin& command);

// channel_rules.cc
Result<Decision> apply(const Input& in, const CreateChannel& command);
Result<Decision> apply(const Input& in, const OpenDirect& command);
Result<Decision> apply(const Input& in, const UpdateChannel& command);
Result<Decision> apply(const Input& in, const AddMember& command);
Result<Decision> apply(const Input& in, const RemoveMember& command);
Result<Decision> apply(const Input& in, const SetBlock& command);
Result<Decision> apply(const Input& in, const CloseDirect& command);

// Nothing to do: the state as it is, no rows, no events.
inline Decision unchanged(const Input& in) {
  Decision decision;
  decision.next = in.state;
  return decision;
}

}  // namespace rookery::fold
