"""Which requests a contract run may send: never more than it announced."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.common.bundle import Operation

PREFIX: Final = "arthurai-contract"
"""What every name begins with that a run gives to something it makes."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_READING_ACTIONS: Final = frozenset({"read", "execute"})
_ASKS_ONLY: Final = frozenset({"authorize"})
# Path parameters that name no object.
_CHOICES: Final = frozenset({"rollup", "enrichment_name"})
_OWN_ACCOUNT: Final = frozenset({"update_current_user"})
_FREE: Final = frozenset(
    {
        "login",
        "saml_sso",
        "set_current_organization",
        "create_model",
        "create_alert_notification_configuration",
        "create_alert_summary_configuration",
    }
)


class RefusedByGateError(Exception):
    """A request was not sent because it might change what the run has not made itself."""


def only_reads(operation: Operation) -> bool:
    """Say whether an operation leaves everything on the server as it is.

    Args:
        operation: The operation.
    """
    if operation.method in SAFE_METHODS or operation.operation_id in _ASKS_ONLY:
        return True
    permission = operation.permission
    return permission is not None and permission.action in _READING_ACTIONS


class Gate:
    """Lets reading requests pass, and writing ones that touch nothing but what the run has made.

    Args:
        write: Whether anything may be changed at all.
    """

    def __init__(self, *, write: bool) -> None:
        self.write = write
        self.confined = False
        self._ours: set[str] = set()

    def admit(self, *names: object) -> None:
        """Take note that objects were made by this run.

        Args:
            *names: Their ids or names.
        """
        self._ours.update(str(name) for name in names if name)

    def unknown_id(self) -> str:
        """Return an id that belongs to nothing on any server."""
        made_up = str(uuid.uuid4())
        self.admit(made_up)
        return made_up

    def check(
        self, method: str, url: str, operation: Operation | None, *, own_account: bool
    ) -> None:
        """Refuse a request that may change something it must not.

        Args:
            method: HTTP method in capitals.
            url: Path and query.
            operation: The operation it calls, if it is one.
            own_account: Whether it is sent with the credential of the user of this program.

        Raises:
            RefusedByGateError: It may.
        """
        if method in SAFE_METHODS or (operation is not None and only_reads(operation)):
            return
        name = operation.operation_id if operation is not None else f"{method} {url}"
        if not self.write:
            raise RefusedByGateError(f"{name} may change something")
        if own_account and name in _OWN_ACCOUNT:
            raise RefusedByGateError(f"{name} changes the account of the caller")
        addressed = [*_addressed(operation, url)]
        strange = [value for value in addressed if not self._is_ours(value)]
        if strange:
            raise RefusedByGateError(f"{name} would change {strange[0][:100]!r}, which is not ours")
        if not addressed and not self.confined and name not in _FREE and operation is not None:
            raise RefusedByGateError(f"{name} changes the organization")

    def _is_ours(self, value: str) -> bool:
        return value in self._ours or value.startswith(PREFIX)


def _addressed(operation: Operation | None, url: str) -> Iterable[str]:
    """Return what the path of a request names: the values of its path parameters."""
    values = [unquote(part) for part in urlsplit(url).path.split("/")]
    if operation is None:
        return [value for value in values if len(value) == len(str(uuid.UUID(int=0)))]
    template = operation.path.split("/")
    values = values[len(values) - len(template) :]
    return [
        value
        for part, value in zip(template, values, strict=True)
        if part.startswith("{") and part[1:-1] not in _CHOICES
    ]
