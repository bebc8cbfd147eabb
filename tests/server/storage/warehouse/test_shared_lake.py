"""Two servers with one warehouse in DuckLake: what one commits, the other sees, and stores once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing

import pytest
from builders import (
    SIMPLE,
    attribute,
    inference,
    make_schema,
    read,
    simple_schema,
    truth,
    values,
)

from arthurai.server.storage.warehouse import stored_ids
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.errors import DataStoreError, RequestInProgressError
from arthurai.server.storage.warehouse.id_index import IdIndex
from arthurai.server.storage.warehouse.idempotency import RequestKey
from arthurai.server.storage.warehouse.row_results import RowResults


@pytest.fixture
def place(lake_address, tmp_path):
    """Give the directory and the address of an empty lake."""
    return tmp_path / "shared", lake_address()


@pytest.fixture
def pair(lake_options):
    """Give two data stores on one lake, as two servers have them."""
    stores = [DataStore(**lake_options) for _ in range(2)]
    yield stores
    for store in stores:
        store.close()


def in_threads(*works):
    """Run functions at the same time; raise what they raise."""
    errors = []

    def run(work):
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def count_files(store):
    """Return the number of files of rows."""
    return sum(name.endswith(".parquet") for name, _ in store.database.files.find("rows"))


def test_what_one_server_stores_the_other_sees_and_stores_once(pair):
    first, second = pair
    schema = simple_schema()
    assert first.append_inferences(schema, [inference(1), inference(2)]).accepted == 2
    assert values(second, schema, "partner_inference_id") == ["id-1", "id-2"]
    second.append_inferences(schema, [inference(2), inference(3)])
    first.append_inferences(schema, [inference(3), inference(1, income=9.0)])
    assert values(first, schema, "partner_inference_id") == ["id-1", "id-2", "id-3", "id-1"]
    assert values(second, schema, "seq") == [0, 1, 2, 3]
    second.append_ground_truth(schema, [truth(3, 3.0), truth(4, 4.0)])
    assert values(first, schema, "actual") == [None, None, 3.0, None]
    assert [store.waiting_truths(schema.model_id) for store in pair] == [1, 1]
    first.append_inferences(schema, [inference(4)])
    assert values(second, schema, "actual")[-1] == 4.0
    assert [store.waiting_truths() for store in pair] == [0, 0]
    second.append_inferences(schema, [inference(3, income=7.0)])  # takes over its id's truth
    assert values(first, schema, "actual")[-1] == 3.0


def test_rows_sent_to_both_servers_at_once_are_stored_once(pair):
    schema = simple_schema()
    for store in pair:
        store.create_model(schema)

    def send(store, first):
        for number in range(first, first + 12, 3):
            rows = [inference(n) for n in range(number, number + 6)]
            assert store.append_inferences(schema, rows).accepted == 6

    def tell(store):
        for number in range(0, 12, 2):
            store.append_ground_truth(schema, [truth(number, float(number))])

    in_threads(
        *(lambda s=store, n=n: send(s, n) for store in pair for n in (0, 4)),
        *(lambda s=store: tell(s) for store in pair),
    )
    for store in pair:
        rows = read(store, schema)
        assert sorted(row["partner_inference_id"] for row in rows) == sorted(
            f"id-{n}" for n in range(19)
        )
        assert [row["seq"] for row in rows] == list(range(19))
        by_id = {row["partner_inference_id"]: row["actual"] for row in rows}
        assert {n: by_id[f"id-{n}"] for n in range(0, 12, 2)} == {
            n: float(n) for n in range(0, 12, 2)
        }


def test_numbers_that_are_given_again_after_a_deletion_hide_no_row(pair):
    first, second = pair
    schema = simple_schema()
    first.append_inferences(schema, [inference(n) for n in range(4)])
    second.append_inferences(schema, [inference(4)])
    first.append_inferences(schema, [inference(4)])
    second.delete_inference(schema, "id-4")
    second.delete_inference(schema, "id-3")
    second.append_inferences(schema, [inference(5), inference(6)])
    assert values(second, schema, "seq") == [0, 1, 2, 3, 4]
    first.append_inferences(schema, [inference(5), inference(6), inference(4)])
    assert values(first, schema, "partner_inference_id") == [f"id-{n}" for n in (0, 1, 2, 5, 6, 4)]
    first.append_ground_truth(schema, [truth(6, 6.0)])
    assert values(second, schema, "actual") == [None] * 4 + [6.0, None]
    first.delete_model(schema.model_id)
    first.append_inferences(schema, [inference(1)])
    second.append_inferences(schema, [inference(1), inference(7)])
    assert values(first, schema, "partner_inference_id") == ["id-1", "id-7"]


def test_a_write_reads_the_ids_that_are_new_to_its_server(pair, monkeypatch):
    first, second = pair
    schema = simple_schema()
    first.append_inferences(schema, [inference(n) for n in range(200)])
    second.append_inferences(schema, [inference(200)])
    added = []
    add = IdIndex.add
    monkeypatch.setattr(
        IdIndex, "add", lambda self, hashes, seq: (added.append(len(seq)), add(self, hashes, seq))
    )
    for number in range(201, 205):
        second.append_inferences(schema, [inference(number)])
    first.append_inferences(schema, [inference(204)])
    assert max(added) == 5
    assert second.counts(schema)["inference"] == 205


def test_ids_of_a_large_model_are_looked_up_each_time(pair, monkeypatch):
    monkeypatch.setattr(stored_ids, "MAX_INDEXED_ROWS", 3)
    schema = simple_schema()
    for number in range(0, 12, 2):
        for store in pair:
            rows = [inference(n) for n in range(number, number + 3)]
            assert store.append_inferences(schema, rows).accepted == 3
    assert values(pair[0], schema, "seq") == list(range(13))
    pair[1].append_ground_truth(schema, [truth(3, 1.0)])
    assert values(pair[0], schema, "actual").count(1.0) == 1


def test_a_request_that_is_repeated_at_another_server_gets_the_first_answer(pair):
    first, second = pair
    schema = simple_schema()
    key = RequestKey("k", b"digest")
    rows = [inference(1), {"partner_inference_id": "x"}]
    counts = first.append_inferences(schema, rows, key=key).status_counts()
    assert counts["failure"] == 1
    assert second.append_inferences(schema, rows, key=key).status_counts() == counts
    reference = [{"reference_data": {"income": 1.0, "region": "n", "predicted": 0.5}}]
    for store in pair:
        again = RequestKey("r", b"digest")
        assert store.append_reference_stream(schema, [reference], key=again).accepted == 1
    assert [store.counts(schema)["reference"] for store in pair] == [1, 1]


def test_a_request_that_two_servers_work_on_is_answered_by_one(pair):
    first, second = pair
    schema = simple_schema()
    first.create_model(schema)
    key = RequestKey("k", b"digest")
    with first._keys.claim(schema.model_id, key) as claim:
        second.append_inferences(schema, [inference(1)], key=key)
        with pytest.raises(RequestInProgressError, match="repeat"):
            first.database.write(claim.finish(RowResults(1)))
    assert first.append_inferences(schema, [inference(1)], key=key).accepted == 1


def test_keys_are_pruned_by_upkeep_not_by_requests(pair, monkeypatch):
    monkeypatch.setattr("arthurai.server.storage.warehouse.idempotency.MAX_KEYS", 2)
    monkeypatch.setattr("arthurai.server.storage.warehouse.upkeep._PRUNE_SECONDS", 0.0)
    schema = simple_schema()
    for number in range(4):
        key = RequestKey(f"k{number}", b"digest")
        pair[number % 2].append_inferences(schema, [inference(number)], key=key)
    count = "SELECT list(key ORDER BY key) FROM arthur_requests"
    assert pair[0].fetch(count)[1] == [(["k0", "k1", "k2", "k3"],)]
    pair[1].upkeep.maintain()
    assert pair[0].fetch(count)[1] == [(["k2", "k3"],)]


def test_models_are_made_changed_and_deleted_for_all_servers(pair):
    first, second = pair
    schemas = [simple_schema(model_id=f"m{n}") for n in range(4)]
    in_threads(
        *(
            lambda s=store, m=schema: s.append_inferences(m, [inference(1)])
            for store in pair
            for schema in schemas
        )
    )
    slots = first.fetch("SELECT slot FROM arthur_models ORDER BY slot")[1]
    assert slots == [(1,), (2,), (3,), (4,)]
    schema = schemas[0]
    wider = make_schema([*SIMPLE, attribute("age", "INTEGER")], model_id="m0")
    second.update_schema(wider)
    row = inference(2)
    row["inference_data"]["age"] = 7
    first.append_inferences(wider, [row])
    assert values(second, wider, "age") == [None, 7]
    text = make_schema([*SIMPLE, attribute("age", "STRING")], model_id="m0")
    first.update_schema(text, discard_values=True)
    assert values(second, text, "age") == [None, "7"]
    first.update_schema(schema, discard_values=True)
    second.append_inferences(schema, [inference(3)])  # its tables no longer have the column
    assert "age" not in read(second, schema)[0]
    first.delete_model("m0")
    assert second.counts("m0") == {"inference": 0, "ground_truth": 0, "reference": 0}
    assert not second.has_inferences("m0")
    with pytest.raises(LookupError):
        second.relation("m0", "inference")
    assert second.counts("m1")["inference"] == 1


def test_a_reference_upload_is_repeated_after_a_conflict(pair, monkeypatch):
    first, second = pair
    schema = simple_schema()
    rows = [[{"reference_data": {"income": float(n), "region": "n"}}] for n in range(3)]
    first.create_model(schema)
    other = simple_schema(model_id="other", is_batch=True)
    second.append_inferences(other, [inference(1, batch_id="b")])
    check = first.database._check_before_commit
    attempts = []

    def interfere():
        attempts.append(1)
        if len(attempts) < 3:  # changes the table that the upload adds its state to
            second.append_inferences(other, [inference(len(attempts) + 1, batch_id="b")])
            second.close_batch(other, "b")
        check()

    with monkeypatch.context() as patch:
        patch.setattr(first.database, "_check_before_commit", interfere)
        assert first.append_reference_stream(schema, rows, key=RequestKey("r", b"d")).accepted == 3
    assert len(attempts) > 1
    found = read(second, schema, "reference")
    assert [(row["seq"], row["income"]) for row in found] == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_batches_and_references_have_one_state(pair):
    first, second = pair
    schema = simple_schema(is_batch=True)
    rows = [inference(n, batch_id="b") for n in range(3)]
    first.append_inferences(schema, rows[:2])
    second.append_inferences(schema, rows[2:])
    assert first.close_batch(schema, "b", 4).status == "waiting_for_data_load_to_finish"
    second.append_inferences(schema, [inference(3, batch_id="b")])
    assert first.batch(schema, "b").status == "completed"
    second.append_inferences(schema, [inference(4, batch_id="b")])
    assert [store.batch(schema, "b").status for store in pair] == ["started", "started"]
    reference = [{"reference_data": {"income": 1.0, "region": "n", "predicted": 0.5}}]
    first.append_reference_stream(schema, [reference])
    second.append_reference_stream(schema, [reference])
    second.close_reference(schema, 2)
    with pytest.raises(DataStoreError, match="closed"):
        first.append_reference_stream(schema, [reference])


def test_upkeep_changes_nothing_that_is_stored(pair, monkeypatch):
    monkeypatch.setattr("arthurai.server.storage.warehouse.ducklake_database.KEPT_SECONDS", 0)
    first, second = pair
    schema = simple_schema()
    for number in range(8):
        pair[number % 2].append_inferences(schema, [inference(number)])
    first.append_ground_truth(schema, [truth(n, float(n)) for n in range(8)])
    done = threading.Event()
    counts = []

    def look():
        while not done.is_set():
            counts.append(second.counts(schema)["inference"])

    def work():
        try:
            for number in range(8, 12):
                second.upkeep.maintain()
                first.append_inferences(schema, [inference(number)])
        finally:
            done.set()

    before = count_files(first)
    in_threads(look, work)
    size = second.upkeep.compact()
    assert 0 < size.after < size.before
    assert set(counts) <= set(range(8, 13))
    assert values(first, schema, "actual") == [*map(float, range(8)), *[None] * 4]
    assert count_files(first) < before


def test_a_directory_that_belongs_elsewhere_is_refused(place, lake_address, tmp_path):
    directory, address = place
    DataStore(directory, warehouse=address).close()
    with pytest.raises(DataStoreError, match="mounted"):
        DataStore(tmp_path / "empty", warehouse=address)
    with pytest.raises(DataStoreError, match="belongs to another warehouse"):
        DataStore(directory, warehouse=lake_address())
    moved = directory.rename(tmp_path / "moved")  # another server may mount it elsewhere
    with closing(DataStore(moved, warehouse=address)) as store:
        assert store.append_inferences(simple_schema(), [inference(1)]).accepted == 1


def test_addresses_with_passwords_are_refused_and_not_repeated(tmp_path):
    pytest.importorskip("psycopg")
    for wrong in (
        "ducklake:postgresql://u:secret@h/d",
        "ducklake:postgresql://h/d?password=secret",
        "ducklake:secret",
        "secret:x",
    ):
        with pytest.raises(ValueError, match="address of the warehouse") as caught:
            DataStore(tmp_path, warehouse=wrong)
        assert "secret" not in str(caught.value)
    with pytest.raises(DataStoreError, match=r"'d' on 127\.0\.0\.1:1"):
        DataStore(tmp_path, warehouse="ducklake:postgresql://u@127.0.0.1:1/d")


def test_a_server_whose_locks_were_lost_commits_nothing(pair, postgresql_cluster):
    first, second = pair
    schema = simple_schema()
    first.create_model(schema)
    writer = first._models.get(schema.model_id)

    def lose(cursor):
        cursor.execute("INSERT INTO arthur_meta VALUES ('lost', '1')")
        with postgresql_cluster.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks"
                " WHERE locktype = 'advisory' AND granted"
            )

    with pytest.raises(DataStoreError), writer.lock:
        first.database.write(lose)
    assert second.fetch("SELECT count(*) FROM arthur_meta WHERE name = 'lost'")[1] == [(0,)]
    for store in pair:
        assert store.append_inferences(schema, [inference(1)]).accepted == 1
    assert second.counts(schema)["inference"] == 1


WRITE = """
    import sys
    from pathlib import Path
    from builders import inference, simple_schema
    from arthurai.server.storage.s3_address import is_s3, parse_s3
    from arthurai.server.storage.warehouse.data_store import DataStore

    place = sys.argv[1]
    options = {"storage": parse_s3(place)} if is_s3(place) else {"directory": Path(place)}
    store = DataStore(**options, warehouse=sys.argv[2])
    for number in range(10_000):
        store.append_inferences(simple_schema(), [inference(2 * number), inference(2 * number + 1)])
        print(number, flush=True)
