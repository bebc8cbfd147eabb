"""`arthurai serve` with a certificate of its own."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from arthurai import ArthurAI
from arthurai.server.app import create_app
from arthurai.server.serving.tls_connections import TlsConnections
from arthurai.server.serving.waitress_server import Server, listen

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates")


def make_certificate(folder, name="localhost"):
    certificate, key = folder / "cert.pem", folder / "key.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    words += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    words += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *words], check=True, capture_output=True)
    return certificate, key


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secured(files):
    with create_app() as app:
        tls = TlsConnections(*files)
        server = Server(app, listen(port=0), max_body_bytes=2**30, tls=tls)
        thread = threading.Thread(target=server.run, kwargs={"stop_seconds": 2})
        thread.start()
        yield app, server
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def connect(server, files):
    host, port = server.url.removeprefix("https://").split(":")
    context = ssl.create_default_context(cafile=str(files[0]))
    return http.client.HTTPSConnection(host, int(port), context=context, timeout=20)


def test_requests_are_answered_over_one_encrypted_connection(secured, files):
    app, server = secured
    assert server.url.startswith("https://127.0.0.1:")
    connection = connect(server, files)
    for _ in range(3):
        connection.request("GET", "/api/v3/users/me", headers={"Authorization": app.admin_key})
        answer = connection.getresponse()
        assert (answer.status, b"organization_id" in answer.read()) == (200, True)
    connection.close()


def test_the_client_sends_and_reads_much(secured, files):
    app, server = secured
    options = {"ca_bundle": str(files[0])}
    with ArthurAI(url=server.url, access_key=app.admin_key, http_options=options) as arthur:
        model = arthur.model("m", "TABULAR", "REGRESSION")
        rows = [{"x": n / 7, "text": "word " * 40, "p": 0.5, "y": 1.0} for n in range(3000)]
        model.build(rows, {"p": "y"}, set_reference_data=False)
        model.save()
        times = [f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z" for n in range(3000)]
        model.send_inferences(
            [dict(r, inference_timestamp=t) for r, t in zip(rows, times, strict=True)]
        )
        (found,) = model.query({"select": [{"function": "count"}]})
        assert found["count"] == 3000
        listed = model.query({"select": [{"property": "text"}, {"property": "x"}]})
        assert sorted(row["x"] for row in listed) == [n / 7 for n in range(3000)]


def test_links_and_cookies_are_those_of_https(secured, files):
    app, server = secured
    connection = connect(server, files)
    link = app.make_dashboard_link(server.url)
    connection.request("GET", link.removeprefix(server.url))
    answer = connection.getresponse()
    answer.read()
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert cookies
    assert all("; Secure" in cookie for cookie in cookies)
    connection.close()


def test_plain_http_and_old_tls_are_refused_and_others_go_on(secured, files):
    _, server = secured
    host, port = server.url.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not plain.recv(100).startswith(b"HTTP")
    silent = socket.create_connection((host, int(port)), timeout=20)  # never says a word
    connection = connect(server, files)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    silent.close()
    connection.close()


def test_a_refused_body_still_gets_its_answer(secured, files):
    _, server = secured
    connection = connect(server, files)
    connection.putrequest("POST", "/api/v3/login")
    connection.putheader("Content-Length", str(2**27))
    connection.putheader("Content-Type", "application/json")
    connection.endheaders()
    for _ in range(64):  # 4 MiB of what is too much anyway
        try:
            connection.send(b" " * 65536)
        except OSError:
            break
    assert connection.getresponse().status == 413
    connection.close()


def test_a_renewed_certificate_is_used_without_a_restart(tmp_path):
    files = make_certificate(tmp_path)
    tls = TlsConnections(*files)
    try:
        listener = listen(port=0)

        def seen():
            context = ssl.create_default_context(cafile=str(files[0]))
            accepted = []
            waiter = threading.Thread(
                target=lambda: accepted.append(tls.wrap(listener.accept()[0]))
            )
            waiter.start()
            with (
                socket.create_connection(listener.getsockname()) as raw,
                context.wrap_socket(raw, server_hostname="localhost") as secure,
            ):
                subject = dict(pair[0] for pair in secure.getpeercert()["subject"])
            waiter.join()
            accepted[0].close()
            return subject["commonName"]

        assert seen() == "localhost"
        make_certificate(tmp_path, "renewed")
        assert seen() == "renewed"
        files[0].write_text("broken")
        with pytest.raises(ssl.SSLError):
            seen()  # the file is no authority to check with either; the server keeps the earlier one
        listener.close()
    finally:
        tls.close()


def test_wrong_files_are_named(tmp_path, files):
    other = tmp_path / "other"
    other.mkdir()
    _, wrong_key = make_certificate(other)
    with pytest.raises(ValueError, match="not a certificate and its private key"):
        TlsConnections(files[0], wrong_key)
    encrypted = tmp_path / "encrypted.pem"
    words = [
        "rsa",
        "-aes256",
        "-passout",
        "pass:secret",
        "-in",
        str(files[1]),
        "-out",
        str(encrypted),
    ]
    subprocess.run(["openssl", *words], check=True, capture_output=True)
    with pytest.raises(ValueError, match="encrypted"):
        TlsConnections(files[0], encrypted)
