"""A server whose control data are in PostgreSQL, and what keeps two servers apart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from builders import administrator, attribute, prediction

from arthurai.cli import main
from arthurai.common.bundle import Permission, load_bundle
from arthurai.server.app import create_app
from arthurai.server.authentication import Authentication
from arthurai.server.authorization import Authorization
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.backup import stream_backup
from arthurai.server.storage.documents import ControlStore
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.documents.stored_usage import Amount
from arthurai.server.storage.store_pair import check_pair
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.duckdb_database import DuckDBDatabase
from arthurai.transport.local import LocalTransport
from arthurai.version import __version__

MODEL = {
    "partner_model_id": "m",
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "attributes": [attribute("x"), prediction("p"), attribute("y", stage="GROUND_TRUTH")],
}
ROW = {
    "partner_inference_id": "1",
    "inference_timestamp": "2026-01-05T12:00:00Z",
    "inference_data": {"x": 1.0, "p": 0.5},
}


@pytest.fixture
def address(postgresql_cluster):
    """Give the address of an empty control database."""
    return postgresql_cluster.location()


@pytest.fixture
def two_stores(address):
    """Give two control stores on one database, as two servers have them."""
    stores = [ControlStore(address, b"s" * 32) for _ in range(2)]
    yield stores
    for store in stores:
        store.close()


def test_a_server_answers_alike_after_a_restart(tmp_path, address):
    with create_app(tmp_path / "a", control=address) as app, administrator(app) as client:
        made = client.post("/models", json=MODEL).json()
        path = f"/models/{made['id']}"
        assert client.post(f"{path}/inferences", json=[ROW]).json()["counts"]["success"] == 1
        before = client.get(path).json()
        key = app.admin_key
    assert not (tmp_path / "a" / "control.sqlite").exists()
    with create_app(tmp_path / "a", control=address) as app, administrator(app) as client:
        assert app.admin_key == key
        assert client.get(path).json() == before
        body = {"select": [{"function": "count", "alias": "n"}]}
        counted = client.post(f"{path}/inferences/query", json=body).json()
        assert counted["query_result"] == [{"n": 1}]


@pytest.mark.files_of_duckdb  # servers of a lake run beside each other
def test_a_second_server_is_refused_at_start(tmp_path, address):
    busy = pytest.raises(ControlDatabaseError, match="in use by another server")
    with create_app(tmp_path / "a", control=address), busy:
        create_app(tmp_path / "b", control=address)
    with pytest.raises(ValueError, match="belongs to the server of another data directory"):
        create_app(tmp_path / "b", control=address)
    create_app(tmp_path / "a", control=address).close()


def test_a_directory_is_not_opened_with_the_wrong_control_data(tmp_path, address):
    create_app(tmp_path / "a", control=address).close()
    with pytest.raises(ValueError, match="are in PostgreSQL"):
        create_app(tmp_path / "a")
    create_app(tmp_path / "b").close()
    with pytest.raises(ValueError, match="move-control"):
        create_app(tmp_path / "b", control=address)
    with pytest.raises(ValueError, match="need a data directory"):
        create_app(control=address)


@pytest.mark.faults
def test_a_server_outlives_a_restart_of_postgresql(tmp_path, postgresql_cluster, address):
    with create_app(tmp_path / "a", control=address) as app, administrator(app) as client:
        client.get("/models").raise_for_status()
        postgresql_cluster.stop()
        refused = client.get("/models")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert not app.stores.are_healthy()
        postgresql_cluster.start()
        client.get("/models").raise_for_status()
        client.post("/models", json=MODEL).raise_for_status()
        assert app.stores.are_healthy()
        refused = "in use by another server|secret.key differs from that of the servers that run"
        with pytest.raises((ControlDatabaseError, ValueError), match=refused):
            create_app(tmp_path / "b", control=address)


def test_a_server_gives_way_to_one_that_took_over(postgresql_cluster, address):
    first, second = ControlStore(address, b"s" * 32), ControlStore(address, b"s" * 32)
    try:
        first.database.claim()
        with postgresql_cluster.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        second.database.claim()
        with pytest.raises(ControlDatabaseError):
            first.organizations.create("lost")
        with pytest.raises(ControlDatabaseError, match="in use by another server"):
            first.organizations.create("lost")
        assert second.organizations.list() == []
    finally:
        first.close()
        second.close()


def test_changes_of_two_servers_are_all_kept_and_seen_at_once(two_stores):
    first, second = two_stores
    documents = [store.documents(Kind.METRIC) for store in two_stores]
    documents[0].put("o", "1", {"count": 0})
    errors = []

    def work(store, kept):
        try:
            for _ in range(30):
                kept.change("o", "1", lambda found: found.update(count=found["count"] + 1))
                store.usage.add("o", "m", "inferences", Amount(1, 1))
                store.usage.store()
        except ControlDatabaseError as error:
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=pair)
        for pair in zip(two_stores * 2, documents * 2, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for store, kept in zip(two_stores, documents, strict=True):
        assert kept.get("o", "1") == {"count": 120}
        assert store.usage.totals("o", 0, 2**33) == {("m", "inferences"): (120, 120)}
    organization = first.organizations.create("o")["id"]
    account = second.service_accounts.create(organization, "d", "User")
    token = second.service_accounts.token(account.id)
    assert first.service_accounts.find_by_token(token) == account
    second.service_accounts.delete(organization, account.id)
    assert first.service_accounts.find_by_token(token) is None


def test_what_one_server_changes_counts_on_the_other_at_once(two_stores):
    first, second = two_stores
    organization = first.organizations.create("o")["id"]
    user = first.users.create(username="ann", email="ann@example.com", password_hash=None)
    first.users.join(user.id, organization, "User")
    logins = [Authentication(store, b"s" * 32) for store in two_stores]
    token, _ = logins[0].open_session(user)
    headers = {"authorization": f"Bearer {token}"}
    for login in logins:
        assert login.authenticate(headers, {}).roles == ("User",)
    second.users.join(user.id, organization, "Administrator")
    assert logins[0].authenticate(headers, {}).roles == ("Administrator",)

    role = {"role_name": "r", "permissions": [{"resource": "model", "action": "read"}]}
    grants = Authorization(load_bundle(), first)
    assert not grants.role_exists(organization, "r")
    second.documents(Kind.CUSTOM_ROLE).put(organization, "r", role)
    assert grants.grants(["r"], organization) == {Permission("model", "read")}

    arguments = {"partner_model_id": "m", "model_group_id": None, "group_name": "m"}
    record = first.models.create(organization, {"attributes": []}, **arguments)
    assert second.models.get(None, record.id).document == record.document
    second.models.update(second.models.get(None, record.id), {"display_name": "changed"})
    assert first.models.get(None, record.id).document["display_name"] == "changed"
    with pytest.raises(ApiError, match="changed by another request"):
        first.models.update(record, {"display_name": "late"})

    for store in two_stores * 3:
        with pytest.raises(ApiError):
            store.users.log_in("ann", "wrong", "1.2.3.4")
    with pytest.raises(ApiError, match="too many failed logins"):
        first.users.log_in("ann", "wrong", "1.2.3.4")

    second.users.set_password(user, "hash")
    with pytest.raises(ApiError, match="the session has ended"):
        logins[0].authenticate(headers, {})


def test_servers_that_share_their_rows_share_a_secret_and_are_paired_once(address, monkeypatch):
    monkeypatch.setattr(DuckDBDatabase, "is_shared", True)
    secrets = (b"s" * 32, b"s" * 32, b"t" * 32)
    stores = [ControlStore(address, secret) for secret in secrets]
    data = DataStore()
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda store: check_pair(store, data.database), stores[:2]))
    identity = stores[0].documents(Kind.STORE_IDENTITY).get("", "identity")
    assert identity["id"] == data.database.store_id
    assert len(stores[0].servers.list_alive()) == 2
    with pytest.raises(ValueError, match="copy theirs into this data directory"):
        check_pair(stores[2], data.database)
    assert len(stores[0].servers.list_alive()) == 2
    stores[0].servers.forget_all()
    check_pair(stores[2], data.database)  # a new secret is taken while no other server runs
    with pytest.raises(ValueError, match="copy theirs into this data directory"):
        check_pair(stores[0], data.database)
    for store in stores:
        store.close()
    data.close()


@pytest.mark.files_of_duckdb  # a server of a lake may not be alone
def test_a_server_that_is_alone_waits_for_no_lease_of_one_that_died(tmp_path, address):
    create_app(tmp_path / "a", control=address).close()
    dead = ControlStore(address, b"s" * 32)
    assert dead.leases.take("message 1")
    dead.servers.note("dead")
    dead.close()
    with create_app(tmp_path / "a", control=address) as app:
        assert app.control.leases.take("message 1")
        (alive,) = app.control.servers.list_alive()
        assert alive.id == app.control.leases.holder


def test_health_lists_the_servers_that_run(tmp_path, address):
    with create_app(tmp_path / "a", control=address) as app:
        app.control.servers.note("another")
        with httpx.Client(transport=LocalTransport(app), base_url="http://local") as client:
            body = client.get("/health").json()
    assert body["server_id"] == app.control.leases.holder
    assert {each["id"] for each in body["servers"]} == {body["server_id"], "another"}
    assert {each["version"] for each in body["servers"]} == {__version__}
    assert all(0 <= each["seen_seconds_ago"] < 60 for each in body["servers"])
    look = ControlStore(address, b"s" * 32)
    assert [each.id for each in look.servers.list_alive()] == ["another"]
    look.close()


def test_a_nul_character_is_refused_and_its_look_alike_kept(two_stores):
    documents = two_stores[0].documents(Kind.METRIC)
    for document in ({"name": "a\0b"}, {"\\\0": 1}):
        with pytest.raises(ApiError) as caught:
            documents.put("o", "1", document)
        assert (caught.value.status, "NUL" in caught.value.reason) == (400, True)
    documents.put("o", "1", {"name": "\\u0000 and \\\\u0000"})
    assert documents.list("o", name="\\u0000 and \\\\u0000") == [{"name": "\\u0000 and \\\\u0000"}]


@pytest.mark.files_of_sqlite
def test_control_data_are_moved_and_backed_up(tmp_path, address, capsys):
    directory = tmp_path / "a"
    with create_app(directory) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=MODEL).json()['id']}"
        before, key = client.get(path).json(), app.admin_key
    assert main(["data", "move-control", str(directory), "--to", address]) == 0
    assert "rows moved" in capsys.readouterr().out
    assert main(["data", "move-control", str(directory), "--to", address]) == 1
    assert "nothing to move" in capsys.readouterr().err
    with create_app(directory, control=address) as app, administrator(app) as client:
        assert (client.get(path).json(), app.admin_key) == (before, key)
        backup = tmp_path / "backup.tar"
        backup.write_bytes(b"".join(stream_backup(app.stores)))
    assert main(["key", str(directory), "--control", address]) == 0
    assert key in capsys.readouterr().out
    assert main(["data", "restore", str(backup), str(tmp_path / "b")]) == 0
    with create_app(tmp_path / "b") as app, administrator(app) as client:
        assert client.get(path).json() == before


@pytest.mark.parametrize(
    "wrong",
    ["postgresql://u:secret@h/d", "postgresql://h/d?password=secret", "secret", "mysql://secret/"],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path, capsys, wrong):
    pytest.importorskip("psycopg")
    with pytest.raises(SystemExit):
        main(["serve", "--data-dir", str(tmp_path), "--control", wrong])
    assert "secret" not in capsys.readouterr().err.partition("--control")[2]
    with pytest.raises(ValueError, match="control database") as caught:
        create_app(tmp_path / "a", control=wrong)
    assert "secret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named_without_credentials(tmp_path, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGPASSWORD", "secret")
    with pytest.raises(ControlDatabaseError, match=r"'d' on 127\.0\.0\.1:1") as caught:
        create_app(tmp_path, control="postgresql://u@127.0.0.1:1/d")
    assert "secret" not in str(caught.value)
