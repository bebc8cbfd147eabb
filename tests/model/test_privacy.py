"""`redact` and `sample` hold on every road by which rows leave the program."""

import asyncio
import hashlib
import hmac
import io
import json

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from builders import attribute, ground_truth, prediction, save_model
from thread_warnings import warns

from arthurai import ArthurAI, AsyncArthurAI

KEY = "a key that only this test has"
ROWS = 40
SHARE = 0.5
COLUMNS = [
    attribute("age", "INTEGER"),
    attribute("email", "STRING", position=1, categorical=True, is_unique=True),
    attribute("street", "STRING", "NON_INPUT_DATA"),
    attribute("income", "FLOAT", "NON_INPUT_DATA", 1),
    prediction("p", attribute_link="y"),
    ground_truth("y", attribute_link="p"),
]


def thousands(value):
    return round(value, -3)


REDACT = {"email": "hash", "street": "drop", "income": thousands}


def hashed(text):
    return "hmac:" + hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def in_sample(row_id, share=SHARE):
    digest = hashlib.blake2b(row_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 < share


def rows(stem, *, truth=True):
    return [
        {
            "partner_inference_id": f"{stem}-{n}",
            "inference_timestamp": "2026-01-01T00:00:00Z",
            "age": n,
            "email": f"secret-{n % 7}@example.org",
            "street": f"secret street {n}",
            "income": 1234.5 + n,
            "p": n / ROWS,
        }
        | ({"y": n / ROWS, "ground_truth_timestamp": "2026-01-02T00:00:00Z"} if truth else {})
        for n in range(ROWS)
    ]


@pytest.fixture(scope="module")
def connection():
    with ArthurAI(url="local://", redaction_key=KEY) as arthur:
        yield arthur


@pytest.fixture
def model(connection):
    made = save_model(connection, COLUMNS)
    made.redact, made.sample = REDACT, SHARE
    return made


def frame(stem):
    return pd.DataFrame(rows(stem))


def by_rows(model, stem, _):
    return model.send_inferences(rows(stem))


def nested(model, stem, _):
    made = [
        {
            "partner_inference_id": row["partner_inference_id"],
            "inference_timestamp": row["inference_timestamp"],
            "inference_data": {k: row[k] for k in ("age", "email", "street", "income", "p")},
        }
        for row in rows(stem)
    ]
    return model.send_inferences(made)


def beside(model, stem, _):
    table = frame(stem)
    return model.send_inferences(
        table[["age", "email", "street", "income"]],
        predictions=table["p"],
        partner_inference_ids=table["partner_inference_id"],
        inference_timestamps=table["inference_timestamp"],
        ground_truths=table["y"],
        ground_truth_timestamps=table["ground_truth_timestamp"],
    )


def old_call(model, stem, _):
    for row in rows(stem):
        with warns(DeprecationWarning, match="send_inference"):
            model.send_inference(
                row["inference_timestamp"],
                row["partner_inference_id"],
                {"age": row["age"], "email": row["email"]},
                {"street": row["street"], "income": row["income"]},
                {"p": row["p"]},
            )


def bulk_directory(model, stem, tmp_path):
    pq.write_table(pa.Table.from_pylist(rows(stem)), tmp_path / "a.parquet")
    return model.send_bulk_inferences(directory_path=str(tmp_path))[0]


def bulk_json(model, stem, _):
    return model.send_bulk_inferences(files=[io.BytesIO(json.dumps(rows(stem)).encode())])[0]


def bulk_reader(model, stem, _):
    return model.send_bulk_inferences(data=pa.Table.from_pylist(rows(stem)).to_reader(7))[0]


def bulk_dataset(model, stem, tmp_path):
    pq.write_table(pa.Table.from_pylist(rows(stem)), tmp_path / "a.parquet")
    return model.send_bulk_inferences(data=ds.dataset(tmp_path))[0]


def bulk_frames(model, stem, _):
    table = frame(stem)
    table["email"] = table["email"].astype("category")
    return model.send_bulk_inferences(data=iter([table[:9], table[9:]]))[0]


def lazy_polars(model, stem, _):
    return model.send_bulk_inferences(data=pl.DataFrame(rows(stem)).lazy())[0]


def generator(model, stem, _):
    return model.send_inferences(row for row in rows(stem))


def logged(model, stem, tmp_path):
    with model.logger(spool=tmp_path) as log:
        for row in rows(stem, truth=False)[: ROWS // 2]:
            row_id = row.pop("partner_inference_id")
            assert log.log(row, partner_inference_id=row_id) == row_id
        log.log_many(rows(stem)[ROWS // 2 :])
        log.flush()
        kept = sum(in_sample(row["partner_inference_id"]) for row in rows(stem))
        assert (log.counts.accepted, log.counts.sampled_out) == (kept, ROWS - kept)
        for file in tmp_path.rglob("*"):
            assert file.is_dir() or b"secret" not in file.read_bytes()


def logged_frame(model, stem, _):
    with model.logger(memory_only=True) as log:
        log.log_many(frame(stem))
        log.flush()


def monitored(model, stem, _):
    with model.logger(memory_only=True) as log:
        predict = model.monitor(logger=log)(lambda row: row["age"] / ROWS)
        for row in rows(stem, truth=False):
            predict({k: v for k, v in row.items() if k != "p"})
        log.flush()


ROADS = [
    by_rows,
    nested,
    beside,
    old_call,
    bulk_directory,
    bulk_json,
    bulk_reader,
    bulk_dataset,
    bulk_frames,
    lazy_polars,
    generator,
    logged,
    logged_frame,
    monitored,
    lambda model, stem, _: model.send_inferences(frame(stem)),
    lambda model, stem, _: model.send_inferences(pl.DataFrame(rows(stem))),
    lambda model, stem, _: model.send_inferences(frame(stem).to_dict("list")),
    lambda model, stem, _: model.send_bulk_inferences(data=rows(stem))[0],
]


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_every_road_redacts_and_samples(road, model, tmp_path):
    sent = road(model, "id", tmp_path)
    expected = {
        row["partner_inference_id"]: {
            "age": row["age"],
            "email": hashed(row["email"]),
            "street": None,
            "income": thousands(row["income"]),
        }
        for row in rows("id")
        if in_sample(row["partner_inference_id"])
    }
    assert 10 < len(expected) < 30
    names = ["partner_inference_id", "age", "email", "street", "income"]
    found = model.query({"select": [{"property": name} for name in names]})
    assert {row.pop("partner_inference_id"): row for row in found} == expected
    if sent is not None:
        assert sent["counts"] == {"success": len(found), "failure": 0, "total": len(found)}
        assert sent.sampled_out == ROWS - len(found)


def test_the_asynchronous_roads_redact_and_sample():
    async def send():
        async with AsyncArthurAI(url="local://", redaction_key=KEY) as arthur:
            table = frame("id")
            model = arthur.model("m", "TABULAR", "REGRESSION")
            data = table.drop(columns=["partner_inference_id", "inference_timestamp"])
            model.build(
                data.drop(columns="ground_truth_timestamp"),
                {"p": "y"},
                non_input_columns=["street", "income"],
            )
            model.redact, model.sample = REDACT, SHARE
            await model.save()
            results = [
                await model.send_inferences(rows("a")),
                (await model.send_bulk_inferences(data=frame("b")))[0],
            ]
            truths = [{k: row[k] for k in ("partner_inference_id", "y")} for row in rows("a")]
            results.append(await model.update_inference_ground_truths(truths))
            names = ["partner_inference_id", "email", "street", "income"]
            found = await model.query({"select": [{"property": name} for name in names]})
            deleted = await model.delete_inferences([row["partner_inference_id"] for row in found])
            return results, found, deleted, model.get_attribute("email").categories

    results, found, deleted, categories = asyncio.run(send())
    sent = [row for stem in "ab" for row in rows(stem) if in_sample(row["partner_inference_id"])]
    assert {tuple(row.values()) for row in found} == {
        (row["partner_inference_id"], hashed(row["email"]), None, thousands(row["income"]))
        for row in sent
    }
    assert [result.accepted + result.sampled_out for result in results] == [ROWS] * 3
    assert results[0].accepted == results[2].accepted
    assert deleted == len(found) == len(sent)
    assert {c.value for c in categories} == {hashed(row["email"]) for row in rows("id")}


TRUTH_ROADS = [
    lambda model, rows, _: model.update_inference_ground_truths(rows),
    lambda model, rows, _: model.update_inference_ground_truths(
        [row["y"] for row in rows],
        partner_inference_ids=[row["partner_inference_id"] for row in rows],
    ),
    lambda model, rows, _: model.send_bulk_ground_truths(data=pd.DataFrame(rows)),
    lambda model, rows, tmp_path: (
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet"),
        model.send_bulk_ground_truths(directory_path=str(tmp_path)),
    )[1],
]


@pytest.mark.parametrize("road", TRUTH_ROADS)
def test_ground_truth_goes_to_the_sampled_inferences_only(road, model, tmp_path):
    model.send_inferences(rows("id", truth=False))
    truths = [{k: row[k] for k in ("partner_inference_id", "y")} for row in rows("id")]
    sent = road(model, truths, tmp_path)
    kept = sum(in_sample(row["partner_inference_id"]) for row in truths)
    assert (sent.accepted, sent.sampled_out) == (kept, ROWS - kept)
    body = {"select": [{"function": "count"}], "from": "ground_truth"}
    assert model.query(body) == [{"count": kept}]


def test_a_logger_samples_ground_truth_alike(model):
    with model.logger(memory_only=True) as log:
        log.log_many(rows("id", truth=False))
        truths = [{k: row[k] for k in ("partner_inference_id", "y")} for row in rows("id")]
        taken = log.log_ground_truth(truths)
        log.flush()
    assert taken == [
        r["partner_inference_id"] for r in rows("id") if in_sample(r["partner_inference_id"])
    ]


def test_reference_data_is_redacted_and_not_sampled(model):
    result, closed = model.set_reference_data(data=frame("id").drop(columns="partner_inference_id"))
    assert (result.accepted, result.sampled_out, closed is None) == (ROWS, 0, False)
    found = model.query(
        {"select": [{"property": "email"}, {"property": "street"}], "from": "reference"}
    )
    assert {row["email"] for row in found} == {hashed(row["email"]) for row in rows("id")}
    assert {row["street"] for row in found} == {None}


def test_the_description_of_the_model_has_no_values_of_redacted_columns(connection):
    table = pd.DataFrame(rows("id")).drop(
        columns=["partner_inference_id", "inference_timestamp", "ground_truth_timestamp"]
    )
    model = connection.model(display_name="m", input_type="tabular", output_type="regression")
    model.build(table, {"p": "y"}, non_input_columns=["street", "income"])
    emails = {category.value for category in model.get_attribute("email").categories}
    assert emails == {row["email"] for row in rows("id")}
    model.redact = REDACT
    model.save()
    model.get_attribute("age").label = "Age"
    model.update()
    for known in (model, connection.get_model(model.id)):
        email, street, income = map(known.get_attribute, ("email", "street", "income"))
        assert {c.value for c in email.categories} == set(map(hashed, emails))
        assert not street.categories
        assert (income.min_range, income.max_range) == (None, None)
    stored = model.query({"select": [{"property": "email"}], "from": "reference"})
    assert {row["email"] for row in stored} == set(map(hashed, emails))
    assert "secret" not in json.dumps(connection.get_model(model.id).to_dict())


def test_nothing_of_the_values_is_logged_or_raised(connection, caplog):
    caplog.set_level("DEBUG")
    model = save_model(connection, COLUMNS)
    model.redact = {"email": "hash", "street": str.upper, "income": lambda _: "secret"[:0] or "x"}
    with pytest.raises(Exception, match=r"redact\['street'\] raised TypeError") as caught:
        model.send_inferences([{**rows("id")[0], "street": 5}])
    assert "secret" not in caplog.text
    assert caught.value.__cause__ is None
    model.redact = {"email": "hash", "street": "drop", "income": lambda value: f"i{value:.0f}"}
    with pytest.raises(Exception, match="income") as caught:
        model.send_inferences(rows("id"), strict=True)
    assert "secret" not in str(caught.value)
    assert "1234.5" not in str(caught.value)


def test_what_the_call_says_is_added_to_what_the_model_says(connection):
    model = save_model(connection, COLUMNS)
    model.redact = {"email": "drop", "street": "drop"}
    model.send_inferences(rows("id"), redact={"email": "HASH"}, sample=1)
    found = model.query({"select": [{"property": "email"}, {"property": "street"}]})
    assert len(found) == ROWS
    assert {row["street"] for row in found} == {None}
    assert {row["email"] for row in found} == {hashed(row["email"]) for row in rows("id")}
    assert model.redact == {"email": "drop", "street": "drop"}
    assert model.redact_value("email", "x") is None
    model.redact = {"email": "hash", "partner_inference_id": "hash"}
    model.send_inferences(rows("other"))
    one = model.redact_value("email", "secret-1@example.org")
    body = {
        "select": [{"property": "partner_inference_id"}],
        "filter": [{"property": "email", "comparator": "eq", "value": one}],
    }
    ids = {row["partner_inference_id"] for row in model.query(body)}
    assert model.redact_value("partner_inference_id", "other-1") in ids


def test_failures_keep_the_numbers_of_the_rows_that_were_given(model):
    made = rows("id")
    kept = [n for n, row in enumerate(made) if in_sample(row["partner_inference_id"])]
    made[kept[2]]["age"] = "many"
    result = model.send_inferences(made, fail_silently=True)
    assert [failure.row for failure in result.failures] == [kept[2]]
    assert result.failures[0].partner_inference_id == made[kept[2]]["partner_inference_id"]
