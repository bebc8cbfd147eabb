"""Row sources of a query: the data of a model, or the result of a subquery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from arthurai.common.limits import BOX_FIELDS
from arthurai.server.query.column_types import KIND_OF_VALUE_TYPE, Kind
from arthurai.server.query.errors import QueryError, shown, unknown
from arthurai.server.query.sql import select, struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.query.sql import Store

RESERVED: Final[dict[str, Kind]] = {
    "inference_id": Kind.TEXT,
    "partner_inference_id": Kind.TEXT,
    "inference_timestamp": Kind.TIME,
    "received_timestamp": Kind.TIME,
    "ground_truth_timestamp": Kind.TIME,
    "batch_id": Kind.TEXT,
}
EXPLAINER: Final[dict[str, Kind]] = {
    "explainer_algo": Kind.TEXT,
    "explainer_predicted_attribute": Kind.TEXT,
    "explainer_attribute": Kind.TEXT,
    "explainer_score": Kind.FLOAT,
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
NLP_COLUMNS: Final[dict[str, tuple[str, Kind]]] = {
    "nlp_explanation.token": ("w.token", Kind.TEXT),
    "nlp_explanation.location": ("w.position", Kind.INT),
    "nlp_explanation.value": ("w.explainer_score", Kind.FLOAT),
    "nlp_explanation.algorithm": ("w.explainer_algo", Kind.TEXT),
    "nlp_explanation.predicted_attribute_name": ("w.explainer_predicted_attribute", Kind.TEXT),
    "nlp_explanation.attribute_name": ("w.explainer_attribute", Kind.TEXT),
}
ENRICHED: Final = frozenset({*EXPLAINER, *ANOMALY, *IMPORTANCES, *NLP_COLUMNS})


def implies_enriched(names: Iterable[str]) -> bool:
    """Tell whether enriched data are needed to read these properties.

    Args:
        names: The properties.
    """
    return any(name in ENRICHED or name.startswith(OUTPUT_ANOMALY) for name in names)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row source.

    Attributes:
        name: Name in the query language.
        sql: Expression that reads it.
        kind: What it holds.
        attribute: The attribute of the model it comes from, if any.
        decode: Turns the fetched value into JSON-ready data; ``None`` for the rule of the kind.
        boxes: Name of the bounding box attribute when the column is a field of one.
    """

    name: str
    sql: str
    kind: Kind
    attribute: Attribute | None = None
    decode: Callable[[Any], Any] | None = None
    boxes: str | None = None


class Source(Protocol):
    """Where the rows of one level come from."""

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:
        """Return the column of that name, preferring attributes of these stages."""

    def of_attribute(self, attribute: Attribute, path: str) -> Column:
        """Return the column of an attribute of the model."""

    def missing(self, name: str, path: str) -> QueryError:
        """Return the error for a name that is no column."""

    def star(self) -> list[Column]:
        """Return the columns of ``*``."""

    def names(self) -> list[str]:
        """Return all names, for hints."""

    def from_sql(self) -> str:
        """Return what stands after FROM, for the columns read so far."""

    def order(self) -> list[str]:
        """Return expressions that give the rows a stable order."""

    @property
    def inference_id(self) -> str | None:
        """Expression of the inference id, if the rows have one."""


