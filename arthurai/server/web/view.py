"""What a page is made from: who looks, at which address, with which rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from arthurai.common.bundle import Permission, operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from arthurai.server.web.operation_calls import OperationCalls
    from arthurai.server.web.web_sessions import WebSession, WebSessions

MAX_PAGE: Final = 1_000_000


@dataclass
class View:
    """One request for a page.

    Attributes:
        api: Calls operations of the API as the person who looks.
        path: Path below the prefix.
        params: Variable parts of the path.
        query: Parameters of the query string.
        form: Fields of the form, for a page that changes something.
        session: The session of the browser.
        sessions: All sessions, for logging in and out.
        cookie: Value of the cookie, which form tokens belong to.
        settings: Facts about the server that no operation returns.
    """

    api: OperationCalls
    path: str
    params: Mapping[str, str]
    query: MultiDict[str, str]
    form: MultiDict[str, str]
    session: WebSession | None
    sessions: WebSessions
    cookie: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def me(self) -> dict[str, Any]:
        """The account of the person who looks, as the API describes it."""
        found: dict[str, Any] = self.api.call("get_current_user")
        return found

    @cached_property
    def organizations(self) -> list[dict[str, Any]]:
        """The organizations that the person may enter."""
        found: list[dict[str, Any]] = self.api.call("list_my_organizations")
        return found

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do."""
        found = self.api.call("list_my_permissions")
        return frozenset(Permission(item["resource"], item["action"]) for item in found)

    def may(self, operation_id: str) -> bool:
        """Return whether the person may call an operation, to leave out what would be refused.

        Args:
            operation_id: The operation.
        """
        permission = operations()[operation_id].permission
        return permission is None or permission in self.permissions

    def may_read(self, resource: str) -> bool:
        """Return whether the person may read a resource, e.g. `"reference_data"`.

        Args:
            resource: The resource.
        """
        return Permission(resource, "read") in self.permissions

    @property
    def number(self) -> int:
        """The page of a list that the address names, from 1."""
        return min(max(1, self.query.get("page", 1, type=int)), MAX_PAGE)

    def address(self, **changes: str | int | None) -> str:
        """Return the address of this page with other parameters; `None` drops one.

        Args:
            **changes: The parameters to change.
        """
        pairs = [(k, v) for k, v in self.query.items(multi=True) if k not in changes]
        pairs += [(k, str(v)) for k, v in changes.items() if v is not None and v != ""]
        return f"/ui{self.path}" + (f"?{urlencode(pairs)}" if pairs else "")
