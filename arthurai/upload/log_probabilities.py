"""Log-probabilities of tokens, as APIs of language models answer them, read as likelihoods."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.limits import MAX_TOKEN_LIKELIHOODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Positions = list[dict[str, float | None]]

_MAX_EXPONENT: Final = 700.0  # e to this power is near the largest float


def find_positions(value: Any) -> Any:
    """Return the positions of a sequence, from the objects that APIs put around them.

    Args:
        value: An object with `content`, an object with `tokens` and `token_logprobs`, or the
            positions themselves.
    """
    content = _member(value, "content")
    if isinstance(content, list | tuple):
        return content
    tokens, chosen = _member(value, "tokens"), _member(value, "token_logprobs")
    if isinstance(tokens, list | tuple) and isinstance(chosen, list | tuple):
        pairs = zip(tokens, chosen, strict=False)
        return [{"token": token, "logprob": number} for token, number in pairs]
    return value


def read_position(item: Any) -> dict[str, float | None] | None:
    """Return the likelihoods of one position; `None` if it has no token with a log-probability.

    Alternatives more likely than the token that was chosen are left out, because the most likely
    one of a position counts as chosen.

    Args:
        item: An object with `token` and `logprob`, and perhaps `top_logprobs`.
    """
    token, chosen = _member(item, "token"), _member(item, "logprob")
    if not isinstance(token, str) or not _is_number(chosen, or_none=True):
        return None
    found = {token: _to_likelihood(chosen)}
    for other in _member(item, "top_logprobs") or ():
        name, number = _member(other, "token"), _member(other, "logprob")
        if not isinstance(name, str) or not _is_number(number):
            continue
        is_likelier = chosen is not None and number > chosen
        if len(found) < MAX_TOKEN_LIKELIHOODS and not is_likelier:
            found.setdefault(name, _to_likelihood(number))
    return found


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _is_number(value: Any, *, or_none: bool = False) -> bool:
    return (value is None and or_none) or (
        isinstance(value, numbers.Real) and not isinstance(value, bool)
    )


def _to_likelihood(logarithm: float | None) -> float | None:
    if logarithm is None:
        return None
    return math.exp(logarithm) if logarithm <= 0 else float(logarithm)


def convert_logarithms(
    column: Sequence[Positions | None], given: Sequence[Any]
) -> tuple[list[Positions | None], list[int]]:
    """Return a column of log-probabilities as likelihoods, and the places of rows with others.

    A value above 0 is no log-probability; it is converted all the same. What an API answers names
    its log-probabilities, and was converted when it was read.

    Args:
        column: Log-probabilities by token for each position of each row.
        given: The column as it was given.
    """
    converted: list[Positions | None] = []
    wrong = []
    for place, (row, value) in enumerate(zip(column, given, strict=True)):
        if row is None:
            converted.append(None)
            continue
        positions: Positions = []
        for position, item in zip(row, find_positions(value), strict=True):
            if read_position(item) is not None:
                positions.append(position)
                continue
            numbers_given = [number for number in position.values() if number is not None]
            if numbers_given and max(numbers_given) > 0:
                wrong.append(place)
            positions.append(
                {
                    token: None if number is None else math.exp(min(number, _MAX_EXPONENT))
                    for token, number in position.items()
                }
            )
        converted.append(positions)
    return converted, sorted(set(wrong))


def find_unlikely(column: Sequence[Positions | None]) -> list[int]:
    """Return the places of rows with values outside of 0 to 1.

    Args:
        column: Likelihoods by token for each position of each row.
    """
    return [
        place
        for place, row in enumerate(column)
        if any(
            number is not None and not 0 <= number <= 1
            for position in row or ()
            for number in position.values()
        )
    ]


def convert_column(column: Sequence[Positions | None]) -> tuple[list[Positions | None], int, int]:
    """Return a column of likelihoods, how many values were logarithms, and how many are neither.

    A column whose values are at most 0 and of which one is below holds log-probabilities: a
    likelihood is never below 0.

    Args:
        column: Likelihoods by token for each position of each row.
    """
    values = [
        number
        for row in column
        for position in row or ()
        for number in position.values()
        if number is not None
    ]
    if not values or (min(values) >= 0 and max(values) <= 1):
        return list(column), 0, 0
    if max(values) > 0:
        outside = sum(not 0 <= number <= 1 for number in values if math.isfinite(number))
        return list(column), 0, outside
    converted: list[Positions | None] = [
        None
        if row is None
        else [{token: _to_likelihood(number) for token, number in p.items()} for p in row]
        for row in column
    ]
    return converted, len(values), 0


def drop_infinities(column: Sequence[Positions | None]) -> tuple[list[Positions | None], list[int]]:
    """Return a column with null instead of ±inf, and the places of the rows that held any.

    Args:
        column: Likelihoods by token for each position of each row.
    """
    finite = list(column)
    places = []
    for place, row in enumerate(column):
        if any(_is_infinite(number) for position in row or () for number in position.values()):
            finite[place] = [
                {token: None if _is_infinite(number) else number for token, number in p.items()}
                for p in row or ()
            ]
            places.append(place)
    return finite, places


def _is_infinite(number: float | None) -> bool:
    return number is not None and math.isinf(number)
