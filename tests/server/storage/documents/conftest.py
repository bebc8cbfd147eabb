"""Control stores on every engine that is there."""

from __future__ import annotations

import pytest

from arthurai.server.storage.documents import ControlStore

SECRET = b"s" * 32


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.files_of_sqlite), "postgresql"],
)
def location(request, tmp_path):
    """Give where a control database is to be, on each engine."""
    if request.param == "sqlite":
        return tmp_path / "control.sqlite"
    return request.getfixturevalue("postgresql_cluster").location()


@pytest.fixture
def control(location):
    """Give an empty control store."""
    store = ControlStore(location, SECRET)
    yield store
    store.close()
