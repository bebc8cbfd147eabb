"""Retention, compaction, versions and locks of a data directory."""

# ruff: noqa: DTZ001 - the store keeps UTC without zone
from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pytest
from builders import (
    attribute,
    inference,
    make_schema,
    read,
    simple_schema,
    truth,
    values,
)

from arthurai.server.storage.warehouse import compaction
from arthurai.server.storage.warehouse.compaction import compact
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.duckdb_database import DuckDBDatabase
from arthurai.server.storage.warehouse.duckdb_files import DATABASE_FILE
from arthurai.server.storage.warehouse.errors import (
    DataStoreError,
    DataStoreLockedError,
    DataStoreVersionError,
)
from arthurai.server.storage.warehouse.idempotency import RequestKey
from arthurai.server.storage.warehouse.warehouse_schema import SCHEMA_VERSION

# --- retention and compaction ---------------------------------------------------------------------


def test_retention_deletes_old_inferences_with_all_that_hangs_on_them(tmp_path):
    schema = simple_schema(is_batch=True)
    with DataStore(tmp_path) as store:
        store.append_inferences(schema, [inference(n, batch_id=f"b{n // 2}") for n in range(6)])
        ids = values(store, schema, "inference_id")
        scores = {"inference_id": ids, "anomaly_score": [0.5] * 6, "raw_anomaly_score": [0.5] * 6}
        store.store_enrichment("model-1", "anomaly", pa.table(scores))
        of_texts = pa.table({**scores, "attribute": ["answer"] * 6})
        store.store_enrichment("model-1", "output_anomaly", of_texts)

        assert store.prune(schema, dt.datetime(2024, 1, 1, 0, 3, tzinfo=dt.UTC)) == (3, 0)

        assert values(store, schema, "partner_inference_id") == ["id-3", "id-4", "id-5"]
        assert [b.batch_id for b in store.batches(schema)] == ["b1", "b2"]
        for source in ("anomaly", "output_anomaly"):
            _, rows = store.fetch(f"SELECT inference_id FROM {store.relation(schema, source)}")
            assert {row[0] for row in rows} == set(ids[3:])
        again = store.append_inferences(schema, [inference(n, batch_id="x") for n in (0, 5)])
        assert [r["status"] for r in again.inference_results()] == [200, 200]
        assert store.append_ground_truth(schema, [truth(0, 1.0), truth(1, 1.0)]).accepted == 2
        assert values(store, schema, "actual") == [None, None, None, 1.0, None]
        assert store.prune(schema, dt.datetime(2020, 1, 1)) == (0, 0)


def test_retention_deletes_old_ground_truth_that_still_waits(tmp_path):
    schema = simple_schema()
    with DataStore(tmp_path) as store:
        store.append_ground_truth(schema, [truth(n, float(n)) for n in range(6)])
        assert store.waiting_truths() == store.waiting_truths(schema.model_id) == 6

        before = dt.datetime.fromisoformat(truth(4, 0.0)["ground_truth_timestamp"])
        assert store.prune(schema, before) == (0, 4)
        assert store.waiting_truths() == 2
    with DataStore(tmp_path) as store:
        assert store.waiting_truths() == 2
        store.append_inferences(schema, [inference(n) for n in range(6)])
        assert values(store, schema, "actual") == [None, None, None, None, 4.0, 5.0]
        assert store.waiting_truths() == 0


def test_retention_deletes_images_nobody_refers_to(tmp_path, monkeypatch):
    schema = make_schema([attribute("photo", "IMAGE", "PIPELINE_INPUT")])
    png = b"\x89PNG\r\n\x1a\n"
    with DataStore(tmp_path) as store:
        images = store.images(schema)
        ids = [images.put(png + bytes([n])) for n in range(3)]
        for number in (0, 1):
            item = inference(number) | {"inference_data": {"photo": ids[number]}}
            store.append_inferences(schema, [item])
        store.append_reference_stream(schema, [[{"photo": ids[2]}]])
        time.sleep(2)  # places tell times in seconds
        an_hour_later = time.time() - 1 + 3600
        fresh = images.put(png + b"fresh")
        clock = SimpleNamespace(time=lambda: an_hour_later)
        monkeypatch.setattr("arthurai.server.storage.warehouse.stored_images.time", clock)

        store.prune(schema, dt.datetime(2024, 1, 1, 0, 1))

        kept = {name.rpartition("/")[2] for name, _ in store.database.files.find("images")}
        assert kept == {ids[1], ids[2], fresh}


