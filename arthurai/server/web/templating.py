"""The templates: everything is escaped; a member that the API left out counts as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import orjson
from jinja2 import Environment, PackageLoader, Undefined
from markupsafe import Markup, escape

from arthurai.server.web import formats
from arthurai.server.web.model_view import RANGES

if TYPE_CHECKING:
    from collections.abc import Callable

TABS: Final = (
    ("", "Overview", "get_model"),
    ("performance", "Performance", "query"),
    ("drift", "Drift", "query_data_drift"),
    ("quality", "Data quality", "query"),
    ("fairness", "Fairness", "query"),
    ("alerts", "Alerts", "list_alert_rules"),
    ("inferences", "Inferences", "query"),
    ("enrichments", "Enrichments", "get_enrichments"),
    ("batches", "Batches", "list_datasets"),
    ("versions", "Versions", "list_model_group_versions"),
)
"""Pages of a model: path, label, and the operation that one must be permitted to call."""


def make_environment(static_address: Callable[[str], str]) -> Environment:
    """Return the environment of the templates.

    Args:
        static_address: Returns the address of a static file.
    """
    environment = Environment(
        loader=PackageLoader("arthurai.server.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=static_address, tabs=TABS, ranges=RANGES)
    environment.filters.update(
        number=lambda value, kind="number": formats.format_number(_known(value), kind),
        when=lambda value: formats.format_time(_known(value)),
        age=lambda value: formats.format_age(_known(value)),
        words=formats.to_words,
        compact_json=_to_json,
        unquote=unquote,
        pystring=repr,
        marked=_mark_code,
    )
    return environment


def _mark_code(text: str) -> Markup:
    """Return a text in which backticks mark code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts)
    )


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _known(value: Any) -> Any:
    return None if isinstance(value, Undefined) else value
