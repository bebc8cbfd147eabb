"""Change the API description in one place at a time, and see whether checks or tests notice.

    python -m scripts.mutate_spec --sample 300 --seed 1 --report mutations.md
    python -m scripts.mutate_spec --only 'rename member components/schemas/AlertRuleRequest/.*'

Each change is generated into a copy of the repository. Then the type checker judges the curated
layer, and the tests run that exchange what was changed: which these are is recorded first, see
`tests/touched_places.py`. A change that nothing notices is green, and has to stand in
`scripts/mutation_exceptions.yaml` with the reason why it may.
"""

import argparse
import collections
import compileall
import contextlib
import copy
import functools
import json
import os
import py_compile
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from scripts import documents, vocabulary
from scripts.check import LEDGER
from scripts.coverage import calls, shortened
from scripts.generate import CONFIG, PACKAGE, TEMPLATES, describe_parameters
from scripts.redocly import ROOT
from scripts.spec_mutations import Document, ImpossibleChangeError, Mutation

EXCEPTIONS = ROOT / "scripts" / "mutation_exceptions.yaml"
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
#: What is run first: cheap tests that judge the description and the data classes as a whole.
GENERAL_TESTS = (
    "tests/spec/test_spec_operations.py",
    "tests/spec/test_spec_statuses.py",
    "tests/contract/test_curated_objects.py",
)
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
MAX_CALLS = 3
MAX_TESTS = 10
MAX_TEST_SECONDS = 8.0
TIMEOUT_SECONDS = 120
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


@dataclass(frozen=True)
class Verdict:
    """What became of one change.

    Attributes:
        mutation: The change.
        found_by: What noticed it; empty when nothing did.
        detail: Its first line about it.
        seconds: How long the answer took.
    """

    mutation: Mutation
    found_by: str
    detail: str
    seconds: float


class GeneratorRefusalError(Exception):
    """The generator failed or warned."""


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


