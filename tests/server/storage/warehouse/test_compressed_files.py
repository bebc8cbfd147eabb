"""Files of kilobytes that would become gigabytes in memory."""

from __future__ import annotations

import io

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import attribute, make_schema, prediction

from arthurai.server import bounded_json
from arthurai.server.storage.warehouse import uploaded_files
from arthurai.server.storage.warehouse.errors import BadDataError, BrokenFileError
from arthurai.server.storage.warehouse.uploaded_files import read_rows

MEGABYTE = 2**20


@pytest.fixture
def schema():
    return make_schema(
        [
            attribute("text", "UNSTRUCTURED_TEXT"),
            attribute("tokens", "TOKENS", position=1),
            prediction("p"),
        ]
    )


def parquet(*groups):
    """Give a file with a row group for each table."""
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, groups[0].schema, compression="zstd") as writer:
        for group in groups:
            writer.write_table(group)
    buffer.seek(0)
    return buffer


def with_text(rows, text):
    values = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    return pa.table({"text": values.cast(pa.string()), "p": pa.array([0.5] * rows)})


def with_tokens(rows, tokens, token):
    values = pa.array([[token] * tokens] * rows, pa.list_(pa.string()))
    return pa.table({"tokens": values, "p": pa.array([0.5] * rows)})


BOMBS = {
    "one group of texts": lambda: parquet(with_text(1000, "x" * MEGABYTE)),
    "many groups of texts": lambda: parquet(*[with_text(20, "x" * MEGABYTE)] * 60),
    "lists of texts": lambda: parquet(with_tokens(200, 50, "x" * (MEGABYTE // 10))),
    "many groups of lists": lambda: parquet(*[with_tokens(10, 20, "x" * (MEGABYTE // 4))] * 30),
    "lists of short texts": lambda: parquet(with_tokens(2000, 2000, "x")),
}


#: Pools of memory must outlive what was taken from them.
POOLS = []


@pytest.fixture
def arrow_memory():
    """Give a function that starts to count Arrow's memory, and returns what gives the most of it."""
    before = pa.default_memory_pool()

    def start():
        POOLS.append(pa.proxy_memory_pool(before))
        pa.set_memory_pool(POOLS[-1])
        return POOLS[-1].max_memory

    yield start
    pa.set_memory_pool(before)


@pytest.mark.heavy
@pytest.mark.parametrize("name", BOMBS)
def test_what_expands_is_read_in_pieces_of_bounded_size(schema, arrow_memory, monkeypatch, name):
    monkeypatch.setattr(uploaded_files, "MAX_EXPANDED_BYTES", 2**33)
    made = BOMBS[name]()
    assert len(made.getbuffer()) < MEGABYTE
    expected = pq.ParquetFile(made).metadata.num_rows
    most = arrow_memory()
    rows = 0
    for piece in read_rows(schema, "rows", made):
        assert piece.nbytes <= uploaded_files.MAX_PIECE_BYTES
        rows += len(piece)
    assert rows == expected
    assert most() < 4 * uploaded_files.MAX_PIECE_BYTES


def test_a_row_that_is_too_large_is_refused(schema, monkeypatch):
    monkeypatch.setattr(uploaded_files, "MAX_PIECE_BYTES", 1000)
    made = parquet(with_text(3, "x" * 900))
    assert [len(piece) for piece in read_rows(schema, "rows", made)] == [1, 1, 1]
    with pytest.raises(BadDataError, match="a row has more than 1000 bytes"):
        list(read_rows(schema, "rows", parquet(with_text(3, "x" * 1000))))
    with pytest.raises(BadDataError, match="a row has more than 1000 bytes"):
        list(read_rows(schema, "rows", parquet(with_tokens(3, 20, "x"))))


def test_a_small_file_does_not_fill_the_disk(schema, monkeypatch):
    made = parquet(with_text(3000, "x" * 100_000))
    size = len(made.getbuffer())
    assert 64 * size < 200_000_000 < 3000 * 100_000
    monkeypatch.setattr(uploaded_files, "MAX_EXPANDED_BYTES", 310_000_000)
    assert sum(len(piece) for piece in read_rows(schema, "rows", made)) == 3000
    monkeypatch.setattr(uploaded_files, "MAX_EXPANDED_BYTES", 290_000_000 - 64 * size)
    pieces = []
    with pytest.raises(BrokenFileError, match="64 times the size of the file") as caught:
        pieces.extend(map(len, read_rows(schema, "rows", made)))
    assert 1000 < sum(pieces) < 3000
    assert caught.value.rows == 3000


def test_lists_with_too_many_values_are_refused(schema, monkeypatch):
    monkeypatch.setattr(uploaded_files, "MAX_NESTED_LEAVES", 100)
    assert list(read_rows(schema, "rows", parquet(with_tokens(10, 10, "x"))))
    with pytest.raises(BadDataError, match="more than 100 values"):
        list(read_rows(schema, "rows", parquet(with_tokens(10, 11, "x"))))


def test_values_survive_being_cut_and_combined(schema, monkeypatch):
    monkeypatch.setattr(uploaded_files, "MAX_PIECE_BYTES", 5000)
    texts = [None if n % 7 == 0 else f"text {n % 5}" for n in range(300)]
    tokens = [None if n % 11 == 0 else [f"t{n % 3}"] * (n % 4) for n in range(300)]
    table = pa.table(
        {"text": texts, "tokens": pa.array(tokens, pa.list_(pa.string())), "p": [0.5] * 300}
    )
    pieces = list(read_rows(schema, "rows", parquet(table.slice(0, 170), table.slice(170))))
    assert len(pieces) > 2
    found = pa.concat_tables(pieces)
    assert found.column("text").to_pylist() == texts
    assert found.column("tokens").to_pylist() == tokens


@pytest.mark.parametrize(
    ("limit", "content"),
    [("MAX_CONTAINERS", [[]] * 20), ("MAX_VALUES", [0] * 20)],
)
def test_json_files_are_counted_before_they_are_decoded(schema, monkeypatch, limit, content):
    encoded = orjson.dumps(content)
    monkeypatch.setattr(bounded_json, limit, 21)
    assert list(read_rows(schema, "rows", io.BytesIO(encoded))) == [content]
    monkeypatch.setattr(bounded_json, limit, 19)
    with pytest.raises(BadDataError, match="more than 19"):
        list(read_rows(schema, "rows", io.BytesIO(encoded)))
