"""The report on a change of the API description reads like a review."""

import copy
import subprocess
import sys

import pytest

from arthurai.common.bundle import load_bundle
from arthurai.contract.spec_diff import LEDGER, find_changes, load_ledger
from scripts import regenerate_report
from scripts.redocly import ROOT, ToolError
from scripts.regenerate_report import Findings, find_tests, report, state_of_generation

ROWS = load_ledger(ROOT / LEDGER)


def changed():
    new = copy.deepcopy(load_bundle())
    del new["components"]["schemas"]["AlertRuleRequest"]["properties"]["lookback_period"]
    new["paths"]["/v3/tags"]["get"]["summary"] = "All tags."
    return find_changes(load_bundle(), new, ROWS)


def findings(**more):
    return Findings(base="HEAD", generation="up to date", changes=changed(), rows=ROWS, **more)


def test_changes_are_told_by_public_call():
    text = "\n".join(report(findings()))
    assert text.startswith("# API changes since HEAD\n")
    assert "- Version bump: **major**" in text
    assert "- Left to do: **nothing**" in text
    users = text.partition("## What changes for users")[2].partition("\n## ")[0]
    assert "### `ArthurModel.create_alert_rule`" in users
    assert "Breaks programs:" in users
    assert "member 'lookback_period' was removed (request, `property-removed`" in users
    assert "list_tags" not in users
    raw = text.partition("## Operations without a public call")[2]
    assert "`list_tags`" in raw


def test_handlers_and_tests_to_look_at_are_named():
    text = "\n".join(report(findings()))
    assert "- `alert_rules.handlers.create_alert_rule`" in text
    tests = find_tests(changed(), ROWS)
    assert {"tests/model/test_alerts.py", "tests/server/resources/test_alert_rules.py"} <= tests
    assert "tests/upload/test_images.py" not in tests


def test_what_is_left_to_do_is_listed():
    found = findings(
        ledger=["new_one has no row"], version=["must say 5.0.0"], type_errors=["a.py:1: error: x"]
    )
    text = "\n".join(report(found))
    assert not found.is_done
    assert "- Left to do: **see below**" in text
    for line in ("- new_one has no row", "- must say 5.0.0", "a.py:1: error: x"):
        assert line in text


def test_nothing_changed_is_a_short_report():
    found = Findings(base="v4.0.0", generation="up to date", changes=[], rows=ROWS)
    assert found.is_done
    assert list(report(found)) == [
        "# API changes since v4.0.0",
        "",
        "- Generated client: up to date",
        "- Version bump: **no bump**",
        "- Left to do: **nothing**",
    ]


def test_a_client_that_is_out_of_date_is_generated_or_said(monkeypatch):
    monkeypatch.setattr(regenerate_report, "bundle", lambda: "{}")
    monkeypatch.setattr(regenerate_report, "generate", lambda: "made")
    assert state_of_generation(may_generate=True) == ("made", True)
    text, is_current = state_of_generation(may_generate=False)
    assert "out of date" in text
    assert not is_current


def test_without_the_bundler_the_report_says_so(monkeypatch):
    def missing():
        raise ToolError("node and npm not found\nmore")

    monkeypatch.setattr(regenerate_report, "bundle", missing)
    text, is_current = state_of_generation(may_generate=True)
    assert text == "**not compared with `openapi/`**: node and npm not found"
    assert not is_current


@pytest.mark.parametrize("base", ["no-such-revision", "--output=x"])
def test_a_revision_that_is_none_is_an_error(base):
    command = [sys.executable, "-m", "scripts.regenerate_report", f"--base={base}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert base in done.stderr
    assert "Traceback" not in done.stderr
