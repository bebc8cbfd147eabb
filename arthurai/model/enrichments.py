"""Enrichments of a model: anomaly scores, hotspots, bias mitigation, explanations."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from arthurai._compat.model_utils import check_has_bias_attrs
from arthurai.common.checks import check_choice, check_object
from arthurai.common.constants import (
    ENRICHMENTS_SPINNER_MESSAGE,
    ENRICHMENTS_UPDATE_MESSAGE,
    AccuracyMetric,
    Enrichment,
    EnrichmentStatus,
    InputType,
)
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.hotspots import Hotspots
from arthurai.model.modeling.attribute_list import positive_predicted_class
from arthurai.model.responses import connected, page_numbers
from arthurai.model.status_waiter import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from arthurai.model.base_model import ModelRecord
    from arthurai.transport.multipart import FilePart

logger = logging.getLogger(__name__)

_SETTLED = frozenset(
    {
        EnrichmentStatus.EnrichmentStatusDisabled,
        EnrichmentStatus.EnrichmentStatusReady,
        EnrichmentStatus.EnrichmentStatusFailed,
    }
)
_EXPLANATION_SORT = ("value", "word", "location", "attribute_name")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def get_enrichments(model: ModelRecord) -> dict[str, dict[str, Any]]:
    """Fetch the state of all enrichments; see ``ArthurModel.get_enrichments``."""
    from arthurai_api.api.enrichments import get_enrichments as get_enrichments_operation

    session, model_id = connected(model, "have enrichments")
    answer = session.call_json(get_enrichments_operation, model_id)
    return check_object(answer)


def get_enrichment(model: ModelRecord, enrichment: str) -> dict[str, Any]:
    """Fetch the state of one enrichment; see ``ArthurModel.get_enrichment``."""
    operation = _operations()[check_choice("enrichment", enrichment, Enrichment.list())]
    session, model_id = connected(model, "have enrichments")
    return check_object(session.call_json(operation, model_id))


def _operations() -> dict[str, ModuleType]:
    from arthurai_api.api.enrichments import (
        get_anomaly_detection,
        get_bias_mitigation,
        get_explainability,
        get_hotspots,
    )

    return {
        Enrichment.AnomalyDetection: get_anomaly_detection,
        Enrichment.BiasMitigation: get_bias_mitigation,
        Enrichment.Explainability: get_explainability,
        Enrichment.Hotspots: get_hotspots,
    }


def update_enrichments(
    model: ModelRecord, enrichment_configs: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Change enrichments; see ``ArthurModel.update_enrichments``."""
    import orjson

    from arthurai_api.api.enrichments import update_enrichments as update_enrichments_operation

    session, model_id = connected(model, "have enrichments")
    configs = _checked(enrichment_configs)
    parts: list[FilePart] = []
    packager = None  # its files last as long as it does
    wanted = configs.get(Enrichment.Explainability)
    if wanted is not None and wanted.get("enabled") and "config" in wanted:
        from arthurai.explain.packager import ExplanationPackager

        packager = ExplanationPackager(model, **wanted["config"])
        parts = packager.prepare()
        wanted["config"] = packager.get_request_config()
    answer = session.send_files(
        update_enrichments_operation,
        model_id,
        parts=parts,
        fields={"config": orjson.dumps(configs, option=orjson.OPT_SERIALIZE_NUMPY).decode()},
    )
    return check_object(answer)


