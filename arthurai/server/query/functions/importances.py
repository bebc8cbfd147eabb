"""Importances of attributes and tokens, from the stored explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.model_columns import NLP_COLUMNS
from arthurai.server.query.row_sources import ModelSource
from arthurai.server.query.sql import select, struct
from arthurai.server.query.sql_expression import Expr

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments

ALGORITHMS: Final = ("lime", "shap")


@function("regionalFeatureImportance", aggregate=True)
def regional_feature_importance(arguments: Arguments) -> Expr:
    """Mean absolute importance of one attribute for one prediction over the explained rows."""
    source = arguments.scope.source
    if not isinstance(source, ModelSource) or source.inference_id is None:
        raise QueryError(
            arguments.call.path, "explanations belong to inferences; read them without a subquery"
        )
    bind = arguments.binder.bind_scalar
    wanted = [
        f"e.explainer_attribute = {bind(arguments.text('attribute_name'))}",
        f"e.explainer_predicted_attribute = {bind(arguments.text('predicted_attribute_name'))}",
    ]
    if arguments.has("explanation_algorithm"):
        algorithm = arguments.choice("explanation_algorithm", ALGORITHMS)
        wanted.append(f"e.explainer_algo = {bind(algorithm)}")
    inference = arguments.scope.row_input(source.inference_id)
    relation = source.enrichment("explanations")

    def build(name: str, keys: list[str]) -> tuple[tuple[str, str], ...]:
        own = [f"r.{key}" for key in keys]
        joined = f"r JOIN {relation} AS e ON e.inference_id = {inference}"
        value = "avg(abs(e.explainer_score)) AS v"
        return ((name, select([*own, value], joined, wanted, own)),)

    return Expr(arguments.scope.derive(build), ColumnType.FLOAT)


@function("regionalFeatureImportances", aggregate=True, nestable=False)
def regional_feature_importances(arguments: Arguments) -> Expr:
    """One row per input attribute; rewritten before compilation where it is allowed.

    Raises:
        QueryError: Always: a call that is compiled cannot determine the rows of the result.
    """
    raise QueryError(
        arguments.call.path,
        "regionalFeatureImportances makes the rows of the result, so it must be a select item of "
        "its own, beside grouping keys only",
    )


@function("nlp_explanation", aggregate=True, nestable=False)
def nlp_explanation(arguments: Arguments) -> Expr:
    """Scores of the tokens of each inference, grouped by algorithm, prediction and attribute."""
    if "order" not in arguments.call.parameters:
        raise QueryError(
            arguments.call.path,
            "nlp_explanation makes the rows of the result, so it must be the only function",
        )
    columns = {}
    for name in NLP_COLUMNS:
        column = arguments.scope.source.find(name)
        if column is None:
            raise arguments.scope.source.missing(name, arguments.call.path)
        columns[name.removeprefix("nlp_explanation.")] = column.sql
    orders = [
        f"{columns[name]} {direction}" for name, direction in arguments.call.parameters["order"]
    ]
    orders += [columns[name] for name in ("algorithm", "predicted_attribute_name", "location")]
    gathered = arguments.aggregate(
        f"list({struct(**columns)} ORDER BY {', '.join(orders)})", ColumnType.OBJECT
    )
    return arguments.object(gathered.sql, _decode_tokens)


def _decode_tokens(rows: Any) -> list[dict[str, Any]]:
    explanations: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    for row in rows or ():
        scores = explanations.setdefault((row["algorithm"], row["predicted_attribute_name"]), {})
        scores.setdefault(row["attribute_name"], []).append(
            {"token": row["token"], "position": row["location"], "value": row["value"]}
        )
    return [
        {
            "algorithm": algorithm,
            "predicted_attribute_name": predicted,
            "importance_scores": [
                {"attribute_name": attribute, "tokens": tokens}
                for attribute, tokens in scores.items()
            ],
        }
        for (algorithm, predicted), scores in explanations.items()
    ]
