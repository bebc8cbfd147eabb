"""A throw-away PostgreSQL for tests, and control databases in it.

`ARTHUR_TEST_CONTROL=postgresql` (`make test-postgresql`) has every server that tests start in their
own process keep its control data there. Where there is no PostgreSQL nothing is tested then.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from wanted_engines import exit_without, skip_marked

WANTED = os.environ.get("ARTHUR_TEST_CONTROL") == "postgresql"
_INITDB = ["--auth=trust", "--username=arthur", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
_SETTINGS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c max_connections=500"


def _find_programs():
    """Return the folder of the newest initdb, or `None`."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    found = shutil.which("initdb")
    return folders[-1] if folders else found and Path(found).parent


def _find_problem():
    """Return why there can be no PostgreSQL, or `None`."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (pip install 'psycopg[binary]')"
    if _find_programs() is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    return None


def pytest_sessionstart(session):
    """Test nothing where the engine that was asked for is missing, and say so."""
    if WANTED:
        exit_without("PostgreSQL", _find_problem())


def pytest_collection_modifyitems(items):
    """Skip what is about the file of SQLite where there is none."""
    if WANTED:
        skip_marked("files_of_sqlite", "the file of SQLite", items)


class Cluster:
    """A running server.

    Attributes:
        folder: Where its socket is.
    """

    def __init__(self, programs, folder):
        self.folder = folder
        self._programs = programs
        self._schemas = {}
        # the server refuses to run as root
        self._user = {"user": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self._user:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        self._run("initdb", *_INITDB, "-D", str(folder / "data"))
        self.start()
        with self.connect("postgres") as connection:
            connection.execute("CREATE DATABASE arthur")

    def _run(self, name, *arguments):
        command = [str(self._programs / name), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, **self._user
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

    def start(self):
        """Start the server."""
        log, options = str(self.folder / "log"), f"-k {self.folder} {_SETTINGS}"
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-o", options, "start"
        )

    def stop(self, mode="fast"):
        """Stop the server."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def connect(self, database="arthur"):
        """Connect to a database."""
        import psycopg

        address = f"postgresql://arthur@/{database}?host={self.folder}"
        return psycopg.connect(address, autocommit=True)

    def location(self, name=None):
        """Return the address of a control database: a new one, or one of a name."""
        if name not in self._schemas:
            schema = f"t_{uuid4().hex}"
            with self.connect() as connection:
                connection.execute(f"CREATE SCHEMA {schema}")
            if name is None:
                return self._address(schema)
            self._schemas[name] = schema
        return self._address(self._schemas[name])

    def _address(self, schema):
        return f"postgresql://arthur@/arthur?host={self.folder}&options=-csearch_path%3D{schema}"

    def create_database(self, template="template1"):
        """Create a copy of a database, which nobody uses; return its name and its address."""
        name = f"d_{uuid4().hex}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name, f"postgresql://arthur@/{name}?host={self.folder}"

    def drop_database(self, name):
        """Drop a database."""
        with self.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_cluster():
    """Run a server of PostgreSQL for the session."""
    problem = _find_problem()
    if problem is not None:
        pytest.skip(problem)
    folder = Path(tempfile.mkdtemp(prefix="arthurai-pg-"))
    try:
        cluster = Cluster(_find_programs(), folder)
        yield cluster
        cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=WANTED)
def control_in_postgresql(request):
    """Keep the control data of all servers of this process in PostgreSQL."""
    cluster = request.getfixturevalue("postgresql_cluster")
    from arthurai.server.storage.documents import control_store
    from arthurai.server.storage.documents.postgresql_database import PostgresqlDatabase

    class InPlaceOfFile(PostgresqlDatabase):
        is_shared = False

    opened = control_store.open_database

    def open_there(location):
        if isinstance(location, str):
            return opened(location)
        if location is None:
            return InPlaceOfFile(cluster.location())
        location.touch()  # what copies and restores directories finds it
        return InPlaceOfFile(cluster.location(str(location.resolve())))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(control_store, "open_database", open_there)
        yield
