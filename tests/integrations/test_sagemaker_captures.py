"""Capture files of SageMaker: every encoding, ids and times, and what is wrong by file and line."""

from __future__ import annotations

import asyncio
import base64
import json
import logging

import pytest
from builders import unique_name

from arthurai import AsyncArthurAI
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.integrations.sagemaker_captures import open_captures, send_captures

TIME = "2026-03-02T10:15:30Z"
BODIES = {
    "CSV": lambda rows: "\n".join(",".join(map(str, row)) for row in rows),
    "JSON lines": lambda rows: "\n".join(
        json.dumps(dict(zip(["age", "income", "region", "member"], row, strict=True)))
        for row in rows
    ),
}


@pytest.fixture
def model(arthur):
    """Give a saved classifier with an input of each plain type."""
    made = arthur.model(unique_name(), input_type="TABULAR", output_type="MULTICLASS")
    table = {
        "age": [21, 60, 35],
        "income": [10.5, 99.0, 40.0],
        "region": ["north", "south", "north"],
        "member": [True, False, True],
        "p_no": [0.9, 0.2, 0.6],
        "p_yes": [0.1, 0.8, 0.4],
        "bought": ["no", "yes", "no"],
    }
    made.build(table, {"p_no": "no", "p_yes": "yes"}, "p_yes", ground_truth_column="bought")
    made.save()
    return made


def part(data, encoding, content_type="text/csv", mode="INPUT"):
    return {
        "observedContentType": content_type,
        "mode": mode,
        "data": data,
        "encoding": encoding,
    }


def event(given, found, event_id="e-1", time=TIME, **metadata):
    return {
        "captureData": {"endpointInput": given, "endpointOutput": {**found, "mode": "OUTPUT"}},
        "eventMetadata": {"eventId": event_id, "inferenceTime": time, **metadata},
        "eventVersion": "0",
    }


def write(folder, *events, name="churn/AllTraffic/2026/03/02/10/15-30.jsonl"):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "".join(f"{json.dumps(one)}\n" if isinstance(one, dict) else one for one in events)
    )
    return file


def stored(model):
    rows = model.query({"select": [{"property": "*"}]})
    return {row["partner_inference_id"]: row for row in rows}


ROW = "45, 30.25 ,south,true"
EXPECTED = {
    "age": 45,
    "income": 30.25,
    "region": "south",
    "member": True,
    "p_no": 0.3,
    "p_yes": 0.7,
}
NAMED = {"age": 45, "income": 30.25, "region": "south", "member": True}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(part(ROW, "CSV"), part("0.3,0.7", "CSV"), id="CSV"),
        pytest.param(
            part(json.dumps(NAMED), "JSON", "application/json"),
            part(json.dumps({"p_no": 0.3, "p_yes": 0.7}), "JSON"),
            id="JSON by name",
        ),
        pytest.param(
            part(json.dumps([45, 30.25, "south", True]), "JSON"),
            part(json.dumps({"predictions": [[0.3, 0.7]]}), "JSON"),
            id="JSON by position",
        ),
        pytest.param(
            part(json.dumps({"instances": [{"features": [45, 30.25, "south", True]}]}), "JSON"),
            part(json.dumps({"predictions": [{"probabilities": [0.3, 0.7]}]}), "JSON"),
            id="JSON of features",
        ),
        pytest.param(
            part(base64.b64encode(ROW.encode()).decode(), "BASE64", "text/csv; charset=utf-8"),
            part(
                base64.b64encode(b'{"p_no": 0.3, "p_yes": 0.7}').decode(),
                "BASE64",
                "application/json",
            ),
            id="BASE64",
        ),
    ],
)
def test_every_encoding(model, tmp_path, given, found):
    write(tmp_path, event(given, found))
    result = send_captures(model, tmp_path)
    assert (result.sent.accepted, result.problems, result.files) == (1, [], 1)
    row = stored(model)["e-1"]
    assert {name: row[name] for name in EXPECTED} == EXPECTED
    assert row["inference_timestamp"].startswith("2026-03-02T10:15:30")


def test_the_probability_of_the_positive_class_says_that_of_the_other(model, tmp_path):
    write(tmp_path, event(part(ROW, "CSV"), part("0.7", "CSV")))
    send_captures(model, tmp_path)
    row = stored(model)["e-1"]
    assert row["p_yes"] == 0.7
    assert row["p_no"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (BODIES["CSV"]([(1, 1.0, "a", 0), (2, 2.0, "b", 1)]), "0.5,0.5\n0.1,0.9\n"),
        (
            BODIES["JSON lines"]([(1, 1.0, "a", False), (2, 2.0, "b", True)]),
            "[[0.5, 0.5],\n [0.1, 0.9]]",
        ),
    ],
    ids=["CSV", "JSON lines"],
)
def test_an_event_of_several_rows(model, tmp_path, given, found):
    encoding = "JSON" if found.startswith("[") else "CSV"
    write(tmp_path, event(part(given, encoding), part(found, encoding), inferenceId="mine"))
    send_captures(model, tmp_path)
    rows = stored(model)
    assert set(rows) == {"mine_0", "mine_1"}
    assert (rows["mine_1"]["age"], rows["mine_1"]["p_yes"], rows["mine_0"]["member"]) == (
        2,
        0.9,
        False,
    )


