"""The waiter classes of the official SDK."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arthurai.common.wait import DEFAULT_TIMEOUT_MIN, wait_until
from arthurai.model.base_model import (
    check_session,
    find_session,
    name_of,
    require_id,
    require_session,
)
from arthurai.model.enrichments import fetch_enrichment_states
from arthurai.model.lifecycle import fetch_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.model.base_model import ArthurModelBase


class StatusWaiter(ABC):
    """Waits for the status of something that belongs to a model.

    Attributes:
        model: The model.
        err_mess: What failed, when asking for the status fails.
    """

    def __init__(self, model: ArthurModelBase, err_mess: str, client: Any = None) -> None:
        self.model = model
        self.err_mess = err_mess
        self._client = client

    @abstractmethod
    def _check_status(self) -> Any:
        """Return the current status."""

    def _is_done(self, status: Any, status_list: Iterable[Any]) -> bool:
        return status in status_list

    def wait_for_valid_status(
        self,
        status_list: list[Any],
        spinner_message: str,
        update_message: str,
        update_interval_seconds: float = 60,
        *,
        timeout_min: float | None = DEFAULT_TIMEOUT_MIN,
    ) -> Any:
        """Wait until the status is one of those given, and return it.

        Args:
            status_list: The statuses that end the wait.
            spinner_message: Shown while waiting, on terminals and in notebooks.
            update_message: Logged from time to time.
            update_interval_seconds: Seconds between two such messages.
            timeout_min: Maximum number of minutes to wait; `None` for no limit.

        Raises:
            ArthurTimeoutError: The time is over.
            ArthurError: Asking for the status failed; a note says what was being waited for.
        """
        try:
            return wait_until(
                self._check_status,
                lambda status: self._is_done(status, status_list),
                what=f"model {name_of(self.model)!r}",
                timeout_min=timeout_min,
                message=spinner_message,
                update_message=update_message,
                update_interval_seconds=update_interval_seconds,
            )
        except Exception as error:
            error.add_note(self.err_mess)
            raise


class ModelStatusWaiter(StatusWaiter):
    """Waits for the status of a saved model.

    Args:
        model: The model; its own connection is used unless `client` gives another.
        client: A connection, or `None`.
    """

    def __init__(self, model: ArthurModelBase, client: Any = None) -> None:
        super().__init__(model, f"model {name_of(model)!r} was being set up", client)

    def _check_status(self) -> str:
        found = find_session(self._client)
        session = require_session(self.model) if found is None else check_session(found)
        return fetch_status(session, require_id(self.model, "be waited for"))


@dataclass
class StatusForEnrichment:
    """State of one enrichment.

    Attributes:
        enrichment_name: Its name.
        status: A member of `EnrichmentStatus`.
    """

    enrichment_name: str
    status: str


class EnrichmentStatusWaiter(StatusWaiter):
    """Waits until all enrichments of a model are in one of the states given.

    Args:
        model: A saved model.
    """

    def __init__(self, model: ArthurModelBase) -> None:
        super().__init__(model, f"the enrichments of model {name_of(model)!r} were being set up")

    def _check_status(self) -> list[StatusForEnrichment]:
        states = fetch_enrichment_states(self.model)
        return [StatusForEnrichment(name, status) for name, status in states.items()]

    def _is_done(self, status: list[StatusForEnrichment], status_list: Iterable[Any]) -> bool:
        return all(enrichment.status in status_list for enrichment in status)
