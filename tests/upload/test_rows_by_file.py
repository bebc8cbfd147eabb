"""`send_inferences` of many rows: files to servers that number their failures, else JSON."""

from __future__ import annotations

import asyncio
import collections
import io

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from builders import attribute, regression, save_model, stored

from arthurai import ArthurAI, ArthurAttribute, AsyncArthurAI
from arthurai.aio.upload.uploader import AsyncUploader
from arthurai.common.exceptions import UnexpectedValueError
from arthurai.common.row_groups import ROW_GROUP_ROWS
from arthurai.model.sending import upload_schema
from arthurai.transport import session_core
from arthurai.transport.session_core import SessionCore
from arthurai.upload.row_outcomes import expand_file_response
from arthurai.upload.uploader import JSON_ROWS, LARGE_FILE_ROWS, Uploader
from arthurai.upload.validate import Validator
from arthurai.upload.validated_table import INFERENCES, ValidatedTable

ROWS = 2 * JSON_ROWS + 100
COLUMNS = {"amount": "FLOAT", "count": "INTEGER", "region": "STRING", "flag": "BOOLEAN"}


def table(rows=ROWS):
    draw = np.random.default_rng(3)
    amounts = draw.normal(size=rows)
    amounts[::7] = np.nan
    truths = draw.normal(size=rows)
    truths[1::2] = np.nan
    return pd.DataFrame(
        {
            "amount": amounts,
            "count": draw.integers(-(2**62), 2**62, rows),
            "region": draw.choice(["north", "søuth", "", None], rows),
            "flag": draw.random(rows) > 0.5,
            "when": pd.Timestamp("2026-01-01", tz="UTC")
            + pd.to_timedelta(draw.integers(0, 10**12, rows), unit="us"),
            "score": draw.normal(size=rows),
            "truth": truths,
            "partner_inference_id": [f"id-{row}" for row in range(rows)],
            "inference_timestamp": pd.date_range("2026-01-01", periods=rows, freq="s", tz="UTC"),
        }
    )


@pytest.fixture
def arthur():
    with ArthurAI(url="local://") as connection:
        yield connection


def save(arthur):
    return save_model(
        arthur, regression(attribute("when", "TIMESTAMP", position=9), columns=COLUMNS)
    )


@pytest.fixture
def sent(monkeypatch):
    """Count the requests of both kinds."""
    found = collections.Counter()

    def counting(send, kind):
        def counted(*arguments):
            found[kind] += 1
            return send(*arguments)

        return counted

    for uploader in (Uploader, AsyncUploader):
        for name, kind in (("_send_json", "json"), ("_upload", "file")):
            monkeypatch.setattr(uploader, name, counting(getattr(uploader, name), kind))
    return found


@pytest.fixture
def says_nothing(monkeypatch):
    """Let clients overlook what the server says about files, as with another server."""
    monkeypatch.setattr(SessionCore, "_note_abilities", lambda self, response: None)


def everything(model):
    return stored(model, *COLUMNS, "when", "score", "truth", "inference_timestamp")


def test_a_file_stores_and_answers_what_json_does(arthur, sent, request):
    by_file = save(arthur)
    answer = by_file.send_inferences(table())
    assert sent == {"file": 1, "json": 1}  # the rest has few rows
    request.getfixturevalue("says_nothing")
    with ArthurAI(url="local://") as silent:
        by_json = save(silent)
        sent.clear()
        assert by_json.send_inferences(table()) == answer
        assert sent == {"json": 3}
        assert everything(by_json) == everything(by_file)
    assert answer["counts"] == {"success": ROWS, "failure": 0, "total": ROWS}
    assert [entry["partner_inference_id"] for entry in answer["results"]] == [
        f"id-{row}" for row in range(ROWS)
    ]
    assert {(entry["status"], entry["message"]) for entry in answer["results"]} == {
        (200, "success")
    }
    expected = table().set_index("partner_inference_id")["truth"].dropna()
    found = {name: row["truth"] for name, row in everything(by_file).items() if row["truth"]}
    assert found == expected.to_dict()


def test_the_asynchronous_client_does_the_same(sent):
    async def send():
        async with AsyncArthurAI(url="local://") as arthur:
            model = arthur.model("prices", "TABULAR", "REGRESSION")
            when = attribute("when", "TIMESTAMP", position=9)
            model.attributes = [
                ArthurAttribute.from_dict(fields) for fields in regression(when, columns=COLUMNS)
            ]
            await model.save(skip_validation=True)
            return await model.send_inferences(table())

    answer = asyncio.run(send())
    assert sent == {"file": 1, "json": 1}
    assert len(answer["results"]) == answer.accepted == ROWS


def test_few_rows_and_values_that_do_not_fit_go_as_json(arthur, sent):
    model = save(arthur)
    model.send_inferences(table(JSON_ROWS))
    assert sent == {"json": 1}
    sent.clear()
    odd = table().astype({"amount": object})
    odd.loc[5, "amount"] = "much"
    answer = model.send_inferences(odd, fail_silently=True)
    assert sent["file"] == 0
    assert [failure.row for failure in answer.failures] == [5]
    sent.clear()
    model.send_inferences(table().drop(columns="flag"))
    assert sent["file"] == 0


