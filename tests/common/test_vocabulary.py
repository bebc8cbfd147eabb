"""The vocabulary is made from the API document, and both sides know all of it."""

import copy
import subprocess
import sys
import tokenize
from typing import get_args

import pytest

from arthurai.common import limits, vocabulary
from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES, INFERENCE_STAGES, AttributeSpec
from arthurai.common.bundle import load_bundle
from arthurai.common.parquet_types import arrow_types
from arthurai.common.vocabulary import Stage, ValueType
from arthurai.server.query import column_types
from arthurai.server.storage.warehouse.arrow_columns import ARROW_TYPES
from arthurai.server.storage.warehouse.ddl import COLUMN_TYPES
from arthurai.server.storage.warehouse.value_checks import CONVERTERS
from arthurai.upload.coerce import CoercionError, coercion
from scripts.vocabulary import ENUMS, MODULE, make, member_name


def test_the_module_is_what_the_document_says():
    assert MODULE.read_text(encoding="utf-8") == make(load_bundle())
    done = subprocess.run([sys.executable, "-m", "scripts.vocabulary", "--check"], check=False)
    assert done.returncode == 0


def test_a_new_value_or_another_limit_is_noticed():
    document = copy.deepcopy(load_bundle())
    schemas = document["components"]["schemas"]
    schemas["ValueType"]["enum"].append("VIDEO_CLIP")
    schemas["Attribute"]["properties"]["name"]["maxLength"] = 300
    text = make(document)
    assert '    VideoClip: Final = "VIDEO_CLIP"\n' in text
    assert "MAX_NAME_LENGTH: Final = 300\n" in text
    schemas["ValueType"]["enum"].remove("UNSTRUCTURED_TEXT")
    with pytest.raises(ValueError, match="UNSTRUCTURED_TEXT"):
        make(document)


@pytest.mark.parametrize("name", ENUMS)
def test_every_class_has_the_values_of_its_schema(name):
    schema = load_bundle()["components"]["schemas"][ENUMS[name][0]]
    assert getattr(vocabulary, name).values() == set(schema["enum"])
    assert get_args(getattr(vocabulary, f"{name}Name")) == tuple(schema["enum"])


def test_names_of_members():
    values = ["TIME_SERIES", "f1", "raw_image", "Model Owner", "CreationFailed", "Ready", "A"]
    assert [member_name(value) for value in values] == [
        "TimeSeries",
        "F1",
        "RawImage",
        "ModelOwner",
        "CreationFailed",
        "Ready",
        "A",
    ]


@pytest.mark.parametrize(
    "table",
    [column_types.COLUMN_TYPES, ARROW_TYPES, COLUMN_TYPES, CONVERTERS, arrow_types("UTC")],
    ids=[
        "query column types",
        "stored Arrow types",
        "SQL types",
        "server conversions",
        "sent Arrow types",
    ],
)
def test_every_value_type_is_known_everywhere(table):
    assert table.keys() == ValueType.values()


@pytest.mark.parametrize("value_type", ValueType.list())
def test_every_value_type_is_checked_before_sending(value_type):
    with pytest.raises(CoercionError):
        coercion(value_type, None)(object())


def test_each_stage_is_sent_in_one_place():
    assert Stage.values() == INFERENCE_STAGES | GROUND_TRUTH_STAGES
    assert not INFERENCE_STAGES & GROUND_TRUTH_STAGES


def test_columns_beside_the_attributes():
    assert set(vocabulary.META_COLUMNS) == {
        "inference_timestamp",
        "ground_truth_timestamp",
        "partner_inference_id",
        "batch_id",
    }
    assert set(vocabulary.NESTED_COLUMNS) == {
        "inference_data",
        "ground_truth_data",
        "reference_data",
    }


def test_limits_are_those_of_the_platform():
    assert vocabulary.MAX_MODEL_ID_LENGTH == 255
    assert vocabulary.MAX_INFERENCE_ID_LENGTH == 255
    assert (limits.MAX_ATTRIBUTES, limits.MAX_CATEGORIES) == (1000, 1000)
    assert (limits.MAX_RANKED_ITEMS, limits.MAX_SERIES_POINTS) == (100, 500)
    assert limits.MAX_INTEGER - limits.MIN_INTEGER == 2**64 - 1


def test_absent_and_null_members_of_an_attribute_are_alike():
    least = {"name": "a", "value_type": "FLOAT", "stage": "GROUND_TRUTH"}
    members = load_bundle()["components"]["schemas"]["Attribute"]["properties"]
    spec = AttributeSpec.from_document(least)
    assert spec == AttributeSpec.from_document({**dict.fromkeys(members), **least})
    assert spec == AttributeSpec("a", "FLOAT", "GROUND_TRUTH")
    assert spec.is_ground_truth


def test_an_attribute_keeps_what_its_document_says():
    spec = AttributeSpec.from_document(
        {
            "name": "a",
            "value_type": "INTEGER",
            "stage": "PIPELINE_INPUT",
            "position": 3,
            "categorical": True,
            "categories": [{"value": 1, "label": "one"}, {"value": "2"}],
            "bins": [{"continuous_end": 1.5}, {"continuous_start": 1.5, "continuous_end": None}],
            "min_range": None,
            "max_range": 7,
            "is_unique": True,
        }
    )
    assert not spec.is_ground_truth
    assert spec.categories == ("1", "2")
    assert spec.bins == ((None, 1.5), (1.5, None))
    assert (spec.position, spec.categorical, spec.is_unique) == (3, True, True)
    assert (spec.min_range, spec.max_range) == (None, 7)


#: Where such words mean something else: types of SQL, types of the parameters of metrics, messages.
SPELLED_OUT = {
    "server/query/column_types.py",
    "server/query/sql.py",
    "server/resources/metrics/builtin_metrics.py",
    "server/resources/metrics/metric_parameters.py",
    "server/storage/warehouse/ddl.py",
    "server/storage/warehouse/value_checks.py",
}


def test_no_module_spells_the_words_out():
    words = set().union(
        *(kind.values() for kind in (vocabulary.InputType, vocabulary.OutputType, ValueType, Stage))
    )
    package = MODULE.parent.parent
    found = set()
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if name == "common/vocabulary.py" or name.startswith("contract/"):
            continue
        with path.open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                if token.type == tokenize.STRING and token.string.strip("\"'") in words:
                    found.add(name)
    assert found == SPELLED_OUT
