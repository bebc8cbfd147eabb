"""`arthurai key`, `users`, `keys` and `orgs`: who may use a server.

All but `key` call operations of the API, on a server that runs or on a data directory that is
opened for the moment, so rights and rules are those of the API.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.commands.command_line import fail
from arthurai.common.hosts import leads_to_loopback
from arthurai.common.settings import URL_VARIABLE, read_variable
from arthurai.common.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from arthurai.client.client import ArthurAI

    Rows = Sequence[dict[str, Any]]
    AddCommand = Callable[..., argparse.ArgumentParser]

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
    key.add_argument("directory", type=Path, help="the data directory; a server may have it open")
    key.add_argument(
        "--new", action="store_true", help="make a new key; the present one stops working at once"
    )
    _add_json(key)
    key.set_defaults(run=_run(_key), needs=needs)

    users = _group(commands, add, "users", "list and change the users of an organization")
    _command(users, add, "list", "list the users", _list_users)
    added = _command(users, add, "add", "add a user", _add_user)
    added.add_argument("email", help="mail address")
    added.add_argument("--username", help="login name (default: the mail address)")
    added.add_argument("--role", required=True, help=_ROLES)
    _add_password(added)
    disabled = _command(
        users, add, "disable", "end a user's access, sessions and keys", _disable_user
    )
    role = _command(users, add, "role", "give a user another role", _set_role)
    reset = _command(users, add, "reset", "give a user a new password", _reset_password)
    for command in (disabled, role, reset):
        command.add_argument("user", help="login name, mail address or id")
    role.add_argument("role", help=_ROLES)
    _add_password(reset)

    keys = _group(commands, add, "keys", "list and change the API keys of an organization")
    _command(keys, add, "list", "list the keys, without the secrets", _list_keys)
    created = _command(keys, add, "add", "make a key, and print it", _add_key)
    created.add_argument("description", help="what it is for")
    created.add_argument("--role", required=True, help=_ROLES)
    revoked = _command(keys, add, "revoke", "end a key", _revoke_key)
    revoked.add_argument("id", help="the key's id, as in `arthurai keys list`")

    orgs = _group(commands, add, "orgs", "list and change the organizations of a server")
    _command(orgs, add, "list", "list the organizations", _list_organizations)
    made = _command(orgs, add, "add", "add an organization", _add_organization)
    made.add_argument("name", help="its name")
    deleted = _command(orgs, add, "delete", "delete an empty organization", _delete_organization)
    deleted.add_argument("target", metavar="organization", help="its name or id")


def _group(commands: Any, add: AddCommand, name: str, summary: str) -> Any:
    return add(commands, name, summary).add_subparsers(required=True, metavar="command")


def _command(
    group: Any,
    add: AddCommand,
    name: str,
    summary: str,
    work: Callable[[ArthurAI, argparse.Namespace], Rows],
) -> argparse.ArgumentParser:
    command = add(group, name, summary)
    place = command.add_mutually_exclusive_group()
    place.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIRECTORY",
        help="a data directory that no server has open",
    )
    place.add_argument(
        "--url",
        help="address of a server that runs (default: ARTHUR_ENDPOINT_URL); ARTHUR_API_KEY, or "
        "ARTHUR_LOGIN with ARTHUR_PASSWORD, say who asks",
    )
    command.add_argument(
        "--organization", metavar="ORGANIZATION", help="name or id (default: the caller's first)"
    )

    def run(options: argparse.Namespace) -> Rows:
        with _connect(options) as arthur:
            return work(arthur, options)

    _add_json(command)
    command.set_defaults(run=_run(run))
    return command


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _add_password(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input (default: make one, and print it)",
    )


def _run(work: Callable[[argparse.Namespace], Rows]) -> Callable[[argparse.Namespace], int]:
    """Return what runs a command and prints its rows."""

    def run(options: argparse.Namespace) -> int:
        from arthurai.common.exceptions import ArthurError

        try:
            rows = work(options)
        except (ArthurError, OSError, ValueError) as error:
            return fail(str(error))
        if options.json:
            print(json.dumps(rows if isinstance(rows, list) else rows[0], ensure_ascii=False))
        else:
            _print_table(rows)
        return 0

    return run


def _print_table(rows: Rows) -> None:
    if len(rows) == 1 and isinstance(rows, tuple):
        for name, value in rows[0].items():
            print(f"{name}: {_cell(value)}")
        return
    names = list(rows[0]) if rows else []
    lines = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(names))]
    for line in lines if rows else ():
        print("  ".join(f"{c:{w}}" for c, w in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value))


@contextmanager
def _connect(options: argparse.Namespace) -> Iterator[ArthurAI]:
    """Connect to the server, in the organization that the options name."""
    from arthurai.client.client import ArthurAI
    from arthurai_api.api.organizations import list_my_organizations

    where: dict[str, Any] = {"url": options.url}
    if options.data_dir is not None:
        _check_owner(options.data_dir)
        where = {"url": f"local://{options.data_dir.resolve()}"}
    elif leads_to_loopback(options.url or read_variable(URL_VARIABLE) or ""):
        where["allow_insecure"] = True
    with ArthurAI(**where) as arthur:
        if options.organization is None:
            yield arthur
            return
        known = list_my_organizations.sync(client=arthur.api)
        found = [o for o in known if options.organization in {o.id, o.name}]
        if not found:
            raise ValueError(f"organization {options.organization!r} is not open to this caller")
    with ArthurAI(**where, organization_id=found[0].id) as arthur:
        yield arthur


def _check_owner(directory: Path) -> None:
    """Raise unless the directory is one of the user who runs this.

    Files that another user makes in it, the superuser included, would be closed to its owner.

    Raises:
        OSError: It is not there, is no data directory, or belongs to somebody else.
    """
    for name in ("control.sqlite", "secret.key"):
        if not (directory / name).is_file():
            raise OSError(f"{str(directory)!r} is not a data directory: it has no {name}")
    owner = (directory / "secret.key").stat().st_uid
    if hasattr(os, "geteuid") and owner != os.geteuid():
        raise OSError(f"{str(directory)!r} belongs to user {owner}; run this as that user")


def _key(options: argparse.Namespace) -> Rows:
    from arthurai.server.secret import load_secret
    from arthurai.server.storage.documents import ControlStore

    _check_owner(options.directory)
    control = ControlStore(options.directory / "control.sqlite", load_secret(options.directory))
    try:
        key = control.service_accounts.administrator_key(
            control.organizations.list()[0]["id"], renew=options.new
        )
    finally:
        control.close()
    return ({"ARTHUR_API_KEY": key},)


def _list_users(arthur: ArthurAI, options: argparse.Namespace) -> Rows:
    del options
    return [_show_user(user) for user in _all_users(arthur)]


def _all_users(arthur: ArthurAI) -> list[Any]:
    from arthurai_api.api.users import list_users

    users: list[Any] = []
    while True:
        page = list_users.sync(
            client=arthur.api, page=len(users) // _PAGE_SIZE + 1, page_size=_PAGE_SIZE
        )
        found = page.data or []
        users += found
        if len(found) < _PAGE_SIZE:
            return users


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
