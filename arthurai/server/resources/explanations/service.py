"""Explanations: their settings, whether they are ready, and those of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.document_kinds import Kind
from arthurai.server.enrichment import requested_settings as settings
from arthurai.server.enrichment import state_store as states
from arthurai.server.enrichment.state_store import EXPLAINABILITY, EnrichmentError
from arthurai.server.http.api_errors import ApiError, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.bodies import Form
    from arthurai.server.services import Services
    from arthurai.server.storage.documents.stored_models import StoredModel


def change_explainability(
    services: Services, record: StoredModel, form: Form, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Enable or disable explanations, or change their settings.

    Args:
        services: The services.
        record: The model.
        form: The form of the request, with the files of a project or without.
        given: An `ExplainabilityConfiguration` that fits the schema.

    Returns:
        The new state.

    Raises:
        ApiError: 400, naming what does not fit.
    """
    enrichments = services.enrichments
    has_files = settings.check_files(form)
    config = given.get("config") or {}
    state = enrichments.states.get(record, EXPLAINABILITY)
    if given.get("enabled") is False:
        if config or has_files:
            raise ApiError(400, "explainability: send no settings or files to disable it")
        state = enrichments.states.disable(record, EXPLAINABILITY)
        enrichments.explainability.stop(record.id)
        return state
    if not given.get("enabled") and not state["enabled"]:
        raise ApiError(400, "explainability is disabled; send enabled: true")
    settings.require_allowed(record.schema, EXPLAINABILITY)
    if not has_files and state.get("project") is None:
        missing = ", ".join(settings.FILES)
        raise ApiError(400, f"explainability: the files {missing} are required the first time")
    merged = settings.merge_explainability_config(
        record.schema,
        state["config"],
        config,
        first=has_files,
        max_memory=services.limits.explainer_memory,
    )
    if not has_files:
        return enrichments.enable(record, EXPLAINABILITY, merged)
    module = str(merged["user_predict_function_import_path"])
    with enrichments.projects.changing:
        project = enrichments.projects.add(record.id, form.files[settings.PROJECT].stream, module)
        return enrichments.enable(record, EXPLAINABILITY, merged, project)


def require_ready(services: Services, record: StoredModel) -> dict[str, Any]:
    """Return the state of the explanations of a model.

    Args:
        services: The services.
        record: The model.

    Raises:
        ApiError: 400 unless they are ready.
    """
    state = services.enrichments.states.get(record, EXPLAINABILITY)
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


def explain_image(
    services: Services,
    record: StoredModel,
    state: Mapping[str, Any],
    image_id: str,
    samples: int | None,
) -> dict[str, Any]:
    """Explain an image, and store its segments and their scores.

    Args:
        services: The services.
        record: The model.
        state: The state of its explanations.
        image_id: The image.
        samples: Number of samples; `None` takes the one of the settings.

    Raises:
        EnrichmentError: The code of the user failed.
    """
    found = services.enrichments.explainability.explain_image(record, state, image_id, samples)
    services.stores.control.documents(Kind.IMAGE_EXPLANATION).put(
        record.organization_id, _image_key(record, state, image_id), found, model_id=record.id
    )
    return found


def get_image_explanation(services: Services, record: StoredModel, image_id: str) -> dict[str, Any]:
    """Return the segments of an image and their scores; compute them the first time.

    Args:
        services: The services.
        record: The model.
        image_id: The image.

    Raises:
        ApiError: 404 when the model has no such image or is not explained, 400 when the image
            cannot be explained.
    """
    services.stores.data.images(record.schema).get(image_id)
    if not services.enrichments.states.get(record, EXPLAINABILITY)["enabled"]:
        raise not_found("not found: explanation of this image, as explainability is disabled")
    state = require_ready(services, record)
    found = services.stores.control.documents(Kind.IMAGE_EXPLANATION).get(
        record.organization_id, _image_key(record, state, image_id)
    )
    if found is None:
        try:
            found = explain_image(services, record, state, image_id, None)
        except EnrichmentError as error:
            raise ApiError(400, f"the image cannot be explained: {error}") from None
    return found


def _image_key(record: StoredModel, state: Mapping[str, Any], image_id: str) -> str:
    return f"{record.id}/{state['revision']}/{image_id}"
