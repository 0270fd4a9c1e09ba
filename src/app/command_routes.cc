#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <set>
#include <string>

#include "app/account_services.h"
#include "app/command_list.h"
#include "app/embedded_stores.h"
#include "app/server.h"
#include "runtime/log.h"

namespace rookery::app {
namespace {

// Gone at the end of its scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "rookery-routes-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TemporaryDirectory() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

// The routes are those of a whole server: it is put together on an empty directory, and never serves.
int routes_command(Arguments arguments) {
  if (!arguments.empty()) return misused("routes takes no arguments");
  configure_log(LogLevel::kError, LogFormat::kText);
  const TemporaryDirectory directory;
  if (directory.path().empty()) return failed("cannot make a temporary directory");
  Config config;
  config.data_dir = directory.path() + "/data";
  auto stores = EmbeddedStores::open(config, 1);
  if (!stores) return failed(stores.error().sentence());
  (*stores)->start();
  const auto accounts = AccountServices::open(config, **stores);
  if (!accounts) return failed(accounts.error().sentence());
  const auto files = api::StaticFiles::load({});
  if (!files) return failed(files.error().sentence());
  Metrics metrics(1);
  const Server server(config, **stores, **accounts, *files, metrics);

  std::set<std::string> lines = {"GET /gateway"};
  for (const api::Route& route : server.router().routes()) lines.insert(fmt::format("{} {}", route.method, route.pattern));
  for (const std::string& line : lines) fmt::print("{}\n", line);
  (*accounts)->stop();
  (*stores)->stop();
  return kDone;
}

}  // namespace rookery::app
