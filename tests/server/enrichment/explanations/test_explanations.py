"""Explanations over HTTP: numbers, failures, settings."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from builders import administrator, attribute, ground_truth, make_zip, prediction
from PIL import Image

from arthurai.server.app import create_app
from arthurai.server.enrichment.explanations.explainers import Task, create_explainer
from arthurai.server.operator_limits import Limits

LINEAR = """
def predict(rows):
    return [2.0 * a - 3.0 * b + (5.0 if c == "x" else 0.0) for a, b, c in rows]
"""


def linear(a, b, c):
    return 2.0 * a - 3.0 * b + (5.0 if c == "x" else 0.0)


def reference_rows(rows=120, seed=1):
    rng = np.random.default_rng(seed)
    columns = {
        "a": rng.normal(0, 1, rows).tolist(),
        "b": rng.normal(0, 1, rows).tolist(),
        "c": rng.choice(["x", "y"], rows).tolist(),
    }
    return {**columns, "price": [0.0] * rows, "paid": [0.0] * rows}


def sent_rows(rows, seed=2):
    columns = reference_rows(rows, seed)
    del columns["paid"]
    return columns


def explain(model, identifier, **params):
    path = f"{model.path}/inferences/{identifier}/explanation"
    return model.client.get(path, params=params)


def explanations_used(model):
    answer = model.client.get("/usage/model", params={"metric_category": "explanations"})
    return {m["name"]: m["value"] for m in answer.json()["data"][0]["explanations"]}["record_count"]


def scores_of(explanation):
    return {s["attribute_name"]: s["explanation_value"] for s in explanation["importance_scores"]}


@pytest.fixture
def shap_model(enriched, regression, explained):
    """Give a linear model with SHAP values of six inferences."""
    model = enriched(regression)
    model.reference(reference_rows())
    state = explained(model, LINEAR, explanation_algo="shap", explanation_nsamples="500", seed="3")
    assert state["status"] == "Ready", state
    model.sent = sent_rows(6)
    model.send(model.sent)
    model.config = state["config"]
    return model


def test_many_features_have_a_small_background_of_known_error():
    random = np.random.default_rng(4)
    sample = random.normal(0, 1, (300, 12))
    weights = np.arange(12.0)
    task = Task(
        kind="tabular",
        outputs=1,
        classifies=False,
        algorithm="shap",
        seed=1,
        features=[f"x{n}" for n in range(12)],
        categories=[None] * 12,
        sample=sample.tolist(),
    )
    explainer = create_explainer(task, lambda rows: [float(np.dot(weights, r)) for r in rows], None)
    rows, (error,) = explainer.base_errors()
    (base,) = explainer.expected_values()
    assert rows == 20
    predictions = sample @ weights
    means = [random.choice(predictions, rows, replace=False).mean() for _ in range(2000)]
    assert error == pytest.approx(np.std(means), rel=0.5)  # from the spread of 20 rows
    assert abs(base - predictions.mean()) < 4 * error


def test_a_column_without_values_is_named():
    task = Task(
        kind="tabular",
        outputs=1,
        classifies=False,
        algorithm="lime",
        seed=1,
        features=["a", "b"],
        categories=[None, None],
        sample=[[1.0, None], [2.0, None]],
    )
    with pytest.raises(ValueError, match="there is no value of 'b'"):
        create_explainer(task, lambda rows: [0.0] * len(rows), None)


@pytest.mark.parametrize("algorithm", ["lime", "shap"])
def test_a_row_with_a_missing_input_says_so(shap_model, algorithm):
    rows = {name: [values[0]] for name, values in sent_rows(1, 9).items()}
    rows["b"] = [None]
    shap_model.send(rows, start=50)
    (explanation,) = explain(shap_model, "i50", algorithm=algorithm).json()["explanation"]
    assert explanation["reason"] == "no value of 'b'"
    assert explanation["importance_scores"] == [{"attribute_name": name} for name in "abc"]


def test_shap_values_start_from_the_mean_of_the_whole_reference_set(shap_model):
    answer = explain(shap_model, "i0", algorithm="shap").json()
    found = scores_of(answer["explanation"][0])
    (base,) = answer["expected_value"]
    row = [shap_model.sent[name][0] for name in "abc"]
    # Few features cost little, so the background is the whole reference set: the values are the
    # exact Shapley values of a linear function, w * (x - mean), and the base is its mean.
    reference = reference_rows()
    means = {name: np.mean(reference[name]) for name in "ab"}
    share = np.mean([kind == "x" for kind in reference["c"]])
    assert found["a"] == pytest.approx(2 * (row[0] - means["a"]))
    assert found["b"] == pytest.approx(-3 * (row[1] - means["b"]))
    assert found["c"] == pytest.approx(5 * ((row[2] == "x") - share))
    everything = [linear(*values) for values in zip(*(reference[n] for n in "abc"), strict=True)]
    assert base["expected_value"] == pytest.approx(np.mean(everything))
    assert (base["rows"], base["standard_error"]) == (len(everything), 0)


def test_shap_values_of_a_linear_model_are_exact_and_add_up(shap_model):
    answer = explain(shap_model, "i0", algorithm="shap")
    assert answer.status_code == 200, answer.text
    (explanation,) = answer.json()["explanation"]
    assert (explanation["algorithm"], explanation["predicted_attribute_name"]) == ("shap", "price")
    found = scores_of(explanation)
    (base,) = answer.json()["expected_value"]
    row = [shap_model.sent[name][0] for name in "abc"]
    assert base["expected_value"] + sum(found.values()) == pytest.approx(linear(*row))
    assert shap_model.config["shap_expected_values"] == [base["expected_value"]]
    # A linear function has SHAP values w * (x - mean of the background): what differs between two
    # rows is w times what differs between their inputs, whatever the background is.
    other = scores_of(explain(shap_model, "i1", algorithm="shap").json()["explanation"][0])
    sent = shap_model.sent
    assert found["a"] - other["a"] == pytest.approx(2 * (sent["a"][0] - sent["a"][1]))
    assert found["b"] - other["b"] == pytest.approx(-3 * (sent["b"][0] - sent["b"][1]))
    # The same request again has the same answer.
    again = explain(shap_model, "i0", algorithm="shap").json()
    assert again == answer.json()

    # What came in as a stream was explained by itself, and can be queried.
    rows = shap_model.query(
        {
            "select": [
                {"property": "partner_inference_id"},
                {"property": "explainer_algo"},
                {"property": "explainer_attribute"},
                {"property": "explainer_score"},
            ],
            "from": "enriched",
        }
    )
    assert len(rows) == 18
    assert {row["explainer_algo"] for row in rows} == {"shap"}
    stored = {
        row["explainer_attribute"]: row["explainer_score"]
        for row in rows
        if row["partner_inference_id"] == "i0"
    }
    assert stored == pytest.approx(found)
    importances = shap_model.query(
        {
            "select": [
                {
                    "function": "regionalFeatureImportances",
                    "alias": "weight",
                    "parameters": {"predicted_attribute_name": "price"},
                }
            ],
            "from": "enriched",
        }
    )
    means = {}
    for row in rows:
        means.setdefault(row["explainer_attribute"], []).append(abs(row["explainer_score"]))
    assert {r["explainer_attribute"]: r["weight"] for r in importances} == pytest.approx(
        {name: np.mean(values) for name, values in means.items()}
    )

    # What-if questions have predictions, and explanations that add up to them.
    asked = [
        {"attribute_name": "a", "attribute_value": 1},
        {"attribute_name": "b", "attribute_value": -0.5},
        {"attribute_name": "c", "attribute_value": "y"},
    ]
    path = f"{shap_model.path}/what_if"
    used = explanations_used(shap_model)
    what = shap_model.client.post(path, json={"model_pipeline_input": asked})
    assert what.status_code == 200, what.text
    (predicted,) = what.json()["predicted_values"]
    assert predicted == {"attribute_name": "price", "attribute_value": 3.5}
    total = sum(scores_of(what.json()["explanation"][0]).values())
    assert total + what.json()["expected_value"][0]["expected_value"] == pytest.approx(3.5)
    for bad in (
        asked[:2],
        [*asked, {"attribute_name": "d", "attribute_value": 1}],
        [*asked, asked[0]],
        [*asked[:2], {"attribute_name": "c", "attribute_value": 4}],
    ):
        assert shap_model.client.post(path, json={"model_pipeline_input": bad}).status_code == 400
    assert explanations_used(shap_model) == used + 1
    assert explain(shap_model, "i1", algorithm="shap").status_code == 200
    assert explanations_used(shap_model) == used + 2

    # Scores can be sorted and paged.
    by_value = explain(shap_model, "i0", algorithm="shap", sort="-value").json()["explanation"][0]
    values = [s["explanation_value"] for s in by_value["importance_scores"]]
    assert values == sorted(values, reverse=True)
    page = explain(shap_model, "i0", algorithm="shap", sort="attribute_name", page=2, page_size=2)
    (last,) = page.json()["explanation"][0]["importance_scores"]
    assert last["attribute_name"] == "c"
    assert explain(shap_model, "nobody").status_code == 404

    # LIME on the same model agrees about what matters.
    lime = scores_of(explain(shap_model, "i0", algorithm="lime").json()["explanation"][0])
    assert lime["a"] > 0.3
    assert lime["b"] < -0.3
    assert abs(lime["b"]) > abs(lime["a"])


IMPORTANT = """
import numpy as np
def predict(rows):
    income = np.array([row[0] for row in rows], dtype=float)
    region = np.array([row[1] == "S" for row in rows])
    return 1 / (1 + np.exp(-(income - 50) / 10 - 0.2 * region))
