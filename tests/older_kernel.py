"""Programs on systems that lack Landlock, or filters of system calls, simulated by such a filter."""

from __future__ import annotations

_PRELUDE = """
import ctypes, errno, struct
lacking = {lacking!r}
libc = ctypes.CDLL(None)
steps = [(0x20, 0, 0, 0)]
if "landlock" in lacking:
    steps += [(0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | errno.ENOSYS)]
if "seccomp" in lacking:  # prctl(PR_SET_SECCOMP)
    steps += [(0x15, 0, 3, 157), (0x20, 0, 0, 16), (0x15, 0, 1, 22),
              (0x06, 0, 0, 0x50000 | errno.EINVAL)]
steps += [(0x06, 0, 0, 0x7FFF0000)]
code = b"".join(struct.pack("<HBBI", *step) for step in steps)
kept = ctypes.create_string_buffer(code, len(code))
header = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(kept)))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, header, 0, 0) == 0
"""


def older_kernel(lacking):
    """Give the beginning of a program, on x86-64, for which the system lacks what is named.

    It holds for the processes that the program starts as well.
    """
    return _PRELUDE.format(lacking=lacking)
