"""Deviations from the document: shapes, types, statuses, media types, validation."""

from __future__ import annotations

from dataclasses import replace

from deviating_server import Response
from response_schemas import (
    body_schema,
    change,
    drop,
    fields,
    members,
    nullable,
    optional_fields,
    query_parameters,
    response_schema,
    success,
)
from rules import on_response, on_status, on_success, own, own_with_state, where

ERRORS = frozenset({400, 401, 403, 404, 405, 409, 415})


def altered(place, alter):
    """Make a rule factory that alters a place of the body of successes."""

    def apply(_, response: Response) -> Response:
        value = response.json
        new = change(value, place, alter)
        return response if new == value or value is None else response.with_json(new)

    return on_success(apply)


def constant(value):
    return lambda _: value


# -- bodies ------------------------------------------------------------------------------------


def in_required(fits, alter):
    """Alter one required member, picked among those that fit."""

    def make(operation, draw):
        places = [(place, schema) for place, schema in fields(operation) if fits(schema)]
        if not places:
            return None
        place, schema = draw.choice(places)
        return altered(place, drop if alter is drop else alter(schema))(operation, draw)

    return make


def in_any(fits, value):
    """Give one member, picked among those that fit, another value."""

    def make(operation, draw):
        places = [p for p, s in [*fields(operation), *optional_fields(operation)] if fits(s)]
        return altered(draw.choice(places), constant(value))(operation, draw) if places else None

    return make


def is_typed(schema) -> bool:
    return isinstance(schema.get("type"), str) and "enum" not in schema


def of_wrong_type(schema):
    return constant({"string": 17, "array": "none", "object": "none"}.get(schema["type"], "seven"))


def is_date(schema) -> bool:
    return schema.get("format") == "date-time"


def has_body(operation) -> bool:
    return response_schema(operation) is not None


def has_described_body(operation) -> bool:
    """Whether there is a body that is more than a confirmation, which may be any object."""
    properties, required = members(response_schema(operation) or {})
    return has_body(operation) and (bool(required) or set(properties) != {"message"})


def renamed_envelope(operation, draw):
    properties, _ = members(response_schema(operation) or {})
    known = ("data", "metrics", "query_result", "results", "counts")
    old = next((key for key in known if key in properties), None)
    if old is None:
        return None

    def rename(value):
        if not isinstance(value, dict):
            return value
        return {("items" if name == old else name): member for name, member in value.items()}

    return altered((), rename)(operation, draw)


def junk_in_list(operation, draw):
    places = [p for p, s in fields(operation) if s.get("type") == "array"]
    if not places:
        return None
    junk = altered(draw.choice(places), lambda v: [*v, 17] if isinstance(v, list) else v)
    return junk(operation, draw)


def has_numbers(operation) -> bool:
    return any(s.get("type") in ("integer", "number") for _, s in fields(operation))


def numbers_to_texts(value):
    if isinstance(value, list):
        return [numbers_to_texts(item) for item in value]
    if isinstance(value, dict):
        return {name: numbers_to_texts(item) for name, item in value.items()}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def body(alter, fits=has_body):
    """Alter the response of successes."""
    return where(fits, on_success(lambda _, response: alter(response)))


def is_empty(operation) -> bool:
    return success(operation) == "204"


# -- statuses ----------------------------------------------------------------------------------


def other_success(operation, draw):
    documented = operation.spec["responses"]
    other = next(s for s in (200, 201, 202, 206) if str(s) not in documented)
    return on_success(lambda _, response: replace(response, status=other))(operation, draw)


def sometimes_500(operation, _):
    seen = 0

    def rule(server, request, forward):
        nonlocal seen
        response = forward()
        seen += 1
        if seen % 3 == 0 and request.method == operation.method:
            return response.with_json({"error": "internal error"}, 500)
        return response

    return rule


def error(alter, statuses=ERRORS):
    return on_status(statuses, alter)


def error_500(statuses):
    return error(lambda response: response.with_json({"error": "boom"}, 500), statuses)


# -- validation --------------------------------------------------------------------------------


def accepting(fits, statuses=frozenset({400})):
    """Answer refused requests like the last good one."""

    def make(operation, draw):
        def create():
            good: list[Response] = []

            def rule(_, forward):
                response = forward()
                if response.ok:
                    good[:] = [response]
                if response.status in statuses:
                    empty = response.with_json({}, int(success(operation)))
                    return good[0] if good else empty
                return response

            return rule

        return own_with_state(create)(operation, draw)

    return where(fits, make)


def has_json(operation) -> bool:
    return body_schema(operation) is not None


