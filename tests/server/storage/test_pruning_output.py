"""What `arthurai data prune` prints."""

from __future__ import annotations

from builders import administrator

from arthurai.cli import main
from arthurai.server.app import create_app


def test_pruning_prints_no_control_characters(tmp_path, binary_model, capsys):
    with create_app(tmp_path) as app, administrator(app) as client:
        body = {**binary_model, "partner_model_id": "evil\x1b]0;owned\x07\x1b[2J"}
        answer = client.post("/models", json=body)
        assert answer.status_code == 201, answer.text
    assert main(["data", "prune", str(tmp_path), "--before", "2026-01-01"]) == 0
    printed = capsys.readouterr().out
    assert "evil\\x1b]0;owned" in printed
    assert "\x1b" not in printed
