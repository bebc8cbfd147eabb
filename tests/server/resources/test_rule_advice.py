"""Who sends rows is told, once, that an alert rule made before them cannot fire on such rows."""

from __future__ import annotations

import datetime as dt

import pytest

DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
FILTER = {"property": "region", "comparator": "eq", "value": "S"}


@pytest.fixture
def watched(app, admin, binary_model):
    class Watched:
        def __init__(self, **changes):
            body = {**binary_model, "partner_model_id": "advised", **changes}
            created = admin.post("/models", json=body)
            assert created.status_code == 201, created.text
            self.path = f"/models/{created.json()['id']}"
            self.sent = 0

        def rule(self, metric="Inference Count", **more):
            url = f"http://local/api/v4{self.path}/metrics"
            (found,) = admin.get(url, params={"metric_name": metric}).json()["metrics"]
            body = {
                "name": "watch",
                "metric_id": found["id"],
                "bound": "upper",
                "threshold": 0.9,
                "severity": "warning",
                **more,
            }
            made = admin.post(f"{self.path}/alert_rules", json=body)
            assert made.status_code == 200, made.text
            return made.json()

        def send(self, number, days, region="N", batch=None):
            rows = [
                {
                    "partner_inference_id": f"{self.sent + place}",
                    "inference_timestamp": (
                        DAY + dt.timedelta(days=days) * place / number
                    ).isoformat(),
                    "inference_data": {"income": 1.0, "region": region, "p": 0.7},
                    **({"batch_id": batch} if batch else {}),
                }
                for place in range(number)
            ]
            self.sent += number
            answer = admin.post(f"{self.path}/inferences", json=rows)
            assert answer.json()["counts"]["failure"] == 0, answer.text
            return answer.json().get("notes")

        def settle(self):
            """Let the advisor look again at once; else it looks for 1 % of the time."""
            assert app.alerts.drain(180)
            app._dispatcher._services.rule_advisor._next.clear()

    return Watched


def test_windows_that_are_too_small_are_told_once(watched):
    model = watched()
    assert "notes" not in model.rule("Accuracy Rate", lookback_period=60)
    (note,) = model.send(480, days=20)
    assert note["code"] == "too_few_rows"
    assert note["message"] == (
        "alert rule 'watch': no window of 1 hour holds the 100 rows that min_rows asks for, at most "
        "1, so the rule cannot fire on such data; use a longer lookback_period or a smaller "
        "min_rows"
    )
    model.settle()
    assert model.send(480, days=20) is None


def test_nothing_is_told_before_windows_are_over_or_when_one_is_large_enough(watched):
    model = watched()
    model.rule("Accuracy Rate", lookback_period=1440, min_rows=50)
    assert model.send(10, days=2) is None  # two days may still fill
    model.settle()
    assert model.send(60, days=0.5) is None
    model.settle()
    assert model.send(10, days=30) is None  # the first day is large enough


def test_filters_count(watched):
    model = watched()
    rule = model.rule("Accuracy Rate", lookback_period=1440, min_rows=50, filters=[FILTER])
    (note,) = model.send(1000, days=10)
    assert "under its filters no window of 1 day holds the 50 rows" in note["message"]
    assert "at most 0" in note["message"]
    other = watched(partner_model_id="other")
    other.rule("Accuracy Rate", lookback_period=1440, min_rows=50, filters=[FILTER])
    assert other.send(1000, days=10, region="S") is None
    assert rule["name"] == "watch"


def test_rules_that_change_are_looked_at_anew(watched, admin):
    model = watched()
    rule = model.rule("Accuracy Rate", lookback_period=60)
    assert len(model.send(100, days=20)) == 1
    changed = admin.patch(f"{model.path}/alert_rules/{rule['id']}", json={"min_rows": 20})
    assert {note["code"] for note in changed.json()["notes"]} == {"too_few_rows", "little_truth"}
    assert model.send(100, days=20) is None  # told by the change
    admin.delete(f"{model.path}/alert_rules/{rule['id']}")
    assert model.send(100, days=20) is None


def test_batches_that_are_too_small(watched, admin):
    model = watched(is_batch=True)
    model.rule("Accuracy Rate", min_rows=50)
    for number in range(3):
        assert model.send(10, days=1, batch=f"b{number}") is None
        closed = admin.patch(f"{model.path}/batches/b{number}", json={"status": "uploaded"})
        assert closed.is_success
        model.settle()
    (note,) = model.send(10, days=1, batch="b3")
    assert "no batch holds the 50 rows" in note["message"]
    late = model.rule("Accuracy Rate", min_rows=50)
    assert "too_few_rows" in {note["code"] for note in late["notes"]}


@pytest.mark.parametrize(
    ("metric", "change", "reason"),
    [
        ("Precision", {"threshold": 1}, "never above 1"),
        ("AUC", {"threshold": 0, "bound": "lower"}, "never below 0"),
        ("Matthews Correlation", {"threshold": -1, "bound": "lower"}, "never below -1"),
        ("Log Loss", {"threshold": 0, "bound": "lower"}, "never below 0"),
        (
            "Feature Drift",
            {"threshold": 0.7, "metric_parameters": {"drift_metric": "JSDivergence"}},
            "never above 0.6931",
        ),
        (
            "Feature Drift",
            {"threshold": 1, "metric_parameters": {"drift_metric": "HellingerDistance"}},
            "never above 1",
        ),
    ],
)
def test_thresholds_that_cannot_be_crossed_are_told_at_creation(watched, metric, change, reason):
    notes = watched().rule(metric, **change).get("notes", [])
    assert [note["code"] for note in notes if reason in note["message"]] == ["unreachable"]


@pytest.mark.parametrize(
    "filters",
    [
        [("income", "gt", 5), ("income", "lt", 5)],
        [("income", "gt", 5), ("income", "lte", 5)],
        [("income", "eq", 1), ("income", "eq", 2)],
        [("income", "gte", 7), ("income", "lt", 3)],
        [("region", "eq", "N"), ("region", "eq", "S")],
        [("region", "in", ["N"]), ("region", "in", ["S", "W"])],
    ],
)
def test_filters_that_no_row_can_pass_are_told_at_creation(watched, filters):
    body = [{"property": p, "comparator": c, "value": v} for p, c, v in filters]
    notes = watched().rule(filters=body).get("notes", [])
    assert [note["code"] for note in notes] == ["no_rows"]
    assert f"its conditions on {filters[0][0]!r} exclude each other" in notes[0]["message"]


@pytest.mark.parametrize(
    "filters",
    [
        [("income", "gte", 5), ("income", "lte", 5)],
        [("income", "gt", 5), ("income", "lt", 6)],
        [("region", "in", ["N", "S"]), ("region", "eq", "S")],
        [("income", "ne", 5), ("income", "eq", 6)],
        [("region", "NotNull", None)],
    ],
)
def test_filters_that_rows_can_pass_are_not(watched, filters):
    body = [{"property": p, "comparator": c, "value": v} for p, c, v in filters]
    assert "notes" not in watched().rule(filters=body)


def test_filters_by_an_unknown_category(watched, admin, binary_model):
    attributes = [
        {**one, "categorical": True, "categories": [{"value": "N"}, {"value": "S"}]}
        if one["name"] == "region"
        else one
        for one in binary_model["attributes"]
    ]
    model = watched(attributes=attributes)
    wrong = {"property": "region", "comparator": "eq", "value": "n"}
    (note,) = model.rule(filters=[wrong])["notes"]
    assert (
        note["message"]
        == "its filters select no rows: 'region' has no category 'n'; did you mean 'N'?"
    )
    assert "notes" not in model.rule(filters=[FILTER])
