"""Explainers of servers that share a lake: one is sent to any server, and answers on all of them."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from arthurai.server.app import create_app
from arthurai.server.storage.s3_address import parse_s3

pytestmark = pytest.mark.heavy

COLUMNS = {
    "a": [0.5, 1.0, -1.0, 2.0] * 10,
    "b": [1.0, -2.0, 0.5, 0.0] * 10,
    "c": ["x", "y"] * 20,
    "price": [0.0] * 40,
}


def predict(factor):
    return f"def predict(rows):\n    return [{factor} * row[0] for row in rows]\n"


@pytest.fixture(params=["directory", "s3"])
def apps(request, lake_address, postgresql_cluster, tmp_path):
    """Give two servers on one lake, with its files in a directory or in S3."""
    options = {"control": postgresql_cluster.location(), "warehouse": lake_address()}
    if request.param == "s3":
        options["storage"] = parse_s3(request.getfixturevalue("make_s3_place")())
    else:
        options["data_dir"] = tmp_path / "shared"
    with ExitStack() as stack:
        yield [stack.enter_context(create_app(**options)) for _ in range(2)]


@pytest.fixture
def models(apps, enriched_on, regression):
    """Give the same model, with an inference, as each of two servers answers for it."""
    first = enriched_on(apps[0], regression)
    first.reference({**COLUMNS, "paid": COLUMNS["price"]})
    first.send({name: values[:1] for name, values in COLUMNS.items()})
    second = enriched_on(apps[1], {**regression, "partner_model_id": "other"})
    second.id, second.path, second.body = first.id, first.path, first.body
    return first, second


def explain(model):
    answer = model.client.get(
        f"{model.path}/inferences/i0/explanation", params={"algorithm": "shap"}
    )
    assert answer.status_code == 200, answer.text
    (explanation,) = answer.json()["explanation"]
    return {
        one["attribute_name"]: one["explanation_value"] for one in explanation["importance_scores"]
    }


def projects(model):
    folder = f"explainers/{model.id}"
    found = model.app.data.database.files.find(folder)
    names = [name.removeprefix(folder) for name, _ in found]
    return sorted({name.split("/")[1] for name in names if name.endswith("/project/entry.py")})


def test_an_explainer_answers_on_all_servers_until_it_is_deleted(models, explained):
    first, second = models
    settings = {"explanation_algo": "shap", "explanation_nsamples": "200"}
    assert explained(first, predict(2), **settings)["status"] == "Ready"
    assert len(projects(first)) == 1
    found = explain(first)
    assert found["a"] != 0
    assert explain(second) == pytest.approx(found)
    assert explained(second, predict(-6), **settings)["status"] == "Ready"
    assert len(projects(first)) == 1
    assert explain(first)["a"] == pytest.approx(-3 * found["a"])
    assert explain(second)["a"] == pytest.approx(-3 * found["a"])
    first.client.delete(f"{first.path}/explainability").raise_for_status()
    assert projects(first) == []
    for model in models:
        refused = model.client.get(f"{model.path}/inferences/i0/explanation")
        assert refused.status_code == 400


def test_a_project_on_its_way_is_not_taken_for_an_old_one(models, project):
    first, second = models
    stored, go_on = threading.Event(), threading.Event()
    add = first.app.enrichments.projects.add

    def add_slowly(*given):
        made = add(*given)
        stored.set()
        assert go_on.wait(60)
        return made

    first.app.enrichments.projects.add = add_slowly
    settings = {
        "python_version": "3.11",
        "sdk_version": "4.0.0",
        "user_predict_function_import_path": "entry",
        "explanation_algo": "shap",
        "explanation_nsamples": "200",
    }
    config = {"explainability": {"enabled": True, "config": settings}}
    sender = threading.Thread(target=first.configure, args=(config, project(predict(2))))
    sender.start()
    assert stored.wait(60)

    record = second.app.control.models.get(None, second.id)
    delete = second.app.enrichments.explainability.delete_old_projects
    deleter = threading.Thread(target=delete, args=(record,))
    deleter.start()
    deleter.join(1)
    go_on.set()
    sender.join(120)
    deleter.join(60)
    assert len(projects(first)) == 1
    assert explain(second)["a"] != 0
