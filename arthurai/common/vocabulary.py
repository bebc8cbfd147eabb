"""Words and limits of the API. Made by `python -m scripts.vocabulary`; not edited by hand."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias


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

    Tabular: Final = "TABULAR"
    NLP: Final = "NLP"
    Image: Final = "IMAGE"
    TimeSeries: Final = "TIME_SERIES"


InputTypeName: TypeAlias = Literal[
    "TABULAR",
    "NLP",
    "IMAGE",
    "TIME_SERIES",
]
"""A value of `InputType`."""


class OutputType(ListableStrEnum):
    """Type of the outputs of a model.

    Binary classifiers are `MULTICLASS` with one or two predictions.
    """

    Regression: Final = "REGRESSION"
    Multiclass: Final = "MULTICLASS"
    Multilabel: Final = "MULTILABEL"
    ObjectDetection: Final = "OBJECT_DETECTION"
    TokenSequence: Final = "TOKEN_SEQUENCE"
    RankedList: Final = "RANKED_LIST"


OutputTypeName: TypeAlias = Literal[
    "REGRESSION",
    "MULTICLASS",
    "MULTILABEL",
    "OBJECT_DETECTION",
    "TOKEN_SEQUENCE",
    "RANKED_LIST",
]
"""A value of `OutputType`."""


class ValueType(ListableStrEnum):
    """Type of the values of an attribute."""

    String: Final = "STRING"
    Integer: Final = "INTEGER"
    Float: Final = "FLOAT"
    Boolean: Final = "BOOLEAN"
    Image: Final = "IMAGE"
    Timestamp: Final = "TIMESTAMP"
    Unstructured_Text: Final = "UNSTRUCTURED_TEXT"
    UnstructuredText: Final = "UNSTRUCTURED_TEXT"
    BoundingBox: Final = "BOUNDING_BOX"
    Tokens: Final = "TOKENS"
    TokenLikelihoods: Final = "TOKEN_LIKELIHOODS"
    RankedList: Final = "RANKED_LIST"
    StringArray: Final = "ARRAY(STRING)"
    TimeSeries: Final = "TIME_SERIES"


ValueTypeName: TypeAlias = Literal[
    "STRING",
    "INTEGER",
    "FLOAT",
    "BOOLEAN",
    "IMAGE",
    "TIMESTAMP",
    "UNSTRUCTURED_TEXT",
    "BOUNDING_BOX",
    "TOKENS",
    "TOKEN_LIKELIHOODS",
    "RANKED_LIST",
    "ARRAY(STRING)",
    "TIME_SERIES",
]
"""A value of `ValueType`."""


class Stage(ListableStrEnum):
    """Role of an attribute in a model."""

    ModelPipelineInput: Final = "PIPELINE_INPUT"
    PredictFunctionInput: Final = "PREDICT_FUNCTION_INPUT"
    NonInputData: Final = "NON_INPUT_DATA"
    PredictedValue: Final = "PREDICTED_VALUE"
    GroundTruth: Final = "GROUND_TRUTH"
    GroundTruthClass: Final = "GROUND_TRUTH_CLASS"


StageName: TypeAlias = Literal[
    "PIPELINE_INPUT",
    "PREDICT_FUNCTION_INPUT",
    "NON_INPUT_DATA",
    "PREDICTED_VALUE",
    "GROUND_TRUTH",
    "GROUND_TRUTH_CLASS",
]
"""A value of `Stage`."""


class ModelStatus(ListableStrEnum):
    """Status of a model."""

    Pending: Final = "Pending"
    Creating: Final = "Creating"
    Ready: Final = "Ready"
    CreationFailed: Final = "CreationFailed"
    Archiving: Final = "Archiving"
    Archived: Final = "Archived"
    ArchiveFailed: Final = "ArchiveFailed"
    Unknown: Final = "Unknown"


ModelStatusName: TypeAlias = Literal[
    "Pending",
    "Creating",
    "Ready",
    "CreationFailed",
    "Archiving",
    "Archived",
    "ArchiveFailed",
    "Unknown",
]
"""A value of `ModelStatus`."""


class Enrichment(ListableStrEnum):
    """Name of an enrichment."""

    AnomalyDetection: Final = "anomaly_detection"
    BiasMitigation: Final = "bias_mitigation"
    Explainability: Final = "explainability"
    Hotspots: Final = "hotspots"


EnrichmentName: TypeAlias = Literal[
    "anomaly_detection",
    "bias_mitigation",
    "explainability",
    "hotspots",
]
"""A value of `Enrichment`."""


class EnrichmentStatus(ListableStrEnum):
    """Status of an enrichment."""

    EnrichmentStatusDisabled: Final = "Disabled"
    EnrichmentStatusPending: Final = "Pending"
    EnrichmentStatusTraining: Final = "Training"
    EnrichmentStatusReady: Final = "Ready"
    EnrichmentStatusFailed: Final = "Failed"


EnrichmentStatusName: TypeAlias = Literal[
    "Disabled",
    "Pending",
    "Training",
    "Ready",
    "Failed",
]
"""A value of `EnrichmentStatus`."""


class ImageResponseType(ListableStrEnum):
    """Rendering of an image: as sent, resized for the model, thumbnail, or explained regions."""

    RawImage: Final = "raw_image"
    ResizedImage: Final = "resized_image"
    Thumbnail: Final = "thumbnail"
    LimeExplanation: Final = "lime_explanation"


ImageResponseTypeName: TypeAlias = Literal[
    "raw_image",
    "resized_image",
    "thumbnail",
    "lime_explanation",
]
"""A value of `ImageResponseType`."""


class AccuracyMetric(ListableStrEnum):
    """Metric by which hotspots are found."""

    Accuracy: Final = "accuracy"
    Recall: Final = "recall"
    F1: Final = "f1"
    Precision: Final = "precision"


AccuracyMetricName: TypeAlias = Literal[
    "accuracy",
    "recall",
    "f1",
    "precision",
]
"""A value of `AccuracyMetric`."""


class AlertRuleBound(ListableStrEnum):
    """When a rule raises an alert: `upper` above the threshold, `lower` below it."""

    Upper: Final = "upper"
    Lower: Final = "lower"


AlertRuleBoundName: TypeAlias = Literal[
    "upper",
    "lower",
]
"""A value of `AlertRuleBound`."""


class AlertRuleSeverity(ListableStrEnum):
    """Severity of an alert."""

    Warning: Final = "warning"
    Critical: Final = "critical"


AlertRuleSeverityName: TypeAlias = Literal[
    "warning",
    "critical",
]
"""A value of `AlertRuleSeverity`."""


class AlertStatus(ListableStrEnum):
    """Status that an alert can be set to."""

    Resolved: Final = "resolved"
    Acknowledged: Final = "acknowledged"


AlertStatusName: TypeAlias = Literal[
    "resolved",
    "acknowledged",
]
"""A value of `AlertStatus`."""


class Role(ListableStrEnum):
    """Standard role of users and service accounts."""

    User: Final = "User"
    ModelOwner: Final = "Model Owner"
    Administrator: Final = "Administrator"


RoleName: TypeAlias = Literal[
    "User",
    "Model Owner",
    "Administrator",
]
"""A value of `Role`."""


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

DRIFT_METRICS: Final = (
    "PSI",
    "KLDivergence",
    "JSDivergence",
    "HellingerDistance",
    "HypothesisTest",
    "Thresholds",
)
"""How to measure the distance of two distributions; `Thresholds` asks for limits found from the
base."""

DRIFT_ROLLUPS: Final = (
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "batch_id",
)
"""Step by which the target is cut. `week`, which starts on Monday, and `quarter` are extensions of
the embedded server."""

DRIFT_MISSING_VALUES: Final = (
    "bin",
    "ignore",
)
"""What missing values of inputs and predictions are: a bin of their own, or nothing. Missing ground
truth has not arrived yet and never counts."""

DRIFT_SOURCES: Final = (
    "inference",
    "reference",
    "ground_truth",
)
"""Where the target of a comparison comes from."""

DRIFT_BASE_SOURCES: Final = (
    "inference",
    "reference",
)
"""Where the base of a comparison comes from."""

MAX_MODEL_ID_LENGTH: Final = 255
MAX_MODEL_TEXT_LENGTH: Final = 255
MAX_NAME_LENGTH: Final = 255
MAX_INFERENCE_ID_LENGTH: Final = 255
