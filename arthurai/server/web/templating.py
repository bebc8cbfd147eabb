"""The templates: everything is escaped, and a name that is missing is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

from arthurai.server.web import formats
from arthurai.server.web.model_view import RANGES

if TYPE_CHECKING:
    from collections.abc import Callable

TABS: Final = (("", "Overview", "get_model"),)
"""Pages of a model: path, label, and the operation that one must be permitted to call."""


def make_environment(static_address: Callable[[str], str]) -> Environment:
    """Return the environment of the templates.

    Args:
        static_address: Returns the address of a static file.
    """
    environment = Environment(
        loader=PackageLoader("arthurai.server.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=static_address, tabs=TABS, ranges=RANGES)
    environment.filters.update(
        number=formats.format_number,
        when=formats.format_time,
        age=formats.format_age,
        words=formats.to_words,
        compact_json=_to_json,
        unquote=unquote,
        pystring=repr,
    )
    return environment


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()
