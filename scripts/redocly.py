"""Run the pinned Redocly CLI: `python -m scripts.redocly lint`.

It is installed into `.node/` on first use and needs Node, the only tool here that is not Python.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = "2.77.0"
FOLDER = ROOT / ".node"
PROGRAM = FOLDER / "node_modules" / ".bin" / "redocly"
MANIFEST = FOLDER / "node_modules" / "@redocly" / "cli" / "package.json"


class ToolError(Exception):
    """A tool is missing, has another version or failed; the message says what to do."""


def _installed() -> bool:
    return PROGRAM.exists() and json.loads(MANIFEST.read_bytes())["version"] == VERSION


def install() -> None:
    """Install the pinned version unless it is there.

    Raises:
        ToolError: If Node or npm is missing, or npm cannot install.
    """
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        raise ToolError(
            f"{' and '.join(missing)} not found. `make generate` and `make check` bundle and lint "
            "the specification with Redocly, which needs Node.js 18 or newer with npm: get them "
            "from your system's packages (`apt-get install nodejs npm`, `brew install node`) or "
            "from https://nodejs.org. Everything else (`make test`, `make demo`) works without."
        )
    if _installed():
        return
    command = ["npm", "install", "--prefix", str(FOLDER), "--no-save", "--no-package-lock"]
    command += ["--no-audit", "--no-fund", "--loglevel=error", f"@redocly/cli@{VERSION}"]
    if subprocess.run(command, check=False).returncode != 0:
        raise ToolError(f"npm could not install @redocly/cli {VERSION}, see its message above.")


def run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run Redocly in the project's folder, with its chatter and network use switched off.

    Args:
        arguments: What follows `redocly` on the command line.

    Returns:
        The finished process with its output as text; the exit code is left to the caller.

    Raises:
        ToolError: If Redocly cannot be installed.
    """
    install()
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=ROOT,
        env={**os.environ, **quiet},
        text=True,
        capture_output=True,
        check=False,
    )


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
