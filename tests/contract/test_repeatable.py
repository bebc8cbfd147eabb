"""A reported request can be repeated as it stands, with curl and with Python."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys

import pytest

from arthurai.contract.repeatable import Repeatable

pytestmark = pytest.mark.heavy
NAME = 'it\'s "quoted" $HOME `x` \\ ü'


def request_to(served, name) -> Repeatable:
    content = json.dumps({"name": name}, ensure_ascii=False).encode()
    headers = (("Content-Type", "application/json"),)
    return Repeatable("POST", served.url, "/api/v3/organizations", headers, content)


def run(command, served, **options):
    env = {"ARTHUR_API_KEY": served.key, "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        command, env=env, capture_output=True, text=True, check=True, **options
    ).stdout


def test_the_python_form_repeats_the_request(served):
    printed = run([sys.executable, "-c", request_to(served, NAME).to_python()], served)
    assert json.loads(printed)["name"] == NAME


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_form_repeats_the_request(served):
    printed = run(request_to(served, f"{NAME} 2").to_curl(), served, shell=True)
    assert "201" in printed.splitlines()[0]
    assert json.loads(printed.splitlines()[-1])["name"] == f"{NAME} 2"


def test_no_credential_is_in_any_form():
    sent = Repeatable("GET", "https://a.example", "/x?key=secret", content=b'{"token": "secret"}')
    shown = sent.redacted(lambda text: text.replace("secret", "***"))
    assert "secret" not in " ".join(map(str, shown.to_json().values()))
    assert '$ARTHUR_API_KEY"' in shown.to_curl()


def test_other_callers_have_keys_of_their_own():
    sent = Repeatable("HEAD", "https://a.example", "/x", credential="role Model Owner")
    assert "$ARTHUR_API_KEY_ROLE_MODEL_OWNER" in sent.to_curl()
    assert "--head" in shlex.split(sent.to_curl())
    assert "Authorization" not in Repeatable("GET", "h", "/x", credential="none").to_curl()


def test_parts_of_a_form_are_files():
    sent = Repeatable("POST", "https://a.example", "/x", parts=(("data", "rows.json"),))
    assert "data=@rows.json" in shlex.split(sent.to_curl())
    assert "open('rows.json', 'rb')" in sent.to_python()
