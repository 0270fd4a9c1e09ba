"""What the tests share: one server without rate limits for all, people on it, and servers of one's own where options matter."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from client import Http, Person  # noqa: E402
import server as servers  # noqa: E402


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """With -n: the workers are told which server it is."""
    node.workerinput["binary"] = servers.BINARY


def pytest_configure(config):
    servers.BINARY = getattr(config, "workerinput", {}).get("binary", servers.BINARY)


def pytest_collection_modifyitems(items):
    if not os.access(servers.BINARY, os.X_OK):
        raise pytest.UsageError(f"{servers.BINARY} is not there: build the release preset first, or set ROOKERY_BINARY")


@pytest.fixture(scope="session")
def server():
    """The server that most tests use; nobody changes more of it than accounts and channels of his own."""
    with servers.Server() as one:
        yield one
    assert one.process.returncode == 0, "SIGTERM ends with status 0"


@pytest.fixture(scope="module")
def people(server):
    """Six people that the tests of a module share; each test makes channels of its own."""
    return [Person.register(server) for _ in range(6)]


@pytest.fixture(scope="module")
def ada(people):
    return people[0]


@pytest.fixture(scope="module")
def bob(people):
    return people[1]


@pytest.fixture(scope="module")
def cy(people):
    return people[2]


@pytest.fixture(scope="module")
def dan(people):
    return people[3]


@pytest.fixture
def fresh(server):
    """Makes people that nothing else knows."""
    return lambda **more: Person.register(server, **more)


@pytest.fixture
def nobody(server):
    """Somebody without a token."""
    return Http(server)
