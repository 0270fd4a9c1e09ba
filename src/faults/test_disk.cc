#include "faults/test_disk.h"

#include <charconv>
#include <optional>

#include "faults/failing_disk.h"
#include "faults/volatile_disk.h"

namespace rookery::faults {
namespace {

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view begin) {
  if (!text.starts_with(begin)) return std::nullopt;
  text.remove_prefix(begin.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<FailingDisk::Fault> fault_of(std::string_view text) {
  using Call = FailingDisk::Call;
  const bool stays = text.ends_with('+');
  if (stays) text.remove_suffix(1);
  if (const auto nth = number_after(text, "fail-sync:")) {
    return FailingDisk::Fault{.call = Call::kSync, .nth = *nth, .status = rocksdb::IOStatus::IOError("Input/output error"), .stays = stays};
  }
  if (const auto nth = number_after(text, "fail-write:")) {
    return FailingDisk::Fault{
        .call = Call::kWrite, .nth = *nth, .status = rocksdb::IOStatus::IOError("Input/output error"), .stays = stays};
  }
  if (const auto nth = number_after(text, "full:")) {
    rocksdb::IOStatus status = rocksdb::IOStatus::NoSpace("No space left on device");
    status.SetRetryable(true);  // as RocksDB's own file system says it
    return FailingDisk::Fault{.call = Call::kWrite, .nth = *nth, .status = std::move(status), .stays = stays};
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_test_disk(std::string_view wanted) {
  const std::string_view first = wanted.substr(0, wanted.find(','));
  const auto seed = number_after(first, "volatile:");
  if (first != "volatile" && !seed) {
    const auto fault = fault_of(wanted);
    return fault ? std::make_shared<FailingDisk>(rocksdb::FileSystem::Default(), *fault) : nullptr;
  }
  auto disk = std::make_shared<VolatileDisk>(seed);
  if (first.size() == wanted.size()) return disk;
  const auto fault = fault_of(wanted.substr(first.size() + 1));
  if (!fault) return nullptr;
  return std::make_shared<FailingDisk>(disk, *fault, [disk = disk.get()](const std::string& path) { disk->lose_unsynced(path); });
}

}  // namespace rookery::faults
