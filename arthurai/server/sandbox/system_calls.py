"""The system calls that user code may make, and the filter (classic BPF) that refuses all others.

What is not named here is refused, calls of newer kernels included: no new processes, no network, no
memory that outlives the process or escapes its limits, no access to other processes, no changes of
owners, modes, times, extended attributes or access lists, no watching of files. Most of these are
not covered by Landlock.
"""

from __future__ import annotations

import errno
import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Instruction: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class CallTable:
    """The numbers of system calls of an architecture.

    Attributes:
        architecture: `AUDIT_ARCH_…` of the kernel.
        clone: Starts threads and processes.
        tgkill: Sends signals to threads.
        prlimit: Reads and sets limits of a process.
        fcntl: Changes open files.
        ioctl: Controls devices and files.
        socketpair: Makes connected sockets.
        prctl: Changes the process.
        capset: Drops capabilities.
        memfd_create: Makes files in memory; libraries do without when it does not exist.
        allowed: Further calls that are allowed with any arguments.
    """

    architecture: int
    clone: int
    tgkill: int
    prlimit: int
    fcntl: int
    ioctl: int
    socketpair: int
    prctl: int
    capset: int
    memfd_create: int
    allowed: frozenset[int]


# fmt: off
# Reading, writing, mapping and waiting; files and directories, which Landlock restricts; time,
# timers and signals of the process itself; what threads need; pipes and connected sockets.
_TABLES: Final[Mapping[str, CallTable]] = {
    "x86_64": CallTable(
        architecture=0xC000003E, clone=56, tgkill=234, prlimit=302, fcntl=72, ioctl=16,
        socketpair=53, prctl=157, capset=126, memfd_create=319,
        allowed=frozenset({
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24,
            25, 26, 27, 28, 32, 33, 34, 35, 36, 37, 38, 39, 40, 44, 45, 46, 47, 48, 51, 52, 54, 55,
            60, 61, 63, 73, 74, 75, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 95, 96, 97,
            98, 99, 100, 102, 104, 107, 108, 110, 111, 115, 118, 120, 121, 124, 125, 127, 128, 130,
            131, 137, 138, 140, 143, 145, 146, 147, 148, 158, 160, 186, 187, 201, 202, 204, 213,
            217, 218, 219, 221, 222, 223, 224, 225, 226, 228, 229, 230, 231, 232, 233, 239, 247,
            257, 258, 262, 263, 264, 265, 266, 267, 269, 270, 271, 273, 274, 275, 276, 277, 281,
            282, 283, 284, 285, 286, 287, 289, 290, 291, 292, 293, 295, 296, 309, 315, 316, 318,
            324, 326, 327, 328, 332, 334, 436, 439,
        }),
    ),
    "aarch64": CallTable(
        architecture=0xC00000B7, clone=220, tgkill=131, prlimit=261, fcntl=25, ioctl=29,
        socketpair=199, prctl=167, capset=91, memfd_create=279,
        # The same in the numbering of newer architectures, which lack the old spellings.
        allowed=frozenset({
            17, 19, 20, 21, 22, 23, 24, 32, 34, 35, 36, 37, 38, 43, 44, 46, 47, 48, 49, 50, 56, 57,
            59, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 76, 77, 78, 79, 80, 82, 83,
            84, 85, 86, 87, 90, 93, 94, 95, 96, 98, 99, 100, 101, 102, 103, 107, 108, 109, 110, 111,
            113, 114, 115, 120, 121, 123, 124, 125, 126, 127, 128, 132, 133, 134, 135, 136, 137,
            139, 141, 148, 150, 153, 155, 156, 158, 160, 163, 164, 165, 166, 168, 169, 172, 173,
            174, 175, 176, 177, 178, 179, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214,
            215, 216, 222, 223, 226, 227, 232, 233, 236, 260, 275, 276, 278, 283, 285, 286, 287,
            291, 293, 436, 439,
        }),
    ),
}
# fmt: on

