"""Columns with names or types that no attribute can have: renamed or left out, by every call alike."""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from builders import stored, unique_name, unsaved_model

from arthurai import ArthurAI
from arthurai.common.exceptions import UserTypeError, UserValueError

ROWS = 12
PLAIN = {"x": np.arange(ROWS) * 1.5, "p": np.arange(float(ROWS)), "y": np.arange(float(ROWS))}
LEFT_OUT = {
    "date": [dt.date(2024, 1, 1)] * ROWS,
    "time": [dt.time(1, 2)] * ROWS,
    "list": [[1, 2]] * ROWS,
    "bytes": [b"ab"] * ROWS,
    "timedelta": pd.to_timedelta(["1d"] * ROWS),
    "period": pd.period_range("2020", periods=ROWS),
    "complex": np.arange(ROWS) * 1j,
}


def regression(arthur):
    return arthur.model(unique_name(), "TABULAR", "REGRESSION")


@pytest.mark.parametrize("kind", LEFT_OUT)
@pytest.mark.parametrize("strict", [False, True])
def test_what_build_leaves_out_is_left_out_by_save_and_sending(
    arthur, kind, strict, monkeypatch, caplog
):
    monkeypatch.setenv("ARTHUR_STRICT", str(strict))
    frame = pd.DataFrame({"c": LEFT_OUT[kind], **PLAIN})
    model = regression(arthur)
    model.build(frame, {"p": "y"})
    assert "left out of the schema" in caplog.text
    assert "c" not in model.get_attribute_names()
    caplog.clear()
    model.save()
    ids = [f"{kind}-{number}" for number in range(ROWS)]
    assert model.send_inferences(frame, partner_inference_ids=ids).accepted == ROWS
    bulk = frame.assign(partner_inference_id=[f"b{row_id}" for row_id in ids])
    assert model.send_bulk_inferences(data=bulk)[0].accepted == ROWS
    assert not [record for record in caplog.records if "'c'" in record.getMessage()]


def test_decimals_are_floats(arthur):
    cents = [Decimal(number) / 4 for number in range(ROWS)]
    frame = pd.DataFrame({**PLAIN, "x": cents, "p": cents, "y": cents})
    for table in (frame, pl.from_pandas(frame)):
        model = regression(arthur)
        model.build(table, {"p": "y"})
        assert set(model.attributes_type_dict.values()) == {"FLOAT"}
        assert model.get_attribute("p").max_range == 2.75
        model.save()
        ids = [str(number) for number in range(ROWS)]
        model.send_inferences(table, partner_inference_ids=ids)
        assert [stored(model, "x")[row_id]["x"] for row_id in ids] == [n / 4 for n in range(ROWS)]


