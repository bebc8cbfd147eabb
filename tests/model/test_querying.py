import pandas as pd
import pytest

from arthurai.common.exceptions import (
    ArthurTimeoutError,
    ExpectedParameterNotFoundError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.model import ArthurModel

COUNT = {"select": [{"function": "count"}]}
PNG = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture
def model(arthur, name):
    described = arthur.model(name, "TABULAR", "MULTICLASS")
    data = pd.DataFrame({"x": [1.5, 2.5], "p0": [0.5, 0.25], "p1": [0.5, 0.75], "y": [0, 1]})
    described.build(
        data,
        {"p0": 0, "p1": 1},
        ground_truth_column="y",
        positive_predicted_attr="p1",
    )
    described.save()
    return described


def test_query_types(model):
    assert model.query(COUNT) == [{"count": 0}]
    drift = {
        "properties": ["x"],
        "num_bins": 2,
        "metric": "PSI",
        "base": {"source": "reference"},
        "target": {"source": "reference"},
    }
    assert model.query(drift, query_type="drift") == [{"x": pytest.approx(0, abs=1e-9)}]
    table = {key: value for key, value in drift.items() if key not in {"properties", "metric"}}
    rows = model.query({**table, "property": "x"}, query_type="drift_psi_bucket_table")
    assert sum(row["base_count_per_bucket"] for row in rows) == 2
    with pytest.raises(UserValueError, match="'base', 'drift'"):
        model.query(COUNT, query_type="psi")
    for no_query in (None, "select *", [COUNT]):
        with pytest.raises(UserTypeError, match="body must be a query"):
            model.query(no_query)


def test_rows_have_the_order_of_the_selection(model):
    frame = pd.DataFrame({"x": [3.5, 1.5], "p0": [0.5, 0.25], "p1": [0.5, 0.75]})
    model.send_inferences(frame)
    x, mean = {"property": "x"}, {"function": "avg", "alias": "a", "parameters": {"property": "p0"}}
    rows = model.query(
        {"select": [x, {"function": "count"}, mean], "group_by": [x], "order_by": [x]}
    )
    assert [list(row.items()) for row in rows] == [
        [("x", 1.5), ("count", 1), ("a", 0.25)],
        [("x", 3.5), ("count", 1), ("a", 0.5)],
    ]
    inner = {"select": [mean, x], "group_by": [x]}
    nested = {"select": [{"alias": "b", **x}, {"property": "*"}], "subquery": inner}
    assert [list(row) for row in model.query(nested)] == [["b", "a", "x"]] * 2
    star = list(model.query({"select": [{"property": "*"}]})[0])
    assert star[:4] == ["x", "y", "p0", "p1"]  # as in the model
    drift = {
        "properties": ["x", "p0"],
        "group_by": [{"property": "p1"}],
        "metric": "PSI",
        "rollup": "year",
        "base": {"source": "inference"},
        "target": {"source": "inference"},
    }
    rows = model.query(drift, query_type="drift")
    assert [list(row) for row in rows] == [["p1", "rollup", "x", "p0"]] * 2


def test_a_model_shows_itself_in_one_line(model, arthur, name):
    assert repr(model) == (
        f"ArthurModel({model.display_name!r}, id={model.id!r}, TABULAR → MULTICLASS, "
        f"{len(model.attributes)} attributes)"
    )
    assert "not saved" in repr(arthur.model(f"{name}-new", "TABULAR", "REGRESSION"))


def test_exactly_enough_inferences_are_enough(model):
    row = {"x": 1.0, "p0": 0.5, "p1": 0.5}
    model.send_inferences([row, row], ground_truths=[0, 1])
    model.await_inferences(min_count=2, timeout_min=0)
    model.send_inferences([row])
    model.await_inferences(min_count=3, with_ground_truth=False, timeout_min=0)
    with pytest.raises(ArthurTimeoutError, match="3 inferences with ground truth"):
        model.await_inferences(min_count=3, timeout_min=0)


@pytest.mark.faults
def test_an_empty_answer_counts_as_none(platform):
    model = ArthurModel("m", "TABULAR", "REGRESSION", client=platform.connect(), id="m-1")
    platform.answer = lambda *_: (200, {"query_result": []})
    with pytest.raises(TimeoutError):
        model.await_inferences(timeout_min=0)
    platform.answer = lambda *_: (200, {"rows": []})
    with pytest.raises(ExpectedParameterNotFoundError, match="query_result"):
        model.query(COUNT)


@pytest.mark.faults
def test_images_stay_in_the_directory_asked_for(platform, tmp_path):
    model = ArthurModel("m", "IMAGE", "REGRESSION", client=platform.connect(), id="m-1")
    asked = []

    def answer(_method, path, _body):
        asked.append(path)
        return 200, "picture"

    platform.answer = answer
    path = model.get_image("../../evil", str(tmp_path), type="thumbnail")
    assert path == str(tmp_path / "thumbnail_.._.._evil")
    assert asked == ["/api/v3/models/m-1/inferences/images/..%2F..%2Fevil?type=thumbnail"]
    assert [file.name for file in tmp_path.iterdir()] == ["thumbnail_.._.._evil"]
    with pytest.raises(UserValueError, match="type must be one of"):
        model.get_image("i", str(tmp_path), type="poster")
    with pytest.raises(UserValueError, match="must be an existing directory"):
        model.get_image("i", str(tmp_path / "missing"))
