"""Which objects of the server stand behind the path parameters: found ones, or ones made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.checked_client import BoundReachedError
from arthurai.contract.factories import FINDERS, KEYS, MAKERS
from arthurai.contract.probe_context import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.probe_context import Bench

_FIXED: Final = {"rollup": "model", "enrichment_name": "anomaly_detection"}
# What these do to their model would spoil it for the others.
_ON_A_SPARE: Final = frozenset(
    {
        "archive_model",
        "update_model",
        "replace_model_attributes",
        "update_model_attributes",
        "delete_model_attributes",
        "update_model_attribute",
        "delete_model_attribute",
        "archive_model_group",
        "update_model_group",
    }
)
_SPARE: Final = frozenset({"model_id", "model_group_id", "attribute_id"})
# What is created by the first is removed by the second.
REMOVALS: Final = {
    "create_model": "archive_model",
    "create_metric": "delete_metric",
    "create_metric_v3": "delete_metric",
    "create_alert_rule": "delete_alert_rule",
    "create_alert_notification_configuration": "delete_alert_notification_configuration",
    "create_alert_summary_configuration": "delete_alert_summary_configuration",
    "create_alert_summary_subscriber": "delete_alert_summary_subscriber",
    "create_user": "delete_user",
    "create_service_account": "delete_service_account",
    "create_organization": "delete_organization",
}


def last_parameter(operation: Operation) -> str:
    """Return the last path parameter of an operation: it names what the operation is about.

    Args:
        operation: The operation; it has one.
    """
    return operation.path.rpartition("{")[2].partition("}")[0]


def _model_of(operation: Operation) -> str:
    """Return the kind of model that has what an operation is about."""
    for kind in ("batch", "image", "insight"):
        if f"{{{kind}_id}}" in operation.path:
            return f"{kind}_model"
    return "model"


def _ids(made: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids that an object came with: its own, and those of its group and attributes."""
    found = [made.get("id"), made.get("model_group_id")]
    found += [a.get("id") for a in made.get("attributes") or () if isinstance(a, dict)]
    yield from (value for value in found if isinstance(value, str))


