"""Where a writing run works: in an organization of its own, otherwise in the caller's."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_client import NotServedError
from arthurai.contract.operation_facts import ALL_ROWS, Resource, query_parameters, resources
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.contract.checked_client import Response
    from arthurai.contract.fixtures import Fixtures
    from arthurai.contract.operation_client import OperationClient

# What earlier versions called the organization that they left on servers.
_FORMER_NAME: Final = f"{PREFIX} scratch"
_GONE: Final = frozenset({200, 202, 204, 404})
_NAMED_BY: Final = ("name", "display_name", "partner_model_id", "description", "username")
_NAMED_BY_DESTINATION: Final = "destination"


class Workspace:
    """The organizations of a writing run, and what it leaves behind: nothing.

    What is to be removed is found on the server by its name, so that what was created by a request
    whose response never came, or by a run that was killed, is removed as well.

    Args:
        client: Calls operations.
        fixtures: The objects that the run creates.
        seconds: How long the run may send requests.
    """

    def __init__(self, client: OperationClient, fixtures: Fixtures, seconds: float) -> None:
        self._api = client
        self._fixtures = fixtures
        self._home = client.client.organization_id
        self._mark = run_names.begin(seconds)
        self._opened = False

    def open(self) -> None:
        """Remove what earlier runs left, then enter an organization of the run's own.

        Without the right to create one, the run works in the organization of the caller.
        """
        self._opened = True
        with self._api.client.unjudged():
            self._api.run("set-up", self._remove_all, run_names.is_left_behind)
        self._api.run("set-up", self._enter)
        if self._api.guard.confined:
            self._api.run("set-up", self._add_caller)
            self._api.run("set-up", self._add_neighbor)

    def _enter(self) -> None:
        api, guard = self._api, self._api.guard
        guard.confined = True
        entered = False
        try:
            organization = self._create_organization("scratch")
            if organization is None:
                return
            api.client.enter(organization)
            current = api.call("get_current_organization")
            entered = api.expect_members({"id": organization}, "organization header", current)
            if entered:
                self._fixtures.set("organization", organization)
        finally:
            guard.confined = entered
            if not entered:
                api.client.enter(self._home)

    def _create_organization(self, kind: str) -> str | None:
        response = self._api.call("create_organization", json={"name": run_names.name(kind)})
        value = response.get("id")
        if response.status != HTTPStatus.CREATED or not isinstance(value, str):
            return None
        self._api.guard.register(value)
        return value

    def _add_caller(self) -> None:
        """Add a second credential, whose own account may be changed."""
        body = sample_data.user(roles=["Administrator"])
        created = self._fixtures.create("create_user", body)
        self._fixtures.set("other_user", str(created.get("id")))
        self._fixtures.log_in("other", body)

    def _add_neighbor(self) -> None:
        """Add the key of an administrator of another organization."""
        api = self._api
        here = api.client.organization_id
        neighbor = self._create_organization("neighbor")
        if neighbor is None:
            return
        api.client.enter(neighbor)
        try:
            body = sample_data.service_account(role="Administrator")
            response = api.call("create_service_account", json=body)
        finally:
            api.client.enter(here)
        token = response.get("token")
        if isinstance(token, str):
            api.client.add_key("neighbor", token, organization_id=neighbor)
            self._fixtures.set("neighbor", neighbor)

    def close(self) -> list[str]:
        """Remove everything that was created.

        Returns:
            What is left, with the reason.
        """
        try:
            return self._clean_up() if self._opened else []
        finally:
            run_names.end(self._mark)

    def _clean_up(self) -> list[str]:
        with self._api.client.cleaning_up():
            left = self._fixtures.clean_up()
            self._api.client.enter(self._home)
            found = self._api.run("clean-up", self._remove_all, self._is_own)
        return [] if found == [] else left + (found or ["what could not be listed"])

    def _is_own(self, text: object) -> bool:
        return run_names.is_of_run(text, self._mark)

    def _remove_all(self, is_meant: Callable[[object], bool]) -> list[str]:
        """Remove the organizations and models whose names a run gave, and what belongs to them.

        Args:
            is_meant: Whether a name was given by a run whose objects are to be removed.

        Returns:
            What could not be removed, with the reason.
        """
        left = []
        for organization in self._named_organizations(is_meant):
            left += self._remove_organization(organization)
        for resource in _top_resources():
            for row in self._rows_of(resource):
                if any(is_meant(row.get(name)) for name in (*_NAMED_BY, _NAMED_BY_DESTINATION)):
                    left += self._remove(resource, row)
        return left

    def _named_organizations(self, is_meant: Callable[[object], bool]) -> list[str]:
        response = self._call_if_served("list_organizations", query={"page_size": ALL_ROWS})
        if response is None:
            return []
        former = is_meant is not self._is_own
        return [
            str(row.get("id"))
            for row in response.rows
            if is_meant(row.get("name")) or (former and row.get("name") == _FORMER_NAME)
        ]

    def _remove_organization(self, organization: str) -> list[str]:
        """Empty an organization and delete it."""
        api = self._api
        api.guard.register(organization)
        before, confined = api.client.organization_id, api.guard.confined
        api.client.enter(organization)
        api.guard.confined = True
        left = []
        try:
            for resource in _top_resources():
                for row in self._rows_of(resource):
                    left += self._remove(resource, row)
            self._remove_roles()
        finally:
            api.client.enter(before)
            api.guard.confined = confined
        response = api.call("delete_organization", {"organization_id": organization})
        if response.status in _GONE:
            return []
        return [*left, f"organization {organization} ({response.status}: {response.error_text})"]

    def _rows_of(self, resource: Resource) -> list[dict[str, Any]]:
        paged = "page_size" in query_parameters(self._api.operations[resource.listing])
        query = {"page_size": ALL_ROWS} if paged else {}
        response = self._call_if_served(resource.listing, query=query)
        return response.rows if response is not None and response.ok else []

    def _call_if_served(self, operation_id: str, **options: Any) -> Response | None:
        try:
            return self._api.call(operation_id, **options)
        except NotServedError:
            return None

    def _remove(self, resource: Resource, row: dict[str, Any]) -> list[str]:
        value = str(row.get(resource.key))
        self._api.guard.register(value)
        response: Response = self._api.call(resource.remove, {resource.identifier: value})
        if response.status in _GONE:
            return []
        return [f"{value} ({resource.remove}: {response.status})"]

    def _remove_roles(self) -> None:
        response = self._call_if_served("list_custom_roles")
        found = response.get("roles") or [] if response else []
        names = [row["role_name"] for row in found if isinstance(row, dict) and "role_name" in row]
        if names:
            self._api.call("delete_custom_roles", json={"roles": names})


def _top_resources() -> Iterator[Resource]:
    """Yield the resources of an organization that are listed, created and removed by themselves."""
    for path, resource in resources().items():
        whole = resource.create and resource.listing and resource.remove
        if whole and path.count("{") == 1 and resource.kind != "organization":
            yield resource
