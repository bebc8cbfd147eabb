"""The registry of pages: each path of the dashboard and the function that answers it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from arthurai.server.web.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.web.charts import Chart

PREFIX: Final = "/ui"
_PAGES: Final = "arthurai.server.web.pages"


@dataclass(frozen=True, slots=True)
class Page:
    """A page to render.

    Attributes:
        template: Name of its template.
        title: Its title.
        values: What the template needs.
        charts: Its charts, which can be downloaded one by one.
        status: HTTP status.
    """

    template: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    charts: Sequence[Chart] = ()
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """Another page to go to.

    Attributes:
        path: Its path below the prefix, with a query.
        message: What to tell the user there.
    """

    path: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """Content that is sent as it is.

    Attributes:
        content: The content.
        content_type: Its media type.
        filename: Name to save it under; an empty string shows it in the page.
        status: HTTP status.
    """

    content: bytes
    content_type: str
    filename: str = ""
    status: int = 200


Answer: TypeAlias = Page | Redirect | File
PageFunction: TypeAlias = Callable[[View], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the dashboard.

    Attributes:
        path: Path below the prefix, with `<name>` for its variable parts.
        method: `GET`, or `POST` for what changes something.
        function: The function that answers it.
    """

    path: str
    method: str
    function: PageFunction


_routes: dict[tuple[str, str], Route] = {}


def page(path: str, *, method: str = "GET") -> Callable[[PageFunction], PageFunction]:
    """Register a function as the page of a path.

    Args:
        path: Path below the prefix, with `<name>` for its variable parts.
        method: `GET`, or `POST` for what changes something.
    """

    def register(function: PageFunction) -> PageFunction:
        _routes[path, method] = Route(path, method, function)
        return function

    return register


def load_routes() -> list[Route]:
    """Import all pages, so that each registers itself, and return their routes."""
    package = importlib.import_module(_PAGES)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{_PAGES}.{module.name}")
    return list(_routes.values())
