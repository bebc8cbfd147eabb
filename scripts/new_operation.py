"""Write the skeleton of a new operation, and say what is left to do.

    python -m scripts.new_operation OPERATION_ID METHOD PATH --tag TAG --summary TEXT

Adds the operation to `openapi/paths/TAG.yaml`, its path to `openapi/arthur.yaml`, its row to
`openapi/ledger.yaml`, a handler to `arthurai/server/resources/TAG/handlers.py` and a test that
fails until it is written. Nothing that exists is changed; with `--check` nothing is written.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

from scripts.redocly import ROOT

if TYPE_CHECKING:
    from pathlib import Path

METHODS: Final = ("get", "post", "put", "patch", "delete")
WITH_BODY: Final = ("post", "put", "patch")

NEXT_STEPS: Final = """\
Left to do:
  1. openapi/paths/{tag}.yaml: parameters, bodies, responses, x-permission, and if the hosted
     service lacks it x-arthurai-extension and x-arthurai-since; schemas in
     openapi/schemas, an example for the request and for each success in openapi/examples
  2. make generate
  3. arthurai/server/resources/{tag}/handlers.py: the handler of {operation_id}
  4. tests/server/resources/test_{operation_id}.py: what it does, and what it refuses
  5. tests/spec/test_spec_operations.py: the number of operations
  6. a public call in arthurai/client or arthurai/model, if users need one; then its row in
     openapi/ledger.yaml says so, and tests/vectors/{operation_id}/wire.json what it sends
  7. docs and CHANGELOG.md; make check test
