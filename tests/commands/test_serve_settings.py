"""Settings of `arthurai serve`: option, variable, file, default."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from arthurai import cli
from arthurai.commands.serve_settings import SETTINGS, add_options, resolve_settings

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


def resolve(words=(), environment=None):
    parser = argparse.ArgumentParser()
    add_options(parser)
    return resolve_settings(parser.parse_args(words), environment or {})


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "arthurai.toml"
    path.write_text(
        'host = "0.0.0.0"\nport = 9001\nthreads = 3\nallow_unconfined_code = true\n'
        'smtp_url = "smtp://mail.example.com"\nwebhooks = true\n'
        '[limits]\njson_bytes = "1Mi"\nrequest_rows = 10\n'
    )
    return str(path)


def test_the_nearest_statement_counts(file):
    assert resolve()[0]["port"] == 8080
    assert resolve(["--config", file])[0]["port"] == 9001
    variables = {"ARTHUR_SERVE_CONFIG": file, "ARTHUR_SERVE_PORT": "9002"}
    assert resolve([], variables)[0]["port"] == 9002
    settings, _ = resolve(["--port", "9003"], variables)
    assert (settings["port"], settings["host"], settings["threads"]) == (9003, "0.0.0.0", 3)
    assert settings["log_level"] == "info"


def test_a_switch_and_the_settings_without_option_come_from_file_and_environment(file):
    settings, _ = resolve(["--config", file], {"ARTHUR_SMTP_URL": "smtp://other.example.com"})
    assert settings["allow_unconfined_code"] is True
    assert settings["smtp_url"] == "smtp://other.example.com"
    assert settings["webhooks"] == "true"
    off, _ = resolve(["--config", file], {"ARTHUR_ALLOW_UNCONFINED_CODE": "no"})
    assert off["allow_unconfined_code"] is False


def test_limits_of_all_places_add_up_with_the_nearest_last(file):
    words = ["--config", file, "--limit", "json_bytes=3Mi"]
    _, limits = resolve(words, {"ARTHUR_LIMITS": "json_bytes=2Mi query_seconds=5"})
    assert limits == [
        "json_bytes=1Mi",
        "request_rows=10",
        "json_bytes=2Mi",
        "query_seconds=5",
        "json_bytes=3Mi",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("prot = 80", "unknown setting 'prot'"),
        ("port = 99999", "port: invalid port 99999"),
        ("port = 1.5", "port must be a string, an integer"),
        ("limits = 3", "limits must be a table"),
        ("port", "is not TOML"),
        ('tls_cert = "/no/such/file"', "file not found"),
        ('log_level = "loud"', "must be one of debug"),
        ('allow_unconfined_code = "perhaps"', "must be one of"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, capsys, content, said):
    path = tmp_path / "c.toml"
    path.write_text(content)
    assert cli.main(["serve", "--config", str(path)]) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert str(path) in printed


def test_a_missing_file_and_a_wrong_variable_are_named(tmp_path, capsys, monkeypatch):
    assert cli.main(["serve", "--config", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
    monkeypatch.setenv("ARTHUR_SERVE_THREADS", "many")
    assert cli.main(["serve"]) == 2
    assert "ARTHUR_SERVE_THREADS: must be an integer" in capsys.readouterr().err
    monkeypatch.delenv("ARTHUR_SERVE_THREADS")
    assert cli.main(["serve", "--tls-cert", str(Path(__file__))]) == 2
    assert "--tls-key" in capsys.readouterr().err


def test_the_page_for_operators_lists_each_setting():
    table = OPERATING.read_text(encoding="utf-8").split("## Settings", 1)[1].split("\n## ", 1)[0]
    listed = {}
    for line in table.splitlines():
        if found := re.match(r"\| `(\w+)` \| `(\w+)` \|", line):
            listed[found[1]] = found[2]
    assert listed == {setting.name: setting.environment for setting in SETTINGS}
