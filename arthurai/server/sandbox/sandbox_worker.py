"""The process that runs a user's predict function.

It is started with an isolated interpreter in the directory of the project and exchanges lines of
JSON over its original standard input and output. Whatever the project prints is discarded.

The first call, `prepare`, confines the process and says what the system lacks for that. No code of
the project is loaded before the second one, `setup`, so that it cannot change the answer.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from arthurai.server.enrichment.explanations.explainers import (
    Task,
    create_explainer,
    load_libraries,
)
from arthurai.server.sandbox.confinement import LAYERS, LIMITS, confine, find_gaps, set_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.enrichment.explanations.explainers import Explainer

MAX_TRACEBACK_LENGTH: Final = 4000
_CHECK_SECONDS: Final = 2.0


def main() -> None:
    """Serve requests until the input ends.

    The arguments are the directory for temporary files and the one that must not be read, if any.
    """
    scratch, *private = map(Path, sys.argv[1:])
    requests, responses = _take_pipes()
    # Before another thread exists, as it would not be confined.
    missing = confine(Path.cwd(), scratch, private[0] if private else None)
    threading.Thread(target=_exit_with, args=(os.getppid(),), daemon=True).start()
    session = _Session(scratch, missing)
    for line in requests:
        request = json.loads(line)
        try:
            result = session.handle(request["call"], request["arguments"])
            response = {"id": request["id"], "result": result}
        except BaseException as error:  # noqa: BLE001 - user code may raise anything, SystemExit too
            response = {"id": request["id"], "error": _format_error(error)}
        responses.write(json.dumps(response, separators=(",", ":")).encode() + b"\n")
        responses.flush()


def _exit_with(server: int) -> None:
    """Exit, whatever the process is doing, when the server is gone."""
    while os.getppid() == server:
        time.sleep(_CHECK_SECONDS)
    os._exit(1)


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes to the server; user code gets an empty input and no output instead."""
    requests = os.fdopen(os.dup(0), "rb")
    responses = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return requests, responses


class _Session:
    """The functions of the project, and an explainer on them."""

    def __init__(self, scratch: Path, missing: list[str]) -> None:
        self._scratch = scratch
        self._missing = missing
        self._task: Task | None = None
        self._explainer: Explainer | None = None

    def handle(self, call: str, arguments: dict[str, Any]) -> Any:
        if call == "prepare":
            return self._prepare(**arguments)
        if call == "setup":
            return self._setup(**arguments)
        if self._explainer is None:
            raise RuntimeError("setup must be called first")
        if call == "predict":
            return self._explainer.predict(arguments["rows"])
        return self._explainer.explain(
            arguments["rows"], arguments["algorithm"], arguments["samples"]
        )

    def _prepare(self, task: dict[str, Any], memory: int, cpu_seconds: int) -> dict[str, Any]:
        self._task = Task(**task)
        load_libraries(self._task)
        missing = {*self._missing, *([] if set_limits(memory, cpu_seconds) else [LIMITS])}
        missing |= set(find_gaps(self._scratch))
        return {"missing": [layer for layer in LAYERS if layer in missing]}

    def _setup(self, module: str) -> dict[str, Any]:
        if self._task is None:
            raise RuntimeError("prepare must be called first")
        sys.path.insert(0, str(Path.cwd()))
        loaded = importlib.import_module(module)
        predict = _find_function(loaded, "predict")
        load_image = _find_function(loaded, "load_image") if self._task.kind == "image" else None
        self._explainer = create_explainer(self._task, predict, load_image)
        base = self._explainer.base_errors()
        rows, errors = (None, None) if base is None else base
        return {"expected": self._explainer.expected_values(), "rows": rows, "errors": errors}


def _find_function(module: Any, name: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if not callable(found):
        raise TypeError(f"module {module.__name__!r} must define a function {name!r}")
    result: Callable[..., Any] = found
    return result


def _format_error(error: BaseException) -> str:
    """Return the traceback of an error, from the first line of the project on."""
    inside = str(Path.cwd())
    frames = traceback.extract_tb(error.__traceback__)
    first = next((n for n, f in enumerate(frames) if f.filename.startswith(inside)), len(frames))
    lines = ["Traceback (most recent call last):\n"] if first < len(frames) else []
    lines += traceback.format_list(frames[first:])
    lines += traceback.format_exception_only(error)
    text = "".join(lines).replace(inside + os.sep, "").strip()
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_TRACEBACK_LENGTH else "…" + text[-MAX_TRACEBACK_LENGTH:]
