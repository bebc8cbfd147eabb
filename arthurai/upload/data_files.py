"""Parquet and JSON files of rows, read in batches."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import orjson
import pyarrow as pa

from arthurai.common.checks import read_list
from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

logger = logging.getLogger(__name__)

_PARQUET_MAGIC: Final = b"PAR1"
_SUFFIXES: Final = (".parquet", ".json")
_LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
_MAX_NAMED: Final = 5
_BUFFER_BYTES: Final = 1 << 18
"""Bytes of each column read from a Parquet file at once, whatever the size of its row groups."""

_Source = Path | IO[bytes]


class DataFiles:
    """Parquet and JSON files as one stream of tables, in order.

    Args:
        sources: Paths, or open binary files.
        directory: The directory they were found in, `None` for files that were named.
    """

    def __init__(self, sources: Sequence[_Source], directory: Path | None = None) -> None:
        self._sources = sources
        self._directory = directory

    @classmethod
    def of(cls, directory_path: Any, files: Any) -> DataFiles:
        """Return the files of a directory and those below it, or the given ones.

        Args:
            directory_path: A directory, or `None`.
            files: Paths and open binary files, or `None`.

        Raises:
            UserTypeError: An entry is neither a path nor an open binary file.
            UserValueError: The directory or a file does not exist, or there are no files.
        """
        if directory_path is not None:
            if not isinstance(directory_path, str | os.PathLike):
                raise UserTypeError(
                    "`directory_path` must be the path of a directory, got "
                    f"{type(directory_path).__name__}; give a table by name: data="
                )
            directory = Path(directory_path)
            return cls(_find_files(directory), directory)
        # An open file is an iterable of its lines.
        given = files if not hasattr(files, "read") else str(files)
        sources = read_list("`files`", given, "paths or open binary files")
        if not sources:
            raise UserValueError("`files` must have at least one Parquet or JSON file, got none")
        return cls([_check_source(file) for file in sources])

    def schemas(self) -> Iterator[tuple[pa.Schema, str]]:
        """Yield the columns of the Parquet files, without reading their rows, and their names.

        Raises:
            UserValueError: A Parquet file is broken.
        """
        for source in self._sources:
            if _is_parquet(source):
                yield _read_schema(source), _describe(source)

    def tables(self, rows: int, known: Collection[str] | None = None) -> Iterator[tuple[Any, str]]:
        """Yield the rows as Arrow tables (Parquet) and lists of dicts (JSON), and their file.

        Args:
            rows: Maximum number of rows of one table read from Parquet.
            known: Columns of which a file must have one; those of a directory that have none, and
                other JSON than lists of objects, are left out with a warning.

        Raises:
            UserValueError: A file is neither, or none in the directory holds data.
        """
        leaves_out = known is not None and self._directory is not None
        left_out: list[str] = []
        for source in self._sources:
            if leaves_out and _holds_nothing(source):
                left_out.append(_describe(source))
            elif _is_parquet(source):
                if leaves_out and known and not {*known} & {*_read_schema(source).names}:
                    left_out.append(_describe(source))
                    continue
                with _explain_broken(source):
                    for batch in file_batches(source, rows):
                        yield pa.Table.from_batches([batch]), _describe(source)
            else:
                content = _read_json(source)
                if leaves_out and not _is_data(content, known):
                    left_out.append(_describe(source))
                else:
                    yield _check_rows(content, source), _describe(source)
        if not left_out:
            return
        more = f" and {len(left_out) - _MAX_NAMED} more" if len(left_out) > _MAX_NAMED else ""
        names = f"{', '.join(left_out[:_MAX_NAMED])}{more}"
        if len(left_out) == len(self._sources):
            raise UserValueError(
                f"`directory_path` must be a directory with data of the model; none of its files "
                f"has a column that is an attribute: {names}"
            )
        logger.warning(
            "left out files that hold no data of the model: %s. Move them elsewhere, or give the "
            "data as files=[...]",
            names,
        )


def _read_schema(source: _Source) -> pa.Schema:
    import pyarrow.parquet as pq

    with _explain_broken(source):
        schema = pq.read_schema(source)
    if not isinstance(source, Path):
        source.seek(0)
    return schema


def _holds_nothing(source: _Source) -> bool:
    return isinstance(source, Path) and source.stat().st_size == 0


def _is_data(content: Any, known: Collection[str] | None) -> bool:
    """Return whether decoded JSON is a list of rows of which one has a known column."""
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        return False
    return not content or any(name in row for row in content for name in known or ())


def _find_files(directory: Path) -> list[_Source]:
    if not directory.is_dir():
        raise UserValueError(f"`directory_path` must be a directory, got {str(directory)!r}")
    found: list[_Source] = []
    for suffix in _SUFFIXES:
        found += sorted(path for path in directory.rglob(f"*{suffix}") if path.is_file())
    if not found:
        raise UserValueError(
            f"`directory_path` must be a directory with files that end in "
            f"{' or '.join(_SUFFIXES)}, got {str(directory)!r}, which has no files like that"
        )
    return found


def _check_source(file: Any) -> _Source:
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        if not path.is_file():
            raise UserValueError(f"`files` must be paths of files, got {str(path)!r}")
        return path
    if hasattr(file, "read") and hasattr(file, "seek"):
        opened: IO[bytes] = file
        return opened
    raise UserTypeError(f"`files` must be paths or open binary files, got {type(file).__name__}")


def _is_parquet(source: _Source) -> bool:
    """Return whether a file is Parquet by its content; its name may say anything."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
    head = source.read(len(_PARQUET_MAGIC))
    source.seek(0)
    if not isinstance(head, bytes):
        raise UserTypeError("`files` must be opened in binary mode ('rb')")
    return head == _PARQUET_MAGIC


