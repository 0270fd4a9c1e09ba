"""Push registration (protocol.md §3 and §7): devices are kept and listed; nothing is pushed yet."""
DEVICES_MAX = 20


def test_a_device_is_registered_listed_replaced_and_deleted(fresh):
    me = fresh()
    me.put("/users/@me/devices/phone", {"transport": "apns", "token": "abc", "content": "full"}).ok(204)
    first = me.get("/users/@me/devices").ok()
    assert [(d["id"], d["transport"], d["content"]) for d in first] == [("phone", "apns", "full")]
    keys = {"p256dh": "BPublicKey", "auth": "secret"}
    me.put("/users/@me/devices/phone", {"transport": "webpush", "endpoint": "https://push.example/1", "keys": keys, "content": "none"}).ok(204)
    second = me.get("/users/@me/devices").ok()
    assert [(d["id"], d["transport"], d["content"]) for d in second] == [("phone", "webpush", "none")]
    assert second[0]["created_at"] == first[0]["created_at"]
    me.delete("/users/@me/devices/phone").ok(204)
    me.delete("/users/@me/devices/phone").refused(404, 11001)
    assert me.get("/users/@me/devices").ok() == []


def test_devices_are_ones_own(fresh):
    one, other = fresh(), fresh()
    one.put("/users/@me/devices/phone", {"transport": "fcm", "token": "abc", "content": "full"}).ok(204)
    assert other.get("/users/@me/devices").ok() == []
    other.delete("/users/@me/devices/phone").refused(404, 11001)


def test_a_registration_is_checked_field_by_field(fresh):
    me = fresh()
    path = "/users/@me/devices/phone"
    me.put(path, {}).refused(400, 50035, "transport", "content")
    me.put(path, {"transport": "pigeon", "content": "full"}).refused(400, 50035, "transport")
    me.put(path, {"transport": "fcm", "content": "full"}).refused(400, 50035, "token")
    me.put(path, {"transport": "webpush", "content": "full"}).refused(400, 50035, "endpoint", "keys")
    me.put(path, {"transport": "unifiedpush", "endpoint": "http://plain.example", "content": "full"}).refused(400, 50035, "endpoint")
    me.put("/users/@me/devices/" + "x" * 65, {"transport": "fcm", "token": "abc", "content": "full"}).refused(400, 50035, "id")


def test_one_device_more_than_the_limit_is_30031(fresh):
    me = fresh()
    for i in range(DEVICES_MAX):
        me.put(f"/users/@me/devices/d{i}", {"transport": "fcm", "token": "abc", "content": "full"}).ok(204)
    me.put("/users/@me/devices/one-more", {"transport": "fcm", "token": "abc", "content": "full"}).refused(400, 30031)
    me.put("/users/@me/devices/d0", {"transport": "fcm", "token": "new", "content": "full"}).ok(204)


def test_a_test_push_is_not_there_yet(fresh):
    me = fresh()
    me.post("/users/@me/devices/phone/test").refused(404, 11001)
    me.put("/users/@me/devices/phone", {"transport": "fcm", "token": "abc", "content": "full"}).ok(204)
    me.post("/users/@me/devices/phone/test").refused(501, 0)
