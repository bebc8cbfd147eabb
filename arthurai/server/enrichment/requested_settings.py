"""Reading what a request wants enrichments to be."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.server.enrichment import applicability as rules
from arthurai.server.http.api_errors import ApiError

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
_MEMORY: Final = re.compile(r"(\d{1,12})(?:\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?")
_UNITS: Final = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}


def form_config(form: Form) -> Any:
    """Return the decoded part `config` of a form.

    Args:
        form: The form.

    Raises:
        ApiError: 400 when it is missing or no JSON.
    """
    text = form.text("config")
    if text is None:
        raise ApiError(400, "the part config is missing; send the settings as JSON text")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"part config: not valid JSON: {error}") from None


def check_files(form: Form) -> bool:
    """Tell whether the files of a project came along.

    Args:
        form: The form.

    Raises:
        ApiError: 400 when only some of them did.
    """
    sent = [name for name in FILES if name in form.files]
    if sent and len(sent) < len(FILES):
        missing = [name for name in FILES if name not in sent]
        raise ApiError(400, f"the files come together or not at all; missing: {', '.join(missing)}")
    return bool(sent)


def require_allowed(schema: ModelSchema, name: str) -> None:
    """Refuse an enrichment that the model cannot have.

    Args:
        schema: Schema of the model.
        name: Name of the enrichment.

    Raises:
        ApiError: 400 with the reason.
    """
    refused = rules.refusal(schema, name)
    if refused is not None:
        raise ApiError(400, refused)


def explainability_config(
    schema: ModelSchema, before: Mapping[str, Any], given: Mapping[str, Any], *, first: bool
) -> dict[str, Any]:
    """Return the settings of explanations after a request.

    Args:
        schema: Schema of the model.
        before: The settings so far, empty when there are none.
        given: The settings of the request; members that are null stay as they are.
        first: Whether a project comes with the request.

    Raises:
        ApiError: 400, naming the setting.
    """
    merged = {**DEFAULTS, **before}
    merged |= {name: value for name, value in given.items() if value is not None}
    merged.pop("reason", None)  # an answer of the server, not a setting
    if first:
        for name in _REQUIRED_AT_FIRST:
            if merged.get(name) in {None, ""}:
                raise ApiError(400, f"config.{name} is needed when a project is sent")
    module = merged.get("user_predict_function_import_path")
    if module is not None and not _MODULE.fullmatch(str(module)):
        raise ApiError(
            400,
            "config.user_predict_function_import_path: expected the name of a module, without"
            f" .py, found {str(module)[:100]!r}",
        )
    for name, (least, most) in _INTEGERS.items():
        if merged.get(name) is not None:
            merged[name] = _integer(name, merged[name], least, most)
    share = _number("inference_consumer_score_percent", merged["inference_consumer_score_percent"])
    if not 0 <= share <= 1:
        raise ApiError(400, "config.inference_consumer_score_percent: expected 0 to 1")
    merged["inference_consumer_score_percent"] = share
    if merged["explanation_algo"] == "shap" and schema.input_type != "TABULAR":
        raise ApiError(400, "config.explanation_algo: shap is for tabular models; use lime")
    memory_bytes(str(merged["model_server_memory"]))
    return merged


def memory_bytes(text: str) -> int:
    """Read an amount of memory.

    Args:
        text: A number with a unit as in Kubernetes, e.g. `1500Mi` or `1Gi`.

    Raises:
        ApiError: 400 when it is none.
    """
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise ApiError(
            400, f"config.model_server_memory: expected e.g. 1500Mi or 2Gi, found {text[:50]!r}"
        )
    return int(found[1]) * _UNITS[found[2] or ""]


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ApiError(400, f"config.{name}: expected a number, found {str(value)[:50]!r}")
    return number


def _integer(name: str, value: Any, least: int, most: int) -> int:
    number = _number(name, value)
    if number != int(number) or not least <= number <= most:
        raise ApiError(
            400, f"config.{name}: expected a whole number from {least} to {most}, found {value!r}"
        )
    return int(number)
