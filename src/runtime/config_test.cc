#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "runtime/config_sources.h"
#include "runtime/config_text.h"
#include "runtime/options.h"

namespace rookery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Texts = std::vector<std::string_view>;

// A file that is gone at the end of its scope.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) {
    path_ = (std::filesystem::temp_directory_path() / "rookery-config-XXXXXX").string();
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    std::FILE* const file = ::fdopen(fd, "w");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Problems problems_of(const Texts& flags, const Texts& environment = {}) {
  const auto loaded = load_config(flags, environment);
  return loaded ? Problems{} : loaded.error();
}

Config config_of(const Texts& flags, const Texts& environment = {}) {
  auto loaded = load_config(flags, environment);
  if (!loaded) ADD_FAILURE() << loaded.error().front();
  return loaded ? loaded->config : Config{};
}

TEST(Config, DefaultsAreThoseOfTheProtocol) {
  const Config config = config_of({});
  EXPECT_EQ(config.session_ttl, std::chrono::seconds(300));
  EXPECT_EQ(config.drain, std::chrono::seconds(5));
  EXPECT_EQ(config.limits, Limits{});
  EXPECT_TRUE(config.rates.on);
  EXPECT_EQ(config.registration, std::nullopt);
  EXPECT_EQ(config.presence_visibility, PresenceVisibility::kAll);
  EXPECT_FALSE(config.metrics_listen.has_value());
  EXPECT_FALSE(config.storage_reserve_bytes.has_value());
}

TEST(Config, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  const TemporaryFile file("data-dir = \"file\"\nname = \"file\"\nlisten = \"0.0.0.0:1\"\n");
  const std::string config_variable = "ROOKERY_CONFIG=" + file.path();
  const auto loaded = load_config(Texts{"--data-dir", "flag"},
                                  Texts{"ROOKERY_DATA_DIR=environment", "ROOKERY_NAME=environment", config_variable, "HOME=/root"});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front();
  EXPECT_EQ(loaded->config.data_dir, "flag");
  EXPECT_EQ(loaded->config.name, "environment");
  EXPECT_EQ(to_string(loaded->config.listen), "0.0.0.0:1");
  EXPECT_EQ(loaded->config.drain, std::chrono::seconds(5));
  EXPECT_EQ(loaded->origins.at("data-dir"), "--data-dir");
  EXPECT_EQ(loaded->origins.at("name"), "ROOKERY_NAME");
  EXPECT_EQ(loaded->origins.at("listen"), file.path() + ", line 3");
  EXPECT_FALSE(loaded->origins.contains("drain"));
}

TEST(Config, EveryRequiredOptionIsTakenAsFlagVariableAndKey) {
  const std::pair<std::string, std::string> samples[] = {{"data-dir", "/srv/x"},
                                                         {"listen", "[::1]:0"},
                                                         {"rate-limits", "off"},
                                                         {"session-ttl", "2"},
                                                         {"registration", "invite"},
                                                         {"presence-visibility", "shared"},
                                                         {"drain", "0"},
                                                         {"storage-reserve", "1MiB"},
                                                         {"jwt-key", "/srv/key.pem"},
                                                         {"metrics-listen", "[::]:9"},
                                                         {"allowed-origins", "https://a.example"},
                                                         {"cores", "2"}};
  for (const auto& [name, value] : samples) {
    const Option* const option = find_option(name);
    ASSERT_NE(option, nullptr) << name;
    const std::string flag = flag_name(*option) + "=" + value;
    const std::string variable = environment_name(*option) + "=" + value;
    const auto key = settings_of_file(name + " = \"" + value + "\"\n", "test");
    ASSERT_TRUE(key.has_value()) << name;
    const auto by_file = apply_settings(*key);
    ASSERT_TRUE(by_file.has_value()) << by_file.error().front();
    const std::string expected = option->get(config_of({flag}));
    EXPECT_FALSE(expected.empty()) << name;
    EXPECT_EQ(option->get(config_of({}, {variable})), expected);
    EXPECT_EQ(option->get(by_file->config), expected);
  }
}