def _checked(enrichment_configs: Any) -> dict[str, dict[str, Any]]:
    """Copy the configurations, so that the caller's stay as they are."""
    if not isinstance(enrichment_configs, Mapping) or not enrichment_configs:
        raise UserTypeError(
            'enrichment_configs needs a dictionary such as {"hotspots": {"enabled": True}}, got '
            f"{enrichment_configs!r:.100}."
        )
    configs: dict[str, dict[str, Any]] = {}
    for name, config in enrichment_configs.items():
        check_choice("the name of an enrichment", name, Enrichment.list())
        if not isinstance(config, Mapping):
            raise UserTypeError(f"enrichment_configs[{name!r}] needs a dictionary, got {config!r}.")
        unknown = set(config) - {"enabled", "config"}
        if unknown:
            raise UserValueError(
                f"enrichment_configs[{name!r}] has {', '.join(map(repr, sorted(unknown)))}; it can "
                "have 'enabled' and 'config'."
            )
        if not isinstance(config.get("enabled", True), bool):
            raise UserTypeError(
                f"enrichment_configs[{name!r}]['enabled'] needs True or False, got "
                f"{config['enabled']!r}."
            )
        configs[name] = dict(config)
        if isinstance(config.get("config"), Mapping):
            configs[name]["config"] = dict(config["config"])
        elif config.get("config") is not None:
            raise UserTypeError(
                f"enrichment_configs[{name!r}]['config'] needs a dictionary, got "
                f"{config['config']!r:.100}."
            )
    return configs


