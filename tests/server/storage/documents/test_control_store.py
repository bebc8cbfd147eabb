"""The control database: migrations, transactions, documents, secrets, restarts."""

from __future__ import annotations

import sqlite3
import stat
import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.server.app import create_app
from arthurai.server.storage.documents import migrations as schema
from arthurai.server.storage.documents.document_store import DocumentRepository
from arthurai.server.storage.documents.sqlite_database import SqliteDatabase, migrate
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.transport.local import LocalTransport

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


def tables(connection):
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    return [tuple(row) for row in rows]


def opened(path, version=None):
    """Open a database file that was left at some version."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statements in schema.MIGRATIONS[:version]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {version or 0}")
    return connection


@pytest.mark.parametrize("version", range(len(schema.MIGRATIONS)))
def test_every_older_version_is_brought_up_to_date(tmp_path, version):
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    migrate(fresh)
    older = opened(tmp_path / "a.sqlite", version)
    if version:
        older.execute("INSERT INTO organizations VALUES ('i', 'n', 'p', 'c', 'u')")
    migrate(older)
    assert tables(older) == tables(fresh)
    assert older.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    kept = older.execute("SELECT name FROM organizations").fetchall()
    assert kept == ([("n",)] if version else [])
    migrate(older)
    assert tables(older) == tables(fresh)


def test_a_failing_migration_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    connection = opened(tmp_path / "a.sqlite", 1)
    before = tables(connection)
    broken = (*schema.MIGRATIONS[:1], ("CREATE TABLE new (a INTEGER)", "nonsense"))
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection)
    assert tables(connection) == before
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 1


def test_a_file_of_a_newer_release_is_left_alone(tmp_path):
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(ValueError, match="999"):
        SqliteDatabase(path)


@pytest.mark.files_of_sqlite
def test_a_directory_of_a_newer_release_is_given_free_again(tmp_path):
    create_app(tmp_path).close()
    with sqlite3.connect(tmp_path / "control.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    for _ in range(2):
        with pytest.raises(ValueError, match="999"):
            create_app(tmp_path)


def test_transactions_are_whole_or_nothing():
    database = SqliteDatabase(None)
    documents = DocumentRepository(database, "k")

    def fail_halfway():
        with database.transaction():
            documents.put("o", "1", {})
            with database.transaction():
                documents.put("o", "2", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert documents.list("o") == []
    with database.transaction():
        documents.put("o", "1", {})
    assert documents.list("o") == [{}]


def test_changes_by_many_threads_are_all_kept():
    documents = DocumentRepository(SqliteDatabase(None), "k")
    documents.put("o", "1", {"count": 0})

    def work():
        for _ in range(50):
            documents.change("o", "1", lambda d: d.update(count=d["count"] + 1))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert documents.get("o", "1") == {"count": 400}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("123"), JSON), max_size=12))
def test_documents_behave_like_a_dictionary_in_order_of_insertion(steps):
    documents = DocumentRepository(SqliteDatabase(None), "k")
    DocumentRepository(documents._database, "other").put("a", "1", {"of": "another kind"})
    model = {}
    for organization, identifier, value in steps:
        if (organization, identifier) in model and value is None:
            assert documents.delete(organization, identifier)
            del model[organization, identifier]
        else:
            documents.put(organization, identifier, {"value": value})
            model[organization, identifier] = {"value": value}
    for organization in "ab":
        expected = [value for (owner, _), value in model.items() if owner == organization]
        assert documents.list(organization) == expected
        assert documents.count(organization) == len(expected)
    assert sorted(map(repr, documents.list(None))) == sorted(map(repr, model.values()))
    for organization in "ab":
        for identifier in "123":
            assert documents.get(organization, identifier) == model.get((organization, identifier))


@pytest.mark.parametrize("value", [1, 1.5, "text", "it's", True, False, None])
def test_documents_are_found_by_their_members(value):
    documents = DocumentRepository(SqliteDatabase(None), "k")
    documents.put("o", "1", {"member": value}, model_id="m")
    documents.put("o", "2", {"member": "another"}, model_id="m")
    documents.put("o", "3", {"member": value}, model_id="n")
    assert documents.list("o", model_id="m", member=value) == [{"member": value}]
    assert documents.delete_all("o", model_id="m") == 2
    assert documents.count(None) == 1


def test_everything_is_there_after_a_restart(tmp_path, binary_model):
    def client(app, token):
        return httpx.Client(
            transport=LocalTransport(app),
            base_url="http://local/api/v3",
            headers={"Authorization": token},
        )

    with create_app(tmp_path) as app:
        app.make_login()
        key, login = app.admin_key, app.first_login
        model = client(app, key).post("/models", json=binary_model).json()
    with create_app(tmp_path) as app:
        app.make_login()
        assert app.admin_key == key
        assert app.first_login is None
        found = client(app, key).get(f"/models/{model['id']}").json()
        assert found["display_name"] == "Loan risk"
        body = {"login": login.username, "password": login.password}
        assert client(app, "").post("/login", json=body).status_code == 200


def test_a_directory_that_was_used_without_a_login_can_still_get_one(tmp_path):
    with create_app(tmp_path) as app:
        assert app.first_login is None
    with create_app(tmp_path) as app:
        app.make_login()
        login = app.first_login
        assert app.control.users.log_in(login.username, login.password, "")


@pytest.mark.files_of_sqlite
def test_the_first_login_is_not_shown_by_accident(tmp_path):
    with create_app(tmp_path) as app:
        app.make_login()
        assert app.first_login.password not in repr(app.first_login)
        content = (tmp_path / "control.sqlite").read_bytes()
        content += (tmp_path / "control.sqlite-wal").read_bytes()
        assert app.first_login.password.encode() not in content
        assert app.admin_key.encode() not in content
        mode = (tmp_path / "secret.key").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_a_damaged_secret_is_named(tmp_path):
    create_app(tmp_path).close()
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"secret\.key is damaged"):
        create_app(tmp_path)


@pytest.mark.files_of_duckdb  # servers of a lake share a directory
def test_a_directory_has_one_server_at_a_time(tmp_path):
    with create_app(tmp_path), pytest.raises(DataStoreError, match="already open"):
        create_app(tmp_path)
    create_app(tmp_path).close()