TEST(Config, UnknownNamesAreAnsweredWithTheNearestOne) {
  EXPECT_THAT(problems_of({"--lisen", "x"}), ElementsAre("unknown option --lisen; the nearest one is --listen"));
  EXPECT_THAT(problems_of({}, {"ROOKERY_DATADIR=x"}), ElementsAre("unknown option ROOKERY_DATADIR; the nearest one is ROOKERY_DATA_DIR"));
  const TemporaryFile file("# a comment\nsession_ttl = 3\n[limits]\n");
  EXPECT_THAT(problems_of({"--config", file.path()}), ElementsAre(HasSubstr("line 3: limits must be")));
  const TemporaryFile other("# a comment\nsession_ttl = 3\n");
  EXPECT_THAT(problems_of({"--config", other.path()}),
              ElementsAre(other.path() + ", line 2: unknown option session_ttl; the nearest one is session-ttl"));
}

TEST(Config, VariablesThatResembleNoOptionAreSomebodyElses) {
  const auto loaded =
      load_config({}, Texts{"ROOKERY_PORT=tcp://10.0.0.1:80", "ROOKERY_SERVICE_HOST=10.0.0.1", "ROOKERY_BINARY=x", "ROOKERY_=x"});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front();
  EXPECT_THAT(loaded->ignored, ElementsAre("ROOKERY_PORT", "ROOKERY_SERVICE_HOST", "ROOKERY_BINARY", "ROOKERY_"));
  EXPECT_THAT(problems_of({}, {"ROOKERY_DATA=x"}), ElementsAre(HasSubstr("unknown option ROOKERY_DATA;")));
  EXPECT_THAT(problems_of({}, {"ROOKERY_LISTN=x"}), ElementsAre(HasSubstr("ROOKERY_LISTEN")));
}

TEST(Config, RefusalsSayWhatTheValueMustBe) {
  EXPECT_THAT(problems_of({"--session-ttl", "0"}), ElementsAre("--session-ttl must be a whole number from 1 to 604800, not '0'"));
  EXPECT_THAT(problems_of({"--limit-content=many"}), ElementsAre("--limit-content must be a whole number from 1 to 100000, not 'many'"));
  EXPECT_THAT(problems_of({"--registration", "yes"}), ElementsAre("--registration must be open, invite or closed, not 'yes'"));
  EXPECT_THAT(problems_of({"--rate-limits", "none"}), ElementsAre("--rate-limits must be on or off, not 'none'"));
  EXPECT_THAT(problems_of({}, {"ROOKERY_LISTEN=8080"}), ElementsAre(HasSubstr("ROOKERY_LISTEN must be HOST:PORT")));
  EXPECT_THAT(problems_of({"--rate-messages", "5"}), ElementsAre(HasSubstr("must be COUNT/SECONDS")));
  EXPECT_THAT(problems_of({"--listen", "[::1/64]:1"}), ElementsAre(HasSubstr("must be HOST:PORT")));
  EXPECT_THAT(problems_of({"--allowed-origins", "https://a.example/"}), ElementsAre(HasSubstr("must be origins")));
  EXPECT_THAT(problems_of({"--name", "a\x7f"}), ElementsAre(HasSubstr("without control characters")));
  EXPECT_THAT(problems_of({"--listen"}), ElementsAre("--listen needs a value"));
  EXPECT_THAT(problems_of({"listen"}), ElementsAre("'listen' is no option: options are written --name value"));
  EXPECT_THAT(problems_of({"--config", "/nowhere/rookery.toml"}), ElementsAre("cannot read the configuration file /nowhere/rookery.toml"));
}

TEST(Config, EverythingThatIsWrongIsToldAtOnce) { EXPECT_EQ(problems_of({"--drain", "x", "--cores", "0", "--nam", "y"}).size(), 3u); }

TEST(Config, ValuesThatContradictOneAnotherAreRefused) {
  EXPECT_THAT(problems_of({"--tls-cert", "a.pem"}), ElementsAre(HasSubstr("tls-cert and tls-key go together")));
  EXPECT_THAT(problems_of({"--limit-content", "10000"}), ElementsAre(HasSubstr("may need a frame of")));
}

TEST(Config, RateLimitsOffLiftsTheFrameRateAndTheConnectionLimit) {
  const auto loaded = load_config(Texts{"--rate-limits", "off", "--limit-connections-per-user", "3"}, {});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_FALSE(loaded->config.rates.on);
  EXPECT_EQ(loaded->config.limits.frames_per_minute, 0u);
  EXPECT_EQ(loaded->config.limits.connections_per_user, 0u);
  EXPECT_EQ(loaded->origins.at("limit-connections-per-user"), "rate-limits off");
}

