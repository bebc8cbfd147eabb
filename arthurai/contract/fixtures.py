"""The objects on the server that requests address: found ones, or ones created for the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.path_router import path_parameters
from arthurai.contract import sample_data
from arthurai.contract.checked_client import BoundReachedError
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import (
    choices,
    created_resources,
    example_body,
    parameter_kind,
)
from arthurai.contract.write_guard import is_read_only

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from arthurai.common.bundle import Operation
    from arthurai.contract.operation_client import OperationClient

    Factory: TypeAlias = Callable[["Fixtures"], str | None]

_MODEL_TAGS: Final = frozenset({"models", "attributes", "model_groups"})
_SPARE: Final = "spare_"
_REMOVED: Final = frozenset({200, 202, 204, 404})


def changes_its_model(operation: Operation) -> bool:
    """Return whether an operation changes a model so that others may not be able to use it.

    Args:
        operation: The operation.
    """
    return (
        operation.tag in _MODEL_TAGS and operation.method != "POST" and not is_read_only(operation)
    )


def _ids_of(created: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids that an object came with: its own, and those of its group and attributes."""
    found = [created.get("id"), created.get("model_group_id")]
    found += [a.get("id") for a in created.get("attributes") or () if isinstance(a, dict)]
    yield from (value for value in found if isinstance(value, str))


