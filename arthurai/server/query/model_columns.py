"""Names of a model's columns in queries, resolved without any data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.limits import BOX_FIELDS
from arthurai.common.text import quote_value
from arthurai.common.vocabulary import ValueType
from arthurai.server.query.column_types import COLUMN_TYPES, ColumnType
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.sql_expression import Column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.server.model_schema import Attribute, ModelSchema

RESERVED: Final[dict[str, ColumnType]] = {
    "inference_id": ColumnType.TEXT,
    "partner_inference_id": ColumnType.TEXT,
    "inference_timestamp": ColumnType.TIME,
    "received_timestamp": ColumnType.TIME,
    "ground_truth_timestamp": ColumnType.TIME,
    "batch_id": ColumnType.TEXT,
}
EXPLAINER: Final[dict[str, ColumnType]] = {
    "explainer_algo": ColumnType.TEXT,
    "explainer_predicted_attribute": ColumnType.TEXT,
    "explainer_attribute": ColumnType.TEXT,
    "explainer_score": ColumnType.FLOAT,
}
ANOMALY: Final = ("anomaly_score", "raw_anomaly_score")
OUTPUT_ANOMALY: Final = "anomaly_score_"
"""Before the name of a generated text: how unusual that text is."""
IMPORTANCES: Final = {
    "lime_importance": "lime",
    "lime_feature_importance": "lime",
    "shap_importance": "shap",
    "shap_feature_importance": "shap",
}
NLP_COLUMNS: Final[dict[str, tuple[str, ColumnType]]] = {
    "nlp_explanation.token": ("w.token", ColumnType.TEXT),
    "nlp_explanation.location": ("w.position", ColumnType.INT),
    "nlp_explanation.value": ("w.explainer_score", ColumnType.FLOAT),
    "nlp_explanation.algorithm": ("w.explainer_algo", ColumnType.TEXT),
    "nlp_explanation.predicted_attribute_name": (
        "w.explainer_predicted_attribute",
        ColumnType.TEXT,
    ),
    "nlp_explanation.attribute_name": ("w.explainer_attribute", ColumnType.TEXT),
}
ENRICHED: Final = frozenset({*EXPLAINER, *ANOMALY, *IMPORTANCES, *NLP_COLUMNS})
_SUFFIXES: Final[dict[ColumnType, tuple[str, ...]]] = {
    ColumnType.LIKELIHOODS: ("_tokens", "_likelihoods"),
    ColumnType.RANKED: ("_item_id", "_label", "_score"),
    ColumnType.SERIES: ("_timestamp", "_value"),
}
_SUFFIX_TYPES: Final = {
    "_item_id": ColumnType.TEXTS,
    "_label": ColumnType.TEXTS,
    "_timestamp": ColumnType.SERIES,
}


def needs_enriched(names: Iterable[str]) -> bool:
    """Return whether properties of these names can only be read from enriched data.

    Args:
        names: The names.
    """
    return any(name in ENRICHED or name.startswith(OUTPUT_ANOMALY) for name in names)


class ModelColumns:
    """The columns of a data source of a model.

    Columns are expressions over the rows `t`, or over a relation that is joined with them.

    Args:
        schema: Schema of the model.
        source: `inference`, `enriched`, `reference` or `ground_truth`.
    """

    def __init__(self, schema: ModelSchema, source: str) -> None:
        self.schema = schema
        self.source = source

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:
        """Return the column of that name, or `None`.

        Args:
            name: A property, dots and suffixes included.
            stages: Prefer attributes of these stages where names are shared.
        """
        if name in RESERVED and self.source != "reference":
            return Column(f"t.{name}", RESERVED[name], name=name)
        if self.source == "enriched" and name in ENRICHED:
            return _enriched(name)
        attribute = self._attribute(name, stages)
        if attribute is not None:
            return self.of_attribute(attribute)
        if self.source == "enriched" and name in self._scored_outputs():
            return self._output_anomaly(name)
        return self._dotted(name, stages) or self._suffixed(name, stages)

    def of_attribute(self, attribute: Attribute, path: str = "") -> Column:  # noqa: ARG002 - Source
        """Return the column of an attribute.

        Args:
            attribute: One of the model's attributes.
            path: Place in the query that needs it.
        """
        column_type = COLUMN_TYPES[attribute.value_type]
        return Column(f"t.{attribute.column}", column_type, attribute, name=attribute.name)

    def missing(self, name: str, path: str) -> QueryError:
        """Return the error for a name that is not a column of this source.

        Args:
            name: The property asked for.
            path: Place in the query.
        """
        if name in ENRICHED or name in self._scored_outputs():
            return QueryError(path, f'{quote_value(name)} exists only with "from": "enriched"')
        if name in RESERVED:
            return QueryError(path, f"{quote_value(name)} does not exist in the {self.source} data")
        return unknown_name(path, "property", name, self.names())

    def names(self) -> list[str]:
        """Return all names a query can use here."""
        names = [attribute.name for attribute in self.schema.attributes]
        for attribute in self.schema.attributes:
            column_type = COLUMN_TYPES[attribute.value_type]
            names += [f"{attribute.name}{suffix}" for suffix in _SUFFIXES.get(column_type, ())]
            if column_type is ColumnType.BOXES:
                names += [f"{attribute.name}.{field}" for field in BOX_FIELDS]
        if self.source != "reference":
            names += list(RESERVED)
        if self.source == "enriched":
            names += [*ENRICHED, *self._scored_outputs()]
        return names

    def star(self) -> list[Column]:
        """Return all regular columns; bounding boxes stay lists, so no row is repeated."""
        columns: list[Column] = []
        for attribute in self.schema.attributes:
            if COLUMN_TYPES[attribute.value_type] is ColumnType.LIKELIHOODS:
                # The documentation shows both spellings, and programs read either.
                columns += [
                    self._part(attribute, suffix, f"{attribute.name}{separator}{suffix[1:]}")
                    for separator in "_."
                    for suffix in _SUFFIXES[ColumnType.LIKELIHOODS]
                ]
            else:
                columns.append(self.of_attribute(attribute))
        if self.source != "reference":
            columns += [
                Column(f"t.{name}", column_type, name=name)
                for name, column_type in RESERVED.items()
                if name != "batch_id" or self.schema.is_batch
                if name != "ground_truth_timestamp" or self.schema.ground_truths
            ]
        return columns

    def _attribute(self, name: str, stages: frozenset[str] | None) -> Attribute | None:
        for stage in stages or ():
            found = self.schema.attribute(name, stage)
            if found is not None:
                return found
        return self.schema.attribute(name)

    def _scored_outputs(self) -> dict[str, Attribute]:
        return {f"{OUTPUT_ANOMALY}{a.name}": a for a in self.schema.generated_texts}

    def _output_anomaly(self, name: str) -> Column:
        join = f"o_{self._scored_outputs()[name].column}"
        return Column(f"{join}.anomaly_score", ColumnType.FLOAT, name=name, join=join)

    def _dotted(self, name: str, stages: frozenset[str] | None) -> Column | None:
        base, dot, field = name.rpartition(".")
        attribute = self._attribute(base, stages) if dot else None
        if attribute is None:
            return None
        column_type = COLUMN_TYPES[attribute.value_type]
        if column_type is ColumnType.BOXES and field in BOX_FIELDS:
            return _box_field(attribute, field)
        if f"_{field}" in _SUFFIXES.get(column_type, ()):
            return self._part(attribute, f"_{field}", name)
        return None

    def _suffixed(self, name: str, stages: frozenset[str] | None) -> Column | None:
        for column_type, suffixes in _SUFFIXES.items():
            for suffix in suffixes:
                base = name.removesuffix(suffix)
                attribute = self._attribute(base, stages) if base != name else None
                if attribute is not None and COLUMN_TYPES[attribute.value_type] is column_type:
                    return self._part(attribute, suffix, name)
        return None

    def _part(self, attribute: Attribute, suffix: str, name: str) -> Column:
        column = f"t.{attribute.column}"
        if suffix in {"_tokens", "_likelihoods"}:
            tokens = self._selected_tokens(attribute)
            if suffix == "_tokens":
                return Column(tokens, ColumnType.TEXTS, attribute, name=name)
            sql = (
                f"[element_at({column}[i], {tokens}[i])[1] "
                f"for i in generate_series(1, len({column}))]"
            )
            return Column(sql, ColumnType.NUMBERS, attribute, name=name)
        column_type = _SUFFIX_TYPES.get(suffix, ColumnType.NUMBERS)
        return Column(
            f'[item."{suffix[1:]}" for item in {column}]', column_type, attribute, name=name
        )

    def _selected_tokens(self, attribute: Attribute) -> str:
        """The token chosen at each position: the model's own tokens, else the likeliest."""
        column = f"t.{attribute.column}"
        likeliest = (
            "map_keys(position)[list_position(map_values(position), "
            "list_max(map_values(position)))]"
        )
        greedy = f"[{likeliest} for position in {column}]"
        declared = [a for a in self.schema.predicted if a.value_type == ValueType.Tokens]
        if not declared:
            return greedy
        own = f"t.{declared[0].column}"
        return (
            f"CASE WHEN {own} IS NULL OR {column} IS NULL THEN {greedy} "
            f"ELSE {own}[1:len({column})] END"
        )


def _box_field(attribute: Attribute, field: str) -> Column:
    name, sql = f"{attribute.name}.{field}", f"t.box_[{BOX_FIELDS.index(field) + 1}]"
    if field == "class_id":
        sql = f"CAST({sql} AS BIGINT)"
    column_type = ColumnType.INT if field == "class_id" else ColumnType.FLOAT
    return Column(sql, column_type, attribute, name=name, boxes=attribute.name)


def _enriched(name: str) -> Column:
    if name in EXPLAINER:
        return Column(f"e.{name}", EXPLAINER[name], name=name, join="e")
    if name in NLP_COLUMNS:
        return Column(*NLP_COLUMNS[name], name=name, join="w")
    if name in ANOMALY:
        return Column(f"n.{name}", ColumnType.FLOAT, name=name, join="n")
    join = f"i_{IMPORTANCES[name]}"
    return Column(
        f"{join}.scores", ColumnType.OBJECT, decode=_decode_importances, name=name, join=join
    )


def _decode_importances(rows: Any) -> dict[str, dict[str, float]] | None:
    if rows is None:
        return None
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["p"], {})[row["a"]] = row["s"]
    return found
