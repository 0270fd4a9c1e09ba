#include "net/server.h"

#include <gtest/gtest.h>

#include <array>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "net/test_server.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;

TEST(HttpServer, AnswersARequest) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  HttpClient client(server.endpoint());
  const auto response = client.request("POST", "/a/b?c=d", {}, "hello");
  ASSERT_TRUE(response) << response.error().sentence();
  EXPECT_EQ(response->status, 200u);
  EXPECT_EQ(response->body, "POST /a/b?c=d hello");
  EXPECT_EQ(response->headers.get("x-content-type-options"), "nosniff");
  EXPECT_TRUE(response->headers.has("Date"));
  EXPECT_FALSE(response->headers.has("Connection"));
}

TEST(HttpServer, DatesAnswersAsHttpDoes) {
  FunctionHandler handler(echo_request);
  const StandingClock clock;
  TestServer server(handler, {}, 1, clock);
  HttpClient client(server.endpoint());
  EXPECT_EQ(client.request("GET", "/")->headers.get("Date"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrderOneAtATime) {
  std::atomic<int> running = 0;
  std::atomic<bool> overlapped = false;
  FunctionHandler handler([&](HttpRequest request, HttpResponder responder) {
    if (++running > 1) overlapped = true;
    Core& core = Core::current();
    // In a later turn.
    core.post_function([&running, path = request.path, held = std::make_shared<HttpResponder>(std::move(responder))] {
      --running;
      held->respond(HttpResponse::text(200, path));
    });
  });
  TestServer server(handler);
  RawConnection connection(server.endpoint());
  std::string text;
  for (int i = 0; i < 50; ++i) text += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  text += "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  connection.send(text);
  for (int i = 0; i < 50; ++i) connection.read_to("\r\n\r\n/" + std::to_string(i));
  EXPECT_TRUE(connection.read_to_end().ends_with("Connection: close\r\n\r\n/last"));
  EXPECT_FALSE(overlapped);
}

TEST(HttpServer, TakesARequestByteByByte) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  RawConnection connection(server.endpoint());
  for (const char c :
       std::string_view("POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    connection.send({&c, 1});
  }
  EXPECT_TRUE(connection.read_to_end().ends_with("\r\n\r\nPOST /a abc"));
}

TEST(HttpServer, ForgivesOneEmptyLineBeforeARequestHoweverItArrives) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  const std::string request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const bool at_once : {true, false}) {
    RawConnection connection(server.endpoint());
    const auto send = [&](const std::string& text) {
      for (std::size_t i = 0; i < text.size(); i += at_once ? text.size() : 1) connection.send(at_once ? text : text.substr(i, 1));
    };
    send("\r\n" + request + "\r\n" + request);
    connection.read_to("GET /a");
    connection.read_to("GET /a");
    send("\r\n\r\n" + request);
    EXPECT_TRUE(connection.read_to_end().starts_with("HTTP/1.1 400 ")) << at_once;
  }
}

TEST(HttpServer, KeepsOrClosesAsVersionAndFieldSay) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  {
    RawConnection connection(server.endpoint());
    connection.send("GET /1 HTTP/1.0\r\n\r\n");
    EXPECT_NE(connection.read_to_end().find("Connection: close"), std::string::npos);
    EXPECT_TRUE(connection.closed_well());
  }
  RawConnection connection(server.endpoint());
  connection.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(connection.read_to("GET /1").find("Connection: keep-alive"), std::string::npos);
  connection.send("\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(connection.read_to("GET /2").find("Connection"), std::string::npos);
  connection.send("GET /3 HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n");
  EXPECT_TRUE(connection.read_to_end().ends_with("GET /3"));
}

