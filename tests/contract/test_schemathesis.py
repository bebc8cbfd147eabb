"""schemathesis with all of its checks: nothing that the document allows is refused, and more.

The requests address objects that are there. A request may be refused although it fits the document
where the document says the rule in words: `REFUSED` has these rules, with the reasons.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "deviations"))  # helper modules of these tests

import seeded_runs
from deviating_server import OPERATIONS

from arthurai.contract import fuzzing
from arthurai.contract.findings import Findings
from arthurai.contract.run_plan import GENERATION_PHASES, Bounds, make_plan
from arthurai.contract.runner import ContractRun
from arthurai.server.app import create_app

pytestmark = [pytest.mark.faults, pytest.mark.heavy]
REJECTED = "schema-valid request rejected"
FEW, MANY = 2, 60
SAMPLE = ("create_organization", "list_tags", "update_tag", "list_users", "authorize")
#: What a server may say of a request that fits the document, by operation. The document says these
#: rules in words, for a schema cannot, or would forbid it in answers of other servers, too.
STORED = "it depends on what is stored"
TOGETHER = "members belong together, or exclude each other"
FILES = "which files there must be depends on the others, or on what was sent before"
GENERATED = "schemathesis overlooks the format where null is allowed, too"
NAMES = "a schema for names would hold for answers, too"
PICTURES = "a schema cannot say which bytes are a picture"
WORDS = "a pattern cannot say which texts these are, in any spelling or of any character"
REFUSED = (
    (".*", r"is not a .{1,2}date-time", GENERATED),
    (".*", "unknown (metric|property|parameter|attribute|function|model|class)", STORED),
    (".*", "unknown comparator|must be the name of a time zone|must be an e-mail address", WORDS),
    ("(create|update)_(current_)?user", "body.username: must be a printable string", WORDS),
    ("update_(current_)?user", "contains @ and is not the user's own address", STORED),
    ("create_user", "contains @ and is not the user's own address", TOGETHER),
    (".*", "is not (one of this model|pinned|stored)", STORED),
    (".*", "does not exist", STORED),
    (".*", "(is|are) disabled|no reference data|is not a member|no such", STORED),
    ("update_current_user", "a service account has no user account", STORED),
    ("close_(reference_data|batch)", "total_record_count", STORED),
    ("(close|upload)_reference_data", "the reference set is closed", STORED),
    ("(send|upload)_.*", "must be a zip, or a PNG", PICTURES),
    ("find_hotspots", "requires a batch model|requires a streaming model", STORED),
    (
        "backtest_alert_rule|create_alert_rule|update_alert_rule",
        "metric_id|metric_parameters",
        STORED,
    ),
    ("(create|update|evaluate)_metric(_v3)?", "endpoint|parameters", STORED),
    ("(create|update)_metric(_v3)?", "must hold exactly one function", TOGETHER),
    ("(create|update)_alert_summary_.*|create_alert_notification_.*", "is required for", TOGETHER),
    ("create_alert_summary_configuration", "is required for a weekly summary", TOGETHER),
    ("invite_users", "for super administrators", TOGETHER),
    (".*", "must not lie after|exactly one of|one of .* is required", TOGETHER),
    (".*", "is required unless|are required", TOGETHER),
    ("(create|update)_model", "times pixel_height must be at most", TOGETHER),
    ("(create|update)_model|.*_model_attributes?", "attribute|position|stage|column", TOGETHER),
    (
        "send_.*|upload_.*|update_e.*|saml_sso",
        "part |parts |file|is required with a project",
        FILES,
    ),
    (".*custom_roles|create_organization", "role_name|role |unknown permission", NAMES),
    (".*", "must be (a property name|the name of an attribute|a non-empty)", NAMES),
    (".*", "must have 1 to 1024 characters|NUL character", NAMES),
)

#: Checks of schemathesis that are not made here, and where what they look for is looked for.
ELSEWHERE = {
    "ensure_resource_availability": "needs what was sent before: tests/contract/test_sequences.py",
    "use_after_free": "needs what was sent before: tests/contract/test_sequences.py",
    "ignored_auth": "credentials are added after schemathesis has made a request, so that it sees "
    "none; tests/server/test_authorization.py calls each operation without and with wrong ones",
    "object_level_authorization": "likewise; tests/server/test_authorization.py calls each operation "
    "for the objects of another organization",
}


def checks_of_all(*, accepts_all):
    """Return every check of schemathesis for which one response is enough."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    return [
        not_a_server_error,
        checks.content_type_conformance,
        checks.missing_required_header,
        checks.negative_data_rejection,
        accepted_or_told_why,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
        checks.status_code_conformance,
        checks.unsupported_method,
        checks.allow_header_conformance,
    ]


def accepted_or_told_why(context, response, case):
    """Check that valid data are accepted; a finding has what the server says."""
    from schemathesis.core.failures import Failure
    from schemathesis.specs.openapi import checks

    try:
        return checks.positive_data_acceptance(context, response, case)
    except Failure as failure:
        failure.message = response.text
        raise


def is_excused(finding) -> bool:
    return finding.kind == REJECTED and any(
        re.fullmatch(operation, finding.operation_id) and re.search(words, finding.message)
        for operation, words, _ in REFUSED
    )


def fuzz(monkeypatch, examples, seed, names=()):
    """Send generated requests to operations, and return what is found but not excused, a line each."""

    def generate(run):
        for phase in GENERATION_PHASES:
            for operation in run.plan.operations:
                if run.fuzzer.covers(operation.operation_id):
                    run._generation_step(phase, operation)

    def add_unless_excused(findings, finding):  # few of a kind are kept, which would hide others
        if not is_excused(finding):
            add(findings, finding)

    add = Findings.add
    monkeypatch.setattr(Findings, "add", add_unless_excused)
    monkeypatch.setattr(ContractRun, "_work", generate)
    monkeypatch.setattr(fuzzing, "_case_checks", checks_of_all)
    bounds = Bounds(max_requests=1_000_000, max_seconds=7200.0)
    plan = make_plan(
        "local://",
        OPERATIONS,
        write=True,
        names=names,
        max_examples=examples,
        seed=seed,
        bounds=bounds,
    )
    with create_app() as app:
        result = seeded_runs.check_app(app, plan)
    found = "\n".join(f"{f.operation_id}: {f.kind}: {f.message}" for f, _ in result.findings)
    assert not result.stopped, found
    return found


def test_every_check_of_schemathesis_has_a_place():
    from schemathesis.checks import CHECKS

    made = {check.__name__ for check in checks_of_all(accepts_all=True)}
    made = (made - {accepted_or_told_why.__name__}) | {"positive_data_acceptance"}
    assert not made & ELSEWHERE.keys()
    assert made | ELSEWHERE.keys() == set(CHECKS.get_all_names())


def test_a_sample_of_operations_keeps_all_checks(monkeypatch):
    assert fuzz(monkeypatch, FEW, 1, SAMPLE) == ""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_operations_keep_all_checks(monkeypatch, seed):
    assert fuzz(monkeypatch, MANY, seed) == ""
