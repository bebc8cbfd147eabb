"""Users: checking and changing their accounts and roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import Permission
from arthurai.server.http.api_errors import ApiError
from arthurai.server.principals import SUPER_ADMIN
from arthurai.server.storage.documents.stored_users import MAX_PASSWORD_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.http.request import Request
    from arthurai.server.principals import Principal
    from arthurai.server.services import Services
    from arthurai.server.storage.documents.stored_users import User

MAX_NAME_LENGTH: Final = 255
_ADDRESS: Final = re.compile(r"[^\s@,;:<>\"()\[\]\\]+@[^\s@,;:<>\"()\[\]\\/]+")
_NAME: Final = re.compile(r"\S(.*\S)?")
MANAGE_USERS: Final = Permission("user", "write")


def check_role(services: Services, principal: Principal, organization_id: str, role: str) -> None:
    """Raise unless the principal may give a role to somebody.

    Args:
        services: The services.
        principal: Who wants to give the role.
        organization_id: Where the role is to be given.
        role: Name of the role.

    Raises:
        ApiError: 400 for a role that does not exist, 403 for one with rights over people or
            organizations that the principal lacks.
    """
    authorization = services.authorization
    if not authorization.role_exists(organization_id, role):
        raise ApiError(400, f"role {role[:100]!r} does not exist in this organization")
    if not principal.is_global and not authorization.may_assign(principal, role):
        raise ApiError(403, f"role {role[:100]!r} has rights over people that the caller lacks")


def parse_role(roles: Sequence[str]) -> str:
    """Return the only role of a list.

    Raises:
        ApiError: 400 when there is none or more than one.
    """
    if len(set(roles)) != 1:
        raise ApiError(400, f"roles: must be exactly one role, got {len(set(roles))}")
    return roles[0]


def check_address(address: str, where: str) -> None:
    """Raise unless a text can be a mail address; it ends up in mail headers.

    Raises:
        ApiError: 400 when it cannot.
    """
    is_valid = len(address) <= MAX_NAME_LENGTH and address.isprintable()
    if not (is_valid and _ADDRESS.fullmatch(address)):
        raise ApiError(400, f"{where}: must be an e-mail address, got {address[:100]!r}")


def check_account(body: Mapping[str, Any], user: User | None = None) -> None:
    """Raise for impossible login data of a new or changed user.

    Args:
        body: A request with `email`, `username`, `password` or `new_password`.
        user: The user before the change.

    Raises:
        ApiError: 400 for an impossible value.
    """
    if body.get("email") is not None:
        check_address(body["email"], "body.email")
    username: str | None = body.get("username")
    if username is not None and not (
        len(username) <= MAX_NAME_LENGTH and _NAME.fullmatch(username) and username.isprintable()
    ):
        raise ApiError(
            400,
            f"body.username: must be a printable string of at most {MAX_NAME_LENGTH} characters "
            "without surrounding blanks",
        )
    username = username or (user.username if user else "")
    email: str = body.get("email") or (user.email if user else "")
    if "@" in username and username.casefold() != email.casefold():
        # one could log in, or lock somebody out, under the address of somebody else
        raise ApiError(
            400,
            f"body.username: {username[:100]!r} contains @ and is not the user's own address "
            f"{email[:100]!r}; choose a name without @, or change both together",
        )
    for member in ("password", "new_password"):
        password = body.get(member)
        if password is not None and not 0 < len(password) <= MAX_PASSWORD_LENGTH:
            raise ApiError(400, f"body.{member}: must have 1 to {MAX_PASSWORD_LENGTH} characters")


def change_user(
    request: Request, user: User, *, may_skip_old_password: bool, role: str | None = None
) -> User:
    """Change a user as a request says; return the new state.

    Args:
        request: The request, with an `UpdateUserRequest` as its body.
        user: The user.
        may_skip_old_password: Whether a new password may be set without the old one.
        role: New role in the organization of the request; `None` keeps the present one.

    Raises:
        ApiError: 400 for an impossible value or when the organization would lose its last manager,
            403 for a wrong old password or a role that the principal cannot give, 409 for a taken
            name or address.
    """
    body, users = request.body, request.stores.control.users
    check_account(body, user)
    password, password_hash = body.get("new_password"), None
    if password is not None:
        if not may_skip_old_password:
            if body.get("old_password") is None:
                raise ApiError(400, "body.old_password: is required to set a new password")
            users.check_old_password(user, body["old_password"], request.address)
        password_hash = users.hash_password(password)
    with request.stores.control.transaction():
        users.update(user, username=body.get("username"), email=body.get("email"), profile=body)
        if password_hash is not None:
            users.set_password(user, password_hash)
        if role is not None:
            check_role(request.services, request.principal, request.organization_id, role)
            users.join(user.id, request.organization_id, role)
            end_excess_keys(request.services, user, request.organization_id, role)
            check_manager_left(request.services, request.principal, user, request.organization_id)
    return users.get(user.id)


def end_excess_keys(services: Services, user: User, organization_id: str, role: str) -> None:
    """Delete the keys of a user that may do more than the user's new role; they stop working.

    Args:
        services: The services.
        user: The user.
        organization_id: Where the role has changed.
        role: The new role.
    """
    granted = services.authorization.grants([role], organization_id)
    accounts = services.stores.control.service_accounts
    for account in accounts.list_of_creator(user.id):
        if account.organization_id == organization_id and not (
            services.authorization.grants([account.role], organization_id) <= granted
        ):
            accounts.delete(organization_id, account.id)


def check_administers(request: Request, user: User) -> None:
    """Raise unless the principal may change a user in all organizations of the user.

    There the principal must have the permission of the operation and be able to give the user's
    role.

    Args:
        request: The request.
        user: The user.

    Raises:
        ApiError: 403 when they do not.
    """
    principal, services = request.principal, request.services
    if SUPER_ADMIN in principal.roles:
        return
    for organization_id, role in user.roles.items():
        if organization_id not in principal.memberships:
            raise ApiError(
                403,
                "this user belongs to other organizations too; only the user can change the "
                "account",
            )
        there = services.authentication.enter(principal, organization_id)
        services.authorization.require(there, request.operation.permission)
        if not services.authorization.may_assign(there, role):
            raise ApiError(403, "this user has rights over people that the caller lacks")


def check_manager_left(
    services: Services, principal: Principal, user: User, organization_id: str
) -> None:
    """Raise if, after a change, nobody manages the users of an organization any more.

    Super administrators may leave an organization without: they can make another manager.

    Args:
        services: The services.
        principal: Who made the change.
        user: The changed user, as they were before.
        organization_id: The organization.

    Raises:
        ApiError: 400 when the user was the last one.
    """
    authorization, users = services.authorization, services.stores.control.users

    def manages(member: User) -> bool:
        granted = authorization.grants([member.roles[organization_id]], organization_id)
        return member.active and MANAGE_USERS in granted

    if principal.is_global or organization_id not in user.roles or not manages(user):
        return
    if not any(manages(member) for member in users.list_members(organization_id)):
        raise ApiError(
            400,
            f"{user.username!r} is the last user who manages users of this organization; give "
            "somebody else a role that does first",
        )
