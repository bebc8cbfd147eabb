"""Hundreds of projects that try to act on the server's machine, on kernels with and without confinement."""

from __future__ import annotations

import itertools
import os
import platform
import random
import socket

import numpy as np
import pytest
from builders import make_zip
from older_kernel import older_kernel

from arthurai.server.app import create_app
from arthurai.server.sandbox import sandbox_process

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64"),
]

# What a project does; {folder} is one that it must not change, {port} that of a listener.
DEEDS = {
    "write a file": "open({folder!r} + '/new', 'w').write('x')",
    "make a folder": "os.mkdir({folder!r} + '/new')",
    "make a link": "os.symlink('/etc/passwd', {folder!r} + '/new')",
    "make a pipe": "os.mkfifo({folder!r} + '/new')",
    "start a program": "subprocess.run(['touch', {folder!r} + '/new'])",
    "listen on a path": "socket.socket(socket.AF_UNIX).bind({folder!r} + '/new')",
    "change a mode": "os.chmod({folder!r} + '/secret', 0o777)",
    "change times": "os.utime({folder!r} + '/secret', (1, 1))",
    "set an attribute": "os.setxattr({folder!r} + '/secret', 'user.x', b'x')",
    "overwrite": "open({folder!r} + '/secret', 'r+').write('x')",
    "remove": "os.unlink({folder!r} + '/secret')",
    "connect": "socket.create_connection(('127.0.0.1', {port}))",
    "write from a thread": (
        "t = threading.Thread(target=lambda: open({folder!r} + '/new', 'w').write('x'))"
        "\n    t.start(); t.join()"
    ),
}
DO = """
import os, socket, subprocess, threading
try:
    {deed}
except Exception:
    pass
"""
PREDICT = "def predict(rows):\n    return [float(row[0]) for row in rows]\n"
IN_PREDICT = (
    "import os, socket, subprocess, threading\n"
    "def predict(rows):\n"
    "  try:\n"
    "    {deed}\n"
    "  except Exception:\n"
    "    pass\n"
    "  return [float(row[0]) for row in rows]\n"
)
#: Where a project has its code: each gives the files of one.
PLACES = {
    "the module": lambda code: {"entry.py": code + PREDICT},
    "the package": lambda code: {"entry.py": "", "entry/__init__.py": code + PREDICT},
    "a module of the library": lambda code: {
        "entry.py": PREDICT,
        "json.py": code,
        "ctypes.py": code,
    },
    "a module that the server uses": lambda code: {"entry.py": PREDICT, "orjson.py": code},
    "a module of science": lambda code: {"entry.py": PREDICT, "numpy.py": code, "lime.py": code},
    "the server's own module": lambda code: {
        "entry.py": PREDICT,
        "arthurai/__init__.py": code,
        "arthurai/server/sandbox/confinement.py": code,
    },
    "what an interpreter runs first": lambda code: {
        "entry.py": PREDICT,
        "sitecustomize.py": code,
        "usercustomize.py": code,
        "start.pth": "import sitecustomize\n",
    },
    "another interpreter's main": lambda code: {"entry.py": PREDICT, "__main__.py": code},
}
ATTEMPTS = list(itertools.product(PLACES, DEEDS))
KERNELS = {
    "nothing": None,
    "landlock": "files",
    "seccomp": "calls",
    "landlock seccomp": "files, calls",
}


@pytest.fixture
def model(enriched, regression):
    return add_reference(enriched(regression))


def add_reference(made):
    chance = np.random.default_rng(1)
    made.reference(
        {
            "a": chance.normal(0, 1, 60).tolist(),
            "b": chance.normal(0, 1, 60).tolist(),
            "c": chance.choice(["x", "y"], 60).tolist(),
            "price": [0.0] * 60,
            "paid": [0.0] * 60,
        }
    )
    return made


@pytest.fixture
def machine(tmp_path):
    """Give a folder and a listener, and a function that says what was done to them."""
    folder = tmp_path / "machine"
    folder.mkdir()
    secret = folder / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        def look():
            try:
                listener.accept()[0].close()
                connected = True
            except BlockingIOError:
                connected = False
            status = secret.stat() if secret.exists() else None
            facts = status and (status.st_mode, status.st_mtime_ns, os.listxattr(secret))
            return (
                sorted(path.name for path in folder.iterdir()),
                facts,
                secret.exists() and secret.read_text(),
                connected,
            )

        yield folder, listener.getsockname()[1], look


def files_of(place, deed, folder, port):
    text = DEEDS[deed].format(folder=str(folder), port=port)
    files = PLACES[place](DO.format(deed=text))
    if place == "the module":
        files["entry.py"] = files["entry.py"].replace(PREDICT, IN_PREDICT.format(deed=text))
    return files


@pytest.mark.parametrize("lacking", KERNELS)
@pytest.mark.parametrize("count", [1, pytest.param(70, marks=pytest.mark.slow)])
def test_no_project_acts_on_the_machine(
    model, project, explained, machine, monkeypatch, caplog, lacking, count
):
    program = older_kernel(lacking) + sandbox_process._PROGRAM
    monkeypatch.setattr(sandbox_process, "_PROGRAM", program)
    folder, port, look = machine
    before = look()
    statuses = []
    chosen = random.Random(lacking).sample(ATTEMPTS, count)
    for place, deed in chosen:
        caplog.clear()
        files = files_of(place, deed, folder, port)
        state = explained(model, make_zip(files), explanation_nsamples=20)
        assert look() == before, (place, deed)
        statuses.append(state["status"])
        if KERNELS[lacking] is not None:
            assert state["status"] == "Failed"
            assert f"missing: {KERNELS[lacking]}" in state["config"]["reason"]
            assert "cannot confine" in caplog.text
    print(f"{count} projects without {lacking}: {statuses.count('Ready')} ran, none did anything")
    assert KERNELS[lacking] is None or "Ready" not in statuses
    assert KERNELS[lacking] is not None or count == 1 or "Ready" in statuses


@pytest.mark.slow
def test_the_deeds_are_done_once_the_operator_lets_code_run(
    enriched_on, regression, explained, machine, monkeypatch, caplog
):
    # otherwise the attempts above would prove nothing
    program = older_kernel("landlock seccomp") + sandbox_process._PROGRAM
    monkeypatch.setattr(sandbox_process, "_PROGRAM", program)
    folder, port, look = machine
    with create_app(allow_unconfined_code=True) as app:
        assert "cannot confine" in caplog.text
        model = add_reference(enriched_on(app, regression))
        for deed in DEEDS:
            caplog.clear()
            before = look()
            explained(model, make_zip(files_of("the module", deed, folder, port)))
            assert look() != before, deed
            assert "user code runs although it cannot be confined" in caplog.text
            for left in folder.iterdir():
                left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink()
            (folder / "secret").write_text("secret")
