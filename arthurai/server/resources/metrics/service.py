"""The metrics of a model: built-in ones from its schema, custom ones from the control store."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import find_similar, quote_value
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.identifiers import new_id
from arthurai.server.query.parse import check_nesting
from arthurai.server.resources.metrics.builtin_metrics import (
    FORMER_NAMES,
    endpoint,
    find_builtin_metric,
    list_builtin_metrics,
)
from arthurai.server.resources.metrics.evaluation import TIME_ROLLUPS
from arthurai.server.resources.metrics.metric_parameters import convert_value, find_placeholders
from arthurai.server.resources.metrics.metric_types import (
    DRIFT,
    derive_type,
    is_drift_endpoint,
    mentions,
    normalize_type,
)
from arthurai.server.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arthurai.common.documents import CreatedBy, Metric, MetricParameter
    from arthurai.server.context import Stores
    from arthurai.server.storage.documents.stored_models import StoredModel

_ENDINGS: Final = ("/inferences/query", "/inferences/query/data_drift")


class MetricCatalog:
    """The metrics of one model."""

    def __init__(self, stores: Stores, record: StoredModel) -> None:
        self._data = stores.data
        self._record = record
        self._documents = stores.control.documents(Kind.METRIC)

    def list_all(self) -> list[Metric]:
        """Return the built-in metrics, then the custom ones in the order of their creation."""
        own = self._documents.list(self._record.organization_id, model_id=self._record.id)
        return [*list_builtin_metrics(self._record.schema), *own]

    def get(self, metric_id: str) -> Metric:
        """Return a metric.

        Args:
            metric_id: Its id.

        Raises:
            ApiError: 404 when the model has no such metric.
        """
        builtin = find_builtin_metric(self._record.schema, metric_id)
        if builtin is not None:
            return builtin
        custom = self._documents.list(
            self._record.organization_id, model_id=self._record.id, id=metric_id
        )
        if not custom:
            raise ApiError(404, f"metric {quote_value(metric_id)} not found{self.hint(metric_id)}")
        return custom[0]

    def hint(self, name: str) -> str:
        """Return which metric is meant by a name that was given for an id, as a half sentence."""
        ids = {str(metric["name"]): metric["id"] for metric in self.list_all()}
        near = find_similar(name, ids, 1)
        return f"; did you mean {near[0]!r}, whose id is {ids[near[0]]!r}?" if near else ""

    def find(self, params: Mapping[str, Any]) -> list[Metric]:
        """Return the metrics that pass the filters of a list request.

        Args:
            params: `default`, `type`, `metric_name` and `attribute_name`, each optional.
        """
        found = self.list_all()
        if params.get("default") is not None:
            found = [m for m in found if m["is_default"] is params["default"]]
        if params.get("type"):
            types = {normalize_type(str(metric_type)) for metric_type in params["type"]}
            found = [m for m in found if m["type"] in types]
        if params.get("metric_name"):
            wanted = current_name(params["metric_name"])
            found = [m for m in found if m["name"].lower() == wanted]
        if params.get("attribute_name"):
            found = [m for m in found if _is_about(m, params["attribute_name"])]
        return found

    def create(self, body: Mapping[str, Any], creator: CreatedBy) -> Metric:
        """Create a metric.

        Args:
            body: A `MetricRequest`.
            creator: Who creates it.

        Raises:
            ApiError: 400 for a bad endpoint or placeholder, 409 for a name that is taken.
        """
        if not body.get("endpoint"):
            raise ApiError(400, f"body.endpoint: is required, e.g. {self._endpoint(drift=False)}")
        return self._store(new_id(), None, body, creator)

    def update(self, metric_id: str, body: Mapping[str, Any], creator: CreatedBy) -> Metric:
        """Replace a metric; it keeps its endpoint if the request has none.

        Args:
            metric_id: Its id.
            body: A `MetricRequest`.
            creator: Who changes it.

        Raises:
            ApiError: 404, 400 for a built-in metric or a bad body, 409 for a name that is taken.
        """
        metric = self._get_custom(metric_id)
        given = {"endpoint": metric["endpoint"], **_drop_nulls(body)}
        return self._store(metric_id, metric["created_at"], given, creator)

    def delete(self, metric_id: str) -> str:
        """Delete a metric and return its id.

        Args:
            metric_id: Its id.

        Raises:
            ApiError: 404, or 400 for a built-in metric.
        """
        metric = self._get_custom(metric_id)
        self._documents.delete(self._record.organization_id, metric["id"])
        return metric_id

    def to_api(self, metric: Mapping[str, Any], *, with_type: bool = True) -> dict[str, Any]:
        """Return a metric of the API.

        Args:
            metric: A stored or built-in metric.
            with_type: Whether to include its type.
        """
        found = {**metric, "valid_rollups": self._rollups(metric)}
        if not with_type:
            found.pop("type")
        return found

    def _rollups(self, metric: Mapping[str, Any]) -> list[str]:
        rollups = [*TIME_ROLLUPS]
        if self._record.schema.is_batch:
            rollups = ["BATCH_ID"]
        if metric["type"] != DRIFT and self._has_reference:
            rollups.append("REFERENCE")
        return rollups

    @cached_property
    def _has_reference(self) -> bool:
        return self._data.counts(self._record.id)["reference"] > 0

    def _get_custom(self, metric_id: str) -> Metric:
        metric = self.get(metric_id)
        if metric["is_default"]:
            raise ApiError(400, f"the built-in metric {metric['name']} cannot be changed")
        return metric

    def _endpoint(self, *, drift: bool) -> str:
        return endpoint(self._record.schema, drift=drift)

    def _store(
        self,
        metric_id: str,
        created_at: str | None,
        body: Mapping[str, Any],
        creator: CreatedBy,
    ) -> Metric:
        path = str(body["endpoint"]).rstrip("/")
        if not path.endswith(_ENDINGS):
            raise ApiError(
                400,
                f"body.endpoint: {quote_value(body['endpoint'])} cannot run metrics; use "
                f"{self._endpoint(drift=False)} or {self._endpoint(drift=True)}",
            )
        check_nesting(body["query"], "body.query")
        _check_select(body["query"], path)
        parameters = [_clean_parameter(parameter) for parameter in body.get("parameters") or ()]
        _check_parameters(parameters)
        _check_placeholders(body["query"], parameters)
        for other in self.list_all():
            if other["id"] != metric_id and other["name"].lower() == body["name"].lower():
                raise ApiError(
                    409, f"body.name: the model has a metric {quote_value(body['name'])} already"
                )
        metric_type = body.get("type") or derive_type(path, body["query"], self._record.schema)
        moment = format_timestamp(utc_now())
        metric: Metric = {
            "id": metric_id,
            "is_default": False,
            "created_at": created_at or moment,
            "name": body["name"],
            "endpoint": body["endpoint"],
            "query": body["query"],
            "type": normalize_type(metric_type),
            "attribute": _find_attribute(body["query"], path),
            "parameters": parameters,
            "last_updated_by": creator["id"],
            "last_updated_by_type": creator["type"],
            "updated_at": moment,
        }
        self._documents.put(
            self._record.organization_id, metric_id, metric, model_id=self._record.id
        )
        return metric


def current_name(name: str) -> str:
    """Return a metric name in lower case; for a name of older releases the current one.

    Args:
        name: A name in any case.
    """
    return FORMER_NAMES.get(name.lower(), name).lower()


def _drop_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value is not None}


def _clean_parameter(parameter: Mapping[str, Any]) -> MetricParameter:
    return {
        "id": parameter.get("id") or new_id(),
        "name": parameter["name"],
        "parameter_type": parameter["parameter_type"],
        "value_limits": parameter.get("value_limits"),
        "default": parameter.get("default"),
    }


def _check_select(query: Mapping[str, Any], path: str) -> None:
    if is_drift_endpoint(path):
        return
    select = query.get("select")
    if not isinstance(select, list) or len(select) != 1:
        raise ApiError(400, "body.query.select: must hold exactly one function")


def _check_parameters(parameters: Sequence[Mapping[str, Any]]) -> None:
    for number, parameter in enumerate(parameters):
        path = f"body.parameters[{number}]"
        if parameter["name"] in {other["name"] for other in parameters[:number]}:
            raise ApiError(400, f"{path}.name: {quote_value(parameter['name'])} is taken already")
        limits = {kind for kind, limit in (parameter["value_limits"] or {}).items() if limit}
        if limits >= {"range", "categorical"}:
            raise ApiError(400, f"{path}.value_limits: must hold range or categorical, not both")
        default = parameter["default"]
        for value in default if isinstance(default, list) else [default]:
            if value is not None:
                convert_value(parameter, value, f"{path}.default")


def _check_placeholders(query: Any, parameters: Iterable[Mapping[str, Any]]) -> None:
    used = find_placeholders(query)
    declared = {str(parameter["name"]): parameter for parameter in parameters}
    for name in sorted(used - set(declared)):
        raise ApiError(
            400, f"body.query: the placeholder {{{{{name}}}}} is not among the parameters"
        )
    for name, parameter in declared.items():
        if name not in used and parameter["default"] is None:
            raise ApiError(
                400,
                f"body.parameters: {quote_value(name)} has no default and the query does not use "
                "it",
            )


def _find_attribute(query: Any, path: str) -> str | None:
    """Return the attribute a metric is about, if its query names only one."""
    if is_drift_endpoint(path):
        names = query.get("properties") or []
    else:
        select = query.get("select")
        items = select if isinstance(select, list) else []
        names = [
            (item.get("parameters") or {}).get("property")
            for item in items
            if isinstance(item, dict) and isinstance(item.get("parameters") or {}, dict)
        ]
    if isinstance(names, list) and len(names) == 1 and isinstance(names[0], str):
        return None if find_placeholders(names[0]) else names[0]
    return None


def _is_about(metric: Mapping[str, Any], name: str) -> bool:
    if metric.get("attribute") == name or mentions(metric["query"], name):
        return True
    for parameter in metric.get("parameters") or ():
        limits = (parameter.get("value_limits") or {}).get("categorical") or {}
        if parameter["parameter_type"] == "ATTRIBUTE" and name in limits.get("categories", ()):
            return True
    return False
