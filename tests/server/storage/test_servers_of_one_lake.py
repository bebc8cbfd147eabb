"""Servers that share a lake of rows and their control data in PostgreSQL."""

from __future__ import annotations

import os
import re
import tarfile
import time
from contextlib import ExitStack

import httpx
import pytest
from builders import administrator, attribute, prediction

from arthurai.cli import main
from arthurai.server.app import create_app
from arthurai.server.storage.backup import stream_backup
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.transport.local import LocalTransport

MODEL = {
    "partner_model_id": "m",
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "attributes": [attribute("x"), prediction("p"), attribute("y", stage="GROUND_TRUTH")],
}
NOT_NULL = {"property": "y", "comparator": "NotNull"}
COUNT = {"select": [{"function": "count", "alias": "n"}]}


def row(number, **data):
    """Give an inference of the model."""
    return {
        "partner_inference_id": str(number),
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"x": 1.0, "p": 0.5, **data},
    }


@pytest.fixture
def options(lake_address, postgresql_cluster, tmp_path):
    """Give the arguments of servers that share everything."""
    return {
        "data_dir": tmp_path / "shared",
        "control": postgresql_cluster.location(),
        "warehouse": lake_address(),
    }


@pytest.fixture
def servers(options):
    """Give two servers that share everything, with clients that may do all."""
    with ExitStack() as stack:
        apps = [stack.enter_context(create_app(**options)) for _ in range(2)]
        yield apps, [stack.enter_context(administrator(app)) for app in apps]


def test_a_request_goes_to_any_server(servers):
    apps, (first, second) = servers
    assert apps[0].admin_key == apps[1].admin_key
    path = f"/models/{first.post('/models', json=MODEL).json()['id']}"
    first.post(f"{path}/inferences", json=[{"partner_inference_id": "bad"}])  # makes its tables
    shown = second.get(f"{path}/attributes").json()["data"]
    attributes = [found for found in shown if not found["implicit"]]
    attributes.append({"name": "z", "stage": "NON_INPUT_DATA", "value_type": "INTEGER"})
    answer = second.put(f"{path}/attributes", json=attributes)
    assert answer.status_code == 204, answer.text
    for number, client in enumerate((first, second, first, second)):
        rows = [row(number), row(number + 1)]
        answer = client.post(f"{path}/inferences", json=rows).json()
        assert answer["counts"]["success"] == 2
    headers = {"Idempotency-Key": "k"}
    answers = [
        client.post(f"{path}/inferences", json=[row(9)], headers=headers).json()
        for client in (first, second)
    ]
    assert answers[0] == answers[1]
    for client in (first, second):
        found = client.post(f"{path}/inferences/query", json=COUNT).json()
        assert found["query_result"] == [{"n": 6}]
    first.post(f"{path}/inferences", json=[row(10, z=7)]).raise_for_status()
    body = {"select": [{"property": "z"}], "filter": [{"property": "z", "comparator": "NotNull"}]}
    found = second.post(f"{path}/inferences/query", json=body).json()
    assert found["query_result"] == [{"z": 7}]
    assert all(app.stores.are_healthy() for app in apps)
    second.delete(path).raise_for_status()
    assert first.get(path).status_code in {404, 410} or first.get(path).json()["archived"]


def test_the_dashboard_lists_the_servers(servers):
    apps, _ = servers
    with httpx.Client(
        transport=LocalTransport(apps[0]), base_url="http://local", follow_redirects=True
    ) as browser:
        browser.get(apps[0].make_dashboard_link("http://local"))
        text = browser.get("/ui/server").text
    ids = [app.control.leases.holder for app in apps]
    assert all(text.count(server_id) == 1 for server_id in ids)
    assert re.findall(r"(\S+) <span class=\"dim\">this one", text) == [f'scope="row">{ids[0]}']


def test_what_a_killed_backup_left_is_removed_after_a_day(options):
    create_app(**options).close()
    folder = options["data_dir"]
    for name, age in (("old", 90_000), ("new", 80_000)):
        (folder / f".backup-{name}").mkdir()
        path = folder / f".backup-{name}" / "backup.tar"
        path.write_bytes(b"x")
        for changed in (path, path.parent):
            os.utime(changed, (time.time() - age,) * 2)
    create_app(**options).close()
    assert [path.name for path in folder.glob(".backup-*")] == [".backup-new"]


@pytest.mark.faults
def test_servers_outlive_a_restart_of_postgresql(servers, postgresql_cluster):
    apps, (first, second) = servers
    path = f"/models/{first.post('/models', json=MODEL).json()['id']}"
    second.post(f"{path}/inferences", json=[row(1)]).raise_for_status()
    postgresql_cluster.stop()
    try:
        assert first.post(f"{path}/inferences", json=[row(2)]).status_code == 503
        assert not apps[1].stores.are_healthy()
    finally:
        postgresql_cluster.start()
    for number, client in enumerate((first, second), 3):
        client.post(f"{path}/inferences", json=[row(number)]).raise_for_status()
        found = client.post(f"{path}/inferences/query", json=COUNT).json()
        assert found["query_result"] == [{"n": number - 1}]
    assert all(app.stores.are_healthy() for app in apps)


