"""What the tests of faults share: the server and the clients of tests/conformance, and how long a run may be.

ROOKERY_SOAK=1 is the long form (`make soak`): every offset, ten thousand rounds; without it a share of them.
"""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
import server as servers  # noqa: E402
from client import Person  # noqa: E402
from proxy import Proxy  # noqa: E402

SOAK = os.environ.pop("ROOKERY_SOAK", "") not in ("", "0")
# (taken out of the environment: to the server it would be an option that it does not know)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """With -n: the workers are told which server it is, and how long the run."""
    node.workerinput["binary"] = servers.BINARY
    node.workerinput["soak"] = SOAK


def pytest_configure(config):
    global SOAK
    told = getattr(config, "workerinput", {})
    servers.BINARY = told.get("binary", servers.BINARY)
    SOAK = told.get("soak", SOAK)


def pytest_collection_modifyitems(items):
    if not os.access(servers.BINARY, os.X_OK):
        raise pytest.UsageError(f"{servers.BINARY} is not there: build the release preset first, or set ROOKERY_BINARY")


@pytest.fixture(scope="session")
def rounds():
    """rounds(short, long): how often."""
    return lambda short, long: long if SOAK else short


@pytest.fixture(scope="session")
def server():
    with servers.Server() as one:
        yield one
    assert one.process.returncode == 0, "SIGTERM ends with status 0"


@pytest.fixture
def proxy(server):
    with Proxy(server) as one:
        yield one


@pytest.fixture
def fresh(server):
    """Makes people that nothing else knows."""
    return lambda **more: Person.register(server, **more)
