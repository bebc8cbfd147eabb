"""Sending over a network that breaks: no row lost, none doubled, every unknown one named."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections import Counter
from datetime import timedelta

import pytest
from builders import NOW, regression, regression_rows, save_model, stored, unique_name

from arthurai import ArthurAI
from arthurai.common.exceptions import ArthurError, UnexpectedValueError
from arthurai.transport.retries import RetryBudget
from arthurai_api.api.datasets import get_reference_data

from .fault_proxy import FAULTS, FINE, FORWARDED, REFUSALS, UNCLEAR, FaultProxy

pytestmark = pytest.mark.faults

_numbers = itertools.count()
PATIENT = 60
HURRIED = 2
"""Seconds to wait for an answer: only where a late one is the fault it must be short."""
HARMLESS = {"connection closed afterwards"}
OPEN_REFUSALS = {"408 refused"}
"""A proxy may answer so that has passed the request on."""
STARTS = {"data", "sent", "reference"}


def hurried(connection):
    """Retries as ever, but without the long waits between them and without a budget to empty."""
    context = connection.session._context
    context.policy = dataclasses.replace(
        context.policy, base=0.002, cap=0.01, budget=RetryBudget(10**9)
    )
    return connection


@pytest.fixture(scope="module")
def direct(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def near(direct):
    """A model all tests may send rows of their own to."""
    return save_model(direct, regression())


@pytest.fixture
def through(served):
    """Give a function that connects through a proxy with a plan of faults."""
    opened = []

    def connect(plan, *, attempts=4, fault=None, compress=False):
        proxy = FaultProxy(served.url, plan)
        opened.append(proxy)
        connection = ArthurAI(
            url=proxy.url,
            access_key=served.key,
            allow_insecure=True,
            organization_id="from the key",
            http_options={
                "timeout": HURRIED if fault == "answer late" else PATIENT,
                "attempts": attempts,
                "compress": compress,
            },
        )
        connection.session.organization_id = None
        return proxy, hurried(connection)

    yield connect
    for proxy in opened:
        proxy.__exit__()


def attached(model, connection):
    """The same model on another connection."""
    return type(model).from_dict(model.to_dict()).attach(connection.session)


def make_rows(count):
    """Return rows with ids of their own, their ground truth beside them."""
    truth = {"truth": 1.0, "ground_truth_timestamp": NOW + timedelta(days=1)}
    return [
        {
            **row,
            "amount": number / 7,
            "word": f"wörd {number}",
            "flag": bool(number % 2),
            "story": "x" * 50,
        }
        for number, row in enumerate(regression_rows(range(count), unique_name("fault"), **truth))
    ]


def only_truth(rows):
    keys = ("partner_inference_id", "ground_truth_timestamp", "truth")
    return [{key: row[key] for key in keys} for row in rows]


def send_inferences(model, rows, **how):
    return model.send_inferences(rows, **how)


def update_inference_ground_truths(model, rows, **how):
    return model.update_inference_ground_truths(only_truth(rows), **how)


def send_bulk_inferences(model, rows, **how):
    return model.send_bulk_inferences(data=rows, **how)[0]


def send_bulk_ground_truths(model, rows, **how):
    return model.send_bulk_ground_truths(data=only_truth(rows), **how)


CALLS = [
    send_inferences,
    update_inference_ground_truths,
    send_bulk_inferences,
    send_bulk_ground_truths,
]


def is_data(method, path):
    return method in {"POST", "PATCH"} and ("/inferences" in path or "reference_data" in path)


def outcome_of(call, model, rows, **how):
    """The result of a call, returned or carried by its error."""
    try:
        return call(model, rows, **how), None
    except ArthurError as error:
        if error.result is None:
            raise
        return error.result, error


def check_against_server(result, rows, model, column):
    """Accepted rows are stored, rejected ones are not, and the account covers every row."""
    assert result.total == len(rows) == result["counts"]["total"]
    bad = {failure.row: failure for failure in result.failures}
    assert len(bad) == len(result.failures) == result.rejected + result.unknown
    held = stored(model, column)
    for number, row in enumerate(rows):
        row_id = row["partner_inference_id"]
        present = row_id in held and held[row_id][column] is not None
        if number not in bad:
            assert present, f"row {number} was accepted but is not stored"
        elif bad[number].outcome == "rejected":
            assert not present, f"row {number} was rejected but is stored"
        if number in bad:
            assert bad[number].partner_inference_id == row_id
    [total] = model.query({"select": [{"function": "count"}]})
    assert total["count"] == len(held), "a row is stored twice"


def sampled(call, fault):
    """One call meets all faults in every run, the others a few; the rest of the matrix is slow."""
    often = call is send_inferences or fault in {"503", "reset instead of the answer"}
    return pytest.param(call, fault, marks=() if often else pytest.mark.slow)


@pytest.mark.parametrize(
    ("call", "fault"), [sampled(call, fault) for call in CALLS for fault in FAULTS]
)
def test_a_single_fault_is_made_good(near, through, call, fault):
    model = near
    rows = make_rows(6)
    if call in {update_inference_ground_truths, send_bulk_ground_truths}:
        model.send_inferences([{k: v for k, v in r.items() if "truth" not in k} for r in rows])
    hit = []

    def plan(_number, method, path):
        if is_data(method, path) and not hit:
            hit.append(path)
            return fault
        return None

    proxy, connection = through(plan, fault=fault)
    result, error = outcome_of(call, attached(model, connection), rows, chunk_size=2)
    assert proxy.faults == {fault: 1}
    check_against_server(result, rows, model, "truth")
    if "in HTML" not in fault and "HTML instead" not in fault:
        assert error is None
        assert result.accepted == len(rows)


@pytest.mark.parametrize(
    ("call", "fault"),
    [sampled(call, fault) for call in CALLS for fault in FAULTS if fault not in HARMLESS],
)
def test_a_lasting_fault_is_reported_row_by_row(near, through, call, fault):
    model = near
    rows = make_rows(6)
    if call in {update_inference_ground_truths, send_bulk_ground_truths}:
        model.send_inferences([{k: v for k, v in r.items() if "truth" not in k} for r in rows])
    started = itertools.count()

    def plan(_number, method, path):
        return fault if is_data(method, path) and next(started) > 0 else None

    _, connection = through(plan, attempts=2, fault=fault)
    result, error = outcome_of(call, attached(model, connection), rows, chunk_size=2, max_workers=1)
    assert error is not None
    assert result.accepted == 2
    assert any("In all: 2 rows accepted" in note for note in error.__notes__)
    check_against_server(result, rows, model, "truth")
    again, error = outcome_of(call, model, rows)
    assert error is None
    assert again.accepted == len(rows)
    check_against_server(again, rows, model, "truth")


@pytest.mark.parametrize("fault", FAULTS)
def test_reference_rows_are_never_stored_twice(direct, through, fault):
    model = save_model(direct, regression())
    rows = make_rows(6)
    reference = [
        {k: v for k, v in row.items() if "timestamp" not in k and "partner" not in k}
        for row in rows
    ]
    hit = []

    def plan(_number, method, path):
        if is_data(method, path) and not hit:
            hit.append(path)
            return fault
        return None

    _, connection = through(plan, fault=fault)
    far = attached(model, connection)

    def call(target, rows, **how):
        return target.set_reference_data(data=rows, **how)[0]

    result, error = outcome_of(call, far, reference, chunk_size=3, max_workers=1)
    held = 0
    if result.accepted or fault in FORWARDED:
        held = get_reference_data.sync(model.id, client=direct.api).records
    assert result.total == len(rows)
    assert result.accepted <= held <= result.accepted + result.unknown
    if far._session.knows_idempotency_keys and "reset" in fault:
        assert (error, held) == (None, len(rows))  # repeated under its key
    if error is None:
        assert held == result.accepted == len(rows)
    elif fault in FORWARDED:
        assert result.unknown == 3
        assert any("store them twice" in note for note in error.__notes__)


@pytest.mark.parametrize("call", [send_inferences, update_inference_ground_truths])
@pytest.mark.parametrize("fault", ["reset within the body", "503", "reset instead of the answer"])
def test_compressed_rows_arrive_once_each(near, through, call, fault):
    rows = make_rows(120)
    if call is update_inference_ground_truths:
        near.send_inferences([{k: v for k, v in r.items() if "truth" not in k} for r in rows])
    first = itertools.count()

    def plan(_number, method, path):
        return fault if is_data(method, path) and next(first) == 0 else None

    proxy, connection = through(plan, compress=True)
    result, error = outcome_of(call, attached(near, connection), rows, max_workers=1)
    assert error is None
    assert result.accepted == len(rows)
    assert proxy.encodings["gzip"] == 2
    check_against_server(result, rows, near, "truth")


FILES = [send_bulk_inferences, send_bulk_ground_truths]


def sent_with_answers(near, through, call, answer):
    """Two files of two rows each; the server stores them and this is what it seems to answer."""
    rows = make_rows(4)
    if call is send_bulk_ground_truths:
        near.send_inferences([{k: v for k, v in r.items() if "truth" not in k} for r in rows])
    _, connection = through(lambda _, method, path: answer if is_data(method, path) else None)
    outcome = outcome_of(call, attached(near, connection), rows, chunk_size=2, max_workers=1)
    return rows, *outcome


@pytest.mark.parametrize("call", FILES)
@pytest.mark.parametrize("answer", FINE)
def test_a_file_is_fine_with_status_201(near, through, call, answer):
    rows, result, error = sent_with_answers(near, through, call, answer)
    assert error is None
    assert result.total == len(rows) == result["counts"]["total"]
    refused = [1, 3] if answer == "201 with counts" else []
    assert [failure.row for failure in result.failures] == refused
    assert (result.accepted, result.unknown) == (4 - len(refused), 0)
    held = stored(near, "truth")
    assert all(held[row["partner_inference_id"]]["truth"] == 1.0 for row in rows)


@pytest.mark.parametrize("call", FILES)
@pytest.mark.parametrize("answer", UNCLEAR)
def test_other_successes_leave_the_rows_of_a_file_unknown(near, through, call, answer):
    rows, result, error = sent_with_answers(near, through, call, answer)
    assert isinstance(error, UnexpectedValueError)
    assert str(int(answer[:3])) in str(error)
    assert result.unknown_rows == [0, 1]
    assert (result.accepted, result.total) == (0, len(rows))


def test_reference_data_is_closed_after_files_without_counts(direct, through):
    model = save_model(direct, regression())
    plan = {"POST": "201 without a body"}
    _, connection = through(
        lambda _, method, path: plan.get(method) if is_data(method, path) else None
    )
    rows = [{k: v for k, v in row.items() if "_" not in k} for row in make_rows(5)]
    result, closed = attached(model, connection).set_reference_data(data=rows, chunk_size=2)
    assert (result.accepted, result.failures) == (5, [])
    assert closed == {"dataset_close_result": {"message": "success"}}
    assert get_reference_data.sync(model.id, client=direct.api).records == 5


def storm(seed, share):
    """Breaks a share of all exchanges with data, in every way."""
    draw = random.Random(seed)

    def plan(_number, method, path):
        if is_data(method, path) and draw.random() < share:
            fault = draw.choice(FAULTS)
            return fault if fault != "answer late" or draw.random() < 0.1 else None
        return None

    return plan


def send_until_through(call, model, rows, **how):
    """Sends what was not accepted again, as the error advises; gives all rows that were unknown."""
    left, unknown = list(rows), []
    while left:
        result, _ = outcome_of(call, model, left, **how)
        assert result.total == len(left)
        unknown += [
            left[failure.row] for failure in result.failures if failure.outcome == "unknown"
        ]
        left = [left[failure.row] for failure in result.failures]
    return unknown


def weather(direct, through, count, share):
    model = save_model(direct, regression())
    proxy, connection = through(storm(count, share), fault="answer late")
    far = attached(model, connection)
    rows = make_rows(count)
    bare = [{k: v for k, v in row.items() if "truth" not in k} for row in rows]
    half = count // 2
    send_until_through(send_inferences, far, bare[:half], chunk_size=1, max_workers=4)
    send_until_through(send_bulk_inferences, far, bare[half:], chunk_size=1, max_workers=4)
    send_until_through(
        update_inference_ground_truths, far, rows[:half], chunk_size=1, max_workers=4
    )
    send_until_through(send_bulk_ground_truths, far, rows[half:], chunk_size=1, max_workers=4)
    held = stored(model, "truth", "count", "word")
    assert held == {
        row["partner_inference_id"]: {name: row[name] for name in ("truth", "count", "word")}
        for row in rows
    }
    assert model.query({"select": [{"function": "count"}]}) == [{"count": count}]
    return proxy


def test_rows_get_through_bad_weather_once_each(direct, through):
    proxy = weather(direct, through, count=40, share=0.3)
    assert proxy.faults.total() > 10


@pytest.mark.slow
def test_ten_thousand_requests_lose_and_double_nothing(direct, through):
    proxy = weather(direct, through, count=5_200, share=0.1)
    assert proxy.requests >= 10_000
    print(f"\n{proxy.requests} requests, {proxy.faults.total()} faults: {dict(proxy.faults)}")


class Accounts:
    """Accounts of rows under drawn faults, each ended by a status of its own."""

    def __init__(self, direct, through, seed):
        self.model = save_model(direct, regression())
        self.draw = random.Random(seed)
        self.planned = []
        self.proxy, connection = through(self._next_fault)
        self.far = attached(self.model, connection)
        self.rows = {}
        self.finals = Counter()
        self.outcomes = Counter()

    def _next_fault(self, _number, method, path):
        if not is_data(method, path) or not self.planned:
            return None
        return self.planned.pop(0) if len(self.planned) > 1 else self.planned[0]

    def add(self, final):
        """Send a few rows; note what the account says of each."""
        call = self.draw.choice(CALLS)
        rows = make_rows(self.draw.randint(1, 3))
        of_truth = call in {update_inference_ground_truths, send_bulk_ground_truths}
        if of_truth:
            self.planned = []
            self.model.send_inferences(
                [{k: v for k, v in r.items() if "truth" not in k} for r in rows]
            )
        faults = [fault for fault in FAULTS if fault != "answer late"]
        before = self.draw.choices(faults, k=self.draw.randint(0, 3))
        self.planned = [*before, final]
        result, error = outcome_of(call, self.far, rows)
        assert result.total == len(rows) == result["counts"]["total"], (before, final)
        assert result.accepted + result.rejected + result.unknown == len(rows)
        outcomes = dict.fromkeys(range(len(rows)), "accepted")
        outcomes |= {failure.row: failure.outcome for failure in result.failures}
        assert Counter(outcomes.values())["accepted"] == result.accepted
        assert (error is None) == (result.accepted == len(rows))
        if final is not None and not before:  # no attempt reached the server
            assert result.accepted == 0
            # A kept connection that broke leaves open whether its attempt arrived.
            is_only_attempt = " attempts]" not in str(error)
            if final.startswith("4") and final not in OPEN_REFUSALS and is_only_attempt:
                assert result.rejected == len(rows), final
        for number, row in enumerate(rows):
            self.rows[row["partner_inference_id"]] = (outcomes[number], of_truth, before, final)
        self.finals[final] += 1
        self.outcomes.update(outcomes.values())

    def check(self):
        """Compare all accounts with what the server holds."""
        held = stored(self.model, "truth")
        for row_id, (outcome, of_truth, *plan) in self.rows.items():
            present = row_id in held and held[row_id]["truth"] is not None
            if outcome == "accepted":
                assert present, (row_id, plan)
            elif outcome == "rejected":
                assert not present, (row_id, plan)
            assert not of_truth or row_id in held
        [total] = self.model.query({"select": [{"function": "count"}]})
        assert total["count"] == len(held), "a row is stored twice"


@pytest.mark.parametrize("count", [80, pytest.param(1000, marks=pytest.mark.slow)])
def test_accounts_of_rows_are_right_whatever_the_last_status_is(direct, through, count):
    accounts = Accounts(direct, through, count)
    finals = [final for refusal in REFUSALS for final in (refusal, None)]
    for number in range(count):
        accounts.add(finals[number % len(finals)])
    accounts.check()
    print(f"{count} accounts: {dict(accounts.outcomes)}, faults {accounts.proxy.faults.total()}")
    assert accounts.finals.keys() == set(finals)
    assert min(accounts.outcomes[name] for name in ("accepted", "rejected", "unknown")) > 0
