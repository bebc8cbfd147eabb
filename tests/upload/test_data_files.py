"""Directories and files of Parquet and JSON, and the files `convert_dataframe` writes."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import NOW, attribute, regression, regression_rows, save_model, stored

from arthurai.common.exceptions import UserTypeError, UserValueError


def as_json(rows):
    return json.dumps(
        [{k: str(v) if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]
    )


@pytest.fixture
def folder(tmp_path):
    """Six rows in four files, two of them below, beside one that is no data."""
    below = tmp_path / "below"
    below.mkdir()
    pl.DataFrame(regression_rows([0, 1])).write_parquet(tmp_path / "a.parquet")
    pd.DataFrame(regression_rows([2, 3])).to_parquet(below / "b.parquet")
    (tmp_path / "c.json").write_text(as_json(regression_rows([4])))
    nested = [
        {"partner_inference_id": "id-5", "inference_timestamp": str(NOW), "inference_data": {}}
    ]
    flat = regression_rows([5])[0]
    nested[0]["inference_data"] = {k: v for k, v in flat.items() if k not in nested[0]}
    (below / "d.json").write_text(json.dumps(nested))
    (tmp_path / "notes.txt").write_text("not data")
    return tmp_path


EXPECTED = {f"id-{number}": {"count": number} for number in range(6)}


def test_a_directory_is_read_with_everything_below_it(model, folder):
    result, _ = model.send_bulk_inferences(directory_path=str(folder), chunk_size=1)
    assert result["counts"] == {"success": 6, "failure": 0, "total": 6}
    assert stored(model, "count") == EXPECTED


def test_files_may_be_paths_or_open_or_in_memory(model, folder):
    with (folder / "below" / "b.parquet").open("rb") as opened:
        files = [
            folder / "a.parquet",
            opened,
            str(folder / "c.json"),
            io.BytesIO((folder / "below" / "d.json").read_bytes()),
        ]
        assert model.send_bulk_inferences(files=files)[0].accepted == 6
    assert stored(model, "count") == EXPECTED


def test_parquet_files_may_hold_attributes_in_columns_of_dicts(model, tmp_path):
    flat = regression_rows(range(3))
    outside = ("partner_inference_id", "inference_timestamp")
    nested = [
        {name: row[name] for name in outside}
        | {"inference_data": {k: v for k, v in row.items() if k not in outside}}
        for row in flat
    ]
    pq.write_table(pa.Table.from_pylist(nested), tmp_path / "nested.parquet")
    assert model.send_bulk_inferences(directory_path=tmp_path)[0].accepted == 3
    assert stored(model, "count") == {f"id-{number}": {"count": number} for number in range(3)}


def test_the_content_tells_the_format_and_not_the_name(model, folder):
    misnamed = folder / "really-parquet.json"
    shutil.copy(folder / "a.parquet", misnamed)
    assert model.send_bulk_inferences(files=[misnamed])[0].accepted == 2


def test_row_labels_that_pandas_wrote_into_files_are_no_columns(model, tmp_path):
    shuffled = pd.DataFrame(regression_rows(range(6))).sample(frac=1, random_state=1)
    shuffled.to_parquet(tmp_path / "shuffled.parquet")
    assert "__index_level_0__" in pq.read_schema(tmp_path / "shuffled.parquet").names
    result, _ = model.send_bulk_inferences(directory_path=tmp_path)
    assert result["counts"] == {"success": 6, "failure": 0, "total": 6}
    assert stored(model, "count") == EXPECTED
    again = model.send_inferences(pq.read_table(tmp_path / "shuffled.parquet"))
    assert again.accepted == 6


def test_ground_truth_files(model, tmp_path):
    model.send_inferences(regression_rows(range(4)))
    truths = [{"partner_inference_id": f"id-{n}", "truth": n / 2} for n in range(4)]
    pd.DataFrame(truths[:2]).to_parquet(tmp_path / "t.parquet")
    (tmp_path / "t.json").write_text(json.dumps(truths[2:]))
    assert model.send_bulk_ground_truths(directory_path=tmp_path).accepted == 4
    assert [row["truth"] for row in stored(model, "truth").values()] == [0.0, 0.5, 1.0, 1.5]


def test_a_frame_with_inputs_may_bring_ground_truth_in_bulk(model):
    rows = regression_rows(range(3))
    model.send_inferences(rows)
    frame = pd.DataFrame(rows).assign(truth=2.0)
    assert model.send_bulk_ground_truths(data=frame).accepted == 3
    assert {row["truth"] for row in stored(model, "truth").values()} == {2.0}


def reference(numbers):
    keys = {"partner_inference_id", "inference_timestamp"}
    return [
        {k: v for k, v in row.items() if k not in keys} | {"truth": 1.0}
        for row in regression_rows(numbers)
    ]


def test_reference_files_flat_and_wrapped(model, tmp_path):
    (tmp_path / "flat.json").write_text(json.dumps(reference([1, 2])))
    wrapped = [{"reference_data": row} for row in reference([3])]
    (tmp_path / "wrapped.json").write_text(json.dumps(wrapped))
    pd.DataFrame(reference([4])).to_parquet(tmp_path / "rows.parquet")
    result, closed = model.set_reference_data(directory_path=str(tmp_path))
    assert result.accepted == 4
    assert closed == {"dataset_close_result": {"message": "success"}}


@pytest.mark.parametrize(
    ("name", "count"), [("rows.jsonl", 1), ("rows.ndjson", 3), ("rows.json", 3)]
)
def test_files_of_json_lines(model, tmp_path, name, count):
    lines = [json.dumps(row, default=str) for row in regression_rows(range(count))]
    (tmp_path / name).write_text("\n".join(lines) + "\n\n")
    result, _ = model.send_bulk_inferences(files=[tmp_path / name])
    assert result.accepted == count


@pytest.mark.usefixtures("strict")
def test_a_wrong_parquet_file_is_refused_before_any_is_sent(model, folder):
    pl.DataFrame(regression_rows([9])).drop("amount").write_parquet(folder / "z.parquet")
    with pytest.raises(UserValueError, match=r"z\.parquet'\) has 1 problem(?s:.)*'amount'"):
        model.send_bulk_inferences(directory_path=folder)
    assert stored(model, "count") == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PAR1 and then nothing", "not a whole Parquet file"),
        (b"\x00\x01", "neither Parquet nor JSON"),
        (b'{"amount": 1}', "JSON list"),
        (b"[1, 2]", "JSON list"),
        (b"", "neither Parquet nor JSON"),
        (b'{"amount": 1}\n{"amount": 2', "neither Parquet nor JSON"),
    ],
)
def test_broken_files_are_named(model, tmp_path, content, words):
    path = tmp_path / "broken.parquet"
    path.write_bytes(content)
    with pytest.raises(UserValueError, match=words):
        model.send_bulk_inferences(files=[path])


def test_wrong_sources_are_named(model, tmp_path):
    for files, error, words in (
        ("one.parquet", UserTypeError, "list of paths"),
        ([5], UserTypeError, "int"),
        ([], UserValueError, "at least one .* got none"),
        ([tmp_path / "absent.parquet"], UserValueError, "absent"),
        ([io.StringIO("[]")], UserTypeError, "binary"),
    ):
        with pytest.raises(error, match=words):
            model.send_bulk_inferences(files=files)
    with pytest.raises(UserValueError, match="has no files"):
        model.send_bulk_inferences(directory_path=tmp_path)
    with pytest.raises(UserTypeError, match=r"`directory_path` must be the path.*DataFrame.*data="):
        model.set_reference_data(pd.DataFrame(regression_rows([1])))
    with pytest.raises(UserValueError, match=r"must be a directory, got .*absent"):
        model.send_bulk_inferences(directory_path=tmp_path / "absent")


def test_converted_frames_can_be_sent(model):
    frame = pd.DataFrame(regression_rows(range(5)))
    directory = Path(model.convert_dataframe(frame, is_ref_data=False, max_rows_per_file=2))
    try:
        names = [f"{model.id}-{number}.parquet" for number in range(3)]
        assert sorted(path.name for path in directory.iterdir()) == names
        assert [pq.read_metadata(directory / name).num_rows for name in names] == [2, 2, 1]
        assert model.send_bulk_inferences(directory_path=directory)[0].accepted == 5
    finally:
        shutil.rmtree(directory)


def test_models_of_time_series_travel_as_json(arthur):
    column = attribute("history", "TIME_SERIES")
    model = save_model(arthur, regression(column, columns={}), input_type="TIME_SERIES")
    points = [{"timestamp": datetime(2024, 1, day, tzinfo=UTC), "value": day / 2} for day in (1, 2)]
    row = {"history": points, "score": 0.5, "partner_inference_id": "a", "inference_timestamp": NOW}
    frame = pd.DataFrame([row])
    directory = Path(model.convert_dataframe(frame, is_ref_data=False))
    try:
        [path] = directory.iterdir()
        assert path.suffix == ".json"
        assert json.loads(path.read_text())[0]["inference_data"]["score"] == 0.5
    finally:
        shutil.rmtree(directory)
    assert model.send_bulk_inferences(data=frame)[0].accepted == 1
    truth = {"partner_inference_id": "a", "truth": 1.0}
    assert model.send_bulk_ground_truths(data=pd.DataFrame([truth])).accepted == 1
    [found] = stored(model, "history", "truth").values()
    assert [point["value"] for point in found["history"]] == [0.5, 1.0]
    assert found["truth"] == 1.0
    assert points[0]["timestamp"] == datetime(2024, 1, 1, tzinfo=UTC)


def test_no_path_of_this_machine_leaves_it(model, folder, recording):
    session = recording(model)
    model.send_bulk_inferences(directory_path=folder)
    assert session.parts
    for part in session.parts:
        assert part.filename == "inference_data.parquet"
        assert str(folder).encode() not in part.source
