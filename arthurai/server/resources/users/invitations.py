"""Invitations: signed links to a page on which an invited person creates an account."""

from __future__ import annotations

import html
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from arthurai.common.text import quote_value
from arthurai.server.delivery.message import Message
from arthurai.server.document_kinds import Kind
from arthurai.server.http import bodies
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response
from arthurai.server.identifiers import new_id
from arthurai.server.principals import SUPER_ADMIN
from arthurai.server.resources.users.service import MANAGE_USERS, check_account
from arthurai.server.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.http.request import Request
    from arthurai.server.services import Services
    from arthurai.server.storage.documents import ControlStore

SIGN_UP_PATH: Final = "/signup"
INVITED_ROLE: Final = "User"
VALIDITY_SECONDS: Final = 7 * 24 * 3600
_SHOWN: Final = ("email", "invited_by", "created_at", "expires_at")
_AUDIENCE: Final = "invitation"
_ALGORITHM: Final = "HS256"
_HOST: Final = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
_MAX_FORM_BYTES: Final = 64 * 1024
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Arthur</title>
<h1>Arthur</h1>
{content}
</html>
"""
_FORM: Final = """<p>{error}</p>
<form method="post" action="{path}">
<input type="hidden" name="token" value="{token}">
<p><label>User name <input name="username" required></label></p>
<p><label>First name <input name="first_name"></label></p>
<p><label>Last name <input name="last_name"></label></p>
<p><label>Password <input name="password" type="password" required></label></p>
<p><button>Make the account for {email}</button></p>
</form>
"""


def invite(request: Request, organization_id: str, addresses: Sequence[str]) -> dict[str, str]:
    """Invite people; return their links, and mail them unless the request wants only the links.

    Args:
        request: The request, with an `InviteRequest` as its body.
        organization_id: The organization they are invited to.
        addresses: Their mail addresses.

    Raises:
        ApiError: 400 when the address of the dashboard is not valid, or mails cannot be sent.
    """
    control, delivery = request.stores.control, request.services.delivery
    if addresses and not (request.body.get("return_direct_links") or delivery.sends_mail):
        raise ApiError(
            400,
            "body.return_direct_links: must be true, as no mail server is configured "
            "(ARTHUR_SMTP_URL)",
        )
    base = _base_url(request)
    name = control.organizations.get(organization_id)["name"]
    links = {}
    now = utc_now()
    for address in dict.fromkeys(addresses):
        claims = {
            "aud": _AUDIENCE,
            "sub": address,
            "org": organization_id,
            "exp": int(time.time()) + VALIDITY_SECONDS,
            "jti": new_id(),
        }
        token = jwt.encode(claims, request.services.secret, algorithm=_ALGORITHM)
        links[address] = f"{base}{SIGN_UP_PATH}?{urlencode({'token': token})}"
        control.documents(Kind.INVITATION).put(
            organization_id,
            address,
            {
                "email": address,
                "organization_id": organization_id,
                "invited_by": request.principal.id,
                "created_at": format_timestamp(now),
                "expires_at": format_timestamp(now + timedelta(seconds=VALIDITY_SECONDS)),
                "token_id": claims["jti"],
            },
        )
        if not request.body.get("return_direct_links"):
            text = f"You are invited to the organization {name}: {links[address]}"
            subject = f"Invitation to {name}"
            delivery.deliver(Message(address, subject, text, confidential=True))
    return links


def list_open(services: Services, organization_id: str | None) -> list[dict[str, Any]]:
    """Return the invitations that still open an account, without their links.

    Args:
        services: What handlers may use.
        organization_id: The organization they invite to; `None` for all.
    """
    control = services.stores.control
    if organization_id is None:
        wanted = [str(organization["id"]) for organization in control.organizations.list()]
    else:
        wanted = [organization_id]
    now = format_timestamp(utc_now())
    return [
        {
            "organization_id": one,
            **{name: invitation[name] for name in _SHOWN if name in invitation},
        }
        for one in wanted
        for invitation in control.documents(Kind.INVITATION).list(one)
        # those of earlier releases do not say when they end
        if invitation.get("expires_at", now) >= now
        and _may_invite(services, invitation["invited_by"], one)
    ]


def withdraw(control: ControlStore, organization_id: str | None, address: str) -> None:
    """Withdraw invitations of an address.

    Args:
        control: The store of people.
        organization_id: The organization it was invited to; `None` for all.
        address: The mail address.

    Raises:
        ApiError: 404 when there is no open invitation.
    """
    documents = control.documents(Kind.INVITATION)
    organizations = [organization_id]
    if organization_id is None:
        organizations = [organization["id"] for organization in control.organizations.list()]
    withdrawn = [documents.delete(one, address) for one in organizations if one is not None]
    if not any(withdrawn):
        raise ApiError(404, f"there is no open invitation of {quote_value(address)}")


def _base_url(request: Request) -> str:
    custom = request.body.get("custom_dashboard_url")
    if custom:
        try:
            parts = urlsplit(custom if "://" in custom else f"https://{custom}")
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
            raise ApiError(
                400, f"body.custom_dashboard_url: {custom[:100]!r} is not the address of a host"
            )
        return f"{parts.scheme}://{parts.netloc}"
    host = request.headers.get("host", "")
    return f"{'https' if request.is_https else 'http'}://" + (
        host if _HOST.fullmatch(host) else "localhost"
    )


@plain_route(SIGN_UP_PATH)
def sign_up(services: Services, environ: WSGIEnvironment) -> Response:
    """Return the form for an invited person, or create the account.

    Args:
        services: What handlers may use.
        environ: The WSGI environment.

    Raises:
        ApiError: 403 for a link that is no longer valid, 405 for another method.
    """
    method = environ["REQUEST_METHOD"]
    if method in {"GET", "HEAD"}:
        query = parse_qs(str(environ.get("QUERY_STRING", "")))
        token = query.get("token", [""])[0]
        return _form(token, _claims(services, token), "")
    if method != "POST":
        raise ApiError(405, "use GET or POST", [("Allow", "GET, HEAD, POST")])
    fields = bodies.decode_form(environ, _MAX_FORM_BYTES).fields
    token = fields.get("token", "")
    claims = _claims(services, token)
    try:
        _create_account(services.stores.control, claims, fields)
    except ApiError as error:
        return _form(token, claims, error.message)
    return _page(201, "<p>The account is ready: log in with your user name and password.</p>")


def _claims(services: Services, token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            services.secret,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise ApiError(403, "this invitation is not valid; ask for a new one") from None
    documents = services.stores.control.documents(Kind.INVITATION)
    invitation = documents.get(claims["org"], claims["sub"])
    if invitation is None:
        raise _no_longer_open()
    if invitation.get("token_id") != claims.get("jti") or not _may_invite(
        services, invitation["invited_by"], claims["org"]
    ):
        raise ApiError(403, "this invitation was withdrawn; ask for a new one")
    return claims


def _may_invite(services: Services, inviter_id: str, organization_id: str) -> bool:
    """Return whether who has invited somebody could still do so."""
    control = services.stores.control
    user, account = control.users.find_active(inviter_id), control.service_accounts.find(inviter_id)
    if user is not None:
        roles = {user.roles[organization_id]} if organization_id in user.roles else set()
        roles |= {SUPER_ADMIN} & set(user.roles.values())
    elif account is not None and (
        account.organization_id == organization_id or account.role == SUPER_ADMIN
    ):
        roles = {account.role}
    else:
        roles = set()
    return MANAGE_USERS in services.authorization.grants(roles, organization_id)


def _no_longer_open() -> ApiError:
    return ApiError(403, "this invitation was used already, or withdrawn")


def _create_account(
    control: ControlStore, claims: dict[str, Any], fields: Mapping[str, str]
) -> None:
    username, password = fields.get("username", ""), fields.get("password", "")
    check_account({"username": username, "email": claims["sub"], "password": password})
    password_hash = control.users.hash_password(password)
    with control.transaction():
        user = control.users.create(
            username=username,
            email=claims["sub"],
            password_hash=password_hash,
            profile={name: fields.get(name) or None for name in ("first_name", "last_name")},
        )
        control.users.join(user.id, claims["org"], INVITED_ROLE)
        if not control.documents(Kind.INVITATION).delete(claims["org"], claims["sub"]):
            raise _no_longer_open()


def _form(token: str, claims: dict[str, Any], error: str) -> Response:
    return _page(
        400 if error else 200,
        _FORM.format(
            path=SIGN_UP_PATH,
            token=html.escape(token),
            email=html.escape(claims["sub"]),
            error=html.escape(error),
        ),
    )


def _page(status: int, content: str) -> Response:
    return Response(
        status,
        _PAGE.format(content=content).encode(),
        content_type="text/html; charset=utf-8",
        headers=[
            ("Content-Security-Policy", "default-src 'none'; form-action 'self'"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
