"""The dashboard as a WSGI application: sessions, security headers, pages, files."""

from __future__ import annotations

import hashlib
import logging
import time
from functools import cached_property
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.http import parse_cookie
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from arthurai.server.http.api_errors import ApiError
from arthurai.server.web.chart_files import CHART_FILES
from arthurai.server.web.operation_calls import OperationCalls, OperationError, bearer
from arthurai.server.web.page_registry import PREFIX, File, Page, Redirect, load_routes
from arthurai.server.web.templating import make_environment
from arthurai.server.web.view import View
from arthurai.server.web.web_sessions import Login, WebSession, WebSessions, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from arthurai.server.authentication import Authentication
    from arthurai.server.web.chart_files import ChartFile
    from arthurai.server.web.charts import Chart
    from arthurai.server.web.page_registry import Answer, Route

logger = logging.getLogger("arthurai.server.web")

COOKIE: Final = "arthur_dashboard"
LOGIN_PATH: Final = "/login"
MAX_FORM_BYTES: Final = 2**18
_NEWS: Final = "/news"
_PUBLIC_PATHS: Final = frozenset({LOGIN_PATH, "/link"})
_REFERENCE: Final = "/reference"
_SHORT_PATHS: Final = {"/": "/", "/docs": _REFERENCE, "/docs/": _REFERENCE}
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Final = (
    ("Content-Security-Policy", _CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_NO_STORE: Final = "no-store"
_FOREVER: Final = "public, max-age=31536000, immutable"
_MESSAGE_COOKIE: Final = "arthur_message"
_STATIC_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "LICENSE": "text/plain; charset=utf-8",
}


class Dashboard:
    """Answers requests below the prefix; all data come from operations of the API."""

    def __init__(
        self,
        api: WSGIApplication,
        authentication: Authentication,
        secret: bytes,
        *,
        settings: Mapping[str, Any],
        access_log: bool = False,
    ) -> None:
        """Show the API of an application.

        Args:
            api: The API as a WSGI application.
            authentication: Renews the session tokens of users who are logged in.
            secret: Signs the tokens of forms.
            settings: Facts about the server that no operation returns.
            access_log: Log each request at level INFO instead of DEBUG.
        """
        self._api = api
        self._authentication = authentication
        self._settings = settings
        self._access_level = logging.INFO if access_log else logging.DEBUG
        self.sessions = WebSessions(secret)

    @cached_property
    def _routes(self) -> Map:
        return Map(
            [
                Rule(PREFIX + route.path, endpoint=route, methods=[route.method])
                for route in load_routes()
            ],
            strict_slashes=False,
            redirect_defaults=False,
            merge_slashes=False,
        )

    @cached_property
    def _static(self) -> dict[str, bytes]:
        folder = resources.files("arthurai.server.web") / "static"
        found = {}
        for directory, stem in ((folder, ""), (folder / "vendored", "vendored/")):
            for file in directory.iterdir():
                if file.is_file() and file.name.rpartition(".")[2] in _STATIC_TYPES:
                    found[stem + file.name] = file.read_bytes()
        return found

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {
            name: hashlib.sha256(content).hexdigest()[:12] for name, content in self._static.items()
        }

    @cached_property
    def _templates(self) -> Any:
        return make_environment(self.static_address)

    def find_credential(self, cookies: str) -> str | None:
        """Return the header that a session calls operations with, or `None` for no session.

        Args:
            cookies: The header `Cookie`.
        """
        if COOKIE not in cookies:
            return None
        session = self.sessions.find(parse_cookie(cookies).get(COOKIE), is_use=False)
        return None if session is None else bearer(session.credential)

    def static_address(self, name: str) -> str:
        """Return the address of a static file, which changes with its content.

        Args:
            name: Name of the file.
        """
        return f"{PREFIX}/static/{name}?v={self._versions[name]}"

    def make_link(self, credential: str, organization_id: str | None = None) -> str:
        """Return the path of a link that logs in once.

        Args:
            credential: Session token or API key to log in with.
            organization_id: The organization to work in; `None` for the first one.
        """
        ticket = self.sessions.make_ticket(Login(credential, organization_id))
        return f"{PREFIX}/link?ticket={ticket}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request (WSGI)."""
        started = time.perf_counter()
        request = Request(environ)
        request.max_content_length = request.max_form_memory_size = MAX_FORM_BYTES
        try:
            response = self._respond(request)
        except HTTPException as error:
            response = self._failure(request, int(error.code or 400), str(error.name), None)
        except OperationError as error:
            response = self._failure(request, error.status, error.message, None)
        except Exception:
            logger.exception("page failed", extra={"path": request.path})
            reason = "The page failed; the server's log says why."
            response = self._failure(request, 500, reason, None)
        for name, value in _HEADERS:
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", _NO_STORE)
        milliseconds = round((time.perf_counter() - started) * 1000, 3)
        facts = {
            "method": request.method,
            "path": request.path.encode("ascii", "backslashreplace").decode(),
            "status": response.status_code,
            "milliseconds": milliseconds,
        }
        logger.log(
            self._access_level,
            "%(method)s %(path)s %(status)s %(milliseconds)s ms",
            facts,
            extra=facts,
        )
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if request.path in _SHORT_PATHS:
            return _redirect(PREFIX + _SHORT_PATHS[request.path])
        if request.path.startswith(f"{PREFIX}/static/"):
            return self._send_static(request)
        route, params = self._match(request)
        path = request.path.removeprefix(PREFIX)
        session = self._current_session(request)
        is_public = path in _PUBLIC_PATHS or f"{path}/".startswith(f"{_REFERENCE}/")
        if session is None and not is_public:
            return self._to_login(request)
        if request.method == "POST":
            self._check_form(request)
        cookie = session.id if session is not None else request.cookies.get(COOKIE) or new_id()
        view = View(
            api=OperationCalls(
                self._api,
                None if session is None else session.credential,
                None if session is None else session.organization_id,
                request.remote_addr or "",
            ),
            path=path,
            params=params,
            query=request.args,
            form=request.form,
            session=session,
            sessions=self.sessions,
            cookie=cookie,
            settings=self._settings,
        )
        try:
            answer = route.function(view)
        except OperationError as error:
            if error.status == HTTPStatus.UNAUTHORIZED and session is not None:
                self.sessions.close(session.id)
                return self._to_login(request)
            return self._failure(request, error.status, error.message, view)
        response = self._to_response(request, view, answer)
        after = view.session
        if after is not None and after.id != request.cookies.get(COOKIE):
            self._set_cookie(request, response, after.id)
        elif after is None and session is not None:
            response.delete_cookie(COOKIE, path=PREFIX)
        elif after is None and cookie != request.cookies.get(COOKIE):
            self._set_cookie(request, response, cookie)
        return response

    def _match(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        method = "GET" if request.method == "HEAD" else request.method
        adapter = self._routes.bind_to_environ(request.environ)
        route, params = adapter.match(method=method)
        return route, params

    def _current_session(self, request: Request) -> WebSession | None:
        """Return the session of a request with a credential that the API accepts."""
        is_use = not request.path.endswith(_NEWS)  # an open page asks without anybody there
        session = self.sessions.find(request.cookies.get(COOKIE), is_use=is_use)
        if session is None:
            return None
        headers = {"authorization": f"Bearer {session.credential}"}
        try:
            principal = self._authentication.authenticate(headers, {})
        except ApiError:
            self.sessions.close(session.id)
            return None
        if principal.user is not None:
            session.credential = self._authentication.open_session(principal.user)[0]
        return session

    def _check_form(self, request: Request) -> None:
        """Raise for a form that another site or an old page sent."""
        if not _is_same_origin(request):
            raise OperationError(403, "This form was sent by another site.")
        cookie = request.cookies.get(COOKIE) or ""
        token = request.form.get("form_token") or ""
        if not cookie or not self.sessions.is_form_token(cookie, token):
            raise OperationError(403, "This form is out of date. Go back, reload, and try again.")

    def _to_login(self, request: Request) -> Response:
        if request.headers.get("HX-Request"):
            return Response(status=204, headers={"HX-Refresh": "true"})
        wanted = request.full_path.rstrip("?") if request.method == "GET" else f"{PREFIX}/"
        back = {} if wanted in {PREFIX, f"{PREFIX}/"} else {"next": wanted}
        return _redirect(f"{PREFIX}{LOGIN_PATH}" + (f"?{urlencode(back)}" if back else ""))

    def _to_response(self, request: Request, view: View, answer: Answer) -> Response:
        if isinstance(answer, Redirect):
            response = _redirect(PREFIX + answer.path)
            if answer.message:
                response.set_cookie(
                    _MESSAGE_COOKIE,
                    quote(answer.message),
                    path=PREFIX,
                    max_age=30,
                    httponly=True,
                    samesite="Lax",
                )
            return response
        if isinstance(answer, File):
            response = Response(
                answer.content, status=answer.status, content_type=answer.content_type
            )
            response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
            if answer.filename:
                response.headers.set("Content-Disposition", "attachment", filename=answer.filename)
            return response
        for form, make_file in CHART_FILES.items():
            if form in view.query:
                return _send_chart(answer, view.query[form], form, make_file)
        return self._render(request, view, answer)

    def _render(self, request: Request, view: View | None, page: Page) -> Response:
        message = request.cookies.get(_MESSAGE_COOKIE)
        values = {
            "view": view,
            "page": page,
            "message": message,
            "form_token": self.sessions.form_token(view.cookie) if view is not None else "",
            "prefix": PREFIX,
        }
        text = self._templates.get_template(page.template).render({**page.values, **values})
        response = Response(text, status=page.status, content_type="text/html; charset=utf-8")
        if message:
            response.delete_cookie(_MESSAGE_COOKIE, path=PREFIX)
        return response

    def _failure(self, request: Request, status: int, reason: str, view: View | None) -> Response:
        if view is not None and view.session is None:
            view = None
        title = {403: "Not permitted", 404: "Not found"}.get(status, "That did not work")
        page = Page("failure.html", title, {"reason": reason}, status=status)
        return self._render(request, view, page)

    def _send_static(self, request: Request) -> Response:
        name = request.path.removeprefix(f"{PREFIX}/static/")
        content = self._static.get(name)
        if content is None:
            raise NotFound
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(["GET", "HEAD"])
        response = Response(content, content_type=_STATIC_TYPES[name.rpartition(".")[2]])
        is_current = request.args.get("v") == self._versions[name]
        response.headers["Cache-Control"] = _FOREVER if is_current else "no-cache"
        return response

    def _set_cookie(self, request: Request, response: Response, value: str) -> None:
        response.set_cookie(
            COOKIE, value, path=PREFIX, secure=request.is_secure, httponly=True, samesite="Lax"
        )


def _redirect(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def _is_same_origin(request: Request) -> bool:
    """Return whether a browser sent a request from a page of this server."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return site == "same-origin"
    return urlsplit(origin).netloc.lower() == request.host.lower()


def _send_chart(
    page: Page, chart_id: str, form: str, make_file: Callable[[Chart], ChartFile]
) -> Response:
    chart = next((chart for chart in page.charts if chart.id == chart_id), None)
    if chart is None:
        raise NotFound
    file = make_file(chart)
    response = Response(file.content, content_type=file.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{chart.id}.{form}")
    return response
