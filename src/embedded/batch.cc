#include "embedded/batch.h"

#include "base/bytes.h"
#include "base/check.h"

namespace rookery::embedded {

void Batch::add(Operation::Kind kind, Family family, std::string_view key, std::string_view value) {
  ByteWriter out(arena_);
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(kind) << 4 | static_cast<unsigned>(family))).string(key).string(value);
  ++operations_;
}

void Batch::put(Family family, std::string_view key, std::string_view value) {
  CHECK(family != Family::kLog && !key.empty());  // the log's keys are the committer's
  add(Operation::Kind::kPut, family, key, value);
}

void Batch::erase(Family family, std::string_view key) {
  CHECK(family != Family::kLog && !key.empty());
  add(Operation::Kind::kErase, family, key, {});
}

void Batch::log_entry(std::string_view value) {
  add(Operation::Kind::kLogEntry, Family::kLog, {}, value);
  ++log_entries_;
}

void Batch::append(const Batch& other) {
  arena_ += other.arena_;
  operations_ += other.operations_;
  log_entries_ += other.log_entries_;
}

void Batch::clear() noexcept {
  arena_.clear();
  operations_ = 0;
  log_entries_ = 0;
}

Batch::Operation Batch::take(std::string_view& rest) {
  ByteReader in(rest);
  const std::uint8_t head = in.u8();
  Operation operation{.kind = static_cast<Operation::Kind>(head >> 4), .family = static_cast<Family>(head & 15), .key = {}, .value = {}};
  operation.key = in.string();
  operation.value = in.string();
  CHECK(in.ok());
  rest = in.rest();
  return operation;
}

}  // namespace rookery::embedded
