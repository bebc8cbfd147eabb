"""Alerts rest on enough rows, cover what their rule covers, and follow the rows that come later."""

import datetime as dt
import time

import numpy as np
import orjson
import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.background.alert_evaluation import AlertEvaluator
from arthurai.server.document_kinds import Kind
from arthurai.server.storage.retention import prune

DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


@pytest.fixture
def monitored(app, admin, binary_model):
    """Give a maker of streaming models whose metrics, rules, rows and truths tests deal with."""

    class Monitored:
        def __init__(self, **changes):
            body = {**binary_model, "partner_model_id": "trusted", **changes}
            created = admin.post("/models", json=body)
            assert created.status_code == 201, created.text
            self.id = created.json()["id"]

        def metric(self, name):
            url = f"http://local/api/v4/models/{self.id}/metrics"
            (found,) = admin.get(url, params={"metric_name": name}).json()["metrics"]
            return found["id"]

        def body(self, metric, **more):
            return {
                "metric_id": self.metric(metric),
                "bound": "lower",
                "threshold": 0.85,
                "severity": "warning",
                "lookback_period": 7 * 24 * 60,
                **more,
            }

        def rule(self, metric, **more):
            made = admin.post(f"/models/{self.id}/alert_rules", json=self.body(metric, **more))
            assert made.status_code == 200, made.text
            return made.json()

        def send(self, rows, moments, first=0):
            inferences = [
                {
                    "partner_inference_id": f"{first + number}",
                    "inference_timestamp": moment.isoformat(),
                    "inference_data": row,
                }
                for number, (row, moment) in enumerate(zip(rows, moments, strict=True))
            ]
            answer = self.post(inferences)
            assert answer.json()["counts"]["failure"] == 0, answer.text
            assert app.alerts.drain(300)

        def post(self, inferences):
            return admin.post(f"/models/{self.id}/inferences", json=inferences)

        def tell(self, truths):
            body = [
                {
                    "partner_inference_id": f"{number}",
                    "ground_truth_timestamp": DAY.isoformat(),
                    "ground_truth_data": {"outcome": truth},
                }
                for number, truth in truths.items()
            ]
            answer = admin.patch(f"/models/{self.id}/inferences", json=body)
            assert answer.json()["counts"]["failure"] == 0, answer.text
            assert app.alerts.drain(60)

        def reference(self, rows):
            content = orjson.dumps([{"reference_data": row} for row in rows])
            path, files = (
                f"/models/{self.id}/reference_data",
                {"reference_data": ("r.json", content)},
            )
            answer = admin.post(path, files=files)
            assert answer.is_success, answer.text
            assert admin.patch(path, json={"status": "uploaded"}).is_success

        def alerts(self, **params):
            query = {"model_id": self.id, "page_size": 500, **params}
            found = admin.get("/alerts", params=query).json()
            pages = range(2, -(-found["total_count"] // 500) + 1)
            more = [admin.get("/alerts", params={**query, "page": page}) for page in pages]
            return [*found["data"], *(alert for page in more for alert in page.json()["data"])]

        def explain(self, rule):
            found = admin.get(f"/models/{self.id}/alert_rules/{rule['id']}/explanation")
            assert found.status_code == 200, found.text
            return found.json()

        def backtest(self, metric, start_time=None, **more):
            body = {"rule": self.body(metric, **more), "start_time": start_time}
            found = admin.post(f"/models/{self.id}/alert_rules/backtest", json=body)
            assert found.status_code == 200, found.text
            return found.json()

    return Monitored


def right(number, p=0.9):
    """Return rows of which the model says `yes` with certainty."""
    return [{"income": 1.0, "region": "N", "p": p}] * number


def spread(number, days=1.0):
    return [DAY + dt.timedelta(days=days) * place / number for place in range(number)]


def test_an_alert_waits_for_enough_truth(monitored):
    model = monitored()
    rule = model.rule("Accuracy Rate")
    model.send(right(700), spread(700))
    model.tell({n: "no" if n < 10 else "yes" for n in range(20)})
    assert model.alerts() == []  # half of 20 are wrong
    assert model.explain(rule)["last_outcomes"]["waiting_for_truth"] == 1
    model.tell(dict.fromkeys(range(20, 700), "yes"))
    assert model.alerts() == []  # 690 of 700 are right


def test_an_alert_that_later_truth_refutes_is_resolved_by_itself(monitored, admin):
    model = monitored()
    model.rule("Accuracy Rate", min_truth_share=0.1)
    model.send(right(700), spread(700))
    model.tell({n: "no" if n < 60 else "yes" for n in range(120)})
    (alert,) = model.alerts(status="new")
    assert (alert["metric_value"], alert["row_count"]) == (0.5, 120)
    assert alert["truth_share"] == pytest.approx(120 / 700)
    for part in ("Accuracy Rate is 0.5", "below", "0.85", "120 rows with ground truth of 700"):
        assert part in alert["message"]
    assert alert["window_start"] in alert["message"]
    model.tell(dict.fromkeys(range(120, 700), "yes"))
    (resolved,) = model.alerts()
    assert (resolved["status"], resolved["resolved_by_evaluation"]) == ("resolved", True)
    assert resolved["message"].endswith(
        f"resolved by itself: the value is now {640 / 700:.6g} on 700 rows"
    )
    late = [DAY + dt.timedelta(hours=1)] * 700
    model.send(right(700), late, first=700)
    model.tell(dict.fromkeys(range(700, 1400), "no"))
    (again,) = model.alerts()
    assert (again["id"], again["status"]) == (alert["id"], "new")
    assert again["metric_value"] == pytest.approx(640 / 1400)
    assert "resolved" not in again["message"]
    admin.patch(f"/alerts/{again['id']}", json={"status": "resolved"})
    model.tell({1399: "no"})
    assert model.alerts()[0]["status"] == "resolved"  # what somebody has resolved stays so


def test_a_window_of_few_rows_raises_no_drift_alert(monitored):
    random = np.random.default_rng(1)
    model = monitored()
    model.reference(
        [{"income": x, "region": "N", "p": 0.5} for x in random.normal(0, 1, 500).tolist()]
    )
    rule = model.rule("Feature Drift", bound="upper", threshold=0.2, lookback_period=1440)
    assert (rule["min_rows"], rule["confidence"]) == (100, 0.9999)
    model.send([{"income": 9.0, "region": "N", "p": 0.5}], spread(1))
    assert model.alerts() == []
    assert model.explain(rule)["last_outcomes"]["few_rows"] == 2
    moved = [{"income": x, "region": "N", "p": 0.5} for x in random.normal(4, 1, 150).tolist()]
    model.send(moved, spread(150), first=1)
    (alert,) = model.alerts()
    assert alert["row_count"] == 151
    assert alert["metric_parameters"]["drift_attribute"] == "income"


def test_drift_within_the_noise_of_small_samples_raises_no_alert(monitored):
    random = np.random.default_rng(2)
    model = monitored()
    model.reference(
        [{"income": x, "region": "N", "p": 0.5} for x in random.normal(0, 1, 1000).tolist()]
    )
    exact = {"bound": "upper", "threshold": 0.1, "lookback_period": 1440, "confidence": 0}
    model.rule("Feature Drift", **exact)
    model.rule("Feature Drift", **{**exact, "confidence": None})
    same = [{"income": x, "region": "N", "p": 0.5} for x in random.normal(0, 1, 120).tolist()]
    model.send(same, spread(120))
    (alert,) = model.alerts()  # the index of 20 bins and 120 rows is about 19 (1/120 + 1/1000)
    assert alert["alert_rule"]["confidence"] == 0


def test_a_rule_without_attribute_covers_all_and_says_so(monitored):
    random = np.random.default_rng(3)
    model = monitored()
    model.reference(
        [
            {"income": x, "region": "NS"[n % 2], "p": 0.5}
            for n, x in enumerate(random.normal(0, 1, 500).tolist())
        ]
    )
    rule = model.rule("Feature Drift", bound="upper", threshold=0.2)
    (note,) = [n for n in rule["notes"] if n["code"] == "covers_all"]
    assert "all 2 attributes" in note["message"]
    assert rule["attribute_name"] is None
    assert len(model.explain(rule)["covers"]) == 2
    moved = [{"income": x, "region": "S", "p": 0.5} for x in random.normal(0, 1, 500).tolist()]
    model.send(moved, spread(500))
    (alert,) = model.alerts()
    assert alert["metric_parameters"]["drift_attribute"] == "region"
    assert "Feature Drift of region is" in alert["message"]
    one = model.rule(
        "Feature Drift",
        bound="upper",
        threshold=0.2,
        metric_parameters={"drift_attribute": "income"},
    )
    assert one["attribute_name"] == "income"
    assert "notes" not in one


def test_rules_that_cannot_fire_say_so(monitored):
    model = monitored()
    drift = model.rule("Feature Drift", bound="upper", threshold=0.2)
    assert "not_computable" in {note["code"] for note in drift["notes"]}
    certain = model.rule("Recall", bound="upper", threshold=1)
    assert [note["code"] for note in certain["notes"]] == ["unreachable"]
    model.send(right(600, p=0.2), spread(600, days=60))
    short = model.rule("Recall", lookback_period=5)
    codes = {note["code"] for note in short["notes"]}
    assert codes == {"too_few_rows", "little_truth"}


def test_a_long_past_is_evaluated_in_several_goes(monitored):
    model = monitored()
    settings = {"bound": "upper", "threshold": 0, "subsequent_alert_wait_time": 0}
    rule = model.rule("Inference Count", lookback_period=5, **settings)
    moments = spread(510, days=40)
    model.send(right(510), moments)
    expected = {moment.replace(second=0, microsecond=0) for moment in moments}
    expected = {moment - dt.timedelta(minutes=moment.minute % 5) for moment in expected}
    starts = [dt.datetime.fromisoformat(alert["window_start"]) for alert in model.alerts()]
    assert len(expected) == 510
    assert sorted(starts) == sorted(expected)
    outcomes = model.explain(rule)["last_outcomes"]
    assert (outcomes["windows"], outcomes["left_out"]) == (10, 0)


def test_goes_of_any_size_raise_the_same_alerts(monitored, monkeypatch):
    random = np.random.default_rng(8)
    times = [DAY + dt.timedelta(minutes=m) for m in random.uniform(0, 9 * 1440, 60).tolist()]
    rules = [(60, 0), (60, 1440), (1440, 2 * 1440), (10080, 0)]

    def raised(size):
        monkeypatch.setattr("arthurai.server.background.alert_evaluation.MAX_WINDOWS", size)
        model = monitored(partner_model_id=f"goes of {size}")
        for minutes, wait in rules:
            settings = {"lookback_period": minutes, "subsequent_alert_wait_time": wait}
            model.rule("Inference Count", bound="upper", threshold=0, **settings)
        model.send(right(59), times[:59])
        model.send(right(1), times[59:], first=59)
        keys = ("window_start", "window_end", "status", "metric_value")
        return sorted(
            [alert["alert_rule"]["subsequent_alert_wait_time"], *(alert[key] for key in keys)]
            for alert in model.alerts()
        )

    whole = raised(500)
    assert len({end for _, _, end, *_ in whole}) > 50
    for size in (1, 7):
        assert raised(size) == whole


def test_a_long_past_does_not_hold_up_the_present(monitored, monkeypatch):
    monkeypatch.setattr("arthurai.server.background.alert_evaluation.MAX_WINDOWS", 10)
    model = monitored()
    settings = {"bound": "upper", "threshold": 0, "subsequent_alert_wait_time": 0}
    model.rule("Inference Count", lookback_period=60, **settings)
    seen = []
    evaluate = AlertEvaluator.evaluate_span

    def send_meanwhile(self, first, last, now):
        seen.append([alert["window_start"] for alert in model.alerts()])
        if len(seen) == 1:
            row = {
                "partner_inference_id": "now",
                "inference_timestamp": dt.datetime.now(dt.UTC).isoformat(),
                "inference_data": right(1)[0],
            }
            answer = model.post([row])
            assert answer.json()["counts"]["success"] == 1, answer.text
        return evaluate(self, first, last, now)

    monkeypatch.setattr(AlertEvaluator, "evaluate_span", send_meanwhile)
    model.send(right(100), spread(100, days=30))
    past = "2026-05"
    assert [len([start for start in starts if start < past]) for starts in seen[:4]] == [
        0,
        10,
        20,
        30,
    ]
    assert any(start > past for start in seen[1])  # the present, after the first ten of the past
    assert (
        len({alert["window_start"] for alert in model.alerts() if alert["window_start"] < past})
        == 100
    )


def test_a_backtest_says_what_the_rule_would_have_raised(monitored, admin):
    model = monitored()
    rows = right(300) + right(300, p=0.1)
    model.send(rows, spread(600, days=6))
    model.tell(dict.fromkeys(range(600), "yes"))
    settings = {"lookback_period": 1440, "subsequent_alert_wait_time": 0, "min_rows": 50}
    found = model.backtest("Accuracy Rate", **settings)
    assert [(a["metric_value"], a["row_count"]) for a in found["alerts"]] == [(0.0, 100)] * 3
    assert [a["window_start"] for a in found["alerts"]] == [
        f"2026-03-0{day}T00:00:00Z" for day in (5, 6, 7)
    ]
    assert found["outcomes"]["windows"] == 6
    assert found["outcomes"]["crossed"] == 3
    assert model.alerts() == []
    assert admin.get(f"/models/{model.id}/alert_rules").json()["data"] == []
    waited = model.backtest("Accuracy Rate", **{**settings, "subsequent_alert_wait_time": 2 * 1440})
    assert (len(waited["alerts"]), waited["suppressed"]) == (2, 1)
    late = model.backtest("Accuracy Rate", start_time="2026-03-06T00:00:00Z", **settings)
    assert len(late["alerts"]) == 2


def test_a_backtest_raises_what_the_rule_raises(monitored):
    random = np.random.default_rng(4)
    model = monitored()
    settings = {"lookback_period": 720, "subsequent_alert_wait_time": 1440, "min_rows": 20}
    model.rule("Accuracy Rate", threshold=0.55, confidence=0, **settings)
    rows = [{"income": 1.0, "region": "N", "p": p} for p in random.uniform(0, 1, 600).tolist()]
    model.send(rows, spread(600, days=10))
    model.tell(dict.fromkeys(range(600), "yes"))
    tried = model.backtest("Accuracy Rate", threshold=0.55, confidence=0, **settings)["alerts"]
    raised = model.alerts()
    keys = ("timestamp", "metric_value", "row_count", "window_start")
    assert len(raised) > 3
    assert [[a[key] for key in keys] for a in tried] == [[a[key] for key in keys] for a in raised]


def test_alerts_of_one_evaluation_are_bounded(monitored, monkeypatch):
    monkeypatch.setattr("arthurai.server.background.alert_evaluation.MAX_NEW_ALERTS", 4)
    model = monitored()
    settings = {"bound": "upper", "threshold": 0, "lookback_period": 60}
    rule = model.rule("Inference Count", subsequent_alert_wait_time=0, **settings)
    model.send(right(20), spread(20))
    starts = [alert["window_start"] for alert in model.alerts()]
    assert len(starts) == 4
    assert starts[-1] == "2026-03-02T22:00:00Z"  # the latest
    outcomes = model.explain(rule)["last_outcomes"]
    assert (outcomes["crossed"], outcomes["left_out"]) == (20, 16)
    model.send(right(1), [DAY], first=20)
    assert [alert["window_start"] for alert in model.alerts()] == ["2026-03-02T00:00:00Z", *starts]


def test_alerts_are_pruned_with_their_data(monitored, app):
    model = monitored()
    settings = {"bound": "upper", "threshold": 0, "lookback_period": 60}
    model.rule("Inference Count", subsequent_alert_wait_time=0, **settings)
    model.send(right(4), spread(4))
    assert len(model.alerts()) == 4
    prune(app.stores, DAY + dt.timedelta(hours=7))
    left = [alert["window_start"] for alert in model.alerts()]
    assert left == ["2026-03-02T12:00:00Z", "2026-03-02T18:00:00Z"]
    model.send(right(1), [DAY + dt.timedelta(hours=12)], first=4)
    assert [alert["metric_value"] for alert in model.alerts()] == [2, 1]


@pytest.mark.heavy
def test_closing_does_not_wait_for_all_rules(tmp_path, binary_model, inference):
    app = create_app(tmp_path)
    admin = administrator(app)
    path = f"/models/{admin.post('/models', json=binary_model).json()['id']}"
    metrics = admin.get(f"http://local/api/v4{path}/metrics", params={"metric_name": "Recall"})
    rule = {"metric_id": metrics.json()["metrics"][0]["id"], "bound": "lower", "threshold": 0.5}
    rule |= {"severity": "warning", "lookback_period": 1, "min_rows": 1}
    for number in range(60):
        body = {**rule, "metric_parameters": {"classifier_threshold": number / 100}}
        assert admin.post(f"{path}/alert_rules", json=body).is_success
    moments = [DAY + dt.timedelta(minutes=minute) for minute in range(480)]
    rows = [
        {**inference(str(number)), "inference_timestamp": moment.isoformat()}
        for number, moment in enumerate(moments)
    ]
    assert admin.post(f"{path}/inferences", json=rows).json()["counts"]["success"] == 480
    assert app.data.drain_events(30)
    start = time.monotonic()
    app.close()
    assert time.monotonic() - start < 8
    with create_app(tmp_path) as again:  # the rules left are found again
        assert again.control.documents(Kind.ALERT_WORK).count(None)
