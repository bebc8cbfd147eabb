"""Select the files of a project to pack, and write the archive."""

from __future__ import annotations

import fnmatch
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arthurai.common.exceptions import UserValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CACHES = frozenset({"__pycache__", "node_modules", "__MACOSX"})
_CACHE_PATTERNS = ("*.egg-info", "*.dist-info")
_LEFTOVERS = ("*.pyc", "*.pyo", "*.swp", "*~", "thumbs.db")
_SECRETS = (
    "*.env",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.p8",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "credentials",
    "credentials.*",
    "secrets.*",
    "client_secret*.json",
    "service_account*.json",
    "service-account*.json",
)
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")
_HEAD_BYTES = 8192
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_READABLE = 0o100644
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file that is packed.

    Attributes:
        name: Its path below the project, with slashes.
        size: Its size in bytes.
        source: Its path on this machine.
    """

    name: str
    size: int
    source: Path


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is packed of a project, and what is not.

    Attributes:
        packed: The files that are packed, by name.
        left_out: Files and directories that are not, with the reason.
    """

    packed: tuple[PackedFile, ...]
    left_out: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        total = sum(file.size for file in self.packed)
        lines = [f"{len(self.packed)} files are packed, {total} bytes:"]
        lines += [f"  {file.name} ({file.size} bytes)" for file in self.packed]
        if self.left_out:
            lines.append(f"{len(self.left_out)} files and directories are not packed:")
            lines += [f"  {name} ({reason})" for name, reason in self.left_out]
        return "\n".join(lines)


def select_files(project: Path, ignore_dirs: Iterable[str] = ()) -> Manifest:
    """Decide for every file below a project whether it is packed.

    Hidden files, keys and other secrets, caches, virtual environments, links out of the project
    and anything but regular files are left out, at every depth.

    Args:
        project: The directory.
        ignore_dirs: Names of directories, or paths below the project, that are left out as well.

    Returns:
        What is packed and what is not.

    Raises:
        UserValueError: A directory cannot be read.
    """
    root = project.resolve()
    ignored = {Path(name).as_posix().rstrip("/") for name in ignore_dirs}
    packed: list[PackedFile] = []
    left_out: list[tuple[str, str]] = []
    waiting = [root]
    while waiting:
        for entry in _entries(waiting.pop()):
            name = Path(entry.path).relative_to(root).as_posix()
            if entry.is_dir(follow_symlinks=False):
                if reason := _directory_reason(entry, name, ignored):
                    left_out.append((f"{name}/", reason))
                else:
                    waiting.append(Path(entry.path))
            elif reason := _file_reason(entry, root):
                left_out.append((name, reason))
            else:
                packed.append(PackedFile(name, entry.stat().st_size, Path(entry.path)))
    return Manifest(tuple(sorted(packed, key=lambda file: file.name)), tuple(sorted(left_out)))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        raise UserValueError(f"cannot read directory {str(folder)!r}: {error}") from error


def _directory_reason(entry: os.DirEntry[str], name: str, ignored: set[str]) -> str:
    if entry.name.startswith("."):
        return "hidden"
    if entry.name in _CACHES or _matches(entry.name, _CACHE_PATTERNS):
        return "cache"
    if Path(entry.path, "pyvenv.cfg").exists():
        return "virtual environment"
    if name in ignored or entry.name in ignored:
        return "in ignore_dirs"
    return ""


def _file_reason(entry: os.DirEntry[str], root: Path) -> str:
    if reason := _name_reason(entry.name):
        return reason
    target = Path(entry.path)
    if entry.is_symlink():
        target = target.resolve()
        if not target.is_relative_to(root):
            return "links out of the project"
        if any(_name_reason(part) for part in target.relative_to(root).parts):
            return "links to a file that is not packed"
    if not target.is_file():
        return "not a regular file"
    return "contains a private key" if _has_private_key(target) else ""


def _name_reason(name: str) -> str:
    if name.startswith("."):
        return "hidden"
    if _matches(name, _LEFTOVERS):
        return "cache"
    return "may contain a secret" if _matches(name, _SECRETS) else ""


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in patterns)


def _has_private_key(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _PRIVATE_KEY.search(file.read(_HEAD_BYTES)) is not None
    except OSError as error:
        raise UserValueError(f"cannot read file {str(path)!r}: {error}") from error


def write_archive(manifest: Manifest, target: Path) -> None:
    """Write the archive; the same files always give the same bytes.

    Args:
        manifest: What to pack.
        target: The zip file to write.

    Raises:
        UserValueError: A file cannot be read.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in manifest.packed:
            about = zipfile.ZipInfo(file.name, _EPOCH)
            about.create_system = _UNIX
            about.external_attr = _REGULAR_READABLE << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            about.file_size = file.size
            try:
                with file.source.open("rb") as source, archive.open(about, "w") as packed:
                    while block := source.read(_BLOCK_BYTES):
                        packed.write(block)
            except OSError as error:
                raise UserValueError(f"cannot read file {str(file.source)!r}: {error}") from error
