// Disk: the file system that everything of a data directory is read and written through, RocksDB's files and our own.
#pragma once

#include <rocksdb/env.h>

namespace rookery::embedded {

struct DatabaseOptions;

// The machine's own; in a test build what ROOKERY_TEST_DISK asks for (faults/test_disk.h), the same one for ever. Any thread.
rocksdb::Env& machine_env();
// The machine's, unless a test brought another.
rocksdb::Env& env_of(const DatabaseOptions& options);

}  // namespace rookery::embedded
