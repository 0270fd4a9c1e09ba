"""What is described is there, and what is there is described."""
import re
import subprocess

import description
from server import BINARY

# Routes that are there and are no part of the API: the pages.
PAGES = {("GET", "/"), ("GET", "/docs/api"), ("GET", "/{}"), ("GET", "/*")}


def listed():
    lines = subprocess.run([BINARY, "routes"], capture_output=True, text=True, timeout=30, check=True).stdout.splitlines()
    routes = set()
    for line in lines:
        method, path = line.split()[:2]
        routes.add((method, re.sub(r"\{[^/]*\}|:\w+", "{}", path)))
    return routes - PAGES


def test_every_route_of_the_server_is_described():
    assert listed() - description.routes() == set()


def test_every_described_route_is_there():
    assert description.routes() - listed() == set()


def test_every_described_route_answers_without_a_token_as_described(nobody):
    open_routes = {"/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/instance", "/api/v1/gateway"}
    for method, path in sorted(description.routes()):
        if path.startswith("/api/v1/") and path not in open_routes:
            nobody.ask(method, path.replace("{}", "1")).refused(401, 40001)
