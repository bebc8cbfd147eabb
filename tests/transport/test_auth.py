"""API keys and logins: renewed once for all threads, never in a loop, never shown."""

import base64
import json
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from arthurai.common.exceptions import (
    ArthurUserError,
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    ResponseServerError,
    UserTypeError,
    UserValueError,
)
from arthurai.transport.auth import ApiKey, Login, lifetime, read_claims
from arthurai_api.api.models import list_models

BOTH_SHELLS = True

PASSWORD = 'pass word/"\u00e4\\ with everything'
PAGE = {"data": [], "total_pages": 0}


def token(number, **claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"head{number}.{part}.signature-{number}"


class Office(httpx.BaseTransport):
    """Logs people in and lets valid tokens pass. Time is what the test says."""

    def __init__(self, clock, life=7200.0):
        self.clock = clock
        self.life = life
        self.logins = 0
        self.calls = []
        self.valid = set()
        self.login_answer = None
        self.refuse_all = False
        self.delay = 0.0
        self._lock = threading.Lock()

    def handle_request(self, request):
        body = b"".join(request.stream)
        if request.url.path.endswith("/login"):
            return self.log_in(request, json.loads(body))
        sent = request.headers.get("authorization")
        self.calls.append(sent)
        if self.refuse_all or sent not in self.valid:
            return httpx.Response(401, json={"error": "unauthorized"})
        return httpx.Response(200, json=PAGE)

    def log_in(self, request, body):
        assert "authorization" not in request.headers
        with self._lock:
            self.logins += 1
            number = self.logins
        time.sleep(self.delay)
        if self.login_answer is not None:
            return self.login_answer
        if body != {"login": "ann", "password": PASSWORD}:
            return httpx.Response(401, json={"error": "unauthorized"})
        new = token(number, iat=self.clock(), exp=self.clock() + self.life)
        self.valid.add(new)
        cookie = f"Authorization={new}; Path=/; HttpOnly"
        return httpx.Response(200, json={"id": "u"}, headers={"Set-Cookie": cookie})


@pytest.fixture
def office(clock):
    return Office(clock)


@pytest.fixture
def login(clock):
    return Login("ann", PASSWORD, clock=clock, wall_clock=clock)


# -- keys ------------------------------------------------------------------------------------------


def test_a_key_is_sent_as_it_is_without_surrounding_blanks(in_process, faulty):
    transport = faulty(httpx.Response(200, json=PAGE))
    in_process(transport, credentials=ApiKey("  abc.def\n")).send(list_models.build_request())
    assert transport.requests[0][0].headers["authorization"] == "abc.def"


@pytest.mark.parametrize("key", ["a\nb", "a\rb", "caf\u00e9", "a\0b", "\u200babc"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(key):
    with pytest.raises(UserValueError) as caught:
        ApiKey(key)
    assert key not in str(caught.value)


@pytest.mark.parametrize("key", ["", "   ", "\n"])
def test_an_empty_key_is_missing(key):
    with pytest.raises(MissingParameterError, match="access_key"):
        ApiKey(key)


def test_a_key_of_another_type_is_refused():
    with pytest.raises(UserTypeError, match="access_key"):
        ApiKey(b"bytes")


def test_a_rejected_key_is_an_error_at_once(in_process, faulty):
    transport = faulty(httpx.Response(401))
    with pytest.raises(ResponseClientError, match="Connect again"):
        in_process(transport).send(list_models.build_request())
    assert len(transport.requests) == 1


@pytest.mark.parametrize("credentials", [ApiKey("secret-key"), Login("ann", "secret-key")])
def test_credentials_show_nothing_and_do_not_pickle(credentials):
    assert "secret-key" not in repr(credentials)
    assert "secret-key" not in str(vars(credentials) if hasattr(credentials, "__dict__") else "")
    with pytest.raises(MethodNotApplicableError):
        pickle.dumps(credentials)


# -- logins ----------------------------------------------------------------------------------------


def test_one_login_serves_many_calls(in_process, office, login):
    session = in_process(office, credentials=login)
    for _ in range(5):
        session.send(list_models.build_request())
    assert office.logins == 1
    assert len(set(office.calls)) == 1


def test_the_token_is_renewed_five_minutes_before_its_end(in_process, office, login, clock):
    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    clock.now += 7200 - 301
    session.send(list_models.build_request())
    assert office.logins == 1
    clock.now += 2
    session.send(list_models.build_request())
    session.send(list_models.build_request())
    assert office.logins == 2
    assert len(set(office.calls)) == 2


def test_a_short_lived_token_does_not_cause_a_login_loop(in_process, office, login, clock):
    office.life = 60
    session = in_process(office, credentials=login)
    for _ in range(100):
        session.send(list_models.build_request())
    assert office.logins == 1
    clock.now += 31
    for _ in range(100):
        session.send(list_models.build_request())
    assert office.logins == 2


@pytest.mark.parametrize("life", [0, -100])
def test_a_token_that_is_over_when_issued_is_used_until_rejected(in_process, office, login, life):
    office.life = life
    session = in_process(office, credentials=login)
    for _ in range(20):
        session.send(list_models.build_request())
    assert office.logins == 1


def test_a_wrong_clock_does_not_matter_when_the_token_says_when_it_was_issued():
    issued = token(1, iat=1_000_000, exp=1_003_600)
    assert lifetime(issued, now=5) == 3600
    assert lifetime(issued, now=9_999_999) == 3600
    assert lifetime(token(1, exp=100), now=40) == 60


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.b",
        "a.b.c",
        "a.!!!.c",
        "a.bnVsbA.c",
        "a." + "A" * 100_000 + ".c",
        "\u00e9.\u00e9.\u00e9",
    ],
)
def test_texts_that_are_no_tokens_have_no_claims(text):
    assert read_claims(text) == {}
    assert lifetime(text, 0.0) is None


@pytest.mark.parametrize("end", ["soon", None, [1], {}])
def test_an_unreadable_end_is_no_end(end):
    assert lifetime(token(1, exp=end), 0.0) is None


def test_a_rejected_token_is_renewed_once_and_the_call_repeated(in_process, office, login):
    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    office.valid.clear()
    session.send(list_models.build_request())
    assert office.logins == 2
    assert len(office.calls) == 3


def test_a_caller_rejected_for_good_gets_an_error_and_no_login_loop(
    in_process, office, login, clock
):
    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    office.refuse_all = True
    for _ in range(10):
        with pytest.raises(ResponseClientError, match="401"):
            session.send(list_models.build_request())
    assert office.logins == 2
    clock.now += 31
    with pytest.raises(ResponseClientError):
        session.send(list_models.build_request())
    assert office.logins == 3


def test_a_write_is_repeated_after_a_new_login(in_process, office, login):
    from arthurai_api.api.query import query

    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    office.valid.clear()
    session.send(query.build_request("m"), json={"select": []})
    assert office.logins == 2


def test_a_failing_renewal_leaves_the_living_token_in_use(in_process, office, login, clock, caplog):
    session = in_process(office, credentials=login, attempts=1)
    session.send(list_models.build_request())
    office.login_answer = httpx.Response(503)
    clock.now += 7000
    for _ in range(5):
        session.send(list_models.build_request())
    assert office.logins == 2
    assert "could not renew" in caplog.text
    assert PASSWORD not in caplog.text
    clock.now += 31
    session.send(list_models.build_request())
    assert office.logins == 3


def test_a_failing_renewal_of_an_ended_token_is_an_error(in_process, office, login, clock):
    session = in_process(office, credentials=login, attempts=1)
    session.send(list_models.build_request())
    office.login_answer = httpx.Response(503)
    clock.now += 7201
    with pytest.raises(ResponseServerError):
        session.send(list_models.build_request())


def test_threads_log_in_once_together(in_process, office, login):
    office.delay = 0.05
    session = in_process(office, credentials=login)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: session.send(list_models.build_request()), range(64)))
    assert office.logins == 1


