"""Generated sequences of requests, in which one uses what another has answered."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.case_runner import Sender, load_schema, may_be_generated
from arthurai.contract.fixtures import REMOVALS, last_parameter
from arthurai.contract.probe_context import StoppedError
from arthurai.contract.probes.lifecycle_probes import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.contract.fixtures import World

_STEPS: Final = 8
_KIND_MADE_BY: Final = {kind.create: kind for kind in KINDS}
_GOOD_ROWS: Final = {
    "send_inferences": specimens.INFERENCES,
    "update_inferences": specimens.TRUTHS,
    "update_ground_truth": specimens.TRUTHS,
}


class Sequences:
    """Sends random sequences of requests to the operations of a tag.

    The links from an answer to the requests that it makes possible are those that schemathesis
    infers from the document. A request that creates something or sends rows has a body that is
    known to be good, and lists are not narrowed at random, so that there is something to go on
    with.

    Args:
        max_examples: Sequences for each tag.
        seed: What they depend on.

    Attributes:
        sent: How many sequences were sent, by tag.
    """

    def __init__(self, *, max_examples: int, seed: int) -> None:
        self.sent: dict[str, int] = {}
        self._max_examples = max_examples
        self._seed = seed

    def run(self, tag: str, operations: Sequence[Operation], world: World) -> None:
        """Send sequences of requests to some operations.

        Args:
            tag: What they are counted under in `sent`.
            operations: The operations.
            world: Knows objects to address.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        from hypothesis.errors import Flaky, Unsatisfiable
        from schemathesis.errors import NoLinksFound

        def count() -> None:
            self.sent[tag] = self.sent.get(tag, 0) + 1

        machine = _machine(_group(operations, world), world, self._seed, count)
        for attempt in itertools.count():
            before = self.sent.get(tag, 0)
            try:
                _run(machine, self._max_examples - before, self._seed + attempt)
            except (NoLinksFound, Unsatisfiable):
                return
            except Flaky:
                # What can be drawn depends on what the server holds, which hypothesis takes amiss
                # and ends the run. The rest is drawn from another seed.
                pass
            done = self.sent.get(tag, 0)
            if done >= self._max_examples or done == before:
                return


def _run(machine: Any, max_examples: int, seed: int) -> None:
    import hypothesis
    from hypothesis import HealthCheck, Phase

    hypothesis.seed(seed)(machine).run(
        settings=hypothesis.settings(
            max_examples=max_examples,
            stateful_step_count=_STEPS,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )


def _group(operations: Sequence[Operation], world: World) -> dict[str, Operation]:
    """Return operations by name, with those that create, read and remove what they are about."""
    everything = world.bench.operations
    found = {o.operation_id: o for o in operations}
    named = {p["name"] for o in operations for p in o.spec["parameters"] if p["in"] == "path"}
    if world.bench.writes:
        for created, removed in REMOVALS.items():
            if last_parameter(everything[removed]) in named:
                found[created] = everything[created]
                found[removed] = everything[removed]
    return {
        name: operation
        for name, operation in found.items()
        if may_be_generated(name) and world.bench.served(name)
    }


def _machine(
    group: Mapping[str, Operation], world: World, seed: int, begun: Callable[[], None]
) -> Any:
    """Return a state machine of schemathesis whose requests our caller sends."""
    schema = load_schema(seed).include(operation_id=list(group))
    base: Any = schema.as_state_machine()
    senders = {name: Sender(operation, world) for name, operation in group.items()}

    class Machine(base):  # type: ignore[misc]
        rule_order_seed = seed
        begun = False

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
                _improve(case, name, linked[ParameterLocation.BODY], world)
                _widen(case, group[name], linked[ParameterLocation.QUERY])
            path = linked[ParameterLocation.PATH]
            response = senders[name](case, linked=path, recorder=self.recorder)
            if response is None:
                return None
            if not self.begun:
                self.begun = True
                begun()
            return StepOutput(response, case)

    return Machine


def _improve(case: Any, name: str, linked: Collection[str | None], world: World) -> None:
    """Give a request that creates something or sends rows a body that is known to be good."""
    if name in _GOOD_ROWS:
        case.body = _GOOD_ROWS[name]
    kind = _KIND_MADE_BY.get(name)
    if kind is None:
        return
    kept = {n: case.body[n] for n in linked if n is not None and n in case.body}
    try:
        case.body = {**kind.body(world), **kept}
    except StoppedError:
        return


def _widen(case: Any, operation: Operation, linked: Collection[str]) -> None:
    """Leave out parameters that an answer can do without: most would narrow a list to nothing."""
    needed = {p["name"] for p in operation.spec["parameters"] if p.get("required")} | set(linked)
    case.query = {name: value for name, value in case.query.items() if name in needed}
