"""What every engine of the control store does alike."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.documents import ControlStore
from arthurai.server.storage.documents.control_database import (
    ConstraintError,
    ControlDatabaseError,
)
from arthurai.server.storage.documents.migrations import MIGRATIONS
from arthurai.server.storage.documents.stored_alerts import AlertFilter, Crossing
from arthurai.server.storage.documents.stored_usage import Amount
from arthurai.version import __version__

NAMES = ["b", "a", "C", "É", "é", "ß", "z%_?'\"\\", "日本", "\u2028"]


@pytest.fixture
def organization(control):
    """Give the id of an organization."""
    return control.organizations.create("o")["id"]


def create_model(control, organization, name, **more):
    arguments = {"partner_model_id": name, "model_group_id": None, "group_name": name, **more}
    document = {
        "tags": [f"tag {name}"],
        "attributes": [{"name": "x"}],
        "z": 1,
        "display_name": name,
    }
    return control.models.create(organization, document, **arguments)


def refused(status, call, *arguments, **named):
    with pytest.raises(ApiError) as caught:
        call(*arguments, **named)
    assert caught.value.status == status


def test_everything_is_there_after_it_was_opened_again(location):
    secret = b"t" * 32
    first = ControlStore(location, secret)
    organization = first.organizations.create("o")["id"]
    record = create_model(first, organization, "m")
    key = first.service_accounts.administrator_key(organization)
    first.usage.add(organization, record.id, "inferences", Amount(2, 3))
    first.close()
    second = ControlStore(location, secret)
    try:
        assert second.models.find(organization, "m", "partner_model_id").document == record.document
        assert second.service_accounts.administrator_key(organization) == key
        assert second.usage.totals(organization, 0, 2**33) == {(record.id, "inferences"): (2, 3)}
    finally:
        second.close()


def test_a_name_is_there_once_and_the_order_is_that_of_creation(control):
    created = [control.organizations.create(name)["id"] for name in NAMES]
    assert [found["name"] for found in control.organizations.list()] == NAMES
    assert [found["id"] for found in control.organizations.list()] == created
    refused(409, control.organizations.create, "a")
    refused(409, control.organizations.update, created[0], name="a")
    assert set(control.organizations.get(created[0])) == {
        "id",
        "name",
        "plan",
        "created_at",
        "updated_at",
    }
    control.organizations.delete(created[0])
    assert [found["name"] for found in control.organizations.list()] == NAMES[1:]
    refused(404, control.organizations.get, created[0])


def test_an_organization_in_use_is_not_deleted(control, organization):
    account = control.service_accounts.create(organization, "d", "User")
    refused(409, control.organizations.delete, organization)
    assert control.service_accounts.list(organization) == [account]
    control.service_accounts.delete(organization, account.id)
    control.organizations.delete(organization)


def test_users_are_found_whatever_the_case_of_their_names(control, organization):
    user = control.users.create(
        username="Ada", email="Ada@Example.org", password_hash=None, profile={"first_name": "A"}
    )
    control.users.join(user.id, organization, "User")
    refused(409, control.users.create, username="aDA", email="x", password_hash=None)
    refused(409, control.users.create, username="x", email="ada@example.ORG", password_hash=None)
    control.users.set_password(user, control.users.hash_password("secret"))
    for login in ("ada", "ADA", "ada@example.org"):
        found = control.users.log_in(login, "secret", "1.2.3.4")
        assert (found.id, found.roles, found.profile) == (
            user.id,
            {organization: "User"},
            {"first_name": "A"},
        )
    control.users.deactivate(user)
    again = control.users.create(username="x", email="ada@example.org", password_hash=None)
    assert control.users.find_active(user.id) is None
    assert control.users.find_active(again.id) is not None
    assert [member.active for member in control.users.list_members(organization)] == [False]


def test_a_login_is_locked_after_five_failures(control):
    for _ in range(5):
        refused(401, control.users.log_in, "nobody", "p", "1.2.3.4")
    refused(403, control.users.log_in, "nobody", "p", "1.2.3.4")
    refused(401, control.users.log_in, "nobody", "p", "5.6.7.8")


def test_keys_are_found_and_end_with_their_creator(control, organization):
    first = control.service_accounts.create(organization, "first", "User")
    second = control.service_accounts.create(organization, "2", "User", created_by=first.id)
    third = control.service_accounts.create(organization, "3", "User", created_by=second.id)
    token = control.service_accounts.token(third.id)
    assert control.service_accounts.find_by_token(token) == third
    assert control.service_accounts.find_by_token("nonsense") is None
    assert control.service_accounts.list(organization) == [first, second, third]
    control.service_accounts.delete(organization, second.id)
    assert control.service_accounts.list_of_creator(first.id) == [third]
    control.service_accounts.delete_of_creator(first.id)
    assert control.service_accounts.find_by_token(token) is None
    assert control.service_accounts.renew_keys() == 0


def test_models_have_an_order_a_revision_and_a_life_cycle(control, organization):
    created = [create_model(control, organization, name) for name in "cab"]
    assert [m.partner_model_id for m in control.models.list(organization)] == ["c", "a", "b"]
    first = created[0]
    refused(409, create_model, control, organization, "c")
    changed = control.models.update(first, {"z": 2}, status="Ready")
    assert (changed.revision, changed.document["z"], changed.status) == (2, 2, "Ready")
    refused(409, control.models.update, first, {"z": 3})
    control.models.archive(changed)
    archived = control.models.get(organization, first.id)
    assert (archived.archived, archived.status, archived.revision) == (True, "Archived", 3)
    assert archived.document["tags"] == ["tag c"]
    assert [m.partner_model_id for m in control.models.list(None)] == ["a", "b"]
    successor = create_model(control, organization, "c", model_group_id=first.model_group_id)
    assert successor.version_sequence_num == 2
    assert control.models.find(organization, "c", "partner_model_id").id == successor.id
    everything = control.models.list(organization, include_archived=True)
    assert [m.id for m in everything] == [*(m.id for m in created), successor.id]
    group = control.models.list(None, include_archived=True, model_group_id=first.model_group_id)
    assert [m.id for m in group] == [first.id, successor.id]
    refused(404, control.models.get, "another", first.id)


def test_lists_of_models_may_leave_out_attributes(control, organization):
    record = create_model(control, organization, "m")
    (short,) = control.models.list_without_attributes(organization)
    expected = {name: v for name, v in record.document.items() if name != "attributes"}
    assert short.document == expected


def test_a_tag_is_held_by_models_archived_ones_included(control, organization):
    record = create_model(control, organization, "m")
    control.models.update(create_model(control, organization, "n"), {"tags": None})
    control.models.archive(record)
    assert control.models.have_tag(organization, "tag m")
    assert not control.models.have_tag(organization, "tag")
    assert not control.models.have_tag("another", "tag m")


def test_groups_have_the_members_of_the_api(control, organization):
    record = create_model(control, organization, "m")
    group = control.model_groups.update(
        organization, record.model_group_id, name=None, description="d"
    )
    assert (group["name"], group["description"], group["archived"]) == ("m", "d", False)
    control.model_groups.archive(group["id"])
    archived = control.model_groups.get(organization, group["id"])
    assert archived["archived"] is True
    assert set(archived) == {
        "id",
        "name",
        "description",
        "archived",
        "archived_at",
        "created_at",
        "updated_at",
    }
    assert control.model_groups.list(organization) == []
    assert control.model_groups.list(organization, include_archived=True) == [archived]


@pytest.mark.parametrize("value", [1, 1.5, "text", "it's", "true", True, False, None])
def test_documents_are_found_by_a_member(control, value):
    documents = control.documents(Kind.METRIC)
    documents.put("o", "1", {"member": value}, model_id="m")
    documents.put("o", "2", {"member": "another"}, model_id="m")
    documents.put("o", "3", {"member": value}, model_id="n")
    assert documents.list("o", model_id="m", member=value) == [{"member": value}]
    assert documents.count(None, member=value) == 2
    assert documents.delete_all("o", model_id="m") == 2
    assert documents.count(None) == 1


def test_a_document_keeps_its_place_its_model_and_the_order_of_its_members(control):
    documents = control.documents(Kind.METRIC)
    for number in range(5):
        documents.put("o", str(number), {"zz": number, "a": NAMES}, model_id="m")
    documents.put("o", "0", {"longest": 1.0, "b": 2**60, "aa": []})
    assert [list(found) for found in documents.list("o", model_id="m")][:2] == [
        ["longest", "b", "aa"],
        ["zz", "a"],
    ]
    assert documents.get("o", "0") == {"longest": 1.0, "b": 2**60, "aa": []}
    assert documents.get(None, "4") == {"zz": 4, "a": NAMES}
    assert documents.keep_newest("o", 2) == 3
    assert [found["zz"] for found in documents.list("o")] == [3, 4]
    assert documents.delete("o", "4")
    assert not documents.delete("o", "4")


def alert(day, status, **more):
    return {
        "timestamp": f"2026-01-0{day}T00:00:00{'.5' if day % 2 else ''}Z",
        "status": status,
        "severity": "warning",
        "alert_rule_id": f"r{day % 2}",
        "alert_rule": {"metric_name": "PSI"},
        "batch_id": None,
        **more,
    }


def test_alerts_are_found_sorted_and_counted(control):
    documents = control.documents(Kind.ALERT)
    for number in (3, 1, 2, 4):
        status = "closed" if number == 2 else "open"
        made = alert(number, status, number=number, batch_id="b" if number == 4 else None)
        documents.put("o", str(number), made, model_id="m")

    def find(sort="timestamp", **wanted):
        limits = {name: wanted.pop(name) for name in ("limit", "offset") if name in wanted}
        found = control.alerts.find(AlertFilter("o", **wanted), sort=sort, **limits)
        return [each["number"] for each in found]

    assert find() == [1, 2, 3, 4]
    assert find("-timestamp", limit=2, offset=1) == [3, 2]
    assert find("status") == [2, 3, 1, 4]
    assert find(since="2026-01-02T00:00:00Z", until="2026-01-03T00:00:00.5Z") == [2]
    assert find(since="2026-01-03T00:00:00Z") == [3, 4]
    assert find(model_ids=("m", "n"), statuses=("closed",), severities=("warning",)) == [2]
    assert find(batch_ids=("b",)) == [4]
    assert find(rule_id="r1", metric_name="psi") == [1, 3]
    assert control.alerts.count(AlertFilter("o")) == 4
    by_day = control.alerts.count_by_model(AlertFilter("o", rule_id="r1"), by_date=True)
    assert by_day == [("m", "2026-01-01", 1), ("m", "2026-01-03", 1)]
    assert control.alerts.count_by_model(AlertFilter("o"), by_date=False) == [("m", None, 4)]
    assert control.alerts.count_by_rule("o", "m") == {
        "r0": {"counts": {"closed": 1, "open": 1}, "last": "2026-01-04T00:00:00"},
        "r1": {"counts": {"open": 2}, "last": "2026-01-03T00:00:00.5"},
    }
    assert control.alerts.prune("m", 0, "2026-01-04T00:00:00Z") == 3
    assert find() == [4]


def test_crossings_are_kept_by_window(control):
    alerts = control.alerts
    for end in (20, 10, 30):
        crossing = Crossing(end, end - 10, end / 3, end, 2**40, raised=end == 20)
        alerts.put_crossing("m", "r", "s", crossing)
    again = Crossing(20, 10, 0.25, 7, 8, raised=False)
    alerts.put_crossing("m", "r", "s", again)
    assert alerts.list_crossings("r", "s", since=20) == [
        again._replace(raised=True),
        Crossing(30, 20, 10.0, 30, 2**40, raised=False),
    ]
    assert alerts.find_last_raised("r", "s", 30) == 20
    assert alerts.find_last_raised("r", "s", 20) is None
    assert alerts.is_raised_between("r", "s", 10, 30)
    alerts.mark_raised("r", "s", [Crossing(30, 20, 0, 0, 0, raised=False)], raised=True)
    assert alerts.list_overlapping("r", 0, 100, 1) == [(20, 30)]
    assert alerts.delete_crossing("r", "s", 20, 30)
    assert not alerts.delete_crossing("r", "s", 20, 30)
    alerts.forget_rule("r")
    assert alerts.list_crossings("r", "s", since=0) == []


def test_messages_wait_in_the_outbox_in_order(control):
    outbox = control.outbox
    outbox.add("1", "mail", {"to": "ü"}, 20.5)
    outbox.add("2", "webhook", {}, -10.25)
    found = outbox.list_waits()
    assert [entry_id for entry_id, _ in found] == ["2", "1"]
    assert [wait for _, wait in found] == pytest.approx([-10.25, 20.5], abs=5)
    outbox.postpone("2", 3, 30.0)
    entry = outbox.get("2")
    assert entry[:4] == ("2", "webhook", {}, 3)
    assert entry.wait == pytest.approx(30, abs=5)
    assert outbox.get("1").message == {"to": "ü"}
    outbox.remove("2")
    assert (outbox.count(), outbox.get("2")) == (1, None)


def test_a_message_is_claimed_by_one_that_knows_how_often_it_was_tried(control):
    outbox = control.outbox
    outbox.add("1", "mail", {}, 5)
    with outbox.claim("1", 0) as first, outbox.claim("1", 0) as second:
        assert (first, second) == (True, False)
        outbox.postpone("1", 1, 5)
    with outbox.claim("1", 0) as first:
        assert not first
    with outbox.claim("1", 1) as first:
        assert first
    with outbox.claim("gone", 0) as first:
        assert not first


def test_a_lease_has_one_holder_at_a_time(control):
    leases = control.leases
    first = leases.take("a")
    assert first.is_held
    assert leases.take("a") is None
    assert leases.take("b") is not None
    assert leases.renew() == []
    leases.give_back(first)
    again = leases.take("a")
    leases.give_back(first)  # a second time: it is not the one that is held
    assert leases.take("a") is None
    leases.give_back(again)


def test_a_guard_has_a_change_rolled_back(control):
    documents = control.documents(Kind.METRIC)

    def refuse():
        assert documents.count("o") == 1  # inside of the transaction
        raise ZeroDivisionError

    with control.database.guarded(refuse):
        with pytest.raises(ZeroDivisionError):
            documents.put("o", "1", {})
        with pytest.raises(ZeroDivisionError), control.transaction():
            documents.put("o", "1", {})
        assert documents.count("o") == 0
    documents.put("o", "1", {})
    assert documents.count("o") == 1


def test_a_guard_is_asked_by_its_own_thread_only(control):
    documents = control.documents(Kind.METRIC)
    with control.database.guarded(lambda: 1 / 0):
        other = threading.Thread(target=documents.put, args=("o", "1", {}))
        other.start()
        other.join()
    assert documents.count("o") == 1


def test_servers_are_seen_until_they_stop(control):
    control.servers.note("1")
    control.servers.note("2")
    control.servers.note("1")
    found = control.servers.list_alive()
    assert [server.id for server in found] == ["1", "2"]
    assert {server.release for server in found} == {__version__}
    assert {server.schema_version for server in found} == {len(MIGRATIONS)}
    assert all(0 <= server.idle <= server.age < 60 for server in found)
    control.database.execute("UPDATE servers SET seen = seen - 61 WHERE id = '1'")
    assert [server.id for server in control.servers.list_alive()] == ["2"]
    control.servers.remove("2")
    assert control.servers.list_alive() == []
    control.database.check_version()


def test_amounts_add_up(control):
    for _ in range(3):
        control.usage.add("o", "m", "inferences", Amount(2, 2**40))
        control.usage.store()
    control.usage.add("o", "m", "ground_truth", Amount(1, 1))
    assert control.usage.totals("o", 0, 2**33) == {
        ("m", "inferences"): Amount(6, 3 * 2**40),
        ("m", "ground_truth"): Amount(1, 1),
    }
    assert control.usage.totals("o", 0, 60) == {}


def test_a_transaction_is_whole_or_nothing(control):
    documents = control.documents(Kind.METRIC)

    def fail_halfway(error):
        with control.transaction():
            documents.put("o", "1", {})
            with control.transaction():
                documents.put("o", "2", {})
            assert documents.count("o") == 2
            raise error

    for error in (ZeroDivisionError, KeyboardInterrupt):
        with pytest.raises(error):
            fail_halfway(error)
        assert documents.list("o") == []
    with control.transaction():
        documents.put("o", "1", {})
    assert documents.list("o") == [{}]


def test_a_broken_constraint_ends_the_transaction_only(control, organization):
    database = control.database
    statement = "INSERT INTO model_groups (id, organization_id, created_at, updated_at) VALUES "

    def insert(*rows):
        with database.transaction():
            for identifier, owner in rows:
                database.execute(f"{statement} (?, ?, '', '')", (identifier, owner))

    for second in (("1", organization), ("2", "no such organization")):
        with pytest.raises(ConstraintError):
            insert(("1", organization), second)
        assert database.scalar("SELECT count(*) FROM model_groups") == 0
    insert(("1", organization))
    assert database.scalar("SELECT count(*) FROM model_groups") == 1


def test_a_wrong_statement_is_an_error_of_the_database(control):
    for _ in range(2):
        with pytest.raises(ControlDatabaseError):
            control.database.rows("SELECT nonsense FROM nothing")
    control.database.check()
    assert control.database.is_in_place()


def test_changes_of_many_threads_are_all_kept(control):
    documents = control.documents(Kind.METRIC)
    documents.put("o", "1", {"count": 0})

    def work():
        for _ in range(20):
            documents.change("o", "1", lambda found: found.update(count=found["count"] + 1))
            control.usage.add("o", "m", "inferences", Amount(1, 1))
            control.usage.store()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert documents.get("o", "1") == {"count": 120}
    assert control.usage.totals("o", 0, 2**33) == {("m", "inferences"): (120, 120)}


@pytest.mark.files_of_sqlite
def test_a_copy_is_a_file_of_sqlite_with_everything(control, organization, tmp_path):
    record = create_model(control, organization, "m")
    control.documents(Kind.METRIC).put(organization, "1", {"a": 1}, model_id=record.id)
    control.alerts.put_crossing("m", "r", "s", Crossing(1, 0, 0.5, 1, 1, raised=True))
    key = control.service_accounts.administrator_key(organization)
    called = []
    control.database.copy_to(tmp_path / "copy.sqlite", lambda: called.append(1))
    assert called == [1]
    with sqlite3.connect(tmp_path / "copy.sqlite") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy = ControlStore(tmp_path / "copy.sqlite", b"s" * 32)
    try:
        assert copy.models.get(organization, record.id).document == record.document
        assert copy.documents(Kind.METRIC).list(None) == [{"a": 1}]
        assert copy.alerts.find_last_raised("r", "s", 5) == 1
        assert copy.service_accounts.administrator_key(organization) == key
        assert [each["name"] for each in copy.organizations.list()] == ["o"]
        copy.organizations.create("another")
        copy.documents(Kind.METRIC).put("o", "2", {})
    finally:
        copy.close()
