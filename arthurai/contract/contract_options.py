"""What the user of `arthurai contract` asked for."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arthurai.common.settings import KEY_VARIABLE, read_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

_RATE: Final = re.compile(r"(?P<count>\d+)/(?P<unit>[smh])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Options:
    """How a server is to be checked.

    Attributes:
        url: Address of the server; ``local://`` checks an embedded one.
        access_key: Credential; ``None`` for local servers.
        organization_id: Organisation to work in; ``None`` for the caller's own.
        operations: Names of operations to check; empty for all.
        tags: Tags whose operations to check; empty for all.
        write: Whether operations that change something are checked too, on objects made for it.
        max_examples: Generated requests for each operation and way of generating, and generated
            sequences of requests for each tag.
        seed: What the generated requests depend on.
        max_time: Seconds after which no new request is begun.
        max_requests: Requests after which no new one is begun.
        interval: Least seconds between two requests.
        timeout: Seconds to wait for an answer.
        report_junit: File for a JUnit report.
        report_json: File for a JSON report.
        allow_insecure: Whether the credential may go over plain http.
        plan_only: Say what would be done and stop.
    """

    url: str
    access_key: str | None = None
    organization_id: str | None = None
    operations: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    write: bool = False
    max_examples: int = 20
    seed: int = 1
    max_time: float = 600.0
    max_requests: int = 20_000
    interval: float = 0.0
    timeout: float = 30.0
    report_junit: Path | None = None
    report_json: Path | None = None
    allow_insecure: bool = False
    plan_only: bool = False


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments of the command.

    Args:
        arguments: As they stand after ``arthurai contract``.

    Raises:
        SystemExit: The arguments are wrong (2), or only help was asked for (0).
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    key = given.access_key or read_variable(KEY_VARIABLE)
    if key is None and not given.url.lower().startswith("local:"):
        parser.error(f"give --access-key, or set the environment variable {KEY_VARIABLE}")
    return Options(
        url=given.url,
        access_key=key,
        organization_id=given.organization_id,
        operations=tuple(given.operation),
        tags=tuple(given.tag),
        write=given.write,
        max_examples=given.max_examples,
        seed=given.seed,
        max_time=given.max_time,
        max_requests=given.max_requests,
        interval=given.rate,
        timeout=given.timeout,
        report_junit=given.report_junit,
        report_json=given.report_json,
        allow_insecure=given.allow_insecure,
        plan_only=given.plan,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="arthurai contract",
        description="Check whether a server keeps the contract of the Arthur API. Nothing is "
        "changed on it unless --write is given.",
        epilog="Exit status: 0 no deviation, 1 deviations, 2 the check could not be made.",
    )
    add = parser.add_argument
    add("url", help="https://host[:port], or local:// for an embedded server")
    add("--access-key", help=f"API key (default: the environment variable {KEY_VARIABLE})")
    add("--organization-id", help="organization to work in (default: the caller's own)")
    add("--operation", action="append", default=[], help="check this operationId; repeatable")
    add("--tag", action="append", default=[], help="check the operations of a tag; repeatable")
    add(
        "--write",
        action="store_true",
        help="also check what changes something, on objects made for it and removed afterwards",
    )
    add(
        "--max-examples",
        type=_whole,
        default=Options.max_examples,
        help="generated requests for each operation and way of generating, and generated "
        "sequences of requests for each tag (default: %(default)s)",
    )
    add("--seed", type=int, default=Options.seed, help="default: %(default)s")
    add(
        "--max-time",
        type=_seconds,
        default=Options.max_time,
        help="begin no request after so many seconds (default: %(default)g)",
    )
    add(
        "--max-requests",
        type=_whole,
        default=Options.max_requests,
        help="send no more than that (default: %(default)s)",
    )
    add(
        "--rate",
        type=rate,
        default=Options.interval,
        metavar="N/s",
        help="send no faster than that, e.g. 5/s or 100/m (default: as fast as the server answers)",
    )
    add(
        "--timeout",
        type=_seconds,
        default=Options.timeout,
        help="seconds to wait for an answer (default: %(default)g)",
    )
    add("--report-junit", type=Path, metavar="FILE", help="write a JUnit report")
    add("--report-json", type=Path, metavar="FILE", help="write a JSON report")
    add("--allow-insecure", action="store_true", help="send the key over plain http")
    add("--plan", action="store_true", help="say what would be done, and do nothing")
    return parser


def rate(text: str) -> float:
    """Read a rate such as ``5/s`` as the seconds between two requests.

    Args:
        text: A count, a slash and one of ``s``, ``m``, ``h``.

    Raises:
        argparse.ArgumentTypeError: The text is no rate.
    """
    match = _RATE.fullmatch(text)
    if match is None or not int(match["count"]):
        raise argparse.ArgumentTypeError(f"{text!r} is no rate; give e.g. 5/s, 100/m or 1000/h")
    return _SECONDS[match["unit"]] / int(match["count"])


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number of at least 1")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of seconds above 0")
    return seconds
