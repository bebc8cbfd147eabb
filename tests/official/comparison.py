"""Compare the outcomes of calls of two SDKs, and hold the differences against a table with reasons."""

from __future__ import annotations

import json
import os
import subprocess
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from official.calls.catalog import CALLS
from official.calls.neutral_server import NeutralServer

TESTS = Path(__file__).resolve().parents[1]
OUTCOMES = TESTS / "data" / "official_outcomes.json"
DIFFERENCES = TESTS / "data" / "official_differences.json"
RUNNER = Path(__file__).parent / "calls" / "run_calls.py"
MAX_RUN_SECONDS = 3600
#: The calls whose recorded outcomes the ordinary run compares ours with.
SAMPLE = tuple(call.name for call in CALLS if zlib.crc32(call.name.encode()) % 23 == 7)

Outcome = dict[str, Any]
Outcomes = dict[str, Outcome]


class Started(NamedTuple):
    """A process that runs calls."""

    process: subprocess.Popen[bytes]
    target: Path


def start(python: Path | str, server: tuple[str, str], names: list[str], target: Path) -> Started:
    """Start running calls with an interpreter, in an organization of its own."""
    url, key = server
    foreign = ("ARTHUR_", "VERIFY_SSL", "PYTHON")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    process = subprocess.Popen(
        [str(python), str(RUNNER), str(target)],
        env={
            **clean,
            "PYTHONPATH": str(TESTS),
            "PYTHONWARNINGS": "ignore",
            "ARTHUR_ENDPOINT_URL": url,
            "ARTHUR_API_KEY": NeutralServer(url, key).key_of_new_organization(),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write("\n".join(names).encode())
    process.stdin.close()
    return Started(process, target)


def finish(started: Started) -> Outcomes:
    """Wait for a process that runs calls; return their outcomes by name."""
    code = started.process.wait(MAX_RUN_SECONDS)
    lines = started.target.read_text().splitlines()
    outcomes = {outcome["name"]: outcome for outcome in map(json.loads, lines)}
    assert code == 0, f"exit code {code} after {len(outcomes)} calls, {list(outcomes)[-1:]}"
    broken = {name: outcome["setup"] for name, outcome in outcomes.items() if "setup" in outcome}
    assert not broken, f"models that could not be set up: {broken}"
    return outcomes


def difference(official: Outcome, ours: Outcome) -> str | None:
    """Say how two outcomes of one call differ; `None` when a program would notice nothing."""
    parts = []
    if official["outcome"] != ours["outcome"]:
        parts.append(f"{ending(official)} -> {ending(ours)}")
    elif official["outcome"] == "raises":
        if official["classes"][0] not in ours["classes"]:
            parts.append(f"{ending(official)} -> {ending(ours)}")
    elif text(official["value"]) != text(ours["value"]):
        parts.append("another value")
    if text(official.get("stored")) != text(ours.get("stored")):
        parts.append("other rows stored")
    return "; ".join(parts) or None


def ending(outcome: Outcome) -> str:
    """Say how a call ended."""
    return outcome["outcome"] + ("" if "value" in outcome else f" {outcome['classes'][0]}")


def text(value: Any) -> str:
    """Write a described value, with keys in the order they have."""
    return json.dumps(value)


def differences(official: Outcomes, ours: Outcomes) -> dict[str, str]:
    """Say for each call that differs how it does."""
    found = {name: difference(official[name], ours[name]) for name in official}
    return {name: how for name, how in found.items() if how}


def allowed() -> dict[str, str]:
    """Return the differences that are allowed: call and how it differs."""
    table = json.loads(DIFFERENCES.read_text())
    return {name: how for entry in table for name, how in entry["calls"].items()}


def complaints(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    """List differences outside the table, and entries of the table that do not occur."""
    return [
        f"{name}: {found.get(name, 'no difference')}; in the table: {expected.get(name, 'nothing')}"
        for name in sorted({*found, *expected})
        if found.get(name) != expected.get(name)
    ]
