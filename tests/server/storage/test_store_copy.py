"""Copies of all that a server keeps: equal, continued after a death at any moment, never into what is in use."""

from __future__ import annotations

import pytest
from builders import administrator, attribute, prediction
from dying_copy import copy_and_die

from arthurai.cli import main
from arthurai.server.app import create_app
from arthurai.server.storage.directory_entries import COPY_FILE
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.store_copy import StorePlace, copy_stores
from arthurai.server.storage.warehouse.errors import DataStoreError, DataStoreLockedError

pytestmark = pytest.mark.files_of_sqlite

MODEL = {
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "attributes": [
        attribute("x"),
        attribute("tags", "STRING", position=1),
        prediction("p"),
        attribute("y", stage="GROUND_TRUTH"),
    ],
}


@pytest.fixture
def address(postgresql_cluster):
    return postgresql_cluster.location()


def fill(directory, control=None, models=2):
    """Make a server with rows, truths, references and files; return what it answers."""
    with create_app(directory, control=control) as app, administrator(app) as client:
        for number in range(models):
            made = client.post("/models", json={**MODEL, "partner_model_id": f"m{number}"}).json()
            path = f"/models/{made['id']}"
            rows = [
                {
                    "partner_inference_id": f"id-{row}",
                    "inference_timestamp": f"2026-01-05T12:00:{row % 60:02}Z",
                    "inference_data": {"x": row / 3, "tags": "ü" * (row % 3), "p": 0.5},
                    "ground_truth_timestamp": "2026-01-06T12:00:00Z",
                    "ground_truth_data": {"y": row / 7},
                }
                for row in range(50)
            ]
            assert client.post(f"{path}/inferences", json=rows).json()["counts"]["success"] == 50
            rule = {"name": "n", "bound": "upper", "threshold": 0.1, "severity": "warning"}
            client.post(f"{path}/alert_rules", json=rule)
        folder = directory / "images" / "deep"
        folder.mkdir(parents=True)
        (folder / "1.png").write_bytes(b"picture" * 1000)
        (directory / "images" / "2.png").write_bytes(b"other")
    return answers(directory, control)


def answers(directory, control=None):
    with create_app(directory, control=control) as app, administrator(app) as client:
        found = {"key": app.admin_key, "users": client.get("/users").json()}
        found["models"] = client.get("/models?sort=partner_model_id").json()
        for model in found["models"]["data"]:
            body = {"select": [{"property": name} for name in ("partner_inference_id", "x", "y")]}
            body["order_by"] = [{"property": "partner_inference_id"}]
            path = f"/models/{model['id']}"
            found[path] = client.post(f"{path}/inferences/query", json=body).json()
            found[f"{path} rules"] = client.get(f"{path}/alert_rules").json()
    found["files"] = {
        str(path.relative_to(directory)): path.read_bytes()
        for path in (directory / "images").rglob("*")
        if path.is_file()
    }
    return found


