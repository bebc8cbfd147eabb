"""Log-probabilities as language models answer them, kept as likelihoods."""

from __future__ import annotations

import logging
import math
from types import SimpleNamespace

import pandas as pd
import pytest

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.coerce import CoercionError, to_likelihoods
from arthurai.upload.log_probabilities import convert_column, convert_logarithms, find_unlikely

CHAT = [
    {
        "token": "Hello",
        "logprob": -0.5,
        "bytes": [72],
        "top_logprobs": [
            {"token": "Hello", "logprob": -0.5, "bytes": None},
            {"token": "Hi", "logprob": -1.5, "bytes": None},
        ],
    },
    {"token": "!", "logprob": 0.0, "bytes": None, "top_logprobs": []},
]
EXPECTED = [{"Hello": math.exp(-0.5), "Hi": math.exp(-1.5)}, {"!": 1.0}]


def as_objects(value):
    if isinstance(value, dict):
        return SimpleNamespace(**{key: as_objects(item) for key, item in value.items()})
    return [as_objects(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "value", [CHAT, {"content": CHAT}, as_objects(CHAT), as_objects({"content": CHAT})]
)
def test_chat_completions(value):
    assert to_likelihoods(value) == EXPECTED


def test_completions_with_a_list_of_tokens():
    value = {"tokens": ["a", "b"], "token_logprobs": [None, -1.0], "text_offset": [0, 1]}
    assert to_likelihoods(value) == [{"a": None}, {"b": math.exp(-1)}]


def test_the_chosen_token_stays_the_most_likely_one():
    others = [{"token": t, "logprob": p} for t, p in [("x", -0.1), ("b", -3.0), ("c", -4.0)]]
    (found,) = to_likelihoods([{"token": "a", "logprob": -2.0, "top_logprobs": others}])
    assert list(found) == ["a", "b", "c"]
    many = [{"token": f"t{n}", "logprob": -5.0 - n} for n in range(20)]
    (found,) = to_likelihoods([{"token": "a", "logprob": -2.0, "top_logprobs": many}])
    assert list(found) == ["a", "t0", "t1", "t2", "t3"]


@pytest.mark.parametrize("value", [[3], ["a"], {"content": "a"}])
def test_other_shapes_are_refused(value):
    with pytest.raises(CoercionError, match="list of dicts of text to number"):
        to_likelihoods(value)


def test_columns_of_logarithms_are_converted_as_a_whole():
    column = [[{"a": -2.5}, {"b": 0.0}], None, [{"c": 0.0, "d": None}]]
    assert convert_column(column) == (
        [[{"a": math.exp(-2.5)}, {"b": 1.0}], None, [{"c": 1.0, "d": None}]],
        3,
        0,
    )
    likelihoods = [[{"a": 0.0}, {"b": 1.0}], None]
    assert convert_column(likelihoods) == (likelihoods, 0, 0)
    mixed = [[{"a": -2.5}], [{"b": 0.5}, {"c": 1.5}]]
    assert convert_column(mixed) == (mixed, 0, 2)


def test_columns_that_are_said_to_be_logarithms():
    column = [[{"a": 0.0}, {"b": -1.0, "c": None}], None, [{"d": 0.5}, {"e": 1e9}], EXPECTED]
    converted, wrong = convert_logarithms(column, [*column[:3], CHAT])
    assert converted[:2] == [[{"a": 1.0}, {"b": math.exp(-1), "c": None}], None]
    assert converted[2][0] == {"d": math.exp(0.5)}
    assert math.isfinite(converted[2][1]["e"])
    assert converted[3] == EXPECTED  # converted when it was read, for its names
    assert wrong == [2]
    assert find_unlikely([[{"a": 0.0}, {"b": 1.0, "c": None}], None, [{"d": 1.1}], [{"e": -0.1}]]) == [
        2, 3,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def generator(arthur):
    model = arthur.model(display_name="Texts", input_type="NLP", output_type="TOKEN_SEQUENCE")
    model.build_token_sequence_model(
        "prompt",
        "answer",
        output_token_column="tokens",
        output_likelihood_column="probs",
    )
    model.save()
    return model


def test_what_was_sent_as_logarithms_is_queried_as_likelihoods(generator, caplog):
    rows = [
        {"prompt": "p", "answer": "Hello!", "tokens": ["Hello", "!"], "probs": CHAT},
        {"prompt": "p", "answer": "Hello!", "tokens": ["Hello", "!"], "probs": EXPECTED},
    ]
    times = pd.date_range("2026-01-01", periods=2, freq="h", tz="UTC")
    generator.send_inferences(rows, inference_timestamps=times)
    logs = [{"Hello": -2.0}, {"!": -1.0}]
    with caplog.at_level(logging.WARNING, logger="arthurai"):
        generator.send_inferences([{**rows[0], "probs": logs}], inference_timestamps=times[:1])
        generator.send_inferences(
            [{**rows[0], "probs": [{"Hello": 1.7}, {"!": 0.5}]}], inference_timestamps=times[:1]
        )
    messages = [r.getMessage() for r in caplog.records if "probs" in r.getMessage()]
    assert ["read as log-probabilities" in m for m in messages] == [True, False]
    assert "1 values are outside of 0 to 1" in messages[1]
    found = [row["probs_likelihoods"] for row in generator.query(LIKELIHOODS)]
    assert sorted(found) == [
        pytest.approx([math.exp(-2), math.exp(-1)]),
        pytest.approx([math.exp(-0.5), 1.0]),
        pytest.approx([math.exp(-0.5), 1.0]),
        pytest.approx([1.7, 0.5]),
    ]


def send(model, rows, **options):
    model.send_inferences(rows, **options)


def send_table(model, rows, **options):
    model.send_inferences(pd.DataFrame(rows), **options)


def send_bulk(model, rows, **options):
    model.send_bulk_inferences(data=rows, **options)


def log(model, rows, **options):
    with model.logger(memory_only=True, **options) as logger:
        for row in rows:
            logger.log(row)
        logger.flush(30)


ROADS = [send, send_table, send_bulk, log]


@pytest.mark.parametrize("road", ROADS)
def test_logarithms_by_the_word_of_the_caller(arthur, generator, road, caplog):
    """All zero, or short of a look at the others, log-probabilities cannot be told by their shape."""
    row = {"prompt": "p", "answer": "Hello!", "tokens": ["Hello", "!"]}
    certain = [{"Hello": 0.0}, {"!": 0.0}]
    unsure = [{"Hello": -2.0}, {"!": -1.0}]
    given = [certain, unsure, CHAT]

    def ids(stem):
        return [f"{road.__name__}-{stem}-{number}" for number in range(len(given))]

    def rows(stem):
        pairs = zip(ids(stem), given, strict=True)
        return [{**row, "partner_inference_id": key, "probs": value} for key, value in pairs]

    def held(stem):
        select = [{"property": "partner_inference_id"}, {"property": "probs_likelihoods"}]
        found = generator.query({"select": select})
        by_id = {row["partner_inference_id"]: row["probs_likelihoods"] for row in found}
        return [by_id[key] for key in ids(stem)]

    chat = pytest.approx([math.exp(-0.5), 1.0])
    with caplog.at_level(logging.WARNING, logger="arthurai"):
        road(generator, rows("logs"), logprobs=True)
    assert held("logs") == [[1.0, 1.0], pytest.approx([math.exp(-2), math.exp(-1)]), chat]
    assert "probs" not in caplog.text
    likelihoods = {**row, "probs": [{"Hello": 0.25}, {"!": 0.5}]}
    given[:] = [likelihoods["probs"], CHAT]
    road(generator, rows("likelihoods"), logprobs=False)
    assert held("likelihoods") == [[0.25, 0.5], chat]


def test_what_contradicts_the_word_of_the_caller(generator, caplog):
    row = {"prompt": "p", "answer": "a", "tokens": ["a"], "probs": [{"a": 0.5}]}
    with caplog.at_level(logging.WARNING, logger="arthurai"):
        generator.send_inferences([row], logprobs=True)
        generator.send_inferences([{**row, "probs": [{"a": -0.5}]}], logprobs=False)
    assert "1 rows hold values that must be log-probabilities, which are at most 0" in caplog.text
    assert "1 rows hold values that must be likelihoods, which are from 0 to 1" in caplog.text
    with pytest.raises(UserValueError, match="must be log-probabilities"):
        generator.send_inferences([row], logprobs=True, strict=True)
    with pytest.raises(UserValueError, match="must be likelihoods"):
        generator.send_bulk_inferences(
            data=[{**row, "probs": [{"a": -0.5}]}], logprobs=False, strict=True
        )
    with pytest.raises(UserTypeError, match="logprobs"):
        generator.send_inferences([row], logprobs="yes")


def test_the_logarithm_of_nothing_is_likelihood_0_and_other_infinities_are_reported(
    generator, caplog
):
    row = {"prompt": "p", "answer": "a b", "tokens": ["a", "b"]}

    def held(key, probs, **more):
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="arthurai"):
            sent = {**row, "partner_inference_id": key, "probs": probs}
            generator.send_inferences([sent], **more)
        by_id = [{"property": "partner_inference_id", "comparator": "eq", "value": key}]
        return generator.query({**LIKELIHOODS, "filter": by_id})[0]["probs_likelihoods"]

    certain = [{"a": -math.inf}, {"b": -1.0}]
    expected = pytest.approx([0.0, math.exp(-1)])
    assert held("nothing by shape", certain) == expected
    assert held("nothing by word", certain, logprobs=True) == expected
    answer = [{"token": "a", "logprob": -math.inf}, {"token": "b", "logprob": -1.0}]
    assert held("nothing by name", answer) == expected
    assert "infinite" not in caplog.text
    mixed = [{"a": math.inf}, {"b": 0.5}]
    assert held("no likelihood", mixed) == [None, 0.5]
    assert "column 'probs': 1 infinite values were stored as null" in caplog.text
    with pytest.raises(UserValueError, match="must be finite"):
        generator.send_inferences([{**row, "probs": mixed}], strict=True)


def test_a_logger_tells_logarithms_by_their_shape(generator, caplog):
    row = {"prompt": "p", "answer": "a", "tokens": ["a"], "partner_inference_id": "by shape"}
    with caplog.at_level(logging.WARNING, logger="arthurai"):
        log(generator, [{**row, "probs": [{"a": -2.0}]}])
    by_id = [{"property": "partner_inference_id", "comparator": "eq", "value": "by shape"}]
    (found,) = generator.query({**LIKELIHOODS, "filter": by_id})
    assert found["probs_likelihoods"] == pytest.approx([math.exp(-2)])


LIKELIHOODS = {"select": [{"property": "probs_likelihoods"}]}
