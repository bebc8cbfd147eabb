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

from arthurai.server.sandbox.temp_dir import find_excess, remove

SETUP_SECONDS: Final = 180.0
CALL_SECONDS: Final = 120.0
MAX_RESPONSE_BYTES: Final = 32 * 2**20
MAX_ERROR_LENGTH: Final = 4000
MAX_THREADS: Final = 512
MAX_CALLED_SECONDS: Final = 900.0
_CHUNK_BYTES: Final = 2**16
_SELECT_SECONDS: Final = 0.5
_WATCH_SECONDS: Final = 0.5
_WRITE_BYTES: Final = 16 * 4096
_PACKAGE_ROOT: Final = Path(__file__).resolve().parents[3]
_PROGRAM: Final = (
    "import sys; sys.path.append(sys.argv.pop()); "
    "from arthurai.server.sandbox.sandbox_worker import main; main()"
)
# Threads count against the address space; user code gets one processor.
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
    """User code failed, exceeded a limit or sent an invalid response; the text is for its owner."""


class Sandbox:
    """A process with the code of one project.

    The process gets a minimal environment and a time limit for each call, and drops further rights
    itself (`confinement`) before it loads anything of the project. What the system cannot limit,
    temporary files and threads, is watched as long as it runs. Nothing it sends is trusted: a
    response is a line of JSON of limited length, anything else ends the process.

    Args:
        project: Directory of the project.
        scratch: Directory for temporary files; emptied when the process ends.
        private: Directory that the process must not read wherever it lies.
    """

    def __init__(self, project: Path, scratch: Path, private: Path | None = None) -> None:
        self._scratch = scratch
        self._calls = 0
        self._called_seconds = 0.0
        self._closed = threading.Event()
        self._excess: str | None = None
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = str(scratch)
        hidden = [] if private is None else [str(private.resolve())]
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
                [sys.executable, "-I", "-B", "-c", _PROGRAM, home, *hidden, str(_PACKAGE_ROOT)],
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
    def is_alive(self) -> bool:
        """Whether the process can be called."""
        return self._process.poll() is None

    @property
    def is_exhausted(self) -> bool:
        """Whether a new process should replace this one before its processor time runs out."""
        return self._called_seconds > MAX_CALLED_SECONDS

    def call(self, name: str, arguments: dict[str, Any], *, seconds: float = CALL_SECONDS) -> Any:
        """Call a function in the process.

        Args:
            name: `prepare`, `setup`, `predict` or `explain`.
            arguments: Arguments as JSON.
            seconds: Time limit; the process is killed when it is over.

        Returns:
            The result, which may be anything, as it comes from user code.

        Raises:
            SandboxError: With the traceback if the code raised, else with what ended the process.
        """
        self._calls += 1
        request = {"id": self._calls, "call": name, "arguments": arguments}
        encoded = orjson.dumps(request, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"
        started = time.monotonic()
        try:
            line = self._exchange(encoded, started + seconds)
            response = orjson.loads(line)
            if response["id"] != self._calls:
                raise ValueError("a response to another request")  # noqa: TRY301 - one place for all
        except TimeoutError:
            self.close()
            raise SandboxError(
                f"the model code took more than {seconds:g} s and was stopped"
            ) from None
        except (ValueError, TypeError, KeyError):
            self.close()
            raise SandboxError(
                "the model code sent invalid data to the server and was stopped"
            ) from None
        except SandboxError:
            self.close()
            raise
        self._called_seconds += time.monotonic() - started
        if "error" in response:
            raise SandboxError(str(response["error"])[:MAX_ERROR_LENGTH])
        return response.get("result")

    def _watch(self) -> None:
        """End the process when it uses too many shared resources."""
        proc = Path(f"/proc/{self._process.pid}")
        while not self._closed.wait(_WATCH_SECONDS) and self.is_alive:
            found = find_excess(self._scratch, proc / "fd")
            with contextlib.suppress(OSError):  # not on other systems
                if len(list((proc / "task").iterdir())) > MAX_THREADS:
                    found = f"started more than {MAX_THREADS} threads"
            if found is not None and not self._closed.is_set():
                self._excess = found
                self._kill()

    def _exchange(self, request: bytes, deadline: float) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None or not self.is_alive:
            raise SandboxError(self._describe_end())
        response = bytearray()
        waiting = memoryview(request)
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stdin, selectors.EVENT_WRITE)
            while True:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError
                if self._closed.is_set():
                    raise SandboxError("the model code was stopped")
                for key, _ in selector.select(min(remaining, _SELECT_SECONDS)):
                    if key.fileobj is stdin:
                        waiting = self._send(waiting)
                        if not waiting:
                            selector.unregister(stdin)
                        continue
                    chunk = os.read(stdout.fileno(), _CHUNK_BYTES)
                    if not chunk:
                        raise SandboxError(self._describe_end())
                    response += chunk
                    if len(response) > MAX_RESPONSE_BYTES:
                        raise ValueError("the response is too long")
                    if response.endswith(b"\n"):
                        return bytes(response)

    def _send(self, waiting: memoryview) -> memoryview:
        if self._process.stdin is None:
            raise SandboxError(self._describe_end())
        try:
            sent = os.write(self._process.stdin.fileno(), waiting[:_WRITE_BYTES])
        except BlockingIOError:
            sent = 0
        except BrokenPipeError:
            raise SandboxError(self._describe_end()) from None
        return waiting[sent:]

    def _describe_end(self) -> str:
        """Return how the process ended."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "the model code closed the pipe to the server"
        if self._excess is not None:
            return f"the model code {self._excess} and was stopped"
        if code >= 0:
            return f"the process of the model code exited with status {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        hint = {
            "SIGKILL": ": possibly out of memory",
            "SIGXCPU": ": it exceeded its processor time",
            "SIGSEGV": ": it crashed",
        }
        return f"the process of the model code was killed by {name}{hint.get(name, '')}"

    def close(self) -> None:
        """End the process and delete its temporary files; a pending call ends with an error."""
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
