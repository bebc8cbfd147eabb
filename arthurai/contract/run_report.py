"""The result of a contract run: as a table, as JUnit, as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.contract.findings import Finding
    from arthurai.contract.run_plan import Plan

_WIDEST = 100


@dataclass(frozen=True)
class Result:
    """What a run found out.

    Attributes:
        plan: What was to be done.
        findings: The deviations, and how often each was seen.
        requests: How many requests were sent.
        seconds: How long it took.
        statuses: How often each operation answered with each status.
        sequences: How many generated sequences of requests were sent, by tag.
        not_served: Operations that answered 501.
        not_reached: Operations that need an object the server does not have.
        stopped: Why the run ended early, empty when it did not.
        left_behind: What the run made and could not remove.
    """

    plan: Plan
    findings: list[tuple[Finding, int]]
    requests: int
    seconds: float
    statuses: dict[tuple[str, int], int] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    not_served: frozenset[str] = frozenset()
    not_reached: frozenset[str] = frozenset()
    stopped: str = ""
    left_behind: tuple[str, ...] = ()

    @property
    def deviates(self) -> bool:
        """Whether there is a deviation."""
        return bool(self.findings)

    def table(self) -> str:
        """Return the result for people."""
        lines = []
        by_operation: dict[str, list[tuple[Finding, int]]] = {}
        for finding, times in self.findings:
            by_operation.setdefault(finding.operation_id or "(no operation)", []).append(
                (finding, times)
            )
        for name, found in by_operation.items():
            lines.append(name)
            for finding, times in found:
                mark = "" if finding.certain else " (inferred rule)"
                seen = f" [{times} times]" if times > 1 else ""
                lines.append(f"  {finding.kind}{mark}: {_short(finding.message, 3)}{seen}")
                if finding.request:
                    lines.append(f"    {_short(finding.request, 2)}")
        lines += [""] if lines else []
        tested = [o.operation_id for o in self.plan.operations]
        good = [
            n
            for n in tested
            if n not in by_operation and n not in self.not_served and n not in self.not_reached
        ]
        rows = [
            ("kept the contract", len(good), ""),
            ("deviate", sum(name in tested for name in by_operation), ""),
            ("not served (501)", *_named(self.not_served & set(tested))),
            ("nothing there to check", *_named(self.not_reached - self.not_served)),
        ]
        for title, count, names in rows:
            lines.append(f"{title:<24}{count:>4}  {names}".rstrip())
        sequences = sum(self.sequences.values())
        lines.append(
            f"{len(self.findings)} deviations, {self.requests} requests, {sequences} sequences, "
            f"{self.seconds:.1f} s"
        )
        if self.stopped:
            lines.append(f"Stopped early: {self.stopped}. What was not reached is not judged.")
        lines += [f"Left behind: {what}" for what in self.left_behind]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "server": self.plan.options.url,
            "seed": self.plan.options.seed,
            "write": self.plan.options.write,
            "requests": self.requests,
            "sequences": self.sequences,
            "seconds": round(self.seconds, 3),
            "stopped": self.stopped or None,
            "operations": [
                {
                    "operation_id": o.operation_id,
                    "outcome": self.outcome(o.operation_id),
                    "statuses": {
                        str(status): count
                        for (name, status), count in sorted(self.statuses.items())
                        if name == o.operation_id
                    },
                }
                for o in self.plan.operations
            ],
            "deviations": [{**asdict(finding), "times": times} for finding, times in self.findings],
            "left_behind": list(self.left_behind),
        }

    def outcome(self, operation_id: str) -> str:
        """Return ``deviates``, ``not served``, ``not reached`` or ``kept``.

        Args:
            operation_id: Name of the operation.
        """
        if any(finding.operation_id == operation_id for finding, _ in self.findings):
            return "deviates"
        if operation_id in self.not_served:
            return "not served"
        return "not reached" if operation_id in self.not_reached else "kept"

    def as_junit(self) -> bytes:
        """Return the result as a JUnit report: one test case an operation."""
        suites = ET.Element("testsuites", name="arthurai contract")
        names = [o.operation_id for o in self.plan.operations]
        strange = {f.operation_id for f, _ in self.findings} - set(names)
        suite = ET.SubElement(
            suites,
            "testsuite",
            name="contract",
            tests=str(len(names) + len(strange)),
            failures=str(len({f.operation_id for f, _ in self.findings})),
            skipped=str(sum(self.outcome(name) in {"not served", "not reached"} for name in names)),
            time=f"{self.seconds:.3f}",
        )
        for name in [*names, *sorted(strange)]:
            case = ET.SubElement(
                suite, "testcase", classname="contract", name=name or "(no operation)"
            )
            outcome = self.outcome(name)
            if outcome in {"not served", "not reached"}:
                ET.SubElement(case, "skipped", message=outcome)
            found = [finding for finding, _ in self.findings if finding.operation_id == name]
            if found:
                failure = ET.SubElement(
                    case, "failure", message=_printable(f"{found[0].kind}: {found[0].message}")
                )
                failure.text = _printable(
                    "\n".join(f"{f.kind}: {f.message}\n  {f.request}" for f in found)
                )
        ET.indent(suites)
        return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True))


def _named(names: Iterable[str]) -> tuple[int, str]:
    listed = sorted(names)
    return len(listed), ", ".join(listed)


def _short(text: str, lines: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= lines * _WIDEST else f"{text[: lines * _WIDEST]}…"


def _printable(text: str) -> str:
    """Replace what XML cannot carry."""
    return "".join(ch if ch in "\n\t" or ch.isprintable() else "\ufffd" for ch in text)