def _describe(source: _Source) -> str:
    return repr(str(source)) if isinstance(source, Path) else "an open file"


@contextmanager
def _explain_broken(source: _Source) -> Iterator[None]:
    """Raise what Arrow says about a broken file as an error that names the file."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise UserValueError(f"{_describe(source)} is not a whole Parquet file: {error}") from error


def _read_json(source: _Source) -> Any:
    content = source.read_bytes() if isinstance(source, Path) else source.read()
    holds_lines = isinstance(source, Path) and source.suffix.lower() in _LINE_SUFFIXES
    try:
        return _read_lines(content) if holds_lines else orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if not holds_lines and content.lstrip().startswith(b"{"):
            with suppress(orjson.JSONDecodeError):
                return _read_lines(content)
        raise UserValueError(f"{_describe(source)} is neither Parquet nor JSON: {error}") from None


def _read_lines(content: bytes) -> list[Any]:
    """Return what JSON lines hold, one document a line."""
    return [orjson.loads(line) for line in content.splitlines() if line.strip()]


def _check_rows(rows: Any, source: _Source) -> list[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UserValueError(f"{_describe(source)} must be a JSON list of objects, one per row")
    return rows


def file_batches(
    source: Any, rows: int, row_groups: Sequence[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file in bounded memory, a few pages at a time.

    Args:
        source: Path or open binary file.
        rows: Maximum number of rows of one batch.
        row_groups: Numbers of the row groups to read, `None` for all.

    Raises:
        pyarrow.ArrowInvalid: The file is broken.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(source, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
        yield from file.iter_batches(rows, row_groups=row_groups, use_threads=False)


def dataset_batches(dataset: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a dataset, in the order of its files.

    A scanner decodes whole row groups, several files ahead. Files that have the columns of the
    dataset as they are can be read without it.

    Args:
        dataset: A `pyarrow.dataset.Dataset`.
        rows: Maximum number of rows of one batch.
    """
    if getattr(dataset, "_scan_options", None):
        yield from dataset.scanner(batch_size=rows, batch_readahead=1).to_batches()
        return
    for fragment in dataset.get_fragments():
        groups = getattr(fragment, "row_groups", None)
        if groups is not None and fragment.physical_schema.equals(dataset.schema):
            with fragment.open() as file:
                yield from file_batches(file, rows, [group.id for group in groups])
        else:
            yield from fragment.scanner(
                schema=dataset.schema, batch_size=rows, batch_readahead=1
            ).to_batches()
