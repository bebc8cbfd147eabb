"""Backups of servers that are written to, and the check of them by opening."""

import tarfile
import threading

import httpx
import pytest
from builders import administrator

from arthurai import cli
from arthurai.server.app import create_app
from arthurai.server.serving.waitress_server import Server, listen
from arthurai.server.storage.backup import check_backup, extract_backup, write_backup
from arthurai.server.storage.directory_entries import ENTRIES
from arthurai.server.storage.warehouse.errors import DataStoreError

pytestmark = pytest.mark.files_of_sqlite

KEPT = {"control.sqlite", "data.duckdb", "secret.key", "backup.json"}


def sums(app, model_id):
    relation = app.data.relation(model_id, "inference")
    sql = f"SELECT count(*), sum(hash(partner_inference_id)), max(seq) FROM {relation}"
    return app.data.fetch(sql)[1][0]


class Writer:
    """Writes rows as fast as it can until it is told to stop."""

    def __init__(self, client, path, inference, number):
        self.client, self.path, self.inference, self.number = client, path, inference, number
        self.sent, self._stopping = 0, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc_info):
        self._stopping.set()
        self._thread.join()

    def _run(self):
        while not self._stopping.is_set():
            rows = [self.inference(f"{self.number}-{self.sent + n}") for n in range(50)]
            answer = self.client.post(f"{self.path}/inferences", json=rows)
            assert answer.json()["counts"]["success"] == 50
            self.sent += 50


def back_up_and_compare(tmp_path, binary_model, inference, repeats):
    (tmp_path / "live").mkdir()
    with create_app(tmp_path / "live") as app, administrator(app) as admin:
        model_id = admin.post("/models", json=binary_model).json()["id"]
        path = f"/models/{model_id}"
        for number in range(repeats):
            before = sums(app, model_id)[0]
            copy = tmp_path / f"copy {number}"
            copy.mkdir()
            with administrator(app) as client, Writer(client, path, inference, number) as writer:
                while not writer.sent:
                    pass
                least = writer.sent
                write_backup(app.stores, copy)
                most = writer.sent + 50
            assert {path.name for path in copy.iterdir()} == KEPT
            live = list((tmp_path / "live").iterdir())
            assert [p for p in live if not any(p.match(e.pattern) for e in ENTRIES)] == []
            summary = check_backup(copy, create_app)
            with create_app(copy) as restored:
                count, checksum, last = sums(restored, model_id)
                assert restored.control.models.get(None, model_id).partner_model_id == "loan-risk"
            assert before + least <= count <= before + most
            assert count % 50 == 0  # no request is there in part
            assert count in summary["rows"].values()
            relation = app.data.relation(model_id, "inference")
            sql = f"SELECT sum(hash(partner_inference_id)) FROM {relation} WHERE seq <= ?"
            assert app.data.fetch(sql, [last])[1][0][0] == checksum


@pytest.mark.heavy
def test_backups_during_writes_hold_one_moment(tmp_path, binary_model, inference):
    back_up_and_compare(tmp_path, binary_model, inference, 2)


@pytest.mark.slow
def test_many_backups_during_writes_hold_one_moment(tmp_path, binary_model, inference):
    back_up_and_compare(tmp_path, binary_model, inference, 20)


@pytest.mark.heavy
def test_the_command_backs_up_a_server_that_runs(
    tmp_path, binary_model, inference, capsys, monkeypatch
):
    (tmp_path / "live").mkdir()
    archive = tmp_path / "b.tar"
    with create_app(tmp_path / "live") as app, administrator(app) as admin, listen(port=0) as port:
        model_id = admin.post("/models", json=binary_model).json()["id"]
        admin.post(f"/models/{model_id}/inferences", json=[inference("a")])
        server = Server(app, port, max_body_bytes=2**20)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert httpx.post(f"{server.url}/backup").status_code == 401
            monkeypatch.setenv("ARTHUR_API_KEY", app.admin_key)
            words = ["data", "backup", "--url", server.url, "--to-tar", str(archive)]
            assert cli.main(words) == 0
        finally:
            server.stop()
            thread.join()
        assert not list((tmp_path / "live").glob(".backup-*"))
    assert "1 inferences" in capsys.readouterr().out
    with tarfile.open(archive) as tar:
        assert {"backup.json", "control.sqlite", "data.duckdb", "secret.key"} <= set(tar.getnames())


def test_the_command_backs_up_and_restores_a_directory(tmp_path, binary_model, inference, capsys):
    live, copy = tmp_path / "live", tmp_path / "copy"
    with create_app(live) as app, administrator(app) as admin:
        model_id = admin.post("/models", json=binary_model).json()["id"]
        admin.post(f"/models/{model_id}/inferences", json=[inference("a"), inference("b")])
        before = sums(app, model_id)
    archive = tmp_path / "b.tar"
    assert cli.main(["data", "backup", str(live), "--to-tar", str(archive)]) == 0
    assert cli.main(["data", "restore", str(archive), str(copy)]) == 0
    assert capsys.readouterr().out.count("2 inferences") == 2
    with create_app(copy) as app:
        assert sums(app, model_id) == before
    assert cli.main(["data", "restore", str(archive), str(copy)]) == 1  # not empty
    assert cli.main(["data", "backup", str(live), "--to-tar", str(archive)]) == 1  # is there


def test_what_is_no_backup_is_refused(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"nothing")
    (tmp_path / "out").mkdir()
    with pytest.raises(DataStoreError, match="is no backup"):
        extract_backup(tmp_path / "x.tar", tmp_path / "out")
    with pytest.raises(DataStoreError, match=r"backup.json is missing"):
        check_backup(tmp_path / "out", create_app)


def test_a_backup_that_lacks_rows_is_found(tmp_path, binary_model, inference):
    live, copy = tmp_path / "live", tmp_path / "copy"
    copy.mkdir()
    with create_app(live) as app, administrator(app) as admin:
        model_id = admin.post("/models", json=binary_model).json()["id"]
        admin.post(f"/models/{model_id}/inferences", json=[inference("a")])
        write_backup(app.stores, copy)
    text = (copy / "backup.json").read_text()
    (copy / "backup.json").write_text(text.replace('_rows":1', '_rows":2'))
    with pytest.raises(DataStoreError, match="has 1 rows, not 2"):
        check_backup(copy, create_app)
