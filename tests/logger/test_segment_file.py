"""Segments: what was appended is read back, and nothing that was not, whatever happened to the file."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.logger import segment_file
from arthurai.logger.segment_file import (
    INFERENCE,
    MAGIC,
    SegmentFormatError,
    SegmentReader,
    SegmentWriter,
    encode_record,
)

SIZE = 65_536
ALL = 10**6


def write(path, contents, size=SIZE):
    writer = SegmentWriter(path, size)
    for number, content in enumerate(contents):
        assert writer.append(encode_record(float(number), INFERENCE, content))
    writer.close()
    return writer.end


START = len(MAGIC)


def read(path, start=START, max_rows=ALL, max_bytes=ALL):
    with contextlib.closing(SegmentReader(path)) as reader:
        return reader.read(start, reader.size, max_rows, max_bytes)


def test_the_bytes_are_those_of_the_stated_format(tmp_path):
    path = tmp_path / "s"
    write(path, [b'{"a":1}'])
    body = struct.pack("<dc", 0.0, b"I") + b'{"a":1}'
    record = struct.pack("<II", len(body), zlib.crc32(body)) + body
    content = path.read_bytes()
    assert content == (b"arthur-spool-01\n" + record).ljust(SIZE, b"\0")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_blocks * 512 >= SIZE  # the room is there already


@given(st.lists(st.binary(max_size=300), max_size=30), st.integers(1, 40), st.integers(1, 900))
@examples(50)
def test_records_come_back_in_parts_of_any_size(tmp_path_factory, contents, rows, size):
    path = tmp_path_factory.mktemp("segments") / "s"
    end = write(path, contents)
    found, position = [], len(MAGIC)
    while part := read(path, position, rows, size):
        assert len(part) <= rows
        found += part
        position = part[-1].end
    assert [(r.logged_at, r.content) for r in found] == list(enumerate(contents))
    assert position == end


def test_a_record_without_room_is_not_written(tmp_path):
    writer = SegmentWriter(tmp_path / "s", 100)
    record = encode_record(0, INFERENCE, bytes(40))
    assert writer.append(record)
    assert not writer.append(record)
    writer.close()
    assert len(read(tmp_path / "s")) == 1


@given(st.data())
@examples(100)
def test_a_torn_end_costs_only_the_torn_record(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("segments") / "s"
    contents = [bytes([65 + n]) * (10 * n + 1) for n in range(6)]
    end = write(path, contents)
    last = len(encode_record(0, INFERENCE, contents[-1]))
    kept = data.draw(st.integers(0, last - 1))
    torn = path.read_bytes()[: end - last + kept].ljust(SIZE, b"\0")
    path.write_bytes(torn)
    assert [r.content for r in read(path)] == contents[:-1]


def test_a_damaged_record_in_the_middle_is_skipped(tmp_path):
    path = tmp_path / "s"
    write(path, [b"first", b"second", b"third"])
    content = path.read_bytes().replace(b"second", b"sEcond")
    path.write_bytes(content)
    assert [r.content for r in read(path)] == [b"first", b"third"]


def test_another_version_is_refused_by_name(tmp_path):
    path = tmp_path / "s"
    path.write_bytes(b"arthur-spool-99\n" + bytes(100))
    with pytest.raises(SegmentFormatError, match=r"version 1.*spool-99"):
        SegmentReader(path)


def test_a_segment_whose_process_died_at_once_is_empty(tmp_path):
    (tmp_path / "s").write_bytes(bytes(SIZE))
    assert read(tmp_path / "s") == []


def test_a_full_disk_shows_when_the_segment_is_made(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        SegmentWriter(tmp_path / "s", SIZE)
    assert list(tmp_path.iterdir()) == []


def test_without_the_call_of_the_system_the_room_is_written(tmp_path, monkeypatch):
    def unknown(*_):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "posix_fallocate", unknown)
    write(tmp_path / "s", [b"x"], size=SIZE + 7)
    assert (tmp_path / "s").stat().st_blocks * 512 >= SIZE
    assert (tmp_path / "s").stat().st_size == SIZE + 7
    assert [r.content for r in read(tmp_path / "s")] == [b"x"]


def test_the_version_of_the_format_is_in_its_magic():
    assert f"-{segment_file.FORMAT_VERSION:02d}\n".encode() in MAGIC
