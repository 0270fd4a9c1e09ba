#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "app/command_list.h"
#include "app/embedded_stores.h"
#include "app/listeners.h"
#include "app/metrics_page.h"

namespace rookery::app {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string_view>;

struct Ended {
  int status = 0;
  std::string out;
  std::string err;
};

Ended run(const Words& words) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ended ended;
  ended.status = run_command(words);
  std::fflush(stdout);
  ended.out = testing::internal::GetCapturedStdout();
  ended.err = testing::internal::GetCapturedStderr();
  return ended;
}

TEST(Commands, ConfigShowPrintsWhatWasSaidAndWhere) {
  const Ended shown = run({"config", "show", "--drain", "7", "--origin"});
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.out, testing::ContainsRegex("drain = 7 +# --drain\n"));
  EXPECT_EQ(shown.err, "");
}

TEST(Commands, MistakesAreTellingAndEndWithStatus2) {
  const Ended unknown = run({"sevre"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no command 'sevre'"));
  EXPECT_EQ(run({"config"}).status, 2);
  EXPECT_EQ(run({"config", "shown"}).status, 2);
  const Ended option = run({"--lisen", "x"});
  EXPECT_EQ(option.status, 2);
  EXPECT_EQ(option.err, "rookery: unknown option --lisen; the nearest one is --listen\n");
  EXPECT_EQ(run({"serve", "--drain", "-1"}).status, 2);
  EXPECT_EQ(run({"version", "x"}).status, 2);
}

TEST(Commands, HelpNamesEveryCommandAndOption) {
  for (const Words& words : {Words{"help"}, Words{"--help"}, Words{"serve", "--help"}, Words{"-h"}}) {
    const Ended help = run(words);
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, HasSubstr("--listen HOST:PORT"));
    for (const Command& command : command_table()) EXPECT_THAT(help.out, HasSubstr("  " + std::string(command.words) + " "));
  }
}

TEST(Commands, VersionIsPrinted) { EXPECT_THAT(run({"--version"}).out, testing::MatchesRegex("rookery [0-9.]+\n")); }

TEST(Commands, RoutesAreThoseOfTheServer) {
  const Ended routes = run({"routes"});
  EXPECT_EQ(routes.status, 0) << routes.err;
  for (const char* const line : {"GET /gateway\n", "GET /api/v1/instance\n", "POST /api/v1/auth/login\n", "GET /healthz\n"}) {
    EXPECT_THAT(routes.out, HasSubstr(line));
  }
}

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    directory_ = (std::filesystem::temp_directory_path() / "rookery-app-XXXXXX").string();
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
  }
  ~DirectoryTest() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
};

using Compact = DirectoryTest;
using Repair = DirectoryTest;
class Listeners : public DirectoryTest {
 protected:
  Admission admission_{1, {}, process_memory_bytes};
};
using Admin = DirectoryTest;

// The tests' input is no terminal: passwords are made, and told.
TEST_F(Admin, CreatesAnAccountOnceAndTellsItsPassword) {
  const std::string data = directory_ + "/not/yet/there";
  const Ended created = run({"admin", "create", "Ada", "--data-dir", data});
  EXPECT_EQ(created.status, 0) << created.err;
  EXPECT_THAT(created.out, testing::MatchesRegex("Ada is an administrator\npassword .shown this once.: [A-Za-z2-9]+\n"));
  const Ended again = run({"admin", "create", "ada", "--data-dir", data});
  EXPECT_EQ(again.status, 1);
  EXPECT_EQ(again.err, "rookery: Already taken; username is taken\n");
  EXPECT_EQ(run({"admin", "reset-password", "ada", "--data-dir", data}).status, 0);
  EXPECT_EQ(run({"admin", "reset-password", "bob", "--data-dir", data}).err, "rookery: Unknown user\n");
  EXPECT_THAT(run({"admin", "verify-email", "ada", "--data-dir", data}).err, HasSubstr("email is not set"));
}

