"""Tools that need Node, the only program here that is not Python: pinned, installed when needed."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class ToolError(Exception):
    """A tool is missing, has another version or failed; the message says what to do."""


class NodeTool(NamedTuple):
    """A command line program from npm.

    Attributes:
        package: Its package.
        version: The pinned version.
        command: Name of the program.
        folder: Where it is installed, alone.
    """

    package: str
    version: str
    command: str
    folder: Path

    @property
    def program(self) -> Path:
        """The program."""
        return self.folder / "node_modules" / ".bin" / self.command

    def is_installed(self) -> bool:
        """Return whether the pinned version is there."""
        manifest = self.folder / "node_modules" / self.package / "package.json"
        return (
            self.program.exists() and json.loads(manifest.read_bytes())["version"] == self.version
        )

    def install(self) -> None:
        """Install the pinned version unless it is there.

        Raises:
            ToolError: If Node or npm is missing, or npm cannot install.
        """
        missing = [name for name in ("node", "npm") if shutil.which(name) is None]
        if missing:
            raise ToolError(
                f"{' and '.join(missing)} not found. `make generate` and `make check` bundle and "
                "lint the specification with programs that need Node.js 18 or newer with npm: get "
                "them from your system's packages (`apt-get install nodejs npm`, `brew install "
                "node`) or from https://nodejs.org. Everything else (`make test`, `make demo`) "
                "works without."
            )
        if self.is_installed():
            return
        command = ["npm", "install", "--prefix", str(self.folder), "--no-save"]
        command += ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run([*command, f"{self.package}@{self.version}"], check=False)
        if done.returncode != 0:
            raise ToolError(
                f"npm could not install {self.package} {self.version}, see its message above."
            )

    def run(self, arguments: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the program in the project's folder.

        Args:
            arguments: What follows its name on the command line.
            **settings: Environment variables.

        Returns:
            The finished process with its output as text; the exit code is left to the caller.

        Raises:
            ToolError: If it cannot be installed.
        """
        self.install()
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=ROOT,
            env={**os.environ, **settings},
            text=True,
            capture_output=True,
            check=False,
        )
