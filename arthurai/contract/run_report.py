"""The result of a contract run: as text, as JUnit, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Tally
    from arthurai.contract.findings import Finding
    from arthurai.contract.run_plan import Plan

_LINE_LENGTH: Final = 100
_NO_OPERATION: Final = "(no operation)"
_FORMS: Final = ("request", "curl", "python")
_SKIPPED: Final = ("not served", "not reached")


@dataclass(frozen=True)
class Result:
    """What a run found out.

    Attributes:
        plan: What was to be done.
        findings: The deviations, and how often each was found.
        tally: What was sent, and how it was answered.
        seconds: How long it took.
        sequences: How many generated sequences of requests were sent, by tag.
        not_reached: Operations that need an object the server does not have.
        stopped: Why the run ended early, empty when it did not.
        interrupted: Whether it ended because it was asked to.
        left_behind: What the run created and could not remove.
    """

    plan: Plan
    findings: list[tuple[Finding, int]]
    tally: Tally
    seconds: float
    sequences: dict[str, int]
    not_reached: set[str]
    stopped: str
    interrupted: bool
    left_behind: list[str]

    @property
    def operation_ids(self) -> list[str]:
        """The names of the operations that were to be checked."""
        return [operation.operation_id for operation in self.plan.operations]

    def by_cause(self) -> dict[str, list[tuple[Finding, int]]]:
        """Return the deviations by their cause, those that concern most operations first."""
        found: dict[str, list[tuple[Finding, int]]] = {}
        for finding, times in self.findings:
            found.setdefault(finding.cause, []).append((finding, times))
        width = {c: len({f.operation_id for f, _ in rows}) for c, rows in found.items()}
        return dict(sorted(found.items(), key=lambda pair: (-width[pair[0]], pair[0])))

    def outcome(self, operation_id: str) -> str:
        """Return `deviates`, `not served`, `not reached` or `kept`.

        Args:
            operation_id: Name of the operation.
        """
        if any(finding.operation_id == operation_id for finding, _ in self.findings):
            return "deviates"
        if operation_id in self.tally.not_served:
            return "not served"
        return "not reached" if operation_id in self.not_reached else "kept"

    def format_text(self) -> str:
        """Return the result for people: the deviations by their cause, the widest first."""
        lines: list[str] = []
        for cause, found in self.by_cause().items():
            width = len({finding.operation_id for finding, _ in found})
            lines.append(f"{cause}: {len(found)} in {width} operations")
            for finding, times in found:
                mark = "" if finding.certain else " (inferred rule)"
                repeated = f" [{times} times]" if times > 1 else ""
                name = finding.operation_id or _NO_OPERATION
                lines.append(f"  {name}{mark}: {_shorten(finding.message, 3)}{repeated}")
            shown = next((f.request for f, _ in found if f.request), None)
            if shown is not None:
                lines += [
                    f"    {_shorten(form, 4)}" for form in (shown.to_curl(), shown.to_python())
                ]
            lines.append("")
        by_outcome: dict[str, list[str]] = {}
        for name in self.operation_ids:
            by_outcome.setdefault(self.outcome(name), []).append(name)
        for title, outcome in (
            ("keep the contract", "kept"),
            ("deviate", "deviates"),
            ("not served (501)", "not served"),
            ("nothing there to check", "not reached"),
        ):
            names = sorted(by_outcome.get(outcome, ()))
            listed = ", ".join(names) if outcome in _SKIPPED else ""
            lines.append(f"{title:<24}{len(names):>4}  {listed}".rstrip())
        lines.append(
            f"{len(self.findings)} deviations, {self.tally.requests} requests, "
            f"{sum(self.sequences.values())} sequences, {self.seconds:.1f} s"
        )
        if self.stopped:
            lines.append(f"Stopped early: {self.stopped}. What was not reached is not judged.")
        lines += [f"Left behind: {what}" for what in self.left_behind]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "server": self.plan.server,
            "seed": self.plan.seed,
            "write": self.plan.write,
            "requests": self.tally.requests,
            "sequences": self.sequences,
            "seconds": round(self.seconds, 3),
            "stopped": self.stopped or None,
            "operations": [
                {
                    "operation_id": name,
                    "outcome": self.outcome(name),
                    "statuses": {
                        str(status): count
                        for (operation_id, status), count in sorted(self.tally.statuses.items())
                        if operation_id == name
                    },
                }
                for name in self.operation_ids
            ],
            "deviations": [
                {**_to_json(finding), "times": times}
                for found in self.by_cause().values()
                for finding, times in found
            ],
            "left_behind": self.left_behind,
        }

    def to_junit(self) -> bytes:
        """Return the result as a JUnit report with one test case per operation."""
        planned = self.operation_ids
        deviating = {finding.operation_id for finding, _ in self.findings}
        names = [*planned, *sorted(deviating - set(planned))]
        suites = ET.Element("testsuites", name="arthurai contract")
        suite = ET.SubElement(
            suites,
            "testsuite",
            name="contract",
            tests=str(len(names)),
            failures=str(len(deviating)),
            skipped=str(sum(self.outcome(name) in _SKIPPED for name in planned)),
            time=f"{self.seconds:.3f}",
        )
        for name in names:
            case = ET.SubElement(
                suite, "testcase", classname="contract", name=name or _NO_OPERATION
            )
            if self.outcome(name) in _SKIPPED:
                ET.SubElement(case, "skipped", message=self.outcome(name))
            found = [finding for finding, _ in self.findings if finding.operation_id == name]
            if found:
                message = f"{found[0].kind}: {found[0].message}"
                failure = ET.SubElement(case, "failure", message=_printable(message))
                texts = (
                    f"{f.kind}: {f.message}\n  {f.request.to_curl() if f.request else ''}"
                    for f in found
                )
                failure.text = _printable("\n".join(texts))
        ET.indent(suites)
        return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True))


def _to_json(finding: Finding) -> dict[str, Any]:
    facts = {
        "operation_id": finding.operation_id,
        "kind": finding.kind,
        "cause": finding.cause,
        "message": finding.message,
        "phase": finding.phase,
        "certain": finding.certain,
    }
    forms = finding.request.to_json() if finding.request else dict.fromkeys(_FORMS, "")
    return {**facts, **forms}


def _shorten(text: str, lines: int) -> str:
    text = " ".join(text.split())
    limit = lines * _LINE_LENGTH
    return text if len(text) <= limit else f"{text[:limit]}…"


def _printable(text: str) -> str:
    """Replace what XML cannot carry."""
    return "".join(ch if ch in "\n\t" or ch.isprintable() else "\ufffd" for ch in text)
