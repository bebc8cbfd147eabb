import pickle

import pandas as pd
import pytest

from arthurai.common.exceptions import (
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.model import ArthurModel
from arthurai.model.model_groups import ArthurModelGroup

DATA = pd.DataFrame({"x": [1.5, 2.5], "hat": [0.5, 0.25], "amount": [1.0, 2.0]})


def version(arthur, name, group=None, label=None):
    model = arthur.model(name, "TABULAR", "REGRESSION")
    model.build(DATA, {"hat": "amount"}, set_reference_data=False)
    if group is not None:
        group.add_version(model, label)
    model.save()
    return model


@pytest.fixture
def group(arthur, name):
    return arthur.get_model_group(version(arthur, name))


def test_versions_are_numbered_and_found(arthur, name, group):
    second = version(arthur, f"{name}-2", group, "second")
    third = version(arthur, f"{name}-3", group)
    assert [m.version_sequence_num for m in (second, third)] == [2, 3]
    assert second.model_group_id == group.id
    assert group.get_version(sequence_num=2) == second
    assert group.get_version(label="second") == second
    assert group.get_latest_version() == third
    assert {m.id for m in group.get_versions()} >= {second.id, third.id}
    assert len(group.get_versions()) == 3
    assert list(group.iter_versions()) == group.get_versions()
    assert group.get_version(sequence_num=1).get_attribute("x").id


def test_archived_versions_show_on_request_only(arthur, name, group):
    second = version(arthur, f"{name}-2", group, "second")
    second.archive()
    assert [m.version_sequence_num for m in group.get_versions()] == [1]
    assert len(group.get_versions(include_archived=True)) == 2
    assert group.get_latest_version().version_sequence_num == 1
    assert group.get_latest_version(include_archived=True).version_sequence_num == 2
    with pytest.raises((ResponseClientError, UserValueError)):
        group.get_version(label="second")
    assert group.get_version(label="second", include_archived=True).id == second.id


def test_name_and_description_change_on_the_platform(arthur, group):
    group.name = "A better name"
    group.description = "What it does"
    fetched = arthur.get_model_group(group.id)
    assert (fetched.name, fetched.description) == ("A better name", "What it does")
    for bad in ("", None, 5):
        with pytest.raises(UserValueError, match="must be a non-empty string"):
            group.name = bad
    assert group.name == "A better name"


def test_archiving_a_group(arthur, group):
    group.archive()
    assert arthur.get_model_group(group.id).archived


def test_arguments_are_checked(group):
    for arguments in ({}, {"sequence_num": 1, "label": "x"}):
        with pytest.raises(UserValueError, match="either"):
            group.get_version(**arguments)
    for arguments in ({"sequence_num": "1"}, {"sequence_num": True}, {"label": 1}):
        with pytest.raises(UserTypeError):
            group.get_version(**arguments)
    with pytest.raises((ResponseClientError, UserValueError)):
        group.get_version(sequence_num=99)


def test_a_model_stays_in_its_group(arthur, name, group):
    model = ArthurModel(name, "TABULAR", "REGRESSION", model_group_id="other")
    with pytest.raises(UserValueError, match="in group other already"):
        group.add_version(model)


def test_group_as_data():
    group = ArthurModelGroup.from_dict({"id": "g", "name": "n", "versions": []})
    assert group.to_dict() == {"id": "g", "name": "n", "archived": False}
    assert ArthurModelGroup().name is None
    group.name = "local"
    assert pickle.loads(pickle.dumps(group)) == group


def test_groups_without_connection_or_id_refuse_clearly(arthur):
    for call in (
        lambda g: g.get_versions(),
        lambda g: g.archive(),
        lambda g: g.get_latest_version(),
    ):
        with pytest.raises(MethodNotApplicableError, match="no connection"):
            call(ArthurModelGroup(id="g"))
        with pytest.raises(MethodNotApplicableError, match="no id"):
            call(ArthurModelGroup(client=arthur))
    with pytest.raises(MethodNotApplicableError, match="no id"):
        ArthurModelGroup().add_version(ArthurModel("m", "TABULAR", "REGRESSION"))


@pytest.mark.faults
def test_long_lists_of_versions_are_read_to_the_end(platform):
    pages = {"1": ["a", "b"], "2": ["c"]}
    asked = []

    def answer(_method, path, _body):
        page = path.partition("page=")[2].partition("&")[0]
        asked.append(page)
        data = [
            {"id": i, "partner_model_id": i, "input_type": "NLP", "output_type": "REGRESSION"}
            for i in pages[page]
        ]
        return 200, {"data": data, "page": int(page), "page_size": 2, "total_pages": 2}

    platform.answer = answer
    group = ArthurModelGroup(id="g", client=platform.connect())
    assert [m.id for m in group.get_versions()] == ["a", "b", "c"]
    assert asked == ["1", "2"]
    platform.answer = lambda *_: (200, {})
    with pytest.raises(ExpectedParameterNotFoundError, match="'data'"):
        group.get_versions()
    platform.answer = lambda *_: (200, {"data": None})
    assert group.get_versions() == []


def test_versions_are_drawn_beside_each_other(arthur, name, group):
    second = version(arthur, f"{name}-2", group, "second")
    assert [m.version_sequence_num for m in group.viz().models] == [1, 2]
    assert group.viz(labels=["second"]).models == group.viz(sequence_nums=[2]).models == [second]
    with pytest.raises(UserValueError, match="not both"):
        group.viz([1], ["second"])
