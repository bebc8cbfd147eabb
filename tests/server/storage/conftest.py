"""Servers beside those of a lake."""

from __future__ import annotations

import pytest

from arthurai.server.storage.documents import control_store, engines
from arthurai.server.storage.warehouse import data_store, warehouse_engines


@pytest.fixture
def stores_in_files(monkeypatch):
    """Have servers keep their data in files where no address is named, in `make test-ducklake` too.

    Tests need it that lead from such a server to those of a lake, or back.
    """
    monkeypatch.setattr(control_store, "open_database", engines.open_database)
    monkeypatch.setattr(data_store, "open_warehouse", warehouse_engines.open_warehouse)
