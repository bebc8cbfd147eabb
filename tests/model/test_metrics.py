import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats
from sklearn import metrics as sk

from arthurai import ArthurModel
from arthurai.common.constants import InputType, OutputType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.metrics import Metric, MetricType
from arthurai.query import avg, col, count, drift, f1, minimum, psi_table, select

BY_GROUP = select("group", count(), avg("income").as_("mean")).group_by("group").order_by("group")


def test_a_metric_of_ones_own(model, data, name):
    metric_id = model.create_metric(name, select(f1(threshold=0.6)))
    (metric,) = model.get_metrics(metric_id=metric_id)
    assert metric.name == name
    assert metric.query == {"select": [{"function": "f1", "parameters": {"threshold": 0.6}}]}
    assert not metric.is_default
    (value,) = model.evaluate_metric(metric)["results"][0]["values"]
    expected = sk.f1_score(data["repaid"] == "yes", data["p_repaid"] >= 0.6)
    assert value == {"f1": pytest.approx(expected)}
    (listed,) = model.get_metrics(metric_name=name)
    assert listed.type == MetricType.ModelPerformanceMetric
    model.delete_metric(listed)
    with pytest.raises(ResponseClientError):
        model.get_metrics(metric_id=metric_id)


def test_parameters_days_and_groups(model, data, name):
    query = {
        "select": [
            {
                "function": "rate",
                "alias": "share",
                "parameters": {"property": "p_repaid", "comparator": "gte", "value": "{{ cut }}"},
            }
        ]
    }
    cut = {"name": "cut", "parameter_type": "FLOAT", "default": 0.5}
    metric_id = model.create_metric(
        name, query, metric_type=MetricType.ModelOutputMetric, parameters=[cut]
    )
    found = model.evaluate_metric(
        metric_id,
        rollup="day",
        group_by="group",
        parameters={"cut": [0.25, 0.75]},
        filters=[col("income") > 30],
        as_frame="pandas",
    )
    part = data[data["income"] > 30]
    expected = pd.concat(
        (part["p_repaid"] >= cut)
        .groupby([part["group"], part["time"].dt.date])
        .mean()
        .rename("value")
        .reset_index()
        .assign(cut=cut)
        for cut in (0.25, 0.75)
    )
    found = found.assign(time=pd.to_datetime(found["rollup"]).dt.date)
    keys = ["group", "time", "cut"]
    pd.testing.assert_series_equal(
        found.set_index(keys)["value"].sort_index(),
        expected.set_index(keys)["value"].sort_index(),
        check_index_type=False,
    )
    by_income = model.evaluate_metric(metric_id, group_by="income", as_frame="polars")
    assert by_income["income"].to_list() == ["(-inf,30.0]", "(30.0,60.0]", "(60.0,inf)"]


def test_drift_metrics(model, name):
    drift = {
        "properties": ["income"],
        "num_bins": 5,
        "metric": "PSI",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
    }
    metric_id = model.create_metric(name, drift, is_data_drift=True)
    (metric,) = model.get_metrics(metric_type=MetricType.ModelDataDriftMetric, metric_name=name)
    assert metric.id == metric_id
    (result,) = model.evaluate_metric(metric)["results"]
    assert result["values"] == [{result["name"]: pytest.approx(0, abs=1e-6)}]


def test_every_page_of_metrics(model, name):
    made = {model.create_metric(f"{name} {i}", select(count().as_("n"))) for i in range(25)}
    own = {metric.id for metric in model.get_metrics() if metric.name.startswith(f"{name} ")}
    assert own == made
    builtin = model.get_metrics(default_metrics=True)
    assert builtin
    assert all(metric.is_default for metric in builtin)
    assert len({metric.id for metric in model.get_metrics()}) >= 25 + len(builtin)
    for metric_id in made:
        model.delete_metric(metric_id)


def test_metrics_survive_json():
    metric = Metric("1", "m", {"select": [None]}, False, attribute="x")
    assert Metric.from_json(metric.to_json()) == metric


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("m", {}, False, "mood"), UserValueError, "'mood'"),
        (("m", "select 1"), UserTypeError, "query must be a dictionary"),
        (("", {}), Exception, "name"),
    ],
)
def test_impossible_metrics(model, arguments, error, message):
    with pytest.raises(error, match=message):
        model.create_metric(*arguments)


