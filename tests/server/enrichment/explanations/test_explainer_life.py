"""Explainers that hang, are switched in the middle, or meet values nobody has seen."""

from __future__ import annotations

import json
import tempfile
import threading

import numpy as np
import pytest
from builders import attribute

from arthurai.server.app import create_app
from arthurai.server.sandbox import sandbox_process as sandbox

pytestmark = pytest.mark.heavy

HANGING = "import time\ntime.sleep(1000)\n"
FINE = "def predict(rows):\n    return [float(row[0]) for row in rows]\n"


@pytest.fixture
def model(enriched, regression):
    made = enriched(regression)
    rng = np.random.default_rng(1)
    made.reference(
        {
            "a": rng.normal(0, 1, 60).tolist(),
            "b": rng.normal(0, 1, 60).tolist(),
            "c": rng.choice(["x", "y"], 60).tolist(),
            "price": [0.0] * 60,
            "paid": [0.0] * 60,
        }
    )
    return made


@pytest.fixture
def switch(project):
    """Give a function that enables explanations and does not wait for them."""

    def enable(model, code):
        config = {
            "python_version": "3.11",
            "sdk_version": "4.0.0",
            "user_predict_function_import_path": "entry",
            "explanation_nsamples": 100,
        }
        text = json.dumps({"explainability": {"enabled": True, "config": config}})
        answer = model.client.patch(
            f"{model.path}/enrichments", files={"config": (None, text), **project(code)}
        )
        assert answer.status_code == 202, answer.text

    return enable


def wait_for(model, status):
    while (found := model.status("explainability")) != status:
        assert found not in {"Failed", "Disabled"}, model.state("explainability")


def test_code_that_hangs_delays_no_other_enrichment(model, switch):
    switch(model, HANGING)
    wait_for(model, "Training")
    row = {
        "partner_inference_id": "i0",
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"a": 0.0, "b": 0.0, "c": "x", "price": 1.0},
    }
    assert model.client.post(f"{model.path}/inferences", json=[row]).status_code == 207
    while model.scores()["i0"] is None:
        assert model.status("explainability") == "Training"
    assert model.client.delete(f"{model.path}/explainability").status_code == 204
    model.settle()


@pytest.mark.parametrize("how", ["disable", "delete", "archive", "replace"])
def test_code_that_hangs_is_ended_when_nobody_wants_it(model, switch, how):
    switch(model, HANGING)
    wait_for(model, "Training")
    if how == "disable":
        off = {"config": (None, json.dumps({"explainability": {"enabled": False}}))}
        assert model.client.patch(f"{model.path}/enrichments", files=off).status_code == 202
    elif how == "delete":
        assert model.client.delete(f"{model.path}/explainability").status_code == 204
    elif how == "archive":
        assert model.client.delete(model.path).status_code == 204
    else:
        switch(model, FINE)
    assert model.app.enrichments.drain(60)  # the code itself would take 1000 s
    if how != "archive":
        expected = "Ready" if how == "replace" else "Disabled"
        assert model.state("explainability")["status"] == expected


