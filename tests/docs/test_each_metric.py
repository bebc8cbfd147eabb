"""The page on monitoring describes every built-in metric, its function, and every drift measure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from arthurai.common.vocabulary import DRIFT_METRICS
from arthurai.server.query.functions import FUNCTIONS
from arthurai.server.resources.metrics.builtin_metrics import BUILTIN_METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
#: Modules whose functions evaluate a model.
METRIC_MODULES = {
    "all_classes",
    "binary_classification",
    "generated_text",
    "multiclass_classification",
    "object_detection",
    "ranked_lists",
    "regression",
}
NO_METRICS = {"arrayLength"}


def rows(first, page=PAGE):
    """Return the rows of the table whose header starts with a word, by their first cell."""
    table = re.search(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    found = {}
    for line in table[1].splitlines():
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for each in name.split(", "):
            found[each.strip("`")] = cells
    return found


def test_each_built_in_metric_is_described():
    described = rows("Metric")
    names = {metric.name for metric in BUILTIN_METRICS}
    assert names - described.keys() == set()
    assert described.keys() - names == set()
    for name, cells in described.items():
        assert len(cells) == 5, name
        assert all(cells), name


def test_each_measure_of_drift_is_described():
    described = rows("Measure")
    assert tuple(described) == DRIFT_METRICS
    for name, cells in described.items():
        assert len(cells) == 4, name
        assert all(cells), name


def test_each_function_that_evaluates_a_model_is_described():
    evaluating = {
        name
        for name, function in FUNCTIONS.items()
        if function.build.__module__.rpartition(".")[2] in METRIC_MODULES
    }
    section = PAGE[PAGE.index("## Each metric") : PAGE.index("## Alerts")]
    assert evaluating - NO_METRICS - set(re.findall(r"`(\w+)`", section)) == set()


def test_a_metric_without_a_row_is_noticed():
    without = re.sub(r"^\| Brier Score .*\n", "", PAGE, flags=re.MULTILINE)
    assert "Brier Score" in rows("Metric")
    assert "Brier Score" not in rows("Metric", without)


@pytest.mark.parametrize("metric", BUILTIN_METRICS, ids=lambda metric: metric.name)
def test_the_functions_of_a_metric_exist(metric):
    functions = re.findall(r"`(\w+)`", rows("Metric")[metric.name][0])
    columns = {"anomaly_score", "raw_anomaly_score"}
    assert set(functions) - FUNCTIONS.keys() - columns == set()
