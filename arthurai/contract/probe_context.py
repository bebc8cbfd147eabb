"""What the probes of behavior work with, and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arthurai.contract.factories import BODIES, finder_of, maker_of
from arthurai.contract.fixtures import Fixtures
from arthurai.contract.operation_client import OperationClient

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import TypeAlias

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import CheckedClient

    Run: TypeAlias = Callable[["ProbeContext"], None]


class ProbeContext(OperationClient):
    """Calls operations by name, records deviations, and knows objects on the server.

    Args:
        client: Sends the requests.
        operations: All operations by name.
        selected: Names of the operations that the run is about.

    Attributes:
        fixtures: The objects on the server.
    """

    def __init__(
        self, client: CheckedClient, operations: Mapping[str, Operation], selected: Collection[str]
    ) -> None:
        super().__init__(client, operations, selected)
        self.fixtures = Fixtures(self, finder_of, maker_of, BODIES)


class Probe(NamedTuple):
    """A check of what several operations do together.

    Attributes:
        name: What its findings are recorded under.
        run: The check.
        operation_ids: The operations it is about; empty for all.
        writes: Whether it changes something.
    """

    name: str
    run: Run
    operation_ids: frozenset[str]
    writes: bool


class ProbeList:
    """The probes of one subject, in the order in which they run."""

    def __init__(self) -> None:
        self._probes: list[Probe] = []

    def probe(self, name: str, *operation_ids: str, writes: bool = True) -> Callable[[Run], Run]:
        """Add the decorated function.

        Args:
            name: What its findings are recorded under.
            *operation_ids: The operations it is about; none for all.
            writes: Whether it changes something.
        """

        def add(run: Run) -> Run:
            self._probes.append(Probe(name, run, frozenset(operation_ids), writes))
            return run

        return add

    def chosen(self, context: ProbeContext) -> Iterator[Probe]:
        """Yield the probes that are about the operations of a run, and that it may make.

        Args:
            context: Knows the operations of the run.
        """
        for probe in self._probes:
            if probe.writes and not context.writes:
                continue
            if not probe.operation_ids or not context.selected.isdisjoint(probe.operation_ids):
                yield probe
