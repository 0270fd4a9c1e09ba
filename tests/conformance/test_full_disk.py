"""A disk that is really full (G12): writes are refused and reads go on, and with space again writes go on too; in one process."""
import os
import signal
import subprocess
import tempfile
import time

import pytest
import server as servers
from client import Person
from server import Server

MIB = 1 << 20
PATIENCE_S = 60


class SmallDisk:
    """A file system of its own, in memory. Where it may not be mounted the test is skipped; root may, so there it fails."""

    def __enter__(self):
        self._dir = tempfile.mkdtemp(prefix="rookery-disk-")
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", self._dir], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            os.rmdir(self._dir)
            why = f"no full disk here: a tmpfs cannot be mounted ({made.stderr.strip()})"
            pytest.fail(why) if os.geteuid() == 0 else pytest.skip(why + "; DiskFaultsTest and DatabaseFailureTest stand in")
        self.path = self._dir
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)
        os.rmdir(self._dir)

    def fill(self):
        block = b"x" * MIB
        with open(os.path.join(self.path, "filler"), "wb", buffering=0) as file:
            for size in (MIB, 4096, 1):
                try:
                    while file.write(block[:size]) > 0:
                        pass
                except OSError:
                    pass
        disk = os.statvfs(self.path)
        assert disk.f_bavail == 0, "the disk is full"

    def empty(self):
        os.remove(os.path.join(self.path, "filler"))


def wait_until(true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def test_a_full_disk_refuses_writes_and_goes_on_reading():
    with SmallDisk() as disk:
        with Server("--storage-reserve", "32MiB", data_dir=os.path.join(disk.path, "data")) as server:
            ada, ben = Person.register(server), Person.register(server)
            channel = ada.ask("POST", "/users/@me/channels", {"recipients": [ben.id]}).ok(201)["id"]
            kept = ada.ask("POST", f"/channels/{channel}/messages", {"content": "kept", "nonce": "1"}).ok(201)
            process = server.process.pid

            disk.fill()
            wait_until(lambda: ada.http.ask("GET", "/readyz").status == 503)
            for number in range(20):
                refused = ada.ask("POST", f"/channels/{channel}/messages", {"content": "no room", "nonce": f"n{number}"})
                assert refused.status == 503 and refused.body["code"] == 50300 and refused.body["retry_after"] > 0
                assert [m["id"] for m in ada.ask("GET", f"/channels/{channel}/messages").ok()] == [kept["id"]]
            time.sleep(2)  # what is written once a second has its turn on the full disk
            assert server.process.poll() is None, "the server goes on"

            disk.empty()
            wait_until(lambda: ada.ask("POST", f"/channels/{channel}/messages", {"content": "room", "nonce": "2"}).status in (200, 201))
            assert server.process.pid == process and server.process.poll() is None, "in the same process"
            server.restart()
            assert [m["content"] for m in ada.ask("GET", f"/channels/{channel}/messages").ok()] == ["room", "kept"]


def test_a_start_on_a_full_disk_is_refused_in_one_line_and_harms_nothing():
    with SmallDisk() as disk:
        data_dir = os.path.join(disk.path, "data")
        with Server("--storage-reserve", "1MiB", data_dir=data_dir) as server:
            ada, ben = Person.register(server), Person.register(server)
            channel = ada.ask("POST", "/users/@me/channels", {"recipients": [ben.id]}).ok(201)["id"]
            kept = [ada.ask("POST", f"/channels/{channel}/messages", {"content": f"kept {number}"}).ok(201)["id"] for number in range(20)]
            for sig in (signal.SIGTERM, signal.SIGKILL):  # what a start finds to do differs: after a kill there is a log to be read
                server.stop(sig)
                disk.fill()
                for _ in range(2):
                    status, said = start_in_vain(data_dir)
                    assert status == 1, (status, said)
                    assert len(said) == 1 and "the disk is full" in said[0] and data_dir in said[0], said
                disk.empty()
                server.start()
                assert [m["id"] for m in ada.ask("GET", f"/channels/{channel}/messages").ok()] == kept[::-1]
                kept.append(ada.ask("POST", f"/channels/{channel}/messages", {"content": "more"}).ok(201)["id"])


def test_a_first_start_on_a_full_disk_is_refused_and_the_next_one_begins_anew():
    with SmallDisk() as disk:
        data_dir = os.path.join(disk.path, "data")
        disk.fill()
        status, said = start_in_vain(data_dir)
        assert status == 1 and len(said) == 1 and "the disk is full" in said[0], (status, said)
        disk.empty()
        with Server("--storage-reserve", "1MiB", data_dir=data_dir) as server:
            Person.register(server)


def start_in_vain(data_dir):
    """The exit status of a server that does not start, and its lines that say why."""
    done = subprocess.run([servers.BINARY, "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--storage-reserve", "1MiB"], capture_output=True,
                          text=True, timeout=PATIENCE_S, check=False)
    assert "listening" not in done.stdout, done.stdout
    return done.returncode, [line for line in done.stderr.splitlines() if line]
