"""Run the pinned Redocly CLI: `python -m scripts.redocly lint`."""

import subprocess
import sys
from collections.abc import Sequence

from scripts.node_tools import ROOT, NodeTool, ToolError

__all__ = ["PROGRAM", "ROOT", "ToolError", "run"]

TOOL = NodeTool("@redocly/cli", "2.77.0", "redocly", ROOT / ".node")
PROGRAM = TOOL.program


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run Redocly in the project's folder, with its chatter and network use switched off.

    Args:
        arguments: What follows `redocly` on the command line.

    Returns:
        The finished process with its output as text; the exit code is left to the caller.

    Raises:
        ToolError: If Redocly cannot be installed.
    """
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return TOOL.run(arguments, **quiet)


def main(arguments: Sequence[str]) -> int:
    """Pass the arguments on and print what Redocly says."""
    try:
        done = run(arguments)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
