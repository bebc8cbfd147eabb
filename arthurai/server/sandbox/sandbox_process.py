"""The server's side of the process that runs a user's predict function."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import orjson

from arthurai.server.sandbox.temp_dir import excess, remove

SETUP_SECONDS: Final = 180.0
CALL_SECONDS: Final = 120.0
MAX_ANSWER: Final = 32 * 2**20
MAX_REASON: Final = 4000
MAX_THREADS: Final = 512
WORN_SECONDS: Final = 900.0
_CHUNK: Final = 2**16
_TURN_SECONDS: Final = 0.5
_WATCH_SECONDS: Final = 0.5
_PIPE_BUFFER: Final = 4096
_PACKAGE_ROOT: Final = Path(__file__).resolve().parents[3]
_START: Final = (
    "import sys; sys.path.append(sys.argv.pop()); "
    "from arthurai.server.sandbox.sandbox_worker import main; main()"
)
# Threads would count against the address space; user code gets one processor.
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",
}
_INHERITED: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


class SandboxError(Exception):
    """User code failed, broke a limit or talked nonsense; the text says what, for its owner."""


class Sandbox:
    """One process with the code of one project.

    The process gets no environment but what it needs, a time limit for each call, and gives up
    further rights itself (``confinement``) before it loads anything of the project. What no limit
    of the system bounds, temporary files and threads, is watched as long as it lives. Nothing it
    sends is trusted: an answer is a line of JSON of limited length, anything else ends the process.

    Args:
        project: Directory of the project.
        scratch: Directory for temporary files; emptied when the process ends.
    """

    def __init__(self, project: Path, scratch: Path) -> None:
        self._scratch = scratch
        self._calls = 0
        self._called_seconds = 0.0
        self._closed = threading.Event()
        self._excess: str | None = None
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = str(scratch)
        environment = {
            **_ENVIRONMENT,
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            "HOME": home,
            "TMPDIR": home,
            "NUMBA_CACHE_DIR": home,
            "MPLCONFIGDIR": home,
        }
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                [sys.executable, "-I", "-B", "-c", _START, home, str(_PACKAGE_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=project,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"the process for user code cannot be started: {error}") from None
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        threading.Thread(target=self._watch, name="arthurai-sandbox-watch", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process can be called."""
        return self._process.poll() is None

    @property
    def worn(self) -> bool:
        """Whether the process has worked so long that a new one should take its place.

        The processor time of a process is limited, and not only that of calls counts.
        """
        return self._called_seconds > WORN_SECONDS

    def call(self, name: str, arguments: dict[str, Any], *, seconds: float = CALL_SECONDS) -> Any:
        """Have the process do something.

        Args:
            name: ``setup``, ``predict`` or ``explain``.
            arguments: Arguments as JSON.
            seconds: How long it may take; then the process is killed.

        Returns:
            The result, which is whatever the user's code made of it.

        Raises:
            SandboxError: With the traceback if the code raised, else with what ended the process.
        """
        self._calls += 1
        request = {"id": self._calls, "call": name, "arguments": arguments}
        encoded = orjson.dumps(request, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"
        begin = time.monotonic()
        try:
            line = self._exchange(encoded, begin + seconds)
            answer = orjson.loads(line)
            if answer["id"] != self._calls:
                raise ValueError("an answer to another request")  # noqa: TRY301 - one place for all
        except TimeoutError:
            self.close()
            raise SandboxError(
                f"the model code took more than {seconds:g} s and was stopped"
            ) from None
        except (ValueError, TypeError, KeyError):
            self.close()
            raise SandboxError(
                "the model code disturbed the pipe to the server and was stopped"
            ) from None
        except SandboxError:
            self.close()
            raise
        self._called_seconds += time.monotonic() - begin
        if "error" in answer:
            raise SandboxError(str(answer["error"])[:MAX_REASON])
        return answer.get("result")

    def _watch(self) -> None:
        """End the process when it takes too much of what it shares with others."""
        about = Path(f"/proc/{self._process.pid}")
        while not self._closed.wait(_WATCH_SECONDS) and self.alive:
            found = excess(self._scratch, about / "fd")
            with contextlib.suppress(OSError):  # not on other systems
                if len(list((about / "task").iterdir())) > MAX_THREADS:
                    found = f"started more than {MAX_THREADS} threads"
            if found is not None and not self._closed.is_set():
                self._excess = found
                self._kill()

    def _exchange(self, request: bytes, deadline: float) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None or not self.alive:
            raise SandboxError(self._ended())
        answer = bytearray()
        waiting = memoryview(request)
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stdin, selectors.EVENT_WRITE)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                if self._closed.is_set():
                    raise SandboxError("the model code was stopped")
                for key, _ in selector.select(min(left, _TURN_SECONDS)):
                    if key.fileobj is stdin:
                        waiting = self._send(waiting)
                        if not waiting:
                            selector.unregister(stdin)
                        continue
                    chunk = os.read(stdout.fileno(), _CHUNK)
                    if not chunk:
                        raise SandboxError(self._ended())
                    answer += chunk
                    if len(answer) > MAX_ANSWER:
                        raise ValueError("the answer is too long")
                    if answer.endswith(b"\n"):
                        return bytes(answer)

    def _send(self, waiting: memoryview) -> memoryview:
        if self._process.stdin is None:
            raise SandboxError(self._ended())
        try:
            sent = os.write(self._process.stdin.fileno(), waiting[: 16 * _PIPE_BUFFER])
        except BlockingIOError:
            sent = 0
        except BrokenPipeError:
            raise SandboxError(self._ended()) from None
        return waiting[sent:]

    def _ended(self) -> str:
        """Tell how the process ended."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "the model code closed the pipe to the server"
        if self._excess is not None:
            return f"the model code {self._excess} and was stopped"
        if code >= 0:
            return f"the process of the model code ended itself with status {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        hint = {
            "SIGKILL": ": out of memory, maybe",
            "SIGXCPU": ": it used up its processor time",
            "SIGSEGV": ": it crashed",
        }
        return f"the process of the model code was ended by {name}{hint.get(name, '')}"

    def close(self) -> None:
        """End the process and delete its temporary files; again: does nothing.

        A call that another thread waits for ends with an error.
        """
        self._closed.set()
        self._kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        remove(self._scratch)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
