"""Checks of what users pass to `ArthurAI` and of what servers send back."""

from __future__ import annotations

import contextlib
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from arthurai.common.checks import check_text
from arthurai.common.exceptions import (
    ArthurUserError,
    MissingParameterError,
    UnexpectedValueError,
    UserValueError,
)
from arthurai.common.vocabulary import MAX_MODEL_ID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        begin = display_name.replace(" ", "_")[: MAX_MODEL_ID_LENGTH - len(suffix)]
        partner_model_id = f"{begin}{suffix}"
    if len(partner_model_id) > MAX_MODEL_ID_LENGTH:
        raise UserValueError(
            f"partner_model_id has {len(partner_model_id)} characters; at most "
            f"{MAX_MODEL_ID_LENGTH} are possible"
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
