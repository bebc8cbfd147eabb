import enum
import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from arthurai._compat.accounts import AuthInfo
from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.base_model import ExplainabilityParameters
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.model.model import ArthurModel


@dataclass
class Inner(ArthurBaseJsonDataclass):
    value: Any = None


@dataclass
class Outer(ArthurBaseJsonDataclass):
    _nested: ClassVar = {"one": Inner, "many": Inner}

    needed: str
    free: Any = None
    one: Inner | None = None
    many: list[Inner] | None = None


def test_none_is_dropped_from_declared_fields_only():
    outer = Outer("x", free={"filter": [{"value": None}, None]}, one=Inner(), many=[Inner(1)])
    assert outer.to_dict() == {
        "needed": "x",
        "free": {"filter": [{"value": None}, None]},
        "one": {},
        "many": [{"value": 1}],
    }
    assert outer.to_dict(skip_none=False)["one"] == {"value": None}


def test_clean_nones_works_at_every_depth():
    assert ArthurBaseJsonDataclass.clean_nones({"a": [None, {"b": None, "c": []}], "d": None}) == {
        "a": [{"c": []}]
    }


def test_nested_classes_are_decoded_and_unknown_keys_ignored():
    outer = Outer.from_dict({"needed": "x", "one": {"value": 1}, "many": [{"value": 2}], "new": 1})
    assert outer == Outer("x", one=Inner(1), many=[Inner(2)])


def test_missing_required_keys_are_named():
    with pytest.raises(MissingParameterError, match="'needed'") as caught:
        Outer.from_dict({"free": 1})
    assert isinstance(caught.value, KeyError)
    assert Outer.from_dict({}, infer_missing=True).needed is None


def test_bad_json_and_bad_shapes_are_user_errors():
    with pytest.raises(UserValueError, match="must be JSON"):
        Outer.from_json("{")
    with pytest.raises(UserTypeError, match="dictionary"):
        Outer.from_json("[1]")


def test_to_dict_gives_plain_values_and_copies():
    class Colour(str, enum.Enum):  # noqa: UP042 - not a StrEnum on purpose
        red = "RED"

    free = {"a": [1], "b": Colour.red, "c": np.int64(3), "d": np.array([1.5])}
    outer = Outer("x", free=free)
    plain = outer.to_dict()["free"]
    assert plain == {"a": [1], "b": "RED", "c": 3, "d": [1.5]}
    assert [type(plain[key]) for key in "bcd"] == [str, int, list]
    plain["a"].append(2)
    assert free["a"] == [1]


def test_json_has_no_bare_nan():
    assert json.loads(Outer("x", free=[math.nan, math.inf]).to_json()) == {
        "needed": "x",
        "free": [None, None],
    }


def test_json_round_trip():
    outer = Outer("ü", free={"1": True}, many=[Inner("a"), Inner(None)])
    assert Outer.from_json(outer.to_json()) == outer


def test_model_round_trip_keeps_everything():
    model = ArthurModel(
        partner_model_id="m",
        input_type="TABULAR",
        output_type="REGRESSION",
        tags=["a"],
        explainability=ExplainabilityParameters(enabled=True, explanation_algo="lime"),
        attributes=[
            ArthurAttribute("b", "FLOAT", "PREDICTED_VALUE", position=0),
            ArthurAttribute("a", "FLOAT", "PIPELINE_INPUT", position=1, bins=[0, 1]),
            ArthurAttribute("c", "STRING", "PIPELINE_INPUT", categorical=True, categories=["x"]),
        ],
    )
    assert [a.name for a in model.attributes] == ["c", "a", "b"]
    assert ArthurModel.from_json(model.to_json()) == model
    assert ArthurModel.from_dict({**model.to_dict(), "health_score": 3}) == model


def test_auth_info_from_an_answer():
    info = AuthInfo.from_dict(
        {
            "issuer": "i",
            "username": "u",
            "first_name": "f",
            "last_name": "l",
            "email": "e",
            "roles": ["User"],
            "organization_ids": ["o"],
        }
    )
    assert info.external_user_id is None
    assert info.organization_ids == ["o"]
