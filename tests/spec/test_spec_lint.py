"""The house rules in redocly.yaml find what they are meant to find."""

import json
import shutil

import pytest

from scripts import spectral
from scripts.bundle import BUNDLE
from scripts.redocly import PROGRAM, ROOT, run

# rule → file, text there, text that breaks the rule
FAULTS = {
    "rule/verb-first-operation-id": ("paths/tags.yaml", "operationId: list_tags", "operationId: tags"),
    "rule/errors-on-every-operation": ("paths/usage.yaml", '"500":', '"503":'),
    "rule/versioned-path": ("arthur.yaml", "  /v3/saml/sso:", "  /saml/sso:"),
    "rule/stability-level": ("paths/alerts.yaml", "x-stability-level: stable", "x-stability-level: solid"),
    "rule/no-string-format-uuid": ("schemas/users.yaml", "id: {type: string,", "id: {type: string, format: uuid,"),
    "rule/no-nullable-keyword": ("schemas/alerts.yaml", "threshold: {type: number,", "threshold: {type: number, nullable: true,"),
    "rule/repeated-keys-only": ("parameters.yaml", "  name: attribute_value\n", "  name: attribute_value\n  explode: false\n"),
    "operation-tag-defined": ("paths/insights.yaml", "tags: [insights]", "tags: [findings]"),
    "operation-summary": ("paths/datasets.yaml", "    summary: Close a batch.\n", ""),
    "operation-operationId-unique": ("paths/users.yaml", "operationId: get_user\n", "operationId: get_alert\n"),
    "no-invalid-media-type-examples": ("examples/models.yaml", "value: {name: credit}", "value: {name: 5}"),
    "no-required-schema-properties-undefined": ("schemas/models.yaml", "required: [columns]", "required: [colums]"),
    "no-unresolved-refs": ("paths/auth.yaml", "#/LoginRequest", "#/LogonRequest"),
    "no-unused-components": ("arthur.yaml", "    ReferenceRow:", "    Orphan: {type: string, description: x}\n    ReferenceRow:"),
    "path-parameters-defined": ("paths/attributes.yaml", '    - $ref: "../parameters.yaml#/AttributeId"\n', ""),
    "tag-description": ("arthur.yaml", "    description: Getting a session.\n", ""),
    "request-mime-type": ("paths/query.yaml", "        application/json:\n          schema: {$ref", "        text/csv:\n          schema: {$ref"),
}  # fmt: skip


def _violated(entry):
    done = run(["lint", str(entry), "--config", str(ROOT / "redocly.yaml"), "--format=json"])
    report = json.loads(done.stdout[done.stdout.index("{") :])
    return {problem["ruleId"] for problem in report["problems"]}


@pytest.fixture
def copy(tmp_path):
    if not PROGRAM.exists() or shutil.which("node") is None:
        pytest.skip("Redocly or Node is not installed: run `make check` once")
    return shutil.copytree(ROOT / "openapi", tmp_path / "openapi")


def test_the_specification_keeps_the_rules(copy):
    assert _violated(copy / "arthur.yaml") == set()


def test_each_rule_finds_its_fault(copy):
    for rule, (name, text, fault) in FAULTS.items():
        file = copy / name
        content = file.read_text("utf-8")
        assert text in content, rule
        file.write_text(content.replace(text, fault, 1), "utf-8")
    assert _violated(copy / "arthur.yaml") >= set(FAULTS)


def test_a_second_linter_finds_faults_only_where_they_are(tmp_path):
    if not spectral.TOOL.is_installed() or shutil.which("node") is None:
        pytest.skip("Spectral or Node is not installed: run `make check` once")
    document = json.loads(BUNDLE.read_bytes())
    document["paths"]["/v3/login/"] = document["paths"].pop("/v3/login")
    document["paths"]["/v3/usage/{rollup}"]["get"]["tags"] = []
    document["components"]["schemas"]["Error"]["properties"]["error"]["type"] = "word"
    faulty = tmp_path / "openapi.json"
    faulty.write_text(json.dumps(document), encoding="utf-8")
    found = {rule for rule, _ in spectral.findings(faulty)}
    assert found >= {"operation-tags", "oas3-schema", "path-keys-no-trailing-slash"}
    assert list(spectral.findings()) == []
