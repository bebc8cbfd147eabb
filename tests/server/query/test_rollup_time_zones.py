"""Periods by the clocks of a time zone, against pandas."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import attribute, ground_truth, prediction

from arthurai.server.query import QueryError, run_drift, run_query

from . import query_models as models

TIMES = pd.DatetimeIndex(
    [
        *pd.date_range("2026-03-27T20:10", periods=60, freq="97min", tz="UTC"),
        *pd.date_range("2026-10-24T20:10", periods=60, freq="37min", tz="UTC"),
        *pd.date_range("2026-12-30T00:10", periods=10, freq="7h", tz="UTC"),
    ]
)
ZONES = ["Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


@pytest.fixture(scope="module")
def clock(store):
    example = models.Example(
        "REGRESSION",
        [
            attribute("kind", "STRING", categorical=True),
            prediction("p", attribute_link="y"),
            ground_truth("y", attribute_link="p"),
        ],
    )
    for place, time in enumerate(TIMES):
        kind = "ab"[place % 7 > place % 3]
        example.rows.append((time.isoformat(), {"kind": kind, "p": 1.0}))
    example.reference += [{"kind": "ab"[n % 2], "p": 1.0} for n in range(20)]
    example.load(store)
    return example


def starts(interval, zone):
    """Return the start of the period of each time, as pandas has it."""
    local = TIMES.tz_convert(zone).tz_localize(None)
    if interval == "hour":
        return TIMES - (local - local.floor("h"))
    letter = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}[interval]
    return local.to_period(letter).start_time.tz_localize(zone).tz_convert("UTC")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("interval", ["hour", "day", "week", "month", "quarter", "year"])
def test_periods_start_by_the_clocks_of_the_zone(interval, zone, clock, store):
    parameters = {
        "property": "inference_timestamp",
        "time_interval": interval,
        "time_zone": zone,
    }
    body = {
        "select": [
            {"function": "roundTimestamp", "alias": "start", "parameters": parameters},
            {"function": "count"},
        ],
        "group_by": [{"alias": "start"}],
        "order_by": [{"alias": "start"}],
    }
    found = run_query(body, clock.schema, store)["query_result"]
    expected = pd.Series(1, index=starts(interval, zone)).groupby(level=0).sum()
    assert {pd.Timestamp(row["start"]): row["count"] for row in found} == expected.to_dict()
    if zone == "UTC":
        del parameters["time_zone"]
        assert run_query(body, clock.schema, store)["query_result"] == found


@pytest.mark.parametrize("interval", ["hour", "day", "week", "quarter"])
def test_drift_of_local_periods_is_that_of_their_rows(interval, clock, store):
    sides = {"base": {"source": "reference"}, "target": {"source": "inference"}}
    body = {**sides, "properties": ["kind"], "metric": "PSI"}
    rolled = {**body, "rollup": interval, "time_zone": "Europe/Vienna"}
    found = run_drift(rolled, clock.schema, store)["query_result"]
    own = starts(interval, "Europe/Vienna")
    assert [pd.Timestamp(row["rollup"]) for row in found] == sorted(set(own))
    for row in found:
        times = TIMES[own == pd.Timestamp(row["rollup"])]
        within = [
            {"property": "inference_timestamp", "comparator": comparator, "value": time.isoformat()}
            for comparator, time in (("gte", times.min()), ("lte", times.max()))
        ]
        target = {"source": "inference", "filter": within}
        (whole,) = run_drift({**body, "target": target}, clock.schema, store)["query_result"]
        assert row["kind"] == pytest.approx(whole["kind"])


@pytest.mark.parametrize("zone", ["Europe", "Vienna", "", "../UTC", "Europe/Vienna'", 3, ["UTC"]])
def test_what_is_no_zone_is_refused(zone, clock, store):
    parameters = {"property": "inference_timestamp", "time_interval": "day", "time_zone": zone}
    select = [{"function": "roundTimestamp", "parameters": parameters}]
    with pytest.raises(QueryError, match="time_zone: must be the name of a time zone"):
        run_query({"select": select}, clock.schema, store)
    body = {"base": {"source": "reference"}, "target": {"source": "inference"}}
    body |= {"properties": ["kind"], "metric": "PSI", "rollup": "day", "time_zone": zone}
    with pytest.raises(QueryError, match="time_zone: must be the name of a time zone"):
        run_drift(body, clock.schema, store)
