"""Checks of what users pass to `ArthurAI` and of what servers send back."""

from __future__ import annotations

import contextlib
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import (
    ArthurUserError,
    MissingParameterError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai.transport.options import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_PARTNER_ID = 255


def check_text(name: str, value: object) -> None:
    """Refuse what is no text or an empty one.

    Raises:
        UserTypeError: `value` is no text.
        UserValueError: It is empty.
    """
    if not isinstance(value, str):
        raise UserTypeError(f"{name} must be a string, got {type(value).__name__}")
    if not value.strip():
        raise UserValueError(f"{name} is empty")


def check_choice(name: str, value: str | None, choices: list[str]) -> None:
    """Refuse what is none of the choices, with a suggestion.

    Raises:
        MissingParameterError: `value` is `None`.
        UserValueError: It is none of the choices.
    """
    if value is None:
        raise MissingParameterError(f"{name} is missing: give one of {', '.join(choices)}")
    if value not in choices:
        raise UserValueError(
            f"{name}={value!r} must be one of {', '.join(choices)}."
            f"{did_you_mean(str(value), choices)}"
        )


def names_of_model(partner_model_id: str | None, display_name: str | None) -> tuple[str, str]:
    """Complete the id and the name of a new model from one another.

    Raises:
        MissingParameterError: Both are missing.
        UserTypeError: One is no text.
        UserValueError: One is empty, or the id is too long.
    """
    for name, value in (("partner_model_id", partner_model_id), ("display_name", display_name)):
        if value is not None:
            check_text(name, value)
    if partner_model_id is None:
        if display_name is None:
            raise MissingParameterError("give partner_model_id or display_name, or both")
        # The time tells people apart what they made when, the random part makes it unique.
        moment = datetime.now().astimezone().strftime("%Y-%m-%d--%H-%M-%S")
        suffix = f"_{moment}_{uuid.uuid4().hex}"
        begin = display_name.replace(" ", "_")[: LONGEST_PARTNER_ID - len(suffix)]
        partner_model_id = f"{begin}{suffix}"
    if len(partner_model_id) > LONGEST_PARTNER_ID:
        raise UserValueError(
            f"partner_model_id has {len(partner_model_id)} characters; at most "
            f"{LONGEST_PARTNER_ID} are possible"
        )
    return partner_model_id, display_name if display_name is not None else partner_model_id


def is_uuid(text: str) -> bool:
    """Say whether a text has the form of the ids that servers make."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@contextlib.contextmanager
def read_from_server(what: str) -> Iterator[None]:
    """Tell failures to read what the server sent apart from mistakes of the caller.

    Raises:
        UnexpectedValueError: The block raised an error that blames the caller.
    """
    try:
        yield
    except ArthurUserError as fault:
        raise UnexpectedValueError(
            f"the server sent a {what} that cannot be read: {fault}"
        ) from fault


def received_object(body: Any) -> dict[str, Any]:
    """Return an answer that has to be an object.

    Raises:
        UnexpectedValueError: It is none.
    """
    if not isinstance(body, dict):
        raise UnexpectedValueError(f"the server sent {type(body).__name__} instead of an object")
    return body


def page_of(body: Any) -> tuple[list[Any], int]:
    """Return the items of one page of a list, and the number of pages.

    Raises:
        UnexpectedValueError: The answer is no page.
    """
    page = received_object(body)
    items = page.get("data")
    pages = page.get("total_pages")
    if not isinstance(items, list | None) or not isinstance(pages, int | None):
        raise UnexpectedValueError("the server sent a page without a list of data")
    return items or [], pages or 1
