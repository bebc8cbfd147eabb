"""The ledger names every operation, and the roles grant what operations need."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "raw-calls.md"
FIELDS = {
    "wrapped": {"status", "call", "served"},
    "raw": {"status", "reason", "served"},
    "planned": {"status", "call", "served"},
}
# every right that exists, from the permission table of the API
RIGHTS = {
    "organization_global": {"read", "write"},
    "organization": {"read", "delete"},
    "system_config": {"write"},
    "custom_roles": {"read", "write", "delete"},
    "user": {"read", "write", "delete"},
    "invite_user": {"write"},
    "service_account": {"read", "write", "delete"},
    "authentication_config": {"read", "write"},
    "organization_metrics": {"read"},
    "organization_usage": {"read"},
    "model": {"read", "write", "delete"},
    "tag": {"read", "write", "delete"},
    "pinned_columns": {"read", "write", "delete"},
    "enrichment_config": {"read", "write"},
    "enrichment_status": {"write"},
    "model_status": {"write"},
    "metric_query": {"read", "write", "delete"},
    "raw_data": {"read", "write"},
    "reference_data": {"read", "write"},
    "ground_truth": {"write"},
    "query": {"execute"},
    "alert": {"read", "resolve", "notify"},
    "alert_rule": {"read", "write", "delete"},
    "alert_notification_config": {"read", "write", "delete"},
    "alert_summary": {"notify"},
    "alert_summary_config": {"read", "write", "delete"},
    "alert_summary_subscriber": {"read", "write", "delete"},
    "insight": {"read", "resolve"},
}


def _rights(grants):
    return {(resource, action) for resource, actions in grants.items() for action in actions}


def test_the_ledger_lists_the_operations_in_their_order(operations, ledger):
    assert list(ledger) == list(operations)


def test_rows_are_complete(ledger):
    for name, row in ledger.items():
        assert set(row) == FIELDS[row["status"]], name
        assert isinstance(row["served"], bool), name
        calls = row.get("call", [])
        for call in [calls] if isinstance(calls, str) else calls:
            assert call.startswith("arthurai."), name
        assert row.get("reason", "x").strip(), name


def test_what_the_official_sdk_calls_has_a_curated_call(operations, ledger):
    for name, (_, _, _, operation) in operations.items():
        if operation.get("x-official-sdk"):
            assert ledger[name]["status"] != "raw", name


def test_the_bundle_carries_the_roles(bundle, roles):
    assert bundle["x-roles"] == roles


def test_the_ten_standard_roles(roles):
    assert set(roles) == {
        "User",
        "Model Owner",
        "Administrator",
        "Super Admin",
        "Model Reader",
        "Alert Manager",
        "Model Writer",
        "Free Tier User",
        "Org Manager",
        "Org Creator",
    }


def test_roles_grant_known_rights_only(roles):
    for role, grants in roles.items():
        unknown = _rights(grants) - _rights(RIGHTS)
        assert not unknown, (role, unknown)


def test_super_administrators_may_do_everything(roles):
    assert _rights(roles["Super Admin"]) == _rights(RIGHTS)


@pytest.mark.parametrize(
    ("lesser", "greater"),
    [
        ("User", "Model Owner"),
        ("Model Owner", "Administrator"),
        ("Model Reader", "User"),
        ("Model Reader", "Model Writer"),
        ("Model Writer", "Model Owner"),
        ("Free Tier User", "Model Owner"),
    ],
)
def test_greater_roles_include_lesser_ones(roles, lesser, greater):
    assert _rights(roles[lesser]) < _rights(roles[greater])


def test_rights_beyond_one_organisation_stay_with_their_roles(roles):
    beyond = {"organization_global", "system_config", "custom_roles", "model_status"}
    beyond |= {"enrichment_status"}
    holders = {role for role, grants in roles.items() if beyond & set(grants)}
    assert holders == {"Super Admin", "Org Creator"}


def test_each_operation_without_a_public_call_is_called_on_a_page(ledger, operations):
    """The page itself is run by `tests/docs`."""
    text = PAGE.read_text("utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    imported = {
        (tag, name)
        for tag, names in re.findall(
            r"^from arthurai_api\.api\.(\w+) import (\([^)]*\)|.*)$", code, re.MULTILINE
        )
        for name in re.findall(r"\w+", names)
    }
    raw = {name for name, row in ledger.items() if row["status"] == "raw"}
    for name in raw:
        assert (operations[name][3]["tags"][0], name) in imported, name
        assert re.search(rf"\b{name}\.sync\(|\.iterate\({name}\b", code), name
