"""What the documentation site needs beside Sphinx; `docs/conf.py` loads it.

- Single backticks in docstrings are code, and a link where they name something of the reference.
- Names of types in signatures are found wherever the reference has them.
- `methods-by-group` lists the methods of a class under the comments of its table of contents.
- `command-help` shows the help of each command of `arthurai`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from docutils import nodes
from sphinx import addnodes
from sphinx.domains.python import PyObject
from sphinx.util.docutils import SphinxDirective

from scripts.check_layout import ALIASES, PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docutils.parsers.rst.states import Inliner
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

HELP_COLUMNS: Final = 88
#: Where the code is that only programs of the official SDK use.
OFFICIAL_ONLY: Final = "arthurai._compat"
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*(\(\))?")
_HEADING: Final = re.compile(r"    # (?P<heading>[A-Z].*)")
_MEMBER: Final = re.compile(r"    (?:(?P<name>[a-z]\w*) = |(?:async )?def (?P<method>[a-z]\w*)\()")
_NAME_IN_CONTENTS: Final = re.compile(r'(?<=<span class="pre">)[\w.]+')


def code_or_link(
    _name: str,
    _rawtext: str,
    text: str,
    _line: int,
    inliner: Inliner,
    _options: Mapping[str, Any] | None = None,
    _content: Sequence[str] = (),
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Make code of what stands in single backticks, and a link where it is a name."""
    text = text.replace("\x00", "\\")
    code = nodes.literal(text, text)
    if not _NAME.fullmatch(text):
        return [code], []
    env = inliner.document.settings.env
    link = addnodes.pending_xref(
        "",
        code,
        refdomain="py",
        reftype="obj",
        reftarget=text.removesuffix("()"),
        refdoc=env.docname,
        optional=True,
    )
    link["py:module"] = env.ref_context.get("py:module")
    link["py:class"] = env.ref_context.get("py:class")
    return [link], []


