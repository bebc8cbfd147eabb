"""The work bench of the probes: calls by operation, and expectations."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Caller, Credential, Reply
    from arthurai.contract.write_guard import Gate


WHOLE: Final = 1_000_000
"""A page size that no list of a run comes to."""

_STRANGE: Final = {"a_field_from_the_future": {"nested": [1, None, "x"]}}


class StoppedError(Exception):
    """A probe cannot go on: what it builds on does not work. The reason is reported already."""


class NotServedError(StoppedError):
    """An operation that a probe needs answers 501."""


class Bench:
    """Calls operations by name for the probes.

    Args:
        caller: Sends the requests.
        operations: All operations by name.
        selected: Names of those that the run is about.
    """

    def __init__(
        self, caller: Caller, operations: Mapping[str, Operation], selected: frozenset[str]
    ) -> None:
        self.caller = caller
        self.operations = operations
        self.selected = selected

    @property
    def gate(self) -> Gate:
        """What says which requests may be sent."""
        return self.caller.gate

    @property
    def writes(self) -> bool:
        """Whether the run may change something."""
        return self.gate.write

    def served(self, operation_id: str) -> bool:
        """Say whether an operation is not known to answer 501.

        Args:
            operation_id: Its name.
        """
        return operation_id not in self.caller.tally.not_served

    def call(
        self,
        operation_id: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
        json: Any = None,
        files: Sequence[tuple[str, tuple[Any, ...]]] | None = None,
        headers: Mapping[str, str] | None = None,
        credential: Credential = "own",
    ) -> Reply:
        """Call an operation, whatever it answers.

        Args:
            operation_id: Its name.
            path: Values of its path parameters.
            query: Query parameters.
            json: Body.
            files: Parts of a multipart body.
            headers: More headers.
            credential: Whose credential to send, and how.

        Raises:
            NotServedError: It answers 501.
            StoppedError: No answer came; that is reported.
        """
        reply = self.caller.call(
            self.operations[operation_id],
            path or {},
            query=query,
            json=json,
            files=files,
            headers=headers,
            credential=credential,
        )
        if reply.status == HTTPStatus.NOT_IMPLEMENTED:
            raise NotServedError(operation_id)
        if not reply.status:
            raise StoppedError(operation_id)
        return reply

    def must(self, operation_id: str, path: Mapping[str, str] | None = None, **how: Any) -> Reply:
        """Call an operation with a request that has to be accepted.

        Args:
            operation_id: Its name.
            path: Values of its path parameters.
            **how: As for `call`.

        Raises:
            StoppedError: It was refused; that is reported.
        """
        reply = self._accepted(operation_id, path, how)
        if not reply.ok:
            if reply.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.PAYMENT_REQUIRED}:
                said = reply.get("error") or reply.body[:200].decode("utf-8", "replace")
                self.fault(operation_id, "refused", f"{reply.status}: {said}", reply)
            raise StoppedError(operation_id)
        return reply

    def _accepted(
        self, operation_id: str, path: Mapping[str, str] | None, how: dict[str, Any]
    ) -> Reply:
        """Call an operation with a member in the body that nobody knows: it has to be ignored."""
        body = how.get("json")
        if not isinstance(body, dict):
            return self.call(operation_id, path, **how)
        reply = self.call(operation_id, path, **{**how, "json": {**body, **_STRANGE}})
        if reply.status != HTTPStatus.BAD_REQUEST:
            return reply
        plain = self.call(operation_id, path, **how)
        if plain.ok:
            said = f"refused with 400 for an unknown member of the body: {reply.get('error')}"
            self.fault(operation_id, "unknown member refused", said, reply)
        return plain

    def expect(
        self, held: object, operation_id: str, kind: str, message: str, reply: Reply | None = None
    ) -> bool:
        """Report a deviation unless something holds.

        Args:
            held: Whether it holds.
            operation_id: The operation concerned.
            kind: A short name of what is wrong.
            message: What was expected and what was found.
            reply: The answer that shows it.

        Returns:
            Whether it holds.
        """
        if not held:
            self.fault(operation_id, kind, message, reply)
        return bool(held)

    def fault(self, operation_id: str, kind: str, message: str, reply: Reply | None = None) -> None:
        """Report a deviation.

        Args:
            operation_id: The operation concerned.
            kind: A short name of what is wrong.
            message: What was expected and what was found.
            reply: The answer that shows it.
        """
        self.caller.report(operation_id, kind, message, reply.request if reply else "")

    @contextmanager
    def inferred(self) -> Iterator[None]:
        """Mark what is found inside as a rule that is inferred, not documented."""
        before, self.caller.certain = self.caller.certain, False
        try:
            yield
        finally:
            self.caller.certain = before

    def run(self, name: str, probe: Callable[[], None]) -> bool:
        """Run one probe.

        Args:
            name: What the findings of it are filed under.
            probe: The probe.

        Returns:
            Whether it could be run to its end.
        """
        from arthurai.contract.checked_client import UnsendableError
        from arthurai.contract.write_guard import RefusedByGateError

        self.caller.phase = name
        before = self.caller.findings.seen
        try:
            probe()
        except (StoppedError, RefusedByGateError, UnsendableError):
            return False
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # Probes read answers as the document promises them. One that is otherwise has been
            # reported when it came in, and there is nothing to go on with.
            if self.caller.findings.seen == before:
                raise
            return False
        finally:
            self.caller.phase = ""
        return True
