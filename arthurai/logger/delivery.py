"""One attempt to deliver rows of a spool: the upload of rows, and what follows from its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import ArthurError, ArthurUserError
from arthurai.logger.rejected_rows import Refusal
from arthurai.logger.segment_file import GROUND_TRUTH, INFERENCE, Record
from arthurai.transport.idempotency_header import add_key
from arthurai.upload.parallel_threads import Request, send_all
from arthurai.upload.row_outcomes import RowOutcomes, SentRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.transport.session import Session
    from arthurai_api.types import RequestParts

_BAD_CONTENT: Final = frozenset({400, 413, 422})
"""Statuses of a request that say that something is wrong with its rows."""

_PASSING_STATUSES: Final = frozenset({408, 425, 429})
_FIRST_SERVER_ERROR: Final = 500
_HOPELESS_REFUSALS: Final = 8


@dataclass(slots=True)
class Outcome:
    """What became of rows.

    Attributes:
        accepted: Number of rows that the server has.
        refused: Rows that it does not want.
        failed: Rows that the server failed on, each with what it said; worth another attempt.
        waiting: Rows of requests without an outcome, to be sent again.
        error: Why rows have to be sent again.
        is_unknown: Whether the server may have some of those that wait.
    """

    accepted: int = 0
    refused: list[Refusal] = field(default_factory=list)
    failed: list[Refusal] = field(default_factory=list)
    waiting: list[Record] = field(default_factory=list)
    error: Exception | None = None
    is_unknown: bool = False

    def is_hopeless(self) -> bool:
        """Return whether nothing but refusals has come, the last ones all for the same reason."""
        if self.accepted or self.waiting or len(self.refused) < _HOPELESS_REFUSALS:
            return False
        return len({refusal.reason for refusal in self.refused[-_HOPELESS_REFUSALS:]}) == 1


class Delivery:
    """Sends rows of one model.

    Args:
        session: The connection.
        model_id: The model.
    """

    def __init__(self, session: Session, model_id: str) -> None:
        from arthurai_api.api.inferences import send_inferences, update_inferences

        self._session = session
        self._requests: dict[bytes, RequestParts] = {
            INFERENCE: send_inferences.build_request(model_id),
            GROUND_TRUTH: update_inferences.build_request(model_id),
        }

    def deliver(self, records: Sequence[Record]) -> Outcome:
        """Send rows once: inferences first, so that ground truth finds them.

        A request that is refused as a whole because of its rows is sent again in halves, so that
        the bad row is found and the others arrive.
        """
        outcome = Outcome()
        for kind in self._requests:
            self._deliver([record for record in records if record.kind == kind], outcome)
        return outcome

    def _deliver(self, records: list[Record], outcome: Outcome) -> None:
        if not records:
            return
        if outcome.waiting:
            outcome.waiting += records
            return
        outcomes = RowOutcomes(by_row=True)
        request = add_key(self._requests[records[0].kind])
        content = b"[" + b",".join([record.content for record in records]) + b"]"

        def send() -> Any:
            return self._session.send(request, content=content, retry=True).json()

        rows = SentRows(0, len(records))
        try:
            send_all([Request(rows, send)], outcomes, workers=1, total=len(records), advance=_skip)
        except ArthurError as error:
            if error.status_code not in _BAD_CONTENT:
                outcome.waiting += records
                outcome.error = error
                outcome.is_unknown = not isinstance(error, ArthurUserError)
            elif len(records) == 1:
                reason = error.exchange.message if error.exchange is not None else ""
                refusal = Refusal(records[0], error.status_code, reason or str(error))
                outcome.refused.append(refusal)
            else:
                self._deliver_parts(records, outcome)
            return
        outcome.accepted += outcomes.result.accepted
        for failure in outcomes.result.failures:
            refusal = Refusal(records[failure.row or 0], failure.status, failure.message)
            status = failure.status or 0
            if status >= _FIRST_SERVER_ERROR or status in _PASSING_STATUSES:
                outcome.failed.append(refusal)
                outcome.error = outcomes.failure_error()
            else:
                outcome.refused.append(refusal)

    def _deliver_parts(self, records: list[Record], outcome: Outcome) -> None:
        """Send rows in halves, or refuse them if every row is refused for one and the same reason.

        Otherwise each batch for a model that takes no rows any more, because it is archived, would
        become twice as many requests as it has rows.
        """
        if outcome.is_hopeless():
            self._deliver(records[-1:], outcome)
            if outcome.is_hopeless():
                last = outcome.refused[-1]
                outcome.refused += [replace(last, record=record) for record in records[:-1]]
                return
            records = records[:-1]
        half = len(records) // 2
        self._deliver(records[:half], outcome)
        self._deliver(records[half:], outcome)


def _skip(rows: int) -> None:
    """Show no progress."""
    del rows
