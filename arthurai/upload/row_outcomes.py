"""The outcome of every row: accepted, rejected or unknown.

Unknown are the rows of a request whose response never came or cannot be read: the server may have
stored them or not.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from arthurai.common.exceptions import (
    ArthurError,
    ArthurUserError,
    ResponseClientError,
    ResponseServerError,
    UnexpectedValueError,
)
from arthurai.common.html_display import format_fields, format_table
from arthurai.upload.columnar import slice_column, to_list

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from arthurai.upload.columnar import Column

REJECTED: Final = "rejected"
UNKNOWN: Final = "unknown"

_SUCCESS: Final = "success"
_ACCEPTED: Final = 200
_NOT_SENT: Final = "not sent, because the call ended before"
_REFUSED: Final = 400

SAFE_TO_REPEAT: Final = (
    "Sending the same rows with the same `partner_inference_id`s again is harmless: rows accepted "
    "already are not stored twice."
)
NOT_SAFE_TO_REPEAT: Final = (
    "Reference rows have no ids, so sending the same rows again would store them twice; compare "
    "with what the server holds before you continue."
)

_OK_BELOW: Final = 300
_STORED: Final = 201
_COUNTED: Final = 207
_CLIENT_ERRORS: Final = range(400, 500)
_MAX_FAILURES_SHOWN: Final = 3
_MAX_ROWS_SHOWN: Final = 5
_ROW_NUMBER: Final = re.compile(r"row (\d{1,9}): ")


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that was not accepted.

    Attributes:
        row: Its number in what was given, from 0; `None` when the server did not say.
        partner_inference_id: Its id, if it has one and the row is known.
        outcome: `rejected` or `unknown`.
        status: HTTP status the server gave for it, 400 for a row that could not be encoded, `None`
            without a response.
        message: The reason.
    """

    row: int | None
    partner_inference_id: str | None
    outcome: str
    status: int | None
    message: str


@dataclass(frozen=True, slots=True)
class SentRows:
    """The rows of one request.

    Attributes:
        start: Number of the first row.
        count: Number of rows.
        ids: Their ids, as Arrow or as a list; empty if rows have none.
        batches: Their batch ids, `None` if they have none.
        refused: Why a row was left out of the request, by its number, counted from the first row.
        numbers: Number of each row in what the caller gave; `None` when they count up from `start`.
    """

    start: int
    count: int
    ids: Column = field(default_factory=list)
    batches: Sequence[str | None] | None = None
    refused: Mapping[int, str] = field(default_factory=dict)
    numbers: Sequence[int] | None = None

    def number(self, place: int) -> int:
        """Return the number of a row in what the caller gave, by its place in the request."""
        return self.start + place if self.numbers is None else self.numbers[place]

    def row_id(self, place: int) -> str | None:
        """Return the id of the row at a place in the request, if it has one."""
        return to_list(slice_column(self.ids, place, 1))[0] if len(self.ids) else None

    def sent(self) -> Sequence[int]:
        """Return the numbers of the rows in the request, counted from the first row."""
        if not self.refused:
            return range(self.count)
        return [number for number in range(self.count) if number not in self.refused]


@dataclass(frozen=True, slots=True)
class _Omitted:
    """The entries that are not shown."""

    entries: int

    def __repr__(self) -> str:
        return f"… {self.entries} more"


def _shorten(value: Any) -> Any:
    """Return a list, and those in it, without most of its entries when it has many."""
    if not isinstance(value, list):
        return value
    if len(value) <= 2 * _MAX_ROWS_SHOWN:
        return [_shorten(entry) for entry in value]
    few = [_shorten(entry) for entry in value[:_MAX_ROWS_SHOWN]]
    return [*few, _Omitted(len(value) - _MAX_ROWS_SHOWN)]


