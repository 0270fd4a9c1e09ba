#include "runtime/shutdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace rookery {
namespace {

TEST(StopSignal, HearsWhatWouldHaveEndedTheProcess) {
  StopSignal stop;
  EXPECT_EQ(stop.wait_for(std::chrono::milliseconds(0)), 0);
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  EXPECT_EQ(stop.wait(), SIGTERM);
  ASSERT_EQ(::kill(::getpid(), SIGINT), 0);
  EXPECT_EQ(stop.wait(), SIGINT);
}

TEST(FuseDeathTest, EndsTheProcessWithStatus1WhenItIsNotDefused) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Fuse fuse("hanging", std::chrono::milliseconds(1));
        while (true) ::pause();
      },
      testing::ExitedWithCode(1), "took too long.*hanging");
}

TEST(Fuse, DoesNothingWhenItIsDestroyedInTime) {
  {
    const Fuse fuse("working", std::chrono::hours(1));
  }
  SUCCEED();
}

TEST(NotifyServiceManager, SendsOneDatagram) {
  std::string directory = (std::filesystem::temp_directory_path() / "rookery-notify-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  ::sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory + "/notify";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::setenv("NOTIFY_SOCKET", path.c_str(), 1), 0);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  notify_service_manager("STOPPING=1");  // nobody asked
  char text[32] = {};
  EXPECT_EQ(::recv(fd, text, sizeof text, MSG_DONTWAIT), 7);
  EXPECT_STREQ(text, "READY=1");
  EXPECT_EQ(::recv(fd, text, sizeof text, MSG_DONTWAIT), -1);
  ::close(fd);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace rookery
