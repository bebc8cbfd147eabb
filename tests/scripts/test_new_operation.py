"""The skeleton of a new operation, written into a copy of the repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from scripts import new_operation, redocly
from scripts.bundle import bundle

ROOT = Path(__file__).resolve().parents[2]

NEW_PATH = new_operation.Operation(
    "list_tag_models", "get", "/v3/tags/{tag_name}/models", "tags", "List the models with a tag."
)
KNOWN_PATH = new_operation.Operation(
    "create_tag", "post", "/v3/tags", "tags", "Create a tag that no model has yet."
)


@pytest.fixture
def copy(tmp_path):
    """Copy what the script changes."""
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    resource = Path("arthurai/server/resources/tags")
    shutil.copytree(ROOT / resource, tmp_path / resource)
    (tmp_path / "tests/server/resources").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("new", [NEW_PATH, KNOWN_PATH], ids=["new path", "known path"])
def test_the_skeleton_is_whole(copy, new):
    before = yaml.safe_load((copy / "openapi/paths/tags.yaml").read_text("utf-8"))
    assert new_operation.find_problems(copy, new) == []
    changed = new_operation.write_skeleton(copy, new)
    assert all(path.is_file() for path in changed)
    paths = yaml.safe_load((copy / "openapi/paths/tags.yaml").read_text("utf-8"))
    added = paths[new.path].pop(new.method)
    assert added["operationId"] == new.operation_id
    assert {name: item for name, item in paths.items() if item} == before
    ledger = yaml.safe_load((copy / "openapi/ledger.yaml").read_text("utf-8"))
    assert ledger["operations"][new.operation_id]["served"] is True
    handlers = (copy / "arthurai/server/resources/tags/handlers.py").read_text("utf-8")
    compile(handlers, "handlers.py", "exec")
    assert f'@operation("{new.operation_id}")' in handlers
    assert new_operation.find_problems(copy, new)


@pytest.mark.skipif(
    not redocly.PROGRAM.exists(), reason="Redocly or Node is not installed: run `make check` once"
)
@pytest.mark.parametrize("new", [NEW_PATH, KNOWN_PATH], ids=["new path", "known path"])
def test_the_specification_can_be_bundled_with_it(copy, new):
    new_operation.write_skeleton(copy, new)
    document = json.loads(bundle(copy / "openapi/arthur.yaml"))
    assert document["paths"][new.path][new.method]["operationId"] == new.operation_id
    assert len(document["paths"]) == len(json.loads(bundle())["paths"]) + (new is NEW_PATH)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"operation_id": "ListTags"}, "operationId 'ListTags' must be snake_case"),
        ({"operation_id": "list_tags"}, "operationId 'list_tags' exists already"),
        ({"method": "trace"}, "method 'trace' must be one of get, post"),
        ({"path": "tags"}, "path 'tags' must start with /v3 or /v4"),
        ({"path": "/v3/tags"}, "GET /v3/tags exists already"),
        ({"tag": "labels"}, "unknown tag 'labels': must be one of alert_"),
        ({"summary": "Tags"}, "summary 'Tags' must be a sentence"),
    ],
)
def test_what_cannot_be_added_is_refused_with_a_reason(copy, change, reason):
    (problem,) = new_operation.find_problems(copy, NEW_PATH._replace(**change))
    assert problem.startswith(reason)
