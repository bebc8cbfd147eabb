"""Arguments, config, environment: who is connected to what, and what is said when it cannot be."""

import base64
import copy
import inspect
import io
import json
import pickle
import subprocess
import sys
import time

import pytest
from scripted_server import KEY

import arthurai
from arthurai import ArthurAI
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    PaymentRequiredError,
    ResponseServerError,
    UserTypeError,
    UserValueError,
)
from arthurai_api.api.models import list_models

ME = ("GET", "/api/v3/users/me")
AUTH_INFO = ("GET", "/api/v3/users/me/auth_info")
LOGIN = ("POST", "/api/v3/login")
MODELS = ("GET", "/api/v3/models")
PASSWORD = 'the password \u00e4"\\'
EMPTY_PAGE = (200, {"data": None, "page": 1, "page_size": 500, "total_pages": 0})


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Make a certificate for localhost that nobody has signed."""
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = "-addext subjectAltName=DNS:localhost"
    try:
        subprocess.run(
            [*command.split(), *names.split(), "-keyout", key, "-out", cert],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return cert, key


def jwt(**claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"aaaa.{part}.bbbb"


def grants(token):
    return (200, {"id": "u"}, {"Set-Cookie": f"Authorization={token}; Path=/; HttpOnly"})


def test_the_constructor_has_the_official_parameters_in_order():
    parameters = inspect.signature(ArthurAI).parameters
    assert list(parameters) == [
        "config",
        "verify_ssl",
        "url",
        "access_key",
        "offline",
        "login",
        "password",
        "organization_id",
        "allow_insecure",
        "http_options",
        "strict",
        "redaction_key",
    ]
    kinds = [p.kind for p in parameters.values()]
    ours = [inspect.Parameter.KEYWORD_ONLY] * 3
    assert kinds == [inspect.Parameter.POSITIONAL_OR_KEYWORD] * 9 + ours
    defaults = [p.default for p in parameters.values()]
    assert defaults == [None, None, None, None, False, None, None, None, False, None, None, None]


# -- keys and organisations ------------------------------------------------------------------------


def test_a_key_finds_its_organisation_and_sends_it_from_then_on(scripted, arthur_at):
    server = scripted({MODELS: EMPTY_PAGE})
    arthur = arthur_at(server)
    assert arthur.organization_id == "org-1"
    assert arthur.list_models() == []
    first, second = server.requests
    assert (first.method, first.path) == ME
    assert first.headers["authorization"] == second.headers["authorization"] == KEY
    assert "arthur-organization-id" not in first.headers
    assert second.headers["arthur-organization-id"] == "org-1"


def test_a_given_organisation_needs_no_look_up(scripted, arthur_at):
    server = scripted()
    assert arthur_at(server, organization_id="org-9").organization_id == "org-9"
    assert server.requests == []


def test_the_environment_is_used_for_what_is_not_given(scripted, monkeypatch):
    server = scripted({MODELS: EMPTY_PAGE})
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", server.url)
    monkeypatch.setenv("ARTHUR_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("ARTHUR_ORGANIZATION_ID", "org-env")
    with ArthurAI(allow_insecure=True) as arthur:
        arthur.list_models()
    assert server.asked() == [MODELS]
    assert server.requests[0].headers["authorization"] == KEY
    assert server.requests[0].headers["arthur-organization-id"] == "org-env"


def test_arguments_win_over_the_environment(scripted, arthur_at, monkeypatch):
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", "https://elsewhere.invalid")
    monkeypatch.setenv("ARTHUR_API_KEY", "key-of-the-environment")
    monkeypatch.setenv("ARTHUR_ORGANIZATION_ID", "org-env")
    server = scripted({MODELS: EMPTY_PAGE})
    arthur_at(server, organization_id="org-arg").list_models()
    headers = server.requests[0].headers
    assert (headers["authorization"], headers["arthur-organization-id"]) == (KEY, "org-arg")


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"organization_ids": ["org-7"]}, "org-7"),
        ({"organization_ids": []}, None),
        ({"organization_ids": None}, None),
        ({}, None),
    ],
)
def test_a_caller_of_a_foreign_identity_provider(scripted, arthur_at, info, expected):
    server = scripted({ME: (403, {"error": "no"}), AUTH_INFO: (200, info)})
    assert arthur_at(server).organization_id == expected
    assert server.asked() == [ME, AUTH_INFO]


@pytest.mark.parametrize("body", [{}, {"organization_id": None}, {"organization_id": ""}])
def test_a_caller_without_an_organisation(scripted, arthur_at, body):
    assert arthur_at(scripted({ME: (200, body)})).organization_id is None


def test_a_caller_of_several_organisations_has_to_choose(scripted, arthur_at):
    server = scripted(
        {ME: (403, {"error": "no"}), AUTH_INFO: (200, {"organization_ids": ["org-a", "org-b"]})}
    )
    with pytest.raises(UserValueError, match=r"organization_id.*org-a, org-b"):
        arthur_at(server)


def test_a_server_too_old_to_know_callers(scripted, arthur_at):
    server = scripted({ME: (403, {"error": "no"}), AUTH_INFO: (404, {"error": "no"})})
    with pytest.raises(ArthurUnexpectedError, match="organization_id"):
        arthur_at(server)


@pytest.mark.parametrize(
    ("entry", "kind", "says"),
    [
        ((401, {"error": "unauthorized"}), UserValueError, "access_key"),
        ((402, {"error": "pay"}), PaymentRequiredError, "402"),
        ((404, {"error": "no"}), UserValueError, "Arthur server: GET .* returned 404; check its"),
        ((404, b"<html><title>Not here</title></html>"), UserValueError, "Arthur server: GET"),
        ((500, {"error": "oh"}), ResponseServerError, "500"),
        ((200, b"<html><title>Portal</title></html>"), UserValueError, "Arthur server"),
        ((200, []), UserValueError, "Arthur server"),
        ((200, {"organization_id": 7}), UserValueError, "Arthur server"),
        ((301, b"", {"Location": "https://moved.example/x"}), UserValueError, "moved.example"),
    ],
)
def test_first_contact_that_fails(scripted, arthur_at, entry, kind, says):
    with pytest.raises(kind, match=says) as caught:
        arthur_at(scripted({ME: entry}))
    assert KEY not in str(caught.value)


def test_nobody_there_is_the_callers_mistake():
    with pytest.raises(UserValueError, match=r"cannot reach url='https://localhost:1'"):
        ArthurAI(url="https://localhost:1", access_key=KEY, http_options={"attempts": 1})


# -- nothing leaves before the address is checked --------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"access_key": KEY},
        {"login": "ann", "password": PASSWORD},
        {"access_key": KEY, "config": {}},
    ],
)
@pytest.mark.parametrize("tail", ["", "/", "/api/v3", "/?x=1", "/#x"])
def test_no_credential_reaches_an_address_that_is_refused(scripted, arguments, tail):
    server = scripted()
    with pytest.raises(UserValueError) as caught:
        ArthurAI(url=server.url + tail, **arguments)
    assert server.requests == []
    assert KEY not in str(caught.value)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"verify_ssl": "no"},
        {"http_options": {"tiemout": 1}},
        {"organization_id": "a\r\nX: y"},
        {"organization_id": ""},
        {"access_key": "a\nb"},
        {"allow_insecure": "yes"},
        {"config": {"urll": "x"}},
        {"config": ["url"]},
        {"login": ""},
        {"login": 3},
        {"password": "x"},
        {"offline": True, "organization_id": "o"},
        {"offline": "yes"},
    ],
)
def test_arguments_that_cannot_be_used_send_nothing(scripted, arguments):
    server = scripted()
    given = {"url": server.url, "allow_insecure": True, **arguments}
    if "login" not in given and "password" not in given:
        given.setdefault("access_key", KEY)
    with pytest.raises(ArthurUserError) as caught:
        ArthurAI(**given)
    assert server.requests == []
    assert any(name in str(caught.value) for name in arguments)


# -- missing things --------------------------------------------------------------------------------


def test_no_address_names_all_ways_to_give_one():
    with pytest.raises(MissingParameterError) as caught:
        ArthurAI(access_key=KEY)
    for way in ("url", "ARTHUR_ENDPOINT_URL", "local://"):
        assert way in str(caught.value)


def test_no_credentials_name_all_ways_to_give_them():
    with pytest.raises(MissingParameterError) as caught:
        ArthurAI(url="https://localhost:1")
    for way in ("access_key", "login", "password", "ARTHUR_API_KEY", "ARTHUR_LOGIN"):
        assert way in str(caught.value)


# -- config ----------------------------------------------------------------------------------------


def test_config_may_hold_everything(scripted):
    server = scripted({MODELS: EMPTY_PAGE})
    config = {
        "url": server.url,
        "access_key": KEY,
        "verify_ssl": False,
        "offline": False,
        "organization_id": "org-c",
        "allow_insecure": True,
        "http_options": {"timeout": 5},
        "login": None,
    }
    before = copy.deepcopy(config)
    with ArthurAI(config) as arthur:
        assert arthur.verify_ssl is False
        assert arthur.organization_id == "org-c"
        assert arthur.session.options.timeout == 5
    assert config == before


def test_config_and_arguments_complete_each_other(scripted, arthur_at):
    arthur = arthur_at(scripted(), config={"organization_id": "org-c", "access_key": KEY})
    assert arthur.organization_id == "org-c"


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ({"url": "https://other"}, "https://other"),
        ({"access_key": "another-key"}, None),
        ({"organization_id": "org-2"}, "org-2"),
        ({"http_options": {"timeout": 1}}, None),
    ],
)
def test_config_against_an_argument_is_an_error_that_names_it(config, shown):
    name = next(iter(config))
    arguments = {
        "url": "https://one",
        "access_key": KEY,
        "organization_id": "org-1",
        "http_options": {"timeout": 2},
    }
    with pytest.raises(UserValueError, match=name) as caught:
        ArthurAI(config=config, **arguments)
    assert KEY not in str(caught.value)
    assert "another-key" not in str(caught.value)
    if shown:
        assert shown in str(caught.value)


def test_an_unknown_key_of_config_gets_a_suggestion():
    with pytest.raises(UserValueError, match=r"'acess_key'.*did you mean 'access_key'\?"):
        ArthurAI({"acess_key": KEY})


def test_an_address_as_first_argument_gets_a_suggestion():
    with pytest.raises(UserTypeError, match="url="):
        ArthurAI("https://app.arthur.ai")


# -- logins ----------------------------------------------------------------------------------------


@pytest.fixture
def office(scripted):
    """Give a server that takes one login."""
    token = jwt(exp=time.time() + 7200)

    def log_in(request):
        good = json.loads(request.body) == {"login": "ann", "password": PASSWORD}
        return grants(token) if good else (401, {"error": "unauthorized"})

    server = scripted({LOGIN: log_in, MODELS: EMPTY_PAGE})
    server.token = token
    return server


def test_a_login_logs_in_once(office, arthur_at):
    arthur = arthur_at(office, access_key=None, login="ann", password=PASSWORD)
    arthur.list_models()
    assert office.asked() == [LOGIN, ME, MODELS]
    assert "authorization" not in office.requests[0].headers
    assert office.requests[1].headers["authorization"] == office.token
    assert "cookie" not in office.requests[2].headers


def test_a_login_with_a_known_organisation_is_tried_at_once(office, arthur_at):
    arthur_at(office, access_key=None, login="ann", password=PASSWORD, organization_id="o")
    assert office.asked() == [LOGIN]


def test_login_and_password_come_from_the_environment_even_with_a_key_there(office, monkeypatch):
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", office.url)
    monkeypatch.setenv("ARTHUR_LOGIN", "ann")
    monkeypatch.setenv("ARTHUR_PASSWORD", PASSWORD)
    monkeypatch.setenv("ARTHUR_API_KEY", KEY)
    ArthurAI(allow_insecure=True).close()
    assert office.asked() == [LOGIN, ME]


def test_a_given_key_wins_over_a_login_in_the_environment(office, arthur_at, monkeypatch):
    monkeypatch.setenv("ARTHUR_LOGIN", "ann")
    monkeypatch.setenv("ARTHUR_PASSWORD", PASSWORD)
    arthur_at(office)
    assert office.asked() == [ME]


def test_a_given_login_wins_over_a_given_key(office, arthur_at, caplog):
    arthur_at(office, login="ann", password=PASSWORD)
    assert office.asked() == [LOGIN, ME]
    assert "login is used" in caplog.text
    assert KEY not in caplog.text


def test_a_missing_password_is_asked_for(office, arthur_at, monkeypatch):
    prompts = []

    def ask(prompt):
        prompts.append(prompt)
        return PASSWORD

    monkeypatch.setattr("getpass.getpass", ask)
    arthur_at(office, access_key=None, login="ann")
    assert len(prompts) == 1
    assert "ann" in prompts[0]


@pytest.mark.parametrize("error", [EOFError, OSError])
def test_no_password_and_nobody_to_ask(office, arthur_at, monkeypatch, error):
    def ask(prompt):
        raise error

    monkeypatch.setattr("getpass.getpass", ask)
    with pytest.raises(MissingParameterError, match="ARTHUR_PASSWORD"):
        arthur_at(office, access_key=None, login="ann")
    assert office.requests == []


def test_a_wrong_password(office, arthur_at):
    with pytest.raises(UserValueError, match="'ann'") as caught:
        arthur_at(office, access_key=None, login="ann", password="wrong password")
    assert "wrong password" not in str(caught.value)
    assert office.asked() == [LOGIN]


@pytest.mark.parametrize("status", [403, 429])
def test_a_locked_login_says_what_the_server_says(scripted, arthur_at, status):
    server = scripted({LOGIN: (status, {"error": "locked for ten minutes"})})
    with pytest.raises(ArthurUserError, match="locked for ten minutes"):
        arthur_at(server, access_key=None, login="ann", password=PASSWORD)


# -- certificates ----------------------------------------------------------------------------------


def test_an_unknown_certificate_is_refused_before_anything_is_sent(
    scripted, arthur_at, certificate
):
    server = scripted(certificate=certificate)
    with pytest.raises(UserValueError, match="ca_bundle"):
        arthur_at(server, allow_insecure=False)
    assert server.requests == []


def test_a_certificate_of_ones_own_authority(scripted, arthur_at, certificate):
    server = scripted(certificate=certificate)
    arthur = arthur_at(server, allow_insecure=False, http_options={"ca_bundle": certificate[0]})
    assert arthur.organization_id == "org-1"


def test_certificates_can_be_left_unchecked(scripted, arthur_at, certificate, monkeypatch, caplog):
    server = scripted(certificate=certificate)
    assert arthur_at(server, verify_ssl=False).verify_ssl is False
    assert "certificates are not checked" in caplog.text
    monkeypatch.setenv("VERIFY_SSL", "No")
    assert arthur_at(server).verify_ssl is False


# -- local and offline -----------------------------------------------------------------------------


def test_an_embedded_server_needs_nothing(arthur):
    assert arthur.get_current_org()["id"] == arthur.organization_id


def test_an_embedded_server_gets_nothing_from_the_environment(monkeypatch):
    for name in ("ARTHUR_API_KEY", "ARTHUR_LOGIN", "ARTHUR_PASSWORD", "ARTHUR_ORGANIZATION_ID"):
        monkeypatch.setenv(name, "of-another-server")
    with ArthurAI(url="local://") as arthur:
        assert arthur.get_current_org()["id"] == arthur.organization_id != "of-another-server"


def test_an_embedded_server_takes_given_credentials(tmp_path):
    url = f"local://{tmp_path}/data"
    with ArthurAI(url=url) as admin:
        account = admin.create_service_account("reader", "User")
        with ArthurAI(url=url, access_key=account["token"]) as reader:
            assert reader.list_models() == []
            with pytest.raises(ArthurUserError, match="403"):
                reader.create_service_account("other", "User")
        with pytest.raises(UserValueError, match="access_key"):
            ArthurAI(url=url, access_key="wrong")


def test_the_directory_of_the_address_may_come_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", f"local://{tmp_path}/data")
    ArthurAI().close()
    assert any((tmp_path / "data").iterdir())


def test_offline_needs_and_sends_nothing(scripted):
    server = scripted()
    for arguments in ({}, {"url": server.url, "allow_insecure": True}, {"access_key": KEY}):
        arthur = ArthurAI(offline=True, **arguments)
        assert arthur.organization_id == "unknown"
        model = arthur.model("m", input_type="TABULAR", output_type="REGRESSION")
        assert model.id is None
        for call in (arthur.list_models, arthur.get_current_org, lambda a=arthur: a.get_model("m")):
            with pytest.raises(MethodNotApplicableError, match="offline"):
                call()
    assert server.requests == []


def test_offline_leaves_out_the_first_contact_only(scripted):
    server = scripted({MODELS: EMPTY_PAGE})
    arthur = ArthurAI(url=server.url, allow_insecure=True, access_key=KEY, offline=True)
    assert arthur.organization_id == "unknown"
    assert server.requests == []
    assert arthur.list_models() == []
    assert server.asked() == [MODELS]
    assert server.requests[-1].headers["authorization"] == KEY
    assert "arthur-organization-id" not in server.requests[-1].headers


def test_an_embedded_server_can_be_used_offline():
    with ArthurAI(url="local://", offline=True) as arthur:
        assert arthur.list_models() == []


def test_a_pickled_offline_connection_sends_with_given_credentials_only(scripted, monkeypatch):
    server = scripted({MODELS: EMPTY_PAGE})
    given = {"url": server.url, "allow_insecure": True, "access_key": KEY, "offline": True}
    monkeypatch.setenv("ARTHUR_API_KEY", "key-of-the-environment")
    dumped = pickle.dumps(ArthurAI(**given))
    built = pickle.loads(dumped)
    built.reconnect()
    with pytest.raises(MethodNotApplicableError, match="offline"):
        built.list_models()
    assert server.requests == []
    loaded = pickle.loads(dumped)
    loaded.reconnect(access_key=KEY)
    assert loaded.list_models() == []
    assert server.requests[-1].headers["authorization"] == KEY


def test_a_server_in_memory_takes_any_key():
    with ArthurAI(url="local://", access_key="needed-by-another-library") as arthur:
        assert arthur.list_models() == []


def test_a_server_of_a_directory_takes_the_key_local_and_no_other(tmp_path):
    url = f"local://{tmp_path}"
    with ArthurAI(url=url, access_key="local") as arthur:
        assert arthur.list_models() == []
        with pytest.raises(UserValueError, match="refuses the access_key"):
            ArthurAI(url=url, access_key="of another server")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_the_environment_allows_plain_http_to_this_machine(host, monkeypatch):
    with pytest.raises(UserValueError, match="ARTHUR_ALLOW_INSECURE"):
        ArthurAI(url=f"http://{host}:1", access_key=KEY, organization_id="o")
    monkeypatch.setenv("ARTHUR_ALLOW_INSECURE", "true")
    arthur = ArthurAI(url=f"http://{host}:1", access_key=KEY, organization_id="o")
    assert arthur.session.endpoint.url == f"http://{host}:1"


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "10.0.0.1", "0.0.0.0"])
def test_the_environment_allows_plain_http_nowhere_else(host, monkeypatch):
    monkeypatch.setenv("ARTHUR_ALLOW_INSECURE", "true")
    with pytest.raises(UserValueError, match="plain http"):
        ArthurAI(url=f"http://{host}:1", access_key=KEY, organization_id="o")


# -- life ------------------------------------------------------------------------------------------


def test_a_closed_connection_says_so():
    with ArthurAI(url="local://") as arthur:
        pass
    arthur.close()
    with pytest.raises(MethodNotApplicableError, match="closed"):
        arthur.list_models()


def test_a_pickle_carries_no_credentials(scripted, arthur_at):
    server = scripted({MODELS: EMPTY_PAGE})
    arthur = arthur_at(
        server,
        organization_id="org-1",
        http_options={"proxy": "http://u:hunter2@p:1", "timeout": 9},
    )
    dumped = pickle.dumps(arthur)
    assert KEY.encode() not in dumped
    assert b"hunter2" not in dumped
    loaded = pickle.loads(dumped)
    assert "not connected" in repr(loaded)
    for use in (loaded.list_models, lambda: loaded.client, lambda: loaded.api):
        with pytest.raises(MethodNotApplicableError, match="reconnect"):
            use()
    assert server.requests == []
    with pytest.raises(MissingParameterError, match="access_key"):
        loaded.reconnect()
    loaded.reconnect(access_key=KEY)
    loaded.list_models()
    assert server.asked() == [MODELS]
    assert loaded.session.options.timeout == 9
    with pytest.raises(MethodNotApplicableError):
        loaded.reconnect(access_key=KEY)


def test_a_pickle_never_uses_credentials_of_the_environment(scripted, arthur_at, monkeypatch):
    loaded = pickle.loads(pickle.dumps(arthur_at(scripted())))
    monkeypatch.setenv("ARTHUR_API_KEY", KEY)
    with pytest.raises(MissingParameterError):
        loaded.reconnect()


@pytest.mark.parametrize("arguments", [{"url": "local://"}, {"offline": True}])
def test_pickles_of_embedded_and_offline_connections(arguments):
    with ArthurAI(**arguments) as arthur:
        loaded = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(arthur))))
    loaded.reconnect()
    with loaded:
        assert loaded.model("m", "TABULAR", "REGRESSION").partner_model_id == "m"


def test_a_connection_shows_where_it_goes_and_no_secret(scripted, arthur_at):
    server = scripted()
    arthur = arthur_at(server)
    for thing in (arthur, arthur.client, arthur.api, arthur.session, arthur.client.session):
        assert server.url in repr(thing)
        assert KEY not in repr(thing)


def test_the_generated_client_is_reachable(scripted, arthur_at):
    page = {"data": [], "page": 1, "page_size": 20, "total_pages": 0, "total_count": 0}
    server = scripted({MODELS: (200, page)})
    assert list_models.sync(client=arthur_at(server).api).data == []
    assert server.requests[-1].headers["authorization"] == KEY


def test_nothing_is_printed(capsys, arthur):
    arthur.list_models()
    assert capsys.readouterr() == ("", "")
    assert isinstance(sys.stdout, io.TextIOBase)
    assert arthurai.__version__.startswith("4.")