def update_enrichment(
    model: ModelRecord,
    enrichment: str,
    enabled: bool | None = None,
    config: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Change one enrichment; see ``ArthurModel.update_enrichment``."""
    given = {"enabled": enabled, "config": config}
    return update_enrichments(
        model, {enrichment: {name: value for name, value in given.items() if value is not None}}
    )


def enable_hotspots(model: ModelRecord) -> dict[str, Any]:
    """Enable hotspots; see ``ArthurModel.enable_hotspots``."""
    model.saved_id("have enrichments")
    if model.input_type != InputType.Tabular:
        raise MethodNotApplicableError(
            f"Model {model.shown_name!r} has the input type {model.input_type}; hotspots are "
            f"for {InputType.Tabular} models."
        )
    return update_enrichment(model, Enrichment.Hotspots, enabled=True)


def enable_bias_mitigation(model: ModelRecord) -> dict[str, Any]:
    """Enable bias mitigation; see ``ArthurModel.enable_bias_mitigation``."""
    model.saved_id("have enrichments")
    if positive_predicted_class(model) is None:
        raise MethodNotApplicableError(
            f"Model {model.shown_name!r} is no binary classifier, for which alone biases can "
            "be mitigated by thresholds."
        )
    if not check_has_bias_attrs(model):
        raise MethodNotApplicableError(
            f"No attribute of model {model.shown_name!r} is monitored for bias. Mark one "
            "with set_attribute_as_sensitive(), and call update()."
        )
    return update_enrichment(model, Enrichment.BiasMitigation, enabled=True)


def await_enrichments(
    model: ModelRecord,
    enrichments: str | Iterable[str] | None = None,
    *,
    timeout_min: float | None,
) -> dict[str, str]:
    """Wait for enrichments; see ``ArthurModel.await_enrichments``."""
    model.saved_id("have enrichments")
    names = [enrichments] if isinstance(enrichments, str) else enrichments
    wanted = (
        None
        if names is None
        else [check_choice("enrichments", n, Enrichment.list()) for n in names]
    )

    def look() -> dict[str, str]:
        found = get_enrichments(model)
        for name, state in found.items():
            if not isinstance(state, Mapping) or "status" not in state:
                raise ExpectedParameterNotFoundError(
                    f"The answer about enrichment {name!r} lacks 'status'."
                )
        return {name: found[name]["status"] for name in (wanted or found) if name in found}

    states = wait_until(
        look,
        lambda found: _SETTLED.issuperset(found.values()),
        what=f"the enrichments of model {model.shown_name!r}",
        timeout_min=timeout_min,
        message=ENRICHMENTS_SPINNER_MESSAGE,
        update_message=ENRICHMENTS_UPDATE_MESSAGE,
    )
    failed = [n for n, s in states.items() if s == EnrichmentStatus.EnrichmentStatusFailed]
    if failed:
        raise ArthurUnexpectedError(
            f"The platform could not set up {', '.join(failed)} for model "
            f"{model.shown_name!r}. Try again with update_enrichments()."
        )
    logger.info("The enrichments of model %r are set up.", model.shown_name)
    return states


def find_hotspots(
    model: ModelRecord,
    metric: str = AccuracyMetric.Accuracy,
    threshold: float = 0.5,
    batch_id: str | None = None,
    date: date | str | None = None,
    ref_set_id: str | None = None,
) -> Hotspots:
    """Find hotspots; see ``ArthurModel.find_hotspots``."""
    from arthurai_api.api.enrichments import find_hotspots as find_hotspots_operation

    given = {"batch_id": batch_id, "date": date, "ref_set_id": ref_set_id}
    chosen: dict[str, Any] = {name: v for name, v in given.items() if v is not None}
    if len(chosen) != 1:
        raise UserValueError(
            f"find_hotspots needs exactly one of {', '.join(given)}; got "
            f"{' and '.join(chosen) or 'none'}."
        )
    check_choice("metric", metric, AccuracyMetric.list())
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise UserTypeError(f"threshold needs a number from 0 to 1, got {threshold!r}.")
    if date is not None:
        chosen["date"] = _day(date)
    session, model_id = connected(model, "have hotspots")
    answer = session.call_json(
        find_hotspots_operation,
        model_id,
        metric=metric,
        threshold=float(threshold),
        **chosen,
    )
    return Hotspots(check_object(answer))


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.match(value):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            pass
    raise UserValueError(f"date needs a date or text such as '2026-05-31', got {value!r}.")


def explain_inference(
    model: ModelRecord,
    partner_inference_id: str,
    algorithm: str = "lime",
    page: int = 1,
    page_size: int = 500,
    n_samples: int | None = None,
    sort: str | None = None,
) -> dict[str, Any]:
    """Explain an inference; see ``ArthurModel.explain_inference``."""
    from arthurai_api.api.enrichments import explain_inference as explain_inference_operation

    session, model_id = connected(model, "be explained")
    wanted = algorithm.lower() if isinstance(algorithm, str) else algorithm
    check_choice("algorithm", wanted, ("lime", "shap"))
    page_numbers(page, page_size)
    if sort is not None:
        sort = sort.lower() if isinstance(sort, str) else sort
        known = [sign + name for name in _EXPLANATION_SORT for sign in ("", "+", "-")]
        check_choice("sort", sort, known)
    answer = session.call_json(
        explain_inference_operation,
        model_id,
        partner_inference_id,
        algorithm=wanted,
        page=page,
        page_size=page_size,
        n_samples=n_samples,
        sort=sort,
    )
    return check_object(answer)


def enable_explainability(
    model: ModelRecord,
    df: Any,
    project_directory: Any,
    user_predict_function_import_path: str | None,
    config: Mapping[str, Any],
) -> dict[str, Any]:
    """Enable explanations; see ``ArthurModel.enable_explainability``.

    Args:
        model: A saved model.
        df: Sample of inputs and predictions.
        project_directory: The user's project.
        user_predict_function_import_path: Its entry module.
        config: The other settings, as :class:`ExplanationPackager` takes them.
    """
    from arthurai.explain.explanation_options import check_sample

    model.saved_id("have enrichments")
    check_sample(model, df, project_directory, user_predict_function_import_path)
    given = {
        "df": df,
        "project_directory": project_directory,
        "user_predict_function_import_path": user_predict_function_import_path,
        **config,
    }
    return update_enrichment(model, Enrichment.Explainability, enabled=True, config=given)


def delete_explainer(model: ModelRecord) -> None:
    """Delete the explainer; see ``ArthurModel.delete_explainer``."""
    from arthurai_api.api.enrichments import delete_explainer as delete_explainer_operation

    session, model_id = connected(model, "have an explainer")
    session.call_json(delete_explainer_operation, model_id)
