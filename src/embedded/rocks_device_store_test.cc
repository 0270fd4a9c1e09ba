#include "embedded/rocks_device_store.h"

#include "embedded/database_fixture.h"

namespace rookery::embedded {
namespace {

using RocksDeviceStoreTest = DatabaseFixture;

Task<void> write(DeviceStore& store) {
  PushDevice phone{
      .id = "phone", .transport = PushTransport::kApns, .content = PushContent::kSender, .token = "t", .created_at = TimeMs(5)};
  PushDevice browser{
      .id = "browser", .transport = PushTransport::kWebPush, .endpoint = "https://push.example/1", .p256dh = "p", .auth = "a"};
  EXPECT_TRUE(co_await store.put_device(UserId(1), phone));
  EXPECT_TRUE(co_await store.put_device(UserId(1), browser));
  EXPECT_TRUE(co_await store.put_device(UserId(2), browser));
  EXPECT_TRUE(co_await store.erase_device(UserId(2), "browser"));
  EXPECT_TRUE(co_await store.erase_device(UserId(2), "never was"));
}

Task<void> read(DeviceStore& store, UserId user, std::vector<PushDevice>& devices) {
  const auto found = co_await store.devices_of(user);
  EXPECT_TRUE(found);
  if (found) devices = *found;
}

TEST_F(RocksDeviceStoreTest, DevicesAreKeptForEachUser) {
  open();
  {
    RocksDeviceStore store(database());
    run_blocking(cores().at(0), write(store));
  }
  reopen();
  RocksDeviceStore store(database());
  std::vector<PushDevice> devices;
  run_blocking(cores().at(1), read(store, UserId(1), devices));
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].id, "browser");
  EXPECT_EQ(devices[0].endpoint, "https://push.example/1");
  EXPECT_EQ(devices[1].id, "phone");
  EXPECT_EQ(devices[1].content, PushContent::kSender);
  EXPECT_EQ(devices[1].created_at, TimeMs(5));
  run_blocking(cores().at(1), read(store, UserId(2), devices));
  EXPECT_TRUE(devices.empty());
}

}  // namespace
}  // namespace rookery::embedded
