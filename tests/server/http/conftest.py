"""A server that the tests of a module share."""

from __future__ import annotations

import httpx
import pytest

from arthurai.server.app import create_app
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
