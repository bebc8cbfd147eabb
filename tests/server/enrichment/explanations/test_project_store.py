"""The store of the projects of users."""

from __future__ import annotations

from arthurai.server.enrichment.explanations.project_store import Projects


def test_a_start_removes_the_temporary_files_of_servers_that_are_gone(tmp_path):
    gone, running = (Projects(tmp_path, owner=owner) for owner in ("gone", "running"))
    left, used = (each.scratch("m", "p") for each in (gone, running))
    for folder in (left, used, running.directory("m", "p")):
        folder.mkdir(parents=True)
    Projects(tmp_path, owner="new", running=["new", "running"])
    assert [folder.exists() for folder in (left, used)] == [False, True]
    assert running.has("m", "p")
    assert running.has("m", None)
    assert not running.has("m", "another")
    Projects(tmp_path, owner="alone")
    assert not used.exists()
