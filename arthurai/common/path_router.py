"""Matching the segments of a request path to the operations of an OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arthurai.common.bundle import Operation


class PathMatch(NamedTuple):
    """The path of a document that a request path fits.

    Attributes:
        template: The path template, without the base path.
        operations: Its operations by HTTP method in capitals.
        segments: The segments of the request that stand in the places of path parameters.
    """

    template: str
    operations: Mapping[str, Operation]
    segments: tuple[str, ...]

    def parameters(self, operation: Operation) -> dict[str, str]:
        """Return the values of the path parameters of an operation by their names.

        Args:
            operation: One of `operations`.
        """
        return dict(zip(path_parameters(operation.path), self.segments, strict=True))


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    template: str = ""
    operations: dict[str, Operation] = field(default_factory=dict)


class PathRouter:
    """Finds the path template that the segments of a path fit.

    A literal segment beats a parameter, as OpenAPI has it.
    """

    def __init__(self, operations: Iterable[Operation], base_path: str) -> None:
        """Build the tree of all path templates.

        Args:
            operations: The operations to find.
            base_path: What precedes every path template, e.g. `"/api"`.
        """
        self._root = _Node()
        base = _split(base_path)
        for operation in operations:
            node = self._root
            for segment in (*base, *_split(operation.path)):
                if _is_parameter(segment):
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.literals.setdefault(segment, _Node())
            node.template = node.template or operation.path
            node.operations[operation.method] = operation

    def find(self, segments: Sequence[str]) -> PathMatch | None:
        """Return the path that segments fit, `None` when there is none.

        Args:
            segments: The decoded segments of a path, without what precedes its first slash.
        """
        return next(_walk(self._root, segments, 0, ()), None)


def _walk(
    node: _Node, segments: Sequence[str], depth: int, values: tuple[str, ...]
) -> Iterator[PathMatch]:
    """Yield the paths that fit, those with literal segments first."""
    if depth == len(segments):
        if node.operations:
            yield PathMatch(node.template, node.operations, values)
        return
    segment = segments[depth]
    literal = node.literals.get(segment)
    if literal is not None:
        yield from _walk(literal, segments, depth + 1, values)
    if node.parameter is not None and segment:
        yield from _walk(node.parameter, segments, depth + 1, (*values, segment))


@cache
def path_parameters(template: str) -> tuple[str, ...]:
    """Return the names of the parameters of a path template, in their order.

    Args:
        template: The template, e.g. `"/v3/models/{model_id}"`.
    """
    return tuple(segment[1:-1] for segment in _split(template) if _is_parameter(segment))


def _split(path: str) -> list[str]:
    return path.strip("/").split("/") if path.strip("/") else []


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")
