"""What the monitoring calls share, and the shapes of answers they must survive."""

from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import UserTypeError
from arthurai.model.metrics import flatten_results, format_interval
from arthurai.model.responses import format_time, parse_time, to_table

rows = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]),
        st.none() | st.floats(allow_nan=False) | st.integers(-9, 9),
    ),
    max_size=6,
)


@given(rows)
def test_all_kinds_of_tables_hold_the_same(found):
    names = list(dict.fromkeys(name for row in found for name in row))
    expected = {name: [row.get(name) for row in found] for name in names}
    arrow = to_table(found, "pyarrow")
    assert arrow.to_pydict() == expected
    assert to_table(found, "polars").to_dict(as_series=False) == expected
    pandas = to_table(found, "pandas")
    assert list(pandas.columns) == names
    for name in names:
        assert [None if pd.isna(v) else v for v in pandas[name]] == expected[name]
    assert to_table(found, None) is found


def test_nested_values_and_what_is_no_table():
    nested = [{"g": "a", "cm": {"f1": 0.5}}, {"g": "b", "cm": {"f1": None}}]
    assert to_table(nested, "pyarrow").to_pylist() == nested
    assert to_table(nested, "polars").to_dicts() == nested
    assert to_table(nested, "pandas")["cm"].tolist() == [row["cm"] for row in nested]
    with pytest.raises(UserTypeError, match="not a list of rows"):
        to_table({"a": 1}, "pandas")


@given(
    st.datetimes(pd.Timestamp("1990").to_pydatetime(), pd.Timestamp("2090").to_pydatetime()),
    st.integers(-720, 720),
)
def test_times_mean_the_same_moment(naive, minutes):
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_time("t", aware) == aware
    assert parse_time("t", aware.isoformat()) == aware
    assert datetime.fromisoformat(format_time("t", aware)) == aware
    assert parse_time("t", naive) == naive.replace(tzinfo=UTC)
    assert format_time("t", naive).endswith("Z")


@pytest.mark.parametrize("value", [5, None, date(2026, 3, 1), pd.NaT])
def test_what_is_no_time(value):
    with pytest.raises(UserTypeError, match="start must be a datetime"):
        parse_time("start", value)


def test_results_as_rows():
    answer = {
        "name": "m",
        "results": [
            {
                "name": "avg",
                "values": [{"rollup": "2026-03-01", "avg": 0.5}, {"avg": None}],
                "parameters": {"k": 2},
                "group": {"income": {"bin": {"continuous_start": None, "continuous_end": 3}}},
            },
            {"name": "avg", "values": [{"avg": 1}], "group": {"region": {"name": "north"}}},
        ],
    }
    assert flatten_results(answer) == [
        {"income": "(-inf,3]", "k": 2, "rollup": "2026-03-01", "value": 0.5},
        {"income": "(-inf,3]", "k": 2, "value": None},
        {"region": "north", "value": 1},
    ]
    assert [format_interval(1, 2), format_interval(1, None)] == ["(1,2]", "(1,inf)"]
