"""A chart of a page: its data, the operation they come from, and how to ask for them in Python."""

from __future__ import annotations

import pprint
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.bundle import base_path, operations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUERY_TYPES: Final = {
    "query": "",
    "query_data_drift": ', "drift"',
    "query_psi_bucket_table": ', "drift_psi_bucket_table"',
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of a chart.

    Attributes:
        key: Member of the rows.
        label: Heading.
        kind: How values are written: `text`, `number`, `count`, `percent`, `time`.
    """

    key: str
    label: str
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class Chart:
    """Data of a page with their origin.

    Attributes:
        id: Name within the page.
        title: What it shows.
        columns: Columns of its table.
        rows: Rows of its table, as the API returned them.
        operation_id: The operation that returned them.
        parameters: Path and query parameters of the request.
        body: Body of the request.
        note: What a reader has to know to read it right.
        picture: What the template draws.
    """

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    operation_id: str
    parameters: Mapping[str, Any]
    body: Mapping[str, Any]
    note: str = ""
    picture: Mapping[str, Any] = field(default_factory=dict)

    @property
    def python(self) -> str:
        """The program that returns the same rows from the Python client."""
        model = f"model = arthur.get_model({self.parameters['model_id']!r})"
        if self.operation_id == "list_alerts":
            rule_id = self.parameters["alert_rule_id"]
            return f"{model}\nrows = model.get_alerts(page=None, alert_rule_id={rule_id!r})"
        if self.operation_id == "evaluate_metric":
            given = "".join(f", {name}={value!r}" for name, value in self.body.items())
            call = f"model.evaluate_metric({self.parameters['metric_id']!r}{given})"
            rows = "[row for result in found['results'] for row in result['values']]"
            return f"{model}\nfound = {call}\nrows = {rows}"
        body = pprint.pformat(dict(self.body), width=88, sort_dicts=False)
        kind = _QUERY_TYPES[self.operation_id]
        return f"{model}\nrows = model.query(\n{body}{kind}\n)"

    @property
    def json(self) -> str:
        """The request as JSON: its body, or its parameters when it has none."""
        if not self.body:
            return orjson.dumps(dict(self.parameters), option=orjson.OPT_INDENT_2).decode()
        return orjson.dumps(dict(self.body), option=orjson.OPT_INDENT_2).decode()

    @property
    def address(self) -> str:
        """Method and path of the request."""
        operation = operations()[self.operation_id]
        path = operation.path.format(**self.parameters)
        return f"{operation.method} {base_path()}{path}"
