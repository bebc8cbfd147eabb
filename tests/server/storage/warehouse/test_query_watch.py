"""Queries that take too long, hold too much, or that nobody waits for."""

from __future__ import annotations

import threading
import time

import duckdb
import pytest

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.errors import QueryStoppedError
from arthurai.server.storage.warehouse.query_watch import QueryWatch

FOREVER = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 3"


@pytest.fixture
def store():
    made = DataStore()
    yield made
    made.close()


def test_a_query_that_takes_too_long_is_stopped(store):
    watch = QueryWatch()
    started = time.monotonic()
    with watch.allow(0.5, 100), pytest.raises(QueryStoppedError, match=r"more than 0\.5 s"):
        store.fetch(FOREVER)
    assert time.monotonic() - started < 5
    with watch.allow(5, 100):
        assert store.fetch("SELECT 42")[1] == [(42,)]


def test_the_time_counts_for_all_queries_of_a_request(store):
    watch = QueryWatch()
    with watch.allow(0.2, 100):
        time.sleep(0.6)
        with pytest.raises(QueryStoppedError, match="query_seconds"):
            store.fetch("SELECT 42")


def test_a_query_ends_with_its_client(store):
    gone = threading.Event()
    threading.Timer(0.3, gone.set).start()
    started = time.monotonic()
    watch = QueryWatch()
    with watch.allow(60, 100, gone.is_set), pytest.raises(QueryStoppedError, match="is gone"):
        store.fetch(FOREVER)
    assert time.monotonic() - started < 5


def test_queries_of_other_threads_are_not_stopped(store):
    watch = QueryWatch()
    found = []
    slow = "SELECT count(*) FROM range(3000) a, range(100000) b WHERE a.range + b.range = 3"
    other = threading.Thread(target=lambda: found.append(store.fetch(slow)[1]))
    other.start()
    with watch.allow(0.01, 100), pytest.raises(QueryStoppedError):
        store.fetch(FOREVER)
    other.join()
    assert found == [[(4,)]]


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT range FROM range(1000)", 1000),
        ("SELECT range, 1 FROM range(10000)", 20_000),
        ("SELECT list(range) FROM range(999)", 1000),
    ],
)
def test_results_are_bounded(store, sql, values):
    watch = QueryWatch()
    with watch.allow(60, values):
        assert store.fetch(sql)[1]
    with watch.allow(60, values - 1), pytest.raises(QueryStoppedError, match="query_values"):
        store.fetch(sql)
    with watch.allow(60, values - 1), pytest.raises(QueryStoppedError, match="query_values"):
        list(store.fetch_parts(sql))
    assert store.fetch(sql)[1]  # the server's own queries are not requests


def test_memory_and_spill_of_the_engine_are_bounded(tmp_path):
    store = DataStore(tmp_path / "data", max_memory=64 * 2**20, max_spill=2**20)
    try:
        names = "'memory_limit', 'max_temp_directory_size'"
        found = store.fetch(
            f"SELECT value FROM duckdb_settings() WHERE name IN ({names}) ORDER BY name DESC"
        )[1]
        assert found == [("64.0 MiB",), ("1.0 MiB",)]
        with pytest.raises(duckdb.OutOfMemoryException):
            store.fetch("SELECT list(range::VARCHAR || repeat('x', 100)) FROM range(10000000)")
    finally:
        store.close()
