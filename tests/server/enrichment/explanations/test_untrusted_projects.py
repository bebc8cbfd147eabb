"""Projects that ask for too much, cheat, or run on systems that cannot confine them."""

from __future__ import annotations

import platform

import numpy as np
import pytest
from older_kernel import older_kernel

from arthurai.server.app import create_app
from arthurai.server.operator_limits import Limits
from arthurai.server.sandbox import sandbox_process

pytestmark = pytest.mark.heavy

FINE = "def predict(rows):\n    return [float(row[0]) for row in rows]\n"
LOUD = "raise RuntimeError('the code ran')\n"
WHAT_IF = [
    {"attribute_name": name, "attribute_value": value}
    for name, value in {"a": 0.0, "b": 0.0, "c": "x"}.items()
]


def add_reference(made):
    rng = np.random.default_rng(1)
    made.reference(
        {
            "a": rng.normal(0, 1, 60).tolist(),
            "b": rng.normal(0, 1, 60).tolist(),
            "c": rng.choice(["x", "y"], 60).tolist(),
            "price": [0.0] * 60,
            "paid": [0.0] * 60,
        }
    )
    return made


@pytest.fixture
def model(enriched, regression):
    return add_reference(enriched(regression))


@pytest.fixture(params=["landlock", "seccomp", "landlock seccomp"])
def lacking(request, monkeypatch):
    """Start processes of user code as if the system lacked Landlock, filters of calls, or both."""
    program = older_kernel(request.param) + sandbox_process._PROGRAM
    monkeypatch.setattr(sandbox_process, "_PROGRAM", program)
    names = {"landlock": "files", "seccomp": "calls"}
    return ", ".join(names[layer] for layer in request.param.split())


@pytest.mark.parametrize("memory", ["100Gi", "999999999999Ti", "4097Mi", "0", "0.5", "-1Gi", "1e9"])
def test_a_project_gets_no_more_memory_than_the_operator_allows(model, project, memory):
    config = {
        "python_version": "3.11",
        "sdk_version": "4.0.0",
        "user_predict_function_import_path": "entry",
        "model_server_memory": memory,
    }
    wanted = {"explainability": {"enabled": True, "config": config}}
    answer = model.configure(wanted, project(FINE))
    assert answer.status_code == 400
    assert "model_server_memory" in answer.json()["error"]
    assert model.status("explainability") == "Disabled"


def test_a_limit_that_was_lowered_holds_for_older_projects(model, explained):
    hog = "def predict(rows):\n    bytearray(1500 << 20)\n    return [float(r[0]) for r in rows]\n"
    assert explained(model, hog, explanation_nsamples=20)["status"] == "Ready"
    lowered = Limits(explainer_memory=2**20)
    object.__setattr__(model.app.enrichments.explainability, "_limits", lowered)
    assert explained(model, hog, explanation_nsamples=20)["status"] == "Failed"
    assert "MemoryError" in model.state("explainability")["config"]["reason"]


# What code tries before anybody has looked at it: while it is imported, and in the names it defines.
TRACES = """
import os, socket, subprocess, threading
def leave(name):
    for write in (
        lambda path: open(path, "w").write("x"),
        lambda path: os.mkdir(path),
        lambda path: os.symlink("/etc/passwd", path),
        lambda path: os.mkfifo(path),
        lambda path: subprocess.run(["touch", path]),
        lambda path: socket.socket(socket.AF_UNIX).bind(path),
        lambda path: os.mknod(path),
        lambda path: os.link(__file__, path),
    ):
        try:
            write(os.path.join({folder!r}, name + str(write.__code__.co_firstlineno)))
        except Exception:
            pass
leave("import")
thread = threading.Thread(target=leave, args=("thread",))
thread.start()
thread.join()
def predict(rows):
    leave("predict")
    raise RuntimeError("the code ran")
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
def test_code_that_cannot_be_confined_does_not_run(model, explained, lacking, caplog, tmp_path):
    folder = tmp_path / "traces"
    folder.mkdir()
    for code in (LOUD, TRACES.replace("{folder!r}", repr(str(folder)))):
        state = explained(model, code)
        assert state["status"] == "Failed"
        assert f"missing: {lacking}" in state["config"]["reason"]
        assert "--allow-unconfined-code" in state["config"]["reason"]
        assert "the code ran" not in state["config"]["reason"]
    assert any(r.levelname == "ERROR" and "cannot confine" in r.message for r in caplog.records)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
def test_the_operator_can_let_code_run_unconfined(
    enriched_on, regression, explained, lacking, caplog, tmp_path
):
    with create_app(allow_unconfined_code=True) as app:
        assert "cannot confine" in caplog.text
        model = add_reference(enriched_on(app, regression))
        caplog.clear()
        assert "the code ran" in explained(model, LOUD)["config"]["reason"]
        warnings = [r for r in caplog.records if r.levelname == "WARNING"]
        assert f"missing: {lacking}" in warnings[0].message
        if lacking == "files, calls":
            explained(model, TRACES.replace("{folder!r}", repr(str(tmp_path))))
            assert {path.name[:6] for path in tmp_path.iterdir()} >= {"import", "thread"}


FORGED = """
import sys
session = sys.modules["arthurai.server.sandbox.sandbox_worker"]._Session
def predict(rows):
    return [float(row[0]) for row in rows]
def forge(self, call, arguments):
    return {answer}
if "setup" not in sys.argv:
    real = session.handle
    session.handle = lambda self, call, arguments: (
        {answer} if call != "setup" else real(self, call, arguments)
    )
"""
NONSENSE = ["[[[1.0]]]", "[[1.0, 2.0]]", "[[None]]", "{}", "[[10**400]]"]
MORE_NONSENSE = [
    "[[[[]]]]",
    "[[]]",
    "[None]",
    "[['1.0']]",
    "[[{}]]",
    "[[True]]",
    "[{'a': 1}]",
    "[1.0]",
    "'text'",
    "None",
    "[]",
    "[[1e999]]",
]


@pytest.mark.parametrize(
    "answer", [*NONSENSE, *(pytest.param(a, marks=pytest.mark.slow) for a in MORE_NONSENSE)]
)
def test_answers_that_are_no_predictions_are_errors_of_the_project(model, explained, answer):
    explained(model, FORGED.replace("{answer}", answer), explanation_nsamples=20)
    sent = model.client.post(f"{model.path}/what_if", json={"model_pipeline_input": WHAT_IF})
    assert sent.status_code == 400, sent.text
