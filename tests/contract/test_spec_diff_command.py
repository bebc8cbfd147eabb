"""`arthurai spec diff`: what it reads, prints and returns."""

import copy
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

import arthurai_api.models
from arthurai import cli
from arthurai.common.bundle import load_bundle, operations
from arthurai.common.exceptions import UserValueError
from arthurai.contract.diff import compare_documents
from arthurai.contract.diff.change_report import add_impact, find_handlers, module_name
from arthurai.contract.spec_diff import BUNDLE, find_changes, load_document, load_ledger
from arthurai.contract.spec_diff import LEDGER as SPEC_LEDGER


def document(**members):
    answer = {"type": "object", "properties": members}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/BigThing"}}}
    get = {"tags": ["big things"], "responses": {"200": {"description": "ok", "content": content}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/one": {"get": {**get, "operationId": "get_one"}},
            "/two": {"get": {**get, "operationId": "get_two"}},
        },
        "components": {"schemas": {"BigThing": answer}},
    }


OLD = document(a={"type": "string"}, b={"type": "string"})
NEW = document(a={"type": "integer"}, b={"type": "string"}, c={"type": "string"})
DESCRIBED = document(a={"type": "string"}, b={"type": "string", "description": "B."})
LEDGER = """
operations:
  get_one: {status: wrapped, call: arthurai.One.get}
  get_two: {status: wrapped, call: [arthurai.Two.get, arthurai.Two.find]}
"""
SERVED = load_ledger(Path(__file__).parents[2] / SPEC_LEDGER)
MODULES = (
    "    modules arthurai_api.api.big_things.get_one, arthurai_api.api.big_things.get_two, "
    "arthurai_api.models.big_thing"
)


@pytest.fixture
def files(tmp_path):
    for name, value in (("old", OLD), ("new", NEW), ("described", DESCRIBED)):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    (tmp_path / "ledger.yaml").write_text(LEDGER)
    return tmp_path


def run(capsys, *arguments):
    code = cli.main(["spec", "diff", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_an_unchanged_document_prints_no_bump_only(capsys, files):
    assert run(capsys, files / "old.json", files / "old.json") == (0, "no bump\n", "")


def test_the_shipped_document_equals_itself():
    assert compare_documents(load_bundle(), copy.deepcopy(load_bundle())) == []


def test_people_read_the_change_with_what_it_touches(capsys, files):
    arguments = [files / "old.json", files / "new.json", "--ledger", files / "ledger.yaml"]
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert out.splitlines() == [
        "1 breaking",
        "  response type-changed: type changed from string to integer",
        "    at      #/components/schemas/BigThing/properties/a",
        "    in      get_one, get_two",
        MODULES,
        "    calls   arthurai.One.get, arthurai.Two.find, arthurai.Two.get",
        "",
        "1 additive",
        "  response property-added: optional member 'c' was added",
        "    at      #/components/schemas/BigThing/properties/c",
        "    in      get_one, get_two",
        MODULES,
        "    calls   arthurai.One.get, arthurai.Two.find, arthurai.Two.get",
        "",
        "Version bump: major: existing programs break",
    ]


def test_changes_that_read_the_same_are_shown_once(capsys, files):
    new = copy.deepcopy(OLD)
    for path in new["paths"].values():
        path["get"]["responses"]["409"] = {"description": "Taken."}
    (files / "new.json").write_text(json.dumps(new))
    assert run(capsys, files / "old.json", files / "new.json")[1].splitlines()[:3] == [
        "2 additive",
        "  response status-added: status 409 was added",
        "    at      #/paths/~1one/get/responses/409, #/paths/~1two/get/responses/409",
    ]


def test_programs_read_json(capsys, files):
    _, out, _ = run(capsys, files / "old.json", files / "new.json", "--json")
    report = json.loads(out)
    assert report["bump"] == "major"
    assert report["counts"] == {"breaking": 1, "generated": 0, "additive": 1, "cosmetic": 0}
    assert report["changes"][0] == {
        "severity": "breaking",
        "side": "response",
        "rule": "type-changed",
        "path": "#/components/schemas/BigThing/properties/a",
        "message": "type changed from string to integer",
        "operations": ["get_one", "get_two"],
        "modules": [
            "arthurai_api.api.big_things.get_one",
            "arthurai_api.api.big_things.get_two",
            "arthurai_api.models.big_thing",
        ],
        "calls": [],
        "handlers": [],
    }


@pytest.mark.parametrize(
    ("new", "level", "code"),
    [
        ("new", "major", 1),
        ("new", "patch", 1),
        ("described", "patch", 1),
        ("described", "minor", 0),
        ("old", "patch", 0),
    ],
)
def test_a_build_can_fail_on_a_bump(capsys, files, new, level, code):
    arguments = [files / "old.json", files / f"{new}.json", "--fail-on", level]
    assert run(capsys, *arguments)[0] == code


@pytest.mark.heavy
def test_revisions_of_git_are_read(capsys, files):
    def git(*arguments):
        identity = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
        subprocess.run(["git", *identity, "-C", files, *arguments], check=True, capture_output=True)

    git("init", "-q")
    bundle = files / BUNDLE
    bundle.parent.mkdir(parents=True)
    for text, tag in ((OLD, "v1"), (NEW, "v2")):
        bundle.write_text(json.dumps(text))
        git("add", BUNDLE)
        git("commit", "-q", "-m", tag)
        git("tag", tag)
    _, out, _ = run(capsys, "v1", "v2", "--repository", files)
    assert "1 breaking" in out
    assert run(capsys, "v2", bundle, "--repository", files)[1] == "no bump\n"


@pytest.mark.heavy
def test_calls_of_a_removed_operation_are_known_from_the_old_ledger(capsys, files):
    def commit():
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        for arguments in (["add", "-A"], ["commit", "-q", "-m", "one"]):
            subprocess.run(["git", *identity, *arguments], cwd=files, check=True)

    subprocess.run(["git", "init", "-q"], cwd=files, check=True)
    for name, value in ((BUNDLE, json.dumps(OLD)), (SPEC_LEDGER, LEDGER)):
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_text(value)
    commit()
    new = copy.deepcopy(OLD)
    del new["paths"]["/one"]
    (files / "new.json").write_text(json.dumps(new))
    (files / SPEC_LEDGER).write_text("operations:\n  get_two: {status: raw, reason: none}\n")
    out = run(capsys, "HEAD", files / "new.json", "--repository", files)[1]
    assert "operation-removed" in out
    assert "    calls   arthurai.One.get" in out


def test_handlers_of_the_embedded_server_are_named():
    found = find_handlers(resources.files("arthurai"))
    assert found.keys() == {name for name, row in SERVED.items() if row["served"]}
    assert found["list_tags"] == "tags.handlers.list_tags"
    new = copy.deepcopy(load_bundle())
    del new["paths"]["/v3/tags"]["get"]
    changes = find_changes(load_bundle(), new, SERVED)
    (removed,) = [change for change in changes if change.rule == "operation-removed"]
    assert removed.handlers == ("tags.handlers.list_tags",)
    assert removed.operations == ("list_tags",)


def test_yaml_is_read_too(capsys, files):
    yaml = files / "old.yaml"
    yaml.write_text(json.dumps(OLD))
    assert run(capsys, yaml, files / "old.json")[1] == "no bump\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not an OpenAPI document"),
        ("{}", "is not an OpenAPI document"),
        (json.dumps({**OLD, "components": {}}), "which is missing"),
        (json.dumps(OLD).replace("#/components/schemas/", "other.yaml#/"), "bundle the document"),
        (json.dumps({**OLD, "servers": [{}]}), "lint it first"),
    ],
)
def test_what_is_no_document_is_refused(capsys, files, content, message):
    bad = files / "bad.json"
    bad.write_text(content)
    code, out, err = run(capsys, bad, files / "new.json")
    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("error: ")


