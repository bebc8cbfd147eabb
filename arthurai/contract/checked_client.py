"""Sends the requests of a contract run: within its bounds, past its guard, each one checked."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode

from arthurai.common.bundle import base_path
from arthurai.common.exceptions import ArthurError, UserValueError
from arthurai.contract.conformance import Exchange
from arthurai.contract.findings import Finding, Findings
from arthurai.contract.operation_facts import ENVELOPES
from arthurai.contract.repeatable import Repeatable
from arthurai.contract.write_guard import WriteGuard
from arthurai.transport.attempts import CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.conformance import Conformance
    from arthurai.contract.run_plan import Bounds
    from arthurai.transport.session import Session

    Query: TypeAlias = Mapping[str, Any] | Sequence[tuple[str, Any]]
    Files: TypeAlias = Sequence[tuple[str, tuple[Any, ...]]]

Credential: TypeAlias = str
"""`own`, `none`, `wrong`, `bearer`, `cookie`, or a name given to `CheckedClient.add_key`."""

WRONG_KEY: Final = "this-key-opens-nothing"
_OF_THE_USER: Final = frozenset({"own", "bearer", "cookie"})
_ONCE: Final = CallOptions(retry=False, attempts=1, raise_for_status=False)
_ANONYMOUS: Final = CallOptions(retry=False, attempts=1, raise_for_status=False, public=True)
# Where `arthurai serve` answers, for requests that an embedded server got.
_LOCAL_SERVER: Final = "http://localhost:8080"
_COOKIES: Final = ("Authorization", "Arthur-Organization-ID")
_MAX_SHOWN_BYTES: Final = 300
_MAX_THROTTLED_ATTEMPTS: Final = 3
_MAX_WAIT_SECONDS: Final = 20.0
_MAX_UNANSWERED: Final = 10


class BoundReachedError(Exception):
    """A bound of the run was reached; the message names it."""


class InterruptedRunError(BoundReachedError):
    """The run was asked to end."""


class UnreachableError(Exception):
    """The server cannot be reached at all, or refuses the credential."""


class UnsendableError(Exception):
    """A request cannot be written as HTTP; generated ones sometimes cannot."""


@dataclass(frozen=True)
class Response:
    """A response as it came over the wire.

    Attributes:
        status: Status code; 0 when no response came.
        headers: By lower-case name.
        body: The bytes.
        request: The request.
        operation_id: The operation that was called, empty when it was none.
        seconds: From sending to the end of the response.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: Repeatable
    operation_id: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the status means success."""
        return self.status < HTTPStatus.MULTIPLE_CHOICES

    @cached_property
    def json(self) -> Any:
        """The decoded body, `None` when it is not JSON."""
        import orjson

        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def get(self, *path: str | int) -> Any:
        """Return a value inside the body, `None` when there is no such place.

        Args:
            *path: Names of members and positions in lists.
        """
        value = self.json
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of a list, bare or in an envelope."""
        value = self.json
        if isinstance(value, dict):
            value = next((value[name] for name in ENVELOPES if name in value), None)
        return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []

    @property
    def error_text(self) -> str:
        """What the server says is wrong."""
        said = self.get("error") or self.body[:_MAX_SHOWN_BYTES].decode("utf-8", "replace")
        return str(said)


@dataclass
class Tally:
    """What a run has sent.

    Attributes:
        requests: Number of requests.
        statuses: How often each operation answered with each status.
        not_served: Operations that answered 501.
    """

    requests: int = 0
    statuses: dict[tuple[str, int], int] = field(default_factory=dict)
    not_served: set[str] = field(default_factory=set)

    @property
    def succeeded(self) -> set[str]:
        """Operations that have answered with success at least once."""
        return {name for name, status in self.statuses if status < HTTPStatus.MULTIPLE_CHOICES}


class _Request(NamedTuple):
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    files: Files | None
    credential: Credential


