"""Operations: none is missing, each is reachable, guarded and documented."""

import itertools
import keyword
import re

import pytest
from packaging.version import Version

from arthurai.version import __version__

# operations and, of these, called by the official SDK
TAGS = {
    "auth": (2, 1),
    "users": (11, 2),
    "organizations": (11, 2),
    "service_accounts": (4, 2),
    "authorization": (5, 0),
    "usage": (1, 0),
    "models": (8, 5),
    "attributes": (7, 0),
    "pinned_columns": (4, 0),
    "tags": (5, 0),
    "model_groups": (6, 5),
    "inferences": (8, 4),
    "datasets": (6, 3),
    "query": (4, 3),
    "metrics": (12, 3),
    "alert_rules": (7, 3),
    "alerts": (5, 2),
    "alert_notification_configurations": (6, 0),
    "alert_summary_configurations": (11, 0),
    "enrichments": (17, 10),
    "insights": (6, 0),
}
PUBLIC = {"login", "saml_sso"}
ANY_CALLER = {
    "get_current_user",
    "update_current_user",
    "get_auth_info",
    "get_current_organization",
    "set_current_organization",
    "list_my_organizations",
    "authorize",
    "list_my_permissions",
}
# answers whose code is not the usual one of their method: 200, or 201 for creating, or 204 for deleting
UNUSUAL_SUCCESS = {
    "send_inferences": "207",
    "delete_inference": "200",
    "update_inferences": "207",
    "update_ground_truth": "207",
    "send_inference_file": "207",
    "send_sagemaker_data_capture": "207",
    "upload_reference_data": "207",
    "archive_model_group": "202",
    "update_enrichments": "202",
    "update_anomaly_detection": "202",
    "update_bias_mitigation": "202",
    "update_hotspots": "202",
    "update_explainability": "202",
    "create_alert_rule": "200",
    "remove_tag_from_model": "200",
    "delete_custom_roles": "200",
    "replace_model_attributes": "204",
    "update_model_attributes": "204",
}


def test_every_tag_has_its_operations(operations):
    found = {}
    for _, _, _, operation in operations.values():
        (tag,) = operation["tags"]
        count, official = found.get(tag, (0, 0))
        found[tag] = (count + 1, official + operation.get("x-official-sdk", False))
    assert found == TAGS


def test_all_operations_are_there(operations):
    assert len(operations) == 146
    assert sum(op.get("x-official-sdk", False) for _, _, _, op in operations.values()) == 45


def test_tags_come_in_one_order_with_their_operations(bundle, operations):
    declared = [tag["name"] for tag in bundle["tags"]]
    assert declared == list(TAGS)
    used = [operation["tags"][0] for _, _, _, operation in operations.values()]
    assert [tag for tag, _ in itertools.groupby(used)] == declared


def test_operation_ids_are_python_module_names(operations):
    for name in operations:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)


def test_only_signing_on_is_public(bundle, operations):
    assert bundle["security"] == [{"token": []}, {"cookie": []}]
    schemes = bundle["components"]["securitySchemes"]
    assert {(schemes[name]["in"], schemes[name]["name"]) for name in schemes} == {
        ("header", "Authorization"),
        ("cookie", "Authorization"),
    }
    public = {name for name, (_, _, _, op) in operations.items() if "security" in op}
    assert public == PUBLIC
    assert all(operations[name][3]["security"] == [] for name in public)


def test_every_other_operation_needs_a_known_permission(operations, roles):
    granted = {
        (resource, action)
        for grants in roles.values()
        for resource, actions in grants.items()
        for action in actions
    }
    free = set()
    for name, (_, _, _, operation) in operations.items():
        permission = operation.get("x-permission")
        if permission is None:
            free.add(name)
        else:
            assert set(permission) == {"resource", "action"}, name
            assert (permission["resource"], permission["action"]) in granted, name
    assert free == PUBLIC | ANY_CALLER


def test_reading_data_by_query_needs_the_data_permission(operations):
    by_query = {
        name
        for name, (_, _, _, op) in operations.items()
        if op.get("x-permission") == {"resource": "query", "action": "execute"}
    }
    flagged = {name for name, (_, _, _, op) in operations.items() if op.get("x-permission-data")}
    assert by_query == flagged
    assert len(by_query) == 6


def test_success_codes(operations):
    for name, (method, _, _, operation) in operations.items():
        codes = [code for code in operation["responses"] if code.startswith("2")]
        usual = {"delete": "204"}.get(method, "200")
        if name.startswith("create_") and name != "create_custom_roles":
            usual = "201"
        assert codes == [UNUSUAL_SUCCESS.get(name, usual)], name


def test_redirects_are_the_documented_ones(operations):
    redirecting = {
        name
        for name, (_, _, _, op) in operations.items()
        if any(code.startswith("3") for code in op["responses"])
    }
    assert redirecting == {"saml_sso", "get_inference_image"}


def test_errors_have_the_common_body(operations, resolve):
    for name, (_, _, _, operation) in operations.items():
        for code, response in operation["responses"].items():
            if code[0] in "45":
                content = resolve(response)["content"]
                assert content == {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                }, (name, code)


def test_bodies_may_be_too_large_or_of_the_wrong_type(operations):
    for name, (_, _, _, operation) in operations.items():
        codes = {"413", "415"} & set(operation["responses"])
        assert codes == ({"413", "415"} if "requestBody" in operation else set()), name


