"""Models with data on an embedded server, and the same data as a pandas frame."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pandas as pd
import pytest

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Stage, ValueType

_numbers = itertools.count()
ROWS = 240


@pytest.fixture(scope="session")
def arthur():
    """One embedded server for the whole folder."""
    with ArthurAI(url="local://") as client:
        yield client


@pytest.fixture
def name():
    """A name no other model has."""
    return f"monitoring-{next(_numbers)}"


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
