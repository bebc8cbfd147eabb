"""Calls operations by name, and records where responses are not what was expected."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.common.text import quote_value
from arthurai.contract.checked_client import Response, UnsendableError
from arthurai.contract.operation_facts import JSON
from arthurai.contract.write_guard import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import CheckedClient, Credential, Files, Query
    from arthurai.contract.write_guard import WriteGuard

T = TypeVar("T")
NOT_ALLOWED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.PAYMENT_REQUIRED})
"""Statuses for what the key or the license of the user does not include."""

_MAX_QUOTED: Final = 300
_UNKNOWN_MEMBER: Final = {"a_field_from_the_future": {"nested": [1, None, "x"]}}


class ProbeStoppedError(Exception):
    """A probe cannot continue: what it builds on does not work. That is reported already."""


class NotServedError(ProbeStoppedError):
    """An operation that a probe needs answers 501."""


class OperationClient:
    """Calls operations by name and records deviations.

    Args:
        client: Sends the requests.
        operations: All operations by name.
        selected: Names of the operations that the run is about.
    """

    def __init__(
        self, client: CheckedClient, operations: Mapping[str, Operation], selected: Collection[str]
    ) -> None:
        self.client = client
        self.operations = operations
        self.selected = frozenset(selected)

    @property
    def guard(self) -> WriteGuard:
        """Decides which requests may be sent."""
        return self.client.guard

    @property
    def writes(self) -> bool:
        """Whether the run may change something."""
        return self.guard.write

    def is_served(self, operation_id: str) -> bool:
        """Return whether an operation is not known to answer 501.

        Args:
            operation_id: Its name.
        """
        return operation_id not in self.client.tally.not_served

    def call(
        self,
        operation_id: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Query = (),
        json: Any = None,
        files: Files | None = None,
        headers: Mapping[str, str] | None = None,
        credential: Credential = "own",
    ) -> Response:
        """Call an operation, whatever it answers.

        Args:
            operation_id: Its name.
            path: Values of its path parameters.
            query: Query parameters; lists become repeated keys.
            json: Body to encode.
            files: Parts of a multipart body.
            headers: Additional headers.
            credential: Whose credential to send, and how.

        Raises:
            NotServedError: It answers 501.
            ProbeStoppedError: No response came; that is reported.
        """
        operation, content = self.operations[operation_id], None
        if json is not None:
            import orjson

            content = orjson.dumps(json)
            headers = {**(headers or {}), "Content-Type": JSON}
        response = self.client.send(
            operation.method,
            self.client.url_of(operation, path or {}, query),
            headers=headers,
            content=content,
            files=files,
            credential=credential,
        )
        if response.status == HTTPStatus.NOT_IMPLEMENTED:
            raise NotServedError(operation_id)
        if not response.status:
            raise ProbeStoppedError(operation_id)
        return response

    def call_ok(
        self, operation_id: str, path: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        """Call an operation with a request that has to be accepted.

        Args:
            operation_id: Its name.
            path: Values of its path parameters.
            **options: As for `call`.

        Raises:
            ProbeStoppedError: It was refused; that is reported.
        """
        response = self._call_with_unknown_member(operation_id, path, options)
        if response.ok:
            return response
        text = f"{response.status}: {response.error_text}"
        self.expect(response.status in NOT_ALLOWED, "refused", text, response)
        raise ProbeStoppedError(operation_id)

    def _call_with_unknown_member(
        self, operation_id: str, path: Mapping[str, str] | None, options: dict[str, Any]
    ) -> Response:
        """Call an operation with an unknown member in the body, which has to be ignored."""
        body = options.get("json")
        if not isinstance(body, dict):
            return self.call(operation_id, path, **options)
        extended = {**options, "json": {**body, **_UNKNOWN_MEMBER}}
        response = self.call(operation_id, path, **extended)
        if response.status != HTTPStatus.BAD_REQUEST:
            return response
        plain = self.call(operation_id, path, **options)
        text = f"400 for an unknown member of the body: {response.error_text}"
        self.expect(not plain.ok, "unknown member refused", text, response)
        return plain

    def expect(
        self,
        holds: object,
        kind: str,
        message: str,
        subject: Response | str,
        *,
        operation_id: str | None = None,
    ) -> bool:
        """Record a deviation unless something holds.

        Args:
            holds: Whether it holds.
            kind: A short name of what is wrong otherwise.
            message: What was expected and what was found.
            subject: The response that shows it, or the name of the operation.
            operation_id: The operation concerned, if it is not that of the response.

        Returns:
            Whether it holds.
        """
        if not holds:
            shown = subject if isinstance(subject, Response) else None
            name = operation_id or (shown.operation_id if shown else str(subject))
            self.client.report(name, kind, message, shown.request if shown else None)
        return bool(holds)

    def expect_equal(
        self,
        found: object,
        expected: object,
        kind: str,
        subject: Response | str,
        *,
        what: str = "",
        operation_id: str | None = None,
    ) -> bool:
        """Record a deviation unless a value is the expected one.

        Args:
            found: The value.
            expected: What it should be.
            kind: A short name of what is wrong otherwise.
            subject: The response that shows it, or the name of the operation.
            what: What the value is of.
            operation_id: The operation concerned, if it is not that of the response.

        Returns:
            Whether it is.
        """
        shown, wanted = quote_value(found, _MAX_QUOTED), quote_value(expected, _MAX_QUOTED)
        message = f"{what}: expected {wanted}, got {shown}".removeprefix(": ")
        return self.expect(found == expected, kind, message, subject, operation_id=operation_id)

    def expect_members(
        self,
        expected: Mapping[str, object],
        kind: str,
        *responses: Response,
        operation_id: str | None = None,
    ) -> bool:
        """Record each member of a body that has another value than expected.

        Args:
            expected: The members with their values.
            kind: A short name of what is wrong otherwise.
            *responses: The responses to look at.
            operation_id: The operation concerned, if it is not that of the response.

        Returns:
            Whether all have the expected values.
        """
        results = [
            self.expect_equal(
                response.get(name), value, kind, response, what=name, operation_id=operation_id
            )
            for response in responses
            for name, value in expected.items()
        ]
        return all(results)

    def expect_status(
        self,
        response: Response,
        expected: int | Collection[int],
        kind: str,
        *,
        why: str = "",
        operation_id: str | None = None,
    ) -> bool:
        """Record a deviation unless a response has the expected status.

        Args:
            response: The response.
            expected: The status, or those that are allowed, the usual one first.
            kind: A short name of what is wrong otherwise.
            why: What calls for the status, e.g. `"for an unknown id"`.
            operation_id: The operation concerned, if it is not that of the response.

        Returns:
            Whether it has.
        """
        allowed = [expected] if isinstance(expected, int) else list(expected)
        text = f"expected {int(allowed[0])} {why}".rstrip() + f", got {response.status}"
        holds = response.status in allowed
        return self.expect(holds, kind, text, response, operation_id=operation_id)

    @contextmanager
    def inferred(self) -> Iterator[None]:
        """Mark what is found inside as a rule that is inferred, not documented."""
        before, self.client.certain = self.client.certain, False
        try:
            yield
        finally:
            self.client.certain = before

    def run(self, phase: str, function: Callable[..., T], *arguments: Any) -> T | None:
        """Call a function that may find that it cannot continue.

        Args:
            phase: What its findings are recorded under.
            function: A probe, or a step of the run.
            *arguments: Its arguments.

        Returns:
            Its result; `None` when it could not be run to its end.
        """
        before, self.client.phase = self.client.phase, phase
        recorded = self.client.findings.total
        try:
            return function(*arguments)
        except (ProbeStoppedError, WriteRefusedError, UnsendableError):
            return None
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # Probes read responses as the document promises them. One that is otherwise was
            # reported when it came in; one that conforms may still lack what the probe built on.
            if self.client.findings.total == recorded:
                latest = self.client.latest
                if latest is None:
                    raise
                text = f"what follows from the requests before is not there: {error!r}"
                self.client.report(latest.operation_id, "unexpected answer", text, latest.request)
            return None
        finally:
            self.client.phase = before
