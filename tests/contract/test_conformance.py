"""An exchange that no schema refuses, and that is none of the document all the same."""

import json

import pytest

from arthurai.common.bundle import load_bundle
from arthurai.contract.conformance import Conformance, Exchange

CONFORMANCE = Conformance(load_bundle())
USAGE = {"organization_id": "3f0c", "users": 2, "total_models": 5}


def kinds_of(body: object) -> list[tuple[str, str]]:
    exchange = Exchange(
        method="GET",
        url="/api/v3/organizations/3f0c/usage",
        status=200,
        response_headers={"content-type": "application/json"},
        response_body=json.dumps(body).encode(),
    )
    return [(found.kind, found.message) for found in CONFORMANCE.check(exchange)]


@pytest.mark.parametrize("body", [USAGE, {}, {**USAGE, "added_later": 1}])
def test_an_object_with_members_of_the_document_conforms(body):
    assert kinds_of(body) == []


@pytest.mark.parametrize("body", [{"result": USAGE}, {"organizationId": "3f0c", "totalModels": 5}])
def test_an_object_without_any_member_of_the_document_is_another_one(body):
    assert kinds_of(body) == [("response body", "the object has no member of the document")]
