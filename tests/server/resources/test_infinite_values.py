"""An infinite value is never a silent null: whatever the road, its row is refused and says so."""

from __future__ import annotations

import io
import math

import orjson
import pyarrow as pa
import pytest
from builders import attribute, ground_truth, make_parquet, make_zip, prediction
from PIL import Image

ROWS = 3
REASON = "attribute {}: must be finite, got {}; send null for no value"


@pytest.fixture
def path(admin):
    def make(kind="TABULAR", *more):
        body = {
            "partner_model_id": "infinite",
            "input_type": kind,
            "output_type": "REGRESSION",
            **({"pixel_width": 4, "pixel_height": 4} if kind == "IMAGE" else {}),
            "attributes": [
                *more,
                attribute("size", "FLOAT", position=1),
                attribute("number", "INTEGER", position=2),
                prediction("p", attribute_link="y"),
                ground_truth("y", attribute_link="p"),
            ],
        }
        created = admin.post("/models", json=body)
        assert created.status_code == 201, created.text
        return f"/models/{created.json()['id']}"

    return make


def columns(**changes):
    return {
        "partner_inference_id": ["a", "b", "c"],
        "inference_timestamp": pa.array(range(ROWS), pa.timestamp("s", "UTC")),
        "size": [1.0, 2.0, 3.0],
        "number": [1, 2, 3],
        "p": [0.5] * ROWS,
        **changes,
    }


def upload(admin, path, part, content, **fields):
    answer = admin.post(path, files={part: ("rows", content)}, data=fields)
    assert answer.status_code in {200, 207}, answer.text
    return answer.json()


def held(admin, path, name, source="inference"):
    body = {"select": [{"property": name}], "from": source, "order_by": [{"property": name}]}
    answer = admin.post(f"{path}/inferences/query", json=body)
    assert answer.status_code == 200, answer.text
    return [row[name] for row in answer.json()["query_result"]]


@pytest.mark.parametrize("name", ["size", "number", "p"])
def test_rows_of_a_file_of_inferences(admin, path, name):
    model = path()
    content = make_parquet(columns(**{name: [1.0, math.inf, math.nan]}))
    answer = upload(admin, f"{model}/inferences/file", "inference_data", content)
    assert answer["counts"] == {"success": 2, "failure": 1, "total": ROWS}
    assert [failure["message"] for failure in answer["failures"]] == [
        f"row 1: {REASON.format(name, 'inf')}"
    ]
    assert held(admin, model, name) == [1.0, None]


def test_a_file_in_which_every_ground_truth_is_infinite(admin, path):
    model = path()
    upload(admin, f"{model}/inferences/file", "inference_data", make_parquet(columns()))
    late = {
        "partner_inference_id": ["a", "b", "c"],
        "ground_truth_timestamp": pa.array(range(ROWS), pa.timestamp("s", "UTC")),
        "y": [math.inf, -math.inf, math.inf],
    }
    answer = upload(admin, f"{model}/inferences/file", "ground_truth_data", make_parquet(late))
    assert answer["counts"] == {"success": 0, "failure": ROWS, "total": ROWS}
    assert [failure["message"] for failure in answer["failures"]] == [
        f"row {row}: {REASON.format('y', value)}"
        for row, value in enumerate(["inf", "-inf", "inf"])
    ]
    assert held(admin, model, "y") == [None] * ROWS


def test_rows_of_reference_data(admin, path):
    model = path()
    content = make_parquet(columns(y=[1.0, 2.0, 3.0], size=[math.inf, 2.0, -math.inf]))
    answer = upload(admin, f"{model}/reference_data", "reference_data", content)
    assert answer["counts"] == {"success": 1, "failure": 2, "total": ROWS}
    assert [failure["message"] for failure in answer["failures"]] == [
        f"row 0: {REASON.format('size', 'inf')}",
        f"row 2: {REASON.format('size', '-inf')}",
    ]
    assert held(admin, model, "size", "reference") == [2.0]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "Infinity"])
@pytest.mark.parametrize("road", ["rows", "file", "reference"])
def test_json_that_no_double_can_hold_is_refused(admin, path, number, road):
    model = path()
    row = {
        "partner_inference_id": "a",
        "inference_timestamp": "2026-03-01T00:00:00Z",
        "inference_data": {"size": 77.5, "number": 1, "p": 0.5},
    }
    if road == "reference":
        row = {"reference_data": {**row["inference_data"], "y": 1.0}}
    content = orjson.dumps([row]).replace(b"77.5", number.encode())
    if road == "rows":
        headers = {"Content-Type": "application/json"}
        answer = admin.post(f"{model}/inferences", content=content, headers=headers)
    else:
        part, end = (
            ("inference_data", "inferences/file")
            if road == "file"
            else ("reference_data", "reference_data")
        )
        answer = admin.post(f"{model}/{end}", files={part: ("rows.json", content)})
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]
    source = "reference" if road == "reference" else "inference"
    assert held(admin, model, "size", source) == []


def test_the_rows_that_belong_to_images(admin, path):
    photo = attribute("photo", "IMAGE")
    model = path("IMAGE", photo)
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(picture, "PNG")
    names = ["a.png", "b.png", "c.png"]
    archive = make_zip(dict.fromkeys(names, picture.getvalue()))
    rows = make_parquet(columns(photo=names, size=[1.0, math.inf, 3.0]))
    files = {"inference_data": ("rows.parquet", rows), "image_data": ("images.zip", archive)}
    answer = admin.post(f"{model}/inferences/file", files=files)
    assert answer.json()["counts"] == {"success": 2, "failure": 1, "total": ROWS}
    assert [failure["message"] for failure in answer.json()["failures"]] == [
        f"row 1: {REASON.format('size', 'inf')}"
    ]
    assert held(admin, model, "size") == [1.0, 3.0]
