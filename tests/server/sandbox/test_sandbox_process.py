"""The process of user code: what it cannot do, and what becomes of the server when it tries."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from older_kernel import older_kernel

from arthurai.server.enrichment.explanations.explainers import Task
from arthurai.server.sandbox import sandbox_process as module
from arthurai.server.sandbox import temp_dir as scratch
from arthurai.server.sandbox.sandbox_process import Sandbox, SandboxError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")

CODE = """
import os, sys, time, signal, socket, subprocess, threading, ctypes, fcntl, struct

LIBC = ctypes.CDLL(None, use_errno=True)

def predict(rows):
    print("noise on the standard output")
    sys.stderr.write("and on the other one")
    os.write(1, b'{"id": 1, "result": "forged"}\\n')
    if isinstance(rows[0][0], float):
        return [row[0] for row in rows]
    return [float(globals()[rows[0][0]](rows[0][1]) or 0)]

def environment(name):
    return len(os.environ[name])

def secrets(_):
    return len([n for n in os.environ if "SECRET" in n or "ARTHUR" in n])

def fork(_):
    return os.fork()

def spawn(_):
    return subprocess.run(["true"]).returncode

def connect(_):
    return socket.create_connection(("127.0.0.1", 1))

def read(path):
    return len(open(path, "rb").read())

def write(path):
    return open(path, "w").write("x")

def fill(_):
    with open(os.path.join(os.environ["TMPDIR"], "big"), "wb") as file:
        while True:
            file.write(bytes(1 << 20))

def hog(_):
    return len(bytearray(1 << 35))

def kill_server(_):
    os.kill(os.getppid(), signal.SIGTERM)

def open_many(_):
    return len([open("entry.py") for _ in range(100000)])

def chmod(path):
    os.chmod(path, 0o777)

def threads(_):
    worker = threading.Thread(target=print)
    worker.start()
    worker.join()
    return 7

def scratch(_):
    path = os.path.join(os.environ["TMPDIR"], "small")
    open(path, "w").write("fine")
    return len(open(path).read())

def set_attribute(path):
    os.setxattr(path, "user.note", b"x")

def set_access_list(path):
    os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2))

def set_attribute_of_open_file(path):
    os.setxattr(os.open(path, os.O_RDONLY), "user.note", b"x")

def remove_attribute(path):
    os.removexattr(path, "user.note")

def read_attributes(path):
    os.listxattr(path)

def set_times(path):
    os.utime(path, (0, 0))

def set_times_of_open_file(path):
    os.utime(os.open(path, os.O_RDONLY), (0, 0))

def chown(path):
    os.chown(path, -1, os.getgid())

