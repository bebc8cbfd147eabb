"""Requirements of a project: check the list of packages and pin it."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass
from typing import Final

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?P<extras>\[[^\]]*\])?\s*"
    r"(?P<specifier>[^;@]*?)\s*(?P<marker>;.*)?",
    re.ASCII,
)
_PINNED = re.compile(r"==\s*(?P<version>[0-9A-Za-z][0-9A-Za-z.+!_-]*)", re.ASCII)
_ONE = r"(?:~=|===?|!=|<=?|>=?)\s*[0-9A-Za-z.*+!_-]+"
_SPECIFIERS = re.compile(rf"{_ONE}(?:\s*,\s*{_ONE})*", re.ASCII)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
SKLEARN: Final = "scikit-learn"


@dataclass(frozen=True, slots=True)
class Requirements:
    """A checked list of requirements.

    Attributes:
        text: The list as it is uploaded: every package pinned.
        problems: What has to be fixed first.
        notes: What was changed, or could not be checked.
    """

    text: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def check_requirements(text: str, *, same_python: bool = True) -> Requirements:
    """Check a list of requirements, pin packages without a version, and add scikit-learn.

    Comments, blank lines, extras and markers are accepted. A package without `==` is pinned to the
    version that is installed here. Lines for an index or for other files are refused: the
    platform installs from its own index, and addresses may contain passwords.

    Args:
        text: Content of the requirements file.
        same_python: Whether the platform runs this version of Python, so that versions installed
            here can be compared.

    Returns:
        The list, its problems and notes.
    """
    lines: list[str] = []
    problems: list[str] = []
    notes: list[str] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = _COMMENT.sub("", raw).strip()
        if not line:
            continue
        found = _REQUIREMENT.fullmatch(line)
        if line.startswith("-") or "://" in line or line.endswith("\\") or found is None:
            problems.append(
                f"line {number}: only packages with versions can be listed, such as numpy==1.26.4; "
                "no options, addresses, paths or continued lines"
            )
            continue
        name = found["name"]
        key = normalize_name(name)
        if key in seen:
            problems.append(f"line {number}: duplicate package {name}, first in line {seen[key]}")
            continue
        seen[key] = number
        pinned = _pin(number, name, found["specifier"].strip(), problems, notes, same_python)
        if pinned:
            extras, marker = found["extras"] or "", found["marker"] or ""
            lines.append(f"{name}{extras}=={pinned}{' ' + marker if marker else ''}")
    if SKLEARN not in seen:
        version = find_version(SKLEARN)
        if version is None:
            problems.append(
                f"{SKLEARN} is needed for explanations, but neither listed nor installed"
            )
        else:
            lines.append(f"{SKLEARN}=={version}")
            notes.append(f"{SKLEARN}=={version} was added, because explanations need it")
    return Requirements("".join(f"{line}\n" for line in lines), tuple(problems), tuple(notes))


def _pin(
    number: int,
    name: str,
    specifier: str,
    problems: list[str],
    notes: list[str],
    same_python: bool,
) -> str | None:
    if specifier and not _SPECIFIERS.fullmatch(specifier):
        problems.append(
            f"line {number}: invalid version {specifier!r} of {name}; write {name}==<version>"
        )
        return None
    here = find_version(name)
    pinned = _PINNED.fullmatch(specifier)
    if pinned is None:
        if here is None:
            problems.append(
                f"line {number}: {name} has no version and is not installed here; write "
                f"{name}==<version>"
            )
            return None
        notes.append(f"line {number}: {name} was pinned to the installed version {here}")
        return here
    version = pinned["version"]
    if here is None:
        notes.append(f"line {number}: {name} is not installed here, so it was not tried")
    elif here != version and same_python:
        problems.append(
            f"line {number}: {name}=={version}, but {here} is installed, which is what was tried; "
            f"write {name}=={here} or install {version}"
        )
    elif here != version:
        notes.append(f"line {number}: {name}=={version} was not tried; {here} is installed here")
    return version


def normalize_name(name: str) -> str:
    """Return the normalized name of a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_version(name: str) -> str | None:
    """Return the installed version of a package, `None` when it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
