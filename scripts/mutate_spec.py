"""Change the API description in one place at a time, and see whether checks or tests notice.

    python -m scripts.mutate_spec --sample 300 --seed 1 --report mutations.md
    python -m scripts.mutate_spec --only 'rename member components/schemas/AlertRuleRequest/.*'
    python -m scripts.mutate_spec --touched touched.jsonl --verdicts verdicts.jsonl

Each change is made in a copy of the repository. The type checker judges the curated layer, and the
tests run that exchange what was changed: which these are is recorded first, see
`tests/touched_places.py`. With files for what is recorded and judged, a run that was ended goes on
where it was. A change that nothing notices is green, and has to stand in
`scripts/mutation_exceptions.yaml` with the reason why it may.
"""

import argparse
import collections
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.check import LEDGER
from scripts.coverage import calls, shortened
from scripts.generate import PACKAGE
from scripts.mutation_batches import batches_of, blamed, halves_of
from scripts.mutation_description import GENERAL_TESTS, first_failure
from scripts.mutation_replay import Replay, read_touched, record_tests
from scripts.mutation_sandbox import GeneratorRefusalError, Sandbox, TestsEndedError
from scripts.redocly import ROOT
from scripts.spec_mutations import Document, ImpossibleChangeError, Mutation

EXCEPTIONS = ROOT / "scripts" / "mutation_exceptions.yaml"
MAX_CALLS = 3


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


