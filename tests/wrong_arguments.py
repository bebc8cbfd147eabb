"""Values that no public call can use, and a run of calls with each of them in each place."""

from __future__ import annotations

import inspect
import os
import random
import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from arthurai.common.exceptions import ArthurTimeoutError, ArthurUserError

SEED_VARIABLE = "WRONG_ARGUMENTS_SEED"


def refusing(method: str) -> object:
    """Return an object one of whose methods raises."""

    def refuse(self, *_args):
        raise RuntimeError(f"{method} refuses")

    return type(f"Refusing{method.strip('_')}", (), {method: refuse})()


class RefusingMapping(dict):
    def items(self):
        raise RuntimeError("items refuses")

    keys = __iter__ = items


class RefusingList(list):
    def __iter__(self):
        raise RuntimeError("iter refuses")

    __len__ = __iter__


def broken_generator():
    yield {"hours": 1.0}
    raise RuntimeError("the generator breaks")


def wrong_values() -> dict[str, object]:
    loop: list = []
    loop.append(loop)
    deep: list = []
    for _ in range(3_000):
        deep = [deep]
    methods = ("str", "repr", "len", "iter", "eq", "hash", "bool", "getattr", "getitem", "float")
    return {
        "None": None,
        "True": True,
        "-1": -1,
        "huge": 2**64,
        "digits": 10**5_000,
        "nan": float("nan"),
        "inf": float("inf"),
        "1e308": 1e308,
        "empty": "",
        "blank": " ",
        "word": "nonsense",
        "surrogate": "\ud800x",
        "null character": "a\x00b",
        "long": "a" * 100_000,
        "bytes": b"\xff",
        "list": [],
        "dict": {},
        "set": set(),
        "[None]": [None],
        "nested list": [[[]]],
        "nested dict": {"a": {"b": 1}},
        "{1: 2}": {1: 2},
        "{None: None}": {None: None},
        "[surrogate]": ["\ud800"],
        "{surrogate}": {"\ud800": "\ud800"},
        "[1]": [1],
        "object": object(),
        "function": lambda *_: 0,
        "class": int,
        "generator": broken_generator(),
        "iterator": iter([]),
        "0-d array": np.array(3.0),
        "no array": np.array([]),
        "2-d array": np.zeros((2, 2)),
        "objects": np.array([object()]),
        "empty frame": pd.DataFrame(),
        "frame": pd.DataFrame({"zz": [1]}),
        "repeated columns": pd.DataFrame([[1, 2]], columns=["a", "a"]),
        "numbered columns": pd.DataFrame([[1]]),
        "series": pd.Series([1]),
        "NaT": pd.NaT,
        "NA": pd.NA,
        "polars": pl.DataFrame(),
        "arrow": pa.table({}),
        "arrow scalar": pa.scalar(1),
        "latest": datetime.max.replace(tzinfo=UTC),
        "earliest": datetime.min.replace(tzinfo=UTC),
        "date": date(2020, 1, 1),
        "duration": timedelta.max,
        "signaling NaN": Decimal("sNaN"),
        "complex": 1j,
        "range": range(3),
        "slice": slice(3),
        "loop": loop,
        "deep": deep,
        "exception": ValueError("x"),
        "numpy integer": np.int64(3),
        **{name: refusing(f"__{name}__") for name in methods},
        "[repr]": [refusing("__repr__")],
        "{repr}": {"a": refusing("__repr__")},
        "mapping": RefusingMapping(a=1),
        "sequence": RefusingList([1]),
    }


class CallTable:
    """Calls by name, each with arguments that it takes."""

    def __init__(self):
        self.all = {}

    def add(self, name, call, /, **arguments):
        self.all[name] = (call, arguments)

    def add_whole(self, name, call, /, **given):
        """Add a call with the defaults of its signature."""
        arguments = {
            parameter.name: parameter.default
            for parameter in inspect.signature(call).parameters.values()
            if parameter.default is not parameter.empty
        }
        self.add(name, call, **{**arguments, **given})


def choose_seed():
    """Return the seed that the environment gives, to repeat a run, or a new one."""
    return int(os.environ.get(SEED_VARIABLE) or random.randrange(1_000))


def check_refused(calls: CallTable, share: int, seed: int, at_least: int) -> None:
    """Try one of `share` combinations: each has a result, or raises an error of the caller."""
    tried, wrong = try_all(calls, share, seed)
    assert tried > at_least
    again = f"repeat with {SEED_VARIABLE}={seed}"
    assert not wrong, f"{len(wrong)} of {tried}, {again}:\n" + "\n".join(wrong)


def try_all(calls: CallTable, share: int, seed: int) -> tuple[int, list[str]]:
    """Try one of `share` combinations; return how many those were, and what was raised wrongly."""
    tried, wrong = 0, []
    names = list(wrong_values())
    for call_name, (call, arguments) in calls.all.items():
        for parameter in arguments:
            for value_name in names:
                place = f"{call_name}({parameter}={value_name})"
                if zlib.crc32(f"{place}{seed}".encode()) % share:
                    continue
                tried += 1
                try:
                    result = call(**{**arguments, parameter: wrong_values()[value_name]})
                    repr(result)
                except (ArthurUserError, ArthurTimeoutError) as error:
                    if not str(error):
                        wrong.append(f"{place}: {type(error).__name__} without a text")
                except Exception as error:  # noqa: BLE001 - the point of the test
                    wrong.append(f"{place}: {type(error).__name__}: {error!s:.200}")
    return tried, wrong
