"""Tells those who send rows, once, that the rows can never make an alert rule fire."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.query import QueryError
from arthurai.server.resources.alert_rules.rule_fit import (
    MIN_COMPLETE,
    describe_few,
    describe_left_out,
    measure_fit,
)
from arthurai.server.resources.alert_rules.service import list_rules, read_rule
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.server.context import Stores
    from arthurai.server.document_kinds import StoredAlertRule
    from arthurai.server.storage.documents.stored_models import StoredModel

logger = logging.getLogger("arthurai.server.background")

_CODES: Final = frozenset({"too_few_rows", "windows_left_out"})
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
        self._watched: dict[str, dict[str, _Watched]] = {}
        self._next: dict[str, float] = {}
        self._empty: set[str] = set()
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
        is_empty = not self._stores.data.counts(record.schema)["inference"]
        is_told = any(note["code"] in _CODES for note in notes)
        with self._lock:
            (self._told.add if is_told else self._told.discard)(rule_id)
            self._watched.pop(record.id, None)
            self._next.pop(record.id, None)
            (self._empty.add if is_empty else self._empty.discard)(record.id)

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
        is_first = record.id in self._empty
        self._empty.discard(record.id)
        if record.id not in self._watched:
            rules = list_rules(self._stores, record)
            self._watched[record.id] = {
                rule["id"]: _Watched(rule)
                for rule in rules
                if rule["enabled"] and rule["id"] not in self._told
            }
        watched = self._watched[record.id]
        notes = []
        for one in list(watched.values()):
            found = self._judge(record, one, is_first=is_first)
            if found is not None:
                del watched[one.rule["id"]]
                self._told.add(one.rule["id"])
                code, message = found
                name = one.rule["name"]
                notes.append({"code": code, "message": f"alert rule {name!r}: {message}"})
        return notes

    def _judge(
        self, record: StoredModel, watched: _Watched, *, is_first: bool
    ) -> tuple[str, str] | None:
        """Return what to tell about a rule, or `None`; then it is watched further."""
        try:
            reader = read_rule(self._stores, record, watched.rule)
        except ApiError:
            return None  # its own notes say why it cannot be evaluated
        if not watched.fits:
            fit = measure_fit(reader, record.schema, self._stores.data)
            watched.fits = fit.is_enough
            if not fit.is_enough:
                if fit.complete < MIN_COMPLETE:
                    return None
                message = describe_few(reader, fit, is_batch=record.schema.is_batch)
                return "too_few_rows", message
            if is_first and fit.left_out:  # these rows came at once
                message = describe_left_out(reader, fit.windows, fit.left_out)
                return "windows_left_out", message
        states = self._stores.control.documents(Kind.ALERT_RULE_STATE)
        state = states.get(record.organization_id, watched.rule["id"]) or {}
        outcomes = state.get("outcomes") or {}
        if outcomes.get("left_out"):
            message = describe_left_out(reader, outcomes["windows"], outcomes["left_out"])
            return "windows_left_out", message
        return None


@dataclass(slots=True)
class _Watched:
    """A rule of a model that rows arrive for.

    Attributes:
        rule: The rule.
        fits: Whether a window has held enough rows.
    """

    rule: StoredAlertRule
    fits: bool = False
