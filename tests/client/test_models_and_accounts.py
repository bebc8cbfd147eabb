"""Making, fetching and listing models; groups, organisations and service accounts."""

import inspect
import re
import uuid

import pytest
from builders import attribute, ground_truth, prediction
from thread_warnings import warns

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType, Role
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ArthurUserError,
    ForbiddenError,
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai_api.api.models import archive_model, create_model
from arthurai_api.api.organizations import create_organization
from arthurai_api.models.new_organization_request import NewOrganizationRequest

ATTRIBUTES = [attribute("age"), prediction("pred"), ground_truth("truth", attribute_link="pred")]


@pytest.fixture
def own_arthur():
    """Give a connection to an embedded server of the test's own, for tests that change things."""
    with ArthurAI(url="local://") as connection:
        yield connection


def make(arthur, partner_id=None, **more):
    body = {
        "partner_model_id": partner_id or f"model {uuid.uuid4()}",
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "display_name": "a name",
        "attributes": ATTRIBUTES,
        **more,
    }
    request = create_model.build_request(async_model_provisioning=True)
    return arthur.session.send(request, json=body).json()


# -- model() ---------------------------------------------------------------------------------------


def test_model_has_the_official_parameters_in_order(arthur):
    assert list(inspect.signature(arthur.model).parameters) == [
        "partner_model_id",
        "input_type",
        "output_type",
        "model_type",
        "display_name",
        "description",
        "tags",
        "classifier_threshold",
        "is_batch",
        "text_delimiter",
        "expected_throughput_gb_per_day",
        "pixel_height",
        "pixel_width",
    ]


def test_everything_given_is_in_the_model(arthur):
    given = {
        "partner_model_id": "p",
        "input_type": InputType.Image,
        "output_type": OutputType.Multiclass,
        "display_name": "d",
        "description": "text",
        "tags": ["a"],
        "classifier_threshold": 0.3,
        "is_batch": True,
        "text_delimiter": ",",
        "expected_throughput_gb_per_day": 5,
        "pixel_height": 10,
        "pixel_width": 20,
    }
    model = arthur.model(**given)
    assert {name: getattr(model, name) for name in given} == given
    assert model.id is None
    assert model.attributes is None


def test_positional_arguments_mean_what_they_meant(arthur):
    model = arthur.model("p", "NLP", "MULTICLASS", None, "d")
    assert (model.partner_model_id, model.input_type, model.output_type, model.display_name) == (
        "p",
        "NLP",
        "MULTICLASS",
        "d",
    )


def test_the_id_is_the_name_when_there_is_no_name(arthur):
    assert arthur.model("p", "TABULAR", "REGRESSION").display_name == "p"


def test_ids_made_from_names_never_collide(arthur):
    models = [
        arthur.model(display_name="My best model", input_type="TABULAR", output_type="REGRESSION")
        for _ in range(200)
    ]
    ids = {model.partner_model_id for model in models}
    assert len(ids) == 200
    pattern = r"My_best_model_\d{4}-\d\d-\d\d--\d\d-\d\d-\d\d_[0-9a-f]{32}"
    assert all(re.fullmatch(pattern, made) for made in ids)
    assert models[0].display_name == "My best model"


def test_a_long_name_still_gives_an_id_that_fits(arthur):
    model = arthur.model(display_name="x" * 1000, input_type="TABULAR", output_type="REGRESSION")
    assert len(model.partner_model_id) == 255


def test_the_old_name_of_the_output_type_warns(arthur):
    with warns(DeprecationWarning, match="output_type"):
        model = arthur.model("p", "TABULAR", model_type="REGRESSION")
    assert model.output_type == "REGRESSION"
    with warns(DeprecationWarning, match="output_type"):
        both = arthur.model("p", "TABULAR", "MULTICLASS", "REGRESSION")
    assert both.output_type == "MULTICLASS"


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        ({}, MissingParameterError, "input_type"),
        ({"input_type": "TABULAR"}, MissingParameterError, "output_type"),
        (
            {"input_type": "TABULAR", "output_type": "REGRESSION"},
            MissingParameterError,
            "partner_model_id",
        ),
        (
            {"input_type": "tabluar", "output_type": "REGRESSION", "display_name": "d"},
            UserValueError,
            "did you mean 'TABULAR'?",
        ),
        (
            {"input_type": "TABULAR", "output_type": "REGRESION", "display_name": "d"},
            UserValueError,
            "did you mean 'REGRESSION'?",
        ),
        (
            {"partner_model_id": "x" * 256, "input_type": "TABULAR", "output_type": "REGRESSION"},
            UserValueError,
            "255",
        ),
        (
            {"partner_model_id": "", "input_type": "TABULAR", "output_type": "REGRESSION"},
            UserValueError,
            "partner_model_id",
        ),
        (
            {"partner_model_id": {"a": 1}, "input_type": "TABULAR", "output_type": "REGRESSION"},
            UserTypeError,
            "partner_model_id",
        ),
    ],
)
def test_models_that_cannot_be_made(arthur, arguments, kind, says):
    with pytest.raises(kind) as caught:
        arthur.model(**arguments)
    assert says in str(caught.value)


