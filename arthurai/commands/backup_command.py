"""`arthurai data backup` and `arthurai data restore`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    OpenServer = Callable[[Path], Any]


def back_up(options: argparse.Namespace, open_server: OpenServer) -> str:
    """Write a backup as a tar archive, and check it by opening it; return what it holds.

    Args:
        options: `directory` of a server that does not run, or `url` of one that does; `to_tar`.
        open_server: Opens a server on a directory, for a `with` block.

    Raises:
        OSError: A file cannot be written, or the server refuses.
        ValueError: The file is there already, or no server is named.
    """
    archive: Path = options.to_tar
    if archive.exists():
        raise ValueError(f"{str(archive)!r} is there already; choose another file")
    if (options.directory is None) == (options.url is None):
        raise ValueError("name the data directory, or --url of the server that has it open")
    partial = archive.with_name(archive.name + ".part")
    try:
        with partial.open("xb") as file:
            for chunk in (
                _download(options) if options.url else _read(options.directory, open_server)
            ):
                file.write(chunk)
        with tempfile.TemporaryDirectory(dir=archive.parent) as work:
            summary = _check(partial, Path(work), open_server)
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)
    return f"{archive}: {summary}"


def restore(options: argparse.Namespace, open_server: OpenServer) -> str:
    """Unpack a backup into a new data directory and check it; return what it holds.

    Args:
        options: `archive` and `directory`.
        open_server: Opens a server on a directory, for a `with` block.

    Raises:
        OSError: A file cannot be read or written.
        ValueError: The directory holds something.
    """
    directory: Path = options.directory
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise ValueError(f"{str(directory)!r} is not empty; choose another directory")
    return f"{directory}: {_check(options.archive, directory, open_server)}"


def _check(archive: Path, directory: Path, open_server: OpenServer) -> str:
    from arthurai.server.storage.backup import check_backup, extract_backup

    extract_backup(archive, directory)
    summary = check_backup(directory, open_server)
    rows = sum(count for table, count in summary["rows"].items() if table.endswith("_rows"))
    return f"{rows:,} inferences as of {summary['moment']}"


def _read(directory: Path, open_server: OpenServer) -> Iterator[bytes]:
    from arthurai.server.storage.backup import stream_backup

    with open_server(directory) as app:
        yield from stream_backup(app.stores)


def _download(options: argparse.Namespace) -> Iterator[bytes]:
    from arthurai.commands.running_server import post

    with post(options.url, "/backup") as answer:
        while chunk := answer.read(2**20):
            yield chunk
