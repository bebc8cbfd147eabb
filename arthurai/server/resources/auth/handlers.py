"""Logging in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkzeug.http import dump_cookie

from arthurai.server.authentication import AUTHORIZATION_HEADER
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from arthurai.server.http.request import Request


@operation("login")
def login(request: Request) -> Response:
    """Open a session; its token is returned as a cookie."""
    user = request.stores.control.users.log_in(
        request.body["login"], request.body["password"], request.address
    )
    token, expires = request.services.authentication.open_session(user)
    cookie = dump_cookie(
        AUTHORIZATION_HEADER,
        token,
        expires=datetime.fromtimestamp(expires, UTC),
        path="/",
        secure=request.is_https,
        httponly=True,
        samesite="Lax",
    )
    body = user.to_api(next(iter(user.roles), None))
    return Response(200, body, headers=[("Set-Cookie", cookie)])


@operation("saml_sso")
def saml_sso(request: Request) -> Response:
    """Refuse: this server has no external identity provider."""
    del request
    raise ApiError(404, "no identity provider is configured; log in with a password")