def test_projects_sent_at_once_leave_one_that_works(model, switch):
    senders = [
        threading.Thread(target=switch, args=(model, FINE.replace("row[0]", f"row[0] + {n}")))
        for n in range(4)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    model.settle()
    assert model.status("explainability") == "Ready", model.state("explainability")
    values = {"a": 0.0, "b": 0.0, "c": "x"}
    body = [{"attribute_name": name, "attribute_value": value} for name, value in values.items()]
    answer = model.client.post(f"{model.path}/what_if", json={"model_pipeline_input": body})
    assert answer.status_code == 200, answer.text
    assert answer.json()["predicted_values"][0]["attribute_value"] in {0.0, 1.0, 2.0, 3.0}


def test_a_worn_process_is_replaced_by_a_new_one(model, explained, monkeypatch):
    code = "import os\ndef predict(rows):\n    return [float(os.getpid())] * len(rows)\n"
    assert explained(model, code, explanation_nsamples=20)["status"] == "Ready"
    values = {"a": 0.0, "b": 0.0, "c": "x"}
    body = [{"attribute_name": name, "attribute_value": value} for name, value in values.items()]

    def process():
        answer = model.client.post(f"{model.path}/what_if", json={"model_pipeline_input": body})
        assert answer.status_code == 200, answer.text
        return answer.json()["predicted_values"][0]["attribute_value"]

    first = process()
    assert process() == first
    monkeypatch.setattr(sandbox, "MAX_CALLED_SECONDS", 0.0)
    assert process() != first


def test_explainers_follow_changes_of_attributes(model, explained):
    code = "def predict(rows):\n    return [float(not isinstance(row[0], str)) for row in rows]\n"
    assert explained(model, code, explanation_nsamples=20)["status"] == "Ready"
    values = {"a": 0.0, "b": 0.0, "c": "x"}
    body = [{"attribute_name": name, "attribute_value": value} for name, value in values.items()]

    def predicted():
        answer = model.client.post(f"{model.path}/what_if", json={"model_pipeline_input": body})
        assert answer.status_code == 200, answer.text
        return answer.json()["predicted_values"][0]["attribute_value"]

    assert predicted() == 1.0
    places = {"a": 2, "c": 0}
    attributes = [
        {**attribute, "position": places.get(attribute["name"], attribute["position"])}
        for attribute in model.body["attributes"]
        if not attribute["implicit"]
    ]
    changed = model.client.put(f"{model.path}/attributes", json=attributes)
    assert changed.status_code == 204, changed.text
    assert predicted() == 0.0


@pytest.mark.parametrize("algorithm", ["lime", "shap"])
def test_categories_that_the_reference_set_lacks_are_explained(model, explained, algorithm):
    code = "def predict(rows):\n    return [4.0 if row[2] == 'new' else 1.0 for row in rows]\n"
    explained(model, code, explanation_algo=algorithm, explanation_nsamples=200)
    columns = {"a": [0.0] * 2, "b": [0.0] * 2, "c": ["x", "new"], "price": [1.0] * 2}
    model.send(columns)
    assert model.status("explainability") == "Ready", model.state("explainability")
    name = f"{algorithm}_importance"
    usual, new = (model.scores(name)[i]["price"] for i in ("i0", "i1"))
    assert abs(usual["c"]) < 0.1
    assert new["c"] > 1
    assert abs(new["a"]) + abs(new["b"]) < 0.1


@pytest.mark.parametrize("algorithm", ["lime", "shap"])
def test_numbers_and_flags_that_are_categories_stay_whole(
    enriched, regression, explained, algorithm
):
    coded = attribute("grade", value_type="INTEGER", position=0, categorical=True)
    flag = attribute("flag", value_type="BOOLEAN", position=1)
    number = attribute("size", position=2)
    model = enriched(
        {**regression, "attributes": [coded, flag, number, *regression["attributes"][3:]]}
    )
    columns = {
        "grade": [1, 2, 3] * 20,
        "flag": [True, False] * 30,
        "size": np.linspace(0, 1, 60).tolist(),
        "price": [1.0] * 60,
    }
    model.reference({**columns, "paid": [1.0] * 60})
    code = """
def predict(rows):
    for grade, flag, _ in rows:
        if type(grade) is not int or grade not in {1, 2, 3} or type(flag) is not bool:
            raise ValueError(f"no grade and flag: {grade!r} {flag!r}")
    return [10.0 * (grade == 2) + size for grade, _, size in rows]
"""
    explained(model, code, explanation_algo=algorithm, explanation_nsamples=200)
    model.send({name: values[:2] for name, values in columns.items()})
    assert model.status("explainability") == "Ready", model.state("explainability")
    found = model.scores(f"{algorithm}_importance")["i1"]["price"]
    assert max(found, key=found.get) == "grade"


def test_a_server_in_memory_leaves_no_projects_behind(
    monkeypatch, tmp_path, regression, enriched_on, switch
):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with create_app() as app:
        model = enriched_on(app, regression)
        switch(model, FINE)
        assert [path.name for path in place.glob("*/*")] == [model.id]
    assert list(place.iterdir()) == []
