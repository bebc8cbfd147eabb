"""From errors of the data store to answers of the API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from arthurai.server.data.errors import DataStoreError
from arthurai.server.http.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def as_api_errors() -> Iterator[None]:
    """Raise what the data store refuses as the error that the caller gets to see.

    Raises:
        ApiError: In the place of a ``DataStoreError``, with its status.
    """
    try:
        yield
    except DataStoreError as error:
        raise ApiError(error.status, str(error)) from error
