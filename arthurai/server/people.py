"""Rules about users that several operations share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.authorization import SUPER_ADMIN
from arthurai.server.control.users import MAX_PASSWORD_LENGTH
from arthurai.server.http.handlers import ApiError, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.control.users import User

INVITATION_KIND: Final = "invitation"
_ADDRESS: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_NAME: Final = re.compile(r"\S(.*\S)?")


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
    authorization = request.app.authorization
    if not authorization.role_exists(organization_id, role):
        raise ApiError(400, f"role {role[:100]!r} does not exist in this organization")
    if not request.caller.is_global and not authorization.may_assign(request.caller, role):
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
    if not _ADDRESS.fullmatch(address):
        raise ApiError(400, f"{where}: {address[:100]!r} is not an e-mail address")


def check_account(body: Mapping[str, Any]) -> None:
    """Check the login data of a new or changed user, as far as they are given.

    Args:
        body: A request with ``email``, ``username``, ``password`` or ``new_password``.

    Raises:
        ApiError: 400 for an impossible value.
    """
    if body.get("email") is not None:
        check_address(body["email"], "body.email")
    username: str | None = body.get("username")
    if username is not None and not (_NAME.fullmatch(username) and username.isprintable()):
        raise ApiError(400, "body.username: a name is printable and has no blanks around it")
    if (
        username is not None
        and "@" in username
        and username.casefold() != (body.get("email") or "").casefold()
    ):
        # one could log in, or lock somebody out, under the address of somebody else
        raise ApiError(400, "body.username: contains @ and is not the user's own address")
    for member in ("password", "new_password"):
        password = body.get(member)
        if password is not None and not 0 < len(password) <= MAX_PASSWORD_LENGTH:
            raise ApiError(
                400, f"body.{member}: a password has 1 to {MAX_PASSWORD_LENGTH} characters"
            )


def change_user(request: Request, user: User, *, may_skip_old_password: bool) -> User:
    """Change what a request says about a user, apart from roles.

    Args:
        request: The request, with an ``UpdateUserRequest`` as its body.
        user: The user.
        may_skip_old_password: Whether a new password may be set without the old one.

    Raises:
        ApiError: 400 for an impossible value, 403 for a wrong old password, 409 for a taken name
            or address.
    """
    body, users = request.body, request.app.control.users
    check_account(body)
    password = body.get("new_password")
    if password is not None and not may_skip_old_password:
        if body.get("old_password") is None:
            raise ApiError(400, "body.old_password: needed to set a new password")
        users.check_old_password(user, body["old_password"])
    with request.app.control.transaction():
        changed = users.update(
            user, username=body.get("username"), email=body.get("email"), profile=body
        )
        if password is not None:
            users.set_password(changed, password)
    return changed


def may_administer(request: Request, user: User) -> None:
    """Check that the caller stands above a user: may give their role, in all their organisations.

    Args:
        request: The request.
        user: The user.

    Raises:
        ApiError: 403 when they do not.
    """
    caller = request.caller
    if SUPER_ADMIN in caller.roles:
        return
    role = user.roles[request.organization_id]
    if not request.app.authorization.may_assign(caller, role):
        raise ApiError(403, "this user has rights over people that the caller lacks")
    if not user.roles.keys() <= caller.memberships.keys():
        raise ApiError(
            403,
            "this user belongs to other organizations too; only the user can change the account",
        )
