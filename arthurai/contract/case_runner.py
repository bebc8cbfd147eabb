"""Sends the cases that schemathesis makes, and lets it judge the answers."""

from __future__ import annotations

import copy
import logging
import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from arthurai.common.bundle import base_path, load_bundle, resolve
from arthurai.contract.checked_client import UnsendableError
from arthurai.contract.write_guard import RefusedByGateError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Caller, Reply
    from arthurai.contract.fixtures import World

_ORIGIN: Final = "http://contract.invalid"
_NOT_OURS: Final = frozenset(
    {"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"}
)
# What is removed at these addresses can still be read.
_ARCHIVED: Final = ("/models/{model_id}", "/model_groups/{model_group_id}", "/users/{user_id}")
# Every value that the document allows for these stands in the document itself.
_CLOSED_TYPES: Final = frozenset({"boolean", "integer"})


def load_schema(seed: int) -> Any:
    """Return the document as schemathesis knows it, without links of its own so far.

    Args:
        seed: What its random choices depend on.
    """
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    config = SchemathesisConfig()
    config.projects.default.seed = seed
    document = copy.deepcopy(load_bundle())  # schemathesis writes its links into it
    # Credentials are the caller's business: without the declarations none are made up.
    document.pop("security", None)
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return schemathesis.openapi.from_dict(document, config=config)


# Wrong passwords in great number lock accounts, and a made-up address may be somebody's.
_NEVER_GENERATED: Final = frozenset(
    {"login", "saml_sso", "invite_users", "create_alert_notification_configuration"}
)


def may_be_generated(operation_id: str) -> bool:
    """Say whether made-up requests may be sent to an operation.

    Args:
        operation_id: Its name.
    """
    return operation_id not in _NEVER_GENERATED


