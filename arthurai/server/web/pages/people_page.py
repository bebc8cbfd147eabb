"""People, keys, roles and notification channels of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import load_bundle
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import Page, Redirect, page

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

PAGE_SIZE: Final = 50
MAX_MODELS: Final = 500
EMAIL: Final = "email"
CHANNELS: Final = {
    EMAIL: "Mail to a member",
    "slack": "Slack (incoming webhook)",
    "teams": "Teams (workflow for webhooks)",
    "pagerduty": "PagerDuty (routing key or mail address)",
    "servicenow": "ServiceNow",
    "webhook": "Another web address (signed JSON)",
}
DELIVERIES: Final = 20
"""Messages that the page shows."""


@page("/people")
def show_people(view: View) -> Answer:
    """List members, keys, roles and channels, as far as the person may see them."""
    return _people(view)


@page("/people/keys", method="POST")
def create_key(view: View) -> Answer:
    """Create an API key and show it, once."""
    body = {"description": view.form.get("description", ""), "role": view.form.get("role", "")}
    created = view.api.call("create_service_account", body=body)
    return _people(view, created)


@page("/people/keys/<account_id>", method="POST")
def delete_key(view: View) -> Answer:
    """Delete an API key."""
    view.api.call("delete_service_account", {"service_account_id": view.params["account_id"]})
    return Redirect("/people", "The key no longer works.")


@page("/people/users", method="POST")
def create_user(view: View) -> Answer:
    """Add a member."""
    form = view.form
    body = {
        "username": form.get("username", ""),
        "email": form.get("email", ""),
        "password": form.get("password", ""),
        "roles": [form.get("role", "")],
    }
    view.api.call("create_user", body=body)
    return Redirect("/people", f"{body['username']} can log in.")


@page("/people/users/<user_id>", method="POST")
def delete_user(view: View) -> Answer:
    """Deactivate a member."""
    view.api.call("delete_user", {"user_id": view.params["user_id"]})
    return Redirect("/people", "The account is deactivated.")


@page("/people/invitations", method="POST")
def withdraw_invitation(view: View) -> Answer:
    """Withdraw an invitation."""
    view.api.call("withdraw_invitation", {"email": view.form.get("email", "")})
    return Redirect("/people", "The invitation opens no account any more.")


@page("/people/channels", method="POST")
def create_channel(view: View) -> Answer:
    """Notify somebody of the alerts of a model."""
    form = view.form
    body: dict[str, Any] = {"model_id": form.get("model_id", ""), "type": form.get("type", "")}
    if body["type"] == EMAIL:
        body["user_id"] = form.get("user_id", "") or None
    else:
        body["destination"] = form.get("destination", "") or None
    created = view.api.call("create_alert_notification_configuration", body=body)
    if created.get("signing_secret"):
        return _people(view, channel=created)
    return Redirect("/people", "The channel is in force.")


@page("/people/channels/<channel_id>", method="POST")
def delete_channel(view: View) -> Answer:
    """Delete a channel."""
    wanted = {"configuration_id": view.params["channel_id"]}
    view.api.call("delete_alert_notification_configuration", wanted)
    return Redirect("/people", "The channel is deleted.")


def _people(
    view: View,
    created: dict[str, Any] | None = None,
    channel: dict[str, Any] | None = None,
) -> Page:
    number = view.number
    users: dict[str, Any] = {"data": [], "total_count": 0, "total_pages": 1}
    if view.may("list_users"):
        wanted = {"page": number, "page_size": PAGE_SIZE, "sort": "username"}
        users = view.api.call("list_users", wanted)
    invitations = view.api.pages("list_invitations") if view.may("list_invitations") else []
    keys, channels, models, names = [], [], [], {}
    if view.may("list_service_accounts"):
        keys = view.api.call("list_service_accounts")["data"]
    if view.may("list_alert_notification_configurations"):
        channels = view.api.pages("list_alert_notification_configurations")
        if view.may("list_models"):
            models = view.api.call("list_models", {"page_size": 500, "sort": "display_name"})[
                "data"
            ]
            names = {m["id"]: m.get("display_name") or m["partner_model_id"] for m in models}
    deliveries = []
    if view.may("list_notification_deliveries"):
        newest = view.api.call("list_notification_deliveries", {"page_size": DELIVERIES})
        deliveries = newest["data"]
    roles = _roles(view)
    assignable = list(load_bundle()["components"]["schemas"]["Role"]["enum"])
    values = {
        "users": users["data"],
        "invitations": invitations,
        "total": users["total_count"],
        "number": number,
        "last": max(1, users["total_pages"]),
        "keys": [{k: v for k, v in key.items() if k != "token"} for key in keys],
        "created": created,
        "new_channel": channel,
        "channels": channels,
        "deliveries": deliveries,
        "channel_types": CHANNELS,
        "models": models,
        "names": names,
        "roles": roles,
        "key_roles": assignable,
        "user_roles": [*assignable, *(role["name"] for role in roles if role["custom"])],
    }
    return Page("people.html", "People", values)


def _roles(view: View) -> list[dict[str, Any]]:
    """Return the standard roles and the custom ones, with what they permit."""
    found = [
        {"name": name, "grants": grants, "custom": False}
        for name, grants in load_bundle()["x-roles"].items()
    ]
    if view.may("list_custom_roles"):
        try:
            custom = view.api.call("list_custom_roles")["roles"]
        except OperationError:
            custom = []
        for role in custom:
            grants: dict[str, list[str]] = {}
            for permission in role.get("permissions") or ():
                grants.setdefault(permission["resource"], []).append(permission["action"])
            found.append({"name": role["role_name"], "grants": grants, "custom": True})
    return found
