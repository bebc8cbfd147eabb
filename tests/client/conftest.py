"""Connections to scripted servers, and one embedded server for all tests."""

from __future__ import annotations

import subprocess

import pytest

from arthurai import ArthurAI

KEY = "key-that-must-stay-secret-0123456789"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Make a certificate for localhost that nobody has signed."""
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = "-addext subjectAltName=DNS:localhost"
    try:
        subprocess.run(
            [*command.split(), *names.split(), "-keyout", key, "-out", cert],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return cert, key


@pytest.fixture
def arthur_at():
    """Connect to a scripted server."""
    connections = []

    def connect(server, **arguments):
        arguments.setdefault("access_key", KEY)
        arguments.setdefault("allow_insecure", True)
        arguments.setdefault("http_options", {"attempts": 1})
        connections.append(ArthurAI(url=server.url, **arguments))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def own_arthur():
    """Give a connection to an embedded server of the test's own, for tests that change things."""
    with ArthurAI(url="local://") as connection:
        yield connection
