"""What became of every row.

A row is accepted, rejected or unknown. Unknown are the rows of a request whose answer never came or
cannot be read: the server may have stored them or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from arthurai.common.exceptions import (
    ArthurError,
    ArthurUserError,
    ResponseClientError,
    ResponseServerError,
    UnexpectedValueError,
)

SUCCESS = "success"
REJECTED = "rejected"
UNKNOWN = "unknown"

NOT_SENT = "not sent, because the call ended before"

REPEAT = (
    "Sending the same rows with the same `partner_inference_id`s again is harmless: rows accepted "
    "already are not stored twice."
)
NO_REPEAT = (
    "Reference rows have no ids, so sending the same rows again would store them twice; compare "
    "with what the server holds before going on."
)

_OK_BELOW = 300
_STORED = 201
_COUNTED = 207
_CLIENT_FAULTS = range(400, 500)
_SHOWN = 3
_SHOWN_ROWS = 5
_ROW_NUMBER = re.compile(r"row (\d{1,9}): ")


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that was not accepted.

    Attributes:
        row: its number in what was given, from 0; `None` when the server did not say.
        partner_inference_id: its id, if it has one and the row is known.
        outcome: `rejected` or `unknown`.
        status: HTTP status the server gave for it, `None` without an answer.
        message: the reason.
    """

    row: int | None
    partner_inference_id: str | None
    outcome: str
    status: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: which rows it carried and what came back.

    Attributes:
        start: number of its first row.
        rows: how many rows.
        ids: their ids; empty where rows have none.
        batches: their batch ids, `None` where they have none.
        answer: the decoded body of a success, `None` for a success without a body.
        error: why there is no such answer.
    """

    start: int
    rows: int
    ids: Sequence[str] = ()
    batches: Sequence[str | None] | None = None
    answer: Any = None
    error: BaseException | None = None

    def answered(self, answer: Any) -> Sent:
        """The request with its answer."""
        return replace(self, answer=answer)

    def failed(self, error: BaseException) -> Sent:
        """The request without one."""
        return replace(self, error=error)


@dataclass(frozen=True, slots=True)
class _Left:
    """Stands for entries that are not shown."""

    entries: int

    def __repr__(self) -> str:
        return f"… {self.entries} more"


class SendResult(dict[str, Any]):
    """The outcome of a call that sent rows: the dict of the official SDK, and more.

    Keys are `counts` (`success`, `failure`, `total`) and `results` (one entry a row, for
    `send_inferences` and `update_inference_ground_truths`) or `failures` (one entry a refused row,
    for bulk calls and reference data).

    Attributes:
        accepted: rows the server stored.
        rejected: rows the server refused.
        unknown: rows of requests without a readable answer.
        failures: every row that was not accepted, with the reason.
        batches: accepted rows by batch id.
    """

    def __init__(self) -> None:
        super().__init__(counts={"success": 0, "failure": 0, "total": 0})
        self.accepted = 0
        self.rejected = 0
        self.unknown = 0
        self.failures: list[Failure] = []
        self.batches: dict[str, int] = {}

    @property
    def total(self) -> int:
        """Rows given to the server: accepted, rejected and unknown."""
        return self.accepted + self.rejected + self.unknown

    @property
    def unknown_rows(self) -> list[int]:
        """Numbers of the rows of which nobody knows whether they arrived."""
        return [
            failure.row
            for failure in self.failures
            if failure.outcome == UNKNOWN and failure.row is not None
        ]

    def __repr__(self) -> str:
        """The dict, without the middle of a long list of rows: notebooks show what calls return."""
        shown = {
            key: [*value[:_SHOWN_ROWS], _Left(len(value) - _SHOWN_ROWS)]
            if isinstance(value, list) and len(value) > 2 * _SHOWN_ROWS
            else value
            for key, value in self.items()
        }
        return repr(shown)

    def summary(self) -> str:
        """One sentence with the counts."""
        return (
            f"{self.accepted} rows accepted, {self.rejected} rejected, {self.unknown} of unknown "
            "outcome"
        )


def _counts(answer: Mapping[str, Any], rows: int) -> Mapping[str, int]:
    counts = answer.get("counts")
    if not isinstance(counts, Mapping) or counts.keys() != {"success", "failure", "total"}:
        raise UnexpectedValueError(
            f"The server's answer has no proper `counts`: {counts!r:.200}. It must have success, "
            "failure and total."
        )
    if counts["success"] + counts["failure"] != counts["total"] or counts["total"] != rows:
        raise UnexpectedValueError(
            f"The server's counts {dict(counts)!r} do not add up to the {rows} rows sent."
        )
    return counts


def _results(answer: Any, rows: int) -> list[dict[str, Any]]:
    """The entries of a multi-status answer, one a row sent."""
    if not isinstance(answer, Mapping):
        raise UnexpectedValueError(
            f"The server's answer must be an object, got {type(answer).__name__}."
        )
    counts = _counts(answer, rows)
    results = answer.get("results")
    if not isinstance(results, list) or len(results) != rows:
        raise UnexpectedValueError(
            f"The server's answer must have one result for each of the {rows} rows sent."
        )
    if not all(isinstance(item, dict) and isinstance(item.get("status"), int) for item in results):
        raise UnexpectedValueError("Each result in the server's answer must have a `status`.")
    failed = sum(item["status"] >= _OK_BELOW for item in results)
    if failed != counts["failure"]:
        raise UnexpectedValueError(
            f"The server counts {counts['failure']} failures but reports {failed}."
        )
    return results


def file_answer(status: int, body: Any) -> Mapping[str, Any] | None:
    """What the answer to a file says about its rows.

    Args:
        status: HTTP status of the success.
        body: its decoded body, `None` without one.

    Returns:
        The body with `counts`; `None` when the status says that all rows are stored.

    Raises:
        UnexpectedValueError: the answer tells neither, so nobody knows what became of the rows.
    """
    counted = isinstance(body, Mapping) and "counts" in body
    if status == _STORED and not counted:
        return None
    if status not in {_STORED, _COUNTED}:
        raise UnexpectedValueError(
            f"The server answered a file of rows with status {status}, which does not say whether "
            f"they are stored; it must be {_STORED} or {_COUNTED}."
        )
    if not counted:
        raise UnexpectedValueError(
            f"The server answered a file of rows with status {status} but without `counts`: "
            f"{body!r:.200}"
        )
    return cast("Mapping[str, Any]", body)


def _file_failure(entry: Any) -> tuple[int | None, str, int | None]:
    """Status, message and row number of a refused row, as far as the server tells them."""
    if not isinstance(entry, Mapping):
        return None, str(entry), None
    status = entry.get("status")
    message = str(entry.get("message", ""))
    named = _ROW_NUMBER.match(message)
    return (
        status if isinstance(status, int) else None,
        message,
        int(named.group(1)) if named else None,
    )


class Account:
    """Keeps the books of one call.

    Args:
        by_row: whether answers have one entry a row (else only counts and failures).
        add_ids: whether each entry of `results` gets the id of its row.
        how_to_go_on: advice for when the call ends early.
    """

    def __init__(self, *, by_row: bool, add_ids: bool = False, how_to_go_on: str = REPEAT) -> None:
        self.result = SendResult()
        self.how_to_go_on = how_to_go_on
        self._by_row = by_row
        self._add_ids = add_ids
        self.result["results" if by_row else "failures"] = []
        self.errors: list[BaseException] = []

    def add(self, sent: Sent) -> None:
        """Books one request."""
        error = sent.error
        if error is None:
            try:
                if self._by_row:
                    self._add_results(sent)
                else:
                    self._add_file(sent)
            except UnexpectedValueError as wrong:
                error = wrong
        if error is not None:
            self.errors.append(error)
            self._add_failed(sent, error)
        self._count()

    def add_unsent(self, sent: Sent) -> None:
        """Books rows that were never sent, because the call ended before: certainly not stored."""
        self._fail(sent, REJECTED, None, NOT_SENT)
        self._count()

    def _count(self) -> None:
        result = self.result
        result["counts"] = {
            "success": result.accepted,
            "failure": result.rejected + result.unknown,
            "total": result.total,
        }

    def _accept(self, sent: Sent, refused: frozenset[int] = frozenset()) -> None:
        self.result.accepted += sent.rows - len(refused)
        if sent.batches is None:
            return
        for number, batch in enumerate(sent.batches):
            if batch is not None and number not in refused:
                self.result.batches[batch] = self.result.batches.get(batch, 0) + 1

    def _add_results(self, sent: Sent) -> None:
        results = _results(sent.answer, sent.rows)
        for entry in results:
            if entry.get("message") == SUCCESS:
                entry["message"] = SUCCESS  # one text instead of one a row
        if self._add_ids:
            for entry, row_id in zip(results, sent.ids, strict=True):
                entry["partner_inference_id"] = row_id
        refused = [number for number, entry in enumerate(results) if entry["status"] >= _OK_BELOW]
        for number in refused:
            entry = results[number]
            self._refuse(sent, number, entry["status"], str(entry.get("message", "")))
        self._accept(sent, frozenset(refused))
        self.result["results"].extend(results)

    def _refuse(self, sent: Sent, number: int | None, status: int | None, message: str) -> None:
        row = row_id = None
        if number is not None:
            row = sent.start + number
            row_id = sent.ids[number] if sent.ids else None
        self.result.rejected += 1
        self.result.failures.append(Failure(row, row_id, REJECTED, status, message))

    def _add_file(self, sent: Sent) -> None:
        """Books a file by what `file_answer` made of the answer; `None` accepts all of it."""
        answer = sent.answer
        if answer is None:
            self._accept(sent)
            return
        counts = _counts(answer, sent.rows)
        failures = answer.get("failures") or []
        if not isinstance(failures, list) or len(failures) > counts["failure"]:
            raise UnexpectedValueError(
                f"The server counts {counts['failure']} failures but reports {failures!r:.200}."
            )
        refused: set[int] = set()
        for entry in failures:
            status, message, number = _file_failure(entry)
            if number is not None and number < sent.rows and number not in refused:
                refused.add(number)
            else:
                number = None
            self._refuse(sent, number, status, message)
        for _ in range(counts["failure"] - len(failures)):
            self._refuse(sent, None, None, "the server gave no reason")
        if len(refused) == counts["failure"]:
            self._accept(sent, frozenset(refused))
        else:
            self.result.accepted += counts["success"]
        self.result["failures"].extend(failures)

    def _add_failed(self, sent: Sent, error: BaseException) -> None:
        """Books a request without a usable answer."""
        outcome = REJECTED if isinstance(error, ArthurUserError) else UNKNOWN
        status = error.status_code if isinstance(error, ArthurError) else None
        self._fail(sent, outcome, status, str(error) or type(error).__name__)

    def _fail(self, sent: Sent, outcome: str, status: int | None, message: str) -> None:
        if outcome == REJECTED:
            self.result.rejected += sent.rows
        else:
            self.result.unknown += sent.rows
        entries = self.result["results" if self._by_row else "failures"]
        for number in range(sent.rows):
            row_id = sent.ids[number] if sent.ids else None
            self.result.failures.append(
                Failure(sent.start + number, row_id, outcome, status, message)
            )
            entries.append(
                {"status": status or 0, "message": message, "partner_inference_id": row_id}
            )

    def failure_error(self) -> ArthurError | None:
        """The error to raise when rows were refused one by one, carrying the result."""
        failures = self.result.failures
        if not failures:
            return None
        caller = all(failure.status in _CLIENT_FAULTS for failure in failures)
        kind = ResponseClientError if caller else ResponseServerError
        shown = "; ".join(_describe(failure) for failure in failures[:_SHOWN])
        more = f"; and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else ""
        error = kind(
            f"{self.result.summary()}: {shown}{more}. The exception's `result.failures` has all "
            "of them; send the rest again after correcting it (`fail_silently=True` returns the "
            "result instead of raising)."
        )
        error.result = self.result
        return error


def _describe(failure: Failure) -> str:
    row = "a row" if failure.row is None else f"row {failure.row}"
    which = f" ({failure.partner_inference_id!r})" if failure.partner_inference_id else ""
    return f"{row}{which}: {failure.status or 'no status'}, {failure.message}"
