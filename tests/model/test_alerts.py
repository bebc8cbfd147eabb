from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.wait import wait_until
from arthurai.model.alerts import (
    Alert,
    AlertRule,
    AlertRuleBound,
    AlertRuleSeverity,
    AlertStatus,
    validate_parameters_for_alert,
)
from arthurai.query import avg, col, rate, select

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def arrived(fetch, number):
    """Fetch until there are enough: rules are evaluated in the background."""
    return wait_until(
        fetch,
        lambda found: len(found) >= number,
        what="alerts",
        timeout_min=0.5,
        message="Waiting for alerts",
    )


@pytest.fixture(scope="module")
def batches(make_model, data):
    """A batch model of this module's own, because its tests send data."""
    return make_model("alerts by batch", data, is_batch=True)


@pytest.fixture(scope="module")
def stream(make_model, data):
    """A streaming model of this module's own."""
    return make_model("alerts of a stream", data)


@pytest.fixture(scope="module")
def mean_income(batches):
    return batches.create_metric("Mean income", select(avg("income")))


def send(model, data, batch, shift=0.0):
    rows = data[["income", "group", "p_repaid", "repaid"]].head(20)
    times = [datetime.now(UTC) - timedelta(minutes=1)] * len(rows)
    model.send_inferences(
        rows.assign(income=rows["income"] + shift),
        inference_timestamps=times,
        ground_truth_timestamps=times,
        batch_id=batch,
    )


def test_the_life_of_a_rule(batches, mean_income, name):
    rule = batches.create_alert_rule(
        mean_income,
        AlertRuleBound.Lower,
        -5,
        AlertRuleSeverity.Warning,
        name=name,
        lookback_period=30,
        subsequent_alert_wait_time=60,
        filters=[col("group") == "a"],
    )
    assert (rule.name, rule.metric_name, rule.enabled) == (name, "Mean income", True)
    assert rule.filters == [{"property": "group", "comparator": "eq", "value": "a"}]
    rule.threshold, rule.enabled = -7, False
    before = rule.to_dict()
    changed = batches.update_alert_rule(rule)
    assert (changed.threshold, changed.enabled, changed.id) == (-7, False, rule.id)
    assert rule.to_dict() == before
    assert batches.update_alert_rule(rule).threshold == -7
    again = AlertRule("upper", 9, mean_income, "critical")
    with pytest.raises(MethodNotApplicableError, match="no id"):
        batches.update_alert_rule(again)
    assert batches.update_alert_rule(again, rule.id).severity == "critical"
    with pytest.raises(UserValueError, match="has the id"):
        batches.update_alert_rule(rule, "another")
    batches.delete_alert_rule(rule)
    assert rule.id not in {r.id for r in batches.get_alert_rules(page=None)}


