"""Requests of many rows, which DuckDB writes straight to its file."""

from __future__ import annotations

import io
import threading

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import simple_schema

from arthurai.common.row_groups import ROW_GROUP_ROWS
from arthurai.server.storage.warehouse import pieces
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.ddl import quote_name, rows_table
from arthurai.server.storage.warehouse.pieces import PIECE_ROWS
from arthurai.server.storage.warehouse.uploaded_files import read_rows


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
@pytest.mark.parametrize("rest", [1_000, ROW_GROUP_ROWS - 1])
def test_the_last_rows_of_a_large_file_go_past_the_log(tmp_path, rest):
    schema = simple_schema()
    rows = make_rows(10, PIECE_ROWS + rest)
    file = io.BytesIO()
    pq.write_table(rows, file, row_group_size=20_000)
    with DataStore(tmp_path / "data") as store:
        store.append_inferences(schema, make_rows(0, 10))
        log = tmp_path / "data" / "data.duckdb.wal"
        before = log.stat().st_size
        stream = read_rows(schema, "inference_data", file)
        assert store.append_inference_stream(schema, stream).accepted == len(rows)
        assert log.stat().st_size - before < 20_000
        income = quote_name(schema.attribute("income").column)
        found = store.fetch(
            f"SELECT count(*), count(DISTINCT partner_inference_id), sum({income})"
            f" FROM {store.relation(schema, 'inference')}"
        )[1]
        total = 10 + len(rows)
        assert found == [(total, total, total * (total - 1) / 2)]


@pytest.mark.parametrize("total", [1, 999, 1000, 1999, 2000, 2001, 5999, 6001])
def test_pieces_have_about_the_same_size(monkeypatch, total):
    monkeypatch.setattr(pieces, "PIECE_ROWS", 1000)
    piece = pieces.Piece([], 0, is_last=True)
    cut = list(piece.slices(make_rows(0, total)))
    sizes = [len(table) for table, _ in cut]
    assert sum(sizes) == total
    assert max(sizes) - min(sizes) <= len(sizes)
    assert len(sizes) == max(1, total // 1000)
    assert [is_last for _, is_last in cut] == [False] * (len(cut) - 1) + [True]


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
