"""Explanations of inferences, and what-if questions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import InputType, ValueType
from arthurai.server.document_kinds import Kind
from arthurai.server.enrichment.explanations.explanation_enrichment import select_inputs
from arthurai.server.enrichment.requested_settings import parse_config
from arthurai.server.enrichment.state_store import EXPLAINABILITY, EnrichmentError, to_api
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.explanations.service import (
    change_explainability,
    explain_image,
    require_ready,
)
from arthurai.server.storage.warehouse.row_questions import find_newest_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.request import Request
    from arthurai.server.model_schema import Attribute
    from arthurai.server.storage.documents.stored_models import StoredModel

_ACCEPTED: Final = 202


@operation("update_explainability")
def update_explainability(request: Request) -> Response:
    """Enable or disable explanations, or change their settings."""
    record = request.model().require_active()
    given = parse_config(request.form)
    request.services.validation.check_component("ExplainabilityConfiguration", given, "config")
    state = change_explainability(request.services, record, request.form, given)
    return Response(_ACCEPTED, to_api(state))


@operation("delete_explainer")
def delete_explainer(request: Request) -> Response:
    """Stop the explainer of a model and delete its project."""
    record = request.model()
    enrichments = request.services.enrichments
    with enrichments.projects.changing:
        enrichments.states.forget(record, EXPLAINABILITY)
        enrichments.explainability.stop(record.id)
        enrichments.projects.keep_only(record.id, ())
    images = request.documents(Kind.IMAGE_EXPLANATION)
    images.delete_all(record.organization_id, model_id=record.id)
    return Response(204)


@operation("explain_inference")
def explain_inference(request: Request) -> Response:
    """Explain an inference, anew for each request."""
    record, params = request.model(), request.params
    state = require_ready(request.services, record)
    algorithm, samples = params.get("algorithm") or "lime", params.get("n_samples")
    if algorithm == "shap" and record.schema.input_type != InputType.Tabular:
        raise ApiError(400, "parameter algorithm: shap requires a tabular model; use lime")
    try:
        used = select_inputs(record.schema)
        values = _read_values(request, record, params["partner_inference_id"], used)
        if record.schema.input_type == InputType.Image:
            if values[0] is None:
                raise ApiError(400, "the inference has no image")
            explain_image(request.services, record, state, str(values[0]), samples)
            return Response(200, {"explanation": _image_scores(record, used)})
        explainability = request.services.enrichments.explainability
        explanation = explainability.explain(record, state, values, algorithm, samples)
        body: dict[str, Any] = {
            "explanation": explanation.to_api(params.get("sort"), _page(params))
        }
        if algorithm == "shap":
            body["expected_value"] = _expected_values(request, record, state)
    except EnrichmentError as error:
        raise ApiError(400, f"the inference cannot be explained: {error}") from None
    return Response(200, body)


@operation("what_if")
def what_if(request: Request) -> Response:
    """Predict and explain an input that the model has not seen."""
    record = request.model()
    if record.schema.input_type != InputType.Tabular:
        raise ApiError(400, "what-if questions require a tabular model")
    state = require_ready(request.services, record)
    values = _given_values(record, request.body["model_pipeline_input"])
    explainability = request.services.enrichments.explainability
    algorithm = str(state["config"]["explanation_algo"])
    try:
        predictions = explainability.predict(record, state, values)
        predicted = [
            {"attribute_name": a.name, "attribute_value": value}
            for a, value in zip(record.schema.predicted, predictions, strict=True)
        ]
        explanation = explainability.explain(record, state, values, algorithm, None)
        body = {
            "predicted_values": predicted,
            "explanation": explanation.to_api(None, slice(None)),
            "expected_value": _expected_values(request, record, state),
        }
    except (EnrichmentError, ValueError) as error:
        raise ApiError(400, f"the code of the model failed: {error}") from None
    return Response(200, body)


def _image_scores(record: StoredModel, used: tuple[Attribute, ...]) -> list[dict[str, Any]]:
    return [
        {
            "algorithm": "lime",
            "predicted_attribute_name": predicted.name,
            "importance_scores": [{"attribute_name": used[0].name}],
        }
        for predicted in record.schema.predicted
    ]


def _read_values(
    request: Request, record: StoredModel, partner_id: str, used: tuple[Attribute, ...]
) -> list[Any]:
    columns = [a.column for a in used]
    found = find_newest_values(request.stores.data, record.schema, partner_id, columns)
    if found is None:
        raise not_found(f"inference {partner_id!r} not found")
    return found


def _given_values(record: StoredModel, given: list[dict[str, Any]]) -> list[Any]:
    values = {item["attribute_name"]: item["attribute_value"] for item in given}
    used = select_inputs(record.schema)
    names = [a.name for a in used]
    unknown = sorted(set(values) - set(names))
    missing = [name for name in names if name not in values]
    if unknown or missing or len(values) < len(given):
        raise ApiError(
            400,
            "model_pipeline_input: must hold each input attribute once;"
            f" missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}",
        )
    for attribute in used:
        if not _has_type(attribute, values[attribute.name]):
            raise ApiError(
                400,
                f"model_pipeline_input: {attribute.name!r} must be of type {attribute.value_type},"
                f" got {str(values[attribute.name])[:50]!r}",
            )
    return [values[name] for name in names]


def _has_type(attribute: Attribute, value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if attribute.value_type == ValueType.Integer:
        return is_number and float(value).is_integer()
    if attribute.value_type == ValueType.Float:
        return is_number
    if attribute.value_type == ValueType.Boolean:
        return isinstance(value, bool)
    return isinstance(value, str)


def _expected_values(
    request: Request, record: StoredModel, state: Mapping[str, Any]
) -> list[dict[str, Any]]:
    base = request.services.enrichments.explainability.base_values(record, state)
    if base is None:
        return []
    found: list[dict[str, Any]] = [
        {"predicted_attribute_name": a.name, "expected_value": value}
        for a, value in zip(record.schema.predicted, base.values, strict=True)
    ]
    if base.rows is not None and base.errors is not None:
        for entry, error in zip(found, base.errors, strict=True):
            entry["rows"] = base.rows
            entry["standard_error"] = error if math.isfinite(error) else None
    return found


def _page(params: Mapping[str, Any]) -> slice:
    start = (int(params["page"]) - 1) * int(params["page_size"])
    return slice(start, start + int(params["page_size"]))
