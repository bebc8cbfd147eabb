"""What is known about the stores while they take their time."""

from __future__ import annotations

import threading
import time

import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.background import health_watch
from arthurai.server.background.health_watch import HealthWatch


class Stores:
    """Stores that answer when the test lets them."""

    def __init__(self):
        self.go = threading.Event()
        self.go.set()
        self.healthy = True
        self.checks = 0

    def are_healthy(self):
        self.go.wait(60)
        self.checks += 1
        return self.healthy

    def list_servers(self):
        return ()


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def stores():
    made = Stores()
    yield made
    made.go.set()


@pytest.fixture
def watch(stores):
    made = HealthWatch(stores)
    yield made
    made.close()


def test_a_check_counts_for_a_moment(watch, stores, monkeypatch):
    assert not watch.is_known
    assert watch.is_healthy()
    assert watch.is_known
    stores.healthy = False
    assert watch.is_healthy()
    assert stores.checks == 1
    monkeypatch.setattr(health_watch, "FRESH_SECONDS", 0.0)
    wait_until(lambda: not watch.is_healthy())  # a new check is made meanwhile
    monkeypatch.setattr(health_watch, "KNOWN_SECONDS", 0.0)
    stores.healthy = True
    assert watch.is_healthy()


def test_nobody_waits_for_a_store_that_answered_lately(watch, stores, monkeypatch):
    assert watch.is_healthy()
    monkeypatch.setattr(health_watch, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(health_watch, "KNOWN_SECONDS", 0.0)
    stores.go.clear()
    started = time.monotonic()
    assert watch.is_healthy()
    assert time.monotonic() - started < 10 * health_watch.WAIT_SECONDS
    monkeypatch.setattr(health_watch, "COUNTED_SECONDS", 0.3)
    time.sleep(0.3)
    assert not watch.is_healthy()  # it has not answered for too long
    stores.go.set()
    wait_until(watch.is_healthy)


def test_a_store_that_never_answered_is_not_healthy(watch, stores, monkeypatch):
    monkeypatch.setattr(health_watch, "COUNTED_SECONDS", 0.2)
    stores.go.clear()
    assert not watch.is_healthy()


def test_closing_lets_those_go_who_wait(stores):
    watch = HealthWatch(stores)
    stores.go.clear()
    found = []
    asking = threading.Thread(target=lambda: found.append(watch.is_healthy()))
    asking.start()
    time.sleep(0.1)
    watch.close()
    asking.join(20)
    assert found == [False]


def test_health_waits_for_no_lock_of_the_stores(monkeypatch):
    with create_app() as app, administrator(app, base="") as client:
        assert client.get("/health").status_code == 200
        held, go = threading.Event(), threading.Event()

        def hold():
            with app.control.transaction():
                held.set()
                go.wait(60)

        holder = threading.Thread(target=hold)
        holder.start()
        assert held.wait(20)
        monkeypatch.setattr(health_watch, "KNOWN_SECONDS", 0.0)
        monkeypatch.setattr(health_watch, "FRESH_SECONDS", 0.0)
        started = time.monotonic()
        answer = client.get("/health")
        taken = time.monotonic() - started
        go.set()
        holder.join()
        assert answer.status_code == 200
        assert taken < 5
