"""Requests of many rows, which DuckDB writes straight to its file."""

from __future__ import annotations

import threading

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from builders import simple_schema

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.ddl import rows_table
from arthurai.server.storage.warehouse.duckdb_database import ROW_GROUP_ROWS


def make_rows(first, count):
    numbers = np.arange(first, first + count)
    return pa.table(
        {
            "partner_inference_id": [f"id-{n}" for n in numbers],
            "inference_timestamp": pa.array(numbers, pa.timestamp("s")),
            "income": numbers.astype(float),
            "region": [f"region-{n}" for n in numbers],
            "predicted": np.full(count, 0.5),
        }
    )


@pytest.mark.files_of_duckdb
def test_whole_groups_of_rows_go_past_the_log(tmp_path):
    schema = simple_schema()
    log, file = tmp_path / "data.duckdb.wal", tmp_path / "data.duckdb"
    with DataStore(tmp_path) as store:
        store.append_inferences(schema, make_rows(0, 10))
        few_in_log, file_before = log.stat().st_size, file.stat().st_size
        store.append_inferences(schema, make_rows(10, ROW_GROUP_ROWS))
        assert log.stat().st_size - few_in_log < 10_000
        assert file.stat().st_size - file_before > 8 * ROW_GROUP_ROWS
        known = log.stat().st_size
        store.append_inferences(schema, make_rows(10 + ROW_GROUP_ROWS, ROW_GROUP_ROWS - 1))
        assert log.stat().st_size - known > 8 * ROW_GROUP_ROWS


@pytest.mark.files_of_duckdb
def test_a_file_of_earlier_groups_is_continued(tmp_path):
    """Groups of other sizes, as those of DuckDB itself, stay as they are."""
    schema = simple_schema()
    with DataStore(tmp_path) as store:
        store.append_inferences(schema, make_rows(0, 10))
        relation = store.relation(schema, "inference")
    name = rows_table(1)
    with duckdb.connect(str(tmp_path / "data.duckdb")) as plain:
        plain.execute(
            f"INSERT INTO {name} SELECT r.* REPLACE (n AS seq, 'plain-' || n AS"
            f" partner_inference_id) FROM {name} r, range(10, 130_000) t(n) WHERE seq = 0"
        )
    with DataStore(tmp_path) as store:
        store.append_inferences(schema, make_rows(0, 2 * ROW_GROUP_ROWS))
        found = store.fetch(
            "SELECT count(*), count(DISTINCT partner_inference_id), count(DISTINCT seq)"
            f" FROM {relation}"
        )[1]
        assert found == [(130_000 - 10 + 2 * ROW_GROUP_ROWS,) * 3]


def test_large_and_small_writes_at_the_same_time_are_all_there():
    schema = simple_schema()
    with DataStore() as store:

        def write(first, counts):
            for count in counts:
                assert store.append_inferences(schema, make_rows(first, count)).accepted == count
                first += count

        sizes = [ROW_GROUP_ROWS + 7, 1, 3000], [1] * 20, [2 * ROW_GROUP_ROWS]
        threads = [
            threading.Thread(target=write, args=(number * 1_000_000, counts))
            for number, counts in enumerate(sizes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        total = sum(map(sum, sizes))
        found = store.fetch(
            "SELECT count(*), count(DISTINCT partner_inference_id), min(seq), max(seq)"
            f" FROM {store.relation(schema, 'inference')}"
        )[1]
        assert found == [(total, total, 0, total - 1)]
