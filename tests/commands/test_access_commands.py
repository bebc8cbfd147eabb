"""`arthurai key`, `users`, `keys` and `orgs`."""

from __future__ import annotations

import io
import json
import os

import pytest
from builders import administrator

from arthurai import ArthurAI, cli
from arthurai.server.app import create_app


@pytest.fixture
def directory(tmp_path):
    with create_app(tmp_path / "data"):
        pass
    return tmp_path / "data"


@pytest.fixture
def call(capsys, directory):
    """Run a command on the data directory; give what it printed as JSON."""

    def run(*words, status=0):
        assert cli.main([*words, "--data-dir", str(directory), "--json"]) == status
        printed = capsys.readouterr()
        return json.loads(printed.out) if status == 0 else printed.err

    return run


def test_the_key_of_a_directory_is_printed_and_replaced(directory, capsys):
    with create_app(directory) as app:
        assert cli.main(["key", str(directory)]) == 0  # while a server has it open
        assert capsys.readouterr().out == f"ARTHUR_API_KEY: {app.admin_key}\n"
        assert cli.main(["key", str(directory), "--new", "--json"]) == 0
        renewed = json.loads(capsys.readouterr().out)["ARTHUR_API_KEY"]
        assert renewed != app.admin_key
        accounts = app.control.service_accounts
        assert accounts.find_by_token(app.admin_key) is None
        assert accounts.find_by_token(renewed).role == "Super Admin"
    with create_app(directory) as app:
        assert app.admin_key == renewed


def test_the_key_is_for_the_owner_of_a_data_directory_only(
    directory, tmp_path, capsys, monkeypatch
):
    assert cli.main(["key", str(tmp_path)]) == 1
    assert "is not a data directory" in capsys.readouterr().err
    assert not (tmp_path / "secret.key").exists()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    for words in (["key", str(directory)], ["users", "list", "--data-dir", str(directory)]):
        assert cli.main(words) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "run this as that user" in printed.err


def log_in(directory, login, password):
    with create_app(directory) as app:
        return app.control.users.log_in(login, password, "127.0.0.1")


def test_people_are_added_changed_and_disabled(call, directory):
    ada = call("users", "add", "ada@example.com", "--username", "ada", "--role", "Model Owner")
    assert (ada["username"], ada["role"], ada["active"]) == ("ada", "Model Owner", True)
    assert log_in(directory, "ada", ada["password"]).email == "ada@example.com"
    assert call("users", "role", "ada@example.com", "User")["role"] == "User"
    reset = call("users", "reset", "ada")
    assert reset["password"] != ada["password"]
    assert log_in(directory, "ada", reset["password"]).id == ada["id"]
    listed = {user["username"]: user for user in call("users", "list")}
    assert listed["ada"]["role"] == "User"
    assert "password" not in listed["ada"]
    assert call("users", "disable", ada["id"])["active"] is False
    assert [u["active"] for u in call("users", "list") if u["username"] == "ada"] == [False]
    assert "no user 'bob'" in call("users", "disable", "bob", status=1)
    assert "role 'Boss'" in call("users", "add", "bob@example.com", "--role", "Boss", status=1)


def test_invitations_are_listed_and_withdrawn(call, directory):
    body = {"invite_emails": ["ada@example.com"], "return_direct_links": True}
    with create_app(directory) as app, administrator(app) as admin:
        body["organization_id"] = app.control.organizations.list()[0]["id"]
        assert admin.post("/users/invite_users", json=body).status_code == 200
    (invitation,) = call("users", "invitations")
    assert invitation["email"] == "ada@example.com"
    assert invitation["organization"] == body["organization_id"]
    assert call("users", "withdraw", "ada@example.com")["withdrawn"] is True
    assert call("users", "invitations") == []
    assert "no open invitation" in call("users", "withdraw", "ada@example.com", status=1)


def test_a_password_is_read_from_standard_input_and_not_printed(call, directory, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    made = call("users", "add", "eve@example.com", "--role", "User", "--password-stdin")
    assert "password" not in made
    assert log_in(directory, "eve@example.com", "correct horse battery").active
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "holds no password" in call(
        "users", "reset", "eve@example.com", "--password-stdin", status=1
    )


def test_keys_are_made_listed_and_revoked(call, directory):
    made = call("keys", "add", "nightly job", "--role", "Model Owner")
    listed = call("keys", "list")
    assert {k["description"]: k["role"] for k in listed} == {
        "embedded server": "Super Admin",
        "nightly job": "Model Owner",
    }
    assert made["ARTHUR_API_KEY"] not in json.dumps(listed)
    assert "one of Administrator" in call("keys", "add", "x", "--role", "Boss", status=1)
    assert call("keys", "revoke", made["id"]) == {"id": made["id"], "revoked": True}
    with create_app(directory) as app:
        assert app.control.service_accounts.find_by_token(made["ARTHUR_API_KEY"]) is None


def test_organizations_are_made_entered_and_deleted(call):
    made = call("orgs", "add", "Research")
    assert [o["name"] for o in call("orgs", "list")] == ["Local", "Research"]
    call("users", "add", "kay@example.com", "--role", "User", "--organization", "Research")
    assert [u["email"] for u in call("users", "list", "--organization", made["id"])] == [
        "kay@example.com"
    ]
    assert "kay@example.com" not in [u["email"] for u in call("users", "list")]
    assert "409" in call("orgs", "delete", "Research", status=1)  # it still has a user
    assert call("orgs", "add", "Empty")["name"] == "Empty"
    assert call("orgs", "delete", "Empty")["deleted"] is True
    assert "no organization 'Empty'" in call("orgs", "delete", "Empty", status=1)


def test_a_running_server_is_asked_with_the_key_of_the_environment(
    start_server, tmp_path, capsys, monkeypatch
):
    with start_server("--data-dir", str(tmp_path / "d"), cwd=tmp_path) as address:
        monkeypatch.setenv("ARTHUR_API_KEY", address.key)
        assert cli.main(["users", "list", "--url", address.url]) == 0
        printed = capsys.readouterr().out.splitlines()
        assert printed[0].split() == ["id", "username", "email", "role", "active"]
        assert printed[1].split()[1:] == ["admin", "admin@localhost", "Administrator", "yes"]
        assert cli.main(["users", "list", "--data-dir", str(tmp_path / "d")]) == 1
        assert "already open" in capsys.readouterr().err
        made = ["keys", "add", "reader", "--role", "User", "--url", address.url, "--json"]
        assert cli.main(made) == 0
        monkeypatch.setenv("ARTHUR_API_KEY", json.loads(capsys.readouterr().out)["ARTHUR_API_KEY"])
        assert (
            cli.main(["users", "add", "x@example.com", "--role", "User", "--url", address.url]) == 1
        )
        assert "403" in capsys.readouterr().err
        with ArthurAI(url=address.url, access_key=address.key, allow_insecure=True) as arthur:
            assert arthur.get_current_org()["name"] == "Local"
