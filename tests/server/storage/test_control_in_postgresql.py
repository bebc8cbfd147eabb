"""A server whose control data are in PostgreSQL, and what keeps two servers apart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from builders import administrator, attribute, prediction

from arthurai.cli import main
from arthurai.server.app import create_app
from arthurai.server.background.clock import Clock
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.backup import stream_backup
from arthurai.server.storage.documents import ControlStore
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.documents.stored_usage import Amount

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


def test_a_server_outlives_a_restart_of_postgresql(tmp_path, postgresql_cluster, address):
    with create_app(tmp_path / "a", control=address) as app, administrator(app) as client:
        client.get("/models").raise_for_status()
        postgresql_cluster.stop()
        assert client.get("/models").status_code == 500
        assert not app.stores.are_healthy()
        postgresql_cluster.start()
        client.get("/models").raise_for_status()
        client.post("/models", json=MODEL).raise_for_status()
        assert app.stores.are_healthy()
        with pytest.raises(ControlDatabaseError, match="in use by another server"):
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


def test_each_job_of_the_clock_is_done_by_one_of_two_servers(two_stores):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    done = []
    clocks = []
    for number, store in enumerate(two_stores):
        clock = Clock(lambda: moment, store.leases)
        clock.add_job("daily", lambda _, number=number: done.append(number), seconds=86_400)
        clock.add_job("failing", lambda _: 1 / 0, seconds=86_400)
        clocks.append(clock)
    moment += timedelta(days=1)
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(Clock.run_due, clocks)) == [2, 2]
    assert len(done) == 1
    moment += timedelta(days=1)
    clocks[1 - done[0]].run_due()  # within the period of the other one
    assert len(done) == 1
    clocks[done[0]].run_due()
    assert done == [done[0]] * 2


def test_each_message_is_tried_by_one_of_two_servers(two_stores):
    for number in range(20):
        two_stores[0].outbox.add(str(number), "mail", {}, due=0)
    two_stores[1].outbox.add("later", "mail", {}, due=2**33)
    work = [(store, str(number)) for number in range(20) for store in two_stores * 2]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: each[0].outbox.claim(each[1]), work))
    assert sorted(entry.id for entry in found if entry) == sorted(map(str, range(20)))
    assert two_stores[0].outbox.claim("later") is None
    assert two_stores[1].outbox.claim("gone") is None


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
        backup.write_bytes(b"".join(stream_backup(app.stores, directory)))
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
