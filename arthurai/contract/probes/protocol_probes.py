"""Probes that fit every operation: credentials, unknown ids, methods, broken bodies, errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import base_path, resolve
from arthurai.contract.checked_client import encoded_query
from arthurai.contract.write_guard import SAFE_METHODS, only_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Credential
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_NOT_FOUND_FREELY: Final = frozenset(
    {
        # No id, and a filter in the shape of a path.
        "get_usage",
        "get_bias_mitigation_curves_legacy",
    }
)
_NAMED_FREELY: Final = frozenset(
    {"rollup", "enrichment_name", "partner_inference_id", "image_id", "tag_name"}
)
_JSON: Final = "application/json"
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_BROKEN: Final = b'{"broken": '


def missing_credential(bench: Bench, world: World, operation: Operation) -> None:
    """Without a credential every protected operation answers 401."""
    _refused(bench, world, operation, "none", "missing credential accepted")


def wrong_credential(bench: Bench, world: World, operation: Operation) -> None:
    """With a credential that does not exist every protected operation answers 401."""
    _refused(bench, world, operation, "wrong", "wrong credential accepted")


def _refused(
    bench: Bench, world: World, operation: Operation, credential: Credential, kind: str
) -> None:
    if operation.public:
        return
    # Should the check be missing, nothing that exists is touched.
    path = (world.path(operation) if only_reads(operation) else None) or _made_up(bench, operation)
    body = _plausible(bench, operation)
    reply = bench.call(
        operation.operation_id, path, query=_required(operation), credential=credential, **body
    )
    bench.expect(
        reply.status == HTTPStatus.UNAUTHORIZED,
        operation.operation_id,
        kind,
        f"401 expected, got {reply.status}",
        reply,
    )


def bearer_and_cookie(bench: Bench, _: World, operation: Operation) -> None:
    """The scheme word and the cookie open what the bare header opens."""
    if operation.public or operation.method != "GET" or _path_parameters(operation):
        return
    query = _required(operation)
    plain = bench.call(operation.operation_id, query=query)
    ways: tuple[Credential, ...] = ("bearer", "cookie")
    for way in ways:
        reply = bench.call(operation.operation_id, query=query, credential=way)
        bench.expect(
            reply.status == plain.status,
            operation.operation_id,
            f"credential by {way} refused",
            f"{plain.status} with the bare header, {reply.status} by {way}",
            reply,
        )


def unknown_id(bench: Bench, world: World, operation: Operation) -> None:
    """An id that belongs to nothing answers 404, whichever of the ids of a path it is."""
    names = _path_parameters(operation)
    if not names or operation.operation_id in _NOT_FOUND_FREELY:
        return
    known = world.path(operation)
    for name in names:
        if known is None and name != names[0]:
            break
        path = {**(known or _made_up(bench, operation)), name: bench.gate.unknown_id()}
        if name in _NAMED_FREELY:
            continue
        reply = bench.call(
            operation.operation_id, path, query=_required(operation), **_plausible(bench, operation)
        )
        allowed = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
        if operation.spec.get("requestBody") is not None:
            # The body that was sent may be refused before its address is looked up.
            allowed.add(HTTPStatus.BAD_REQUEST)
        bench.expect(
            reply.status in allowed,
            operation.operation_id,
            "unknown id",
            f"404 expected for a {name} that belongs to nothing, got {reply.status}",
            reply,
        )


def wrong_method(bench: Bench, world: World, operation: Operation) -> None:
    """A method that a path does not have answers 405 and names those that it has."""
    there = {other.method for other in bench.operations.values() if other.path == operation.path}
    candidates = ["TRACE", "GET"] + (["PUT", "PATCH", "DELETE", "POST"] if bench.writes else [])
    path = world.path(operation) if only_reads(operation) else None
    target = operation.path
    for name, value in (path or _made_up(bench, operation)).items():
        target = target.replace(f"{{{name}}}", value)
    for method in [m for m in candidates if m not in there and not _shadowed(bench, target, m)][:3]:
        reply = bench.caller.send(method, f"{base_path()}{target}")
        if not reply.status:
            return
        if reply.status == HTTPStatus.NOT_IMPLEMENTED and method not in SAFE_METHODS:
            continue
        allow = {m.strip().upper() for m in reply.headers.get("allow", "").split(",") if m.strip()}
        if bench.expect(
            reply.status == HTTPStatus.METHOD_NOT_ALLOWED,
            operation.operation_id,
            "wrong method",
            f"405 expected for {method}, got {reply.status}",
            reply,
        ):
            bench.expect(
                there <= allow <= there | {"HEAD", "OPTIONS"},
                operation.operation_id,
                "allow header",
                f"Allow must name {', '.join(sorted(there))}, got {', '.join(sorted(allow))}",
                reply,
            )


def _shadowed(bench: Bench, target: str, method: str) -> bool:
    """Say whether another operation answers to a method at the same address."""
    return bench.caller.conformance.operation(method, f"{base_path()}{target}") is not None


def broken_json(bench: Bench, world: World, operation: Operation) -> None:
    """A body that is no JSON answers 400."""
    if _media_type(bench, operation) != _JSON:
        return
    _send_body(bench, world, operation, _BROKEN, _JSON, HTTPStatus.BAD_REQUEST, "broken JSON")


def wrong_media_type(bench: Bench, world: World, operation: Operation) -> None:
    """A body of a media type that the document does not know answers 415."""
    if _media_type(bench, operation) is None:
        return
    kind = "media type"
    expected = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    _send_body(bench, world, operation, b"<a/>", "application/xml", expected, kind)


def _send_body(
    bench: Bench,
    world: World,
    operation: Operation,
    content: bytes,
    media_type: str,
    expected: HTTPStatus,
    kind: str,
) -> None:
    path = world.path(operation)
    if path is None:
        return
    target = operation.path
    for name, value in path.items():
        target = target.replace(f"{{{name}}}", value)
    url = f"{base_path()}{target}{encoded_query(_required(operation))}"
    reply = bench.caller.send(
        operation.method,
        url,
        headers={"Content-Type": media_type},
        content=content,
        deliberate=True,
    )
    if reply.status in {0, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN}:
        return
    bench.expect(
        reply.status == expected,
        operation.operation_id,
        kind,
        f"{int(expected)} expected for a body of {media_type}, got {reply.status}",
        reply,
    )


def missing_parameter(bench: Bench, world: World, operation: Operation) -> None:
    """A query parameter that is required and missing answers 400."""
    path = world.path(operation)
    if path is None or not _required(operation):
        return
    for name in _required(operation):
        query = {n: v for n, v in _required(operation).items() if n != name}
        reply = bench.call(operation.operation_id, path, query=query)
        bench.expect(
            reply.status == HTTPStatus.BAD_REQUEST,
            operation.operation_id,
            "missing parameter",
            f"400 expected without {name}, got {reply.status}",
            reply,
        )


def invalid_parameters(bench: Bench, world: World, operation: Operation) -> None:
    """A query parameter of a wrong kind answers 400."""
    bundle = bench.caller.conformance.bundle
    reads = only_reads(operation)
    path = (world.path(operation) if reads else None) or _made_up(bench, operation)
    for parameter in operation.spec["parameters"]:
        schema = resolve(bundle, parameter["schema"])
        if schema.get("type") == "array":
            schema = resolve(bundle, schema.get("items", {}))
        simple = "enum" in schema or schema.get("type") in {"integer", "boolean"}
        if parameter["in"] != "query" or not simple:
            continue
        query = {**_required(operation), parameter["name"]: "a_value_from_nowhere"}
        reply = bench.call(
            operation.operation_id, path, query=query, **_plausible(bench, operation)
        )
        if reply.status == HTTPStatus.NOT_FOUND and path:
            return
        if reply.ok:
            world.adopt(operation, path, reply.json)
        bench.expect(
            reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN},
            operation.operation_id,
            "invalid parameter accepted",
            f"400 expected for {parameter['name']}=a_value_from_nowhere, got {reply.status}",
            reply,
        )


def answers(bench: Bench, world: World, operation: Operation) -> None:
    """A plain request for something that exists succeeds."""
    if operation.method != "GET" or operation.operation_id in _NEEDS_MORE:
        return
    path = world.path(operation)
    query = _required(operation)
    if "model_id" in query:
        query["model_id"] = world.get("model")
    if path is None or None in query.values():
        return
    reply = bench.call(operation.operation_id, path, query=query)
    bench.expect(
        reply.ok or reply.status in {HTTPStatus.FORBIDDEN, HTTPStatus.PAYMENT_REQUIRED},
        operation.operation_id,
        "refused",
        f"success expected, got {reply.status}: {reply.get('error')}",
        reply,
    )


_NEEDS_MORE: Final = frozenset({"explain_inference", "find_hotspots", "get_inference_image"})

PROBES: Final[Mapping[str, Callable[[Bench, World, Operation], None]]] = {
    "answers": answers,
    "missing credential": missing_credential,
    "wrong credential": wrong_credential,
    "other credentials": bearer_and_cookie,
    "unknown id": unknown_id,
    "wrong method": wrong_method,
    "broken JSON": broken_json,
    "media type": wrong_media_type,
    "missing parameter": missing_parameter,
    "invalid parameter": invalid_parameters,
}


def _path_parameters(operation: Operation) -> list[str]:
    return [p["name"] for p in operation.spec["parameters"] if p["in"] == "path"]


def _made_up(bench: Bench, operation: Operation) -> dict[str, str]:
    fixed = {"rollup": "model", "enrichment_name": "hotspots"}
    return {n: fixed.get(n) or bench.gate.unknown_id() for n in _path_parameters(operation)}


def _required(operation: Operation) -> dict[str, Any]:
    """Return a value for each required query parameter."""
    values = {
        "metric_category": "inferences",
        "model_id": _NOBODY,
        "type": "raw_image",
        "metric": "accuracy",
        "threshold": 0.5,
    }
    return {
        p["name"]: values.get(p["name"], "1")
        for p in operation.spec["parameters"]
        if p["in"] == "query" and p.get("required")
    }


def _media_type(bench: Bench, operation: Operation) -> str | None:
    body = operation.spec.get("requestBody")
    if body is None:
        return None
    content = resolve(bench.caller.conformance.bundle, body)["content"]
    return str(next(iter(content)))


def _plausible(bench: Bench, operation: Operation) -> dict[str, Any]:
    """Return a documented example as the body, where an operation takes JSON."""
    body = operation.spec.get("requestBody")
    if body is None or _media_type(bench, operation) != _JSON:
        return {}
    bundle = bench.caller.conformance.bundle
    media = resolve(bundle, body)["content"][_JSON]
    for example in media.get("examples", {}).values():
        return {"json": resolve(bundle, example)["value"]}
    return {"json": media.get("example", {})}
