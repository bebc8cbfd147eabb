"""`local://`: the embedded server without a socket."""

import subprocess
import sys
import textwrap
import threading

import httpx
import pytest

from arthurai.common.exceptions import ArthurUserError
from arthurai.transport.auth import ApiKey
from arthurai.transport.local import LocalTransport, open_local
from arthurai.transport.options import parse_endpoint
from arthurai.transport.session import Session
from arthurai_api.api.models import list_models
from arthurai_api.api.organizations import get_current_organization
from arthurai_api.api.service_accounts import create_service_account, list_service_accounts

BOTH_SHELLS = True


def client(app):
    return httpx.Client(transport=LocalTransport(app), base_url="http://localhost")


def test_the_application_sees_the_request_as_it_was_sent():
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        seen["body"] = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hi"]

    with client(app) as http:
        http.cookies.set("a", "b")
        http.post("/a%2Fb/c%20d?x=1&x=%26", content=b"body", headers={"X-A": "1"})
    assert seen["REQUEST_METHOD"] == "POST"
    assert seen["REQUEST_URI"] == "/a%2Fb/c%20d?x=1&x=%26"
    assert seen["PATH_INFO"] == "/a/b/c d"
    assert seen["QUERY_STRING"] == "x=1&x=%26"
    assert seen["CONTENT_LENGTH"] == "4"
    assert seen["HTTP_X_A"] == "1"
    assert seen["HTTP_COOKIE"] == "a=b"
    assert seen["HTTP_HOST"] == "localhost"
    assert seen["body"] == b"body"


def test_paths_beyond_latin_1_arrive():
    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode("latin-1")]

    with client(app) as http:
        assert http.get("/\u20ac/\u00e9").content.decode() == "/\u20ac/\u00e9"


def test_bodies_are_streamed_both_ways():
    events = []

    def upload():
        for n in range(3):
            events.append(f"sent {n}")
            yield b"x" * 100_000

    def app(environ, start_response):
        start_response("200 OK", [])
        while block := environ["wsgi.input"].read(100_000):
            events.append(f"got {len(block)}")
            yield block[:1]

    with client(app) as http, http.stream("POST", "/", content=upload()) as response:
        assert b"".join(response.iter_raw()) == b"xxx"
    assert events.index("got 100000") < events.index("sent 2")


def test_the_answer_is_closed_even_when_it_is_not_read():
    closed = threading.Event()

    class Body:
        def __iter__(self):
            yield b"a"
            yield b"b"

        def close(self):
            closed.set()

    def app(environ, start_response):
        start_response("200 OK", [])
        return Body()

    with client(app) as http, http.stream("GET", "/"):
        assert not closed.is_set()
    assert closed.is_set()


def test_an_application_may_answer_late_and_write():
    def app(environ, start_response):
        write = start_response("201 Made", [("X-A", "1"), ("X-A", "2")])
        write(b"first ")
        yield b"second"

    with client(app) as http:
        response = http.get("/")
    assert (response.status_code, response.reason_phrase) == (201, "Made")
    assert response.content == b"first second"
    assert response.headers.get_list("x-a") == ["1", "2"]


def test_an_empty_answer_and_an_unregistered_status():
    def app(environ, start_response):
        start_response("599 Odd", [])
        return []

    with client(app) as http:
        response = http.get("/")
    assert (response.status_code, response.content) == (599, b"")


def connected(server, url="local://"):
    return Session(parse_endpoint(url), ApiKey(server.admin_key), local=server)


def test_each_server_in_memory_is_new():
    first, second = open_local("local://"), open_local("local://")
    try:
        ids = {
            connected(server).send(get_current_organization.build_request()).json()["id"]
            for server in (first, second)
        }
        assert len(ids) == 2
    finally:
        first.release()
        second.release()


def test_one_directory_is_one_server_until_its_last_user_leaves(tmp_path):
    url = f"local://{tmp_path}/data"
    first, second = open_local(url), open_local(f"local://{tmp_path}/./data")
    try:
        connected(first, url).send(
            create_service_account.build_request(), json={"description": "mine", "role": "User"}
        )
        first.release()
        first.release()
        found = connected(second, url).send(list_service_accounts.build_request()).json()["data"]
        assert "mine" in [account["description"] for account in found]
    finally:
        first.release()
        second.release()


def test_what_a_directory_holds_is_there_again_later(tmp_path):
    url = f"local://{tmp_path}/data"
    server = open_local(url)
    made = connected(server, url).send(get_current_organization.build_request()).json()["id"]
    server.release()
    server = open_local(url)
    try:
        assert (
            connected(server, url).send(get_current_organization.build_request()).json()["id"]
            == made
        )
    finally:
        server.release()


def test_a_new_directory_is_for_its_owner_only(tmp_path):
    open_local(f"local://{tmp_path}/deep/data").release()
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArthurUserError, match="file"):
        open_local(f"local://{tmp_path}/file/data")


def test_a_wrong_key_is_refused_by_the_embedded_server():
    server = open_local("local://")
    try:
        session = Session(parse_endpoint("local://"), ApiKey("wrong"), local=server)
        with pytest.raises(ArthurUserError, match=r"GET local:///api/v3/models\?.*401"):
            session.send(list_models.build_request())
    finally:
        server.release()


@pytest.mark.heavy
def test_missing_packages_of_the_server_are_named():
    program = """
        import sys
        sys.modules["duckdb"] = None  # as if it was not installed
        from arthurai.common.exceptions import ArthurUserError
        from arthurai.transport.local import open_local
        try:
            open_local("local://")
        except ArthurUserError as error:
            print(error)
    """
    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    ).stdout
    assert "'duckdb'" in said
    assert "pip install" in said
    assert "duckdb" in said.partition("pip install")[2]
    assert "arthurai[" not in said


@pytest.mark.heavy
def test_an_unclosed_server_is_closed_at_exit(tmp_path):
    program = f"""
        from arthurai.transport.local import open_local
        open_local("local://{tmp_path}/data")
    """
    for _ in range(2):
        subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, timeout=300)


@pytest.mark.heavy
def test_a_directory_in_use_by_another_process_is_told(tmp_path):
    url = f"local://{tmp_path}/data"
    program = f"""
        from arthurai.common.exceptions import ArthurUserError
        from arthurai.transport.local import open_local
        try:
            open_local("{url}")
        except ArthurUserError as error:
            print(error)
    """
    server = open_local(url)
    try:
        said = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        ).stdout
    finally:
        server.release()
    assert str(tmp_path) in said


def test_a_directory_with_something_else_in_it_is_told(tmp_path):
    for name in ("control.sqlite", "data.duckdb"):
        (tmp_path / name).write_text("this is no database" * 1000)
    with pytest.raises(ArthurUserError, match=str(tmp_path)):
        open_local(f"local://{tmp_path}")
