"""Confinement of the process that runs user code, set by itself before that code is loaded.

Three layers, each as far as the system supports it: resource limits (POSIX), a filter of system
calls (Linux on x86-64 and 64-bit ARM: no new processes, no network, no memory that outlives the
process or escapes its limits, no access to other processes, no changes of owners or modes) and
Landlock (Linux 5.13: files of the interpreter and of the project can be read, a directory for
temporary files can be written, everything else can neither be opened nor listed).

The filter and Landlock apply to the thread that sets them and to those it starts later, so both are
set before any other thread exists.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_OPEN_FILES: Final = 256
MAX_FILE_BYTES: Final = 64 * 2**20
MAX_CPU_SECONDS: Final = 4 * 3600
SPARE_BYTES: Final = 2**30  # for libraries that are loaded later

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_FILTER_MODE: Final = 2
_CAPABILITIES_VERSION: Final = 0x20080522
_CLONE_THREAD: Final = 0x10000
_SET_OWNER: Final = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_SET_OWNER_OF_SOCKET: Final = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
_DATAGRAM_BIT: Final = 2  # of SOCK_DGRAM and SOCK_RAW, which can be sent to any address
_X32_BIT: Final = 0x40000000

# Classic BPF: load a word, jump if equal / at least / any bit set, return.
_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_IF_AT_LEAST: Final = 0x35
_IF_SET: Final = 0x45
_RETURN: Final = 0x06
_Instruction: TypeAlias = tuple[int, int, int, int]
_ALLOW: Final[_Instruction] = (_RETURN, 0, 0, 0x7FFF0000)
_REFUSE: Final[_Instruction] = (_RETURN, 0, 0, 0x00050000 | errno.EPERM)
_UNKNOWN: Final[_Instruction] = (_RETURN, 0, 0, 0x00050000 | errno.ENOSYS)
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16

# fmt: off
_CALLS: Final[Mapping[str, Mapping[str, Any]]] = {
    "x86_64": {
        "architecture": 0xC000003E, "clone": 56, "tgkill": 234, "prlimit": 302, "fcntl": 72,
        "ioctl": 16, "socketpair": 53, "capset": 126,
        # clone3 io_uring memfd_create memfd_secret
        "absent": (435, 425, 426, 427, 319, 447),
        # fork vfork execve execveat socket ptrace process_vm_readv/writev kill tkill
        # rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal chmod fchmod fchmodat fchmodat2
        # chown fchown lchown fchownat mount umount2 bpf perf_event_open unshare setns add_key
        # request_key keyctl reboot kexec_load init_module finit_module
        # truncate shmget shmat msgget semget mq_open setpriority sched_setparam
        # sched_setscheduler sched_setaffinity sched_setattr ioprio_set migrate_pages move_pages
        # pidfd_open pidfd_getfd process_madvise process_mrelease
        "denied": (57, 58, 59, 322, 41, 101, 310, 311, 62, 200, 129, 297, 424, 90, 91, 268, 452,
                   92, 93, 94, 260, 165, 166, 321, 298, 272, 308, 248, 249, 250, 169, 246, 175,
                   313, 76, 29, 30, 68, 64, 240, 141, 142, 144, 203, 314, 251, 256, 279, 434, 438,
                   440, 448),
    },
    "aarch64": {
        "architecture": 0xC00000B7, "clone": 220, "tgkill": 131, "prlimit": 261, "fcntl": 25,
        "ioctl": 29, "socketpair": 199, "capset": 91,
        "absent": (435, 425, 426, 427, 279, 447),
        # The same in the numbering of newer architectures, which lack the old spellings.
        "denied": (221, 281, 198, 117, 270, 271, 129, 130, 138, 240, 424, 52, 53, 452, 54, 55, 40,
                   39, 280, 241, 97, 268, 217, 218, 219, 142, 104, 105, 273, 45, 194, 196, 186,
                   190, 180, 140, 118, 119, 122, 274, 30, 238, 239, 434, 438, 440, 448),
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


def confine(project: Path, scratch: Path) -> list[str]:
    """Drop, for good, the rights that the code of a project does not need.

    Args:
        project: Directory that can be read.
        scratch: Directory that can be written.

    Returns:
        Names of the layers that the system lacks: `files`, `calls`.
    """
    if sys.platform != "linux":
        return ["files", "calls"]
    libc = ctypes.CDLL(None, use_errno=True)
    # Another thread would keep its rights.
    is_alone = len(list(Path("/proc/self/task").iterdir())) == 1
    if not is_alone or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ["files", "calls"]
    missing = []
    if not _restrict_files(libc, project, scratch):
        missing.append("files")
    if not _has_filter() or not _drop_capabilities(libc) or not _filter_calls(libc):
        missing.append("calls")
    return missing


def set_limits(memory: int) -> bool:
    """Limit the resources of this process, for good.

    Args:
        memory: Bytes of address space beyond what the process has now.

    Returns:
        Whether the system supports such limits.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return False
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: MAX_CPU_SECONDS,
        resource.RLIMIT_FSIZE: MAX_FILE_BYTES,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
        resource.RLIMIT_AS: _address_space() + SPARE_BYTES + memory,
    }
    if not _has_filter():
        limits[resource.RLIMIT_NPROC] = 0
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        maximum = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (maximum, maximum))
        except (OSError, ValueError):
            return False
    return True


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 4 * SPARE_BYTES
    return pages * os.sysconf("SC_PAGE_SIZE")


