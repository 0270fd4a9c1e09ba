// What a test build's ROOKERY_TEST_DISK asks for: a disk that forgets or fails. Not in the program that users run.
//
//   volatile       the process's death is a power cut: what was not synced is gone (faults/volatile_disk.h)
//   volatile:SEED  some of what was not synced is kept all the same, as a disk may
//   fail-sync:N    the N-th sync (from 1) fails with EIO, once
//   fail-write:N   the N-th write fails with EIO, once
//   full:N         the N-th write fails with ENOSPC, once
//   fail-sync:N+   and so on: from the N-th call on the disk is broken for good (FailingDisk::Fault::stays)
//
// A volatile and a failing one together, in this order: "volatile,fail-sync:7"; what the failed sync should have kept is then
// never kept.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string_view>

namespace rookery::faults {

// Null: `wanted` is none of the above.
std::shared_ptr<rocksdb::FileSystem> make_test_disk(std::string_view wanted);

}  // namespace rookery::faults