def test_metrics_by_week_and_quarter(model):
    counts = {metric.name: metric for metric in model.get_metrics(default_metrics=True)}
    metric = counts["Inference Count"]
    assert {"WEEK", "QUARTER"} <= set(metric.valid_rollups)
    days = model.evaluate_metric(metric, rollup="day", as_frame="pandas")
    days["rollup"] = pd.to_datetime(days["rollup"], utc=True)
    for rollup, period in (("week", "W-SUN"), ("quarter", "Q")):
        found = model.evaluate_metric(metric, rollup=rollup, as_frame="pandas")
        starts = days["rollup"].dt.tz_localize(None).dt.to_period(period).dt.start_time
        expected = days.groupby(starts)["value"].sum()
        assert list(found["value"]) == list(expected)
        found_starts = pd.to_datetime(found["rollup"], utc=True).dt.tz_localize(None)
        assert list(found_starts) == list(expected.index)


def test_impossible_evaluations(model):
    metric = model.get_metrics(default_metrics=True)[0]
    with pytest.raises(UserValueError, match="'fortnight'"):
        model.evaluate_metric(metric, rollup="fortnight")
    with pytest.raises(UserTypeError, match="filters must be a list"):
        model.evaluate_metric(metric, filters=col("income") > 3)
    with pytest.raises(UserTypeError, match=r"filters\[0\]"):
        model.evaluate_metric(metric, filters=["income"])
    with pytest.raises(ResponseClientError, match=r"'AUC', which looks like a name.*get_metrics"):
        model.evaluate_metric("AUC")
    with pytest.raises(ResponseClientError, match=r"^POST"):
        model.evaluate_metric("00000000-0000-0000-0000-000000000000")


def test_rows_or_a_table_of_ones_own_kind(model, data):
    rows = model.query(BY_GROUP)
    expected = data.groupby("group")["income"].agg(["count", "mean"]).reset_index()
    frame = model.query(BY_GROUP, as_frame="pandas")
    pd.testing.assert_frame_equal(frame[list(expected)], expected, check_dtype=False)
    assert model.query(BY_GROUP, as_frame="polars").equals(pl.DataFrame(rows))
    assert model.query(BY_GROUP, as_frame="pyarrow") == pa.Table.from_pylist(rows)
    nothing = BY_GROUP.where(col("income") > 1e9)
    assert [len(model.query(nothing, as_frame=kind)) for kind in ("pandas", "polars")] == [0, 0]
    with pytest.raises(UserValueError, match="'spark'"):
        model.query(BY_GROUP, as_frame="spark")


def test_metrics_say_what_they_rest_on(model, data):
    metrics = {metric.name: metric for metric in model.get_metrics(default_metrics=True)}
    said, truth = data["p_repaid"] >= model.classifier_threshold, data["repaid"] == "yes"
    found = model.evaluate_metric(metrics["Recall"], uncertainty=True, as_frame="pandas")
    assert list(found["rows"]) == [truth.sum()]
    wilson = stats.binomtest(int((said & truth).sum()), int(truth.sum()))
    wilson = wilson.proportion_ci(method="wilson")
    assert (found["low"][0], found["high"][0]) == pytest.approx((wilson.low, wilson.high))
    days = model.evaluate_metric(metrics["AUC"], rollup="day", uncertainty=True)["results"][0]
    assert days["values"][0]["uncertainty"]["method"] == "Hanley-McNeil"
    drift_values = model.evaluate_metric(
        metrics["Feature Drift"],
        uncertainty=True,
        parameters={"drift_attribute": "income"},
        as_frame="pandas",
    )
    (row,) = model.query(drift("income", uncertainty=True))
    assert drift_values["value"][0] == row["income"]
    assert drift_values["target_rows"][0] == row["uncertainty"]["income"]["target_rows"]
    assert drift_values["p_value"][0] == row["uncertainty"]["income"]["p_value"]


