"""What `deploy/` holds: a unit for systemd, a Containerfile and a file of settings."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from arthurai import cli
from arthurai.commands.serve_settings import SETTINGS, resolve_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTRUCTIONS = {
    *("FROM", "COPY", "RUN", "USER", "WORKDIR", "VOLUME", "EXPOSE", "ENV"),
    *("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD"),
}


@pytest.fixture(scope="module")
def unit():
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str
    parser.read(DEPLOY / "arthurai.service")
    return parser


@pytest.fixture(scope="module")
def instructions():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def test_the_unit_starts_the_server_as_its_own_user(unit):
    service = unit["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert Path(program).is_absolute()
    options = cli._parser().parse_args(words)
    assert options.config == "/etc/arthurai/arthurai.toml"
    assert service["User"] not in {"", "root"}
    assert service["StateDirectory"] == "arthurai"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert "SystemCallFilter" not in service
    assert int(service["TimeoutStopSec"]) >= 45  # the server takes up to 40 seconds to stop


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit(tmp_path):
    text = (DEPLOY / "arthurai.service").read_text(encoding="utf-8")
    copy = tmp_path / "arthurai.service"
    copy.write_text(text.replace("/opt/arthurai/bin/arthurai", shutil.which("true") or "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert not [line for line in done.stderr.splitlines() if "arthurai.service:" in line]


def test_the_settings_in_use_and_in_comments_are_valid(tmp_path):
    text = (DEPLOY / "arthurai.toml").read_text(encoding="utf-8")
    for name in ("fullchain.pem", "privkey.pem"):
        (tmp_path / name).touch()
    whole = re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE)
    for content in (text, whole.replace("/etc/arthurai", str(tmp_path))):
        (tmp_path / "arthurai.toml").write_text(content)
        options = cli._parser().parse_args(["serve", "--config", str(tmp_path / "arthurai.toml")])
        settings, limits = resolve_settings(options, {})
        assert settings["data_dir"] == Path("/var/lib/arthurai")
    assert settings["tls_cert"] == tmp_path / "fullchain.pem"
    assert limits == ["database_memory=4Gi"]


def test_the_image_runs_the_server_of_the_wheel_without_privileges(instructions):
    assert {name for name, _ in instructions} <= INSTRUCTIONS
    stated = dict(instructions)
    assert stated["COPY"].split() == ["arthurai-*.whl", "/tmp/"]
    assert stated["USER"] not in {"0", "root"}
    order = [name for name, _ in instructions]
    assert order.index("RUN") < order.index("USER") < order.index("ENTRYPOINT")
    assert [*json.loads(stated["ENTRYPOINT"]), *json.loads(stated["CMD"])] == ["arthurai", "serve"]
    check = json.loads(stated["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "healthcheck", "exec")
    variables = dict(pair.split("=") for pair in stated["ENV"].split())
    assert set(variables) <= {setting.environment for setting in SETTINGS}
    options = cli._parser().parse_args(["serve"])
    settings, _ = resolve_settings(options, variables)
    assert settings["host"] == "0.0.0.0"
    assert str(settings["data_dir"]) == stated["VOLUME"]
    assert str(settings["port"]) == stated["EXPOSE"]
    assert subprocess.run(["sh", "-n", "-c", stated["RUN"]], check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("podman") is None, reason="needs podman")
def test_the_image_builds(tmp_path):
    root = DEPLOY.parent
    subprocess.run(["make", "dist"], cwd=root, check=True, env={**os.environ})
    words = ["podman", "build", "--tag", "arthurai-test", "--file", str(DEPLOY / "Containerfile")]
    subprocess.run([*words, str(root / "dist")], check=True, cwd=tmp_path)
