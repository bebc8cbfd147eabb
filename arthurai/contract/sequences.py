"""Generated sequences of requests, in which one uses what another was answered."""

from __future__ import annotations

import itertools
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.path_router import path_parameters
from arthurai.contract import sample_data
from arthurai.contract.fuzzing import CaseSender, hypothesis_settings, load_schema, may_be_generated
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.operation_facts import created_resources

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.fixtures import Fixtures

_STEPS: Final = 8
_GOOD_ROWS: Final = {
    "send_inferences": sample_data.INFERENCES,
    "update_inferences": sample_data.TRUTHS,
    "update_ground_truth": sample_data.TRUTHS,
}


class Sequences:
    """Sends random sequences of requests to the operations of a tag.

    The links from a response to the requests that it makes possible are those that schemathesis
    infers from the document. A request that creates something or sends rows has a body that is
    known to be valid, and lists are not narrowed at random, so that there is something to continue
    with.

    Args:
        max_examples: Number of sequences per tag.
        seed: What they depend on.

    Attributes:
        sent: How many sequences were sent, by tag.
    """

    def __init__(self, *, max_examples: int, seed: int) -> None:
        self.sent: dict[str, int] = {}
        self._max_examples = max_examples
        self._seed = seed

    def run(self, tag: str, operations: Sequence[Operation], fixtures: Fixtures) -> None:
        """Send sequences of requests to some operations.

        Args:
            tag: What they are counted under in `sent`.
            operations: The operations.
            fixtures: The objects to address.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        import hypothesis
        from hypothesis.errors import Flaky, Unsatisfiable
        from schemathesis.errors import NoLinksFound

        def count() -> None:
            self.sent[tag] = self.sent.get(tag, 0) + 1

        machine = _build_machine(_group(operations, fixtures), fixtures, self._seed, count)
        for attempt in itertools.count():
            before = self.sent.get(tag, 0)
            left = self._max_examples - before
            try:
                hypothesis.seed(self._seed + attempt)(machine).run(
                    settings=hypothesis_settings(left, stateful_step_count=_STEPS)
                )
            except (NoLinksFound, Unsatisfiable):
                return
            except Flaky:
                # What can be drawn depends on what the server holds, which hypothesis reports as
                # an error and ends the run. The rest is drawn from another seed.
                pass
            done = self.sent.get(tag, 0)
            if done >= self._max_examples or done == before:
                return


def _group(operations: Sequence[Operation], fixtures: Fixtures) -> dict[str, Operation]:
    """Return operations by name, with those that create and remove what they are about."""
    client = fixtures.client
    found = {operation.operation_id: operation for operation in operations}
    named = {name for operation in operations for name in path_parameters(operation.path)}
    if client.writes:
        for resource in created_resources().values():
            if resource.identifier in named:
                for name in (resource.create, resource.remove):
                    found[name] = client.operations[name]
    return {
        name: operation
        for name, operation in found.items()
        if may_be_generated(name) and client.is_served(name)
    }


def _build_machine(
    group: Mapping[str, Operation], fixtures: Fixtures, seed: int, count: Callable[[], None]
) -> Any:
    """Return a state machine of schemathesis whose requests our client sends."""
    schema = load_schema(seed).include(operation_id=list(group))
    base: Any = schema.as_state_machine()
    senders = {name: CaseSender(operation, fixtures) for name, operation in group.items()}

    class Machine(base):  # type: ignore[misc]
        rule_order_seed = seed
        started = False

        def step(self, input: Any) -> Any:  # noqa: A002 - the name that schemathesis gives it
            from schemathesis.core.parameters import ParameterLocation
            from schemathesis.generation import GenerationMode
            from schemathesis.generation.stateful.state_machine import StepOutput

            case = input.case
            name = case.operation.definition.raw["operationId"]
            linked: dict[Any, set[Any]] = defaultdict(set)
            for place, parameter in input.applied_parameters:
                linked[place].add(parameter)
            if case.meta.generation.mode is GenerationMode.POSITIVE:
                _use_valid_body(case, name, linked[ParameterLocation.BODY], fixtures)
                _drop_optional(case, group[name], linked[ParameterLocation.QUERY])
            path = linked[ParameterLocation.PATH]
            response = senders[name](case, linked=path, recorder=self.recorder)
            if response is None:
                return None
            if not self.started:
                self.started = True
                count()
            return StepOutput(response, case)

    return Machine


def _use_valid_body(
    case: Any, name: str, linked: Collection[str | None], fixtures: Fixtures
) -> None:
    """Give a request that creates something or sends rows a body that is known to be valid."""
    if name in _GOOD_ROWS:
        case.body = _GOOD_ROWS[name]
    if fixtures.knows_body(name):
        kept = {n: case.body[n] for n in linked if n is not None and n in case.body}
        with suppress(ProbeStoppedError):
            case.body = {**fixtures.valid_body(name), **kept}


def _drop_optional(case: Any, operation: Operation, linked: Collection[str]) -> None:
    """Leave out optional parameters: most would narrow a list to nothing."""
    required = {p["name"] for p in operation.spec["parameters"] if p.get("required")}
    needed = required | set(linked)
    case.query = {name: value for name, value in case.query.items() if name in needed}
