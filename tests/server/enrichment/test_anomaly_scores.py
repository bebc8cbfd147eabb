"""Anomaly scores against forests and components of the test's own."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pytest
from builders import attribute, make_zip, prediction
from PIL import Image
from scipy.stats import spearmanr
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

SHARES_SERVER = True

RNG = np.random.default_rng(7)


def usual(rows, rng):
    return {
        "a": rng.normal(0, 1, rows).tolist(),
        "b": rng.normal(5, 2, rows).tolist(),
        "c": rng.choice(["x", "y"], rows, p=[0.9, 0.1]).tolist(),
    }


def with_outputs(columns):
    rows = len(columns["a"])
    return {**columns, "price": [1.0] * rows, "paid": [1.0] * rows}


@pytest.fixture
def trained(enriched, regression):
    rng = np.random.default_rng(1)
    model = enriched(regression)
    model.train = usual(600, rng)
    model.reference(with_outputs(model.train))
    return model


def test_detection_is_ready_once_the_reference_set_is_closed(enriched, regression):
    model = enriched(regression)
    assert model.state("anomaly_detection") == {
        "enabled": False,
        "status": "Disabled",
        "config": {},
    }
    columns = with_outputs(usual(50, RNG))
    model.reference(columns, close=False)
    model.settle()
    assert model.status("anomaly_detection") == "Disabled"
    model.send({**{k: v[:5] for k, v in usual(5, RNG).items()}, "price": [1.0] * 5})
    model.client.patch(f"{model.path}/reference_data", json={"status": "uploaded"})
    model.settle()
    assert model.state("anomaly_detection") == {"enabled": True, "status": "Ready", "config": {}}
    assert set(model.scores().values()) == {None}  # it applies to what comes afterwards
    model.send({**usual(5, RNG), "price": [1.0] * 5}, start=5)
    scores = model.scores()
    assert [scores[f"i{i}"] is not None for i in range(10)] == [False] * 5 + [True] * 5


def test_planted_outliers_are_ranked_as_by_a_forest_of_ones_own(trained):
    rng = np.random.default_rng(2)
    columns = usual(300, rng)
    for row in range(30):
        columns["a"][row] = float(rng.choice([-1, 1]) * rng.uniform(4, 8))
        columns["b"][row] = float(rng.uniform(-15, -5))
    trained.send({**columns, "price": [1.0] * 300})
    found = trained.scores()
    scores = np.array([found[f"i{i}"] for i in range(300)])
    assert ((scores > 0) & (scores < 1)).all()
    planted = np.arange(300) < 30
    assert roc_auc_score(planted, scores) > 0.99

    def matrix(c):
        return np.column_stack([c["a"], c["b"], np.array(c["c"]) == "x", np.array(c["c"]) == "y"])

    own = IsolationForest(n_estimators=300, max_samples=256, random_state=99)
    own_scores = -own.fit(matrix(trained.train)).score_samples(matrix(columns))
    assert spearmanr(scores, own_scores).statistic > 0.9
    assert abs(scores - own_scores).mean() < 0.03


def test_usual_rows_score_about_a_half_and_gaps_do_no_harm(trained):
    columns = usual(200, np.random.default_rng(3))
    columns["a"][0] = None
    columns["c"][1] = None
    columns["c"][2] = "never seen"
    trained.send({**columns, "price": [1.0] * 200})
    scores = trained.scores()
    assert 0.4 < np.mean(list(scores.values())) < 0.55
    assert all(scores[f"i{i}"] is not None for i in range(3))


def test_scores_are_averaged_by_queries(trained):
    trained.send({**usual(20, RNG), "price": [1.0] * 20})
    (row,) = trained.query(
        {
            "select": [
                {
                    "function": "avg",
                    "alias": "mean",
                    "parameters": {"property": "anomaly_score"},
                }
            ],
            "from": "enriched",
        }
    )
    assert row["mean"] == pytest.approx(np.mean(list(trained.scores().values())))


def test_disabled_detection_scores_nothing_until_it_is_enabled_again(trained):
    answer = trained.switch("anomaly_detection", on=False)
    assert answer.status_code == 202
    assert answer.json() == {"enabled": False, "status": "Disabled", "config": {}}
    trained.send({**usual(3, RNG), "price": [1.0] * 3})
    assert trained.switch("anomaly_detection").json()["status"] == "Pending"
    assert trained.status("anomaly_detection") == "Ready"
    trained.send({**usual(2, RNG), "price": [1.0] * 2}, start=3)
    scores = trained.scores()
    assert [scores[f"i{i}"] is None for i in range(5)] == [True] * 3 + [False] * 2


def test_one_reference_row_gives_no_scores(enriched, regression):
    model = enriched(regression)
    model.reference(with_outputs(usual(1, RNG)))
    assert model.status("anomaly_detection") == "Ready"
    model.send({**usual(3, RNG), "price": [1.0] * 3})
    assert set(model.scores().values()) == {None}


def test_unusable_inputs_fail_with_the_reason(enriched, regression):
    names = [attribute("name", value_type="STRING", is_unique=True)]
    body = {**regression, "attributes": names + regression["attributes"][3:]}
    model = enriched(body)
    model.reference({"name": [f"n{i}" for i in range(60)], "price": [1.0] * 60, "paid": [1.0] * 60})
    state = model.state("anomaly_detection")
    assert state["status"] == "Failed"
    assert "no input attribute can be used" in state["config"]["reason"]


@pytest.mark.heavy
def test_many_categories_share_a_column(enriched, regression):
    body = {
        **regression,
        "attributes": [
            attribute("town", value_type="STRING"),
            *regression["attributes"][3:],
        ],
    }
    model = enriched(body)
    towns = [f"t{i % 80}" for i in range(800)] + ["capital"] * 800
    model.reference({"town": towns, "price": [1.0] * 1600, "paid": [1.0] * 1600})
    model.send({"town": ["capital", "t79", "elsewhere"], "price": [1.0] * 3})
    scores = model.scores()
    assert scores["i0"] != scores["i1"]
    assert scores["i1"] == scores["i2"]  # both are one of the rest


@pytest.mark.heavy
def test_unusual_texts_have_a_high_percentile_and_a_raw_loss(enriched, text_model):
    rng = np.random.default_rng(4)
    words = np.array(
        ["the", "server", "is", "down", "again", "please", "restart", "it", "now", "thanks"]
    )

    def sentence():
        return " ".join(rng.permutation(words)[:7])

    model = enriched(text_model)
    texts = [sentence() for _ in range(200)]
    truth = rng.choice(["0", "1"], 200).tolist()
    model.reference({"message": texts, "urgent": [0.5] * 200, "truth": truth})
    assert model.status("anomaly_detection") == "Ready"
    mixed = [sentence() for _ in range(10)]
    odd = ["restart zebra", "now quantum pancakes", "please astronomy"]
    model.send({"message": mixed + odd, "urgent": [0.5] * 13})
    scores, raw = model.scores(), model.scores("raw_anomaly_score")
    values = np.array([scores[f"i{i}"] for i in range(13)])
    assert ((values >= 0) & (values <= 1)).all()
    assert np.median(values[:10]) < values[10:].min()
    losses = np.array([raw[f"i{i}"] for i in range(13)], dtype=float)
    assert (losses >= 0).all()
    assert (np.diff(values[np.argsort(losses)]) >= 0).all()  # a percentile keeps the order
    assert len(set(values)) > 5


@pytest.mark.heavy
def test_prompts_and_generated_texts_are_scored_apart(enriched, text_model):
    rng = np.random.default_rng(6)
    asked = np.array(["how", "do", "i", "reset", "my", "password", "account", "please"])
    answered = np.array(["open", "the", "settings", "and", "choose", "reset", "then", "save"])

    def some(words):
        return " ".join(rng.permutation(words)[:6])

    model = enriched(
        {
            **text_model,
            "output_type": "TOKEN_SEQUENCE",
            "attributes": [
                attribute("message", value_type="UNSTRUCTURED_TEXT"),
                prediction("answer", "UNSTRUCTURED_TEXT"),
                prediction("tokens", "TOKENS", position=1),
            ],
        }
    )
    answers = [some(answered) for _ in range(200)]
    model.reference(
        {
            "message": [some(asked) for _ in range(200)],
            "answer": answers,
            "tokens": [text.split() for text in answers],
        }
    )
    odd_prompts = ["quantum pancakes fly"] * 10 + [some(asked) for _ in range(10)]
    odd_texts = [some(answered) for _ in range(10)] + ["zebras sing opera"] * 10
    prompts = [*(some(asked) for _ in range(41)), *odd_prompts]
    texts = [*(some(answered) for _ in range(40)), None, *odd_texts]
    tokens = [None, *(some(answered).split() for _ in range(40)), *map(str.split, odd_texts[::-1])]
    model.send({"message": prompts, "answer": texts, "tokens": tokens})
    prompt, answer, token = (
        model.scores(f"anomaly_score{suffix}") for suffix in ("", "_answer", "_tokens")
    )

    def mean(scores, first, last):
        return np.mean([scores[f"i{i}"] for i in range(first, last)])

    assert mean(prompt, 41, 51) == mean(answer, 51, 61) == 1.0
    assert mean(prompt, 51, 61) < 0.9
    assert mean(answer, 41, 51) < 0.9
    assert answer["i40"] is None
    # Percentiles of texts of the same kind as the reference set spread evenly over 0 to 1.
    assert 0.2 < mean(prompt, 0, 40) < 0.8
    assert 0.2 < mean(answer, 0, 40) < 0.8
    assert mean(token, 41, 51) == 1.0
    assert mean(token, 51, 61) < 0.9
    assert token["i0"] is None
    (row,) = model.query(
        {"select": [{"function": "avg", "parameters": {"property": "anomaly_score_answer"}}]}
    )
    known = [score for score in answer.values() if score is not None]
    assert row["avg"] == pytest.approx(np.mean(known))
    metrics = model.client.get(f"{model.path}/metrics").json()["metrics"]
    (drift,) = [m for m in metrics if m["name"] == "Multivariate Drift of answer"]
    result = model.client.post(f"{model.path}/metrics/{drift['id']}/result", json={})
    assert result.json()["results"][0]["values"] == [{"avg": pytest.approx(np.mean(known))}]
    # Nothing at all to score is no failure.
    model.send({"message": prompts[:1], "answer": [None], "tokens": [None]}, start=70)
    assert model.status("anomaly_detection") == "Ready"
    refused = model.client.post(
        f"{model.path}/inferences/query",
        json={"select": [{"property": "anomaly_score_answer"}], "from": "reference"},
    )
    assert refused.status_code == 400
    assert "enriched" in refused.text


@pytest.mark.heavy
@pytest.mark.parametrize("value_type", ["TIMESTAMP", "INTEGER"])
def test_values_far_from_zero_keep_their_differences(enriched, regression, value_type):
    def value(number):
        if value_type == "INTEGER":
            return 10**15 + number
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number)

    far = attribute("far", value_type=value_type)
    model = enriched({**regression, "attributes": [far, *regression["attributes"][3:]]})
    rng = np.random.default_rng(8)
    train = rng.integers(0, 100, 300)
    model.reference(
        {"far": [value(int(n)) for n in train], "price": [1.0] * 300, "paid": [1.0] * 300}
    )
    new = np.array([0, 25, 50, 75, 99, 300])
    sent = [value(int(n)) for n in new]
    if value_type == "TIMESTAMP":
        sent = [moment.isoformat() for moment in sent]
    model.send({"far": sent, "price": [1.0] * 6})
    scores = model.scores()
    found = np.array([scores[f"i{i}"] for i in range(6)])
    own = IsolationForest(n_estimators=300, max_samples=256, random_state=9).fit(train[:, None])
    assert abs(found + own.score_samples(new[:, None])).max() < 0.06
    assert min(found[0], found[5]) > found[1:4].max()


def picture(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype("uint8")).save(buffer, format="PNG")
    return buffer.getvalue()


def test_unusual_images_score_higher_than_usual_ones(enriched, image_model):
    rng = np.random.default_rng(5)
    ramp = np.linspace(0, 1, 32)

    def gradient():
        return picture(np.outer(np.ones(32), ramp) * rng.uniform(150, 250))

    def noise():
        return picture(rng.uniform(0, 255, (32, 32)))

    model = enriched(image_model)
    names = [f"{i}.png" for i in range(60)]
    model.reference(
        {"picture": names, "light": [1.0] * 60, "measured": [1.0] * 60},
        images=make_zip({name: gradient() for name in names}),
    )
    assert model.status("anomaly_detection") == "Ready"
    sent = {f"n{i}.png": gradient() if i < 5 else noise() for i in range(8)}
    rows = [
        {
            "partner_inference_id": f"i{i}",
            "inference_timestamp": "2026-01-05T12:00:00Z",
            "inference_data": {"picture": name, "light": 1.0},
        }
        for i, name in enumerate(sent)
    ]
    import json

    answer = model.client.post(
        f"{model.path}/inferences/file",
        files={
            "inference_data": ("inferences.json", json.dumps(rows)),
            "image_data": ("images.zip", make_zip(sent), "application/zip"),
        },
    )
    assert answer.json()["counts"]["failure"] == 0, answer.text
    model.settle()
    scores = model.scores()
    raw = model.scores("raw_anomaly_score")
    assert min(raw[f"i{i}"] for i in range(5, 8)) > 10 * max(raw[f"i{i}"] for i in range(5))
    assert [scores[f"i{i}"] for i in range(5, 8)] == [1.0] * 3


def test_alert_rules_see_the_scores_of_what_they_are_about(trained, app):
    found = trained.client.get(
        f"http://local/api/v4/models/{trained.id}/metrics",
        params={"metric_name": "Multivariate Drift"},
    )
    (metric,) = found.json()["metrics"]
    rule = {"metric_id": metric["id"], "bound": "upper", "threshold": 0.55, "severity": "warning"}
    rule |= {"min_rows": 30, "lookback_period": 60}
    made = trained.client.post(f"{trained.path}/alert_rules", json=rule)
    assert made.status_code == 200, made.text
    alerts = {"model_id": trained.id}
    trained.send({**usual(30, RNG), "price": [1.0] * 30})
    assert app.alerts.drain(30)
    assert not trained.client.get("/alerts", params=alerts).json()["data"]
    odd = {"a": [50.0] * 30, "b": [-90.0] * 30, "c": ["y"] * 30, "price": [1.0] * 30}
    trained.send(odd, start=30, when="2026-03-05T12:00:00Z")
    assert app.alerts.drain(30)
    (alert,) = trained.client.get("/alerts", params=alerts).json()["data"]
    assert alert["metric_value"] > 0.55
