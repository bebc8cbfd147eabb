"""Where the files of a lake are: in a directory that servers share, or in S3."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import duckdb

from arthurai.server.storage.bucket_files import BucketFiles
from arthurai.server.storage.directory_entries import COPY_FILE, LAKE_FILE, ROWS_FOLDER
from arthurai.server.storage.s3_errors import storage_error, without_credentials
from arthurai.server.storage.stored_files import DirectoryFiles
from arthurai.server.storage.warehouse.ddl import quote_text
from arthurai.server.storage.warehouse.duckdb_files import check_complete
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from arthurai.server.storage.s3_address import S3Place
    from arthurai.server.storage.stored_files import StoredFiles
    from arthurai.server.storage.warehouse.kept_connections import Connection

_SECRET: Final = "arthur_storage"  # noqa: S105 - a name
_TIMEOUT_SECONDS: Final = 60
# DuckDB takes a ten thousandth of it for each file that it writes: without this, 77 MiB of memory.
_MAX_FILE: Final = "50GB"
_REQUEST_MARK: Final = " error for HTTP "


class LakeStorage(Protocol):
    """What the lake asks of the place of its files.

    Attributes:
        name: What messages call it.
        files: The files in it.
        rows: Where DuckDB writes the files of rows, with a slash at the end.
    """

    name: str
    files: StoredFiles
    rows: str

    def prepare(self, *, is_target: bool) -> None:
        """Create what is missing, and raise an exception if the place cannot be used.

        Args:
            is_target: Whether it is opened to be filled by a copy.
        """

    def set_up(self, connection: Connection) -> None:
        """Let DuckDB use the place.

        Args:
            connection: A new connection, whose settings are still free.
        """

    def describe(self, error: duckdb.Error) -> DataStoreError | None:
        """Return an error to raise in the place of one of DuckDB that is about the place.

        Args:
            error: What DuckDB raised.
        """


class LakeDirectory:
    """A directory that all servers share.

    Args:
        directory: The directory, created when missing.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self.name = str(self._directory)
        self.files: StoredFiles = DirectoryFiles(self._directory)
        self.rows = f"{self._directory / ROWS_FOLDER}/"

    def prepare(self, *, is_target: bool) -> None:
        """Create the directory, and raise an exception if a copy to it is not complete."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_target:
            check_complete(self._directory)
        Path(self.rows).mkdir(mode=0o700, exist_ok=True)

    def set_up(self, connection: Connection) -> None:
        """Do nothing: DuckDB can use a directory."""

    def describe(self, error: duckdb.Error) -> None:
        """Return `None`: an error says itself what is wrong with a directory."""


class LakeBucket:
    """A prefix of a bucket.

    Args:
        place: The place.
    """

    def __init__(self, place: S3Place) -> None:
        self._place = place
        self.name = place.name
        self._bucket = BucketFiles(place)
        self.files: StoredFiles = self._bucket
        self.rows = f"{place.name}/{ROWS_FOLDER}/"

    def prepare(self, *, is_target: bool) -> None:
        """Raise an exception if the place cannot be used, or a copy to it is not complete."""
        self._bucket.check()
        if not is_target and self.files.read_time(COPY_FILE) is not None:
            raise DataStoreError(
                f"a copy to {self.name} was interrupted: repeat `arthurai data copy`, or delete "
                "what begins with that prefix"
            )

    def set_up(self, connection: Connection) -> None:
        """Give DuckDB the credentials for the place, and see that it can use it."""
        place = self._place
        load_extension(connection, "httpfs")
        connection.execute("SET GLOBAL enable_server_cert_verification = true")
        connection.execute(f"SET GLOBAL http_timeout = {_TIMEOUT_SECONDS}")
        connection.execute(f"SET GLOBAL s3_uploader_max_filesize = {quote_text(_MAX_FILE)}")
        if place.ca_file is not None:
            connection.execute(f"SET GLOBAL ca_cert_file = {quote_text(place.ca_file)}")
        options = {
            "SCOPE": place.name,
            "URL_STYLE": "path" if place.uses_path else "vhost",
            "USE_SSL": "false" if place.is_plain else "true",
        }
        if place.endpoint is not None:
            options["ENDPOINT"] = place.endpoint
        if place.region is not None:
            options["REGION"] = place.region
        options |= _find_credentials()
        if "PROVIDER" in options:
            load_extension(connection, "aws")
        given = ", ".join(f"{name} {quote_text(value)}" for name, value in options.items())
        try:
            connection.execute(f"CREATE OR REPLACE SECRET {_SECRET} (TYPE s3, {given})")
        except duckdb.Error as error:  # it may repeat the statement
            raise DataStoreError(
                f"no credentials for {self.name} were found: set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE "
                f"({without_credentials(str(error)).splitlines()[0]})"
            ) from None
        try:
            connection.execute(f"FROM glob({quote_text(f'{self.rows}*.check')})").fetchall()
        except duckdb.Error as error:
            raise storage_error(place, error) from None

    def describe(self, error: duckdb.Error) -> DataStoreError | None:
        """Return an error to raise in the place of one of DuckDB that is about the place."""
        text = str(error)
        if isinstance(error, duckdb.TransactionException):  # a conflict may name a file
            is_about = _REQUEST_MARK in text
        else:
            is_about = (
                isinstance(error, duckdb.HTTPException) or _REQUEST_MARK in text or "s3://" in text
            )
        return storage_error(self._place, error) if is_about else None


def _find_credentials() -> dict[str, str]:
    """Return the credentials of the environment, or that the machine's configuration has them."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret:
        return {"PROVIDER": "credential_chain", "REFRESH": "auto"}
    found = {"KEY_ID": key, "SECRET": secret}
    token = os.environ.get("AWS_SESSION_TOKEN")
    return {**found, "SESSION_TOKEN": token} if token else found


def load_extension(connection: Connection, name: str) -> None:
    """Load an extension from its package, or one that was installed for this version of DuckDB.

    Args:
        connection: A connection of DuckDB.
        name: Name of the extension.

    Raises:
        DataStoreError: It is missing.
    """
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    for place in (found.submodule_search_locations or ()) if found else ():
        path = Path(place) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.is_file():
            connection.execute(f"LOAD {quote_text(str(path))}")
            return
    try:
        connection.execute(f"LOAD {name}")
    except duckdb.Error as error:
        raise DataStoreError(
            f"a warehouse in DuckLake needs the extension {name} of DuckDB {duckdb.__version__}: "
            "pip install 'duckdb==1.5.5' duckdb-extension-ducklake "
            "duckdb-extension-postgres-scanner, and for S3 duckdb-extension-httpfs "
            "duckdb-extension-aws"
        ) from error


def check_storage(storage: LakeStorage, known: str | None, owner: str) -> bool:
    """Raise unless a place belongs to a catalog; return whether both are new.

    Args:
        storage: The place.
        known: The id that the catalog has.
        owner: What messages call the catalog.

    Raises:
        DataStoreError: It does not.
    """
    try:
        held = storage.files.get(LAKE_FILE).decode("ascii", "replace").strip()
    except FileNotFoundError:
        held = None
    if known is None and held is not None:
        raise DataStoreError(
            f"{storage.name!r} belongs to another warehouse than {owner}: name an empty place, or "
            "the database that it belongs to"
        )
    if known is not None and held != known:
        raise DataStoreError(
            f"{storage.name!r} is not the place of the files of {owner}: is it mounted? Name the "
            "one that the other servers have"
        )
    return known is None
