"""Which requests a contract run may send: never more than it announced."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from arthurai.common.path_router import path_parameters
from arthurai.contract.operation_facts import choices
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from arthurai.common.bundle import Operation
    from arthurai.common.path_router import PathMatch

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_READING_ACTIONS: Final = frozenset({"read", "execute"})
_READING_OPERATIONS: Final = frozenset({"authorize"})
_OWN_ACCOUNT: Final = frozenset({"update_current_user"})
_UUID_LENGTH: Final = 36
# They neither address an object nor change what others in the organization see.
_ALLOWED_ANYWHERE: Final = frozenset(
    {
        "login",
        "saml_sso",
        "set_current_organization",
        "create_model",
        "create_alert_notification_configuration",
        "create_alert_summary_configuration",
    }
)


class WriteRefusedError(Exception):
    """A request was not sent because it might change something that the run did not create."""


def is_read_only(operation: Operation) -> bool:
    """Return whether an operation leaves everything on the server as it is.

    Args:
        operation: The operation.
    """
    if operation.method in SAFE_METHODS or operation.operation_id in _READING_OPERATIONS:
        return True
    permission = operation.permission
    return permission is not None and permission.action in _READING_ACTIONS


class WriteGuard:
    """Passes requests that read, and those that change only what the run created.

    Args:
        write: Whether anything may be changed at all.

    Attributes:
        confined: Whether the run works in an organization of its own.
    """

    def __init__(self, *, write: bool) -> None:
        self.write = write
        self.confined = False
        self._own: set[str] = set()

    def register(self, *names: object) -> None:
        """Record that objects were created by this run.

        Args:
            *names: Their ids or names.
        """
        self._own.update(str(name) for name in names if name)

    def unknown_id(self) -> str:
        """Return an id that belongs to nothing on any server, so that it may be addressed."""
        value = str(uuid.uuid4())
        self.register(value)
        return value

    def check(self, method: str, url: str, match: PathMatch | None, *, own_account: bool) -> None:
        """Raise unless a request is certain to change nothing that it must not.

        Args:
            method: HTTP method in capitals.
            url: Path and query.
            match: The path of the document that it fits, if any.
            own_account: Whether it is sent with the credential of the user of this program.

        Raises:
            WriteRefusedError: It may change something.
        """
        operation = match.operations.get(method) if match else None
        if method in SAFE_METHODS or (operation is not None and is_read_only(operation)):
            return
        name = operation.operation_id if operation else f"{method} {url}"
        if not self.write:
            raise WriteRefusedError(f"{name} may change something")
        if own_account and name in _OWN_ACCOUNT:
            raise WriteRefusedError(f"{name} changes the account of the caller")
        addressed = _addressed_objects(url, match)
        foreign = [value for value in addressed if not self._is_own(value)]
        if foreign:
            raise WriteRefusedError(
                f"{name} would change {foreign[0][:100]!r}, which this run did not create"
            )
        if operation and not addressed and not self.confined and name not in _ALLOWED_ANYWHERE:
            raise WriteRefusedError(f"{name} changes the organization")

    def _is_own(self, value: str) -> bool:
        return value in self._own or value.startswith(PREFIX)


def _addressed_objects(url: str, match: PathMatch | None) -> list[str]:
    """Return the values of the path parameters of a request that name objects."""
    if match is None:
        segments = map(unquote, urlsplit(url).path.split("/"))
        return [value for value in segments if len(value) == _UUID_LENGTH]
    fixed = choices(next(iter(match.operations.values())))
    named = zip(path_parameters(match.template), match.segments, strict=True)
    return [value for name, value in named if name not in fixed]
