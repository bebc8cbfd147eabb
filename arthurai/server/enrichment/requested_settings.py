"""Settings of enrichments as requests send them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.vocabulary import InputType
from arthurai.server.enrichment.applicability import find_refusal
from arthurai.server.http.api_errors import ApiError
from arthurai.server.operator_limits import parse_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.bodies import Form
    from arthurai.server.model_schema import ModelSchema

PROJECT: Final = "user_project.zip"
REQUIREMENTS: Final = "user_requirements_file.txt"
PICKLE: Final = "explainer.pkl"
FILES: Final = (PROJECT, REQUIREMENTS, PICKLE)
DEFAULTS: Final[Mapping[str, Any]] = {
    "explanation_algo": "lime",
    "explanation_nsamples": 2000,
    "model_server_cpu": "2",
    "model_server_memory": "1500Mi",
    "model_server_max_replicas": 30,
    "inference_consumer_cpu": "500m",
    "inference_consumer_memory": "512Mi",
    "inference_consumer_score_percent": 1.0,
    "inference_consumer_thread_pool_size": 5,
}
_REQUIRED_AT_FIRST: Final = ("python_version", "sdk_version", "user_predict_function_import_path")
_INTEGERS: Final = {
    "explanation_nsamples": (1, 1_000_000),
    "model_server_max_replicas": (1, 1_000_000),
    "inference_consumer_thread_pool_size": (1, 1_000_000),
    "seed": (0, 2**32 - 1),
}
_MODULE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def parse_config(form: Form) -> Any:
    """Return the decoded part `config` of a form.

    Args:
        form: The form.

    Raises:
        ApiError: 400 when it is missing or not JSON.
    """
    text = form.text("config")
    if text is None:
        raise ApiError(400, "part config: is required; send the settings as JSON")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"part config: not valid JSON: {error}") from None


def check_files(form: Form) -> bool:
    """Return whether the form holds the files of a project.

    Args:
        form: The form.

    Raises:
        ApiError: 400 when it holds only some of them.
    """
    sent = [name for name in FILES if name in form.files]
    if sent and len(sent) < len(FILES):
        missing = [name for name in FILES if name not in sent]
        raise ApiError(400, f"the files must be sent together; missing: {', '.join(missing)}")
    return bool(sent)


def require_allowed(schema: ModelSchema, name: str) -> None:
    """Raise for an enrichment that the model cannot have.

    Args:
        schema: Schema of the model.
        name: Name of the enrichment.

    Raises:
        ApiError: 400 with the reason.
    """
    refused = find_refusal(schema, name)
    if refused is not None:
        raise ApiError(400, refused)


def merge_explainability_config(
    schema: ModelSchema,
    before: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    first: bool,
    max_memory: int,
) -> dict[str, Any]:
    """Return the settings of explanations after a request.

    Args:
        schema: Schema of the model.
        before: The current settings, possibly empty.
        given: The settings of the request; null members are ignored.
        first: Whether the request holds a project.
        max_memory: Bytes of memory that a project may ask for.

    Raises:
        ApiError: 400, naming the setting.
    """
    merged = {**DEFAULTS, **before}
    merged |= {name: value for name, value in given.items() if value is not None}
    merged.pop("reason", None)  # set by the server
    if first:
        for name in _REQUIRED_AT_FIRST:
            if merged.get(name) in {None, ""}:
                raise ApiError(400, f"config.{name}: is required with a project")
    module = merged.get("user_predict_function_import_path")
    if module is not None and not _MODULE.fullmatch(str(module)):
        raise ApiError(
            400,
            "config.user_predict_function_import_path: must be the name of a module, without .py,"
            f" got {str(module)[:100]!r}",
        )
    for name, (minimum, maximum) in _INTEGERS.items():
        if merged.get(name) is not None:
            merged[name] = _parse_integer(name, merged[name], minimum, maximum)
    share = _parse_number(
        "inference_consumer_score_percent", merged["inference_consumer_score_percent"]
    )
    if not 0 <= share <= 1:
        raise ApiError(400, "config.inference_consumer_score_percent: must be 0 to 1")
    merged["inference_consumer_score_percent"] = share
    if merged["explanation_algo"] == "shap" and schema.input_type != InputType.Tabular:
        raise ApiError(400, "config.explanation_algo: shap requires a tabular model; use lime")
    check_memory(str(merged["model_server_memory"]), max_memory)
    return merged


def check_memory(text: str, maximum: int) -> None:
    """Raise for memory that a project cannot have.

    Args:
        text: A number with a unit as in Kubernetes, e.g. `1500Mi` or `1Gi`.
        maximum: Bytes of memory that a project may ask for.

    Raises:
        ApiError: 400 for another text, or for more memory.
    """
    amount = parse_amount(text)
    if not amount:
        raise ApiError(
            400, f"config.model_server_memory: must be e.g. 1500Mi or 2Gi, got {text[:50]!r}"
        )
    if amount > maximum:
        raise ApiError(
            400,
            f"config.model_server_memory: must be at most {maximum} bytes, got {text[:50]!r}; the "
            "operator of the server sets the limit explainer_memory",
        )


def _parse_number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ApiError(400, f"config.{name}: must be a number, got {str(value)[:50]!r}")
    return number


def _parse_integer(name: str, value: Any, minimum: int, maximum: int) -> int:
    number = _parse_number(name, value)
    if number != int(number) or not minimum <= number <= maximum:
        raise ApiError(
            400, f"config.{name}: must be an integer from {minimum} to {maximum}, got {value!r}"
        )
    return int(number)
