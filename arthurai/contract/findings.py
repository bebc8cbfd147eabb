"""The deviations that a contract run found, each once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from arthurai.contract.repeatable import Repeatable

_VARIABLE: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.+Z-]+|\[\d+\]|'[^']*'|\"[^\"]*\"|-?\d+(\.\d+)?"
)
_MAX_OF_A_KIND: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One deviation of a server from the contract.

    Attributes:
        operation_id: The operation concerned, empty when there is none.
        kind: A short name of what is wrong, e.g. `"response body"`.
        message: What was found.
        phase: What the run was doing: the name of a probe, or the kind of generated requests.
        request: The request that showed it, if one did.
        certain: Whether the rule is documented. Otherwise it is inferred, as the OpenAPI document
            says with `x-inferred`, and a server may have reasons of its own.
    """

    operation_id: str
    kind: str
    message: str
    phase: str
    request: Repeatable | None = None
    certain: bool = True

    def __str__(self) -> str:
        """Return the deviation in one line."""
        shown = f" ({self.request})" if self.request else ""
        return f"{self.operation_id}: {self.kind}: {self.message}{shown}"

    @property
    def cause(self) -> str:
        """What all findings of the same kind of fault have in common, whatever the operation."""
        return self.kind

    @property
    def key(self) -> tuple[str, str, str]:
        """What two findings of the same deviation have in common."""
        return self.operation_id, self.kind, _VARIABLE.sub("*", self.message)


class Findings:
    """The deviations of a run in the order they were found, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Finding] = {}
        self._times: Counter[tuple[str, str, str]] = Counter()
        self._of_a_kind: Counter[tuple[str, str]] = Counter()

    def add(self, finding: Finding) -> None:
        """Record a deviation.

        Args:
            finding: The deviation. Of those that differ only in their message, a few are kept.
        """
        key = finding.key
        self._times[key] += 1
        if key not in self._found and self._of_a_kind[key[:2]] < _MAX_OF_A_KIND:
            self._of_a_kind[key[:2]] += 1
            self._found[key] = finding

    def __len__(self) -> int:
        return len(self._found)

    @property
    def total(self) -> int:
        """How often a deviation was recorded, repetitions included."""
        return self._times.total()

    def counted(self) -> list[tuple[Finding, int]]:
        """Return the deviations by operation, with how often each was found."""
        pairs = [(finding, self._times[key]) for key, finding in self._found.items()]
        return sorted(pairs, key=lambda pair: (pair[0].operation_id, pair[0].kind))
