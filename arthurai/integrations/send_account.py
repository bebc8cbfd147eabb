"""What became of the rows of a frame that a cluster has sent, by partition and in all."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.exceptions import ResponseClientError, ResponseServerError
from arthurai.upload.row_outcomes import REJECTED, UNKNOWN, Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.upload.row_outcomes import SendResult

MAX_FAILURES: Final = 1_000
"""How many failures of a partition are kept; all of them are counted."""

_MAX_SHOWN: Final = 3
_CLIENT_ERRORS: Final = range(400, 500)
_NOT_SENT: Final = "not sent, because the partition ended before"


@dataclass(frozen=True, slots=True)
class PartitionAccount:
    """What became of the rows of a partition.

    Attributes:
        partition: Its name: the number that the cluster gives it, after that of the batch for a
            stream.
        accepted: Number of rows the server stored, or held already under their ids.
        rejected: Number of rows the server refused.
        unknown: Number of rows of requests without a readable response.
        sampled_out: Number of rows that `sample` has left out; they are in no other count.
        failures: Rows that were not accepted, with the reason: the first 1,000. Their numbers count
            within the partition.
        batches: Number of accepted rows by batch id.
    """

    partition: str
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    sampled_out: int = 0
    failures: tuple[Failure, ...] = ()
    batches: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Number of rows: accepted, rejected and unknown."""
        return self.accepted + self.rejected + self.unknown

    @classmethod
    def of(cls, partition: str, result: SendResult, *, unsent: int = 0) -> PartitionAccount:
        """Return the account of a partition.

        Args:
            partition: Its name.
            result: What became of the rows that were sent.
            unsent: Number of rows that were not sent, because a request before them failed.
        """
        failures = result.failures[:MAX_FAILURES]
        first = result.total + result.sampled_out
        failures += [
            Failure(number, None, REJECTED, None, _NOT_SENT)
            for number in range(first, first + min(unsent, MAX_FAILURES - len(failures)))
        ]
        return cls(
            partition,
            result.accepted,
            result.rejected + unsent,
            result.unknown,
            result.sampled_out,
            tuple(failures),
            dict(result.batches),
        )

    def to_json(self) -> str:
        """Return the account as JSON text."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> PartitionAccount:
        """Return the account that `to_json` has written.

        Args:
            text: What it has written.
        """
        fields: dict[str, Any] = orjson.loads(text)
        failures = tuple(Failure(**failure) for failure in fields.pop("failures"))
        return cls(failures=failures, **fields)


@dataclass(frozen=True, slots=True)
class SendAccount:
    """What became of the rows of a frame.

    Attributes:
        partitions: The accounts of its partitions.
    """

    partitions: tuple[PartitionAccount, ...]

    @classmethod
    def of(cls, partitions: Iterable[PartitionAccount]) -> SendAccount:
        """Return the account of some partitions, in the order of their names.

        Args:
            partitions: Their accounts.
        """
        return cls(tuple(sorted(partitions, key=lambda one: (len(one.partition), one.partition))))

    @property
    def accepted(self) -> int:
        """Number of rows the server stored, or held already under their ids."""
        return sum(one.accepted for one in self.partitions)

    @property
    def rejected(self) -> int:
        """Number of rows the server refused."""
        return sum(one.rejected for one in self.partitions)

    @property
    def unknown(self) -> int:
        """Number of rows of requests without a readable response."""
        return sum(one.unknown for one in self.partitions)

    @property
    def sampled_out(self) -> int:
        """Number of rows that `sample` has left out; they are in no other count."""
        return sum(one.sampled_out for one in self.partitions)

    @property
    def total(self) -> int:
        """Number of rows: accepted, rejected and unknown."""
        return self.accepted + self.rejected + self.unknown

    @property
    def failures(self) -> list[tuple[str, Failure]]:
        """The failures that are kept, each with the name of its partition."""
        return [(one.partition, failure) for one in self.partitions for failure in one.failures]

    @property
    def batches(self) -> dict[str, int]:
        """Number of accepted rows by batch id."""
        merged: dict[str, int] = {}
        for one in self.partitions:
            for batch, rows in one.batches.items():
                merged[batch] = merged.get(batch, 0) + rows
        return merged

    def summary(self) -> str:
        """Return the counts as one phrase."""
        return (
            f"{self.accepted} rows accepted, {self.rejected} rejected, {self.unknown} of unknown "
            f"outcome, in {len(self.partitions)} partitions"
        )

    def failure_error(self) -> ResponseClientError | ResponseServerError | None:
        """Return the error to raise when rows were not accepted, with the account as `result`."""
        if not self.rejected and not self.unknown:
            return None
        failures = self.failures
        by_client = not self.unknown and all(f.status in _CLIENT_ERRORS for _, f in failures)
        kind = ResponseClientError if by_client else ResponseServerError
        shown = "; ".join(
            f"row {failure.row} of partition {partition}: {failure.message}"
            + (" (unknown outcome)" if failure.outcome == UNKNOWN else "")
            for partition, failure in failures[:_MAX_SHOWN]
        )
        error = kind(
            f"{self.summary()}: {shown}. The exception's `result.failures` has the first "
            f"{MAX_FAILURES} of each partition; rows that were accepted are not stored again when "
            "the job is repeated"
        )
        error.result = self
        return error
