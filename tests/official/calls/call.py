"""One call of the comparison with the official SDK, as data that either SDK can run."""

from __future__ import annotations

from typing import NamedTuple

#: What the code of a call finds as `m`.
NOTHING = "nothing"  # no model
NEW = "new"  # a model without attributes
BUILT = "built"  # a model with attributes that is not saved
SAVED = "saved"  # a saved model of its own, without rows
FILLED = "filled"  # a saved model with rows, shared by the calls that only read


class Call(NamedTuple):
    """One call.

    Attributes:
        name: What is called, on which kind of model, with which shape of arguments.
        code: Statements; the value of the last one, an expression, is what is compared.
        kind: Name of a kind of `model_kinds.KINDS`.
        state: What the code finds as `m`.
        stored: Whether to compare the rows that the server holds afterwards.
    """

    name: str
    code: str
    kind: str = "binary"
    state: str = SAVED
    stored: bool = False


def calls_of(
    method: str,
    shapes: dict[str, str],
    kinds: tuple[str, ...] = ("binary",),
    state: str = SAVED,
    *,
    stored: bool = False,
) -> list[Call]:
    """List a call for each kind and each shape of arguments."""
    return [
        Call(f"{method}/{kind}/{shape}", code, kind, state, stored)
        for kind in kinds
        for shape, code in shapes.items()
    ]
