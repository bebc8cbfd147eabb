"""Rows decoded straight from text are those that are decoded object by object, or none are."""

from __future__ import annotations

import json
import random

import orjson
import pytest
from builders import inference, make_schema, read, simple_schema, truth

from arthurai.server.http import bodies
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.warehouse import decode_plain_json
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.decode_json import JsonDecoder
from arthurai.server.storage.warehouse.row_results import RowResults

ALL_KINDS = [
    ("number", "PIPELINE_INPUT", "FLOAT"),
    ("count", "PIPELINE_INPUT", "INTEGER"),
    ("flag", "PIPELINE_INPUT", "BOOLEAN"),
    ("word", "PIPELINE_INPUT", "STRING"),
    ("story", "NON_INPUT_DATA", "UNSTRUCTURED_TEXT"),
    ("moment", "NON_INPUT_DATA", "TIMESTAMP"),
    ("score", "PREDICTED_VALUE", "FLOAT"),
    ("truth", "GROUND_TRUTH", "FLOAT"),
]
MAX_ROWS = 1_000


@pytest.fixture(autouse=True)
def short_texts(monkeypatch):
    monkeypatch.setattr(decode_plain_json, "MIN_BYTES", 0)


def schema_of(kinds=ALL_KINDS, **options):
    return make_schema(
        [{"name": n, "stage": stage, "value_type": kind} for n, stage, kind in kinds], **options
    )


def row(number, /, *, known=False, **values):
    data = {
        "number": number / 8,
        "count": number * 10**14,
        "flag": number % 2 == 0,
        "word": f"wörd {number}",
        "story": 'a "quoted" \\ line\n }, { ',
        "moment": "2024-01-01T00:00:00.25+02:00",
        "score": -1e-7 * number,
    }
    item = {
        "partner_inference_id": f"id-{number}",
        "inference_timestamp": f"2024-01-01T00:00:{number % 60:02d}Z",
        "inference_data": {**data, **values},
    }
    if known:
        item["ground_truth_timestamp"] = "2024-02-01T00:00:00Z"
        item["ground_truth_data"] = {"truth": 1.5}
    return item


def plain(schema, content):
    found = decode_plain_json.decode_plain_json(schema, content, MAX_ROWS)
    return None if found is None else found.table()


def by_objects(schema, content):
    """Decode a text object by object; `None` when it or a row of it is refused."""
    try:
        items = bodies.decode_json(content, MAX_ROWS)
    except ApiError:
        return None
    if not isinstance(items, list):
        return None
    results = RowResults(len(items))
    table = JsonDecoder(schema, items, first_row=0, results=results).inferences(None)
    return None if results.failures else table


def same(schema, content):
    """Decode a text in both ways; return whether it could be decoded straight."""
    found, expected = plain(schema, content), by_objects(schema, content)
    if found is not None:
        assert expected is not None, content
        assert found.equals(expected), content
    return found is not None


def test_rows_of_all_plain_types_are_decoded_alike():
    schema = schema_of()
    rows = [row(n, known=n % 3 == 0) for n in range(40)]
    rows[1]["inference_data"].update(number=None, count=None, flag=None, word=None, moment=None)
    del rows[2]["inference_data"]["word"]
    rows[4]["ground_truth_data"] = {"truth": None}
    rows[5]["ground_truth_timestamp"] = "2024-02-01T00:00:00Z"
    rows[6]["batch_id"] = None
    rows[7]["batch_id"] = "b"
    assert same(schema, orjson.dumps(rows))
    assert same(schema, orjson.dumps([row(1)]))
    extremes = {"count": -(2**63), "number": 1.7976931348623157e308, "score": 5e-324}
    assert same(schema, orjson.dumps([row(1, **extremes), row(2, count=2**63 - 1)]))
    assert same(schema, orjson.dumps([row(1, number=3, score=2**53 + 1)]))
    assert same(schema, orjson.dumps([row(1, word="\0 \u007f é 𝄞")]))
    assert not same(schema, json.dumps([row(n) for n in range(3)]).encode())  # with blanks


