"""Reading operations out of an OpenAPI document."""

from __future__ import annotations

import pytest

from arthurai.common.bundle import (
    Permission,
    base_path,
    load_bundle,
    operations,
    operations_of,
    resolve,
)


def document(**paths):
    return {"security": [{"token": []}], "paths": {f"/{k}": v for k, v in paths.items()}}


def test_every_operation_of_the_shipped_document_is_found():
    counted = sum(
        method in {"get", "put", "post", "delete", "patch"}
        for item in load_bundle()["paths"].values()
        for method in item
    )
    assert len(operations()) == counted
    assert base_path() == "/api"
    assert {o.operation_id for o in operations().values() if o.public} == {"login", "saml_sso"}


def test_parameters_of_the_path_are_merged_and_can_be_overridden():
    shared = [{"name": n, "in": "query", "schema": {"type": "string"}} for n in ("a", "b")]
    own = {"name": "b", "in": "query", "schema": {"type": "integer"}}
    found = operations_of(
        document(x={"parameters": shared, "get": {"operationId": "o", "parameters": [own]}})
    )
    assert found["o"].spec["parameters"] == [shared[0], own]


def test_permission_and_openness_are_read():
    found = operations_of(
        document(
            x={
                "get": {"operationId": "a", "x-permission": {"resource": "r", "action": "s"}},
                "put": {"operationId": "b", "security": []},
                "post": {"operationId": "c", "x-permission-data": True, "tags": ["t", "u"]},
            }
        )
    )
    assert found["a"].permission == Permission("r", "s")
    assert [found[name].public for name in "abc"] == [False, True, False]
    assert [found[name].checks_data_permission for name in "abc"] == [False, False, True]
    assert (found["c"].tag, found["c"].method, found["c"].path) == ("t", "POST", "/x")


def test_a_name_used_twice_and_a_missing_name_are_refused():
    twice = document(x={"get": {"operationId": "o"}}, y={"get": {"operationId": "o"}})
    with pytest.raises(ValueError, match="'o' is used twice"):
        operations_of(twice)
    with pytest.raises(ValueError, match="GET /x has no operationId"):
        operations_of(document(x={"get": {}}))


def test_references_are_followed_through_escapes():
    node = {"a/b": {"~": {"$ref": "#/end"}}, "end": {"type": "null"}}
    assert resolve(node, {"$ref": "#/a~1b/~0"}) == {"type": "null"}
    with pytest.raises(KeyError):
        resolve(node, {"$ref": "#/nowhere"})
