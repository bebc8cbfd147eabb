"""Files of rows, Parquet and JSON, read piece by piece."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.table import file_batches

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET_MAGIC = b"PAR1"
SUFFIXES = (".parquet", ".json")

Source = Path | IO[bytes]


def _shown(source: Source) -> str:
    return repr(str(source)) if isinstance(source, Path) else "an open file"


class FileSource:
    """Parquet and JSON files as one stream of tables, in order.

    Args:
        sources: paths, or open binary files.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    @classmethod
    def of(cls, directory_path: Any, files: Any) -> FileSource:
        """The files of a directory (with those below it), or those given.

        Args:
            directory_path: a directory, or `None`.
            files: paths and open binary files, or `None`.

        Raises:
            UserTypeError: an entry that is neither a path nor an open binary file.
            UserValueError: no such directory or file, or no Parquet and JSON files in it.
        """
        if directory_path is not None:
            if not isinstance(directory_path, str | os.PathLike):
                raise UserTypeError(
                    "`directory_path` needs the path of a directory, got "
                    f"{type(directory_path).__name__}. Give a table by name: data=."
                )
            return cls(_in_directory(Path(directory_path)))
        if isinstance(files, str | bytes | os.PathLike) or not isinstance(files, Sequence):
            raise UserTypeError(
                f"`files` must be a list of paths or open binary files, got {type(files).__name__}."
            )
        if not files:
            raise UserValueError("`files` is empty; give at least one Parquet or JSON file.")
        return cls([_source(file) for file in files])

    def schemas(self) -> Iterator[pa.Schema]:
        """The columns of the Parquet files, without their rows.

        Raises:
            UserValueError: a broken Parquet file.
        """
        import pyarrow.parquet as pq

        for source in self._sources:
            if _is_parquet(source):
                with _broken_named(source):
                    yield pq.read_schema(source)
                if not isinstance(source, Path):
                    source.seek(0)

    def tables(self, rows: int) -> Iterator[Any]:
        """The rows as Arrow tables (Parquet) and lists of dicts (JSON).

        Args:
            rows: most rows of one table read from Parquet.

        Raises:
            UserValueError: a file that is neither.
        """
        for source in self._sources:
            if _is_parquet(source):
                yield from _parquet_tables(source, rows)
            else:
                yield _json_rows(source)


def _in_directory(directory: Path) -> list[Source]:
    if not directory.is_dir():
        raise UserValueError(f"`directory_path` {str(directory)!r} is no directory.")
    found: list[Source] = []
    for suffix in SUFFIXES:
        found += sorted(path for path in directory.rglob(f"*{suffix}") if path.is_file())
    if not found:
        raise UserValueError(
            f"`directory_path` {str(directory)!r} holds no files that end in "
            f"{' or '.join(SUFFIXES)}."
        )
    return found


def _source(file: Any) -> Source:
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        if not path.is_file():
            raise UserValueError(f"`files` names {str(path)!r}, which is no file.")
        return path
    if hasattr(file, "read") and hasattr(file, "seek"):
        opened: IO[bytes] = file
        return opened
    raise UserTypeError(f"`files` must hold paths or open binary files, got {type(file).__name__}.")


def _start(source: Source) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(len(PARQUET_MAGIC))
    head = source.read(len(PARQUET_MAGIC))
    source.seek(0)
    if not isinstance(head, bytes):
        raise UserTypeError("`files` must hold files opened in binary mode ('rb').")
    return head


def _is_parquet(source: Source) -> bool:
    """By content: names may say anything."""
    return _start(source) == PARQUET_MAGIC


@contextmanager
def _broken_named(source: Source) -> Iterator[None]:
    """Turns what Arrow says about a broken file into an error that names the file."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowInvalid as error:
        raise UserValueError(f"{_shown(source)} is not a whole Parquet file: {error}") from error


def _parquet_tables(source: Source, rows: int) -> Iterator[pa.Table]:
    import pyarrow as pa

    with _broken_named(source):
        for batch in file_batches(source, rows):
            yield pa.Table.from_batches([batch])


def _json_rows(source: Source) -> list[Mapping[str, Any]]:
    content = source.read_bytes() if isinstance(source, Path) else source.read()
    try:
        rows = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UserValueError(f"{_shown(source)} is neither Parquet nor JSON: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UserValueError(f"{_shown(source)} must hold a JSON list of objects, one a row.")
    return rows
