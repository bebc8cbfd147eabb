"""Compare the public names of this package with those of the official SDK 3.33.3.

    python -m scripts.check_surface            # say what differs
    python -m scripts.check_surface --check    # the same, and exit 1 if anything does

The facts about the official SDK stand in `tests/data/sdk_surface.json`. A signature is taken as
kept when every call the official one accepts is accepted here with the same meaning: parameters of
the same names in the same order with the same defaults; ours may have more, as long as they are
optional. What differs on purpose stands in `ALLOWED`, what is not built yet in `TO_BUILD`; entries
of either table that are no longer needed count as faults, so that the tables can only shrink.
"""

import argparse
import ast
import dataclasses
import importlib
import inspect
import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SURFACE = Path(__file__).resolve().parent.parent / "tests" / "data" / "sdk_surface.json"

#: Differences that are meant to be: the name, the start of names, or `*.` and their end; and why.
ALLOWED: dict[str, str] = {
    "arthurai.version.__version__": "the version is our own",
    "arthurai.common.constants.IMAGE_FILE_EXTENSION_MAP": "TIFF files end in .tiff, not .tff",
    "*.schema": "made by marshmallow, which is not needed here",
    "arthurai.client.http.arthur": "the client that was deprecated in 3.13.1; HTTPClient does it",
    "arthurai.core.data_service": "inner steps of uploads; the sending calls of the model do them",
    "arthurai.common.log.InfoFilter.filter": "logging calls it by position; named as in logging",
    "arthurai.explainability.explanation_packager.ExplanationPackager.copy_files": "made for a "
    "docker image that was never shipped; test() tries the packed project in a process",
    "arthurai.explainability.explanation_packager.ExplanationPackager.create_test_script": "the "
    "same",
    "arthurai.datasets": "downloads of examples from S3; `make demo` has data of its own",
}

#: Names other parts of the work still bring.
TO_BUILD: dict[str, str] = {}

Fault = tuple[str, str]


def faults(surface: Mapping[str, Any]) -> Iterator[Fault]:
    """Find every difference.

    Args:
        surface: The facts about the official SDK.

    Yields:
        The dotted name and what differs.
    """
    for name, module in surface["modules"].items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # older paths say that they are
                ours = importlib.import_module(name)
        except ImportError as error:
            yield name, f"cannot be imported: {error}"
            continue
        yield from _module_faults(name, module, ours)
    yield from _exception_faults(surface["exceptions"])


def _module_faults(name: str, module: Mapping[str, Any], ours: Any) -> Iterator[Fault]:
    for public in module.get("names", ()):
        if _found(ours, public) is None:
            yield f"{name}.{public}", "is missing"
    for public, facts in module.get("constants", {}).items():
        yield from _constant_faults(f"{name}.{public}", facts, ours)
    for public, signature in module.get("functions", {}).items():
        path = f"{name}.{public}"
        function = _found(ours, public)
        if function is None:
            yield path, "is missing"
        else:
            yield from _signature_faults(path, signature, function)
    for public, facts in module.get("classes", {}).items():
        path = f"{name}.{public}"
        cls = _found(ours, public)
        if cls is None:
            yield path, "is missing"
        else:
            yield from _class_faults(path, facts, cls)


def _found(module: Any, name: str) -> Any:
    try:
        return getattr(module, name, None)
    except ImportError:  # a lazy name whose module is not there
        return None


def _constant_faults(path: str, facts: Mapping[str, Any], ours: Any) -> Iterator[Fault]:
    name = path.rpartition(".")[2]
    if not hasattr(ours, name):
        yield path, "is missing"
    elif "value" in facts:
        value = getattr(ours, name)
        plain = sorted(value) if isinstance(value, set | frozenset) else value
        if plain != facts["value"]:
            yield path, f"is {plain!r} instead of {facts['value']!r}"


def _class_faults(path: str, facts: Mapping[str, Any], cls: Any) -> Iterator[Fault]:
    for member, value in {**facts.get("members", {}), **facts.get("constants", {})}.items():
        ours = getattr(cls, member, None)
        if (list(ours) if isinstance(ours, tuple) else ours) != value:
            yield f"{path}.{member}", f"is {ours!r} instead of {value!r}"
    for name, declared in facts.get("methods", {}).items():
        yield from _method_faults(f"{path}.{name}", declared, cls)
    for name in facts.get("inherited_methods", ()):
        if not callable(getattr(cls, name, None)):
            yield f"{path}.{name}", "is missing"
    fields = [field.name for field in dataclasses.fields(cls)] if "fields" in facts else []
    for name in facts.get("properties", ()):
        if not isinstance(inspect.getattr_static(cls, name, None), property) and name not in fields:
            yield f"{path}.{name}", "is no property"
    if "fields" in facts and [f for f in fields if f in facts["fields"]] != facts["fields"]:
        yield path, f"has the fields {fields} instead of {facts['fields']}"
    if "constructor" in facts:
        yield from _signature_faults(f"{path}()", facts["constructor"], cls)