@pytest.mark.usefixtures("stores_in_files")
def test_a_backup_of_a_lake_opens_as_a_server_of_its_own(servers, options, tmp_path, capsys):
    apps, (first, second) = servers
    path = f"/models/{first.post('/models', json=MODEL).json()['id']}"
    second.post(f"{path}/inferences", json=[row(1), row(2)]).raise_for_status()
    backup = tmp_path / "backup.tar"
    backup.write_bytes(b"".join(stream_backup(apps[0].stores)))
    with tarfile.open(backup) as tar:
        names = {name.partition("/")[0] for name in tar.getnames()}
    assert {"data.duckdb", "control.sqlite", "secret.key"} <= names
    assert not names & {"rows", "lake.id"}
    assert main(["data", "restore", str(backup), str(tmp_path / "alone")]) == 0
    with create_app(tmp_path / "alone") as app, administrator(app) as client:
        found = client.post(f"{path}/inferences/query", json=COUNT).json()
        assert found["query_result"] == [{"n": 2}]
    capsys.readouterr()
    assert main(["key", str(options["data_dir"]), "--control", options["control"]]) == 0
    assert apps[0].admin_key in capsys.readouterr().out


@pytest.mark.usefixtures("stores_in_files")
def test_a_directory_moves_into_a_lake(options, tmp_path, capsys, monkeypatch):
    alone = tmp_path / "alone"
    with create_app(alone) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=MODEL).json()['id']}"
        client.post(f"{path}/inferences", json=[row(n) for n in range(5)]).raise_for_status()
        key = app.admin_key
    copy = ["data", "copy", str(alone), str(options["data_dir"]), "--to-warehouse"]
    assert main([*copy, options["warehouse"]]) == 1
    assert "needs control data" in capsys.readouterr().err
    copy += [options["warehouse"], "--to-control", options["control"]]
    with monkeypatch.context() as patch:
        patch.setattr("arthurai.server.storage.store_copy.copy_control", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            main(copy)
    with pytest.raises(DataStoreError, match="was interrupted"):
        create_app(**options)
    assert main(copy) == 0
    assert "5 inferences" in capsys.readouterr().out
    with create_app(**options) as app, administrator(app) as client:
        assert app.admin_key == key
        truths = [
            {
                "partner_inference_id": str(n),
                "ground_truth_timestamp": "2026-01-06T12:00:00Z",
                "ground_truth_data": {"y": 1.0},
            }
            for n in (0, 9)
        ]
        client.patch(f"{path}/inferences", json=truths).raise_for_status()
        client.post(f"{path}/inferences", json=[row(0), row(9)]).raise_for_status()
        body = {"select": [{"property": "y"}], "filter": [NOT_NULL]}
        found = client.post(f"{path}/inferences/query", json=body).json()
        assert found["query_result"] == [{"y": 1.0}] * 2
        found = client.post(f"{path}/inferences/query", json=COUNT).json()
        assert found["query_result"] == [{"n": 6}]
    assert main(copy) == 1
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.usefixtures("stores_in_files")
def test_what_does_not_belong_together_is_refused(options, tmp_path, postgresql_cluster):
    with pytest.raises(ValueError, match="needs control data in PostgreSQL"):
        create_app(options["data_dir"], warehouse=options["warehouse"])
    create_app(**options).close()
    with pytest.raises(ValueError, match="in a lake that servers share"):
        create_app(options["data_dir"], control=options["control"])
    with pytest.raises(ValueError, match="belongs to the server of another"):
        create_app(tmp_path / "b", control=options["control"])
    alone = tmp_path / "alone"
    create_app(alone).close()
    with pytest.raises(ValueError, match="rows of one server"):
        create_app(**{**options, "data_dir": alone})
    other = {**options, "control": postgresql_cluster.location()}
    create_app(**options).close()
    with create_app(**options) as app, administrator(app) as client:
        client.post("/models", json=MODEL).raise_for_status()
    with pytest.raises(ValueError, match=r"missing or empty|come from different"):
        create_app(**other)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--warehouse", "ducklake:postgresql://u:secret@h/d"],
        ["--warehouse", "ducklake:postgresql://h/d?password=secret"],
        ["--warehouse", "secret"],
        ["--warehouse", "ducklake:mysql://secret/"],
    ],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(capsys, wrong):
    with pytest.raises(SystemExit):
        main(["serve", *wrong])
    assert "secret" not in capsys.readouterr().err.partition("--warehouse")[2]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--warehouse", "ducklake:postgresql://h/d", "--storage", "d"], "needs --control"),
        (["--storage", "d"], "needs --warehouse"),
        (
            [
                *("--warehouse", "ducklake:postgresql://h/d", "--control", "postgresql://h/d"),
                *("--data-dir", "d"),
            ],
            "and --storage, and no --data-dir",
        ),
    ],
)
def test_options_that_need_each_other_are_named(capsys, given, said):
    assert main(["serve", *given]) == 2
    assert said in capsys.readouterr().err