def test_an_unknown_keyword_is_a_type_error(arthur):
    with pytest.raises(TypeError):
        arthur.model(name="x", input_type="TABULAR", output_type="REGRESSION")


# -- fetching --------------------------------------------------------------------------------------


def test_a_model_is_found_by_both_ids(own_arthur):
    made = make(own_arthur, "mine/with a slash?&#%")
    by_id = own_arthur.get_model(made["id"])
    by_partner = own_arthur.get_model("mine/with a slash?&#%", id_type="partner_model_id")
    assert by_id == by_partner
    assert by_id.id == made["id"]
    assert by_id.get_attribute_names() == ["age", "pred", "truth"]


@pytest.mark.parametrize(
    ("identifier", "id_type", "kind", "says"),
    [
        ("nope", "id", ResponseClientError, "partner_model_id"),
        ("nope", "partner_model_id", ResponseClientError, "'nope'"),
        (str(uuid.UUID(int=5)), "id", ResponseClientError, "no model"),
        ("m", "partner", UserValueError, "did you mean 'partner_model_id'?"),
        ("m", None, UserValueError, "id_type"),
        ("", "id", UserValueError, "identifier"),
        ("..", "id", UserValueError, ".."),
        (7, "id", UserTypeError, "identifier"),
        (None, "id", UserTypeError, "identifier"),
    ],
)
def test_models_that_cannot_be_fetched(arthur, identifier, id_type, kind, says):
    with pytest.raises(kind) as caught:
        arthur.get_model(identifier, id_type)
    assert isinstance(caught.value, ArthurUserError)
    assert says in str(caught.value)


def test_a_hint_at_the_other_id_is_given_only_where_it_fits(arthur):
    with pytest.raises(ResponseClientError) as caught:
        arthur.get_model(str(uuid.uuid4()))
    assert "your own id" not in str(caught.value)
    assert arthur.organization_id in str(caught.value)


def test_arguments_that_get_model_does_not_know(arthur):
    with pytest.raises(MissingParameterError, match="identifier"):
        arthur.get_model()
    with pytest.raises(UserTypeError, match="unexpected keyword argument 'name'"):
        arthur.get_model("m", name="x")


@pytest.mark.parametrize("body", [[], None, "model", 7, {}, {"id": "m"}])
def test_a_server_that_sends_no_model_is_not_the_callers_fault(scripted, arthur_at, body):
    server = scripted({("GET", "/api/v3/models/m"): (200, body)})
    with pytest.raises(ArthurUnexpectedError):
        arthur_at(server).get_model("m")


def page_of_models(request):
    number = int(re.search(r"\bpage=(\d+)", request.query)[1])
    models = [
        {"id": f"{number}{n}", "partner_model_id": "p", "input_type": "NLP", "output_type": "X"}
        for n in range(2)
    ]
    return 200, {"data": models, "page": number, "page_size": 2, "total_pages": 3}


def test_models_are_listed_page_after_page(scripted, arthur_at):
    server = scripted({("GET", "/api/v3/models"): page_of_models})
    found = arthur_at(server).list_models(tag="a")
    assert [model.id for model in found] == ["10", "11", "20", "21", "30", "31"]
    assert all("tag=a" in request.query for request in server.requests[1:])


def test_pages_of_models_are_fetched_when_they_are_needed(scripted, arthur_at):
    server = scripted({("GET", "/api/v3/models"): page_of_models})
    arthur = arthur_at(server)
    before = len(server.requests)
    models = arthur.iter_models(tag="a", page_size=2)
    assert len(server.requests) == before
    assert [next(models).id, next(models).id] == ["10", "11"]
    assert len(server.requests) == before + 1
    assert [model.id for model in models] == ["20", "21", "30", "31"]
    assert all("page_size=2" in request.query for request in server.requests[before:])
    with pytest.raises(UserValueError, match="page must be omitted, got 2"):
        arthur.iter_models(page=2)
    with pytest.raises(UserValueError, match="displayname"):
        arthur.iter_models(displayname="x")


def test_iterators_have_no_raw_responses(own_arthur):
    with pytest.raises(AttributeError, match="iter_models"):
        own_arthur.with_raw_response.iter_models()
    assert "iter_models" not in dir(own_arthur.with_raw_response)