class ModelSource:
    """The rows of a data source of a model."""

    def __init__(self, schema: ModelSchema, store: Store, source: str) -> None:
        self.schema = schema
        self.source = source
        self._store = store
        self._base = "inference" if source == "enriched" else source
        self._boxes: Attribute | None = None
        self._explained = False
        self._joins: dict[str, str] = {}

    @property
    def inference_id(self) -> str | None:
        """Expression of the inference id; the reference set has none."""
        return None if self.source == "reference" else "t.inference_id"

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:
        """Return the column of that name, or ``None``.

        Args:
            name: A property, dots and suffixes included.
            stages: Prefer attributes of these stages where names are shared.
        """
        if name in RESERVED and self.source != "reference":
            return Column(name, f"t.{name}", RESERVED[name])
        if self.source == "enriched" and name in ENRICHED:
            return self._enriched(name)
        attribute = self._attribute(name, stages)
        if attribute is not None:
            return self._plain(attribute)
        if self.source == "enriched" and name in self._scored_outputs():
            return self._output_anomaly(name)
        return self._dotted(name, stages) or self._suffixed(name, stages)

    def of_attribute(self, attribute: Attribute, path: str) -> Column:  # noqa: ARG002 - Source
        """Return the column of an attribute.

        Args:
            attribute: One of the model's attributes.
            path: Place in the query that needs it.
        """
        return self._plain(attribute)

    def missing(self, name: str, path: str) -> QueryError:
        """Return the error for a name that is no column here.

        Args:
            name: The property asked for.
            path: Place in the query.
        """
        if name in ENRICHED or name in self._scored_outputs():
            return QueryError(path, f'{shown(name)} exists only with "from": "enriched"')
        if name in RESERVED:
            return QueryError(path, f"{shown(name)} does not exist in the {self.source} data")
        return unknown(path, "property", name, self.names())

    def names(self) -> list[str]:
        """Return all names a query can use here."""
        names = [attribute.name for attribute in self.schema.attributes]
        for attribute in self.schema.attributes:
            kind = KIND_OF_VALUE_TYPE[attribute.value_type]
            names += [f"{attribute.name}{suffix}" for suffix in _SUFFIXES.get(kind, ())]
            if kind is Kind.BOXES:
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
            if KIND_OF_VALUE_TYPE[attribute.value_type] is Kind.LIKELIHOODS:
                columns += [
                    column
                    for suffix in _SUFFIXES[Kind.LIKELIHOODS]
                    if (column := self._suffixed(f"{attribute.name}{suffix}", None)) is not None
                ]
            else:
                columns.append(self._plain(attribute))
        if self.source != "reference":
            columns += [
                Column(name, f"t.{name}", kind)
                for name, kind in RESERVED.items()
                if name != "batch_id" or self.schema.is_batch
                if name != "ground_truth_timestamp" or self.schema.ground_truths
            ]
        return columns

    def from_sql(self) -> str:
        """Return the relation with the fan-outs and joins that the columns read so far need."""
        relation = self._store.relation(self.schema.model_id, self._base)
        if self._boxes is not None:
            column = self._boxes.column
            relation = select(
                ["*", f"unnest({column}) AS box_", f"generate_subscripts({column}, 1) AS box_no_"],
                relation,
            )
            relation = f"({relation})"
        joins = [f"{relation} AS t", *self._joins.values()]
        if self._explained:
            joins.append(f"JOIN {self.explanations()} AS e ON e.inference_id = t.inference_id")
        return " ".join(joins)

    def order(self) -> list[str]:
        """Return the keys that order rows: time, order of arrival, place inside a fan-out."""
        keys = ["t.seq"] if self.source == "reference" else ["t.inference_timestamp", "t.seq"]
        if self._boxes is not None:
            keys.append("t.box_no_")
        if self._explained:
            keys += [f"e.{name}" for name in EXPLAINER]
        return keys

    def explanations(self, name: str = "explanations") -> str:
        """Return the relation of stored importances, an empty one when there is none.

        Args:
            name: ``explanations`` or ``token_explanations``.
        """
        try:
            return self._store.relation(self.schema.model_id, name)
        except LookupError:
            columns = [
                "CAST(NULL AS VARCHAR) AS inference_id",
                *(f"CAST(NULL AS VARCHAR) AS {column}" for column in EXPLAINER),
            ]
            columns[-1] = "CAST(NULL AS DOUBLE) AS explainer_score"
            if name != "explanations":
                columns += [
                    "CAST(NULL AS VARCHAR) AS token",
                    "CAST(NULL AS BIGINT) AS position",
                ]
            return f"({select(columns, '(VALUES (1)) AS nothing', ['FALSE'])})"

    def _attribute(self, name: str, stages: frozenset[str] | None) -> Attribute | None:
        for stage in stages or ():
            found = self.schema.attribute(name, stage)
            if found is not None:
                return found
        return self.schema.attribute(name)

    def _plain(self, attribute: Attribute) -> Column:
        kind = KIND_OF_VALUE_TYPE[attribute.value_type]
        return Column(attribute.name, f"t.{attribute.column}", kind, attribute)

    def _enriched(self, name: str) -> Column:
        if name in EXPLAINER:
            self._explained = True
            return Column(name, f"e.{name}", EXPLAINER[name])
        if name in NLP_COLUMNS:
            tokens = self.explanations("token_explanations")
            self._joins["w"] = f"JOIN {tokens} AS w ON w.inference_id = t.inference_id"
            return Column(name, *NLP_COLUMNS[name])
        if name in ANOMALY:
            try:
                relation = self._store.relation(self.schema.model_id, "anomaly")
            except LookupError:
                return Column(name, "CAST(NULL AS DOUBLE)", Kind.FLOAT)
            self._joins["n"] = f"LEFT JOIN {relation} AS n ON n.inference_id = t.inference_id"
            return Column(name, f"n.{name}", Kind.FLOAT)
        algorithm = IMPORTANCES[name]
        alias = f"i_{algorithm}"
        scores = select(
            [
                "inference_id",
                f"list({_SCORE}) AS scores",
            ],
            self.explanations(),
            [f"explainer_algo = '{algorithm}'"],
            ["inference_id"],
        )
        self._joins[alias] = (
            f"LEFT JOIN ({scores}) AS {alias} ON {alias}.inference_id = t.inference_id"
        )
        return Column(name, f"{alias}.scores", Kind.OBJECT, decode=_importances)

    def _scored_outputs(self) -> dict[str, Attribute]:
        return {f"{OUTPUT_ANOMALY}{a.name}": a for a in self.schema.generated_texts}

    def _output_anomaly(self, name: str) -> Column:
        try:
            relation = self._store.relation(self.schema.model_id, "output_anomaly")
        except LookupError:
            return Column(name, "CAST(NULL AS DOUBLE)", Kind.FLOAT)
        attribute = self._scored_outputs()[name]
        alias = f"o_{attribute.column}"
        scores = select(
            ["inference_id", "anomaly_score"], relation, [f"attribute = '{attribute.column}'"]
        )
        self._joins[alias] = (
            f"LEFT JOIN ({scores}) AS {alias} ON {alias}.inference_id = t.inference_id"
        )
        return Column(name, f"{alias}.anomaly_score", Kind.FLOAT)

    def _dotted(self, name: str, stages: frozenset[str] | None) -> Column | None:
        base, dot, field = name.rpartition(".")
        attribute = self._attribute(base, stages) if dot else None
        if attribute is None:
            return None
        kind = KIND_OF_VALUE_TYPE[attribute.value_type]
        if kind is Kind.BOXES and field in BOX_FIELDS:
            return self._box_field(attribute, field)
        if f"_{field}" in _SUFFIXES.get(kind, ()):
            column = self._suffixed(f"{base}_{field}", stages)
            return column and Column(name, column.sql, column.kind, attribute, column.decode)
        return None

    def _box_field(self, attribute: Attribute, field: str) -> Column:
        if self._boxes is not None and self._boxes.column != attribute.column:
            raise QueryError(
                "select",
                f"fields of two bounding box attributes, {shown(self._boxes.name)} and "
                f"{shown(attribute.name)}, cannot be read in one query: ask for one at a time",
            )
        self._boxes = attribute
        sql = f"t.box_[{BOX_FIELDS.index(field) + 1}]"
        kind = Kind.INT if field == "class_id" else Kind.FLOAT
        if kind is Kind.INT:
            sql = f"CAST({sql} AS BIGINT)"
        return Column(f"{attribute.name}.{field}", sql, kind, attribute, boxes=attribute.name)

    def _suffixed(self, name: str, stages: frozenset[str] | None) -> Column | None:
        for kind, suffixes in _SUFFIXES.items():
            for suffix in suffixes:
                base = name.removesuffix(suffix)
                attribute = self._attribute(base, stages) if base != name else None
                if attribute is not None and KIND_OF_VALUE_TYPE[attribute.value_type] is kind:
                    return self._part(attribute, suffix, name)
        return None

    def _part(self, attribute: Attribute, suffix: str, name: str) -> Column:
        column = f"t.{attribute.column}"
        if suffix in {"_tokens", "_likelihoods"}:
            tokens = self._selected_tokens(attribute)
            if suffix == "_tokens":
                return Column(name, tokens, Kind.TEXTS, attribute)
            sql = (
                f"[element_at({column}[i], {tokens}[i])[1] "
                f"for i in generate_series(1, len({column}))]"
            )
            return Column(name, sql, Kind.NUMBERS, attribute)
        field = suffix[1:]
        kind = {"_item_id": Kind.TEXTS, "_label": Kind.TEXTS}.get(suffix, Kind.NUMBERS)
        if suffix == "_timestamp":
            kind = Kind.SERIES
        return Column(name, f'[item."{field}" for item in {column}]', kind, attribute)

    def _selected_tokens(self, attribute: Attribute) -> str:
        """The token chosen at each position: the model's own tokens, else the likeliest."""
        column = f"t.{attribute.column}"
        likeliest = (
            "map_keys(position)[list_position(map_values(position), "
            "list_max(map_values(position)))]"
        )
        greedy = f"[{likeliest} for position in {column}]"
        declared = [a for a in self.schema.predicted if a.value_type == "TOKENS"]
        if not declared:
            return greedy
        own = f"t.{declared[0].column}"
        return (
            f"CASE WHEN {own} IS NULL OR {column} IS NULL THEN {greedy} "
            f"ELSE {own}[1:len({column})] END"
        )


