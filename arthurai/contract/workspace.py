"""Where a writing run works: an organisation of its own, else the caller's with its own models."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_NAME: Final = f"{PREFIX} scratch"


class Scratch:
    """The place of a writing run.

    Args:
        bench: Calls operations.
        world: Remembers what was made.
    """

    def __init__(self, bench: Bench, world: World) -> None:
        self.bench = bench
        self.world = world
        self._organization: str | None = None
        self._home = bench.caller.organization_id

    def open(self) -> None:
        """Enter the organisation of the run, where the credential may have one."""
        self.bench.run("set-up", self._enter)
        if self.bench.gate.confined:
            self.bench.run("set-up", self._make_caller)

    def _enter(self) -> None:
        caller, gate = self.bench.caller, self.bench.gate
        gate.confined = True
        try:
            organization = self._existing() or self._new()
            if organization is None:
                return
            gate.admit(organization)
            caller.enter(organization)
            here = self.bench.call("get_current_organization").get("id")
            if here == organization:
                self._organization = organization
                self.world.know("organization", organization)
                return
            caller.enter(self._home)
            self.bench.fault(
                "get_current_organization",
                "organization header",
                f"the header names {organization}, the call worked in {here}",
            )
        finally:
            gate.confined = self._organization is not None

    def _existing(self) -> str | None:
        """Return the organisation of an earlier run, which a server may keep for its models."""
        reply = self.bench.call("list_organizations", query={"name": _NAME})
        named = [row for row in reply.rows if row.get("name") == _NAME]
        return str(named[0]["id"]) if reply.ok and named and "id" in named[0] else None

    def _new(self) -> str | None:
        reply = self.bench.call("create_organization", json={"name": _NAME})
        value = reply.get("id")
        return value if reply.status == HTTPStatus.CREATED and isinstance(value, str) else None

    def _make_caller(self) -> None:
        """Make a second credential, whose own account may be changed."""
        body = specimens.user(roles=["Administrator"])
        made = self.world.make("create_user", body)
        self.world.know("other_user", str(made.get("id")))
        login = {"login": body["username"], "password": body["password"]}
        reply = self.bench.call("login", json=login, credential="none")
        cookie = reply.headers.get("set-cookie", "")
        token = cookie.partition("Authorization=")[2].partition(";")[0]
        if token:
            self.bench.caller.add_key("other", token)

    def close(self) -> list[str]:
        """Remove everything that was made.

        Returns:
            What is left, with the reason.
        """
        left = self.world.clean_up()
        if self._organization is None:
            return left
        path = {"organization_id": self._organization}
        found: list[int] = []
        with self.bench.caller.tidying():
            self.bench.caller.enter(self._home)
            self.bench.run(
                "clean-up",
                lambda: found.append(self.bench.call("delete_organization", path).status),
            )
        if not found or found[0] != HTTPStatus.NO_CONTENT:
            left.append(f"organization {_NAME!r} with archived models; the next run uses it again")
        return left
