"""Errors of the data store. Each carries the HTTP status a handler answers with."""

from __future__ import annotations

from http import HTTPStatus

from arthurai.server.http.api_errors import StatusError


class DataStoreError(StatusError):
    """A request to the data store that cannot be met.

    Attributes:
        status: HTTP status that tells the caller whose fault it is.
    """

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR


class DataStoreLockedError(DataStoreError):
    """Another process has the data directory open."""


class DataStoreVersionError(DataStoreError):
    """The files in the data directory come from a newer version of this package or of DuckDB."""


class UnknownModelError(DataStoreError, LookupError):
    """The data store has never heard of the model."""

    status = HTTPStatus.NOT_FOUND


class UnknownDatasetError(DataStoreError):
    """The model has no such batch, reference set or image."""

    status = HTTPStatus.NOT_FOUND


class DatasetStateError(DataStoreError):
    """A data set is not in a state that allows the call, e.g. it is closed already."""

    status = HTTPStatus.BAD_REQUEST


class BadDataError(DataStoreError):
    """Data that cannot be read as a whole, e.g. a broken file or a missing column."""

    status = HTTPStatus.BAD_REQUEST


class BrokenFileError(BadDataError):
    """A file that cannot be read to its end.

    Attributes:
        rows: Number of rows the file says it has, 0 if unknown.
    """

    def __init__(self, message: str, rows: int = 0) -> None:
        super().__init__(message)
        self.rows = rows
