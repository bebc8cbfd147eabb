"""Write asynchronous twins: the source of the blocking definitions with changes by position."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import Final, cast

from scripts.async_tables import (
    BASES,
    DOCSTRINGS,
    LEFT_OUT,
    METHOD_MAKERS,
    PACKAGE,
    ROOT,
    TARGET,
    TWINS,
)
from scripts.blocking_layer import (
    Definition,
    Function,
    Layer,
    Module,
    Scope,
    View,
    local_imports,
)

HEADER: Final = '''\
"""{summary}

Made by `python -m scripts.async_layer` from `{source}`; not edited by hand.
"""

from __future__ import annotations

'''


def twin_name(name: str) -> str:
    """Return how the twin of a class is called."""
    return f"_Async{name[1:]}" if name.startswith("_") else f"Async{name}"


def twin_module(name: str) -> str:
    """Return the module that holds the twins of a module."""
    return f"{TARGET}{name.removeprefix(PACKAGE).replace('._compat', '')}"


class Edits:
    """Changes of a text, by position."""

    def __init__(self, text: str) -> None:
        self._lines = [0]
        for line in text.encode().split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._text = text.encode()
        self._changes: list[tuple[int, int, int, str]] = []

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Return where a node starts."""
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Return where a node ends."""
        return self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace what stands between two positions."""
        self._changes.append((start, 1, end, text))

    def insert(self, position: int, text: str) -> None:
        """Insert a text: of several at one place, those of outer nodes first."""
        self._changes.append((position, 0, position, text))

    def append(self, position: int, text: str) -> None:
        """Insert a text after what ends there: of several, those of inner nodes first."""
        self._changes.append((position, -1, position, text))

    def apply(self, start: int, end: int) -> str:
        """Return a part of the text with the changes in it."""
        # Outer nodes are visited first: endings are put in the reverse order.
        endings = [change for change in self._changes if change[1] == -1][::-1]
        others = [change for change in self._changes if change[1] != -1]
        pieces, at = [], start
        for begin, _, stop, text in sorted(endings + others, key=lambda change: change[:2]):
            if start <= begin and stop <= end and begin >= at:
                pieces += [self._text[at:begin], text.encode()]
                at = stop
        return b"".join([*pieces, self._text[at:end]]).decode()


