"""Sends the requests of a contract run: within its bounds, inside its gate, each one checked."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlencode

from arthurai.common.bundle import base_path
from arthurai.common.exceptions import ArthurError, UserValueError
from arthurai.contract.conformance import Exchange
from arthurai.contract.findings import Finding
from arthurai.transport.attempts import CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.conformance import Conformance
    from arthurai.contract.findings import Findings
    from arthurai.contract.write_guard import Gate
    from arthurai.transport.session import Session

Credential = Literal[
    "own", "none", "wrong", "bearer", "cookie", "other", "login", "weak", "removed"
]
_OF_THE_USER: Final = frozenset({"own", "bearer", "cookie"})

WRONG_KEY: Final = "this-key-opens-nothing"
_ONCE: Final = CallOptions(retry=False, attempts=1, raise_for_status=False)
_ANONYMOUS: Final = CallOptions(retry=False, attempts=1, raise_for_status=False, public=True)
_SHOWN_BODY: Final = 300
_LONGEST_WAIT: Final = 20.0
_PATIENCE: Final = 3
_MOST_UNANSWERED: Final = 10
_COOKIES: Final = ("Authorization", "Arthur-Organization-ID")


class BoundReachedError(Exception):
    """A bound of the run was reached; the message names it."""


class UnreachableError(Exception):
    """The server cannot be reached at all."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a run may cost.

    Attributes:
        max_requests: Requests after which no new one is begun.
        max_time: Seconds after which no new one is begun.
        interval: Least seconds between two requests.
    """

    max_requests: int
    max_time: float
    interval: float = 0.0


@dataclass(frozen=True)
class Reply:
    """An answer as it came over the wire.

    Attributes:
        status: Status code.
        headers: By lower-case name.
        body: The bytes.
        request: The request in one line, without credentials.
        seconds: From sending to the end of the answer.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return self.status < HTTPStatus.MULTIPLE_CHOICES

    @cached_property
    def json(self) -> Any:
        """The decoded body, ``None`` when it is no JSON."""
        import orjson

        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def get(self, *path: str | int) -> Any:
        """Return a value inside the body, ``None`` when there is no such place.

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
            value = value.get("data", value.get("metrics"))
        return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


@dataclass
class Tally:
    """What a run has sent.

    Attributes:
        requests: How many requests.
        statuses: How often each operation answered with each status.
        not_served: Operations that answered 501.
        throttled: Answers that asked to slow down.
    """

    requests: int = 0
    statuses: dict[tuple[str, int], int] = field(default_factory=dict)
    not_served: set[str] = field(default_factory=set)
    throttled: int = 0


class Caller:
    """Sends requests and checks each exchange against the document.

    Args:
        connect: Makes a connection to the server with a credential.
        access_key: Credential of the user.
        conformance: Judge of single exchanges.
        findings: Where deviations go.
        gate: Says which requests may be sent.
        bounds: What the run may cost.
    """

    def __init__(
        self,
        connect: Callable[[str], Session],
        access_key: str,
        conformance: Conformance,
        findings: Findings,
        gate: Gate,
        bounds: Bounds,
    ) -> None:
        self.conformance = conformance
        self.findings = findings
        self.gate = gate
        self.tally = Tally()
        self.phase = ""
        self.certain = True
        self._bounds = bounds
        self._started = time.monotonic()
        self._last = 0.0
        self._connect = connect
        self._access_key = access_key
        self._own = connect(access_key)
        self._others: dict[str, Session] = {}
        self._tidying = False
        self._unanswered = 0
        self._root = base_path()

    def add_key(self, credential: Credential, key: str) -> None:
        """Make a second credential usable.

        Args:
            credential: The name it is asked for by.
            key: The credential; it never shows in a report.
        """
        self._own.keep_secret(key)
        other = self._connect(key)
        other.organization_id = self._own.organization_id
        self._others[credential] = other

    def enter(self, organization_id: str | None) -> None:
        """Work in an organisation from now on.

        Args:
            organization_id: Its id; ``None`` for the caller's own.
        """
        for session in (self._own, *self._others.values()):
            session.organization_id = organization_id

    @property
    def organization_id(self) -> str | None:
        """The organisation that requests are for; ``None`` when the server chooses."""
        return self._own.organization_id

    @property
    def seconds_left(self) -> float:
        """Seconds until the time of the run is over."""
        return self._bounds.max_time - (time.monotonic() - self._started)

    @contextmanager
    def tidying(self) -> Iterator[None]:
        """Let requests of the clean-up through, whatever the bounds say."""
        self._tidying = True
        try:
            yield
        finally:
            self._tidying = False

    def call(
        self,
        operation: Operation,
        path: Mapping[str, str],
        *,
        query: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
        json: Any = None,
        content: bytes | None = None,
        content_type: str | None = None,
        files: Sequence[tuple[str, tuple[Any, ...]]] | None = None,
        headers: Mapping[str, str] | None = None,
        credential: Credential = "own",
    ) -> Reply:
        """Call an operation.

        Args:
            operation: The operation.
            path: Values of its path parameters.
            query: Query parameters; lists become repeated keys.
            json: Body to encode.
            content: Body that is encoded already.
            content_type: Media type of the body; JSON for ``json``.
            files: Parts of a multipart body.
            headers: More headers.
            credential: Whose credential to send, and how.

        Raises:
            BoundReachedError: The run may send nothing more.
            RefusedByGateError: The request may change what the run has not made.
        """
        target = operation.path
        for name, value in path.items():
            target = target.replace(f"{{{name}}}", quote(str(value), safe=""))
        if json is not None:
            import orjson

            content, content_type = orjson.dumps(json), content_type or "application/json"
        url = f"{self._root}{target}{encoded_query(query)}"
        given = dict(headers or {})
        if content_type is not None:
            given["Content-Type"] = content_type
        return self.send(
            operation.method,
            url,
            headers=given,
            content=content,
            files=files,
            credential=credential,
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        files: Sequence[tuple[str, tuple[Any, ...]]] | None = None,
        credential: Credential = "own",
        deliberate: bool = False,
    ) -> Reply:
        """Send a request to any path.

        Args:
            method: HTTP method in capitals.
            url: Path and query, percent-encoded.
            headers: Headers beyond those of the connection.
            content: The body.
            files: Parts of a multipart body.
            credential: Whose credential to send, and how.
            deliberate: Whether the request breaks the document on purpose, so that only the
                answer is checked.

        Raises:
            BoundReachedError: The run may send nothing more.
            RefusedByGateError: The request may change what the run has not made.
        """
        operation = self.conformance.operation(method, url)
        self.gate.check(method, url, operation, own_account=credential in _OF_THE_USER)
        for patience in range(_PATIENCE):
            self._wait_for_turn()
            reply = self._once(method, url, headers, content, files, credential)
            if reply.status != HTTPStatus.TOO_MANY_REQUESTS or patience == _PATIENCE - 1:
                break
            self.tally.throttled += 1
            time.sleep(min(_seconds_to_wait(reply.headers), _LONGEST_WAIT))
        self._judge(method, url, headers, content, reply, operation, deliberate=deliberate)
        return reply

    def report(
        self, operation_id: str, kind: str, message: str, request: str = "", *, certain: bool = True
    ) -> None:
        """Take note of a deviation.

        Args:
            operation_id: The operation concerned.
            kind: A short name of what is wrong.
            message: What was found.
            request: The request that showed it.
            certain: Whether the rule is documented, not inferred.
        """
        finding = Finding(
            operation_id,
            kind,
            self._own.redact(message),
            self.phase,
            self._own.redact(request),
            certain and self.certain,
        )
        self.findings.add(finding)

    def _wait_for_turn(self) -> None:
        if not self._tidying:
            if self.tally.requests >= self._bounds.max_requests:
                raise BoundReachedError(f"{self._bounds.max_requests} requests were sent")
            if self.seconds_left <= 0:
                raise BoundReachedError(f"{self._bounds.max_time:g} seconds have passed")
        pause = self._last + self._bounds.interval - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._last = time.monotonic()
        self.tally.requests += 1

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        files: Sequence[tuple[str, tuple[Any, ...]]] | None,
        credential: Credential,
    ) -> Reply:
        session, options, extra = self._dressed(credential)
        shown = f"{method} {url}" + (_shown(content) if content else "")
        started = time.monotonic()
        try:
            request = session.parts_of(
                method, url, headers={**extra, **(headers or {})}, content=content, files=files
            )
            answer = session.send(request, options=options)
        except UserValueError as fault:
            raise UnsendableError(str(fault)) from fault
        except ArthurError as fault:
            if self.tally.requests == 1:
                raise UnreachableError(str(fault)) from fault
            operation = self.conformance.operation(method, url)
            name = operation.operation_id if operation is not None else ""
            self.report(name, "no answer", str(fault), shown)
            self._count_unanswered()
            return Reply(0, {}, b"", shown)
        finally:
            # A cookie that a server sets must not stand in for a credential later on.
            for name in _COOKIES:
                session.forget_cookie(name)
        self._unanswered = 0
        return Reply(
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.content,
            shown,
            time.monotonic() - started,
        )

    def _count_unanswered(self) -> None:
        self._unanswered += 1
        if self._unanswered >= _MOST_UNANSWERED and not self._tidying:
            raise BoundReachedError(
                f"{self._unanswered} requests in a row were not answered; is the server there?"
            )

    def _dressed(self, credential: Credential) -> tuple[Session, CallOptions, dict[str, str]]:
        if credential == "own":
            return self._own, _ONCE, {}
        if credential == "none":
            return self._own, _ANONYMOUS, {}
        if credential == "cookie":
            return self._own, _ANONYMOUS, {"Cookie": f"Authorization={self._access_key}"}
        if credential not in self._others:
            self.add_key(
                credential, WRONG_KEY if credential == "wrong" else f"Bearer {self._access_key}"
            )
        return self._others[credential], _ONCE, {}

    def close(self) -> None:
        """Close all connections."""
        for session in (*self._others.values(), self._own):
            session.close()

    def _judge(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        reply: Reply,
        operation: Operation | None,
        *,
        deliberate: bool,
    ) -> None:
        if not reply.status:
            return
        name = operation.operation_id if operation is not None else ""
        count = self.tally.statuses.get((name, reply.status), 0)
        self.tally.statuses[name, reply.status] = count + 1
        if reply.status == HTTPStatus.NOT_IMPLEMENTED and operation is not None:
            self.tally.not_served.add(name)
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR and (
            reply.status != HTTPStatus.NOT_IMPLEMENTED
        ):
            said = reply.get("error") or reply.body[:_SHOWN_BODY].decode("utf-8", "replace")
            self.report(name, "server error", f"{reply.status}: {said}", reply.request)
        exchange = Exchange(
            method=method,
            url=url,
            status=reply.status,
            request_headers={k.lower(): v for k, v in (headers or {}).items()},
            request_body=None if deliberate else content,
            response_headers=reply.headers,
            response_body=reply.body,
        )
        for deviation in self.conformance.check(exchange):
            if not deviation.kind.startswith(("request", "query")):
                self.report(
                    deviation.operation_id or name, deviation.kind, deviation.message, reply.request
                )


class UnsendableError(Exception):
    """A request cannot be written down as HTTP; generated ones sometimes cannot."""


def encoded_query(query: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> str:
    """Return query parameters as they stand in an address, with their question mark.

    Args:
        query: Names and values; a list becomes one key a value, ``None`` is left out.
    """
    items: Iterable[tuple[str, Any]] = query.items() if hasattr(query, "items") else query
    flat: list[tuple[str, str]] = []
    for name, value in items:
        values = value if isinstance(value, list | tuple) else [value]
        for single in values:
            if single is not None:
                text = str(single).lower() if isinstance(single, bool) else str(single)
                flat.append((name, text))
    return f"?{urlencode(flat, quote_via=quote)}" if flat else ""


def _shown(content: bytes) -> str:
    text = content[:_SHOWN_BODY].decode("utf-8", "replace")
    return f" {text}{'…' if len(content) > _SHOWN_BODY else ''}"


def _seconds_to_wait(headers: Mapping[str, str]) -> float:
    hint = headers.get("retry-after", "1")
    return float(hint) if hint.isdecimal() else 1.0