_CLONE_THREAD: Final = 0x10000
_DATAGRAM_BIT: Final = 2  # of SOCK_DGRAM and SOCK_RAW, which can be sent to any address
_X32_BIT: Final = 0x40000000
_NEW_CALLS: Final = 424
"""First of the calls that have one number everywhere; libraries try older ones instead."""

# Duplicates, flags, locks and sizes of pipes; neither owners, who get signals, nor notifications.
_ALLOWED_FCNTL: Final = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_ALLOWED_IOCTL: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# names of threads and of memory; reading what is set
_ALLOWED_PRCTL: Final = (3, 15, 16, 21, 23, 39, 0x53564D41)

# Load a word, jump if equal / at least / greater / any bit set, return.
_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_IF_AT_LEAST: Final = 0x35
_IF_GREATER: Final = 0x25
_IF_SET: Final = 0x45
_RETURN: Final = 0x06
_ALLOW: Final[Instruction] = (_RETURN, 0, 0, 0x7FFF0000)
_REFUSE: Final[Instruction] = (_RETURN, 0, 0, 0x00050000 | errno.EPERM)
_UNKNOWN: Final[Instruction] = (_RETURN, 0, 0, 0x00050000 | errno.ENOSYS)
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16


def find_call_table() -> CallTable | None:
    """Return the system calls of this machine, or `None` where they cannot be filtered."""
    return _TABLES.get(platform.machine()) if sys.platform == "linux" else None


def build_filter(calls: CallTable, process_id: int) -> list[Instruction]:
    """Return a filter that allows the calls user code needs and refuses all others.

    Args:
        calls: The numbers of the architecture.
        process_id: The only process whose threads may be sent signals.
    """
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, calls.architecture),
        _REFUSE,
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, 0, 1, _X32_BIT),
        _REFUSE,
    ]
    for first, last in _ranges(calls.allowed):
        program += [(_IF_AT_LEAST, 0, 2, first), (_IF_GREATER, 1, 0, last), _ALLOW]
    # Threads may be started, processes not; signals and limits only concern the process itself.
    program += _allow_only(calls.clone, 0, _IF_SET, (_CLONE_THREAD,))
    program += _allow_only(calls.tgkill, 0, _IF_EQUAL, (process_id,))
    program += _allow_only(calls.prlimit, 0, _IF_EQUAL, (0,))
    program += _allow_only(calls.fcntl, 1, _IF_EQUAL, _ALLOWED_FCNTL)
    program += _allow_only(calls.ioctl, 1, _IF_EQUAL, _ALLOWED_IOCTL)
    program += _allow_only(calls.prctl, 0, _IF_EQUAL, _ALLOWED_PRCTL)
    pair = [_load_argument(1), (_IF_SET, 0, 1, _DATAGRAM_BIT), _REFUSE, _ALLOW]
    program += [(_IF_EQUAL, 0, len(pair), calls.socketpair), *pair]
    # Libraries fall back to older calls, the C library to clone, whose flags can be checked.
    program += [(_IF_EQUAL, 0, 1, calls.memfd_create), _UNKNOWN]
    return [*program, (_IF_AT_LEAST, 0, 1, _NEW_CALLS), _UNKNOWN, _REFUSE]


def _ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each run of consecutive numbers."""
    ordered = sorted(numbers)
    first = ordered[0]
    for number, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following != number + 1:
            yield first, number
            if following is not None:
                first = following


def _allow_only(number: int, argument: int, test: int, values: Iterable[int]) -> list[Instruction]:
    """Return instructions that allow a call only with such an argument."""
    block = [_load_argument(argument)]
    for value in values:
        block += [(test, 0, 1, value), _ALLOW]
    block.append(_REFUSE)
    return [(_IF_EQUAL, 0, len(block), number), *block]


def _load_argument(place: int) -> Instruction:
    return (_LOAD, 0, 0, _FIRST_ARGUMENT_AT + 8 * place)