def test_models_are_filtered(own_arthur):
    kept, archived = make(own_arthur, display_name="kept"), make(own_arthur, display_name="gone")
    archive_model.sync(archived["id"], client=own_arthur.api)
    assert [m.id for m in own_arthur.list_models()] == [kept["id"]]
    assert len(own_arthur.list_models(include_archived=True)) == 2
    assert own_arthur.list_models(display_name="other") == []
    assert own_arthur.list_models(page=2, page_size=1) == []
    assert [m.id for m in own_arthur.list_models(statuses=["Ready"], input_types="TABULAR")] == [
        kept["id"]
    ]


def test_listed_models_are_whole_unless_only_the_list_is_wanted(own_arthur):
    made = make(own_arthur, display_name="whole")
    (listed,) = own_arthur.list_models()
    assert listed == own_arthur.get_model(made["id"])
    assert listed.get_attribute_names()
    (bare,) = own_arthur.list_models(expand=[])
    with pytest.raises(MethodNotApplicableError, match=r"fetch the whole model with .*get_model"):
        bare.get_attribute_names()


def test_an_unknown_filter_gets_a_suggestion(arthur):
    with pytest.raises(UserValueError, match=r"did you mean 'display_name'\?"):
        arthur.list_models(displayname="x")


@pytest.mark.parametrize("body", [[], {"data": 7}, {"data": [], "total_pages": "3"}])
def test_a_page_that_is_none(scripted, arthur_at, body):
    server = scripted({("GET", "/api/v3/models"): (200, body)})
    with pytest.raises(UnexpectedValueError):
        arthur_at(server).list_models()


# -- groups ----------------------------------------------------------------------------------------


def test_a_group_is_found_by_its_id_and_by_its_model(own_arthur):
    made = make(own_arthur)
    model = own_arthur.get_model(made["id"])
    by_model = own_arthur.get_model_group(model)
    assert by_model == own_arthur.get_model_group(made["model_group_id"])
    assert by_model.id == made["model_group_id"]


def test_groups_that_cannot_be_fetched(arthur):
    unsaved = arthur.model("p", "TABULAR", "REGRESSION")
    for wrong, kind, says in (
        (unsaved, UserValueError, "does not belong to a group"),
        (7, UserTypeError, "id_or_model"),
        ("", UserValueError, "id_or_model"),
        ("nope", ResponseClientError, "nope"),
    ):
        with pytest.raises(kind, match=says):
            arthur.get_model_group(wrong)


# -- accounts and organisations --------------------------------------------------------------------


def test_service_accounts(own_arthur):
    made = own_arthur.create_service_account("my account", Role.ModelOwner)
    assert {"id", "organization_id", "description", "token"} <= made.keys()
    assert made["organization_id"] == own_arthur.organization_id
    found = own_arthur.get_service_accounts("my account")
    assert [account["id"] for account in found] == [made["id"]]
    everyone = own_arthur.get_service_accounts()
    assert type(everyone) is list
    assert made["id"] in [account["id"] for account in everyone]


def test_service_accounts_that_cannot_be(arthur):
    with pytest.raises(ResponseClientError, match="Admin"):
        arthur.create_service_account("x", "Admin")
    with pytest.raises(UserTypeError, match="description"):
        arthur.create_service_account(None, "User")
    with pytest.raises(MissingParameterError, match="role"):
        arthur.create_service_account("x")


def test_no_service_accounts_as_null(scripted, arthur_at):
    server = scripted({("GET", "/api/v3/service_accounts"): (200, {"data": None})})
    assert arthur_at(server).get_service_accounts() == []


def test_working_in_another_organisation(own_arthur):
    first = own_arthur.organization_id
    other = create_organization.sync(
        client=own_arthur.api, body=NewOrganizationRequest(name="Other")
    ).id
    model = make(own_arthur)
    assert own_arthur.set_current_org(other) is None
    assert own_arthur.organization_id == other
    assert own_arthur.get_current_org()["name"] == "Other"
    with pytest.raises(ResponseClientError):
        own_arthur.get_model(model["id"])
    own_arthur.set_current_org(first)
    assert own_arthur.get_model(model["id"]).id == model["id"]


def test_an_unknown_organisation_changes_nothing(own_arthur):
    before = own_arthur.organization_id
    with pytest.raises((ForbiddenError, ResponseClientError), match="org_id='nope'"):
        own_arthur.set_current_org("nope")
    assert own_arthur.organization_id == before
    assert own_arthur.get_current_org()["id"] == before


def test_the_cookie_of_an_organisation_is_kept(scripted, arthur_at):
    current = "/api/v3/organizations/current"
    server = scripted(
        {
            ("PUT", current): (200, {"organization_id": "o2"}, {"Set-Cookie": "org=o2; Path=/"}),
            ("GET", current): (200, {"id": "o2"}),
        }
    )
    arthur = arthur_at(server)
    arthur.set_current_org("o2")
    arthur.get_current_org()
    last = server.requests[-1].headers
    assert last["cookie"] == "org=o2"
    assert last["arthur-organization-id"] == "o2"