def _method_faults(path: str, declared: str, cls: type) -> Iterator[Fault]:
    kind, _, signature = declared.rpartition(" (") if " (" in declared else ("", "", declared)
    name = path.rpartition(".")[2]
    static = inspect.getattr_static(cls, name, None)
    if static is None:
        yield path, "is missing"
        return
    if kind == "static" and not isinstance(static, staticmethod):
        yield path, "is no static method"
    if kind == "class" and not isinstance(static, classmethod):
        yield path, "is no class method"
    bound = isinstance(static, staticmethod | classmethod)
    yield from _signature_faults(
        path, f"({signature.removeprefix('(')}", getattr(cls, name), skip_first=not bound
    )


def _signature_faults(
    path: str, official: str, function: Any, *, skip_first: bool = False
) -> Iterator[Fault]:
    theirs = list(_declared(official).values())
    ours = list(inspect.signature(function).parameters.values())[int(skip_first) :]
    by_name = {parameter.name: parameter for parameter in ours}
    for place, parameter in enumerate(theirs):
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            if not any(mine.kind == parameter.kind for mine in ours):
                yield path, f"does not take {parameter}"
            continue
        mine = by_name.pop(parameter.name, None)
        if mine is None:
            yield path, f"has no parameter {parameter.name!r}"
        elif parameter.kind == parameter.POSITIONAL_OR_KEYWORD and (
            place >= len(ours) or ours[place] is not mine or mine.kind != parameter.kind
        ):
            yield path, f"takes {parameter.name!r} at another place"
        elif not _same_default(parameter.default, mine.default):
            yield path, f"has the default {mine}, not {parameter}"
    for more in by_name.values():
        if more.default is more.empty and more.kind in {
            more.POSITIONAL_OR_KEYWORD,
            more.KEYWORD_ONLY,
        }:
            yield path, f"needs {more.name!r}, which the official one does not have"


def _same_default(theirs: Any, ours: Any) -> bool:
    if theirs is inspect.Parameter.empty:
        return True
    if theirs is ...:
        return ours is not inspect.Parameter.empty
    return bool(theirs == ours)


def _declared(signature: str) -> dict[str, inspect.Parameter]:
    """Read a signature written as in Python; `...` stands for any default."""
    written = ast.parse(f"lambda {signature.strip()[1:-1]}: 0", mode="eval").body
    assert isinstance(written, ast.Lambda)  # noqa: S101 - by construction
    arguments = written.args
    kinds = inspect.Parameter
    unset = [None] * (len(arguments.args) - len(arguments.defaults))
    single = ((arguments.vararg, kinds.VAR_POSITIONAL), (arguments.kwarg, kinds.VAR_KEYWORD))
    found: list[tuple[ast.arg, Any, ast.expr | None]] = [
        *(
            (a, kinds.POSITIONAL_OR_KEYWORD, d)
            for a, d in zip(arguments.args, [*unset, *arguments.defaults], strict=True)
        ),
        *(
            (a, kinds.KEYWORD_ONLY, d)
            for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ),
        *((a, kind, None) for a, kind in single if a is not None),
    ]
    return {
        argument.arg: kinds(
            argument.arg,
            kind,
            default=kinds.empty if default is None else ast.literal_eval(default),
        )
        for argument, kind, default in found
    }


def _exception_faults(exceptions: Mapping[str, list[str]]) -> Iterator[Fault]:
    ours = importlib.import_module("arthurai.common.exceptions")
    for name, bases in exceptions.items():
        path = f"arthurai.common.exceptions.{name}"
        cls = getattr(ours, name, None)
        if cls is None:
            yield path, "is missing"
            continue
        above = {base.__name__ for base in cls.__mro__}
        for base in bases:
            if base not in above:
                yield path, f"is no {base}"


def _belongs(path: str, entry: str) -> bool:
    if entry.startswith("*."):
        return path.endswith(entry[1:])
    return path == entry or path.startswith((f"{entry}.", f"{entry}("))


def sort_out(found: list[Fault]) -> tuple[list[Fault], list[Fault]]:
    """Take out what the tables explain, and find what they no longer have to explain.

    Args:
        found: All differences.

    Returns:
        The differences nobody explains, table entries that explain nothing among them; and those
        that are still to build.
    """
    tables = {**ALLOWED, **TO_BUILD}
    unexplained = [f for f in found if not any(_belongs(f[0], entry) for entry in tables)]
    to_build = [f for f in found if any(_belongs(f[0], entry) for entry in TO_BUILD)]
    idle = "is in a table of this script, but nothing differs any more"
    unexplained += [
        (entry, idle) for entry in tables if not any(_belongs(path, entry) for path, _ in found)
    ]
    return unexplained, to_build


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison.

    Args:
        arguments: Arguments of the command line; those of the process by default.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="exit 1 when something differs")
    options = parser.parse_args(arguments)
    surface = json.loads(SURFACE.read_text())
    unexplained, to_build = sort_out(list(faults(surface)))
    for path, what in unexplained:
        print(f"{path}: {what}")
    print(
        f"{len(unexplained)} differences from {surface['package']} {surface['version']}, "
        f"{len(to_build)} names still to build, {len(ALLOWED)} differences on purpose"
    )
    return int(options.check and bool(unexplained))


if __name__ == "__main__":
    sys.exit(main())
