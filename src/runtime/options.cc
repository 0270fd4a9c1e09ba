#include "runtime/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <utility>
#include <vector>

#include "runtime/option_values.h"

namespace rookery {
namespace {

constexpr unsigned kCoresMax = 256;
constexpr std::uint64_t kSecondsMost = 604'800;  // a week
constexpr std::uint64_t kConnectionsMost = 100'000'000;
constexpr std::uint64_t kWaitingMost = 1'000'000;

using Set = std::expected<void, std::string>;

Option row(std::string name, std::string value, std::string description) {
  Option option;
  option.name = std::move(name);
  option.value = std::move(value);
  option.description = std::move(description);
  return option;
}

template <class Number>
Parsed<Number> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto value = parse_whole_number(text, least, most);
  if (!value) return std::unexpected(value.error());
  return Number(*value);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A field that `parse` makes from text and `show` turns back.
template <class Field, class Parse, class Show>
Option value_option(Option option, Field Config::* field, Parse parse, Show show) {
  option.set = [field, parse](Config& config, std::string_view text) -> Set {
    auto parsed = parse(text);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    config.*field = *std::move(parsed);
    return {};
  };
  option.get = [field, show](const Config& config) { return show(config.*field); };
  return option;
}

Option text_option(Option option, std::string Config::* field) {
  const auto same = [](std::string_view text) -> Parsed<std::string> {
    if (std::ranges::any_of(text, is_control)) return std::unexpected("must be one line of text, without control characters");
    return std::string(text);
  };
  return value_option(std::move(option), field, same, [](const std::string& value) { return value; });
}

template <class Enum, std::size_t N>
Option choice_option(Option option, Enum Config::* field, const std::array<std::string_view, N>& names) {
  for (const std::string_view name : names) option.value += (option.value.empty() ? "" : "|") + std::string(name);
  const auto parse = [names](std::string_view text) -> Parsed<Enum> {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::unexpected("must be " + join_choices({names.begin(), names.end()}));
    return static_cast<Enum>(found - names.begin());
  };
  return value_option(std::move(option), field, parse, [names](Enum value) { return std::string(names[static_cast<std::size_t>(value)]); });
}

Option seconds_option(Option option, std::chrono::seconds Config::* field, std::uint64_t least) {
  option.numeric = true;
  const auto parse = [least](std::string_view text) { return parse_number<std::chrono::seconds>(text, least, kSecondsMost); };
  return value_option(std::move(option), field, parse, [](std::chrono::seconds value) { return std::to_string(value.count()); });
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& element : list) out += (out.empty() ? "" : ",") + element;
  return out;
}

Option limit_option(const LimitInfo& info) {
  std::string name = "limit-" + std::string(info.name);
  std::ranges::replace(name, '_', '-');
  Option option = row(std::move(name), "NUMBER", fmt::format("{} ({} to {})", info.description, info.least, info.most));
  option.numeric = true;
  option.set = [info](Config& config, std::string_view text) -> Set {
    const auto value = parse_whole_number(text, info.least, info.most);
    if (!value) return std::unexpected(value.error());
    config.limits.*info.value = static_cast<std::uint32_t>(*value);
    return {};
  };
  option.get = [info](const Config& config) { return std::to_string(config.limits.*info.value); };
  return option;
}

Option rate_option(const RateInfo& info) {
  Option option = row("rate-" + std::string(info.name), "COUNT/SECONDS", std::string(info.description));
  option.set = [bucket = info.bucket](Config& config, std::string_view text) -> Set {
    const auto rate = parse_rate(text);
    if (!rate) return std::unexpected(rate.error());
    config.rates.of(bucket) = *rate;
    return {};
  };
  option.get = [bucket = info.bucket](const Config& config) {
    const Rate& rate = config.rates.of(bucket);
    return fmt::format("{}/{}", rate.count, rate.seconds);
  };
  return option;
}

Option rate_switch() {
  Option option = row("rate-limits", "on|off",
                      "off lifts every request rate, the frame rate (limit-frames-per-minute) and the connection limit "
                      "(limit-connections-per-user)");
  option.set = [](Config& config, std::string_view text) -> Set {
    const auto on = parse_switch(text);
    if (!on) return std::unexpected(on.error());
    config.rates.on = *on;
    return {};
  };
  option.get = [](const Config& config) { return std::string(config.rates.on ? "on" : "off"); };
  return option;
}

Option cores_option() {
  Option option = row("cores", "NUMBER", "threads that serve clients, each with its share of the users");
  option.numeric = true;
  option.unset_means = "as many as the machine has";
  const auto parse = [](std::string_view text) { return parse_number<unsigned>(text, 1, kCoresMax); };
  return value_option(std::move(option), &Config::cores, parse,
                      [](unsigned count) { return count == 0 ? std::string() : std::to_string(count); });
}

Option storage_reserve_option() {
  Option option = row("storage-reserve", "BYTES", "writes are refused while less than this is free on the disk of the data directory");
  option.numeric = true;
  option.unset_means = "1 GiB or 5 % of the disk, whichever is smaller";
  return value_option(std::move(option), &Config::storage_reserve_bytes, parse_byte_count,
                      [](const std::optional<std::uint64_t>& bytes) { return bytes ? std::to_string(*bytes) : std::string(); });
}

Option connections_option() {
  Option option = row("connections-max", "NUMBER", "open connections in all; a new one beyond it is answered 503 and closed");
  option.numeric = true;
  option.unset_means = "what the limit of open files leaves";
  const auto parse = [](std::string_view text) { return parse_number<std::uint64_t>(text, 1, kConnectionsMost); };
  return value_option(std::move(option), &Config::connections_max, parse,
                      [](const std::optional<std::uint64_t>& count) { return count ? std::to_string(*count) : std::string(); });
}

Option memory_option() {
  Option option =
      row("memory-max", "BYTES", "while the process has more, no connection, session or request is taken on, and those there go on");
  option.numeric = true;
  option.unset_means = "nine tenths of what the machine, or the control group, has";
  return value_option(std::move(option), &Config::memory_max_bytes, parse_byte_count,
                      [](const std::optional<std::uint64_t>& bytes) { return bytes ? std::to_string(*bytes) : std::string(); });
}

Option request_bytes_option() {
  Option option = row("request-bytes-max", "BYTES", "bytes of the requests at work on one core; beyond it they are answered 503");
  option.numeric = true;
  return value_option(std::move(option), &Config::request_bytes_max, parse_byte_count,
                      [](std::uint64_t bytes) { return std::to_string(bytes); });
}

Option unread_bytes_option() {
  Option option = row("unread-bytes-max", "BYTES",
                      "bytes of REST answers on one core that their readers have not taken; beyond it those that wait longest are cut");
  option.numeric = true;
  return value_option(std::move(option), &Config::unread_bytes_max, parse_byte_count,
                      [](std::uint64_t bytes) { return std::to_string(bytes); });
}

Option registration_option() {
  Option option = row("registration", "open|invite|closed", "who may make an account");
  option.unset_means = "open, until an administrator changes it on the running server";
  const auto parse = [](std::string_view text) -> Parsed<std::optional<Registration>> {
    const auto found = std::ranges::find(kRegistrationNames, text);
    if (found == kRegistrationNames.end()) {
      return std::unexpected("must be " + join_choices({kRegistrationNames.begin(), kRegistrationNames.end()}));
    }
    return static_cast<Registration>(found - kRegistrationNames.begin());
  };
  return value_option(std::move(option), &Config::registration, parse, [](const std::optional<Registration>& mode) {
    return mode ? std::string(kRegistrationNames[static_cast<std::size_t>(*mode)]) : std::string();
  });
}

Option count_option(Option option, std::uint32_t Config::* field) {
  option.value = "NUMBER";
  option.numeric = true;
  const auto parse = [](std::string_view text) { return parse_number<std::uint32_t>(text, 1, kWaitingMost); };
  return value_option(std::move(option), field, parse, [](std::uint32_t count) { return std::to_string(count); });
}

Option metrics_listen_option() {
  Option option = row("metrics-listen", "HOST:PORT", "where Prometheus metrics are served, to whoever asks");
  option.unset_means = "off";
  return value_option(std::move(option), &Config::metrics_listen, parse_endpoint,
                      [](const std::optional<Endpoint>& endpoint) { return endpoint ? to_string(*endpoint) : std::string(); });
}

Option unset(Option option, std::string means) {
  option.unset_means = std::move(means);
  return option;
}

std::vector<Option> server_options() {
  return {
      text_option(row("name", "TEXT", "name of this installation, shown to people"), &Config::name),
      text_option(row("data-dir", "DIR", "where everything is kept; made when missing"), &Config::data_dir),
      unset(text_option(row("web-dir", "DIR", "the web client to serve"), &Config::web_dir), "the one that belongs to the program"),
      cores_option(),
      storage_reserve_option(),
      seconds_option(row("drain", "SECONDS", "how long a stop takes to send clients away, evenly spread"), &Config::drain, 0),
      choice_option(row("log-format", "", "how log lines are written to stderr"), &Config::log_format,
                    std::to_array<std::string_view>({"text", "json"})),
      choice_option(row("log-level", "", "the least important lines to log"), &Config::log_level,
                    std::to_array<std::string_view>({"debug", "info", "warning", "error"})),
  };
}

std::vector<Option> network_options() {
  return {
      value_option(row("listen", "HOST:PORT", "where clients are served; port 0 takes any that is free"), &Config::listen, parse_endpoint,
                   [](const Endpoint& endpoint) { return to_string(endpoint); }),
      unset(text_option(row("tls-cert", "FILE", "PEM certificate chain: serve https, with tls-key"), &Config::tls_cert), "no TLS"),
      unset(text_option(row("tls-key", "FILE", "PEM private key of tls-cert"), &Config::tls_key), "no TLS"),
      unset(value_option(row("allowed-origins", "ORIGIN,…", "origins of pages that may open the gateway"), &Config::allowed_origins,
                         parse_origins, joined),
            "any"),
      unset(text_option(
                row("trusted-proxies", "ADDRESS,…", "proxies, or ranges of them, whose X-Forwarded-For and X-Forwarded-Proto are believed"),
                &Config::trusted_proxies),
            "none"),
      metrics_listen_option(),
  };
}

std::vector<Option> account_options() {
  return {
      registration_option(),
      choice_option(row("presence-visibility", "", "who sees whether somebody is online: everyone signed in, or who shares a channel"),
                    &Config::presence_visibility, std::to_array<std::string_view>({"all", "shared"})),
      seconds_option(row("session-ttl", "SECONDS", "how long after its last frame a gateway session can be resumed"), &Config::session_ttl,
                     1),
      unset(text_option(row("jwt-key", "FILE", "PEM key that signs access tokens; made when missing"), &Config::jwt_key),
            "jwt-key.pem in the data directory"),
  };
}

std::vector<Option> load_options() {
  return {
      connections_option(),
      memory_option(),
      count_option(row("requests-max", "", "requests at work at once on one core, REST and gateway together; more are answered 503"),
                   &Config::requests_max),
      request_bytes_option(),
      unread_bytes_option(),
      count_option(
          row("passwords-waiting-max", "", "logins and registrations that wait for their password to be hashed; more are answered 503"),
          &Config::passwords_waiting_max),
      count_option(row("reads-waiting-max", "", "reads of the disk that wait for a thread; more are answered 503"),
                   &Config::reads_waiting_max),
      seconds_option(row("http-head-deadline", "SECONDS", "from a request's first byte, or the connection's start, to the end of its head"),
                     &Config::http_head_deadline, 1),
      seconds_option(row("http-progress-deadline", "SECONDS", "in which 1 KiB of a body must come, or of an answer be taken"),
                     &Config::http_progress_deadline, 1),
      seconds_option(row("http-answer-deadline", "SECONDS", "in which an answer must be taken whole, files of the web client aside"),
                     &Config::http_answer_deadline, 1),
      seconds_option(row("http-idle-deadline", "SECONDS", "how long a connection may be idle between requests"),
                     &Config::http_idle_deadline, 1),
      seconds_option(row("identify-deadline", "SECONDS", "from a gateway connection's start to its Identify or Resume"),
                     &Config::identify_deadline, 1),
      seconds_option(row("slow-reader-deadline", "SECONDS", "how long a gateway connection may have 256 KiB unsent"),
                     &Config::slow_reader_deadline, 1),
      seconds_option(row("frame-deadline", "SECONDS", "how long a frame of a gateway connection may take, from its first byte to its last"),
                     &Config::frame_deadline, 1),
  };
}

std::vector<Option> limit_options() {
  std::vector<Option> options;
  for (const LimitInfo& info : limit_table()) options.push_back(limit_option(info));
  return options;
}

std::vector<Option> rate_options() {
  std::vector<Option> options = {rate_switch()};
  for (const RateInfo& info : rate_table()) options.push_back(rate_option(info));
  return options;
}

std::vector<Option> make_table() {
  std::vector<Option> table;
  const auto add = [&table](std::string_view section, std::vector<Option> options) {
    for (Option& option : options) {
      option.section = section;
      table.push_back(std::move(option));
    }
  };
  add("Server", server_options());
  add("Network", network_options());
  add("Accounts", account_options());
  add("Load", load_options());
  add("Rates", rate_options());
  add("Limits", limit_options());
  return table;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row_before(b.size() + 1);
  std::iota(row_before.begin(), row_before.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> current(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = row_before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({row_before[j] + 1, current[j - 1] + 1, replaced});
    }
    row_before = std::move(current);
  }
  return row_before.back();
}

}  // namespace

std::span<const Option> option_table() {
  static const std::vector<Option> table = make_table();
  return table;
}

const Option* find_option(std::string_view name) {
  for (const Option& option : option_table()) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

std::string_view nearest_option(std::string_view name) {
  constexpr std::size_t kNameCharactersMax = 64;  // of what was typed; more are not compared
  name = name.substr(0, kNameCharactersMax);
  return std::ranges::min_element(option_table(), {}, [name](const Option& option) { return edit_distance(name, option.name); })->name;
}

bool resembles_an_option(std::string_view name) {
  constexpr std::size_t kEditsMost = 2;
  const std::string_view nearest = nearest_option(name);
  return edit_distance(name, nearest) <= kEditsMost ||
         (!name.empty() && std::ranges::any_of(option_table(), [name](const Option& option) { return option.name.starts_with(name); }));
}

std::string flag_name(const Option& option) { return "--" + option.name; }

std::string environment_name(const Option& option) {
  std::string name = "ROOKERY_" + option.name;
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string to_string(const Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port) : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace rookery