_SCORE: Final = struct(
    p="explainer_predicted_attribute", a="explainer_attribute", s="explainer_score"
)
_SUFFIXES: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.LIKELIHOODS: ("_tokens", "_likelihoods"),
    Kind.RANKED: ("_item_id", "_label", "_score"),
    Kind.SERIES: ("_timestamp", "_value"),
}


class SubquerySource:
    """The output columns of another query."""

    def __init__(self, sql: str, columns: Iterable[Column], *, ordered: bool) -> None:
        self._sql = sql
        self._columns = {column.name: column for column in columns}
        self._ordered = ordered

    @property
    def inference_id(self) -> str | None:
        """Expression of the inference id, when the subquery delivers it."""
        column = self._columns.get("inference_id")
        return column.sql if column is not None and column.kind is Kind.TEXT else None

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:  # noqa: ARG002 - Source
        """Return the output column of that name, or ``None``.

        Args:
            name: Alias or name of an output of the subquery.
            stages: Unused: names of outputs are unique.
        """
        return self._columns.get(name)

    def of_attribute(self, attribute: Attribute, path: str) -> Column:
        """Return the output column that carries an attribute under its own name.

        Args:
            attribute: One of the model's attributes.
            path: Place in the query that needs it.

        Raises:
            QueryError: The subquery does not deliver it.
        """
        column = self._columns.get(attribute.name)
        if column is None:
            raise self.missing(attribute.name, path)
        return column

    def missing(self, name: str, path: str) -> QueryError:
        """Return the error for a name the subquery does not deliver.

        Args:
            name: The property asked for.
            path: Place in the query.
        """
        return unknown(path, "column of the subquery", name, self._columns)

    def names(self) -> list[str]:
        """Return the names of the outputs."""
        return list(self._columns)

    def star(self) -> list[Column]:
        """Return all outputs of the subquery."""
        return list(self._columns.values())

    def from_sql(self) -> str:
        """Return the subquery as a derived table."""
        return f"({self._sql}) AS t"

    def order(self) -> list[str]:
        """Return the order of the subquery, when it has one."""
        return ["t.row_"] if self._ordered else []


def _importances(rows: Any) -> dict[str, dict[str, float]] | None:
    if rows is None:
        return None
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["p"], {})[row["a"]] = row["s"]
    return found
