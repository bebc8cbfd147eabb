"""What the whole suite shares: a clean environment and servers over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import unique_name
from running_server import serving

from arthurai import ArthurAI

pytest_plugins = [
    "hypothesis_profiles",
    "postgresql_cluster",
    "recorder",
    "s3_server",
    "scripted_server",
    "warehouse_lake",
]

TESTS = Path(__file__).parent
#: What `make test-fast` leaves out: tests below these paths, and tests that use these fixtures.
HEAVY_PATHS = (
    "cli",
    "commands",
    "contract",
    "docs",
    "examples",
    "logger",
    "model/modeling/test_columns_of_the_world.py",
    "model/modeling/test_kinds_of_models.py",
    "model/report",
    "model/viz",
    "official",
    "packaging",
    "pytest_plugin",
    "scripts",
    "server/background",
    "server/enrichment",
    "server/query/test_drift_properties.py",
    "server/sandbox",
    "server/serving",
    "server/storage/warehouse/test_grouped_writes.py",
    "server/storage/warehouse/test_query_watch.py",
    "server/web",
    "spec",
    "upload/test_arrow_type_roads.py",
)
HEAVY_FIXTURES = frozenset(
    {
        "hook_server",
        "listening",
        "mail_server",
        "platform",
        "raw_server",
        "scripted",
        "served",
        "server",
        "start_server",
        "traps_folder",
    }
)


def pytest_addoption(parser):
    """Let the pictures of the dashboard's pages be taken anew."""
    parser.addoption(
        "--update-screenshots", action="store_true", help="replace the pictures of the dashboard"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what starts processes and servers over sockets as heavy."""
    for item in items:
        path = item.path.relative_to(TESTS)
        heavy = any(path.is_relative_to(heavy_path) for heavy_path in HEAVY_PATHS)
        if heavy or HEAVY_FIXTURES.intersection(item.fixturenames):
            item.add_marker("heavy")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    """Keep the developer's own Arthur settings, and the mark of a CI service, out of the tests."""
    for name in [name for name in os.environ if name.startswith("ARTHUR_")]:
        monkeypatch.delenv(name)
    for name in ("VERIFY_SSL", "CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def start_server():
    """Give `serving`, to run servers with options of one's own."""
    return serving


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Run one persistent server for the whole session; give its address."""
    folder = tmp_path_factory.mktemp("served")
    with serving("--data-dir", str(folder / "data"), cwd=folder) as address:
        yield address


@pytest.fixture
def name():
    """Give a name that no other model has."""
    return unique_name()


@pytest.fixture(scope="session")
def arthur():
    """Connect to an embedded server that all tests of a process share."""
    with ArthurAI(url="local://") as connection:
        yield connection