"""


class Operation(NamedTuple):
    """What the command line says about the new operation.

    Attributes:
        operation_id: Its `operationId`: a verb first, snake_case.
        method: The HTTP method, in lower case.
        path: The path, with parameters in braces, e.g. `/v3/tags/{tag_name}/models`.
        tag: The tag: the file below `openapi/paths`, and the folder of the server's resource.
        summary: One sentence.
    """

    operation_id: str
    method: str
    path: str
    tag: str
    summary: str


def find_problems(root: Path, new: Operation) -> list[str]:
    """List why the operation cannot be added."""
    problems = []
    if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", new.operation_id):
        problems.append(f"operationId {new.operation_id!r} must be snake_case, e.g. 'list_tags'")
    if new.method not in METHODS:
        problems.append(f"method {new.method!r} must be one of {', '.join(METHODS)}")
    if not re.fullmatch(r"/v[34](/[\w-]+|/\{\w+\})+", new.path):
        problems.append(f"path {new.path!r} must start with /v3 or /v4, e.g. '/v3/tags'")
    if not new.summary.endswith("."):
        problems.append(f"summary {new.summary!r} must be a sentence that ends with a period")
    if not _paths_file(root, new.tag).is_file():
        known = sorted(path.stem for path in (root / "openapi/paths").glob("*.yaml"))
        problems.append(f"unknown tag {new.tag!r}: must be one of {', '.join(known)}")
        return problems
    paths = yaml.safe_load(_paths_file(root, new.tag).read_text("utf-8"))
    if new.method in (paths.get(new.path) or {}):
        problems.append(f"{new.method.upper()} {new.path} exists already")
    if new.operation_id in yaml.safe_load(_ledger(root).read_text("utf-8"))["operations"]:
        problems.append(f"operationId {new.operation_id!r} exists already")
    return problems


def write_skeleton(root: Path, new: Operation) -> list[Path]:
    """Write the skeleton.

    Args:
        root: The repository.
        new: The operation; `find_problems` finds none.

    Returns:
        The files that were changed or made.
    """
    paths = _paths_file(root, new.tag)
    text = paths.read_text("utf-8")
    operation = _operation_yaml(new, with_body="&errors-with-body" in text)
    if new.path in yaml.safe_load(text):
        _insert_after(paths, f"\n{new.path}:\n", operation)
    else:
        _append(paths, f"\n{new.path}:\n{operation}")
        pointer = new.path.replace("~", "~0").replace("/", "~1")
        _append(
            root / "openapi/arthur.yaml",
            f'  {new.path}:\n    $ref: "paths/{new.tag}.yaml#/{pointer}"\n',
            before="components:\n",
        )
    _append(
        _ledger(root),
        f"  {new.operation_id}:\n    status: raw\n"
        "    reason: no curated call; reachable through client.api\n    served: true\n",
    )
    handlers = root / f"arthurai/server/resources/{new.tag}/handlers.py"
    _append(
        handlers,
        f'\n\n@operation("{new.operation_id}")\n'
        f"def {new.operation_id}(request: Request) -> Response:\n"
        f'    """{new.summary}"""\n'
        f'    raise NotImplementedError("{new.operation_id}")\n',
    )
    test = root / f"tests/server/resources/test_{new.operation_id}.py"
    test.write_text(
        f'"""{new.method.upper()} {new.path}: {new.summary}"""\n\nimport pytest\n\n\n'
        f"def test_{new.operation_id}():\n"
        f'    pytest.fail("write the tests of {new.operation_id}")\n',
        "utf-8",
    )
    return [paths, root / "openapi/arthur.yaml", _ledger(root), handlers, test]


def _operation_yaml(new: Operation, *, with_body: bool) -> str:
    """Write the operation with the common errors that its file defines."""
    lines = [
        f"  {new.method}:",
        f"    operationId: {new.operation_id}",
        f"    tags: [{new.tag}]",
        f"    summary: {new.summary}",
        "    x-stability-level: draft",
    ]
    names = re.findall(r"\{(\w+)\}", new.path)
    if names:
        lines.append("    parameters:")
    lines += [
        f"      - {{name: {name}, in: path, required: true, schema: {{type: string}}}}"
        for name in names
    ]
    if new.method in WITH_BODY:
        lines += [
            "    requestBody:",
            "      required: true",
            "      content:",
            "        application/json:",
            "          schema: {type: object}",
        ]
    errors = "errors-with-body" if with_body and new.method in WITH_BODY else "errors"
    lines += [
        "    responses:",
        '      "200":',
        "        description: Success.",
        "        content:",
        "          application/json:",
        "            schema: {type: object}",
        f"      <<: *{errors}",
    ]
    return "\n".join(lines) + "\n"


def _paths_file(root: Path, tag: str) -> Path:
    return root / "openapi" / "paths" / f"{tag}.yaml"


def _ledger(root: Path) -> Path:
    return root / "openapi" / "ledger.yaml"


def _append(path: Path, text: str, *, before: str | None = None) -> None:
    """Add text at the end of a file, or before a line of it."""
    old = path.read_text("utf-8")
    if before is None or f"\n{before}" not in old:
        new = old.rstrip("\n") + "\n" + text
    else:
        head, _, tail = old.partition(f"\n{before}")
        new = f"{head}\n{text}{before}{tail}"
    path.write_text(new, "utf-8")


def _insert_after(path: Path, line: str, text: str) -> None:
    head, found, tail = path.read_text("utf-8").partition(line)
    path.write_text(head + found + text + tail, "utf-8")


def main() -> int:
    """Write the skeleton, or say why not."""
    parser = argparse.ArgumentParser(description="Write the skeleton of a new operation.")
    parser.add_argument("operation_id")
    parser.add_argument("method", type=str.lower)
    parser.add_argument("path")
    parser.add_argument("--tag", required=True, help="a file below openapi/paths, without .yaml")
    parser.add_argument("--summary", required=True, help="one sentence")
    parser.add_argument("--check", action="store_true", help="write nothing")
    words = parser.parse_args()
    new = Operation(words.operation_id, words.method, words.path, words.tag, words.summary)
    problems = find_problems(ROOT, new)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    if not words.check:
        for path in write_skeleton(ROOT, new):
            print(path.relative_to(ROOT))
    print(NEXT_STEPS.format(**new._asdict()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
