"""Data directories whose stores were lost, exchanged, moved, or that have no room."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import time
from pathlib import Path

import duckdb
import httpx
import pytest

from arthurai import ArthurAI, ArthurUserError
from arthurai.server.app import create_app
from arthurai.server.storage.warehouse.directory_lock import DirectoryLock
from arthurai.server.storage.warehouse.errors import DataStoreLockedError
from arthurai.transport.local import LocalTransport


@pytest.fixture
def with_model(tmp_path, binary_model):
    """Give a directory with a model and rows."""

    def make(name):
        directory = tmp_path / name
        with create_app(directory) as app, client_of(app) as client:
            assert client.post("/models", json=binary_model).status_code == 201
        return directory

    return make


def client_of(app):
    return httpx.Client(
        transport=LocalTransport(app),
        base_url="http://local/api/v3",
        headers={"Authorization": app.admin_key},
    )


def health(app):
    with httpx.Client(transport=LocalTransport(app), base_url="http://local") as client:
        return client.get("/health").status_code


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def remove(directory, name):
    for path in directory.glob(f"{name}*"):
        path.unlink()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("data.duckdb", marks=pytest.mark.files_of_duckdb),
        pytest.param("control.sqlite", marks=pytest.mark.files_of_sqlite),
    ],
)
def test_a_lost_store_is_noticed(with_model, name):
    directory = with_model("one")
    with create_app(directory) as app:
        assert health(app) == 200
    remove(directory, name)
    for _ in range(2):
        with pytest.raises(ValueError, match=f"{name} is missing"):
            create_app(directory)


@pytest.mark.files_of_sqlite
def test_an_emptied_control_store_is_noticed(with_model):
    directory = with_model("one")
    remove(directory, "control.sqlite-")
    (directory / "control.sqlite").write_bytes(b"")
    with pytest.raises(ValueError, match=r"control\.sqlite is missing or empty"):
        create_app(directory)


@pytest.mark.files_of_duckdb
def test_a_store_of_another_directory_is_noticed(with_model):
    one, other = with_model("one"), with_model("other")
    shutil.copy(other / "data.duckdb", one / "data.duckdb")
    with pytest.raises(ValueError, match="different directories"):
        create_app(one)


def test_directories_of_earlier_releases_are_paired(with_model):
    directory = with_model("one")

    def forget(cursor):
        cursor.execute("DELETE FROM arthur_meta WHERE name = 'store_id'")

    with create_app(directory) as app:
        app.data.database.write(forget)
    with create_app(directory) as app:
        app.control.database.execute("DELETE FROM documents WHERE kind = 'store_identity'")
        app.data.database.write(forget)
    for _ in range(2):
        with create_app(directory) as app:
            assert health(app) == 200


@pytest.mark.rows_in_directory
@pytest.mark.parametrize(
    "how",
    [
        "deleted",
        "moved",
        pytest.param("control replaced", marks=pytest.mark.files_of_sqlite),
        pytest.param("data deleted", marks=pytest.mark.files_of_duckdb),
    ],
)
def test_a_directory_that_goes_away_under_the_server_is_noticed(with_model, how):
    directory = with_model("one")
    with create_app(directory) as app:
        assert health(app) == 200
        if how == "deleted":
            shutil.rmtree(directory)
        elif how == "moved":
            directory.rename(directory.with_name("elsewhere"))
        elif how == "control replaced":
            shutil.copy(directory / "control.sqlite", directory / "copy")
            (directory / "copy").replace(directory / "control.sqlite")
        else:
            (directory / "data.duckdb").unlink()
        assert wait_for(lambda: health(app) == 503)  # it is known for a second


def test_files_are_private_whoever_made_the_directory(with_model):
    directory = with_model("one")
    for path in directory.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    (directory / "notes.txt").write_text("of somebody else")
    (directory / "notes.txt").chmod(0o644)
    with create_app(directory):
        for path in directory.iterdir():
            mode = stat.S_IMODE(path.stat().st_mode)
            if path.name == "notes.txt":
                assert mode == 0o644
            elif path.suffix != ".wal":
                assert mode & 0o077 == 0, path


def test_a_lock_that_cannot_be_written_still_locks(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    lock = DirectoryLock(tmp_path)
    monkeypatch.undo()
    with pytest.raises(DataStoreLockedError, match="process unknown"):
        DirectoryLock(tmp_path)
    lock.release()
    DirectoryLock(tmp_path).release()


@pytest.mark.files_of_duckdb  # servers of a lake take no lock of a directory
def test_a_file_system_without_locks_is_refused_by_name(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))
    url = f"local://{tmp_path}"
    for _ in range(3):
        with pytest.raises(ArthurUserError, match="cannot lock files") as caught:
            ArthurAI(url=url)
        assert "already open" not in str(caught.value)
    assert len(list(open_files.iterdir())) == before
    assert {path.name for path in tmp_path.iterdir()} == {"arthur.lock"}
    monkeypatch.undo()
    with ArthurAI(url=url) as arthur:
        assert arthur.list_models() == []


@pytest.mark.files_of_duckdb
@pytest.mark.parametrize("name", ["what?", "a\\b"])
def test_a_name_that_duckdb_reads_otherwise_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="must not contain"):
        create_app(tmp_path / name)
    (tmp_path / name / "arthur.lock").unlink()
    with create_app(tmp_path / "fine # % ' [x];: $~") as app:
        assert health(app) == 200


def test_the_database_is_opened_again_after_an_error(with_model, monkeypatch):
    directory = with_model("one")
    with create_app(directory) as app, client_of(app) as client:
        model = client.get("/models").json()["data"][0]["id"]
        query = {"select": [{"function": "count"}]}
        database = app.data.database

        def fail(_):
            raise duckdb.FatalException(
                "COMMIT succeeded and is durable, but the autocheckpoint failed. Reopen the database"
            )

        with pytest.raises(duckdb.FatalException):
            database.write(fail)
        answer = client.post(f"/models/{model}/inferences/query", json=query)
        assert answer.status_code == 200, answer.text
        assert health(app) == 200
