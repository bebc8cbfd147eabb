"""Unpacking projects: what is refused, and that nothing is written elsewhere."""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile

import pytest
from builders import make_zip
from hypothesis import given
from hypothesis import strategies as st

from arthurai.server.sandbox import project_archive as archive
from arthurai.server.sandbox.project_archive import ArchiveError, unpack


def refused(content, tmp_path, reason):
    with pytest.raises(ArchiveError, match=reason):
        unpack(io.BytesIO(content), tmp_path / "deep" / "project")
    written = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert not written


def with_entry(name, content=b"x", *, mode=0, flags=0):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        entry = zipfile.ZipInfo("placeholder")
        entry.external_attr = mode << 16
        made.writestr(entry, content)
    changed = buffer.getvalue()
    raw = name.encode() if isinstance(name, str) else name
    # names as no tool would write them: put into both headers by hand
    local, central = changed.index(b"PK\x03\x04"), changed.index(b"PK\x01\x02")
    head = bytearray(changed[local:central])
    listing = bytearray(changed[central:])
    struct.pack_into("<H", head, 6, flags)
    struct.pack_into("<H", head, 26, len(raw))
    struct.pack_into("<H", listing, 8, flags)
    struct.pack_into("<H", listing, 28, len(raw))
    head = head.replace(b"placeholder", raw, 1)
    listing = listing.replace(b"placeholder", raw, 1)
    end = listing.index(b"PK\x05\x06")
    struct.pack_into("<II", listing, end + 12, end, len(head))
    return bytes(head + listing)


def test_a_project_is_unpacked(tmp_path):
    files = {"entry.py": "x = 1\n", "data/model.bin": "y", "data/deep/er.txt": ""}
    target = tmp_path / "project"
    assert sorted(unpack(io.BytesIO(make_zip(files)), target)) == sorted(files)
    for name, content in files.items():
        assert (target / name).read_text() == content


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "a/../../evil.py",
        "a/..",
        "/etc/evil",
        "//server/share",
        "a//b",
        "./a",
        "..",
        ".",
        "a/./b",
    ],
)
def test_zip_slip_is_refused(tmp_path, name):
    refused(with_entry(name), tmp_path, "leads out of the project")


@pytest.mark.parametrize("name", ["C:\\evil.py", "..\\evil.py", "a\\b", "C:evil", "a:stream"])
def test_paths_of_windows_are_refused(tmp_path, name):
    refused(with_entry(name), tmp_path, "character")


@pytest.mark.parametrize("name", ["a\0b.py", "a\nb", "a\x1b[31m", "what?", "a*b", "a|b", 'a"b'])
def test_odd_characters_are_refused(tmp_path, name):
    refused(with_entry(name), tmp_path, "character")


@pytest.mark.parametrize(
    "name", ["CON", "nul", "Aux.py", "lib/COM1.txt", "lpt9", "prn.tar.gz", "con ", "com\u00b9"]
)
def test_device_names_are_refused(tmp_path, name):
    flags = 0x800 if not name.isascii() else 0
    refused(with_entry(name, flags=flags), tmp_path, "device")


@pytest.mark.parametrize("name", ["a.", "a ", "x" * 256, "a/" * 40 + "b", "ab/" * 500 + "c"])
def test_names_some_systems_cannot_have_are_refused(tmp_path, name):
    refused(with_entry(name), tmp_path, "not a portable file name|too long")


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK]
)
def test_links_and_special_files_are_refused(tmp_path, kind):
    refused(
        with_entry("entry.py", b"/etc/passwd", mode=kind | 0o777), tmp_path, "link or a special"
    )


def test_encrypted_entries_are_refused(tmp_path):
    refused(with_entry("entry.py", flags=1), tmp_path, "encrypted")


def test_entries_are_not_repeated(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("entry.py", "1")
        made.writestr("Entry.PY", "2")
    refused(buffer.getvalue(), tmp_path, "duplicate file")


def test_a_file_is_no_folder(tmp_path):
    refused(make_zip({"a": "1", "a/b": "2"}), tmp_path, "both a file and a folder")


def test_zip_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 2**20)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 2**19)
    refused(make_zip({"big": b"0" * 2**20}), tmp_path, "unpacks to more")
    refused(make_zip({f"f{i}": b"0" * 2**18 for i in range(5)}), tmp_path, "unpacks to more")


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILES", 50)
    refused(make_zip({f"f{i}": "" for i in range(51)}), tmp_path, "at most 50")


def test_a_list_that_would_fill_the_memory_is_not_read(tmp_path):
    content = bytearray(make_zip({"entry.py": "1"}))
    struct.pack_into("<I", content, content.index(b"PK\x05\x06") + 12, 2**31)
    refused(bytes(content), tmp_path, "lists more than")


def test_zip64_is_refused(tmp_path):
    content = make_zip({"entry.py": "1"})
    end = content.index(b"PK\x05\x06")
    locator = b"PK\x06\x07" + b"\0" * 16
    refused(content[:end] + locator + content[end:], tmp_path, "4 GiB")


def test_a_file_that_is_larger_than_it_says_is_cut_off(tmp_path):
    content = bytearray(make_zip({"entry.py": "1" * 100_000}))
    central = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, central + 24, 10)
    target = tmp_path / "project"
    with pytest.raises(ArchiveError):
        unpack(io.BytesIO(bytes(content)), target)
    assert sum(p.stat().st_size for p in target.rglob("*")) <= 10


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", b"PK\x05\x06", b"\0" * 200])
def test_what_is_no_zip_is_refused(tmp_path, content):
    refused(content, tmp_path, "zip")


@given(st.data())
def test_spoilt_zips_are_refused_or_unpacked_inside(tmp_path_factory, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("entry.py", "def predict(x): return x\n" * 3)
        made.writestr("lib/other.py", "y")
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    base = tmp_path_factory.mktemp("spoilt")
    target = base / "in" / "project"
    with contextlib.suppress(ArchiveError):
        unpack(io.BytesIO(bytes(content)), target)
    written = [p for p in base.rglob("*") if not p.is_dir()]
    assert all(target in p.parents and not p.is_symlink() for p in written)
