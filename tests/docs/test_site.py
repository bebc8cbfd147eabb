"""The site has a place for every public name, holds together, and loads nothing from elsewhere."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import warnings
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

from scripts.check_layout import ALIASES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "arthurai"
NEW_PATHS = (
    "arthurai",
    "arthurai.common.constants",
    "arthurai.logger",
    "arthurai.query",
    "arthurai.testing",
    "arthurai.typing",
)


def load(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(path)


def old_paths():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith(ALIASES) and path.stem != "__init__":
            yield "arthurai." + name.removesuffix(".py").replace("/", ".")


def public_names(paths):
    """Yield (path, name, object) of what the modules offer."""
    for path in paths:
        module = load(path)
        for name in module.__all__:
            value = getattr(module, name)
            if not isinstance(value, ModuleType):
                yield path, name, value
    if "arthurai" in paths:
        module = load("arthurai.common.exceptions")
        for name, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, Exception):
                yield module.__name__, name, value


def resolve(dotted):
    """Return the object of a dotted name, None if there is none."""
    words = dotted.split(".")
    for end in range(len(words), 0, -1):
        try:
            value = load(".".join(words[:end]))
        except ImportError:
            continue
        for word in words[end:]:
            value = getattr(value, word, None)
        return value
    return None


@pytest.fixture(scope="session")
def places(site):
    """Give the documented names of Python with their addresses."""
    from sphinx.util.inventory import InventoryFile

    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    return {
        name: item.uri
        for kind, items in inventory.data.items()
        if kind.startswith("py:")
        for name, item in items.items()
    }


@pytest.fixture(scope="session")
def documented(places):
    return {id(value) for name in places if (value := resolve(name)) is not None}


def lacking(paths, places, documented):
    return [
        f"{path}.{name}"
        for path, name, value in public_names(paths)
        if f"{path}.{name}" not in places and id(value) not in documented
    ]


def test_every_public_name_has_a_place(places, documented):
    assert lacking(NEW_PATHS, places, documented) == []


def test_every_name_of_the_official_sdk_has_a_place(places, documented):
    paths = list(old_paths())
    assert len(paths) > 20
    assert lacking(paths, places, documented) == []


def test_a_name_without_a_place_is_noticed(places, documented):
    fewer = {name: uri for name, uri in places.items() if name != "arthurai.query.psi_table"}
    without = documented - {id(resolve("arthurai.query.psi_table"))}
    assert lacking(NEW_PATHS, fewer, without) == ["arthurai.query.psi_table"]


def members(cls):
    """Yield (base, name) of the public methods and properties of a class that our code defines."""
    for base in cls.__mro__:
        if base.__module__.startswith("arthurai"):
            for name, member in vars(base).items():
                is_code = isinstance(member, property | classmethod | staticmethod)
                if not name.startswith("_") and (is_code or inspect.isfunction(member)):
                    yield base, name


def test_every_method_has_a_place(places):
    classes = {}  # with all paths that the reference has for each
    for dotted in places:
        if inspect.isclass(value := resolve(dotted)):
            classes.setdefault(value, []).append(dotted)
    missing = [
        f"{paths[0]}.{name}"
        for cls, paths in classes.items()
        for base, name in members(cls)
        if not any(f"{path}.{name}" in places for path in paths + classes.get(base, []))
    ]
    assert len(classes) > 50
    assert missing == []


def test_every_place_has_a_docstring(places):
    bare = []
    for dotted in places:
        value = resolve(dotted)
        described = inspect.isclass(value) or inspect.isfunction(value) or inspect.ismodule(value)
        if described and not inspect.getdoc(value):
            bare.append(dotted)
    assert bare == []


class Page(HTMLParser):
    """What a page links to, loads, and can be linked by."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link":
            self.loaded.append(given["href"])
        self.loaded += [given[key] for key in ("src", "srcset", "poster") if given.get(key)]


@pytest.fixture(scope="session")
def pages(site):
    return {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def broken(pages):
    """List the links inside of the site that lead nowhere."""
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{path.name}: {link}")
            elif target in pages and parts.fragment:
                anchors = pages[target].anchors
                found += [f"{path.name}: {link}"] * (unquote(parts.fragment) not in anchors)
    return found


def test_no_link_is_broken(pages):
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert broken(pages) == []


def test_a_broken_link_is_noticed(pages, site):
    index = site / "index.html"
    for link in ("nowhere.html", "drift.html#nowhere", "#nowhere"):
        assert broken(pages | {index: Page(f'<a href="{link}">')}) == [f"index.html: {link}"]


ELSEWHERE = re.compile(
    r"""(?:url\(|@import|importScripts\(|fetch\(|import\()\s*["']?(?:https?:)?//"""
)


def test_nothing_is_loaded_from_elsewhere(pages, site):
    loaded = [link for page in pages.values() for link in page.loaded]
    assert len(loaded) > 100
    assert [link for link in loaded if urlsplit(link).netloc] == []
    texts = [*site.rglob("*.css"), *site.rglob("*.js"), *site.rglob("*.html")]
    assert [path.name for path in texts if ELSEWHERE.search(path.read_text("utf-8"))] == []
    assert ELSEWHERE.search("@import url(//fonts.example.com/x.css)")


def test_every_page_can_be_searched(site):
    text = (site / "searchindex.js").read_text("utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").rstrip(";)"))
    names = {
        path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        for path in (ROOT / "docs").rglob("*.*")
        if path.suffix in {".md", ".rst"}
    }
    assert set(index["docnames"]) == names
    assert "drift" in index["terms"]
