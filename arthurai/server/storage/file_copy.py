"""Copies of the files that a server keeps beside its databases, between directories and buckets."""

from __future__ import annotations

import os
import shutil
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arthurai.server.storage.bucket_files import BucketFiles
from arthurai.server.storage.private_files import make_private
from arthurai.server.storage.stored_files import DirectoryFiles
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from arthurai.server.storage.s3_address import S3Place

PART: Final = ".copy-part"
"""End of the names of files that are not complete."""


def copy_files(source: Path | S3Place, target: Path | S3Place) -> int:
    """Copy files that are no database, and compare them; return how many there are.

    Files that are there and equal are kept, others are deleted. The times of the files are kept,
    too, since they say which images may belong to a request under way.

    Args:
        source: Where they are.
        target: Where to copy them.

    Raises:
        DataStoreError: A copy is different, or a bucket cannot be used.
        OSError: A file cannot be read or written.
    """
    if isinstance(source, Path) and isinstance(target, Path):
        return _copy_within_disks(source, target)
    taken = DirectoryFiles(source) if isinstance(source, Path) else BucketFiles(source)
    given = DirectoryFiles(target) if isinstance(target, Path) else BucketFiles(target)
    wanted, held = taken.find_copied(), given.find_copied()
    given.delete(name for name in held if name not in wanted)

    def copy(name: str) -> None:
        content = taken.get(name)
        if name in held and given.get(name) == content:
            return
        given.put(name, content)
        if given.get(name) != content:
            raise DataStoreError(f"the copy {name!r} in {given.name} is different")

    bucket = given if isinstance(given, BucketFiles) else taken
    if isinstance(bucket, BucketFiles):
        bucket.each(copy, wanted)
    if isinstance(given, BucketFiles):
        given.mark_moved()
    if isinstance(target, Path):
        for name, moment in wanted.items():
            os.utime(target / name, (moment, moment))
        make_private(target)
    return len(wanted)


def _copy_within_disks(source: Path, target: Path) -> int:
    wanted = DirectoryFiles(source).find_copied()
    for name in DirectoryFiles(target).find_copied():
        if name not in wanted:
            (target / name).unlink()
    for name in wanted:
        copy_file(source / name, target / name)
    return len(wanted)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file and compare it, unless an equal one is there.

    Args:
        source: The file.
        target: The copy.

    Raises:
        DataStoreError: The copy is different.
    """
    digest = _digest(source)
    if (
        target.is_file()
        and target.stat().st_size == source.stat().st_size
        and _digest(target) == digest
    ):
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}{PART}")
    shutil.copy2(source, part)
    if _digest(part) != digest:
        raise DataStoreError(f"the copy {str(part)!r} is different from {str(source)!r}")
    put_in_place(part, target)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()


def put_in_place(part: Path, path: Path) -> None:
    """Give a complete file its name, once it is on the disk.

    Args:
        part: The file.
        path: Its name from now on.
    """
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(path)