def test_too_many_requests_says_how_long_to_wait(bundle):
    assert "Retry-After" in bundle["components"]["responses"]["TooManyRequests"]["headers"]


def test_sessions_are_kept_in_cookies(operations):
    for name in ("login", "set_current_organization"):
        assert "Set-Cookie" in operations[name][3]["responses"]["200"]["headers"]


def test_deprecation_is_said_twice(operations):
    for name, (_, _, _, operation) in operations.items():
        deprecated = operation.get("deprecated", False)
        assert deprecated == (operation["x-stability-level"] == "deprecated"), name


def test_additions_say_since_when_a_server_has_them(operations):
    for name, (_, _, _, operation) in operations.items():
        since = operation.get("x-arthurai-since")
        assert (since is not None) == operation.get("x-arthurai-extension", False), name
        assert since is None or Version(since) <= Version(__version__), name


def test_metrics_of_v3_are_copies_of_v4(operations):
    own = {"operationId", "description", "deprecated", "x-stability-level", "x-official-sdk"}

    def shape(operation):
        return {key: value for key, value in operation.items() if key not in own}

    pairs = [name for name in operations if name.endswith("_v3")]
    assert len(pairs) == 6
    for old in pairs:
        new = old.removesuffix("_v3")
        assert operations[old][1].replace("/v3/", "/v4/") == operations[new][1]
        assert shape(operations[old][3]) == shape(operations[new][3])
        assert operations[old][3]["deprecated"]


def test_parameters_are_documented_and_plain(operations, resolve):
    for name, (_, path, item, operation) in operations.items():
        given = [resolve(p) for p in item.get("parameters", []) + operation.get("parameters", [])]
        in_path = [p["name"] for p in given if p["in"] == "path"]
        assert sorted(in_path) == sorted(re.findall(r"{(\w+)}", path)), name
        for parameter in given:
            # a header is only ours: the hosted service knows none
            is_ours = parameter.get("x-arthurai-extension", False)
            assert parameter["in"] in {"path", "query"} or is_ours, name
            assert parameter["description"], name
            assert "$ref" in parameter["schema"] or parameter["schema"].get("format") != "uuid"
            assert parameter.get("required", False) or parameter["in"] != "path"


def test_pages_default_to_the_first_twenty(operations, resolve):
    for name, (_, _, _, operation) in operations.items():
        given = {resolve(p)["name"]: resolve(p) for p in operation.get("parameters", [])}
        assert ("page" in given) == ("page_size" in given), name
        if "page" not in given:
            continue
        page, size = given["page"]["schema"], given["page_size"]["schema"]
        assert page["minimum"] == size["minimum"] == 1
        assert size.get("maximum", 2**63) >= 2**31 - 1, "clients ask for 2147483647 rows"
        defaults = (page.get("default"), size.get("default"))
        assert defaults == ((None, None) if name == "query" else (1, 20)), name


def _segments(path):
    return path.strip("/").split("/")


def _both_match(one, other):
    """Whether some path fits both templates."""
    return len(one) == len(other) and all(
        a == b or a.startswith("{") or b.startswith("{") for a, b in zip(one, other, strict=True)
    )


def test_a_literal_segment_decides_between_templates(bundle):
    """Two templates may fit one path if the leftmost difference is a literal against a parameter.

    Where a later segment speaks for the other template, a router must know that the leftmost one
    counts; those pairs are few and named here.
    """
    crossing = set()
    for one, other in itertools.combinations(bundle["paths"], 2):
        a, b = _segments(one), _segments(other)
        if not _both_match(a, b):
            continue
        sides = [x.startswith("{") for x, y in zip(a, b, strict=True) if x != y]
        assert sides, f"{one} and {other} differ in names of parameters only"
        if len(set(sides)) > 1:
            crossing.add(frozenset({one, other}))
    inferences = "/v3/models/{model_id}/inferences"
    explanation = f"{inferences}/{{partner_inference_id}}/explanation"
    assert crossing == {
        frozenset({explanation, f"{inferences}/query/{{partner_inference_id}}"}),
        frozenset({explanation, f"{inferences}/images/{{image_id}}"}),
    }


@pytest.mark.parametrize(
    ("literal", "template"),
    [
        ("/v3/users/me", "/v3/users/{user_id}"),
        ("/v3/users/invite_users", "/v3/users/{user_id}"),
        ("/v3/organizations/current", "/v3/organizations/{organization_id}"),
        ("/v3/organizations/me", "/v3/organizations/{organization_id}"),
        ("/v3/models/health", "/v3/models/{model_id}"),
        ("/v3/alerts/model_counts", "/v3/alerts/{alert_id}"),
        (
            "/v3/models/{model_id}/insights/group_counts",
            "/v3/models/{model_id}/insights/{insight_id}",
        ),
    ],
)
def test_known_overlaps_coexist(bundle, literal, template):
    assert literal in bundle["paths"]
    assert template in bundle["paths"]
    assert _both_match(_segments(literal), _segments(template))


def test_servers_end_where_paths_begin(bundle):
    assert bundle["openapi"] == "3.1.0"
    assert bundle["servers"]
    assert all(server["url"].endswith("/api") for server in bundle["servers"])
