"""Partitions that workers send: each row once, whatever is repeated, and no credential on the way."""

from __future__ import annotations

import copy
import pickle
import random
import threading

import pandas as pd
import pyarrow as pa
import pytest
from builders import regression, save_model, stored, stored_count, unique_name

from arthurai import ArthurAI
from arthurai.common.exceptions import (
    ArthurError,
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.integrations.partition_sender import PartitionSender
from arthurai.integrations.send_account import MAX_FAILURES, PartitionAccount, SendAccount

ROWS = 30
PARTS = 3
KEY = "9b1f0e5c7d2a4836b0c1d2e3f4a59687"
TIMES = pd.date_range("2024-03-01", periods=ROWS, freq="min", tz="UTC")


@pytest.fixture
def server(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as connection:
        yield connection


@pytest.fixture
def on_worker(served, monkeypatch):
    """Set the environment of a worker."""
    monkeypatch.setenv("ARTHUR_API_KEY", served.key)


@pytest.fixture
def model(server):
    return save_model(server, regression(columns={"amount": "FLOAT", "word": "STRING"}))


def frame(**changes):
    return pd.DataFrame(
        {
            "partner_inference_id": [f"id-{n}" for n in range(ROWS)],
            "inference_timestamp": TIMES,
            "amount": [n / 4 for n in range(ROWS)],
            "word": ["a", "b", None] * (ROWS // 3),
            "score": [n / ROWS for n in range(ROWS)],
            **changes,
        }
    )


def partitions(data):
    size = len(data) // PARTS
    return {
        str(n): pa.Table.from_pandas(data.iloc[n * size : (n + 1) * size], preserve_index=False)
        for n in range(PARTS)
    }


def send(sender, data, *, times=1):
    """Send each partition from a copy of the sender as a worker gets it, `times` times."""
    accounts = []
    for name, table in partitions(data).items():
        for _ in range(times):
            worker = pickle.loads(pickle.dumps(sender))
            account = worker.send(table.to_batches(max_chunksize=4), name)
        accounts.append(PartitionAccount.from_json(account.to_json()))
    return sender.finish(accounts)


def test_repeated_tasks_store_each_row_once(model, on_worker):
    account = send(PartitionSender(model), frame(), times=3)
    assert (account.accepted, account.rejected, account.unknown) == (ROWS, 0, 0)
    assert [one.accepted for one in account.partitions] == [ROWS // PARTS] * PARTS
    assert stored_count(model) == ROWS
    assert stored(model, "amount")["id-7"] == {"amount": 7 / 4}


def test_tasks_that_run_twice_at_the_same_time_store_each_row_once(model, on_worker):
    sender = PartitionSender(model)
    table = pa.Table.from_pandas(frame(), preserve_index=False)
    found = []
    attempts = [
        threading.Thread(target=lambda: found.append(copy.copy(sender).send([table], "0")))
        for _ in range(4)
    ]
    for attempt in attempts:
        attempt.start()
    for attempt in attempts:
        attempt.join()
    assert [one.accepted for one in found] == [ROWS] * 4
    assert stored_count(model) == ROWS


def test_rows_without_times_get_one_that_repeats_keep(model, on_worker):
    account = send(PartitionSender(model), frame().drop(columns="inference_timestamp"), times=2)
    assert account.accepted == ROWS
    assert stored_count(model) == ROWS


def test_rows_without_an_id_are_refused_alone(model, on_worker):
    data = frame(partner_inference_id=["x", None, "z"] * (ROWS // 3))
    data["partner_inference_id"] = data["partner_inference_id"] + data.index.astype(str)
    account = send(PartitionSender(model), data)
    assert (account.accepted, account.rejected) == (20, 10)
    assert {failure.message for _, failure in account.failures} == {
        "column 'partner_inference_id': the id is missing"
    }
    with pytest.raises(UserValueError, match="missing column 'partner_inference_id'"):
        send(PartitionSender(model), frame().drop(columns="partner_inference_id"))
    with pytest.raises(ResponseClientError, match="row 1 of partition 0") as caught:
        send(PartitionSender(model, fail_silently=False), data)
    assert caught.value.result.rejected == 10


def test_derived_ids_do_not_depend_on_order_and_requests(model, on_worker):
    data = frame(amount=[n % 3 for n in range(ROWS)], score=0.5, inference_timestamp=TIMES[0])
    data = data.drop(columns="partner_inference_id")  # 10 equal rows of each of 3 kinds
    sender = PartitionSender(model, ids="derived", run="nightly")
    assert send(sender, data).accepted == ROWS
    for seed in range(3):
        again = PartitionSender(model, ids="derived", run="nightly", rows_per_request=seed + 3)
        for name, table in partitions(data).items():
            order = random.Random(seed).sample(range(len(table)), len(table))
            assert again.send([table.take(order)], name).accepted == ROWS // PARTS
    assert stored_count(model) == ROWS
    assert send(PartitionSender(model, ids="derived", run="another"), data).accepted == ROWS
    assert stored_count(model) == 2 * ROWS


def test_derived_ids_fill_the_gaps_between_given_ones(model, on_worker):
    given = [f"kept{n}" if n % 3 == 2 else ("", None)[n % 3] for n in range(ROWS)]
    data = frame(partner_inference_id=given)
    account = send(PartitionSender(model, ids="derived"), data, times=2)
    assert account.accepted == stored_count(model) == ROWS
    ids = set(stored(model))
    assert {f"kept{n}" for n in range(2, ROWS, 3)} <= ids
    assert len(ids) == ROWS


def test_ground_truth_goes_to_its_inference_once(model, on_worker):
    send(PartitionSender(model), frame())
    truth = frame()[["partner_inference_id"]].assign(truth=[float(n) for n in range(ROWS)])
    account = send(PartitionSender(model, "ground_truths"), truth, times=2)
    assert account.accepted == ROWS
    assert stored(model, "truth")["id-9"] == {"truth": 9.0}
    assert stored_count(model) == ROWS


def test_reference_rows_are_stored_once_and_the_set_is_closed(model, on_worker):
    reference = frame()[["amount", "word", "score"]].assign(truth=1.0)
    reference["word"] = "same"
    sender = PartitionSender(model, "reference", rows_per_request=4)
    account = send(sender, reference, times=2)
    assert account.accepted == ROWS
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert model.query(count) == [{"count": ROWS}]


def test_a_partition_of_reference_rows_that_changes_is_refused(model, on_worker):
    reference = frame()[["amount", "word", "score"]].assign(truth=1.0)
    sender = PartitionSender(model, "reference")
    sender.send([pa.Table.from_pandas(reference)], "0")
    with pytest.raises(ArthurError, match="Idempotency-Key"):
        sender.send([pa.Table.from_pandas(reference.iloc[::-1])], "0")
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert model.query(count) == [{"count": ROWS}]


def test_batches_are_closed_once_every_row_is_accepted(server, on_worker):
    model = save_model(server, regression(columns={"amount": "FLOAT"}), is_batch=True)
    account = send(PartitionSender(model, batch_id="b"), frame().drop(columns="word"), times=2)
    assert account.batches == {"b": ROWS}
    assert stored_count(model) == ROWS


def test_redaction_and_sampling_hold_on_workers(server, served, monkeypatch, on_worker):
    model = save_model(server, regression(columns={"amount": "FLOAT", "word": "STRING"}))
    monkeypatch.setenv("ARTHUR_REDACTION_KEY", KEY)
    model.redact = {"word": "hash", "amount": "drop"}
    model.sample = 0.5
    sender = PartitionSender(model)
    data = frame(word="Ann")
    account = send(sender, data, times=2)
    assert account.accepted + account.sampled_out == ROWS
    assert 0 < account.accepted < ROWS
    assert stored_count(model) == account.accepted
    seen = {(row["word"], row["amount"]) for row in stored(model, "word", "amount").values()}
    assert seen == {(model.redact_value("word", "Ann"), None)}
    alone = model.send_bulk_inferences(data=data)[0]
    assert alone.accepted == account.accepted
    assert stored_count(model) == account.accepted  # the same rows
    monkeypatch.delenv("ARTHUR_REDACTION_KEY")
    with pytest.raises(MissingParameterError, match="no key to hash values"):
        send(sender, data)


def credentials_of_the_tests():
    return {"access_key": credentials_of_the_tests.key}


def test_credentials_come_from_a_provider_on_the_worker(model, served):
    sender = PartitionSender(model, credentials=credentials_of_the_tests)
    payload = pickle.dumps(sender)
    assert served.key.encode() not in payload
    credentials_of_the_tests.key = served.key
    worker = pickle.loads(payload)
    table = pa.Table.from_pandas(frame())
    assert worker.send([table], "0").accepted == ROWS
    credentials_of_the_tests.key = "wrong-key-of-somebody"
    with pytest.raises(ArthurError) as caught:
        worker.send([table], "0")
    assert "wrong-key" not in str(caught.value)


def test_no_credential_is_in_what_is_pickled(served):
    with ArthurAI(
        url=served.url,
        access_key=served.key,
        allow_insecure=True,
        redaction_key=KEY,
        http_options={"proxy": None},
    ) as connection:
        model = save_model(connection, regression(columns={"amount": "FLOAT", "word": "STRING"}))
        model.redact = {"word": "hash"}
        model.reference_dataframe = frame(word="never sent")
        sender = PartitionSender(model)
        payload = pickle.dumps(sender)
        sender.check_payload(payload)
        for secret in (served.key, KEY, "never sent"):
            assert secret.encode() not in payload
            assert secret not in repr(sender)
        for secret in (served.key, KEY):
            with pytest.raises(UserValueError, match="a credential would be part"):
                sender.check_payload(payload + secret.encode())


def test_the_key_of_another_server_is_not_sent(model, served, monkeypatch, on_worker):
    worker = pickle.loads(pickle.dumps(PartitionSender(model)))
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", "https://arthur.example.com")
    with pytest.raises(UserValueError, match="ARTHUR_ENDPOINT_URL names"):
        worker.send([pa.Table.from_pandas(frame())], "0")
    monkeypatch.setenv("ARTHUR_ENDPOINT_URL", served.url)
    assert worker.send([pa.Table.from_pandas(frame())], "0").accepted == ROWS


def test_threads_of_this_process_may_send_to_its_own_server():
    with ArthurAI(url="local://") as arthur:
        model = save_model(arthur, regression(columns={"amount": "FLOAT", "word": "STRING"}))
        sender = PartitionSender(model)
        assert sender.finish([sender.send([frame()], "0")]).accepted == ROWS
        with pytest.raises(MethodNotApplicableError, match="arthurai serve"):
            pickle.dumps(sender)


def test_an_outage_fails_the_task_or_is_counted(model, on_worker, monkeypatch):
    sender = PartitionSender(model, rows_per_request=4, max_workers=1, fail_silently=True)
    broken = PartitionSender(model, rows_per_request=4, max_workers=1)
    seen = []
    real = type(model._session).send

    def send_some(self, *args, **options):
        seen.append(1)
        if len(seen) > 2:
            raise ArthurError("the server is gone")
        return real(self, *args, **options)

    monkeypatch.setattr(type(model._session), "send", send_some)
    table = pa.Table.from_pandas(frame())
    account = sender.send(table.to_batches(max_chunksize=7), "0")
    assert (account.accepted, account.unknown, account.rejected) == (8, 4, ROWS - 12)
    assert account.total == ROWS
    assert [failure.row for failure in account.failures] == list(range(8, ROWS))
    with pytest.raises(ArthurError, match="gone"):
        broken.send([table], "0")
    monkeypatch.undo()


def test_failures_are_kept_up_to_a_limit_and_all_counted(model):
    sender = PartitionSender(model)
    rows = MAX_FAILURES + 50
    data = pd.DataFrame({"partner_inference_id": [None] * rows, "amount": 1.0, "score": 0.5})
    account = sender.send([pa.Table.from_pandas(data)], "0")
    assert account.rejected == rows
    assert len(account.failures) == MAX_FAILURES


def test_empty_partitions_need_no_connection(model, served):
    worker = pickle.loads(pickle.dumps(PartitionSender(model)))
    assert worker.send([], "4") == worker.send([pa.table({})], "4") == PartitionAccount("4")


def test_partitions_are_listed_in_their_order():
    account = SendAccount.of(PartitionAccount(name) for name in ("10", "9", "1"))
    assert [one.partition for one in account.partitions] == ["1", "9", "10"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"kind": "truth"}, UserValueError, "kind must be"),
        ({"ids": "random"}, UserValueError, "ids must be"),
        ({"kind": "reference", "ids": "derived"}, UserValueError, "ids must be 'required'"),
        ({"run": ""}, UserValueError, "run must be"),
        ({"credentials": "nowhere"}, UserValueError, "package.module:function"),
        ({"credentials": "os:nothing"}, UserValueError, "cannot be found"),
        ({"credentials": 7}, UserTypeError, "must be a function"),
        ({"redact": {"wrod": "drop"}}, UserValueError, "wrod"),
        ({"sample": 2}, UserValueError, "sample"),
        ({"rows_per_request": -1}, UserValueError, "chunk_size"),
    ],
)
def test_wrong_arguments_are_refused_on_the_driver(arthur, options, error, message):
    model = save_model(arthur, regression(columns={"amount": "FLOAT", "word": "STRING"}))
    with pytest.raises(error, match=message):
        PartitionSender(model, **options)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (["key"], UserTypeError),
        ({"token": "x"}, UserValueError),
        ({"access_key": 5}, UserTypeError),
    ],
)
def test_what_a_provider_returns_is_checked(model, given, error):
    credentials_of_the_tests_that_fail.given = given
    sender = PartitionSender(model, credentials=credentials_of_the_tests_that_fail)
    with pytest.raises(error, match="credentials"):
        pickle.loads(pickle.dumps(sender)).send([frame()], "0")


def credentials_of_the_tests_that_fail():
    return credentials_of_the_tests_that_fail.given


def test_models_have_to_be_saved(arthur):
    model = arthur.model(unique_name(), "TABULAR", "REGRESSION")
    with pytest.raises(MethodNotApplicableError, match="is not saved"):
        PartitionSender(model)