def test_a_copy_answers_alike(tmp_path, capsys):
    before = fill(tmp_path / "a")
    assert main(["data", "copy", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert "100 inferences" in capsys.readouterr().out
    assert answers(tmp_path / "b") == before == answers(tmp_path / "a")
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "b" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_copies_go_from_and_to_postgresql(tmp_path, address, postgresql_cluster):
    before = fill(tmp_path / "a")
    first = copy_stores(StorePlace(tmp_path / "a"), StorePlace(tmp_path / "b", address))
    assert not (tmp_path / "b" / "control.sqlite").exists()
    assert answers(tmp_path / "b", address) == before
    other = postgresql_cluster.location()
    second = copy_stores(StorePlace(tmp_path / "b", address), StorePlace(tmp_path / "c", other))
    assert second == first
    assert answers(tmp_path / "c", other) == before
    copy_stores(StorePlace(tmp_path / "c", other), StorePlace(tmp_path / "d"))
    assert answers(tmp_path / "d") == before


def crash(folder, step, control=None):
    """Copy in another process, which dies at a step; return whether it did."""
    return copy_and_die((folder / "a", None, None), (folder / "b", control, None), step)


def check_crashes(folder, steps, *more):
    before = fill(folder / "a", models=1)
    for step in steps:
        if not crash(folder, step, *more):
            break
        if (folder / "b" / COPY_FILE).exists():
            with pytest.raises(DataStoreError, match="was interrupted"):
                create_app(folder / "b", control=more[0] if more else None)
    else:
        copy_stores(StorePlace(folder / "a"), StorePlace(folder / "b", *more))
    assert answers(folder / "b", *more) == before


def test_a_copy_that_died_is_continued(tmp_path):
    check_crashes(tmp_path, (1, 8, 25, 45))


def test_a_copy_to_postgresql_that_died_is_continued(tmp_path, address):
    check_crashes(tmp_path, (10, 45), address)


@pytest.mark.slow
def test_a_copy_that_dies_at_every_step_is_continued(tmp_path):
    check_crashes(tmp_path, range(1, 100))


@pytest.mark.slow
def test_a_copy_to_postgresql_that_dies_at_every_step_is_continued(tmp_path, address):
    check_crashes(tmp_path, range(1, 100, 3), address)


def test_tables_that_changed_since_are_copied_again(tmp_path):
    fill(tmp_path / "a", models=1)
    assert crash(tmp_path, 45)
    with create_app(tmp_path / "a") as app, administrator(app) as client:
        path = f"/models/{client.get('/models').json()['data'][0]['id']}"
        row = {
            "partner_inference_id": "late",
            "inference_timestamp": "2026-01-07T00:00:00Z",
            "inference_data": {"x": 1.0, "tags": "t", "p": 0.5},
        }
        assert client.post(f"{path}/inferences", json=[row]).json()["counts"]["success"] == 1
        (tmp_path / "a" / "images" / "2.png").unlink()
    copied = copy_stores(StorePlace(tmp_path / "a"), StorePlace(tmp_path / "b"))
    assert sum(count for name, count in copied.rows.items() if name.endswith("_rows")) == 51
    assert answers(tmp_path / "b") == answers(tmp_path / "a")
    assert not (tmp_path / "b" / "images" / "2.png").exists()


def test_what_is_in_use_is_refused(tmp_path, address, postgresql_cluster):
    fill(tmp_path / "a", models=1)
    source = StorePlace(tmp_path / "a")
    with create_app(tmp_path / "a"), pytest.raises(DataStoreLockedError):
        copy_stores(source, StorePlace(tmp_path / "b"))
    with create_app(tmp_path / "c"), pytest.raises(DataStoreLockedError):
        copy_stores(source, StorePlace(tmp_path / "c"))
    busy = pytest.raises(ControlDatabaseError, match="in use by another server")
    with create_app(tmp_path / "d", control=address), busy:
        copy_stores(source, StorePlace(tmp_path / "e", address))
    assert not (tmp_path / "e" / COPY_FILE).exists()


def test_what_is_not_empty_is_refused(tmp_path, address, capsys):
    fill(tmp_path / "a", models=1)
    create_app(tmp_path / "b").close()
    source = StorePlace(tmp_path / "a")
    with pytest.raises(ValueError, match="is not empty; choose another directory"):
        copy_stores(source, StorePlace(tmp_path / "b"))
    create_app(tmp_path / "c", control=address).close()
    with pytest.raises(ValueError, match="is not empty; name an empty database"):
        copy_stores(source, StorePlace(tmp_path / "d", address))
    with pytest.raises(ValueError, match="different directories"):
        copy_stores(source, source)
    (tmp_path / "empty").mkdir()
    assert main(["data", "copy", str(tmp_path / "empty"), str(tmp_path / "x")]) == 1
    assert "is no data directory" in capsys.readouterr().err


def test_a_part_of_another_copy_is_refused(tmp_path):
    fill(tmp_path / "a", models=1)
    fill(tmp_path / "other", models=1)
    assert crash(tmp_path, 40)
    with pytest.raises(ValueError, match="a part of another copy"):
        copy_stores(StorePlace(tmp_path / "other"), StorePlace(tmp_path / "b"))


def test_a_copy_that_differs_is_refused(tmp_path, monkeypatch):
    from arthurai.server.storage.warehouse import database_copy

    fill(tmp_path / "a", models=1)
    real = database_copy.copy_selected

    def lose_one(cursor, copy, name):
        real(cursor, copy, name)
        if name.endswith("_rows"):
            copy.execute(
                f"UPDATE {name} SET seq = seq + 1000 WHERE seq = (SELECT max(seq) FROM {name})"
            )

    monkeypatch.setattr(database_copy, "copy_selected", lose_one)
    with pytest.raises(DataStoreError, match="of the copy is different"):
        copy_stores(StorePlace(tmp_path / "a"), StorePlace(tmp_path / "b"))
    with pytest.raises(DataStoreError, match="was interrupted"):
        create_app(tmp_path / "b")
    monkeypatch.undo()
    copy_stores(StorePlace(tmp_path / "a"), StorePlace(tmp_path / "b"))
    assert answers(tmp_path / "b") == answers(tmp_path / "a")