class Sender:
    """Sends cases of one operation.

    Args:
        operation: The operation.
        world: Knows objects to address.
    """

    def __init__(self, operation: Operation, world: World) -> None:
        self.operation = operation
        self.world = world
        self.caller: Caller = world.bench.caller
        self._checks = _checks(accepts_all=_accepts_all(operation))

    def __call__(self, case: Any, *, linked: Collection[str] = (), recorder: Any = None) -> Any:
        """Send a case and judge the answer.

        Args:
            case: The case of schemathesis; objects of the world take the places of made-up ones.
            linked: Path parameters that an earlier answer gave, which stay as they are.
            recorder: What was sent before in the same sequence, if it is one.

        Returns:
            The answer as schemathesis knows it; ``None`` when nothing could be sent.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        from schemathesis.core.parameters import ParameterLocation

        meta = case.meta
        if meta is not None and not meta.is_negative_at(ParameterLocation.PATH):
            for name, value in (self.world.path(self.operation) or {}).items():
                given = case.path_parameters.get(name)
                if name not in linked or self.world.spoils(self.operation, given):
                    case.path_parameters[name] = value
        prepared = _prepared(case)
        if prepared is None:
            return None
        url = urlsplit(prepared.url)
        headers = {k: v for k, v in prepared.headers.items() if k.lower() not in _NOT_OURS}
        content = prepared.body
        if isinstance(content, str):
            content = content.encode()
        try:
            reply = self.caller.send(
                prepared.method,
                urlunsplit(("", "", url.path, url.query, "")),
                headers=headers,
                content=content,
                deliberate=True,
            )
        except (RefusedByGateError, UnsendableError):
            return None
        if not reply.status:
            return None
        response = _response(prepared, reply)
        if recorder is not None:
            recorder.record_response(case_id=case.id, response=response)
        if reply.status != HTTPStatus.NOT_IMPLEMENTED:
            self._judge(case, response, reply, linked, recorder)
        if reply.ok and prepared.method == self.operation.method:
            self._judge_query(url.query, reply)
            self.world.adopt(self.operation, case.path_parameters, reply.json)
        if reply.ok and self.operation.method == "DELETE":
            self.world.remove(self.operation, case.path_parameters)
        return response

    def _judge_query(self, query: str, reply: Reply) -> None:
        """Report parameters that the document forbids and the server took.

        schemathesis lets most of them pass: that one parameter is wrong does not make it doubt a
        request whose other parameters are right.
        """
        bundle = self.caller.conformance.bundle
        known = {p["name"]: p for p in self.operation.spec["parameters"] if p["in"] == "query"}
        for name, value in parse_qsl(query):
            if name not in known:
                continue
            schema = resolve(bundle, known[name]["schema"])
            if schema.get("type") == "array":
                schema = resolve(bundle, schema.get("items", {}))
            if not _may_be(schema, value):
                self.caller.report(
                    self.operation.operation_id,
                    "invalid parameter accepted",
                    f"{name}={value[:100]} is answered with {reply.status}",
                    reply.request,
                )

    def _judge(
        self, case: Any, response: Any, reply: Reply, linked: Collection[str], recorder: Any
    ) -> None:
        from schemathesis.core.failures import FailureGroup

        sequence = _sequence_checks() if recorder is not None else []
        try:
            case.validate_response(
                response, checks=self._checks, additional_checks=sequence, recorder=recorder
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                if _refused_row_by_row(failure, reply) or self._is_meant(failure, case, linked):
                    continue
                self.caller.report(
                    self.operation.operation_id,
                    _kind(failure),
                    _told(failure),
                    reply.request,
                )

    def _is_meant(self, failure: Any, case: Any, linked: Collection[str]) -> bool:
        """Say whether schemathesis takes for a fault what is none.

        Models are archived and users are deactivated, so they can still be read. An address that
        ends in a fixed word, such as the pinned columns of a model, is no object that a removal
        takes away. What was removed as a v4 metric is no v3 metric either. An object that was not
        made under the parent of the address is not missed there, and where there is a body, what
        it names may be what is missing.
        """
        kind = type(failure).__name__
        if kind == "UseAfterFree":
            path = failure.operation.partition(" ")[2]
            return not path.endswith("}") or path.endswith(_ARCHIVED)
        if kind == "EnsureResourceAvailability":
            path = case.path_parameters
            return (
                "requestBody" in self.operation.spec
                or not set(path) <= set(linked)
                or self.world.has_removed(path.values())
            )
        return False


def _response(prepared: Any, reply: Reply) -> Any:
    from schemathesis.core.transport import Response

    return Response(
        status_code=reply.status,
        headers={name: [value] for name, value in reply.headers.items()},
        content=reply.body,
        request=prepared,
        elapsed=reply.seconds,
        verify=True,
    )


def _prepared(case: Any) -> Any:
    """Write a case down as a request, which our caller sends; ``None`` when that cannot be done."""
    import requests  # what schemathesis writes requests down with

    try:
        kwargs = case.as_transport_kwargs(base_url=f"{_ORIGIN}{base_path()}")
        allowed = {
            name: kwargs[name]
            for name in ("method", "url", "headers", "params", "data", "json", "files", "cookies")
            if name in kwargs
        }
        return requests.Request(**allowed).prepare()
    except (requests.RequestException, ValueError, TypeError, LookupError):
        return None


def _checks(*, accepts_all: bool) -> list[Any]:
    from schemathesis.specs.openapi import checks

    chosen = [
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.negative_data_rejection,
        checks.unsupported_method,
    ]
    # The answers are checked against their schema by `Conformance`; what is left to schemathesis
    # is what takes knowledge of how a request was made.
    if accepts_all:
        chosen.append(checks.positive_data_acceptance)
    return chosen


def _sequence_checks() -> list[Any]:
    """What takes knowledge of the requests that came before."""
    from schemathesis.specs.openapi import checks

    return [checks.use_after_free, checks.ensure_resource_availability]


def _accepts_all(operation: Operation) -> bool:
    """Say whether every request that fits the document has to be accepted.

    A server may know more than the document: that a text is no column to sort by, or that no
    attribute has a name. Where all parameters are flags, counts and listed words it cannot.
    """
    if operation.spec.get("requestBody") is not None or operation.method != "GET":
        return False
    return all(
        parameter["schema"].get("type") in _CLOSED_TYPES or "enum" in parameter["schema"]
        for parameter in operation.spec["parameters"]
        if parameter["in"] == "query"
    )


def _refused_row_by_row(failure: Any, reply: Reply) -> bool:
    """Say whether bad rows, taken for accepted, were refused one by one."""
    refused = reply.get("counts", "failure")
    accepted = type(failure).__name__ == "AcceptedNegativeData"
    return (
        accepted
        and reply.status == HTTPStatus.MULTI_STATUS
        and isinstance(refused, int)
        and refused > 0
    )


def _may_be(schema: Mapping[str, Any], text: str) -> bool:
    """Say whether a text in a query can stand for a value of a simple schema."""
    if "enum" in schema:
        return text in map(str, schema["enum"])
    if schema.get("type") == "boolean":
        return text.lower() in {"true", "false"}
    if schema.get("type") == "integer":
        try:
            number = float(text)
        except ValueError:
            return False
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        return number.is_integer() and bool(low <= number <= high)
    return True


def _kind(failure: Any) -> str:
    return str(getattr(failure, "title", type(failure).__name__)).lower()


def _told(failure: Any) -> str:
    lines: Iterable[str] = str(getattr(failure, "message", failure)).splitlines()
    return "; ".join(line.strip() for line in lines if line.strip())[:400]
