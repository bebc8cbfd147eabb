"""Tables of other libraries, the real ones: each is taken by every road and stored equal.

What is not installed is left out; `make test-frames` runs all of them, in an environment of its own.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import stored, unique_name

from arthurai import ArthurAI
from arthurai.common.exceptions import UserTypeError, UserValueError

pytestmark = pytest.mark.heavy

ROWS = 40
INPUTS = ["age", "count", "city", "flag", "when"]
TIMES = pd.date_range("2024-03-30 20:00", periods=ROWS, freq="h", tz="UTC")
DATA = pd.DataFrame(
    {
        "age": [row / 4 for row in range(ROWS)],
        "count": range(ROWS),
        "city": ["a", "b", None, "ü"] * (ROWS // 4),
        "flag": [True, False] * (ROWS // 2),
        "when": TIMES,
        "p": [row / ROWS for row in range(ROWS)],
        "truth": [0, 1] * (ROWS // 2),
    }
)
LIVE = DATA.assign(
    partner_inference_id=[f"id-{row}" for row in range(ROWS)], inference_timestamp=TIMES
)


def arrow(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


@pytest.fixture(scope="module")
def spark():
    session = importlib.import_module("pyspark.sql").SparkSession
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    options = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "Europe/Vienna",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    builder = session.builder.master("local[1]")
    for name, value in options.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield lambda frame: made.createDataFrame(frame.astype(object).where(frame.notna(), None))
    made.stop()


@pytest.fixture(scope="module")
def ray():
    library = importlib.import_module("ray")
    library.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    yield importlib.import_module("ray.data").from_pandas
    library.shutdown()


@pytest.fixture(scope="module")
def relations():
    connection = duckdb.connect()
    yield lambda frame: connection.from_arrow(arrow(frame))
    connection.close()


@pytest.fixture
def modin(monkeypatch):
    monkeypatch.setenv("MODIN_ENGINE", "python")
    return importlib.import_module("modin.pandas").DataFrame


@pytest.fixture
def dask():
    frames = importlib.import_module("dask.dataframe")
    return lambda frame: frames.from_pandas(frame, npartitions=3)


@pytest.fixture
def ibis():
    return importlib.import_module("ibis").memtable


@pytest.fixture
def pandas():
    return lambda frame: frame


@pytest.fixture(scope="module")
def lazy():
    return lambda frame: pl.from_pandas(frame).lazy()


PACKAGES = {"dask": "dask", "modin": "modin", "ibis": "ibis", "spark": "pyspark", "ray": "ray"}
MISSING = [name for name, package in PACKAGES.items() if importlib.util.find_spec(package) is None]
LIBRARIES = [name for name in ("relations", "lazy", *PACKAGES) if name not in MISSING]
STREAMS = {"lazy", "ray"}


@pytest.mark.skipif(bool(MISSING), reason=f"`make test-frames` tries {', '.join(MISSING)}, too")
def test_all_libraries_are_tried():
    assert len(LIBRARIES) == 7


@pytest.fixture(params=LIBRARIES)
def library(request):
    return request.param


@pytest.fixture
def make(request, library):
    return request.getfixturevalue(library)


@pytest.fixture(scope="module")
def server():
    with ArthurAI(url="local://") as connection:
        yield connection


def build(server, data, **options):
    model = server.model(unique_name(), "TABULAR", "MULTICLASS")
    model.build(data, {"p": 1}, "p", ground_truth_column="truth", **options)
    return model


def check_stored(model):
    held = stored(model, *INPUTS, "p")
    assert len(held) == ROWS
    for row in LIVE.to_dict("records"):
        found = held[row["partner_inference_id"]]
        assert pd.Timestamp(found.pop("when")) == row["when"]
        wanted = {name: row[name] for name in (*INPUTS, "p") if name != "when"}
        assert found == {**wanted, "city": None if pd.isna(row["city"]) else row["city"]}


def test_models_are_built_and_saved_from_frames(server, make):
    model = build(server, make(DATA))
    assert model.attributes_type_dict == build(server, DATA).attributes_type_dict
    model.save()
    assert model.query({"select": [{"function": "count"}], "from": "reference"}) == [
        {"count": ROWS}
    ]


@pytest.mark.parametrize("by_file", [False, True])
def test_frames_are_stored_equal(server, make, by_file):
    model = build(server, DATA, set_reference_data=False)
    model.save()
    if by_file:
        result, _ = model.send_bulk_inferences(data=make(LIVE.drop(columns="truth")))
    else:
        result = model.send_inferences(make(LIVE.drop(columns="truth")))
    assert result.accepted == ROWS
    check_stored(model)
    truth = make(LIVE[["partner_inference_id", "truth"]])
    if by_file:
        assert model.send_bulk_ground_truths(data=truth).accepted == ROWS
    else:
        assert model.update_inference_ground_truths(truth).accepted == ROWS
    found = stored(model, "truth")
    assert [found[f"id-{row}"]["truth"] for row in range(ROWS)] == list(DATA["truth"])


def test_frames_are_reference_data_and_may_be_empty(server, make, library):
    model = build(server, DATA, set_reference_data=False)
    model.save()
    result, _ = model.set_reference_data(data=make(DATA))
    assert result.accepted == ROWS
    nothing = make(LIVE.head(1)).limit(0) if library == "spark" else make(LIVE.head(0))
    assert model.send_inferences(nothing).total == 0


def test_predictions_may_be_a_frame_beside_the_rows(server, make, library):
    model = build(server, DATA, set_reference_data=False)
    model.save()
    beside = {
        "predictions": make(DATA[["p"]]),
        "inference_timestamps": list(TIMES),
        "partner_inference_ids": list(LIVE["partner_inference_id"]),
    }
    if library in STREAMS:
        with pytest.raises(UserValueError, match="read in batches"):
            model.send_inferences(make(DATA[INPUTS]), **beside)
        return
    assert model.send_inferences(make(DATA[INPUTS]), **beside).accepted == ROWS
    check_stored(model)


@pytest.mark.parametrize(
    "library", [name for name in ("pandas", "dask", "modin") if name not in MISSING]
)
def test_columns_of_ordered_libraries_may_stand_beside_the_rows(server, make):
    model = build(server, DATA, set_reference_data=False)
    model.save()
    live = make(LIVE)
    sent = model.send_inferences(
        live[INPUTS],
        predictions=live["p"],
        inference_timestamps=live["inference_timestamp"],
        partner_inference_ids=live["partner_inference_id"],
    )
    assert sent.accepted == ROWS
    check_stored(model)
    sent = model.update_inference_ground_truths(
        live["truth"], partner_inference_ids=live["partner_inference_id"]
    )
    assert sent.accepted == ROWS


@pytest.mark.parametrize(
    "library", [name for name in ("relations", "ibis", "spark") if name not in MISSING]
)
def test_columns_without_an_order_are_refused(server, make):
    model = build(server, DATA, set_reference_data=False)
    model.save()
    live = make(LIVE)
    with pytest.raises(UserTypeError, match=r"`partner_inference_ids` must be a list(,| or) array"):
        model.update_inference_ground_truths(
            list(DATA["truth"]), partner_inference_ids=live["partner_inference_id"]
        )


def test_a_frame_in_the_place_of_the_batch_id_is_refused_by_name(server, make):
    model = build(server, DATA, set_reference_data=False)
    model.save()
    with pytest.raises(UserTypeError, match=r"batch_id must be a string.*data="):
        model.send_bulk_inferences(make(LIVE))
