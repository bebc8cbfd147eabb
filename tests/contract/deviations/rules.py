"""Building blocks of deviations.

A factory takes an operation and a source of random choices; it returns a rule, or `None` when the
deviation does not fit the operation. A rule takes the server, a request and what forwards it, and
returns the response.
"""

from __future__ import annotations

KEY = "authorization"
ENVELOPES = ("data", "metrics", "query_result")


def own(rule):
    """Make a factory of rules for requests with the method of the operation.

    `rule` takes the request and what forwards it.
    """

    def make(operation, _):
        def apply(server, request, forward):
            return rule(request, forward) if request.method == operation.method else forward()

        return apply

    return make


def own_with_state(create):
    """Make a factory of rules that remember something: `create` returns a new one each time."""

    def make(operation, draw):
        return own(create())(operation, draw)

    return make


def on_request(change):
    """Make a factory of rules that change the request."""
    return own(lambda request, forward: forward(change(request)))


def on_response(change):
    """Make a factory of rules that change each response, whatever the method."""

    def rule(server, request, forward):
        return change(request, forward())

    return lambda operation, draw: rule


def on_success(change):
    """Make a factory of rules that change successes; `change` takes request and response."""

    def rule(request, forward):
        response = forward()
        return change(request, response) if response.ok else response

    return own(rule)


def on_body(change):
    """Make a factory of rules that change the body of successes: `change` takes its JSON."""

    def alter(_, response):
        value = response.json
        changed = None if value is None else change(value)
        return response if changed == value else response.with_json(changed)

    return on_success(alter)


def on_status(statuses, change):
    """Make a factory of rules that change responses with some statuses."""

    def rule(request, forward):
        response = forward()
        return change(response) if response.status in statuses else response

    return own(rule)


def where(fits, make):
    """Limit a factory to operations that pass a test."""
    return lambda operation, draw: make(operation, draw) if fits(operation) else None


def within(names, make):
    """Limit a factory to some operations."""
    return where(lambda operation: operation.operation_id in names, make)


def rows_of(value):
    """Return the rows of a list, bare or in an envelope; `None` when there are none."""
    if isinstance(value, list):
        return value
    for key in ENVELOPES:
        if isinstance(value, dict) and isinstance(value.get(key), list):
            return value[key]
    return None


def with_rows(response, rows):
    value = response.json
    if isinstance(value, list):
        return response.with_json(rows)
    key = next(key for key in ENVELOPES if isinstance(value.get(key), list))
    return response.with_json({**value, key: rows})


def on_rows(change):
    """Make a factory of rules that change the rows of a list, if it has any."""

    def alter(_, response):
        rows = rows_of(response.json)
        return with_rows(response, change(rows)) if rows else response

    return on_success(alter)
