"""Tells those who send rows, once, that the rows can never make an alert rule fire."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.query import QueryError
from arthurai.server.resources.alert_rules.rule_fit import MIN_COMPLETE, describe_few, measure_fit
from arthurai.server.resources.alert_rules.service import list_rules, read_rule
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.server.context import Stores
    from arthurai.server.document_kinds import StoredAlertRule
    from arthurai.server.storage.documents.stored_models import StoredModel

logger = logging.getLogger("arthurai.server.background")

_CODE: Final = "too_few_rows"
_LARGEST_SHARE: Final = 0.01
"""Share of the time that looking at rows may take of it."""


class RuleAdvisor:
    """Looks at the rules of a model when rows arrive, and says what keeps them from firing.

    Who creates a rule before its data cannot know whether its windows will hold enough rows; who
    sends the data can. What was told is kept in memory: after a restart it is told once more.
    """

    def __init__(self, stores: Stores) -> None:
        """Know nothing yet.

        Args:
            stores: The stores.
        """
        self._stores = stores
        self._lock = threading.Lock()
        self._watched: dict[str, dict[str, StoredAlertRule]] = {}
        self._next: dict[str, float] = {}
        self._told: set[str] = set()

    def forget(
        self, record: StoredModel, rule_id: str, notes: Iterable[Mapping[str, str]] = ()
    ) -> None:
        """Look at the rules of a model anew, because one of them has changed.

        Args:
            record: The model.
            rule_id: The rule.
            notes: What the one who changed it is told about it.
        """
        is_told = any(note["code"] == _CODE for note in notes)
        with self._lock:
            (self._told.add if is_told else self._told.discard)(rule_id)
            self._watched.pop(record.id, None)
            self._next.pop(record.id, None)

    def advise(self, record: StoredModel) -> list[dict[str, str]]:
        """Return what rows that have arrived mean for the rules of their model, if it is news.

        Args:
            record: The model.

        Returns:
            An `AlertRuleNote` of the API for each rule that does not see such rows.
        """
        known = self._watched.get(record.id)
        started = time.monotonic()
        if known is not None and (not known or started < self._next.get(record.id, 0.0)):
            return []
        with self._lock:
            try:
                return self._look(record)
            except (ApiError, DataStoreError, QueryError) as error:
                logger.info("model %s: its alert rules cannot be looked at: %s", record.id, error)
                return []
            finally:
                taken = time.monotonic() - started
                self._next[record.id] = started + taken / _LARGEST_SHARE

    def _look(self, record: StoredModel) -> list[dict[str, str]]:
        if record.id not in self._watched:
            rules = list_rules(self._stores, record)
            self._watched[record.id] = {
                rule["id"]: rule
                for rule in rules
                if rule["enabled"] and rule["id"] not in self._told
            }
        watched = self._watched[record.id]
        notes = []
        for rule in list(watched.values()):
            try:
                reader = read_rule(self._stores, record, rule)
            except ApiError:
                continue  # its own notes say why it cannot be evaluated
            fit = measure_fit(reader, record.schema, self._stores.data)
            if not fit.is_enough and fit.complete < MIN_COMPLETE:
                continue
            del watched[rule["id"]]
            if not fit.is_enough:
                self._told.add(rule["id"])
                few = describe_few(reader, fit, is_batch=record.schema.is_batch)
                message = f"alert rule {rule['name']!r}: {few}"
                notes.append({"code": _CODE, "message": message})
        return notes
