"""Senders with the real libraries: every row once, though tasks fail and processes die.

What is not installed is skipped; `make test-frames` and `make test-senders` install all of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from builders import regression, save_model, stored, stored_count
from page_programs import ROOT, blocks

from arthurai import ArthurAI
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.integrations.cluster_options import read_accounts
from arthurai.integrations.partition_sender import PartitionSender

pytestmark = pytest.mark.heavy

PARTS = 4
KEY = "9b1f0e5c7d2a4836b0c1d2e3f4a59687"
PACKAGES = {"dask": "distributed", "ray": "ray", "spark": "pyspark"}
LIBRARIES = [name for name, package in PACKAGES.items() if importlib.util.find_spec(package)]
NO_SPARK = "spark" not in LIBRARIES or shutil.which("java") is None

if len(LIBRARIES) < len(PACKAGES):
    pytest.skip("`make test-senders` tries Dask, Ray and Spark", allow_module_level=True)


@pytest.fixture(scope="module", autouse=True)
def environment(served):
    """Set what driver and workers read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
        set_environment(patch, served)
        yield


@pytest.fixture(autouse=True)
def own_environment(served, monkeypatch, no_settings_from_outside):
    set_environment(monkeypatch, served)


def set_environment(patch, served):
    patch.setenv("ARTHUR_API_KEY", served.key)
    patch.setenv("ARTHUR_ENDPOINT_URL", served.url)
    patch.setenv("ARTHUR_ALLOW_INSECURE", "true")
    patch.setenv("ARTHUR_REDACTION_KEY", KEY)


