"""Fixtures for pytest: an Arthur server for tests, and models on it.

pytest loads this module in every project where `arthurai` is installed, so it imports nothing else
until a fixture is used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai import ArthurAI, ArthurModel
    from arthurai.typing import InputTypeName, OutputTypeName, Table


class ArthurServer(NamedTuple):
    """Where a server listens, and a key that it takes.

    Attributes:
        url: The address.
        access_key: The key of an administrator; do not print it.
    """

    url: str
    access_key: str | None

    def __repr__(self) -> str:
        """Return the address without the key."""
        return f"ArthurServer(url={self.url!r})"

    def connect(self) -> ArthurAI:
        """Return a new connection to the server; close it, or use it with `with`."""
        from arthurai import ArthurAI

        return ArthurAI(url=self.url, access_key=self.access_key, allow_insecure=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("arthurai")
    group.addoption("--arthur-url", help="server for arthur_noproc and arthur; default: local://")
    group.addoption("--arthur-key", help="its key; default: the environment's ARTHUR_API_KEY")
    parser.addini("arthur_url", "server for arthur_noproc and arthur", default="")


@pytest.fixture(scope="session")
def arthur_proc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArthurServer]:
    """Run `arthurai serve` in a process of its own for the whole session, one for each worker."""
    import re
    import subprocess
    import sys

    directory = tmp_path_factory.mktemp("arthur")
    command = [sys.executable, "-m", "arthurai.cli", "serve", "--port", "0"]
    command += ["--data-dir", str(directory / "data")]
    with subprocess.Popen(  # noqa: S603 - our own command, without a shell
        command, cwd=directory, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            printed, found = "", None
            while found is None:
                line = process.stdout.readline() if process.stdout else ""
                if not line:
                    pytest.fail(f"the server did not start: exit status {process.wait()}")
                printed += line
                found = re.search(r"(http://127\S+:\d+).*?ARTHUR_API_KEY=(\S+)", printed, re.DOTALL)
            yield ArthurServer(found[1], found[2])
        finally:
            process.terminate()
            process.wait()


@pytest.fixture(scope="session")
def arthur_noproc(pytestconfig: pytest.Config) -> ArthurServer:
    """Use the server that `--arthur-url` or `arthur_url` names; `local://` without them."""
    url = pytestconfig.getoption("--arthur-url") or pytestconfig.getini("arthur_url") or "local://"
    key = pytestconfig.getoption("--arthur-key") or os.environ.get("ARTHUR_API_KEY")
    return ArthurServer(url, None if url.startswith("local:") else key)


@pytest.fixture
def arthur(arthur_noproc: ArthurServer) -> Iterator[ArthurAI]:
    """Connect to the server of `arthur_noproc`: an empty one in memory, unless one is named."""
    with arthur_noproc.connect() as connection:
        yield connection


@pytest.fixture
def arthur_model(arthur: ArthurAI) -> Iterator[Callable[..., ArthurModel]]:
    """Give a function that builds and saves a model, and archive its models after the test.

    The function takes a table and what `ArthurModel.build` takes; `input_type` is `TABULAR` and
    `output_type` is `MULTICLASS` unless they are given, and the name is a new one.
    """
    import uuid

    from arthurai.common.vocabulary import InputType, OutputType

    made: list[ArthurModel] = []

    def make(
        data: Table,
        *,
        input_type: InputTypeName = InputType.Tabular,
        output_type: OutputTypeName = OutputType.Multiclass,
        partner_model_id: str | None = None,
        **build_options: Any,
    ) -> ArthurModel:
        model = arthur.model(
            partner_model_id=partner_model_id or f"test-{uuid.uuid4()}",
            input_type=input_type,
            output_type=output_type,
        )
        model.build(data, **build_options)
        model.save()
        made.append(model)
        return model

    yield make
    for model in made:
        model.archive()
