"""Lint the bundle with Spectral, a second opinion beside Redocly: `python -m scripts.spectral`.

Its recommended rules count; `scripts/spectral.yaml` says which are off, and why.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.bundle import BUNDLE
from scripts.node_tools import ROOT, NodeTool, ToolError

TOOL = NodeTool("@stoplight/spectral-cli", "6.15.0", "spectral", ROOT / ".node" / "spectral")
RULES = ROOT / "scripts" / "spectral.yaml"


def findings(document: Path = BUNDLE) -> Iterator[tuple[str, str]]:
    """Yield the rule and a line for people of each finding.

    Args:
        document: The bundle.

    Raises:
        ToolError: If Spectral is missing or fails.
    """
    arguments = ["lint", "--ruleset", str(RULES), "--format", "json", "--quiet", str(document)]
    done = TOOL.run([*arguments, "--fail-severity", "hint"])
    try:
        found = json.loads(done.stdout)
    except ValueError as error:
        raise ToolError(f"Spectral failed:\n{done.stdout}{done.stderr}") from error
    for one in found:
        yield one["code"], f"{'/'.join(map(str, one['path']))}: {one['message']} ({one['code']})"


def main() -> int:
    """Print what Spectral finds."""
    try:
        lines = [line for _, line in findings()]
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines) or f"Spectral has nothing to say about {BUNDLE.relative_to(ROOT)}.")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
