"""The filters of `ArthurAI.list_models`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserValueError
from arthurai.common.text import list_names, quote_value, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping


def parse_model_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as the operation `list_models` takes them.

    Args:
        filters: Values by the names of its parameters; single values are accepted where several
            are possible, and times as ISO 8601 strings.

    Raises:
        UserValueError: There is no such parameter, or a time is invalid or has no time zone.
    """
    from arthurai_api.api.models import list_models

    known = inspect.signature(list_models.build_request).parameters
    plain = dict(filters)
    for name, value in filters.items():
        if name not in known:
            raise UserValueError(
                f"unknown filter {name!r}, must be one of {list_names(known)}{suggest(name, known)}"
            )
        if value is not None and str(known[name].annotation).startswith("list["):
            is_single = isinstance(value, str) or not isinstance(value, Iterable)
            plain[name] = [value] if is_single else list(value)
    if filters.get("created_since") is not None:
        plain["created_since"] = _parse_time("created_since", filters["created_since"])
    return plain


def _parse_time(name: str, value: object) -> datetime:
    from dateutil.parser import isoparse

    try:
        time = isoparse(value) if isinstance(value, str) else value
    except ValueError:
        time = None
    if not isinstance(time, datetime):
        raise UserValueError(f"{name} must be a time in ISO 8601, got {quote_value(value)}")
    if time.tzinfo is None:
        raise UserValueError(f"{name} must have a time zone, got {quote_value(value)}")
    return time
