"""What every engine of the warehouse does alike."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from contextlib import closing
from functools import partial

import pyarrow as pa
import pytest

from arthurai.server.storage.s3_address import parse_s3
from arthurai.server.storage.warehouse.ddl import COLUMN_TYPES
from arthurai.server.storage.warehouse.errors import OutOfRangeError
from arthurai.server.storage.warehouse.warehouse_engines import EngineError, open_warehouse

VALUES = {
    "BIGINT": [-(2**63), 2**63 - 1],
    "DOUBLE": [-1.5e308, float("inf"), 0.1],
    "BOOLEAN": [True, False],
    "VARCHAR": ["", 'it\'s "ü" 🙂 \\ %s ?', "x" * 10_000, "a\x00b"],
    "TIMESTAMP": [dt.datetime(1969, 12, 31, 23, 59, 59, 1), dt.datetime(2026, 1, 5)],  # noqa: DTZ001
    "VARCHAR[]": [[], ["a", None, "b'"]],
    "MAP(VARCHAR, DOUBLE)[]": [[{"a": 0.5, "b": 1.0}, {}], []],
    "DOUBLE[][]": [[[0.0, 1.0], []]],
    "STRUCT(item_id VARCHAR, label VARCHAR, score DOUBLE)[]": [
        [{"item_id": "1", "label": None, "score": 0.5}]
    ],
    'STRUCT("timestamp" TIMESTAMP, "value" DOUBLE)[]': [
        [{"timestamp": dt.datetime(2026, 1, 5), "value": 1.0}]  # noqa: DTZ001
    ],
}


@pytest.fixture(params=["memory", "file", "ducklake", "ducklake in s3"])
def database(request, tmp_path):
    """Give an empty warehouse of each engine."""
    address = storage = None
    if request.param.startswith("ducklake"):
        address = request.getfixturevalue("lake_address")()
    if request.param == "ducklake in s3":
        storage = parse_s3(request.getfixturevalue("make_s3_place")())
    directory = None if request.param == "memory" else tmp_path / "d"
    with closing(open_warehouse(directory, address=address, storage=storage)) as opened:
        yield opened


def run(database, sql):
    """Run a statement in a transaction of its own."""
    database.write(lambda cursor: cursor.execute(sql))


def test_a_transaction_is_kept_whole_or_not_at_all(database):
    run(database, "CREATE TABLE t (x INTEGER NOT NULL)")

    def fail(cursor):
        cursor.execute("INSERT INTO t VALUES (1)")
        cursor.execute("CREATE TABLE u (x INTEGER)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fail)
    with database.cursor() as cursor:
        assert database.find_tables(cursor, ["t", "u", "arthur_meta"]) in (
            ["t", "arthur_meta"],
            ["arthur_meta", "t"],
        )
    with database.transaction() as cursor:
        cursor.execute("INSERT INTO t VALUES (1), (2)")
        assert database.fetch("SELECT count(*) AS n FROM t") == (["n"], [(0,)])
    assert database.fetch("SELECT x FROM t ORDER BY x")[1] == [(1,), (2,)]
    with pytest.raises(EngineError):
        run(database, "INSERT INTO t VALUES (NULL)")
    with pytest.raises(EngineError):
        database.fetch("SELECT nothing FROM t")


def test_writes_at_the_same_time_are_all_kept(database):
    run(database, "CREATE TABLE t AS SELECT range AS id, 0 AS x FROM range(3)")

    def work(cursor):
        cursor.execute("UPDATE t SET x = x + 1 WHERE id = 1")
        cursor.execute("INSERT INTO t VALUES (9, 1)")

    threads = [threading.Thread(target=database.write, args=(work,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.fetch("SELECT id, sum(x), count(*) FROM t GROUP BY id ORDER BY id")[1] == [
        (0, 0, 1),
        (1, 4, 1),
        (2, 0, 1),
        (9, 4, 4),
    ]


def test_values_of_queries_are_bound_by_place_or_name(database):
    assert database.fetch("SELECT ? + 1 AS a, ? AS b", [1, "'"]) == (["a", "b"], [(2, "'")])
    assert database.fetch("SELECT $a AS x", {"a": None}) == (["x"], [(None,)])
    parts = list(database.fetch_parts("SELECT range FROM range(?)", [5000]))
    assert len(parts) > 1
    assert [row for part in parts for row in part] == [(n,) for n in range(5000)]
    for fetch in (database.fetch, lambda sql: list(database.fetch_parts(sql))):
        with pytest.raises(OutOfRangeError):
            fetch("SELECT CAST(9223372036854775807 AS BIGINT) + 1")


@pytest.mark.parametrize("kind", sorted(set(COLUMN_TYPES.values()) | {"UUID", "BLOB"}))
def test_values_of_each_type_are_what_they_were(database, kind):
    wanted = VALUES.get(kind) or {"UUID": [uuid.UUID(int=7)], "BLOB": [b"\x00\xff'"]}[kind]
    run(database, f"CREATE TABLE t (n INTEGER, x {kind})")
    rows = list(enumerate([*wanted, None]))
    types = {"MAP(VARCHAR, DOUBLE)[]": pa.list_(pa.map_(pa.string(), pa.float64()))}
    pairs = [[list(x.items()) for x in v] if kind in types and v else v for _, v in rows]
    column = (
        pa.array(pairs, types[kind])
        if kind in types
        else pa.array([v.bytes if isinstance(v, uuid.UUID) else v for v in pairs])
    )
    table = pa.table({"n": [n for n, _ in rows], "x": column})

    def work(cursor):
        cursor.register("incoming", table)
        cursor.execute("INSERT INTO t SELECT n, x FROM incoming")

    database.write(work)
    run(database, "INSERT INTO t SELECT n + 1000 * (range + 1), x FROM t, range(200)")
    for first in (0, 1000, 200_000):
        assert (
            database.fetch(
                f"SELECT n - {first}, x FROM t WHERE n BETWEEN {first} AND {first} + 99 ORDER BY n"
            )[1]
            == rows
        )


def test_a_table_of_arrow_is_read_by_its_name(database):
    run(database, "CREATE TABLE t (x BIGINT, y VARCHAR)")
    table = pa.table({"x": list(range(3000)), "y": ["a", None, "b"] * 1000})

    def work(cursor):
        cursor.register("incoming", table)
        cursor.execute("INSERT INTO t SELECT x, y FROM incoming")

    database.write(work)
    with database.cursor() as cursor:
        cursor.execute("SELECT x FROM t WHERE y = 'b' ORDER BY x")
        assert cursor.fetchnumpy()["x"].tolist() == list(range(2, 3000, 3))
    with pytest.raises(EngineError), database.cursor() as cursor:
        cursor.execute("SELECT * FROM incoming")


def test_columns_are_added_changed_and_dropped_with_their_values(database):
    run(database, "CREATE TABLE t (n INTEGER NOT NULL, x VARCHAR)")
    run(database, "INSERT INTO t VALUES (1, '1'), (2, 'b'), (3, NULL)")
    with database.cursor() as cursor:
        assert database.can_cast(cursor, "VARCHAR", "BIGINT")
        assert database.can_cast(cursor, "BIGINT", "DOUBLE")
        assert not database.can_cast(cursor, "STRUCT(a BIGINT)[]", "STRUCT(b BIGINT)[]")

    def change(cursor):
        cursor.execute("INSERT INTO t VALUES (4, '4')")
        cursor.execute("ALTER TABLE t ADD COLUMN y DOUBLE")
        database.change_type(cursor, "t", '"x"', "BIGINT", 'TRY_CAST("x" AS BIGINT)')
        cursor.execute("CREATE OR REPLACE VIEW v AS SELECT n, x + 1 AS x FROM t")

    database.write(change)
    assert database.fetch("SELECT n, x, y FROM t ORDER BY n")[1] == [
        (1, 1, None),
        (2, None, None),
        (3, None, None),
        (4, 4, None),
    ]
    assert database.fetch("SELECT x FROM v ORDER BY n")[1] == [(2,), (None,), (None,), (5,)]
    run(database, "INSERT INTO t (n, x, y) VALUES (5, 9223372036854775807, 0.5)")
    run(database, "ALTER TABLE t DROP COLUMN y")
    assert database.fetch("SELECT * FROM t WHERE n = 5")[0] in (["n", "x"], ["x", "n"])


def test_a_column_takes_a_nested_type(database):
    run(database, "CREATE TABLE t (n INTEGER, x VARCHAR)")
    run(database, "INSERT INTO t VALUES (1, '[[1.0, 2.0]]'), (2, 'b')")

    def change(cursor):
        database.change_type(cursor, "t", '"x"', "DOUBLE[][]", 'TRY_CAST("x" AS DOUBLE[][])')

    database.write(change)
    run(database, "INSERT INTO t (n, x) VALUES (3, [[0.5]])")
    expected = [(1, [[1.0, 2.0]]), (2, None), (3, [[0.5]])]
    assert database.fetch("SELECT n, x FROM t ORDER BY n")[1] == expected


def test_a_lock_is_held_by_one_thread_which_may_enter_again(database):
    lock, others = database.lock("a"), database.lock("b")
    counts = {"inside": 0, "most": 0}

    def work():
        for _ in range(10):
            with lock, lock, others:
                counts["inside"] += 1
                counts["most"] = max(counts["most"], counts["inside"])
                counts["inside"] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts["most"] == 1


def test_a_snapshot_is_what_was_stored_at_its_moment(database, tmp_path):
    run(database, "CREATE TABLE t AS SELECT range AS x FROM range(1000)")
    run(database, "CREATE VIEW v AS SELECT x FROM t")
    database.store_id = "it"
    copy = tmp_path / "copy"
    copy.mkdir()
    with database.snapshot() as snapshot:
        snapshot.begin()
        run(database, "DELETE FROM t WHERE x < 500")
        run(database, "CREATE TABLE u (x INTEGER)")
        counts = snapshot.copy_to(copy)
    assert counts["t"] == 1000
    assert "u" not in counts
    with closing(open_warehouse(copy)) as opened:
        assert opened.fetch("SELECT count(*), sum(x) FROM v")[1] == [(1000, 499_500)]
        assert opened.store_id == "it"
    assert database.fetch("SELECT count(*) FROM t")[1] == [(500,)]


def test_compaction_loses_nothing(database):
    if not database.durable:
        pytest.skip("the data are in memory; there is no file to compact")
    run(database, "CREATE TABLE t AS SELECT range AS x FROM range(300_000)")
    run(database, "DELETE FROM t WHERE x % 3 <> 0")
    database.checkpoint()
    expected = database.compact(dry_run=True)
    done = database.compact()
    assert 0 < done.after <= done.before
    assert expected.before > 0
    assert database.fetch("SELECT count(*), sum(x) FROM t")[1] == [(100_000, 14_999_850_000)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD spatial",
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
    ],
)
def test_statements_reach_no_files_network_or_settings(database, sql):
    with pytest.raises(EngineError):
        database.fetch(sql)
    assert database.fetch("SELECT 1")[1] == [(1,)]


def test_tables_of_one_cursor_are_not_there_for_the_next(database):
    def total(cursor, table):
        cursor.register("incoming", table)
        return cursor.execute("SELECT sum(x) FROM incoming").fetchall()[0][0]

    for values in ([1, 2], [5], [0.5, 0.25], []):
        with database.cursor() as cursor:
            assert total(cursor, pa.table({"x": values})) == (sum(values) or None)
            assert total(cursor, pa.table({"x": [7]})) == 7
            assert total(cursor, pa.table({"y": ["a"], "x": [8]})) == 8
        with database.cursor() as cursor, pytest.raises(EngineError):
            cursor.execute("SELECT * FROM incoming").fetchall()


def test_nothing_of_a_transaction_that_fails_meets_the_next_user(database):
    run(database, "CREATE TABLE t (x INTEGER)")

    def fail(sql, cursor):
        cursor.execute("INSERT INTO t VALUES (2)")
        cursor.execute(sql)
        raise ZeroDivisionError

    for sql in ("INSERT INTO t VALUES ('no number')", "INSERT INTO t VALUES (1)"):
        with pytest.raises((EngineError, ZeroDivisionError)):
            database.write(partial(fail, sql))
        run(database, "INSERT INTO t VALUES (3)")
    assert database.fetch("SELECT x FROM t")[1] == [(3,), (3,)]


def test_a_result_that_is_not_read_to_its_end_is_no_obstacle(database):
    run(database, "CREATE TABLE t AS SELECT range AS x FROM range(100_000)")
    for _ in range(3):
        with database.cursor() as cursor:
            cursor.execute("SELECT x FROM t ORDER BY x")
            assert cursor.fetchmany(1) == [(0,)]
        parts = database.fetch_parts("SELECT x FROM t ORDER BY x")
        assert next(parts)[0] == (0,)
        parts.close()
        run(database, "UPDATE t SET x = x + 1 WHERE x = 99_999")
    assert database.fetch("SELECT count(*), max(x) FROM t")[1] == [(100_000, 100_000)]


def test_an_interrupt_ends_only_what_is_in_progress(database):
    for _ in range(20):
        with database.cursor() as cursor:
            cursor.execute("SELECT 1").fetchall()
        with database.cursor() as other:
            cursor.interrupt()
            assert other.execute("SELECT count(*) FROM range(10_000)").fetchall() == [(10_000,)]


def test_a_query_is_interrupted_by_another_thread(database):
    started = threading.Event()

    def interrupt():
        started.wait()
        while not done.is_set():
            database.interrupt()
            done.wait(0.01)

    done = threading.Event()
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        started.set()
        with pytest.raises(EngineError):
            database.fetch(
                "SELECT sum(a.range * b.range) FROM range(1e6::INT) a, range(1e6::INT) b"
            )
    finally:
        done.set()
        thread.join()
    database.check()
    assert database.is_in_place()


def test_closing_twice_is_no_error_and_nothing_works_afterwards(database):
    database.close()
    database.close()
    with pytest.raises(RuntimeError, match="closed"):
        database.check()