def call(number_and_path):
    number, _, path = number_and_path.partition(" ")
    name = path.encode()
    if LIBC.syscall(int(number), name, name, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def notify_of_directory(path):
    fcntl.fcntl(os.open(path, os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE)

def set_flags(path):
    fcntl.ioctl(os.open(path, os.O_RDONLY), 0x40086602, struct.pack("l", 0x40))

def allow_tracing(_):
    if LIBC.prctl(4, 1, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def raise_limits(_):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)

def other_thread(path):
    # The thread that watches for the end of the server runs what these names stand for.
    found, real = [], os.getppid
    def read_in_other_thread():
        try:
            found.append(open(path).read())
        except OSError as error:
            found.append(error)
        os.getppid = real
        return real()
    os.getppid = read_in_other_thread
    while not found:
        time.sleep(0.01)
    if isinstance(found[0], OSError):
        raise found[0]

def signal_by_file(pid):
    reading, writing = os.pipe()
    fcntl.fcntl(reading, 8, int(pid))
    fcntl.fcntl(reading, 10, signal.SIGKILL)

def signal_by_file_of_group(pid):
    fcntl.fcntl(os.pipe()[0], 15, struct.pack("ii", 1, int(pid)))

def signal_by_socket(pid):
    fcntl.ioctl(socket.socketpair()[0], 0x8901, struct.pack("i", int(pid)))

def capabilities(_):
    (line,) = [line for line in open("/proc/self/status") if line.startswith("CapEff")]
    return int(line.split()[1], 16)

def slow_down(pid):
    os.setpriority(os.PRIO_PROCESS, int(pid), 19)

def pin(pid):
    os.sched_setaffinity(int(pid), {0})

def send_datagram(path):
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", path)

def talk_to_itself(_):
    one, other = socket.socketpair()
    one.send(b"12345")
    return len(other.recv(9))

def shared_memory(_):
    if LIBC.shmget(0, 1 << 30, 0o1600) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def hidden_memory(_):
    os.memfd_create("hidden")

def truncate(path):
    os.truncate(path, 0)

def many_threads(_):
    threading.stack_size(65536)
    for _ in range(600):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    time.sleep(1000)

def deep(_):
    os.chdir(os.environ["TMPDIR"])
    for _ in range(3000):
        os.mkdir("folder")
        os.chdir("folder")
    time.sleep(1000)

def fill_slowly(_):
    for number in range(5):
        open(os.path.join(os.environ["TMPDIR"], str(number)), "wb").write(bytes(1 << 20))
    time.sleep(1000)

def deleted(_):
    file = open(os.path.join(os.environ["TMPDIR"], "deleted"), "wb")
    os.unlink(file.name)
    file.write(bytes(1 << 20))
    file.flush()
    time.sleep(1000)

def later(_):
    def write():
        open(os.path.join(os.environ["TMPDIR"], "late"), "wb").write(bytes(1 << 20))
    threading.Timer(0.1, write).start()

def long_story(_):
    raise KeyError("x" * 10**6)

def sleep(seconds):
    time.sleep(float(seconds))

def spin(_):
    while True:
        pass

def crash(_):
    ctypes.string_at(0)

def leave(_):
    os._exit(3)

def exit_politely(_):
    sys.exit(3)

def garbage(_):
    for number in range(3, 30):
        try:
            os.write(number, b"garbage\\n")
        except OSError:
            pass

def forge(_):
    for number in range(3, 30):
        try:
            os.write(number, b'{"id": 10000, "result": []}\\n')
        except OSError:
            pass

def flood(_):
    for number in range(3, 30):
        try:
            while True:
                os.write(number, b"x" * 65536)
        except OSError:
            pass

def fail(_):
    raise KeyError("the user's own mistake")
"""


class Runner:
    def __init__(self, folder):
        self.project = folder / "project"
        self.project.mkdir()
        (self.project / "entry.py").write_text(CODE)
        self.scratch = folder / "scratch"
        self.outside = folder / "outside.txt"
        self.outside.write_text("secret")
        self.sandbox = None

    def start(self, module="entry", private=None):
        self.sandbox = Sandbox(self.project, self.scratch, private)
        task = Task(
            kind="tabular",
            outputs=1,
            classifies=False,
            algorithm="none",  # no libraries: nothing is explained here
            seed=0,
            features=["a", "b"],
            categories=[None, None],
            sample=[[0.0, 1.0], [1.0, 0.0]],
        )
        self.prepared = self.sandbox.call(
            "prepare", {"task": asdict(task), "memory": 256 * 2**20, "cpu_seconds": 3600}
        )
        self.sandbox.call("setup", {"module": module})

    def __call__(self, what, argument="", *, seconds=60):
        if self.sandbox is None or not self.sandbox.is_alive:
            self.start()
        rows = [[what, argument]]
        return self.sandbox.call("predict", {"rows": rows}, seconds=seconds)[0][0]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    runner = Runner(tmp_path_factory.mktemp("sandbox"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTHUR_API_KEY", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "key")
        yield runner
    runner.sandbox.close()
    assert not runner.scratch.exists()


def test_what_is_printed_does_not_reach_the_protocol(run):
    run("threads")
    assert run.prepared["missing"] == []
    assert run.sandbox.call("predict", {"rows": [[1.5, 0.0]]}) == [[1.5]]


def test_what_code_needs_is_there(run):
    assert run("threads") == 7
    assert run("scratch") == 4
    assert run("talk_to_itself") == 5
    assert run("read", "entry.py") == len(CODE)


def test_code_of_root_is_not_root(run):
    assert run("capabilities") == 0


def test_no_secrets_are_inherited(run):
    assert run("secrets") == 0
    assert run("environment", "HOME") == len(str(run.scratch))


@pytest.mark.parametrize(
    ("what", "argument", "error"),
    [
        ("fork", "", "PermissionError"),
        ("spawn", "", "PermissionError"),
        ("connect", "", "PermissionError"),
        ("read", "/etc/passwd", "PermissionError"),
        ("read", "{outside}", "PermissionError"),
        ("read", "/proc/{server}/environ", "PermissionError"),
        ("write", "{outside}", "PermissionError"),
        ("write", "{project}/entry.py", "PermissionError"),
        ("write", "/tmp/escaped", "PermissionError"),
        ("chmod", "{project}/entry.py", "PermissionError"),
        ("kill_server", "", "PermissionError"),
        ("raise_limits", "", "ValueError|PermissionError"),
        ("hog", "", "MemoryError"),
        ("fill", "", "File too large"),
        ("open_many", "", "Too many open files"),
        ("exit_politely", "", "SystemExit"),
        ("other_thread", "{outside}", "PermissionError"),
        ("truncate", "{outside}", "PermissionError"),
        ("signal_by_file", "{server}", "PermissionError"),
        ("signal_by_file_of_group", "{server}", "PermissionError"),
        ("signal_by_socket", "{server}", "PermissionError"),
        ("slow_down", "{server}", "PermissionError"),
        ("pin", "{server}", "PermissionError"),
        ("send_datagram", "{outside}", "PermissionError"),
        ("shared_memory", "", "PermissionError"),
        ("hidden_memory", "", "not implemented"),
        ("set_attribute", "{outside}", "PermissionError"),
        ("set_attribute", "{scratch}", "PermissionError"),
        ("set_access_list", "{outside}", "PermissionError"),
        ("set_attribute_of_open_file", "{project}/entry.py", "PermissionError"),
        ("remove_attribute", "{outside}", "PermissionError"),
        ("read_attributes", "{outside}", "PermissionError"),
        ("set_times", "{outside}", "PermissionError"),
        ("set_times", "{project}/entry.py", "PermissionError"),
        ("set_times_of_open_file", "{project}/entry.py", "PermissionError"),
        ("chown", "{outside}", "PermissionError"),
        ("notify_of_directory", "{project}", "PermissionError"),
        ("set_flags", "{project}/entry.py", "PermissionError"),
        ("allow_tracing", "", "refused"),
        ("read", "{server_python}", "PermissionError"),
    ],
)
def test_what_code_must_not_do_is_an_error_of_its_own(run, what, argument, error):
    argument = argument.format(
        outside=run.outside,
        project=run.project,
        scratch=run.scratch,
        server=os.getpid(),
        server_python=os.path.realpath(sys.executable),
    )
    with pytest.raises(SandboxError, match=error):
        run(what, argument)
    assert run.sandbox.is_alive  # it was told no, which does not end it
    assert run.outside.read_text() == "secret"
    assert (run.project / "entry.py").read_text() == CODE


# Calls on files that Landlock does not look at, and calls of kernels to come, by number.
OTHER_CALLS = {
    "x86_64": {
        "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280, "inotify_init": 253,
        "inotify_init1": 294, "fanotify_init": 300, "lsetxattr": 189, "lremovexattr": 198,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "chroot": 161, "pivot_root": 155,
        "mknod": 133, "personality": 135, "userfaultfd": 323, "kcmp": 312, "quotactl": 179,
        "swapon": 167, "acct": 163, "syslog": 103, "vhangup": 153, "mlockall": 151,
        "seccomp": 317, "pidfd_open": 434, "open_tree": 428, "fsopen": 430, "openat2": 437,
        "landlock_create_ruleset": 444, "memfd_secret": 447, "fchmodat2": 452, "setxattrat": 463,
        "removexattrat": 466, "file_setattr": 469, "to come": 511,
    },
}  # fmt: skip


@pytest.mark.skipif(platform.machine() not in OTHER_CALLS, reason="numbers of x86-64")
@pytest.mark.parametrize("name", OTHER_CALLS["x86_64"])
def test_calls_that_are_not_needed_are_refused(run, name):
    number = OTHER_CALLS[platform.machine()][name]
    with pytest.raises(SandboxError, match=r"PermissionError|not implemented"):
        run("call", f"{number} {run.outside}")


def test_a_data_directory_among_the_packages_is_not_readable(tmp_path):
    packages = Path(next(p for p in sys.path if p.endswith("site-packages")))
    private = Path(tempfile.mkdtemp(prefix="data-", dir=packages))
    try:
        secret = private / "secret.key"
        secret.write_text("secret")
        (private / "alias").symlink_to(secret)
        runner = Runner(tmp_path)
        runner.start(private=private)
        for path in (secret, private / "alias"):
            with pytest.raises(SandboxError, match="PermissionError"):
                runner("read", str(path))
        assert runner("read", str(packages / "numpy" / "version.py")) > 0
        runner.sandbox.close()
    finally:
        shutil.rmtree(private)


ASK_FOR_LAYERS = """
import sys
from pathlib import Path
from arthurai.server.sandbox.sandbox_process import Sandbox
task = dict(kind="tabular", outputs=1, classifies=False, algorithm="none", seed=0,
            features=["a"], categories=[None], sample=[[0.0]])
folder = Path(sys.argv[1])
sandbox = Sandbox(folder / "project", folder / "scratch")
answer = sandbox.call("prepare", {"task": task, "memory": 2**28, "cpu_seconds": 3600})
print(",".join(answer["missing"]))
sandbox.close()
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        ("nothing", ""),
        ("landlock", "files"),
        ("seccomp", "calls"),
        ("landlock seccomp", "files,calls"),
    ],
)
def test_what_the_system_lacks_is_known_before_user_code_exists(tmp_path, lacking, missing):
    (tmp_path / "project").mkdir()
    program = older_kernel(lacking) + ASK_FOR_LAYERS
    command = [sys.executable, "-c", program, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.stdout.strip() == missing, ended.stderr


def test_errors_are_told_with_the_lines_of_the_project_only(run):
    with pytest.raises(SandboxError) as caught:
        run("fail")
    text = str(caught.value)
    assert 'File "entry.py"' in text
    assert 'KeyError: "the user\'s own mistake"' in text
    assert "arthurai" not in text


@pytest.mark.parametrize("what", ["sleep", "spin"])
def test_what_takes_too_long_is_ended(run, what):
    if run.sandbox is None or not run.sandbox.is_alive:
        run.start()
    with pytest.raises(SandboxError, match=r"took more than 0\.5 s"):
        run(what, "1000", seconds=0.5)
    assert not run.sandbox.is_alive


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("crash", "SIGSEGV: it crashed"),
        ("leave", "exited with status 3"),
        ("garbage", "sent invalid data"),
        ("forge", "sent invalid data"),
    ],
)
def test_what_ends_the_process_is_told_and_the_next_one_works(run, what, error):
    with pytest.raises(SandboxError, match=error):
        run(what)
    assert not run.sandbox.is_alive


