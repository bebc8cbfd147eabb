"""Alerts of data that a server had committed when it was killed, before anybody heard of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from builders import administrator

from arthurai.server.app import create_app
from arthurai.server.background.alert_evaluation import AlertEvaluator, EvaluationStopped
from arthurai.server.background.alert_scheduler import MAX_SPANS, _join
from arthurai.server.document_kinds import Kind


class Watched:
    """A model with a rule, on a server that can die."""

    def __init__(self, folder, body):
        self._folder = folder
        self.start()
        self.id = self.client.post("/models", json=body).json()["id"]
        self.path = f"/models/{self.id}"

    def start(self):
        self.app = create_app(self._folder)
        self.client = administrator(self.app)
        self.expected = self.app.control.documents(Kind.EXPECTED_ALERT)

    def add_rule(self, name="Inference Count", **more):
        url = f"http://local/api/v4{self.path}/metrics"
        (metric,) = self.client.get(url, params={"metric_name": name}).json()["metrics"]
        rule = {"bound": "upper", "threshold": 0, "severity": "warning", "min_rows": 1}
        rule |= {"metric_id": metric["id"], "lookback_period": 60, "min_truth_share": 0, **more}
        answer = self.client.post(f"{self.path}/alert_rules", json=rule)
        assert answer.status_code == 200, answer.text

    def die_after_commits(self):
        """Have nobody hear of commits from now on."""
        self.app.data._events._worker.put = lambda _: None

    def start_again(self):
        """End, and start anew, as after a kill."""
        self.app.close()
        self.start()
        assert self.app.alerts.drain(30)

    def alerts(self):
        return self.client.get("/alerts", params={"model_id": self.id}).json()["data"]


@pytest.fixture
def watched(tmp_path, binary_model):
    """Give a maker of such models."""
    made = []

    def make(**fields):
        made.append(Watched(tmp_path / str(len(made)), {**binary_model, **fields}))
        return made[-1]

    yield make
    for each in made:
        each.app.close()


def test_rows_are_evaluated_after_the_next_start(watched, inference):
    model = watched()
    model.add_rule()
    model.die_after_commits()
    model.client.post(f"{model.path}/inferences", json=[inference("1")]).raise_for_status()
    model.start_again()
    (alert,) = model.alerts()
    assert (alert["metric_value"], alert["window_start"]) == (1, "2026-01-05T12:00:00Z")
    assert model.expected.count(None) == 0


def test_ground_truth_is_evaluated_after_the_next_start(watched, inference):
    model = watched()
    model.add_rule("Recall")
    model.client.post(f"{model.path}/inferences", json=[inference("1", p=0.9)]).raise_for_status()
    assert model.app.alerts.drain(30)
    model.die_after_commits()
    truth = {
        "partner_inference_id": "1",
        "ground_truth_timestamp": "2026-01-06T12:00:00Z",
        "ground_truth_data": {"outcome": "yes"},
    }
    model.client.patch(f"{model.path}/inferences", json=[truth]).raise_for_status()
    assert model.alerts() == []
    model.start_again()
    (alert,) = model.alerts()
    assert alert["metric_value"] == 1


def test_a_closed_batch_is_evaluated_after_the_next_start(watched, inference):
    model = watched(is_batch=True)
    model.add_rule()
    rows = [{**inference("1"), "batch_id": "b"}]
    model.client.post(f"{model.path}/inferences", json=rows).raise_for_status()
    assert model.app.alerts.drain(30)
    model.die_after_commits()
    body = {"status": "uploaded", "total_record_count": 1}
    answer = model.client.patch(f"{model.path}/batches/b", json=body)
    assert answer.is_success, answer.text
    assert model.alerts() == []
    model.start_again()
    assert [alert["batch_id"] for alert in model.alerts()] == ["b"]


def test_late_rows_do_not_have_all_between_evaluated(watched, inference, monkeypatch):
    model = watched()
    model.add_rule(subsequent_alert_wait_time=0)
    model.die_after_commits()
    moments = [f"20{year}-01-05T12:00:00Z" for year in (26, 12, 26, 24)]
    for number, moment in enumerate(moments):
        row = {**inference(str(number)), "inference_timestamp": moment}
        model.client.post(f"{model.path}/inferences", json=[row]).raise_for_status()
    evaluated = []
    evaluate = AlertEvaluator.evaluate_span

    def note(self, first, last, now):
        evaluated.append((first.year, last.year))
        if len(evaluated) == 2:
            raise EvaluationStopped  # as a server that ends
        return evaluate(self, first, last, now)

    monkeypatch.setattr(AlertEvaluator, "evaluate_span", note)
    model.start_again()
    assert evaluated == [(2012, 2012), (2024, 2024)]
    assert [alert["window_start"][:4] for alert in model.alerts()] == ["2012"]
    model.start_again()
    assert evaluated[2:] == [(2024, 2024), (2026, 2026)]
    assert sorted(alert["window_start"][:4] for alert in model.alerts()) == ["2012", "2024", "2026"]


def test_a_long_past_goes_on_after_the_next_start(watched, inference, monkeypatch):
    monkeypatch.setattr("arthurai.server.background.alert_evaluation.MAX_WINDOWS", 2)
    model = watched()
    model.add_rule(subsequent_alert_wait_time=0)
    model.die_after_commits()
    hours = [f"2026-01-05T{hour:02}:30:00Z" for hour in range(5)]
    rows = [{**inference(hour), "inference_timestamp": hour} for hour in hours]
    model.client.post(f"{model.path}/inferences", json=rows).raise_for_status()
    evaluated = []
    evaluate = AlertEvaluator.evaluate_span

    def note(self, first, last, now):
        evaluated.append(f"{first:%H:%M}")
        if len(evaluated) == 2:
            raise EvaluationStopped  # as a server that ends
        return evaluate(self, first, last, now)

    monkeypatch.setattr(AlertEvaluator, "evaluate_span", note)
    model.start_again()
    assert len(model.alerts()) == 2
    model.start_again()
    assert evaluated == ["00:30", "02:00", "02:00", "04:00"]
    assert len(model.alerts()) == 5


def test_spans_of_changes_are_joined_when_they_are_near_or_too_many():
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - as the scheduler has them, UTC without zone

    def spans(*hours):
        return [(start + timedelta(hours=h), start + timedelta(hours=h + 1)) for h in hours]

    assert _join(spans(5, 0, 1, 2)) == (*[(start, spans(2)[0][1])], *spans(5))
    assert _join([*spans(0, 9), (start, spans(9)[0][1])]) == ((start, spans(9)[0][1]),)
    places = [3 * n for n in range(MAX_SPANS)]
    assert _join(spans(*places)) == tuple(spans(*places))
    many = _join(spans(*places, 3 * MAX_SPANS + 1.5))
    assert len(many) == MAX_SPANS
    assert many[0] == (start, spans(3)[0][1])


def test_nothing_is_expected_once_it_happened_or_failed(watched, inference, monkeypatch):
    model = watched()
    model.client.post(f"{model.path}/inferences", json=[inference("0")]).raise_for_status()
    noted = []
    put = type(model.expected).put

    def note(self, *arguments, **options):
        noted.append(self.kind)
        put(self, *arguments, **options)

    monkeypatch.setattr(type(model.expected), "put", note)
    model.client.post(f"{model.path}/inferences", json=[inference("1")]).raise_for_status()
    assert "expected_alert" not in noted  # without rules there is nothing to lose
    model.add_rule()
    with monkeypatch.context() as patch:
        patch.setattr(model.app.data.database, "_check_before_commit", lambda: 1 / 0)
        answer = model.client.post(f"{model.path}/inferences", json=[inference("2")])
        assert answer.status_code == 500
    model.client.post(f"{model.path}/inferences", json=[inference("3")] * 101).raise_for_status()
    assert noted.count("expected_alert") == 2
    assert model.app.alerts.drain(30)
    assert model.expected.count(None) == 0
    model.client.post(f"{model.path}/inferences", json=[inference("3")]).raise_for_status()
    assert noted.count("expected_alert") == 2  # nothing is new