def resolve_name(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Link a name that is written shorter, or with another path, than the reference has it."""
    if node.get("refdomain") != "py":
        return None
    objects = env.domains.python_domain.objects
    last = node["reftarget"].rpartition(".")[2]
    found = [
        name
        for name, entry in objects.items()
        if not entry.aliased and name.rpartition(".")[2] == last and entry.objtype not in _PARTS
    ]
    if node.get("optional") and "." in node["reftarget"]:
        found = [name for name in found if name.endswith(f".{node['reftarget']}")]
    if len(found) != 1:
        return content if node.get("optional") else None
    (name,) = found
    entry = objects[name]
    made = nodes.reference("", "", content, internal=True, reftitle=name)
    made["refuri"] = app.builder.get_relative_uri(node["refdoc"], entry.docname)
    made["refuri"] += f"#{entry.node_id}"
    return made


#: Kinds of objects that a name of one word does not mean: `id` is not the attribute of some class.
_PARTS: Final = frozenset({"attribute", "property", "module"})


class MethodsByGroup(SphinxDirective):
    """The methods of a class under the headings that the comments in its body are."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a section for each group."""
        self.env.note_dependency(__file__)
        path = self.arguments[0]
        module, _, name = path.rpartition(".")
        cls = getattr(import_module(module), name)
        self.env.note_dependency(inspect.getfile(cls))
        lines: list[str] = []
        for heading, members in list_groups(cls):
            lines += [heading, "-" * len(heading), ""]
            for member in members:
                found = inspect.getattr_static(cls, member)
                directive = "autoproperty" if isinstance(found, property) else "automethod"
                source: Any = found.fget if isinstance(found, property) else found
                self.env.note_dependency(inspect.getfile(inspect.unwrap(source)))
                lines += [f".. {directive}:: {path}.{member}", ""]
        made: list[nodes.Node] = self.parse_text_to_nodes(
            "\n".join(lines), allow_section_headings=True
        )
        return made


def list_groups(cls: type) -> Iterator[tuple[str, list[str]]]:
    """Yield the headings in the body of a class, each with the public names that follow it."""
    heading = ""
    members: list[str] = []
    listed: set[str] = set()
    for line in [*inspect.getsource(cls).splitlines(), "    # End"]:
        if found := _HEADING.fullmatch(line):
            if members:
                yield heading, members
            heading, members = found["heading"], []
        elif heading and (found := _MEMBER.match(line)):
            members.append(found["name"] or found["method"])
            listed.add(members[-1])
    inherited = [name for name in dir(cls) if is_method(cls, name) and name not in listed]
    if inherited:
        yield "Other", inherited


def is_method(cls: type, name: str) -> bool:
    """Return whether a member of a class is one that programs call or read as a property."""
    member = inspect.getattr_static(cls, name)
    is_code = isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(
        member
    )
    return is_code and not name.startswith("_")


class CommandHelp(SphinxDirective):
    """The help of each command of `arthurai`, as the terminal shows it."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each command."""
        from arthurai import cli, commands

        self.env.note_dependency(__file__)
        for module in (cli, *map(import_module, list_modules(commands))):
            self.env.note_dependency(str(module.__file__))
        made: list[nodes.Node] = []
        with mock.patch.dict(os.environ, COLUMNS=str(HELP_COLUMNS), NO_COLOR="1"):
            for parser in list_parsers(cli._parser()):  # noqa: SLF001 - only this page needs it
                section = nodes.section(ids=[nodes.make_id(parser.prog)], names=[parser.prog])
                section += nodes.title("", parser.prog)
                text = parser.format_help()
                section += nodes.literal_block(text, text, language="text")
                made.append(section)
        return made


def list_modules(package: Any) -> list[str]:
    """Return the names of the modules of a package."""
    folder = Path(package.__file__).parent
    return sorted(f"{package.__name__}.{path.stem}" for path in folder.glob("[a-z]*.py"))


def list_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser, then those of its commands and of theirs."""
    yield parser
    for action in parser._actions:  # noqa: SLF001 - argparse has no public list of commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            for command in dict.fromkeys(action.choices.values()):
                yield from list_parsers(command)


class ImportPaths(SphinxDirective):
    """The import paths of the official SDK, each with its names."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each path: what only it has, and links to everything else."""
        self.env.note_dependency(__file__)
        lines: list[str] = []
        for path, module in list_import_paths():
            self.env.note_dependency(str(module.__file__))
            own = {
                name: choose_directive(value)
                for name in module.__all__
                if is_here_only(value := getattr(module, name))
            }
            others = [name for name in module.__all__ if name not in own]
            lines += [path, "-" * len(path), ""]
            if others:
                lines += [", ".join(f"`{name}`" for name in others), ""]
            for name, directive in own.items():
                lines += [f".. {directive}:: {path}.{name}", ""]
        made: list[nodes.Node] = self.parse_text_to_nodes(
            "\n".join(lines), allow_section_headings=True
        )
        return made


def list_import_paths() -> Iterator[tuple[str, ModuleType]]:
    """Yield the modules that hold the names of the official SDK, by their dotted names."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith(ALIASES) and path.stem != "__init__":
            dotted = f"arthurai.{name.removesuffix('.py').replace('/', '.')}"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                yield dotted, import_module(dotted)


def is_here_only(value: Any) -> bool:
    """Return whether an object has no place on another page of the reference."""
    if inspect.isclass(value):
        return value.__module__.startswith(OFFICIAL_ONLY)
    return not isinstance(value, ModuleType)


def choose_directive(value: Any) -> str:
    """Return the directive that documents an object."""
    if inspect.isclass(value):
        return "autoclass"
    return "autofunction" if inspect.isfunction(value) else "py:data"


def complete_docstring(
    _app: Sphinx, what: str, _name: str, documented: Any, _options: Any, lines: list[str]
) -> None:
    """Give a class the attributes that its base describes, and data a docstring without a type."""
    if what == "class" and "Attributes:" not in lines:
        for base in documented.__mro__[1:-1]:
            inherited = (inspect.getdoc(base) or "").partition("Attributes:")
            if inherited[1] and lines[-1:] != [""]:
                lines.append("")
            if inherited[1]:
                lines += (inherited[1] + inherited[2]).splitlines()
                break
    # Napoleon would read what stands before the first colon as a type, in a section of results too.
    for place, line in enumerate(lines[1:], 1):
        if lines[place - 1].strip() in {"Returns:", "Yields:"} and ":" in line:
            lines.insert(place, line[: len(line) - len(line.lstrip())] + "\\ ")
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]  # an empty comment


def shorten_signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    _object: Any,
    _options: Any,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Show the base class of models as what programs pass."""
    return (
        signature and signature.replace("ArthurModelBase", "ArthurModel"),
        returns and returns.replace("ArthurModelBase", "ArthurModel"),
    )


def break_long_names(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: nodes.document
) -> None:
    """Let the contents of a page break names after underscores only, not within their words."""
    if "toc" in context:
        context["toc"] = _NAME_IN_CONTENTS.sub(
            lambda found: found[0].replace("_", "_<wbr>"), context["toc"]
        )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything with Sphinx."""
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"
    app.add_role("code-or-link", code_or_link)
    app.add_directive("methods-by-group", MethodsByGroup)
    app.add_directive("command-help", CommandHelp)
    app.add_directive("import-paths", ImportPaths)
    app.connect("autodoc-process-docstring", complete_docstring, priority=400)  # before Napoleon
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("missing-reference", resolve_name)
    app.connect("html-page-context", break_long_names)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
