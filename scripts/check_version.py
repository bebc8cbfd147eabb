"""Compare the version with the changes since the last release.

    python -m scripts.check_version [--base REVISION]

The last release is the newest tag `v1.2.3` that HEAD descends from, or another revision. The API
description tells how much the version has to grow since then; `arthurai/version.py` and the first
section of `CHANGELOG.md` must name a version that has grown that much. Until there is a release,
the two must name the same version.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, Self

from arthurai.common.exceptions import UserValueError
from arthurai.contract.diff import Bump, bump_of, compare_documents
from arthurai.contract.spec_diff import BUNDLE, load_document
from scripts.redocly import ROOT

VERSION_FILE: Final = "arthurai/version.py"
CHANGELOG: Final = "CHANGELOG.md"
_HEADING: Final = re.compile(r"^## (\d+\.\d+\.\d+)(?: .*)?$", re.MULTILINE)
_ASSIGNED: Final = re.compile(r'^__version__ = "(\d+\.\d+\.\d+)"$', re.MULTILINE)


class Version(NamedTuple):
    """A semantic version."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the version that a text such as `4.0.0` or `v4.0.0` names."""
        return cls(*map(int, text.removeprefix("v").split(".")))

    def grown(self, bump: Bump) -> "Version":
        """Return the least version that follows this one with a bump."""
        if bump is Bump.MAJOR:
            return Version(self.major + 1, 0, 0)
        if bump is Bump.MINOR:
            return Version(self.major, self.minor + 1, 0)
        return self if bump is Bump.NONE else Version(self.major, self.minor, self.patch + 1)

    def __str__(self) -> str:
        """Return the version as it is written."""
        return f"{self.major}.{self.minor}.{self.patch}"


class Entry(NamedTuple):
    """The first section of the changelog.

    Attributes:
        version: The version of its heading; `None` without such a heading.
        text: What stands below the heading.
    """

    version: Version | None
    text: str


def read_version(text: str) -> Version:
    """Return the version that `version.py` assigns.

    Raises:
        UserValueError: It assigns none.
    """
    found = _ASSIGNED.search(text)
    if found is None:
        raise UserValueError(f'{VERSION_FILE} must have a line such as __version__ = "4.0.0"')
    return Version.parse(found[1])


def read_entry(text: str) -> Entry:
    """Return the first section of a changelog."""
    headings = list(_HEADING.finditer(text))
    if not headings:
        return Entry(None, "")
    end = headings[1].start() if len(headings) > 1 else len(text)
    return Entry(Version.parse(headings[0][1]), text[headings[0].end() : end])


def problems(released: Version | None, bump: Bump, current: Version, entry: Entry) -> Iterator[str]:
    """Yield what does not fit together.

    Args:
        released: The version of the last release; `None` before the first one.
        bump: How much the version has to grow since then.
        current: The version of the working tree.
        entry: The first section of the changelog.
    """
    if entry.version != current:
        named = entry.version or "no version"
        yield f"{VERSION_FILE} says {current}, but the first section of {CHANGELOG} is {named}"
    if released is None:
        return
    least = released.grown(bump)
    if current < least:
        yield (
            f"the changes of the API since {released} are {bump}: {VERSION_FILE} must say {least} "
            f"or more, but says {current}"
        )
    if bump is not Bump.NONE and "\n- " not in entry.text:
        yield f"the API has changed since {released}, but {CHANGELOG} has no line about it"


def _git(repository: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(repository), *arguments]
    try:
        done = subprocess.run(command, text=True, capture_output=True, check=False)
    except FileNotFoundError:  # without git there is nothing to compare with
        return None
    return done.stdout if done.returncode == 0 else None


def last_release(repository: Path) -> str | None:
    """Return the newest tag of a release that HEAD descends from."""
    tags = _git(repository, "tag", "--merged", "HEAD", "--list", "v*") or ""
    named = [tag for tag in tags.split() if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    return max(named, key=Version.parse, default=None)


def check(repository: Path, base: str | None = None) -> list[str]:
    """Return what does not fit together in a repository.

    Args:
        repository: Its folder.
        base: The revision of the last release; looked up by its tag when omitted.

    Raises:
        UserValueError: A file or revision cannot be read.
    """
    current = read_version((repository / VERSION_FILE).read_text(encoding="utf-8"))
    entry = read_entry((repository / CHANGELOG).read_text(encoding="utf-8"))
    base = base or last_release(repository)
    if base is None:
        return list(problems(None, Bump.NONE, current, entry))
    text = _git(repository, "show", f"{base}:./{VERSION_FILE}")
    if text is None:
        raise UserValueError(f"{base!r} is not a revision with {VERSION_FILE}")
    old = load_document(base, repository)
    new = load_document(str(repository / BUNDLE), repository)
    bump = bump_of(compare_documents(old, new))
    return list(problems(read_version(text), bump, current, entry))


def main() -> int:
    """Print what does not fit together."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--base", help="the revision of the last release (default: its tag)")
    options = parser.parse_args()
    try:
        found = check(ROOT, options.base)
    except UserValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(found) or "the version fits the changes since the last release")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