def test_tables_hold_times_and_start_with_the_rollup(model, data):
    days = model.query(drift("income", group_by="group", rollup="day"))
    frame = model.query(drift("income", group_by="group", rollup="day"), as_frame="pandas")
    assert list(frame) == ["rollup", "group", "income"]
    assert str(frame["rollup"].dtype).endswith("UTC]")
    assert list(frame["rollup"]) == [pd.Timestamp(row["rollup"]) for row in days]
    metric = model.get_metrics(default_metrics=True, metric_name="Inference Count")[0]
    counts = model.evaluate_metric(metric, rollup="day", as_frame="polars")
    assert counts.schema["rollup"] == pl.Datetime("us", "UTC")
    assert counts.columns[0] == "rollup"
    query = select("group", minimum("inference_timestamp").as_("first")).group_by("group")
    table = model.query(query, as_frame="pyarrow")
    assert pa.types.is_timestamp(table.schema.field("first").type)
    assert pa.types.is_string(table.schema.field("group").type)
    (bins,) = {len(model.query(psi_table("income"))), len(model.query(psi_table("income"), "drift_psi_bucket_table"))}  # fmt: skip
    assert bins > 1


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("create_metric", ("m", {"select": []})),
        ("get_metrics", ()),
        ("evaluate_metric", ("id",)),
        ("delete_metric", ("id",)),
        ("create_alert_rule", ("id", "upper", 1, "warning")),
        ("get_alert_rules", ()),
        ("get_alerts", ()),
        ("update_alert", ("resolved", "id")),
        ("delete_alert_rule", ("id",)),
        ("get_enrichments", ()),
        ("get_enrichment", ("hotspots",)),
        ("update_enrichments", ({"hotspots": {"enabled": True}},)),
        ("update_enrichment", ("hotspots", True)),
        ("enable_hotspots", ()),
        ("enable_bias_mitigation", ()),
        ("await_enrichments", ()),
        ("find_hotspots", ("accuracy", 0.5, "batch")),
        ("explain_inference", ("id",)),
        ("enable_explainability", ()),
        ("delete_explainer", ()),
    ],
)
def test_an_unsaved_model_refuses(arthur, call, arguments):
    for model in (
        arthur.model("unsaved", InputType.Tabular, OutputType.Multiclass),
        ArthurModel("unsaved", InputType.Tabular, OutputType.Multiclass),
    ):
        with pytest.raises(MethodNotApplicableError, match="'unsaved' is not saved"):
            getattr(model, call)(*arguments)


def test_a_metric_of_a_class_never_poses_as_that_of_the_model(arthur):
    names = ["pa", "pb", "pc"]
    truth = ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    right = ["pa"] * 10 + ["pb"] * 5 + ["pc"] * 5 + ["pc"] * 10
    frame = pd.DataFrame({"x": range(30), "truth": truth})
    for name in names:
        frame[name] = [0.8 if name == best else 0.1 for best in right]
    model = arthur.model(
        display_name="three", input_type=InputType.Tabular, output_type=OutputType.Multiclass
    )
    model.build(frame, dict(zip(names, "abc", strict=True)), ground_truth_column="truth")
    model.save()
    times = pd.date_range("2026-05-01", periods=30, freq="h", tz="UTC")
    model.send_inferences(frame, inference_timestamps=times, ground_truth_timestamps=times)
    metrics = {metric.name: metric for metric in model.get_metrics(default_metrics=True)}

    found = model.evaluate_metric(metrics["Accuracy Rate"], as_frame="pandas")
    expected = [
        sk.accuracy_score([t == name[1] for t in truth], [best == name for best in right])
        for name in names
    ]
    assert list(found["predicted_property"]) == names
    assert list(found["value"]) == pytest.approx(expected)
    (one,) = model.evaluate_metric(
        metrics["Accuracy Rate"], parameters={"predicted_property": "pa"}
    )["results"]
    assert one["values"] == [{"accuracyRate": 1.0}]

    predicted = [best[1] for best in right]
    overall = {
        "Overall Accuracy Rate": sk.accuracy_score(truth, predicted),
        "Overall Balanced Accuracy Rate": sk.balanced_accuracy_score(truth, predicted),
        "Overall F1": sk.f1_score(truth, predicted, average="macro"),
        "Matthews Correlation": sk.matthews_corrcoef(truth, predicted),
    }
    for name, value in overall.items():
        (result,) = model.evaluate_metric(metrics[name])["results"]
        assert next(iter(result["values"][0].values())) == pytest.approx(value), name
    drift = model.evaluate_metric(metrics["Feature Drift"], as_frame="pandas")
    assert list(drift["drift_attribute"]) == ["x"]
