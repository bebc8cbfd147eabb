"""A server that is older than an operation is named as the reason of a refusal."""

from __future__ import annotations

import pytest

from arthurai import ArthurAI, ResponseClientError, ResponseServerError
from arthurai.common.bundle import operations
from arthurai.transport.server_age import describe_age
from arthurai.version import __version__
from arthurai_api.api.alert_rules import explain_alert_rule
from arthurai_api.api.metrics import list_metrics

RULE = "/api/v3/models/m/alert_rules/r/explanation"


def explain(server, status=404, headers=None):
    body = {"error": "no"}
    server.table[("GET", RULE)] = lambda _: (status, body, headers or {})
    arthur = ArthurAI(
        url=server.url,
        access_key="key",
        organization_id="org",
        allow_insecure=True,
        http_options={"attempts": 1},
    )
    with pytest.raises((ResponseClientError, ResponseServerError)) as caught:
        explain_alert_rule.sync("m", "r", client=arthur.api)
    return str(caught.value)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_older_server_is_named(scripted, status):
    said = explain(scripted({}), status, {"Arthur-Server-Version": "3.9.12"})
    assert "explain_alert_rule needs version 4.0.0 of the server or a later one" in said
    assert "this one is 3.9.12" in said


def test_a_server_that_does_not_say_its_version_may_be_older(scripted):
    said = explain(scripted({}))
    assert "needs version 4.0.0 of the server or a later one" in said
    assert "this server does not say which it is" in said
    assert "Check the id" in said


@pytest.mark.parametrize("version", ["4.0.0", "4.0.1", "10.2", "4.0.0rc1", __version__])
def test_a_server_that_has_the_operation_is_not_blamed(scripted, version):
    said = explain(scripted({}), headers={"Arthur-Server-Version": version})
    assert "needs version" not in said
    assert "Check the id" in said


def test_other_refusals_and_operations_say_nothing():
    assert describe_age("GET", f"https://a.example{RULE}", 403, {}) == ""
    assert describe_age("GET", "https://a.example/api/v3/models/m", 404, {}) == ""
    assert describe_age("GET", "https://a.example/elsewhere", 404, {}) == ""
    assert describe_age("DELETE", f"https://a.example{RULE}", 405, {}) == ""


def test_a_version_that_is_none_counts_as_not_said():
    for version in ("", "new", "v4", "\n4"):
        said = describe_age(
            "GET", f"https://a.example{RULE}", 404, {"arthur-server-version": version}
        )
        assert said.endswith("does not say which it is; the hosted service lacks it")


def test_the_embedded_server_says_its_version(arthur):
    found = arthur.with_raw_response.list_models()
    assert found.headers["arthur-server-version"] == __version__
    with pytest.raises(ResponseClientError) as caught:
        explain_alert_rule.sync("m", "r", client=arthur.api)
    assert "needs version" not in str(caught.value)


def test_operations_of_every_server_have_no_version():
    since = {name for name, one in operations().items() if "x-arthurai-since" in one.spec}
    assert explain_alert_rule.__name__.rpartition(".")[2] in since
    assert list_metrics.__name__.rpartition(".")[2] not in since
