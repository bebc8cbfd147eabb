"""Deaths at any moment, and readers and writers at the same time."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest
from builders import read, simple_schema, stamp

from arthurai.server.storage.warehouse.data_store import DataStore

pytestmark = pytest.mark.heavy

# Writes until it is killed. Before each write it says what it is about to write ("try"), after it
# that the store has taken it ("done").
INGEST = """
    import random
    import sys
    from pathlib import Path

    import pyarrow as pa

    from arthurai.server.storage.warehouse.data_store import DataStore
    from builders import simple_schema, stamp

    directory, first, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    random.seed(seed)
    schema = simple_schema(is_batch=True)
    store = DataStore(directory)

    def say(*words):
        print(*words, flush=True)

    def rows(first, count):
        numbers = range(first, first + count)
        return pa.table(
            {
                "partner_inference_id": [f"id-{n}" for n in numbers],
                "inference_timestamp": pa.array(numbers, pa.timestamp("s")),
                "batch_id": [f"b{first}"] * count,
                "income": [float(n) for n in numbers],
                "region": [f"region-{n}" for n in numbers],
                "predicted": [0.5] * count,
            }
        )

    say("open", store.counts(schema)["inference"])
    done = first
    while True:
        what = random.random()
        if what < 0.6 or done == first:
            count = random.choice([1, 2, 50, 3000, 40_000])
            say("try", "rows", done, count)
            assert store.append_inferences(schema, rows(done, count)).accepted == count
            say("done", "rows", done, count)
            done += count
        elif what < 0.9:
            start = random.randrange(done)
            count = min(random.choice([1, 20, 5000]), done - start)
            value = random.randrange(1000)
            table = pa.table(
                {
                    "partner_inference_id": [f"id-{n}" for n in range(start, start + count)],
                    "ground_truth_timestamp": [stamp(0)] * count,
                    "actual": [float(value)] * count,
                }
            )
            say("try", "truth", start, count, value)
            assert store.append_ground_truth(schema, table).accepted == count
            say("done", "truth", start, count, value)
        else:
            store.checkpoint()