"""


@pytest.mark.heavy
def test_lime_finds_the_important_feature_of_a_binary_classifier(enriched, binary_model, explained):
    model = enriched(binary_model)
    rng = np.random.default_rng(5)
    income = rng.uniform(0, 100, 150)
    columns = {
        "income": income.tolist(),
        "region": rng.choice(["N", "S"], 150).tolist(),
        "p": [0.5] * 150,
    }
    model.reference({**columns, "outcome": ["no"] * 150})
    state = explained(model, IMPORTANT, explanation_nsamples=500)
    assert state["status"] == "Ready", state
    assert state["config"]["explanation_algo"] == "lime"
    model.send({"income": [50.0, 55.0, None], "region": ["N", "S", "N"], "p": [0.5] * 3})
    shown = explain(model, "i0").json()["explanation"]
    assert {e["predicted_attribute_name"] for e in shown} == {"p", "predicted_negative"}
    by_name = {e["predicted_attribute_name"]: scores_of(e) for e in shown}
    assert by_name["p"]["income"] > 5 * abs(by_name["p"]["region"])
    for name, score in by_name["p"].items():
        assert by_name["predicted_negative"][name] == pytest.approx(-score, abs=1e-6)
    rows = model.query(
        {
            "select": [{"property": "partner_inference_id"}, {"property": "lime_importance"}],
            "from": "enriched",
        }
    )
    stored = {row["partner_inference_id"]: row["lime_importance"] for row in rows}
    assert stored["i1"]["p"]["income"] > 0
    assert stored["i2"] is None  # a row with a gap has no scores
    (gap, _) = explain(model, "i2").json()["explanation"]
    assert gap["importance_scores"] == [{"attribute_name": "income"}, {"attribute_name": "region"}]

    # The model says how it is explained; switching off keeps the project, deleting does not.
    shown = model.client.get(model.path, params={"expand": "explainability"}).json()
    assert shown["explainability"]["enabled"] is True
    assert shown["explainability"]["explanation_nsamples"] == 500
    changed = model.configure({"explainability": {"enabled": True, "config": {"seed": 9}}})
    assert changed.status_code == 202
    assert model.state("explainability")["config"]["explanation_nsamples"] == 500
    assert model.configure({"explainability": {"enabled": False}}).status_code == 202
    assert explain(model, "i0").status_code == 400
    assert model.configure({"explainability": {"enabled": True}}).status_code == 202
    assert explain(model, "i0").status_code == 200
    assert model.client.delete(f"{model.path}/explainability").status_code == 204
    assert model.state("explainability") == {"enabled": False, "status": "Disabled", "config": {}}
    again = model.configure({"explainability": {"enabled": True}})
    assert again.status_code == 400
    assert "user_project.zip" in again.json()["error"]


WORDS = """
def predict(texts):
    return [0.9 if "fire" in text.lower().split() else 0.1 for text in texts]