WORLD = pd.DataFrame(
    {
        "hours-per-week": np.arange(ROWS) * 1.5,
        "capital gain": np.arange(ROWS),
        "capital_gain": np.arange(ROWS) + 100,
        "2nd": ["a", "b"] * (ROWS // 2),
        "p(y)": np.arange(float(ROWS)),
        "y?": np.arange(float(ROWS)),
    }
)
NAMES = {
    "hours_per_week": "hours-per-week",
    "capital_gain_2": "capital gain",
    "capital_gain": None,
    "_2nd": "2nd",
    "p_y": "p(y)",
    "y": "y?",
}


def test_columns_are_renamed_with_their_names_as_labels(arthur):
    with pytest.raises(UserValueError, match=r"rename=True"):
        regression(arthur).build(WORLD, {"p(y)": "y?"})
    model = regression(arthur)
    model.build(WORLD, {"p(y)": "y?"}, non_input_columns=["2nd"], rename=True)
    assert {a.name: a.label for a in model.attributes} == NAMES
    assert model.get_attribute("p_y").attribute_link == "y"
    assert model.get_attribute("_2nd").stage == "NON_INPUT_DATA"


@pytest.mark.parametrize("strict", [False, True])
def test_the_original_names_are_understood_on_every_send(arthur, strict, tmp_path, caplog):
    model = regression(arthur)
    model.build(WORLD, {"p(y)": "y?"}, rename=True)
    model.save()
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert model.query(count) == [{"count": ROWS}]
    fetched = arthur.get_model(model.id)
    caplog.set_level(logging.WARNING, "arthurai")
    caplog.clear()
    for number, known in enumerate((model, fetched)):
        ids = [f"{strict}{number}-{row}" for row in range(ROWS)]
        frame = WORLD.assign(partner_inference_id=ids)
        assert known.send_inferences(frame, strict=strict).accepted == ROWS
        bulk = frame.assign(partner_inference_id=[f"b{row_id}" for row_id in ids])
        assert known.send_bulk_inferences(data=bulk, strict=strict)[0].accepted == ROWS
        bulk.assign(partner_inference_id=[f"f{row_id}" for row_id in ids]).to_parquet(
            tmp_path / "file.parquet"
        )
        files = known.send_bulk_inferences(directory_path=tmp_path, strict=strict)
        assert files[0].accepted == ROWS
        held = stored(known, "hours_per_week", "capital_gain", "capital_gain_2")
        for row_id in (ids[3], f"b{ids[3]}", f"f{ids[3]}"):
            assert held[row_id] == {
                "hours_per_week": 4.5, "capital_gain": 103, "capital_gain_2": 3
            }  # fmt: skip
    rows = [{"partner_inference_id": "r", **WORLD.iloc[1].to_dict()}]
    assert fetched.send_inferences(rows, strict=strict).accepted == 1
    inputs = WORLD.drop(columns=["p(y)", "y?"]).head(1)
    sent = fetched.send_inferences(
        inputs, predictions=WORLD[["p(y)"]].head(1), partner_inference_ids=["q"], strict=strict
    )
    assert sent.accepted == 1
    truth = pd.DataFrame({"partner_inference_id": ["q"], "y?": [3.5]})
    assert fetched.update_inference_ground_truths(truth, strict=strict).accepted == 1
    assert stored(fetched, "y", "p_y")["q"] == {"y": 3.5, "p_y": 0.0}
    assert caplog.text == ""


def test_lists_may_be_any_iterable_when_they_are_set():
    model = unsaved_model(tags=pd.Index(["a", "b"]))
    assert model.tags == ["a", "b"]
    for tags in (pd.Series(["c"]), np.array(["c"]), ("c",), {"c"}, (tag for tag in "c")):
        model.tags = tags
        assert model.tags == ["c"]
    model.image_class_labels = np.array(["cat", "dog"])
    assert model.image_class_labels == ["cat", "dog"]
    model.tags = None
    assert model.tags is None
    with pytest.raises(UserTypeError, match="tags must be a list"):
        model.tags = {"a": 1}
    with pytest.raises(UserTypeError, match="image_class_labels must be a list"):
        model.image_class_labels = 5


class SparkFrame:
    """What the SDK needs of a Spark frame, whose own Arrow stream fails for timestamps."""

    def __init__(self, frame):
        self._frame = frame

    columns = property(lambda self: list(self._frame.columns))

    def collect(self):
        raise NotImplementedError

    def toArrow(self):  # noqa: N802 - Spark's name
        return pl.from_pandas(self._frame).to_arrow()

    def __arrow_c_stream__(self, requested_schema=None):
        raise AssertionError


class OldSparkFrame(SparkFrame):
    toArrow = None  # noqa: N815

    def toPandas(self):  # noqa: N802
        return self._frame


class RayDataset:
    """What the SDK needs of a Ray dataset, whose `columns` is a method."""

    def __init__(self, frame):
        self._frame = frame

    def columns(self):
        return list(self._frame.columns)

    def iter_batches(self, *, batch_size=256, batch_format="numpy"):
        assert batch_format == "pyarrow"
        for start in range(0, len(self._frame), batch_size):
            yield pl.from_pandas(self._frame[start : start + batch_size]).to_arrow()


@pytest.mark.parametrize("make", [SparkFrame, OldSparkFrame, RayDataset])
def test_frames_of_spark_and_ray_are_taken_everywhere(make):
    times = pd.date_range("2024-01-01", periods=ROWS, tz="UTC")
    frame = pd.DataFrame(PLAIN).assign(when=times)
    with ArthurAI(url="local://") as arthur:
        model = regression(arthur)
        model.build(make(frame), {"p": "y"})
        assert model.attributes_type_dict["when"] == "TIMESTAMP"
        model.save()
        for number, send in enumerate(
            (
                model.send_inferences,
                lambda table, **how: model.send_bulk_inferences(data=table, **how)[0],
            )
        ):
            live = frame.assign(
                inference_timestamp=times,
                partner_inference_id=[f"{number}-{row}" for row in range(ROWS)],
            )
            assert send(make(live), chunk_size=5).accepted == ROWS
        assert stored(model, "when")["1-2"] == {"when": "2024-01-03T00:00:00Z"}


def test_output_helpers_return_each_prediction_before_its_truth():
    regression = unsaved_model("REGRESSION", attributes=[])
    added = regression.add_regression_output_attributes({"p": "y", "q": "z"}, "FLOAT")
    assert list(added) == ["p", "y", "q", "z"]
    assert regression.get_attribute_names() == ["y", "p", "z", "q"]
    classes = unsaved_model("MULTICLASS", attributes=[])
    added = classes.add_multiclass_classifier_output_attributes({"p": "g", "q": "h", "r": "i"})
    assert list(added) == ["p", "g", "q", "h", "r", "i"]
    ranked = unsaved_model("RANKED_LIST", attributes=[])
    assert list(ranked.add_ranked_list_output_attributes("p", "y")) == ["p", "y"]
    boxes = unsaved_model("OBJECT_DETECTION", "IMAGE", attributes=[])
    assert list(boxes.add_object_detection_output_attributes("p", "y", ["cat"])) == ["p", "y"]
