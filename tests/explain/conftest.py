"""A project of a user and the model it belongs to, on an embedded server."""

from __future__ import annotations

import importlib.metadata
import json

import numpy as np
import pandas as pd
import pytest

from arthurai.common.constants import InputType, OutputType

ENTRY = """
import json
from pathlib import Path

from helpers.maths import squashed

weights = json.loads((Path(__file__).parent / "weights.json").read_text())


def predict(batch):
    return [squashed(weights["income"] * row[0] + weights["regions"][row[1]]) for row in batch]
"""
MATHS = """
import math


def squashed(value):
    return 1 / (1 + math.exp(-value))
"""
WEIGHTS = {"income": 0.05, "regions": {"north": -3.0, "south": -1.0, "east": 0.0}}


def probabilities(income, regions):
    """What the project's predict function computes, by numpy."""
    value = WEIGHTS["income"] * np.asarray(income)
    value = value + np.array([WEIGHTS["regions"][region] for region in regions])
    return 1 / (1 + np.exp(-value))


@pytest.fixture(scope="session")
def sample():
    random = np.random.default_rng(11)
    rows = 60
    regions = random.choice(["north", "south", "east"], rows)
    income = random.normal(40, 15, rows).round(2)
    paid = probabilities(income, regions)
    return pd.DataFrame(
        {
            "income": income,
            "region": regions,
            "p_paid": paid,
            "paid": np.where(random.uniform(0, 1, rows) < paid, "yes", "no"),
        }
    )


@pytest.fixture(scope="session")
def model(arthur, sample):
    described = arthur.model("explained", InputType.Tabular, OutputType.Multiclass)
    described.build(sample, {"p_paid": "yes"}, "p_paid", ground_truth_column="paid")
    described.save()
    return described


def write_project(folder):
    """Write a project that has everything it needs, and things that must not leave."""
    (folder / "helpers").mkdir(parents=True)
    (folder / "entrypoint.py").write_text(ENTRY)
    (folder / "helpers" / "__init__.py").write_text("")
    (folder / "helpers" / "maths.py").write_text(MATHS)
    (folder / "weights.json").write_text(json.dumps(WEIGHTS))
    numpy = importlib.metadata.version("numpy")
    (folder / "requirements.txt").write_text(f"# needed\nnumpy=={numpy}\n")
    return folder


@pytest.fixture(scope="session")
def kept_project(tmp_path_factory):
    """A project that tests do not change."""
    return write_project(tmp_path_factory.mktemp("kept") / "project")


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path / "project")
