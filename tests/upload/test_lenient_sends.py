"""By default what the server can judge is sent: a bad row fails alone, what looks wrong is reported."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import NOW, attribute, ground_truth, prediction, regression, save_model, stored

from arthurai import ArthurAI
from arthurai.common.exceptions import (
    ArthurUserError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.upload.coerce import INFINITE, coerce_column

GOOD = {"amount": 1.5, "count": 3, "word": "a", "flag": True, "story": "long", "score": 0.5}
FRAMES = [list, pd.DataFrame, pa.Table.from_pylist]


def rows(*changes, stem="id"):
    return [
        {**GOOD, "partner_inference_id": f"{stem}-{number}", "inference_timestamp": NOW, **change}
        for number, change in enumerate(changes)
    ]


def without(name, table):
    return [{key: value for key, value in row.items() if key != name} for row in table]


@pytest.fixture
def logged(caplog):
    """Give a function that returns the warnings since the last call."""
    caplog.set_level(logging.WARNING, "arthurai")

    def take():
        text = caplog.text
        caplog.clear()
        return text

    return take


def send_rows(model, table, **more):
    return model.send_inferences(table, **more)


def send_file(model, table, **more):
    return model.send_bulk_inferences(data=table, **more)[0]


ROADS = [send_rows, send_file]

BAD = {
    "text for a float": ({"amount": "x"}, "amount"),
    "fraction for an integer": ({"count": 3.5}, "count"),
    "flag for an integer": ({"count": True}, "count"),
    "number for text": ({"word": 5}, "word"),
    "text for a flag": ({"flag": "maybe"}, "flag"),
    "integer of more than 64 bits": ({"count": 2**70}, "count"),
    "no time": ({"inference_timestamp": "yesterday"}, "inference_timestamp"),
    "number for a time": ({"inference_timestamp": 5}, "inference_timestamp"),
    "missing time": ({"inference_timestamp": None}, "inference_timestamp"),
    "naive time": ({"inference_timestamp": datetime(2024, 1, 1)}, "no zone"),  # noqa: DTZ001
    "fraction for an id": ({"partner_inference_id": 1.5}, "partner_inference_id"),
    "long id": ({"partner_inference_id": "x" * 256}, "partner_inference_id"),
    "object": ({"amount": object()}, "amount"),
    "broken text": ({"word": "\ud800"}, "word"),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("frame", [list, partial(pd.DataFrame, dtype=object)])
@pytest.mark.parametrize("what", BAD)
def test_a_bad_row_fails_alone(model, what, frame, road):
    change, word = BAD[what]
    table = frame(rows({}, change, {}))
    result = road(model, table, fail_silently=True)
    assert result["counts"] == {"success": 2, "failure": 1, "total": 3}
    [failure] = result.failures
    assert failure.row == 1
    assert word in failure.message
    assert stored(model, "count").keys() == {"id-0", "id-2"}
    with pytest.raises(ResponseClientError, match="row 1") as caught:
        road(model, frame(rows({}, change, {}, stem="again")), fail_silently=False)
    assert caught.value.result.accepted == 2


def test_results_stand_in_the_order_of_the_rows(model):
    table = rows({"amount": object()}, {}, {"amount": "x"}, {}, {"amount": object()})
    result = model.send_inferences(table, fail_silently=True)
    assert [entry["status"] for entry in result["results"]] == [400, 200, 400, 200, 400]
    assert [entry["partner_inference_id"] for entry in result["results"]] == [
        f"id-{number}" for number in range(5)
    ]
    assert [failure.row for failure in result.failures] == [0, 2, 4]


def test_refused_rows_keep_their_place_over_several_requests(model):
    table = rows(*({"amount": object() if number % 3 == 0 else 1.0} for number in range(20)))
    for road, name in ((send_rows, "a"), (send_file, "b")):
        given = [{**row, "partner_inference_id": f"{name}{n}"} for n, row in enumerate(table)]
        result = road(model, given, fail_silently=True, chunk_size=4)
        assert [failure.row for failure in result.failures] == list(range(0, 20, 3))
        assert result["counts"] == {"success": 13, "failure": 7, "total": 20}
        good = {f"{name}{number}" for number in range(20) if number % 3}
        assert {row_id for row_id in stored(model, "count") if row_id[0] == name} == good


def test_a_table_of_bad_rows_alone_sends_nothing(model, recording):
    session = recording(model)
    result = send_file(model, rows({"word": object()}, {"word": object()}), fail_silently=True)
    assert result["counts"] == {"success": 0, "failure": 2, "total": 2}
    assert session.parts == []


@pytest.mark.parametrize("frame", FRAMES)
def test_values_that_do_not_fit_are_reported_with_count_and_remedy(model, frame, logged):
    table = frame(rows({"amount": "x"}, {"amount": "y"}))
    assert model.send_inferences(table, fail_silently=True).rejected == 2
    text = logged()
    for word in ("'amount'", "2 values", "rows 0, 1", "'x'", "strict=True"):
        assert word in text


def test_columns_that_are_missing_are_null(model, logged):
    for frame in FRAMES:
        table = without("word", without("count", rows({}, stem=str(frame))))
        assert model.send_inferences(frame(table)).accepted == 1
    text = logged()
    assert text.count("missing columns: 'count' (PIPELINE_INPUT, INTEGER), 'word'") == 1
    assert {row["count"] for row in stored(model, "count").values()} == {None}


def test_a_table_without_any_attribute_is_refused(model):
    with pytest.raises(UserValueError, match="no column is an attribute"):
        model.send_inferences([{"partner_inference_id": "a", "other": 1}])


@pytest.mark.parametrize("frame", FRAMES)
def test_columns_that_are_not_attributes_are_left_out(arthur, frame, logged):
    model = save_model(arthur, regression())
    table = frame([{**row, "amuont": 1} for row in rows({})])
    assert model.send_inferences(table).accepted == 1
    text = logged()
    assert "'amuont'" in text
    assert "did you mean 'amount'" in text
    quiet = save_model(arthur, regression())
    assert quiet.send_inferences(table, extra="ignore").accepted == 1
    assert quiet.send_inferences(table, extra="ignore", strict=True).accepted == 1
    assert logged() == ""
    with pytest.raises(UserValueError, match="unknown column 'amuont'"):
        quiet.send_inferences(table, extra="error")
    quiet.extra_columns = "error"
    with pytest.raises(UserValueError, match="unknown column 'amuont'"):
        quiet.send_bulk_inferences(data=table)
    assert quiet.send_inferences(table, extra="ignore").accepted == 1
    with pytest.raises(UserValueError, match="extra must be one of"):
        quiet.send_inferences(table, extra="drop")


def test_columns_of_types_that_no_attribute_holds_do_not_disturb(model):
    table = pd.DataFrame(rows({}, {})).assign(
        span=pd.to_timedelta(["1d", "2d"]), when=pd.period_range("2020", periods=2), z=1j
    )
    assert model.send_inferences(table).accepted == 2


def test_strictness_is_of_the_call_else_of_the_client_else_of_the_environment(
    arthur, model, monkeypatch
):
    bad = rows({"amount": "x"})
    with pytest.raises(UserTypeError, match="nothing of it was sent"):
        model.send_inferences(bad, strict=True)
    monkeypatch.setenv("ARTHUR_STRICT", "yes")
    with pytest.raises(UserTypeError, match="nothing of it was sent"):
        model.send_inferences(bad)
    assert model.send_inferences(bad, strict=False, fail_silently=True).rejected == 1
    monkeypatch.setenv("ARTHUR_STRICT", "perhaps")
    with pytest.raises(UserValueError, match="ARTHUR_STRICT"):
        model.send_inferences(bad)
    monkeypatch.delenv("ARTHUR_STRICT")
    with ArthurAI(url="local://", strict=True) as connection:
        careful = save_model(connection, regression())
        with pytest.raises(UserTypeError, match="nothing of it was sent"):
            careful.send_inferences(bad)
        assert careful.send_inferences(bad, strict=False, fail_silently=True).rejected == 1
    with pytest.raises(UserTypeError, match="strict"):
        ArthurAI(url="local://", strict="yes")


def test_reference_data_need_inputs_only(arthur, logged):
    inputs = [{key: value for key, value in GOOD.items() if key != "score"}] * 3
    for frame in FRAMES:
        model = save_model(arthur, regression())
        result, closed = model.set_reference_data(data=frame(inputs))
        assert result["counts"] == {"success": 3, "failure": 0, "total": 3}
        assert closed is not None
    assert logged() == ""
    model = save_model(arthur, regression())
    result, _ = model.set_reference_data(data=pd.Series([1.0, 2.0], name="amount"))
    assert result.accepted == 2
    assert "missing columns: 'count'" in logged()


def two_classes():
    return [
        attribute("x", "INTEGER"),
        prediction(
            "yes", position=1, attribute_link="is_yes", is_positive_predicted_attribute=True
        ),
        prediction("no", attribute_link="is_no"),
        ground_truth("is_yes", "INTEGER", position=1, categorical=True, categories=["0", "1"]),
        ground_truth("is_no", "INTEGER", categorical=True, categories=["0", "1"]),
    ]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("road", ROADS)
def test_the_other_prediction_of_two_is_computed(arthur, frame, road, logged):
    model = save_model(arthur, two_classes(), output_type="MULTICLASS")
    table = [
        {"x": 1, "yes": 0.75, "partner_inference_id": "a", "is_yes": 1, "is_no": 0},
        {"x": 2, "yes": None, "partner_inference_id": "b", "is_yes": 1, "is_no": 0},
    ]
    assert road(model, frame(table)).accepted == 2
    assert stored(model, "no") == {"a": {"no": 0.25}, "b": {"no": None}}
    text = logged()
    assert "'no' was computed as 1 - 'yes'" in text
    assert "missing" not in text
    with pytest.raises(UserValueError, match="missing columns: 'no'"):
        road(model, frame(table), strict=True)


def test_repeated_ids_within_a_call_are_sent(model, recording):
    result = model.send_inferences(rows({}, {"partner_inference_id": "id-0"}), fail_silently=True)
    assert result["counts"]["total"] == 2


def test_infinities_are_reported_and_null(arthur, logged):
    table = rows({"amount": np.inf}, {"amount": -np.inf}, {"score": np.inf}, {})
    for frame in FRAMES:
        for road in ROADS:
            model = save_model(arthur, regression())
            assert road(model, frame(table)).accepted == 4
            text = logged()
            assert "column 'amount': 2 infinite values were stored as null" in text
            assert "column 'score': 1 infinite values were stored as null" in text
            assert [row["amount"] for row in stored(model, "amount").values()] == [
                None, None, 1.5, 1.5
            ]  # fmt: skip
            with pytest.raises(UserValueError, match="rows 0, 1: must be finite"):
                road(model, frame(table), strict=True)
    whole = pd.DataFrame(rows({}, {}, stem="w")).assign(count=[np.inf, 1.0])
    assert model.send_inferences(whole).accepted == 2
    with pytest.raises(UserValueError, match="row 0: must be finite"):
        model.send_inferences(whole, strict=True)


NESTED = {
    "TIME_SERIES": lambda number: [
        {"timestamp": NOW, "value": 1.5},
        {"timestamp": NOW, "value": number},
    ],
    "BOUNDING_BOX": lambda number: [[1.0, 0.5, 2.0, 2.0, number, 5.0]],
    "RANKED_LIST": lambda number: [
        {"item_id": "a", "score": 0.5},
        {"item_id": "b", "score": number},
    ],
}


@pytest.mark.parametrize("kind", NESTED)
def test_infinities_within_lists_are_reported_and_null(kind):
    for number in (np.inf, -np.inf, np.float32("inf"), Decimal("Infinity")):
        values = [NESTED[kind](0.25), NESTED[kind](number)]
        coerced, invalid = coerce_column(values, kind, None, 10)
        assert invalid == {(INFINITE, False): [(11, values[1])]}
        without = [item for item in flat(coerced[1]) if item is None]
        assert len(without) == 1
        assert None not in flat(coerced[0])
    assert coerce_column([NESTED[kind](1), None], kind, None, 0)[1] == {}


def flat(value):
    """Return the innermost values."""
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in flat(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("number", [np.inf, -np.inf])
def test_ground_truth_that_is_infinite_in_every_row_says_so(arthur, logged, number):
    model = save_model(arthur, regression())
    sent = rows({}, {}, stem="g")
    model.send_inferences([{k: v for k, v in row.items() if k != "truth"} for row in sent])
    truths = [
        {"partner_inference_id": row["partner_inference_id"], "truth": number} for row in sent
    ]
    reason = f"column 'truth': must be finite, since the row has no other ground truth; replace it, got {number}"
    for frame in FRAMES:
        table = frame(truths)
        with pytest.raises(ResponseClientError, match="must be finite") as caught:
            model.update_inference_ground_truths(table)
        bulk = model.send_bulk_ground_truths(data=table)
        for failures in (caught.value.result.failures, bulk.failures):
            assert [(failure.row, failure.message) for failure in failures] == [
                (0, reason), (1, reason)
            ]  # fmt: skip
        with pytest.raises(UserValueError) as refused:
            model.update_inference_ground_truths(table, strict=True)
        assert "1 problem" in str(refused.value)  # that no truth is left is no further one
        assert "column 'truth', rows 0, 1: must be finite" in str(refused.value)
    assert "column 'truth': 2 infinite values were left out" in logged()


def test_infinities_within_series_are_reported_on_every_road(arthur, logged):
    attributes = [
        attribute("series", "TIME_SERIES"),
        prediction("score", attribute_link="truth"),
        ground_truth("truth", attribute_link="score"),
    ]
    table = [
        {
            "series": NESTED["TIME_SERIES"](number),
            "score": 0.5,
            "inference_timestamp": NOW,
            "partner_inference_id": str(number),
        }
        for number in (1.0, -np.inf, np.inf)
    ]
    for frame in FRAMES:
        for road in ROADS:
            model = save_model(arthur, attributes, input_type="TIME_SERIES")
            assert road(model, frame(table)).accepted == 3
            assert "column 'series': 2 infinite values were stored as null" in logged()
            held = model.query({"select": [{"property": "series"}]})
            found = [[point["value"] for point in row["series"]] for row in held]
            assert sorted(map(str, found)) == ["[1.5, 1.0]", "[1.5, None]", "[1.5, None]"]
            with pytest.raises(UserValueError, match="rows 1, 2: must be finite"):
                road(model, frame(table), strict=True)
    with model.logger() as logger, pytest.raises(UserValueError, match="must be finite"):
        logger.log(table[1])
    with model.logger() as logger, pytest.raises(UserValueError, match="must be finite"):
        logger.log({**table[0], "score": np.float64("inf")})


def test_a_call_whose_times_all_lack_a_zone_needs_tz(model):
    noon = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - naive on purpose
    for frame in [*FRAMES, pl.DataFrame]:
        for road in ROADS:
            with pytest.raises(UserValueError, match="`tz`"):
                road(model, frame(rows(*[{"inference_timestamp": noon}] * 2)))
    assert stored(model, "count") == {}


def test_parquet_files_without_zones_are_read_as_utc(model, tmp_path, logged):
    noon = pd.Timestamp("2024-02-01 12:00")
    pd.DataFrame(rows({"inference_timestamp": noon})).to_parquet(tmp_path / "a.parquet")
    result, _ = model.send_bulk_inferences(directory_path=str(tmp_path))
    assert result.accepted == 1
    assert stored(model, "inference_timestamp")["id-0"] == {
        "inference_timestamp": "2024-02-01T12:00:00Z"
    }
    assert "column 'inference_timestamp': 1 times have no zone and were read as UTC" in logged()
    truth = pd.DataFrame(
        {"partner_inference_id": ["id-0"], "truth": [1.0], "ground_truth_timestamp": [noon]}
    )
    truth.to_parquet(tmp_path / "truth.parquet")
    sent = model.send_bulk_ground_truths(files=[tmp_path / "truth.parquet"])
    assert sent.accepted == 1
    with pytest.raises(UserValueError, match="`tz`"):
        model.send_bulk_inferences(files=[tmp_path / "a.parquet"], strict=True)
    fresh = pd.DataFrame(rows({"inference_timestamp": noon}, stem="vienna"))
    fresh.to_parquet(tmp_path / "b.parquet")
    model.send_bulk_inferences(files=[tmp_path / "b.parquet"], tz="Europe/Vienna")
    held = stored(model, "inference_timestamp")["vienna-0"]["inference_timestamp"]
    assert held == "2024-02-01T11:00:00Z"


def test_times_of_whole_numbers_in_files_are_refused_by_row(model, tmp_path):
    frame = pd.DataFrame(rows({}, {})).assign(inference_timestamp=[1704067200, 1704067201])
    frame.to_parquet(tmp_path / "epoch.parquet")
    result, _ = model.send_bulk_inferences(files=[tmp_path / "epoch.parquet"])
    assert (result.accepted, result.rejected) == (0, 2)
    assert "TIMESTAMP" in result.failures[0].message
    with pytest.raises(ArthurUserError, match=r"epoch\.parquet.*\n.*its type is int64"):
        model.send_bulk_inferences(files=[tmp_path / "epoch.parquet"], strict=True)


@pytest.mark.parametrize(
    "name", ["object.json", "list.json", "other.json", "other.parquet", "e.json"]
)
def test_files_that_are_no_data_are_left_out_of_a_directory(model, tmp_path, name, logged):
    pd.DataFrame([GOOD] * 4).to_parquet(tmp_path / "ref.parquet")
    below = tmp_path / "sub"
    below.mkdir()
    path = below / name
    content = {"object.json": '{"a": 1}', "list.json": "[1, 2]", "other.json": '[{"note": "x"}]'}
    if name.endswith(".parquet"):
        pd.DataFrame({"note": ["x"]}).to_parquet(path)
    else:
        path.write_text(content.get(name, ""))
    result, closed = model.set_reference_data(directory_path=str(tmp_path))
    assert (result.accepted, closed is not None) == (4, True)
    assert str(path) in logged()
    with pytest.raises(ArthurUserError, match=name):
        model.set_reference_data(files=[path])
    with pytest.raises(ArthurUserError, match=name):
        model.set_reference_data(directory_path=tmp_path, strict=True)
    (tmp_path / "ref.parquet").unlink()
    with pytest.raises(UserValueError, match="none of its files"):
        model.set_reference_data(directory_path=tmp_path)


def test_broken_files_of_a_directory_are_not_left_out(model, tmp_path):
    (tmp_path / "a.json").write_text('[{"amount": 1.0')
    with pytest.raises(UserValueError, match=r"a\.json.*neither Parquet nor JSON"):
        model.set_reference_data(directory_path=tmp_path)


def test_ground_truth_takes_the_time_of_its_inference(model, logged):
    table = rows({"truth": 1.0}, {"truth": None})
    for road in ROADS:
        for frame in FRAMES:
            assert road(model, frame(table)).accepted == 2
    held = stored(model, "ground_truth_timestamp")
    assert held["id-0"] == {"ground_truth_timestamp": "2024-01-01T00:00:00Z"}
    assert held["id-1"] == {"ground_truth_timestamp": None}
    assert logged() == ""


@pytest.mark.parametrize("quiet", [{}, {"fail_silently": True}])
def test_bulk_calls_count_and_log_refused_rows_and_raise_on_request(model, caplog, quiet):
    table = pd.DataFrame(rows({}, {})).assign(count=[1.5, 2.5])
    with pytest.raises(ResponseClientError, match="2 rejected"):
        model.send_bulk_inferences(data=table, fail_silently=False)
    assert "2 rejected" not in caplog.text
    result, closed = model.send_bulk_inferences(data=table, **quiet)
    assert (result.rejected, closed) == (2, None)
    assert "2 rejected" in caplog.text
    truths = [{"partner_inference_id": "id-0", "truth": "x"}] * 2
    with pytest.raises(ResponseClientError, match="2 rejected"):
        model.send_bulk_ground_truths(data=truths, fail_silently=False)
    assert model.send_bulk_ground_truths(data=truths, **quiet).rejected == 2
    logged = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(logged) == 2  # one for each call that did not raise
    for record in logged:
        assert "2 rejected" in record.message
        assert "`failures` of the result names all of them" in record.message


def test_ground_truth_may_come_from_a_generator_with_ids_beside(model):
    model.send_inferences(rows({}, {}))
    given = (float(value) for value in (1, 2))
    sent = model.update_inference_ground_truths(given, partner_inference_ids=["id-0", "id-1"])
    assert sent["counts"] == {"success": 2, "failure": 0, "total": 2}


def test_ground_truth_without_ids_is_refused_by_the_server(model):
    with pytest.raises(ResponseClientError, match="partner_inference_id is missing"):
        model.update_inference_ground_truths([1.0, 2.0])
    result = model.update_inference_ground_truths([1.0, 2.0], fail_silently=True)
    assert result["counts"] == {"success": 0, "failure": 2, "total": 2}


def test_surprises_are_reported_again_when_they_have_grown_tenfold(model, caplog):
    caplog.set_level(logging.INFO, "arthurai.upload")
    for number in range(120):
        model.send_inferences([{**GOOD, "partner_inference_id": str(number), "extra": 1}])
    records = [record.getMessage() for record in caplog.records]
    assert len([text for text in records if "unknown column 'extra'" in text]) == 3
    assert len([text for text in records if "filled in" in text]) == 3
    assert any("(100 so far in this process)" in text for text in records)


def test_errors_of_connections_are_covered_by_fail_silently(scripted_connection_refused):
    model = scripted_connection_refused
    result = model.send_inferences(rows({}, {}), fail_silently=True)
    assert (result.unknown, result.accepted) == (2, 0)
    assert [entry["status"] for entry in result["results"]] == [0, 0]
    result, _ = model.send_bulk_inferences(data=rows({}), fail_silently=True)
    assert result.unknown == 1


@pytest.fixture
def scripted_connection_refused(arthur, model):
    """A saved model behind a port at which nobody listens."""
    nobody = ArthurAI(
        url="http://127.0.0.1:9",
        access_key="key",
        organization_id="org",
        allow_insecure=True,
        http_options={"attempts": 1},
    )
    copy = type(model).from_dict(model.to_dict())
    return copy.attach(nobody.session)


def test_ids_of_other_kinds_are_text(model):
    one = uuid.uuid4()
    model.send_inferences(
        [{**GOOD, "partner_inference_id": one}, {**GOOD, "partner_inference_id": 7}]
    )
    assert stored(model, "count").keys() == {str(one), "7"}


def test_streams_go_on_after_a_bad_row(model):
    def source():
        yield pd.DataFrame(rows({}, {"amount": "x"}, stem="a"))
        yield rows({"word": object()}, {}, stem="b")
        yield rows({}, {}, stem="c")[0]

    result = model.send_inferences(source(), fail_silently=True)
    assert result["counts"] == {"success": 3, "failure": 2, "total": 5}
    assert [failure.row for failure in result.failures] == [1, 2]
    assert stored(model, "count").keys() == {"a-0", "b-1", "c-0"}


def test_nested_rows_with_a_bad_value_fail_alone(model):
    nested = [
        {"partner_inference_id": f"n{number}", "inference_timestamp": datetime.now(UTC),
         "inference_data": {**GOOD, "amount": value}}
        for number, value in enumerate([1.0, "x", 2.0])
    ]  # fmt: skip
    for frame in (list, pd.DataFrame):
        given = [
            {**row, "partner_inference_id": f"{frame}{row['partner_inference_id']}"}
            for row in nested
        ]
        result = model.send_inferences(frame(given), fail_silently=True)
        assert [failure.row for failure in result.failures] == [1]
    odd = [nested[0], {**nested[1], "inference_data": [1]}]
    result = model.send_inferences(odd, fail_silently=True)
    assert [failure.row for failure in result.failures] == [1]


def test_the_attributes_farthest_outside_of_their_ranges_are_named(arthur, name, caplog):
    ends = {
        "slightly": 1.001,
        "twice": 2.0,
        "within": 1.0,
        "far": -900.0,
        "half": 1.5,
        "little": 1.1,
    }
    described = pd.DataFrame({column: np.linspace(0, 1, 50) for column in (*ends, "hat", "y")})
    model = arthur.model(name, "TABULAR", "REGRESSION")
    model.build(described, {"hat": "y"}, set_reference_data=False)
    model.save()
    caplog.clear()
    model.send_inferences(
        pd.DataFrame({column: [0.5, end] for column, end in ends.items()} | {"hat": 0.5})
    )
    (text,) = [r.getMessage() for r in caplog.records if "outside of the ranges" in r.getMessage()]
    assert text == (
        "values outside of the ranges that the model was described with: 'far' ranges from -900 to "
        "0.5, not 0 to 1; 'twice' ranges from 0.5 to 2, not 0 to 1; 'half' ranges from 0.5 to 1.5, "
        "not 0 to 1; and 2 more attributes, by less"
    )
