"""Proxies, certificates and deadlines: what the environment says wrong is named, and calls are bounded."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from builders import attribute, ground_truth, prediction, save_model

from arthurai import ArthurAI
from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurError,
    ArthurTimeoutError,
    ArthurUserError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.settings import CA_VARIABLES
from arthurai.transport.options import HttpOptions
from arthurai.transport.proxies import find_proxy

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    """Keep proxies and certificates of the machine out of the tests."""
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def connect(url="https://127.0.0.1:9", **options):
    return ArthurAI(
        url=url,
        access_key="key",
        organization_id="org",
        allow_insecure=True,
        http_options={"attempts": 1, **options},
    )


@pytest.mark.parametrize(
    ("exceptions", "hosts", "others"),
    [
        ("localhost,[::1]", ["localhost", "[::1]", "[::1]:443"], ["[::2]", "127.0.0.1"]),
        ("::1/128", ["[::1]"], ["[::2]"]),
        ("::ffff:0:0/96", ["[::ffff:1.2.3.4]"], ["[::1]"]),
        ("10.0.0.0/8", ["10.1.2.3"], ["11.1.2.3", "host10.0.0.0"]),
        ("192.168.1.7", ["192.168.1.7"], ["192.168.1.70"]),
        ("example.com", ["example.com", "a.example.com", "EXAMPLE.com."], ["anexample.com"]),
        (".example.com", ["a.example.com", "example.com"], ["example.org"]),
        ("*.example.com", ["a.b.example.com"], ["example.org"]),
        ("example.com:8443", ["example.com:8443"], ["example.com", "example.com:84"]),
        ("https://example.com", ["example.com"], ["example.org"]),
        (" a , b ", ["a", "b"], ["c"]),
        ("*", ["anything", "[::1]"], []),
        ("", [], ["localhost"]),
        ("[::1", [], ["localhost"]),
    ],
)
def test_no_proxy_is_read_in_all_its_forms(exceptions, hosts, others, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", exceptions)
    for host in hosts:
        assert find_proxy(f"https://{host}", None) is None, host
    for host in others:
        assert find_proxy(f"https://{host}", None).url == "http://proxy:3128", host
    assert find_proxy("https://localhost", "http://mine:1").url == "http://mine:1"


def test_the_proxy_is_that_of_the_scheme_else_of_all(monkeypatch):
    assert find_proxy("https://host", None) is None
    monkeypatch.setenv("ALL_PROXY", "all:1")
    assert find_proxy("https://host", None).url == "http://all:1"
    monkeypatch.setenv("https_proxy", "http://secure:2")
    assert find_proxy("https://host", None).url == "http://secure:2"
    assert find_proxy("http://host", None).url == "http://all:1"


@pytest.mark.parametrize("exceptions", ["localhost,[::1]", "::1/128", "::ffff:0:0/96"])
def test_an_unusual_no_proxy_does_not_break_requests(exceptions, monkeypatch):
    monkeypatch.setenv("NO_PROXY", exceptions)
    with pytest.raises(ArthurConnectionError):
        connect().get_current_org()


def test_a_proxy_that_refuses_is_named(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:1")
    with pytest.raises(
        ArthurConnectionError, match=r"proxy http://127\.0\.0\.1:1 of HTTPS_PROXY"
    ) as caught:
        connect("https://arthur.invalid").get_current_org()
    assert "hunter2" not in str(caught.value)


def test_socks_without_its_package_is_named(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(ArthurUserError, match=r"ALL_PROXY.*socksio"):
        connect().get_current_org()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(ArthurConnectionError):
        connect().get_current_org()


@pytest.mark.parametrize("proxy", ["http://", "ftp://host", "http://host:0", "http://host:x"])
def test_an_impossible_proxy_is_named(proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UserValueError, match="HTTPS_PROXY must look like"):
        connect().get_current_org()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_certificates_that_are_none_are_named(variable, monkeypatch, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for path in (tmp_path / "absent.pem", empty):
        monkeypatch.setenv(variable, str(path))
        with pytest.raises(UserValueError, match=variable):
            connect()


@contextlib.contextmanager
def server(answer):
    """A server that gives each connection to a function; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stopped = threading.Event()

        def serve():
            while not stopped.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listening.accept()
                    threading.Thread(target=answer, args=(connection, stopped), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stopped.set()


def hang(connection, stopped):
    with connection:
        stopped.wait()


def drip(connection, stopped):
    with connection, contextlib.suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        connection.sendall(b"Content-Length: 1000\r\n\r\n")
        while not stopped.wait(0.05):
            connection.sendall(b" ")


def fail(connection, stopped):
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.mark.heavy
@pytest.mark.parametrize("answer", [hang, drip])
def test_a_deadline_bounds_a_call_with_all_its_attempts(answer):
    with server(answer) as url:
        client = connect(url, attempts=4, deadline=0.6)
        started = time.monotonic()
        with pytest.raises(ArthurTimeoutError, match="deadline"):
            client.get_current_org()
        assert time.monotonic() - started < 2.0


ROW = {"age": 1.0, "p": 0.5}


def model_at(url, **http_options):
    """A saved model at a server that answers nothing."""
    model = save_model(
        ArthurAI(url="local://"),
        [attribute("age"), prediction("p"), ground_truth("y")],
        output_type="REGRESSION",
    )
    return type(model).from_dict(model.to_dict()).attach(connect(url, **http_options).session)


@pytest.mark.heavy
@pytest.mark.parametrize("answer", [hang, drip, fail])
def test_a_single_row_is_bounded_by_a_deadline_of_its_own(answer):
    with server(answer) as url:
        model = model_at(url, row_deadline=0.6, attempts=100)
        started = time.monotonic()
        with pytest.raises(ArthurError) as caught:
            model.send_inferences([ROW])
        assert time.monotonic() - started < 2.0
        if answer is not fail:
            assert isinstance(caught.value, ArthurTimeoutError)
            assert "http_options['row_deadline']=0.6" in str(caught.value)
        assert caught.value.result.unknown == 1
        assert model.send_inferences([ROW], fail_silently=True).unknown == 1


@pytest.mark.heavy
@pytest.mark.parametrize("options", [{"row_deadline": 0.2}, {"row_deadline": None}])
def test_other_requests_do_not_end_with_a_single_row(options):
    with server(hang) as url:
        model = model_at(url, attempts=1, timeout=0.8, **options)
        rows = [ROW] if options["row_deadline"] is None else [ROW, ROW]
        started = time.monotonic()
        with pytest.raises(ArthurTimeoutError, match=r"\['timeout'\]"):
            model.send_inferences(rows)
        assert time.monotonic() - started > 0.7


@pytest.mark.heavy
def test_a_longer_time_out_of_a_call_takes_the_place_of_the_deadline_of_a_row():
    with server(hang) as url:
        model = model_at(url, attempts=1, row_deadline=0.2)
        patient = connect(url, attempts=1, row_deadline=0.2).with_options(timeout=0.8)
        started = time.monotonic()
        with pytest.raises(ArthurTimeoutError):
            model.attach(patient.session).send_inferences([ROW])
        assert time.monotonic() - started > 0.7


def test_a_single_row_has_a_deadline_unless_one_is_given():
    assert HttpOptions().row_deadline == 10
    assert HttpOptions().deadline is None


@pytest.mark.heavy
def test_no_attempt_starts_after_the_deadline():
    with server(fail) as url:
        client = connect(url, attempts=100, deadline=0.5)
        started = time.monotonic()
        with pytest.raises(Exception, match="503"):
            client.get_current_org()
        assert time.monotonic() - started < 2.0


@pytest.mark.parametrize(("value", "error"), [(0, UserValueError), ("5", UserTypeError)])
def test_a_deadline_is_a_number_above_zero(value, error):
    with pytest.raises(error, match="deadline"):
        connect(deadline=value)
