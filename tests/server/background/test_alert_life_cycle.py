"""Alerts follow from the rows alone, in whatever order and pieces rows and truths arrive."""

import datetime as dt
import itertools

import orjson
import pytest
from builders import administrator
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.server.app import create_app

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
WINDOWS = 4
RULES = (
    ("Accuracy Rate", "lower", 0.7, 90, {"min_rows": 3, "min_truth_share": 0.5}),
    ("Accuracy Rate", "lower", 0.7, 0, {"min_rows": 1, "min_truth_share": 0}),
    ("Recall", "lower", 0.6, 120, {"min_rows": 2}),
    ("Inference Count", "upper", 3, 61, {}),
    ("Feature Drift", "upper", 0.6, 125, {"min_rows": 2, "metric_parameters": {"num_bins": 4}}),
)
NUMBERS = itertools.count()
FIXTURES = [HealthCheck.function_scoped_fixture]

rows = st.lists(
    st.tuples(
        st.integers(0, WINDOWS * 60 - 1),  # minute
        st.sampled_from([0.2, 0.8]),  # probability of `yes`
        st.sampled_from([1.0, 2.0, 3.0, 4.0]),  # income
        st.sampled_from(["right", "right", "right", "wrong", None]),  # what the truth says of it
    ),
    min_size=8,
    max_size=30,
)


@pytest.fixture(scope="module")
def server():
    with create_app() as app:
        yield app, administrator(app)


class Watched:
    """A model with rows, which are told their truth later."""

    def __init__(self, server, binary_model, drawn):
        self.app, self.client = server
        body = {**binary_model, "partner_model_id": f"cycle-{next(NUMBERS)}"}
        self.id = self.client.post("/models", json=body).json()["id"]
        self.path, self.drawn = f"/models/{self.id}", drawn
        reference = [
            {"reference_data": {"income": float(n % 4 + 1), "region": "NS"[n % 2], "p": 0.5}}
            for n in range(40)
        ]
        files = {"reference_data": ("r.json", orjson.dumps(reference))}
        assert self.client.post(f"{self.path}/reference_data", files=files).is_success
        self.client.patch(f"{self.path}/reference_data", json={"status": "uploaded"})

    def make_rules(self):
        url = f"http://local/api/v4{self.path}/metrics"
        for number, (metric, bound, threshold, wait, more) in enumerate(RULES):
            (found,) = self.client.get(url, params={"metric_name": metric}).json()["metrics"]
            rule = {
                "name": f"rule {number}",
                "metric_id": found["id"],
                "bound": bound,
                "threshold": threshold,
                "severity": "warning",
                "lookback_period": 60,
                "subsequent_alert_wait_time": wait,
                "confidence": 0,
                **more,
            }
            made = self.client.post(f"{self.path}/alert_rules", json=rule)
            assert made.status_code == 200, made.text

    def send(self, numbers):
        body = [
            {
                "partner_inference_id": str(number),
                "inference_timestamp": (START + dt.timedelta(minutes=minute)).isoformat(),
                "inference_data": {"income": income, "region": "N", "p": p},
            }
            for number in numbers
            for minute, p, income, _ in [self.drawn[number]]
        ]
        self._post("post", body)

    def tell(self, numbers):
        body = [
            {
                "partner_inference_id": str(number),
                "ground_truth_timestamp": START.isoformat(),
                "ground_truth_data": {"outcome": "yes" if (p > 0.5) is (said == "right") else "no"},
            }
            for number in numbers
            for _, p, _, said in [self.drawn[number]]
            if said is not None
        ]
        self._post("patch", body)

    def _post(self, method, body):
        if body:
            answer = self.client.request(method, f"{self.path}/inferences", json=body)
            assert answer.json()["counts"]["failure"] == 0, answer.text

    def evaluate(self):
        last = (START + dt.timedelta(minutes=WINDOWS * 60)).replace(tzinfo=None)
        self.app.alerts.schedule(self.id, (), START.replace(tzinfo=None), last)
        self.settle()

    def settle(self):
        assert self.app.alerts.drain(60)

    def open_alerts(self):
        params = {"model_id": self.id, "page_size": 500}
        found = self.client.get("/alerts", params=params).json()["data"]
        return sorted(
            (
                a["message"],
                a["timestamp"],
                a["row_count"],
                a["status"],
                a["metric_value"],
            )
            for a in found
            if not a.get("resolved_by_evaluation")
        )


def check(server, binary_model, drawn, order, sizes, evaluated):
    at_once = Watched(server, binary_model, drawn)
    everything = range(len(drawn))
    at_once.send(everything)
    at_once.tell(everything)
    at_once.make_rules()
    at_once.evaluate()

    in_pieces = Watched(server, binary_model, drawn)
    in_pieces.make_rules()
    sent, events = set(), [(kind, number) for number in everything for kind in ("row", "truth")]
    left = [events[place] for place in order]
    for size, evaluate in zip(itertools.cycle(sizes), itertools.cycle(evaluated), strict=False):
        if not left:
            break
        piece, left = left[:size], left[size:]
        new = {n for kind, n in piece if kind == "row"}
        in_pieces.send(sorted(new))
        sent |= new
        truths = {n for kind, n in piece if kind == "truth"}
        in_pieces.tell(sorted(truths & sent))
        late = truths - sent  # a truth needs its row
        left += [("truth", number) for number in sorted(late)]
        if evaluate:
            in_pieces.settle()
    in_pieces.settle()
    compare(in_pieces.open_alerts(), at_once.open_alerts())
    before = in_pieces.open_alerts()
    in_pieces.evaluate()
    compare(in_pieces.open_alerts(), before)


def compare(alerts, others):
    """Compare alerts, and their values but for the order in which numbers were added up."""
    assert [alert[:-1] for alert in alerts] == [alert[:-1] for alert in others]
    values = [alert[-1] for alert in others]
    assert [alert[-1] for alert in alerts] == pytest.approx(values, rel=1e-12)


@st.composite
def cases(draw):
    drawn = draw(rows)
    order = draw(st.permutations(range(2 * len(drawn))))
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    evaluated = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    return drawn, order, sizes, evaluated


@pytest.mark.heavy
@examples(8, suppress=FIXTURES)
@given(case=cases())
def test_any_order_ends_with_the_same_alerts(server, binary_model, case):
    check(server, binary_model, *case)


@pytest.mark.slow
@examples(300, suppress=FIXTURES)
@given(case=cases())
def test_any_order_of_many_ends_with_the_same_alerts(server, binary_model, case):
    check(server, binary_model, *case)
