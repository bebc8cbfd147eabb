"""The constants that programs write: official names and values."""

import json

import pytest

from arthurai.common import constants
from arthurai.common.constants import ListableStrEnum

MEMBERS = {
    "InputType": "Tabular=TABULAR Image=IMAGE NLP=NLP TimeSeries=TIME_SERIES",
    "OutputType": "Regression=REGRESSION Multiclass=MULTICLASS Multilabel=MULTILABEL "
    "ObjectDetection=OBJECT_DETECTION TokenSequence=TOKEN_SEQUENCE RankedList=RANKED_LIST",
    "ValueType": "String=STRING Integer=INTEGER Float=FLOAT Image=IMAGE Boolean=BOOLEAN "
    "Timestamp=TIMESTAMP Unstructured_Text=UNSTRUCTURED_TEXT BoundingBox=BOUNDING_BOX Tokens=TOKENS "
    "TokenLikelihoods=TOKEN_LIKELIHOODS RankedList=RANKED_LIST StringArray=ARRAY(STRING) "
    "TimeSeries=TIME_SERIES UnstructuredText=UNSTRUCTURED_TEXT",
    "Stage": "ModelPipelineInput=PIPELINE_INPUT PredictFunctionInput=PREDICT_FUNCTION_INPUT "
    "PredictedValue=PREDICTED_VALUE NonInputData=NON_INPUT_DATA GroundTruth=GROUND_TRUTH "
    "GroundTruthClass=GROUND_TRUTH_CLASS",
    "TextDelimiter": r"NOT_WORD=\W+ WHITESPACE=\s+ COMMA=, COMMA_PLUS=,+ PIPE=\| PIPE_PLUS=\|+",
    "Enrichment": "AnomalyDetection=anomaly_detection BiasMitigation=bias_mitigation "
    "Explainability=explainability Hotspots=hotspots",
    "EnrichmentStatus": "EnrichmentStatusDisabled=Disabled EnrichmentStatusPending=Pending "
    "EnrichmentStatusTraining=Training EnrichmentStatusReady=Ready EnrichmentStatusFailed=Failed",
    "ImageResponseType": "RawImage=raw_image ResizedImage=resized_image Thumbnail=thumbnail "
    "LimeExplanation=lime_explanation",
    "ImageContentType": "Png=image/png Jpeg=image/jpeg Gif=image/gif Tiff=image/tiff",
    "AccuracyMetric": "Accuracy=accuracy Recall=recall F1=f1 Precision=precision",
    "ModelStatus": "Ready=Ready CreationFailed=CreationFailed Creating=Creating Pending=Pending "
    "Archived=Archived Archiving=Archiving ArchiveFailed=ArchiveFailed Unknown=Unknown",
    "InferenceType": "INFERENCE_DATA=inference_data REFERENCE_DATA=reference_data "
    "GROUND_TRUTH_DATA=ground_truth_data",
    "TimestampInferenceType": "INFERENCE_TIMESTAMP=inference_timestamp "
    "GROUND_TRUTH_TIMESTAMP=ground_truth_timestamp",
}


@pytest.mark.parametrize("name", MEMBERS)
def test_members(name):
    kind = getattr(constants, name)
    expected = dict(pair.split("=") for pair in MEMBERS[name].split())
    found = {k: v for k, v in vars(kind).items() if not k.startswith("__")}
    assert found == expected
    assert kind.list() == sorted(set(expected.values()))
    assert kind.values() == frozenset(expected.values())


def test_roles_have_names_with_blanks():
    assert constants.Role.list() == ["Administrator", "Model Owner", "User"]


def test_members_are_plain_strings():
    for kind in ListableStrEnum.__subclasses__():
        for value in kind.list():
            assert type(value) is str
    assert json.dumps({constants.Stage.GroundTruth: 1}) == '{"GROUND_TRUTH": 1}'
    assert f"{constants.InputType.NLP}" == "NLP"


def test_a_set_of_ones_own_lists_inherited_members():
    class Mine(constants.AccuracyMetric):
        Auc = "auc"

    assert Mine.list() == ["accuracy", "auc", "f1", "precision", "recall"]


def test_other_constants():
    assert constants.API_PREFIX == "/api/v3"
    assert constants.API_PREFIX_V4 == "/api/v4"
    assert constants.DEFAULT_SERVICE_ACCOUNT == "default_sdk_service_account"
    assert constants.ENRICHMENT_READY_OR_FAILED_STATES == [
        "Disabled",
        "Training",
        "Ready",
        "Failed",
    ]
    assert constants.PARQUET_INGESTIBLE_INPUT_TYPES == ["TABULAR", "IMAGE", "NLP"]
    assert constants.PARQUET_INGESTIBLE_OUTPUT_TYPES == [
        "REGRESSION",
        "MULTICLASS",
        "MULTILABEL",
        "OBJECT_DETECTION",
        "TOKEN_SEQUENCE",
    ]
    assert constants.IMAGE_FILE_EXTENSION_MAP["image/jpeg"] == ".jpg"
    for name in (
        "ONBOARDING_SPINNER",
        "ONBOARDING_UPDATE",
        "ENRICHMENTS_SPINNER",
        "ENRICHMENTS_UPDATE",
    ):
        text = getattr(constants, f"{name}_MESSAGE")
        assert text
        assert "\n" not in text
