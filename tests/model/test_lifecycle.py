import copy
import os
import pickle

import numpy as np
import pandas as pd
import pytest

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    ArthurError,
    ArthurUnexpectedError,
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.core.model_status_waiter import ModelStatusWaiter
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.base_model import require_session
from arthurai.model.model import ArthurModel

ROWS = 40
RNG = np.random.default_rng(11)
DATA = pd.DataFrame(
    {
        "x": RNG.normal(size=ROWS),
        "city": ["Oslo", "Lima"] * (ROWS // 2),
        "hat": RNG.normal(size=ROWS),
        "amount": RNG.normal(size=ROWS),
    }
)


def regression(client, name, **more):
    return client.model(
        partner_model_id=name,
        input_type=InputType.Tabular,
        output_type=OutputType.Regression,
        **more,
    )


def built(client, name, **more):
    model = regression(client, name)
    model.build(DATA, {"hat": "amount"}, **more)
    return model


def test_save_gives_ids_and_sends_the_reference_data(arthur, name):
    model = built(arthur, name)
    model_id = model.save()
    assert (model.id, model.status, os.environ["ARTHUR_LAST_MODEL_ID"]) == (
        model_id,
        "Ready",
        model_id,
    )
    assert model.reference_dataframe is None
    assert model.version_sequence_num == 1
    assert model.model_group_id
    fetched = arthur.get_model(model_id)
    assert fetched == model
    assert [a.id for a in model.attributes] == [
        fetched.get_attribute(a.name).id for a in model.attributes
    ]
    assert all(a.id for a in model.attributes)
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert model.query(count) == [{"count": ROWS}]


def test_attributes_stay_the_same_objects_and_the_added_ones_appear(arthur, name):
    model = arthur.model(name, InputType.Tabular, OutputType.Multiclass)
    data = DATA[["x"]].assign(p=RNG.random(ROWS), label=["yes", "no"] * (ROWS // 2))
    model.build(data, {"p": "yes"}, ground_truth_column="label")
    before = {a.name: a for a in model.attributes}
    model.save()
    for attribute_name, attribute in before.items():
        assert model.get_attribute(attribute_name) is attribute
    added = [a for a in model.attributes if a.name not in before]
    assert added
    assert all(a.implicit and a.id for a in added)


def test_everything_wrong_is_said_at_once(arthur, name, monkeypatch):
    monkeypatch.setenv("ARTHUR_STRICT", "true")
    model = regression(arthur, name)
    model.attributes = [
        ArthurAttribute("a b", "FLOAT", Stage.NonInputData, position=0, min_range=3),
        ArthurAttribute("c", "NUMBER", Stage.NonInputData, position=0, categorical=True),
        ArthurAttribute("c", "STRING", "INPUT", attribute_link="nowhere"),
        ArthurAttribute("d", "STRING", Stage.NonInputData, categories=["x"]),
        ArthurAttribute("e", "FLOAT", Stage.NonInputData, min_range=3, max_range=2),
        ArthurAttribute(
            "f", "STRING", Stage.NonInputData, categorical=True, categories=["x", "x"], bins=[0, 1]
        ),
        ArthurAttribute(
            "g", "STRING", Stage.NonInputData, categorical=True, categories=range(1001)
        ),
    ]
    model.description = "d" * 256
    model.output_type = "GUESS"
    model.classifier_threshold = 50
    model.tags = "credit"
    model.is_batch = "yes"
    model.reference_dataframe = DATA
    with pytest.raises(UserValueError) as caught:
        model.save()
    text = str(caught.value)
    for problem in (
        "got 'GUESS'",
        "description has 256",
        "from 0 to 1, got 50",
        "strings such as ['credit', 'test'], got 'credit'",
        "True or False, got 'yes'",
        "no input attribute",
        "no predicted attribute",
        "no ground-truth attribute",
        "2 attributes are named 'c'",
        "share position 0",
        "such as 'a_b'",
        "one end of its range",
        "got 'NUMBER'",
        "must have categories",
        "got 'INPUT'",
        "'nowhere'",
        "not categorical",
        "min_range 3 is above",
        "cannot have bins",
        "'x' is listed 2 times",
        "1001 categories",
        "reference data: column 'x' belongs to no attribute",
    ):
        assert problem in text
    assert model.id is None


def test_single_problems_have_their_own_class(arthur, name):
    with pytest.raises(MissingParameterError, match="no attributes"):
        regression(arthur, name).save()
    inputs = regression(arthur, name)
    inputs.infer_schema(DATA[["x"]], Stage.ModelPipelineInput)
    with pytest.raises(MissingParameterError, match="no ground-truth"):
        inputs.save()
    two = arthur.model(name, InputType.Tabular, OutputType.Multiclass)
    two.build(
        DATA[["x"]].assign(p=0.5, q=0.5, g=1, h=0),
        {"p": "g", "q": "h"},
        positive_predicted_attr="p",
        set_reference_data=False,
    )
    two.get_attribute("p").is_positive_predicted_attribute = False
    with pytest.raises(MethodNotApplicableError, match="positive"):
        two.save()
    wrong = built(arthur, name)
    wrong.reference_dataframe = DATA.assign(x="text")
    with pytest.raises(UserTypeError, match="must hold numbers"):
        wrong.save()
    assert wrong.id is None


def test_lone_predictions_are_positive_and_inputs_get_places(arthur, name):
    model = arthur.model(name, InputType.Tabular, OutputType.Multiclass)
    for attribute_name in ("a", "b"):
        model.add_attribute(attribute_name, ValueType.Float, Stage.ModelPipelineInput)
    model.add_binary_classifier_output_attributes("p", {"p": "g", None: "h"})
    model.get_attribute("p").is_positive_predicted_attribute = False
    model.save()
    assert model.get_attribute("p").is_positive_predicted_attribute
    assert [model.get_attribute(n).position for n in ("a", "b")] == [0, 1]


def test_saving_twice_is_refused(arthur, name):
    model = built(arthur, name, set_reference_data=False)
    model.save()
    with pytest.raises(MethodNotApplicableError, match=r"update\(\)"):
        model.save()
    for status in ("Creating", "Pending"):
        model.status = status
        with pytest.raises(MethodNotApplicableError, match="await_model_ready"):
            model.save()


def test_the_server_refuses_a_name_in_use(arthur, name):
    built(arthur, name, set_reference_data=False).save()
    again = built(arthur, name, set_reference_data=False)
    with pytest.raises(ResponseClientError, match=name):
        again.save()
    assert again.id is None


def test_update_sends_the_model(arthur, name):
    model = built(arthur, name, set_reference_data=False)
    model.save()
    model.display_name = "Another name"
    model.set_attribute_labels("city", {"Oslo": "OSL", "Lima": "LIM"})
    model.update()
    fetched = arthur.get_model(model.id)
    assert fetched.display_name == "Another name"
    assert [c.label for c in fetched.get_attribute("city").categories] == ["OSL", "LIM"]
    assert fetched == model


def test_swapping_a_saved_model_updates_it(arthur, name):
    model = arthur.model(name, InputType.Tabular, OutputType.Multiclass)
    data = DATA[["x"]].assign(p=0.5, q=0.5, g=1, h=0)
    model.build(data, {"p": "g", "q": "h"}, positive_predicted_attr="p", set_reference_data=False)
    model.save()
    model.swap_predicted_attribute_positions(persist_if_saved=False)
    assert arthur.get_model(model.id).get_attribute("p").position == 0
    model.update()
    assert arthur.get_model(model.id).get_attribute("p").position == 1
    model.swap_predicted_attribute_positions()
    assert arthur.get_model(model.id).get_attribute("p").position == 0


def test_archived_models_are_archived(arthur, name):
    model = built(arthur, name, set_reference_data=False)
    model.save()
    assert model.archive() is None
    assert arthur.get_model(model.id).archived


UNSAVED = {
    "update": lambda m: m.update(),
    "archive": lambda m: m.archive(),
    "await_model_ready": lambda m: m.await_model_ready(),
    "query": lambda m: m.query({"select": [{"function": "count"}]}),
    "await_inferences": lambda m: m.await_inferences(),
    "send_inferences": lambda m: m.send_inferences([{"x": 1.0}]),
    "send_bulk_inferences": lambda m: m.send_bulk_inferences(data=DATA),
    "send_bulk_ground_truths": lambda m: m.send_bulk_ground_truths(data=DATA),
    "update_inference_ground_truths": lambda m: m.update_inference_ground_truths([{"amount": 1.0}]),
    "close_batch": lambda m: m.close_batch("b"),
    "get_image": lambda m: m.get_image("i", "."),
}


@pytest.mark.parametrize("call", UNSAVED)
def test_unsaved_models_refuse_clearly(arthur, name, call):
    with pytest.raises(MethodNotApplicableError, match=f"{name}.*is not saved"):
        UNSAVED[call](built(arthur, name))


@pytest.mark.parametrize("call", ["update", "archive", "await_model_ready", "query", "close_batch"])
def test_models_without_connection_refuse_clearly(call, name):
    model = ArthurModel(name, "TABULAR", "REGRESSION", id="m-1", attributes=[])
    with pytest.raises(MethodNotApplicableError, match=r"no connection.*attach"):
        UNSAVED[call](model)


def test_connections_are_checked_and_stay_out_of_pickles(arthur, name):
    model = built(arthur, name, set_reference_data=False)
    model.save()
    copy = pickle.loads(pickle.dumps(model))
    assert copy == model
    with pytest.raises(MethodNotApplicableError, match="no connection"):
        copy.update()
    assert copy.attach(arthur.session) is copy
    copy.update()
    with pytest.raises(UserTypeError, match="client must be an ArthurAI"):
        ArthurModel(name, "TABULAR", "REGRESSION", client="https://example.com")
    by_hand = ArthurModel(name, "TABULAR", "REGRESSION", client=arthur, id=model.id)
    assert by_hand.await_model_ready() is None
    by_client = ArthurModel(name, "TABULAR", "REGRESSION", client=arthur.client)
    assert require_session(by_client) is arthur.session
    assert require_session(copy.attach(arthur)) is arthur.session


def test_the_environment_holds_the_id_of_the_last_model_saved_or_fetched(arthur, name, monkeypatch):
    monkeypatch.setenv("ARTHUR_LAST_MODEL_ID", "none")
    model = built(arthur, name, set_reference_data=False)
    ArthurModel(name, "TABULAR", "REGRESSION", id="m-1")
    ArthurModel.from_dict({**model.to_dict(), "id": "m-2"})
    assert os.environ["ARTHUR_LAST_MODEL_ID"] == "none"
    first = model.save()
    second = built(arthur, f"{name}-2", set_reference_data=False).save()
    assert os.environ["ARTHUR_LAST_MODEL_ID"] == second
    arthur.list_models()
    assert os.environ["ARTHUR_LAST_MODEL_ID"] == second
    arthur.get_model(first)
    assert os.environ["ARTHUR_LAST_MODEL_ID"] == first
    arthur.get_model_group(second_group(arthur, second)).get_latest_version()
    assert os.environ["ARTHUR_LAST_MODEL_ID"] == second


def second_group(arthur, model_id):
    group = arthur.get_model(model_id).model_group_id
    os.environ["ARTHUR_LAST_MODEL_ID"] = "none"
    return group


def test_copies_keep_the_connection_but_not_the_attributes(arthur, name):
    model = built(arthur, name, set_reference_data=False)
    deep, shallow = copy.deepcopy(model), copy.copy(model)
    assert deep == model == shallow
    deep.get_attribute("x").label = "changed"
    assert model.get_attribute("x").label is None
    assert shallow.get_attribute("x") is model.get_attribute("x")
    deep.partner_model_id = f"{name}-copy"
    deep.save()
    assert arthur.get_model(deep.id).get_attribute("x").label == "changed"
    assert not model.model_is_saved()


@pytest.mark.faults
def test_failed_provisioning_can_be_tried_again(platform, name):
    model = built(platform.connect(), name)
    platform.statuses = ["Creating", "CreationFailed"]
    with pytest.raises(ArthurUnexpectedError, match=r"could not set up.*save"):
        model.save()
    assert (model.id, model.status) == ("m-1", "CreationFailed")
    assert model.reference_dataframe is DATA
    platform.statuses, platform.log = ["Creating", "Ready"], []
    assert model.save() == "m-1"
    assert platform.log == [
        ("POST", "/models/m-1/retry"),
        ("GET", "/models/m-1"),
        ("GET", "/models/m-1"),
        ("POST", "/models/m-1/reference_data"),
        ("PATCH", "/models/m-1/reference_data"),
    ]
    assert model.reference_dataframe is None


@pytest.mark.faults
def test_waiting_ends_with_a_time_out(platform, name):
    model = built(platform.connect(), name)
    platform.statuses = ["Creating"]
    with pytest.raises(TimeoutError, match="'Creating'") as caught:
        model.save(timeout_min=0)
    assert isinstance(caught.value, ArthurError)
    assert model.id == "m-1"
    with pytest.raises(UserValueError, match="timeout_min"):
        model.await_model_ready(timeout_min=-1)
    platform.statuses = ["Ready"]
    model.await_model_ready()
    assert model.status == "Ready"


@pytest.mark.faults
def test_refused_reference_rows_are_not_lost(platform, name):
    model = built(platform.connect(), name)
    platform.refused = 2
    with pytest.raises(UserValueError, match="rejected") as caught:
        model.save()
    assert model.id == "m-1"
    assert model.reference_dataframe is DATA
    assert any("set_reference_data" in note for note in caught.value.__notes__)


@pytest.mark.faults
def test_odd_answers_are_the_platforms_fault(platform, name):
    model = built(platform.connect(), name)
    model.model_group_id = "group-1"
    platform.create = {"model_group_id": "group-2", "version_sequence_num": 1}
    with pytest.raises(ArthurUnexpectedError, match="group-2"):
        model.save()
    silent = built(platform.connect(), name, set_reference_data=False)
    platform.create = {"status": None}
    platform.log = []
    silent.save()
    assert platform.log == [("POST", "/models")]


@pytest.mark.faults
def test_a_created_model_has_an_id(platform, name):
    model = built(platform.connect(), name)
    platform.answer = lambda *_: (201, {"status": "Ready"})
    with pytest.raises(ExpectedParameterNotFoundError, match="'id'"):
        model.save()
    assert model.id is None


@pytest.mark.faults
def test_status_must_be_in_the_answer(platform, name):
    model = ArthurModel(name, "TABULAR", "REGRESSION", client=platform.connect(), id="m-1")
    platform.answer = lambda *_: (200, {"id": "m-1"})
    waiter = ModelStatusWaiter(model)
    with pytest.raises(ExpectedParameterNotFoundError, match="status") as caught:
        waiter.wait_for_valid_status(["Ready"], "waiting", "still waiting")
    assert any(name in note for note in caught.value.__notes__)


def test_reference_data_may_lack_columns_and_bring_others(arthur, name):
    model = built(arthur, name)
    model.reference_dataframe = DATA[["x"]].assign(other=1)
    model.save()
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert model.query(count) == [{"count": len(DATA)}]
