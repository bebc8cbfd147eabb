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
    """What a model reads."""

    Tabular = "TABULAR"
    NLP = "NLP"
    Image = "IMAGE"
    TimeSeries = "TIME_SERIES"


class OutputType(ListableStrEnum):
    """What a model predicts. Binary classifiers are `MULTICLASS` with one or two predictions."""

    Regression = "REGRESSION"
    Multiclass = "MULTICLASS"
    Multilabel = "MULTILABEL"
    ObjectDetection = "OBJECT_DETECTION"
    TokenSequence = "TOKEN_SEQUENCE"
    RankedList = "RANKED_LIST"


class ValueType(ListableStrEnum):
    """Type of a column's values."""

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
    """Part that a column plays in the life of a prediction."""

    ModelPipelineInput = "PIPELINE_INPUT"
    PredictFunctionInput = "PREDICT_FUNCTION_INPUT"
    NonInputData = "NON_INPUT_DATA"
    PredictedValue = "PREDICTED_VALUE"
    GroundTruth = "GROUND_TRUTH"
    GroundTruthClass = "GROUND_TRUTH_CLASS"


class ModelStatus(ListableStrEnum):
    """Where a model stands between being made and being archived."""

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
    """Where an enrichment stands between being off and being ready."""

    EnrichmentStatusDisabled = "Disabled"
    EnrichmentStatusPending = "Pending"
    EnrichmentStatusTraining = "Training"
    EnrichmentStatusReady = "Ready"
    EnrichmentStatusFailed = "Failed"


class ImageResponseType(ListableStrEnum):
    """Form of an image: as sent, resized for the model, small, or the regions of an explanation."""

    RawImage = "raw_image"
    ResizedImage = "resized_image"
    Thumbnail = "thumbnail"
    LimeExplanation = "lime_explanation"


class AccuracyMetric(ListableStrEnum):
    """What hotspots are measured by."""

    Accuracy = "accuracy"
    Recall = "recall"
    F1 = "f1"
    Precision = "precision"


class AlertRuleBound(ListableStrEnum):
    """Side of the threshold that raises an alert; `upper` above it, `lower` below it."""

    Upper = "upper"
    Lower = "lower"


class AlertRuleSeverity(ListableStrEnum):
    """How grave an alert is."""

    Warning = "warning"
    Critical = "critical"


class AlertStatus(ListableStrEnum):
    """What can be said about an alert."""

    Resolved = "resolved"
    Acknowledged = "acknowledged"


class Role(ListableStrEnum):
    """A standard role that can be given to users and keys."""

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
