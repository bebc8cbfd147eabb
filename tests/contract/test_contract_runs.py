"""`arthurai contract`: what it finds, what it never does, and what it says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import seeded_runs
from deviating_server import CONFORMANCE, OPERATIONS, DeviatingServer, Response, read, run

from arthurai import cli
from arthurai.contract.factories import BODIES
from arthurai.contract.run_plan import Bounds, InvalidCallError, make_plan, parse_rate
from arthurai.contract.write_guard import WriteGuard, WriteRefusedError, is_read_only
from arthurai.server.app import create_app

FEW = ("--max-examples", "2")


class Watched:
    """The embedded server, and the requests it was sent."""

    def __init__(self, app) -> None:
        self.app = app
        self.seen: list[tuple[str, str]] = []

    @property
    def admin_key(self) -> str:
        return self.app.admin_key

    def __call__(self, environ, start_response):
        request = read(environ)
        self.seen.append((request.method, request.path))
        response = run(self.app, environ, request)
        start_response(f"{response.status} x", list(response.headers.items()))
        return [response.body]


def contents(app) -> object:
    """What the stores of a server hold."""
    control = app.control
    organizations = control.organizations.list()
    return [
        (
            organization,
            [
                record.id
                for record in control.models.list(organization["id"], include_archived=True)
            ],
            [user.id for user in control.users.list_members(organization["id"])],
            len(control.service_accounts.list(organization["id"])),
        )
        for organization in organizations
    ]


def check(app, key=None, max_seconds=60.0, max_requests=20_000, **options):
    """Run a check of an application; give its result."""
    bounds = Bounds(max_requests, max_seconds)
    plan = make_plan("local://", OPERATIONS, bounds=bounds, **{"max_examples": 2, **options})
    return seeded_runs.check_app(app, plan, key)


@pytest.mark.heavy
@pytest.mark.faults
def test_the_embedded_server_keeps_the_contract_of_a_tag_while_writing():
    with create_app() as app:
        result = check(app, write=True, names=("query", "list_tags", "update_tag"))
    assert [str(finding) for finding, _ in result.findings] == []
    assert not result.stopped


@pytest.mark.heavy
@pytest.mark.faults
def test_what_only_a_probe_reaches_is_judged():
    names = ("invite_users", "list_invitations", "withdraw_invitation")
    with create_app() as app:
        result = check(app, write=True, names=names)
    assert [result.outcome(name) for name in names] == ["kept"] * 3


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("write", [False, True])
def test_the_embedded_server_keeps_the_whole_contract(write):
    with create_app() as app:
        result = check(app, write=write, max_examples=10, max_seconds=600.0)
    assert [str(finding) for finding, _ in result.findings] == []
    assert not result.stopped


@pytest.mark.heavy
@pytest.mark.faults
def test_without_write_nothing_that_changes_is_sent_and_nothing_changes():
    with create_app() as app:
        watched = Watched(app)
        before = contents(app)
        result = check(watched, tags=("users", "organizations", "models", "query", "tags"))
        assert contents(app) == before
    sent = set()
    for method, path in watched.seen:
        operation = CONFORMANCE.operation(method, path)
        assert method in {"GET", "HEAD", "TRACE", "OPTIONS"} or (
            operation and is_read_only(operation)
        )
        sent.add(operation.operation_id if operation else "")
    assert {"list_users", "list_models", "query", "get_organization"} <= sent
    assert result.tally.requests == len(watched.seen)


@pytest.mark.slow
@pytest.mark.faults
def test_writing_leaves_the_organization_of_the_caller_alone():
    with create_app() as app:
        home = app.control.organizations.list()[0]["id"]
        users = [user.id for user in app.control.users.list_members(home)]
        result = check(app, write=True, tags=("users", "service_accounts", "tags"))
        assert app.control.models.list(home, include_archived=True) == []
        assert [user.id for user in app.control.users.list_members(home)] == users
        assert [organization["id"] for organization in app.control.organizations.list()] == [home]
    assert result.left_behind == []


@pytest.mark.heavy
@pytest.mark.faults
def test_a_weaker_key_works_on_models_of_its_own():
    """Without the right to make organisations, a run stays with what it has made."""
    with create_app() as app:
        home = app.control.organizations.list()[0]["id"]
        accounts = app.control.service_accounts
        key = accounts.token(accounts.create(home, "owner", "Model Owner").id)
        mine = [user.id for user in app.control.users.list_members(home)]
        result = check(app, key, write=True, tags=("tags", "users"))
        assert app.control.models.list(home) == []
        assert [user.id for user in app.control.users.list_members(home)] == mine
    assert [str(finding) for finding, _ in result.findings] == []


@pytest.mark.heavy
@pytest.mark.faults
def test_reading_lists_that_are_empty_finds_nothing():
    names = ("list_models", "list_model_groups", "list_organizations", "list_metrics", "list_tags")
    with create_app() as app:
        result = check(app, names=names)
    assert [str(finding) for finding, _ in result.findings] == []


@pytest.mark.heavy
@pytest.mark.faults
def test_reading_after_a_run_that_left_archived_models_finds_nothing():
    names = ("list_model_group_versions", "get_latest_model_group_version", "get_model_group")
    with create_app() as app:
        home = app.control.organizations.list()[0]["id"]
        accounts = app.control.service_accounts
        key = accounts.token(accounts.create(home, "owner", "Model Owner").id)
        check(app, key, write=True, names=("list_tags", "get_model"))
        assert app.control.models.list(home, include_archived=True)
        result = check(app, names=names)
    assert [str(finding) for finding, _ in result.findings] == []


def passes(guard, operation_id, path, *, own=True):
    method, url = OPERATIONS[operation_id].method, f"/api{path}"
    match = CONFORMANCE.match(url)
    assert match.operations[method].operation_id == operation_id
    try:
        guard.check(method, url, match, own_account=own)
    except WriteRefusedError:
        return False
    return True


def test_the_guard_lets_nothing_touch_what_the_run_did_not_create():
    reading, writing = WriteGuard(write=False), WriteGuard(write=True)
    assert passes(reading, "query", "/v3/models/m/inferences/query")
    assert not passes(reading, "create_model", "/v3/models")
    assert passes(writing, "create_model", "/v3/models")
    assert not passes(writing, "archive_model", "/v3/models/somebodys")
    writing.register("ours")
    assert passes(writing, "archive_model", "/v3/models/ours")
    assert not passes(writing, "delete_metric", "/v4/models/ours/metrics/somebodys")
    assert passes(writing, "add_tag_to_model", "/v3/models/ours/tags/arthurai-contract-x")
    assert not passes(writing, "delete_tag", "/v3/tags/reviewed")


def test_the_guard_keeps_to_an_organization_of_its_own():
    guard = WriteGuard(write=True)
    assert not passes(guard, "create_user", "/v3/users")
    assert not passes(guard, "delete_custom_roles", "/v3/authorization/custom_roles")
    guard.confined = True
    assert passes(guard, "create_user", "/v3/users")
    assert not passes(guard, "update_current_user", "/v3/users/me")
    assert passes(guard, "update_current_user", "/v3/users/me", own=False)


@pytest.mark.heavy
@pytest.mark.faults
def test_what_no_request_is_known_for_is_created_as_the_document_shows_it(monkeypatch):
    monkeypatch.delitem(BODIES, "create_service_account")
    with create_app() as app:
        result = check(app, write=True, names=("create_service_account",))
    assert [str(finding) for finding, _ in result.findings] == []
    assert result.tally.statuses["create_service_account", 201] > 2


@pytest.mark.heavy
@pytest.mark.faults
def test_an_interrupted_run_cleans_up(monkeypatch, capsys):
    from arthurai.contract import runner

    def interrupt(run):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner.ContractRun, "_work", interrupt)
    assert cli.main(["contract", "local://", "--write"]) == 2
    assert "removed" in capsys.readouterr().err


@pytest.mark.faults
def test_the_bounds_hold():
    with create_app() as app:
        watched = Watched(app)
        result = check(watched, max_requests=40)
    assert result.tally.requests == len(watched.seen) == 40
    assert "40 requests" in result.stopped
    assert "Stopped early" in result.format_text()


@pytest.mark.heavy
@pytest.mark.faults
def test_a_senseless_answer_ends_a_probe_and_not_the_run():
    """Also when the deviation has been found before."""
    with create_app() as app:
        server = DeviatingServer(app, "get_inference", rule_of("wrong type", "get_inference"))
        result = check(server, write=True, names=("get_inference",))
    assert {finding.operation_id for finding, _ in result.findings} == {"get_inference"}
    assert not result.stopped


@pytest.mark.faults
def test_a_run_ends_when_the_server_is_gone():
    class Dying(Watched):
        def __call__(self, environ, start_response):
            if len(self.seen) >= 30:
                raise ConnectionResetError
            return super().__call__(environ, start_response)

    with create_app() as app:
        dying = Dying(app)
        result = check(dying)
    assert len(dying.seen) == 30
    assert result.tally.requests == 40
    assert "10 requests in a row got no response" in result.stopped
    assert {finding.kind for finding, _ in result.findings} == {"no response"}


@pytest.mark.heavy
@pytest.mark.faults
def test_the_same_seed_sends_the_same_requests():
    runs = []
    for _ in range(2):
        with create_app() as app:
            watched = Watched(app)
            check(watched, names=("list_models",), max_examples=8, seed=7)
            runs.append(watched.seen)
    assert runs[0] == runs[1]


def test_operations_that_answer_501_are_listed_and_do_not_deviate():
    def not_served(server, request, forward):
        return Response(501).with_json({"error": "not served"})

    with create_app() as app:
        server = DeviatingServer(app, "list_tags", not_served)
        result = check(server, names=("list_tags", "list_users"))
    assert result.findings == []
    assert result.outcome("list_tags") == "not served"
    assert result.outcome("list_users") == "kept"
    assert "list_tags" in result.format_text()


def rule_of(kind, operation_id):
    return next(
        c for c in seeded_runs.candidates() if (c.kind, c.operation_id) == (kind, operation_id)
    ).rule()


@pytest.fixture
def deviating(monkeypatch):
    """Make `local://` a server that leaves out a required member of the current user."""
    from arthurai.transport import local

    create = local._create

    def broken(directory):
        app = create(directory)
        server = DeviatingServer(app, "list_tags", rule_of("total_count off", "list_tags"))
        server.close = app.close
        return server

    monkeypatch.setattr(local, "_create", broken)


@pytest.mark.heavy
@pytest.mark.faults
def test_the_command_reports_and_exits_with_1(deviating, tmp_path, capsys):
    junit, report = tmp_path / "junit.xml", tmp_path / "report.json"
    status = cli.main(
        [
            "contract", "local://", "--operation", "list_tags", "--operation", "list_users", *FEW,
            "--report-junit", str(junit), "--report-json", str(report),
        ]
    )  # fmt: skip
    printed = capsys.readouterr().out
    assert status == 1
    assert "total_count" in printed
    assert "Writes: nothing" in printed
    found = json.loads(report.read_text("utf-8"))
    outcomes = {o["operation_id"]: o["outcome"] for o in found["operations"]}
    assert outcomes == {"list_tags": "deviates", "list_users": "kept"}
    assert found["deviations"][0]["operation_id"] == "list_tags"
    suite = ET.parse(junit).getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["list_tags"]


@pytest.mark.faults
def test_the_command_exits_with_0_when_nothing_deviates(capsys):
    assert cli.main(["contract", "local://", "--operation", "list_tags", *FEW]) == 0
    assert "0 deviations" in capsys.readouterr().out


def test_a_plan_sends_nothing(capsys):
    assert cli.main(["contract", "https://arthur.invalid", "--access-key", "k", "--plan"]) == 0
    assert "70 reading, 0 writing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["local://", "--operation", "list_model"], "did you mean 'list_models'"),
        (["local://", "--tag", "modls"], "unknown tag 'modls'"),
        (["local://", "--operation", "create_model"], "add --write"),
        (["http://127.0.0.1:9", "--access-key", "k"], "--allow-insecure"),
        (["https://127.0.0.1:9", "--access-key", "k"], "127.0.0.1:9"),
    ],
)
def test_what_cannot_be_checked_exits_with_2(words, said, capsys):
    assert cli.main(["contract", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.faults
def test_a_refused_key_exits_with_2(served, capsys):
    words = [served.url, "--allow-insecure", "--access-key", "nobodys-key"]
    assert cli.main(["contract", *words]) == 2
    printed = capsys.readouterr()
    assert "401" in printed.err
    assert "nobodys-key" not in printed.err + printed.out


@pytest.mark.faults
def test_the_key_never_shows(served, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ARTHUR_API_KEY", served.key)
    report = tmp_path / "report.json"
    words = [served.url, "--allow-insecure", "--operation", "get_current_user", *FEW]
    assert cli.main(["contract", *words, "--report-json", str(report)]) == 0
    printed = capsys.readouterr()
    assert served.key not in printed.out + printed.err + report.read_text("utf-8")


def test_a_key_is_needed(capsys, monkeypatch):
    monkeypatch.delenv("ARTHUR_API_KEY", raising=False)
    assert cli.main(["contract", "https://arthur.invalid"]) == 2
    assert "ARTHUR_API_KEY" in capsys.readouterr().err


def test_rates_are_read():
    assert [parse_rate(text) for text in ("5/s", "120/m", "3600/h")] == [0.2, 0.5, 1.0]
    with pytest.raises(SystemExit) as stop:
        cli.main(["contract", "local://", "--rate", "fast"])
    assert stop.value.code == 2


def test_an_unknown_operation_is_a_wrong_call():
    with pytest.raises(InvalidCallError):
        make_plan("local://", OPERATIONS, names=("nothing",))
