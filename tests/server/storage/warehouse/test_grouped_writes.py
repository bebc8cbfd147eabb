"""Small writes at the same time share a commit, and nothing else."""

from __future__ import annotations

import threading

import pytest
from builders import inference, read, simple_schema

from arthurai.server.model_schema import column_name
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.decode_json import JsonDecoder
from arthurai.server.storage.warehouse.grouped_writes import (
    MAX_GROUP_ROWS,
    MAX_SMALL_ROWS,
    GroupedWrites,
    SmallWrite,
)
from arthurai.server.storage.warehouse.idempotency import Finish, RequestKey
from arthurai.server.storage.warehouse.row_results import RowResults

PATIENT = 30
SCHEMA = simple_schema()
INCOME = column_name("PIPELINE_INPUT", "income")


def items(*values):
    """Inferences of these values; a text is one that cannot be stored."""
    return [inference(place, income=value) for place, value in enumerate(values)]


class Disk:
    """Takes writes; the first one takes as long as `go` is not set. A value below 0 is an error."""

    def __init__(self):
        self.go = threading.Event()
        self.started = threading.Event()
        self.commits = []
        self.finished = []
        self.announced = []
        self.grouped = GroupedWrites(self.append)

    def append(self, schema, rows, finish):
        self.started.set()
        assert self.go.wait(PATIENT)
        values = rows.column(INCOME).to_pylist()
        if min(values, default=0) < 0:
            raise ValueError(f"bad {min(values)}")
        self.commits.append(values)
        if finish is not None:
            finish(None)
        return values

    def store(self, cursor, model_id, answers):
        """Stand in for the keys: take the answers of requests."""
        self.finished += [request for request, _ in answers]

    def submit(self, number, schema, rows):
        results = RowResults(len(rows))
        finish = Finish(self, schema.model_id, ((number, results),))
        write = SmallWrite(schema, rows, results, finish, self.announced.append)
        self.grouped.submit(write)
        return write

    def wait(self, write):
        try:
            self.grouped.wait(write)
        except ValueError as error:
            return str(error)
        return write.results.failures

    def write(self, *writes):
        """Make writes at the same time, while the first one is on its way; return their outcomes."""
        outcomes = [None] * len(writes)

        def run(number):
            outcomes[number] = self.wait(self.submit(number, *writes[number]))

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
    assert disk.write(*((SCHEMA, items(n)) for n in range(6))) == [{}] * 6
    assert disk.commits == [[0], [1, 2, 3, 4, 5]]
    assert disk.announced == disk.commits
    assert disk.finished == list(range(6))


def test_a_write_alone_waits_for_nobody():
    disk = Disk()
    disk.go.set()
    assert disk.wait(disk.submit(0, SCHEMA, items(1))) == {}
    assert disk.wait(disk.submit(1, SCHEMA, items(2))) == {}
    assert disk.commits == [[1], [2]]


def test_one_thread_can_submit_several_writes_before_it_waits():
    disk = Disk()
    disk.go.set()
    writes = [disk.submit(n, SCHEMA, items(n)) for n in range(4)]
    assert [disk.wait(write) for write in reversed(writes)] == [{}] * 4
    assert disk.commits == [[0, 1, 2, 3]]


def test_each_write_gets_the_failures_of_its_own_rows():
    disk = Disk()
    disk.go.set()
    writes = [(0, "a"), ("b",), (1, 2), (3, 4, "c")]
    submitted = [disk.submit(n, SCHEMA, items(*values)) for n, values in enumerate(writes)]
    found = [disk.wait(write) for write in submitted]
    assert [list(failures) for failures in found] == [[1], [0], [], [2]]
    assert [failures[row].message[-3:] for failures in found for row in failures] == [
        "'a'",
        "'b'",
        "'c'",
    ]
    assert disk.commits == [[0, 1, 2, 3, 4]]


def test_a_bad_write_fails_alone():
    disk = Disk()
    assert disk.write(*((SCHEMA, items(n)) for n in (0, 1, -2, 3))) == [{}, {}, "bad -2.0", {}]
    assert disk.commits == disk.announced == [[0], [1], [3]]
    assert disk.finished == [0, 1, 3]
    disk.started.clear()
    assert disk.write((SCHEMA, items(9))) == [{}]


def test_a_bad_write_that_comes_first_fails_alone():
    disk = Disk()
    assert disk.write(*((SCHEMA, items(n)) for n in (-1, 2, 3))) == ["bad -1.0", {}, {}]
    assert disk.commits == [[2, 3]]


def test_writes_of_different_schemas_and_large_groups_are_kept_apart():
    other = simple_schema(model_id="model-2")
    disk = Disk()
    many = list(range(MAX_SMALL_ROWS))
    writes = [(SCHEMA, items(0)), (SCHEMA, items(1)), (other, items(2)), (SCHEMA, items(3))]
    writes += [(SCHEMA, items(*many)) for _ in range(MAX_GROUP_ROWS // MAX_SMALL_ROWS)]
    disk.write(*writes)
    assert disk.commits[:3] == [[0], [1], [2]]
    assert max(map(len, disk.commits)) <= MAX_GROUP_ROWS
    assert sum(map(len, disk.commits)) == 4 + MAX_GROUP_ROWS


def test_tables_share_a_commit_as_well():
    tables = [JsonDecoder(SCHEMA, items(n), first_row=0, results=RowResults(1)) for n in range(3)]
    disk = Disk()
    disk.go.set()
    writes = [disk.submit(n, SCHEMA, table.inferences(None)) for n, table in enumerate(tables)]
    assert [disk.wait(write) for write in writes] == [{}] * 3
    assert disk.commits == [[0, 1, 2]]


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