@pytest.mark.parametrize(
    "text",
    [
        '"number":NaN',
        '"number":Infinity',
        '"number":-Inf',
        '"number":1e999',
        '"number":"1"',
        '"number":true',
        '"number":1,"number":2',
        '"number":01',
        '"number":[1]',
        '"count":9223372036854775808',
        '"count":1.0',
        '"count":1.5',
        '"flag":1',
        '"word":"\\ud800"',
        '"word":"\\udc00"',
        '"word":"a},{b"',
        '"word":"a\nb"',
        '"word":{"a":1}',
        '"unknown":1',
        '"truth":1',
        '"moment":"2024-01-01T00:00:00"',
        '"moment":"yesterday"',
    ],
)
def test_what_needs_a_look_is_left_to_the_other_way(text):
    content = orjson.dumps([row(0), row(1)]).decode()
    name = text.partition(":")[0]
    changed = content.replace(f"{name}:", f'{name[:-1]}x":', 1) if '"x' in text else content
    changed = changed.replace('"inference_data":{', '"inference_data":{' + text + ",", 1)
    if name in changed.replace(text, "", 1):
        start = changed.index("," + name, changed.index(text) + len(text))
        end = min(p for p in (changed.find(',"', start + 1), changed.find("}", start + 1)) if p > 0)
        if "number" not in text[10:]:
            changed = changed[:start] + changed[end:]
    assert not same(schema_of(), changed.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"partner_inference_id": ""},
        {"partner_inference_id": None},
        {"partner_inference_id": 5},
        {"partner_inference_id": "x" * 100_000},
        {"partner_inference_id": "a\0"},
        {"inference_timestamp": None},
        {"inference_timestamp": "2024-01-01"},
        {"inference_data": None},
        {"inference_data": []},
        {"ground_truth_data": {"truth": 1.0}},
        {"ground_truth_data": {"number": 1.0}},
        {"batch_id": ""},
        {"batch_id": 1},
        {"batch_id": "a\0b"},
        {"other": 1},
    ],
)
def test_bad_rows_are_left_to_the_other_way(change):
    assert not same(schema_of(), orjson.dumps([row(0), row(1) | change, row(2)]))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[{}]",
        "[%s,%s",
        "[%s%s]",
        "[%s\n%s]",
        "[%s,3,%s]",
        "[%s,%s,]",
        "[%s,null,%s]",
        "[[%s,%s]]",
        "[%s,{},%s]",
        '{"a":[%s,%s]}',
        "[%s,%s]x",
        "[%s},{%s]",
    ],
)
def test_other_shapes_are_left_to_the_other_way(text):
    rows = tuple(orjson.dumps(row(n)).decode() for n in range(2))
    assert not same(schema_of(), (text % rows if "%s" in text else text).encode())


def test_models_with_lists_or_batches_and_too_many_rows():
    lists = schema_of([*ALL_KINDS, ("tokens", "PIPELINE_INPUT", "TOKENS")])
    assert not same(lists, orjson.dumps([row(1)]))
    batches = schema_of(is_batch=True)
    assert not same(batches, orjson.dumps([row(1), row(2) | {"batch_id": "b"}]))
    assert same(batches, orjson.dumps([row(n) | {"batch_id": "b"} for n in range(2)]))
    assert same(schema_of(), orjson.dumps([row(n) for n in range(MAX_ROWS)]))
    assert not same(schema_of(), orjson.dumps([row(n) for n in range(MAX_ROWS + 1)]))


@pytest.mark.parametrize("tries", [600, pytest.param(20_000, marks=pytest.mark.slow)])
def test_damaged_texts_are_never_read_otherwise(tries):
    schema = schema_of()
    chance = random.Random(tries)
    content = orjson.dumps([row(n, known=n == 2) for n in range(4)])
    pieces = [
        b"},{",
        b"}",
        b"{",
        b"]",
        b"[",
        b",",
        b":",
        b'"',
        b"\\",
        b"0",
        b"-",
        b"e",
        b"\n",
        b" ",
    ]
    pieces += [b"NaN", b"null", b"\xff", b"\xc3\xa9", b"\\u0041", b"1", b".", b"true", b"\0"]
    straight = 0
    for _ in range(tries):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.randint(0, 3)] = chance.choice(pieces)
        straight += same(schema, bytes(damaged))
    assert straight > tries / 50


def test_stored_rows_are_the_same(tmp_path):
    schema = simple_schema()
    rows = [inference(n, income=n / 4) for n in range(300)]
    for item in rows[:10]:
        item |= {k: v for k, v in truth(0, 1.0).items() if k != "partner_inference_id"}
    decoded = decode_plain_json.decode_plain_json(schema, orjson.dumps(rows), MAX_ROWS)
    assert decoded is not None
    with DataStore(tmp_path / "a") as straight, DataStore(tmp_path / "b") as other:
        found = straight.submit_inferences(schema, decoded)()
        expected = other.append_inferences(schema, rows)
        assert (
            found.status_counts()
            == expected.status_counts()
            == {
                "success": 300,
                "failure": 0,
                "total": 300,
            }
        )
        hidden = {"inference_id", "received_timestamp"}
        shown = [
            [{k: v for k, v in r.items() if k not in hidden} for r in read(store, schema)]
            for store in (straight, other)
        ]
        assert shown[0] == shown[1]
        assert straight.append_inferences(schema, rows).accepted == 300
        assert len(read(straight, schema)) == 300
