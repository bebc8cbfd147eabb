"""Names and values of the Arthur API that users write in their programs.

The enum-like classes hold plain strings, so that `InputType.Tabular == "TABULAR"` and a member can
go into JSON, a format string or a dictionary key as it is.
"""

from __future__ import annotations

from arthurai.common.vocabulary import (
    AccuracyMetric,
    Enrichment,
    EnrichmentStatus,
    ImageResponseType,
    InputType,
    ListableStrEnum,
    ModelStatus,
    OutputType,
    Role,
    Stage,
    ValueType,
)

__all__ = [
    "API_PREFIX",
    "API_PREFIX_V4",
    "DEFAULT_SERVICE_ACCOUNT",
    "ENRICHMENTS_SPINNER_MESSAGE",
    "ENRICHMENTS_UPDATE_MESSAGE",
    "ENRICHMENT_READY_OR_FAILED_STATES",
    "IMAGE_FILE_EXTENSION_MAP",
    "ONBOARDING_SPINNER_MESSAGE",
    "ONBOARDING_UPDATE_MESSAGE",
    "PARQUET_INGESTIBLE_INPUT_TYPES",
    "PARQUET_INGESTIBLE_OUTPUT_TYPES",
    "AccuracyMetric",
    "Enrichment",
    "EnrichmentStatus",
    "ImageContentType",
    "ImageResponseType",
    "InferenceType",
    "InputType",
    "ListableStrEnum",
    "ModelStatus",
    "OutputType",
    "Role",
    "Stage",
    "TextDelimiter",
    "TimestampInferenceType",
    "ValueType",
]


class TextDelimiter(ListableStrEnum):
    """Regular expressions by which the platform splits text into tokens."""

    NOT_WORD = r"\W+"
    WHITESPACE = r"\s+"
    COMMA = ","
    COMMA_PLUS = ",+"
    PIPE = r"\|"
    PIPE_PLUS = r"\|+"


class ImageContentType(ListableStrEnum):
    """Media types of images."""

    Png = "image/png"
    Jpeg = "image/jpeg"
    Gif = "image/gif"
    Tiff = "image/tiff"


class InferenceType(ListableStrEnum):
    """Names of the inner objects of a row that hold attribute values."""

    INFERENCE_DATA = "inference_data"
    REFERENCE_DATA = "reference_data"
    GROUND_TRUTH_DATA = "ground_truth_data"


class TimestampInferenceType(ListableStrEnum):
    """Names of the two times of a row."""

    INFERENCE_TIMESTAMP = "inference_timestamp"
    GROUND_TRUTH_TIMESTAMP = "ground_truth_timestamp"


API_PREFIX = "/api/v3"
API_PREFIX_V4 = "/api/v4"

DEFAULT_SERVICE_ACCOUNT = "default_sdk_service_account"

IMAGE_FILE_EXTENSION_MAP = {
    ImageContentType.Png: ".png",
    ImageContentType.Jpeg: ".jpg",
    ImageContentType.Gif: ".gif",
    ImageContentType.Tiff: ".tiff",
}

ONBOARDING_SPINNER_MESSAGE = "Waiting for the platform to set up the model"
ONBOARDING_UPDATE_MESSAGE = "The platform is still setting up the model. It can take minutes."
ENRICHMENTS_SPINNER_MESSAGE = "Waiting for the platform to set up the enrichments"
ENRICHMENTS_UPDATE_MESSAGE = (
    "The platform is still working on the enrichments. It can take minutes."
)

ENRICHMENT_READY_OR_FAILED_STATES = [
    EnrichmentStatus.EnrichmentStatusDisabled,
    EnrichmentStatus.EnrichmentStatusTraining,
    EnrichmentStatus.EnrichmentStatusReady,
    EnrichmentStatus.EnrichmentStatusFailed,
]

PARQUET_INGESTIBLE_INPUT_TYPES = [InputType.Tabular, InputType.Image, InputType.NLP]
PARQUET_INGESTIBLE_OUTPUT_TYPES = [
    OutputType.Regression,
    OutputType.Multiclass,
    OutputType.Multilabel,
    OutputType.ObjectDetection,
    OutputType.TokenSequence,
]
