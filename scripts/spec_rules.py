"""Make docs/spec-rules.md: each rule of `arthurai spec diff` with examples, from its tests.

python -m scripts.spec_rules            # write the page
python -m scripts.spec_rules --check    # write nothing; fail on a difference
"""

import collections
import copy
import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from arthurai.contract.diff import Change, Severity, compare_documents
from scripts.made_file import write_or_check
from scripts.redocly import ROOT

PAGE: Final = ROOT / "docs" / "spec-rules.md"
MAX_EXAMPLES: Final = 3
INTRODUCTION: Final = """\
# Rules of `arthurai spec diff`

Made from the tests of the comparison by `python -m scripts.spec_rules`; not edited by hand. Each
rule is shown with changes that the tests make, one for each side and class where there are several.
[regenerating.md](regenerating.md#how-changes-are-judged) explains the classes.
"""


class Example(NamedTuple):
    """A change that a test makes, and one of the differences that are found.

    Attributes:
        title: The change in words.
        change: The difference.
    """

    title: str
    change: Change


def _changed(base: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    new = copy.deepcopy(base)
    change(new)
    return new


def examples() -> Iterator[Example]:
    """Yield what the tests of whole documents and of single schemas change."""
    if str(ROOT / "tests") not in sys.path:
        sys.path.append(str(ROOT / "tests"))
    sys.path.append(str(ROOT / "tests" / "contract"))
    documents = importlib.import_module("test_spec_diff_mutations")
    schemas = importlib.import_module("test_spec_diff_meaning")
    base = documents.BASE
    for title, make, _ in documents.TABLE:
        new = _changed(base, make)
        for change in compare_documents(base, new):
            yield Example(title, change)
    for title, make, _ in documents.TABLE:
        for change in compare_documents(_changed(base, make), base):
            yield Example(f"{title}, taken back", change)
    for old, new, _ in schemas.PARAMETERS:
        before, after = schemas.with_parameter(**old), schemas.with_parameter(**new)
        for change in compare_documents(before, after):
            yield Example(f"parameter `{_short(old)}` became `{_short(new)}`", change)
    for pair in schemas.PAIRS:
        for old, new in (pair[:2], pair[1::-1]):
            title = f"`{_short(old)}` became `{_short(new)}`"
            for side in ("request", "response"):
                before, after = schemas.document(old, side), schemas.document(new, side)
                for change in compare_documents(before, after):
                    yield Example(title, change)


def _short(schema: Any) -> str:
    import orjson

    text = orjson.dumps(schema).decode().replace("#/components/schemas/", "")
    return text.replace("|", "\\|")


def page() -> str:
    """Return the page."""
    rules: dict[str, list[Example]] = collections.defaultdict(list)
    for example in examples():
        rules[example.change.rule].append(example)
    parts = [INTRODUCTION, f"{len(rules)} rules."]
    for rule in sorted(rules):
        parts += [
            "",
            f"## {rule}",
            "",
            "| Change | Side | Class | What is reported |",
            "|---|---|---|---|",
        ]
        parts += [
            f"| {title} | {change.side} | {change.severity} | {_cell(change.message)} |"
            for title, change in _choose(rules[rule])
        ]
    return "\n".join(parts) + "\n"


def _choose(found: list[Example]) -> list[Example]:
    """Return the first example of each side and class, the most severe first."""
    chosen: dict[tuple[str, str], Example] = {}
    for example in found:
        chosen.setdefault((example.change.severity, example.change.side), example)
    order = list(Severity)
    ranked = sorted(chosen.values(), key=lambda one: order.index(one.change.severity))
    return ranked[:MAX_EXAMPLES]


def _cell(message: str) -> str:
    return message.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    """Write the page, or compare it with what the tests say."""
    return write_or_check(PAGE, page(), "python -m scripts.spec_rules")


if __name__ == "__main__":
    sys.exit(main())