class SendResult(dict[str, Any]):
    """The outcome of a call that sent rows: the dict of the official SDK, and more.

    Keys are `counts` (`success`, `failure`, `total`) and `results` (one entry per row, for
    `send_inferences` and `update_inference_ground_truths`) or `failures` (a list of refused rows
    for each file whose rows were counted, for bulk calls and reference data).

    Attributes:
        accepted: Number of rows the server stored.
        rejected: Number of rows the server refused.
        unknown: Number of rows of requests without a readable response.
        failures: Every row that was not accepted, with the reason.
        batches: Number of accepted rows by batch id.
        sampled_out: Number of rows that `sample` has left out; they are in no other count.
        notes: What the server says the rows mean for alert rules, such as that one cannot fire on
            them; an extension of the embedded server.
    """

    def __init__(self) -> None:
        super().__init__(counts={"success": 0, "failure": 0, "total": 0})
        self.accepted = 0
        self.rejected = 0
        self.unknown = 0
        self.failures: list[Failure] = []
        self.batches: dict[str, int] = {}
        self.sampled_out = 0
        self.notes: list[str] = []

    @property
    def total(self) -> int:
        """Number of rows given to the server: accepted, rejected and unknown."""
        return self.accepted + self.rejected + self.unknown

    @property
    def unknown_rows(self) -> list[int]:
        """Numbers of the rows that may or may not have arrived."""
        return [
            failure.row
            for failure in self.failures
            if failure.outcome == UNKNOWN and failure.row is not None
        ]

    def __repr__(self) -> str:
        """Return the dict, cut after a few rows: notebooks show what calls return."""
        return repr({key: _shorten(value) for key, value in self.items()})

    def _repr_html_(self) -> str:
        counts = {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unknown": self.unknown,
            "left out by sampling": self.sampled_out or None,
        }
        shown = format_fields("Rows sent", counts)
        if not self.failures:
            return shown
        names = ("row", "partner_inference_id", "outcome", "status", "message")
        rows = ([getattr(failure, name) for name in names] for failure in self.failures)
        return shown + format_table([n.replace("_", " ") for n in names], rows, len(self.failures))

    def summary(self) -> str:
        """Return the counts as one phrase."""
        return (
            f"{self.accepted} rows accepted, {self.rejected} rejected, {self.unknown} of unknown "
            "outcome"
        )


def parse_file_response(status: int, body: Any) -> Mapping[str, Any] | None:
    """Return what the response to a file says about its rows.

    Args:
        status: HTTP status of the success.
        body: The decoded body, `None` without one.

    Returns:
        The body with `counts`; `None` when the status says that all rows are stored.

    Raises:
        UnexpectedValueError: The response says neither, so the outcome of the rows is unknown.
    """
    has_counts = isinstance(body, Mapping) and "counts" in body
    if status == _STORED and not has_counts:
        return None
    if status not in {_STORED, _COUNTED}:
        raise UnexpectedValueError(
            f"the server responded to a file of rows with status {status}, which does not say "
            f"whether they are stored; it must be {_STORED} or {_COUNTED}"
        )
    if not has_counts:
        raise UnexpectedValueError(
            f"the server responded to a file of rows with status {status} but without `counts`: "
            f"{body!r:.200}"
        )
    return cast("Mapping[str, Any]", body)


def expand_file_response(response: Mapping[str, Any] | None, rows: int) -> dict[str, Any]:
    """Return the response to a file in the form of a response to rows, one result for each.

    Args:
        response: What `parse_file_response` returned.
        rows: Number of rows in the file.

    Raises:
        UnexpectedValueError: It does not say which rows were refused.
    """
    results = [{"status": _ACCEPTED, "message": _SUCCESS} for _ in range(rows)]
    if response is None:
        return {"counts": {"success": rows, "failure": 0, "total": rows}, "results": results}
    for entry in response.get("failures") or ():
        status, message, place = _parse_file_failure(entry)
        if status is None or place is None or place >= rows:
            raise UnexpectedValueError(
                f"the server refused a row of a file without saying which: {entry!r:.200}"
            )
        results[place] = {"status": status, "message": _ROW_NUMBER.sub("", message, count=1)}
    return {"counts": response["counts"], "results": results}


def _parse_counts(response: Mapping[str, Any], rows: int) -> Mapping[str, int]:
    counts = response.get("counts")
    if not isinstance(counts, Mapping) or counts.keys() != {"success", "failure", "total"}:
        raise UnexpectedValueError(
            "`counts` of the server's response must have success, failure and total, got "
            f"{counts!r:.200}"
        )
    if counts["success"] + counts["failure"] != counts["total"] or counts["total"] != rows:
        raise UnexpectedValueError(
            f"the server's counts {dict(counts)!r} do not add up to the {rows} rows sent"
        )
    return counts


def _parse_results(response: Any, rows: int) -> list[dict[str, Any]]:
    """Return the entries of a multi-status response, one per row sent."""
    if not isinstance(response, Mapping):
        raise UnexpectedValueError(
            f"the server's response must be an object, got {type(response).__name__}"
        )
    counts = _parse_counts(response, rows)
    results = response.get("results")
    if not isinstance(results, list) or len(results) != rows:
        raise UnexpectedValueError(
            f"the server's response must have one result for each of the {rows} rows sent"
        )
    if not all(isinstance(item, dict) and isinstance(item.get("status"), int) for item in results):
        raise UnexpectedValueError("each result in the server's response must have a `status`")
    failed = sum(item["status"] >= _OK_BELOW for item in results)
    if failed != counts["failure"]:
        raise UnexpectedValueError(
            f"the server counts {counts['failure']} failures but reports {failed}"
        )
    return results


