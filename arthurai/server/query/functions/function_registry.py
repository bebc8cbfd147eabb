"""Registration of functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.query.function_arguments import Arguments
    from arthurai.server.query.sql_expression import Expr

    Build = Callable[[Arguments], Expr]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language.

    Attributes:
        name: Name in queries, case-sensitive.
        build: Compiles a call.
        is_aggregate: Whether it folds rows into one value.
        is_nestable: Whether its result can be used inside other functions, filters and sort keys.
        is_evaluation: Whether it compares predictions with ground truth.
    """

    name: str
    build: Build
    is_aggregate: bool
    is_nestable: bool
    is_evaluation: bool


FUNCTIONS: Final[dict[str, Function]] = {}


def function(
    name: str, *, aggregate: bool = False, nestable: bool = True, evaluates: bool = False
) -> Callable[[Build], Build]:
    """Register the compiler of a function.

    Args:
        name: Name in queries.
        aggregate: Whether it folds rows into one value.
        nestable: Whether its result is a scalar that other expressions can use.
        evaluates: Whether it compares predictions with ground truth.
    """

    def register(build: Build) -> Build:
        FUNCTIONS[name] = Function(name, build, aggregate, nestable, evaluates)
        return build

    return register
