"""Confinement of the process that runs user code, set by itself before that code is loaded.

Three layers: resource limits (POSIX), a filter of system calls (`system_calls`, Linux on x86-64 and
64-bit ARM) and Landlock (Linux 5.13: packages of the interpreter and the project can be read, a
directory for temporary files can be written, everything else can neither be opened nor listed).

The filter and Landlock apply to the thread that sets them and to those it starts later, so both are
set before any other thread exists. What the layers are to prevent is then tried out, and whatever
succeeds counts as missing, before any user code is loaded.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arthurai.server.sandbox.system_calls import build_filter, find_call_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from arthurai.server.sandbox.system_calls import CallTable

LIMITS: Final = "limits"
FILES: Final = "files"
CALLS: Final = "calls"
LAYERS: Final = (LIMITS, FILES, CALLS)
MAX_OPEN_FILES: Final = 256
MAX_FILE_BYTES: Final = 64 * 2**20
SPARE_BYTES: Final = 2**30  # for libraries that are loaded later

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_FILTER_MODE: Final = 2
_CAPABILITIES_VERSION: Final = 0x20080522
_LANDLOCK_CREATE: Final = 444
_LANDLOCK_ADD: Final = 445
_LANDLOCK_RESTRICT: Final = 446
_READ: Final = 0b1100  # read file, read directory
_EVERY_RIGHT: Final = {1: 13, 2: 14, 3: 15, 4: 15}  # number of known rights by version
_FILE_RIGHTS: Final = 0b100000000000111  # execute, write, read, truncate
_NEWEST_RIGHTS: Final = 16
_READABLE: Final = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/share/fontconfig",
    "/usr/share/fonts",
    "/usr/share/mime",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/fonts",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/dev/zero",
)


def confine(project: Path, scratch: Path, private: Path | None) -> list[str]:
    """Drop, for good, the rights that the code of a project does not need.

    Args:
        project: Directory that can be read.
        scratch: Directory that can be written.
        private: Directory that cannot be read, even where it lies among the packages of the
            interpreter; the project and the directory for temporary files may lie in it.

    Returns:
        Names of the layers that the system lacks: `files`, `calls`.
    """
    if sys.platform != "linux":
        return [FILES, CALLS]
    libc = ctypes.CDLL(None, use_errno=True)
    # Another thread would keep its rights.
    is_alone = len(list(Path("/proc/self/task").iterdir())) == 1
    if not is_alone or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return [FILES, CALLS]
    missing = []
    if not _restrict_files(libc, project, scratch, private):
        missing.append(FILES)
    calls = find_call_table()
    if calls is None or not _drop_capabilities(libc, calls) or not _filter_calls(libc, calls):
        missing.append(CALLS)
    return missing


def find_gaps(scratch: Path) -> list[str]:
    """Try what a confined process must not do; return the layers that let it.

    Args:
        scratch: The directory that can be written.
    """
    probe = scratch / "probe"
    probe.touch()
    tries: dict[str, list[Callable[[], object]]] = {
        FILES: [lambda: list(Path("/").iterdir()), lambda: os.open("/etc", os.O_RDONLY)],
        CALLS: [
            lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
            lambda: os.kill(os.getpid(), 0),
            lambda: os.utime(probe),
            lambda: probe.chmod(0o600),
        ],
        LIMITS: [_require_limit],
    }
    if hasattr(os, "setxattr"):
        tries[CALLS].append(lambda: os.setxattr(probe, "user.probe", b"x"))
    try:
        return [layer for layer, attempts in tries.items() if any(map(_succeeds, attempts))]
    finally:
        probe.unlink()


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PermissionError:
        return False
    except OSError:
        pass  # it was not refused, only impossible
    return True


def _require_limit() -> None:
    """Raise `PermissionError` where memory is limited, as the other attempts do."""
    with suppress(ImportError):
        import resource

        if resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY:
            raise PermissionError


def set_limits(memory: int, cpu_seconds: int) -> bool:
    """Limit the resources of this process, for good.

    Args:
        memory: Bytes of address space beyond what the process has now.
        cpu_seconds: Processor time.

    Returns:
        Whether the system supports such limits.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return False
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: MAX_FILE_BYTES,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_AS: _address_space() + SPARE_BYTES + memory,
    }
    if find_call_table() is None:
        limits[resource.RLIMIT_NPROC] = 0
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        maximum = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (maximum, maximum))
        except (OSError, OverflowError, ValueError):
            return False
    return True


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 4 * SPARE_BYTES
    return pages * os.sysconf("SC_PAGE_SIZE")


def _drop_capabilities(libc: ctypes.CDLL, calls: CallTable) -> bool:
    """Drop all capabilities, so that root is only the owner of its files."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_VERSION, 0))
    none = ctypes.create_string_buffer(24)  # three sets, two words each
    return bool(libc.syscall(calls.capset, header, none) == 0)


def _filter_calls(libc: ctypes.CDLL, calls: CallTable) -> bool:
    program = build_filter(calls, os.getpid())
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    steps = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(steps)))
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, header, 0, 0) == 0)


def _restrict_files(libc: ctypes.CDLL, project: Path, scratch: Path, private: Path | None) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    rights = (1 << _EVERY_RIGHT.get(version, _NEWEST_RIGHTS)) - 1
    attributes = ctypes.create_string_buffer(struct.pack("=Q", rights))
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, 8, 0)
    if rules < 0:
        return False
    try:
        for path in (*map(Path, _READABLE), *_interpreter_directories()):
            for part in _without(path, private):
                _allow_below(libc, rules, part, rights & _READ)
        _allow_below(libc, rules, project, rights & _READ)
        for path in (scratch, Path("/dev/null")):
            _allow_below(libc, rules, path, rights)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow_below(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _FILE_RIGHTS
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor))
        libc.syscall(_LANDLOCK_ADD, rules, 1, rule, 0)
    finally:
        os.close(descriptor)


def _without(path: Path, private: Path | None) -> Iterator[Path]:
    """Yield a path, or what lies in it beside a private directory."""
    real, hidden = path.resolve(), private and private.resolve()
    if hidden is None or not hidden.is_relative_to(real):
        yield real
    elif hidden != real:
        for entry in real.iterdir():
            # Links are left out: what they lead to is readable by its own path or not at all.
            if not entry.is_symlink():
                yield from _without(entry, hidden)


def _interpreter_directories() -> Iterable[Path]:
    """Yield the directories of the interpreter and its packages, but none with user data."""
    for prefix in {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}:
        yield from (prefix / name for name in ("lib", "lib64"))
    yield Path(__file__).resolve().parents[2]  # the package itself, for late imports
    for entry in sys.path:
        path = Path(entry).resolve()
        if path.name in {"site-packages", "dist-packages"}:
            yield path