def reduced(document: dict[str, Any], operations: frozenset[str]) -> dict[str, Any]:
    """Return a document with some operations only, and with what these refer to."""
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        kept = {
            key: value
            for key, value in item.items()
            if not isinstance(value, dict) or value.get("operationId") in operations
        }
        if any(isinstance(value, dict) for value in kept.values()):
            paths[path] = kept
    components: dict[str, dict[str, Any]] = collections.defaultdict(dict)
    components["securitySchemes"] = document["components"]["securitySchemes"]
    waiting = set(re.findall(r'"#/components/([^"]+)"', json.dumps(paths)))
    while waiting:
        kind, name = waiting.pop().split("/", 1)
        if name not in components[kind]:
            part = components[kind][name] = document["components"][kind][name]
            waiting |= set(re.findall(r'"#/components/([^"]+)"', json.dumps(part)))
    ordered = {
        kind: {name: parts[name] for name in document["components"][kind] if name in parts}
        for kind, parts in components.items()
    }
    return {**document, "paths": paths, "components": ordered}


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
        path = os.pathsep.join(str(self.root / name) for name in ("", "generated", "tests"))
        environment = {
            **os.environ,
            "HYPOTHESIS_PROFILE": "fast",
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._zygote = subprocess.Popen(
            [sys.executable, "-c", _ZYGOTE, *PRELOADED],
            cwd=self.root,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes and remove the copy."""
        if self._zygote.stdin:
            self._zygote.stdin.close()
        self._zygote.wait()
        if self.status.exists():
            self._dmypy("kill")
        self._folder.cleanup()

    def _dmypy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mypy.dmypy", "--status-file", str(self.status)]
        return subprocess.run(
            [*command, *arguments], cwd=self.root, text=True, capture_output=True, check=False
        )

    def type_errors(self) -> list[str]:
        """Return the errors that the type checker finds in the curated layer."""
        done = self._dmypy("run", "--", "--no-error-summary", *CHECKED)
        return [line for line in done.stdout.splitlines() if ": error:" in line]

    def run_tests(self, tests: Sequence[str], *options: str, seconds: int = TIMEOUT_SECONDS) -> str:
        """Run tests in a process of their own; return the first failure, empty when none failed."""
        if self._zygote.stdin is None or self._zygote.stdout is None:
            raise RuntimeError("the process that runs tests has no pipes")
        output = self.root / "tests.log"
        arguments = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", "--tb=short"]
        order = {
            "arguments": [*arguments, *options, *tests],
            "output": str(output),
            "seconds": seconds,
        }
        self._zygote.stdin.write(json.dumps(order) + "\n")
        self._zygote.stdin.flush()
        code = json.loads(self._zygote.stdout.readline())
        if code == 0:
            return ""
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
        failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
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
        self.write(str(vocabulary.MODULE.relative_to(ROOT)), vocabulary.make(bundle))
        module = documents.module(bundle["components"]["schemas"])
        self.write(str(documents.MODULE.relative_to(ROOT)), module)


def record_tests(sandbox: Sandbox, tests: Sequence[str] = RECORDED_TESTS) -> Path:
    """Run tests and return the file that says which places each of them touches."""
    target = sandbox.root / "touched.jsonl"
    found = [test for test in tests if (sandbox.root / test).exists()]
    environment = {
        **os.environ,
        "ARTHURAI_TOUCHED": str(target),
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
    return target


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


def judge(
    sandbox: Sandbox,
    document: Document,
    mutation: Mutation,
    touched: Mapping[str, Sequence[str]],
    *,
    check_types: bool = True,
) -> Verdict:
    """Make one change in the copy, and see what notices it.

    Args:
        sandbox: The copy.
        document: The document with its places.
        mutation: The change.
        touched: The tests of each place.
        check_types: Whether the type checker judges, too; its first run takes a minute.
    """
    started = time.perf_counter()

    def verdict(found_by: str, detail: str) -> Verdict:
        return Verdict(mutation, found_by, detail, time.perf_counter() - started)

    try:
        sandbox.generate(document.mutated(mutation), frozenset(mutation.place.operations))
        has_types = check_types and mutation.place.kind not in {"status", "header"}
        if has_types and (errors := sandbox.type_errors()):
            return verdict("mypy", errors[0])
        general = [test for test in GENERAL_TESTS if (sandbox.root / test).exists()]
        if failure := sandbox.run_tests([*general, *touched.get(mutation.place.name, ())]):
            return verdict("tests", failure)
    except ImpossibleChangeError as error:
        return verdict("impossible", str(error))
    except GeneratorRefusalError as error:
        return verdict("generator", str(error))
    finally:
        sandbox.restore()
    tests = touched.get(mutation.place.name, ())
    return verdict("", f"{len(tests)} tests touch it" if tests else "no test touches it")


def read_exceptions() -> list[tuple[re.Pattern[str], str]]:
    """Return the patterns of changes that nothing has to notice, with the reasons."""
    rows = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    return [(re.compile(row["changes"]), row["reason"]) for row in rows]


def excused(mutation: Mutation, exceptions: Sequence[tuple[re.Pattern[str], str]]) -> str:
    """Return why nothing has to notice a change; empty when something has to."""
    return next((why for what, why in exceptions if what.fullmatch(str(mutation))), "")


def public_calls(mutation: Mutation, rows: Mapping[str, Any]) -> list[str]:
    """Return the public calls that a change touches."""
    found = {call for name in mutation.place.operations for call in calls(rows[name])}
    return sorted(map(shortened, found))


def report(verdicts: Sequence[Verdict], rows: Mapping[str, Any], total: int) -> Iterator[str]:
    """Yield the lines of the report, in Markdown."""
    exceptions = read_exceptions()
    counts = collections.Counter(
        verdict.found_by or ("exception" if excused(verdict.mutation, exceptions) else "GREEN")
        for verdict in verdicts
    )
    yield f"# {len(verdicts)} of {total} changes of the description"
    yield ""
    yield ", ".join(f"{name}: {count}" for name, count in counts.most_common())
    yield ""
    yield "| Change | Public calls | Noticed by | How |"
    yield "|---|---|---|---|"
    for verdict in sorted(verdicts, key=lambda one: (bool(one.found_by), str(one.mutation))):
        reason = excused(verdict.mutation, exceptions)
        by = verdict.found_by or ("exception" if reason else "**GREEN**")
        detail = reason if reason and not verdict.found_by else verdict.detail
        shown = public_calls(verdict.mutation, rows)
        more = f" and {len(shown) - MAX_CALLS} more" if len(shown) > MAX_CALLS else ""
        text = detail[:160].replace("|", "\\|")
        yield f"| {verdict.mutation} | {', '.join(shown[:MAX_CALLS])}{more} | {by} | {text} |"


def wrapped_document() -> tuple[Document, dict[str, Any]]:
    """Return the document with the places of all wrapped operations, and the rows of the ledger."""
    bundle = json.loads((PACKAGE / "openapi.json").read_bytes())
    rows = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))["operations"]
    wrapped = {name for name, row in rows.items() if row["status"] == "wrapped"}
    return Document(bundle, wrapped), rows


def main() -> int:
    """Try changes and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--sample", type=int, help="how many changes, chosen at random (default: all)")
    add("--seed", type=int, default=0, help="what the random choice depends on")
    add("--only", default=".*", help="a regular expression that whole changes must match")
    add("--touched", type=Path, help="places touched by tests, recorded before")
    add("--report", type=Path, help="where to write the report (default: standard output)")
    options = parser.parse_args()
    document, rows = wrapped_document()
    everything = list(document.mutations())
    chosen = [one for one in everything if re.fullmatch(options.only, str(one))]
    if options.sample is not None and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)  # noqa: S311
    verdicts = []
    with Sandbox(document.bundle) as sandbox:
        touched = read_touched(options.touched or record_tests(sandbox))
        for number, mutation in enumerate(chosen, 1):
            verdicts.append(judge(sandbox, document, mutation, touched))
            last = verdicts[-1]
            print(
                f"{number}/{len(chosen)} {last.seconds:.1f} s {mutation}: "
                f"{last.found_by or 'GREEN'} {last.detail[:120]}",
                file=sys.stderr,
                flush=True,
            )
    text = "\n".join(report(verdicts, rows, len(everything))) + "\n"
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    else:
        print(text)
    exceptions = read_exceptions()
    return int(any(not v.found_by and not excused(v.mutation, exceptions) for v in verdicts))


if __name__ == "__main__":
    sys.exit(main())
