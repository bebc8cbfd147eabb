"""The file of rows that the server refused, one JSON object a line, for people to read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import orjson

from arthurai.logger.segment_file import GROUND_TRUTH, Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REJECTED_NAME: Final = "rejected.jsonl"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that will not be sent again.

    Attributes:
        record: The row.
        status: HTTP status of the server's response, `None` without one.
        reason: Why.
    """

    record: Record
    status: int | None
    reason: str


def write_refusals(path: Path, model_id: str, refusals: Sequence[Refusal]) -> None:
    """Append refused rows to a file, which only its owner may read.

    Several processes may write to the same file.

    Raises:
        OSError: The file cannot be written.
    """
    now = datetime.now(UTC).isoformat()
    lines = b"".join(
        orjson.dumps(
            {
                "rejected_at": now,
                "model_id": model_id,
                "reason": refusal.reason,
                "status": refusal.status,
                "kind": "ground truth" if refusal.record.kind == GROUND_TRUTH else "inference",
                "row": orjson.Fragment(refusal.record.content),
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for refusal in refusals
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        written = file.write(lines)
        if written < len(lines):
            raise OSError(f"only {written} of {len(lines)} bytes were written to {path}")