def has_strict_json(operation) -> bool:
    """Whether the body can be wrong: it has a required member, or members of a type."""
    schema = body_schema(operation)
    return schema is not None and bool(members(schema)[1] or members(schema)[0])


def has_path(operation) -> bool:
    return "{" in operation.path


def lenient_parameter(operation, draw):
    names = [
        n
        for n, s in query_parameters(operation).items()
        if s.get("type") in ("integer", "boolean") or "enum" in s
    ]
    if not names:
        return None
    name = draw.choice(names)

    def rule(request, forward):
        response = forward()
        wrong = response.status == 400 and request.get(name) is not None
        return forward(request.without(name)) if wrong else response

    return own(rule)(operation, draw)


def optional_requirement(operation, _):
    required = [
        p["name"] for p in operation.spec["parameters"] if p["in"] == "query" and p.get("required")
    ]
    if not required:
        return None

    def rule(server, request, forward):
        response = forward()
        if response.status == 400 and required[0] not in dict(request.query):
            return response.with_json({}, int(success(operation)))
        return response

    return rule


def strict_members(operation, _):
    schema = body_schema(operation)
    if schema is None or not members(schema)[0]:
        return None
    known = set(members(schema)[0])

    def rule(server, request, forward):
        if isinstance(request.json, dict) and set(request.json) - known:
            return Response(400).with_json({"error": "unknown field"})
        return forward()

    return rule


# -- methods -----------------------------------------------------------------------------------


def wrong_method(alter):
    """Alter the refusal of a method that the path does not have."""
    return on_response(lambda _, response: alter(response) if response.status == 405 else response)


def shorten_allow(response: Response) -> Response:
    allow = [m.strip() for m in response.headers.get("allow", "").split(",")]
    kept = [m for m in allow if m not in {"HEAD", "OPTIONS"}][1:]
    return response.with_headers(allow=", ".join(kept))


KINDS = {
    "required member missing": in_required(lambda _: True, drop),
    "wrong type": in_required(is_typed, of_wrong_type),
    "null where there is no null": in_required(
        lambda s: is_typed(s) and not nullable(s), lambda _: constant(None)
    ),
    "unknown enum value": in_any(lambda s: "enum" in s, "a_value_from_nowhere"),
    "broken date": in_any(is_date, "yesterday"),
    "date without zone": in_any(is_date, "2026-01-01 10:00:00"),
    "broken uuid": in_any(lambda s: s.get("format") == "uuid", "not-a-uuid"),
    "renamed envelope": renamed_envelope,
    "junk in a list": junk_in_list,
    "texts for numbers": where(has_numbers, altered((), numbers_to_texts)),
    "wrapped body": body(lambda r: r.with_json({"result": r.json}), has_described_body),
    "list for object": body(lambda r: r.with_json([r.json])),
    "truncated JSON": body(lambda r: replace(r, body=r.body[: len(r.body) // 2])),
    "empty body": body(lambda r: replace(r, body=b"")),
    "broken UTF-8": body(lambda r: replace(r, body=r.body.replace(b'"', b'"\xff', 1))),
    "wrong content type": body(lambda r: r.with_headers(content_type="text/plain")),
    "no content type": body(lambda r: r.without_header("content-type")),
    "body where none belongs": body(lambda r: r.with_json({"ok": True}), is_empty),
    "200 for 204": body(lambda r: r.with_json({}, 200), is_empty),
    "other success status": other_success,
    "undocumented status": on_success(lambda _, r: replace(r, status=418)),
    "500 now and then": sometimes_500,
    "other error shape": error(lambda r: r.with_json({"message": "no", "code": r.status})),
    "error as HTML": error(
        lambda r: replace(r, body=b"<h1>Error</h1>").with_headers(content_type="text/html")
    ),
    "error without a body": error(lambda r: replace(r, body=b"")),
    "500 for an unknown id": where(has_path, error_500({404})),
    "500 for a broken body": where(has_json, error_500({400})),
    "400 for an unknown id": where(has_path, error(lambda r: replace(r, status=410), {404})),
    "invalid body accepted": accepting(has_strict_json),
    "broken JSON accepted": accepting(has_json),
    "media type not checked": accepting(has_json, frozenset({415})),
    "invalid parameter accepted": lenient_parameter,
    "required parameter optional": optional_requirement,
    "unknown members refused": strict_members,
    "short Allow": wrong_method(shorten_allow),
    "long Allow": wrong_method(
        lambda r: r.with_headers(allow=f"{r.headers.get('allow', '')}, LINK")
    ),
    "no Allow": wrong_method(lambda r: r.without_header("allow")),
    "404 for a wrong method": wrong_method(lambda r: replace(r, status=404)),
    "200 for a wrong method": wrong_method(lambda r: r.with_json({}, 200)),
}