"""


@pytest.mark.heavy
def test_lime_finds_the_important_word(enriched, text_model, explained):
    model = enriched(text_model)
    model.reference(
        {"message": ["all is well", "fire in the house"], "urgent": [0.1, 0.9], "truth": ["0", "1"]}
    )
    state = explained(model, WORDS, explanation_nsamples=300)
    assert state["status"] == "Ready", state
    model.send({"message": ["please help the fire is big the end"], "urgent": [0.9]})
    (negative, positive) = sorted(
        explain(model, "i0", sort="-value").json()["explanation"],
        key=lambda e: e["predicted_attribute_name"] == "urgent",
    )
    (scores,) = positive["importance_scores"]
    assert scores["attribute_name"] == "message"
    best = scores["tokens"][0]
    assert (best["token"], best["position"]) == ("fire", 3)
    assert best["explanation_value"] > 5 * abs(scores["tokens"][1]["explanation_value"])
    assert len(scores["tokens"]) == 8  # "the" twice
    lowest = negative["importance_scores"][0]["tokens"][-1]
    assert lowest["token"] == "fire"
    located = explain(model, "i0", sort="location").json()["explanation"][0]
    tokens = located["importance_scores"][0]["tokens"]
    assert [t["token"] for t in tokens] == [
        *("please", "help", "the", "fire", "is", "big", "the", "end")
    ]
    (row,) = model.query(
        {
            "select": [
                {
                    "function": "nlp_explanation",
                    "parameters": {
                        "attribute_name": "message",
                        "nlp_predicted_attribute": "urgent",
                        "nlp_explainer": "lime",
                    },
                }
            ],
            "filter": [{"property": "nlp_explanation.token", "comparator": "eq", "value": "fire"}],
        }
    )
    (found,) = row["nlp_explanation"][0]["importance_scores"][0]["tokens"]
    assert found["value"] == pytest.approx(best["explanation_value"])
    assert explain(model, "i0", algorithm="shap").status_code == 400


CORNER = """
import numpy as np
from pathlib import Path
from PIL import Image

