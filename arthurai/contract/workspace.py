"""Where a writing run works: in an organization of its own, otherwise in the caller's."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from arthurai.contract import sample_data
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from arthurai.contract.fixtures import Fixtures
    from arthurai.contract.operation_client import OperationClient

# Servers keep organizations with archived models: the name tells what they were made for.
_NAME: Final = f"{PREFIX} scratch"


class Workspace:
    """The organization of a writing run.

    Args:
        client: Calls operations.
        fixtures: The objects that the run creates.
    """

    def __init__(self, client: OperationClient, fixtures: Fixtures) -> None:
        self._api = client
        self._fixtures = fixtures
        self._organization: str | None = None
        self._home = client.client.organization_id

    def open(self) -> None:
        """Enter the organization of the run, if the credential may have one."""
        self._api.run("set-up", self._enter)
        if self._api.guard.confined:
            self._api.run("set-up", self._add_caller)

    def _enter(self) -> None:
        api, guard = self._api, self._api.guard
        guard.confined = True
        try:
            organization = self._find_existing() or self._create()
            if organization is None:
                return
            guard.register(organization)
            api.client.enter(organization)
            current = api.call("get_current_organization")
            if api.expect_members({"id": organization}, "organization header", current):
                self._organization = organization
                self._fixtures.set("organization", organization)
            else:
                api.client.enter(self._home)
        finally:
            guard.confined = self._organization is not None

    def _find_existing(self) -> str | None:
        """Return the organization of an earlier run, which a server may keep for its models."""
        response = self._api.call("list_organizations", query={"name": _NAME})
        named = [row for row in response.rows if row.get("name") == _NAME]
        return str(named[0]["id"]) if response.ok and named and "id" in named[0] else None

    def _create(self) -> str | None:
        response = self._api.call("create_organization", json={"name": _NAME})
        value = response.get("id")
        created = response.status == HTTPStatus.CREATED and isinstance(value, str)
        return value if created else None

    def _add_caller(self) -> None:
        """Add a second credential, whose own account may be changed."""
        body = sample_data.user(roles=["Administrator"])
        created = self._fixtures.create("create_user", body)
        self._fixtures.set("other_user", str(created.get("id")))
        login = {"login": body["username"], "password": body["password"]}
        response = self._api.call("login", json=login, credential="none")
        cookie = response.headers.get("set-cookie", "")
        token = cookie.partition("Authorization=")[2].partition(";")[0]
        if token:
            self._api.client.add_key("other", token)

    def close(self) -> list[str]:
        """Remove everything that was created.

        Returns:
            What is left, with the reason.
        """
        left = self._fixtures.clean_up()
        if self._organization is None:
            return left
        path = {"organization_id": self._organization}
        with self._api.client.cleaning_up():
            self._api.client.enter(self._home)
            response = self._api.run("clean-up", self._api.call, "delete_organization", path)
        if response is None or response.status != HTTPStatus.NO_CONTENT:
            left.append(f"organization {_NAME!r} with archived models; the next run uses it again")
        return left
