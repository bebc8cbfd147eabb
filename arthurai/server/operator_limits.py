"""The bounds of a server, which its operator sets; docs/operating.md lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What requests and the code of users may take.

    Attributes:
        json_bytes: Largest JSON body.
        form_bytes: Largest form body, files included.
        explainer_memory: Bytes of memory that a project may ask for.
        explainer_processes: Processes with user code that are kept at a time.
        explainer_processor_seconds: Processor time of such a process.
    """

    json_bytes: int = 128 * 2**20  # 100 000 rows of 26 columns, which some clients send at once
    form_bytes: int = 4 * 2**30
    explainer_memory: int = 4 * 2**30
    explainer_processes: int = 4
    explainer_processor_seconds: int = 4 * 3600

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 1 <= value <= _LARGEST:
                raise ValueError(f"limit {field.name} must be from 1 to {_LARGEST}, got {value}")


def parse_limits(settings: Iterable[str]) -> Limits:
    """Return the limits that settings state; the others have their defaults.

    Args:
        settings: Texts such as `json_bytes=64Mi`.

    Raises:
        ValueError: A limit is unknown or its value is not an amount.
    """
    names = [field.name for field in fields(Limits)]
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
