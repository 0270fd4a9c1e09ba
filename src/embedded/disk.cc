#include "embedded/disk.h"

#include "embedded/database.h"

#if defined(ROOKERY_TEST_BUILD)
#include <cstdlib>
#include <string>

#include "faults/test_disk.h"
#include "runtime/log.h"
#endif

namespace rookery::embedded {

#if defined(ROOKERY_TEST_BUILD)
namespace {

rocksdb::Env* make_env() {
  const char* const wanted = std::getenv("ROOKERY_TEST_DISK");
  if (wanted == nullptr) return rocksdb::Env::Default();
  const auto disk = faults::make_test_disk(wanted);
  if (disk == nullptr) {
    log_error("ROOKERY_TEST_DISK is not understood", {{"value", wanted}});
    std::_Exit(2);
  }
  log_warning(std::string("test disk: ") + wanted);
  return rocksdb::NewCompositeEnv(disk).release();
}

}  // namespace

rocksdb::Env& machine_env() {
  static rocksdb::Env* const env = make_env();
  return *env;
}
#else
rocksdb::Env& machine_env() { return *rocksdb::Env::Default(); }
#endif

rocksdb::Env& env_of(const DatabaseOptions& options) { return options.hooks.env != nullptr ? *options.hooks.env : machine_env(); }

}  // namespace rookery::embedded