def test_the_caller_sets_the_size_of_requests(arthur, sent):
    model = save(arthur)
    model.send_inferences(table(), chunk_size=JSON_ROWS + 1)
    assert sent == {"file": 2, "json": 1}


def test_files_of_large_tables_are_what_the_server_stores_at_once(arthur, sent):
    model = save_model(arthur, regression(columns={"amount": "FLOAT"}))
    rows = 4 * ROW_GROUP_ROWS - 1
    large = pd.DataFrame(
        {
            "amount": np.arange(rows, dtype=float),
            "score": 0.5,
            "partner_inference_id": [f"{row:x}" for row in range(rows)],
            "inference_timestamp": pd.Timestamp("2026-01-01", tz="UTC"),
        }
    )
    result, _ = model.send_bulk_inferences(data=large, fail_silently=False)
    assert sent == {"file": 2}
    assert result.accepted == rows
    found = model.query(
        {"select": [{"function": "sum", "parameters": {"property": "amount"}, "alias": "sum"}]}
    )
    assert found == [{"sum": rows * (rows - 1) / 2}]


@pytest.mark.parametrize("is_embedded", [True, False])
def test_only_embedded_servers_get_encodings_that_not_every_reader_has(
    arthur, monkeypatch, is_embedded
):
    model = save(arthur)
    encodings = set()

    def upload(uploader, request, content, *others):
        metadata = pq.ParquetFile(io.BytesIO(content)).metadata
        for number in range(metadata.num_columns):
            encodings.update(metadata.row_group(0).column(number).encodings)
        return send(uploader, request, content, *others)

    send = Uploader._upload
    monkeypatch.setattr(Uploader, "_upload", upload)
    if not is_embedded:
        monkeypatch.setattr(session_core, "VERSION_HEADER", "another")
        arthur.session.is_embedded_server = False
    rows = table()
    model.send_inferences(rows)
    usual = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY"}
    assert encodings - usual == ({"DELTA_BINARY_PACKED"} if is_embedded else set())
    found = model.query({"select": [{"property": "partner_inference_id"}, {"property": "count"}]})
    assert {row["partner_inference_id"]: row["count"] for row in found} == dict(
        zip(rows["partner_inference_id"], rows["count"].tolist(), strict=True)
    )


@pytest.mark.parametrize("rows", [30_720, 98_303, 100_000, 147_457, 245_759, 245_760, 1_000_000])
def test_no_file_of_a_large_table_is_small(arthur, rows):
    validator = Validator(upload_schema(save(arthur)), INFERENCES, name="inferences")
    uploader = Uploader(None, None, validator, part_name="inference_data")
    table, size = ValidatedTable(0, rows), uploader._rows_per_request(rows)
    parts = list(table.split(size, rest_first=True))
    assert sum(part.rows for part in parts) == rows
    assert [part.start for part in parts[1:]] == [part.start + part.rows for part in parts[:-1]]
    assert {part.rows for part in parts[1:]} <= {size}
    assert sorted(p.rows for p in parts) == sorted(p.rows for p in table.split(size))
    assert min(part.rows for part in parts) >= ROW_GROUP_ROWS
    assert max(part.rows for part in parts) < 2 * LARGE_FILE_ROWS


def test_rows_that_the_server_refuses_are_named(monkeypatch, sent):
    memory = 64 * 2**20
    monkeypatch.setenv("ARTHUR_LIMITS", f"database_memory={memory}")
    with ArthurAI(url="local://") as arthur:
        model = save(arthur)
        rows = table(JSON_ROWS + 1)
        rows.loc[[7, 4711], "region"] = "x" * (memory // 8192)
        answer = model.send_inferences(rows, fail_silently=True)
        assert sent == {"file": 1}
        assert [(f.row, f.partner_inference_id, f.status) for f in answer.failures] == [
            (7, "id-7", 413),
            (4711, "id-4711", 413),
        ]
        assert answer["counts"] == {"success": len(rows) - 2, "failure": 2, "total": len(rows)}
        assert answer["results"][7]["message"].startswith("the row has ")
        assert model.query({"select": [{"function": "count"}]}) == [{"count": len(rows) - 2}]


def test_the_response_to_a_file_becomes_one_result_per_row():
    response = {
        "counts": {"success": 2, "failure": 1, "total": 3},
        "failures": [{"status": 413, "message": "row 1: row 7: too large"}],
    }
    accepted = {"status": 200, "message": "success"}
    assert expand_file_response(response, 3) == {
        "counts": response["counts"],
        "results": [accepted, {"status": 413, "message": "row 7: too large"}, accepted],
    }
    assert expand_file_response(None, 2)["results"] == [accepted, accepted]


@pytest.mark.parametrize("message", ["too large", "row 3: too large", ""])
def test_a_failure_without_a_row_is_no_answer(message):
    response = {
        "counts": {"success": 2, "failure": 1, "total": 3},
        "failures": [{"status": 413, "message": message}],
    }
    with pytest.raises(UnexpectedValueError, match="without saying which"):
        expand_file_response(response, 3)
