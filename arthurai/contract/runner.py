"""`arthurai contract`: check a live server against the contract."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import load_bundle, operations
from arthurai.common.exceptions import ArthurError
from arthurai.common.settings import KEY_VARIABLE, read_variable
from arthurai.contract.checked_client import BoundReachedError, CheckedClient, UnreachableError
from arthurai.contract.conformance import Conformance
from arthurai.contract.fuzzing import Fuzzer
from arthurai.contract.interruption import Interruption
from arthurai.contract.probe_context import ProbeContext
from arthurai.contract.probes import chosen_probes, protocol_probes
from arthurai.contract.run_plan import GENERATION_PHASES, Bounds, InvalidCallError, make_plan
from arthurai.contract.run_report import Result
from arthurai.contract.sequences import Sequences
from arthurai.contract.workspace import Workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.probe_context import Probe
    from arthurai.contract.run_plan import Plan
    from arthurai.transport.session import Session

_KEPT: Final = 0
_DEVIATES: Final = 1
_NOT_CHECKED: Final = 2


def main(options: argparse.Namespace) -> int:
    """Run the command.

    Args:
        options: The arguments of `run_plan.add_arguments`.

    Returns:
        0 when no deviation was found, 1 when some were, 2 when the check could not be made.
    """
    try:
        plan, key = _make_plan(options), _find_key(options)
        _print(plan.describe())
        if options.plan:
            return _KEPT
        connection = _Connection(options, key)
        try:
            result = check(plan, connection.open, connection.access_key)
        finally:
            connection.close()
        _write_reports(result, options)
        if result.interrupted:
            _print(result.format_text())
            return _fail("interrupted; what was created has been removed, unless listed above")
    except (InvalidCallError, UnreachableError, ArthurError, OSError) as error:
        return _fail(str(error).replace("allow_insecure=True", "--allow-insecure"))
    except KeyboardInterrupt:
        return _fail("interrupted; what was created has been removed")
    _print(result.format_text())
    return _DEVIATES if result.findings else _KEPT


def check(plan: Plan, connect: Callable[[str], Session], access_key: str) -> Result:
    """Check a server.

    Args:
        plan: What to do.
        connect: Opens a connection to the server with a credential.
        access_key: Credential of the user.

    Raises:
        UnreachableError: The server cannot be reached, or refuses the credential.
    """
    return ContractRun(plan, connect, access_key).run()


class ContractRun:
    """One run: its plan, what it works with, and what it found.

    Args:
        plan: What to do.
        connect: Opens a connection to the server with a credential.
        access_key: Credential of the user.
    """

    def __init__(self, plan: Plan, connect: Callable[[str], Session], access_key: str) -> None:
        self.plan = plan
        self.client = CheckedClient(
            connect, access_key, Conformance(load_bundle()), plan.bounds, write=plan.write
        )
        names = [operation.operation_id for operation in plan.operations]
        self.context = ProbeContext(self.client, operations(), names)
        self.fixtures = self.context.fixtures
        self.fuzzer = Fuzzer(max_examples=plan.max_examples, seed=plan.seed)
        self.sequences = Sequences(max_examples=plan.max_examples, seed=plan.seed)
        self.not_reached: set[str] = set()

    def run(self) -> Result:
        """Do what the plan says and return what was found."""
        started, stopped, left = time.monotonic(), "", []
        workspace = Workspace(self.context, self.fixtures, self.plan.bounds.max_seconds)
        with Interruption(self.client):
            try:
                self._check_connection()
                if self.plan.write:
                    workspace.open()
                self._work()
            except BoundReachedError as error:
                stopped = str(error)
            finally:
                left = workspace.close()
                self.client.close()
        return Result(
            plan=self.plan,
            findings=self.client.findings.counted(),
            tally=self.client.tally,
            seconds=time.monotonic() - started,
            sequences=self.sequences.sent,
            not_reached=self.not_reached - self.client.tally.succeeded,
            stopped=stopped,
            interrupted=bool(self.client.interrupted),
            left_behind=left,
        )

    def _check_connection(self) -> None:
        """Raise unless the server responds and accepts the credential."""
        response = self.context.call("get_auth_info")
        if response.status in {401, 403}:
            reason = f"{response.status} {response.get('error') or ''}".rstrip()
            raise UnreachableError(f"{self.plan.server} refuses the access key: {reason}")

    def _work(self) -> None:
        from tqdm import tqdm

        steps = [*self._steps()]
        with tqdm(total=len(steps), unit="step", file=sys.stderr, disable=None) as bar:
            for title, step, *arguments in steps:
                bar.set_description(title, refresh=False)
                step(*arguments)
                requests, found = self.client.tally.requests, len(self.client.findings)
                bar.set_postfix(requests=requests, deviations=found, refresh=False)
                bar.update()

    def _steps(self) -> Iterator[tuple[Any, ...]]:
        """Yield the title of each step, its method and the arguments of that."""
        for operation in self.plan.operations:
            yield f"probe {operation.operation_id}", self._protocol_step, operation
        for probe in chosen_probes(self.context):
            yield probe.name, self._behavior_step, probe
        for phase in GENERATION_PHASES:
            for operation in self.plan.operations:
                if self.fuzzer.covers(operation.operation_id):
                    name = operation.operation_id
                    yield f"{phase} {name}", self._generation_step, phase, operation
        for tag, chosen in self.plan.by_tag().items():
            yield f"sequences of {tag}", self._sequence_step, tag, chosen

    def _protocol_step(self, operation: Operation) -> None:
        for name, probe in protocol_probes.PROBES.items():
            self.context.run(name, probe, self.context, operation)
            if not self.context.is_served(operation.operation_id):
                return
        if self.fixtures.path(operation) is None:
            self.not_reached.add(operation.operation_id)

    def _behavior_step(self, probe: Probe) -> None:
        self.context.run(probe.name, probe.run, self.context)

    def _generation_step(self, phase: str, operation: Operation) -> None:
        if self.context.is_served(operation.operation_id):
            self.context.run(phase, self._generate, phase, operation)

    def _generate(self, phase: str, operation: Operation) -> None:
        if self.fixtures.path(operation) is not None:
            self.not_reached.discard(operation.operation_id)
        self.fuzzer.run(phase, operation, self.fixtures)

    def _sequence_step(self, tag: str, chosen: Sequence[Operation]) -> None:
        self.context.run("sequences", self.sequences.run, tag, chosen, self.fixtures)


def _make_plan(options: argparse.Namespace) -> Plan:
    return make_plan(
        options.url,
        operations(),
        names=options.operation,
        tags=options.tag,
        write=options.write,
        max_examples=options.max_examples,
        seed=options.seed,
        bounds=Bounds(options.max_requests, options.max_time, options.rate),
    )


def _find_key(options: argparse.Namespace) -> str:
    """Return the credential of the user, empty for an embedded server."""
    key: str = options.access_key or read_variable(KEY_VARIABLE) or ""
    if not key and not options.url.lower().startswith("local:"):
        raise InvalidCallError(f"give --access-key, or set the environment variable {KEY_VARIABLE}")
    return key


class _Connection:
    """Opens connections to the server with the options of the command."""

    def __init__(self, options: argparse.Namespace, access_key: str) -> None:
        from arthurai.transport.local import open_local
        from arthurai.transport.options import HttpOptions, parse_endpoint

        self._organization_id = options.organization_id
        self._http = HttpOptions(timeout=options.timeout, attempts=1)
        self._endpoint = parse_endpoint(options.url, allow_insecure=options.allow_insecure)
        self._local = open_local(self._endpoint) if self._endpoint.local else None
        self.access_key = access_key or (self._local.admin_key if self._local else "")

    def open(self, credential: str) -> Session:
        from arthurai.transport.auth import ApiKey
        from arthurai.transport.session import Session

        return Session(
            self._endpoint,
            ApiKey(credential),
            organization_id=self._organization_id,
            options=self._http,
            local=self._local,
        )

    def close(self) -> None:
        if self._local is not None:
            self._local.release()


def _write_reports(result: Result, options: argparse.Namespace) -> None:
    if options.report_junit is not None:
        options.report_junit.write_bytes(result.to_junit())
    if options.report_json is not None:
        import orjson

        content = orjson.dumps(result.to_json(), option=orjson.OPT_INDENT_2)
        options.report_json.write_bytes(content)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _fail(message: str) -> int:
    sys.stderr.write(f"arthurai contract: {message}\n")
    return _NOT_CHECKED
