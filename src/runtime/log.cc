#include "runtime/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

#include "base/json_writer.h"
#include "base/time.h"

namespace rookery {
namespace {

std::atomic<LogLevel> least_level{LogLevel::kInfo};
std::atomic<LogFormat> log_format{LogFormat::kText};

constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};

void write_value(JsonWriter& json, const LogField& field) {
  std::visit(
      [&json](auto value) {
        using T = decltype(value);
        if constexpr (std::is_same_v<T, std::string_view>) {
          json.string(value);
        } else if constexpr (std::is_same_v<T, bool>) {
          json.boolean(value);
        } else {
          json.number(value);
        }
      },
      field.value);
}

}  // namespace

void configure_log(LogLevel least, LogFormat format) {
  least_level.store(least, std::memory_order_relaxed);
  log_format.store(format, std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  std::string line;
  const std::string_view name = kNames[static_cast<std::size_t>(level)];
  if (log_format.load(std::memory_order_relaxed) == LogFormat::kJson) {
    JsonWriter json(line);
    json.begin_object().key("time").string(format_rfc3339(system_clock().now())).key("level").string(name).key("message").string(message);
    for (const LogField& field : fields) {
      write_value(json.key(field.key), field);
    }
    json.end_object();
  } else {
    append_rfc3339(line, system_clock().now());
    line.append(" ").append(name).append(" ").append(message);
    for (const LogField& field : fields) {
      line.append(" ").append(field.key).append("=");
      JsonWriter value(line);
      write_value(value, field);
    }
  }
  line += '\n';
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace rookery
