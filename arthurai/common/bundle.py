"""Read the bundled OpenAPI document: operations, permissions, references."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

BUNDLE_PACKAGE: Final = "arthurai_api"
BUNDLE_NAME: Final = "openapi.json"
METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


class Permission(NamedTuple):
    """A right that an operation requires and a role grants.

    Attributes:
        resource: What is touched, e.g. `"model"`.
        action: What is done to it, e.g. `"read"`.
    """

    resource: str
    action: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        operation_id: Its name, unique in the document.
        method: HTTP method in capitals.
        path: Path template below the base path, e.g. `"/v3/models/{model_id}"`.
        tag: Its first tag.
        spec: The operation object; parameters of the path item are merged into it.
        permission: The right a caller needs; `None` when being known is enough.
        public: Whether it is open to callers without a credential.
    """

    operation_id: str
    method: str
    path: str
    tag: str
    spec: Mapping[str, Any]
    permission: Permission | None
    public: bool

    @property
    def checks_data_permission(self) -> bool:
        """Whether reading the data source that the body names needs a right of its own."""
        return bool(self.spec.get("x-permission-data"))


@cache
def load_bundle() -> dict[str, Any]:
    """Return the bundled OpenAPI document; it is read once and must not be changed.

    Raises:
        FileNotFoundError: The installation lacks the document.
    """
    import orjson

    content = resources.files(BUNDLE_PACKAGE).joinpath(BUNDLE_NAME).read_bytes()
    document: dict[str, Any] = orjson.loads(content)
    return document


@cache
def operations() -> dict[str, Operation]:
    """Return all operations of the API by their `operationId`."""
    return operations_of(load_bundle())


def operations_of(bundle: Mapping[str, Any]) -> dict[str, Operation]:
    """Return the operations of an OpenAPI document by their `operationId`.

    Args:
        bundle: A document without references to other files.

    Raises:
        ValueError: Two operations share a name, or one has none.
    """
    found: dict[str, Operation] = {}
    default_security = bundle.get("security")
    for path, item in bundle.get("paths", {}).items():
        for method in METHODS:
            if method not in item:
                continue
            operation = _operation(bundle, path, method, item, default_security)
            if operation.operation_id in found:
                raise ValueError(
                    f"operationId {operation.operation_id!r} is used twice; rename one of the two"
                )
            found[operation.operation_id] = operation
    return found


def base_path(bundle: Mapping[str, Any] | None = None) -> str:
    """Return the path that precedes all paths of the API, e.g. `"/api"`.

    Args:
        bundle: The document; the shipped one when missing.
    """
    servers = (load_bundle() if bundle is None else bundle).get("servers") or [{"url": ""}]
    return urlsplit(str(servers[0]["url"])).path.rstrip("/")


def resolve(bundle: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow `$ref` inside the document until a node without one is reached.

    Args:
        bundle: The document.
        node: A node of it, maybe a reference.

    Raises:
        KeyError: The reference leads nowhere.
    """
    while "$ref" in node:
        target: Any = bundle
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[unescape_step(part)]
        node = target
    return node


def pointer_step(name: str) -> str:
    """Return the name of a member as a step of a JSON pointer in a URI fragment (RFC 6901).

    Args:
        name: Name of the member, e.g. `"application/json"`.
    """
    return quote(escape_step(name), safe="~")


def escape_step(name: str) -> str:
    """Return the name of a member as a step of a JSON pointer (RFC 6901).

    Args:
        name: Name of the member, e.g. `"/v3/models"`.
    """
    return name.replace("~", "~0").replace("/", "~1")


def unescape_step(step: str) -> str:
    """Return the name of the member that a step of a JSON pointer means.

    Args:
        step: The step, e.g. `"~1v3~1models"`.
    """
    return step.replace("~1", "/").replace("~0", "~")


def _operation(
    bundle: Mapping[str, Any],
    path: str,
    method: str,
    item: Mapping[str, Any],
    default_security: Any,
) -> Operation:
    spec = dict(item[method])
    if "operationId" not in spec:
        raise ValueError(f"{method.upper()} {path} has no operationId; give it one")
    own = [resolve(bundle, parameter) for parameter in spec.get("parameters", ())]
    named = {(parameter["name"], parameter["in"]) for parameter in own}
    shared = [resolve(bundle, parameter) for parameter in item.get("parameters", ())]
    spec["parameters"] = [p for p in shared if (p["name"], p["in"]) not in named] + own
    permission = spec.get("x-permission")
    return Operation(
        operation_id=spec["operationId"],
        method=method.upper(),
        path=path,
        tag=(spec.get("tags") or [""])[0],
        spec=spec,
        permission=Permission(permission["resource"], permission["action"]) if permission else None,
        public=spec.get("security", default_security) == [],
    )
