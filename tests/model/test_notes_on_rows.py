"""What rows mean for alert rules is in the result of the call that sent them, and in the log."""

import datetime as dt

import pytest
from builders import regression, regression_rows, save_model

from arthurai.query import avg, select

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
COUNT = 40


@pytest.fixture
def watched(arthur):
    """A model with an alert rule that no window of its rows is large enough for."""
    model = save_model(arthur, regression())
    metric = model.create_metric("mean", select(avg("amount")))
    model.create_alert_rule(metric, "upper", 9, "warning", lookback_period=60, min_rows=100)
    return model


@pytest.mark.parametrize("road", ["rows", "file"])
def test_rows_on_which_a_rule_cannot_fire(watched, road, caplog):
    times = [START + dt.timedelta(hours=12 * number) for number in range(COUNT)]
    rows = [
        {**row, "inference_timestamp": time}
        for row, time in zip(regression_rows(range(COUNT)), times, strict=True)
    ]
    if road == "rows":
        result = watched.send_inferences(rows)
    else:
        result, _ = watched.send_bulk_inferences(data=rows)
    (note,) = result.notes
    assert "cannot fire on such data" in note
    assert note in caplog.messages
