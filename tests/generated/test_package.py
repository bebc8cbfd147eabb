"""The generated package as a whole: every operation survives answers that nobody documented."""

import importlib
import inspect
import json
import re
from pathlib import Path

import httpx
import pytest

import arthurai_api
from arthurai.common.bundle import load_bundle, operations

OPERATIONS = sorted(operations())
PACKAGE = Path(arthurai_api.__file__).parent


def module_of(name):
    return importlib.import_module(f"arthurai_api.api.{operations()[name].tag}.{name}")


def received(name, status, **body):
    """Read a response as `sync_detailed` does."""
    client = arthurai_api.Client("http://localhost/api")
    return client.detail(httpx.Response(status, **body), module_of(name).parse_response)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_survives_foreign_errors(name):
    for status in (301, 400, 401, 404, 405, 420, 500, 502, 503, 520, 599):
        for body in (b"<html>Bad gateway</html>", b"", b"[]", b"null", b'{"detail": "x"}'):
            response = received(name, status, content=body, headers={"Content-Type": "text/html"})
            assert response.status_code == status
            assert response.parsed is None


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_reads_documented_errors(name):
    statuses = [int(status) for status in operations()[name].spec["responses"] if status >= "4"]
    for status in statuses:
        assert received(name, status, json={"error": "why"}).parsed.error == "why"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_can_be_called_in_the_four_usual_ways(name):
    module = module_of(name)
    for call in (module.sync, module.sync_detailed):
        assert not inspect.iscoroutinefunction(call)
    for call in (module.asyncio, module.asyncio_detailed):
        assert inspect.iscoroutinefunction(call)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_built_by_a_public_function(name):
    operation = operations()[name]
    module = module_of(name)
    needed = {
        parameter.name: "x"
        for parameter in inspect.signature(module.build_request).parameters.values()
        if parameter.default is parameter.empty
    }
    request = module.build_request(**needed)
    assert (request.operation, request.method) == (name, operation.method)
    assert request.url == re.sub(r"\{[^}]+\}", "x", operation.path)
    assert request.body == {}
    for word in ("Build the request", "Args:" if needed else "", "Returns:"):
        assert word in module.build_request.__doc__


def test_no_boundary_is_fixed():
    sources = [path.read_text() for path in PACKAGE.rglob("*.py")]
    assert not [source for source in sources if "boundary=" in source]


def test_every_enum_is_open():
    enums = [path for path in (PACKAGE / "models").glob("*.py") if "(StrEnum)" in path.read_text()]
    assert len(enums) > 20
    for path in enums:
        module = importlib.import_module(f"arthurai_api.models.{path.stem}")
        (enum,) = (
            one
            for name in arthurai_api.models.__all__
            if (one := getattr(module, name, None)) and one.__module__ == module.__name__
        )
        assert enum("a value of the future") == "a value of the future"


def test_the_document_that_is_shipped_is_the_one_it_was_made_from():
    document = json.loads((PACKAGE / "openapi.json").read_bytes())
    assert document == load_bundle()
