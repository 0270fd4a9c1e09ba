"""What the protocol gives whole seconds to: everything is started at once, and waited for once."""
import time

import pytest
from client import Http, Person
from gateway import Gateway
from server import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def waited():
    """Silent connections, begun together, as they are 70 s later."""
    with Server() as server:
        watcher, silent, gone, beating = (Person.register(server) for _ in range(4))
        refreshed = Person.register(server)
        http = Http(server)
        first = refreshed.session["refresh_token"]
        got = {"server": server, "watcher": watcher, "silent": silent, "gone": gone, "beating": beating, "http": http, "first": first}
        got["second"] = http.ask("POST", "/api/v1/auth/refresh", {"refresh_token": first}).ok()["session"]
        start = time.monotonic()
        mute = Gateway(server)
        got["silent_socket"] = silent.gateway()
        got["beating_socket"] = beating.gateway()
        gone_socket = gone.gateway()
        gone_socket.close()
        got["gone_at"] = time.time()
        got["mute_code"] = mute.closed(12)
        got["mute_after"] = time.monotonic() - start
        while time.monotonic() - start < 45:
            got["beating_socket"].heartbeat()
            time.sleep(5)
        got["gone_at_45"] = watcher.get(f"/users/{gone.id}/presence").ok()
        got["beating_socket"].heartbeat()
        got["silent_code"] = got["silent_socket"].closed(70 - (time.monotonic() - start))
        got["silent_after"] = time.monotonic() - start
        time.sleep(max(0, 67 - (time.monotonic() - start)))
        got["beating_socket"].heartbeat()
        yield got


def test_who_does_not_identify_within_10_s_is_closed_4003(waited):
    assert waited["mute_code"] == 4003 and 9 <= waited["mute_after"] <= 12


def test_60_s_without_a_frame_end_the_connection_with_4009(waited):
    assert waited["silent_code"] == 4009 and 58 <= waited["silent_after"] <= 67


def test_any_frame_is_a_sign_of_life(waited):
    assert waited["watcher"].get(f"/users/{waited['beating'].id}/presence").ok()["status"] == "online"


def test_a_connection_lives_until_60_s_after_its_last_frame(waited):
    assert waited["gone_at_45"]["status"] == "online"
    now = waited["watcher"].get(f"/users/{waited['gone'].id}/presence?format=text").ok()
    assert now["status"] == "offline" and now["text"] == "Last seen 1 minute ago"
    seen = time.strptime(now["last_seen"][:19], "%Y-%m-%dT%H:%M:%S")
    import calendar
    assert abs(calendar.timegm(seen) - waited["gone_at"]) < 4, "the time of the last frame"


def test_60_s_after_its_first_use_the_old_refresh_token_ends_the_login(waited):
    http = waited["http"]
    http.ask("POST", "/api/v1/auth/refresh", {"refresh_token": waited["first"]}).refused(401, 40001)
    http.ask("POST", "/api/v1/auth/refresh", {"refresh_token": waited["second"]["refresh_token"]}).refused(401, 40001)
