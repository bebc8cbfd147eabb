"""Settings of explanations: their names, their names in the API, their checks."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.checks import check_choice
from arthurai.common.constants import InputType
from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.common.text import suggest
from arthurai.model.base_model import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.model.base_model import ArthurModelBase

LIME: Final = "lime"
SHAP: Final = "shap"
DEFAULT_SHAP_ROWS: Final = 20

#: Settings that describe the user's project; they are not sent.
FILE_FIELDS: Final = ("project_directory", "user_predict_function_import_path", "requirements_file")
_LOCAL: Final = frozenset({*FILE_FIELDS, "df", "ignore_dirs", "shap_nrows"})

#: Settings that are sent, with their names in the API.
_API_NAMES: Final = {
    "python_version": "python_version",
    "sdk_version": "sdk_version",
    "user_predict_function_import_path": "user_predict_function_import_path",
    "explanation_algo": "explanation_algo",
    "streaming_explainability_enabled": "streaming_explainability_enabled",
    "explanation_nsamples": "explanation_nsamples",
    "model_server_num_cpu": "model_server_cpu",
    "model_server_cpu": "model_server_cpu",
    "model_server_memory": "model_server_memory",
    "model_server_max_replicas": "model_server_max_replicas",
    "inference_consumer_num_cpu": "inference_consumer_cpu",
    "inference_consumer_cpu": "inference_consumer_cpu",
    "inference_consumer_memory": "inference_consumer_memory",
    "inference_consumer_thread_pool_size": "inference_consumer_thread_pool_size",
    "inference_consumer_score_percent": "inference_consumer_score_percent",
    "seed": "seed",
    "shap_expected_values": "shap_expected_values",
    "service_account_id": "service_account_id",
}

_PYTHON_VERSION = re.compile(r"3\.\d{1,2}", re.ASCII)
_MODULE_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def check_settings(settings: Mapping[str, Any]) -> None:
    """Check names and values of settings.

    Args:
        settings: Settings by name.

    Raises:
        UserValueError: A name is unknown, or a value is invalid.
        UserTypeError: A value has the wrong type.
    """
    for name in settings:
        if name not in _LOCAL and name not in _API_NAMES:
            known = sorted({*_LOCAL, *_API_NAMES})
            raise UserValueError(
                f"unknown setting {name!r} of explanations; known are {', '.join(known)}"
                f"{suggest(name, known)}"
            )
    algorithm = settings.get("explanation_algo")
    if algorithm is not None:
        check_choice("explanation_algo", algorithm, (LIME, SHAP))
    version = settings.get("python_version")
    if version is not None and not (
        isinstance(version, str) and _PYTHON_VERSION.fullmatch(version)
    ):
        raise UserValueError(f"python_version must be a string such as '3.11', got {version!r}")
    share = settings.get("inference_consumer_score_percent")
    if share is not None and not (
        isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1
    ):
        raise UserValueError(f"inference_consumer_score_percent must be from 0 to 1, got {share!r}")
    for name in ("explanation_nsamples", "seed", "shap_nrows"):
        number = settings.get(name)
        if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
            raise UserTypeError(f"{name} must be an integer, got {number!r}")
        least = 0 if name == "seed" else 1
        if number is not None and number < least:
            raise UserValueError(f"{name} must be at least {least}, got {number!r}")
    path = settings.get("user_predict_function_import_path")
    if path is not None and not (isinstance(path, str) and _MODULE_PATH.fullmatch(path)):
        raise UserValueError(
            "user_predict_function_import_path must be the name of a module as it is imported, "
            f"such as 'entrypoint' or 'package.entrypoint', got {path!r}"
        )


def to_api(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are sent, by their names in the API.

    Args:
        settings: Settings by name.

    Returns:
        The values that are not `None`, zeros among them.
    """
    wire = {
        _API_NAMES[name]: value
        for name, value in settings.items()
        if name in _API_NAMES and value is not None
    }
    if "sdk_version" in wire:
        wire["sdk_version"] = str(wire["sdk_version"]).split()[0]
    return wire


def running_python() -> str:
    """Return the running version of Python, major and minor, such as `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def check_sample(
    model: ArthurModelBase, df: Any, project_directory: Any, import_path: str | None
) -> None:
    """Check that everything needed to enable explanations is given.

    Args:
        model: The model.
        df: Sample of inputs and predictions.
        project_directory: The user's project.
        import_path: Its entry module.

    Raises:
        MissingParameterError: Something is missing.
    """
    if model.input_type == InputType.NLP and not model.text_delimiter:
        raise MissingParameterError(
            f"model {name_of(model)!r} needs a text_delimiter to split texts into words; set "
            "model.text_delimiter, and call update()"
        )
    if df is None and model.input_type != InputType.Image:
        raise MissingParameterError("df is missing, must be a sample of inputs and predictions")
    if project_directory is None:
        raise MissingParameterError(
            "project_directory is missing, must be the directory with the code of the model"
        )
    if import_path is None:
        raise MissingParameterError(
            "user_predict_function_import_path is missing, must be the module that defines "
            "predict()"
        )