def _parse_file_failure(entry: Any) -> tuple[int | None, str, int | None]:
    """Return status, message and row number of a refused row, as far as the server gives them."""
    if not isinstance(entry, Mapping):
        return None, str(entry), None
    status = entry.get("status")
    message = str(entry.get("message", ""))
    named = _ROW_NUMBER.match(message)
    number = int(named.group(1)) if named else None
    return status if isinstance(status, int) else None, message, number


class RowOutcomes:
    """Counts of the outcomes of all rows of one call, as its `result`.

    Args:
        by_row: Whether responses have one entry per row (else only counts and failures).
        add_ids: Whether each entry of `results` gets the id of its row.
        repeat_hint: Whether the call can be repeated when it ends early, for messages.

    Attributes:
        errors: Why requests failed as a whole, in order.
    """

    def __init__(
        self, *, by_row: bool, add_ids: bool = False, repeat_hint: str = SAFE_TO_REPEAT
    ) -> None:
        self.result = SendResult()
        self.errors: list[BaseException] = []
        self._by_row = by_row
        self._add_ids = add_ids
        self._repeat_hint = repeat_hint
        self._entries: list[Any] = []
        self.result["results" if by_row else "failures"] = self._entries

    def add(self, sent: SentRows, response: Any = None, error: BaseException | None = None) -> None:
        """Count the rows of one request.

        Args:
            sent: The rows.
            response: The decoded body of a success, `None` for a success without a body.
            error: Why there is no such response.
        """
        if error is None:
            try:
                if self._by_row:
                    self._add_results(sent, response)
                else:
                    self._add_file(sent, response)
            except UnexpectedValueError as unreadable:
                error = unreadable
        self._add_notes(response)
        if error is not None:
            self.errors.append(error)
            # An attempt whose connection broke may have stored what a later one was refused.
            is_refusal = isinstance(error, ArthurUserError) and not error.earlier_attempt_open
            outcome = REJECTED if is_refusal else UNKNOWN
            status = error.status_code if isinstance(error, ArthurError) else None
            self._add_failures(sent, outcome, status, str(error) or type(error).__name__)
        self._update_counts()

    def _add_notes(self, response: Any) -> None:
        """Keep and log what the server says about alert rules, which it says once."""
        notes = response.get("notes") if isinstance(response, Mapping) else None
        for note in notes if isinstance(notes, list) else ():
            message = note.get("message") if isinstance(note, Mapping) else None
            if isinstance(message, str):
                self.result.notes.append(message)
                logger.warning("%s", message)

    def add_unsent(self, sent: SentRows) -> None:
        """Count rows that were never sent, because the call ended before."""
        self._add_failures(sent, REJECTED, None, _NOT_SENT)
        self._update_counts()

    def _update_counts(self) -> None:
        self.result["counts"] = {
            "success": self.result.accepted,
            "failure": self.result.rejected + self.result.unknown,
            "total": self.result.total,
        }

    def _add_results(self, sent: SentRows, response: Any) -> None:
        numbers = sent.sent()
        results = _parse_results(response, len(numbers)) if numbers else []
        for entry in results:
            if entry.get("message") == _SUCCESS:
                entry["message"] = _SUCCESS  # one string in memory instead of one per row
        if sent.refused:
            given = iter(results)
            results = [
                {"status": _REFUSED, "message": sent.refused[number]}
                if number in sent.refused
                else next(given)
                for number in range(sent.count)
            ]
        if self._add_ids:
            for entry, row_id in zip(results, to_list(sent.ids), strict=True):
                entry["partner_inference_id"] = row_id
        refused = {
            number: entry for number, entry in enumerate(results) if entry["status"] >= _OK_BELOW
        }
        for number, entry in refused.items():
            self._refuse(sent, number, entry["status"], str(entry.get("message", "")))
        self._accept(sent, refused.keys())
        self._entries.extend(results)

    def _add_file(self, sent: SentRows, response: Mapping[str, Any] | None) -> None:
        """Count the rows of a file by what `parse_file_response` returned."""
        numbers = sent.sent()
        if response is None:
            if not sent.refused:
                self._accept(sent)
                return
            response = {"counts": {"success": len(numbers), "failure": 0, "total": len(numbers)}}
        counts = _parse_counts(response, len(numbers))
        failures = response.get("failures") or []
        if not isinstance(failures, list) or len(failures) > counts["failure"]:
            raise UnexpectedValueError(
                f"the server counts {counts['failure']} failures but reports {failures!r:.200}"
            )
        refused: set[int] = set()
        for entry in failures:
            status, message, place = _parse_file_failure(entry)
            number = numbers[place] if place is not None and place < len(numbers) else None
            if number is not None and number not in refused:
                refused.add(number)
                message = _ROW_NUMBER.sub("", message, count=1)  # it counts within the file
            else:
                number = None
            self._refuse(sent, number, status, message)
        for _ in range(counts["failure"] - len(failures)):
            self._refuse(sent, None, None, "the server gave no reason")
        for number, why in sent.refused.items():
            self._refuse(sent, number, _REFUSED, why)
        if len(refused) == counts["failure"]:
            self._accept(sent, refused | sent.refused.keys())
        else:
            self.result.accepted += counts["success"]
        unsent = [
            {"status": _REFUSED, "message": f"row {number}: {why}"}
            for number, why in sent.refused.items()
        ]
        self._entries.append([*failures, *unsent])

    def _accept(self, sent: SentRows, refused: Collection[int] = ()) -> None:
        """Count all rows of a request but the refused ones as accepted."""
        self.result.accepted += sent.count - len(refused)
        for number, batch in enumerate(sent.batches or ()):
            if batch is not None and number not in refused:
                self.result.batches[batch] = self.result.batches.get(batch, 0) + 1

    def _refuse(self, sent: SentRows, number: int | None, status: int | None, message: str) -> None:
        row = row_id = None
        if number is not None:
            row, row_id = sent.number(number), sent.row_id(number)
        self.result.rejected += 1
        self.result.failures.append(Failure(row, row_id, REJECTED, status, message))

    def _add_failures(self, sent: SentRows, outcome: str, status: int | None, message: str) -> None:
        """Count all rows of a request as rejected or unknown; refused rows as rejected."""
        if outcome == REJECTED:
            self.result.rejected += sent.count
        else:
            self.result.rejected += len(sent.refused)
            self.result.unknown += sent.count - len(sent.refused)
        entries = []
        ids = to_list(sent.ids) or [None] * sent.count
        for number, row_id in enumerate(ids):
            row = sent.number(number)
            failure = Failure(row, row_id, outcome, status, message)
            if number in sent.refused:
                failure = Failure(row, row_id, REJECTED, _REFUSED, sent.refused[number])
            self.result.failures.append(failure)
            entries.append(
                {
                    "status": failure.status or 0,
                    "message": failure.message,
                    "partner_inference_id": row_id,
                }
            )
        self._entries.extend(entries if self._by_row else [entries])

    def attach_to(self, error: BaseException) -> None:
        """Attach the result to what ended the call early, and say what was accepted before."""
        error.result = self.result  # type: ignore[attr-defined]
        error.add_note(
            f"In all: {self.result.summary()}. The exception's `result.failures` names the rows "
            f"that were not accepted. {self._repeat_hint}"
        )

    def failure_error(self) -> ArthurError | None:
        """Return the error to raise when rows were refused one by one, with the result."""
        failures = self.result.failures
        if not failures:
            return None
        by_client = all(failure.status in _CLIENT_ERRORS for failure in failures)
        kind = ResponseClientError if by_client else ResponseServerError
        error = kind(
            f"{self.describe_failures()}. The exception's `result.failures` has all of them; send "
            "the rest again after correcting it (`fail_silently=True` returns the result instead "
            "of raising)"
        )
        error.result = self.result
        return error

    def describe_failures(self) -> str:
        """Return the counts, and the reasons of the first rows that were not accepted."""
        failures = self.result.failures
        shown = "; ".join(_describe(failure) for failure in failures[:_MAX_FAILURES_SHOWN])
        more = len(failures) - _MAX_FAILURES_SHOWN
        others = f"; and {more} more" if more > 0 else ""
        return f"{self.result.summary()}: {shown}{others}"


def _describe(failure: Failure) -> str:
    row = "a row" if failure.row is None else f"row {failure.row}"
    row_id = f" ({failure.partner_inference_id!r})" if failure.partner_inference_id else ""
    return f"{row}{row_id}: {failure.status or 'no status'}, {failure.message}"