def _has_filter() -> bool:
    return sys.platform == "linux" and platform.machine() in _CALLS


def _drop_capabilities(libc: ctypes.CDLL) -> bool:
    """Drop all capabilities, so that root is only the owner of its files."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_VERSION, 0))
    none = ctypes.create_string_buffer(24)  # three sets, two words each
    return bool(libc.syscall(_CALLS[platform.machine()]["capset"], header, none) == 0)


def _filter_calls(libc: ctypes.CDLL) -> bool:
    program = _build_filter(_CALLS[platform.machine()])
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    steps = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(steps)))
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, header, 0, 0) == 0)


def _build_filter(calls: Mapping[str, Any]) -> list[_Instruction]:
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, calls["architecture"]),
        _REFUSE,
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, 0, 1, _X32_BIT),
        _REFUSE,
    ]
    for number in calls["denied"]:
        program += [(_IF_EQUAL, 0, 1, number), _REFUSE]
    # Libraries fall back to older calls, the C library to clone, whose flags can be checked.
    for number in calls["absent"]:
        program += [(_IF_EQUAL, 0, 1, number), _UNKNOWN]
    # Threads may be started, processes not; signals and limits only concern the process itself.
    program += _allow_only(calls["clone"], 0, _IF_SET, _CLONE_THREAD)
    program += _allow_only(calls["tgkill"], 0, _IF_EQUAL, os.getpid())
    program += _allow_only(calls["prlimit"], 0, _IF_EQUAL, 0)
    # A file can be set to signal another process when it has data.
    program += _refuse_argument(calls["fcntl"], 1, _IF_EQUAL, _SET_OWNER)
    program += _refuse_argument(calls["ioctl"], 1, _IF_EQUAL, _SET_OWNER_OF_SOCKET)
    program += _refuse_argument(calls["socketpair"], 1, _IF_SET, (_DATAGRAM_BIT,))
    return [*program, _ALLOW]


def _allow_only(number: int, argument: int, test: int, value: int) -> list[_Instruction]:
    """Return instructions that allow a call only with such an argument."""
    block = [_load_argument(argument), (test, 0, 1, value), _ALLOW, _REFUSE]
    return [(_IF_EQUAL, 0, len(block), number), *block]


def _refuse_argument(
    number: int, argument: int, test: int, values: Iterable[int]
) -> list[_Instruction]:
    """Return instructions that refuse a call with such an argument."""
    block = [_load_argument(argument)]
    for value in values:
        block += [(test, 0, 1, value), _REFUSE]
    block.append(_ALLOW)
    return [(_IF_EQUAL, 0, len(block), number), *block]


def _load_argument(place: int) -> _Instruction:
    return (_LOAD, 0, 0, _FIRST_ARGUMENT_AT + 8 * place)


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
        readable = [*map(Path, _READABLE), *_interpreter_directories(), project]
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


def _interpreter_directories() -> Iterable[Path]:
    """Yield the directories of the interpreter and its packages, but none with user data."""
    for prefix in {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}:
        yield from (prefix / name for name in ("bin", "lib", "lib64", "share"))
    yield Path(__file__).resolve().parents[2]  # the package itself, for late imports
    for entry in sys.path:
        path = Path(entry).resolve()
        if path.name in {"site-packages", "dist-packages"}:
            yield path
