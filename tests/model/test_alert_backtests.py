import logging
import time
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from builders import (
    NOW,
    attribute,
    ground_truth,
    prediction,
    regression,
    regression_rows,
    save_model,
)

from arthurai.common.exceptions import MethodNotApplicableError, UserValueError
from arthurai.query import avg, select

ROWS = 600


@pytest.fixture(scope="module")
def filled(make_model, data):
    """A streaming model with ten days of rows, whose income doubles after five."""
    model = make_model("alerts tried", data)
    rows = data[["income", "group", "p_repaid", "repaid"]].sample(
        ROWS, replace=True, random_state=1
    )
    rows = rows.reset_index(drop=True)
    rows["income"] = np.where(np.arange(ROWS) < ROWS // 2, 10.0, 20.0)
    times = pd.date_range("2025-03-01", periods=ROWS, freq="24min", tz="UTC")
    model.send_inferences(rows, inference_timestamps=times, ground_truth_timestamps=times)
    return model


def test_a_rule_tried_on_the_past(filled):
    metric = filled.create_metric("Mean income tried", select(avg("income")))
    settings = {"lookback_period": 1440, "min_rows": 50, "end_time": "2025-03-11"}
    found = filled.backtest_alert_rule(metric, "upper", 15, **settings)
    assert [(a.window_start, a.metric_value, a.row_count) for a in found.alerts] == [
        (f"2025-03-{day:02}T00:00:00Z", 20.0, 60) for day in range(6, 11)
    ]
    assert (found.outcomes["windows"], found.outcomes["crossed"], found.suppressed) == (10, 5, 0)
    assert found.rule.min_rows == 50
    late = filled.backtest_alert_rule(metric, "upper", 15, start_time="2025-03-09", **settings)
    assert len(late.alerts) == 2
    assert filled.get_alert_rules() == []


def test_what_keeps_a_rule_from_firing_is_logged(filled, caplog):
    metric = filled.create_metric("Mean income logged", select(avg("income")))
    with caplog.at_level(logging.WARNING):
        rule = filled.create_alert_rule(metric, "upper", 15, "warning", name="Short")
    assert (rule.lookback_period, rule.min_rows, rule.confidence) == (5, 100, 0)
    assert {note["code"] for note in rule.notes} == {"too_few_rows"}
    assert "alert rule 'Short': no window of 5 minutes holds the 100 rows" in caplog.text
    rule.lookback_period, rule.min_rows = 1440, 50
    assert filled.update_alert_rule(rule).notes is None
    found = filled.explain_alert_rule(rule)
    assert found.summary == "Mean income logged above 15 over 1 day; 50 rows at least"
    assert (found.notes, found.covers) == ([], [{}])
    assert str(found).splitlines()[0] == found.summary
    filled.delete_alert_rule(rule)


def test_a_rule_whose_metric_was_deleted_says_so(filled):
    metric = filled.create_metric("Mean income deleted", select(avg("income")))
    rule = filled.create_alert_rule(metric, "upper", 15, "warning", lookback_period=1440)
    filled.delete_metric(metric)
    found = filled.explain_alert_rule(rule)
    assert (found.summary, found.covers) == ("cannot be evaluated", [])
    (note,) = found.notes
    assert note["code"] == "not_computable"
    assert note["message"].startswith("the metric cannot be computed: metric_id: unknown metric")
    filled.delete_alert_rule(rule)


def test_the_last_outcomes_are_those_of_an_evaluation(arthur):
    """Rules are evaluated in the background, after rows have arrived."""
    model = save_model(arthur, [attribute("income"), prediction("p"), ground_truth("y")])
    metric = model.create_metric("Mean income evaluated", select(avg("income")))
    rule = model.create_alert_rule(
        metric, "upper", 15, "warning", lookback_period=1440, min_rows=50
    )
    found = model.explain_alert_rule(rule)
    assert (found.last_outcomes, found.last_evaluated_at) == (None, None)
    assert str(found) == found.summary
    row = {"income": 20.0, "p": 0.5, "y": 0.5}
    model.send_inferences([row] * 3, inference_timestamps=["2025-05-01T00:00:00Z"] * 3)
    deadline = time.monotonic() + 30
    while (found := model.explain_alert_rule(rule)).last_outcomes is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (found.last_outcomes["few_rows"], found.last_outcomes["crossed"]) == (1, 0)
    last = str(found).splitlines()[-1]
    assert last.startswith(f"last evaluated {found.last_evaluated_at}: windows 1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"min_rows": -1}, "min_rows must be an integer of at least 0"),
        ({"min_rows": 1.5}, "min_rows must be an integer of at least 0"),
        ({"min_truth_share": 1.1}, "min_truth_share must be a number from 0 to 1, got 1.1"),
        ({"confidence": 1}, "confidence must be a number from 0 to less than 1, got 1"),
        ({"start_time": "soon"}, "start_time"),
    ],
)
def test_impossible_trials(filled, change, message):
    with pytest.raises(UserValueError, match=message):
        filled.backtest_alert_rule("m", "upper", 1, **change)


def test_a_rule_without_an_id_cannot_be_explained(filled):
    from arthurai.model.alerts import AlertRule

    with pytest.raises(MethodNotApplicableError, match="no id"):
        filled.explain_alert_rule(AlertRule("upper", 1, "m", "warning"))


def test_who_sends_rows_that_no_rule_can_fire_on_is_warned_once(arthur, caplog):
    model = save_model(arthur, regression())
    model.create_alert_rule(
        next(m for m in model.get_metrics(default_metrics=True) if m.name == "Average Prediction"),
        "upper",
        0.1,
        "warning",
        name="too short",
        lookback_period=5,
    )
    assert "too short" not in caplog.text
    moments = [NOW + timedelta(hours=hour) for hour in range(30)]
    rows = [
        {**row, "inference_timestamp": at}
        for row, at in zip(regression_rows(range(30)), moments, strict=True)
    ]
    result = model.send_inferences(rows)
    (note,) = result.notes
    assert note.startswith("alert rule 'too short': no window of 5 minutes holds the 100 rows")
    assert caplog.text.count(note) == 1
    again = [{**row, "partner_inference_id": f"b{n}"} for n, row in enumerate(rows)]
    result, _ = model.send_bulk_inferences(data=again)
    assert result.notes == []
