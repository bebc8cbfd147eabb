"""Addresses, yes/no words and http_options, checked before anything is sent."""

import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import ArthurUserError, UserTypeError, UserValueError
from arthurai.transport.options import (
    HttpOptions,
    check_header_text,
    parse_endpoint,
    resolve_verify_ssl,
)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://app.arthur.ai", "https://app.arthur.ai"),
        ("https://app.arthur.ai/", "https://app.arthur.ai"),
        ("  https://app.arthur.ai\n", "https://app.arthur.ai"),
        ("HTTPS://APP.Arthur.AI", "https://app.arthur.ai"),
        ("https://host:8443", "https://host:8443"),
        ("https://10.0.0.1:1", "https://10.0.0.1:1"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("https://my_host.internal.", "https://my_host.internal."),
        ("https://\u00fcber.example", "https://\u00fcber.example"),
        ("https://host?", "https://host"),
    ],
)
def test_addresses_that_can_be_used(url, origin):
    endpoint = parse_endpoint(url)
    assert (endpoint.origin, endpoint.local) == (origin, False)


@pytest.mark.parametrize("url", ["app.arthur.ai", "localhost:8443"])
def test_a_missing_scheme_is_https_with_a_warning(url, caplog):
    assert parse_endpoint(url).origin == f"https://{url}"
    assert "https:// is assumed" in caplog.text


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("http://app.arthur.ai", "allow_insecure"),
        ("http://localhost:8000", "allow_insecure"),
        ("https://app.arthur.ai/api/v3", "url='https://app.arthur.ai'"),
        ("https://host/?a=1", "query"),
        ("https://host#top", "fragment"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("https://:8080", "host"),
        ("https://a b", "blanks"),
        ("https://a\nb", "control"),
        ("https://a\x00b", "control"),
        ("https://host:0", "port"),
        ("https://host:99999", "port"),
        ("https://host:abc", "host"),
        ("https://good.example\\@evil.example", ""),
        ("https://-bad-", "host"),
        ("https://a,b", "host"),
        ("https://[::1", ""),
        ("htps://host", "did you mean 'https'?"),
        ("ftp://host", "ftp"),
        ("file:///etc/passwd", "file"),
        ("local:", "local:"),
        ("local:///", "root"),
        ("local:/dir", "local:"),
        ("local://dir", "did you mean"),
        ("local://~/dir", "did you mean"),
        ("loca://dir", "did you mean 'local'?"),
    ],
)
def test_addresses_that_cannot(url, says):
    with pytest.raises(UserValueError) as caught:
        parse_endpoint(url)
    assert says in str(caught.value)
    assert "url" in str(caught.value)


@pytest.mark.parametrize("url", [None, 3, b"https://host", Path("/x")])
def test_addresses_of_another_type(url):
    with pytest.raises(UserTypeError, match="url must be a string"):
        parse_endpoint(url)


@given(st.from_regex(r"[A-Za-z0-9]{1,9}", fullmatch=True), st.text("abcdefgh!$%;:,~", min_size=9))
def test_a_password_in_an_address_is_refused_unseen(user, password):
    with pytest.raises(UserValueError) as caught:
        parse_endpoint(f"https://{user}:{password}@host")
    assert password not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_an_error_of_ours(text):
    for url in (text, f"https://{text}", f"local://{text}"):
        try:
            endpoint = parse_endpoint(url, allow_insecure=True)
        except ArthurUserError:
            continue
        assert endpoint.local or endpoint.origin.startswith(("https://", "http://"))


def test_plain_http_when_it_is_allowed():
    assert parse_endpoint("http://localhost:8000", allow_insecure=True).origin == (
        "http://localhost:8000"
    )


def test_local_addresses(tmp_path):
    assert parse_endpoint("local://").directory is None
    assert parse_endpoint("LOCAL://").local
    endpoint = parse_endpoint(f"local://{tmp_path}/some dir%20é")
    assert endpoint.directory == tmp_path / "some dir%20é"
    assert endpoint.url == f"local://{tmp_path}/some dir%20é"


def test_verify_ssl_comes_from_the_environment_unless_given(monkeypatch):
    monkeypatch.setenv("VERIFY_SSL", "No")
    assert resolve_verify_ssl(None) is False
    assert resolve_verify_ssl(True) is True
    monkeypatch.setenv("VERIFY_SSL", " ")
    assert resolve_verify_ssl(None) is True


@pytest.mark.parametrize("value", ["yes", 1, 0, "False"])
def test_verify_ssl_has_to_be_a_bool(value):
    with pytest.raises(UserTypeError, match="verify_ssl"):
        resolve_verify_ssl(value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"time_out": 3}, "did you mean 'timeout'?"),
        ({"timeout": 0}, "above 0"),
        ({"timeout": float("nan")}, "above 0"),
        ({"timeout": float("inf")}, "above 0"),
        ({"timeout": "3"}, "number"),
        ({"timeout": True}, "number"),
        ({"connect_timeout": -1}, "above 0"),
        ({"attempts": 0}, "at least 1"),
        ({"attempts": 2.5}, "whole number"),
        ({"max_connections": 0}, "at least 1"),
        ({"proxy": "proxy:3128"}, "http://host:port"),
        ({"proxy": "ftp://proxy"}, "http://host:port"),
        ({"proxy": "http://proxy:99999"}, "http://host:port"),
        ({"proxy": 3}, "string"),
        ({3: 3}, "unknown key 3"),
        ("timeout=3", "dict"),
        ([("timeout", 3)], "dict"),
    ],
)
def test_options_that_cannot_be_used(options, says):
    with pytest.raises(ArthurUserError, match="http_options") as caught:
        HttpOptions.parse(options)
    assert says in str(caught.value)


def test_options_that_can():
    options = HttpOptions.parse({"timeout": 3, "attempts": 1, "proxy": "http://u:p@proxy:3128"})
    assert (options.timeout, options.attempts) == (3, 1)
    assert HttpOptions.parse(options) is options
    assert HttpOptions.parse(None) == HttpOptions()


def test_a_certificate_bundle_has_to_be_one(tmp_path):
    bad = tmp_path / "bundle.pem"
    bad.write_text("no certificate")
    for path in (bad, tmp_path / "missing.pem"):
        with pytest.raises(UserValueError, match="ca_bundle"):
            HttpOptions(ca_bundle=path).ssl_context(verify=True)
    with pytest.raises(UserValueError, match="verify_ssl"):
        HttpOptions(ca_bundle=bad).ssl_context(verify=False)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_certificate_bundle_may_come_from_the_environment(variable, monkeypatch, tmp_path):
    import certifi

    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, certifi.where())
    assert isinstance(HttpOptions().ssl_context(verify=True), ssl.SSLContext)
    assert HttpOptions().ssl_context(verify=False) is False
    monkeypatch.setenv(variable, str(tmp_path / "missing"))
    with pytest.raises(UserValueError, match=variable):
        HttpOptions().ssl_context(verify=True)


def test_a_certificate_bundle_is_used():
    import certifi

    context = HttpOptions(ca_bundle=certifi.where()).ssl_context(verify=True)
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert HttpOptions().ssl_context(verify=False) is False


@given(st.text())
def test_header_texts_are_printable_ascii_or_refused(text):
    try:
        value = check_header_text("organization_id", text, secret=False)
    except ArthurUserError:
        return
    assert value
    assert all(" " <= ch <= "~" for ch in value)
