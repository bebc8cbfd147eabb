"""`arthurai data`: retention and compaction of a data directory."""

from __future__ import annotations

import json

import httpx
import numpy as np
import pandas as pd
import pytest
from running_server import KillableServer

from arthurai import ArthurAI, cli
from arthurai.server.app import create_app
from arthurai.transport.local import LocalTransport

ROWS = 20_000


def filled(directory):
    frame = pd.DataFrame({"size": np.random.default_rng(1).random(ROWS), "hat": 0.5, "price": 1.0})
    with ArthurAI(url=f"local://{directory}") as arthur:
        for name in ("kept", "pruned"):
            model = arthur.model(name, "TABULAR", "REGRESSION")
            model.build(frame.head(10), {"hat": "price"}, set_reference_data=False)
            model.save()
            times = pd.date_range("2026-01-01", periods=ROWS, freq="1min", tz="UTC")
            model.send_bulk_inferences(data=frame.assign(inference_timestamp=times))


def rows(directory, name):
    with ArthurAI(url=f"local://{directory}") as arthur:
        model = arthur.get_model(name, id_type="partner_model_id")
        (row,) = model.query(
            {
                "select": [
                    {"function": "count"},
                    {
                        "function": "min",
                        "alias": "first",
                        "parameters": {"property": "inference_timestamp"},
                    },
                ]
            }
        )
    return row["count"], row["first"]


def numbers(capsys):
    printed = capsys.readouterr().out.replace(",", "").split()
    return [int(word) for word in printed if word.isdigit()]


def test_old_inferences_of_one_model_go_and_the_file_shrinks(tmp_path, capsys):
    filled(tmp_path)
    words = ["data", "prune", str(tmp_path), "--before", "2026-01-13", "--model", "pruned"]
    assert cli.main([*words, "--dry-run"]) == 0
    assert capsys.readouterr().out == "pruned: 17,280 inferences would be deleted\n"
    assert rows(tmp_path, "pruned") == (ROWS, "2026-01-01T00:00:00Z")
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "pruned: 17,280 inferences deleted\n"
    assert rows(tmp_path, "kept") == (ROWS, "2026-01-01T00:00:00Z")
    assert rows(tmp_path, "pruned") == (ROWS - 17_280, "2026-01-13T00:00:00Z")
    assert cli.main(["data", "compact", str(tmp_path), "--dry-run"]) == 0
    now, expected = numbers(capsys)
    assert now == (tmp_path / "data.duckdb").stat().st_size
    assert cli.main(["data", "compact", str(tmp_path)]) == 0
    before, after = numbers(capsys)
    assert before == now
    assert after <= expected <= before
    assert after == (tmp_path / "data.duckdb").stat().st_size
    assert rows(tmp_path, "pruned") == (ROWS - 17_280, "2026-01-13T00:00:00Z")


def test_a_model_that_does_not_exist_is_named(tmp_path, capsys):
    with ArthurAI(url=f"local://{tmp_path}"):
        pass
    assert (
        cli.main(["data", "prune", str(tmp_path), "--before", "2026-01-01", "--model", "nope"]) == 1
    )
    assert "nope" in capsys.readouterr().err


def test_a_directory_in_use_is_left_alone(tmp_path, capsys):
    with ArthurAI(url=f"local://{tmp_path}"):
        assert cli.main(["data", "compact", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["data", "prune", "/nowhere", "--before", "2026-01-01"], "/nowhere"),
        (["data", "prune", ".", "--before", "yesterday"], "yesterday"),
        (["data", "prune", "."], "--before"),
    ],
)
def test_wrong_words_are_named(words, named, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(words)
    assert stopped.value.code == 2
    assert named in capsys.readouterr().err


def test_a_running_server_is_pruned_by_its_key(tmp_path, capsys, monkeypatch):
    filled(tmp_path / "data")
    assert cli.main(["key", str(tmp_path / "data")]) == 0
    key = capsys.readouterr().out.split()[-1]
    monkeypatch.setenv("ARTHUR_API_KEY", key)
    server = KillableServer(tmp_path / "data", key)
    try:
        url = server.address.url
        words = ["data", "prune", "--url", url, "--before", "2026-01-13", "--model", "pruned"]
        assert cli.main([*words, "--dry-run"]) == 0
        assert capsys.readouterr().out == "pruned: 17,280 inferences would be deleted\n"
        assert cli.main(words) == 0
        assert capsys.readouterr().out == "pruned: 17,280 inferences deleted\n"
        compact = ["data", "compact", "--url", url]
        assert cli.main([*compact, "--dry-run"]) == 0
        now, expected = numbers(capsys)
        assert cli.main(compact) == 0
        before, after = numbers(capsys)
        assert after <= expected <= before == now
        assert after == (tmp_path / "data" / "data.duckdb").stat().st_size
        assert cli.main([*compact, "--work-dir", str(tmp_path)]) == 1
        assert "--work-dir is for a directory that no server has open" in capsys.readouterr().err
        assert cli.main(["data", "compact"]) == 1
        assert "name the data directory, or --url" in capsys.readouterr().err
        assert cli.main([*words[:-1], "nothing"]) == 1
        assert "unknown model 'nothing'" in capsys.readouterr().err
        assert cli.main([*words[:2], str(tmp_path), *words[2:]]) == 1
        assert "name the data directory, or --url" in capsys.readouterr().err
        assert cli.main(["keys", "add", "reader", "--role", "User", "--url", url, "--json"]) == 0
        monkeypatch.setenv("ARTHUR_API_KEY", json.loads(capsys.readouterr().out)["ARTHUR_API_KEY"])
        assert cli.main(words) == 1
        assert "refused /prune with 403" in capsys.readouterr().err
        assert cli.main(compact) == 1
        assert "refused /compact with 403" in capsys.readouterr().err
    finally:
        server.kill()
    assert rows(tmp_path / "data", "pruned") == (ROWS - 17_280, "2026-01-13T00:00:00Z")
    assert rows(tmp_path / "data", "kept") == (ROWS, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b'{"before": 3}', b'{"before": "2026-01-13"}', b"not JSON"),
        b'{"before": "2026-01-13T00:00:00Z", "dry_run": "no"}',
        b'{"before": "2026-01-13T00:00:00Z", "modle": "x"}',
    ],
)
def test_an_impossible_request_to_prune_deletes_nothing(body):
    with (
        create_app() as app,
        httpx.Client(transport=LocalTransport(app), base_url="http://local") as client,
    ):
        headers = {"Authorization": app.admin_key}
        assert client.post("/prune", content=body, headers=headers).status_code == 400
        assert client.get("/prune", headers=headers).status_code == 405
        assert client.post("/prune", content=body).status_code == 401


def test_an_impossible_request_to_compact_is_refused():
    with (
        create_app() as app,
        httpx.Client(transport=LocalTransport(app), base_url="http://local") as client,
    ):
        headers = {"Authorization": app.admin_key}
        assert client.get("/compact", headers=headers).status_code == 405
        assert client.post("/compact").status_code == 401
        for body in (b"[]", b'{"dry_run": "no"}', b'{"before": "2026-01-13T00:00:00Z"}', b"x"):
            assert client.post("/compact", content=body, headers=headers).status_code == 400
        in_memory = client.post("/compact", headers=headers)
        assert (in_memory.status_code, "in memory" in in_memory.text) == (400, True)