def test_pages_of_rules(batches, mean_income, name):
    made = [
        batches.create_alert_rule(mean_income, "upper", 1e6 + i, "warning", name=f"{name} {i}").id
        for i in range(7)
    ]
    everything = [rule.id for rule in batches.get_alert_rules(page=None, page_size=3)]
    assert set(made) <= set(everything)
    assert len(everything) == len(set(everything))
    pages = [batches.get_alert_rules(page, 3) for page in range(1, len(everything) // 3 + 3)]
    assert [rule.id for page in pages for rule in page] == everything
    assert pages[-1] == []
    assert [rule.id for rule in batches.iter_alert_rules(page_size=2)] == everything
    with pytest.raises(UserValueError, match="page_size"):
        batches.iter_alert_rules(page_size=0)
    for rule_id in made:
        batches.delete_alert_rule(rule_id)


def test_alerts_of_batches(batches, mean_income, data, name):
    rule = batches.create_alert_rule(mean_income, "upper", 500, "critical", name=name, min_rows=20)
    before = datetime.now(UTC)
    send(batches, data, f"{name} usual")
    send(batches, data, f"{name} rich", shift=1000)
    send(batches, data, f"{name} very rich", shift=2000)
    alerts = arrived(lambda: batches.get_alerts(alert_rule_id=rule.id), 2)
    expected = data["income"].head(20).mean()
    assert [alert.batch_id for alert in alerts] == [f"{name} rich", f"{name} very rich"]
    assert [alert.metric_value for alert in alerts] == pytest.approx(
        [expected + 1000, expected + 2000]
    )
    rich, very_rich = alerts
    assert (rich.status, rich.model_id) == ("new", batches.id)
    assert isinstance(rich.alert_rule, AlertRule)
    assert (rich.alert_rule.metric_id, rich.alert_rule.bound) == (mean_income, "upper")
    assert batches.get_alerts(batch_id=very_rich.batch_id) == [very_rich]
    both = batches.get_alerts(batch_id=[rich.batch_id, very_rich.batch_id])
    assert both == alerts
    assert batches.get_alerts(page=2, page_size=1, alert_rule_id=rule.id) == [very_rich]
    assert batches.get_alerts(page=None, page_size=1, alert_rule_id=rule.id) == alerts
    assert list(batches.iter_alerts(page_size=1, alert_rule_id=rule.id)) == alerts
    assert batches.get_alerts(alert_rule_id=rule.id, end_time=before.isoformat()) == []
    assert batches.get_alerts(alert_rule_id=rule.id, start_time=before, end_time="2100-01-01") == (
        alerts
    )
    done = batches.update_alert(AlertStatus.Acknowledged, rich.id)
    assert isinstance(done, Alert)
    assert done.status == "acknowledged"
    assert batches.update_alert("resolved", very_rich).status == "resolved"
    of_rule = {"alert_rule_id": rule.id}
    assert batches.get_alerts(status="new", **of_rule) == []
    assert [a.id for a in batches.get_alerts(status="resolved", **of_rule)] == [very_rich.id]
    assert Alert.from_dict(done.to_dict()) == done


def test_alerts_of_a_stream(stream, data, name):
    model = stream
    metric = model.create_metric(name, select(avg("income")))
    rule = model.create_alert_rule(
        metric, "lower", -100, "warning", lookback_period=60, min_rows=20
    )
    send(model, data, None, shift=-1000)
    # When an hour has just ended, its alert covers the one of the window that ends now.
    (alert,) = arrived(lambda: model.get_alerts(alert_rule_id=rule.id, status="new"), 1)
    assert alert.metric_value == pytest.approx(data["income"].head(20).mean() - 1000)
    window = [pd.Timestamp(alert.window_start), pd.Timestamp(alert.window_end)]
    assert window[1] - window[0] == pd.Timedelta(minutes=60)
    assert alert.batch_id is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bound": "above"}, "bound must be one of 'lower', 'upper'"),
        ({"severity": "bad"}, "severity must be one of"),
        ({"threshold": float("nan")}, "threshold must be a finite number"),
        ({"threshold": "5"}, "threshold must be a finite number"),
        ({"lookback_period": -1}, "lookback_period must be 0 or more minutes"),
        ({"metric_id": None}, "metric_id must be the id"),
        ({"metric_parameters": {"k": [1, 2]}}, "one value"),
        ({"metric_parameters": {"k": {}}}, "must be a value"),
    ],
)
def test_impossible_rules(model, change, message):
    fields = {"metric_id": "m", "bound": "upper", "threshold": 1, "severity": "warning", **change}
    with pytest.raises((UserValueError, UserTypeError), match=message):
        model.create_alert_rule(**fields)


def test_impossible_questions(model):
    with pytest.raises(ResponseClientError):
        model.create_alert_rule(UNKNOWN, "upper", 1, "warning")
    with pytest.raises(
        ResponseClientError, match=r"'accuracy', which looks like a name.*get_metrics"
    ):
        model.create_alert_rule("accuracy", "upper", 1, "warning")
    with pytest.raises(UserValueError, match="page must be a positive integer"):
        model.get_alert_rules(page=0)
    with pytest.raises(UserValueError, match="page_size must be a positive integer"):
        model.get_alerts(page_size=True)
    with pytest.raises(UserValueError, match="'open'"):
        model.get_alerts(status="open")
    with pytest.raises(UserValueError, match="'acknowledged', 'resolved'"):
        model.update_alert("new", "id")
    with pytest.raises(UserTypeError, match="start_time must be a datetime"):
        model.get_alerts(start_time=5)
    with pytest.raises(UserTypeError, match="AlertRule"):
        model.update_alert_rule({"bound": "upper"})


def test_parameters_of_rules():
    assert validate_parameters_for_alert(None) == {}
    given = {"a": 1, "b": ["x"], "c": [], "d": ("y",), "e": None}
    assert validate_parameters_for_alert(given) == {"a": 1, "b": "x", "d": "y", "e": None}
    with pytest.raises(UserTypeError, match="dictionary"):
        validate_parameters_for_alert([1])


