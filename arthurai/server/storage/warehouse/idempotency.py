"""Idempotency keys: a repeated request gets the results of the first one.

The results are stored in the transaction that stores the last rows of the request, so they are
there exactly when the rows are. They are kept for a day, and only the newest of each model.
"""

from __future__ import annotations

import datetime as dt
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from arthurai.server.storage.warehouse.errors import KeyReusedError, RequestInProgressError
from arthurai.server.storage.warehouse.row_results import Failure, RowResults
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

MAX_AGE: Final = dt.timedelta(days=1)
MAX_KEYS: Final = 20_000
"""Maximum number of keys of a model."""

MAX_BYTES: Final = 64 * 2**20
"""Maximum size of all results of a model, unless those of a single request are larger."""

MAX_WAIT_SECONDS: Final = 30.0
"""How long a repeat waits for the first request, before it is sent away to come again."""

_PRUNE_EVERY: Final = 500


class RequestKey(NamedTuple):
    """What identifies a request.

    Attributes:
        key: The idempotency key that the client chose.
        digest: Digest of the operation and the body.
    """

    key: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    """What stores the results of requests, inside the transaction that stores their last rows.

    Attributes:
        keys: Stores them.
        model_id: The model.
        answers: The requests with their results, which are complete when this is called.
    """

    keys: IdempotencyKeys
    model_id: str
    answers: tuple[tuple[RequestKey, RowResults], ...]

    def __call__(self, cursor: Cursor) -> None:
        """Store the results.

        Args:
            cursor: A cursor inside the transaction.
        """
        self.keys.store(cursor, self.model_id, self.answers)

    def together_with(self, others: Sequence[Finish]) -> Finish:
        """Return what stores these results and those of other requests of the model.

        Args:
            others: What stores the others.
        """
        answers = (answer for each in others for answer in each.answers)
        return Finish(self.keys, self.model_id, (*self.answers, *answers))


class Claim:
    """The right to answer a request, until it is released.

    Attributes:
        answer: The results of an earlier request with the same key.
    """

    def __init__(self, answer: RowResults | None = None) -> None:
        self.answer = answer

    def finish(self, results: RowResults) -> Finish | None:
        """Return what stores the results, inside the transaction that stores the last rows.

        Args:
            results: The results, complete when the returned function is called.
        """
        del results
        return None

    def release(self) -> None:
        """Let others with the same key go on: the request is answered, or has failed."""


class _KeyedClaim(Claim):
    def __init__(
        self,
        keys: IdempotencyKeys,
        model_id: str,
        request: RequestKey,
        mine: threading.Event,
    ) -> None:
        super().__init__()
        self._keys = keys
        self._model_id = model_id
        self._request = request
        self._mine = mine

    def finish(self, results: RowResults) -> Finish | None:
        return Finish(self._keys, self._model_id, ((self._request, results),))

    def release(self) -> None:
        self._keys.leave(self._model_id, self._request.key, self._mine)


