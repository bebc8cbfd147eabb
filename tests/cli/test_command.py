"""The command `arthurai`, run as a process."""

from __future__ import annotations

import errno
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from arthurai import cli
from arthurai.server.serving import waitress_server as serving

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
ARTHURAI = str(Path(sys.executable).with_name("arthurai"))


def run(*words, **options):
    return subprocess.run(
        [ARTHURAI, *words], capture_output=True, text=True, timeout=60, check=False, **options
    )


def call(url, path, token=None, body=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = token
    try:
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


class Running:
    """A running `arthurai serve`."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            [ARTHURAI, "serve", "--port", "0", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if line.startswith("client = "):
                break
        self.url = self.word(r"listens on (\S+)")
        self.key = self.word(r"ARTHUR_API_KEY=(\S+)")

    def word(self, pattern):
        found = re.search(pattern, self.printed)
        return found and found[1]

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=40)
        return self.process.returncode, errors


def test_a_persistent_server_prints_its_login_once(tmp_path):
    first = Running("--data-dir", str(tmp_path / "d"))
    assert first.url.startswith("http://127.0.0.1:")
    assert call(first.url, "/api/v3/users/me", first.key)[0] == 200
    assert call(first.url, "/health") == (200, {"status": "ok", "waiting_ground_truths": 0})
    password = first.word(r"ARTHUR_PASSWORD=(\S+)")
    assert password
    taken = run("serve", "--data-dir", str(tmp_path / "d"))
    assert taken.returncode == 1
    assert "already open" in taken.stderr
    code, log = first.stop()
    assert code == 0
    second = Running("--data-dir", str(tmp_path / "d"))
    assert second.key is None
    assert first.key not in second.printed
    assert f"arthurai key {tmp_path / 'd'}" in second.printed
    assert "ARTHUR_PASSWORD" not in second.printed
    assert call(second.url, "/api/v3/users/me", first.key)[0] == 200
    assert second.stop(signal.SIGINT)[0] == 0
    records = [json.loads(line) for line in log.splitlines()]
    served = [r for r in records if r.get("operation_id") == "get_current_user"]
    assert [r["status"] for r in served] == [200]
    assert password not in log
    assert first.key not in log


def test_a_start_that_fails_does_not_use_up_the_login(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        failed = run("serve", "--data-dir", str(tmp_path), "--port", port)
    assert failed.returncode == 1
    assert "--port" in failed.stderr
    server = Running("--data-dir", str(tmp_path), "--log-level", "error")
    body = {"login": server.word(r"ARTHUR_LOGIN=(\S+)")}
    body["password"] = server.word(r"ARTHUR_PASSWORD=(\S+)")
    assert call(server.url, "/api/v3/login", "", body)[0] == 200
    assert server.stop()[0] == 0


def test_what_was_answered_survives_a_killed_process(tmp_path):
    server = Running("--data-dir", str(tmp_path), "--log-level", "error")
    for number in range(20):
        name = {"name": f"organization {number}"}
        assert call(server.url, "/api/v3/organizations", server.key, name)[0] == 201
    assert server.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    again = Running("--data-dir", str(tmp_path), "--log-level", "error")
    path = "/api/v3/organizations?page_size=100"
    assert call(again.url, path, server.key)[1]["total_count"] == 21
    assert again.stop()[0] == 0


def test_the_line_of_python_that_is_printed_works():
    server = Running("--log-level", "error")
    try:
        line = server.printed.strip().splitlines()[-1]
        program = f"from arthurai import ArthurAI\n{line}\nprint(client.get_current_org()['name'])"
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stdout.strip().splitlines()[-1] == "Local", done.stderr
    finally:
        assert server.stop() == (0, "")


def test_a_server_for_other_machines_warns_about_plain_http():
    server = Running("--host", "0.0.0.0", "--log-level", "error")
    assert "TLS" in server.printed
    assert call(f"http://127.0.0.1:{urlsplit(server.url).port}", "/health")[0] == 200
    assert server.stop()[0] == 0


def failed(*words):
    """Check that a server does not start and says so in one line; give the line."""
    done = run("serve", "--port", "0", *words)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("arthurai: ")
    return line


def test_a_port_in_use_is_named_before_a_password_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        line = failed("--port", port, "--data-dir", str(tmp_path / "d"))
    assert port in line
    assert "choose another --port" in line
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a" * 300, "a b", ""])
def test_a_host_that_is_none_of_this_machine_is_named(host):
    line = failed("--host", host)
    assert f"cannot listen on {host}:0" in line
    assert "choose a --host" in line


def test_a_port_for_the_privileged_is_told_from_a_bad_host(monkeypatch, capsys):
    def refused(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(serving, "listen", refused)
    assert cli.main(["serve", "--port", "80"]) == 1
    assert "choose a --port from 1024 on" in capsys.readouterr().err


def test_a_data_directory_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    assert "file" in failed("--data-dir", str(tmp_path / "file"))
    assert "/proc/arthur" in failed("--data-dir", "/proc/arthur")


@pytest.mark.parametrize("name", ["control.sqlite", "data.duckdb", "secret.key"])
def test_a_damaged_data_directory_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"damaged" * 1000)
    assert str(tmp_path) in failed("--data-dir", str(tmp_path))


def test_what_a_server_writes_is_for_its_owner_only(tmp_path):
    tmp_path.chmod(0o755)
    server = Running("--data-dir", str(tmp_path), "--log-level", "error")
    try:
        modes = {p.name: p.stat().st_mode & 0o077 for p in tmp_path.rglob("*")}
    finally:
        assert server.stop() == (0, "")
    assert {"control.sqlite", "data.duckdb", "secret.key"} <= set(modes)
    assert set(modes.values()) == {0}


@pytest.mark.parametrize(
    "numbers", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGTERM)]
)
def test_a_second_signal_stops_at_once(numbers):
    server = Running()
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(
            b"POST /health HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        )
        assert connection.recv(12) == b"HTTP/1.1 100"
        server.process.send_signal(numbers[0])
        while "no new connections" not in server.process.stderr.readline():
            pass
        code, log = server.stop(numbers[1])
    assert code == 130
    assert "Traceback" not in log


def test_hostile_requests_cannot_forge_log_lines():
    server = Running("--log-level", "debug")
    parts = urlsplit(server.url)
    forged = 'forged"}\r\n{"level":"ERROR"'
    for line in (
        b"GET /api/v3/models/%0d%0a%1b[31m{}\x9b\xe2\x80\xae HTTP/1.1",
        b"GET \x1b[2J\x9b HTTP/1.1",
        b"\x1b[2J",
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            names = ("User-Agent", "X-Request-ID", "Referer")
            heads = b"".join(b"%b: \x1b[31m%b\r\n" % (n.encode(), forged.encode()) for n in names)
            connection.sendall(line + b"\r\nHost: x\r\n" + heads.replace(b"\r\n{", b"{") + b"\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.")
    code, log = server.stop()
    assert code == 0
    assert log.isascii()
    assert all(line.isprintable() and json.loads(line)["time"] for line in log.splitlines())
    assert "forged" not in log


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("serve", "--port", "65536"),
        ("serve", "--port", "x"),
        ("serve", "--threads", "0"),
        ("serve", "--threads", "many"),
        ("serve", "--threads", "100000"),
        ("serve", "--data-dir", ""),
        ("serve", "--log-level", "loud"),
        ("serve", "extra"),
        ("spec",),
    ],
)
def test_wrong_calls_end_with_status_2_and_usage(words):
    done = run(*words)
    assert done.returncode == 2
    assert "usage: arthurai" in done.stderr
    assert "_" not in done.stderr.splitlines()[-1]


def test_help_and_version():
    assert "serve" in run("--help").stdout
    assert run("--version").stdout.strip() == f"arthurai {metadata.version('arthurai')}"


def test_help_imports_no_heavy_package():
    program = (
        "import sys; from arthurai import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'duckdb', 'pyarrow', 'httpx', 'pandas', 'numpy', 'werkzeug', 'waitress'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_doctor_reports_what_is_there(capsys, monkeypatch):
    monkeypatch.setenv("ARTHUR_API_KEY", "very-secret")
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", "https://me:very-secret@arthur.example")
    monkeypatch.setenv("ARTHUR_SMTP_URL", "smtp://me:very-secret@arthur.example")
    assert cli.main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "embedded server: works" in printed
    for part in ("core", "server", "viz", "explain", "contract"):
        assert f"{part}: complete\n" in printed
    assert "ARTHUR_ENDPOINT_URL: https://arthur.example" in printed
    assert "ARTHUR_API_KEY: set" in printed
    assert "very-secret" not in printed


def test_doctor_names_every_extra_of_users(capsys):
    assert cli.main(["doctor"]) == 0
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    printed = capsys.readouterr().out
    for extra in extras.keys() - {"demo", "docs", "dev"}:
        assert f"\n{extra}: " in printed


def test_requirements_are_those_of_the_distribution():
    names = {r.name for r in cli.list_requirements("")}
    assert {"attrs", "httpx", "orjson", "pyarrow"} <= names
    assert not names & {"duckdb", "waitress", "pytest"}
    server = {r.name: r.specifier for r in cli.list_requirements("server")}
    assert server["duckdb"]
    assert "waitress" in server


def lacks(monkeypatch, *names):
    """Make packages look as if they were not installed."""
    usual = metadata.distribution

    def found(name):
        if name in names:
            raise metadata.PackageNotFoundError(name)
        return usual(name)

    monkeypatch.setattr(metadata, "distribution", found)


def test_doctor_tells_how_to_complete_each_part(capsys, monkeypatch):
    lacks(monkeypatch, "waitress", "pillow", "attrs")
    assert cli.main(["doctor"]) == 1
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines()[1:])
    for part, package in (("core", "attrs"), ("server", "waitress"), ("explain", "pillow")):
        assert lines[part].startswith("incomplete")
        assert f"pip install '{package}>=" in lines[part]
    assert lines["viz"] == "complete"
    assert "embedded server" not in lines


@pytest.mark.parametrize(
    "words", [["serve"], ["data", "compact", "."], ["data", "prune", ".", "--before", "2026-01-31"]]
)
def test_a_missing_server_package_is_named_with_the_line_that_installs_it(
    capsys, monkeypatch, words
):
    lacks(monkeypatch, "waitress")
    assert cli.main(words) == 1
    error = capsys.readouterr().err
    assert "pip install 'waitress" in error
    assert "duckdb" not in error
    assert "arthurai[" not in error
