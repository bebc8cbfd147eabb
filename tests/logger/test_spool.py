"""Spools: rows stay until they are acknowledged, and no longer; limits hold; folders are adopted."""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import os
import stat
from pathlib import Path

import pytest

from arthurai.logger.segment_file import GROUND_TRUTH, INFERENCE
from arthurai.logger.spool import Spool
from arthurai.logger.spool_folder import (
    SpoolFolder,
    SpoolInfo,
    SpoolInfoError,
    is_in_use,
    iter_waiting,
    list_folders,
    read_info,
)

BYTES = 1 << 20
OPEN_FILES = Path("/proc/self/fd")
numbers = itertools.count()


def make(root, *, max_rows=10**6, max_bytes=BYTES):
    spool = Spool.create(root, SpoolInfo("model-1", "https://x", None, "2026-01-01", os.getpid()))
    spool.limit(max_rows, max_bytes)
    return spool


def contents(count, size=100):
    return [b"%d:" % next(numbers) + bytes(size) for _ in range(count)]


def add(spool, rows, kind=INFERENCE):
    return spool.append(1.0, kind, rows)


def abandoned(spool):
    """Give the spool up as a killed process does; return its folder."""
    spool.abandon()
    return spool.path


def drain(folder, rows=7):
    found = []
    while part := folder.read(rows, BYTES):
        found += [record.content for record in part]
        folder.acknowledge(part)
    return found


def test_rows_come_back_in_order_over_many_segments(tmp_path):
    spool = make(tmp_path)
    rows = contents(3000)
    assert add(spool, rows) == 3000
    assert len(list(spool.path.glob("*.seg"))) > 2
    assert drain(spool) == rows
    assert (spool.rows, spool.appended) == (0, 3000)
    assert len(list(spool.path.glob("*.seg"))) == 1
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_rows_that_were_read_stay_until_they_are_acknowledged(tmp_path):
    spool = make(tmp_path)
    rows = contents(10)
    add(spool, rows)
    assert [r.content for r in spool.read(4, BYTES)] == rows[:4]
    part = spool.read(6, BYTES)
    spool.acknowledge(part[:2])
    assert [r.content for r in spool.read(99, BYTES)] == rows[2:]
    spool.close()


def test_what_is_for_the_owner_only(tmp_path):
    old = os.umask(0)
    try:
        spool = make(tmp_path / "root")
        add(spool, contents(1), GROUND_TRUTH)
    finally:
        os.umask(old)
    assert stat.S_IMODE(spool.path.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in spool.path.iterdir()}
    assert files == dict.fromkeys(("00000001.seg", "ledger.json", "lock", "spool.json"), 0o600)
    spool.close()


@pytest.mark.parametrize("acknowledged", [0, 1, 1500, 2999, 3000])
def test_the_next_process_gets_what_is_not_acknowledged(tmp_path, acknowledged):
    spool = make(tmp_path)
    rows = contents(3000)
    add(spool, rows)
    for _ in range(acknowledged):
        spool.acknowledge(spool.read(1, BYTES))
    assert SpoolFolder.adopt(spool.path) is None  # in use
    assert is_in_use(spool.path)
    path = abandoned(spool)
    assert not is_in_use(path)
    assert [r.content for r in iter_waiting(path)] == rows[acknowledged:]
    folder = SpoolFolder.adopt(path)
    assert SpoolFolder.adopt(path) is None
    assert drain(folder) == rows[acknowledged:]
    folder.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ledger", [None, b"", b"{", b'{"segment": 1, "off', b"[]"])
def test_without_a_readable_ledger_every_row_is_sent_again(tmp_path, ledger):
    spool = make(tmp_path)
    rows = contents(20)
    add(spool, rows)
    spool.acknowledge(spool.read(5, BYTES))
    path = abandoned(spool)
    (path / "ledger.json").unlink()
    if ledger is not None:
        (path / "ledger.json").write_bytes(ledger)
    folder = SpoolFolder.adopt(path)
    assert drain(folder) == rows
    folder.release()


def test_the_ledger_is_on_the_disk_before_a_segment_goes(tmp_path, monkeypatch):
    spool = make(tmp_path)
    add(spool, contents(3000))
    events = []
    fsync, unlink = os.fsync, os.unlink
    ledger = (spool.path / "ledger.json").stat().st_ino

    def noting_fsync(descriptor):
        if os.fstat(descriptor).st_ino == ledger:
            events.append(("ledger", json.loads((spool.path / "ledger.json").read_text())))
        fsync(descriptor)

    def noting_unlink(path, **more):
        events.append(("unlink", os.path.basename(path)))  # noqa: PTH119 - text or path
        unlink(path, **more)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(os, "unlink", noting_unlink)
    drain(spool)
    gone = [at for at, (what, _) in enumerate(events) if what == "unlink"]
    assert len(gone) == 2
    for at in gone:
        number = int(events[at][1].split(".")[0])
        assert events[at - 1] == ("ledger", {"segment": number + 1, "offset": 16})
    spool.close()


def test_a_segment_that_the_ledger_has_passed_is_deleted(tmp_path):
    spool = make(tmp_path)
    add(spool, contents(3000))
    first = min(spool.path.glob("*.seg"))
    content = first.read_bytes()
    drain(spool)
    first.write_bytes(content)  # as after a death between ledger and deletion
    folder = SpoolFolder.adopt(abandoned(spool))
    assert not first.exists()
    assert drain(folder) == []
    folder.release()


def test_the_limit_of_rows_holds(tmp_path):
    spool = make(tmp_path, max_rows=10)
    assert add(spool, contents(7)) == 7
    assert add(spool, contents(7)) == 3
    assert add(spool, contents(1)) == 0
    spool.acknowledge(spool.read(2, BYTES))
    assert add(spool, contents(7)) == 2
    spool.close()


def test_the_limit_of_bytes_holds_on_the_disk_and_room_comes_back(tmp_path):
    spool = make(tmp_path, max_bytes=BYTES)
    taken = 0
    while add(spool, contents(1, 1000)):
        taken += 1
    on_disk = sum(path.stat().st_blocks * 512 for path in spool.path.glob("*.seg"))
    assert BYTES * 0.8 < on_disk <= BYTES
    assert taken > 900
    assert len(drain(spool)) == taken
    assert add(spool, contents(1, 1000)) == 1
    spool.close()


def test_a_row_larger_than_a_segment_gets_one_of_its_own(tmp_path):
    spool = make(tmp_path, max_bytes=4 * BYTES)
    rows = [*contents(1), *contents(1, BYTES), *contents(1)]
    assert add(spool, rows) == 3
    assert drain(spool) == rows
    spool.close()


def test_a_full_disk_keeps_the_rows_before(tmp_path, monkeypatch):
    spool = make(tmp_path)
    rows = contents(3000)
    real, made = os.posix_fallocate, []

    def full(descriptor, start, size):
        made.append(size)
        if len(made) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor, start, size)

    monkeypatch.setattr(os, "posix_fallocate", full)
    taken = add(spool, rows)
    assert 1000 < taken < 3000
    with pytest.raises(OSError, match="No space left"):
        add(spool, rows[taken:])
    assert spool.rows == taken
    assert drain(spool) == rows[:taken]
    monkeypatch.setattr(os, "posix_fallocate", real)
    assert add(spool, rows[taken:]) == 3000 - taken
    assert drain(spool) == rows[taken:]
    spool.close()


