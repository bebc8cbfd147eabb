"""The blocking layer: which of its definitions get asynchronous twins, and what they await."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.async_tables import (
    AMBIGUOUS_METHODS,
    APART,
    AWAITED_METHODS,
    AWAITED_OF_SESSIONS,
    AWAITED_TWINS,
    CALLABLES,
    LEFT_OUT,
    PACKAGE,
    ROOT,
    SHARED,
    SOURCES,
    THREADED,
    THREADED_CONTEXTS,
    THREADED_METHODS,
    TWINS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Scope = dict[str, str]


@dataclass
class Module:
    """One module of the blocking layer.

    Attributes:
        name: Dotted name.
        text: Its source.
        tree: Its syntax tree.
        imports: What each imported name stands for, dotted.
        statements: The import statement of each imported name.
        definitions: Functions and classes by name; overloads make several of one name.
        constants: Assignments by name.
    """

    name: str
    text: str
    tree: ast.Module
    is_package: bool
    imports: Scope = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=lambda: defaultdict(list))
    constants: dict[str, ast.stmt] = field(default_factory=dict)


def read_imports(nodes: list[ast.stmt]) -> Scope:
    """Return what the names that statements import stand for."""
    found: Scope = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found |= read_imports(node.body)
    return found


def read_module(path: Path) -> Module:
    """Read a module of the blocking layer."""
    words = path.relative_to(ROOT).with_suffix("").parts
    is_package = words[-1] == "__init__"
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    module = Module(".".join(words[:-1] if is_package else words), text, tree, is_package)
    module.imports = read_imports(tree.body)
    for node in tree.body:
        if isinstance(node, Definition):
            module.definitions[node.name].append(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    module.constants[target.id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            module.constants[node.target.id] = node
    return module


def local_imports(node: ast.AST) -> Scope:
    """Return what the names that are imported inside of a definition stand for."""
    return read_imports([found for found in ast.walk(node) if isinstance(found, ast.stmt)])


class Layer:
    """The blocking layer, and which of its definitions get twins."""

    def __init__(self) -> None:
        self.modules: dict[str, Module] = {}
        for path in sorted((ROOT / PACKAGE).rglob("*.py")):
            if path.relative_to(ROOT / PACKAGE).parts[0] not in APART:
                module = read_module(path)
                self.modules[module.name] = module
        self.twins: set[str] = set()
        self.coroutines: set[str] = set()
        self.generators: set[str] = set()
        self.iterators: set[str] = set()
        self.methods: set[str] = set()
        self._scopes: dict[int, Scope] = {}
        self._find_twins()
        self._find_coroutines()

    def resolve(self, dotted: str) -> str:
        """Return where a name is defined that another module may pass on."""
        module, _, name = dotted.rpartition(".")
        known = self.modules.get(module)
        if known is not None and dotted not in self.modules and name in known.imports:
            return self.resolve(known.imports[name])
        return dotted

    def scope(self, module: Module, node: ast.AST) -> Scope:
        """Return what names stand for inside of a definition."""
        if id(node) not in self._scopes:
            own = {
                name: f"{module.name}.{name}" for name in (*module.definitions, *module.constants)
            }
            self._scopes[id(node)] = {**module.imports, **own, **local_imports(node)}
        return self._scopes[id(node)]

    def target(self, node: ast.expr, scope: Scope) -> str:
        """Return the dotted name that a name or attribute stands for; empty for others."""
        if isinstance(node, ast.Name):
            return self.resolve(scope[node.id]) if node.id in scope else ""
        if isinstance(node, ast.Attribute):
            base = self.target(node.value, scope)
            if base in self.modules or base == "time":
                return self.resolve(f"{base}.{node.attr}")
        return ""

    def candidates(self) -> Iterator[tuple[Module, str]]:
        """Yield the definitions that may get twins."""
        for module in self.modules.values():
            if module.name.startswith(SOURCES):
                for name in module.definitions:
                    if f"{module.name}.{name}" not in {*SHARED, *TWINS}:
                        yield module, name

    def _find_twins(self) -> None:
        uses: dict[str, set[str]] = {}
        for module, name in self.candidates():
            found = set()
            for node in module.definitions[name]:
                scope = self.scope(module, node)
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Name | ast.Attribute):
                        found.add(self.target(inner, scope))
            uses[f"{module.name}.{name}"] = found
        known = set(TWINS)
        self.twins = set(CALLABLES) & set(uses)
        while True:
            more = {name for name, found in uses.items() if found & (known | self.twins)}
            if more <= self.twins:
                return
            self.twins |= more

    def functions(self) -> Iterator[tuple[Module, str, str, Function]]:
        """Yield module, dotted name, class and node of all functions and methods with twins."""
        for module, name in self.candidates():
            dotted = f"{module.name}.{name}"
            if dotted not in self.twins:
                continue
            for node in module.definitions[name]:
                if isinstance(node, ast.ClassDef):
                    for member in node.body:
                        left_out = LEFT_OUT.get(dotted, ())
                        if isinstance(member, Function) and member.name not in left_out:
                            yield module, f"{dotted}.{member.name}", dotted, member
                else:
                    yield module, dotted, "", node

    def _find_coroutines(self) -> None:
        while True:
            before = len(self.coroutines) + len(self.iterators)
            for module, dotted, owner, node in self.functions():
                view = View(self, module, dotted, owner, node)
                is_generator = view.is_generator(node)
                if view.is_awaiting(node):
                    (self.generators if is_generator else self.coroutines).add(dotted)
                if dotted in self.generators or view.is_returning_iterator(node):
                    self.iterators.add(dotted)
            if len(self.coroutines) + len(self.iterators) == before:
                return
            self.methods = {
                name.rpartition(".")[2]
                for name in self.coroutines
                if name.rpartition(".")[0] in self.twins
            } - AMBIGUOUS_METHODS


class View:
    """A function of the blocking layer, and what in it has to be awaited."""

    def __init__(
        self, layer: Layer, module: Module, dotted: str, owner: str, node: Definition
    ) -> None:
        self.layer = layer
        self.scope = layer.scope(module, node)
        self.owner = owner
        self.is_class = isinstance(node, ast.ClassDef)
        self.callables = CALLABLES.get(dotted, set())
        self.inner: dict[str, Function] = {
            found.name: found
            for found in ast.walk(node)
            if isinstance(found, Function) and found is not node
        }

    @classmethod
    def of_class(cls, layer: Layer, module: Module, node: ast.ClassDef) -> View:
        """Return the view of the body of a class."""
        return cls(layer, module, "", f"{module.name}.{node.name}", node)

    def own_nodes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes of a function without those of functions in it."""
        for child in ast.iter_child_nodes(node):
            yield child
            if not isinstance(child, Function | ast.Lambda):
                yield from self.own_nodes(child)

    def is_awaiting(self, node: ast.AST) -> bool:
        """Return whether a function calls something that has to be awaited."""
        return any(
            self.iterates(found)
            or (
                isinstance(found, ast.Call)
                and (self.is_awaited(found) or self.is_threaded(found) or self.is_context(found))
            )
            for found in self.own_nodes(node)
        )

    def is_generator(self, node: ast.AST) -> bool:
        """Return whether a function yields."""
        return any(isinstance(found, ast.Yield) for found in self.own_nodes(node))

    def is_returning_iterator(self, node: ast.AST) -> bool:
        """Return whether a function returns what has to be iterated over asynchronously."""
        for found in self.own_nodes(node):
            if isinstance(found, ast.Return):
                value = found.value
                if isinstance(value, ast.GeneratorExp):
                    value = value.generators[0].iter
                if value is not None and self.is_iterator(value):
                    return True
        return False

    def is_iterator(self, node: ast.expr) -> bool:
        """Return whether a call returns what has to be iterated over asynchronously."""
        if not isinstance(node, ast.Call):
            return False
        function = node.func
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "self":
            return f"{self.owner}.{function.attr}" in self.layer.iterators
        return self.layer.target(function, self.scope) in self.layer.iterators

    def iterates(self, node: ast.AST) -> bool:
        """Return whether a loop or a list has to wait for what it iterates over."""
        if isinstance(node, ast.For):
            return self.is_iterator(node.iter)
        return isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp) and any(
            self.is_iterator(part.iter) for part in node.generators
        )

    def is_threaded(self, call: ast.Call) -> bool:
        """Return whether a call runs in a thread."""
        if self.layer.target(call.func, self.scope) in THREADED:
            return True
        return isinstance(call.func, ast.Attribute) and call.func.attr in THREADED_METHODS

    def is_context(self, call: ast.Call) -> bool:
        """Return whether a call makes a context manager that is entered in a thread."""
        return self.layer.target(call.func, self.scope) in THREADED_CONTEXTS

    def is_awaited(self, call: ast.Call) -> bool:
        """Return whether a call has to be awaited."""
        function = call.func
        target = self.layer.target(function, self.scope)
        if target in AWAITED_TWINS or target in self.layer.coroutines:
            return True
        if isinstance(function, ast.Name):
            if function.id in self.callables:
                return True
            inner = self.inner.get(function.id)
            return inner is not None and self.is_awaiting(inner)
        if not isinstance(function, ast.Attribute) or target:
            return False
        return self._is_awaited_method(function)

    def _is_awaited_method(self, function: ast.Attribute) -> bool:
        receiver = ast.unparse(function.value)
        name = function.attr
        if name == "sync":
            return self.is_operation(function.value)
        if name in AWAITED_METHODS:
            return True
        if name in AWAITED_OF_SESSIONS:
            return receiver.rpartition(".")[2] in {"session", "_session", "api"}
        if receiver == "self":
            return f"{self.owner}.{name}" in self.layer.coroutines
        if isinstance(function.value, ast.Call):
            made = self.layer.target(function.value.func, self.scope)
            if made in self.layer.twins:
                return f"{made}.{name}" in self.layer.coroutines
        return name in self.layer.methods

    def is_operation(self, node: ast.expr) -> bool:
        """Return whether a name stands for an operation of the generated client."""
        name = self.scope.get(node.id, "") if isinstance(node, ast.Name) else ""
        return name.startswith("arthurai_api.api.")