class IdempotencyKeys:
    """The answered requests of all models.

    Args:
        database: The database.
    """

    def __init__(self, database: WarehouseDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._running: dict[tuple[str, str], threading.Event] = {}
        # Keys of a model that may be stored, so that a new key needs no look-up; some are gone.
        self._known: dict[str, set[str]] = {}
        self._stored_since_pruning: dict[str, int] = {}

    @contextmanager
    def claim(self, model_id: str, request: RequestKey | None) -> Iterator[Claim]:
        """Claim a request for the block; a request without a key is always the caller's.

        Args:
            model_id: The model.
            request: What identifies the request.

        Raises:
            KeyReusedError: If another request had the same key.
            RequestInProgressError: If the first request is still running after a while.
        """
        claim = self._claim(model_id, request, MAX_WAIT_SECONDS)
        try:
            yield claim
        finally:
            claim.release()

    def try_claim(self, model_id: str, request: RequestKey | None) -> Claim | None:
        """Claim a request until the claim is released; return `None` if the first one is running.

        Args:
            model_id: The model.
            request: What identifies the request.

        Raises:
            KeyReusedError: If another request had the same key.
        """
        try:
            return self._claim(model_id, request, 0)
        except RequestInProgressError:
            return None

    def _claim(self, model_id: str, request: RequestKey | None, max_wait: float) -> Claim:
        if request is None:
            return Claim()
        mine = self._enter((model_id, request.key), max_wait)
        claim = _KeyedClaim(self, model_id, request, mine)
        try:
            claim.answer = self._find(model_id, request)
        except BaseException:
            claim.release()
            raise
        return claim

    def leave(self, model_id: str, key: str, mine: threading.Event) -> None:
        """Let others go on with a key.

        Args:
            model_id: The model.
            key: The key.
            mine: What the others wait for.
        """
        with self._lock:
            self._note(model_id, key)
            del self._running[model_id, key]
        mine.set()

    def _note(self, model_id: str, key: str) -> None:
        # After the commit: a set that is read later holds the key anyway.
        known = self._known.get(model_id)
        if known is not None:
            known.add(key)
            if len(known) > 2 * MAX_KEYS:
                del self._known[model_id]

    def _enter(self, running: tuple[str, str], max_wait: float) -> threading.Event:
        mine = threading.Event()
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=max_wait)
        while True:
            with self._lock:
                other = self._running.setdefault(running, mine)
            if other is mine:
                return mine
            left = (until - dt.datetime.now(dt.UTC)).total_seconds()
            if left <= 0 or not other.wait(left):
                raise RequestInProgressError(
                    "the first request with this Idempotency-Key is still running; repeat it later"
                )

    def _find(self, model_id: str, request: RequestKey) -> RowResults | None:
        if not self._is_known(model_id, request.key):
            return None
        _, found = self._database.fetch(
            "SELECT digest, answer FROM arthur_requests"
            " WHERE model_id = ? AND key = ? AND created_at >= ?",
            [model_id, request.key, utc_now() - MAX_AGE],
        )
        if not found:
            return None
        if found[0][0] != request.digest:
            raise KeyReusedError(
                "Idempotency-Key: another request of this model had the same key; choose a new key"
                " for each request"
            )
        return _decode(found[0][1])

    def _is_known(self, model_id: str, key: str) -> bool:
        if self._database.is_shared:
            return True
        with self._lock:
            known = self._known.get(model_id)
            if known is None:
                _, rows = self._database.fetch(
                    "SELECT key FROM arthur_requests WHERE model_id = ?", [model_id]
                )
                known = self._known[model_id] = {stored for (stored,) in rows}
            return key in known

    def store(
        self,
        cursor: Cursor,
        model_id: str,
        answers: Sequence[tuple[RequestKey, RowResults]],
    ) -> None:
        """Store the results of requests.

        Args:
            cursor: A cursor inside the transaction that stores their last rows.
            model_id: The model.
            answers: The requests with their results.
        """
        with self._lock:
            stored = self._stored_since_pruning.get(model_id, _PRUNE_EVERY) + len(answers)
            is_due = stored > _PRUNE_EVERY
            self._stored_since_pruning[model_id] = 0 if is_due else stored
        moment = utc_now()
        values: list[object] = []
        if self._database.is_shared:
            _require_new(cursor, model_id, [request.key for request, _ in answers])
        for request, results in answers:
            if not self._database.is_shared and self._is_known(
                model_id, request.key
            ):  # it is too old to count
                cursor.execute(
                    "DELETE FROM arthur_requests WHERE model_id = ? AND key = ?",
                    [model_id, request.key],
                )
            values += [model_id, request.key, request.digest, moment, _encode(results)]
        marks = ", ".join(["(?, ?, ?, ?, ?)"] * len(answers))
        cursor.execute(f"INSERT INTO arthur_requests VALUES {marks}", values)
        if is_due and not self._database.is_shared:
            self._prune(cursor, model_id)

    def prune_all(self) -> None:
        """Delete keys of all models that are too old, too many or too large, each in a transaction.

        Where servers share the keys, this conflicts with whoever stores one meanwhile, so it is not
        part of a request.
        """
        _, models = self._database.fetch("SELECT DISTINCT model_id FROM arthur_requests")
        for (model_id,) in models:
            self._database.write(partial(self._prune, model_id=model_id))

    def _prune(self, cursor: Cursor, model_id: str) -> None:
        """Delete keys that are too old, and the oldest that are too many or too large."""
        cursor.execute(
            """
            DELETE FROM arthur_requests WHERE model_id = $model AND (created_at < $oldest
                OR key IN (
                    SELECT key FROM (
                        SELECT key, row_number() OVER newest AS number,
                            sum(octet_length(answer)) OVER newest AS size
                        FROM arthur_requests WHERE model_id = $model
                        WINDOW newest AS (ORDER BY created_at DESC, key
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
                    WHERE number > $keys OR (number > 1 AND size > $bytes)))
            """,
            {
                "model": model_id,
                "oldest": utc_now() - MAX_AGE,
                "keys": MAX_KEYS,
                "bytes": MAX_BYTES,
            },
        )

    def forget(self, model_id: str) -> None:
        """Forget the keys of a model whose data were deleted."""
        with self._lock:
            self._known.pop(model_id, None)
            self._stored_since_pruning.pop(model_id, None)


def _require_new(cursor: Cursor, model_id: str, keys: list[str]) -> None:
    """Raise if another server has answered one of these requests in the meantime.

    Raises:
        RequestInProgressError: The repeat that this asks for gets that answer.
    """
    cursor.execute(
        "SELECT count(*) FROM arthur_requests WHERE model_id = ? AND created_at >= ?"
        " AND key IN (SELECT unnest(CAST(? AS VARCHAR[])))",
        [model_id, utc_now() - MAX_AGE, keys],
    )
    if cursor.fetchall()[0][0]:
        raise RequestInProgressError(
            "another server has just answered a request with this Idempotency-Key; repeat it"
        )


def _encode(results: RowResults) -> bytes:
    failures = [[row, f.status, f.message] for row, f in results.failures.items()]
    return zlib.compress(orjson.dumps([results.total, failures]), 1)


def _decode(content: bytes) -> RowResults:
    total, failures = orjson.loads(zlib.decompress(content))
    return RowResults(total, {row: Failure(status, text) for row, status, text in failures})
