"""The bounds that the operator of a server sets."""

from __future__ import annotations

import pytest

from arthurai import ArthurAI
from arthurai.common.exceptions import UserValueError
from arthurai.server.operator_limits import Limits, parse_amount, parse_limits


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("60", 60),
        ("1k", 1000),
        ("1500Mi", 1500 * 2**20),
        ("2Gi", 2**31),
        ("1.5G", 15 * 10**8),
    ],
)
def test_amounts_are_numbers_with_a_unit(text, amount):
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "-1", "1e9", "1 Gi", "Gi", "1gib", "0x10", "9" * 16, "nan"])
def test_other_texts_are_no_amounts(text):
    assert parse_amount(text) is None


def test_limits_that_are_not_stated_have_their_defaults():
    assert parse_limits([]) == Limits()
    found = parse_limits(["json_bytes=64Mi", "explainer_memory = 2Gi"])
    assert found == Limits(json_bytes=64 * 2**20, explainer_memory=2 * 2**30)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("json_bytes", "NAME=AMOUNT"),
        ("json_byte=1", "NAME=AMOUNT"),
        ("json_bytes=lots", "must be a number such as"),
        ("json_bytes=0", "must be from 1"),
        ("json_bytes=999999999Ti", "must be from 1"),
    ],
)
def test_impossible_limits_are_refused(setting, message, monkeypatch):
    with pytest.raises(ValueError, match=message):
        parse_limits([setting])
    monkeypatch.setenv("ARTHUR_LIMITS", setting)
    with pytest.raises(UserValueError, match=f"ARTHUR_LIMITS: .*{message}"):
        ArthurAI(url="local://")
