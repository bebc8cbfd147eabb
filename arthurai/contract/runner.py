"""`arthurai contract`: check a live server against the contract."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from arthurai.common.bundle import load_bundle, operations_of
from arthurai.common.exceptions import ArthurError
from arthurai.contract import contract_options as wanted
from arthurai.contract.checked_client import BoundReachedError, Bounds, Caller, UnreachableError
from arthurai.contract.conformance import Conformance
from arthurai.contract.findings import Findings
from arthurai.contract.fixtures import World
from arthurai.contract.fuzzing import WAYS, Generator
from arthurai.contract.probe_context import Bench
from arthurai.contract.probes import behavior as behaviour
from arthurai.contract.probes import protocol_probes as protocol
from arthurai.contract.run_plan import Plan, WrongCallError, make_plan
from arthurai.contract.run_report import Result
from arthurai.contract.sequences import Sequences
from arthurai.contract.workspace import Scratch
from arthurai.contract.write_guard import Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.contract_options import Options
    from arthurai.transport.session import Session

KEPT: Final = 0
DEVIATES: Final = 1
NOT_CHECKED: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: As they stand after ``arthurai contract``.

    Returns:
        0 when no deviation was found, 1 when some were, 2 when the check could not be made.
    """
    options = wanted.parse(arguments)
    try:
        plan = make_plan(options, operations_of(load_bundle()))
        _say("\n".join(plan.lines()))
        if options.plan_only:
            return KEPT
        connect, key, close = _connection(options)
        try:
            result = check(plan, connect, key)
        finally:
            close()
        _write_reports(result)
    except (WrongCallError, UnreachableError, ArthurError, OSError) as fault:
        _say(f"arthurai contract: {fault}", error=True)
        return NOT_CHECKED
    except KeyboardInterrupt:
        _say("arthurai contract: interrupted; what was made has been removed", error=True)
        return NOT_CHECKED
    _say(result.table())
    return DEVIATES if result.deviates else KEPT


def check(plan: Plan, connect: Callable[[str], Session], access_key: str) -> Result:
    """Check a server.

    Args:
        plan: What to do.
        connect: Makes a connection to the server with a credential.
        access_key: Credential of the user.

    Raises:
        UnreachableError: The server cannot be reached, or refuses the credential.
    """
    return _Run(plan, connect, access_key).run()


class _Run:
    def __init__(self, plan: Plan, connect: Callable[[str], Session], access_key: str) -> None:
        options = plan.options
        bundle = load_bundle()
        self.plan = plan
        self.findings = Findings()
        self.caller = Caller(
            connect,
            access_key,
            Conformance(bundle),
            self.findings,
            Gate(write=options.write),
            Bounds(options.max_requests, options.max_time, options.interval),
        )
        names = frozenset(operation.operation_id for operation in plan.operations)
        self.bench = Bench(self.caller, operations_of(bundle), names)
        self.world = World(self.bench)
        self.generator = Generator(max_examples=options.max_examples, seed=options.seed)
        self.sequences = Sequences(max_examples=options.max_examples, seed=options.seed)
        self.not_reached: set[str] = set()

    def run(self) -> Result:
        started = time.monotonic()
        stopped = ""
        scratch = Scratch(self.bench, self.world)
        try:
            self._introduce()
            if self.plan.options.write:
                scratch.open()
            self._work()
        except BoundReachedError as bound:
            stopped = str(bound)
        finally:
            left = scratch.close() if self.plan.options.write else []
            self.caller.close()
        tally = self.caller.tally
        return Result(
            plan=self.plan,
            findings=self.findings.listed(),
            requests=tally.requests,
            seconds=time.monotonic() - started,
            statuses=tally.statuses,
            sequences=self.sequences.sent,
            not_served=frozenset(tally.not_served),
            not_reached=frozenset(self.not_reached),
            stopped=stopped,
            left_behind=tuple(left),
        )

    def _introduce(self) -> None:
        """Find out whether the server is there and takes the credential."""
        reply = self.caller.call(self.bench.operations["get_auth_info"], {})
        if reply.status in {401, 403}:
            raise UnreachableError(
                f"{self.plan.options.url} refuses the access key: {reply.status} "
                f"{reply.get('error') or ''}".rstrip()
            )

    def _work(self) -> None:
        from tqdm import tqdm

        steps = [*self._steps()]
        with tqdm(total=len(steps), unit="step", file=sys.stderr, disable=None) as bar:
            for title, step in steps:
                bar.set_description(title, refresh=False)
                step()
                bar.set_postfix(
                    requests=self.caller.tally.requests,
                    deviations=len(self.findings),
                    refresh=False,
                )
                bar.update()

    def _steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        for operation in self.plan.operations:
            yield f"probe {operation.operation_id}", self._probing(operation)
        for name, probe in behaviour.chosen(self.bench):
            yield name, self._behaving(name, probe)
        for way in WAYS:
            for operation in self.plan.operations:
                if self.generator.covers(operation.operation_id):
                    yield f"{way} {operation.operation_id}", self._generating(way, operation)
        for tag, operations in self.plan.by_tag().items():
            yield f"sequences of {tag}", self._going_on(tag, operations)

    def _probing(self, operation: Operation) -> Callable[[], object]:
        def run() -> None:
            for name, probe in protocol.PROBES.items():
                self.bench.run(name, lambda probe=probe: probe(self.bench, self.world, operation))  # type: ignore[misc]
                if not self.bench.served(operation.operation_id):
                    return
            if self.world.path(operation) is None:
                self.not_reached.add(operation.operation_id)

        return run

    def _behaving(self, name: str, probe: Callable[[Bench, World], None]) -> Callable[[], object]:
        return lambda: self.bench.run(name, lambda: probe(self.bench, self.world))

    def _generating(self, way: str, operation: Operation) -> Callable[[], object]:
        def generate() -> None:
            if self.bench.served(operation.operation_id):
                if self.world.path(operation) is not None:
                    self.not_reached.discard(operation.operation_id)
                self.generator.run(way, operation, self.world)

        return lambda: self.bench.run(way, generate)

    def _going_on(self, tag: str, operations: Sequence[Operation]) -> Callable[[], object]:
        return lambda: self.bench.run(
            "sequences", lambda: self.sequences.run(tag, operations, self.world)
        )


def _connection(options: Options) -> tuple[Callable[[str], Session], str, Callable[[], None]]:
    """Return what connects to the server, the credential, and what to do at the end."""
    from arthurai.transport.auth import ApiKey
    from arthurai.transport.local import open_local
    from arthurai.transport.options import HttpOptions, parse_endpoint
    from arthurai.transport.session import Session

    endpoint = parse_endpoint(options.url, allow_insecure=options.allow_insecure)
    local = open_local(endpoint) if endpoint.local else None
    key = options.access_key or (local.admin_key if local is not None else "")
    http = HttpOptions(timeout=options.timeout, attempts=1)

    def connect(credential: str) -> Session:
        return Session(
            endpoint,
            ApiKey(credential),
            organization_id=options.organization_id,
            options=http,
            local=local,
        )

    return connect, key, (local.release if local is not None else lambda: None)


def _write_reports(result: Result) -> None:
    options = result.plan.options
    if options.report_junit is not None:
        options.report_junit.write_bytes(result.as_junit())
    if options.report_json is not None:
        import orjson

        options.report_json.write_bytes(orjson.dumps(result.as_json(), option=orjson.OPT_INDENT_2))


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)
