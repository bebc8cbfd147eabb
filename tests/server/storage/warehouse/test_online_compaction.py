"""Compaction of a store that is written to and read: nothing is lost, whatever happens meanwhile."""

# ruff: noqa: DTZ001 - the store keeps UTC without zone
from __future__ import annotations

import datetime as dt
import threading
import time
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pytest
from builders import inference, make_schema, simple_schema, truth, values

from arthurai.server.storage.warehouse import online_compaction
from arthurai.server.storage.warehouse.access_gate import AccessGate, GateBusyError
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.ddl import COLUMN_TYPES
from arthurai.server.storage.warehouse.duckdb_files import DATABASE_FILE
from arthurai.server.storage.warehouse.errors import DataStoreBusyError, DataStoreError

pytestmark = pytest.mark.files_of_duckdb


def fill(store, schema, rows, first=0):
    table = pa.table(
        {
            "partner_inference_id": [f"old-{n}" for n in range(first, first + rows)],
            "inference_timestamp": pa.array(range(first, first + rows), pa.timestamp("s")),
            "income": [n * 1.1 for n in range(rows)],
            "region": ["north"] * rows,
            "predicted": [n * 0.7 for n in range(rows)],
        }
    )
    assert store.append_inferences(schema, table).accepted == rows


def contents(store):
    """Return what each table holds, in any order."""
    tables = [row[0] for row in store.fetch("SELECT table_name FROM duckdb_tables()")[1]]
    return {name: sorted(map(repr, store.fetch(f'SELECT * FROM "{name}"')[1])) for name in tables}


class Workers:
    """Runs functions again and again in threads, until the block ends; raises what they raise."""

    def __init__(self, *works):
        self.counts = [0] * len(works)
        self._stopping, self._errors = threading.Event(), []
        self._threads = [
            threading.Thread(target=self._run, args=(at, work)) for at, work in enumerate(works)
        ]

    def _run(self, at, work):
        try:
            while not self._stopping.is_set():
                work(self.counts[at])
                self.counts[at] += 1
        except Exception as error:  # noqa: BLE001 - raised at the end of the block
            self._errors.append(error)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        while not all(self.counts) and not self._errors:
            time.sleep(0.01)
        return self

    def __exit__(self, *_exc_info):
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]


