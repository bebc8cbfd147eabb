"""Ids and names of models."""

from __future__ import annotations

import uuid
from datetime import datetime

from arthurai.common.checks import check_text
from arthurai.common.exceptions import (
    MissingParameterError,
    UserValueError,
)
from arthurai.common.vocabulary import MAX_MODEL_ID_LENGTH


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
