"""Commits of data that rules are to be evaluated for, noted before they happen.

A server that is killed right after a commit has told nobody of it, and a client that repeats its
request changes nothing any more. So what a commit is about to change is stored first, in the
control database, and forgotten once it is work that waits for the evaluation. What a server left
that is gone becomes such work, whether it had committed or not: an evaluation that finds no change
does nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.server.background.event_bus import DataEvent
    from arthurai.server.context import Stores

WATCHED: Final = frozenset({"inferences", "ground_truth", "batch_closed"})
"""Kinds of events after which rules are evaluated."""


class ExpectedAlerts:
    """The commits that a server is about to make, of models with rules.

    Args:
        stores: The stores.
    """

    def __init__(self, stores: Stores) -> None:
        self._control = stores.control
        self._documents = stores.control.documents(Kind.EXPECTED_ALERT)
        self._rules = stores.control.documents(Kind.ALERT_RULE)

    def has_rules(self, model_id: str) -> bool:
        """Return whether a model has rules to be evaluated.

        Args:
            model_id: The model.
        """
        return bool(self._rules.count(None, model_id=model_id, enabled=True))

    def expect(self, event: DataEvent) -> Callable[[], object] | None:
        """Note what a commit is about to change; return what forgets it.

        Args:
            event: The event that the commit leads to.
        """
        if event.kind not in WATCHED or not self.has_rules(event.model_id):
            return None
        try:
            organization_id = self._control.models.get(None, event.model_id).organization_id
        except ApiError:
            return None  # the model is gone
        span = None
        if event.first is not None and event.last is not None:
            span = [event.first.isoformat(), event.last.isoformat()]
        expected_id = new_id()
        document = {
            "id": expected_id,
            "holder": self._control.leases.holder,
            "model_id": event.model_id,
            "organization_id": organization_id,
            "batch_ids": list(event.batch_ids),
            "span": span,
        }
        self._documents.put(organization_id, expected_id, document, model_id=event.model_id)
        return partial(self._documents.delete, organization_id, expected_id)

    def take_over(self) -> Iterator[dict[str, Any]]:
        """Yield what servers have left that are gone; each is forgotten after that."""
        left = self._documents.list(None)
        if not left:
            return
        alive = {self._control.leases.holder}
        if self._control.database.is_shared:
            alive |= {server.id for server in self._control.servers.list_alive()}
        for document in left:
            if document["holder"] not in alive:
                yield document
                self._documents.delete(document["organization_id"], document["id"])
