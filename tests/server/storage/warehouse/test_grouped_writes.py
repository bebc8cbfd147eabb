"""Small writes at the same time share a commit, and nothing else."""

from __future__ import annotations

import threading

import pyarrow as pa
import pytest
from builders import inference, read, simple_schema

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.grouped_writes import (
    MAX_GROUP_ROWS,
    MAX_SMALL_ROWS,
    GroupedWrites,
)
from arthurai.server.storage.warehouse.idempotency import RequestKey

PATIENT = 30
SCHEMA = simple_schema()


def table(*values):
    return pa.table({"row": pa.array(range(len(values)), pa.int64()), "value": list(values)})


class Disk:
    """Takes writes; the first one takes as long as `go` is not set. A value below 0 is an error."""

    def __init__(self):
        self.go = threading.Event()
        self.started = threading.Event()
        self.commits = []
        self.finished = []
        self.grouped = GroupedWrites(self.append)

    def append(self, schema, rows, finish):
        self.started.set()
        assert self.go.wait(PATIENT)
        values = rows.column("value").to_pylist()
        assert rows.column("row").to_pylist() == list(range(len(values)))
        if min(values) < 0:
            raise ValueError(f"bad {min(values)}")
        self.commits.append(values)
        if finish is not None:
            finish(None)
        return values

    def write(self, *writes):
        """Make writes at the same time, while the first one is on its way; return their outcomes."""
        outcomes = [None] * len(writes)

        def run(number):
            schema, rows = writes[number]
            try:
                outcomes[number] = self.grouped.append(
                    schema, rows, lambda _: self.finished.append(number)
                )
            except ValueError as error:
                outcomes[number] = str(error)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(len(writes))]
        threads[0].start()
        assert self.started.wait(PATIENT)
        for number, thread in enumerate(threads[1:], 1):
            thread.start()
            while len(self.grouped._waiting) < number:
                threading.Event().wait(0.001)
        self.go.set()
        for thread in threads:
            thread.join(PATIENT)
            assert not thread.is_alive()
        return outcomes


def test_what_waits_for_a_commit_shares_the_next_one():
    disk = Disk()
    outcomes = disk.write(*((SCHEMA, table(n)) for n in range(6)))
    assert disk.commits == [[0], [1, 2, 3, 4, 5]]
    assert outcomes == [[0], [1, 2, 3, 4, 5], None, None, None, None]
    assert disk.finished == list(range(6))


def test_a_write_alone_waits_for_nobody():
    disk = Disk()
    disk.go.set()
    assert disk.grouped.append(SCHEMA, table(1), None) == [1]
    assert disk.grouped.append(SCHEMA, table(2), None) == [2]


def test_a_bad_write_fails_alone():
    disk = Disk()
    outcomes = disk.write(*((SCHEMA, table(n)) for n in (0, 1, -2, 3)))
    assert outcomes == [[0], [1], "bad -2", [3]]
    assert disk.commits == [[0], [1], [3]]
    disk.started.clear()
    assert disk.write((SCHEMA, table(9))) == [[9]]


def test_a_bad_write_that_leads_fails_alone():
    disk = Disk()
    assert disk.write(*((SCHEMA, table(n)) for n in (-1, 2, 3))) == ["bad -1", [2, 3], None]


def test_writes_of_different_schemas_and_large_groups_are_kept_apart():
    other = simple_schema(model_id="model-2")
    disk = Disk()
    many = list(range(MAX_SMALL_ROWS))
    writes = [(SCHEMA, table(0)), (SCHEMA, table(1)), (other, table(2)), (SCHEMA, table(3))]
    writes += [(SCHEMA, table(*many)) for _ in range(MAX_GROUP_ROWS // MAX_SMALL_ROWS)]
    disk.write(*writes)
    assert disk.commits[:3] == [[0], [1], [2]]
    assert max(map(len, disk.commits)) <= MAX_GROUP_ROWS
    assert sum(map(len, disk.commits)) == 4 + MAX_GROUP_ROWS


def test_large_writes_do_not_wait_for_others():
    disk = Disk()
    thread = threading.Thread(target=disk.grouped.append, args=(SCHEMA, table(0), None))
    thread.start()
    assert disk.started.wait(PATIENT)
    disk.started.clear()
    large = threading.Thread(
        target=disk.grouped.append, args=(SCHEMA, table(*range(MAX_SMALL_ROWS + 1)), None)
    )
    large.start()
    assert disk.started.wait(PATIENT)  # the one before is still on its way
    disk.go.set()
    thread.join(PATIENT)
    large.join(PATIENT)


@pytest.fixture
def store(tmp_path):
    with DataStore(tmp_path) as opened:
        yield opened


def at_once(calls):
    """Run calls in threads of their own; return what they returned, in their order."""
    results = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(number):
        barrier.wait(PATIENT)
        results[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT)
    return results


def test_rows_of_many_requests_are_stored_once_each(store):
    calls = [
        lambda n=n: store.append_inferences(SCHEMA, [inference(n % 40, income=float(n % 40))])
        for n in range(120)
    ]
    results = at_once(calls)
    assert all(found.status_counts()["success"] == 1 for found in results)
    rows = read(store, SCHEMA)
    assert len(rows) == 40


def test_each_request_keeps_its_own_results_and_key(store, tmp_path):
    def send(number):
        rows = [inference(number), {"partner_inference_id": f"bad-{number}"}][: 1 + number % 2]
        return store.append_inferences(
            SCHEMA, rows, key=RequestKey(f"key-{number}", b"%d" % number)
        )

    first = at_once([lambda n=n: send(n) for n in range(24)])
    for number, found in enumerate(first):
        assert found.total == 1 + number % 2
        assert list(found.failures) == ([1] if number % 2 else [])
    store.close()
    with DataStore(tmp_path) as again:
        store = again
        assert [send(n) for n in range(24)] == first
        assert len(read(again, SCHEMA)) == 24
