"""Row sources of a query: the data of a model, or the result of a subquery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from arthurai.common.text import quote_value
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.model_columns import EXPLAINER, ModelColumns
from arthurai.server.query.sql import select, struct
from arthurai.server.storage.warehouse.enrichment_columns import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.query.sql import Warehouse
    from arthurai.server.query.sql_expression import Column

_MATCH: Final = "{0}.inference_id = t.inference_id"
_SCORE: Final = struct(
    p="explainer_predicted_attribute", a="explainer_attribute", s="explainer_score"
)
_SAMPLE_STEPS: Final = 1_000_000


class Source(Protocol):
    """The rows of one SELECT."""

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:
        """Return the column of that name, preferring attributes of these stages."""

    def of_attribute(self, attribute: Attribute, path: str) -> Column:
        """Return the column of an attribute of the model."""

    def missing(self, name: str, path: str) -> QueryError:
        """Return the error for a name that is not a column."""

    def star(self) -> list[Column]:
        """Return the columns of `*`."""

    def names(self) -> list[str]:
        """Return all names, for hints."""

    def from_sql(self) -> str:
        """Return the FROM clause, for the columns read so far."""

    def order(self) -> list[str]:
        """Return expressions that give the rows a stable order."""

    @property
    def inference_id(self) -> str | None:
        """Expression of the inference id, if the rows have one."""


class ModelSource(ModelColumns):
    """The rows of a data source of a model.

    Args:
        schema: Schema of the model.
        warehouse: Holds the data.
        source: `inference`, `enriched`, `reference` or `ground_truth`.

    Attributes:
        boxes: The attribute each box of which is a row, if any.
    """

    def __init__(self, schema: ModelSchema, warehouse: Warehouse, source: str) -> None:
        super().__init__(schema, source)
        self._warehouse = warehouse
        self.boxes: Attribute | None = None
        self._joins: dict[str, str] = {}

    @property
    def inference_id(self) -> str | None:
        """Expression of the inference id; the reference set has none."""
        return None if self.source == "reference" else "t.inference_id"

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:
        """Return the column of that name, or `None`, and make it readable.

        Args:
            name: A property, dots and suffixes included.
            stages: Prefer attributes of these stages where names are shared.
        """
        column = super().find(name, stages)
        if column is not None and column.boxes is not None:
            self._unnest(column)
        if column is not None and column.join and column.join not in self._joins:
            self._joins[column.join] = self._join(column.join)
        return column

    def from_sql(self) -> str:
        """Return the relation with the fan-outs and joins that the columns read so far need."""
        base = "inference" if self.source == "enriched" else self.source
        relation = self._warehouse.relation(self.schema.model_id, base)
        if self.boxes is not None:
            column = self.boxes.column
            relation = select(
                ["*", f"unnest({column}) AS box_", f"generate_subscripts({column}, 1) AS box_no_"],
                relation,
            )
            relation = f"({relation})"
        return " ".join([f"{relation} AS t", *self._joins.values()])

    def order(self) -> list[str]:
        """Return the keys that order rows: time, order of arrival, place inside a fan-out."""
        keys = ["t.seq"] if self.source == "reference" else ["t.inference_timestamp", "t.seq"]
        if self.boxes is not None:
            keys.append("t.box_no_")
        if "e" in self._joins:
            keys += [f"e.{name}" for name in EXPLAINER]
        return keys

    def enrichment(self, name: str) -> str:
        """Return the relation of the results of an enrichment, an empty one when there are none.

        Args:
            name: A key of `COLUMNS`.
        """
        try:
            return self._warehouse.relation(self.schema.model_id, name)
        except LookupError:
            columns = [
                f"CAST(NULL AS {kind}) AS {column}" for column, kind in COLUMNS[name].items()
            ]
            return f"({select(columns, '(VALUES (1)) AS nothing', ['FALSE'])})"

    def _unnest(self, column: Column) -> None:
        if self.boxes is not None and self.boxes.name != column.boxes:
            raise QueryError(
                "select",
                f"fields of two bounding box attributes, {quote_value(self.boxes.name)} and "
                f"{quote_value(column.boxes)}, cannot be read in one query: ask for one at a time",
            )
        self.boxes = column.attribute

    def _join(self, name: str) -> str:
        match = _MATCH.format(name)
        if name == "e":
            return f"JOIN {self.enrichment('explanations')} AS e ON {match}"
        if name == "w":
            return f"JOIN {self.enrichment('token_explanations')} AS w ON {match}"
        if name == "n":
            return f"LEFT JOIN {self.enrichment('anomaly')} AS n ON {match}"
        side, _, key = name.partition("_")
        if side == "i":
            scores = select(
                ["inference_id", f"list({_SCORE}) AS scores"],
                self.enrichment("explanations"),
                [f"explainer_algo = '{key}'"],
                ["inference_id"],
            )
        else:
            scores = select(
                ["inference_id", "anomaly_score"],
                self.enrichment("output_anomaly"),
                [f"attribute = '{key}'"],
            )
        return f"LEFT JOIN ({scores}) AS {name} ON {match}"


class SubquerySource:
    """The output columns of another query.

    Args:
        sql: The other query.
        columns: Its output columns.
        ordered: Whether a column `row_` holds the place of each row.
    """

    def __init__(self, sql: str, columns: Iterable[Column], *, ordered: bool) -> None:
        self._sql = sql
        self._columns = {column.name: column for column in columns}
        self._ordered = ordered

    @property
    def inference_id(self) -> str | None:
        """Expression of the inference id, when the subquery delivers it."""
        column = self._columns.get("inference_id")
        return column.sql if column is not None and column.type is ColumnType.TEXT else None

    def find(self, name: str, stages: frozenset[str] | None = None) -> Column | None:  # noqa: ARG002 - Source
        """Return the output column of that name, or `None`.

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
        return unknown_name(path, "column of the subquery", name, self._columns)

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


def sample_condition(inference_id: str, share: float) -> str:
    """Return SQL that is true for a fixed share of the inferences.

    Args:
        inference_id: Expression of the inference id.
        share: Share of the inferences, above 0 and at most 1.
    """
    return f"hash({inference_id}) % {_SAMPLE_STEPS} < {int(share * _SAMPLE_STEPS)}"
