"""Single rows are checked and encoded as `send_inferences` does, only faster."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from builders import NOW, attribute, regression, regression_rows, unique_name, unsaved_model
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.logger.row_encoder import RowEncoder
from arthurai.model.send_setup import upload_schema
from arthurai.upload.columnar import columns_of_rows
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.local_times import LocalTimes
from arthurai.upload.send_rules import SendRules
from arthurai.upload.validate import Validator
from arthurai.upload.validated_table import INFERENCES

EXTRA = [
    attribute("at", "TIMESTAMP", "NON_INPUT_DATA"),
    attribute("words", "TOKENS", "NON_INPUT_DATA"),
]
SCHEMA = upload_schema(unsaved_model(attributes=regression(*EXTRA)))
STRICT = SendRules(strict=True)
ENCODER = RowEncoder(SCHEMA, LocalTimes(dt.UTC), STRICT, "m")
ROW = regression_rows([1])[0]


def sent(row):
    """Return the row as `send_inferences` sends it, or the class and text of its error."""
    validator = Validator(SCHEMA, INFERENCES, name="rows", zone=LocalTimes(dt.UTC), rules=STRICT)
    errors = validator.errors()
    try:
        table = columns_of_rows([row], SCHEMA, errors)
        errors.raise_any()
        valid = validator.validate(table, errors=errors)
        (body,) = json_bodies(valid, max_bytes=10**9)
    except (UserTypeError, UserValueError) as error:
        return type(error), str(error)
    except TypeError as error:
        return UserValueError, f"`rows` cannot be written as JSON: {error}"
    return json.loads(body.content)[0]


def logged(row):
    try:
        return json.loads(ENCODER.encode_inference(row, {})[1])
    except (UserTypeError, UserValueError) as error:
        return type(error), str(error)


def comparable(row, given):
    """Take out what is generated anew in each call."""
    if not isinstance(row, dict):
        return row
    made = {name for name in row if name.endswith("timestamp") and name not in given}
    if row["partner_inference_id"] != str(given.get("partner_inference_id")):
        assert re.fullmatch("[0-9a-f]{32}", row["partner_inference_id"])
        made.add("partner_inference_id")
    return {name: value for name, value in row.items() if name not in made}


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**63) - 1, 2**63),
    st.floats(),
    st.text(max_size=5),
    st.just("\ud800"),
    st.sampled_from(
        [
            np.float64(1.5),
            np.float32(0.5),
            np.int64(7),
            np.bool_(True),
            np.str_("x"),
            decimal.Decimal("1.5"),
            math.nan,
            math.inf,
            pd.NA,
            pd.NaT,
            NOW,
            NOW.replace(tzinfo=None),
            dt.date(2026, 1, 1),
            pd.Timestamp("2026-01-01", tz="UTC"),
            np.datetime64("2026-01-01T00:00:00"),
            "2026-01-01T00:00:00Z",
            ["a", "b"],
            {"a": 1},
            b"x",
            object(),
        ]
    ),
)


@given(
    st.dictionaries(
        st.sampled_from([*ROW, "truth", "at", "words", "ground_truth_timestamp", "batch_id", "x"]),
        VALUES,
        max_size=3,
    ),
    st.sets(st.sampled_from([*ROW]), max_size=1),
)
@examples(400)
def test_every_row_becomes_what_send_inferences_sends(changes, left_out):
    row = {name: value for name, value in {**ROW, **changes}.items() if name not in left_out}
    assert comparable(logged(row), row) == comparable(sent(row), row)


def nested(row):
    meta = {"partner_inference_id", "inference_timestamp"}
    return {
        **{name: row[name] for name in meta},
        "inference_data": {name: row[name] for name in row.keys() - meta},
    }


def test_nested_rows_are_taken():
    assert logged(nested(ROW)) == logged(ROW)


def test_ids_and_times_are_generated_and_given():
    row = {name: ROW[name] for name in ROW if "infer" not in name}
    before = dt.datetime.now(dt.UTC)
    row_id, content = ENCODER.encode_inference(row, {})
    found = json.loads(content)
    assert re.fullmatch("[0-9a-f]{32}", row_id)
    assert found["partner_inference_id"] == row_id
    assert before <= dt.datetime.fromisoformat(found["inference_timestamp"])
    beside = {"partner_inference_id": "mine", "inference_timestamp": NOW}
    row_id, content = ENCODER.encode_inference(row, beside)
    assert (row_id, json.loads(content)["inference_timestamp"]) == ("mine", NOW.isoformat())


def test_a_bad_row_is_refused_with_its_column_and_value():
    with pytest.raises(UserTypeError, match=r"column 'amount', row 0: must be a number \(got 'x'"):
        ENCODER.encode_inference({**ROW, "amount": "x"}, {})
    with pytest.raises(UserValueError, match=r"unknown column 'amuont'.*did you mean"):
        ENCODER.encode_inference({**ROW, "amuont": 1.0}, {})


FRAMES = [list, pd.DataFrame, pl.DataFrame, lambda rows: pd.DataFrame(rows).to_dict("list")]


@pytest.mark.parametrize("make", FRAMES)
def test_tables_of_any_kind_become_the_same_rows(make):
    rows = regression_rows(range(5))
    expected = [ENCODER.encode_inference(row, {}) for row in rows]
    found = ENCODER.encode_inferences(make(rows))
    assert [row_id for row_id, _ in found] == [row_id for row_id, _ in expected]
    times = [json.loads(content).pop("inference_timestamp") for _, content in found]
    assert {dt.datetime.fromisoformat(time) for time in times} == {NOW}
    data = [
        [json.loads(content)["inference_data"] for _, content in part] for part in (found, expected)
    ]
    assert data[0] == data[1]


def test_no_row_of_a_table_is_encoded_when_one_is_wrong():
    rows = regression_rows(range(3))
    rows[2]["count"] = "many"
    with pytest.raises(UserTypeError, match="column 'count', row 2"):
        ENCODER.encode_inferences(rows)


def test_a_batch_model_needs_batches():
    encoder = RowEncoder(
        upload_schema(unsaved_model(attributes=regression(), is_batch=True)), None, STRICT, "m"
    )
    with pytest.raises(UserValueError, match="missing column 'batch_id'"):
        encoder.encode_inference(ROW, {})
    assert json.loads(encoder.encode_inference(ROW, {"batch_id": "b"})[1])["batch_id"] == "b"


def test_each_column_with_unexpected_values_is_warned_about_once(caplog):
    ranged = attribute("age", "INTEGER", min_range=0, max_range=9)
    named = attribute("color", "STRING", categorical=True, categories=[{"value": "red"}])
    model = unsaved_model(attributes=[ranged, named])
    encoder = RowEncoder(upload_schema(model), None, STRICT, unique_name())
    for row in (
        {"age": 5, "color": "red"},
        {"age": None, "color": None},
        {"age": 70, "color": "red"},
        {"age": 80, "color": "blue"},
        {"age": -1, "color": "green"},
    ):
        encoder.encode_inference(row, {})
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert "'age' ranges from 70 to 70, not 0 to 9" in messages[0]
    assert "'color' has values that are not among" in messages[1]


def test_ground_truth_is_a_row_a_table_or_values():
    expected = {"partner_inference_id": "a", "ground_truth_data": {"truth": 1.0}}
    for given_truth, metadata in (
        ({"partner_inference_id": "a", "truth": 1.0}, None),
        ([{"partner_inference_id": "a", "truth": 1}], None),
        ({"partner_inference_id": ["a"], "truth": [1.0]}, None),
        (pd.DataFrame({"partner_inference_id": ["a"], "truth": [1.0]}), None),
    ):
        ((row_id, content),) = ENCODER.encode_ground_truths(given_truth, metadata)
        found = json.loads(content)
        assert row_id == "a"
        assert found.pop("ground_truth_timestamp")
        assert found == expected
    with pytest.raises(UserValueError, match="missing column 'partner_inference_id'"):
        ENCODER.encode_ground_truths({"truth": 1.0}, None)
