"""Warehouses in DuckLake for tests.

`ARTHUR_TEST_WAREHOUSE=ducklake` has every data store that tests open in their own process keep its
rows in a lake, whose catalog is in a throw-away PostgreSQL. Its files are in a directory, or with
`ARTHUR_TEST_STORAGE=s3` in a throw-away server of S3. Where DuckLake is missing nothing is tested
then.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from uuid import uuid4

import pytest
from s3_server import WANTED as S3_WANTED
from wanted_engines import exit_without, skip_marked

WANTED = os.environ.get("ARTHUR_TEST_WAREHOUSE") == "ducklake"


def _find_problem():
    """Return why there can be no lake, or `None`."""
    if importlib.util.find_spec("duckdb_extension_ducklake") is None:
        return "the extensions of DuckDB are not installed (make test-ducklake)"
    return None


def pytest_sessionstart(session):
    """Test nothing where the engine that was asked for is missing, and say so."""
    if WANTED:
        exit_without("DuckLake", _find_problem())


def pytest_collection_modifyitems(items):
    """Skip what is about the file of DuckDB where there is none."""
    if WANTED:
        skip_marked("files_of_duckdb", "the file of DuckDB", items)


@pytest.fixture(scope="session")
def lake_address(request):
    """Give a maker of addresses of empty lakes, or of one with a name."""
    problem = _find_problem()
    if problem is not None:
        pytest.skip(f"no DuckLake: {problem}")
    cluster = request.getfixturevalue("postgresql_cluster")
    return lambda name=None: f"ducklake:{cluster.location(name and f'lake {name}')}"


@pytest.fixture
def lake_options(request, lake_address, tmp_path):
    """Give the arguments of data stores on one empty lake."""
    options = {"warehouse": lake_address()}
    if S3_WANTED:
        from arthurai.server.storage.s3_address import parse_s3

        return {**options, "storage": parse_s3(request.getfixturevalue("make_s3_place")())}
    return {**options, "directory": tmp_path / "shared"}


class EmptyLakes:
    """Makes lakes in which there is nothing, as copies of one: that is much faster."""

    def __init__(self, cluster, folder):
        from arthurai.server.storage.warehouse.ducklake_database import DuckLakeDatabase
        from arthurai.server.storage.warehouse.lake_storage import LakeDirectory

        self._cluster = cluster
        self._folder = folder
        self._database, address = cluster.create_database()
        DuckLakeDatabase(address, LakeDirectory(folder)).close()

    def create(self, storage):
        """Create a lake with its files in a place; return its database and its address."""
        for path in self._folder.rglob("*"):
            if path.is_file():
                storage.files.put(path.relative_to(self._folder).as_posix(), path.read_bytes())
        return self._cluster.create_database(self._database)

    def drop(self, database, storage):
        """Drop a lake; files in S3 end with their server."""
        self._cluster.drop_database(database)
        if not S3_WANTED:
            shutil.rmtree(storage.name, ignore_errors=True)


@pytest.fixture(scope="session", autouse=WANTED)
def rows_in_ducklake(request, tmp_path_factory):
    """Keep the rows of all data stores of this process in DuckLake."""
    cluster = request.getfixturevalue("postgresql_cluster")
    from arthurai.server.storage.s3_address import parse_s3
    from arthurai.server.storage.warehouse import data_store, ducklake_database
    from arthurai.server.storage.warehouse.ducklake_database import DuckLakeDatabase
    from arthurai.server.storage.warehouse.lake_storage import LakeBucket, LakeDirectory

    make_config = ducklake_database.make_config
    opened = data_store.open_warehouse
    folder = tmp_path_factory.mktemp("lakes")
    lakes = EmptyLakes(cluster, folder / "empty")
    known = {}

    class InPlaceOfMemory(DuckLakeDatabase):
        durable = False

        def __init__(self, storage, **bounds):
            self.database, address = lakes.create(storage)
            super().__init__(address, storage, **bounds)

        def close(self):
            super().close()
            if self.database is not None:
                lakes.drop(self.database, self._storage)
                self.database = None

    def place_of(directory):
        if S3_WANTED:
            return LakeBucket(parse_s3(request.getfixturevalue("make_s3_place")()))
        return LakeDirectory(directory or folder / uuid4().hex)

    def open_there(directory, *, address=None, storage=None, **bounds):
        if address is not None:
            return opened(directory, address=address, storage=storage, **bounds)
        if directory is None:
            return InPlaceOfMemory(place_of(None), **bounds)
        directory = directory.resolve()
        if directory not in known:
            place = place_of(directory)
            known[directory] = lakes.create(place)[1], place
        address, place = known[directory]
        return DuckLakeDatabase(address, place, **bounds)

    def make_cheap_config(*bounds):
        # To check the signatures of the extensions takes a second, in each server; threads that
        # wait for the catalog take half of the time of small statements.
        return {**make_config(*bounds), "allow_unsigned_extensions": "true", "threads": 1}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_store, "open_warehouse", open_there)
        patch.setattr(ducklake_database, "make_config", make_cheap_config)
        yield