"""


class Ledger:
    """What must be in the store, and what may be there besides."""

    def __init__(self):
        self.rows = 0
        self.truths = {}
        self.open = None

    def read(self, line):
        word, *rest = line.split()
        if word == "open":
            return
        kind, *numbers = rest
        numbers = [int(n) for n in numbers]
        self.open = (kind, numbers) if word == "try" else None
        if word == "done":
            self._apply(kind, numbers)

    def _apply(self, kind, numbers):
        if kind == "rows":
            first, count = numbers
            assert first == self.rows
            self.rows += count
        else:
            first, count, value = numbers
            self.truths.update(dict.fromkeys(range(first, first + count), float(value)))

    def check(self, store, schema):
        relation = store.relation(schema, "inference")
        columns = {a.name: a.column for a in schema.attributes}
        (count, distinct, damaged, largest), *_ = store.fetch(
            "SELECT count(*), count(DISTINCT partner_inference_id),"
            f" count(*) FILTER ({columns['income']} IS DISTINCT FROM"
            " CAST(substr(partner_inference_id, 4) AS DOUBLE)"
            f" OR {columns['region']} IS DISTINCT FROM 'region-' || substr(partner_inference_id, 4)),"
            f" max({columns['income']}) FROM {relation}"
        )[1]
        if self.open is not None and self.open[0] == "rows" and count != self.rows:
            self._apply(*self.open)
        assert (count, distinct, damaged, largest) == (
            self.rows,
            self.rows,
            0,
            self.rows - 1 if self.rows else None,
        )
        _, found = store.fetch(
            f"SELECT CAST({columns['income']} AS BIGINT), {columns['actual']} FROM {relation}"
            f" WHERE {columns['actual']} IS NOT NULL"
        )
        truths = dict(found)
        if truths != self.truths and self.open is not None and self.open[0] == "truth":
            self._apply(*self.open)
        assert truths == self.truths
        batches = {b.batch_id: b.records for b in store.batches(schema)}
        assert sum(batches.values()) == count
        self.open = None


def kill_repeatedly(directory, times, seed):
    ledger = Ledger()
    chance = random.Random(seed)
    schema = simple_schema(is_batch=True)
    tests = Path(__file__).resolve().parents[3]
    for number in range(times):
        command = [
            sys.executable,
            "-c",
            textwrap.dedent(INGEST),
            str(directory),
            str(ledger.rows),
            str(number),
        ]
        environment = {"PYTHONPATH": f"{tests.parent}:{tests}", "PATH": "/usr/bin:/bin"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout.readline() == f"open {ledger.rows}\n"
        killer = threading.Timer(chance.uniform(0.0, 0.6), process.kill)
        # Most deaths come after some writes, whatever the machine has to do besides; some before.
        early = number > 0 and chance.random() < 0.2
        if early:
            killer.start()
        for line in process.stdout:
            # The last line may be cut off by the death.
            if line.endswith("\n"):
                ledger.read(line)
                if line.startswith("done") and not early:
                    killer.start()
                    early = True
        assert process.wait() == -9
        process.stdout.close()
        with DataStore(directory) as store:
            ledger.check(store, schema)
    return ledger


@pytest.mark.files_of_duckdb  # written by another process, which this one kills
def test_nothing_acknowledged_is_lost_or_doubled_by_a_few_kills(tmp_path):
    ledger = kill_repeatedly(tmp_path, 3, seed=1)
    assert ledger.rows > 0


@pytest.mark.files_of_duckdb  # written by another process, which this one kills
@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_by_a_hundred_kills(tmp_path):
    ledger = kill_repeatedly(tmp_path, 100, seed=2)
    assert ledger.rows > 100_000


# --- readers and writers --------------------------------------------------------------------------


class Traffic:
    """Two writers and four readers on one model; each write is one consistent step."""

    SIZE = 40

    def __init__(self, store, seconds):
        self.store = store
        self.schema = simple_schema(is_batch=True)
        self.columns = {a.name: a.column for a in self.schema.attributes}
        self.relation = store.relation(self.schema, "inference")
        self.end = time.monotonic() + seconds
        self.faults = []
        self.log = []
        self.reads = 0

    def run(self):
        threads = [threading.Thread(target=self._guard, args=(self.write, n)) for n in range(2)]
        threads += [threading.Thread(target=self._guard, args=(self.read, n)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.faults:
            raise self.faults[0]

    def _guard(self, work, number):
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self.faults.append(error)
            self.end = 0

    def write(self, number):
        chance = random.Random(number)
        mine = 0
        while time.monotonic() < self.end:
            if mine and chance.random() < 0.4:
                step = ("truth", f"w{number}-{chance.randrange(mine)}", chance.randrange(100))
            else:
                step = ("rows", f"w{number}-{mine}", chance.randrange(100))
                mine += 1
            self.log.append(step)
            assert apply(self.store, self.schema, step, self.SIZE) == self.SIZE

    def read(self, number):
        seen = 0
        while time.monotonic() < self.end:
            _, groups = self.store.fetch(
                f"SELECT batch_id, count(*), sum({self.columns['income']}),"
                f" count(DISTINCT coalesce({self.columns['actual']}, -1)) FROM {self.relation}"
                " GROUP BY batch_id"
            )
            for batch, count, total, truths in groups:
                assert (count, total, truths) == (self.SIZE, 0.0, 1), batch
            assert len(groups) >= seen
            seen = len(groups)
            self.reads += 1


def apply(store, schema, step, size):
    kind, batch, value = step
    ids = [f"{batch}-{n}" for n in range(size)]
    times = [stamp(0)] * size
    if kind == "rows":
        table = pa.table(
            {
                "partner_inference_id": ids,
                "inference_timestamp": times,
                "batch_id": [batch] * size,
                "income": [float(value if n % 2 else -value) for n in range(size)],
                "region": [batch] * size,
                "predicted": [0.5] * size,
            }
        )
        return store.append_inferences(schema, table).accepted
    table = pa.table(
        {
            "partner_inference_id": ids,
            "ground_truth_timestamp": times,
            "actual": [float(value)] * size,
        }
    )
    return store.append_ground_truth(schema, table).accepted


def comparable(store, schema):
    kept = ("partner_inference_id", "inference_timestamp", "batch_id", "income", "region", "actual")
    return sorted(tuple(row[name] for name in kept) for row in read(store, schema))


def check_traffic(directory, seconds):
    with DataStore(directory) as store, DataStore() as serial:
        traffic = Traffic(store, seconds)
        traffic.run()
        # Writers touch their own batches only, so the order of each writer's steps decides.
        for step in traffic.log:
            apply(serial, traffic.schema, step, traffic.SIZE)
        assert traffic.reads > 0
        assert comparable(store, traffic.schema) == comparable(serial, traffic.schema)


def test_readers_and_writers_agree_with_a_serial_replay(tmp_path):
    check_traffic(tmp_path, 2.0)


@pytest.mark.slow
def test_readers_and_writers_agree_with_a_serial_replay_for_a_minute(tmp_path):
    check_traffic(tmp_path, 60.0)


def test_writers_of_one_id_agree_on_equal_rows(tmp_path):
    schema = simple_schema()
    outcomes = []
    barrier = threading.Barrier(4)

    def send(store, number):
        for step in range(25):
            item = {
                "partner_inference_id": f"same-{step}",
                "inference_timestamp": stamp(0),
                "inference_data": {"income": float(number % 2)},
            }
            barrier.wait()
            outcomes.append(store.append_inferences(schema, [item]).accepted)

    with DataStore(tmp_path) as store:
        store.create_model(schema)
        threads = [threading.Thread(target=send, args=(store, n)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = [(row["partner_inference_id"], row["income"]) for row in read(store, schema)]

    assert outcomes == [1] * 100
    assert sorted(stored) == sorted((f"same-{s}", float(n)) for s in range(25) for n in range(2))
