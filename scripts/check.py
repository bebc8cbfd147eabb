"""Compare what the specification, the generated client and the ledger contain.

    python -m scripts.check

The generator drops what it does not understand without failing, so the operations are counted and
named, and every generated module is imported.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import yaml

from scripts.redocly import ROOT

PACKAGE = "arthurai_api"
LEDGER = ROOT / "openapi" / "ledger.yaml"
METHODS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", "trace"})


def bundle_operations(document: dict[str, Any]) -> set[str]:
    """Name the operations of a bundle as `tag.operation_id`, as generated code arranges them."""
    return {
        f"{operation['tags'][0]}.{operation['operationId']}"
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    }


def generated_operations(package: Path) -> set[str]:
    """Name the modules of a generated package that hold one operation each."""
    return {
        f"{module.parent.name}.{module.stem}"
        for module in (package / "api").glob("*/*.py")
        if module.stem != "__init__"
    }


def ledger_operations(path: Path) -> set[str]:
    """Name the operations that have a row in the ledger, without their tags."""
    return set(yaml.safe_load(path.read_text(encoding="utf-8"))["operations"])


def _difference(
    left: str, lefts: AbstractSet[str], right: str, rights: AbstractSet[str]
) -> Iterator[str]:
    for name in sorted(lefts - rights):
        yield f"{name} is in {left} but not in {right}"
    for name in sorted(rights - lefts):
        yield f"{name} is in {right} but not in {left}"


def broken_modules() -> Iterator[str]:
    """Import every module of the generated package and yield a line for each that fails."""
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        try:
            importlib.import_module(module.name)
        except Exception as error:  # noqa: BLE001  # any error at all is what is looked for
            yield f"{module.name} cannot be imported: {error!r}"


def problems(package: Path, ledger: Path) -> Iterator[str]:
    """Find what does not fit together.

    Args:
        package: The folder of the generated package, with the bundle in it.
        ledger: The ledger's file.

    Yields:
        A line for each operation that is missing somewhere and each module that fails to import.
    """
    bundle = bundle_operations(json.loads((package / "openapi.json").read_bytes()))
    yield from _difference(
        "the bundle", bundle, "the generated client", generated_operations(package)
    )
    untagged = {name.partition(".")[2] for name in bundle}
    if len(untagged) != len(bundle):
        yield f"The bundle has {len(bundle)} operations, but only {len(untagged)} operationIds"
    yield from _difference("the bundle", untagged, "the ledger", ledger_operations(ledger))
    yield from broken_modules()


def main() -> int:
    """Print the problems, or the counts when there are none."""
    package = ROOT / "generated" / PACKAGE
    found = list(problems(package, LEDGER))
    if found:
        print("\n".join(found))
        return 1
    count = len(generated_operations(package))
    print(f"{count} operations in the bundle, in the generated client and in the ledger")
    return 0


if __name__ == "__main__":
    sys.exit(main())
