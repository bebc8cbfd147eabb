"""What a call does with rows and columns that do not fit the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arthurai.common.checks import check_bool, check_choice
from arthurai.common.settings import STRICT_VARIABLE, read_bool

if TYPE_CHECKING:
    from arthurai.transport.session_core import SessionCore

ERROR: Final = "error"
IGNORE: Final = "ignore"


@dataclass(frozen=True, slots=True)
class SendRules:
    """How a call treats what does not fit the model.

    Attributes:
        strict: Whether the whole table is checked first, and nothing is sent when anything is
            wrong. Otherwise the server decides about each row.
        extra: What happens to columns that are not attributes: `"error"` refuses the table,
            `"ignore"` leaves them out; `None` leaves them out with a warning, and refuses the table
            when `strict`.
        left_out: Columns that are left out in any case, because `build` left them out.
    """

    strict: bool = False
    extra: str | None = None
    left_out: frozenset[str] = frozenset()

    @property
    def refuses_extra(self) -> bool:
        """Whether a column that is not an attribute makes the table wrong."""
        return self.extra == ERROR or (self.extra is None and self.strict)


def find_rules(
    session: SessionCore,
    *,
    strict: bool | None,
    extra: str | None,
    left_out: frozenset[str] = frozenset(),
) -> SendRules:
    """Return the rules of a call: its arguments, else the client, else the environment says.

    Args:
        session: The connection; its `strict` is that of the client.
        strict: The argument of the call, `None` when omitted.
        extra: The argument of the call, else that of the model, `None` when neither is given.
        left_out: Columns that `build` left out.

    Raises:
        UserTypeError: `strict` is neither a bool nor `None`.
        UserValueError: `extra` is unknown, or `ARTHUR_STRICT` is neither yes nor no.
    """
    if extra is not None:
        check_choice("extra", extra, (ERROR, IGNORE))
    return SendRules(resolve_strict(strict, session), extra, left_out)


def resolve_strict(strict: bool | None, session: SessionCore | None) -> bool:
    """Return whether a call is strict: its argument, else the client, else the environment says.

    Args:
        strict: The argument of the call, `None` when omitted.
        session: The connection, if there is one.

    Raises:
        UserTypeError: `strict` is neither a bool nor `None`.
        UserValueError: `ARTHUR_STRICT` is neither yes nor no.
    """
    if strict is not None:
        return check_bool("strict", strict)
    if session is not None and session.strict is not None:
        return session.strict
    return read_bool(STRICT_VARIABLE, default=False)
