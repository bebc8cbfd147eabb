"""A copy of the repository in which changes of the API description are generated and judged."""

import compileall
import contextlib
import copy
import functools
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from scripts import documents, vocabulary
from scripts.generate import CONFIG, PACKAGE, TEMPLATES, describe_parameters
from scripts.redocly import ROOT
from scripts.spec_mutations import reduced

COPIED = (
    "arthurai",
    "generated",
    "openapi",
    "scripts",
    "tests",
    "docs",
    "examples",
    "pyproject.toml",
)
TIMEOUT_SECONDS = 120
#: The exit code of pytest for tests that are not there.
_WRONG_USE = 4
CHECKED = ("arthurai", "generated/arthurai_api")
#: Modules of others that every test needs: imported once, before the processes of the tests part.
PRELOADED = (
    "attrs", "dateutil.parser", "duckdb", "httpx", "hypothesis", "jsonschema_rs", "orjson",
    "narwhals.stable.v2", "numpy", "pandas", "PIL.Image", "polars", "pyarrow.parquet", "pytest",
    "tqdm", "werkzeug.routing", "yaml",
)  # fmt: skip
_ZYGOTE = """
import contextlib, importlib, json, os, sys
for name in sys.argv[1:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
import pytest
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        out = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.setpgid(0, 0)
        code = 99
        try:
            code = pytest.main(order["arguments"])
        finally:
            sys.stdout.flush()
            os._exit(int(code))
    import select, signal, time
    end, status = time.time() + order["seconds"], None
    while status is None and time.time() < end:
        done, found = os.waitpid(child, os.WNOHANG)
        status = found if done else time.sleep(0.02)
    if status is None:
        os.killpg(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)
"""


class GeneratorRefusalError(Exception):
    """The generator failed or warned."""


class TestsEndedError(Exception):
    """Tests were ended before they said anything."""


def generate_files(document: dict[str, Any]) -> dict[str, str]:
    """Return the files of the client of a document, by name, without formatting them."""
    import openapi_python_client as generator
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.errors import GeneratorError

    document = copy.deepcopy(document)
    describe_parameters(document)
    settings = ConfigFile.load_from_path(CONFIG)
    settings.post_hooks = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(None):
        target = Path(folder) / PACKAGE.name
        config = Config.from_sources(
            settings,
            MetaType.NONE,
            Path("openapi.json"),
            "utf-8",
            overwrite=True,
            output_path=target,
        )
        data = GeneratorData.from_dict(document, config=config)
        if isinstance(data, GeneratorError):
            raise GeneratorRefusalError(f"{data.header}: {data.detail}")
        project = generator.Project(openapi=data, config=config, custom_template_path=TEMPLATES)
        for error in project.build():
            raise GeneratorRefusalError(f"{error.header}: {error.detail}")
        return {
            str(path.relative_to(target)): path.read_text(encoding="utf-8")
            for path in target.rglob("*.py")
        }


