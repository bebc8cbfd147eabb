"""The check of places, on copies of the repository in which one was forgotten."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import check_places

ROOT = Path(__file__).resolve().parents[2]

#: A member of each kind, and what a forgetful author leaves out.
FORGOTTEN = [
    ("openapi/ledger.yaml", "\n  list_tags:", "\n  list_labels:", "operation 'list_tags'"),
    (
        "arthurai/server/resources/tags/handlers.py",
        '@operation("list_tags")',
        '@operation("list_labels")',
        "served operation 'list_tags'",
    ),
    ("arthurai/query/functions.py", '"quantile"', '"percentile"', "query function 'quantile'"),
    (
        "arthurai/server/resources/metrics/builtin_metrics.py",
        "OutputType.RankedList",
        "OutputType.List",
        "output type 'RANKED_LIST'",
    ),
    (
        "arthurai/upload/coerce.py",
        "ValueType.TimeSeries",
        "ValueType.Series",
        "value type 'TIME_SERIES'",
    ),
]


@pytest.fixture
def copy(tmp_path):
    """Copy the files that the check reads."""
    for kind in check_places.KINDS:
        for place in kind.places:
            for path in ROOT.glob(place.pattern):
                target = tmp_path / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    for name in (check_places.BUNDLE, check_places.VOCABULARY):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return tmp_path


def test_nothing_is_missing_in_a_copy(copy):
    assert list(check_places.find_missing(copy)) == []


@pytest.mark.parametrize(("file", "old", "new", "member"), FORGOTTEN)
def test_a_forgotten_place_is_named_with_what_belongs_there(copy, file, old, new, member):
    path = copy / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    missing = [line for line in check_places.find_missing(copy) if line.startswith(member)]
    assert len(missing) == 1
    assert ": " in missing[0]


def test_a_new_value_type_is_asked_for_in_all_its_places(copy):
    path = copy / check_places.VOCABULARY
    text = path.read_text("utf-8")
    path.write_text(
        text.replace(
            '    Tokens: Final = "TOKENS"',
            '    Money: Final = "MONEY"\n    Tokens: Final = "TOKENS"',
        ),
        "utf-8",
    )
    missing = list(check_places.find_missing(copy))
    kind = next(kind for kind in check_places.KINDS if kind.name == "value type")
    assert len(missing) == len(kind.places)
    assert all(line.startswith("value type 'MONEY' is missing in ") for line in missing)


def test_the_command_exits_1_with_the_list(copy):
    (copy / "openapi/ledger.yaml").write_text("operations: {}\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.check_places", copy],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "operation 'login' is missing in openapi/ledger.yaml" in done.stdout
