"""Probes of roles: what the document grants to each role is allowed to it, and nothing else."""

from __future__ import annotations

from contextlib import nullcontext
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.path_router import path_parameters
from arthurai.contract import sample_data
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import (
    created_resources,
    example_files,
    required_query,
)
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.write_guard import WriteRefusedError, is_read_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_KEY_ROLES: Final = ("User", "Model Owner", "Administrator")
# Its grants reach beyond the organization of the run.
_OUT_OF_REACH: Final = frozenset({"Super Admin"})
# An inexistent address or a rejected body is not a matter of permissions.
_NOT_A_RIGHT: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
# What they need beyond their permission depends on what the request names.
_NEEDS_MORE: Final = frozenset({"invite_users", "create_user", "create_service_account"})
_DATA: Final = (("raw_data", "read"), ("reference_data", "read"))


def _credential_of(context: ProbeContext, role: str) -> str | None:
    """Return a credential of a role, `None` when the server does not give it."""
    name = f"role {role}"
    if not context.client.has_key(name):
        if role in _KEY_ROLES:
            body = sample_data.service_account(role=role)
            response = context.call("create_service_account", json=body)
            context.fixtures.adopt("create_service_account", {}, response.json)
            token = response.get("token")
            if isinstance(token, str):
                context.client.add_key(name, token)
        else:
            user = sample_data.user(roles=[role])
            response = context.call("create_user", json=user)
            context.fixtures.adopt("create_user", {}, response.json)
            if response.ok:
                context.fixtures.log_in(name, user)
    return name if context.client.has_key(name) else None


def _roles(context: ProbeContext) -> Mapping[str, Mapping[str, list[str]]]:
    roles: dict[str, Any] = context.client.conformance.bundle["x-roles"]
    return {name: granted for name, granted in roles.items() if name not in _OUT_OF_REACH}


@PROBES.probe("roles")
def check_roles(context: ProbeContext) -> None:
    """Each operation is open to the roles that have its permission, and closed to the others."""
    chosen = [
        operation
        for name, operation in context.operations.items()
        if name in context.selected and operation.permission is not None
    ]
    if not chosen:
        return
    for role, granted in _roles(context).items():
        credential = _credential_of(context, role)
        if credential is None:
            if role in _KEY_ROLES:
                raise ProbeStoppedError("create_service_account")
            continue
        for operation in chosen:
            resource, action = operation.permission or ("", "")
            allowed = action in granted.get(resource, ())
            if allowed and not _is_harmless(operation):
                continue
            if allowed and operation.checks_data_permission and not _reads_data(granted):
                continue
            context.run("roles", _check_operation, context, operation, role, credential, allowed)


def _reads_data(granted: Mapping[str, list[str]]) -> bool:
    """Return whether a role may read every kind of rows."""
    return all(action in granted.get(resource, ()) for resource, action in _DATA)


def _is_harmless(operation: Operation) -> bool:
    """Return whether an allowed request would leave nothing behind that is not removed."""
    return operation.operation_id not in _NEEDS_MORE and (
        bool(path_parameters(operation.path))
        or is_read_only(operation)
        or operation.operation_id in created_resources()
    )


def _check_operation(
    context: ProbeContext, operation: Operation, role: str, credential: str, allowed: bool
) -> None:
    response = _call_unknown(context, operation, credential)
    if response is None:
        return
    inferred = operation.spec.get("x-permission-inferred")
    with context.inferred() if inferred else nullcontext():
        why = f"for the role {role!r}"
        if not allowed:
            kind = "permission not checked"
            context.expect_status(response, HTTPStatus.FORBIDDEN, kind, why=why)
        else:
            text = f"{why} the document grants it, got {response.status}"
            context.expect(
                response.status not in _NOT_A_RIGHT, "permission missing", text, response
            )


def _call_unknown(context: ProbeContext, operation: Operation, credential: str) -> Response | None:
    """Call an operation on objects that do not exist, or with a name of this run."""
    name = operation.operation_id
    path = context.fixtures.unknown_path(operation)
    try:
        response = context.call(
            name,
            path,
            query=required_query(operation),
            json=context.fixtures.valid_body(name),
            files=example_files(operation),
            credential=credential,
        )
    except WriteRefusedError:
        return None
    context.fixtures.adopt(name, path, response.json)
    return response


@PROBES.probe("permissions of a role", "list_my_permissions", "authorize", "get_auth_info")
def check_permissions(context: ProbeContext) -> None:
    """The permissions that a caller is told are those of the role in the document."""
    for role in _KEY_ROLES:
        granted = _roles(context)[role]
        credential = _credential_of(context, role)
        if credential is None:
            raise ProbeStoppedError("create_service_account")
        expected = {(resource, action) for resource, all_ in granted.items() for action in all_}
        response = context.call_ok("list_my_permissions", credential=credential)
        found = {(row.get("resource"), row.get("action")) for row in response.rows}
        text = f"{role}: missing {sorted(expected - found)}, too many {sorted(found - expected)}"
        context.expect(found == expected, "permissions", text, response)
        _check_authorize(context, role, credential, expected)
        info = context.call_ok("get_auth_info", credential=credential)
        context.expect_members({"roles": [role]}, "roles", info)
        here = context.call_ok("get_current_organization", credential=credential).get("id")
        context.expect_members({"organization_ids": [here]}, "organizations", info)


def _check_authorize(
    context: ProbeContext, role: str, credential: str, expected: set[tuple[str, str]]
) -> None:
    everything = {
        (resource, action)
        for granted in context.client.conformance.bundle["x-roles"].values()
        for resource, actions in granted.items()
        for action in actions
    }
    for resource, action in sorted(everything):
        body = {"resource": resource, "action": action}
        response = context.call("authorize", json=body, credential=credential)
        granted = (resource, action) in expected
        status = HTTPStatus.OK if granted else HTTPStatus.FORBIDDEN
        why = f"for {action} of {resource} by the role {role!r}"
        context.expect_status(response, status, "permission not checked", why=why)
