"""Addresses of S3 and what goes wrong there: no credential shows anywhere."""

from __future__ import annotations

import pytest

from arthurai.server.storage.s3_address import S3Place, is_s3, parse_s3
from arthurai.server.storage.s3_errors import storage_error, without_credentials


def test_the_address_counts_more_than_the_environment():
    assert parse_s3("s3://bucket/a/b/", {}) == S3Place("bucket", "a/b")
    found = parse_s3("s3://bucket/a", {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_CA_BUNDLE": "/ca"})
    assert found == S3Place("bucket", "a", region="eu-west-1", ca_file="/ca")
    variables = {
        "AWS_REGION": "r1",
        "AWS_ENDPOINT_URL": "https://one:9000",
        "AWS_ENDPOINT_URL_S3": "http://two:9000/",
    }
    found = parse_s3("s3://bucket/a", variables)
    assert found == S3Place("bucket", "a", "two:9000", True, "r1", True)
    stated = "s3://bucket/a?endpoint=https://three&region=r2&url_style=vhost"
    assert parse_s3(stated, variables) == S3Place("bucket", "a", "three", region="r2")
    assert parse_s3(stated, variables).name == "s3://bucket/a"
    assert parse_s3("s3://bucket/a?endpoint=minio:9000", {}).region == "us-east-1"
    assert is_s3("S3://x")
    assert not is_s3("/mnt/s3:/x")


@pytest.mark.parametrize(
    "wrong",
    [
        "s3://bucket",
        "s3://bucket/",
        "s3:///a",
        "s3:bucket/a",
        "s3://Bucket_/a",
        "s3://bucket/../a",
        "s3://bucket/a//b",
        "s3://bucket/a'b",
        "s3://bucket/a%2Fb*",
        "s3://bucket/a#hunter2",
        "s3://key:hunter2@bucket/a",
        "s3://bucket/a?secret_key=hunter2",
        "s3://bucket/a?region",
        "s3://bucket/a?url_style=hunter2",
        "s3://bucket/a?endpoint=https://key:hunter2@host",
        "s3://bucket/a?endpoint=ftp://host",
        "s3://bucket/a?endpoint=https://host/path",
        "s3://bucket/a?endpoint=https://host:port",
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(wrong):
    with pytest.raises(ValueError, match="of the storage") as caught:
        parse_s3(wrong, {})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("HTTP 403 Forbidden\n\nRequestTimeTooSkewed: The difference between", "set it, e.g. by"),
        ("AWS Error REQUEST_TIME_TOO_SKEWED during", "set it, e.g. by NTP"),
        ("AWS Error UNKNOWN (HTTP status 403) InvalidAccessKeyId: The", "check AWS_ACCESS_KEY_ID"),
        ("(HTTP 403 Forbidden)\n\nSignatureDoesNotMatch: The", "check AWS_SECRET_ACCESS_KEY"),
        ("ExpiredToken: The provided token has expired.", "renew AWS_SESSION_TOKEN"),
        ("AWS Error NO_SUCH_BUCKET during ListObjectsV2", "create it, or correct --storage"),
        ("HTTP 301 PermanentRedirect: The bucket", "set AWS_REGION"),
        ("AWS Error ACCESS_DENIED during HeadObject", "s3:PutObject"),
        ("curlCode: 60, SSL peer certificate or SSH remote key was not OK", "AWS_CA_BUNDLE"),
        ("curlCode: 7, Could not connect to server", "AWS_ENDPOINT_URL_S3"),
        ("Could not resolve hostname error for HTTP GET", "AWS_ENDPOINT_URL_S3"),
    ],
)
def test_what_goes_wrong_is_named_with_the_remedy(text, remedy):
    error = storage_error(S3Place("bucket", "a", "host:9000"), text)
    assert str(error).startswith("s3://bucket/a at https://host:9000: ")
    assert remedy in str(error)
    assert error.status == 503


def test_no_credential_is_left_in_a_text(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2/of+the")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token/of+the")
    text = (
        "<AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId> hunter2/of+the token/of+the "
        "https://x/y?X-Amz-Signature=fe5f80&X-Amz-Credential=ASIA/2026&z=1"
    )
    shown = without_credentials(text)
    assert shown == (
        "<AWSAccessKeyId>…</AWSAccessKeyId> … … https://x/y?X-Amz-Signature=…&X-Amz-Credential=…&z=1"
    )
    assert "hunter2" not in str(storage_error(S3Place("b", "a"), text))