def test_threads_renew_once_together(in_process, office, login, clock):
    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    office.delay = 0.05
    clock.now += 7000
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: session.send(list_models.build_request()), range(64)))
    assert office.logins == 2


def test_threads_that_are_rejected_together_log_in_once(in_process, office, login):
    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    office.valid.clear()
    office.delay = 0.05
    start = threading.Barrier(12)

    def call(_):
        start.wait()
        return session.send(list_models.build_request())

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(call, range(12)))
    assert office.logins == 2


def test_a_wrong_password_names_the_login_and_not_the_password(in_process, office):
    session = in_process(office, credentials=Login("ann", "not the password"))
    with pytest.raises(UserValueError, match="'ann'") as caught:
        session.send(list_models.build_request())
    assert "not the password" not in str(caught.value)
    assert isinstance(caught.value, ArthurUserError)


@pytest.mark.parametrize(
    "headers", [{}, {"Set-Cookie": "Other=x"}, {"Set-Cookie": "Authorization="}]
)
def test_a_login_without_a_token_is_told(in_process, office, login, headers):
    office.login_answer = httpx.Response(200, json={"id": "u"}, headers=headers)
    with pytest.raises(ExpectedParameterNotFoundError, match="Authorization"):
        in_process(office, credentials=login).send(list_models.build_request())


def test_the_token_does_not_stay_in_the_cookie_jar(in_process, faulty):
    new = token(1, exp=time.time() + 7200)
    answers = [
        httpx.Response(200, json={}, headers={"Set-Cookie": f"Authorization={new}; Path=/"}),
        httpx.Response(200, json=PAGE),
    ]
    transport = faulty(*answers)
    in_process(transport, credentials=Login("ann", "password")).send(list_models.build_request())
    request = transport.requests[1][0]
    assert request.headers["authorization"] == new
    assert "cookie" not in request.headers


def test_the_token_of_a_login_is_masked_in_messages(in_process, office, login):
    session = in_process(office, credentials=login)
    session.send(list_models.build_request())
    used = office.calls[0]
    assert used not in session.redact(f"the server said {used}")