TEST(HttpServer, LeavesOutTheBodyForHeadAndForStatusesWithoutOne) {
  FunctionHandler handler([](HttpRequest request, HttpResponder responder) {
    if (request.path == "/204") return responder.respond(HttpResponse::no_content());
    HttpResponse response = HttpResponse::text(request.path == "/304" ? 304 : 200, "hello");
    response.headers.add("Content-Length", "77");  // not the handler's business
    responder.respond(std::move(response));
  });
  TestServer server(handler);
  RawConnection connection(server.endpoint());
  connection.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /204 HTTP/1.1\r\nHost: a\r\n\r\n");
  connection.send("GET /304 HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string head = connection.read_to("\r\n\r\n");
  EXPECT_NE((head + "\r\n").find("Content-Length: 5\r\n"), std::string::npos) << head;
  for (const char* status : {"HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified"}) {
    const std::string bodiless = connection.read_to("\r\n\r\n");
    EXPECT_TRUE(bodiless.starts_with(status)) << bodiless;
    EXPECT_EQ(bodiless.find("Content-Length"), std::string::npos);
  }
  EXPECT_TRUE(connection.read_to_end().ends_with("\r\n\r\nhello"));
}

TEST(HttpServer, SaysContinueBeforeTheBodyOrRefusesIt) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  RawConnection taken(server.endpoint());
  taken.send("POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(taken.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue");
  taken.send("abc");
  taken.read_to("POST /small abc");

  RawConnection refused(server.endpoint());
  refused.send("POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(refused.read_to_end().starts_with("HTTP/1.1 413 "));
}

TEST(HttpServer, RefusesABodyAboveItsRoutesLimit) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  HttpClient client(server.endpoint());
  EXPECT_EQ(client.request("POST", "/small", {}, std::string(10, 'x'))->status, 200u);
  const auto refused = client.request("POST", "/small", {}, std::string(11, 'x'));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413u);
  EXPECT_EQ(refused->headers.get("Content-Type"), "application/json");
  EXPECT_EQ(refused->body, R"({"code":0,"message":"The body is too large"})");
  EXPECT_EQ(client.request("POST", "/large", {}, std::string(64 * 1024, 'x'))->status, 200u);
}

TEST(HttpServer, TheHandlerSaysHowARefusedBodyIsAnswered) {
  class Handler final : public HttpHandler {
   public:
    void on_request(HttpRequest, HttpResponder responder) override { responder.respond(HttpResponse::no_content()); }
    std::size_t body_bytes_max(const HttpRequest&) override { return 10; }
    HttpResponse refused(const HttpRequest& head, unsigned status, const Error& why) override {
      return HttpResponse::text(status, head.peer + " " + head.path + ": " + std::string(why.sentence()));
    }
  } handler;
  TestServer server(handler);
  HttpClient client(server.endpoint());
  const auto announced = client.request("POST", "/a", {}, std::string(11, 'x'));
  ASSERT_TRUE(announced);
  EXPECT_EQ(announced->status, 413u);
  EXPECT_EQ(announced->body, "127.0.0.1 /a: The body is too large");
  RawConnection chunked(server.endpoint());
  chunked.send("POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.read_to_end().ends_with("127.0.0.1 /b: The body is too large"));
}

TEST(HttpServer, AnswersWhatItCannotReadAndClosesWell) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  const std::pair<const char*, const char*> cases[] = {
      {"GET / HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400 "},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n",
       "HTTP/1.1 400 "},
      {"GET / HTTP/2.0\r\n\r\n", "HTTP/1.1 505 "},
      {"\x16\x03\x01", "HTTP/1.1 400 "},
  };
  for (const auto& [text, status] : cases) {
    RawConnection connection(server.endpoint());
    connection.send(text);
    connection.send(std::string(100'000, 'x'));  // what follows is not read as a request, and does not cut the answer off
    const std::string answer = connection.read_to_end();
    EXPECT_TRUE(answer.starts_with(status)) << answer;
    EXPECT_EQ(answer.find("\nHTTP/1.1 "), std::string::npos) << answer;
    EXPECT_NE(answer.find("nosniff"), std::string::npos);
  }
}

TEST(HttpServer, AnswersForAHandlerThatDoesNot) {
  FunctionHandler handler([](HttpRequest, HttpResponder) {});
  TestServer server(handler);
  HttpClient client(server.endpoint());
  const auto response = client.request("GET", "/");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500u);
}