def test_endless_answers_are_cut_off(run, monkeypatch):
    monkeypatch.setattr(module, "MAX_RESPONSE_BYTES", 2**20)
    with pytest.raises(SandboxError, match="sent invalid data"):
        run("flood")
    assert not run.sandbox.is_alive


@pytest.mark.parametrize(
    ("what", "limits", "error"),
    [
        ("fill_slowly", {"MAX_BYTES": 2**20}, "more than 1048576 bytes of temporary files"),
        ("deleted", {"MAX_BYTES": 2**19}, "more than 524288 bytes of temporary files"),
        ("fill_slowly", {"MAX_FILES": 3}, "more than 3 temporary files"),
        ("deep", {}, "temporary files that cannot be counted"),
        ("many_threads", {}, "more than 512 threads"),
    ],
)
def test_what_takes_too_much_is_ended_and_cleared_away(run, monkeypatch, what, limits, error):
    for name, value in limits.items():
        monkeypatch.setattr(scratch, name, value)
    with pytest.raises(SandboxError, match=error):
        run(what)
    assert not run.sandbox.is_alive
    assert [path.name for path in run.scratch.parent.iterdir() if "scratch" in path.name] == []


def test_threads_are_watched_between_calls(run, monkeypatch):
    monkeypatch.setattr(scratch, "MAX_BYTES", 2**19)
    run("later")

    def call_until_it_ends():
        while True:
            run.sandbox.call("predict", {"rows": [[1.5, 0.0]]})

    with pytest.raises(SandboxError, match="bytes of temporary files"):
        call_until_it_ends()


