"""Warehouses in DuckLake for tests.

`ARTHUR_TEST_WAREHOUSE=ducklake` has every data store that tests open in their own process keep its
rows in a lake, whose catalog is in a throw-away PostgreSQL. Its files are in a directory, or with
`ARTHUR_TEST_STORAGE=s3` in a throw-away server of S3.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from s3_server import WANTED as S3_WANTED

WANTED = os.environ.get("ARTHUR_TEST_WAREHOUSE") == "ducklake"


@pytest.fixture(scope="session")
def lake_address(request):
    """Give a maker of addresses of empty lakes, or of one with a name."""
    if importlib.util.find_spec("duckdb_extension_ducklake") is None:
        problem = "the extensions of DuckDB for DuckLake are not installed (make test-ducklake)"
        if WANTED:
            pytest.fail(problem)
        pytest.skip(problem)
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


@pytest.fixture(scope="session", autouse=WANTED)
def rows_in_ducklake(request):
    """Keep the rows of all data stores of this process in DuckLake."""
    make = request.getfixturevalue("lake_address")
    from arthurai.common.settings import LAKE_PREFIX
    from arthurai.server.storage.s3_address import parse_s3
    from arthurai.server.storage.warehouse import data_store
    from arthurai.server.storage.warehouse.ducklake_database import DuckLakeDatabase
    from arthurai.server.storage.warehouse.lake_storage import LakeBucket, LakeDirectory

    class InPlaceOfMemory(DuckLakeDatabase):
        durable = False

        def close(self):
            super().close()
            if not S3_WANTED:
                shutil.rmtree(self.files.name, ignore_errors=True)

    opened = data_store.open_warehouse
    places = {}

    def place_of(directory):
        if not S3_WANTED:
            return LakeDirectory(directory or Path(tempfile.mkdtemp(prefix="arthurai-lake-")))
        place = parse_s3(request.getfixturevalue("make_s3_place")())
        return LakeBucket(places.setdefault(directory, place) if directory else place)

    def open_there(directory, *, address=None, storage=None, **bounds):
        if address is not None:
            return opened(directory, address=address, storage=storage, **bounds)
        if directory is None:
            return InPlaceOfMemory(make().removeprefix(LAKE_PREFIX), place_of(None), **bounds)
        directory = directory.resolve()
        address = make(str(directory)).removeprefix(LAKE_PREFIX)
        return DuckLakeDatabase(address, place_of(directory), **bounds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_store, "open_warehouse", open_there)
        yield
