"""Words and limits of the API. Made by `python -m scripts.vocabulary`; not edited by hand."""

from __future__ import annotations

from typing import Final


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
    """Type of the inputs of a model."""

    Tabular = "TABULAR"
    NLP = "NLP"
    Image = "IMAGE"
    TimeSeries = "TIME_SERIES"


class OutputType(ListableStrEnum):
    """Type of the outputs of a model.

    Binary classifiers are `MULTICLASS` with one or two predictions.
    """

    Regression = "REGRESSION"
    Multiclass = "MULTICLASS"
    Multilabel = "MULTILABEL"
    ObjectDetection = "OBJECT_DETECTION"
    TokenSequence = "TOKEN_SEQUENCE"
    RankedList = "RANKED_LIST"


class ValueType(ListableStrEnum):
    """Type of the values of an attribute."""

    String = "STRING"
    Integer = "INTEGER"
    Float = "FLOAT"
    Boolean = "BOOLEAN"
    Image = "IMAGE"
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
    """Role of an attribute in a model."""

    ModelPipelineInput = "PIPELINE_INPUT"
    PredictFunctionInput = "PREDICT_FUNCTION_INPUT"
    NonInputData = "NON_INPUT_DATA"
    PredictedValue = "PREDICTED_VALUE"
    GroundTruth = "GROUND_TRUTH"
    GroundTruthClass = "GROUND_TRUTH_CLASS"


class ModelStatus(ListableStrEnum):
    """Status of a model."""

    Pending = "Pending"
    Creating = "Creating"
    Ready = "Ready"
    CreationFailed = "CreationFailed"
    Archiving = "Archiving"
    Archived = "Archived"
    ArchiveFailed = "ArchiveFailed"
    Unknown = "Unknown"


class Enrichment(ListableStrEnum):
    """Name of an enrichment."""

    AnomalyDetection = "anomaly_detection"
    BiasMitigation = "bias_mitigation"
    Explainability = "explainability"
    Hotspots = "hotspots"


class EnrichmentStatus(ListableStrEnum):
    """Status of an enrichment."""

    EnrichmentStatusDisabled = "Disabled"
    EnrichmentStatusPending = "Pending"
    EnrichmentStatusTraining = "Training"
    EnrichmentStatusReady = "Ready"
    EnrichmentStatusFailed = "Failed"


class ImageResponseType(ListableStrEnum):
    """Rendering of an image: as sent, resized for the model, thumbnail, or explained regions."""

    RawImage = "raw_image"
    ResizedImage = "resized_image"
    Thumbnail = "thumbnail"
    LimeExplanation = "lime_explanation"


class AccuracyMetric(ListableStrEnum):
    """Metric by which hotspots are found."""

    Accuracy = "accuracy"
    Recall = "recall"
    F1 = "f1"
    Precision = "precision"


class AlertRuleBound(ListableStrEnum):
    """When a rule raises an alert: `upper` above the threshold, `lower` below it."""

    Upper = "upper"
    Lower = "lower"


class AlertRuleSeverity(ListableStrEnum):
    """Severity of an alert."""

    Warning = "warning"
    Critical = "critical"


class AlertStatus(ListableStrEnum):
    """Status that an alert can be set to."""

    Resolved = "resolved"
    Acknowledged = "acknowledged"


class Role(ListableStrEnum):
    """Standard role of users and service accounts."""

    User = "User"
    ModelOwner = "Model Owner"
    Administrator = "Administrator"


META_COLUMNS: Final = (
    "inference_timestamp",
    "partner_inference_id",
    "batch_id",
    "ground_truth_timestamp",
)
"""Members of a row beside the values of its attributes."""

NESTED_COLUMNS: Final = (
    "inference_data",
    "ground_truth_data",
    "reference_data",
)
"""Members of a row that hold values of attributes by name."""

MAX_MODEL_ID_LENGTH: Final = 255
MAX_MODEL_TEXT_LENGTH: Final = 255
MAX_NAME_LENGTH: Final = 255
MAX_INFERENCE_ID_LENGTH: Final = 255
