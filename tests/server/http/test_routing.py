"""Finding the operation of a raw path."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.common.bundle import Operation, base_path, operations
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.routing import Router, raw_path

ROUTER = Router(operations().values(), base_path())
IDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def made_up(name, method, path):
    return Operation(name, method, path, "", {"parameters": []}, None, public=False)


@given(IDS, IDS)
def test_every_id_survives_the_path(model_id, attribute_id):
    path = f"/api/v3/models/{quote(model_id, safe='')}/attributes/{quote(attribute_id, safe='')}"
    operation, values = ROUTER.match("GET", path)
    assert operation.operation_id == "get_model_attribute"
    assert values == {"model_id": model_id, "attribute_id": attribute_id}


@pytest.mark.parametrize("operation", operations().values(), ids=lambda o: o.operation_id)
def test_every_operation_is_found_at_its_own_path(operation):
    path = operation.path
    for parameter in operation.spec["parameters"]:
        path = path.replace("{" + parameter["name"] + "}", "a%2Fb")
    found, values = ROUTER.match(operation.method, "/api" + path)
    assert found.operation_id == operation.operation_id
    assert set(values.values()) <= {"a/b"}


@given(st.lists(st.sampled_from(["a", "b", "{x}", "{y}"]), min_size=1, max_size=4), st.data())
def test_the_most_literal_path_wins(template, data):
    every = ["/a/b", "/a/{x}", "/{x}/b", "/{x}/{y}", "/{x}", "/a"]
    router = Router([made_up(path, "GET", path) for path in every], "")
    segments = [data.draw(st.sampled_from(["a", "b", "c"])) for _ in template[:2]]

    def fits(path):
        parts = path.strip("/").split("/")
        return len(parts) == len(segments) and all(
            part.startswith("{") or part == segment
            for part, segment in zip(parts, segments, strict=True)
        )

    fitting = [path for path in every if fits(path)]
    found, _ = router.match("GET", "/" + "/".join(segments))
    best = min(fitting, key=lambda path: [p.startswith("{") for p in path.strip("/").split("/")])
    assert found.operation_id == best


def test_a_missing_method_names_those_that_exist():
    with pytest.raises(ApiError) as refused:
        ROUTER.match("DELETE", "/api/v3/users/me")
    assert refused.value.status == 405
    assert dict(refused.value.headers) == {"Allow": "GET, HEAD, PATCH"}


def test_head_is_served_like_get():
    assert ROUTER.match("HEAD", "/api/v3/users/me")[0].operation_id == "get_current_user"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/v3/users/me",
        "/api/v3/users/me/",
        "/api/v3//users/me",
        "/api/v3/models/",
        "/api/v3/models//attributes",
        "/api/v3/../v3/users/me",
        "/api/v3/USERS/me",
        "/api/v3/users%2Fme",
    ],
)
def test_other_paths_lead_nowhere(path):
    with pytest.raises(ApiError) as refused:
        ROUTER.match("GET", path)
    assert refused.value.status == 404


@pytest.mark.parametrize("segment", ["%ff", "%00", "%ed%a0%80", "x" * 20_000])
def test_segments_that_are_no_text_are_refused(segment):
    with pytest.raises(ApiError) as refused:
        ROUTER.match("GET", f"/api/v3/models/{segment}")
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"REQUEST_URI": "/a%2Fb?c=%2F", "PATH_INFO": "/a/b"}, "/a%2Fb"),
        ({"RAW_URI": "/a%2Fb", "PATH_INFO": "/a/b"}, "/a%2Fb"),
        ({"REQUEST_URI": "http://host:1/a%2Fb?c"}, "/a%2Fb"),
        ({"REQUEST_URI": "http://host"}, "/"),
        ({"REQUEST_URI": "http://[host/a"}, "/a"),
        ({"REQUEST_URI": "*"}, "*"),
        ({"SCRIPT_NAME": "/s", "PATH_INFO": "/\xc3\xa9 %"}, "/s/%C3%A9%20%25"),
    ],
)
def test_the_raw_path_of_an_environment(environ, path):
    assert raw_path(environ) == path


@examples(30)
@given(
    st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40
    )
)
def test_models_are_found_by_any_id_of_the_caller(shared_admin, name):
    body = {
        "partner_model_id": name,
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "attributes": [
            {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
            {"name": "y", "stage": "PREDICTED_VALUE", "value_type": "FLOAT", "position": 0},
        ],
    }
    made = shared_admin.post("/models", json=body).json()
    path = f"/models/{quote(name, safe='')}"
    try:
        found = shared_admin.get(path, params={"id_type": "partner_model_id"})
        assert found.json()["id"] == made["id"]
    finally:
        shared_admin.delete(f"/models/{made['id']}")
