"""Arrow's allocator is swapped for the length of a call and put back."""

from __future__ import annotations

import threading

import pyarrow as pa
import pytest

from arthurai.upload.uploader import system_memory


@pytest.fixture
def usual():
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.mimalloc_memory_pool())
    yield "mimalloc"
    pa.set_memory_pool(before)


def backend():
    return pa.default_memory_pool().backend_name


def test_the_pool_is_put_back_also_after_an_error(usual):
    def fail():
        with system_memory:
            assert backend() == "system"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert backend() == usual


def test_overlapping_calls_put_the_pool_back_once_the_last_has_ended(usual):
    inside, leave = threading.Event(), threading.Event()

    def other():
        with system_memory:
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with system_memory:
        thread.start()
        inside.wait(10)
    assert backend() == "system"
    leave.set()
    thread.join()
    assert backend() == usual


def test_the_systems_own_pool_stays(usual):
    pa.set_memory_pool(pa.system_memory_pool())
    with system_memory:
        assert backend() == "system"
    assert backend() == "system"
