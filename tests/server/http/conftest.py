"""Servers that several tests share, in-process and over sockets."""

from __future__ import annotations

import threading

import httpx
import pytest

from arthurai.server.app import create_app
from arthurai.server.serving.waitress_server import Server, listen
from arthurai.transport.local import LocalTransport


@pytest.fixture(scope="module")
def shared_admin():
    """Give a client with all rights of a server that the tests of a module share."""
    with (
        create_app() as app,
        httpx.Client(
            transport=LocalTransport(app),
            base_url="http://local/api/v3",
            headers={"Authorization": app.admin_key},
        ) as client,
    ):
        yield client


@pytest.fixture
def listening(app):
    """Serve ``app`` on a socket; give the server."""
    server = Server(app, listen(port=0), threads=4, max_body_bytes=2**30)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()
