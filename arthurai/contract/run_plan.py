"""The arguments of `arthurai contract`, and the plan of a run that they result in."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arthurai.common.settings import KEY_VARIABLE
from arthurai.common.text import suggest
from arthurai.contract.write_guard import is_read_only

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from arthurai.common.bundle import Operation

GENERATION_PHASES: Final = ("examples", "coverage", "fuzzing")
"""How requests are generated: documented examples, each rule of a schema kept and broken once,
random ones that keep or break the schema."""
PHASES: Final = ("probes of each operation", "probes of behavior", *GENERATION_PHASES, "sequences")
_RATE: Final = re.compile(r"(?P<count>\d+)/(?P<unit>[smh])")
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


class InvalidCallError(Exception):
    """The user asked for something that does not exist or is incomplete."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a run may cost.

    Attributes:
        max_requests: Number of requests after which no new one is started.
        max_seconds: Seconds after which no new request is started.
        interval: Minimum seconds between two requests.
    """

    max_requests: int = 20_000
    max_seconds: float = 600.0
    interval: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does.

    Attributes:
        server: Address of the server.
        operations: The operations to check.
        left_out: Those that are not checked because they may change something.
        write: Whether operations that change something are checked, on objects created for it.
        max_examples: Generated requests per operation and phase, and sequences per tag.
        seed: What the generated requests depend on.
        bounds: What the run may cost.
    """

    server: str
    operations: tuple[Operation, ...]
    left_out: tuple[Operation, ...]
    write: bool
    max_examples: int
    seed: int
    bounds: Bounds

    def by_tag(self) -> dict[str, list[Operation]]:
        """Return the operations by their tag."""
        found: dict[str, list[Operation]] = {}
        for operation in self.operations:
            found.setdefault(operation.tag, []).append(operation)
        return found

    def describe(self) -> str:
        """Return what is going to happen, for people."""
        reading, count = sum(map(is_read_only, self.operations)), len(self.operations)
        bounds = self.bounds
        pace = f", at most one every {bounds.interval:g} s" if bounds.interval else ""
        writes = (
            "in an organization of its own if the key may create one, otherwise on its own "
            "models; everything created is removed, models are archived"
            if self.write
            else f"nothing; {len(self.left_out)} operations that change something are left out "
            "(--write checks them)"
        )
        facts = {
            "Server": self.server,
            "Checks": f"{count} operations, {reading} reading, {count - reading} writing",
            "Phases": ", ".join(PHASES),
            "Seed": self.seed,
            "Limits": f"{bounds.max_requests} requests, {bounds.max_seconds:g} s{pace}",
            "Generated": f"{self.max_examples} requests per operation and phase, "
            f"{self.max_examples} sequences per tag",
            "Writes": writes,
        }
        return "\n".join(f"{name}: {fact}" for name, fact in facts.items())


def make_plan(
    server: str,
    operations: Mapping[str, Operation],
    *,
    names: Collection[str] = (),
    tags: Collection[str] = (),
    write: bool = False,
    max_examples: int = 20,
    seed: int = 1,
    bounds: Bounds | None = None,
) -> Plan:
    """Return the plan of a run.

    Args:
        server: Address of the server; `local://` checks an embedded one.
        operations: All operations by name.
        names: Names of operations to check; with no names and no tags, all are checked.
        tags: Tags whose operations to check.
        write: Whether operations that change something are checked, too.
        max_examples: Generated requests per operation and phase, and sequences per tag.
        seed: What the generated requests depend on.
        bounds: What the run may cost.

    Raises:
        InvalidCallError: An operation or a tag does not exist, or nothing is left to check.
    """
    known_tags = {operation.tag for operation in operations.values()}
    for name in names:
        if name not in operations:
            raise InvalidCallError(f"unknown operation {name!r}{suggest(name, operations, 3)}")
    for tag in tags:
        if tag not in known_tags:
            raise InvalidCallError(f"unknown tag {tag!r}; use {', '.join(sorted(known_tags))}")
    chosen = [
        operation
        for name, operation in operations.items()
        if not (names or tags) or name in names or operation.tag in tags
    ]
    kept = tuple(operation for operation in chosen if write or is_read_only(operation))
    left_out = tuple(operation for operation in chosen if operation not in kept)
    if not kept:
        refused = ", ".join(operation.operation_id for operation in left_out)
        raise InvalidCallError(f"{refused} may change something; add --write")
    return Plan(server, kept, left_out, write, max_examples, seed, bounds or Bounds())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser.

    Args:
        parser: The parser of `arthurai contract`.
    """
    bounds = Bounds()
    add = parser.add_argument
    add("url", help="https://host[:port], or local:// for an embedded server")
    add("--access-key", help=f"API key (default: the environment variable {KEY_VARIABLE})")
    add("--organization-id", help="organization to work in (default: the caller's own)")
    add("--operation", action="append", default=[], help="check this operationId; repeatable")
    add("--tag", action="append", default=[], help="check the operations of a tag; repeatable")
    add(
        "--write",
        action="store_true",
        help="also check operations that change something, on objects created for it and removed "
        "afterwards",
    )
    add(
        "--max-examples",
        type=_positive_integer,
        default=20,
        help="generated requests per operation and phase, and generated sequences of requests per "
        "tag (default: %(default)s)",
    )
    add("--seed", type=int, default=1, help="default: %(default)s")
    add(
        "--max-time",
        type=_positive_seconds,
        default=bounds.max_seconds,
        help="start no request after this many seconds (default: %(default)g)",
    )
    add(
        "--max-requests",
        type=_positive_integer,
        default=bounds.max_requests,
        help="send no more requests than this (default: %(default)s)",
    )
    add(
        "--rate",
        type=parse_rate,
        default=bounds.interval,
        metavar="N/s",
        help="send no faster than this, e.g. 5/s or 100/m (default: as fast as the server answers)",
    )
    add(
        "--timeout",
        type=_positive_seconds,
        default=30.0,
        help="seconds to wait for a response (default: %(default)g)",
    )
    add("--report-junit", type=Path, metavar="FILE", help="write a JUnit report")
    add("--report-json", type=Path, metavar="FILE", help="write a JSON report")
    add("--allow-insecure", action="store_true", help="send the key over plain http")
    add("--plan", action="store_true", help="print what would be done, and do nothing")


def parse_rate(text: str) -> float:
    """Return the seconds between two requests for a rate such as `5/s`.

    Args:
        text: A count, a slash and one of `s`, `m`, `h`.

    Raises:
        argparse.ArgumentTypeError: The text is not a rate.
    """
    match = _RATE.fullmatch(text)
    if match is None or not int(match["count"]):
        raise argparse.ArgumentTypeError(f"invalid rate {text!r}: use e.g. 5/s, 100/m or 1000/h")
    return _UNIT_SECONDS[match["unit"]] / int(match["count"])


def _positive_integer(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, got {text!r}")
    return int(text)


def _positive_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a positive number of seconds, got {text!r}")
    return seconds