class Fixtures:
    """Finds objects on the server; creates them when the run may write.

    An object goes by its kind, e.g. `"model"`. `"spare_model"` is one that may be spoiled.

    Args:
        client: Calls operations.
        find: Returns what finds an object of a kind, if anything can.
        make: Returns what creates an object of a kind, if anything can.
        bodies: Return a valid request, by the operation; the others have documented examples.
    """

    def __init__(
        self,
        client: OperationClient,
        find: Callable[[str], Factory | None],
        make: Callable[[str], Factory | None],
        bodies: Mapping[str, Callable[[Fixtures], dict[str, Any]]],
    ) -> None:
        self.client = client
        self._bodies = bodies
        self._find = find
        self._make = make
        self._ids: dict[str, str | None] = {}
        self._shared: set[str] = set()
        self._removed: set[str] = set()
        self._done: set[object] = set()
        self._created: list[tuple[str, dict[str, str]]] = []

    def path(self, operation: Operation) -> dict[str, str] | None:
        """Return values for the path parameters of an operation, `None` when one has no object.

        Args:
            operation: The operation.
        """
        found = choices(operation)
        for name in path_parameters(operation.path):
            value = found.get(name) or self.get(self._kind(operation, name))
            if value is None:
                return None
            found[name] = value
        return found

    def unknown_path(self, operation: Operation) -> dict[str, str]:
        """Return values for the path parameters of an operation that address nothing.

        Args:
            operation: The operation.
        """
        ids = {name: self.client.guard.unknown_id() for name in path_parameters(operation.path)}
        return ids | choices(operation)

    def _kind(self, operation: Operation, parameter: str) -> str:
        kind = parameter_kind(operation.path, parameter)
        if changes_its_model(operation):
            return f"{_SPARE}{kind}"
        if kind == "model":
            owners = ("batch", "image", "insight")
            owner = next((o for o in owners if f"{{{o}_id}}" in operation.path), None)
            return f"{owner}_model" if owner else kind
        return kind

    def get(self, kind: str) -> str | None:
        """Return the id of an object, `None` when there is none.

        Args:
            kind: What it is, e.g. `"model"`.
        """
        if kind not in self._ids:
            maker = self._make(kind) if self.client.writes else None
            self._ids[kind] = self._run(maker) or self._run(self._find(kind))
        return self._ids[kind]

    def _run(self, factory: Factory | None) -> str | None:
        return None if factory is None else self.client.run("set-up", factory, self)

    def require(self, kind: str) -> str:
        """Return the id of an object.

        Args:
            kind: What it is, e.g. `"model"`.

        Raises:
            ProbeStoppedError: There is none.
        """
        value = self.get(kind)
        if value is None:
            raise ProbeStoppedError(kind)
        return value

    def get_cached(self, kind: str) -> str | None:
        """Return the id of an object that was found or created before.

        Args:
            kind: What it is.
        """
        return self._ids.get(kind)

    def set(self, kind: str, value: str) -> None:
        """Use an object from now on.

        Args:
            kind: What it is.
            value: Its id.
        """
        self._ids[kind] = value

    def invalidate(self, *kinds: str) -> None:
        """Find or create objects anew the next time.

        Args:
            *kinds: What they are.
        """
        for kind in kinds:
            self._ids.pop(kind, None)

    def run_once(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function with these fixtures unless it was called before.

        Args:
            function: Prepares something on the server.
            *arguments: Further arguments.
        """
        if (function, arguments) not in self._done:
            self._done.add((function, arguments))
            function(self, *arguments)

    def mark_removed(self, operation: Operation, path: Mapping[str, str]) -> None:
        """Record that an operation removed something.

        Args:
            operation: The operation.
            path: Values of its path parameters.
        """
        if operation.path.endswith("}"):
            name = path_parameters(operation.path)[-1]
            self._removed.add(str(path.get(name)))
            self.invalidate(self._kind(operation, name))
        if changes_its_model(operation):
            self.invalidate("spare_model", "spare_model_group", "spare_attribute")

    def has_removed(self, values: Iterable[str]) -> bool:
        """Return whether something that a path names was removed by this run.

        Args:
            values: Values of path parameters.
        """
        return not self._removed.isdisjoint(values)

    def mutates_shared(self, operation: Operation, value: str) -> bool:
        """Return whether an operation would change a model that the run still needs as it is.

        Args:
            operation: The operation.
            value: The model, its group or one of its attributes.
        """
        return value in self._shared and changes_its_model(operation)

    def create(
        self, operation_id: str, body: Any, path: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Create an object, to be removed at the end of the run.

        Args:
            operation_id: The operation that creates it.
            body: The request.
            path: Values of its path parameters.

        Returns:
            The response.

        Raises:
            ProbeStoppedError: It was refused.
        """
        response = self.client.call_ok(operation_id, path, json=body)
        created = response.json if isinstance(response.json, dict) else {}
        self.adopt(operation_id, path or {}, created)
        return created

    def adopt(self, operation_id: str, path: Mapping[str, str], created: Any) -> None:
        """Record that this run created an object, which it removes at the end.

        Args:
            operation_id: The operation that created it, if it did.
            path: Values of its path parameters.
            created: The response.
        """
        resource = created_resources().get(operation_id)
        if resource and isinstance(created, dict) and isinstance(created.get("id"), str):
            self.client.guard.register(*_ids_of(created))
            self._created.append((resource.remove, {**path, resource.identifier: created["id"]}))

    def create_model(self, **changes: Any) -> dict[str, Any]:
        """Create a model.

        Args:
            **changes: Members of the request that differ from the usual ones.

        Returns:
            The response.

        Raises:
            ProbeStoppedError: It was refused.
        """
        model = self.create("create_model", sample_data.model(**changes))
        if not isinstance(model.get("id"), str):
            raise ProbeStoppedError("create_model")
        self._shared.update(_ids_of(model))
        return model

    def create_model_path(self, **changes: Any) -> dict[str, str]:
        """Create a model and return the path parameters that address it.

        Args:
            **changes: As for `create_model`.

        Raises:
            ProbeStoppedError: It was refused.
        """
        return {"model_id": str(self.create_model(**changes)["id"])}

    def log_in(self, credential: str, body: Mapping[str, Any]) -> None:
        """Make the session of a user usable as a credential.

        Args:
            credential: The name by which requests ask for it.
            body: The request that created the user.
        """
        login = {"login": body["username"], "password": body["password"]}
        response = self.client.call("login", json=login, credential="none")
        cookie = response.headers.get("set-cookie", "")
        token = cookie.partition("Authorization=")[2].partition(";")[0]
        if token:
            self.client.client.add_key(credential, token)

    def valid_body(self, operation_id: str) -> Any:
        """Return a valid body of a request, `None` when the operation takes no JSON.

        What no request is known for is sent as the document shows it.

        Args:
            operation_id: The operation.

        Raises:
            ProbeStoppedError: An object that the body names is missing.
        """
        known = self._bodies.get(operation_id)
        return known(self) if known else example_body(self.client.operations[operation_id])

    def knows_body(self, operation_id: str) -> bool:
        """Return whether a request is known that names objects of this run.

        Args:
            operation_id: The operation.
        """
        return operation_id in self._bodies

    def create_sample(self, operation_id: str, **changes: Any) -> dict[str, Any]:
        """Create an object with a valid request, below the usual parents.

        Args:
            operation_id: The operation that creates it.
            **changes: Members of the request that differ from the usual ones.

        Returns:
            The response.

        Raises:
            ProbeStoppedError: It was refused, or a parent is missing.
        """
        path = self.path(self.client.operations[operation_id])
        if path is None:
            raise ProbeStoppedError(operation_id)
        return self.create(operation_id, {**self.valid_body(operation_id), **changes}, path)

    def clean_up(self) -> list[str]:
        """Remove what was created, the newest first.

        Returns:
            What could not be removed, with the reason.
        """
        left = []
        with self.client.client.cleaning_up():
            for operation_id, path in reversed(self._created):
                try:
                    response = self.client.run("clean-up", self.client.call, operation_id, path)
                except BoundReachedError:  # pragma: no cover - cleaning up lifts the bounds
                    break
                status = response.status if response else "no response"
                if status not in _REMOVED:
                    left.append(f"{'/'.join(path.values())} ({operation_id}: {status})")
        self._created.clear()
        return left
