"""The bundle, taken apart for the tests of the specification."""

from pathlib import Path

import orjson
import pytest
import yaml

ROOT = Path(__file__).parents[2]
METHODS = ("get", "put", "post", "patch", "delete")


@pytest.fixture(scope="session")
def bundle():
    return orjson.loads((ROOT / "generated" / "arthurai_api" / "openapi.json").read_bytes())


@pytest.fixture(scope="session")
def operations(bundle):
    """(method, path, path item, operation) by operationId."""
    return {
        item[method]["operationId"]: (method, path, item, item[method])
        for path, item in bundle["paths"].items()
        for method in METHODS
        if method in item
    }


@pytest.fixture(scope="session")
def schemas(bundle):
    return bundle["components"]["schemas"]


@pytest.fixture(scope="session")
def roles():
    return yaml.safe_load((ROOT / "openapi" / "roles.yaml").read_text("utf-8"))


@pytest.fixture(scope="session")
def ledger():
    return yaml.safe_load((ROOT / "openapi" / "ledger.yaml").read_text("utf-8"))["operations"]


@pytest.fixture(scope="session")
def resolve(bundle):
    """Follow a reference inside the bundle; anything else is returned as it is."""

    def follow(node):
        while "$ref" in node:
            target = bundle
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    return follow


@pytest.fixture(scope="session")
def schema_names():
    """Names of all component schemas that a node refers to, directly or through others."""

    def direct(node):
        if isinstance(node, dict):
            reference = node.get("$ref", "")
            if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
                yield reference.rpartition("/")[2]
            for value in node.values():
                yield from direct(value)
        elif isinstance(node, list):
            for value in node:
                yield from direct(value)

    def reachable(node, schemas):
        pending, seen = list(direct(node)), set()
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending += direct(schemas[name])
        return seen

    return reachable
