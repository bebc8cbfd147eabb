"""Log-probabilities as language models answer them, kept as likelihoods."""

from __future__ import annotations

import logging
import math
from types import SimpleNamespace

import pandas as pd
import pytest

from arthurai.upload.coerce import CoercionError, to_likelihoods
from arthurai.upload.log_probabilities import convert_column

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


LIKELIHOODS = {"select": [{"property": "probs_likelihoods"}]}
