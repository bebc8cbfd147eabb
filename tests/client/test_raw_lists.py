"""Lists without a method of their own are iterated page by page."""

import asyncio

import pytest
from builders import regression, save_model

from arthurai import ArthurAI, AsyncArthurAI, UserTypeError, UserValueError
from arthurai.common.bundle import operations
from arthurai_api.api.attributes import list_model_attributes
from arthurai_api.api.metrics import list_metrics_v3
from arthurai_api.api.query import query
from arthurai_api.api.tags import add_tag_to_model, list_tags
from arthurai_api.api.users import get_user, list_users


@pytest.fixture
def tagged(arthur):
    model = save_model(arthur, regression())
    for number in range(5):
        add_tag_to_model.sync(model.id, f"tag-{number}", client=arthur.api)
    return model


def test_each_page_is_fetched_when_it_is_needed(tagged, arthur):
    asked = []
    send = arthur.api.send
    arthur.api.send = lambda request: asked.append(request) or send(request)
    try:
        found = arthur.api.iterate(list_tags, page_size=2)
        names = [next(found).name, next(found).name]
        assert len(asked) == 1
        names += [tag.name for tag in found]
    finally:
        del arthur.api.send
    assert {f"tag-{number}" for number in range(5)} <= set(names)
    assert len(names) == len(set(names)) == list_tags.sync(client=arthur.api).total_count
    assert len(asked) == (len(names) + 1) // 2


def test_path_parameters_and_other_names_of_the_items(tagged, arthur):
    attributes = list(arthur.api.iterate(list_model_attributes, tagged.id, page_size=1))
    assert [one.name for one in attributes] == [one.name for one in tagged.attributes]
    metrics = list(arthur.api.iterate(list_metrics_v3, tagged.id, page_size=3))
    assert len(metrics) == list_metrics_v3.sync(tagged.id, client=arthur.api).total_count > 3


def test_every_list_that_comes_in_pages_is_one():
    assert {
        "list_alert_notification_configurations",
        "list_insights",
        "list_model_groups",
        "list_users",
    } <= {
        name
        for name, operation in operations().items()
        if {"page", "page_size"} <= {one["name"] for one in operation.spec["parameters"]}
    }


@pytest.mark.parametrize("operation", [get_user, query, "list_users", list_users.sync])
def test_what_is_not_such_a_list_is_refused(arthur, operation):
    with pytest.raises(UserTypeError, match="operation must be the module of a list"):
        arthur.api.iterate(operation)


def test_the_page_is_not_given(arthur):
    with pytest.raises(UserValueError, match="page must be omitted, got 2"):
        arthur.api.iterate(list_users, page=2)


def test_asynchronous_lists():
    async def run():
        async with AsyncArthurAI(url="local://") as arthur:
            found = [one.username async for one in arthur.api.iterate(list_users, page_size=1)]
            assert len(found) == (await list_users.asyncio(client=arthur.api)).total_count
            with pytest.raises(UserTypeError):
                [one async for one in arthur.api.iterate(get_user)]

    asyncio.run(run())


def test_an_empty_list_has_no_items():
    with ArthurAI(url="local://") as arthur:
        assert list(arthur.api.iterate(list_tags)) == []