def compact_while_busy(folder, rows, repeats):
    schema, other = simple_schema(), simple_schema(model_id="other")
    taken = []

    def write(number):
        started = time.monotonic()
        items = [inference(10 * number + n) for n in range(10)]
        assert store.append_inferences(schema, items).accepted == 10
        taken.append(time.monotonic() - started)

    def write_truth(number):
        assert store.append_ground_truth(schema, [truth(number, float(number))]).accepted == 1

    def read(_):
        counted = store.counts(schema)["inference"]
        assert counted >= rows // 4

    with DataStore(folder) as store:
        fill(store, schema, rows)
        fill(store, other, 100)
        with Workers(write, write_truth, read) as workers:
            for repeat in range(repeats):
                store.prune(schema, dt.datetime(1970, 1, 1) + dt.timedelta(seconds=rows * 3 // 4))
                size = store.upkeep.compact()
                assert size.after == (folder / DATABASE_FILE).stat().st_size
                if not repeat:
                    assert size.after < size.before
        written, truths, _ = workers.counts
        found = contents(store)
        assert store.counts(schema)["inference"] == rows - rows * 3 // 4 + 10 * written
        assert store.counts(other)["inference"] == 100
        assert len(set(values(store, schema, "partner_inference_id"))) == rows // 4 + 10 * written
        assert store.waiting_truths() == max(0, truths - 10 * written)
        assert store.counts(schema)["ground_truth"] == min(truths, 10 * written)
        assert {path.name for path in folder.glob("compacted*")} == set()
        again = store.append_inferences(schema, [inference(0)])
        assert [row["status"] for row in again.inference_results()] == [200]
        assert store.counts(schema)["inference"] == rows // 4 + 10 * written  # it was known
    with DataStore(folder) as store:
        assert contents(store) == found
    return max(taken)


@pytest.mark.heavy
def test_nothing_is_lost_while_rows_arrive(tmp_path):
    assert compact_while_busy(tmp_path, 100_000, 2) < 30


@pytest.mark.slow
def test_nothing_is_lost_in_many_compactions(tmp_path):
    print(f"longest write: {compact_while_busy(tmp_path, 400_000, 20):.2f} s")


def test_a_model_that_comes_or_goes_meanwhile_is_there_or_gone(tmp_path, monkeypatch):
    first, gone, new = (simple_schema(model_id=name) for name in ("first", "gone", "new"))
    changes = []
    with DataStore(tmp_path) as store:
        fill(store, first, 10)
        fill(store, gone, 10)
        catch_up = online_compaction._catch_up

        def change_before(database, target):
            if not changes:
                store.delete_model("gone")
                fill(store, new, 7)
                store.append_ground_truth(
                    first, [{**truth(0, 1.0), "partner_inference_id": "old-3"}]
                )
                store.append_ground_truth(first, [truth(900, 4.0)])
                changes.append(contents(store))
            return catch_up(database, target)

        monkeypatch.setattr(online_compaction, "_catch_up", change_before)
        store.upkeep.compact()
        assert contents(store) == changes[0]
        assert store.counts(new)["inference"] == 7
        assert store.counts("gone")["inference"] == 0
        assert store.counts(first)["ground_truth"] == 1
        fill(store, gone, 5)  # and it may come back
        assert store.counts(gone)["inference"] == 5


def test_rows_of_every_type_and_equal_rows_are_compared(tmp_path, monkeypatch):
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMN_TYPES.items())
    literals = {
        "BIGINT": "-9223372036854775808",
        "DOUBLE": "'-0.0'::DOUBLE",
        "BOOLEAN": "false",
        "VARCHAR": "chr(0) || 'é'",
        "TIMESTAMP": "TIMESTAMP '0001-01-01'",
        "VARCHAR[]": "['a', NULL]",
        "MAP(VARCHAR, DOUBLE)[]": "[MAP {'a': 1.5}]",
        "DOUBLE[][]": "[[1.0, NULL], []]",
    }
    row = ", ".join(literals.get(kind, "NULL") for kind in COLUMN_TYPES.values())
    nothing = ", ".join(["NULL"] * len(COLUMN_TYPES))
    with DataStore(tmp_path) as store:
        with store.database.transaction() as cursor:
            cursor.execute(f"CREATE TABLE everything ({columns})")
            cursor.execute(f"INSERT INTO everything VALUES ({row}), ({row}), ({nothing})")
        catch_up = online_compaction._catch_up
        done = []

        def add_before(database, target):
            if not done:
                with store.database.transaction() as cursor:
                    cursor.execute(f"INSERT INTO everything VALUES ({row}), ({nothing})")
            done.append(catch_up(database, target))
            return done[-1]

        monkeypatch.setattr(online_compaction, "_catch_up", add_before)
        store.upkeep.compact()
        assert done == [5, 0]  # rows that are there already cannot be told apart: all are copied
        assert store.fetch("SELECT count(*) FROM everything")[1] == [(5,)]


def test_a_copy_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    schema = simple_schema()
    with DataStore(tmp_path) as store:
        fill(store, schema, 10)
        before = contents(store)
        with monkeypatch.context() as patch:
            patch.setattr(online_compaction, "_catch_up", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                store.upkeep.compact()
        with monkeypatch.context() as patch:
            patch.setattr(online_compaction.shutil, "disk_usage", lambda _: SimpleNamespace(free=9))
            with pytest.raises(DataStoreError, match=r"needs .* bytes beside the data, and 9 are"):
                store.upkeep.compact()
        with monkeypatch.context() as patch:  # the very instant of the replacement

            def fail(*_):
                raise OSError("the disk is gone")

            patch.setattr(type(tmp_path), "replace", fail)
            with pytest.raises(OSError, match="the disk is gone"):
                store.upkeep.compact()
        assert contents(store) == before
        assert not list(tmp_path.glob("compacted*"))
        store.upkeep.compact()
        assert contents(store) == before


def test_work_that_does_not_end_is_waited_for_and_then_respected(tmp_path, monkeypatch):
    schema = simple_schema()
    monkeypatch.setattr(online_compaction, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(online_compaction, "_WRITERS_SECONDS", 0.05)
    monkeypatch.setattr(online_compaction, "_READERS_SECONDS", 0.05)
    with DataStore(tmp_path) as store:
        fill(store, schema, 10)
        for hold in (store.database.cursor, store.database.transaction):
            outcome = []

            def compact(outcome=outcome):
                try:
                    outcome.append(online_compaction.compact_open(store._database, 0.3))
                except DataStoreBusyError as error:
                    outcome.append(error)

            thread = threading.Thread(target=compact)
            with hold() as cursor:
                thread.start()
                while thread.is_alive():  # a thread that is inside is never kept waiting
                    assert store.fetch("SELECT 1")[1] == [(1,)]
                assert cursor.execute("SELECT 2").fetchall() == [(2,)]
            assert "no instant without a request" in str(outcome[0])
        assert online_compaction.compact_open(store._database).after
        assert store.counts(schema)["inference"] == 10


def test_a_backup_and_a_compaction_exclude_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr("arthurai.server.storage.warehouse.upkeep._PATIENCE_SECONDS", 0.05)
    with DataStore(tmp_path) as store:
        with store.upkeep.snapshot(), pytest.raises(DataStoreBusyError, match="is under way"):
            store.upkeep.compact(dry_run=True)
        assert store.upkeep.compact(dry_run=True).before > 0


def test_data_in_memory_have_no_file():
    with DataStore() as store, pytest.raises(DataStoreError, match="no file to compact"):
        store.upkeep.compact()


def test_what_a_compaction_leaves_behind_is_replaced_by_the_next(tmp_path):
    schema = make_schema([])
    with DataStore(tmp_path) as store:
        store.create_model(schema)
        (tmp_path / "compacted.duckdb").write_bytes(b"half a copy")
        (tmp_path / "compacted.duckdb.wal").write_bytes(b"and its log")
        store.upkeep.compact()
    with duckdb.connect(str(tmp_path / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM arthur_models").fetchall() == [(1,)]


def test_a_gate_lets_all_in_or_one():
    gate, order = AccessGate(), []
    with gate.alone(1), gate.shared():  # whoever is alone may use what it guards
        pass
    with gate.shared():
        with pytest.raises(GateBusyError), gate.alone(0.01):
            order.append("never")
        with gate.shared():
            order.append("nested")

    def enter():
        with gate.shared():
            order.append("others")

    thread = threading.Thread(target=enter)
    with gate.alone(1):
        thread.start()
        time.sleep(0.05)
        with pytest.raises(GateBusyError), gate.alone(1):
            pass
        order.append("alone")
    thread.join()
    assert order == ["nested", "alone", "others"]
