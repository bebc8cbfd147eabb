import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import check_surface

ROOT = Path(__file__).resolve().parents[2]
FACTS = json.loads((ROOT / "tests" / "data" / "sdk_surface.json").read_text())


@pytest.mark.heavy
def test_every_public_name_is_there_or_explained():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.check_surface", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_facts_cover_the_whole_official_package():
    classes = [c for m in FACTS["modules"].values() for c in m.get("classes", {}).values()]
    functions = [f for m in FACTS["modules"].values() for f in m.get("functions", {})]
    assert (len(FACTS["modules"]), len(classes), len(functions)) == (47, 71, 61)
    assert sum(len(c.get("methods", {})) for c in classes) == 161
    assert len(FACTS["exceptions"]) == 16


def _only(function_signature, function):
    return list(check_surface._signature_faults("f", function_signature, function))


def test_more_optional_parameters_are_fine():
    assert _only("(a, b=1)", lambda a, b=1, *, c=2: (a, b, c)) == []


@pytest.mark.parametrize(
    ("official", "function", "fault"),
    [
        ("(a, b=1)", lambda a: a, "has no parameter 'b'"),
        ("(a, b)", lambda b, a: (a, b), "takes 'a' at another place"),
        ("(a=1)", lambda a=2: a, "has the default"),
        ("(a)", lambda a, b: (a, b), "needs 'b'"),
        ("(*a)", lambda a: a, "does not take *a"),
        ("(a)", lambda *, a: a, "at another place"),
    ],
)
def test_a_changed_signature_is_found(official, function, fault):
    assert any(fault in what for _, what in _only(official, function))


def test_a_table_entry_that_explains_nothing_is_a_fault():
    unexplained, _ = check_surface.sort_out([])
    assert {path for path, _ in unexplained} == {*check_surface.ALLOWED, *check_surface.TO_BUILD}


def test_a_new_difference_is_not_swallowed_by_the_tables():
    found = [("arthurai.core.modelsX.thing", "is missing"), ("arthurai.core.alertsX", "is missing")]
    unexplained, to_build = check_surface.sort_out(found)
    assert found[0] in unexplained
    assert found[1] in unexplained
    assert to_build == []


@pytest.mark.heavy
def test_importing_the_package_makes_submodules_reachable_without_loading_them():
    program = (
        "import sys, arthurai\n"
        "assert 'arthurai.core.models' not in sys.modules\n"
        "assert arthurai.common.constants.Stage.GroundTruth == 'GROUND_TRUTH'\n"
        "assert arthurai.core.models.ArthurModel and arthurai.core.attributes.ArthurAttribute\n"
        "heavy = {'pandas', 'pyarrow', 'numpy', 'httpx', 'duckdb'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
