"""Explanations of inferences and images, and what-if questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.document_kinds import Kind
from arthurai.server.enrichment import requested_settings as settings
from arthurai.server.enrichment import state_store as states
from arthurai.server.enrichment.explanations.explanation_enrichment import inputs
from arthurai.server.enrichment.state_store import EXPLAINABILITY, EnrichmentError, shown
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.enrichment.explanations.explanation_results import Explained
    from arthurai.server.http.request import Request
    from arthurai.server.model_schema import Attribute
    from arthurai.server.storage.documents.stored_models import ModelRecord

_ACCEPTED = 202


@operation("update_explainability")
def update_explainability(request: Request) -> Response:
    """Switch explanations on or off, or change their settings."""
    record = request.model().active()
    given = settings.form_config(request.form)
    request.services.validation.check_component("ExplainabilityConfiguration", given, "config")
    return Response(_ACCEPTED, shown(switch_explainability(request, record, given)))


def switch_explainability(
    request: Request, record: ModelRecord, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Switch explanations on or off, or change their settings.

    Args:
        request: The request, with the files of a project or without.
        record: The model.
        given: An ``ExplainabilityConfiguration`` that fits the schema.

    Returns:
        The new state.

    Raises:
        ApiError: 400, naming what does not fit.
    """
    enrichments = request.services.enrichments
    has_files = settings.check_files(request.form)
    config = given.get("config") or {}
    state = enrichments.states.get(record, EXPLAINABILITY)
    if given.get("enabled") is False:
        if config or has_files:
            raise ApiError(400, "explainability: no settings and files when switching off")
        state = enrichments.states.disable(record, EXPLAINABILITY)
        enrichments.explainability.stop(record.id)
        return state
    if not given.get("enabled") and not state["enabled"]:
        raise ApiError(400, "explainability is disabled; send enabled: true")
    settings.require_allowed(record.schema, EXPLAINABILITY)
    if not has_files and state.get("project") is None:
        missing = ", ".join(settings.FILES)
        raise ApiError(400, f"explainability: the first time the files {missing} are needed")
    merged = settings.explainability_config(record.schema, state["config"], config, first=has_files)
    if not has_files:
        return enrichments.enable(record, EXPLAINABILITY, merged)
    module = str(merged["user_predict_function_import_path"])
    stream = request.form.files[settings.PROJECT].stream
    with enrichments.projects.changing:
        project = enrichments.projects.add(record.id, stream, module)
        return enrichments.enable(record, EXPLAINABILITY, merged, project)


@operation("delete_explainer")
def delete_explainer(request: Request) -> Response:
    """Stop the explainer of a model and delete its project."""
    record = request.model()
    enrichments = request.services.enrichments
    with enrichments.projects.changing:
        enrichments.states.forget(record, EXPLAINABILITY)
        enrichments.explainability.stop(record.id)
        enrichments.projects.keep_only(record.id, ())
    images = request.stores.control.documents(Kind.IMAGE_EXPLANATION)
    images.delete_all(record.organization_id, model_id=record.id)
    return Response(204)


@operation("explain_inference")
def explain_inference(request: Request) -> Response:
    """Explain an inference, anew at each call."""
    record, params = request.model(), request.params
    state = _ready(request, record)
    algorithm = params.get("algorithm") or "lime"
    _require_algorithm(record, algorithm)
    explainability = request.services.enrichments.explainability
    samples = params.get("n_samples")
    try:
        used = inputs(record.schema)
        values = _stored(request, record, params["partner_inference_id"], used)
        if record.schema.input_type == "IMAGE":
            if values[0] is None:
                raise ApiError(400, "the inference has no image")
            _explain_image(request, record, state, str(values[0]), samples)
            return Response(200, {"explanation": _of_image(record, used)})
        explained = explainability.explain(record, state, values, algorithm, samples)
        answer: dict[str, Any] = {"explanation": explained.shown(params.get("sort"), _page(params))}
        if algorithm == "shap":
            answer["expected_value"] = _expected(request, record, state)
    except EnrichmentError as error:
        raise ApiError(400, f"the inference cannot be explained: {error}") from None
    return Response(200, answer)


@operation("what_if")
def what_if(request: Request) -> Response:
    """Predict and explain an input that the model has not seen."""
    record = request.model()
    if record.schema.input_type != "TABULAR":
        raise ApiError(400, "what-if questions are for tabular models")
    state = _ready(request, record)
    values = _given(record, request.body["model_pipeline_input"])
    explainability = request.services.enrichments.explainability
    algorithm = str(state["config"]["explanation_algo"])
    try:
        predictions = explainability.predict(record, state, values)
        predicted = [
            {"attribute_name": a.name, "attribute_value": value}
            for a, value in zip(record.schema.predicted, predictions, strict=True)
        ]
        explained: Explained = explainability.explain(record, state, values, algorithm, None)
        answer = {
            "predicted_values": predicted,
            "explanation": explained.shown(None, slice(None)),
            "expected_value": _expected(request, record, state),
        }
    except (EnrichmentError, ValueError) as error:
        raise ApiError(400, f"the model code cannot answer: {error}") from None
    return Response(200, answer)