def test_a_rule_with_notes_is_not_stored_in_strict_mode(batches, monkeypatch):
    unreachable = batches.create_metric(
        "Share repaid, strict", select(rate(col("p_repaid") >= 0.5))
    )
    rule = (unreachable, "upper", 1, "warning")
    before = batches.get_alert_rules(page=None)
    refused = r"was not created(.|\n)*never above 1(.|\n)*strict=False"
    with pytest.raises(ArthurUserError, match=refused):
        batches.create_alert_rule(*rule, strict=True)
    monkeypatch.setenv("ARTHUR_STRICT", "yes")
    with pytest.raises(ArthurUserError, match=refused):
        batches.create_alert_rule(*rule)
    with pytest.raises(ResponseClientError, match="metric"):
        batches.create_alert_rule(UNKNOWN, "upper", 1, "warning")
    assert batches.get_alert_rules(page=None) == before
    fine = batches.create_alert_rule(unreachable, "upper", 0.9, "warning", min_rows=10)
    assert fine.notes is None
    created = batches.create_alert_rule(*rule, strict=False)
    assert [note["code"] for note in created.notes] == ["unreachable"]
    stored = batches.get_alert_rules(page=None)
    beyond = next(one for one in stored if one.id == fine.id)
    beyond.threshold = 1
    with pytest.raises(ArthurUserError, match=refused.replace("created", "changed")):
        batches.update_alert_rule(beyond)
    assert fine in batches.get_alert_rules(page=None)
    changed = batches.update_alert_rule(beyond, strict=False)
    assert (changed.threshold, [note["code"] for note in changed.notes]) == (1, ["unreachable"])
    beyond.threshold = 0.9
    assert batches.update_alert_rule(beyond, strict=True).notes is None
    for made in (fine, created):
        batches.delete_alert_rule(made)


def test_a_rule_about_one_class_covers_all_classes_and_says_so(flower_model, flower_data, caplog):
    """A rule without class watched the first one, as if it were the accuracy of the model."""
    classes = ("iris", "rose", "tulip")
    accuracy = {
        f"p_{name}": ((flower_data[f"p_{name}"] >= 0.5) == (flower_data["kind"] == name)).mean()
        for name in classes
    }
    threshold = sum(sorted(accuracy.values())[:2]) / 2  # only the worst class is below
    (metric,) = flower_model.get_metrics(default_metrics=True, metric_name="Accuracy Rate")
    settings = {"lookback_period": 1440, "confidence": 0}
    tried = flower_model.backtest_alert_rule(metric, "lower", threshold, **settings)
    worst = min(accuracy, key=accuracy.get)
    (alert,) = tried.alerts
    assert alert.metric_parameters["predicted_property"] == worst
    assert alert.metric_value == pytest.approx(accuracy[worst])
    assert f"Accuracy Rate of {worst} is" in alert.message
    rule = flower_model.create_alert_rule(metric, "lower", threshold, "warning", **settings)
    (note,) = [note for note in rule.notes if note["code"] == "covers_all"]
    assert note["message"].startswith("predicted_property is not given, so the rule covers all 3")
    assert note["message"] in caplog.text
    covers = flower_model.explain_alert_rule(rule).covers
    assert [entry["predicted_property"] for entry in covers] == list(accuracy)
    for name, value in accuracy.items():
        one = flower_model.backtest_alert_rule(
            metric, "lower", 1, metric_parameters={"predicted_property": name}, **settings
        )
        assert [a.metric_value for a in one.alerts] == [pytest.approx(value)]
        assert one.notes == []
    flower_model.delete_alert_rule(rule)


def test_a_rule_about_predictions_of_a_class_covers_all_classes(flower_model, flower_data):
    shares = flower_data[["p_iris", "p_rose", "p_tulip"]]
    counts = shares.idxmax(axis=1).value_counts()
    (metric,) = flower_model.get_metrics(
        default_metrics=True, metric_name="Total Inference Count By Class"
    )
    tried = flower_model.backtest_alert_rule(metric, "upper", 0, lookback_period=1440)
    assert {
        alert.metric_parameters["predicted_class"]: alert.metric_value for alert in tried.alerts
    } == counts.to_dict()
    assert [note["code"] for note in tried.notes] == ["covers_all"]
