"""Runs the blocks of one page, one after another, as a reader would: one folder, one environment, one server on localhost:8080.

(It is another port in truth: `localhost:8080` and `127.0.0.1:8080` in a block become the server's address.)
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "conformance"))
import server as servers  # noqa: E402

ADDRESS = re.compile(r"\b(?:localhost|127\.0\.0\.1):8080\b")
LISTENING = re.compile(r"listening on https?://[^\s:]*:(\d+)")
TIMEOUT_S = 120

KERNEL = r"""
import contextlib, io, json, os, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    ask, out, error = json.loads(line), io.StringIO(), None
    os.environ.clear()
    os.environ.update(ask["environment"])
    os.chdir(ask["folder"])
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(ask["code"], ask["where"], "exec"), names)
        except BaseException:
            error = traceback.format_exc()
    print(json.dumps({"output": out.getvalue(), "error": error}), flush=True)
"""

TRANSPILE = """
import ts from 'typescript';
import { readFileSync, writeFileSync } from 'node:fs';
const [from, to] = process.argv.slice(2);
const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
writeFileSync(to, ts.transpileModule(readFileSync(from, 'utf8'), { compilerOptions: options }).outputText);
"""


class Failed(AssertionError):
    pass


class Workbench:
    def __init__(self, own_server):
        self._folder = tempfile.TemporaryDirectory(prefix="rookery-docs-")
        base = pathlib.Path(self._folder.name)
        self.folder = base / "rookery"
        (base / "bin").mkdir()
        (base / "home").mkdir()
        self.folder.mkdir()
        self._saved = base / "environment"
        (base / "bin" / "rookery").symlink_to(servers.BINARY)
        # What a reader in the checkout has around him.
        (self.folder / "build" / "release").mkdir(parents=True)
        (self.folder / "build" / "release" / "rookery").symlink_to(servers.BINARY)
        for name in ("web", "examples"):
            if (ROOT / name).exists():
                (self.folder / name).symlink_to(ROOT / name)
        (self.folder / "node_modules" / "@rookery").mkdir(parents=True)
        (self.folder / "node_modules" / "@rookery" / "sdk").symlink_to(ROOT / "sdk" / "typescript")
        (self.folder / "package.json").write_text('{"type": "module"}\n')
        self.environment = {
            "PATH": f"{base / 'bin'}:{ROOT / '.cache' / 'node' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(base / "home"),
            "LANG": "C.UTF-8",
            "TMPDIR": str(base),
        }
        self._count, self._running, self._kernel = 0, [], None
        self.port = None
        self._server = servers.Server(rate_limits="on") if own_server else None
        if self._server:
            self.port = self._server.start().port

    def run(self, block):
        """What the block printed. Raises Failed when it ends otherwise than well."""
        code = self.addressed(block.code)
        if block.until:
            return self._background(block, code)
        if block.language == "python":
            return self._python(block, code)
        return self._finish(block, *self._command(block, code))

    def addressed(self, text):
        return ADDRESS.sub(f"127.0.0.1:{self.port or 0}", text)

    def _command(self, block, code):
        """The command line, and the text for its input."""
        if block.language == "sh":
            keep = f"\nenv -0 > '{self._saved}'; pwd > '{self._saved}.folder'\n"
            return ["bash", "-euo", "pipefail", "-c", "set -a\n" + code + keep]
        self._count += 1
        target = self.folder / f"block-{self._count}.mjs"
        if block.language == "ts":
            source = target.with_suffix(".ts")
            source.write_text(code)
            subprocess.run(["node", "--input-type=module", "-", str(source), str(target)], input=TRANSPILE, text=True, cwd=ROOT, check=True)
        else:
            target.write_text(code)
        return ["node", str(target)]

    def _finish(self, block, *command):
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            out, err = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise Failed(f"{block.where}: not over after {TIMEOUT_S} s\n{out}{err}") from None
        if process.returncode != 0:
            raise Failed(f"{block.where}: ended with {process.returncode}\n{out}{err}")
        if block.language == "sh":
            self.environment = dict(pair.split("=", 1) for pair in self._saved.read_text().split("\0") if pair)
            self.folder = pathlib.Path(pathlib.Path(f"{self._saved}.folder").read_text().rstrip("\n"))
        return out

    def _background(self, block, code):
        process = subprocess.Popen(self._command(block, code), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self._running.append(process)
        lines, there = [], threading.Event()

        def read():
            for line in process.stdout:
                lines.append(line)
                if block.until in line:
                    there.set()
            there.set()

        threading.Thread(target=read, daemon=True).start()
        there.wait(TIMEOUT_S)
        text = "".join(lines)
        if block.until not in text:
            raise Failed(f"{block.where}: did not print {block.until!r}\n{text}")
        found = LISTENING.search(text)
        if found:
            self.port = int(found[1])
        return text

    def _python(self, block, code):
        if self._kernel is None:
            self._kernel = subprocess.Popen(["/usr/bin/python3", "-c", KERNEL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ask = {"code": code, "where": block.where, "environment": self.environment, "folder": str(self.folder)}
        late = threading.Timer(TIMEOUT_S, self._kernel.kill)
        late.start()
        try:
            self._kernel.stdin.write(json.dumps(ask) + "\n")
            self._kernel.stdin.flush()
            line = self._kernel.stdout.readline()
        finally:
            late.cancel()
        if not line:
            raise Failed(f"{block.where}: not over after {TIMEOUT_S} s, or it ended Python")
        answer = json.loads(line)
        if answer["error"]:
            raise Failed(f"{block.where}:\n{answer['output']}{answer['error']}")
        return answer["output"]

    def close(self):
        for process in self._running:
            try:
                os.killpg(process.pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        if self._kernel:
            self._kernel.stdin.close()
            self._kernel.wait(30)
            self._kernel.stdout.close()
        if self._server:
            self._server.stop()
            shutil.rmtree(self._server.data_dir, ignore_errors=True)
        self._folder.cleanup()
