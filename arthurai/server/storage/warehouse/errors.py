"""Errors of the data store, with the HTTP status of the response."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from arthurai.server.http.api_errors import StatusError

if TYPE_CHECKING:
    from collections.abc import Mapping


class DataStoreError(StatusError):
    """A call of the data store that failed.

    Attributes:
        status: HTTP status of the response.
    """

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR


class DataStoreLockedError(DataStoreError):
    """Another process has the data directory open."""


class DataStoreVersionError(DataStoreError):
    """The data directory was written by a newer version of this package or of DuckDB."""


class DataStoreBusyError(DataStoreError):
    """Something else is being done that excludes the call."""

    status = HTTPStatus.CONFLICT


class UnknownModelError(DataStoreError, LookupError):
    """The data store does not know the model."""

    status = HTTPStatus.NOT_FOUND


class UnknownDatasetError(DataStoreError):
    """The model has no such batch, reference set or image."""

    status = HTTPStatus.NOT_FOUND


class DatasetStateError(DataStoreError):
    """A data set is in a state that does not allow the call, e.g. it is already closed."""

    status = HTTPStatus.BAD_REQUEST


class BadDataError(DataStoreError):
    """Data that cannot be read at all, e.g. a broken file or a missing column."""

    status = HTTPStatus.BAD_REQUEST


class QueryStoppedError(DataStoreError):
    """A query that took too long, has too large a result, or that nobody waits for any more."""

    status = HTTPStatus.BAD_REQUEST


class OutOfRangeError(ArithmeticError):
    """A value of a query exceeds the range of the engine's numbers."""


class BrokenFileError(BadDataError):
    """A file that cannot be read to its end.

    Attributes:
        rows: Number of rows according to the file, 0 if unknown.
    """

    def __init__(self, message: str, rows: int = 0) -> None:
        super().__init__(message)
        self.rows = rows


class KeyReusedError(DataStoreError):
    """An idempotency key came with another request than the first one."""

    status = HTTPStatus.CONFLICT


class RequestInProgressError(DataStoreError):
    """The first request with an idempotency key is still running."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    headers = (("Retry-After", "1"),)


class ModelChangedError(DataStoreError):
    """Another server has changed a model while a request was on its way to it."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = (("Retry-After", "1"),)


class CatalogUnavailableError(DataStoreError):
    """The catalog of a lake does not answer at this time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = (("Retry-After", "5"),)

    @property
    def reason(self) -> str:
        """What is wrong, without the place of the catalog."""
        return "the catalog of the warehouse does not answer; repeat the request later"


class ValuesLostError(DataStoreError):
    """A changed schema has no place for stored values.

    Attributes:
        columns: Number of values by column.
    """

    status = HTTPStatus.CONFLICT

    def __init__(self, columns: Mapping[str, int]) -> None:
        super().__init__(
            "the value types of the model's attributes were changed, and the stored values do not"
            " fit; fetch the model and try again"
        )
        self.columns = columns