TEST_F(Admin, RefusesWhileAServerHasTheDirectory) {
  Config config;
  config.data_dir = directory_;
  const auto stores = EmbeddedStores::open(config, 1);
  ASSERT_TRUE(stores.has_value()) << stores.error().sentence();
  const Ended refused = run({"admin", "create", "ada", "--data-dir", directory_});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("another server is using it"));
  EXPECT_EQ(refused.out, "");
}

TEST_F(Admin, WantsAUsernameOfTheRightForm) {
  EXPECT_EQ(run({"admin", "create"}).status, 2);
  EXPECT_EQ(run({"admin", "create", "--data-dir", directory_}).status, 2);
  EXPECT_THAT(run({"admin", "create", "a b", "--data-dir", directory_}).err, HasSubstr("username"));
}

TEST_F(Admin, PrintsAnInvite) {
  const Ended made = run({"admin", "invite", "3", "0", "--data-dir", directory_});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, testing::MatchesRegex("[A-Za-z0-9_-]+\n"));
  EXPECT_EQ(run({"admin", "invite", "--data-dir", directory_}).status, 0);
  EXPECT_EQ(run({"admin", "invite", "0", "--data-dir", directory_}).status, 2);
  EXPECT_EQ(run({"admin", "invite", "1", "x", "--data-dir", directory_}).status, 2);
}

TEST_F(Compact, WorksOnAStoppedServersDirectoryOnly) {
  const std::string missing = directory_ + "/missing";
  const Ended refused = run({"compact", "--data-dir", missing});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("there is no data directory"));
  EXPECT_FALSE(std::filesystem::exists(missing));
  const Ended done = run({"compact", "--data-dir", directory_});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr(directory_ + " is compacted"));
}

