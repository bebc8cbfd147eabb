"""`arthurai key`, `users`, `keys` and `orgs`: who may use a server.

All but `key` call operations of the API, on a server that runs or on a data directory that is
opened for the moment, so rights and rules are those of the API.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.commands.serve_settings import parse_storage
from arthurai.commands.server_commands import (
    add_json_option,
    add_server_command,
    check_owner,
    run_and_print,
)

if TYPE_CHECKING:
    import argparse

    from arthurai.client.client import ArthurAI
    from arthurai.commands.server_commands import AddCommand, Rows
    from arthurai.server.storage.s3_address import S3Place
    from arthurai_api.models import PaginatedInvitations, PaginatedUsers

_ROLES: Final = "e.g. 'Administrator', 'Model Owner' or 'User'; quote names with a blank"
_PAGE_SIZE: Final = 100
_PASSWORD_BYTES: Final = 12


def add_access_commands(commands: Any, add: AddCommand, *, needs: str) -> None:
    """Add the commands to a parser.

    Args:
        commands: The subparsers of `arthurai`.
        add: Adds a command with a summary.
        needs: The extra that `key` needs.
    """
    key = add(commands, "key", "print or replace the administrator's key of a data directory")
    key.add_argument(
        "directory",
        type=parse_storage,
        help="the data directory, or for a lake the storage; a server may have it open",
    )
    key.add_argument(
        "--new", action="store_true", help="make a new key; the present one stops working at once"
    )
    key.add_argument(
        "--control",
        metavar="ADDRESS",
        help="the database in PostgreSQL that `arthurai serve` was started with",
    )
    add_json_option(key)
    key.set_defaults(run=run_and_print(_key), needs=needs)

    users = _group(commands, add, "users", "list and change the users of an organization")
    add_server_command(users, add, "list", "list the users", _list_users)
    added = add_server_command(users, add, "add", "add a user", _add_user)
    added.add_argument("email", help="mail address")
    added.add_argument("--username", help="login name (default: the mail address)")
    added.add_argument("--role", required=True, help=_ROLES)
    _add_password(added)
    add_server_command(users, add, "invitations", "list the open invitations", _list_invitations)
    withdrawn = add_server_command(
        users, add, "withdraw", "withdraw an invitation", _withdraw_invitation
    )
    withdrawn.add_argument("email", help="the address that was invited")
    disabled = add_server_command(
        users, add, "disable", "end a user's access, sessions and keys", _disable_user
    )
    role = add_server_command(users, add, "role", "give a user another role", _set_role)
    reset = add_server_command(users, add, "reset", "give a user a new password", _reset_password)
    for command in (disabled, role, reset):
        command.add_argument("user", help="login name, mail address or id")
    role.add_argument("role", help=_ROLES)
    _add_password(reset)

    keys = _group(commands, add, "keys", "list and change the API keys of an organization")
    add_server_command(keys, add, "list", "list the keys, without the secrets", _list_keys)
    created = add_server_command(keys, add, "add", "make a key, and print it", _add_key)
    created.add_argument("description", help="what it is for")
    created.add_argument("--role", required=True, help=_ROLES)
    revoked = add_server_command(keys, add, "revoke", "end a key", _revoke_key)
    revoked.add_argument("id", help="the key's id, as in `arthurai keys list`")

    orgs = _group(commands, add, "orgs", "list and change the organizations of a server")
    add_server_command(orgs, add, "list", "list the organizations", _list_organizations)
    made = add_server_command(orgs, add, "add", "add an organization", _add_organization)
    made.add_argument("name", help="its name")
    deleted = add_server_command(
        orgs, add, "delete", "delete an empty organization", _delete_organization
    )
    deleted.add_argument("target", metavar="organization", help="its name or id")


def _group(commands: Any, add: AddCommand, name: str, summary: str) -> Any:
    return add(commands, name, summary).add_subparsers(required=True, metavar="command")


def _add_password(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input (default: make one, and print it)",
    )


def _key(options: argparse.Namespace) -> Rows:
    from arthurai.server.secret import load_secret
    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.store_pair import find_control

    location: Path | str | None
    if isinstance(options.directory, Path):
        check_owner(options.directory)
        location = find_control(options.directory, options.control)
        secret = load_secret(options.directory)
    else:
        location, secret = options.control, _read_stored_secret(options.directory)
        if location is None:
            raise ValueError("a storage in S3 needs --control, the database in PostgreSQL")
    control = ControlStore(location, secret)
    try:
        key = control.service_accounts.administrator_key(
            control.organizations.list()[0]["id"], renew=options.new
        )
    finally:
        control.close()
    return ({"ARTHUR_API_KEY": key},)


def _read_stored_secret(place: S3Place) -> bytes:
    """Return the secret of servers that share a storage.

    Raises:
        OSError: There is none, or it cannot be read.
        ValueError: It was damaged.
    """
    from arthurai.server.secret import SECRET_NAME, read_stored_secret
    from arthurai.server.storage.bucket_files import BucketFiles
    from arthurai.server.storage.s3_errors import StorageUnavailableError

    try:
        return read_stored_secret(BucketFiles(place))
    except FileNotFoundError:
        message = f"{place.name!r} is no storage of a server: it has no {SECRET_NAME}"
    except StorageUnavailableError as error:
        message = str(error)
    raise OSError(message)


def _list_users(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    del options
    return [_show_user(user) for user in _all_users(arthur)]


def _all_users(arthur: ArthurAI) -> list[Any]:
    from arthurai.common.pagination import collect_pages
    from arthurai_api.api.users import list_users

    def fetch(number: int) -> PaginatedUsers:
        return list_users.sync(client=arthur.api, page=number, page_size=_PAGE_SIZE)

    return collect_pages(fetch, lambda page: page.data)


def _find_user(arthur: ArthurAI, name: str) -> Any:
    users = _all_users(arthur)
    for member in ("id", "username", "email"):
        found = [user for user in users if getattr(user, member) == name]
        if found:
            return max(found, key=lambda user: bool(user.active))
    raise ValueError(f"the organization has no user {name!r}; `arthurai users list` shows them")


def _show_user(user: Any) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "role": ", ".join(user.roles),
        "active": bool(user.active),
    }


def _read_password(options: argparse.Namespace) -> str:
    if not options.password_stdin:
        return secrets.token_urlsafe(_PASSWORD_BYTES)
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise ValueError("standard input holds no password")
    return password


def _with_password(user: Any, password: str, options: argparse.Namespace) -> Rows:
    shown = _show_user(user)
    return (shown if options.password_stdin else {**shown, "password": password},)


def _add_user(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.users import create_user
    from arthurai_api.models import NewUserRequest

    password = _read_password(options)
    body = NewUserRequest(
        email=options.email,
        username=options.username or options.email,
        password=password,
        roles=[options.role],
    )
    return _with_password(create_user.sync(client=arthur.api, body=body), password, options)


def _list_invitations(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai.common.pagination import collect_pages
    from arthurai_api.api.users import list_invitations

    del options

    def fetch(number: int) -> PaginatedInvitations:
        return list_invitations.sync(client=arthur.api, page=number, page_size=_PAGE_SIZE)

    invitations = collect_pages(fetch, lambda page: page.data)
    return [
        {
            "email": invitation.email,
            "organization": invitation.organization_id,
            "invited_by": invitation.invited_by,
            "expires_at": invitation.expires_at or None,
        }
        for invitation in invitations
    ]


def _withdraw_invitation(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.users import withdraw_invitation

    withdraw_invitation.sync(options.email, client=arthur.api)
    return ({"email": options.email, "withdrawn": True},)


def _disable_user(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.users import delete_user

    user = _find_user(arthur, options.user)
    delete_user.sync(user.id, client=arthur.api)
    return ({**_show_user(user), "active": False},)


def _set_role(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.users import update_user
    from arthurai_api.models import UpdateUserRequest

    user = _find_user(arthur, options.user)
    body = UpdateUserRequest(roles=[options.role])
    return (_show_user(update_user.sync(user.id, client=arthur.api, body=body)),)


def _reset_password(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.users import update_user
    from arthurai_api.models import UpdateUserRequest

    user = _find_user(arthur, options.user)
    password = _read_password(options)
    body = UpdateUserRequest(new_password=password)
    changed = update_user.sync(user.id, client=arthur.api, body=body)
    return _with_password(changed, password, options)


def _list_keys(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.service_accounts import list_service_accounts

    del options
    page = list_service_accounts.sync(client=arthur.api)
    return [_show_key(account) for account in page.data or ()]


def _show_key(account: Any) -> dict[str, Any]:
    return {"id": account.id, "description": account.description, "role": account.role}


def _add_key(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.service_accounts import create_service_account
    from arthurai_api.models import Role, ServiceAccountRequest

    known = [role.value for role in Role]
    if options.role not in known:
        raise ValueError(f"--role must be one of {', '.join(known)}, got {options.role!r}")
    body = ServiceAccountRequest(description=options.description, role=Role(options.role))
    account = create_service_account.sync(client=arthur.api, body=body)
    return ({**_show_key(account), "ARTHUR_API_KEY": account.token},)


def _revoke_key(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.service_accounts import delete_service_account

    delete_service_account.sync(options.id, client=arthur.api)
    return ({"id": options.id, "revoked": True},)


def _list_organizations(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.organizations import list_my_organizations

    del options
    return [
        {"id": found.id, "name": found.name}
        for found in list_my_organizations.sync(client=arthur.api)
    ]


def _add_organization(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.organizations import create_organization
    from arthurai_api.models import NewOrganizationRequest

    body = NewOrganizationRequest(name=options.name)
    made = create_organization.sync(client=arthur.api, body=body)
    return ({"id": made.id, "name": made.name},)


def _delete_organization(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    from arthurai_api.api.organizations import delete_organization

    known = _list_organizations(arthur, options)
    found = [each for each in known if options.target in {each["id"], each["name"]}]
    if not found:
        raise ValueError(f"there is no organization {options.target!r}")
    delete_organization.sync(found[0]["id"], client=arthur.api)
    return ({**found[0], "deleted": True},)