@pytest.mark.files_of_duckdb
@pytest.mark.heavy
def test_compaction_gives_space_back_and_keeps_everything_else(tmp_path):
    schema = simple_schema()
    with DataStore(tmp_path) as store:
        count = 200_000
        table = pa.table(
            {
                "partner_inference_id": [f"{n:032x}" for n in range(count)],
                "inference_timestamp": pa.array(range(count), pa.timestamp("s")),
                "income": [n * 1.1 for n in range(count)],
                "region": ["north"] * count,
                "predicted": [n * 0.7 for n in range(count)],
            }
        )
        assert store.append_inferences(schema, table).accepted == count
        store.append_reference_stream(schema, [[{"income": 1.0}]])
        store.prune(schema, dt.datetime.fromtimestamp(count - 10, dt.UTC))
        before = read(store, schema)
        assert len(before) == 10

    sizes = compact(tmp_path)

    assert sizes.after < sizes.before / 2
    assert sizes.after == (tmp_path / DATABASE_FILE).stat().st_size
    with DataStore(tmp_path) as store:
        assert read(store, schema) == before
        assert values(store, schema, "income", "reference") == [1.0]
        assert store.append_inferences(schema, [inference(1)]).accepted == 1
        assert store.append_ground_truth(schema, [truth(1, 1.0)]).accepted == 1


@pytest.mark.files_of_duckdb
def test_compaction_of_nothing_and_of_an_open_directory(tmp_path):
    with pytest.raises(DataStoreError, match="has no data"):
        compact(tmp_path)
    with DataStore(tmp_path), pytest.raises(DataStoreLockedError):
        compact(tmp_path)


@pytest.mark.files_of_duckdb
@pytest.mark.parametrize("moment", ["copy", "renamed", "noted", "bring back", "put in place"])
def test_compaction_on_another_disk_can_be_cut_off(tmp_path, monkeypatch, moment):
    data, work = tmp_path / "data", tmp_path / "work"
    data.mkdir()
    work.mkdir()
    schema = simple_schema()
    with DataStore(data) as store:
        store.append_inferences(schema, [inference(number) for number in range(20)])
        kept = read(store, schema)

    class Killed(BaseException):
        pass

    def die(*_args, **_options):
        raise Killed

    with monkeypatch.context() as patch:
        if moment == "copy":
            patch.setattr(compaction, "_write_copy", die)
        elif moment == "renamed":
            patch.setattr(compaction, "_turn_into_note", lambda old, new, _: die(old.replace(new)))
        elif moment == "noted":
            patch.setattr(compaction, "_put_in_place", die)
        elif moment == "bring back":
            patch.setattr(compaction.shutil, "copyfile", die)
        else:
            patch.setattr(compaction.shutil, "rmtree", die)
        with pytest.raises(Killed):
            compact(data, work)
    if moment in {"renamed", "noted", "bring back"}:
        with pytest.raises(DataStoreError, match="was interrupted: end it with"):
            DataStore(data)
        with pytest.raises(DataStoreError, match="was interrupted"):
            compaction.estimate_compaction(data)
    if moment == "renamed":  # the old file is still there
        assert compact(data).after == (data / DATABASE_FILE).stat().st_size
    if moment in {"noted", "bring back"}:
        (copy,) = work.rglob(DATABASE_FILE)
        copy.rename(work / "elsewhere")
        with pytest.raises(DataStoreError, match="bring that file back"):
            compact(data)
        (work / "elsewhere").rename(copy)
        assert compact(data).after == (data / DATABASE_FILE).stat().st_size
        assert list(work.iterdir()) == []
    with DataStore(data) as store:
        assert read(store, schema) == kept


# --- locks ----------------------------------------------------------------------------------------

HOLD = """
    import sys
    from pathlib import Path
    from arthurai.server.storage.warehouse.data_store import DataStore

    store = DataStore(Path(sys.argv[1]))
    print("open", flush=True)
    sys.stdin.read()
"""


def hold(directory):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "open\n"
    return process


@pytest.mark.files_of_duckdb
@pytest.mark.heavy
def test_a_second_process_is_told_who_holds_the_directory(tmp_path):
    with hold(tmp_path) as process:
        with pytest.raises(DataStoreLockedError, match=rf"process {process.pid} on "):
            DataStore(tmp_path)
        process.kill()
        process.wait()
        with DataStore(tmp_path) as store:
            assert store.fetch("SELECT 1")[1] == [(1,)]


@pytest.mark.files_of_duckdb
def test_the_same_process_cannot_open_a_directory_twice(tmp_path):
    with DataStore(tmp_path), pytest.raises(DataStoreLockedError, match=str(os.getpid())):
        DataStore(tmp_path)
    with DataStore(tmp_path):
        pass


