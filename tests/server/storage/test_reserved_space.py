"""A full disk: what makes room must be able to start."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import subprocess
import sys

import duckdb
import pytest
from builders import administrator

from arthurai import cli
from arthurai.server.app import create_app
from arthurai.server.storage.reserved_space import RESERVE_BYTES, RESERVE_NAME
from arthurai.server.storage.retention import prune
from arthurai.server.storage.warehouse.duckdb_files import DATABASE_FILE

MEGABYTES = 32
COUNT = {"select": [{"function": "count"}]}


@pytest.fixture
def small_disk(tmp_path):
    """Give a directory on a small disk of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(disk)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(command, check=False).returncode:
        pytest.skip("needs to mount a disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk):
    with (disk / "ballast").open("ab", buffering=0) as file:
        for size in (2**16, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    assert os.statvfs(disk).f_bavail == 0


def counted(client, path):
    answer = client.post(f"{path}/inferences/query", json=COUNT)
    assert answer.status_code == 200, answer.text
    return answer.json()["query_result"][0]["count"]


def test_a_server_and_its_tools_start_on_a_full_disk(small_disk, binary_model, inference):
    data, reserve = small_disk / "data", small_disk / "data" / RESERVE_NAME
    with create_app(data) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=binary_model).json()['id']}"
        rows = [inference(f"i{number}") for number in range(2000)]
        assert client.post(f"{path}/inferences", json=rows).json()["counts"]["success"] == 2000
    assert reserve.stat().st_size == RESERVE_BYTES
    fill(small_disk)
    with create_app(data) as app, administrator(app) as client:
        assert not reserve.exists()
        assert counted(client, path) == 2000
    before = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    with create_app(data) as app:
        assert prune(app.stores, before, None)
    (small_disk / "ballast").unlink()
    with create_app(data) as app, administrator(app) as client:
        assert counted(client, path) == 0
    assert reserve.stat().st_size == RESERVE_BYTES


@pytest.mark.files_of_duckdb
def test_compaction_on_a_full_disk_needs_another_one(
    small_disk, tmp_path, binary_model, inference, capsys
):
    data, work, before = small_disk / "data", tmp_path / "other", dt.datetime.now(dt.UTC)
    work.mkdir()
    with create_app(data) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=binary_model).json()['id']}"
        for part in range(8):
            rows = [inference(f"i{part}-{n}", region=secrets.token_hex(600)) for n in range(1000)]
            assert client.post(f"{path}/inferences", json=rows).json()["counts"]["success"] == 1000
        late = (before + dt.timedelta(days=1)).isoformat()
        rows = [{**inference("late"), "inference_timestamp": late}]
        assert client.post(f"{path}/inferences", json=rows).json()["counts"]["success"] == 1
    fill(small_disk)
    with create_app(data) as app:
        assert prune(app.stores, before, None)
    fill(small_disk)
    size = (data / DATABASE_FILE).stat().st_size
    assert size > 5 * 2**20
    assert cli.main(["data", "compact", str(data)]) == 1
    error = capsys.readouterr().err
    assert "old file is unchanged" in error
    assert "--work-dir" in error
    assert cli.main(["data", "compact", str(data), "--work-dir", str(work)]) == 0
    assert (data / DATABASE_FILE).stat().st_size < size / 2
    assert list(work.iterdir()) == []
    assert os.statvfs(small_disk).f_bavail > 0
    with create_app(data) as app, administrator(app) as client:
        assert counted(client, path) == 1


@pytest.mark.rows_in_directory
def test_a_checkpoint_that_met_a_full_disk_needs_no_restart(small_disk, binary_model, inference):
    with create_app(small_disk / "data") as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=binary_model).json()['id']}"
        rows = [inference(f"i{number}") for number in range(2000)]
        assert client.post(f"{path}/inferences", json=rows).json()["counts"]["success"] == 2000
        fill(small_disk)
        with pytest.raises(duckdb.Error, match="No space left"):
            app.data.database.checkpoint()
        more = [inference(f"j{number}") for number in range(10)]
        refused = client.post(f"{path}/inferences", json=more)
        assert refused.status_code == 500
        assert "disk is full" in refused.json()["error"]
        (small_disk / "ballast").unlink()
        assert client.post(f"{path}/inferences", json=more).json()["counts"]["success"] == 10
        assert counted(client, path) == 2010
        assert app.stores.are_healthy()
