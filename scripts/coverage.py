"""Keep the ledger and docs/coverage.md true.

    python -m scripts.coverage            # write what the code says
    python -m scripts.coverage --check    # write nothing; fail on a difference

`served` in the ledger is what the embedded server has handlers for; an operation is `wrapped` when
every public call that the ledger names for it exists, and `planned` until then. The page is made
from the ledger and the bundle.
"""

import argparse
import importlib
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from arthurai.server.http.registry import load_handlers
from scripts.check import bundle_operations
from scripts.redocly import ROOT

LEDGER = ROOT / "openapi" / "ledger.yaml"
BUNDLE = ROOT / "generated" / "arthurai_api" / "openapi.json"
PAGE = ROOT / "docs" / "coverage.md"
METHODS = ("get", "put", "post", "patch", "delete")
ROW = re.compile(r"^  (?P<name>[a-z0-9_]+):$")
STATUS = re.compile(r"^    status: (?:wrapped|planned)$")
SERVED = re.compile(r"^    served: (?:true|false)$")
INTRODUCTION = """\
# Coverage of the API

Made from `openapi/ledger.yaml` by `python -m scripts.coverage`; not edited by hand.

*Wrapped* operations are sent by the public call named. *Raw* ones are reached through
`client.api`, the authenticated low-level client: `from arthurai_api.api.<tag> import <operation>`;
[raw-calls.md](raw-calls.md) calls each of them once.
*Served* says whether the embedded server answers the operation.
"""


def calls(row: dict[str, Any]) -> list[str]:
    """Name the public calls of a row of the ledger."""
    call = row.get("call", [])
    return [call] if isinstance(call, str) else call


def exists(path: str) -> bool:
    """Say whether a dotted path leads to something public."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name, None)
        return found is not None
    return False


def unexplained(rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each row that says neither how it is called nor why it is not."""
    for name, row in rows.items():
        if row["status"] != "raw" and not calls(row):
            yield f"{name} is {row['status']}, but the ledger names no call"
        elif row["status"] == "raw" and not row.get("reason"):
            yield f"{name} is raw, but the ledger gives no reason"


def unmatched(rows: dict[str, dict[str, Any]], operations: set[str]) -> Iterator[str]:
    """Yield a line for each operation without a row in the ledger and each row without one."""
    for name in sorted(operations - rows.keys()):
        yield (
            f"{name} has no row in {LEDGER.relative_to(ROOT)}; add one, with its call or without:\n"
            f"  {name}:\n"
            "    status: raw\n"
            "    reason: no curated call; reachable through client.api\n"
            "    served: false"
        )
    for name in sorted(rows.keys() - operations):
        yield f"{name} has a row in {LEDGER.relative_to(ROOT)}, but is no operation; take it out"


def up_to_date(text: str, served: set[str]) -> str:
    """Set every `served` and `status` of the ledger to what the code says."""
    rows = yaml.safe_load(text)["operations"]
    lines, name = [], ""
    for line in text.splitlines():
        if row := ROW.match(line):
            name = row["name"]
        if SERVED.match(line):
            lines.append(f"    served: {'true' if name in served else 'false'}")
        elif STATUS.match(line):
            wrapped = all(exists(call) for call in calls(rows[name]))
            lines.append(f"    status: {'wrapped' if wrapped else 'planned'}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def page(rows: dict[str, dict[str, Any]], bundle: dict[str, Any]) -> str:
    """Render the page."""
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, item in bundle["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                entry = (operation["operationId"], f"{method.upper()} {path}", operation)
                by_tag.setdefault(operation["tags"][0], []).append(entry)
    counts = {
        "operations": len(rows),
        "wrapped": sum(row["status"] == "wrapped" for row in rows.values()),
        "served": sum(row["served"] for row in rows.values()),
    }
    parts = [
        INTRODUCTION,
        "{operations} operations, {wrapped} wrapped, {served} served.\n".format(**counts),
    ]
    for tag, entries in by_tag.items():
        parts.append(
            f"## {tag}\n\n| Operation | Address | Public call | Served |\n|---|---|---|---|"
        )
        for name, address, operation in entries:
            row = rows[name]
            shown = ", ".join(f"`{shortened(call)}`" for call in calls(row))
            shown = row.get("reason", "raw") if row["status"] == "raw" else shown
            shown = f"to come: {shown}" if row["status"] == "planned" else shown
            mark = " (inferred)" if operation.get("x-inferred") else ""
            served = "yes" if row["served"] else "no"
            parts.append(f"| `{name}`{mark} | `{address}` | {shown} | {served} |")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def shortened(call: str) -> str:
    """Leave out the modules of a dotted path: `ArthurModel.save`."""
    parts = call.split(".")
    first = next(n for n, part in enumerate(parts) if not part.islower())
    return ".".join(parts[first:])


def main() -> int:
    """Write the ledger and the page, or compare them with what the code says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args().check
    text = up_to_date(LEDGER.read_text("utf-8"), set(load_handlers()))
    rows = yaml.safe_load(text)["operations"]
    bundle = json.loads(BUNDLE.read_bytes())
    if lost := list(
        unmatched(rows, {name.partition(".")[2] for name in bundle_operations(bundle)})
    ):
        print("\n".join(lost))
        return 1
    found = list(unexplained(rows))
    for file, wanted in ((LEDGER, text), (PAGE, page(rows, bundle))):
        if check:
            if not file.exists() or file.read_text("utf-8") != wanted:
                found.append(f"{file.relative_to(ROOT)} is out of date: run `make generate`")
        else:
            file.write_text(wanted, "utf-8")
    print("\n".join(found) or "the ledger and docs/coverage.md say what the code does")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
