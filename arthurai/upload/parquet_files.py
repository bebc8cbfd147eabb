"""Parquet read in bounded memory: a few pages at a time, whatever the size of its row groups."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

BUFFER_BYTES = 1 << 18
"""Bytes of each column read from a file at once."""


def file_batches(
    source: Any, rows: int, row_groups: Sequence[int] | None = None
) -> "Iterator[pa.RecordBatch]":
    """The rows of a Parquet file.

    Args:
        source: path or open binary file.
        rows: most rows of one batch.
        row_groups: numbers of the row groups to read, `None` for all.

    Raises:
        pyarrow.ArrowInvalid: the file is broken.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(source, buffer_size=BUFFER_BYTES, pre_buffer=False) as file:
        yield from file.iter_batches(rows, row_groups=row_groups, use_threads=False)


def dataset_batches(dataset: Any, rows: int) -> "Iterator[pa.RecordBatch]":
    """The rows of a dataset, in the order of its files.

    A scanner decodes whole row groups, several files ahead. Files that have the columns of the
    dataset as they are can be read without it.

    Args:
        dataset: a `pyarrow.dataset.Dataset`.
        rows: most rows of one batch.
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