def image_explanation(request: Request) -> Response:
    """Return the segments of an image and their scores; computed when first asked for.

    Args:
        request: A request for the image ``image_id`` of a model.

    Raises:
        ApiError: 404 when the model has no such image or explains none, 400 when this one cannot be
            explained.
    """
    record = request.model()
    image_id = request.params["image_id"]
    request.stores.data.images(record.schema).get(image_id)
    if not request.services.enrichments.states.get(record, EXPLAINABILITY)["enabled"]:
        raise not_found("there is no explanation of this image: explainability is disabled")
    state = _ready(request, record)
    found = request.stores.control.documents(Kind.IMAGE_EXPLANATION).get(
        record.organization_id, _image_key(record, state, image_id)
    )
    if found is None:
        try:
            found = _explain_image(request, record, state, image_id, None)
        except EnrichmentError as error:
            raise ApiError(400, f"the image cannot be explained: {error}") from None
    return Response(200, found)


def _explain_image(
    request: Request,
    record: ModelRecord,
    state: Mapping[str, Any],
    image_id: str,
    samples: int | None,
) -> dict[str, Any]:
    explainability = request.services.enrichments.explainability
    found = explainability.explain_image(record, state, image_id, samples)
    request.stores.control.documents(Kind.IMAGE_EXPLANATION).put(
        record.organization_id, _image_key(record, state, image_id), found, model_id=record.id
    )
    return found


def _image_key(record: ModelRecord, state: Mapping[str, Any], image_id: str) -> str:
    return f"{record.id}/{state['revision']}/{image_id}"


def _of_image(record: ModelRecord, used: tuple[Attribute, ...]) -> list[dict[str, Any]]:
    return [
        {
            "algorithm": "lime",
            "predicted_attribute_name": predicted.name,
            "importance_scores": [{"attribute_name": used[0].name}],
        }
        for predicted in record.schema.predicted
    ]


def _ready(request: Request, record: ModelRecord) -> dict[str, Any]:
    state = request.services.enrichments.states.get(record, EXPLAINABILITY)
    if not state["enabled"]:
        raise ApiError(400, "explainability is disabled; enable it first")
    if state["status"] == states.FAILED:
        raise ApiError(400, f"explainability failed: {state.get('reason', 'no reason known')}")
    if state["status"] != states.READY:
        raise ApiError(
            400, f"explainability is being set up (status {state['status']}); try again later"
        )
    if state.get("project") is None:
        raise ApiError(400, "explainability has no project; send its files")
    return state


def _require_algorithm(record: ModelRecord, algorithm: str) -> None:
    if algorithm == "shap" and record.schema.input_type != "TABULAR":
        raise ApiError(400, "parameter algorithm: shap is for tabular models; use lime")


def _stored(
    request: Request, record: ModelRecord, partner_id: str, used: tuple[Attribute, ...]
) -> list[Any]:
    names = ", ".join(f'"{a.column}"' for a in used)
    relation = request.stores.data.relation(record.schema, "inference")
    found = request.stores.data.fetch(
        f"SELECT {names} FROM {relation} WHERE partner_inference_id = ?",  # noqa: S608 - quoted names of our own
        [partner_id],
    )[1]
    if not found:
        raise not_found(f"inference {partner_id!r} not found")
    return list(found[0])


def _given(record: ModelRecord, given: list[dict[str, Any]]) -> list[Any]:
    values = {item["attribute_name"]: item["attribute_value"] for item in given}
    used = inputs(record.schema)
    names = [a.name for a in used]
    unknown = sorted(set(values) - set(names))
    missing = [name for name in names if name not in values]
    if unknown or missing or len(values) < len(given):
        raise ApiError(
            400,
            "model_pipeline_input: expected each input attribute once;"
            f" missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}",
        )
    for attribute in used:
        if not _fits(attribute, values[attribute.name]):
            raise ApiError(
                400,
                f"model_pipeline_input: {attribute.name!r} is of type {attribute.value_type},"
                f" {str(values[attribute.name])[:50]!r} is not",
            )
    return [values[name] for name in names]


def _fits(attribute: Attribute, value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if attribute.value_type == "INTEGER":
        return is_number and float(value).is_integer()
    if attribute.value_type == "FLOAT":
        return is_number
    if attribute.value_type == "BOOLEAN":
        return isinstance(value, bool)
    return isinstance(value, str)


def _expected(
    request: Request, record: ModelRecord, state: Mapping[str, Any]
) -> list[dict[str, Any]]:
    values = request.services.enrichments.explainability.expected_values(record, state)
    return [
        {"predicted_attribute_name": a.name, "expected_value": value}
        for a, value in zip(record.schema.predicted, values or (), strict=bool(values))
    ]


def _page(params: Mapping[str, Any]) -> slice:
    start = (int(params["page"]) - 1) * int(params["page_size"])
    return slice(start, start + int(params["page_size"]))