class Writer:
    """Writes the twins of one module."""

    def __init__(self, layer: Layer, module: Module) -> None:
        self.layer = layer
        self.module = module
        self.edits = Edits(module.text)
        self.runtime: set[str] = set()
        self.typing: set[str] = set()
        self.copied: set[str] = set()

    def write(self) -> str:
        """Return the text of the module with the twins."""
        parts = []
        for name, nodes in self.module.definitions.items():
            if f"{self.module.name}.{name}" in self.layer.twins:
                for node in nodes:
                    self.transform(node)
                    first = node.decorator_list[0] if node.decorator_list else node
                    start = self.edits.start(first) - (1 if node.decorator_list else 0)
                    parts.append((node.lineno, self.edits.apply(start, self.edits.end(node))))
        body = "\n\n\n".join(text for _, text in sorted(parts))
        summary = (ast.get_docstring(self.module.tree) or "").splitlines()[0]
        source = self.module.name.replace(".", "/") + (
            "/__init__.py" if self.module.is_package else ".py"
        )
        return HEADER.format(summary=summary, source=source) + self.head() + body + "\n"

    # -- names -------------------------------------------------------------------------------------

    def import_of(self, name: str) -> str:
        """Return the statement that makes a module-level name of the source known."""
        module = self.module
        if name in module.definitions or name in module.constants:
            return f"from {module.name} import {name}"
        target = module.imports[name]
        return self.import_statement(target, name)

    def import_statement(self, target: str, name: str) -> str:
        """Return the statement that imports a target under a name."""
        package, _, last = target.rpartition(".")
        if not package:
            return f"import {target}" + (f" as {name}" if name != target else "")
        return f"from {package} import {last}" + (f" as {name}" if name != last else "")

    def twin_of(self, target: str) -> str:
        """Return the dotted name of the twin of a definition, itself without one."""
        if target in TWINS:
            return TWINS[target]
        if target not in self.layer.twins:
            return target
        package, _, name = target.rpartition(".")
        nodes = self.layer.modules[package].definitions[name]
        is_class = isinstance(nodes[0], ast.ClassDef)
        return f"{twin_module(package)}.{twin_name(name) if is_class else name}"

    def use(self, node: ast.Name, scope: Scope, local: Scope, *, runtime: bool) -> None:
        """Make a name known in the module of the twins, under that of its twin."""
        name = node.id
        if name in local and (runtime or name not in self.module.imports):
            target = self.layer.resolve(local[name])
            twin = self.twin_of(target)
            new = twin.rpartition(".")[2]
            if twin != target and local[name].rpartition(".")[2] == name and new != name:
                self.edits.replace(self.edits.start(node), self.edits.end(node), new)
            return
        if name not in scope:
            return
        scope = scope if runtime else {**scope, **self.module.imports}
        target = self.layer.resolve(scope[name])
        twin = self.twin_of(target)
        known = self.runtime if runtime else self.typing
        if twin == target:
            if target in self.layer.modules:
                return  # known by its attributes
            if self.is_literal(name):
                self.copied.add(name)
            else:
                known.add(self.import_of(name))
            return
        package, _, new = twin.rpartition(".")
        if scope[name].rpartition(".")[2] != name:  # imported under another name
            known.add(self.import_statement(twin, name))
            return
        if package != twin_module(self.module.name):
            known.add(f"from {package} import {new}")
        if new != name:
            self.edits.replace(self.edits.start(node), self.edits.end(node), new)

    def is_literal(self, name: str) -> bool:
        """Return whether a name is a constant that can be copied."""
        node = self.module.constants.get(name)
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            return False
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return False
        return True

    def use_module(self, node: ast.Attribute, scope: Scope, local: Scope) -> None:
        """Make a module known that a twin takes something from."""
        base = node.value
        if not isinstance(base, ast.Name) or base.id not in scope:
            return
        module = self.layer.resolve(scope[base.id])
        if module == "time":
            if node.attr == "sleep":
                self.runtime.add("import asyncio")
                self.edits.replace(self.edits.start(base), self.edits.end(base), "asyncio")
            else:
                self.runtime.add("import time")
            return
        if module not in self.layer.modules:
            return
        target = self.layer.resolve(f"{module}.{node.attr}")
        twin = self.twin_of(target)
        new = twin.rpartition(".")[2]
        if new != node.attr:
            end = self.edits.end(node)
            self.edits.replace(end - len(node.attr), end, new)
        if base.id in local:
            return
        if twin != target:
            self.runtime.add(self.import_statement(twin_module(module), base.id))
        else:
            blocking = f"blocking_{base.id}"
            self.runtime.add(self.import_statement(module, blocking))
            self.edits.replace(self.edits.start(base), self.edits.end(base), blocking)

    def rewrite_local_import(self, node: ast.ImportFrom) -> None:
        """Import the twins of what a function imports."""
        found: dict[str, list[str]] = defaultdict(list)
        for alias in node.names:
            dotted = f"{node.module}.{alias.name}"
            target = self.layer.resolve(dotted)
            twin = self.twin_of(target)
            if target in self.layer.modules and self.has_twins(target):
                twin = twin_module(target)
            elif twin == target:
                twin = dotted
            package, _, new = twin.rpartition(".")
            found[package].append(f"{new} as {alias.asname}" if alias.asname else new)
        indent = " " * node.col_offset
        text = f"\n{indent}".join(
            f"from {package} import {', '.join(names)}" for package, names in found.items()
        )
        self.edits.replace(self.edits.start(node), self.edits.end(node), text)

    def has_twins(self, module: str) -> bool:
        """Return whether a module holds definitions with twins."""
        return any(
            f"{module}.{name}" in self.layer.twins
            for name in self.layer.modules[module].definitions
        )

    def head(self) -> str:
        """Return imports and copied constants."""
        copies = []
        for name in sorted(self.copied, key=lambda name: self.module.constants[name].lineno):
            node = self.module.constants[name]
            for found in ast.walk(node):
                if isinstance(found, ast.Name) and found.id in self.module.imports:
                    self.runtime.add(self.import_of(found.id))
            copies.append(ast.get_source_segment(self.module.text, node) or "")
        lines = sorted(self.runtime)
        typing = sorted(self.typing - self.runtime)
        if typing:
            lines += ["from typing import TYPE_CHECKING", "", "if TYPE_CHECKING:"]
            lines += [f"    {statement}" for statement in typing]
        return "\n".join([*lines, "", *copies, "", "", ""])

    # -- definitions -------------------------------------------------------------------------------

    def transform(self, node: Definition) -> None:
        """Note the changes that make a definition its twin."""
        dotted = f"{self.module.name}.{node.name}"
        scope = self.layer.scope(self.module, node)
        if not isinstance(node, ast.ClassDef):
            self.transform_function(dotted, "", node, scope)
            return
        start = self.edits.start(node) + len("class ")
        heading = twin_name(node.name)
        base = BASES.get(dotted)
        left_out = LEFT_OUT.get(dotted, set()) | self.members_of(base)
        if base:
            package, _, name = base.rpartition(".")
            self.runtime.add(f"from {package} import {name}")
            heading += f"({name})"
        end = start + len(node.name)
        if base and node.bases:
            end = self.edits.end(node.bases[-1]) + len(")")
        self.edits.replace(start, end, heading)
        for part in (*node.decorator_list, *node.bases):
            self.visit(part, scope, {}, View.of_class(self.layer, self.module, node))
        for number, member in enumerate(node.body):
            if isinstance(member, Function):
                if member.name in left_out:
                    first = member.decorator_list[0] if member.decorator_list else member
                    begin = self.edits.start(first) - (1 if member.decorator_list else 0)
                    self.edits.replace(begin, self.edits.end(member), "")
                    continue
                self.transform_function(f"{dotted}.{member.name}", dotted, member, scope)
            elif number == 0 and dotted in DOCSTRINGS:
                begin, end = self.edits.start(member), self.edits.end(member)
                self.edits.replace(begin, end, DOCSTRINGS[dotted])
            else:
                self.visit(member, scope, {}, View.of_class(self.layer, self.module, node))

    @staticmethod
    def members_of(base: str | None) -> set[str]:
        """Return the members that a base written by hand defines."""
        if base is None:
            return set()
        module, _, name = base.rpartition(".")
        tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        return {
            member.name
            for node in tree.body
            if isinstance(node, ast.ClassDef) and node.name == name
            for member in node.body
            if isinstance(member, Function)
        }

    def transform_function(self, dotted: str, owner: str, node: Function, scope: Scope) -> None:
        """Note the changes that make a function its twin."""
        view = View(self.layer, self.module, dotted, owner, node)
        if dotted in self.layer.coroutines | self.layer.generators:
            self.edits.insert(self.edits.start(node), "async ")
        if node.returns is not None:
            self.annotate_result(dotted, node.returns, view)
        for inner in view.inner.values():
            if view.is_awaiting(inner):
                self.edits.insert(self.edits.start(inner), "async ")
        self.visit(node, scope, local_imports(node), view)

    def annotate_result(self, dotted: str, result: ast.expr, view: View) -> None:
        """Say that what is returned is iterated over, or called, asynchronously."""
        for found in ast.walk(result):
            is_name = isinstance(found, ast.Name) and found.id == "Iterator"
            if is_name and dotted in self.layer.iterators:
                self.edits.insert(self.edits.start(cast("ast.Name", found)), "Async")
                self.typing.add("from collections.abc import AsyncIterator")
        if "return" in view.callables:
            self.await_result(result)

    def visit(
        self,
        node: ast.AST,
        scope: Scope,
        local: Scope,
        view: View,
        parent: ast.AST | None = None,
        *,
        typing: bool = False,
    ) -> None:
        """Note the changes in a node and below it."""
        match node:
            case ast.Name():
                self.use(node, scope, local, runtime=not typing)
                return
            case ast.ImportFrom():
                self.rewrite_local_import(node)
                return
            case ast.Attribute():
                self.use_module(node, scope, local)
                if self.layer.target(node.value, scope) in {*self.layer.modules, "time"}:
                    return
                if node.attr == "sync" and view.is_operation(node.value):
                    end = self.edits.end(node)
                    self.edits.replace(end - len("sync"), end, "asyncio")
            case ast.Call():
                self.visit_call(node, view, parent)
                self.visit_cast(node, scope)
                if self.makes_awaited_method(node, scope):
                    self.visit(node.args[0], scope, local, view, node)
                    return
            case ast.With():
                self.visit_with(node, view)
            case ast.GeneratorExp() | ast.Lambda():
                self.check_no_await(node, view)
            case ast.For() if view.iterates(node):
                self.edits.insert(self.edits.start(node), "async ")
            case ast.arg() | ast.AnnAssign():
                self.wrap_callable(node, view)
        self.visit_children(node, scope, local, view, parent, typing=typing)

    def visit_children(
        self,
        node: ast.AST,
        scope: Scope,
        local: Scope,
        view: View,
        parent: ast.AST | None,
        *,
        typing: bool,
    ) -> None:
        """Note the changes below a node."""
        if isinstance(node, ast.comprehension) and view.is_iterator(node.iter):
            self.edits.insert(self.edits.start(node.target) - len("for "), "async ")
        in_class = isinstance(parent, ast.ClassDef) or view.is_class
        for name, value in ast.iter_fields(node):
            is_type = name in {"annotation", "returns"} and not in_class
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self.visit(child, scope, local, view, node, typing=typing or is_type)

    def visit_with(self, node: ast.With, view: View) -> None:
        """Enter a context manager in a thread, if it has to be."""
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and view.is_context(call):
                self.runtime.add("from arthurai.common.threads import enter_in_thread")
                self.edits.insert(self.edits.start(node), "async ")
                self.edits.insert(self.edits.start(call), "enter_in_thread(")
                self.edits.append(self.edits.end(call), ")")

    def visit_call(self, node: ast.Call, view: View, parent: ast.AST | None) -> None:
        """Await a call, or run it in a thread, if it has to be."""
        start, end = self.edits.start(node), self.edits.end(node)
        is_threaded = view.is_threaded(node)
        if not (is_threaded or view.is_awaited(node)) or isinstance(parent, ast.Lambda):
            return
        has_parentheses = isinstance(parent, ast.Attribute | ast.Subscript) or (
            isinstance(parent, ast.Call) and parent.func is node
        )
        opening = "(await " if has_parentheses else "await "
        if is_threaded:
            self.runtime.add("from arthurai.common.threads import run_in_thread")
            opening += "run_in_thread("
            after = self.edits.end(node.func)
            self.edits.replace(after, after + 1, ", " if node.args or node.keywords else "")
        self.edits.insert(start, opening)
        if has_parentheses:
            self.edits.append(end, ")")

    def makes_awaited_method(self, node: ast.Call, scope: Scope) -> bool:
        """Make a method of one that has to be awaited, if a call does so of a blocking one."""
        maker = METHOD_MAKERS.get(self.layer.target(node.func, scope))
        if maker is None or not isinstance(node.args[0], ast.Attribute):
            return False
        method = node.args[0]
        made = self.layer.target(method, scope)
        made = made or f"{self.layer.target(method.value, scope)}.{method.attr}"
        if made not in self.layer.coroutines:
            return False
        package, _, name = maker.rpartition(".")
        self.runtime.add(f"from {package} import {name}")
        self.edits.replace(self.edits.start(node.func), self.edits.end(node.func), name)
        return True

    def visit_cast(self, node: ast.Call, scope: Scope) -> None:
        """Name twins in the text of a cast."""
        if not (isinstance(node.func, ast.Name) and node.func.id == "cast" and node.args):
            return
        text = node.args[0]
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            start = self.edits.start(text) + 1
            for found in ast.walk(ast.parse(text.value, mode="eval")):
                if isinstance(found, ast.Name) and found.id in scope:
                    target = self.layer.resolve(scope[found.id])
                    package, _, new = self.twin_of(target).rpartition(".")
                    if new != found.id:
                        begin = start + found.col_offset
                        self.edits.replace(begin, begin + len(found.id), new)
                        self.typing.add(f"from {package} import {new}")

    def check_no_await(self, node: ast.GeneratorExp | ast.Lambda, view: View) -> None:
        """Refuse what cannot be awaited: the source has to say it otherwise."""
        inner = list(view.own_nodes(node))
        if isinstance(node, ast.Lambda):
            inner.remove(node.body)
        else:  # what a generator expression iterates over is evaluated outside of it
            outside = set(ast.walk(node.generators[0].iter))
            inner = [found for found in inner if found not in outside]
        for found in inner:
            if isinstance(found, ast.Call) and view.is_awaited(found):
                raise SystemExit(
                    f"{self.module.name}, line {found.lineno}: {ast.unparse(found)[:60]!r} has to "
                    f"be awaited in a {type(node).__name__}; use a function or a list"
                )

    def wrap_callable(self, node: ast.arg | ast.AnnAssign, view: View) -> None:
        """Annotate a function that has to be awaited."""
        name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
        if name not in view.callables or node.annotation is None:
            return
        self.await_result(node.annotation)

    def await_result(self, annotation: ast.expr) -> None:
        """Say that a function of an annotation has to be awaited."""
        for found in ast.walk(annotation):
            if isinstance(found, ast.Subscript) and ast.unparse(found.value) == "Callable":
                result = cast("ast.Tuple", found.slice).elts[-1]
                self.typing.add("from collections.abc import Awaitable")
                self.edits.insert(self.edits.start(result), "Awaitable[")
                self.edits.append(self.edits.end(result), "]")
