"""The control database in PostgreSQL, which several servers may use at the same time.

Changes take turns, as they do in SQLite: whoever changes something holds one advisory lock until
the end of the transaction, whichever server it is. So whatever a transaction has read stays as it
is until the transaction ends. Readers never wait.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import orjson
import psycopg
from psycopg.rows import dict_row

from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.documents import migrations
from arthurai.server.storage.documents.commit_guards import CommitGuards
from arthurai.server.storage.documents.control_copy import copy_tables
from arthurai.server.storage.documents.control_database import (
    ConstraintError,
    ControlDatabaseError,
    ControlUnavailableError,
    OutdatedServerError,
    check_word,
)
from arthurai.server.storage.documents.postgresql_statements import (
    MORE_STATEMENTS,
    translate,
    translate_definition,
)
from arthurai.server.storage.documents.sqlite_database import SqliteDatabase
from arthurai.server.storage.documents.stored_servers import ALIVE_SECONDS
from arthurai.server.storage.postgresql_access import (
    describe_address,
    first_line,
    is_outage,
    lock_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Connection: TypeAlias = "psycopg.Connection[dict[str, Any]]"

MAX_CONNECTIONS: Final = 8
_CONNECT_SECONDS: Final = 10
_KEEPALIVE: Final = (
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2"
)
"""A server whose machine is gone must not keep the lock of changes from the others."""
_VERSION_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS arthur_control (version BIGINT NOT NULL, oldest BIGINT)"
)
_ESCAPED_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

_VERSION_WITH_SERVERS: Final = 6
"""The first version that notes which servers run."""

T = TypeVar("T")


class PostgresqlDatabase:
    """A control database: a few connections, lent to one thread at a time."""

    def __init__(self, address: str) -> None:
        """Connect, and migrate the schema to the newest version.

        Args:
            address: `postgresql://host/database` without a password, which is taken from
                `PGPASSWORD` or a password file; parameters of libpq may follow a `?`.

        Raises:
            ControlDatabaseError: The database cannot be used.
            ValueError: The address is not one, or a newer release wrote the database.
        """
        self.name = describe_address(address, "control database", "PostgreSQL")
        self._address = address
        self._idle: list[Connection] = []
        self._closed = False
        self._access = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._changing = threading.RLock()
        self._local = threading.local()
        self._guards = CommitGuards()
        self.guarded = self._guards.guarded
        self._claim: Connection | None = None
        self._claims_alone = True
        self._refusal: str | None = None
        facts = self._call(
            lambda connection: connection.execute(
                "SELECT current_schema() AS schema, current_setting('server_encoding') AS encoding"
            ).fetchone()
        )
        if facts is None or facts["schema"] is None:
            raise ControlDatabaseError(f"{self.name}: the schema of the search path is missing")
        if facts["encoding"] != "UTF8":
            raise ControlDatabaseError(
                f"{self.name} must have the encoding UTF8, got {facts['encoding']}; create it with "
                "createdb -E UTF8"
            )
        self._key, self._claim_key = (
            lock_key(f"arthurai {purpose} {facts['schema']}") for purpose in ("change", "server")
        )
        self._migrate()

    def _migrate(self) -> None:
        with self.transaction():
            self.execute(_VERSION_TABLE)
            version = self.scalar("SELECT max(version) FROM arthur_control") or 0
            if version > migrations.newest_version() and self._is_compatible():
                return
            pending = migrations.find_pending(version)
            if pending and version:
                self._require_no_older_servers(version)
            if pending:
                self.execute("ALTER TABLE arthur_control ADD COLUMN IF NOT EXISTS oldest BIGINT")
            for number, statements in pending:
                for statement in statements:
                    self.execute(translate_definition(statement))
                for statement in MORE_STATEMENTS.get(number, ()):
                    self.execute(statement)
                self.execute("DELETE FROM arthur_control")
                self.execute(
                    "INSERT INTO arthur_control (version, oldest) VALUES (?, ?)",
                    (number, migrations.OLDEST_COMPATIBLE),
                )

    def _is_compatible(self) -> bool:
        """Return whether this release can go on with the schema as it is."""
        oldest = self.scalar("SELECT max(oldest) FROM arthur_control")
        return oldest is not None and oldest <= migrations.newest_version()

    def _require_no_older_servers(self, version: int) -> None:
        """Raise when servers run that could not go on after a migration.

        Args:
            version: The version of the schema.
        """
        found = self.row(f"SELECT pg_try_advisory_xact_lock_shared({self._claim_key}) AS taken")
        if found is None or not found["taken"]:
            raise ControlDatabaseError(self._say_in_use())
        if version < _VERSION_WITH_SERVERS:
            return
        rows = self.rows(
            f"""SELECT DISTINCT release FROM servers
                WHERE schema_version < ? AND seen > {self.clock} - ? ORDER BY release""",
            (migrations.OLDEST_COMPATIBLE, ALIVE_SECONDS),
        )
        if rows:
            releases = ", ".join(str(row["release"]) for row in rows)
            raise ControlDatabaseError(
                f"servers of release {releases} run on {self.name} and could not go on after this "
                f"release has changed it: stop them, and start this one {ALIVE_SECONDS:g} seconds "
                "later if they were killed"
            )

    def check_version(self) -> None:
        """Refuse everything from now on if a newer release has changed what this one needs.

        Raises:
            OutdatedServerError: It has.
        """
        if not self._is_compatible():
            self._refusal = (
                f"a newer release has changed {self.name}, and this server cannot go on: install "
                "that release here, too"
            )
            raise OutdatedServerError(self._refusal)

    @property
    def is_shared(self) -> bool:
        """Whether servers on other machines can reach it."""
        return True

    @property
    def clock(self) -> str:
        """SQL of the time in seconds since 1970, by the clock of the database."""
        return "extract(epoch FROM clock_timestamp())::float8"

    def claim(self, *, alone: bool = True) -> None:
        """Keep other servers away until `close`, by a lock of one more connection.

        Args:
            alone: Keep away all others; else only those that want to be alone.

        Raises:
            ControlDatabaseError: Another server uses the database.
        """
        self._claims_alone = alone
        with self._errors():
            self._claim = self._take_claim()

    def _take_claim(self) -> Connection:
        connection = self._connect()
        function = "pg_try_advisory_lock" + ("" if self._claims_alone else "_shared")
        found = connection.execute(f"SELECT {function}({self._claim_key}) AS taken").fetchone()
        if found is None or not found["taken"]:
            connection.close()
            raise ControlDatabaseError(self._say_in_use())
        return connection

    def _say_in_use(self) -> str:
        return (
            f"{self.name} is in use by another server: stop that one first, or name another "
            "database; servers share their control data only where they share their rows"
        )

    def _keep_claim(self) -> None:
        """Take the lock again after its connection broke, unless another server was faster."""
        with self._access:
            claim = self._claim
            if claim is None:
                return
            try:
                claim.execute("SELECT 1")
            except psycopg.OperationalError:
                claim.close()
                self._claim = self._take_claim()

    # --- connections ----------------------------------------------------------------------------

    def _connect(self) -> Connection:
        connection = psycopg.connect(
            self._address,
            autocommit=True,
            row_factory=dict_row,
            cursor_factory=psycopg.ClientCursor,
            client_encoding="utf8",
            connect_timeout=_CONNECT_SECONDS,
            application_name="arthurai",
        )
        connection.execute(_KEEPALIVE)
        return connection

    def _connect_again(self) -> Connection:
        """Connect; make sure that no other server took over while connections were broken."""
        self._keep_claim()
        return self._connect()

    @contextmanager
    def _lend(
        self, prepare: Callable[[Connection], object] = lambda _: None
    ) -> Iterator[Connection]:
        """Provide a connection for the block.

        Args:
            prepare: Called with it first; with a new one when it turns out to be broken.
        """
        with self._slots:
            with self._access:
                if self._closed:
                    raise ControlDatabaseError(f"{self.name} is closed")
                if self._refusal is not None:
                    raise OutdatedServerError(self._refusal)
                connection = self._idle.pop() if self._idle else None
            connection = connection or self._connect_again()
            try:
                try:
                    prepare(connection)
                except psycopg.OperationalError:
                    if not connection.closed:
                        raise
                    connection = self._connect_again()
                    prepare(connection)
                yield connection
            finally:
                self._take_back(connection)

    def _take_back(self, connection: Connection) -> None:
        with self._access:
            if not (connection.closed or self._closed):
                self._idle.append(connection)
                return
            broken, self._idle = [connection, *self._idle], []  # the others are as broken
        for each in broken:
            each.close()

    def _call(self, work: Callable[[Connection], T], *, repeat: bool = True) -> T:
        """Call a function with a connection, in a transaction of this thread with that of it.

        Args:
            work: The function.
            repeat: Whether to call it again when the connection turns out to be broken.
        """
        current: Connection | None = getattr(self._local, "connection", None)
        with self._errors():
            if current is not None:
                return work(current)
            found: list[T] = []
            if repeat:
                with self._lend(lambda connection: found.append(work(connection))):
                    return found[0]
            with self._lend() as connection:
                return work(connection)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raise the errors of the interface instead of those of psycopg."""
        try:
            yield
        except psycopg.IntegrityError as error:
            raise ConstraintError(first_line(error)) from error
        except psycopg.Error as error:
            kind = ControlUnavailableError if is_outage(error) else ControlDatabaseError
            raise kind(f"{self.name}: {first_line(error)}") from error

    def check(self) -> None:
        """Raise an exception unless the database answers."""
        self.scalar("SELECT 1")

    def is_in_place(self) -> bool:
        """Return whether the database is still where it was opened."""
        return True

    def close(self) -> None:
        """Close the connections."""
        with self._access:
            self._closed = True
            idle, self._idle = self._idle, []
            claim, self._claim = self._claim, None
        for connection in (*idle, *([claim] if claim else ())):
            connection.close()

    # --- statements -----------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction, which no other change interrupts, by any process."""
        if getattr(self._local, "connection", None) is not None:
            yield
            return
        with self._changing, self._errors(), self._lend(self._begin) as connection:
            self._local.connection = connection
            try:
                yield
                self._guards.check()
                status = connection.execute("COMMIT").statusmessage
            except BaseException:
                with suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._local.connection = None
            if status != "COMMIT":
                raise ControlDatabaseError(f"{self.name}: the transaction failed before its end")

    def _begin(self, connection: Connection) -> None:
        connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({self._key})")

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement and return the number of changed rows.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        _check_texts(parameters)
        translated = translate(statement)
        if getattr(self._local, "connection", None) is not None:
            return self._call(lambda c: int(c.execute(translated, parameters).rowcount))
        if self._guards:
            with self.transaction():
                return self.execute(statement, parameters)
        both = f"SELECT pg_advisory_xact_lock({self._key}); {translated}"  # one transaction

        def change(connection: Connection) -> int:
            cursor = connection.execute(both, parameters)
            cursor.nextset()
            return int(cursor.rowcount)

        with self._changing:
            return self._call(change, repeat=False)

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Return all rows of a query.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        _check_texts(parameters)
        translated = translate(statement)
        return self._call(lambda c: c.execute(translated, parameters).fetchall())

    def row(self, statement: str, parameters: Sequence[object] = ()) -> dict[str, Any] | None:
        """Return the first row of a query, or `None`.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        _check_texts(parameters)
        translated = translate(statement)
        found: dict[str, Any] | None = self._call(
            lambda c: c.execute(translated, parameters).fetchone()
        )
        return found

    def kept_row(self, statement: str, *parameters: object) -> dict[str, Any] | None:
        """Return the first row of a query, or `None`; never kept, as other servers change rows.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        return self.row(statement, parameters)

    def scalar(self, statement: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first value of the first row of a query, or `None`.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        found = self.row(statement, parameters)
        return None if found is None else next(iter(found.values()))

    def member_is(self, name: str, value: object) -> tuple[str, object]:
        """Return a condition on a member of the column `document`, and its value.

        Args:
            name: Name of a member at the top.
            value: `None`, a boolean, a number or text.
        """
        found = f"coalesce((document::json -> '{check_word(name)}')::text, 'null')"
        return f"{found} = ?", orjson.dumps(value).decode()

    def same_letters(self, column: str) -> str:
        """Return a condition: a column is a value, but for the case of letters from A to Z.

        Args:
            column: Name or address of users.
        """
        return f'lower({check_word(column)}) = lower(? COLLATE "C")'

    def has_element(self, array: str) -> str:
        """Return a condition: an array of the column `document` of `models` holds a value.

        Args:
            array: Name of a member at the top.
        """
        found = f"models.document::json -> '{check_word(array)}'"
        elements = (
            f"json_array_elements_text(CASE json_typeof({found}) WHEN 'array' THEN {found} "
            "ELSE '[]'::json END)"
        )
        return f"EXISTS (SELECT 1 FROM {elements} AS held (value) WHERE held.value = ?)"

    def copy_to(self, path: Path, begin: Callable[[], object]) -> None:
        """Write a copy to a new file of SQLite.

        Args:
            path: The file.
            begin: Called first, while nobody else can change the database.
        """
        copy = SqliteDatabase(path)
        try:
            with self.transaction(), copy.transaction():
                begin()
                copy_tables(self, copy)
        finally:
            copy.close()


def _check_texts(parameters: Sequence[object]) -> None:
    """Raise when a value holds what PostgreSQL cannot store.

    Raises:
        ApiError: 400 with the reason.
    """
    for value in parameters:
        if isinstance(value, str) and (
            "\0" in value
            or ("\\u0000" in value and value[:1] in "{[" and _ESCAPED_NUL.search(value))
        ):
            raise ApiError(
                400, "a text holds a NUL character, which this server cannot store; remove it"
            )
