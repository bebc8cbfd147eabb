"""The vendored scripts of the dashboard are those of the manifest."""

from __future__ import annotations

import json

import pytest

from scripts import vendored


def test_the_files_are_as_the_manifest_says():
    assert vendored.check() == []


@pytest.mark.parametrize("change", ["edit", "remove", "add", "version"])
def test_any_change_is_noticed(tmp_path, monkeypatch, change):
    for path in vendored.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    manifest = tmp_path / "vendored.json"
    monkeypatch.setattr(vendored, "FOLDER", tmp_path)
    monkeypatch.setattr(vendored, "MANIFEST", manifest)
    assert vendored.check() == []
    if change == "edit":
        (tmp_path / "htmx.min.js").write_bytes(b"alert(1)")
    elif change == "remove":
        (tmp_path / "uplot.LICENSE").unlink()
    elif change == "add":
        (tmp_path / "more.js").write_bytes(b"")
    else:
        stated = json.loads(manifest.read_bytes())
        stated["htmx.min.js"]["version"] = "0"
        manifest.write_text(json.dumps(stated))
    assert len(vendored.check()) == 1