def load_image(path):
    kept = [p for p in Path(path).parent.iterdir() if p.name.startswith("image")]
    if len(kept) > 1:
        raise ValueError("images of earlier explanations were left behind")
    return np.asarray(Image.open(path).convert("RGB"), dtype=float)

def predict(images):
    return [np.abs(np.diff(image[:16, :16, 2], axis=1)).sum() / 1000 for image in images]
"""


@pytest.mark.heavy
def test_lime_finds_the_corner_that_matters_of_an_image(enriched, image_model, explained):
    model = enriched(image_model)
    state = explained(model, CORNER, explanation_nsamples=200)
    assert state["status"] == "Ready", state
    pixels = np.zeros((48, 48, 3))
    pixels[..., 0] = np.linspace(0, 90, 48)
    pixels[..., 1] = np.linspace(0, 90, 48)[:, np.newaxis]
    pixels[:16, :16, 2] = np.linspace(150, 255, 16)
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype("uint8")).save(buffer, format="PNG")
    row = {
        "partner_inference_id": "i0",
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"picture": "one.png", "light": 0.9},
    }
    sent = model.client.post(
        f"{model.path}/inferences/file",
        files={
            "inference_data": ("inferences.json", json.dumps([row])),
            "image_data": ("i.zip", make_zip({"one.png": buffer.getvalue()}), "application/zip"),
        },
    )
    assert sent.json()["counts"]["failure"] == 0, sent.text
    answer = explain(model, "i0")
    assert answer.status_code == 200, answer.text
    assert answer.json()["explanation"][0]["importance_scores"] == [{"attribute_name": "picture"}]
    assert explain(model, "i0").json() == answer.json()
    (found,) = model.query({"select": [{"property": "picture"}]})
    path = f"{model.path}/inferences/images/{found['picture']}"
    image = model.client.get(path, params={"type": "lime_explanation"})
    assert image.status_code == 200, image.text
    mask = np.array(image.json()["lime_segment_mask"])
    assert mask.shape == (48, 48)
    scores = dict(map(tuple, image.json()["lime_region_mapping"]["0"]))
    assert set(scores) == set(np.unique(mask).tolist())
    best = max(scores, key=lambda segment: abs(scores[segment]))
    inside = np.zeros((48, 48), dtype=bool)
    inside[:16, :16] = True
    assert inside[mask == best].mean() > 0.8


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def predict(rows):\n    raise ValueError('my own mistake')\n", "my own mistake"),
        ("def predict(rows): return [[1, 2, 3]] * len(rows)\n", "shape (20, 3)"),
    ],
)
def test_failing_code_is_told_with_its_traceback(enriched, regression, explained, code, reason):
    model = enriched(regression)
    model.reference(reference_rows(40))
    state = explained(model, code)
    assert state["status"] == "Failed"
    assert reason in state["config"]["reason"]
    model.send(sent_rows(1))
    answer = explain(model, "i0")
    assert answer.status_code == 400
    assert reason in answer.json()["error"]
    assert model.client.get("/users/me").status_code == 200  # the server is fine


@pytest.mark.heavy
def test_code_that_fails_on_new_rows_fails_then(enriched, regression, explained):
    code = LINEAR + (
        "\nearlier = predict\n"
        "def predict(rows):\n"
        "    assert all(abs(a) < 50 for a, b, c in rows), 'too far out'\n"
        "    return earlier(rows)\n"
    )
    model = enriched(regression)
    model.reference(reference_rows())
    assert explained(model, code, explanation_nsamples=50)["status"] == "Ready"
    model.send({"a": [99.0], "b": [0.0], "c": ["x"], "price": [1.0]})
    state = model.state("explainability")
    assert state["status"] == "Failed"
    assert "too far out" in state["config"]["reason"]
    assert 'File "entry.py", line' in state["config"]["reason"]


@pytest.mark.slow
def test_only_the_wanted_share_is_explained_and_nothing_without_streaming(
    enriched, regression, explained
):
    model = enriched(regression)
    model.reference(reference_rows())
    explained(model, LINEAR, explanation_nsamples=20, inference_consumer_score_percent="0.3")
    model.send(sent_rows(60))
    select = {"select": [{"property": "inference_id"}, {"property": "explainer_score"}]}
    rows = model.query({**select, "from": "enriched"})
    share = len({row["inference_id"] for row in rows}) / 60
    assert 0.1 < share < 0.55
    off = {"streaming_explainability_enabled": False}
    model.configure({"explainability": {"enabled": True, "config": off}})
    model.send(sent_rows(20), start=60)
    assert len(model.query({**select, "from": "enriched"})) == len(rows)
    assert explain(model, "i61").status_code == 200


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ({"python_version": None}, "python_version"),
        ({"sdk_version": ""}, "sdk_version"),
        ({"user_predict_function_import_path": "../entry"}, "name of a module"),
        ({"user_predict_function_import_path": "missing"}, "missing.py"),
        ({"explanation_nsamples": "many"}, "explanation_nsamples"),
        ({"explanation_nsamples": 0}, "explanation_nsamples"),
        ({"inference_consumer_score_percent": 1.5}, "score_percent"),
        ({"model_server_memory": "lots"}, "model_server_memory"),
    ],
)
def test_bad_settings_are_refused(enriched, regression, project, config, fault):
    model = enriched(regression)
    settings = {
        "python_version": "3.11",
        "sdk_version": "4",
        "user_predict_function_import_path": "entry",
        **config,
    }
    body = {"explainability": {"enabled": True, "config": settings}}
    answer = model.configure(body, project(LINEAR))
    assert answer.status_code == 400
    assert fault in answer.json()["error"]
    assert model.status("explainability") == "Disabled"


def test_files_come_together_and_only_when_switching_on(enriched, regression, project):
    model = enriched(regression)
    files = project(LINEAR)
    del files["explainer.pkl"]
    on = {"explainability": {"enabled": True, "config": {}}}
    answer = model.configure(on, files)
    assert answer.status_code == 400
    assert "explainer.pkl" in answer.json()["error"]
    assert "first time" in model.configure(on).json()["error"]
    off = {"explainability": {"enabled": False, "config": {"seed": 1}}}
    assert model.configure(off).status_code == 400
    assert model.configure({"explainability": {"enabled": False, "config": {}}}).status_code == 202
    body = {
        **regression,
        "output_type": "OBJECT_DETECTION",
        "partner_model_id": "boxes",
        "input_type": "IMAGE",
        "image_class_labels": ["cat"],
        "attributes": [
            attribute("picture", value_type="IMAGE"),
            prediction("objects_detected", "BOUNDING_BOX"),
            ground_truth("label", "BOUNDING_BOX"),
        ],
        "pixel_height": 8,
        "pixel_width": 8,
    }
    boxes = enriched(body)
    assert "OBJECT_DETECTION" in boxes.configure(on, project(LINEAR)).json()["error"]


def test_hostile_projects_are_refused_whole(enriched, regression, project, tmp_path):
    model = enriched(regression)
    settings = {
        "python_version": "3.11",
        "sdk_version": "4",
        "user_predict_function_import_path": "entry",
    }
    body = {"explainability": {"enabled": True, "config": settings}}
    for content in (make_zip({"../entry.py": LINEAR}), b"no zip", make_zip({"other.py": LINEAR})):
        answer = model.configure(body, project(content))
        assert answer.status_code == 400
        assert "user_project.zip" in answer.json()["error"]
    assert model.status("explainability") == "Disabled"


@pytest.mark.heavy
def test_explanations_wait_for_the_reference_set_and_survive_a_restart(
    tmp_path, regression, enriched_on, explained
):
    with create_app(tmp_path / "data") as first:
        model = enriched_on(first, regression)
        assert explained(model, LINEAR, explanation_nsamples=50)["status"] == "Training"
        model.reference(reference_rows())
        assert model.status("explainability") == "Ready"
        first.enrichments.close()
        model.send(sent_rows(2))
    with create_app(tmp_path / "data") as second:
        assert second.enrichments.drain(60)
        model.app, model.client = second, administrator(second)
        rows = model.query({"select": [{"property": "explainer_score"}], "from": "enriched"})
        assert len(rows) == 6
        assert explain(model, "i0").status_code == 200


@pytest.fixture
def app_with_one_process():
    with create_app(limits=Limits(explainer_processes=1)) as made:
        yield made


@pytest.mark.slow
def test_more_models_than_processes_take_turns(
    enriched_on, app_with_one_process, regression, explained
):
    models = []
    for number in range(2):
        body = {**regression, "partner_model_id": f"m{number}"}
        model = enriched_on(app_with_one_process, body)
        model.reference(reference_rows(30))
        assert explained(model, LINEAR, explanation_nsamples=20)["status"] == "Ready"
        model.send(sent_rows(1))
        models.append(model)
    for model in (*models, *models):
        assert explain(model, "i0").status_code == 200
        assert model.status("explainability") == "Ready"


BUSY = """
import time

def predict(rows):
    time.sleep(1000 * (len(rows) > 20))
    return [0.0] * len(rows)
"""


@pytest.mark.heavy
@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(1000)\n",
        BUSY,
    ],
    ids=["while it is set up", "while it explains"],
)
def test_stopping_the_server_ends_code_that_is_busy(regression, enriched_on, project, code):
    with create_app() as app:
        model = enriched_on(app, regression)
        model.reference(reference_rows(30))
        settings = {
            "python_version": "3.11",
            "sdk_version": "4",
            "user_predict_function_import_path": "entry",
        }
        files = {
            "config": (
                None,
                json.dumps({"explainability": {"enabled": True, "config": settings}}),
            ),
            **project(code),
        }
        answer = model.client.patch(f"{model.path}/enrichments", files=files)
        assert answer.status_code == 202, answer.text
        rows = sent_rows(1)
        row = {
            "partner_inference_id": "i0",
            "inference_timestamp": "2026-01-05T12:00:00Z",
            "inference_data": {name: values[0] for name, values in rows.items()},
        }
        model.client.post(f"{model.path}/inferences", json=[row])
        assert not app.enrichments.drain(4)  # it is at work
        worker = app.enrichments._explanations._thread
    assert not worker.is_alive()
