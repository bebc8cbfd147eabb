"""Check what the layout of the package promises.

    python -m scripts.check_layout              # print what is wrong, and exit 1 if anything is
    python -m scripts.check_layout DIRECTORY    # the same for another copy of the package

Four rules: the name of a module occurs once, no hand-written file is too long, no modules import
each other in a circle, and only the composition root and what starts it import the application.
Imports count wherever they are: at the top, in functions, and for type checking only.
"""

import argparse
import ast
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

PACKAGE: Final = Path(__file__).resolve().parent.parent / "arthurai"
MAX_LINES: Final = 600

#: What is still wrong, as printed before the colon. An entry that is no longer needed is an error,
#: so that the table can only shrink.
KNOWN: Final[frozenset[str]] = frozenset()

#: Names that may occur once in each package.
SHARED_NAMES: Final = frozenset({"__init__", "errors", "handlers", "service", "serializers"})

#: Import paths of the official SDK: these modules hold other modules' names and define nothing.
ALIASES: Final = (
    "client/apiv3.py",
    "client/auth.py",
    "client/helper.py",
    "client/http/",
    "client/validation.py",
    "core/",
    "explainability/",
    "util.py",
)

GENERATED: Final = ("common/documents.py", "common/vocabulary.py")

#: The asynchronous twins, derived by `scripts.async_layer`: their names are those of their sources.
DERIVED: Final = "aio/"

APPLICATION: Final = "arthurai.server.app"
APPLICATION_CLASS: Final = "ArthurApp"

#: What starts the application, and what imports it in functions only, where a server is opened.
STARTERS: Final = ("arthurai.cli", "arthurai.commands", APPLICATION, "arthurai.server.serving")
LATE_STARTERS: Final = ("arthurai.transport.local",)

#: Where and what: the first half names a violation, the second half gives details that change.
Violation = tuple[str, str]


class Import(NamedTuple):
    """One name that a module imports.

    Attributes:
        module: Dotted name of the imported module of the package.
        name: The name taken out of it, if any.
        line: Where the statement starts.
        in_function: Whether it runs when a function is called.
    """

    module: str
    name: str
    line: int
    in_function: bool


class Module(NamedTuple):
    """One file of the package."""

    path: Path
    tree: ast.Module
    lines: int


def read_modules(package: Path) -> dict[str, Module]:
    """Read all modules of a package.

    Args:
        package: The folder of the package.

    Returns:
        The modules by their dotted names.
    """
    found = {}
    for path in sorted(package.rglob("*.py")):
        words = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(words[:-1] if words[-1] == "__init__" else words)
        text = path.read_text(encoding="utf-8")
        found[name] = Module(path.relative_to(package), ast.parse(text), len(text.splitlines()))
    return found


def list_imports(name: str, modules: Mapping[str, Module]) -> Iterator[Import]:
    """List what a module imports from its own package.

    Args:
        name: Dotted name of the importing module.
        modules: All modules of the package.

    Yields:
        One entry for each imported name.
    """
    module = modules[name]
    is_package = module.path.name == "__init__.py"
    late = {
        id(inner)
        for outer in ast.walk(module.tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            targets = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = name.split(".")
            above = above[: len(above) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            targets = [
                (whole, "") if (whole := f"{base}.{alias.name}") in modules else (base, alias.name)
                for alias in node.names
            ]
        else:
            continue
        for target, attribute in targets:
            if target in modules and target != name:
                yield Import(target, attribute, node.lineno, id(node) in late)


def is_alias(module: Module) -> bool:
    """Tell whether a file stands at an import path of the official SDK and defines nothing."""
    definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return module.path.as_posix().startswith(ALIASES) and not any(
        isinstance(node, definitions) for node in module.tree.body
    )


def find_repeated_names(modules: Mapping[str, Module]) -> Iterator[Violation]:
    """Name the files whose name another file has."""
    paths: dict[str, list[str]] = defaultdict(list)
    for module in modules.values():
        path = module.path.as_posix()
        if path.startswith(DERIVED) or module.path.stem in SHARED_NAMES:
            continue
        if not is_alias(module):
            paths[module.path.stem].append(path)
    for stem, same in sorted(paths.items()):
        if len(same) > 1:
            yield f"file name {stem}.py", "must occur once, got " + " and ".join(same)


def find_long_files(modules: Mapping[str, Module]) -> Iterator[Violation]:
    """Name the hand-written files with too many lines."""
    for module in modules.values():
        path = module.path.as_posix()
        if module.lines > MAX_LINES and not path.startswith((*GENERATED, DERIVED)):
            yield path, f"must have at most {MAX_LINES} lines, got {module.lines}"


def find_circles(imports: Mapping[str, list[Import]]) -> Iterator[Violation]:
    """Show circles of imports until each module that is in one has been shown."""
    graph = {name: sorted({found.module for found in these}) for name, these in imports.items()}
    seen: set[str] = set()
    for name in graph:
        if name in seen:
            continue
        circle = shortest_way_back(name, graph)
        if circle:
            seen |= set(circle)
            lines = [
                str(min(found.line for found in imports[one] if found.module == other))
                for one, other in itertools.pairwise([*circle, name])
            ]
            yield "import circle " + " -> ".join([*circle, name]), "lines " + ", ".join(lines)


def shortest_way_back(start: str, graph: Mapping[str, list[str]]) -> list[str]:
    """Find the shortest way from a module along its imports back to itself.

    Args:
        start: Where the way begins and ends.
        graph: The imported modules of each module.

    Returns:
        The modules on the way, beginning with `start`; empty when there is none.
    """
    came_from: dict[str, str] = {}
    edge = [start]
    while edge:
        reached = []
        for name in edge:
            for target in graph[name]:
                if target == start:
                    way = [name]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return way[::-1]
                if target not in came_from:
                    came_from[target] = name
                    reached.append(target)
        edge = reached
    return []


def find_application_imports(imports: Mapping[str, list[Import]]) -> Iterator[Violation]:
    """Name the modules that import the application without being there to start it."""
    for name, these in imports.items():
        if any(name == starter or name.startswith(f"{starter}.") for starter in STARTERS):
            continue
        for found in these:
            takes = found.module == APPLICATION or found.name == APPLICATION_CLASS
            if takes and not (found.in_function and name in LATE_STARTERS):
                yield f"{name} imports the application", f"line {found.line}"


def find_violations(package: Path) -> Iterator[Violation]:
    """Find everything that breaks a rule.

    Args:
        package: The folder of the package.

    Yields:
        Where and what.
    """
    modules = read_modules(package)
    imports = {name: list(list_imports(name, modules)) for name in modules}
    yield from find_repeated_names(modules)
    yield from find_long_files(modules)
    yield from find_circles(imports)
    yield from find_application_imports(imports)


def main() -> int:
    """Run the check.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description="Check the layout of the package.")
    parser.add_argument("package", nargs="?", type=Path, default=PACKAGE)
    found = dict(find_violations(parser.parse_args().package.resolve()))
    wrong = {where: what for where, what in found.items() if where not in KNOWN}
    wrong |= dict.fromkeys(KNOWN - found.keys(), "no longer so: take it out of KNOWN")
    for where, what in sorted(wrong.items()):
        print(f"{where}: {what}")
    print("The layout is right." if not wrong else f"{len(wrong)} violations.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
