"""Changes of the API description are made one at a time, and noticed."""

import importlib
import inspect
import json

import attrs
import pytest

from arthurai.common.bundle import operations_of
from arthurai_api import models
from scripts.mutate_spec import (
    Verdict,
    excused,
    judge,
    judge_documents,
    judge_made,
    read_exceptions,
    read_verdicts,
    report,
    wrapped_document,
    write_verdict,
)
from scripts.mutation_batches import MAX_CHANGES, batches_of, blamed, name_of
from scripts.mutation_replay import MAX_TESTS, Replay, read_touched, record_tests
from scripts.mutation_sandbox import Sandbox
from scripts.spec_mutations import (
    ACTIONS,
    ImpossibleChangeError,
    Mutation,
    reduced,
    touched_members,
)

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
        with pytest.raises(RuntimeError, match="record the tests again"):
            sandbox.run_tests(["tests/model/test_alerts.py::test_that_is_gone"])


def test_a_recorded_request_is_compared_with_the_changed_description(tmp_path):
    place = named("rename member components/schemas/AlertStatusRequest/properties/status").place
    parameter = named("rename parameter paths/~1v3~1service_accounts/get/parameters/0").place
    common = {"status": 200, "request_headers": {"content-type": "application/json"}}
    common |= {"response_headers": {"content-type": "application/json"}, "response_body": "{}"}
    patch = {"method": "PATCH", "url": "/api/v3/alerts/a", "request_body": '{"status": "resolved"}'}
    get = {"method": "GET", "url": "/api/v3/service_accounts?description=x", "request_body": ""}
    exchanges = [
        {"places": [place.name], "exchange": common | patch},
        {"places": [parameter.name], "exchange": common | get},
    ]
    file = tmp_path / "recording"
    part = named("rename part components/schemas/ReferenceDataForm/properties/reference_data").place
    entry = {"test": "tests/a.py::test_a", "places": [part.name], "exchanges": exchanges}
    file.write_text(json.dumps(entry))
    replay = Replay(file, DOCUMENT)
    assert "reference_data is not listed" in replay.failure(Mutation("rename", part))
    assert replay.failure(Mutation("retype", part)) == ""
    for action in ACTIONS:
        assert "update_alert: request body" in replay.failure(Mutation(action, place))
    for action in ("rename", "remove"):
        assert "query parameter" in replay.failure(Mutation(action, parameter))
    assert replay.failure(Mutation("retype", parameter)).endswith("description=x is no integer")


def test_generated_code_takes_members_and_query_parameters_by_keyword_only():
    """What is recorded of requests would otherwise not tell what the client sends after a change."""
    for name in set(models.__all__):
        kind = getattr(models, name)
        if attrs.has(kind):
            assert all(field.kw_only for field in attrs.fields(kind) if field.init), name
    for name, operation in operations_of(DOCUMENT.bundle).items():
        module = importlib.import_module(f"arthurai_api.api.{operation.tag}.{name}")
        taken = inspect.signature(module.sync_detailed).parameters.values()
        by_place = [one.name for one in taken if one.kind is not inspect.Parameter.KEYWORD_ONLY]
        assert len(by_place) == operation.path.count("{"), name


def test_a_recorded_answer_is_compared_with_the_changed_description(tmp_path):
    place = named("rename member components/schemas/UserResponse/properties/email").place
    exchange = {
        "method": "GET",
        "url": "/api/v3/users/me",
        "status": 200,
        "request_headers": {},
        "request_body": "",
        "response_headers": {"content-type": "application/json"},
        "response_body": json.dumps({"organization_id": "o", "roles": [], "email": "a@b.c"}),
    }
    exchanges = [{"places": [place.name], "exchange": exchange}]
    file = tmp_path / "recording"
    file.write_text(
        json.dumps({"test": "tests/a.py::test_a", "places": [], "exchanges": exchanges})
    )
    replay = Replay(file, DOCUMENT)
    for action in ACTIONS:
        failure = replay.failure(Mutation(action, place))
        assert failure.startswith("tests/a.py::test_a: get_current_user: response body"), failure
    other = named("remove member components/schemas/UserResponse/properties/roles")
    assert replay.failure(other) == ""


def test_documents_are_judged_without_making_a_client(tmp_path):
    file = tmp_path / "recording"
    file.touch()
    noticed = named("remove status paths/~1v3~1login/post/responses/429")
    unnoticed = named("remove member components/schemas/UserResponse/properties/roles")
    verdicts = []
    assert judge_documents(DOCUMENT, [noticed, unnoticed], file, verdicts.append) == [unnoticed]
    assert [(one.mutation, one.found_by) for one in verdicts] == [(noticed, "tests")]
    assert "test_every_operation_may_fail_in_the_common_ways" in verdicts[0].detail


def test_a_run_goes_on_where_it_was(tmp_path):
    file = tmp_path / "verdicts"
    assert read_verdicts(file, MUTATIONS) == []
    verdict = Verdict(MUTATIONS[0], "tests", "why", 0.25)
    write_verdict(file, verdict)
    write_verdict(file, Verdict(MUTATIONS[1], "", "", 0.0))
    assert read_verdicts(file, MUTATIONS[:1]) == [verdict]
    assert len(read_verdicts(file, MUTATIONS)) == 2


@pytest.mark.slow
def test_batches_hold_changes_that_can_be_told_apart():
    chosen = [one for one in MUTATIONS if one.place.kind in {"member", "parameter", "part"}][::3]
    batches = batches_of(DOCUMENT, chosen)
    made = [mutation for batch in batches for mutation in batch.mutations.values()]
    assert len(set(map(str, made))) == len(made) > len(chosen) * 0.9
    for batch in batches:
        assert len(batch.mutations) <= MAX_CHANGES
        pointers = [mutation.place.pointer for mutation in batch.mutations.values()]
        for one in pointers:
            assert not [two for two in pointers if two is not one and two[: len(one)] == one]
        for name, mutation in batch.mutations.items():
            assert name_of(DOCUMENT, mutation) == name


def test_errors_are_put_down_to_the_members_they_name():
    mutation = named("rename member components/schemas/AlertRuleRequest/properties/bound")
    (batch,) = batches_of(DOCUMENT, [mutation])
    ours = (
        'arthurai/model/alerts.py:9: error: Unexpected keyword argument "bound" for "X"  [call-arg]'
    )
    assert list(blamed(batch, [ours])) == [(mutation, ours)]
    for other in (
        ours.replace('"bound"', '"bounds"'),
        f"generated/{ours}",
        'arthurai/a.py: "bound"',
    ):
        assert list(blamed(batch, [other])) == []


@pytest.mark.slow
def test_every_change_is_noticed_or_excused(tmp_path):
    exceptions = read_exceptions()
    recording = tmp_path / "touched.jsonl"
    verdicts = []
    with Sandbox(DOCUMENT.bundle) as sandbox:
        record_tests(sandbox, recording)
        left = judge_documents(DOCUMENT, MUTATIONS, recording, verdicts.append)
        judge_made(sandbox, DOCUMENT, left, recording, verdicts.append)
    lost = [v for v in verdicts if not v.found_by and not excused(v.mutation, exceptions)]
    assert len(verdicts) == len(MUTATIONS)
    assert not lost, "\n".join(report(lost, ROWS, len(MUTATIONS)))
