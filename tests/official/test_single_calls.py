"""Single calls with the official SDK and ours on one server: outcome, value, exception, stored rows."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from official.calls.catalog import CALLS
from official.comparison import (
    DIFFERENCES,
    OUTCOMES,
    SAMPLE,
    allowed,
    complaints,
    differences,
    finish,
    start,
)

SURFACE = json.loads((Path(__file__).parents[1] / "data" / "sdk_surface.json").read_text())
UPDATE = "if this is meant, run tests/official/compare_clients.py --update and give each a reason"
#: Public names that no call mentions, and why.
NOT_CALLED = {
    "arthurai.client.auth": "needs passwords that expire; tests/transport covers the refresh",
    "arthurai.client.http.arthur": "deprecated since 3.13",
    "arthurai.client.http.base": "an abstract class",
    "arthurai.client.helper": "look-ups inside the constructor, which the calls make",
    "arthurai.common.log": "sets up logging; tests/common covers it",
    "arthurai.core.auth_info": "a record inside the constructor",
    "arthurai.core.data_service": "internal",
    "arthurai.core.dataset_validation_utils": "internal; two of its functions are called",
    "arthurai.core.enrichment_status_waiter": "internal",
    "arthurai.core.model_status_waiter": "internal",
    "arthurai.core.status_waiter": "internal",
    "arthurai.core.viz.utils": "internal",
    "arthurai.datasets.arthur_example": "downloads from a bucket; cannot be imported officially",
    "arthurai.datasets.download": "downloads from a bucket; cannot be imported officially",
    "arthurai.explainability.arthur_explainer": "stands on shap 0.41; programs/explanations.py",
    "arthurai.explainability.explanation_packager": "internal; programs/explanations.py",
    "arthurai.explainability.validation": "internal",
    "arthurai.core.util": "internal; most of its functions are called",
    "arthurai.core.inferences": "internal; most of its functions are called",
}


def test_there_are_enough_calls_and_each_has_a_name_of_its_own():
    assert len({call.name for call in CALLS}) == len(CALLS) >= 600


def public_methods():
    for module, parts in SURFACE["modules"].items():
        if module in NOT_CALLED:
            continue
        yield from parts.get("functions", ())
        for methods in parts.get("classes", {}).values():
            yield from methods.get("methods", ())


def test_every_public_method_is_called():
    code = "\n".join(call.code for call in CALLS)
    runner = (Path(__file__).parent / "calls" / "run_calls.py").read_text()
    missing = {
        name
        for name in public_methods()
        if not name.startswith("_") and not re.search(rf"\b{name}\b", code + runner)
    }
    assert not missing - {"initialize_logging"}


def test_every_allowed_difference_has_a_reason_and_is_one_of_a_call():
    table = json.loads(DIFFERENCES.read_text())
    assert all(len(entry["reason"]) > 20 for entry in table), UPDATE
    names = [name for entry in table for name in entry["calls"]]
    assert len(names) == len(set(names))
    assert set(names) <= {call.name for call in CALLS}


def test_a_sample_ends_as_recorded_of_the_official_sdk(served, tmp_path):
    recorded = json.loads(OUTCOMES.read_text())
    assert sorted(recorded) == sorted(SAMPLE), UPDATE
    ours = finish(start(sys.executable, served, list(SAMPLE), tmp_path / "ours"))
    expected = {name: how for name, how in allowed().items() if name in ours}
    wrong = complaints(differences(recorded, ours), expected)
    assert not wrong, "\n".join([*wrong, UPDATE])


def test_the_documentation_gives_the_figures():
    table = json.loads(DIFFERENCES.read_text())
    differing = sum(len(entry["calls"]) for entry in table)
    page = " ".join((Path(__file__).parents[2] / "docs" / "differences.md").read_text().split())
    assert f"{len(CALLS)} single calls" in page
    assert f"{len(CALLS) - differing} end alike" in page
    assert f"{differing} do not, for {len(table)} reasons" in page


@pytest.mark.slow
def test_all_calls_end_alike_with_both_sdks(official_python, served, tmp_path):
    names = [call.name for call in CALLS]
    started = start(official_python, served, names, tmp_path / "official")
    ours = finish(start(sys.executable, served, names, tmp_path / "ours"))
    official = finish(started)
    wrong = complaints(differences(official, ours), allowed())
    assert not wrong, "\n".join([*wrong, UPDATE])
    recorded = json.loads(OUTCOMES.read_text())
    stale = [name for name in SAMPLE if differences({name: recorded[name]}, official)]
    assert not stale, f"recorded outcomes that are no longer so: {stale}; {UPDATE}"
