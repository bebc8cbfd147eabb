"""Exchanges of the tests, and whether they would still be in order under a changed description.

A test whose exchange breaks the description fails: `tests/recorder.py` compares each of them. So a
change needs no run of the test: its exchange is compared anew. What the server answers is what it
was. What the client sends cannot follow a change in silence, either: members of bodies and query
parameters, and parts of forms, are arguments by keyword in generated code, so the curated layer
fails, or still sends what it sent. A parameter whose value no longer fits is refused by the server.
Other names of parameters of paths are left to the type checker and to runs of the tests.
"""

import collections
import functools
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from scripts.mutation_sandbox import Sandbox
from scripts.redocly import ROOT
from scripts.spec_mutations import Document, Mutation, reduced

#: The tests whose exchanges are recorded.
RECORDED_TESTS = (
    "tests/client",
    "tests/compat",
    "tests/contract/test_ledger_calls.py",
    "tests/contract/test_wire_vectors.py",
    "tests/model",
    "tests/server/background/test_trusted_alerts.py",
    "tests/server/control/test_models_of_the_api.py",
    "tests/server/enrichment/explanations/test_explanations.py",
    "tests/server/enrichment/test_hotspots.py",
    "tests/server/query/test_rollup_time_zones.py",
    "tests/server/resources",
    "tests/server/http/test_official_flow.py",
    "tests/server/http/test_responses.py",
    "tests/server/test_authorization.py",
    "tests/upload/test_images.py",
    "tests/upload/test_results.py",
)
#: Texts that stand for values of other types than text.
_PLAIN_VALUES = {
    "boolean": re.compile("true|false", re.IGNORECASE),
    "integer": re.compile(r"[+-]?\d+"),
}
MAX_TESTS = 10
MAX_TEST_SECONDS = 8.0


def record_tests(sandbox: Sandbox, target: Path, tests: Sequence[str] = RECORDED_TESTS) -> None:
    """Run tests and write which places each of them touches.

    Args:
        sandbox: The copy in which they run.
        target: Is written when all have run, as a whole.
        tests: The tests.
    """
    written = sandbox.root / "recording.jsonl"
    found = [test for test in tests if (sandbox.root / test).exists()]
    environment = {
        **os.environ,
        "ARTHURAI_TOUCHED": str(written),
        "HYPOTHESIS_PROFILE": "fast",
        "PYTHONPATH": os.pathsep.join(str(sandbox.root / n) for n in ("", "generated", "tests")),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "touched_places",
    ]
    subprocess.run(
        [*command, "-m", "not slow", *found],
        cwd=sandbox.root,
        env=environment,
        check=False,
        stdout=subprocess.DEVNULL,
    )
    shutil.copyfile(written, target)


def read_touched(file: Path) -> dict[str, list[str]]:
    """Return the tests that touch each place, the cheapest of each file first."""
    found: dict[str, list[tuple[float, str]]] = collections.defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        seconds = entry["seconds"] + (2 if "/contract/" in entry["test"] else 0)
        for place in entry["places"]:
            found[place].append((seconds, entry["test"]))
    return {place: _choose(sorted(tests)) for place, tests in found.items()}


def _choose(tests: Sequence[tuple[float, str]]) -> list[str]:
    chosen: list[str] = []
    total, files = 0.0, collections.Counter[str]()
    for limit in (1, 3, MAX_TESTS):
        for seconds, test in tests:
            file = test.partition("::")[0]
            if test in chosen or files[file] >= limit or len(chosen) >= MAX_TESTS:
                continue
            if chosen and total + seconds > MAX_TEST_SECONDS:
                continue
            chosen.append(test)
            files[file] += 1
            total += seconds
    return chosen


class RecordedExchange(NamedTuple):
    """An exchange of a test.

    Attributes:
        test: Its name.
        exchange: What went over the wire, as arguments of `Exchange`.
    """

    test: str
    exchange: Mapping[str, Any]


class Replay:
    """The exchanges that touch each place.

    Args:
        file: What the recording wrote.
        document: The document under which it was made.
    """

    def __init__(self, file: Path, document: Document) -> None:
        self._document = document
        self._exchanges: dict[str, list[RecordedExchange]] = collections.defaultdict(list)
        self._tests: dict[str, str] = {}
        for line in file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            for place in entry["places"]:
                self._tests.setdefault(place, entry["test"])
            for kept in entry["exchanges"]:
                exchange = RecordedExchange(entry["test"], kept["exchange"])
                for place in kept["places"]:
                    self._exchanges[place].append(exchange)

    @functools.lru_cache(maxsize=256)  # noqa: B019  # one object a run
    def _usual(self, operations: frozenset[str]) -> Any:
        return _recorder(reduced(self._document.bundle, operations))

    def failure(self, mutation: Mutation) -> str:
        """Return which test fails for its exchange under a change; empty when none is known to.

        Raises:
            ImpossibleChangeError: The change would not leave a valid description.
        """
        place = mutation.place
        if place.kind == "part" and mutation.action != "retype" and place.name in self._tests:
            self._document.mutated(mutation)
            return f"{self._tests[place.name]}: request part: {place.pointer[-1]} is not listed"
        exchanges = self._exchanges.get(place.name)
        if not exchanges:
            return ""
        operations = frozenset(place.operations)
        usual = self._usual(operations)
        changed = _recorder(reduced(self._document.mutated(mutation), operations))
        for recorded in exchanges:
            exchange = _exchange(recorded)
            new = set(changed.deviations_of(exchange)) - set(usual.deviations_of(exchange))
            if new:
                return f"{recorded.test}: {min(map(str, new))}"
            if place.kind == "parameter" and mutation.action == "retype":
                name = self._document.at(place.pointer)["name"]
                if refused := _refused_value(exchange, changed.conformance, name):
                    return f"{recorded.test}: {refused}"
        return ""


def _refused_value(exchange: Any, conformance: Any, name: str) -> str:
    """Return which value of a parameter a server would refuse, empty when none."""
    match = conformance.match(exchange.url)
    operation = match.operations.get(exchange.method) if match else None
    if operation is None or exchange.status >= HTTPStatus.BAD_REQUEST:
        return ""
    given = [*match.parameters(operation).items(), *parse_qsl(urlsplit(exchange.url).query)]
    values = [text for found, text in given if found == name]
    for parameter in operation.spec["parameters"]:
        kind = parameter["schema"].get("type")
        if parameter["name"] == name and kind in _PLAIN_VALUES:
            wrong = [text for text in values if not _PLAIN_VALUES[kind].fullmatch(text)]
            return f"{name}={wrong[0][:50]} is no {kind}" if wrong else ""
    return ""


def _recorder(bundle: dict[str, Any]) -> Any:
    """Return what compares exchanges with a document in the tests."""
    if str(ROOT / "tests") not in sys.path:
        sys.path.append(str(ROOT / "tests"))
    return importlib.import_module("recorder").Recorder(bundle)


def _exchange(recorded: RecordedExchange) -> Any:
    from arthurai.contract.conformance import Exchange

    kept = dict(recorded.exchange)
    for name in ("request_body", "response_body"):
        kept[name] = kept[name].encode("latin-1")
    return Exchange(**kept)
