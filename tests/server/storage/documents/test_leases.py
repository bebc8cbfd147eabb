"""Leases of several servers on one database in PostgreSQL."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from arthurai.server.background.clock import Clock
from arthurai.server.background.heartbeat import Heartbeat
from arthurai.server.document_kinds import Kind
from arthurai.server.storage.documents import ControlStore, migrations
from arthurai.server.storage.documents.control_database import (
    ControlDatabaseError,
    OutdatedServerError,
)
from arthurai.server.storage.documents.stored_leases import LeaseLostError


@pytest.fixture
def address(postgresql_cluster):
    return postgresql_cluster.location()


@pytest.fixture
def stores(address):
    """Give four control stores on one database, as four servers have them."""
    made = [ControlStore(address, b"s" * 32) for _ in range(4)]
    yield made
    for store in made:
        store.close()


@pytest.fixture
def two(stores):
    return stores[:2]


def expire(store, name):
    """Have a lease end now, as when its holder did not renew it in time."""
    changed = store.database.execute(
        f"UPDATE leases SET expires = {store.database.clock} WHERE name = ?", (name,)
    )
    assert changed == 1


def names(store):
    return [row["name"] for row in store.database.rows("SELECT name FROM leases ORDER BY name")]


def test_one_of_four_servers_takes_a_lease(stores):
    for round_ in range(10):
        with ThreadPoolExecutor(8) as pool:
            work = [store.leases for store in stores for _ in range(2)]
            found = list(pool.map(lambda leases, name=str(round_): leases.take(name), work))
        assert sum(lease is not None for lease in found) == 1
    assert names(stores[0]) == sorted(map(str, range(10)))


def test_a_lease_is_taken_over_after_it_expired_and_not_before(two):
    first, second = (store.leases for store in two)
    lease = first.take("a")
    assert second.take("a") is None
    expire(two[0], "a")
    taken = second.take("a")
    assert (lease.term, taken.term) == (1, 2)
    with pytest.raises(LeaseLostError, match="'a'"):
        first.require(lease)
    second.require(taken)
    assert first.renew() == [lease]
    assert not lease.is_held
    assert second.renew() == []
    first.give_back(lease)  # it is not its own any more
    second.require(taken)
    second.give_back(taken)
    assert names(two[0]) == []


def test_a_lease_that_is_renewed_is_kept(two):
    first, second = (store.leases for store in two)
    first.seconds = 0.5
    lease = first.take("a")
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        assert first.renew() == []
        assert second.take("a") is None
        assert lease.is_held
        time.sleep(0.1)
    time.sleep(0.6)
    assert not lease.is_held
    assert second.take("a") is not None


def test_a_lease_that_expired_and_nobody_took_is_kept_by_its_holder(two):
    first, second = (store.leases for store in two)
    lease = first.take("a")
    expire(two[0], "a")
    first.require(lease)
    assert first.renew() == []
    assert second.take("a") is None


@pytest.mark.parametrize("hours", [-1000, 1000])
def test_the_clock_of_the_machine_makes_no_difference(two, monkeypatch, hours):
    first, second = (store.leases for store in two)
    assert first.take("a")
    moment = time.time() + hours * 3600
    monkeypatch.setattr(time, "time", lambda: moment)
    assert second.take("a") is None
    assert second.take("b")
    assert first.take("b") is None


def test_nothing_is_committed_by_a_server_that_lost_its_lease(two):
    first, second = two
    documents = first.documents(Kind.METRIC)

    def put_two():
        with first.transaction():
            documents.put("o", "1", {"kept": False})
            documents.put("o", "3", {})

    with first.leases.hold("a"):
        documents.put("o", "1", {"kept": True})
        with first.transaction():
            documents.put("o", "2", {})
        expire(first, "a")
        assert second.leases.take("a")
        with pytest.raises(LeaseLostError):
            put_two()
        with pytest.raises(LeaseLostError):
            documents.put("o", "3", {})
    assert documents.list("o") == [{"kept": True}, {}]
    documents.put("o", "3", {})  # it works under no lease any more


def test_nobody_takes_a_lease_while_its_holder_commits(two):
    first, second = two
    documents = first.documents(Kind.METRIC)
    found = []
    with first.leases.hold("a"):
        expire(first, "a")
        with first.transaction():
            documents.put("o", "1", {})
            taker = threading.Thread(target=lambda: found.append(second.leases.take("a")))
            taker.start()
            taker.join(0.3)
            assert taker.is_alive()  # it waits for the end of the transaction
        taker.join()
        assert documents.count("o") == 1
    assert found[0].term == 2


def test_each_job_of_the_clock_is_done_once_a_period(stores):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    done, everywhere, clocks = [], [], []
    for number, store in enumerate(stores):
        clock = Clock(lambda: moment, store.leases)
        clock.add_job("daily", lambda _, number=number: done.append(number), seconds=86_400)
        clock.add_job("failing", lambda _: 1 / 0, seconds=86_400)
        clock.add_job("each", everywhere.append, seconds=86_400, on_each_server=True)
        clocks.append(clock)
    moment += timedelta(days=1)
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(Clock.run_due, clocks)) == [3] * 4
    assert len(done) == 1
    assert len(everywhere) == 4
    moment += timedelta(days=1)
    for clock in clocks[: done[0]] + clocks[done[0] + 1 :]:
        clock.run_due()  # within the period of the other one, by the clock of the database
    assert len(done) == 1
    clocks[done[0]].run_due()
    assert done == [done[0]] * 2


def test_a_job_whose_server_died_is_done_by_another(two):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    done = []
    first, second = (Clock(lambda: moment, store.leases) for store in two)

    def die(_):
        two[0].database._closed = True  # nothing gets through to the database any more
        raise SystemExit

    first.add_job("job", die, seconds=60)
    second.add_job("job", done.append, seconds=60)
    moment += timedelta(minutes=1)
    with pytest.raises(SystemExit):
        first.run_due()
    second.run_due()
    assert done == []
    expire(two[1], "clock: job")
    moment += timedelta(minutes=1)
    second.run_due()
    assert len(done) == 1


def test_each_message_is_claimed_by_one_of_four_servers(stores):
    for number in range(20):
        stores[0].outbox.add(str(number), "mail", {}, 0)
    claimed = []

    def claim(work):
        store, message = work
        with store.outbox.claim(message, 0) as is_ours:
            if is_ours:
                claimed.append(message)
                store.outbox.remove(message)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(claim, [(s, str(n)) for n in range(20) for s in stores]))
    assert sorted(claimed) == sorted(map(str, range(20)))
    assert names(stores[0]) == []


def test_a_heartbeat_shows_a_server_and_keeps_its_leases(two, monkeypatch):
    from arthurai.server.background import heartbeat

    monkeypatch.setattr(heartbeat, "RENEW_SECONDS", 0.1)
    first, second = two
    first.leases.seconds = 0.5
    beats = [Heartbeat(store) for store in two]
    shown = {server.id for server in first.servers.list_alive()}
    assert shown == {store.leases.holder for store in two}
    lease = first.leases.take("a")
    time.sleep(1)
    assert second.leases.take("a") is None
    assert lease.is_held
    beats[0].close()
    assert [server.id for server in second.servers.list_alive()] == [second.leases.holder]
    time.sleep(0.6)
    assert second.leases.take("a")
    beats[1].close()


def with_more(monkeypatch, oldest):
    """Make this process a newer release, whose schema has one more table."""
    more = (*migrations.MIGRATIONS, ("CREATE TABLE added (a INTEGER NOT NULL) STRICT",))
    monkeypatch.setattr(migrations, "MIGRATIONS", more)
    monkeypatch.setattr(migrations, "OLDEST_COMPATIBLE", oldest or len(more))


def test_a_release_that_only_adds_runs_beside_older_servers(address, monkeypatch):
    older = ControlStore(address, b"s" * 32)
    older.database.claim(alone=False)
    older.servers.note("old")
    with monkeypatch.context() as patch:
        with_more(patch, len(migrations.MIGRATIONS))
        newer = ControlStore(address, b"s" * 32)
        newer.database.claim(alone=False)
        newer.servers.note("new")
    older.database.check_version()
    older.organizations.create("o")
    assert [each["name"] for each in newer.organizations.list()] == ["o"]
    versions = {server.id: server.schema_version for server in older.servers.list_alive()}
    assert versions["new"] == versions["old"] + 1
    again = ControlStore(address, b"s" * 32)  # an older one may start, too
    assert [each["name"] for each in again.organizations.list()] == ["o"]
    for store in (older, newer, again):
        store.close()


def test_a_release_that_older_servers_cannot_follow_waits_for_their_end(address, monkeypatch):
    older = ControlStore(address, b"s" * 32)
    older.database.claim(alone=False)
    older.servers.note("old")
    with monkeypatch.context() as patch:
        with_more(patch, None)
        for _ in range(2):
            with pytest.raises(
                ControlDatabaseError, match=r"servers of release \S+ run on .* stop"
            ):
                ControlStore(address, b"s" * 32)
        older.database.check_version()
        older.organizations.create("o")
        # It was cut off for a while, and counted as gone.
        older.database.execute("UPDATE servers SET seen = seen - 100")
        newer = ControlStore(address, b"s" * 32)
    with pytest.raises(OutdatedServerError, match="install that release here, too") as caught:
        older.database.check_version()
    assert caught.value.status == 503
    for use in (older.organizations.list, lambda: older.organizations.create("p")):
        with pytest.raises(OutdatedServerError):
            use()
    with pytest.raises(ValueError, match="install the release that wrote it or a newer one"):
        ControlStore(address, b"s" * 32)
    assert [each["name"] for each in newer.organizations.list()] == ["o"]
    older.database.close()
    newer.close()


def test_a_server_that_is_alone_keeps_newer_releases_away(address, monkeypatch):
    alone = ControlStore(address, b"s" * 32)
    alone.database.claim()
    with_more(monkeypatch, len(migrations.MIGRATIONS))
    with pytest.raises(ControlDatabaseError, match="in use by another server"):
        ControlStore(address, b"s" * 32)
    alone.close()
    ControlStore(address, b"s" * 32).close()


def test_servers_that_share_keep_away_one_that_wants_to_be_alone(stores):
    first, second, third, _ = stores
    first.database.claim(alone=False)
    second.database.claim(alone=False)
    with pytest.raises(ControlDatabaseError, match="in use by another server"):
        third.database.claim()
    first.database.close()
    with pytest.raises(ControlDatabaseError, match="in use by another server"):
        third.database.claim()
    second.database.close()
    third.database.claim()
