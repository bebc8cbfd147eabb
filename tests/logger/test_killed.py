"""`kill -9` of loggers and of servers at random moments: no row lost whose `log` returned, none doubled."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
import time

import pytest
from builders import regression, regression_rows, save_model, stored, stored_count
from running_server import KillableServer

from arthurai import ArthurAI
from arthurai.logger import SpoolDiskError

pytestmark = pytest.mark.heavy

PATIENT = 600
LONGEST_LIFE_SECONDS = 0.3


def log_until_killed(model, spool, acknowledged, stem):
    """Log rows one by one and in lists; write down each id when its call has returned."""
    log = model.logger(spool, flush_interval=0.01, batch_rows=40, max_bytes=1 << 20)
    for number in range(10**9):
        rows = regression_rows(range(number * 10, number * 10 + 1 + number % 3), stem=stem)
        ids = log.log_many(rows) if number % 2 else [log.log(rows[0])]
        os.write(acknowledged, "".join(f"{row_id}\n" for row_id in ids).encode())
        time.sleep(0.0003)


def kill_loggers(model, folder, kills, seed, server=None):
    """Start and kill loggers on one spool; return the ids whose calls had returned.

    A server is killed with each logger, now before and now after it, and started again.
    """
    chance = random.Random(seed)
    spool, notes = folder / "spool", folder / "acknowledged"
    acknowledged = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(kills):
        child = os.fork()
        if child == 0:
            try:
                log_until_killed(model, spool, acknowledged, f"p{number}")
            finally:
                os._exit(3)  # never reached; an exception must not run the other tests here
        time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
        if server is not None and number % 2:
            server.kill()
        os.kill(child, signal.SIGKILL)
        if server is not None:
            if number % 2 == 0:
                server.kill()
            server.start()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    os.close(acknowledged)
    whole, _, _ = notes.read_text().rpartition("\n")
    return whole.split("\n") if whole else []


def waits_in(spool):
    """Whether rows wait in a spool; `glob` does not expect folders that go while it looks."""
    try:
        return any(spool.glob("*/*.seg"))
    except FileNotFoundError:
        return True


def check_killed_loggers(served, folder, kills, server=None):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as arthur:
        model = save_model(arthur, regression())
        ids = kill_loggers(model, folder, kills, kills, server)
        spool = folder / "spool"
        with model.logger(spool, flush_interval=0.01) as log:
            deadline = time.monotonic() + PATIENT
            while waits_in(spool):
                assert time.monotonic() < deadline, list(spool.rglob("*"))
                time.sleep(0.05)
            assert log.counts.rejected == 0
        found = stored(model)
        print(f"{kills} loggers killed, {len(ids)} rows whose calls returned, {len(found)} stored")
        assert ids
        assert len(ids) == len(set(ids))
        assert set(ids) - found.keys() == set()
        assert stored_count(model) == len(found)
        assert len(found) - len(ids) <= 3 * kills  # logged, but not written down any more


def test_a_few_killed_loggers_lose_and_double_nothing(served, tmp_path):
    check_killed_loggers(served, tmp_path, 8)


@pytest.mark.slow
def test_200_killed_loggers_lose_and_double_nothing(served, tmp_path):
    check_killed_loggers(served, tmp_path, 200)


def check_both_killed(folder, rounds):
    server = KillableServer(folder / "data")
    try:
        check_killed_loggers(server.address, folder, rounds, server)
    finally:
        server.kill()


def test_loggers_killed_together_with_the_server_lose_and_double_nothing(tmp_path):
    check_both_killed(tmp_path, 2)


@pytest.mark.slow
def test_30_loggers_killed_together_with_the_server_lose_and_double_nothing(tmp_path):
    check_both_killed(tmp_path, 30)


def check_killed_server(folder, kills):
    chance = random.Random(kills)
    server = KillableServer(folder / "data")
    options = {"access_key": server.address.key, "allow_insecure": True}
    with ArthurAI(url=server.address.url, **options) as arthur:
        model = save_model(arthur, regression())
        log = model.logger(folder / "spool", flush_interval=0.01, batch_rows=40)
        ids, stop = [], threading.Event()

        def work():
            while not stop.is_set():
                ids.append(log.log(regression_rows([len(ids)])[0]))
                time.sleep(0.001)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0, 2 * LONGEST_LIFE_SECONDS))
                server.kill()
                server.start()
        finally:
            stop.set()
            thread.join()
        counts = log.close(PATIENT)
        found = stored(model)
        server_rows = stored_count(model)
        print(f"server killed {kills} times, {len(ids)} rows logged, {server_rows} stored")
        assert (counts.accepted, counts.rejected) == (len(ids), 0)
        assert sorted(found) == sorted(ids)
        assert server_rows == len(ids)
    server.kill()


def test_a_server_killed_a_few_times_costs_and_doubles_no_row(tmp_path):
    check_killed_server(tmp_path, 2)


@pytest.mark.slow
def test_a_server_killed_100_times_costs_and_doubles_no_row(tmp_path):
    check_killed_server(tmp_path, 100)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    with contextlib.suppress(FileNotFoundError):
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            yield folder
            subprocess.run(["umount", str(folder)], check=True)
            return
    pytest.skip("mounting a small file system needs privileges")


def test_a_disk_that_is_really_full_raises_and_loses_nothing(served, small_disk):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as arthur:
        model = save_model(arthur, regression())
        log = model.logger(
            small_disk / "spool", flush_interval=3600, batch_rows=10**6, max_bytes=2**21
        )
        ids = []
        with pytest.raises(SpoolDiskError, match="No space left"):
            fill(log, ids)
        assert len(ids) > 1000
        assert log.close(PATIENT).accepted == len(ids)
        assert sorted(stored(model)) == sorted(ids)
        assert list((small_disk / "spool").iterdir()) == []


def fill(log, ids):
    for number in range(10**6):
        ids.append(log.log(regression_rows([number])[0]))
