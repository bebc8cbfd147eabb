"""Logging in and out, and choosing the organization."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from arthurai.server.authentication import AUTHORIZATION_HEADER
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import PREFIX, Page, Redirect, page
from arthurai.server.web.web_sessions import Login

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

_REFUSED: Final = frozenset({400, 401, 403})


@page("/login")
def show_login(view: View) -> Answer:
    """Show the form for name and password."""
    if view.session is not None:
        return Redirect("/")
    return _form(view, "", view.query.get("next", ""))


@page("/login", method="POST")
def log_in(view: View) -> Answer:
    """Open a session for a user, under a new id."""
    target = view.form.get("next", "")
    login, password = view.form.get("login", ""), view.form.get("password", "")
    if not login or not password:
        return _form(view, "Type your name and your password.", target, login, status=400)
    try:
        response = view.api.fetch("login", body={"login": login, "password": password})
    except OperationError as error:
        if error.status not in _REFUSED:
            return _form(view, error.message, target, login, status=error.status)
        return _form(view, "Name or password is wrong.", target, login, status=401)
    cookies = SimpleCookie()
    try:
        cookies.load(response.headers.get("set-cookie", ""))
        token = cookies[AUTHORIZATION_HEADER].value
    except (CookieError, KeyError):
        return _form(view, "The server opened no session.", target, login, status=500)
    return _enter(view, Login(token), target)


@page("/link")
def follow_link(view: View) -> Answer:
    """Open a session by a one-time link."""
    login = view.sessions.use_ticket(view.query.get("ticket", ""))
    if login is None:
        reason = "This link was used already or is too old. Log in with your password."
        return _form(view, reason, "", status=403)
    return _enter(view, login, "")


@page("/logout", method="POST")
def log_out(view: View) -> Answer:
    """End the session."""
    view.sessions.close(view.cookie)
    view.session = None
    return Redirect("/login", "You are logged out.")


@page("/organization", method="POST")
def choose_organization(view: View) -> Answer:
    """Work in another organization."""
    wanted = view.form.get("organization_id", "")
    if view.session is not None and any(o["id"] == wanted for o in view.organizations):
        view.session.organization_id = wanted
    return Redirect("/")


def _enter(view: View, login: Login, target: str) -> Redirect:
    view.sessions.close(view.cookie)
    view.session = view.sessions.open(login)
    return Redirect(_local_path(target))


def _form(view: View, problem: str, target: str, login: str = "", *, status: int = 200) -> Page:
    del view
    values = {"problem": problem, "next": target, "login": login}
    return Page("login.html", "Log in", values, status=status)


def _local_path(address: str) -> str:
    """Return the path below the prefix of an address of this dashboard, else that of the start."""
    parts = urlsplit(address)
    is_local = not parts.scheme and not parts.netloc and parts.path.startswith(f"{PREFIX}/")
    if not is_local or "\\" in address or any(ord(c) < ord("!") for c in address):
        return "/"
    path = parts.path.removeprefix(PREFIX)
    return path + (f"?{parts.query}" if parts.query else "")
