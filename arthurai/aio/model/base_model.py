"""The base of models: fields, attributes, connection, and what other modules need of them.

Made by `python -m scripts.async_layer` from `arthurai/model/base_model.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.exceptions import UserTypeError
from arthurai.model.base_model import connected_session, require_id

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.async_session import AsyncSession
    from arthurai.transport.session_core import SessionCore


def require_session(model: ArthurModelBase) -> AsyncSession:
    """Return the connection of a model.

    Args:
        model: The model.

    Raises:
        MethodNotApplicableError: It has none, as a model that was made by hand or unpickled.
    """
    return check_session(connected_session(model))


def check_session(session: SessionCore) -> AsyncSession:
    """Return a session if it is of the kind that these functions use.

    Args:
        session: What a model is attached to.

    Raises:
        UserTypeError: It is the connection of the other kind, blocking or asynchronous.
    """
    from arthurai.transport.async_session import AsyncSession

    if not isinstance(session, AsyncSession):
        raise UserTypeError(
            f"the model is attached to a connection of another kind, {type(session).__name__}: "
            "models of ArthurAI and of AsyncArthurAI cannot change places; fetch it again"
        )
    return session


def require_connection(model: ArthurModelBase, action: str) -> tuple[AsyncSession, str]:
    """Return what a request about a saved model needs: its connection and its id.

    Args:
        model: The model.
        action: What it cannot do while it is not saved, for the message.

    Raises:
        MethodNotApplicableError: The model is not saved, or has no connection.
    """
    model_id = require_id(model, action)
    return require_session(model), model_id
