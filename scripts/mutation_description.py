"""Tests of the description that need nothing but the document: called, without a run of pytest.

Most changes of statuses and headers are noticed by them, in a hundredth of the time.
"""

import functools
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from arthurai.common.bundle import METHODS, resolve
from scripts.redocly import ROOT

CALLED_TESTS = ("tests/spec/test_spec_statuses.py", "tests/spec/test_spec_operations.py")


def first_failure(bundle: dict[str, Any]) -> str:
    """Return which test fails under a document, and what it says; empty when none does.

    Args:
        bundle: The document.
    """
    fixtures = _fixtures(bundle)
    for name, function in _tests(frozenset(fixtures)):
        wanted = {key: fixtures[key] for key in inspect.signature(function).parameters}
        try:
            function(**wanted)
        except (AssertionError, LookupError, ValueError) as error:
            return f"FAILED {name} - {type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return ""


def _fixtures(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `tests/spec/conftest.py` gives to the tests, for a document."""
    return {
        "bundle": bundle,
        "operations": {
            item[method]["operationId"]: (method, path, item, item[method])
            for path, item in bundle["paths"].items()
            for method in METHODS
            if method in item
        },
        "schemas": bundle["components"]["schemas"],
        "roles": _roles(),
        "resolve": functools.partial(resolve, bundle),
    }


@functools.cache
def _roles() -> Any:
    return yaml.safe_load((ROOT / "openapi" / "roles.yaml").read_text(encoding="utf-8"))


@functools.cache
def _tests(known: frozenset[str]) -> list[tuple[str, Callable[..., None]]]:
    """Return the tests that take nothing but the document and what is made of it."""
    found = []
    for file in CALLED_TESTS:
        for name, function in _functions(file):
            given = set(inspect.signature(function).parameters)
            if given and given <= known:
                found.append((f"{file}::{name}", function))
    return found


def _functions(file: str) -> Iterator[tuple[str, Callable[..., None]]]:
    name = f"mutation_{file.rpartition('/')[2].removesuffix('.py')}"
    specification = importlib.util.spec_from_file_location(name, ROOT / file)
    if specification is None or specification.loader is None:
        raise RuntimeError(f"{file} is missing")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    for member, function in inspect.getmembers(module, inspect.isfunction):
        if member.startswith("test_"):
            yield member, function
