"""Who is blamed for an unforeseen exception of a public call."""

from __future__ import annotations

from datetime import timedelta
from types import FunctionType

import numpy as np
import pytest

from arthurai import ArthurAI, ArthurAttribute
from arthurai.common.argument_faults import find_argument_fault, find_odd_value
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ArthurUserError,
    UserTypeError,
    UserValueError,
    arthur_excepted,
)


def of_the_package(function):
    """Make a function seem to be defined in the package: only there is an argument blamed."""
    globals_ = {**globals(), "__name__": "arthurai.example"}
    made = FunctionType(function.__code__, globals_, function.__name__, function.__defaults__)
    made.__annotations__ = function.__annotations__
    if hasattr(function, "__annotate__"):  # what Python 3.14 copies to wrappers
        made.__annotate__ = function.__annotate__
    return made


@of_the_package
def takes(number: int, name: str | None = None) -> str:
    raise ValueError(f"deep inside: {number!r:.10} {name!r:.10}")


def test_a_function_of_the_caller_blames_no_argument():
    def invert(number: int) -> float:
        return 1 / number

    for module in (__name__, "builtins"):
        invert.__module__ = module
        for given in (0, "1"):
            with pytest.raises(ArthurUnexpectedError, match=r"^failed because"):
                arthur_excepted("failed")(invert)(given)


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ((1, "x"), ArthurUnexpectedError, "error in the SDK or the server"),
        (("1",), UserTypeError, "`number` of takes() must be an integer, got str '1'"),
        ((1, 2.5), UserTypeError, "`name` of takes() must be a string or `None`, got float 2.5"),
        ((1, "\ud800"), UserValueError, "`name` of takes() cannot be used: '\\ud800' is not valid"),
        ((2**70,), UserValueError, "is too large"),
    ],
)
def test_an_argument_that_does_not_fit_is_blamed(arguments, kind, words):
    with pytest.raises(kind) as caught:
        arthur_excepted("takes() failed")(takes)(*arguments)
    assert words in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)


def test_code_of_the_caller_is_blamed_for_what_it_raises():
    def rows():
        yield {"x": 1.0}
        raise LookupError("my own fault")

    model = ArthurAI(url="local://").model("m", "TABULAR", "REGRESSION")
    model.build([{"x": 1.0, "p": 1.0, "y": 1.0}], {"p": "y"})
    model.save()
    with pytest.raises(ArthurUserError, match="my own fault"):
        model.send_inferences(rows())


@pytest.mark.parametrize("strict", [True, False])
def test_an_id_that_is_not_unicode_is_refused_as_the_callers(strict):
    model = ArthurAI(url="local://").model("m", "TABULAR", "REGRESSION")
    model.build([{"x": 1.0, "p": 1.0, "y": 1.0}], {"p": "y"})
    model.save()
    with pytest.raises(ArthurUserError):
        model.send_inferences([{"x": 1.0, "partner_inference_id": "\ud800"}], strict=strict)


def test_a_field_of_an_attribute_is_named():
    attribute = ArthurAttribute("hours", "FLOAT", "PIPELINE_INPUT")
    attribute.label = {"a": 1}
    fault = find_argument_fault(takes, {"self": attribute}, ValueError())
    assert fault is not None
    assert fault[1] == ("`label` of ArthurAttribute must be a string or `None`, got dict {'a': 1}")


def test_odd_values_are_described_however_deep_they_are():
    loop: list = []
    loop.append(loop)
    assert find_odd_value({"a": [1, "x", None, 2.5]}) is None
    assert find_odd_value(loop) == "it contains itself"
    assert "nan is not a finite number" in find_odd_value({"a": [float("nan")]})
    assert "null character" in find_odd_value({"a\0": 1})


@pytest.mark.parametrize(
    ("annotation", "fits", "wrong"),
    [
        ("Iterable[Mapping[str, Any]] | None", [{"a": 1}], [1]),
        ("list[str]", ["a"], ["a", None]),
        ("Strings", ("a", "b"), [1]),
        ("Strings | None", None, [["a"]]),
        ("Table", {"a": [1]}, timedelta(1)),
        ("PredictionMap", {"p": 1}, {"p": np.zeros(2)}),
    ],
)
def test_items_of_arguments_are_looked_at(annotation, fits, wrong):
    def takes(data):
        """Take an argument."""

    takes.__annotations__["data"] = annotation
    assert find_argument_fault(takes, {"data": fits}, ValueError()) is None
    kind, text = find_argument_fault(takes, {"data": wrong}, ValueError())
    assert kind is TypeError
    assert text.startswith("`data` of takes() must be ")


def test_fields_that_a_method_takes_by_keyword_are_looked_at():
    attribute = ArthurAttribute(name="a", value_type="FLOAT", stage="PIPELINE_INPUT")
    kind, text = find_argument_fault(
        ArthurAttribute.set, {"self": attribute, "categorical": np.zeros((2, 2))}, ValueError()
    )
    assert kind is TypeError
    assert text.startswith("`categorical` of set() must be")


def test_attributes_are_shown_whatever_they_hold():
    class Refusing:
        def __repr__(self):
            raise RuntimeError

    attribute = ArthurAttribute(name="a", value_type="FLOAT", stage="PIPELINE_INPUT")
    assert repr(attribute).startswith("ArthurAttribute(name='a', value_type='FLOAT', stage='PIPE")
    attribute.label = Refusing()
    assert "label=<Refusing instance>" in repr(attribute)