def test_reasons_have_a_longest_length(run):
    with pytest.raises(SandboxError) as caught:
        run("long_story")
    assert len(str(caught.value)) <= module.MAX_ERROR_LENGTH


def test_calls_after_the_end_are_refused(run):
    run.start()
    run.sandbox.close()
    with pytest.raises(SandboxError):
        run.sandbox.call("predict", {"rows": [[1.0, 1.0]]})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import a_package_nobody_has\n", "No module named 'a_package_nobody_has'"),
        ("def predict(rows)\n", "SyntaxError"),
        ("def other(rows): pass\n", "must define a function 'predict'"),
        ("predict = 3\n", "must define a function 'predict'"),
        ("def predict(rows): return [float('nan')] * len(rows)\n", "NaN"),
        ("def predict(rows): return ['text'] * len(rows)\n", "could not convert"),
        ("def predict(rows): return None\n", "predict must return|float"),
        ("def predict(rows): return [[]] * len(rows)\n", "predict must return"),
        ("raise SystemExit('no')\n", "SystemExit: no"),
        ("x = 1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_code_that_cannot_be_set_up_says_why(run, code, reason):
    (run.project / "broken.py").write_text(code)
    with pytest.raises(SandboxError, match=reason):
        run.start("broken")
    run.sandbox.close()
