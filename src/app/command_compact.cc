#include <fmt/format.h>

#include <cstdint>
#include <filesystem>

#include "app/command_list.h"
#include "embedded/database.h"
#include "runtime/log.h"

namespace rookery::app {
namespace {

std::uint64_t bytes_below(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, error)) {
    if (entry.is_regular_file(error)) bytes += entry.file_size(error);
  }
  return bytes;
}

}  // namespace

int compact_command(Arguments arguments) {
  const auto loaded = load_config_or_explain(arguments);
  if (!loaded) return kMisused;
  const std::string& directory = loaded->config.data_dir;
  configure_log(LogLevel::kWarning, loaded->config.log_format);
  if (!std::filesystem::is_directory(directory)) return failed(fmt::format("there is no data directory {}", directory));
  embedded::DatabaseOptions options;
  options.directory = directory;
  auto database = embedded::Database::open(options);
  if (!database) return failed(database.error().sentence());
  const std::uint64_t before = bytes_below(directory);
  if (const Status compacted = (*database)->compact_all(); !compacted) return failed(compacted.error().sentence());
  database->reset();
  fmt::print("{} is compacted: {} bytes before, {} now; what was deleted is gone from it\n", directory, before, bytes_below(directory));
  return kDone;
}

}  // namespace rookery::app
