"""Names and values of the Arthur API that users write in their programs.

The enum-like classes hold plain strings, so that `InputType.Tabular == "TABULAR"` and a member can
go into JSON, a format string or a dictionary key as it is.
"""

from __future__ import annotations


class ListableStrEnum:
    """A named set of strings. Members are plain class attributes of type `str`."""

    @classmethod
    def list(cls) -> list[str]:
        """List the values, each once, in alphabetical order."""
        members = {
            value
            for base in cls.__mro__
            for name, value in vars(base).items()
            if isinstance(value, str) and not name.startswith("__")
        }
        return sorted(members)

    @classmethod
    def values(cls) -> frozenset[str]:
        """Return the values as a set, for membership tests."""
        return frozenset(cls.list())


class InputType(ListableStrEnum):
    """What goes into a model."""

    Tabular = "TABULAR"
    Image = "IMAGE"
    NLP = "NLP"
    TimeSeries = "TIME_SERIES"


class OutputType(ListableStrEnum):
    """What comes out of a model."""

    Regression = "REGRESSION"
    Multiclass = "MULTICLASS"
    Multilabel = "MULTILABEL"
    ObjectDetection = "OBJECT_DETECTION"
    TokenSequence = "TOKEN_SEQUENCE"
    RankedList = "RANKED_LIST"


class ValueType(ListableStrEnum):
    """Type of the values of one attribute."""

    String = "STRING"
    Integer = "INTEGER"
    Float = "FLOAT"
    Image = "IMAGE"
    Boolean = "BOOLEAN"
    Timestamp = "TIMESTAMP"
    Unstructured_Text = "UNSTRUCTURED_TEXT"
    UnstructuredText = "UNSTRUCTURED_TEXT"
    BoundingBox = "BOUNDING_BOX"
    Tokens = "TOKENS"
    TokenLikelihoods = "TOKEN_LIKELIHOODS"
    RankedList = "RANKED_LIST"
    StringArray = "ARRAY(STRING)"
    TimeSeries = "TIME_SERIES"


class Stage(ListableStrEnum):
    """Where in a model's life an attribute belongs."""

    ModelPipelineInput = "PIPELINE_INPUT"
    PredictFunctionInput = "PREDICT_FUNCTION_INPUT"
    PredictedValue = "PREDICTED_VALUE"
    NonInputData = "NON_INPUT_DATA"
    GroundTruth = "GROUND_TRUTH"
    GroundTruthClass = "GROUND_TRUTH_CLASS"


class TextDelimiter(ListableStrEnum):
    """Regular expressions by which the platform splits text into tokens."""

    NOT_WORD = r"\W+"
    WHITESPACE = r"\s+"
    COMMA = ","
    COMMA_PLUS = ",+"
    PIPE = r"\|"
    PIPE_PLUS = r"\|+"


class Enrichment(ListableStrEnum):
    """Computations that the platform adds to a model."""

    AnomalyDetection = "anomaly_detection"
    BiasMitigation = "bias_mitigation"
    Explainability = "explainability"
    Hotspots = "hotspots"


class EnrichmentStatus(ListableStrEnum):
    """State of one enrichment."""

    EnrichmentStatusDisabled = "Disabled"
    EnrichmentStatusPending = "Pending"
    EnrichmentStatusTraining = "Training"
    EnrichmentStatusReady = "Ready"
    EnrichmentStatusFailed = "Failed"


class ImageResponseType(ListableStrEnum):
    """Which rendering of an image to fetch."""

    RawImage = "raw_image"
    ResizedImage = "resized_image"
    Thumbnail = "thumbnail"
    LimeExplanation = "lime_explanation"


class ImageContentType(ListableStrEnum):
    """Media types of images."""

    Png = "image/png"
    Jpeg = "image/jpeg"
    Gif = "image/gif"
    Tiff = "image/tiff"


class AccuracyMetric(ListableStrEnum):
    """Metrics by which bias mitigation can weigh accuracy."""

    Accuracy = "accuracy"
    Recall = "recall"
    F1 = "f1"
    Precision = "precision"


class Role(ListableStrEnum):
    """Standard roles of users and service accounts."""

    User = "User"
    ModelOwner = "Model Owner"
    Administrator = "Administrator"


class ModelStatus(ListableStrEnum):
    """State of a model on the platform."""

    Ready = "Ready"
    CreationFailed = "CreationFailed"
    Creating = "Creating"
    Pending = "Pending"
    Archived = "Archived"
    Archiving = "Archiving"
    ArchiveFailed = "ArchiveFailed"
    Unknown = "Unknown"


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
