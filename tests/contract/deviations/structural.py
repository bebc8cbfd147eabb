"""Deviations from the document: shapes, types, statuses, media types, validation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from deviant import Answer, Deviant, Incoming
from schemas import (
    answer_schema,
    body_schema,
    change,
    drop,
    fields,
    members,
    nullable,
    optional_fields,
    query_parameters,
    success,
)

if TYPE_CHECKING:
    import random

HTML = {"content-type": "text/html"}


def on_success(alter):
    """Make a rule that alters successes."""

    def rule(deviant: Deviant, request: Incoming, forward) -> Answer:
        answer = forward()
        own = request.method == deviant.operation.method
        return alter(deviant, answer) if own and answer.ok else answer

    return rule


def on_status(statuses, alter):
    """Make a rule that alters answers of some statuses."""

    def rule(deviant: Deviant, request: Incoming, forward) -> Answer:
        answer = forward()
        own = request.method == deviant.operation.method
        return (
            alter(deviant, request, answer, forward)
            if own and answer.status in statuses
            else answer
        )

    return rule


def altered(place, alter):
    def apply(_, answer: Answer) -> Answer:
        value = answer.json
        new = change(value, place, alter)
        return answer if new == value or value is None else answer.with_json(new)

    return on_success(apply)


def constant(value):
    return lambda _: value


# -- bodies ------------------------------------------------------------------------------------


def of_required(fits, alter):
    """Give a factory of rules that alter one required member, picked among those that fit."""

    def make(operation, draw: random.Random):
        places = [(place, schema) for place, schema in fields(operation) if fits(schema)]
        if not places:
            return None
        place, schema = draw.choice(places)
        return altered(place, alter(schema) if alter is not drop else drop)

    return make


def typed(schema) -> bool:
    return isinstance(schema.get("type"), str) and "enum" not in schema


def wrong_type(schema):
    return constant({"string": 17, "array": "none", "object": "none"}.get(schema["type"], "seven"))


def of_any(fits, value):
    def make(operation, draw: random.Random):
        places = [(p, s) for p, s in [*fields(operation), *optional_fields(operation)] if fits(s)]
        return altered(draw.choice(places)[0], constant(value)) if places else None

    return make


def has_body(operation) -> bool:
    return answer_schema(operation) is not None


def has_described_body(operation) -> bool:
    """Say whether there is a body that is more than a confirmation, which may be any object."""
    properties, required = members(answer_schema(operation) or {})
    return has_body(operation) and (bool(required) or set(properties) != {"message"})


def renamed_envelope(operation, _):
    properties, _required = members(answer_schema(operation) or {})
    known = ("data", "metrics", "query_result", "results", "counts")
    old = next((key for key in known if key in properties), None)
    if old is None:
        return None

    def rename(value):
        if not isinstance(value, dict):
            return value
        return {("items" if name == old else name): member for name, member in value.items()}

    return altered((), rename)


def junk_in_list(operation, draw):
    places = [p for p, s in fields(operation) if s.get("type") == "array"]
    if not places:
        return None
    return altered(draw.choice(places), lambda v: [*v, 17] if isinstance(v, list) else v)


def texts_for_numbers(operation, _):
    if not any(s.get("type") in ("integer", "number") for _, s in fields(operation)):
        return None

    def textual(value):
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return str(value)
        if isinstance(value, list):
            return [textual(item) for item in value]
        if isinstance(value, dict):
            return {name: textual(item) for name, item in value.items()}
        return value

    return altered((), textual)


def body_rule(alter, when=has_body):
    return lambda operation, _: on_success(lambda _, a: alter(a)) if when(operation) else None


def without_body(operation) -> bool:
    return success(operation) == "204"


# -- statuses ----------------------------------------------------------------------------------


def other_success(operation, _):
    documented = operation.spec["responses"]
    other = next(s for s in (200, 201, 202, 206) if str(s) not in documented)
    return on_success(lambda _, a: replace(a, status=other))


def teapot(operation, _):
    return on_success(lambda _, a: replace(a, status=418))


def sometimes_500(operation, _):
    seen = [0]

    def rule(deviant, request, forward):
        answer = forward()
        seen[0] += 1
        if seen[0] % 3 == 0 and request.method == operation.method:
            return answer.with_json({"error": "internal error"}, 500)
        return answer

    return rule


def error(alter, statuses=frozenset({400, 401, 403, 404, 405, 409, 415})):
    return lambda operation, _: on_status(statuses, lambda d, r, a, f: alter(a))


# -- validation --------------------------------------------------------------------------------


def accepting(fits, statuses=frozenset({400})):
    """Give a factory of rules that answer refused requests like the last good one."""

    def make(operation, _):
        if not fits(operation):
            return None
        good: list[Answer] = []

        def rule(deviant, request, forward):
            answer = forward()
            if answer.ok:
                good[:] = [answer]
            if answer.status in statuses and request.method == operation.method:
                return good[0] if good else answer.with_json({}, int(success(operation)))
            return answer

        return rule

    return make


def has_json(operation) -> bool:
    return body_schema(operation) is not None


def strict_json(operation) -> bool:
    """Say whether something about the body can be wrong: a required member, or members of a type."""
    schema = body_schema(operation)
    return schema is not None and bool(members(schema)[1] or members(schema)[0])


def lenient_parameter(operation, draw):
    names = [
        n
        for n, s in query_parameters(operation).items()
        if s.get("type") in ("integer", "boolean") or "enum" in s
    ]
    if not names:
        return None
    name = draw.choice(names)

    def again(deviant, request, answer, forward):
        return forward(request.without(name)) if request.get(name) is not None else answer

    return on_status({400}, again)


def optional_requirement(operation, _):
    required = [
        p["name"] for p in operation.spec["parameters"] if p["in"] == "query" and p.get("required")
    ]
    if not required:
        return None

    def rule(deviant, request, forward):
        answer = forward()
        if answer.status == 400 and required[0] not in dict(request.query):
            return answer.with_json({}, int(success(operation)))
        return answer

    return rule


def strict_fields(operation, _):
    schema = body_schema(operation)
    if schema is None or not members(schema)[0]:
        return None
    known = set(members(schema)[0])

    def rule(deviant, request, forward):
        if isinstance(request.json, dict) and set(request.json) - known:
            return Answer(400).with_json({"error": "unknown field"})
        return forward()

    return rule


def error_500(statuses):
    return lambda operation, _: on_status(
        statuses, lambda d, r, a, f: a.with_json({"error": "boom"}, 500)
    )


def has_path(operation) -> bool:
    return "{" in operation.path


def only(fits, make):
    return lambda operation, draw: make(operation, draw) if fits(operation) else None


# -- methods -----------------------------------------------------------------------------------


def method_rule(alter):
    def make(operation, _):
        def rule(deviant, request, forward):
            answer = forward()
            return alter(answer) if answer.status == 405 else answer

        return rule

    return make


def short_allow(answer: Answer) -> Answer:
    allow = [m.strip() for m in answer.headers.get("allow", "").split(",")]
    kept = [m for m in allow if m not in {"HEAD", "OPTIONS"}][1:]
    return replace(answer, headers={**answer.headers, "allow": ", ".join(kept)})


def long_allow(answer: Answer) -> Answer:
    allow = answer.headers.get("allow", "")
    return replace(answer, headers={**answer.headers, "allow": f"{allow}, LINK"})


def no_allow(answer: Answer) -> Answer:
    return replace(answer, headers={n: v for n, v in answer.headers.items() if n != "allow"})


KINDS = {
    "required member missing": of_required(lambda _: True, drop),
    "wrong type": of_required(typed, wrong_type),
    "null where there is no null": of_required(
        lambda s: typed(s) and not nullable(s), lambda _: constant(None)
    ),
    "unknown enum value": of_any(lambda s: "enum" in s, "a_value_from_nowhere"),
    "broken date": of_any(lambda s: s.get("format") == "date-time", "yesterday"),
    "date without zone": of_any(lambda s: s.get("format") == "date-time", "2026-01-01 10:00:00"),
    "broken uuid": of_any(lambda s: s.get("format") == "uuid", "not-a-uuid"),
    "renamed envelope": renamed_envelope,
    "junk in a list": junk_in_list,
    "texts for numbers": texts_for_numbers,
    "wrapped body": body_rule(lambda a: a.with_json({"result": a.json}), has_described_body),
    "list for object": body_rule(lambda a: a.with_json([a.json])),
    "truncated JSON": body_rule(lambda a: replace(a, body=a.body[: len(a.body) // 2])),
    "empty body": body_rule(lambda a: replace(a, body=b"")),
    "broken UTF-8": body_rule(lambda a: replace(a, body=a.body.replace(b'"', b'"\xff', 1))),
    "wrong content type": body_rule(
        lambda a: replace(a, headers={**a.headers, "content-type": "text/plain"})
    ),
    "no content type": body_rule(
        lambda a: replace(a, headers={n: v for n, v in a.headers.items() if n != "content-type"})
    ),
    "body where none belongs": body_rule(lambda a: a.with_json({"ok": True}), without_body),
    "200 for 204": body_rule(lambda a: a.with_json({}, 200), without_body),
    "other success status": other_success,
    "undocumented status": teapot,
    "500 now and then": sometimes_500,
    "other error shape": error(lambda a: a.with_json({"message": "no", "code": a.status})),
    "error as HTML": error(lambda a: Answer(a.status, {**a.headers, **HTML}, b"<h1>Error</h1>")),
    "error without a body": error(lambda a: replace(a, body=b"")),
    "500 for an unknown id": only(has_path, error_500({404})),
    "500 for a broken body": only(has_json, error_500({400})),
    "400 for an unknown id": only(has_path, error(lambda a: replace(a, status=410), {404})),
    "invalid body accepted": accepting(strict_json),
    "broken JSON accepted": accepting(has_json),
    "media type not checked": accepting(has_json, frozenset({415})),
    "invalid parameter accepted": lenient_parameter,
    "required parameter optional": optional_requirement,
    "unknown members refused": strict_fields,
    "short Allow": method_rule(short_allow),
    "long Allow": method_rule(long_allow),
    "no Allow": method_rule(no_allow),
    "404 for a wrong method": method_rule(lambda a: replace(a, status=404)),
    "200 for a wrong method": method_rule(lambda a: a.with_json({}, 200)),
}
