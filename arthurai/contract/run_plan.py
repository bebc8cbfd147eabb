"""What a contract run is going to do, said before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arthurai.common.text import suggest
from arthurai.contract.fuzzing import WAYS
from arthurai.contract.write_guard import only_reads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.contract_options import Options

PHASES: Final = ("probes of each operation", "probes of behaviour", *WAYS, "sequences")


class WrongCallError(Exception):
    """The user asked for something that does not exist."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The operations of a run.

    Attributes:
        operations: Those to check.
        left_out: Those that were asked for, or would be by default, but may change something.
        options: What the user asked for.
    """

    operations: tuple[Operation, ...]
    left_out: tuple[Operation, ...]
    options: Options

    def by_tag(self) -> dict[str, list[Operation]]:
        """The operations by their tag."""
        found: dict[str, list[Operation]] = {}
        for operation in self.operations:
            found.setdefault(operation.tag, []).append(operation)
        return found

    def lines(self) -> list[str]:
        """Say what is going to happen."""
        options = self.options
        reading = sum(only_reads(operation) for operation in self.operations)
        writing = len(self.operations) - reading
        what = f"{len(self.operations)} operations, {reading} reading, {writing} writing"
        pace = f", one every {options.interval:g} s at most" if options.interval else ""
        count = options.max_examples
        lines = [
            f"Server: {options.url}",
            f"Checks: {what}",
            f"Phases: {', '.join(PHASES)}",
            f"Seed: {options.seed}",
            f"Bounds: {options.max_requests} requests, {options.max_time:g} s{pace}",
            f"Generated: {count} for each operation and way, {count} sequences for each tag",
        ]
        if options.write:
            lines.append(
                "Writes: in an organization of its own if the key may make one, else on models "
                "of its own; everything made is removed, models are archived"
            )
        else:
            lines.append(
                f"Writes: nothing; {len(self.left_out)} operations that change something are left "
                f"out (--write checks them)"
            )
        return lines


def make_plan(options: Options, operations: Mapping[str, Operation]) -> Plan:
    """Choose the operations of a run.

    Args:
        options: What the user asked for.
        operations: All operations by name.

    Raises:
        WrongCallError: An operation or a tag does not exist, or nothing is left to check.
    """
    tags = {operation.tag for operation in operations.values()}
    for name in options.operations:
        if name not in operations:
            raise WrongCallError(f"there is no operation {name!r}{suggest(name, operations, 3)}")
    for tag in options.tags:
        if tag not in tags:
            raise WrongCallError(f"there is no tag {tag!r}; there are {', '.join(sorted(tags))}")
    chosen = [
        operation
        for name, operation in operations.items()
        if not (options.operations or options.tags)
        or name in options.operations
        or operation.tag in options.tags
    ]
    kept = [operation for operation in chosen if options.write or only_reads(operation)]
    left_out = [operation for operation in chosen if operation not in kept]
    if not kept:
        raise WrongCallError(
            f"{', '.join(o.operation_id for o in left_out)} may change something; add --write"
        )
    return Plan(tuple(kept), tuple(left_out), options)