class CheckedClient:
    """Sends requests and checks each exchange against the document.

    Args:
        connect: Opens a connection to the server with a credential.
        access_key: Credential of the user.
        conformance: Compares single exchanges with the document.
        bounds: What the run may cost.
        write: Whether the run may change something.

    Attributes:
        conformance: As given.
        findings: The deviations found so far.
        guard: Decides which requests may be sent.
        tally: What was sent so far.
        phase: What the run is doing, for the findings.
        certain: Whether the rules that are checked are documented, not inferred.
        latest: The last response.
        interrupted: Why the run has to end before its next request, empty as long as it has not.
    """

    def __init__(
        self,
        connect: Callable[[str], Session],
        access_key: str,
        conformance: Conformance,
        bounds: Bounds,
        *,
        write: bool,
    ) -> None:
        self.conformance = conformance
        self.findings = Findings()
        self.guard = WriteGuard(write=write)
        self.tally = Tally()
        self.phase = ""
        self.certain = True
        self.latest: Response | None = None
        self.interrupted = ""
        self._judges = True
        self._bounds = bounds
        self._started = time.monotonic()
        self._last = 0.0
        self._connect = connect
        self._access_key = access_key
        self._own = connect(access_key)
        self._others: dict[str, Session] = {}
        self._settled: set[str] = set()
        self._cleaning_up = False
        self._unanswered = 0

    def add_key(
        self, credential: Credential, key: str, *, organization_id: str | None = None
    ) -> None:
        """Make another credential usable.

        Args:
            credential: The name by which requests ask for it.
            key: The credential; it never appears in a report.
            organization_id: The organization it is used in, if not that of the run.
        """
        self._own.keep_secret(key)
        other = self._connect(key)
        other.organization_id = organization_id or self._own.organization_id
        if organization_id is not None:
            self._settled.add(credential)
        self._others[credential] = other

    def has_key(self, credential: Credential) -> bool:
        """Return whether a credential was added.

        Args:
            credential: Its name.
        """
        return credential in self._others

    @property
    def organization_id(self) -> str | None:
        """The organization that requests are for; `None` when the server chooses."""
        return self._own.organization_id

    def enter(self, organization_id: str | None) -> None:
        """Work in an organization from now on.

        Args:
            organization_id: Its id; `None` for the caller's own.
        """
        self._own.organization_id = organization_id
        for name, session in self._others.items():
            if name not in self._settled:
                session.organization_id = organization_id

    @property
    def is_cleaning_up(self) -> bool:
        """Whether what the run created is being removed."""
        return self._cleaning_up

    @contextmanager
    def unjudged(self) -> Iterator[None]:
        """Record no deviations, while something else than the server is the subject."""
        before, self._judges = self._judges, False
        try:
            yield
        finally:
            self._judges = before

    @contextmanager
    def cleaning_up(self) -> Iterator[None]:
        """Let requests through regardless of the bounds and of interruptions."""
        before, self._cleaning_up = self._cleaning_up, True
        try:
            yield
        finally:
            self._cleaning_up = before

    def url_of(self, operation: Operation, path: Mapping[str, str], query: Query = ()) -> str:
        """Return path and query of a request, percent-encoded.

        Args:
            operation: The operation to call.
            path: Values of its path parameters.
            query: Query parameters; a list becomes one key per value, `None` is left out.
        """
        target = operation.path
        for name, value in path.items():
            target = target.replace(f"{{{name}}}", quote(str(value), safe=""))
        return f"{base_path()}{target}{_encode_query(query)}"

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        files: Files | None = None,
        credential: Credential = "own",
        deliberate: bool = False,
    ) -> Response:
        """Send a request to any path.

        Args:
            method: HTTP method in capitals.
            url: Path and query, percent-encoded.
            headers: Headers beyond those of the connection.
            content: The body.
            files: Parts of a multipart body.
            credential: Whose credential to send, and how.
            deliberate: Whether the request breaks the document on purpose, so that only the
                response is checked.

        Raises:
            BoundReachedError: The run may send nothing more.
            WriteRefusedError: The request may change what the run did not create.
        """
        match = self.conformance.match(url)
        self.guard.check(method, url, match, own_account=credential in _OF_THE_USER)
        operation = match.operations.get(method) if match else None
        name = operation.operation_id if operation else ""
        request = _Request(method, url, headers or {}, content, files, credential)
        response = self._send_once(request, name)
        for _ in range(_MAX_THROTTLED_ATTEMPTS - 1):
            if response.status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            hint = response.headers.get("retry-after", "1")
            time.sleep(min(float(hint) if hint.isdecimal() else 1.0, _MAX_WAIT_SECONDS))
            response = self._send_once(request, name)
        if response.status:
            self._check(request, response, deliberate=deliberate)
            self.latest = response
        return response

    def report(
        self, operation_id: str, kind: str, message: str, request: Repeatable | None = None
    ) -> None:
        """Record a deviation.

        Args:
            operation_id: The operation concerned.
            kind: A short name of what is wrong.
            message: What was found.
            request: The request that showed it.
        """
        if not self._judges:
            return
        redact = self._own.redact
        message, request = redact(message), request.redacted(redact) if request else None
        found = Finding(operation_id, kind, message, self.phase, request, self.certain)
        self.findings.add(found)

    def close(self) -> None:
        """Close all connections."""
        for session in (*self._others.values(), self._own):
            session.close()

    def _wait_for_turn(self) -> None:
        bounds = self._bounds
        if not self._cleaning_up:
            if self.interrupted:
                raise InterruptedRunError(self.interrupted)
            if self.tally.requests >= bounds.max_requests:
                raise BoundReachedError(f"{bounds.max_requests} requests were sent")
            if time.monotonic() - self._started >= bounds.max_seconds:
                raise BoundReachedError(f"{bounds.max_seconds:g} seconds have passed")
        pause = self._last + bounds.interval - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._last = time.monotonic()
        self.tally.requests += 1

    def _send_once(self, request: _Request, operation_id: str) -> Response:
        self._wait_for_turn()
        session, options, extra = self._authenticate(request.credential)
        shown = self._to_repeat(request, session)
        started = time.monotonic()
        try:
            parts = session.build_raw_request(
                request.method,
                request.url,
                headers={**extra, **request.headers},
                content=request.content,
                files=request.files,
            )
            answer = session.send(parts, options=options)
        except UserValueError as error:
            raise UnsendableError(str(error)) from error
        except ArthurError as error:
            if self.tally.requests == 1:
                raise UnreachableError(str(error)) from error
            self.report(operation_id, "no response", str(error), shown)
            self._count_unanswered()
            return Response(0, {}, b"", shown, operation_id)
        finally:
            # A cookie that a server sets must not stand in for a credential later on.
            for name in _COOKIES:
                session.forget_cookie(name)
        self._unanswered = 0
        return Response(
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.content,
            shown,
            operation_id,
            time.monotonic() - started,
        )

    def _to_repeat(self, request: _Request, session: Session) -> Repeatable:
        return Repeatable(
            request.method,
            _LOCAL_SERVER if session.endpoint.local else session.endpoint.origin,
            request.url,
            tuple(request.headers.items()),
            request.content,
            tuple((name, str(part[0])) for name, part in request.files or ()),
            request.credential,
            session.organization_id,
        )

    def _count_unanswered(self) -> None:
        self._unanswered += 1
        if self._unanswered >= _MAX_UNANSWERED and not self._cleaning_up:
            raise BoundReachedError(
                f"{self._unanswered} requests in a row got no response; is the server running?"
            )

    def _authenticate(
        self, credential: Credential
    ) -> tuple[Session, CallOptions, Mapping[str, str]]:
        """Return the connection, its options and the headers that carry a credential."""
        if credential == "own":
            return self._own, _ONCE, {}
        if credential == "none":
            return self._own, _ANONYMOUS, {}
        if credential == "cookie":
            return self._own, _ANONYMOUS, {"Cookie": f"Authorization={self._access_key}"}
        if credential not in self._others:
            wrong = credential == "wrong"
            self.add_key(credential, WRONG_KEY if wrong else f"Bearer {self._access_key}")
        return self._others[credential], _ONCE, {}

    def _check(self, request: _Request, response: Response, *, deliberate: bool) -> None:
        name, status = response.operation_id, response.status
        self.tally.statuses[name, status] = self.tally.statuses.get((name, status), 0) + 1
        if status == HTTPStatus.NOT_IMPLEMENTED and name:
            self.tally.not_served.add(name)
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
            message = f"{status}: {response.error_text}"
            self.report(name, "server error", message, response.request)
        exchange = Exchange(
            method=request.method,
            url=request.url,
            status=status,
            request_headers={k.lower(): v for k, v in request.headers.items()},
            request_body=None if deliberate else request.content,
            response_headers=response.headers,
            response_body=response.body,
        )
        for deviation in self.conformance.check(exchange):
            if not deviation.kind.startswith(("request", "query")):
                found_in = deviation.operation_id or name
                self.report(found_in, deviation.kind, deviation.message, response.request)


def _encode_query(query: Query) -> str:
    items: Iterable[tuple[str, Any]] = query.items() if hasattr(query, "items") else query
    flat: list[tuple[str, str]] = []
    for name, value in items:
        for single in value if isinstance(value, list | tuple) else [value]:
            if single is not None:
                text = str(single).lower() if isinstance(single, bool) else str(single)
                flat.append((name, text))
    return f"?{urlencode(flat, quote_via=quote)}" if flat else ""
