"""Plugin of pytest: run the tests that were collected once for each line of standard input.

Each run is a fork in which the API description is read anew, and answers with one line: the first
failure as JSON, empty when nothing failed. See `scripts/mutation_sandbox.py`.
"""

import importlib
import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from arthurai.common.bundle import load_bundle, operations


class FirstFailure:
    """Keeps the first failure of a run.

    Attributes:
        text: The failed test and what it says; empty while none has failed.
    """

    text = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the failure of a test."""
        if report.failed and not self.text:
            crash = getattr(report.longrepr, "reprcrash", None)
            first = str(getattr(crash, "message", "")).partition("\n")[0]
            self.text = f"FAILED {report.nodeid} - {first}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer each line of standard input with a run of all tests."""
    importlib.import_module("recorder").recorder_of(
        session.config
    )  # made once: what these tests judge is not exchanged
    for _ in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.write(writing, _first_failure(session).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with Path(f"/dev/fd/{reading}").open("rb") as pipe:
            failure = pipe.read().decode()
        os.close(reading)
        os.waitpid(child, 0)
        print(json.dumps(failure), flush=True)
    return True


def _first_failure(session: pytest.Session) -> str:
    load_bundle.cache_clear()
    operations.cache_clear()
    first = FirstFailure()
    session.config.pluginmanager.register(first)
    items: list[Any] = [*session.items, None]
    for item, following in itertools.pairwise(items):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if first.text:
            break
    return first.text
