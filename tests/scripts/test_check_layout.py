"""The check of the layout, on small packages and on copies of ours with violations planted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import check_layout

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def check(tmp_path):
    """Write a package of these files; return what is wrong with it."""

    def check(files):
        package = tmp_path / "arthurai"
        for name, text in {"__init__": "", **files}.items():
            path = package / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return dict(check_layout.find_violations(package))

    return check


def run(package):
    return subprocess.run(
        [sys.executable, "-m", "scripts.check_layout", package],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.heavy
def test_our_package_is_right():
    done = run(ROOT / "arthurai")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.heavy
def test_violations_planted_in_a_copy_of_our_package_are_found(tmp_path):
    package = shutil.copytree(
        ROOT / "arthurai", tmp_path / "arthurai", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "upload" / "timeouts.py").write_text("import arthurai.upload.tables_again\n")
    (package / "upload" / "tables_again.py").write_text(
        "def late():\n    from arthurai.upload import timeouts\n    return timeouts\n"
    )
    (package / "query" / "timeouts.py").write_text("x = 1\n" * 601)
    registry = package / "server" / "http" / "registry.py"
    registry.write_text(registry.read_text() + "\nfrom arthurai.server.app import ArthurApp\n")
    done = run(package)
    assert done.returncode == 1
    for line in (
        "file name timeouts.py: must occur once, got query/timeouts.py and upload/timeouts.py",
        "query/timeouts.py: must have at most 600 lines, got 601",
        "import circle arthurai.upload.tables_again -> arthurai.upload.timeouts -> ",
        "arthurai.server.http.registry imports the application: line ",
    ):
        assert line in done.stdout


def test_names_of_one_kind_of_file_and_of_aliases_may_repeat(check):
    alias = "from arthurai.common.text import quote"
    same = ["server/a/handlers", "server/b/handlers", "core/util", "util"]
    assert not check({**dict.fromkeys(same, alias), "common/text": ""})


def test_an_alias_that_defines_something_is_a_module_like_others(check):
    found = check({"core/wait": "def wait():\n    pass\n", "common/wait": ""})
    assert found == {"file name wait.py": "must occur once, got common/wait.py and core/wait.py"}


def test_generated_files_may_be_long(check):
    assert not check({"common/documents": "\n" * 2000})
    assert list(check({"common/texts": "\n" * 601})) == ["common/texts.py"]


@pytest.mark.parametrize(
    "text",
    [
        "import arthurai.b",
        "from arthurai import b",
        "from . import b",
        "from .b import name",
        "def f():\n    from arthurai.b import name",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from arthurai.b import name",
        "try:\n    import arthurai.b as other\nexcept ImportError:\n    pass",
    ],
)
def test_any_import_closes_a_circle(check, text):
    assert list(check({"a": text, "b": "from arthurai import a"})) == [
        "import circle arthurai.a -> arthurai.b -> arthurai.a"
    ]


def test_a_circle_through_a_package_is_found(check):
    found = check(
        {
            "query/__init__": "from arthurai.query.parts import one",
            "query/parts": "from arthurai.other import two",
            "other": "from .query import one",
        }
    )
    assert list(found) == [
        "import circle arthurai.other -> arthurai.query -> arthurai.query.parts -> arthurai.other"
    ]


def test_each_circle_is_shown(check):
    found = check({name: f"import arthurai.{other}" for name, other in ["ab", "ba", "cd", "dc"]})
    assert len(found) == 2


def test_modules_that_import_in_one_direction_are_no_circle(check):
    assert not check(
        {"a": "import arthurai.b, arthurai.c", "b": "import arthurai.c", "c": "import json"}
    )


USE = "from arthurai.server.app import ArthurApp"


@pytest.mark.parametrize(
    ("module", "text", "right"),
    [
        ("cli", USE, True),
        ("server/serving/waitress_server", USE, True),
        ("transport/local", f"def open_local():\n    {USE}", True),
        ("transport/local", USE, False),
        ("transport/session", f"def open_local():\n    {USE}", False),
        ("client/client", USE, False),
        ("server/http/wsgi", f"if TYPE_CHECKING:\n    {USE}", False),
        ("server/background/worker", "from arthurai.server import ArthurApp", False),
        ("server/background/worker", "from .. import app", False),
    ],
)
def test_only_what_starts_the_application_imports_it(check, module, text, right):
    found = check(
        {"server/__init__": "", "server/app": "", "server/background/jobs": "", module: text}
    )
    assert (not found) is right, found
