"""Generated text: likelihoods and lengths of token sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.function_arguments import Sample, SampleKind
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import ratio
from arthurai.server.query.sql_expression import Expr

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments

_LISTS: Final = frozenset(
    {
        ColumnType.TEXTS,
        ColumnType.NUMBERS,
        ColumnType.LIKELIHOODS,
        ColumnType.RANKED,
        ColumnType.TEXT,
    }
)
_LIKELIHOODS: Final = frozenset({ColumnType.NUMBERS, ColumnType.LIKELIHOODS})
_DEFAULT_DELIMITER: Final = r"\W+"


def _likelihoods(arguments: Arguments) -> str:
    found = arguments.column("property", types=_LIKELIHOODS)
    if found.type is ColumnType.LIKELIHOODS and found.attribute is not None:
        name = f"{found.attribute.name}_likelihoods"
        found = arguments.compile_value(name, arguments.path("property"), types=_LIKELIHOODS)
    return found.sql


def _length(arguments: Arguments) -> str:
    found = arguments.column("property", types=_LISTS)
    if found.type is not ColumnType.TEXT:
        return f"len({found.sql})"
    delimiter = arguments.schema.text_delimiter or _DEFAULT_DELIMITER
    words = f"regexp_split_to_array({found.sql}, {arguments.binder.bind_scalar(delimiter)})"
    return f"len([word for word in {words} if word <> ''])"


@function("arrayLength")
def array_length(arguments: Arguments) -> Expr:
    """Number of entries of a list, or of words of a text."""
    return Expr(_length(arguments), ColumnType.INT)


@function("avgSequenceLength", aggregate=True)
def avg_sequence_length(arguments: Arguments) -> Expr:
    """Mean number of entries per inference."""
    return arguments.mean(_length(arguments))


@function("avgTokenLikelihood", aggregate=True)
def avg_token_likelihood(arguments: Arguments) -> Expr:
    """Mean over inferences of the mean likelihood of their tokens."""
    return arguments.mean(f"list_avg({_likelihoods(arguments)})")


@function("perplexity", aggregate=True)
def perplexity(arguments: Arguments) -> Expr:
    """Exponential of the mean negative logarithm of the likelihood, over the tokens of all rows.

    Jelinek, Mercer, Bahl and Baker 1977, "Perplexity: a measure of the difficulty of speech
    recognition tasks". A likelihood of 0 counts as the smallest step of a double.
    """
    likelihoods = _likelihoods(arguments)
    logarithms = f"[ln(greatest(p, 2.220446049250313e-16)) for p in {likelihoods} if p IS NOT NULL]"
    total = arguments.aggregate(f"sum(list_sum({logarithms}))", ColumnType.FLOAT)
    tokens = arguments.aggregate(f"sum(len({logarithms}))", ColumnType.INT)
    arguments.sample = Sample(SampleKind.ROWS, {"rows": f"count({likelihoods})"})
    return Expr(f"exp(-{ratio(total.sql, tokens.sql)})", ColumnType.FLOAT)


@function("likelihoodStability", aggregate=True)
def likelihood_stability(arguments: Arguments) -> Expr:
    """1 - mean over inferences of the population standard deviation of their likelihoods."""
    spread = f"list_stddev_pop({_likelihoods(arguments)})"
    return Expr(f"(1 - {arguments.mean(spread).sql})", ColumnType.FLOAT)