TEST(HttpServer, TakesAnAnswerFromAnyThreadAndAfterTheConnectionIsGone) {
  std::mutex mutex;
  std::vector<HttpResponder> held;
  FunctionHandler handler([&](HttpRequest, HttpResponder responder) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(responder));
  });
  TestServer server(handler);
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return held.size();
  };
  RawConnection connection(server.endpoint());
  connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return count() == 1; }));
  held[0].respond(HttpResponse::text(200, "from outside"));
  connection.read_to("from outside");

  connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return count() == 2; }));
  connection.close();
  held[1].respond(HttpResponse::text(200, "too late"));
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST(HttpServer, SendsALargeSharedBodyToASlowReader) {
  const auto body = std::make_shared<const std::string>(8 * 1024 * 1024, 'b');
  FunctionHandler handler(
      [&](HttpRequest, HttpResponder responder) { responder.respond({.status = 200, .headers = {}, .body = {}, .shared_body = body}); });
  TestServer server(handler);
  RawConnection connection(server.endpoint());
  connection.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  connection.read_to("\r\n\r\n");
  EXPECT_EQ(connection.read_to_end().size(), body->size());
  EXPECT_TRUE(connection.closed_well());
}

TEST(HttpServer, EndsConnectionsThatAreIdleOrTooSlow) {
  FunctionHandler handler(echo_request);
  StandingClock clock;
  TestServer server(handler, {}, 2, clock);
  RawConnection silent(server.endpoint());
  RawConnection idle(server.endpoint());
  RawConnection half_a_head(server.endpoint());
  RawConnection half_a_body(server.endpoint());
  idle.send("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_to("GET /idle");
  half_a_head.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HT");
  half_a_head.read_to("GET /one");
  half_a_body.send("POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
  half_a_body.read_to("\r\n\r\n");
  half_a_body.send("abc");
  ASSERT_TRUE(eventually([&] { return server->connections() == 4; }));

  clock.pass(11s);
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(half_a_head.read_to_end().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(half_a_body.read_to_end().starts_with("HTTP/1.1 408 "));
  idle.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_to("GET /again");
  clock.pass(61s);
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST(HttpServer, EndsAReaderThatTakesItsOwnAnswerInDripsButNotAFilesReader) {
  const auto file = std::make_shared<const std::string>(16 * 1024 * 1024, 'f');
  FunctionHandler handler([&](HttpRequest request, HttpResponder responder) {
    HttpResponse response;
    if (request.path == "/file") {
      response.shared_body = file;
    } else {
      response.body = *file;
    }
    responder.respond(std::move(response));
  });
  StandingClock clock;
  TestServer server(handler, {}, 1, clock);
  const Endpoint endpoint = server.endpoint();
  std::array readers{RawConnection(endpoint), RawConnection(endpoint)};
  for (RawConnection& reader : readers) reader.keep_little();
  readers[0].send("GET /own HTTP/1.1\r\nHost: a\r\n\r\n");
  readers[1].send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
  // 13 times as much as progress asks for, each time within its deadline: past the deadline of the whole.
  for (int i = 0; i < 13; ++i) {
    for (RawConnection& reader : readers) reader.read_some(512 * 1024);
    HttpClient other(endpoint);  // what it is answered comes after what the readers let through
    ASSERT_TRUE(other.request("HEAD", "/file"));
    clock.pass(9'500ms);
    ASSERT_TRUE(other.request("HEAD", "/file"));
  }
  ASSERT_TRUE(eventually([&] { return server->connections() == 1; }));
}

TEST(HttpServer, EndsAReaderThatDoesNotTakeItsAnswer) {
  const auto body = std::make_shared<const std::string>(16 * 1024 * 1024, 'b');
  FunctionHandler handler(
      [&](HttpRequest, HttpResponder responder) { responder.respond({.status = 200, .headers = {}, .body = {}, .shared_body = body}); });
  StandingClock clock;
  TestServer server(handler, {}, 1, clock);
  RawConnection connection(server.endpoint());
  connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  connection.read_to("\r\n\r\n");
  // What it takes counts for as long as it takes; then nothing does.
  EXPECT_TRUE(eventually([&] {
    clock.pass(11s);
    run_blocking(server.cores().at(0), []() -> Task<void> { co_await sleep_on(Core::current(), 6ms); }());
    return server->connections() == 0;
  }));
}

TEST(HttpServer, CutsTheAnswersThatWaitLongestWhenTooMuchIsUnread) {
  const std::string body(4 * 1024 * 1024, 'b');
  FunctionHandler handler([&](HttpRequest request, HttpResponder responder) {
    responder.respond(HttpResponse::text(200, request.path == "/large" ? body : "small"));
  });
  HttpServerOptions options;
  options.http.unread_bytes_max = 10 * 1024 * 1024;  // two of them
  TestServer server(handler, std::move(options), 1);
  std::vector<std::unique_ptr<RawConnection>> readers;
  for (std::size_t i = 0; i < 6; ++i) {
    readers.push_back(std::make_unique<RawConnection>(server.endpoint()));
    readers.back()->keep_little();
    readers.back()->send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    readers.back()->read_to("\r\n\r\n");  // one after the other
  }
  ASSERT_TRUE(eventually([&] { return server->unread_cut() == 4; }));
  EXPECT_GT(server->unread_bytes(), 2 * body.size());
  EXPECT_LE(server->unread_bytes(), 10u * 1024 * 1024);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LT(readers[i]->read_to_end().size(), body.size()) << i;
  HttpClient other(server.endpoint());
  const auto small = other.request("GET", "/");
  ASSERT_TRUE(small);
  EXPECT_EQ(small->body, "small");
  for (std::size_t i = 4; i < 6; ++i) EXPECT_EQ(readers[i]->read_to_end().size(), body.size()) << i;
  EXPECT_TRUE(eventually([&] { return server->unread_bytes() == 0; }));
}

TEST(HttpServer, OneAnswerMayBeLargerThanAllThatMayBeUnread) {
  const std::string body(8 * 1024 * 1024, 'b');
  FunctionHandler handler([&](HttpRequest, HttpResponder responder) { responder.respond(HttpResponse::text(200, body)); });
  HttpServerOptions options;
  options.http.unread_bytes_max = 1024;
  TestServer server(handler, std::move(options), 1);
  RawConnection reader(server.endpoint());
  reader.keep_little();
  reader.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  reader.read_to("\r\n\r\n");
  EXPECT_GT(reader.read_to_end().size(), 2 * body.size());
  EXPECT_EQ(server->unread_cut(), 0u);
}

TEST(HttpServer, WaitsLongForAHandler) {
  std::mutex mutex;
  std::optional<HttpResponder> held;
  FunctionHandler handler([&](HttpRequest, HttpResponder responder) {
    const std::lock_guard lock(mutex);
    held.emplace(std::move(responder));
  });
  StandingClock clock;
  TestServer server(handler, {}, 1, clock);
  RawConnection connection(server.endpoint());
  connection.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return held.has_value();
  }));
  clock.pass(1h);
  for (int turn = 0; turn < 3; ++turn)
    run_blocking(server.cores().at(0), []() -> Task<void> { co_await sleep_on(Core::current(), 6ms); }());
  held->respond(HttpResponse::text(200, "at last"));
  EXPECT_TRUE(connection.read_to_end().ends_with("at last"));
}

TEST(HttpServer, SpreadsConnectionsEvenlyOverTheCores) {
  std::array<std::atomic<int>, 3> served{};
  FunctionHandler handler([&](HttpRequest, HttpResponder responder) {
    ++served[Core::current().index()];
    responder.respond(HttpResponse::no_content());
  });
  TestServer server(handler, {}, 3);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back(server.endpoint());
    ASSERT_TRUE(clients.back().request("GET", "/"));
  }
  for (const auto& count : served) EXPECT_EQ(count, 4);
  EXPECT_EQ(server->connections(), 12u);
}

TEST(HttpServer, TurnsAwayWhatComesWhileItIsOverloadedAndServesWhoIsThere) {
  FunctionHandler handler(echo_request);
  std::atomic<bool> overloaded = false;
  TestServer server(handler, {.overloaded = [&overloaded] { return overloaded.load(); }});
  HttpClient there(server.endpoint());
  ASSERT_TRUE(there.request("GET", "/"));
  overloaded = true;
  RawConnection late(server.endpoint());
  late.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(late.read_to_end().starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(there.request("GET", "/"));
  overloaded = false;
  HttpClient again(server.endpoint());
  EXPECT_TRUE(again.request("GET", "/"));
}

TEST(HttpServer, TurnsAwayWhatIsAboveTheLimitOfConnections) {
  FunctionHandler handler(echo_request);
  TestServer server(handler, {.connections_max = 2});
  HttpClient first(server.endpoint());
  HttpClient second(server.endpoint());
  ASSERT_TRUE(first.request("GET", "/"));
  ASSERT_TRUE(second.request("GET", "/"));
  RawConnection third(server.endpoint());
  const std::string answer = third.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("Retry-After: 5\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\"code\":50300"), std::string::npos);
  EXPECT_TRUE(first.request("GET", "/"));
}

TEST(HttpServer, DrainsByClosingWhatIsIdleAndFinishingTheRest) {
  std::mutex mutex;
  std::optional<HttpResponder> held;
  FunctionHandler handler([&](HttpRequest request, HttpResponder responder) {
    if (request.path != "/hold") return responder.respond(HttpResponse::no_content());
    const std::lock_guard lock(mutex);
    held.emplace(std::move(responder));
  });
  TestServer server(handler);
  RawConnection idle(server.endpoint());
  idle.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_to("\r\n\r\n");
  RawConnection busy(server.endpoint());
  busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return held.has_value();
  }));
  server->stop_accepting();
  server->drain();
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(eventually([&] { return !HttpClient(server.endpoint(), 1s).request("GET", "/quick"); }));
  held->respond(HttpResponse::text(200, "done"));
  const std::string answer = busy.read_to_end();
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("done"));
  busy.close();
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST(HttpServer, TellsTheClientBehindATrustedProxy) {
  FunctionHandler handler([](HttpRequest request, HttpResponder responder) {
    responder.respond(HttpResponse::text(200, request.peer + (request.secure ? " secure" : " plain")));
  });
  TestServer server(handler, {.trusted_proxies = TrustedProxies::parse("127.0.0.0/8").value()});
  HttpClient client(server.endpoint());
  EXPECT_EQ(client.request("GET", "/")->body, "127.0.0.1 plain");
  HttpHeaders headers;
  headers.add("X-Forwarded-For", "192.0.2.7");
  headers.add("X-Forwarded-Proto", "https");
  EXPECT_EQ(client.request("GET", "/", headers)->body, "192.0.2.7 secure");
}

TEST(HttpServer, ListensOnIpv6) {
  FunctionHandler handler([](HttpRequest request, HttpResponder responder) { responder.respond(HttpResponse::text(200, request.peer)); });
  TestServer server(handler, {.host = "::1"});
  HttpClient client(server.endpoint());
  const auto response = client.request("GET", "/");
  ASSERT_TRUE(response) << response.error().sentence();
  EXPECT_EQ(response->body, "::1");
}

TEST(HttpServer, SaysWhyItCannotListen) {
  FunctionHandler handler(echo_request);
  TestServer server(handler);
  const auto second = HttpServer::open({.port = server->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().sentence().find("Address already in use"), std::string::npos) << second.error().sentence();
  EXPECT_FALSE(HttpServer::open({.host = "256.0.0.1"}));
}

}  // namespace
}  // namespace rookery::net
