"""Servers in the test's own process, and callers who speak plain HTTP to them."""

from __future__ import annotations

import functools
import threading
from uuid import uuid4

import argon2
import httpx
import pytest
from builders import administrator, attribute, prediction

from arthurai.server.app import create_app
from arthurai.server.serving.waitress_server import Server, listen
from arthurai.server.storage.documents import stored_users as users
from arthurai.transport.local import LocalTransport

BASE = "http://local/api/v3"


@pytest.fixture(autouse=True, scope="session")
def cheap_password_hashes():
    """Hash passwords the same way, but with parameters that cost next to nothing."""
    cheap = functools.partial(argon2.PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "PasswordHasher", cheap)
        yield


class Callers:
    """Makes callers of one application."""

    def __init__(self, app, organization_id):
        self.app = app
        self.organization_id = organization_id
        self._clients = []

    def __call__(self, token=None, **headers):
        """Give a client that sends this token (and these headers) with each request."""
        if token is not None:
            headers["Authorization"] = token
        client = httpx.Client(
            transport=LocalTransport(self.app), base_url=BASE, headers=headers, timeout=30
        )
        self._clients.append(client)
        return client

    def role(self, role):
        """Give a client of a new service account with a role, standard or custom."""
        accounts = self.app.control.service_accounts
        account = accounts.create(self.organization_id, role, role)
        return self(self.app.control.service_accounts.token(account.id))

    def close(self):
        """Close all clients."""
        for client in self._clients:
            client.close()


@pytest.fixture(scope="session")
def shared_app():
    """Give one server in memory for all tests that need no more than their own organisation."""
    with create_app() as made:
        yield made


@pytest.fixture
def shares_server(request):
    """Tell whether the module of a test says ``SHARES_SERVER``."""
    return getattr(request.module, "SHARES_SERVER", False)


@pytest.fixture
def app(request, shares_server):
    """Give a server in memory, an empty one unless the module shares it."""
    if shares_server:
        yield request.getfixturevalue("shared_app")
        return
    with create_app() as made:
        yield made


@pytest.fixture
def organization_id(app, shares_server):
    """Give the id of an organisation: the first one, or a new one on a shared server."""
    if shares_server:
        return app.control.organizations.create(str(uuid4()))["id"]
    return app.control.organizations.list()[0]["id"]


@pytest.fixture
def callers(app, organization_id):
    """Give a maker of clients of ``app``."""
    made = Callers(app, organization_id)
    yield made
    made.close()


@pytest.fixture
def admin(callers):
    """Give a client with all rights."""
    return callers.role("Super Admin")


@pytest.fixture(scope="module")
def shared_admin():
    """Give a client with all rights of a server that the tests of a module share."""
    with create_app() as made, administrator(made) as client:
        yield client


@pytest.fixture
def binary_model():
    """Give the request for a binary classifier with one probability and a class column."""
    return {
        "partner_model_id": "loan-risk",
        "display_name": "Loan risk",
        "input_type": "TABULAR",
        "output_type": "MULTICLASS",
        "tags": ["loans"],
        "attributes": [
            attribute("income", min_range=0, max_range=250000),
            attribute(
                "region",
                "STRING",
                position=1,
                categorical=True,
                categories=[{"value": "N"}, {"value": "S"}],
                monitor_for_bias=True,
            ),
            prediction("p", position=1, gt_class_link="yes", is_positive_predicted_attribute=True),
            attribute(
                "outcome",
                "STRING",
                "GROUND_TRUTH_CLASS",
                categorical=True,
                categories=[{"value": "no"}, {"value": "yes"}],
            ),
        ],
    }


@pytest.fixture
def model(admin, binary_model):
    """Give a stored binary classifier, as the server shows it after creation."""
    answer = admin.post("/models", json=binary_model)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def inference():
    """Give a maker of inferences of ``model``."""

    def make(identifier, *, income=1000.0, region="N", p=0.5, outcome=None):
        made = {
            "partner_inference_id": identifier,
            "inference_timestamp": "2026-01-05T12:00:00Z",
            "inference_data": {"income": income, "region": region, "p": p},
        }
        if outcome is not None:
            made["ground_truth_timestamp"] = "2026-01-06T12:00:00Z"
            made["ground_truth_data"] = {"outcome": outcome}
        return made

    return make


@pytest.fixture
def listening(app):
    """Serve ``app`` on a socket; give the server."""
    server = Server(app, listen(port=0), threads=4, max_body_bytes=2**30)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()