def _ask(process: subprocess.Popen[str], line: str) -> Any:
    """Return what a process answers to a line."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process that runs tests has no pipes")
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


class Sandbox:
    """A copy of the repository in which changes are tried, one after the other."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle
        self._folder = tempfile.TemporaryDirectory(prefix="mutations-")
        self.root = Path(self._folder.name)
        self.status = self.root / "dmypy.json"
        self._saved: dict[Path, str | None] = {}

    def __enter__(self) -> Self:
        """Copy the repository and start the processes that wait for work."""
        for name in COPIED:
            source, target = ROOT / name, self.root / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, target)
        for name in ("arthurai", "generated", "scripts"):
            compileall.compile_dir(
                self.root / name,
                quiet=1,
                invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
            )
        self._zygote = self._start("-c", _ZYGOTE, *PRELOADED)
        return self

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a process of Python that answers each line of its input with one line."""
        path = os.pathsep.join(str(self.root / name) for name in ("", "generated", "tests"))
        environment = {
            **os.environ,
            "HYPOTHESIS_PROFILE": "fast",
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __exit__(self, *_: object) -> None:
        """Stop the processes and remove the copy."""
        if self._zygote.stdin:
            self._zygote.stdin.close()
        self._zygote.wait()
        if self.status.exists():
            self._dmypy("kill")
        self._folder.cleanup()

    def _dmypy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("mypy.dmypy", "--status-file", str(self.status), *arguments)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=self.root, text=True, capture_output=True, check=False)

    def type_errors(self, *, daemon: bool = True) -> list[str]:
        """Return the errors that the type checker finds in the curated layer.

        Args:
            daemon: Whether its daemon answers, in seconds. It sometimes reads modules that the
                configuration skips, and reports errors that do not exist.
        """
        options = ("--no-error-summary", *CHECKED)
        done = self._dmypy("run", "--", *options) if daemon else self._run("mypy", *options)
        return [line for line in done.stdout.splitlines() if ": error:" in line]

    def run_tests(self, tests: Sequence[str], *options: str, seconds: int = TIMEOUT_SECONDS) -> str:
        """Run tests in a process of their own; return the first failure, empty when none failed.

        Raises:
            RuntimeError: A test is not there, which says nothing about a change.
            TestsEndedError: They did not come to an end, which says nothing, either.
        """
        output = self.root / "tests.log"
        arguments = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", "--tb=short"]
        order = {
            "arguments": [*arguments, *options, *tests],
            "output": str(output),
            "seconds": seconds,
        }
        code = _ask(self._zygote, json.dumps(order))
        if code == 0:
            return ""
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
        failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
        if code == _WRONG_USE:
            raise RuntimeError(f"record the tests again: {' '.join(failed)}")
        if code < 0:
            raise TestsEndedError(f"the tests took longer than {seconds} s, or crashed")
        return (failed or lines[-1:] or [f"exit code {code}"])[0]

    def write(self, name: str, text: str) -> None:
        """Write a file of the copy until `restore`."""
        path = self.root / name
        before = path.read_text(encoding="utf-8") if path.exists() else None
        if before == text:
            return
        self._saved.setdefault(path, before)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        """Remove a file of the copy until `restore`."""
        path = self.root / name
        if path.exists():
            self._saved.setdefault(path, path.read_text(encoding="utf-8"))
            path.unlink()

    def restore(self) -> None:
        """Undo all changes of files."""
        for path, text in self._saved.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text, encoding="utf-8")
        self._saved.clear()

    @functools.cache  # noqa: B019  # one sandbox a run
    def _usual_files(self, operations: frozenset[str] | None) -> dict[str, str]:
        document = self.bundle if operations is None else reduced(self.bundle, operations)
        return generate_files(document)

    def generate(self, bundle: dict[str, Any], operations: frozenset[str] | None) -> None:
        """Replace the generated files that a changed bundle changes.

        Args:
            bundle: The changed bundle.
            operations: Those that the change reaches: no other ones are generated.

        Raises:
            GeneratorRefusalError: The generator failed or warned.
        """
        old = self._usual_files(operations)
        new = generate_files(bundle if operations is None else reduced(bundle, operations))
        if operations is not None and old.keys() != new.keys():
            self.generate(bundle, None)  # the list of models changes, too
            return
        package = PACKAGE.relative_to(ROOT)
        for name in old.keys() - new.keys():
            self.remove(f"{package}/{name}")
        for name, text in new.items():
            if old.get(name) != text:
                self.write(f"{package}/{name}", text)
        self.write(
            f"{package}/openapi.json", json.dumps(bundle, indent=2, ensure_ascii=False) + "\n"
        )
        try:
            words = vocabulary.make(bundle)
        except (KeyError, ValueError) as error:
            raise GeneratorRefusalError(f"the vocabulary lacks {error}") from error
        self.write(str(vocabulary.MODULE.relative_to(ROOT)), words)
        module = documents.module(bundle["components"]["schemas"])
        self.write(str(documents.MODULE.relative_to(ROOT)), module)
