"""The command `arthurai`, run as a process."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from arthurai import cli

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
            if "allow_insecure" in line:
                break
        self.url = self.word(r"(http://\S+)")
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
    assert call(first.url, "/health") == (200, {"status": "ok"})
    password = first.word(r"ARTHUR_PASSWORD=(\S+)")
    assert password
    taken = run("serve", "--data-dir", str(tmp_path / "d"))
    assert taken.returncode == 1
    assert "open in another place" in taken.stderr
    code, log = first.stop()
    assert code == 0
    second = Running("--data-dir", str(tmp_path / "d"))
    assert second.key == first.key
    assert "ARTHUR_PASSWORD" not in second.printed
    assert call(second.url, "/api/v3/users/me", first.key)[0] == 200
    assert second.stop(signal.SIGINT)[0] == 0
    records = [json.loads(line) for line in log.splitlines()]
    served = [r for r in records if r.get("operation_id") == "get_current_user"]
    assert [r["status"] for r in served] == [200]
    assert password not in log
    assert first.key not in log


def test_what_was_answered_survives_a_killed_process(tmp_path):
    server = Running("--data-dir", str(tmp_path), "--log-level", "error")
    for number in range(20):
        name = {"name": f"organization {number}"}
        assert call(server.url, "/api/v3/organizations", server.key, name)[0] == 201
    assert server.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    again = Running("--data-dir", str(tmp_path), "--log-level", "error")
    path = "/api/v3/organizations?page_size=100"
    assert call(again.url, path, again.key)[1]["total_count"] == 21
    assert again.key == server.key
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


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        done = run("serve", "--port", port)
    assert done.returncode == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_directory_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    done = run("serve", "--data-dir", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("serve", "--port", "65536"),
        ("serve", "--port", "x"),
        ("serve", "--threads", "0"),
        ("serve", "--log-level", "loud"),
        ("serve", "extra"),
        ("spec",),
    ],
)
def test_wrong_calls_end_with_status_2_and_usage(words):
    done = run(*words)
    assert done.returncode == 2
    assert "usage: arthurai" in done.stderr


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
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", "https://arthur.example")
    assert cli.main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "embedded server: works" in printed
    assert "core: complete" in printed
    assert "ARTHUR_ENDPOINT_URL: https://arthur.example" in printed
    assert "ARTHUR_API_KEY: set" in printed
    assert "very-secret" not in printed


def test_requirements_are_those_of_the_distribution():
    names = {r.name for r in cli.requirements("")}
    assert {"attrs", "httpx", "orjson", "pyarrow"} <= names
    assert not names & {"duckdb", "waitress", "pytest"}
    server = {r.name: r.specifier for r in cli.requirements("server")}
    assert server["duckdb"]
    assert "waitress" in server


def test_a_missing_server_package_is_named_with_the_line_that_installs_it(capsys, monkeypatch):
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "waitress" else object())
    assert cli.main(["serve"]) == 1
    error = capsys.readouterr().err
    assert "pip install 'waitress" in error
    assert "duckdb" not in error
    assert "arthurai[" not in error