def test_sync_reaches_every_segment_and_the_folder(tmp_path, monkeypatch):
    spool = make(tmp_path)
    add(spool, contents(3000))
    inodes = {path.stat().st_ino for path in (*spool.path.glob("*.seg"), spool.path)}
    synced = set()
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda fd: synced.add(os.fstat(fd).st_ino))
    monkeypatch.setattr("arthurai.logger.segment_file._sync_data", os.fdatasync)
    spool.sync()
    assert synced == inodes
    spool.close()


def test_what_cannot_be_read_is_kept_and_named(tmp_path, caplog):
    spool = make(tmp_path)
    rows = contents(3)
    add(spool, rows)
    path = abandoned(spool)
    segment = path / "00000001.seg"
    content = bytearray(segment.read_bytes())
    at = content.index(rows[1][:5]) - 17
    content[at : at + 4] = b"\xff\xff\xff\x7f"  # a length beyond the file
    segment.write_bytes(content)
    folder = SpoolFolder.adopt(path)
    assert drain(folder) == rows[:1]
    folder.release()
    (kept,) = tmp_path.iterdir()
    assert kept.suffix == ".damaged"
    assert kept.read_bytes() == content
    assert str(kept) in caplog.text


def test_another_version_is_left_alone(tmp_path):
    spool = make(tmp_path)
    add(spool, contents(1))
    path = abandoned(spool)
    info = json.loads((path / "spool.json").read_text())
    (path / "spool.json").write_text(json.dumps({**info, "format": 2}))
    with pytest.raises(SpoolInfoError, match="format 2, but this version reads 1"):
        SpoolFolder.adopt(path)
    (path / "spool.json").write_text("{")
    with pytest.raises(SpoolInfoError, match="cannot be read"):
        read_info(path)
    assert list_folders(tmp_path) == [path]
    assert not is_in_use(path)


def test_a_folder_is_not_seen_before_it_is_locked(tmp_path, monkeypatch):
    seen = []
    rename = os.rename
    monkeypatch.setattr(
        os, "rename", lambda old, new: (seen.append(list_folders(tmp_path)), rename(old, new))
    )
    spool = make(tmp_path)
    assert seen == [[]]
    assert list_folders(tmp_path) == [spool.path]
    spool.close()
    assert list_folders(tmp_path / "nowhere") == []


def test_a_folder_that_goes_while_folders_are_listed_harms_nobody(tmp_path, monkeypatch):
    kept, gone = make(tmp_path), make(tmp_path)
    stat_of = type(tmp_path).stat

    def vanishing(path, **more):
        if path.parent == gone.path:
            raise FileNotFoundError(path)
        return stat_of(path, **more)

    monkeypatch.setattr(type(tmp_path), "stat", vanishing)
    assert list_folders(tmp_path) == [kept.path]
    monkeypatch.undo()
    kept.close()
    gone.close()


@pytest.mark.parametrize("failing", ["flock", "write"])
def test_a_folder_that_cannot_be_made_leaves_nothing_behind(tmp_path, monkeypatch, failing):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    before = len(list(OPEN_FILES.iterdir()))
    if failing == "flock":
        monkeypatch.setattr(fcntl, "flock", refuse)
    else:
        monkeypatch.setattr(os, "fsync", refuse)
    message = "cannot lock files .No locks available.; give a folder on a local disk"
    with pytest.raises(OSError, match=message if failing == "flock" else "No locks available"):
        SpoolFolder.create(
            tmp_path, SpoolInfo("model-1", "https://x", None, "2026-01-01", os.getpid())
        )
    assert list(tmp_path.iterdir()) == []
    assert len(list(OPEN_FILES.iterdir())) == before