GOOD = event(part(ROW, "CSV"), part("0.3,0.7", "CSV"), "good")
NO_TIME = event(part(ROW, "CSV"), part("0.3,0.7", "CSV"))
del NO_TIME["eventMetadata"]["inferenceTime"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json\n", "the line is not JSON"),
        ("[]\n", "eventMetadata is missing"),
        ({"eventMetadata": {}, "captureData": {}}, "eventId is missing"),
        (NO_TIME, "inferenceTime is missing"),
        (event({}, part("1", "CSV")), "endpointInput.data is missing"),
        (event(part(ROW, "XML"), part("0.3,0.7", "CSV")), "CSV, JSON or BASE64, got 'XML'"),
        (event(part("%%", "BASE64"), part("0.3,0.7", "CSV")), "not text in BASE64"),
        (
            event(part("AAAA", "BASE64", "image/png"), part("0.3,0.7", "CSV")),
            "observedContentType must be one of CSV or JSON",
        ),
        (event(part("1,2", "CSV"), part("0.3,0.7", "CSV")), "has 2 values for 4 attributes"),
        (event(part('"1', "CSV"), part("0.3,0.7", "CSV")), "is not CSV"),
        (event(part("{", "JSON"), part("0.3,0.7", "CSV")), "endpointInput.data is not JSON"),
        (event(part(f"{ROW}\n{ROW}", "CSV"), part("0.3,0.7", "CSV")), "2 inputs, but 1 outputs"),
        (event(part("", "CSV"), part("", "CSV")), "the event has no rows"),
        (
            event(part("old,1,a,1", "CSV"), part("0.3,0.7", "CSV"), "refused"),
            "rejected: .*attribute age",
        ),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(model, tmp_path, line, reason):
    file = write(tmp_path, GOOD, "\n", line, event(part(ROW, "CSV"), part("1,0", "CSV"), "last"))
    with pytest.raises(UserValueError, match=rf"1 lines.*{file}:3: .*{reason}.*2 rows accepted"):
        send_captures(model, tmp_path)
    assert set(stored(model)) == {"good", "last"}
    result = send_captures(model, tmp_path, fail_silently=True)
    assert [(one.file, one.line) for one in result.problems] == [(file, 3)]
    assert set(stored(model)) == {"good", "last"}  # sent again, nothing changes


def test_problems_are_logged_where_they_are_returned(model, tmp_path, caplog):
    file = write(tmp_path, "{\n", GOOD)
    with caplog.at_level(logging.WARNING):
        send_captures(model, tmp_path, fail_silently=True)
    assert f"not accepted: {file}:1: the line is not JSON" in caplog.text


def test_a_strict_call_sends_nothing_when_a_line_is_wrong(model, tmp_path):
    file = write(tmp_path, GOOD, "{\n")
    with pytest.raises(UserValueError, match=f"{file}:2.*nothing was sent"):
        send_captures(model, tmp_path, strict=True)
    assert stored(model) == {}


def test_files_are_read_in_the_order_of_time_and_rows_pass_the_usual_road(model, tmp_path):
    for hour in (11, 9, 10):
        write(
            tmp_path,
            event(part(f"{hour},1,a,1", "CSV"), part("0.3,0.7", "CSV"), f"at-{hour}"),
            name=f"2026/03/02/{hour:02}/x.jsonl",
        )
    reader = open_captures(model, tmp_path)
    assert [row["age"] for row in reader.rows()] == [9, 10, 11]
    result = send_captures(model, tmp_path, redact={"region": "drop"})
    assert (result.files, result.sent.accepted) == (3, 3)
    assert {row.get("region") for row in stored(model).values()} == {None}


def test_a_folder_without_captures_is_refused(model, tmp_path):
    with pytest.raises(UserValueError, match="capture files"):
        send_captures(model, tmp_path)
    with pytest.raises(UserTypeError, match="path of a directory"):
        send_captures(model, 5)


def test_an_event_loop_sends_the_rows_of_the_reader(tmp_path):
    async def send():
        async with AsyncArthurAI(url="local://") as arthur:
            model = arthur.model(unique_name(), input_type="TABULAR", output_type="REGRESSION")
            model.build({"x": [1.0, 2.0], "p": [1.0, 2.0], "y": [1.0, 2.0]}, {"p": "y"})
            await model.save()
            write(tmp_path, event(part("1.5", "CSV"), part("2.5", "CSV")))
            return await model.send_inferences(open_captures(model, tmp_path).rows())

    assert asyncio.run(send()).accepted == 1