TEST_F(Repair, TellsWhatIsWrongAndChangesItOnlyWhenTold) {
  ASSERT_EQ(run({"compact", "--data-dir", directory_}).status, 0);
  const Ended whole = run({"repair", "--data-dir", directory_});
  EXPECT_EQ(whole.status, 0) << whole.err;
  EXPECT_THAT(whole.out, HasSubstr("Nothing is wrong"));
  std::filesystem::remove(directory_ + "/watermark");
  const Ended told = run({"repair", "--data-dir", directory_});
  EXPECT_EQ(told.status, 1);
  EXPECT_THAT(told.out, HasSubstr("watermark: missing"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/watermark"));
  const Ended saved = run({"repair", "--write", "--data-dir", directory_});
  EXPECT_EQ(saved.status, 0) << saved.err;
  EXPECT_THAT(saved.out, HasSubstr("the damaged files are in " + directory_ + "/damaged-"));
  EXPECT_EQ(run({"repair", "--data-dir", directory_}).status, 0);
  const Ended renewed = run({"admin", "new-epoch", "--data-dir", directory_});
  EXPECT_EQ(renewed.status, 0) << renewed.err;
  EXPECT_THAT(renewed.out, HasSubstr("has the new epoch"));
}

TEST_F(Listeners, TakeAsManyConnectionsAsTheOpenFilesLeaveUnlessTheyWereToldHowMany) {
  Config config;
  ::rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  const std::size_t left = connections_max(config);
  EXPECT_GT(left, 0u);
  EXPECT_LT(left, files.rlim_cur);
  EXPECT_GE(left, std::min<std::uint64_t>(files.rlim_cur / 2, 1'000'000));
  config.connections_max = 7;
  EXPECT_EQ(connections_max(config), 7u);
}

TEST_F(Listeners, TakeOnWhatTheOptionsAndTheMemoryOfTheMachineAllow) {
  Config config;
  EXPECT_EQ(admission_limits(config).memory_bytes_max, memory_bytes_available() / 10 * 9);
  config.memory_max_bytes = 123'456;
  config.requests_max = 5;
  config.request_bytes_max = 6'000;
  const AdmissionLimits limits = admission_limits(config);
  EXPECT_EQ(limits.memory_bytes_max, 123'456u);
  EXPECT_EQ(limits.requests_max, 5u);
  EXPECT_EQ(limits.request_bytes_max, 6'000u);
}

TEST_F(Listeners, TakeAnyPortAndSayWhich) {
  Config config;
  config.listen = {"127.0.0.1", 0};
  const auto server = open_client_listener(config, net::WebSocketPolicy{}, admission_);
  ASSERT_TRUE(server.has_value()) << server.error().sentence();
  EXPECT_THAT(address_of(**server, false), testing::MatchesRegex("http://127.0.0.1:[1-9][0-9]*"));
  config.listen.port = (*server)->port();
  const auto second = open_client_listener(config, net::WebSocketPolicy{}, admission_);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, testing::StartsWith("listen: "));
}

TEST_F(Listeners, NameTheOptionThatIsWrong) {
  Config config;
  config.listen = {"127.0.0.1", 0};
  config.trusted_proxies = "10.0.0.0/99";
  EXPECT_EQ(open_client_listener(config, net::WebSocketPolicy{}, admission_).error().message,
            "trusted-proxies: 10.0.0.0/99 is no address or range");
  config.trusted_proxies = "10.0.0.0/8, ::1";
  config.tls_cert = directory_ + "/none.pem";
  config.tls_key = directory_ + "/none.pem";
  EXPECT_THAT(open_client_listener(config, net::WebSocketPolicy{}, admission_).error().message, testing::StartsWith("tls-cert, tls-key: "));
}

TEST_F(Listeners, AWebDirectoryThatIsNamedMustBeThere) {
  Config config;
  config.web_dir = directory_;
  EXPECT_EQ(web_directory(config).value(), directory_);
  config.web_dir = directory_ + "/missing";
  EXPECT_EQ(web_directory(config).error().message, "web-dir: " + directory_ + "/missing is not a directory");
}

TEST_F(Listeners, MetricsAreOffUnlessAsked) {
  Config config;
  const auto none = open_metrics_listener(config);
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(*none, nullptr);
  config.metrics_listen = Endpoint{"127.0.0.1", 0};
  const auto listener = open_metrics_listener(config);
  ASSERT_TRUE(listener.has_value());
  EXPECT_NE((*listener)->port(), 0);
}

TEST_F(Listeners, StorageReserveIsAGibibyteAtMostUnlessConfigured) {
  Config config;
  config.data_dir = directory_;
  EXPECT_GT(storage_reserve(config), 0u);
  EXPECT_LE(storage_reserve(config), 1ull << 30);
  const std::uint64_t reserve = storage_reserve(config);
  config.data_dir = directory_ + "/not/yet/there";
  EXPECT_EQ(storage_reserve(config), reserve);
  config.storage_reserve_bytes = 7ull << 40;
  EXPECT_EQ(storage_reserve(config), 7ull << 40);
}

// Keeps the answer.
struct RecordedExchange final : net::HttpExchange {
  void respond(net::HttpResponse answer) override { response = std::move(answer); }
  void upgrade(std::unique_ptr<net::WebSocketHandler>) override { FAIL(); }
  bool connected() const override { return true; }
  net::HttpResponse response;
};

net::HttpResponse ask(net::HttpHandler& handler, const std::string& method, const std::string& path) {
  auto exchange = std::make_shared<RecordedExchange>();
  net::HttpRequest request;
  request.method = method;
  request.path = path;
  handler.on_request(std::move(request), net::HttpResponder(exchange));
  return exchange->response;
}

TEST(MetricsPage, AnswersMetricsAndNothingElse) {
  Metrics metrics(1);
  metrics.counter("rookery_test_total", "tests").add(3);
  MetricsPage page(metrics);
  const auto answer = ask(page, "GET", "/metrics");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("rookery_test_total 3\n"));
  EXPECT_EQ(ask(page, "GET", "/").status, 404u);
  EXPECT_EQ(ask(page, "POST", "/metrics").status, 405u);
}

}  // namespace
}  // namespace rookery::app
