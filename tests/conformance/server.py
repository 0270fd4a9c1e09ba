"""A real server for a test: the released binary, a data directory of its own, a port that the kernel chooses."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading

BINARY = os.environ.pop("ROOKERY_BINARY", str(pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "rookery"))
# (taken out of the environment: to the server it would be an option that it does not know)
START_S = 30
STOP_S = 30


class Server:
    """Start with `with Server(...) as server`. `restart()` keeps the data directory."""

    def __init__(self, *options, rate_limits="off", data_dir=None, environment=None):
        self._own_dir = None if data_dir else tempfile.TemporaryDirectory(prefix="rookery-conformance-")
        self.data_dir = data_dir or os.path.join(self._own_dir.name, "data")
        self._options = ["--data-dir", self.data_dir, "--listen", "127.0.0.1:0", "--rate-limits", rate_limits, *options]
        self._environment = {**os.environ, **(environment or {})}
        self.process = None
        self.host = self.port = None
        self.lines = []
        self._said = threading.Condition()

    def start(self):
        self.lines = []
        self.process = subprocess.Popen([BINARY, *self._options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        env=self._environment, text=True, errors="replace")
        started = threading.Event()
        threading.Thread(target=self._read, args=(self.process.stdout, started), daemon=True).start()
        assert started.wait(START_S), "the server did not say where it listens:\n" + "\n".join(self.lines[-50:])
        found = next((m for m in (re.fullmatch(r"listening on https?://(.*):(\d+)/?", line) for line in self.lines) if m), None)
        assert found, "the server did not start:\n" + "\n".join(self.lines[-50:])
        self.host, self.port = found[1], int(found[2])
        return self

    def _read(self, stream, started):
        for line in stream:
            with self._said:
                self.lines.append(line.rstrip("\n"))
                self._said.notify_all()
            if line.startswith("listening on "):
                started.set()
        started.set()

    def says(self, pattern):
        """The match of the first line of the server that has it, now or soon."""
        def found():
            return next((m for m in (re.search(pattern, line) for line in self.lines) if m), None)

        with self._said:
            assert self._said.wait_for(found, START_S), f"the server did not say {pattern}:\n" + "\n".join(self.lines[-50:])
            return found()

    def setup_code(self):
        """By which the first administrator registers."""
        return self.says(r"/#/setup/([\w-]+)$")[1]

    def stop(self, sig=signal.SIGTERM):
        """Ends the server; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end in time:\n" + "\n".join(self.lines[-50:])) from None

    def restart(self, sig=signal.SIGTERM):
        self.stop(sig)
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self._own_dir:
            self._own_dir.cleanup()
