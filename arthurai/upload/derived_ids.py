"""Ids that follow from the rows themselves, so that whoever sends them again finds the same."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import orjson

from arthurai.common.exceptions import UserValueError
from arthurai.upload.json_columns import JsonColumn, encode_column, join_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.upload.columnar import Column
    from arthurai.upload.validated_table import ValidatedTable

_ID_BYTES: Final = 16
_SEEN_BYTES: Final = 8


class DerivedIds:
    """Makes the ids of the rows of one part of a table.

    An id is the hash of the scope, the values that are sent, and the number of equal rows before
    it. It depends neither on the order of the rows nor on how they are cut into requests.

    Args:
        scope: What keeps equal rows of different parts apart.
    """

    def __init__(self, scope: str) -> None:
        self._scope = scope.encode()
        # Shortened hashes: two rows that share one are numbered as if they were equal.
        self._seen: dict[int, int] = {}

    def make(self, table: ValidatedTable) -> list[str]:
        """Return an id for each row.

        Args:
            table: Rows with everything but their ids.

        Raises:
            UserValueError: Values have no text, as images.
        """
        columns = dict(sorted((table.inference | table.truth | table.meta).items()))
        ids: list[str] = []
        for line in _lines(columns, table.rows):
            digest = blake2b(self._scope, digest_size=_ID_BYTES)
            digest.update(b"\0" + line.encode("utf-8", "surrogatepass"))
            seen = int.from_bytes(digest.digest()[:_SEEN_BYTES])
            number = self._seen.get(seen, 0)
            self._seen[seen] = number + 1
            if number:
                digest.update(b"\0%d" % number)
            ids.append(digest.hexdigest())
        return ids


def _lines(columns: Mapping[str, Column], rows: int) -> list[str]:
    """Return the text of each row."""
    pieces: list[object] = []
    for name, column in columns.items():
        pieces += [f"{orjson.dumps(name).decode()}:", *_encode(name, column).pieces(), ","]
    if not pieces:
        return [""] * rows
    lines: list[str] = join_texts(pieces).to_pylist()
    return lines


def _encode(name: str, column: Column) -> JsonColumn:
    try:
        return encode_column(column)
    except (TypeError, ValueError) as error:
        raise UserValueError(
            f"ids cannot be derived from column {name!r}, whose values have no JSON ({error}): "
            "give each row a `partner_inference_id`"
        ) from None
