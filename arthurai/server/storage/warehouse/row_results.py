"""The result of each row of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc


class Failure(NamedTuple):
    """Why a row was rejected.

    Attributes:
        status: HTTP status of the row.
        message: The reason.
    """

    status: int
    message: str


@dataclass(slots=True)
class RowResults:
    """The results of all rows of a request; a row that is not a failure is accepted.

    Attributes:
        total: Number of rows.
        failures: The rejected rows by place in the request, from 0.
    """

    total: int = 0
    failures: dict[int, Failure] = field(default_factory=dict)

    def reject(self, row: int, status: int, message: str) -> None:
        """Reject a row; the first reason for a row is kept."""
        self.failures.setdefault(row, Failure(int(status), message))

    def drop_rejected(self, table: pa.Table) -> pa.Table:
        """Return the rows of a table that have not been rejected so far.

        Args:
            table: Rows with their place in the request in the column `row`.
        """
        if not self.failures or not table.num_rows:
            return table
        rejected = pc.is_in(table.column("row"), pa.array(list(self.failures), pa.int64()))
        return table.filter(pc.invert(rejected))

    @property
    def accepted(self) -> int:
        """Number of rows accepted."""
        return self.total - len(self.failures)

    def status_counts(self) -> dict[str, int]:
        """Return the `StatusCounts` of the API."""
        return {"success": self.accepted, "failure": len(self.failures), "total": self.total}

    def inference_results(self) -> list[dict[str, Any]]:
        """Return one `InferenceResult` of the API per row, in the order of the request."""
        accepted = {"status": int(HTTPStatus.OK), "message": "success"}
        if not self.failures:
            return [accepted] * self.total
        found = ((self.failures.get(row)) for row in range(self.total))
        return [
            accepted if f is None else {"status": f.status, "message": f.message} for f in found
        ]

    def file_failures(self) -> list[dict[str, Any]]:
        """Return the rejected rows as bulk responses report them, in the order of the file."""
        return [
            {"status": f.status, "message": f"row {row}: {f.message}"}
            for row, f in sorted(self.failures.items())
        ]
