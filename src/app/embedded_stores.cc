#include "app/embedded_stores.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "app/listeners.h"
#include "runtime/log.h"

namespace rookery::app {
namespace {

constexpr unsigned kReadThreads = 4;

Status make_parent_of(const std::string& directory) {
  std::error_code error;
  const auto parent = std::filesystem::absolute(directory, error).lexically_normal().parent_path();
  std::filesystem::create_directories(parent, error);
  if (error) return fail(ErrorCode::kInternal, "cannot make the directory " + parent.string() + ": " + error.message());
  return {};
}

embedded::RocksChannelLogOptions channel_log_options(const Limits& limits) {
  embedded::RocksChannelLogOptions options;
  options.limits.group_members = limits.group_members;
  options.limits.pins = limits.pins;
  options.limits.reactions_per_message = limits.reactions_per_message;
  return options;
}

}  // namespace

unsigned core_count(const Config& config) { return config.cores > 0 ? config.cores : std::max(1u, std::thread::hardware_concurrency()); }

EmbeddedStores::EmbeddedStores(unsigned cores, std::size_t reads_waiting_max)
    : cores_(cores, system_clock()), reads_("reads", kReadThreads, reads_waiting_max) {}

EmbeddedStores::~EmbeddedStores() { stop(); }

Result<std::unique_ptr<EmbeddedStores>> EmbeddedStores::open(const Config& config, unsigned cores) {
  std::unique_ptr<EmbeddedStores> stores(new EmbeddedStores(cores, config.reads_waiting_max));
  if (Status opened = stores->open_all(config); !opened) return fail(std::move(opened.error()));
  return stores;
}

Status EmbeddedStores::open_all(const Config& config) {
  if (Status made = make_parent_of(config.data_dir); !made) return made;
  embedded::DatabaseOptions options;
  options.directory = config.data_dir;
  options.cores = cores_.size();
  options.storage_reserve = storage_reserve(config);
  options.reads = &reads_;
  auto database = embedded::Database::open(std::move(options));
  if (!database) return fail(std::move(database.error()));
  database_ = *std::move(database);

  mark_.emplace(*database_);
  const auto stored = mark_->stored();
  if (!stored) return fail(stored.error());
  std::this_thread::sleep_for(wait_before_ids(*stored, system_clock().now()));
  if (system_clock().now() < *stored)
    log_warning("the clock was set back: ids go on from where they were", {{"mark", format_rfc3339(*stored)}});
  ids_.emplace(cores_.size(), *stored, system_clock(), &*mark_);

  accounts_ = std::make_unique<embedded::RocksAccountStore>(cores_, *database_);
  if (Status prepared = accounts_->prepare(); !prepared) return prepared;
  auto channels = embedded::RocksChannelLog::open(cores_, *database_, *ids_, channel_log_options(config.limits));
  if (!channels) return fail(std::move(channels.error()));
  channels_ = *std::move(channels);
  return {};
}

void EmbeddedStores::stop() {
  if (!started_) return;
  started_ = false;
  run_blocking(cores_.at(0), channels_->flush());
  reads_.stop();
  cores_.stop();
  if (const Status stored = mark_->store_exactly(ids_->used()); !stored) {
    log_warning("the next start waits for up to a second", {{"reason", stored.error().sentence()}});
  }
}

}  // namespace rookery::app
