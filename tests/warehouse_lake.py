"""Warehouses in DuckLake for tests.

`ARTHUR_TEST_WAREHOUSE=ducklake` has every data store that tests open in their own process keep its
rows in a lake, whose catalog is in a throw-away PostgreSQL.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session", autouse=WANTED)
def rows_in_ducklake(request):
    """Keep the rows of all data stores of this process in DuckLake."""
    make = request.getfixturevalue("lake_address")
    from arthurai.server.storage.warehouse import data_store
    from arthurai.server.storage.warehouse.ducklake_database import DuckLakeDatabase
    from arthurai.server.storage.warehouse.warehouse_engines import LAKE_PREFIX

    class InPlaceOfMemory(DuckLakeDatabase):
        durable = False

        def close(self):
            super().close()
            shutil.rmtree(self.files, ignore_errors=True)

    opened = data_store.open_warehouse

    def open_there(directory, *, address=None, **bounds):
        if address is not None:
            return opened(directory, address=address, **bounds)
        if directory is None:
            folder = Path(tempfile.mkdtemp(prefix="arthurai-lake-"))
            return InPlaceOfMemory(make().removeprefix(LAKE_PREFIX), folder, **bounds)
        address = make(str(directory.resolve())).removeprefix(LAKE_PREFIX)
        return DuckLakeDatabase(address, directory, **bounds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_store, "open_warehouse", open_there)
        yield
