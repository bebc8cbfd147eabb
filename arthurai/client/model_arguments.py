"""Arguments of `ArthurAI` about models: ids, names, filters."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import list_names, quote_value, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

import uuid
from datetime import datetime

from arthurai.common.checks import check_choice, check_text
from arthurai.common.constants import OutputType
from arthurai.common.exceptions import (
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.vocabulary import MAX_MODEL_ID_LENGTH

_CLASSIFIER_WORDS: Final = ("BINARY", "CLASSIF")


def complete_names(partner_model_id: str | None, display_name: str | None) -> tuple[str, str]:
    """Return the id and the name of a new model, each completed from the other.

    Raises:
        MissingParameterError: Both are missing.
        UserTypeError: One is not a string.
        UserValueError: One is empty, or the id is too long.
    """
    for name, value in (("partner_model_id", partner_model_id), ("display_name", display_name)):
        if value is not None:
            check_text(name, value)
    if partner_model_id is None:
        if display_name is None:
            raise MissingParameterError(
                "partner_model_id and display_name are missing: pass one or both"
            )
        # The timestamp is for people, the random suffix makes the id unique.
        moment = datetime.now().astimezone().strftime("%Y-%m-%d--%H-%M-%S")
        suffix = f"_{moment}_{uuid.uuid4().hex}"
        begin = display_name.replace(" ", "_")[: MAX_MODEL_ID_LENGTH - len(suffix)]
        partner_model_id = f"{begin}{suffix}"
    if len(partner_model_id) > MAX_MODEL_ID_LENGTH:
        raise UserValueError(
            f"partner_model_id must have at most {MAX_MODEL_ID_LENGTH} characters, got "
            f"{len(partner_model_id)}"
        )
    return partner_model_id, display_name if display_name is not None else partner_model_id


def is_uuid(text: str) -> bool:
    """Return whether a string has the form of the ids that the server generates."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def parse_model_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as the operation `list_models` takes them.

    Args:
        filters: Values by the names of its parameters; single values are accepted where several
            are possible, and times as ISO 8601 strings.

    Raises:
        UserValueError: There is no such parameter, or a time is invalid or has no time zone.
        UserTypeError: Several values are given where one is possible, or a boolean where none is.
    """
    from arthurai_api.api.models import list_models

    known = inspect.signature(list_models.build_request).parameters
    plain = dict(filters)
    for name, value in filters.items():
        if name not in known:
            raise UserValueError(
                f"unknown filter {name!r}, must be one of {list_names(known)}{suggest(name, known)}"
            )
        annotation = str(known[name].annotation)
        is_single = isinstance(value, str) or not isinstance(value, Iterable)
        if value is not None and annotation.startswith("list["):
            plain[name] = [value] if is_single else list(value)
        elif not is_single or (isinstance(value, bool) and "bool" not in annotation):
            raise UserTypeError(f"filter {name!r} cannot be {value!r:.100}; it is one {annotation}")
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


def check_model_type(name: str, value: str, types: list[str]) -> None:
    """Raise unless a value is one of the types of a model.

    Args:
        name: Name of the argument, for the message.
        value: What was given.
        types: What it can be.

    Raises:
        UserValueError: It is none of them; the message says which one classifiers are.
    """
    word = value.upper() if isinstance(value, str) else ""
    if name == "output_type" and any(part in word for part in _CLASSIFIER_WORDS):
        raise UserValueError(
            f"{name} must be one of {list_names(types)}, got {quote_value(value)}; a classifier is "
            f"{OutputType.Multiclass!s}, also one with two classes"
        )
    check_choice(name, value, types)
