"""Check that what is added to the API or the query language is added everywhere it belongs.

    python -m scripts.check_places              # print what is missing; exit 1 if anything is
    python -m scripts.check_places DIRECTORY    # the same for another copy of the repository

`docs/extending.md` says in words what each place holds. A place is a file that must name every
member of its kind: every query function, every output type, and so on.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

from scripts.redocly import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

BUNDLE: Final = "generated/arthurai_api/openapi.json"
LEDGER: Final = "openapi/ledger.yaml"
VOCABULARY: Final = "arthurai/common/vocabulary.py"
METHODS: Final = frozenset({"delete", "get", "head", "patch", "post", "put"})

#: Functions that Python writes as operators and built-ins.
OPERATORS: Final[frozenset[str]] = frozenset({"abs", "add", "divide", "multiply", "subtract"})


class Place(NamedTuple):
    """A file, or all files that match a pattern, that must name every member of a kind.

    Attributes:
        pattern: Path below the root, or a glob of paths.
        what: What the file says about each member.
        exempt: Members that need not be there.
    """

    pattern: str
    what: str
    exempt: frozenset[str] = frozenset()


class Kind(NamedTuple):
    """Something that can be added, and the places that must know it.

    Attributes:
        name: What a member is called in messages.
        members: Finds the members: the ways in which each may be written, by its name.
        places: Where each of them must be named.
    """

    name: str
    members: Callable[[Path], Mapping[str, Collection[str]]]
    places: tuple[Place, ...]


def query_functions(_root: Path) -> Mapping[str, Collection[str]]:
    """Find the functions that the server has registered."""
    from arthurai.server.query.functions import FUNCTIONS

    return {name: (f'"{name}"',) for name in FUNCTIONS}


def operations(root: Path, *, served: bool = False, wrapped: bool = False) -> frozenset[str]:
    """Find operations of the bundle, all or those that the ledger calls served or wrapped."""
    paths = json.loads((root / BUNDLE).read_bytes())["paths"]
    ledger = yaml.safe_load((root / LEDGER).read_text("utf-8"))["operations"]
    found = {
        operation["operationId"]
        for item in paths.values()
        for method, operation in item.items()
        if method in METHODS
    }
    return frozenset(
        name
        for name in found
        if (not served or ledger.get(name, {}).get("served"))
        and (not wrapped or ledger.get(name, {}).get("status") == "wrapped")
    )


def _enumeration(name: str) -> Callable[[Path], Mapping[str, Collection[str]]]:
    def members(root: Path) -> Mapping[str, Collection[str]]:
        text = (root / VOCABULARY).read_text("utf-8")
        body = text.partition(f"class {name}(")[2].partition("\nclass ")[0]
        spelled: dict[str, list[str]] = {}
        for member, value in re.findall(r'^    (\w+): Final = "([^"]+)"$', body, re.MULTILINE):
            spelled.setdefault(value, [f'"{value}"', f"`{value}`"]).append(f"{name}.{member}")
        return spelled

    return members


KINDS: Final = (
    Kind(
        "operation",
        lambda root: {name: (f"{name}:",) for name in operations(root)},
        (Place(LEDGER, "its row: the public call that sends it, and whether it is served"),),
    ),
    Kind(
        "served operation",
        lambda root: {name: (f'"{name}"',) for name in operations(root, served=True)},
        (Place("arthurai/server/resources/*/handlers.py", "its handler, by `@operation`"),),
    ),
    Kind(
        "wrapped operation",
        lambda root: {name: (f"{name}/wire.json",) for name in operations(root, wrapped=True)},
        (Place("tests/vectors/*/wire.json", "what its public call sends and reads"),),
    ),
    Kind(
        "query function",
        query_functions,
        (
            Place("arthurai/query/*functions.py", "its name in Python", OPERATORS),
            Place("tests/server/query/test_query_shapes.py", "its parameters and its refusals"),
        ),
    ),
    Kind(
        "output type",
        _enumeration("OutputType"),
        (
            Place("arthurai/model/modeling/build.py", "how a table describes such a model"),
            Place(
                "arthurai/server/resources/metrics/builtin_metrics.py", "the metrics it comes with"
            ),
            Place("tests/model/modeling/test_build.py", "a table and the attributes made of it"),
            Place("tests/model/modeling/test_kinds_of_models.py", "the way from a table and back"),
            Place("tests/server/query/query_models.py", "a model that queries are tried on"),
        ),
    ),
    Kind(
        "value type",
        _enumeration("ValueType"),
        (
            Place("arthurai/common/parquet_types.py", "its type in Parquet files"),
            Place("arthurai/upload/coerce.py", "which Python values it takes"),
            Place("arthurai/server/storage/warehouse/value_checks.py", "which values are stored"),
            Place("arthurai/server/storage/warehouse/ddl.py", "the type of its column"),
            Place("arthurai/server/query/column_types.py", "what queries may do with it"),
            Place("tests/server/storage/warehouse/test_values.py", "values taken and refused"),
        ),
    ),
)


def find_missing(root: Path) -> Iterator[str]:
    """Find the members that a place does not name.

    Args:
        root: The repository.

    Yields:
        A line for each member and place: the kind, the member, the file and what belongs there.
    """
    for kind in KINDS:
        members = kind.members(root)
        if not members:
            yield f"no {kind.name} found: scripts/check_places.py looks in the wrong place"
        for place in kind.places:
            files = sorted(root.glob(place.pattern))
            text = "\n".join(
                f"{path.relative_to(root)}\n{path.read_text('utf-8')}" for path in files
            )
            for member, spellings in members.items():
                if member not in place.exempt and not any(s in text for s in spellings):
                    yield f"{kind.name} {member!r} is missing in {place.pattern}: {place.what}"


def main() -> int:
    """Print what is missing, or how much was looked for."""
    parser = argparse.ArgumentParser(description="Check that additions are made everywhere.")
    parser.add_argument("directory", nargs="?", type=Path, default=ROOT)
    root = parser.parse_args().directory
    missing = list(find_missing(root))
    if missing:
        print("\n".join(missing))
        print("docs/extending.md says what to touch")
        return 1
    counts = ", ".join(f"{len(kind.members(root))} {kind.name}s" for kind in KINDS)
    print(f"{counts}: each is named in all its places")
    return 0


if __name__ == "__main__":
    sys.exit(main())