def judge(
    sandbox: Sandbox,
    document: Document,
    mutation: Mutation,
    touched: Mapping[str, Sequence[str]],
    *,
    check_types: bool = True,
) -> Verdict:
    """Make one change in the copy, and see what notices it: the tests, or else the type checker.

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

    tests = touched.get(mutation.place.name, ())
    detail = f"{len(tests)} tests touch it" if tests else "no test touches it"
    try:
        sandbox.generate(document.mutated(mutation), frozenset(mutation.place.operations))
        general = [test for test in GENERAL_TESTS if (sandbox.root / test).exists()]
        if failure := sandbox.run_tests([*general, *tests]):
            return verdict("tests", failure)
    except TestsEndedError as error:
        detail = str(error)
    except ImpossibleChangeError as error:
        return verdict("impossible", str(error))
    except GeneratorRefusalError as error:
        return verdict("generator", str(error))
    else:
        has_types = check_types and mutation.place.kind not in {"status", "header"}
        if has_types and sandbox.type_errors() and (errors := sandbox.type_errors(daemon=False)):
            return verdict("mypy", errors[0])
    finally:
        sandbox.restore()
    return verdict("", detail)


def judge_documents(
    document: Document,
    mutations: Sequence[Mutation],
    recording: Path,
    said: Callable[[Verdict], None],
) -> list[Mutation]:
    """Judge changes by the changed documents alone, and return those that nothing noticed.

    Recorded answers are compared with each changed document, and the tests are called that read
    nothing else: milliseconds for each.

    Args:
        document: The document with its places.
        mutations: The changes.
        recording: What `record_tests` wrote.
        said: Is called with each verdict.

    Raises:
        RuntimeError: A test fails without any change.
    """
    if failure := first_failure(document.bundle):
        raise RuntimeError(f"fails without any change: {failure}")
    replay, left = Replay(recording, document), []
    for mutation in mutations:
        started = time.perf_counter()
        try:
            found_by, failure = "recorded exchange", replay.failure(mutation)
            if not failure:
                found_by, failure = "tests", first_failure(document.mutated(mutation))
        except ImpossibleChangeError as error:
            found_by, failure = "impossible", str(error)
        if failure:
            said(Verdict(mutation, found_by, failure, time.perf_counter() - started))
        else:
            left.append(mutation)
    return left


def judge_made(
    sandbox: Sandbox,
    document: Document,
    mutations: Sequence[Mutation],
    recording: Path,
    said: Callable[[Verdict], None],
) -> None:
    """Judge changes that are made in a copy, the cheapest way first.

    The type checker sees many changes of requests at once, and its errors are put down to the
    members they name. What it does not notice is made on its own, with the tests that exchange it.

    Args:
        sandbox: The copy.
        document: The document with its places.
        mutations: The changes.
        recording: What `record_tests` wrote.
        said: Is called with each verdict.
    """
    left = list(mutations)

    def say(mutation: Mutation, found_by: str, detail: str, started: float) -> None:
        left.remove(mutation)
        said(Verdict(mutation, found_by, detail, time.perf_counter() - started))

    typed = [one for one in left if one.place.kind not in {"status", "header"}]
    waiting = batches_of(document, typed)
    while waiting:
        batch, started = waiting.pop(), time.perf_counter()
        try:
            sandbox.generate(batch.bundle, None)
            errors = sandbox.type_errors()
        except GeneratorRefusalError:
            waiting += halves_of(document, batch)
            continue
        finally:
            sandbox.restore()
        for mutation, message in blamed(batch, errors):
            say(mutation, "mypy", message, started)
    touched = read_touched(recording)
    for mutation in list(left):
        said(judge(sandbox, document, mutation, touched))


def read_verdicts(file: Path, mutations: Sequence[Mutation]) -> list[Verdict]:
    """Return the verdicts that an earlier run wrote, of changes that there still are."""
    known = {str(mutation): mutation for mutation in mutations}
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    rows = [json.loads(line) for line in lines]
    return [
        Verdict(known[row["change"]], row["found_by"], row["detail"], row["seconds"])
        for row in rows
        if row["change"] in known
    ]


def write_verdict(file: Path, verdict: Verdict) -> None:
    """Add a verdict to a file for `read_verdicts`."""
    row = {
        "change": str(verdict.mutation),
        "found_by": verdict.found_by,
        "detail": verdict.detail,
        "seconds": round(verdict.seconds, 2),
    }
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")


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
    add("--touched", type=Path, help="what tests exchange; recorded there if it is missing")
    add("--verdicts", type=Path, help="file to add verdicts to; what it judged before is kept")
    add("--report", type=Path, help="where to write the report (default: standard output)")
    options = parser.parse_args()
    document, rows = wrapped_document()
    everything = list(document.mutations())
    chosen = [one for one in everything if re.fullmatch(options.only, str(one))]
    if options.sample is not None and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)  # noqa: S311
    verdicts = read_verdicts(options.verdicts, chosen) if options.verdicts else []

    def said(verdict: Verdict) -> None:
        verdicts.append(verdict)
        if options.verdicts:
            write_verdict(options.verdicts, verdict)
        print(
            f"{len(verdicts)}/{len(chosen)} {verdict.seconds:.1f} s {verdict.mutation}: "
            f"{verdict.found_by or 'GREEN'} {verdict.detail[:160]}",
            file=sys.stderr,
            flush=True,
        )

    judged = {str(verdict.mutation) for verdict in verdicts}
    with tempfile.TemporaryDirectory() as folder:
        recording = options.touched or Path(folder) / "touched.jsonl"
        if not recording.exists():
            with Sandbox(document.bundle) as sandbox:
                record_tests(sandbox, recording)
        left = [one for one in chosen if str(one) not in judged]
        left = judge_documents(document, left, recording, said)
        exceptions = read_exceptions()
        needed = [one for one in left if not excused(one, exceptions)]
        with Sandbox(document.bundle) as sandbox:
            judge_made(sandbox, document, needed, recording, said)
            # Whether one that may go unnoticed does is of less interest.
            rest = [one for one in left if one not in needed]
            judge_made(sandbox, document, rest, recording, said)
    text = "\n".join(report(verdicts, rows, len(everything))) + "\n"
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    else:
        print(text)
    exceptions = read_exceptions()
    return int(any(not v.found_by and not excused(v.mutation, exceptions) for v in verdicts))


if __name__ == "__main__":
    sys.exit(main())
