"""Loggers in processes: forks, killed and frozen ones, several on one directory, and the command line."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from builders import regression, regression_rows, save_model, stored, stored_count

from arthurai import ArthurAI, cli
from arthurai.logger import sender
from arthurai.logger.spool_folder import is_in_use, list_folders

pytestmark = pytest.mark.heavy

PATIENT = 30


@pytest.fixture(scope="module")
def direct(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as connection:
        yield connection


@pytest.fixture
def far(direct):
    """A model on a server over HTTP, which several processes can send to."""
    return save_model(direct, regression())


def run(far, served, code, **options):
    """Run Python that has a `model`, `rows(numbers, stem)` and `spool`."""
    start = (
        "import os, sys, time\n"
        "from arthurai import ArthurAI\n"
        "from builders import regression_rows as rows\n"
        f"arthur = ArthurAI(url={served.url!r}, access_key={served.key!r}, allow_insecure=True)\n"
        f"model = arthur.get_model({far.id!r})\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", start + code],
        cwd=Path(__file__).parents[1],  # from where `builders` is imported
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def arrived(far, count):
    """Wait until so many rows have arrived."""
    deadline = time.monotonic() + PATIENT
    while stored_count(far) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert stored_count(far) == count


def test_a_forked_child_has_a_spool_of_its_own(far, make_logger):
    log = make_logger(far, flush_interval=3600)
    log.log_many(regression_rows(range(5), stem="parent"))
    context = multiprocessing.get_context("fork")

    def work():
        log.log_many(regression_rows(range(5), stem=f"child{os.getpid()}"))
        counts = log.flush(PATIENT)
        os._exit(0 if (counts.accepted, counts.waiting) == (5, 0) else 1)

    children = [context.Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(PATIENT)
        assert child.exitcode == 0
    owners = {f"child{child.pid}" for child in children}
    found = stored(far)
    # no child has sent the rows of the parent
    assert {row_id.split("-")[0] for row_id in found} == owners
    assert len(found) == stored_count(far) == 15
    assert log.flush(PATIENT).accepted == 5
    found = stored(far)
    assert len(found) == stored_count(far) == 20
    assert {row_id.split("-")[0] for row_id in found} == {"parent", *owners}


def test_rows_that_come_before_the_thread_has_begun_wait_for_their_time(
    far, make_logger, monkeypatch
):
    logged = threading.Event()

    def list_slowly(root):
        logged.wait(PATIENT)
        return list_folders(root)

    monkeypatch.setattr(sender, "list_folders", list_slowly)
    log = make_logger(far, flush_interval=3600)
    log.log_many(regression_rows(range(5)))
    # What a process that still runs has in the same spool, such as a child, is seen as well.
    other = make_logger(far, flush_interval=3600)
    other.log_many(regression_rows(range(5, 10)))
    logged.set()
    time.sleep(1.5)
    assert stored_count(far) == 0
    assert log.flush(PATIENT).accepted == 5
    assert other.flush(PATIENT).accepted == 5


def test_a_fork_after_a_logger_was_closed_closes_no_file_of_others(far, make_logger):
    make_logger(far).log(regression_rows([0])[0])
    log = make_logger(far)
    log.log(regression_rows([1])[0])
    log.close(PATIENT)
    reading, writing = os.pipe()  # takes the numbers that the logger has given back
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
    child = os.fork()
    if child == 0:
        try:
            for descriptor in others:
                os.fstat(descriptor)
            os.write(writing, b"fine")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    assert os.read(reading, 10) == b"fine"
    for descriptor in (reading, *others):
        os.close(descriptor)


def test_a_fork_while_another_thread_logs_does_not_deadlock(far, make_logger):
    log = make_logger(far)
    stop = threading.Event()

    def work():
        while not stop.is_set():
            log.log(regression_rows([0])[0], partner_inference_id=os.urandom(8).hex())
            time.sleep(0.0005)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(10):
            child = os.fork()
            if child == 0:
                try:
                    log.log(regression_rows([number], stem="child")[0])
                    os._exit(0 if log.flush(PATIENT).accepted == 1 else 1)
                finally:
                    os._exit(2)  # an exception must not run the rest of the tests here
            deadline = time.monotonic() + PATIENT
            while not (ended := os.waitpid(child, os.WNOHANG))[0]:
                assert time.monotonic() < deadline, "the child hangs"
                time.sleep(0.01)
            assert ended[1] == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert log.flush(PATIENT).waiting == 0
    assert {f"child-{n}" for n in range(10)} <= stored(far).keys()


def test_a_dead_parent_whose_children_live_leaves_its_rows_to_others(far, served, tmp_path):
    spool = tmp_path / "spool"
    code = (
        f"log = model.logger({str(spool)!r}, flush_interval=3600)\n"
        "log.log_many(rows(range(5)))\n"
        "if os.fork() == 0:\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(60)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    process = run(far, served, code)
    child = int(process.stdout.readline())
    process.wait(PATIENT)
    try:
        (folder,) = list_folders(spool)
        assert not is_in_use(folder)
        with far.logger(spool) as log:
            end = time.monotonic() + PATIENT
            while log.counts.adopted < 5 and time.monotonic() < end:
                time.sleep(0.02)
        assert stored_count(far) == 5
    finally:
        os.kill(child, signal.SIGKILL)
        process.communicate()


def test_several_processes_on_one_directory(far, served, tmp_path):
    code = (
        f"log = model.logger({str(tmp_path)!r}, flush_interval=0.05)\n"
        "for row in rows(range(200), stem=str(os.getpid())):\n"
        "    log.log(row)\n"
    )
    processes = [run(far, served, code) for _ in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=PATIENT)
        assert (process.returncode, errors) == (0, "")
    assert len(stored(far)) == stored_count(far) == 600
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_just_ends_has_sent_everything(far, served, tmp_path):
    code = f"log = model.logger({str(tmp_path)!r}, flush_interval=3600)\nlog.log_many(rows(range(50)))\n"
    _, errors = run(far, served, code).communicate(timeout=PATIENT)
    assert errors == ""
    assert stored_count(far) == 50


def test_a_program_with_an_embedded_server_has_sent_everything_when_it_ends(tmp_path):
    start = (
        "from arthurai import ArthurAI\n"
        "from builders import regression, regression_rows, save_model, stored_count\n"
        f"arthur = ArthurAI(url='local://{tmp_path}/data')\n"
    )
    first = (
        "model = save_model(arthur, regression())\n"
        f"log = model.logger({str(tmp_path / 'spool')!r}, flush_interval=3600)\n"
        "log.log_many(regression_rows(range(30)))\n"
        "print(model.id)\n"
    )
    second = "import sys; print(stored_count(arthur.get_model(sys.argv[1])))\n"

    def run_code(*words):
        done = subprocess.run(
            [sys.executable, "-c", *words],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            timeout=PATIENT,
            check=True,
        )
        return done.stdout.split()[-1]

    model_id = run_code(start + first)
    assert run_code(start + second, model_id) == "30"
    assert list((tmp_path / "spool").iterdir()) == []


AWAY = (
    "model.client_url = None\n"
    "from arthurai.transport import session\n"
    "def refuse(*a, **k):\n"
    "    from arthurai.common.exceptions import ArthurConnectionError\n"
    "    raise ArthurConnectionError('away')\n"
    "session.Session.send = refuse\n"
)


def leave_behind(far, served, spool, count=20, end="os.kill(os.getpid(), 9)\n"):
    """Let a process log rows while the server is away, and die."""
    code = f"{AWAY}log = model.logger({str(spool)!r}, exit_timeout=0.3)\n"
    code += f"log.log_many(rows(range({count})))\n{end}"
    _, errors = run(far, served, code).communicate(timeout=PATIENT)
    return errors


def test_at_the_end_of_a_program_the_rest_is_said_in_one_line(far, served, tmp_path):
    errors = leave_behind(far, served, tmp_path, end="")
    (line,) = [line for line in errors.splitlines() if "not sent yet" in line]
    assert line.endswith(
        "20 logged rows were not sent yet; the next logger with this spool sends them, or "
        f"`arthurai spool send {tmp_path}`"
    )
    assert "Traceback" not in errors


def test_what_a_killed_process_left_is_sent_by_the_next_logger(far, served, tmp_path):
    leave_behind(far, served, tmp_path)
    assert stored_count(far) == 0
    with far.logger(tmp_path):
        arrived(far, 20)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def environment(served, monkeypatch):
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", served.url)
    monkeypatch.setenv("ARTHUR_API_KEY", served.key)
    monkeypatch.setenv("ARTHUR_ALLOW_INSECURE", "true")
    return monkeypatch


def test_the_command_lists_shows_and_sends(far, served, tmp_path, environment, capsys):
    del environment
    leave_behind(far, served, tmp_path)
    assert cli.main(["spool", "list", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert re.search(rf"left behind, 20 rows wait for model {far.id} on http", listed)
    assert cli.main(["spool", "show", str(tmp_path)]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["partner_inference_id"] for row in shown] == [f"id-{n}" for n in range(20)]
    assert cli.main(["spool", "send", str(tmp_path)]) == 0
    assert "20 rows accepted, 0 rejected, 0 left" in capsys.readouterr().out
    assert stored_count(far) == 20
    assert list(tmp_path.iterdir()) == []


def test_the_command_leaves_alone_what_is_in_use_or_for_another_server(
    far, served, make_logger, tmp_path, environment, capsys
):
    log = make_logger(far, spool=tmp_path, flush_interval=3600)
    log.log_many(regression_rows(range(3)))
    assert cli.main(["spool", "list", str(tmp_path)]) == 0
    assert "in use, 3 rows" in capsys.readouterr().out
    assert cli.main(["spool", "send", str(tmp_path)]) == 0
    assert stored_count(far) == 0
    log.close()
    leave_behind(far, served, tmp_path)
    environment.setenv("ARTHUR_ENDPOINT_URL", served.url.replace("127.0.0.1", "localhost"))
    assert cli.main(["spool", "send", str(tmp_path)]) == 1
    assert "left alone, for http://127.0.0.1" in capsys.readouterr().out
    assert stored_count(far) == 3


def test_the_command_says_what_it_cannot_send(far, served, tmp_path, environment, capsys):
    leave_behind(far, served, tmp_path)
    environment.setenv("ARTHUR_API_KEY", "wrong")
    assert cli.main(["spool", "send", str(tmp_path)]) == 1
    assert capsys.readouterr().err
    (folder,) = list_folders(tmp_path)
    (folder / "spool.json").write_text("{")
    environment.setenv("ARTHUR_API_KEY", served.key)
    assert cli.main(["spool", "list", str(tmp_path)]) == 0
    assert "cannot be read" in capsys.readouterr().out
