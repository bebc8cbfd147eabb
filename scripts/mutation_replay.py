"""Exchanges of the tests, and whether they would still be in order under a changed description.

A test whose exchange breaks the description fails: `tests/recorder.py` compares each of them. So a
change of what a server answers needs no run of the test: its exchange is compared anew. Requests
are another matter, for the generated client may follow the change.
"""

import collections
import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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
    "tests/server/enrichment/explanations/test_explanations.py",
    "tests/server/resources",
    "tests/server/http/test_official_flow.py",
    "tests/server/http/test_responses.py",
    "tests/server/test_authorization.py",
    "tests/upload/test_images.py",
    "tests/upload/test_results.py",
)
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


class Answer(NamedTuple):
    """An exchange of a test.

    Attributes:
        test: Its name.
        exchange: What went over the wire, as arguments of `Exchange`.
    """

    test: str
    exchange: Mapping[str, Any]


class Replay:
    """The exchanges whose answers touch each place.

    Args:
        file: What the recording wrote.
        document: The document under which it was made.
    """

    def __init__(self, file: Path, document: Document) -> None:
        self._document = document
        self._answers: dict[str, list[Answer]] = collections.defaultdict(list)
        for line in file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            for kept in entry["answers"]:
                answer = Answer(entry["test"], kept["exchange"])
                for place in kept["places"]:
                    self._answers[place].append(answer)

    @functools.lru_cache(maxsize=256)  # noqa: B019  # one object a run
    def _usual(self, operations: frozenset[str]) -> Any:
        return _recorder(reduced(self._document.bundle, operations))

    def failure(self, mutation: Mutation) -> str:
        """Return which test fails for its exchange under a change; empty when none is known to.

        Raises:
            ImpossibleChangeError: The change would not leave a valid description.
        """
        answers = self._answers.get(mutation.place.name)
        if not answers:
            return ""
        operations = frozenset(mutation.place.operations)
        usual = self._usual(operations)
        changed = _recorder(reduced(self._document.mutated(mutation), operations))
        for answer in answers:
            new = set(changed.deviations_of(_exchange(answer)))
            if found := sorted(map(str, new - set(usual.deviations_of(_exchange(answer))))):
                return f"{answer.test}: {found[0]}"
        return ""


def _recorder(bundle: dict[str, Any]) -> Any:
    """Return what compares exchanges with a document in the tests."""
    if str(ROOT / "tests") not in sys.path:
        sys.path.append(str(ROOT / "tests"))
    return importlib.import_module("recorder").Recorder(bundle)


def _exchange(answer: Answer) -> Any:
    from arthurai.contract.conformance import Exchange

    kept = dict(answer.exchange)
    for name in ("request_body", "response_body"):
        if kept[name] is not None:
            kept[name] = kept[name].encode("latin-1")
    return Exchange(**kept)