class World:
    """Finds objects on the server; makes them when the run may write.

    Args:
        bench: Calls operations.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._known: dict[str, str | None] = {}
        self._kept: set[str] = set()
        self._removed: set[str] = set()
        self._done: set[str] = set()
        self.created: list[tuple[str, dict[str, str]]] = []

    def path(self, operation: Operation) -> dict[str, str] | None:
        """Return values for the path parameters of an operation, ``None`` when there are none.

        Args:
            operation: The operation.
        """
        found: dict[str, str] = {}
        for parameter in operation.spec["parameters"]:
            if parameter["in"] != "path":
                continue
            name = parameter["name"]
            value = _FIXED.get(name) or self.get(self._key(operation, name))
            if value is None:
                return None
            found[name] = value
        return found

    def _key(self, operation: Operation, name: str) -> str:
        if operation.operation_id in _ON_A_SPARE and name in _SPARE:
            return f"spare_{KEYS[name]}"
        if name == "model_id":
            return _model_of(operation)
        if name == "configuration_id":
            return "summary" if "summary" in operation.operation_id else "notification"
        return KEYS.get(name, name)

    def get(self, key: str) -> str | None:
        """Return the id of an object of some kind, ``None`` when there is none.

        Args:
            key: The kind, e.g. ``"model"``.
        """
        if key not in self._known:
            maker = MAKERS.get(key) if self.bench.writes else None
            self._known[key] = self._from(maker) or self._from(FINDERS.get(key))
        return self._known[key]

    def _from(self, source: Callable[[World], str | None] | None) -> str | None:
        if source is None:
            return None
        phase = self.bench.caller.phase
        found: list[str | None] = []
        try:
            self.bench.run("set-up", lambda: found.append(source(self)))
        finally:
            self.bench.caller.phase = phase
        return found[0] if found else None

    def need(self, key: str) -> str:
        """Return the id of an object of some kind.

        Args:
            key: The kind.

        Raises:
            StoppedError: There is none.
        """
        value = self.get(key)
        if value is None:
            raise StoppedError(key)
        return value

    def once(self, what: str, do: Callable[[], None]) -> None:
        """Do something the first time it is asked for.

        Args:
            what: Its name.
            do: Does it.
        """
        if what not in self._done:
            self._done.add(what)
            do()

    def forget(self, *keys: str) -> None:
        """Make or find objects of some kinds anew the next time.

        Args:
            *keys: The kinds.
        """
        for key in keys:
            self._known.pop(key, None)

    def remove(self, operation: Operation, path: Mapping[str, str]) -> None:
        """Take note that an operation has removed something.

        Args:
            operation: The operation.
            path: Values of its path parameters.
        """
        if operation.path.endswith("}"):
            name = last_parameter(operation)
            self._removed.add(str(path.get(name)))
            self.forget(self._key(operation, name))
        if operation.operation_id in _ON_A_SPARE:
            self.forget("spare_model", "spare_model_group", "spare_attribute")

    def has_removed(self, values: Iterable[str]) -> bool:
        """Say whether something that a path names was removed by this run.

        Args:
            values: Values of path parameters.
        """
        return not self._removed.isdisjoint(values)

    def spoils(self, operation: Operation, value: str) -> bool:
        """Say whether an operation would change a model that the run still needs as it is.

        Args:
            operation: The operation.
            value: The model, its group or one of its attributes.
        """
        return operation.operation_id in _ON_A_SPARE and value in self._kept

    def known(self, key: str) -> str | None:
        """Return the id of an object of some kind that is at hand already.

        Args:
            key: The kind.
        """
        return self._known.get(key)

    def know(self, key: str, value: str) -> None:
        """Take note of an object.

        Args:
            key: The kind.
            value: Its id.
        """
        self._known[key] = value

    def make(
        self, operation_id: str, body: Any, path: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Create an object, and remember how to remove it.

        Args:
            operation_id: The operation that creates it.
            body: The request.
            path: Values of its path parameters.

        Raises:
            StoppedError: It was refused.
        """
        reply = self.bench.must(operation_id, path, json=body)
        made = reply.json if isinstance(reply.json, dict) else {}
        self.adopt(self.bench.operations[operation_id], path or {}, made)
        return made

    def adopt(self, operation: Operation, path: Mapping[str, str], made: Any) -> None:
        """Take note that an object was created by this run, and of how to remove it.

        Args:
            operation: The operation that created it.
            path: Values of its path parameters.
            made: The answer.
        """
        removal = REMOVALS.get(operation.operation_id)
        if removal is None or not isinstance(made, dict) or not isinstance(made.get("id"), str):
            return
        self.bench.gate.admit(*_ids(made))
        name = last_parameter(self.bench.operations[removal])
        self.created.append((removal, {**path, name: made["id"]}))

    def make_model(self, **changes: Any) -> dict[str, Any]:
        """Create a model.

        Args:
            **changes: Members of the request that differ from the usual ones.

        Raises:
            StoppedError: It was refused.
        """
        model = self.make("create_model", specimens.model(**changes))
        if not isinstance(model.get("id"), str):
            raise StoppedError("create_model")
        self._kept.update(_ids(model))
        return model

    def make_user(self) -> str:
        """Create a user and return the id.

        Raises:
            StoppedError: It was refused.
        """
        return str(self.make("create_user", specimens.user()).get("id"))

    def clean_up(self) -> list[str]:
        """Remove what was made, the youngest first.

        Returns:
            What could not be removed, with the reason.
        """
        left = []
        with self.bench.caller.tidying():
            for operation_id, path in reversed(self.created):
                found: list[int] = []

                def remove(operation_id: str = operation_id, path: dict[str, str] = path) -> None:
                    found.append(self.bench.call(operation_id, path).status)  # noqa: B023 - runs at once

                try:
                    self.bench.run("clean-up", remove)
                except BoundReachedError:  # pragma: no cover - tidying lifts the bounds
                    break
                if not found or found[0] not in {200, 202, 204, 404}:
                    left.append(f"{'/'.join(path.values())} ({operation_id}: {found[:1]})")
        self.created.clear()
        return left
