"""Times without a zone, read in the zone that the caller names.

Where clocks are set back, an hour of local times occurs twice; where they are set forward, an hour
does not occur. What becomes of such times is said with the words of `tz_localize` of pandas.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, Literal

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Callable

RAISE: Final = "raise"
NOT_A_TIME: Final = "NaT"
SHIFT_FORWARD: Final = "shift_forward"
SHIFT_BACKWARD: Final = "shift_backward"

Ambiguous = bool | Literal["raise", "NaT"]
"""What becomes of a time that occurs twice: `True` for the earlier one, in summer time."""

Nonexistent = timedelta | Literal["raise", "NaT", "shift_forward", "shift_backward"]
"""What becomes of a time that does not occur."""

AMBIGUOUS: Final = (
    "the time occurs twice in its zone, as clocks are set back; pass `ambiguous` to say which is "
    "meant, or give times with a zone"
)
NONEXISTENT: Final = (
    "the time does not occur in its zone, as clocks are set forward; pass `nonexistent` to say how "
    "it is read, or correct it"
)
_STILL_NONEXISTENT: Final = "the time does not occur in its zone, nor does it when moved"
_OUT_OF_RANGE: Final = "must be a time between the years 1 and 9999"

CLOCK_CHANGES: Final = (AMBIGUOUS, NONEXISTENT, _STILL_NONEXISTENT)

_ZERO: Final = timedelta(0)
_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)


class LocalTimeError(ValueError):
    """A local time that is no point in time; the text says why."""


class LocalTimes:
    """How times without a zone are read.

    Args:
        zone: Their zone, of any library.
        ambiguous: What becomes of a time that occurs twice; when omitted the earlier one is taken,
            the later one for a `datetime` with `fold=1`, and reported as a guess.
        nonexistent: What becomes of a time that does not occur; when omitted it is moved by the
            hour that clocks are set forward, and reported as a guess.
        on_guess: Called with `AMBIGUOUS` or `NONEXISTENT` for each guess.
    """

    __slots__ = ("_knows_folds", "_on_guess", "ambiguous", "nonexistent", "zone")

    def __init__(
        self,
        zone: tzinfo,
        ambiguous: Ambiguous | None = None,
        nonexistent: Nonexistent | None = None,
        on_guess: Callable[[str], object] | None = None,
    ) -> None:
        self.zone = zone
        self.ambiguous = ambiguous
        self.nonexistent = nonexistent
        self._on_guess = on_guess
        # Zones of pytz and dateutil do not give both offsets of a time by `fold`.
        self._knows_folds = not hasattr(zone, "localize") and not type(zone).__module__.startswith(
            "dateutil."
        )

    def reporting(self, on_guess: Callable[[str], object]) -> LocalTimes:
        """Return the same rules with another receiver of guesses.

        Args:
            on_guess: As in the class.
        """
        return LocalTimes(self.zone, self.ambiguous, self.nonexistent, on_guess)

    def to_utc(self, value: datetime) -> datetime | None:
        """Return a naive time of the zone in UTC, `None` if it is to be missing.

        Args:
            value: The time.

        Raises:
            LocalTimeError: The time is ambiguous or does not occur, and is to be refused.
        """
        try:
            if self._knows_folds:
                offset = value.replace(tzinfo=self.zone, fold=0).utcoffset() or _ZERO
                if offset == (value.replace(tzinfo=self.zone, fold=1).utcoffset() or _ZERO):
                    return (value - offset).replace(tzinfo=UTC, fold=0)
            moments = self._find(value)
            if len(moments) == 1:
                return moments[0]
            return self._choose(value, moments) if moments else self._move(value)
        except OverflowError:
            raise LocalTimeError(_OUT_OF_RANGE) from None

    def _find(self, value: datetime) -> list[datetime]:
        """Return the points in time at which clocks show a time, the earlier first."""
        plain = value.replace(fold=0)
        moments = {(plain - offset).replace(tzinfo=UTC) for offset in self._offsets(plain)}
        return sorted(moment for moment in moments if self._clock(moment) == plain)

    def _offsets(self, value: datetime) -> list[timedelta]:
        """Return the offsets of the zone in the days around a time, the earlier first."""
        day = value.replace(tzinfo=UTC)
        return [self._offset(day - _DAY), self._offset(day), self._offset(day + _DAY)]

    def _clock(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def _offset(self, moment: datetime) -> timedelta:
        return self._clock(moment) - moment.replace(tzinfo=None)

    def _choose(self, value: datetime, moments: list[datetime]) -> datetime | None:
        if self.ambiguous == RAISE:
            raise LocalTimeError(AMBIGUOUS)
        if self.ambiguous == NOT_A_TIME:
            return None
        if self.ambiguous is None:
            self._report(AMBIGUOUS)
            return moments[value.fold]
        return moments[0] if self.ambiguous else moments[1]

    def _move(self, value: datetime) -> datetime | None:
        rule = self.nonexistent
        if rule == RAISE:
            raise LocalTimeError(NONEXISTENT)
        if rule == NOT_A_TIME:
            return None
        before, *_, after = self._offsets(value.replace(fold=0))
        if rule is None:
            self._report(NONEXISTENT)
            return (value - before).replace(tzinfo=UTC)
        if isinstance(rule, timedelta):
            moments = self._find(value + rule)
            if not moments:
                raise LocalTimeError(_STILL_NONEXISTENT)
            return moments[0]
        # The change is between the points in time that the offsets before and after it give.
        low, high = (value - max(before, after), value - min(before, after))
        early, late = low.replace(tzinfo=UTC, fold=0), high.replace(tzinfo=UTC, fold=0)
        while late - early > _TICK:
            middle = early + (late - early) // 2
            if self._offset(middle) == before:
                early = middle
            else:
                late = middle
        return late if rule == SHIFT_FORWARD else early

    def _report(self, what: str) -> None:
        if self._on_guess is not None:
            self._on_guess(what)


def check_ambiguous(value: object) -> Ambiguous | None:
    """Return the argument `ambiguous`.

    Args:
        value: The argument.

    Raises:
        UserTypeError: It is of a wrong type.
        UserValueError: It is another text.
    """
    if value is None or isinstance(value, bool):
        return value
    if value == "infer" or not isinstance(value, str):
        kind = UserValueError if value == "infer" else UserTypeError
        raise kind(
            '`ambiguous` must be "raise", "NaT", True (the earlier time) or False (the later one), '
            f"got {quote_value(value)}. For an array, or to infer it from the order of the rows, "
            "localize the times yourself, e.g. with tz_localize of pandas"
        )
    if value == RAISE:
        return "raise"
    if value == NOT_A_TIME:
        return "NaT"
    raise UserValueError(
        f'`ambiguous` must be "raise", "NaT", True or False, got {quote_value(value)}'
    )


def check_nonexistent(value: object) -> Nonexistent | None:
    """Return the argument `nonexistent`.

    Args:
        value: The argument.

    Raises:
        UserTypeError: It is of a wrong type.
        UserValueError: It is another text.
    """
    if value is None or isinstance(value, timedelta):
        return value
    expected = (
        '`nonexistent` must be "raise", "NaT", "shift_forward", "shift_backward" or a timedelta, '
        f"got {quote_value(value)}"
    )
    if not isinstance(value, str):
        raise UserTypeError(expected)
    choices: tuple[Nonexistent, ...] = ("raise", "NaT", "shift_forward", "shift_backward")
    for choice in choices:
        if value == choice:
            return choice
    raise UserValueError(expected)


def describe_guess(column: str, what: str) -> str:
    """Return the warning about times of a column that were read by the rules of this module.

    Args:
        column: The column.
        what: `AMBIGUOUS` or `NONEXISTENT`.

    Returns:
        Text in which `{count}` stands for their number.
    """
    if what == AMBIGUOUS:
        return (
            f"column {column!r}: {{count}} times occur twice in their zone, as clocks are set "
            "back, and were read as the earlier ones; pass `ambiguous` to say which is meant, or "
            "give times with a zone"
        )
    return (
        f"column {column!r}: {{count}} times do not occur in their zone, as clocks are set "
        "forward, and were moved by the time that is skipped; pass `nonexistent` to say how they "
        "are read"
    )
