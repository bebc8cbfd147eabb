"""What the process of a user's code may do: set by itself, before that code is loaded.

Three layers, each as far as the system has it: resource limits (POSIX), a filter of system calls
(Linux on x86-64 and 64-bit ARM: no new processes, no network, no signals to others, no changes of
owners or modes) and Landlock (Linux 5.13: files of the interpreter and of the project can be read,
a scratch directory can be written, everything else does not exist).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

OPEN_FILES: Final = 256
FILE_BYTES: Final = 64 * 2**20
CPU_SECONDS: Final = 3600
SPARE_BYTES: Final = 2**30  # for libraries that are loaded later

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_FILTER_MODE: Final = 2
_CLONE_THREAD: Final = 0x10000
_X32_BIT: Final = 0x40000000

# Classic BPF: load a word, jump if equal / at least / any bit set, return.
_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_IF_AT_LEAST: Final = 0x35
_IF_SET: Final = 0x45
_RETURN: Final = 0x06
_ALLOW: Final = 0x7FFF0000
_ERROR: Final = 0x00050000
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16

# fmt: off
_CALLS: Final = {
    "x86_64": {
        "architecture": (0xC000003E,), "clone": (56,), "clone3": (435,), "tgkill": (234,),
        "prlimit": (302,), "io_uring": (425, 426, 427),
        # fork vfork execve execveat socket ptrace process_vm_readv/writev kill tkill
        # rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal chmod fchmod fchmodat fchmodat2
        # chown fchown lchown fchownat mount umount2 bpf perf_event_open unshare setns add_key
        # request_key keyctl reboot kexec_load init_module finit_module
        "denied": (57, 58, 59, 322, 41, 101, 310, 311, 62, 200, 129, 297, 424, 90, 91, 268, 452,
                   92, 93, 94, 260, 165, 166, 321, 298, 272, 308, 248, 249, 250, 169, 246, 175,
                   313),
    },
    "aarch64": {
        "architecture": (0xC00000B7,), "clone": (220,), "clone3": (435,), "tgkill": (131,),
        "prlimit": (261,), "io_uring": (425, 426, 427),
        # The same in the numbering of newer architectures, which lack the old spellings.
        "denied": (221, 281, 198, 117, 270, 271, 129, 130, 138, 240, 424, 52, 53, 452, 54, 55, 40,
                   39, 280, 241, 97, 268, 217, 218, 219, 142, 104, 105, 273),
    },
}
# fmt: on

_LANDLOCK_CREATE: Final = 444
_LANDLOCK_ADD: Final = 445
_LANDLOCK_RESTRICT: Final = 446
_READ: Final = 0b1101  # execute, read file, read directory
_EVERY_RIGHT: Final = {1: 13, 2: 14, 3: 15, 4: 15}  # number of known rights by version
_FILE_RIGHTS: Final = 0b100000000000111  # execute, write, read, truncate
_NEWEST_RIGHTS: Final = 16
_READABLE: Final = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/opt",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/dev/zero",
)


def confine(memory: int, project: Path, scratch: Path) -> list[str]:
    """Give up, for good, what the code of a project has no use for.

    Args:
        memory: Bytes of address space beyond what the process has now.
        project: Directory that can be read.
        scratch: Directory that can be written.

    Returns:
        Names of the layers that the system lacks: ``limits``, ``files``, ``calls``.
    """
    missing = []
    has_calls = platform.machine() in _CALLS and sys.platform == "linux"
    if not _limit(memory, processes=not has_calls):
        missing.append("limits")
    if sys.platform != "linux":
        return [*missing, "files", "calls"]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return [*missing, "files", "calls"]
    if not _restrict_files(libc, project, scratch):
        missing.append("files")
    if not has_calls or not _filter_calls(libc):
        missing.append("calls")
    return missing


def _limit(memory: int, *, processes: bool) -> bool:
    try:
        import resource
    except ImportError:  # not on Windows
        return False
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_AS: _address_space() + SPARE_BYTES + memory,
    }
    if processes:
        limits[resource.RLIMIT_NPROC] = 0
    for kind, limit in limits.items():
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)  # noqa: PLW2901 - what is stricter already stays so
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            return False
    return True


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 4 * SPARE_BYTES
    return pages * os.sysconf("SC_PAGE_SIZE")


def _filter_calls(libc: ctypes.CDLL) -> bool:
    program = _program(_CALLS[platform.machine()])
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    steps = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(steps)))
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, header, 0, 0) == 0)


def _program(calls: dict[str, tuple[int, ...]]) -> list[tuple[int, int, int, int]]:
    refuse = (_RETURN, 0, 0, _ERROR | errno.EPERM)
    unknown = (_RETURN, 0, 0, _ERROR | errno.ENOSYS)
    allow = (_RETURN, 0, 0, _ALLOW)
    argument = (_LOAD, 0, 0, _FIRST_ARGUMENT_AT)
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, calls["architecture"][0]),
        refuse,
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, 0, 1, _X32_BIT),
        refuse,
    ]
    for number in calls["denied"]:
        program += [(_IF_EQUAL, 0, 1, number), refuse]
    # The C library falls back to clone, whose flags can be read.
    for number in (*calls["clone3"], *calls["io_uring"]):
        program += [(_IF_EQUAL, 0, 1, number), unknown]
    # Threads may be made, processes not; signals and limits are for the process itself.
    for number, test in (
        (calls["clone"][0], (_IF_SET, 0, 1, _CLONE_THREAD)),
        (calls["tgkill"][0], (_IF_EQUAL, 0, 1, os.getpid())),
        (calls["prlimit"][0], (_IF_EQUAL, 0, 1, 0)),
    ):
        program += [(_IF_EQUAL, 0, 4, number), argument, test, allow, refuse]
    return [*program, allow]


def _restrict_files(libc: ctypes.CDLL, project: Path, scratch: Path) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    rights = (1 << _EVERY_RIGHT.get(version, _NEWEST_RIGHTS)) - 1
    attributes = ctypes.create_string_buffer(struct.pack("=Q", rights))
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, 8, 0)
    if rules < 0:
        return False
    try:
        readable = [*map(Path, _READABLE), *_interpreter(), project]
        for path in readable:
            _allow_below(libc, rules, path, rights & _READ)
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


def _interpreter() -> Iterable[Path]:
    """Return where the interpreter and its packages lie, but no directory of somebody's project."""
    prefixes = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    yield from prefixes
    yield Path(__file__).resolve().parents[3]  # the package itself, for what is imported late
    for entry in sys.path:
        path = Path(entry).resolve()
        if path.name in {"site-packages", "dist-packages"}:
            yield path
