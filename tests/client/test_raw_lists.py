"""Lists without a method of their own are iterated page by page."""

import asyncio
import importlib
import inspect
from urllib.parse import parse_qsl

import pytest
from builders import regression, save_model

from arthurai import ArthurAI, AsyncArthurAI, UserTypeError, UserValueError
from arthurai.common.bundle import operations
from arthurai_api.api.attributes import list_model_attributes
from arthurai_api.api.enrichments import explain_inference
from arthurai_api.api.metrics import list_metrics_v3
from arthurai_api.api.query import query
from arthurai_api.api.tags import add_tag_to_model, list_tags
from arthurai_api.api.users import get_user, list_users
from arthurai_api.models.usage_category import UsageCategory
from arthurai_api.models.usage_rollup import UsageRollup


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


def list_operations():
    """Return the modules of the operations whose answers are lists, with their names."""
    found = {}
    for name, operation in operations().items():
        _, response = next(one for one in operation.spec["responses"].items() if one[0] < "300")
        content = response.get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        shape = schema.get("$ref", "").rpartition("/")[2]
        if schema.get("type") == "array" or shape.startswith("Paginated"):
            tag = operation.spec["tags"][0].lower().replace(" ", "_").replace("-", "_")
            found[name] = importlib.import_module(f"arthurai_api.api.{tag}.{name}")
    return found


LISTS = list_operations()


def test_these_are_all_lists():
    paged = {
        name
        for name, operation in operations().items()
        if {"page", "page_size"} <= {one["name"] for one in operation.spec["parameters"]}
    }
    # Pages of one explanation, and of the rows of one answer, are no lists of objects.
    assert paged - LISTS.keys() == {"explain_inference", "query"}
    assert len(LISTS) >= 26


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_iterated_lazily(name, scripted, arthur_at):
    module = LISTS[name]
    known = inspect.signature(module.sync).parameters
    paths = [n for n, p in known.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    values = {name: UsageRollup.MODEL if name == "rollup" else "x" for name in paths}
    more = {"metric_category": [UsageCategory.INFERENCES]} if name == "get_usage" else {}
    is_paged = "page" in known
    server = scripted()

    def answer(request):
        number = int(dict(parse_qsl(request.query)).get("page", 1))
        items = [{"number": number}, {"number": number + 10}]
        if "list[" in module.parse_response.__annotations__["return"]:
            return 200, items
        pages = {"page": number, "page_size": 2, "total_pages": 3, "total_count": 6}
        return 200, {"data": items, "metrics": items, **(pages if is_paged else {})}

    request = arthur_at(server).api.build(module.build_request, *values.values(), **more)
    server.table["GET", f"/api{request.url}"] = answer
    arthur, before = arthur_at(server), len(server.requests)
    found = arthur.api.iterate(module, *values.values(), **more)
    assert len(server.requests) <= before + 1  # that of the connection
    first = next(found)
    asked = [one for one in server.requests if one.path == f"/api{request.url}"]
    assert len(asked) == 1
    numbers = [one.as_received()["number"] for one in (first, *found)]
    assert numbers == ([1, 11, 2, 12, 3, 13] if is_paged else [1, 11])
    asked = [one for one in server.requests if one.path == f"/api{request.url}"]
    assert len(asked) == (3 if is_paged else 1)


@pytest.mark.parametrize(
    "operation", [get_user, query, explain_inference, "list_users", list_users.sync]
)
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
