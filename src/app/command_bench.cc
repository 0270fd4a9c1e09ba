#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "app/command_list.h"
#include "base/random.h"
#include "bench/scenarios.h"

namespace rookery::app {
namespace {

struct BenchCommand {
  bench::BenchOptions options;
  std::string json_file;
};

template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// False for an option that does not exist, or a value that it cannot have.
bool read_option(std::string_view name, std::string_view value, BenchCommand& command) {
  if (name == "--directory") return command.options.directory = value, !value.empty();
  if (name == "--only") return command.options.only = value, !value.empty();
  if (name == "--json") return command.json_file = value, !value.empty();
  if (name == "--server-cpu") return read_number(value, command.options.server_cpu);
  if (name == "--load-cpu") return read_number(value, command.options.load_cpu);
  if (name == "--scale") return read_number(value, command.options.scale) && command.options.scale > 0;
  if (name == "--connections") return read_number(value, command.options.connections) && command.options.connections >= 2;
  return false;
}

}  // namespace

int bench_command(Arguments arguments) {
  BenchCommand command;
  const std::filesystem::path root = std::filesystem::temp_directory_path() / ("rookery-bench-" + system_random().token(6));
  command.options.directory = root.string();
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size() || !read_option(arguments[i], arguments[i + 1], command)) {
      return misused(fmt::format(
          "bench: {} needs another value, or is no option; there are --directory DIR, --json FILE, --server-cpu N, --load-cpu N, "
          "--only SCENARIO, --scale X, --connections N",
          arguments[i]));
    }
  }
  fmt::print("server on processor {}, load on processor {}\n{}", command.options.server_cpu, command.options.load_cpu,
             bench::Report::heading());
  bench::Report report;
  const bool whole = bench::run_scenarios(command.options, report);
  if (command.options.directory == root.string()) std::filesystem::remove_all(root);
  if (!command.json_file.empty()) std::ofstream(command.json_file) << report.json() << '\n';
  return whole ? kDone : kFailed;
}

}  // namespace rookery::app
