"""Rules about users that several operations share."""

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
    from arthurai.server.storage.documents.stored_users import User

MAX_NAME_LENGTH: Final = 255
_ADDRESS: Final = re.compile(r"[^\s@,;:<>\"()\[\]\\]+@[^\s@,;:<>\"()\[\]\\/]+")
_NAME: Final = re.compile(r"\S(.*\S)?")
_MANAGE: Final = Permission("user", "write")


def check_role(request: Request, organization_id: str, role: str) -> None:
    """Check that the caller may give a role to somebody.

    Args:
        request: The request.
        organization_id: Where the role is to hold.
        role: Name of the role.

    Raises:
        ApiError: 400 for a role that does not exist, 403 for one with rights over people or
            organisations that the caller lacks.
    """
    authorization = request.services.authorization
    if not authorization.role_exists(organization_id, role):
        raise ApiError(400, f"role {role[:100]!r} does not exist in this organization")
    if not request.principal.is_global and not authorization.may_assign(request.principal, role):
        raise ApiError(403, f"role {role[:100]!r} has rights over people that the caller lacks")


def one_role(roles: Sequence[str]) -> str:
    """Return the only role of a list.

    Raises:
        ApiError: 400 when there is none or more than one.
    """
    if len(set(roles)) != 1:
        raise ApiError(400, f"roles: {len(set(roles))} roles; a user has exactly one")
    return roles[0]


def check_address(address: str, where: str) -> None:
    """Check that a text can be a mail address; it ends up in mail headers.

    Raises:
        ApiError: 400 when it cannot.
    """
    possible = len(address) <= MAX_NAME_LENGTH and address.isprintable()
    if not (possible and _ADDRESS.fullmatch(address)):
        raise ApiError(400, f"{where}: {address[:100]!r} is not an e-mail address")


def check_account(body: Mapping[str, Any], user: User | None = None) -> None:
    """Check the login data of a new or changed user, as far as they are given.

    Args:
        body: A request with ``email``, ``username``, ``password`` or ``new_password``.
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
            f"body.username: a name is printable, has no blanks around it and at most "
            f"{MAX_NAME_LENGTH} characters",
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
            raise ApiError(
                400, f"body.{member}: a password has 1 to {MAX_PASSWORD_LENGTH} characters"
            )


def change_user(
    request: Request, user: User, *, may_skip_old_password: bool, role: str | None = None
) -> User:
    """Change what a request says about a user and return the new state.

    Args:
        request: The request, with an ``UpdateUserRequest`` as its body.
        user: The user.
        may_skip_old_password: Whether a new password may be set without the old one.
        role: New role in the organisation of the request; ``None`` keeps it.

    Raises:
        ApiError: 400 for an impossible value or when the organisation would lose its last manager,
            403 for a wrong old password or a role that the caller cannot give, 409 for a taken
            name or address.
    """
    body, users = request.body, request.stores.control.users
    check_account(body, user)
    password, password_hash = body.get("new_password"), None
    if password is not None:
        if not may_skip_old_password:
            if body.get("old_password") is None:
                raise ApiError(400, "body.old_password: needed to set a new password")
            users.check_old_password(user, body["old_password"])
        password_hash = users.hashed(password)
    with request.stores.control.transaction():
        users.update(user, username=body.get("username"), email=body.get("email"), profile=body)
        if password_hash is not None:
            users.set_password(user, password_hash)
        if role is not None:
            check_role(request, request.organization_id, role)
            users.join(user.id, request.organization_id, role)
            check_manager_left(request, user, request.organization_id)
    return users.get(user.id)


def may_administer(request: Request, user: User) -> None:
    """Check that the caller stands above a user in all organisations of the user.

    There the caller must have the permission of the operation and be able to give the user's role.

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


def check_manager_left(request: Request, user: User, organization_id: str) -> None:
    """Check, after a change, that an organisation still has somebody who manages its users.

    Super administrators may leave one without: they can make another.

    Args:
        request: The request.
        user: The changed user, as they were before.
        organization_id: The organisation.

    Raises:
        ApiError: 400 when the user was the last one.
    """
    authorization, users = request.services.authorization, request.stores.control.users

    def manages(member: User) -> bool:
        granted = authorization.grants([member.roles[organization_id]], organization_id)
        return member.active and _MANAGE in granted

    if request.principal.is_global or organization_id not in user.roles or not manages(user):
        return
    if not any(manages(member) for member in users.members(organization_id)):
        raise ApiError(
            400,
            f"{user.username!r} is the last user who manages users of this organization; give "
            "somebody else a role that does first",
        )
