"""Tables written as the files the platform takes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserValueError
from arthurai.upload.columnar import gather
from arthurai.upload.diagnostics import Problems
from arthurai.upload.encode_json import json_bodies
from arthurai.upload.table import iter_tables
from arthurai.upload.validate import INFERENCES, REFERENCE, Preparer

if TYPE_CHECKING:
    from arthurai.upload.upload_schema import IngestSchema

ROW_GROUP_ROWS = 5_000
_ANY_SIZE = 2**62


def write_files(
    data: Any, schema: IngestSchema, *, reference: bool, stem: str, rows_per_file: int
) -> str:
    """Writes a table as the files the platform takes.

    Args:
        data: any table.
        schema: the model's attributes.
        reference: whether the rows are reference data (else inferences).
        stem: how the file names begin.
        rows_per_file: most rows of one file.

    Returns:
        Path of a new temporary directory, which the caller removes.

    Raises:
        UserTypeError: not a table.
        UserValueError: `rows_per_file` is less than 1.
    """
    if rows_per_file < 1:
        raise UserValueError(f"`max_rows_per_file` must be at least 1, got {rows_per_file}.")
    directory = Path(tempfile.mkdtemp(prefix="arthurai-"))
    if schema.sends_parquet:
        import pyarrow.parquet as pq

        for number, table in enumerate(iter_tables(data, name="df", rows=rows_per_file)):
            path = directory / f"{stem}-{number}.parquet"
            pq.write_table(
                table, path, row_group_size=ROW_GROUP_ROWS, allow_truncated_timestamps=True
            )
        return str(directory)
    problems = Problems("df")
    gathered = gather(data, schema, problems)
    preparer = Preparer(schema, REFERENCE if reference else INFERENCES, name="df")
    prepared = preparer.prepare(gathered, problems=problems)
    for number, part in enumerate(prepared.cuts(rows_per_file)):
        for body in json_bodies(part, most_bytes=_ANY_SIZE, reference=reference):
            (directory / f"{stem}-{number}.json").write_bytes(body.content)
    return str(directory)