TEST(Config, FileTakesTheTypesOfToml) {
  const auto settings =
      settings_of_file("rate-limits = false\nlimit-content = 2_000\nallowed-origins = [\"http://a\", \"http://b:81\"]\n", "f");
  ASSERT_TRUE(settings.has_value()) << settings.error().front();
  const auto loaded = apply_settings(*settings);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front();
  EXPECT_FALSE(loaded->config.rates.on);
  EXPECT_EQ(loaded->config.limits.content, 2000u);
  EXPECT_THAT(loaded->config.allowed_origins, ElementsAre("http://a", "http://b:81"));
  EXPECT_THAT(settings_of_file("a = \n", "f").error(), ElementsAre(HasSubstr("f, line 1: ")));
  EXPECT_FALSE(settings_of_file("drain = 1.5\n", "f").has_value());
  EXPECT_THAT(settings_of_file("[&", "f").error(), ElementsAre("f: is no TOML"));
  EXPECT_THAT(settings_of_file("\u00fc", "f").error(), ElementsAre(HasSubstr("f, line 1: ")));
  EXPECT_THAT(settings_of_file("name = '\xff'", "f").error(), ElementsAre("f, line 1: is not UTF-8"));
  EXPECT_EQ(settings_of_file("\xef\xbb\xbfname = '~\u00fc~' # \u00fc", "f").value()[0].value, "~\u00fc~");
}

TEST(Config, WhatIsShownGivesTheSameConfigurationAgain) {
  const auto loaded =
      load_config(Texts{"--name", "a \"b\" \\ ü", "--storage-reserve", "2GiB", "--metrics-listen", "[::1]:9100", "--trusted-proxies",
                        "10.0.0.0/8, ::1", "--rate-messages", "7/8", "--limit-page", "40", "--cores", "3"},
                  {});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().front();
  for (const bool with_origins : {false, true}) {
    const std::string shown = show_config(*loaded, with_origins);
    const auto settings = settings_of_file(shown, "shown");
    ASSERT_TRUE(settings.has_value()) << settings.error().front();
    const auto again = apply_settings(*settings);
    ASSERT_TRUE(again.has_value()) << again.error().front();
    EXPECT_EQ(show_config(*again, false), show_config(*loaded, false));
  }
}

TEST(Config, ShowSaysWhereEachValueComesFrom) {
  const auto loaded = load_config(Texts{"--drain=9"}, Texts{"ROOKERY_NAME=x"});
  ASSERT_TRUE(loaded.has_value());
  const std::string shown = show_config(*loaded, true);
  EXPECT_THAT(shown, testing::ContainsRegex("drain = 9 +# --drain\n"));
  EXPECT_THAT(shown, testing::ContainsRegex("name = \"x\" +# ROOKERY_NAME\n"));
  EXPECT_THAT(shown, testing::ContainsRegex("session-ttl = 300 +# default\n"));
  EXPECT_THAT(shown, HasSubstr("# metrics-listen: off"));
}

TEST(Options, NamesAreUniqueAndTheirDefaultsAreTaken) {
  std::set<std::string> names;
  for (const Option& option : option_table()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    Config config;
    const std::string value = option.get(config);
    EXPECT_EQ(value.empty(), !option.unset_means.empty()) << option.name;
    if (!value.empty()) EXPECT_TRUE(option.set(config, value).has_value()) << option.name;
    EXPECT_EQ(option.get(config), value) << option.name;
  }
}

TEST(Options, HelpAndDocumentationNameEveryOption) {
  for (const Option& option : option_table()) {
    EXPECT_THAT(options_help(), HasSubstr("  --" + option.name + " "));
    EXPECT_THAT(options_markdown(), HasSubstr("| `" + option.name + "` |"));
  }
}

TEST(Options, CommittedDocumentationIsUpToDate) {
  std::ifstream file(ROOKERY_SOURCE_DIR "/docs/configuration.md");
  ASSERT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), options_markdown()) << "write it anew: rookery config docs > docs/configuration.md";
}

}  // namespace
}  // namespace rookery
