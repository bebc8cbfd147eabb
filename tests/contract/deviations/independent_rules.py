"""Building blocks of deviations that were written without a look at the probes.

A rule takes the server, a request and what forwards it, and returns the response.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import NamedTuple

from deviating_server import OPERATIONS, Request, Response
from rules import rows_of, with_rows


class IndependentDeviation(NamedTuple):
    """A deviation of one operation."""

    name: str
    operation_id: str
    rule: object


def case(name, operation_id, rule, *, any_method=False):
    """Make a deviation; its rule sees requests with the method of the operation only."""
    method = OPERATIONS[operation_id].method

    def limited(server, request, forward):
        if any_method or request.method == method:
            return rule(server, request, forward)
        return forward()

    return IndependentDeviation(f"{operation_id}: {name}", operation_id, limited)


def reply(change):
    """Change successes: `change` takes the request and the response."""

    def rule(server, request, forward):
        response = forward()
        return change(request, response) if response.ok else response

    return rule


def after(change):
    """Change every response, whatever its status: `change` takes the request and the response."""
    return lambda server, request, forward: change(request, forward())


def body(change):
    """Change the JSON of successes in place or by returning another value."""

    def alter(request, response):
        value = response.json
        if value is None:
            return response
        mine = copy.deepcopy(value)
        returned = change(mine)
        new = mine if returned is None else returned
        return response if new == value else response.with_json(new)

    return reply(alter)


def each(change):
    """Change each row of a list in place."""

    def alter(request, response):
        rows = rows_of(response.json)
        if not rows:
            return response
        mine = copy.deepcopy(rows)
        for row in mine:
            change(row)
        return response if mine == rows else with_rows(response, mine)

    return reply(alter)


def rows(change):
    """Replace the rows of a list by what `change` returns."""

    def alter(request, response):
        found = rows_of(response.json)
        return with_rows(response, change(found)) if found else response

    return reply(alter)


def member(name, change):
    """Change one member of the answer, when it has it and it is not null."""

    def alter(value):
        if isinstance(value, dict) and value.get(name) is not None:
            value[name] = change(value[name])

    return body(alter)


def row_member(name, change):
    """Change one member of each row, when it has it and it is not null."""

    def alter(row):
        if isinstance(row, dict) and row.get(name) is not None:
            row[name] = change(row[name])

    return each(alter)


def lacks(*names):
    """Leave members out of the answer."""
    return body(lambda value: {n: v for n, v in value.items() if n not in names})


def rows_lack(*names):
    return each(lambda row: [row.pop(name, None) for name in names])


def ignores(*names):
    """Do not see query parameters."""
    return lambda server, request, forward: forward(request.without(*names))


def asks(change):
    """Change the request's JSON in place."""

    def rule(server, request, forward):
        value = request.json
        if value is None:
            return forward()
        mine = copy.deepcopy(value)
        returned = change(mine)
        new = mine if returned is None else returned
        return forward() if new == value else forward(request.with_json(new))

    return rule


def drops(*names):
    """Do not see members of the body."""
    return asks(lambda value: without(value, names))


def resets(**values):
    """Set members that the body leaves out."""
    return asks(lambda value: {**values, **value} if isinstance(value, dict) else value)


def without(value, names):
    return {n: v for n, v in value.items() if n not in names} if isinstance(value, dict) else value


def member_sent(name, change, *kinds):
    def alter(value):
        if isinstance(value, dict) and type(value.get(name)) in (
            kinds or (str, int, float, bool, list)
        ):
            value[name] = change(value[name])

    return asks(alter)


def status(code, *, only=None):
    """Answer with another status; of successes, or of the statuses given."""

    def rule(server, request, forward):
        response = forward()
        hit = response.ok if only is None else response.status in only
        return replace(response, status=code) if hit else response

    return rule


def header(**changes):
    return reply(lambda request, response: response.with_headers(**changes))


def pretends(answer=None, code=None):
    """Answer as if it were done, and do nothing: only checks of the request are made by a read."""

    def rule(server, request, forward):
        return (
            Response(code or 204, {}, b"")
            if answer is None
            else Response(code or 200).with_json(answer)
        )

    return rule


def open_to_all(server, request: Request, forward):
    """Let everybody whose key is known do it: what is refused with 403 is done by the administrator."""
    response = forward()
    if response.status != 403:
        return response
    who = call(server, "GET", "/api/v3/users/me/auth_info", headers=request.headers)
    organizations = (who.json or {}).get("organization_ids") or [None]
    return as_admin(forward, server, request, organizations[0])


def as_admin(forward, server, request: Request, organization):
    headers = {n: v for n, v in request.headers.items() if n != "cookie"}
    headers["authorization"] = server.app.admin_key
    headers.pop("arthur-organization-id", None)
    if organization:
        headers["arthur-organization-id"] = organization
    return forward(replace(request, headers=headers))


def call(server, method, path, value=None, headers=None, query=()):
    """Ask the honest server something on the side, as its administrator unless headers say who."""
    from deviating_server import run

    content = b"" if value is None else json.dumps(value).encode()
    known = {
        n: v
        for n, v in (headers or {}).items()
        if n in ("authorization", "cookie", "arthur-organization-id")
    }
    known = known or {"authorization": server.app.admin_key}
    if content:
        known |= {"content-type": "application/json", "content-length": str(len(content))}
    environ = {
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "", "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
    }  # fmt: skip
    return run(server.app, environ, Request(method, path, tuple(query), known, content))


def organizations(server):
    found = call(server, "GET", "/api/v3/organizations", query=(("page_size", "500"),))
    return [row["id"] for row in (rows_of(found.json) or [])]


def across_tenants(server, request, forward):
    """Answer what is not found here from any organization that has it."""
    response = forward()
    if response.status not in (403, 404):
        return response
    for organization in organizations(server):
        other = as_admin(forward, server, request, organization)
        if other.ok:
            return other
    return response


def lists_all_tenants(server, request, forward):
    """Add the rows of every organization to a list."""
    response = forward()
    if not response.ok:
        return response
    found = list(rows_of(response.json) or [])
    for organization in organizations(server):
        other = as_admin(forward, server, request, organization)
        for row in (rows_of(other.json) or []) if other.ok else []:
            if row not in found:
                found.append(row)
    value = response.json
    return response.with_json(found) if isinstance(value, list) else with_any_rows(response, found)


def with_any_rows(response, found):
    value = response.json
    key = next((k for k in ("data", "metrics", "query_result") if k in value), "data")
    return response.with_json({**value, key: found})


def remembers(create):
    """Make a rule with a state of its own for each server."""
    states = {}

    def rule(server, request, forward):
        mine = states.setdefault(id(server), create())
        return mine(server, request, forward)

    return rule
