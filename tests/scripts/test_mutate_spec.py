"""Changes of the API description are made one at a time, and noticed."""

import json

import pytest

from arthurai.common.bundle import operations_of
from scripts.mutate_spec import (
    MAX_TESTS,
    Sandbox,
    excused,
    judge,
    read_exceptions,
    read_touched,
    record_tests,
    reduced,
    report,
    wrapped_document,
)
from scripts.spec_mutations import ACTIONS, ImpossibleChangeError, Mutation, touched_members

DOCUMENT, ROWS = wrapped_document()
MUTATIONS = list(DOCUMENT.mutations())
# A change, the test that exchanges it, and what notices it.
SAMPLE = [
    (
        "rename member components/schemas/AlertRuleRequest/properties/lookback_period",
        "tests/model/test_alerts.py::test_the_life_of_a_rule",
        "test_curated_objects",
    ),
    (
        "rename part components/schemas/ReferenceDataForm/properties/reference_data",
        "tests/model/test_rarely_used_members.py::test_reference_data_as_parquet",
        "test_reference_data_as_parquet",
    ),
    (
        "remove member components/schemas/HotspotNode/properties/impurity",
        "tests/model/test_enrichments.py::test_hotspots_hold_what_they_say",
        "test_hotspots",
    ),
]


def named(text):
    (found,) = [mutation for mutation in MUTATIONS if str(mutation) == text]
    return found


def test_each_place_of_the_wrapped_operations_is_changed_in_three_ways():
    kinds = {mutation.place.kind for mutation in MUTATIONS}
    assert kinds == {"header", "member", "parameter", "part", "status"}
    assert {mutation.action for mutation in MUTATIONS} == set(ACTIONS)
    assert len(MUTATIONS) > 2500
    wrapped = {name for name, row in ROWS.items() if row["status"] == "wrapped"}
    assert set().union(*(mutation.place.operations for mutation in MUTATIONS)) == wrapped


@pytest.mark.parametrize("mutation", MUTATIONS[::60], ids=str)
def test_a_change_leaves_all_operations_but_no_place_of_its_name(mutation):
    try:
        made = DOCUMENT.mutated(mutation)
    except ImpossibleChangeError:
        return
    assert made != DOCUMENT.bundle
    assert operations_of(made).keys() == operations_of(DOCUMENT.bundle).keys()
    only = frozenset(mutation.place.operations)
    assert operations_of(reduced(made, only)).keys() == only
    if mutation.action != "retype" and mutation.place.kind == "member":
        owner = made
        for step in mutation.place.pointer[:-1]:
            owner = owner[int(step)] if isinstance(owner, list) else owner[step]
        assert mutation.place.pointer[-1] not in owner


def test_required_members_stay_required_under_their_new_names():
    place = named("rename member components/schemas/AlertRuleRequest/properties/bound").place
    schemas = DOCUMENT.mutated(Mutation("rename", place))["components"]["schemas"]
    assert "bound_elsewhere" in schemas["AlertRuleRequest"]["required"]
    schemas = DOCUMENT.mutated(Mutation("remove", place))["components"]["schemas"]
    assert "bound" not in schemas["AlertRuleRequest"]["required"]


def test_members_of_values_are_found_at_every_depth():
    schema = ("components", "schemas", "PaginatedAlerts")
    value = {"data": [{"alert_rule": {"bound": "upper"}}], "unknown": 1}
    found = {pointer[-1] for pointer in touched_members(DOCUMENT, schema, value)}
    assert found == {"data", "alert_rule", "bound"}


def test_the_cheapest_tests_of_each_file_are_chosen(tmp_path):
    lines = [
        {"test": f"tests/{file}.py::test_{n}", "seconds": n / 10, "places": ["a"]}
        for file in ("one", "two")
        for n in range(12)
    ]
    file = tmp_path / "touched"
    file.write_text("\n".join(map(json.dumps, lines)))
    chosen = read_touched(file)["a"]
    assert chosen[:2] == ["tests/one.py::test_0", "tests/two.py::test_0"]
    assert len(chosen) == MAX_TESTS


def test_a_sample_is_noticed():
    with Sandbox(DOCUMENT.bundle) as sandbox:
        for text, test, found_by in SAMPLE:
            mutation = named(text)
            touched = {mutation.place.name: [test]}
            verdict = judge(sandbox, DOCUMENT, mutation, touched, check_types=False)
            assert verdict.found_by == "tests", verdict
            assert found_by in verdict.detail, verdict
        lines = "\n".join(report([verdict], ROWS, 1))
        assert "ArthurModel.find_hotspots" in lines


@pytest.mark.slow
def test_random_changes_are_noticed_or_excused():
    import random

    exceptions = read_exceptions()
    with Sandbox(DOCUMENT.bundle) as sandbox:
        touched = read_touched(record_tests(sandbox))
        verdicts = [
            judge(sandbox, DOCUMENT, mutation, touched)
            for mutation in random.Random(5).sample(MUTATIONS, 60)
        ]
    lost = [v for v in verdicts if not v.found_by and not excused(v.mutation, exceptions)]
    assert not lost, "\n".join(map(str, lost))
