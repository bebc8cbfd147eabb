"""What the built wheel holds, and that it works without this folder."""

import json
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)]+)\)")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--quiet"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", str(folder)]
    subprocess.run(command, check=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_both_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"arthurai", "arthurai_api"}
    assert {
        "arthurai/py.typed",
        "arthurai_api/py.typed",
        "arthurai_api/openapi.json",
        "arthurai_api/client.py",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_wheel_holds_every_committed_module(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder, prefix in (
        (ROOT / "arthurai", ROOT),
        (ROOT / "generated/arthurai_api", ROOT / "generated"),
    ):
        modules = {str(path.relative_to(prefix)) for path in folder.rglob("*.py")}
        assert modules <= names


def test_the_description_of_the_wheel_links_to_no_file(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("dist-info/METADATA")]
        described = message_from_bytes(archive.read(name))
    text = described.get_payload(decode=True).decode()
    assert described["Description-Content-Type"] == "text/markdown"
    assert [link for link in LINK.findall(text) if not link.startswith("https://")] == []
    headings = re.findall("^#.*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert re.findall("^#.*", text, re.MULTILINE) == headings
    assert "| docs/examples.md |" in text


def test_the_wheel_works_from_elsewhere(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import sys, json; sys.path.insert(0, sys.argv[1]);"
        "import arthurai, arthurai_api; from importlib import resources;"
        "document = json.loads(resources.files('arthurai_api').joinpath('openapi.json').read_bytes());"
        "assert arthurai.__file__.startswith(sys.argv[1]), arthurai.__file__;"
        "print(document['info']['title'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip()


def test_the_bundle_is_found_in_an_editable_install():
    text = resources.files("arthurai_api").joinpath("openapi.json").read_bytes()
    assert json.loads(text)["openapi"] == "3.1.0"


@pytest.mark.slow
def test_the_source_distribution_builds_the_same_wheel(wheel, tmp_path):
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (rebuilt,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as direct, zipfile.ZipFile(rebuilt) as indirect:
        assert set(indirect.namelist()) == set(direct.namelist())
