"""Models with reference data, and what the server makes of them."""

from __future__ import annotations

import io
import json
import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import administrator, attribute, ground_truth, make_zip, prediction


class Enriched:
    """A model with data, spoken to over HTTP."""

    def __init__(self, app, client, body):
        created = client.post("/models", json=body)
        assert created.status_code == 201, created.text
        self.app, self.client, self.body = app, client, created.json()
        self.id = self.body["id"]
        self.path = f"/models/{self.id}"

    def attribute_id(self, name):
        (found,) = [a["id"] for a in self.body["attributes"] if a["name"] == name]
        return found

    def reference(self, columns, *, close=True, images=None):
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns), buffer)
        files = {"reference_data": ("r.parquet", buffer.getvalue())}
        if images is not None:
            files["image_data"] = ("images.zip", images, "application/zip")
        sent = self.client.post(f"{self.path}/reference_data", files=files)
        assert sent.json()["counts"]["failure"] == 0, sent.text
        if close:
            closed = self.client.patch(f"{self.path}/reference_data", json={"status": "uploaded"})
            assert closed.status_code == 200, closed.text
            self.settle()

    def send(self, columns, *, start=0, when="2026-01-05T12:00:00Z", truth=None, batch=None):
        """Send rows; `when` is one time for all or one for each."""
        count = len(next(iter(columns.values())))
        rows = []
        for i in range(count):
            row = {
                "partner_inference_id": f"i{start + i}",
                "inference_timestamp": when if isinstance(when, str) else when[i],
                "inference_data": {k: v[i] for k, v in columns.items() if v[i] is not None},
            }
            if truth is not None:
                row["ground_truth_timestamp"] = "2026-02-06T12:00:00Z"
                row["ground_truth_data"] = {k: v[i] for k, v in truth.items()}
            if batch is not None:
                row["batch_id"] = batch
            rows.append(row)
        sent = self.client.post(f"{self.path}/inferences", json=rows)
        assert sent.json()["counts"]["failure"] == 0, sent.text
        self.settle()

    def settle(self):
        assert self.app.enrichments.drain(300)

    def switch(self, name, *, on=True):
        answer = self.client.patch(f"{self.path}/enrichments/{name}", json={"enabled": on})
        if answer.status_code == 202:
            self.settle()
        return answer

    def configure(self, config, files=None):
        parts = {"config": (None, json.dumps(config)), **(files or {})}
        answer = self.client.patch(f"{self.path}/enrichments", files=parts)
        if answer.status_code == 202:
            self.settle()
        return answer

    def state(self, name):
        answer = self.client.get(f"{self.path}/enrichments/{name}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, name):
        return self.state(name)["status"]

    def query(self, body):
        answer = self.client.post(f"{self.path}/inferences/query", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["query_result"]

    def scores(self, name="anomaly_score"):
        rows = self.query(
            {
                "select": [{"property": "partner_inference_id"}, {"property": name}],
                "from": "enriched",
            }
        )
        return {row["partner_inference_id"]: row[name] for row in rows}


@pytest.fixture
def enriched(app, admin):
    """Give a maker of models from their requests."""
    return lambda body: Enriched(app, admin, body)


@pytest.fixture
def enriched_on():
    """Give a maker of models on servers of the test's own."""
    return lambda app, body: Enriched(app, administrator(app), body)


@pytest.fixture
def regression():
    """Give the request for a regression on two numbers and a category."""
    return {
        "partner_model_id": "prices",
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            attribute("a"),
            attribute("b", position=1),
            attribute(
                "c",
                position=2,
                value_type="STRING",
                categorical=True,
                categories=[{"value": "x"}, {"value": "y"}],
            ),
            prediction("price"),
            ground_truth("paid"),
        ],
    }


@pytest.fixture
def text_model():
    """Give the request for a classifier of texts."""
    return {
        "partner_model_id": "texts",
        "input_type": "NLP",
        "output_type": "MULTICLASS",
        "text_delimiter": r"\W+",
        "attributes": [
            attribute("message", value_type="UNSTRUCTURED_TEXT"),
            prediction(
                "urgent",
                gt_class_link="1",
                is_positive_predicted_attribute=True,
            ),
            attribute(
                "truth",
                "STRING",
                "GROUND_TRUTH_CLASS",
                categorical=True,
                categories=[{"value": "0"}, {"value": "1"}],
            ),
        ],
    }


@pytest.fixture
def image_model():
    """Give the request for a regression on images."""
    return {
        "partner_model_id": "images",
        "input_type": "IMAGE",
        "output_type": "REGRESSION",
        "pixel_height": 16,
        "pixel_width": 16,
        "attributes": [
            attribute("picture", value_type="IMAGE"),
            prediction("light"),
            ground_truth("measured"),
        ],
    }


class Poison:
    """A pickle that leaves a file behind when it is loaded."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.fixture
def project(tmp_path):
    """Give a maker of the files of a project; its pickle must never be loaded."""
    trace = tmp_path / "the-pickle-was-loaded"

    def make(code=None, **more):
        content = make_zip({"entry.py": code, **more}) if isinstance(code, str) else code
        return {
            "user_project.zip": ("user_project.zip", content),
            "user_requirements_file.txt": ("r.txt", b"numpy==1.0\n", "text/plain"),
            "explainer.pkl": ("explainer.pkl", pickle.dumps(Poison(trace))),
        }

    yield make
    assert not trace.exists()


@pytest.fixture
def explained(project):
    """Give a function that enables explanations of a model with the code of a project."""

    def enable(model, code, **config):
        settings = {
            "python_version": "3.11",
            "sdk_version": "4.0.0",
            "user_predict_function_import_path": "entry",
            **config,
        }
        answer = model.configure(
            {"explainability": {"enabled": True, "config": settings}}, project(code)
        )
        assert answer.status_code == 202, answer.text
        return model.state("explainability")

    return enable
