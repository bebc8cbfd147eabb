"""Generated requests: schemathesis makes them and judges the answers, our caller sends them."""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.case_runner import Sender, load_schema, may_be_generated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.fixtures import World

WAYS: Final = ("examples", "coverage", "fuzzing")
"""How requests are generated: documented examples, each rule of a schema kept and broken once,
random ones that keep or break the schema."""


class Generator:
    """Makes requests for operations.

    Args:
        max_examples: Requests for each operation and way.
        seed: What they depend on.
    """

    def __init__(self, *, max_examples: int, seed: int) -> None:
        self._schema = load_schema(seed)
        found = [result.ok() for result in self._schema.get_all_operations()]
        self._operations = {o.definition.raw["operationId"]: o for o in found if o is not None}
        self._max_examples = max_examples
        self._seed = seed

    def covers(self, operation_id: str) -> bool:
        """Say whether requests are generated for an operation.

        Args:
            operation_id: Its name.
        """
        return operation_id in self._operations and may_be_generated(operation_id)

    def run(self, way: str, operation: Operation, world: World) -> None:
        """Send generated requests to an operation and judge the answers.

        Args:
            way: One of `WAYS`.
            operation: The operation.
            world: Knows objects to address.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        target = self._operations[operation.operation_id]
        send = Sender(operation, world)
        if way == "examples":
            for case in self._examples(target, world.path(operation) or {}):
                send(case)
        elif way == "coverage":
            for case in self._coverage(target):
                send(case)
        else:
            self._fuzz(target, world.path(operation) or {}, send)

    def _examples(self, target: Any, path: Mapping[str, str]) -> Iterator[Any]:
        from hypothesis.errors import HypothesisException
        from schemathesis.errors import SchemathesisError
        from schemathesis.generation.hypothesis.examples import generate_one

        try:
            strategies = target.get_strategies_from_examples(path_parameters=dict(path))
            for strategy in strategies[: self._max_examples]:
                yield generate_one(strategy)
        except (HypothesisException, SchemathesisError):
            return

    def _coverage(self, target: Any) -> list[Any]:
        """Pick requests so that every kind of rule has its share."""
        from schemathesis.generation import GenerationMode

        config = self._schema.config.generation_for(operation=target, phase="coverage")
        by_rule: defaultdict[Any, list[Any]] = defaultdict(list)
        for case in self._schema.iter_coverage_cases(
            target,
            generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
            generation_config=config,
        ):
            data = case.meta.phase.data
            place = data.parameter_location if data.parameter else None
            by_rule[str(data.scenario), str(place), data.parameter].append(case)
        rounds = zip_longest(*by_rule.values())
        picked = [case for round_ in rounds for case in round_ if case is not None]
        return picked[: self._max_examples]

    def _fuzz(self, target: Any, path: Mapping[str, str], send: Callable[[Any], None]) -> None:
        import hypothesis
        from hypothesis import HealthCheck, Phase
        from hypothesis.errors import HypothesisException
        from schemathesis.errors import SchemathesisError
        from schemathesis.generation import GenerationMode

        half = max(1, self._max_examples // 2)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            def receive(case: Any) -> None:
                send(case)

            try:
                strategy = target.as_strategy(generation_mode=mode, path_parameters=dict(path))
                test = hypothesis.given(case=strategy)(receive)
                test = hypothesis.seed(self._seed)(test)
                hypothesis.settings(
                    max_examples=half,
                    database=None,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )(test)()
            except (HypothesisException, SchemathesisError):
                continue
