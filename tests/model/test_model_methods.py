"""The methods of the classes that users see: their docstrings, signatures and refusals."""

import dataclasses
import inspect
import json
import re
from pathlib import Path
from types import FunctionType

import pytest

from arthurai import ArthurAI, ArthurModel
from arthurai.common.exceptions import ArthurUserError, MissingParameterError
from arthurai.model.base_model import ArthurModelBase
from arthurai.model.bias.bias_metrics import BiasMetrics
from arthurai.model.bias.threshold_mitigation import ThresholdMitigation
from arthurai.model.model_groups import ArthurModelGroup
from arthurai.model.viz.visualizer import DataVisualizer

ROOT = Path(__file__).resolve().parents[2]
CLASSES = (
    ArthurAI,
    ArthurModel,
    ArthurModelGroup,
    BiasMetrics,
    DataVisualizer,
    ArthurModelBase,
    ThresholdMitigation,
)
METHODS = [
    pytest.param(function, id=f"{cls.__name__}.{name}")
    for cls in CLASSES
    for name, function in vars(cls).items()
    if isinstance(function, FunctionType) and not name.startswith("_")
]


FACTS = json.loads((ROOT / "tests" / "data" / "sdk_surface.json").read_text())
OFFICIAL = FACTS["modules"]["arthurai.core.models"]["classes"]
SET_ON_CONSTRUCTION = {
    "ArthurModel": {"viz", "bias", "attributes_type_dict", "reference_dataframe", "client"},
    "ArthurModelGroup": {"client", "attach"},  # `attach` as for models
}


@pytest.mark.parametrize(
    "thing", [ArthurModel("m", "TABULAR", "REGRESSION"), ArthurModelGroup()], ids=type
)
def test_public_names_are_official_or_documented(thing):
    kind = type(thing).__name__
    official = SET_ON_CONSTRUCTION[kind].union(
        *(OFFICIAL[kind].get(key, ()) for key in ("fields", "methods", "inherited_methods")),
        OFFICIAL[kind].get("properties", ()),
    )
    pages = "".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    ours = {name for name in dir(thing) if not name.startswith("_")} - official
    spelt = rf"\b(?:model|group|copy|{kind})\.{{}}\b"
    assert {name for name in ours if not re.search(spelt.format(name), pages)} == set()


def test_all_methods_are_looked_at():
    assert len(METHODS) > 90


@pytest.mark.parametrize("method", METHODS)
def test_every_parameter_is_documented(method):
    text = inspect.getdoc(method) or ""
    section = re.search(r"^Args:\n((?:    .*\n?|\n)*)", text, re.MULTILINE)
    documented = re.findall(r"^    \**(\w+):", section.group(1), re.MULTILINE) if section else []
    assert documented == list(inspect.signature(method).parameters)[1:]


@pytest.mark.parametrize("method", METHODS)
def test_methods_look_like_methods(method):
    first = next(iter(inspect.signature(method).parameters.values()))
    assert (first.name, first.annotation) == ("self", inspect.Parameter.empty)


@pytest.mark.parametrize("method", METHODS)
def test_a_misspelt_keyword_is_a_type_error(method):
    parameters = inspect.signature(method).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        pytest.skip("takes any keyword")
    names = list(parameters)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'zzz'$") as caught:
        method(object(), zzz=1)
    assert isinstance(caught.value, ArthurUserError)
    assert isinstance(caught.value, MissingParameterError)
    if len(names) > 1:
        misspelt = f"{names[1]}x"
        with pytest.raises(TypeError, match=f"'{misspelt}'; did you mean '{names[1]}'"):
            method(object(), **{misspelt: 1})


def test_completion_leaves_out_what_users_do_not_call():
    model = ArthurModel("loans", "TABULAR", "REGRESSION")
    offered = set(dir(model))
    assert {"build", "send_inferences", "query", "tags", "viz"} <= offered
    assert not offered & {"clean_nones", "client", "send_batch_inferences", "from_dataframe"}
    assert not offered & {"remember_id", "known_attributes", "shown_name"}
    fields = {field.name for field in dataclasses.fields(ArthurModel)}
    public = {name for name in offered if not name.startswith("_")} - fields
    undocumented = {name for name in public if not getattr(ArthurModel, name, model).__doc__}
    assert not undocumented - {"extra_columns", "redact", "reference_dataframe", "sample"}
    assert callable(model.send_batch_inferences)  # hidden, not gone
