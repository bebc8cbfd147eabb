"""Waiting until the platform has set up a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import ExpectedParameterNotFoundError
from arthurai.model.base_model import name_of, require_id, require_session, session_of
from arthurai.model.status_waiter import StatusWaiter

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase


class ModelStatusWaiter(StatusWaiter):
    """Waits for the status of a saved model.

    Args:
        model: The model; its own connection is used unless ``client`` gives another.
        client: A connection, or ``None``.
    """

    def __init__(self, model: ArthurModelBase, client: Any = None) -> None:
        super().__init__(model, f"While waiting for model {name_of(model)!r} to be set up.", client)

    def _check_status(self) -> str:
        from arthurai_api.api.models import get_model

        session = session_of(self._client) or require_session(self.model)
        answer = session.call_json(get_model, require_id(self.model, "be waited for"))
        for key in ("id", "status"):
            if key not in answer:
                raise ExpectedParameterNotFoundError(
                    f"The answer about model {self.model.id} lacks {key!r}."
                )
        return str(answer["status"])
