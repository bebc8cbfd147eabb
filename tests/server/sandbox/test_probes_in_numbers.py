"""Hundreds of attempts to get out of the process of user code: none succeeds, nothing outside changes."""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from arthurai.server.enrichment.explanations.explainers import Task
from arthurai.server.sandbox import system_calls
from arthurai.server.sandbox.sandbox_process import Sandbox

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's"),
]

# Each attempt is 0 when it was refused, 1 when it succeeded, 2 when something else stood in its way.
CODE = """
import ctypes, errno, itertools, mmap, os, socket, stat

LIBC = ctypes.CDLL(None, use_errno=True)
REFUSED = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EXDEV, errno.EAFNOSUPPORT}
numbers = itertools.count()

def own():
    return os.path.join(os.environ["TMPDIR"], f"own{next(numbers)}")

def copy_of(source):
    return len(source.read(1)) or 1 / 0

def read(path):
    copy_of(open(path, "rb"))

def read_by_link(path):
    link = own()
    os.symlink(path, link)
    copy_of(open(link, "rb"))

def read_by_hard_link(path):
    link = own()
    os.link(path, link)
    copy_of(open(link, "rb"))

def read_by_name_only(path):
    descriptor = os.open(path, os.O_PATH)
    copy_of(open(f"/proc/self/fd/{descriptor}", "rb"))

def read_by_folder(path):
    folder = os.open(os.path.dirname(path), os.O_PATH)
    copy_of(open(os.open(os.path.basename(path), os.O_RDONLY, dir_fd=folder), "rb"))

def read_from_inside(path):
    os.chdir(os.path.dirname(path))
    copy_of(open(os.path.basename(path), "rb"))

def read_by_root(path):
    copy_of(open("/proc/self/root" + path, "rb"))

def read_by_thread(path):
    copy_of(open("/proc/thread-self/root" + path, "rb"))

def move_in(path):
    os.rename(path, own())

def move_away(path):
    os.rename(path, path + "-moved")

def replace(path):
    mine = own()
    open(mine, "w").write("x")
    os.replace(mine, path)

def link_to(path):
    mine = own()
    open(mine, "w").write("x")
    os.link(mine, path + "-link")

def append(path):
    open(path, "ab").write(b"x")

def overwrite(path):
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, b"x")

def truncate(path):
    os.truncate(path, 0)

def truncate_open(path):
    os.open(path, os.O_RDONLY | os.O_TRUNC)

def allocate(path):
    os.posix_fallocate(os.open(path, os.O_RDWR), 0, 100000)

def map_memory(path):
    mmap.mmap(os.open(path, os.O_RDWR), 1)[0] = 1

def create_beside(path):
    open(path + "-new", "x").write("x")

def create_below(path):
    open(os.path.join(path, "new"), "x").write("x")

def make_folder(path):
    os.mkdir(path + "-folder")

def make_link(path):
    os.symlink("/etc", path + "-link")

def make_pipe(path):
    os.mkfifo(path + "-pipe")

def make_device(path):
    os.mknod(path + "-device", stat.S_IFCHR | 0o666, os.makedev(1, 1))

def bind(path):
    socket.socketpair()[0].bind(path + "-socket")

def list_folder(path):
    os.listdir(path)

def list_folder_by_descriptor(path):
    os.listdir(os.open(path, os.O_RDONLY))

def remove(path):
    os.unlink(path)

def remove_folder(path):
    os.rmdir(path)

def change_mode(path):
    os.chmod(path, 0o777)

def change_mode_of_link(path):
    link = own()
    os.symlink(path, link)
    os.chmod(link, 0o777)

def change_owner(path):
    os.chown(path, os.getuid(), os.getgid())

def change_times(path):
    os.utime(path, (1, 1))

def set_attribute(path):
    os.setxattr(path, "user.x", b"x")

def set_access(path):
    os.setxattr(path, "system.posix_acl_access", b"\\2\\0\\0\\0")

def read_attributes(path):
    os.listxattr(path)

def execute(path):
    os.execv(path, [path])

def change_root(path):
    os.chroot(path)

def call(number):
    if LIBC.syscall(ctypes.c_long(int(number)), 0, 0, 0, 0, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "call")

def attempt(what, argument):
    try:
        globals()[what](argument)
    except OSError as error:
        return 0.0 if error.errno in REFUSED else 2.0
    except Exception:
        return 2.0
    return 1.0

def predict(rows):
    return [row[0] if isinstance(row[0], float) else attempt(*row) for row in rows]
"""
READS = (
    *("read", "read_by_link", "read_by_hard_link", "read_by_name_only", "read_by_folder"),
    *("read_from_inside", "read_by_root", "read_by_thread", "move_in"),
)
WRITES = (
    *("move_away", "replace", "append", "overwrite", "truncate", "truncate_open", "allocate"),
    *("map_memory", "remove", "change_mode", "change_mode_of_link", "change_owner", "change_times"),
    *("set_attribute", "set_access", "read_attributes", "execute", "move_in", "link_to"),
    *("create_beside", "make_folder", "make_link", "make_pipe", "make_device", "bind"),
)
FOLDERS = (
    *("list_folder", "list_folder_by_descriptor", "create_below", "make_folder", "remove_folder"),
    *("move_away", "move_in", "change_mode", "change_owner", "change_times", "set_attribute"),
    *("change_root", "make_link"),
)


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """Give a folder with what code must not reach: another's file, and a data directory."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "data").mkdir()
    for name in ("secret.txt", "data/secret.key", "data/control.sqlite"):
        (folder / name).write_text("secret")
    return folder


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory, outside):
    folder = tmp_path_factory.mktemp("sandbox")
    project = folder / "project"
    project.mkdir()
    (project / "entry.py").write_text(CODE)
    made = Sandbox(project, folder / "scratch", outside / "data")
    task = Task(
        kind="tabular",
        outputs=1,
        classifies=False,
        algorithm="none",
        seed=0,
        features=["a", "b"],
        categories=[None, None],
        sample=[[0.0, 1.0], [1.0, 0.0]],
    )
    limits = {"memory": 256 * 2**20, "cpu_seconds": 3600}
    assert made.call("prepare", {"task": asdict(task), **limits})["missing"] == []
    made.call("setup", {"module": "entry"})
    yield made
    made.close()


def shape(folder):
    """Return what could have changed in a folder, by path."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        mode, owner, changed = status.st_mode, status.st_uid, status.st_mtime_ns
        found[path] = (mode, owner, status.st_nlink, changed, os.listxattr(path), content)
    return found