@pytest.fixture(scope="module")
def server(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def session():
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java: install default-jre-headless")
    builder = importlib.import_module("pyspark.sql").SparkSession.builder.master("local[2,6]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "Europe/Vienna",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.python.worker.faulthandler.enabled": "false",
    }.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    importlib.import_module("arthurai.spark").register(made)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def spark(session):
    send = importlib.import_module("arthurai.spark").send

    def run(paths, sender):
        return send(
            session.read.option("spark.sql.files.maxPartitionBytes", 1 << 40).parquet(*paths),
            sender,
        )

    return run


@pytest.fixture(scope="module")
def cluster():
    distributed = importlib.import_module("distributed")
    config = importlib.import_module("dask").config
    with (
        config.set({"distributed.scheduler.allowed-failures": 20}),
        distributed.Client(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=60
        ) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def dask(cluster):
    send = importlib.import_module("arthurai.dask").send
    frames = importlib.import_module("dask.dataframe")
    delayed = importlib.import_module("dask").delayed

    def run(paths, sender):
        parts = [delayed(pd.read_parquet)(path) for path in paths]
        return send(frames.from_delayed(parts), sender, retries=5)

    return run


@pytest.fixture(scope="module")
def ray():
    library = importlib.import_module("ray")
    library.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    send = importlib.import_module("arthurai.ray").send
    data = importlib.import_module("ray.data")
    data.DataContext.get_current().enable_progress_bars = False

    def run(paths, sender):
        blocks = [pd.read_parquet(path) for path in paths]
        return send(data.from_pandas(blocks), sender, retries=5)

    yield run
    library.shutdown()


@pytest.fixture(params=LIBRARIES)
def library(request):
    return request.param


@pytest.fixture
def send(request, library):
    return request.getfixturevalue(library)


def write_parts(folder, rows, parts=PARTS, **columns):
    """Write a frame of `rows` rows into files, and return their paths."""
    size = rows // parts
    paths = []
    for part in range(parts):
        numbers = range(part * size, (part + 1) * size)
        data = pd.DataFrame(
            {
                "partner_inference_id": [f"id-{n}" for n in numbers],
                "inference_timestamp": pd.Timestamp("2024-01-01", tz="UTC")
                + pd.to_timedelta(list(numbers), unit="s"),
                "amount": [float(n) for n in numbers],
                "word": [f"w{n}" for n in numbers],
                "score": 0.5,
                **columns,
            }
        )
        data["inference_timestamp"] = data["inference_timestamp"].astype("datetime64[us, UTC]")
        paths.append(str(folder / f"part-{part}.parquet"))
        data.to_parquet(paths[-1], index=False)
    return paths


def fail_at(folder, rows, parts):
    """Return a function of a value that fails once in the middle of each part: by an exception or death."""
    size = rows // parts
    marks = {f"w{part * size + size * 2 // 3}": part % 2 == 1 for part in range(parts)}
    folder = str(folder)

    def check(value):
        if value in marks:
            place = os.path.join(folder, value)  # noqa: PTH118 - sent by value, imports nothing
            if not os.path.exists(place):  # noqa: PTH110
                with open(place, "w"):  # noqa: PTH123
                    pass
                if marks[value]:
                    os._exit(1)
                raise RuntimeError("injected")
        return value

    return check


def small_model(server):
    return save_model(server, regression(columns={"amount": "FLOAT", "word": "STRING"}))


def totals(model):
    asked = [{"function": "count", "alias": "rows"}]
    asked.append({"function": "sum", "parameters": {"property": "amount"}, "alias": "sum"})
    return model.query({"select": asked})[0]


def check_failing_tasks(send, server, folder, rows, per_request):
    model = small_model(server)
    paths = write_parts(folder, rows)
    marks = folder / "failed"
    marks.mkdir()
    redact = {"word": fail_at(marks, rows, PARTS)}
    sender = PartitionSender(model, redact=redact, rows_per_request=per_request)
    begun = time.monotonic()
    account = send(paths, sender)
    seconds = time.monotonic() - begun
    assert (account.accepted, account.rejected, account.unknown) == (rows, 0, 0)
    assert sum(one.accepted for one in account.partitions) == rows
    assert len(list(marks.iterdir())) == PARTS  # each part has failed once
    assert totals(model) == {"rows": rows, "sum": pytest.approx(rows * (rows - 1) / 2)}
    return seconds


def test_tasks_that_fail_and_processes_that_die_double_nothing(send, server, tmp_path):
    check_failing_tasks(send, server, tmp_path, 400, 20)


@pytest.mark.slow
def test_a_million_rows_arrive_once_in_spite_of_failures(send, library, server, tmp_path, capsys):
    seconds = check_failing_tasks(send, server, tmp_path, 1_000_000, 20_000)
    with capsys.disabled():
        print(f"\n{library}: 1,000,000 rows in {seconds:.0f} s, {1_000_000 / seconds:,.0f} rows/s")


def test_ids_that_are_derived_survive_failures(send, server, tmp_path):
    model = small_model(server)
    paths = write_parts(tmp_path, 200, amount=1.0)
    for path in paths:
        pd.read_parquet(path).drop(columns="partner_inference_id").to_parquet(path, index=False)
    (tmp_path / "failed").mkdir()
    redact = {"word": fail_at(tmp_path / "failed", 200, PARTS)}
    sender = PartitionSender(model, ids="derived", redact=redact, rows_per_request=7)
    assert send(paths, sender).accepted == 200
    assert stored_count(model) == 200


def test_ground_truth_and_reference_rows_arrive_once(send, server, tmp_path):
    model = small_model(server)
    paths = write_parts(tmp_path, 80)
    assert send(paths, PartitionSender(model)).accepted == 80
    truths = tmp_path / "truths"
    truths.mkdir()
    for path in paths:
        data = pd.read_parquet(path)
        truth = data[["partner_inference_id"]].assign(truth=data["amount"] * 2)
        truth.to_parquet(truths / Path(path).name, index=False)
    account = send(
        [str(truths / Path(path).name) for path in paths], PartitionSender(model, "ground_truths")
    )
    assert account.accepted == 80
    assert stored(model, "truth")["id-41"] == {"truth": 82.0}
    references = tmp_path / "references"
    references.mkdir()
    for path in paths:
        data = pd.read_parquet(path)[["amount", "word", "score"]].assign(truth=1.0)
        data.to_parquet(references / Path(path).name, index=False)
    sender = PartitionSender(model, "reference", rows_per_request=7)
    assert send([str(references / Path(path).name) for path in paths], sender).accepted == 80
    asked = {"select": [{"function": "count"}], "from": "reference"}
    assert model.query(asked) == [{"count": 80}]


def test_redaction_and_sampling_hold_on_the_workers(send, server, tmp_path):
    model = small_model(server)
    model.redact = {"word": "hash", "amount": "drop"}
    model.sample = 0.5
    account = send(write_parts(tmp_path, 80), PartitionSender(model))
    assert account.accepted + account.sampled_out == 80
    assert stored_count(model) == account.accepted > 0
    seen = stored(model, "word", "amount").values()
    assert all(row["word"].startswith("hmac:") and row["amount"] is None for row in seen)


def test_refused_rows_are_accounted_for(send, server, tmp_path):
    model = small_model(server)
    paths = write_parts(tmp_path, 80)
    data = pd.read_parquet(paths[2])
    data.loc[3, "partner_inference_id"] = None
    data.to_parquet(paths[2], index=False)
    account = send(paths, PartitionSender(model))
    assert (account.accepted, account.rejected) == (79, 1)
    [(_, failure)] = account.failures
    assert "the id is missing" in failure.message


def test_a_function_that_holds_the_key_is_refused(send, served, server, tmp_path):
    key = served.key

    def give():
        return {"access_key": key}

    sender = PartitionSender(small_model(server), credentials=give)
    with pytest.raises(UserValueError, match="a credential would be part"):
        send(write_parts(tmp_path, 8), sender)


@pytest.mark.parametrize("name", list(PACKAGES))
def test_other_frames_are_refused(name, server):
    with pytest.raises(UserTypeError, match="must be a"):
        importlib.import_module(f"arthurai.{name}").send([1], PartitionSender(small_model(server)))


def test_threads_of_dask_may_send_to_a_server_of_this_process():
    frames = importlib.import_module("dask.dataframe")
    config = importlib.import_module("dask").config
    data = pd.DataFrame(
        {"partner_inference_id": list("abcd"), "amount": 1.5, "word": "w", "score": 0.5}
    )
    with ArthurAI(url="local://") as arthur, config.set(scheduler="threads"):
        model = small_model(arthur)
        frame = frames.from_pandas(data, npartitions=2)
        assert (
            importlib.import_module("arthurai.dask").send(frame, PartitionSender(model)).accepted
            == 4
        )


@pytest.mark.skipif(NO_SPARK, reason="Spark needs Java: install default-jre-headless")
class TestDataSource:
    def options(self, model, **more):
        return {"model": model.id, "allow_insecure": "true", **more}

    def test_frames_are_written_and_answers_read(self, session, server, tmp_path):
        model = small_model(server)
        frame = session.read.parquet(*write_parts(tmp_path, 80))
        options = self.options(
            model, account_path=str(tmp_path / "accounts"), redact='{"word": "drop"}', run="x/y"
        )
        for _ in range(2):
            frame.write.format("arthur").options(**options).mode("append").save()
        account = read_accounts(tmp_path / "accounts")
        assert account.accepted == 80  # of the second job, which has the same name
        assert stored_count(model) == 80
        query = {
            "select": [{"property": name} for name in ("amount", "word", "inference_timestamp")],
            "order_by": [{"property": "amount", "direction": "desc"}],
        }
        answer = (
            session.read.format("arthur")
            .options(**self.options(model, query=json.dumps(query)))
            .load()
        )
        assert [field.dataType.simpleString() for field in answer.schema][::2] == [
            "double",
            "timestamp",
        ]
        first = answer.first()
        assert (first["amount"], first["word"]) == (79.0, None)
        assert (
            first["inference_timestamp"].timestamp()
            == pd.Timestamp("2024-01-01 00:01:19Z").timestamp()
        )

    def test_a_stream_that_starts_again_from_nothing_stores_nothing_twice(
        self, session, server, tmp_path
    ):
        model = small_model(server)
        (tmp_path / "in").mkdir()
        write_parts(tmp_path / "in", 80)
        for attempt in range(2):
            schema = session.read.parquet(str(tmp_path / "in")).schema
            stream = session.readStream.schema(schema).option("maxFilesPerTrigger", 2)
            job = (
                stream.parquet(str(tmp_path / "in"))
                .writeStream.format("arthur")
                .options(**self.options(model, account_path=str(tmp_path / "accounts")))
                .option("checkpointLocation", str(tmp_path / f"checkpoint-{attempt}"))
                .trigger(availableNow=True)
                .start()
            )
            job.awaitTermination()
            account = read_accounts(tmp_path / "accounts")
            assert account.accepted == stored_count(model) == 80
            assert {one.partition.split("/")[0] for one in account.partitions} == {"0", "1"}

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"access_key": "secret-key"}, "is refused, because options are part of the plan"),
            ({"kimd": "reference"}, "unknown option 'kimd'"),
            ({"sample": "much"}, "must be a number"),
            ({"redact": "hash"}, "must be JSON"),
        ],
    )
    def test_wrong_options_are_refused(self, session, server, tmp_path, options, message):
        frame = session.read.parquet(*write_parts(tmp_path, 8))
        given = self.options(small_model(server), **options)
        with pytest.raises(Exception, match=message) as caught:
            frame.write.format("arthur").options(**given).mode("append").save()
        assert "secret-key" not in str(caught.value)

    def test_nothing_is_overwritten(self, session, server, tmp_path):
        frame = session.read.parquet(*write_parts(tmp_path, 8))
        with pytest.raises(Exception, match='mode must be "append"'):
            frame.write.format("arthur").options(**self.options(small_model(server))).mode(
                "overwrite"
            ).save()


@pytest.mark.parametrize("number", range(3), ids=["dask", "ray", "spark"])
def test_the_programs_of_the_page_run(number, tmp_path, served):
    programs = [
        c for i, c in blocks(ROOT / "docs" / "clusters.md", "python") if i == "python cluster"
    ]
    assert len(programs) == 3
    done = subprocess.run(
        [sys.executable, "-c", programs[number]],
        cwd=tmp_path,
        env={**os.environ, "RAY_LOG_TO_STDERR": "0"},
        text=True,
        capture_output=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"[-4000:]
