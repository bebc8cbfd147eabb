"""Tests that judge the description as a whole: called for each change, without a run of pytest.

Most changes of statuses and headers are noticed by them, in a hundredth of the time.
"""

import functools
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import yaml

from arthurai.common.bundle import METHODS, operations_of, resolve
from scripts.redocly import ROOT

#: Cheap tests of the description, and of the data classes that follow from it.
GENERAL_TESTS = (
    "tests/spec/test_spec_statuses.py",
    "tests/spec/test_spec_operations.py",
    "tests/contract/test_curated_objects.py",
)
#: How tests read the description where no fixture gives it.
_READERS: dict[str, Callable[[dict[str, Any]], Callable[[], Any]]] = {
    "load_bundle": lambda bundle: lambda: bundle,
    "operations": lambda bundle: lambda: operations_of(bundle),
    "parsed_operations": lambda bundle: lambda: operations_of(bundle),
}


class CalledTest(NamedTuple):
    """A test with the arguments of one of its cases.

    Attributes:
        name: Its file and name.
        module: Where it stands.
        function: What is called.
        arguments: Those of the case; fixtures are not among them.
    """

    name: str
    module: ModuleType
    function: Callable[..., None]
    arguments: Mapping[str, Any]


def first_failure(bundle: dict[str, Any]) -> str:
    """Return which test fails under a document, and what it says; empty when none does.

    Args:
        bundle: The document.
    """
    fixtures = _fixtures(bundle)
    for module in {test.module.__name__: test.module for test in _tests()}.values():
        for name, reader in _READERS.items():
            if hasattr(module, name):
                setattr(module, name, reader(bundle))
    for test in _tests():
        wanted = set(inspect.signature(test.function).parameters) - test.arguments.keys()
        try:
            test.function(**test.arguments, **{name: fixtures[name] for name in wanted})
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            said = str(error).partition("\n")[0]
            return f"FAILED {test.name} - {type(error).__name__}: {said}"
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
def _tests() -> list[CalledTest]:
    return [test for file in GENERAL_TESTS for test in _tests_of(file)]


def _tests_of(file: str) -> Iterator[CalledTest]:
    """Yield the cases of the tests of a file."""
    if str(ROOT / "tests") not in sys.path:
        sys.path.append(str(ROOT / "tests"))
    name = f"mutated_{file.rpartition('/')[2].removesuffix('.py')}"
    specification = importlib.util.spec_from_file_location(name, ROOT / file)
    if specification is None or specification.loader is None:
        raise RuntimeError(f"{file} is missing")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    for member, function in inspect.getmembers(module, inspect.isfunction):
        if not member.startswith("test_"):
            continue
        marks = [m for m in getattr(function, "pytestmark", ()) if m.name == "parametrize"]
        cases = [_case(mark.args[0], value) for mark in marks for value in mark.args[1]]
        for case in cases if marks else [{}]:
            yield CalledTest(f"{file}::{member}", module, function, case)


def _case(names: str | tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the arguments of one value of `pytest.mark.parametrize`."""
    if isinstance(names, str):
        return {names: value}
    return dict(zip(names, value, strict=True))