"""


@pytest.mark.heavy
def test_a_server_that_is_killed_leaves_whole_requests_and_no_lock(lake_options):
    schema = simple_schema()
    with closing(DataStore(**lake_options)) as store:
        store.create_model(schema)
        place, address = store.database.files.name, lake_options["warehouse"]
        program = [sys.executable, "-c", textwrap.dedent(WRITE), place, address]
        paths = os.pathsep.join(sys.path)
        with subprocess.Popen(
            program, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
        ) as process:
            for _ in range(3):
                answered = int(process.stdout.readline())
            time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            process.wait()
            answered = max([answered, *map(int, process.stdout.read().split())])
        ids = values(store, schema, "partner_inference_id")
        assert len(ids) % 2 == 0
        assert ids[: 2 * answered + 2] == [f"id-{n}" for n in range(2 * answered + 2)]
        assert len(ids) <= 2 * answered + 4
        rows = [inference(0), inference(-1)]
        assert store.append_inferences(schema, rows).accepted == 2
        assert store.counts(schema)["inference"] == len(ids) + 1


@pytest.mark.usefixtures("stores_in_files")
def test_a_lake_is_backed_up_as_a_directory_of_one_server(pair, tmp_path):
    schema = simple_schema()
    pair[0].append_inferences(schema, [inference(1), inference(2)])
    pair[1].append_ground_truth(schema, [truth(1, 1.0), truth(9, 9.0)])
    copy = tmp_path / "copy"
    copy.mkdir()
    with pair[1].upkeep.snapshot() as snapshot:
        snapshot.begin()
        pair[0].append_inferences(schema, [inference(3)])
        snapshot.copy_to(copy)
    with closing(DataStore(copy)) as store:
        assert values(store, schema, "actual") == [1.0, None]
        assert store.waiting_truths() == 1
        store.append_inferences(schema, [inference(9), inference(2)])
        assert values(store, schema, "actual") == [1.0, None, 9.0]
