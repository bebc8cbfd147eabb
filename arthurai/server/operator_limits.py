"""The bounds of a server, which its operator sets; docs/operating.md lists them."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_AMOUNT: Final = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)(Ki|Mi|Gi|Ti|k|M|G|T)?")
_UNITS: Final = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
_LARGEST: Final = 2**62
_CONTAINER_MEMORY: Final = Path("/sys/fs/cgroup/memory.max")


def _half_of_memory() -> int:
    found = [8 * 2**30]
    with suppress(AttributeError, OSError, ValueError):  # not on Windows
        found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    with suppress(OSError, ValueError):  # only where memory is limited
        found.append(int(_CONTAINER_MEMORY.read_text(encoding="ascii")))
    return min(found) // 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What requests and the code of users may take.

    Attributes:
        json_bytes: Largest JSON body.
        request_rows: Rows of a JSON body.
        form_bytes: Largest form body, files included.
        query_seconds: Time for all queries of a request.
        query_values: Values of a result.
        query_bytes: Size of the encoded rows of a result.
        database_memory: Bytes of memory that the database of rows may take.
        database_spill: Bytes that it may write to disk while it computes.
        explainer_memory: Bytes of memory that a project may ask for.
        explainer_processes: Processes with user code that are kept at a time.
        explainer_processor_seconds: Processor time of such a process.
    """

    json_bytes: int = 128 * 2**20  # 100 000 rows of 26 columns, which some clients send at once
    request_rows: int = 500_000
    form_bytes: int = 4 * 2**30
    query_seconds: int = 120
    query_values: int = 20_000_000
    query_bytes: int = 256 * 2**20
    database_memory: int = field(default_factory=_half_of_memory)
    database_spill: int = 10 * 2**30
    explainer_memory: int = 4 * 2**30
    explainer_processes: int = 4
    explainer_processor_seconds: int = 4 * 3600

    def __post_init__(self) -> None:
        for member in fields(self):
            value = getattr(self, member.name)
            if not 1 <= value <= _LARGEST:
                raise ValueError(f"limit {member.name} must be from 1 to {_LARGEST}, got {value}")


def parse_limits(settings: Iterable[str]) -> Limits:
    """Return the limits that settings state; the others have their defaults.

    Args:
        settings: Texts such as `json_bytes=64Mi`.

    Raises:
        ValueError: A limit is unknown or its value is not an amount.
    """
    names = [member.name for member in fields(Limits)]
    stated: dict[str, int] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or name.strip() not in names:
            raise ValueError(
                f"a limit must be NAME=AMOUNT with one of {', '.join(names)}, got {setting[:100]!r}"
            )
        amount = parse_amount(text.strip())
        if amount is None:
            raise ValueError(
                f"limit {name.strip()} must be a number such as 60, 500Mi or 2Gi, got {text[:50]!r}"
            )
        stated[name.strip()] = amount
    return replace(Limits(), **stated)


def parse_amount(text: str) -> int | None:
    """Return a number with a unit as in Kubernetes, e.g. `1500Mi`, or `None` for another text.

    Args:
        text: The text.
    """
    found = _AMOUNT.fullmatch(text)
    return None if found is None else int(float(found[1]) * _UNITS[found[2] or ""])
