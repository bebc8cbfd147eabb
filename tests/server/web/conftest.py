"""A server filled with models of every kind, and browsers of its members."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import dashboard_samples
import httpx
import pytest

from arthurai import ArthurAI
from arthurai.transport.local import LocalTransport

BASE = "http://local"


@dataclass
class Filled:
    """A filled server.

    Attributes:
        arthur: A client with all rights.
        app: The server.
        models: Its models by a short name.
        keys: A key of each role.
    """

    arthur: ArthurAI
    app: Any
    models: dict
    keys: dict

    def browser(self, role="Super Admin"):
        """Return an HTTP client that is logged in to the dashboard."""
        client = httpx.Client(
            transport=LocalTransport(self.app), base_url=BASE, follow_redirects=True, timeout=60
        )
        client.get(self.app.make_dashboard_link(BASE, self.keys[role]))
        return client


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    with ArthurAI(url="local://") as arthur:
        app = arthur.session._local._running.app
        models = dashboard_samples.fill(arthur, tmp_path_factory.mktemp("photos"))
        accounts, organization_id = app.control.service_accounts, arthur.organization_id
        keys = {
            role: accounts.token(accounts.create(organization_id, role, role).id)
            for role in dashboard_samples.ROLES
        }
        assert app.enrichments.drain(60)
        assert app.alerts.drain(60)
        yield Filled(arthur, app, models, keys)


@pytest.fixture(scope="session")
def reader(filled):
    with contextlib.closing(filled.browser()) as client:
        yield client
