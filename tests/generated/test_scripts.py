"""The scripts behind `make generate` and `make check`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import check, coverage, generate, redocly

TRAPS = Path(__file__).with_name("traps.json")
LEDGER = (
    "operations: {list_things: {}, create_things: {}, get_thing: {}, replace_thing: {}, "
    "change_thing: {}, delete_thing: {}, upload_file: {}, get_image: {}}\n"
)


@pytest.fixture
def package(traps_folder, tmp_path):
    return Path(shutil.copytree(traps_folder, tmp_path / "package"))


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.yaml"
    path.write_text(LEDGER)
    return path


@pytest.mark.heavy
def test_generation_is_repeatable(traps_folder, tmp_path):
    generate.generate(TRAPS, tmp_path / "again")
    assert list(generate.differences(traps_folder, tmp_path / "again")) == []


def test_the_package_carries_its_bundle_and_its_type_marker(traps_folder):
    assert json.loads((traps_folder / "openapi.json").read_bytes()) == json.loads(
        TRAPS.read_bytes()
    )
    assert (traps_folder / "py.typed").exists()
    assert not (traps_folder / ".ruff_cache").exists()


def test_each_kind_of_difference_is_named(traps_folder, package):
    (package / "extra.py").write_text("")
    (package / "errors.py").unlink()
    client = package / "client.py"
    client.write_text(client.read_text().replace("300.0", "None"))
    lines = list(generate.differences(package, traps_folder))
    assert [line for line in lines if not line.startswith(" ")] == [
        "client.py: differs",
        "errors.py: is missing",
        "extra.py: should not exist",
    ]
    assert "    -DEFAULT_TIMEOUT = httpx.Timeout(None, connect=10.0)" in lines


def test_caches_of_python_are_no_difference(traps_folder, package):
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "client.pyc").write_bytes(b"")
    assert list(generate.differences(package, traps_folder)) == []


def test_replacing_leaves_nothing_of_the_old_package(package, tmp_path):
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "new.py").write_text("")
    generate.replace(package, fresh)
    assert [path.name for path in package.iterdir()] == ["new.py"]
    assert not [path for path in package.parent.iterdir() if path.name.startswith(".old-")]


@pytest.mark.heavy
@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["components"]["schemas"]["Kind"]["enum"].append(7),
        lambda document: document["paths"]["/v3/things"]["get"]["responses"]["200"].update(
            content={"application/x-unknown": {"schema": {"type": "string"}}}
        ),
    ],
)
def test_a_warning_of_the_generator_is_a_failure(tmp_path, change):
    document = json.loads(TRAPS.read_bytes())
    change(document)
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document))
    with pytest.raises(redocly.ToolError, match="failed or warned"):
        generate.generate(changed, tmp_path / "out")


def test_another_version_of_a_tool_is_refused(monkeypatch):
    monkeypatch.setattr(generate.metadata, "version", lambda _name: "0.0.1")
    with pytest.raises(redocly.ToolError, match=r"pip install openapi-python-client==\d"):
        generate.check_versions()


@pytest.mark.heavy
def test_missing_node_is_said_clearly(tmp_path):
    command = [sys.executable, "-m", "scripts.redocly", "lint"]
    done = subprocess.run(
        command,
        cwd=redocly.ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "node and npm not found" in done.stderr
    assert "apt-get install nodejs npm" in done.stderr
    assert "Traceback" not in done.stderr


def test_counts_agree(package, ledger):
    assert list(check.problems(package, ledger)) == []


def test_an_operation_that_is_missing_somewhere_is_named(package, ledger):
    (package / "api" / "files" / "get_image.py").unlink()
    (package / "api" / "files" / "left_over.py").write_text("")
    ledger.write_text(LEDGER.replace("get_thing", "get_things"))
    assert list(check.problems(package, ledger)) == [
        "files.get_image is in the bundle but not in the generated client",
        "files.left_over is in the generated client but not in the bundle",
        "get_thing is in the bundle but not in the ledger",
        "get_things is in the ledger but not in the bundle",
    ]


def test_modules_that_cannot_be_imported_are_named(traps, traps_folder, monkeypatch):
    broken = traps_folder / "models" / "broken.py"
    broken.write_text("def (:")
    monkeypatch.setattr(check, "PACKAGE", "traps_api")
    try:
        (problem,) = check.broken_modules()
    finally:
        broken.unlink()
    assert "traps_api.models.broken cannot be imported: SyntaxError" in problem


def test_an_operation_without_a_row_in_the_ledger_is_named_with_the_row_to_add():
    new, gone = coverage.unmatched({"get_thing": {}, "left_over": {}}, {"get_thing", "add_thing"})
    assert new.startswith("add_thing has no row in openapi/ledger.yaml")
    row = yaml.safe_load(new.partition("\n")[2])["add_thing"]
    assert row["served"] is False
    assert not list(coverage.unexplained({"add_thing": row}))
    assert gone.startswith("left_over has a row in openapi/ledger.yaml, but is no operation")
