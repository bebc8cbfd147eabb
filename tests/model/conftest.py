"""An embedded server, models with data on it, and a made-up platform that fails on request."""

from __future__ import annotations

import functools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage, ValueType

ROWS = 240


class Platform:
    """A platform over a real socket whose provisioning goes as planned.

    Attributes:
        statuses: What the next looks at the model find; the last one stays.
        refused: How many rows of reference data it refuses.
        log: Method and path of every request.
    """

    def __init__(self, url):
        self.url = url
        self.statuses = ["Ready"]
        self.refused = 0
        self.create = {}
        self.log = []

    def connect(self):
        return ArthurAI(url=self.url, access_key="key", organization_id="org", allow_insecure=True)

    def answer(self, method, path, body):
        self.log.append((method, path.partition("?")[0].removeprefix("/api/v3")))
        here = self.log[-1][1]
        if (method, here) == ("POST", "/models"):
            model = json.loads(body)
            return 201, {**model, "id": "m-1", "status": "Pending", **self.create}
        if method == "GET":
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            return 200, {"id": "m-1", "status": status}
        if here.endswith("/reference_data") and method == "POST":
            counts = {"success": 40 - self.refused, "failure": self.refused, "total": 40}
            failures = [{"message": "no", "status": 400}] * self.refused
            return 207, {"counts": counts, "failures": failures}
        return 200, {}


@pytest.fixture
def platform():
    """A made-up platform; see `Platform`."""

    class Handler(BaseHTTPRequestHandler):
        def serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                while size := int(self.rfile.readline(), 16):
                    self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            status, answer = made_up.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = serve  # noqa: N815 - names of the base class

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made_up = Platform(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made_up
    server.shutdown()
    thread.join()
    server.server_close()


def loans(rows=ROWS, seed=3):
    """Applications for loans over ten days, in two batches; three of the groups are unequal."""
    random = np.random.default_rng(seed)
    score = random.uniform(0, 1, rows).round(3)
    group = random.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    repaid = (random.uniform(0, 1, rows) < np.where(group == "b", score * 0.6, score)).astype(int)
    return pd.DataFrame(
        {
            "income": random.normal(50, 20, rows).round(1),
            "group": group,
            "p_repaid": score,
            "repaid": np.where(repaid, "yes", "no"),
            "time": pd.date_range("2026-03-01", periods=rows, freq="h", tz="UTC"),
            "batch": np.where(np.arange(rows) < rows // 2, "first", "second"),
        }
    )


def made(arthur, name, data, *, is_batch=False):
    """Save a binary classifier and send it all data."""
    model = arthur.model(
        partner_model_id=name,
        display_name=name,
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
        is_batch=is_batch,
    )
    model.build(
        data[["income", "group", "p_repaid", "repaid"]],
        {"p_repaid": "yes"},
        positive_predicted_attr="p_repaid",
        ground_truth_column="repaid",
    )
    model.classifier_threshold = 0.4
    model.set_attribute_as_sensitive("group")
    model.get_attribute("income").set(bins=[None, 30.0, 60.0, None], monitor_for_bias=True)
    model.save()
    columns = ["income", "group", "p_repaid", "repaid"]
    for batch in ["first", "second"] if is_batch else [None]:
        part = data[data["batch"] == batch] if is_batch else data
        model.send_inferences(
            part[columns],
            inference_timestamps=list(part["time"]),
            ground_truth_timestamps=list(part["time"]),
            partner_inference_ids=[f"{name}-{i}" for i in part.index],
            batch_id=batch,
        )
    return model


@pytest.fixture(scope="session")
def make_model(arthur):
    """`made` on this server."""
    return functools.partial(made, arthur)


@pytest.fixture(scope="session")
def data():
    return loans()


@pytest.fixture(scope="session")
def model(arthur, data):
    """A streaming binary classifier with data; tests do not change it."""
    return made(arthur, "loans", data)


@pytest.fixture(scope="session")
def batches(arthur, data):
    """The same in two batches."""
    return made(arthur, "loans in batches", data, is_batch=True)


def flowers(rows=150, seed=5):
    """Three classes, with the predictions of a model that is often right."""
    random = np.random.default_rng(seed)
    truth = random.choice(["iris", "rose", "tulip"], rows)
    raw = random.uniform(0.1, 1, (rows, 3)) + np.eye(3)[pd.Categorical(truth).codes] * 0.5
    shares = (raw / raw.sum(axis=1, keepdims=True)).round(4)
    frame = pd.DataFrame(shares, columns=["p_iris", "p_rose", "p_tulip"])
    return frame.assign(
        soil=random.choice(["clay", "sand"], rows), width=random.normal(3, 1, rows), kind=truth
    )


@pytest.fixture(scope="session")
def flower_data():
    return flowers()


@pytest.fixture(scope="session", params=["class column", "column a class"])
def flower_model(request, arthur, flower_data):
    """A multiclass model with either kind of ground truth."""
    data = flower_data
    model = arthur.model(
        partner_model_id=f"flowers, {request.param}",
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
    )
    classes = ["iris", "rose", "tulip"]
    if request.param == "class column":
        model.build(
            data,
            {f"p_{kind}": kind for kind in classes},
            ground_truth_column="kind",
        )
    else:
        data = data.drop(columns="kind").assign(
            **{f"is_{kind}": (data["kind"] == kind).astype(int) for kind in classes}
        )
        model.add_attribute("soil", ValueType.String, Stage.ModelPipelineInput, categorical=True)
        model.get_attribute("soil").set(categories=["clay", "sand"])
        model.add_attribute("width", ValueType.Float, Stage.ModelPipelineInput)
        model.add_multiclass_classifier_output_attributes(
            {f"p_{kind}": f"is_{kind}" for kind in classes}
        )
    model.set_attribute_as_sensitive("soil")
    model.save()
    model.send_inferences(
        data,
        inference_timestamps=[pd.Timestamp("2026-03-01", tz="UTC")] * len(data),
        ground_truth_timestamps=[pd.Timestamp("2026-03-01", tz="UTC")] * len(data),
    )
    return model
