"""A run can end at any moment, and several can work at once: nothing is left behind."""

from __future__ import annotations

import random
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import seeded_runs
from argon2 import PasswordHasher
from deviating_server import OPERATIONS

from arthurai.contract import run_names
from arthurai.contract.run_plan import Bounds, make_plan
from arthurai.server.app import create_app

pytestmark = [pytest.mark.faults, pytest.mark.heavy]
TAGS = ("organizations", "users", "service_accounts", "tags", "models")


class Lost(BaseException):
    """The process is gone: nothing more is sent."""


class Eventful:
    """The embedded server; something happens at one of its requests, before or after it."""

    def __init__(self, app, number, happen, *, before) -> None:
        self.app = app
        self.number = number
        self.happen = happen
        self.before = before
        self.count = 0

    @property
    def admin_key(self) -> str:
        return self.app.admin_key

    def __call__(self, environ, start_response):
        self.count += 1
        if self.before and self.count >= self.number:
            self.happen(self)
        answer = list(self.app(environ, start_response))
        if not self.before and self.count >= self.number:
            self.happen(self)
        return answer


def contents(app) -> object:
    """Everything that a run could leave on a server, of all organizations."""
    control = app.control
    found = {}
    for organization in control.organizations.list():
        own = organization["id"]
        records = control.models.list(own, include_archived=True)
        members = control.users.list_members(own)
        found[organization["name"]] = (
            [record.id for record in records if not record.archived],
            sorted(user.id for user in members if user.active),
            sorted(account.id for account in control.service_accounts.list(own)),
        )
    return found


def run(server, key=None, tags=TAGS, seed=1):
    plan = make_plan(
        "local://",
        OPERATIONS,
        tags=tags,
        write=True,
        max_examples=3,
        seed=seed,
        bounds=Bounds(max_seconds=300.0),
    )
    return seeded_runs.check_app(server, plan, key)


@pytest.fixture
def app():
    with create_app() as server:
        server.control.users._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        yield server


@pytest.fixture(autouse=True)
def default_handlers():
    """Whoever runs the tests may ignore signals."""
    names = (signal.SIGINT, signal.SIGTERM)
    handlers = (signal.default_int_handler, signal.SIG_DFL)
    former = [signal.signal(n, h) for n, h in zip(names, handlers, strict=True)]
    yield
    for name, handler in zip(names, former, strict=True):
        signal.signal(name, handler)


def once(number):
    def happen(server):
        if server.count == server.number:
            signal.raise_signal(number)

    return happen


def twice(server):
    if server.count == server.number:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)


def lost(server):
    raise Lost


def interrupt(app, number, *, before):
    """Ask a run to end at one of its requests; one signal, then two."""
    known = contents(app)
    result = run(Eventful(app, number, once(signal.SIGTERM), before=before))
    assert result.interrupted
    assert "SIGTERM" in result.stopped
    assert result.left_behind == []
    assert contents(app) == known
    with pytest.raises(KeyboardInterrupt):
        run(Eventful(app, number, twice, before=before))
    assert contents(app) == known


def kill(app, number, *, before):
    """End a run without any clean-up; the next one removes what it left."""
    known = contents(app)
    server = Eventful(app, number, lost, before=before)
    with pytest.raises(Lost):
        run(server)
    result = run(app, tags=("tags",))
    assert result.left_behind == []
    assert [str(finding) for finding, _ in result.findings] == []
    assert contents(app) == known


# The requests that create the organizations, the key and the user of the run are the first ten.
@pytest.mark.parametrize(("number", "before"), [(3, False), (5, True), (60, False)])
def test_an_interrupted_run_leaves_nothing_behind(app, number, before):
    interrupt(app, number, before=before)


@pytest.mark.parametrize(("number", "before"), [(4, False), (70, True)])
def test_what_a_killed_run_left_is_removed_by_the_next(app, number, before):
    kill(app, number, before=before)


@pytest.mark.slow
def test_fifty_interruptions_leave_nothing_behind(app):
    draw = random.Random(7)
    for number in [*range(1, 26), *(draw.randrange(26, 600) for _ in range(25))]:
        interrupt(app, number, before=draw.random() < 0.5)
        kill(app, number, before=draw.random() < 0.5)


def test_a_run_with_a_weaker_key_leaves_no_models_of_a_killed_one(app):
    accounts, home = app.control.service_accounts, app.control.organizations.list()[0]["id"]
    key = accounts.token(accounts.create(home, "owner", "Model Owner").id)
    known = contents(app)
    with pytest.raises(Lost):
        run(Eventful(app, 60, lost, before=False), key, tags=("tags",))
    assert contents(app) != known
    run(app, key, tags=("tags",))
    assert contents(app) == known


def test_two_runs_at_once_do_not_disturb_each_other(app):
    """The second one runs while requests of the first are on their way."""
    known, results = contents(app), []
    tags = ("tags", "service_accounts")

    def run_another(server):
        if server.count in {6, 300}:
            results.append(run(app, tags=tags, seed=2))

    results.append(run(Eventful(app, 1, run_another, before=False), tags=tags))
    assert [str(finding) for r in results for finding, _ in r.findings] == []
    assert len(results) == 3
    assert contents(app) == known


def test_an_ignored_signal_stays_ignored(app):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    result = run(Eventful(app, 5, once(signal.SIGINT), before=False), tags=("tags",))
    assert not result.interrupted


def test_names_tell_which_run_is_over():
    mark = run_names.begin(60)
    name = run_names.name("model")
    assert run_names.is_of_run(name, mark)
    assert not run_names.is_left_behind(name)
    run_names.end(mark)
    assert run_names.is_left_behind(name)
    assert not run_names.is_left_behind("arthurai-contract")
    assert not run_names.is_left_behind(mark)  # not in a name that a run gave
    machine, process, start, end, secret = mark.split("-")
    elsewhere = "0000" if machine != "0000" else "0001"
    assert not run_names.is_left_behind(
        f"arthurai-contract-model-{elsewhere}-{process}-{start}-{end}-{secret}-1"
    )
    long_ago = f"{int(end, 16) - 1_000_000:07x}"
    assert run_names.is_left_behind(
        f"arthurai-contract-model-{elsewhere}-{process}-{start}-{long_ago}-{secret}-1"
    )
    restarted = f"{int(start, 16) ^ 1:x}"
    assert run_names.is_left_behind(f"arthurai-contract-x-{machine}-1-{restarted}-{end}-{secret}-1")
