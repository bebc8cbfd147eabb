"""Check that the curated layer calls the generated client with parameters that it has.

    python -m scripts.calls

Calls go through `Session`, which takes an operation and named parameters, so a type checker sees
the operation but not its parameters. This reads every such call and binds it to the signature of
the operation, without running anything.
"""

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.redocly import ROOT

GENERATED = "arthurai_api.api"
ROADS = frozenset({"call", "call_json", "send_encoded", "send_files", "upload", "download"})
OWN_PARAMETERS = frozenset(
    {"content", "content_type", "fields", "parts", "replayable", "retry"}
)  # of `Session` itself


def imported_operations(tree: ast.AST) -> dict[str, str]:
    """Map local names to the modules of operations that a file imports."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(GENERATED)
        for alias in node.names
    }


def session_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that hand an operation to a session."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=road), args=[_, *_]) if road in ROADS:
                yield node


def fault(call: ast.Call, module: str) -> str | None:
    """Say why a call does not fit its operation, `None` when it does."""
    try:
        operation = importlib.import_module(module)
    except ModuleNotFoundError:
        return f"there is no operation {module.rpartition('.')[2]}"
    if any(isinstance(arg, ast.Starred) for arg in call.args):
        return None
    names = [k.arg for k in call.keywords if k.arg and k.arg not in OWN_PARAMETERS]
    signature = inspect.signature(operation.build_request)
    try:
        signature.bind_partial(*call.args[1:], **dict.fromkeys(names))
    except TypeError as error:
        return f"{module.rpartition('.')[2]}: {error}"
    return None


def problems(package: Path) -> Iterator[str]:
    """Yield a line for each call below a folder that does not fit its operation."""
    for file in sorted(package.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        operations = imported_operations(tree)
        for call in session_calls(tree):
            first = call.args[0]
            name = first.value if isinstance(first, ast.Attribute) else first
            if isinstance(name, ast.Name) and name.id in operations:
                found = fault(call, operations[name.id])
                if found:
                    yield f"{file.relative_to(package.parent)}:{call.lineno}: {found}"


def main() -> int:
    """Print the calls that do not fit."""
    found = list(problems(ROOT / "arthurai"))
    print("\n".join(found) or "every call of the curated layer fits its operation")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
