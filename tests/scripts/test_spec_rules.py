"""The page of rules shows every rule of the comparison, and is what the tests say."""

import re

from scripts.redocly import ROOT
from scripts.spec_rules import PAGE, examples, page

NAMED = re.compile(
    r'"([a-z]+(?:-[a-z]+)*-(?:added|removed|changed|narrowed|widened|allowed|forbidden|tightened'
    r'|loosened|required|optional|dropped|undecided|renamed))"'
)


def test_the_page_is_what_the_tests_say():
    assert PAGE.read_text("utf-8") == page()


def test_every_rule_has_an_example():
    shown = {example.change.rule for example in examples()}
    sources = (ROOT / "arthurai" / "contract" / "diff").glob("*.py")
    named = {rule for file in sources for rule in NAMED.findall(file.read_text("utf-8"))}
    assert len(named) > 40
    assert named <= shown