def try_all(sandbox, probes):
    answers = {}
    for what, argument in probes:
        ((answers[what, argument],),) = sandbox.call("predict", {"rows": [[what, argument]]})
        assert sandbox.is_alive, (what, argument)
    print(f"{len(probes)} probes: {dict(Counter(answers.values()))}")
    return answers


def test_files_outside_stay_out_of_reach(sandbox, outside):
    project = next(outside.parent.glob("sandbox*/project"))
    server = f"/proc/{os.getpid()}"
    secrets = [*map(str, sorted(path for path in outside.rglob("*") if path.is_file()))]
    secrets += ["/etc/passwd", "/etc/hostname", f"{server}/environ", f"{server}/cmdline"]
    probes = [(what, path) for path in secrets for what in READS]
    own = [str(project / "entry.py")]
    probes += [(what, path) for path in secrets[:3] + own for what in WRITES]
    folders = [str(outside), str(outside / "data"), "/", "/etc", "/root", server]
    probes += [(what, path) for path in folders for what in FOLDERS]
    before = shape(outside), shape(project), Path.cwd()
    answers = try_all(sandbox, probes)
    assert [probe for probe, answer in answers.items() if answer == 1] == []
    refused = sum(answer == 0 for answer in answers.values())
    assert refused > 200
    assert refused > 0.9 * len(answers)
    assert (shape(outside), shape(project), Path.cwd()) == before


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
def test_every_call_that_is_not_named_is_refused(sandbox, outside):
    table = system_calls._TABLES["x86_64"]
    named = {*table.allowed, *(value for value in asdict(table).values() if isinstance(value, int))}
    # process control, modules, mounts, keys, tracing, other namespaces and new kinds of files
    assert not named & {57, 58, 59, 62, 101, 155, 161, 165, 175, 246, 248, 272, 298, 308, 310, 313}
    # the kernel ends who calls uretprobe or uprobe from outside of a probe, whatever a filter says
    numbers = [number for number in range(480) if number not in {*named, 335, 336}]
    numbers += [0x40000000 | number for number in (0, 1, 2, 56, 57, 59, 62, 101, 521, 527)]
    before = shape(outside)
    answers = try_all(sandbox, [("call", str(number)) for number in numbers])
    assert {probe for probe, answer in answers.items() if answer} == set()
    assert len(answers) > 200
    assert shape(outside) == before