@pytest.mark.parametrize("source", ["no-such-revision", "HEAD:other"])
def test_what_is_neither_file_nor_revision_is_refused(capsys, files, source):
    code, _out, err = run(capsys, source, files / "new.json")
    assert code == 2
    assert repr(source) in err


def test_a_revision_cannot_be_an_option_of_git(files):
    with pytest.raises(UserValueError, match="neither a file nor a git revision"):
        load_document("--output=x", files)


@pytest.mark.parametrize("content", ["[", "[]", "operations: 7"])
def test_what_is_no_ledger_is_refused(capsys, files, content):
    bad = files / "bad.yaml"
    bad.write_text(content)
    arguments = [files / "old.json", files / "new.json", "--ledger", bad]
    assert run(capsys, *arguments)[0] == 2


def test_a_missing_ledger_is_said(capsys, files):
    arguments = [files / "old.json", files / "new.json", "--ledger", files / "none.yaml"]
    code, _out, err = run(capsys, *arguments)
    assert code == 2
    assert "none.yaml does not exist" in err


@pytest.mark.heavy
def test_the_command_line_of_the_package_offers_it(files):
    command = [sys.executable, "-m", "arthurai.cli", "spec", "diff"]
    command += [str(files / "old.json"), str(files / "new.json"), "--fail-on", "major"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "1 breaking" in done.stdout


def test_modules_are_named_as_the_generator_names_them():
    schemas = load_bundle()["components"]["schemas"]
    known = arthurai_api.models._MODULES
    assert len(known.keys() & schemas.keys()) > 100
    for name in known.keys() & schemas.keys():
        assert f".{module_name(name)}" == known[name]


def test_named_modules_of_operations_exist():
    from importlib.util import find_spec

    new = copy.deepcopy(load_bundle())
    for path in new["paths"].values():
        for method in set(path) & {"get", "put", "post", "patch", "delete"}:
            path[method]["summary"] = "Another summary."
    changes = add_impact(compare_documents(load_bundle(), new), load_bundle(), new)
    touched = {module for change in changes for module in change.modules}
    assert len(touched) == len(operations())
    assert all(find_spec(module) for module in touched)


def test_a_recursive_schema_is_compared_once():
    def recursive(kind):
        result = copy.deepcopy(OLD)
        result["components"]["schemas"]["BigThing"] = {
            "type": "object",
            "properties": {
                "me": {"$ref": "#/components/schemas/BigThing"},
                "all": {"type": "array", "items": {"$ref": "#/components/schemas/BigThing"}},
                "kind": {"type": kind},
            },
        }
        return result

    (change,) = compare_documents(recursive("string"), recursive("boolean"))
    assert change.path == "#/components/schemas/BigThing/properties/kind"
    assert change.operations == ("get_one", "get_two")