@pytest.mark.heavy
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_end_of_a_fork_leaves_the_files_of_a_store_in_memory():
    program = """
        import os
        from arthurai.server.storage.warehouse.data_store import DataStore
        from arthurai.server.model_schema import ModelSchema

        model = {"id": "m", "input_type": "IMAGE", "output_type": "REGRESSION"}
        store = DataStore()
        images = store.images(ModelSchema.from_model(model))
        image_id = images.put(b"GIF89a")
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            print(images.get(image_id))
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "b'GIF89a'\n"


# --- versions -------------------------------------------------------------------------------------


@pytest.mark.files_of_duckdb
def test_a_directory_of_a_newer_version_is_refused(tmp_path):
    with DuckDBDatabase(tmp_path) as database, database.transaction() as cursor:
        cursor.execute("UPDATE arthur_meta SET value = '999' WHERE name = 'schema_version'")

    with pytest.raises(DataStoreVersionError, match="data schema 999"):
        DataStore(tmp_path)
    with pytest.raises(DataStoreVersionError, match="data schema 999"):
        DataStore(tmp_path)


def test_old_directories_are_migrated_step_by_step(tmp_path):
    with DuckDBDatabase(tmp_path) as database, database.transaction() as cursor:
        cursor.execute(f"UPDATE arthur_meta SET value = '{SCHEMA_VERSION - 2}'")
    steps = {
        SCHEMA_VERSION - 2: lambda cursor: cursor.execute("CREATE TABLE first AS SELECT 1 AS x"),
        SCHEMA_VERSION - 1: lambda cursor: cursor.execute("INSERT INTO first VALUES (2)"),
    }

    with DuckDBDatabase(tmp_path, migrations=steps) as database:
        assert database.schema_version == SCHEMA_VERSION
        assert database.fetch("SELECT x FROM first ORDER BY x")[1] == [(1,), (2,)]


def test_a_migration_that_fails_leaves_the_directory_as_it_was(tmp_path):
    last = SCHEMA_VERSION - 1
    with DuckDBDatabase(tmp_path) as database, database.transaction() as cursor:
        cursor.execute(f"UPDATE arthur_meta SET value = '{last}'")

    def fails(cursor):
        cursor.execute("CREATE TABLE half (x INTEGER)")
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        DuckDBDatabase(tmp_path, migrations={last: fails})

    with DuckDBDatabase(tmp_path, migrations={last: lambda cursor: None}) as database:
        assert database.fetch("SELECT * FROM duckdb_tables() WHERE table_name = 'half'")[1] == []


@pytest.mark.files_of_duckdb
def test_data_of_the_first_version_take_keys_and_waiting_truths(tmp_path):
    schema = simple_schema()
    with DataStore(tmp_path) as store:
        store.append_inferences(schema, [inference(1), inference(2)])
        before = read(store, schema)
        slot = store.relation(schema, "inference").removeprefix('"m').partition("_")[0]
    with DuckDBDatabase(tmp_path) as database, database.transaction() as cursor:
        cursor.execute("DROP TABLE arthur_requests")
        cursor.execute(f'ALTER TABLE "m{slot}_rows" DROP COLUMN truth_by_id')
        cursor.execute("UPDATE arthur_meta SET value = '1'")

    with DataStore(tmp_path) as store:
        assert read(store, schema) == before
        key = RequestKey("k", b"digest")
        for _ in range(2):
            assert store.append_ground_truth(
                schema, [truth(1, 1.0), truth(3, 3.0)], key=key
            ).status_counts() == {"success": 2, "failure": 0, "total": 2}
        store.append_inferences(schema, [inference(3)])
        assert values(store, schema, "actual") == [1.0, None, 3.0]


@pytest.mark.files_of_duckdb
def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / DATABASE_FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(duckdb.Error):
        DataStore(tmp_path)
    (tmp_path / DATABASE_FILE).unlink()
    with DataStore(tmp_path):
        pass


@pytest.mark.slow
def test_both_supported_versions_of_duckdb(tmp_path):
    """Version 1.5 passes the tests of the store; 2 opens its files, but not the other way."""
    python = tmp_path / "venv" / "bin" / "python"
    here = Path(__file__).resolve().parent
    root = here.parents[3]
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    packages = ["duckdb==1.5.5", "pytest", "hypothesis", "pyarrow", "numpy", "orjson"]
    subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}

    tests = [here / name for name in ("test_data_store.py", "test_values.py")]
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", root]
    subprocess.run(
        [*command, "--noconftest", "--import-mode=importlib", "-c", os.devnull, *tests],
        check=True,
        env=environment,
        cwd=root,
    )

    write = """
        import sys
        from pathlib import Path
        from arthurai.server.storage.warehouse.data_store import DataStore
        from builders import inference, simple_schema

        with DataStore(Path(sys.argv[1])) as store:
            print(store.append_inferences(simple_schema(), [inference(1)]).accepted)
    """

    def run(interpreter, directory):
        return subprocess.run(
            [interpreter, "-c", textwrap.dedent(write), directory],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
        )

    assert run(python, tmp_path / "old").stdout == "1\n"
    assert run(sys.executable, tmp_path / "old").stdout == "1\n"
    if duckdb.__version__.startswith("2."):
        assert run(sys.executable, tmp_path / "new").stdout == "1\n"
        refused = run(python, tmp_path / "new")
        assert refused.returncode != 0
        assert "was written by a newer DuckDB than the installed 1.5.5" in refused.stderr
