"""The helpers of arthurai._compat.time_helpers."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from dateutil import tz as dateutil_zones
from hypothesis import given
from hypothesis import strategies as st

from arthurai._compat import time_helpers as util
from arthurai.common.constants import ValueType
from arthurai.common.exceptions import UserTypeError, UserValueError

NAIVE = datetime(2021, 2, 8, 12, 10, 5)  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    "zone",
    [
        "America/Phoenix",
        ZoneInfo("America/Phoenix"),
        timezone(timedelta(hours=-7)),
        dateutil_zones.gettz("America/Phoenix"),
    ],
)
def test_a_naive_time_gets_its_zone_and_is_told_in_utc(zone):
    assert util.format_timestamp(NAIVE, zone) == "2021-02-08T19:10:05+00:00"


def test_zones_of_pytz_attach_themselves_rightly():
    class LikePytz(tzinfo):
        """Is a zone of long ago until it attaches itself, as the zones of pytz are."""

        def utcoffset(self, _):
            return timedelta(hours=-4, minutes=-56)

        def localize(self, time):
            return time.replace(tzinfo=timezone(timedelta(hours=-4)))

        def fromutc(self, time):
            return self.localize(time + timedelta(hours=-4))

    summer = datetime(2021, 7, 1, 12, 0)  # noqa: DTZ001 - naive on purpose
    assert util.format_timestamp(summer, LikePytz()) == "2021-07-01T16:00:00+00:00"


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (NAIVE.replace(tzinfo=UTC), "2021-02-08T12:10:05+00:00"),
        (NAIVE.replace(tzinfo=timezone(timedelta(hours=2))), "2021-02-08T12:10:05+02:00"),
        (pd.Timestamp("2021-02-08T12:10:05Z"), "2021-02-08T12:10:05+00:00"),
        ("2021-02-08T12:10:05Z", "2021-02-08T12:10:05Z"),
        ("2021-02-08T12:10:05.123456+05:30", "2021-02-08T12:10:05.123456+05:30"),
    ],
)
def test_times_with_a_zone_keep_it(time, text):
    assert util.format_timestamp(time) == text
    assert util.format_timestamp(time, "US/Eastern") == text


@pytest.mark.parametrize(
    ("time", "zone", "kind"),
    [
        (NAIVE, None, UserValueError),
        (NAIVE, "Mars/Olympus", UserValueError),
        (NAIVE, "../../etc/passwd", UserValueError),
        (NAIVE, "", UserValueError),
        (NAIVE, 7, UserTypeError),
        ("2021-02-08T12:10:05", "UTC", UserValueError),
        ("yesterday", "UTC", UserValueError),
        ("", None, UserValueError),
        (None, "UTC", UserTypeError),
        (np.datetime64("2021-02-08"), "UTC", UserTypeError),
        (1612786205, "UTC", UserTypeError),
        (pd.NaT, "UTC", UserTypeError),
    ],
)
def test_times_that_cannot_be_told(time, zone, kind):
    with pytest.raises(kind, match=r"my_column|tz"):
        util.format_timestamp(time, zone, "my_column")


@given(
    st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["US/Eastern", "Asia/Kolkata", "Europe/London", "UTC"]),
)
def test_the_moment_is_that_of_the_zone(time, zone):
    told = datetime.fromisoformat(util.format_timestamp(time, zone))
    assert told.utcoffset() == timedelta(0)
    assert told == time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("thing", "valid"),
    [
        ("2021-02-08T12:10:05Z", True),
        ("2021-02-08T12:10:05+00:00", True),
        ("2021-02-08T12:10:05", False),
        ("2021-02-08", False),
        ("", False),
        (None, False),
        (NAIVE, False),
    ],
)
def test_valid_texts(thing, valid):
    assert util.is_valid_datetime_string(thing) is valid


def test_rows_are_rewritten_in_place():
    row = {
        "inference_timestamp": NAIVE,
        "ground_truth_timestamp": "2021-02-08T12:10:05Z",
        "inference_data": {
            "when": NAIVE,
            "unknown": None,
            "series": [{"timestamp": NAIVE, "value": 1}, {"value": 2}],
            "other": NAIVE,
        },
    }
    rows = [row]
    assert (
        util.format_timestamps(rows, "UTC", ["when", "unknown", "absent"], ["series", "no"]) is rows
    )
    assert row["inference_timestamp"] == "2021-02-08T12:10:05+00:00"
    assert row["ground_truth_timestamp"] == "2021-02-08T12:10:05Z"
    inner = row["inference_data"]
    assert inner["when"] == "2021-02-08T12:10:05+00:00"
    assert inner["unknown"] is None
    assert inner["series"] == [
        {"timestamp": "2021-02-08T12:10:05+00:00", "value": 1},
        {"value": 2},
    ]
    assert inner["other"] is NAIVE


def test_reference_rows_have_their_own_inner_name():
    row = {"reference_data": {"series": [{"timestamp": NAIVE}]}}
    util.format_timestamps([row], "UTC", None, ["series"], is_reference_data=True)
    assert row["reference_data"]["series"][0]["timestamp"] == "2021-02-08T12:10:05+00:00"


@pytest.mark.parametrize("row", [{}, {"inference_data": None}, {"inference_data": [1]}, "row"])
def test_rows_without_attributes_are_refused(row):
    with pytest.raises(UserValueError, match="inference_data"):
        util.format_time_series_attr_timestamps(row, ["series"])


@pytest.mark.parametrize("series", ["text", 7, [1], [NAIVE], {"timestamp": NAIVE}])
def test_series_that_are_none_are_refused(series):
    with pytest.raises(UserTypeError, match="series"):
        util.format_time_series_attr_timestamps({"inference_data": {"series": series}}, ["series"])


# -- made-up times ---------------------------------------------------------------------------------

END = datetime(2026, 3, 8, tzinfo=UTC)


@given(st.integers(8, 300), st.floats(0, 5))
def test_times_are_evenly_spaced_and_add_up(total, noisiness):
    times = util.generate_timestamps(total, end=END, noisiness=noisiness)
    assert len(times) == total
    assert times == sorted(times)
    assert set(times) <= {END - timedelta(days=day) for day in range(8)}
    assert all(type(time) is datetime for time in times)


def test_without_noise_every_time_comes_as_often():
    counts = Counter(util.generate_timestamps(80, end=END, noisiness=0))
    assert set(counts.values()) == {10}
    assert len(counts) == 8


@pytest.mark.parametrize(
    ("duration", "freq", "distinct"),
    [
        ("7d", "D", 8),
        ("36h", "12h", 4),
        (timedelta(hours=2), "30min", 5),
        ("1D", pd.DateOffset(hours=6), 5),
    ],
)
def test_durations_and_spacings(duration, freq, distinct):
    times = util.generate_timestamps(100, duration=duration, end=END, freq=freq, noisiness=0)
    assert len(set(times)) == distinct
    assert times[-1] == END


def test_times_end_now_and_may_be_naive():
    assert abs(util.generate_timestamps(10)[-1] - datetime.now(UTC)) < timedelta(minutes=1)
    assert util.generate_timestamps(10, end=NAIVE)[-1] == NAIVE


def test_every_time_occurs_at_least_once():
    for noisiness in (0, 0.3, 5):
        for total in (8, 9, 10, 40):
            times = util.generate_timestamps(total, end=NAIVE, noisiness=noisiness)
            assert len(times) == total
            assert len(set(times)) == 8
            assert times[0] == NAIVE - timedelta(days=7)


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        ({"total": 7}, UserValueError, "total"),
        ({"total": 1.5}, UserTypeError, "total"),
        ({"duration": "7 weeks"}, UserValueError, "duration"),
        ({"duration": "-1d"}, UserValueError, "duration"),
        ({"duration": "0d"}, UserValueError, "duration"),
        ({"duration": timedelta(days=-1)}, UserValueError, "duration"),
        ({"duration": "999999999d"}, UserValueError, "duration"),
        ({"duration": 7}, UserTypeError, "duration"),
        ({"end": "tomorrow"}, UserTypeError, "end"),
        ({"end": 7}, UserTypeError, "end"),
        ({"freq": "fortnight"}, UserValueError, "freq"),
        ({"noisiness": -1}, UserValueError, "noisiness"),
        ({"noisiness": float("nan")}, UserValueError, "noisiness"),
    ],
)
def test_times_that_cannot_be_made_up(arguments, kind, says):
    with pytest.raises(kind, match=says):
        util.generate_timestamps(**{"total": 100, "end": END, **arguments})


@given(st.integers(1, 50), st.integers(0, 10_000), st.floats(0, 3))
def test_whole_numbers_add_up(count, total, deviation):
    numbers = util.normal_random_ints_fixed_sum(count, total, deviation)
    assert numbers.shape == (count,)
    assert numbers.sum() == total
    assert (numbers >= 0).all()


def test_whole_numbers_spread_as_asked():
    numbers = util.normal_random_ints_fixed_sum(20_000, 20_000 * 1000, 0.2)
    assert abs(numbers.std() / 1000 - 0.2) < 0.01


@pytest.mark.parametrize("arguments", [(0, 5), (3, -1), (3, 3, -0.1)])
def test_whole_numbers_that_cannot_be(arguments):
    with pytest.raises(UserValueError):
        util.normal_random_ints_fixed_sum(*arguments)


@pytest.mark.parametrize(
    ("value_type", "python_type"),
    [
        (ValueType.Integer, int),
        (ValueType.Float, float),
        (ValueType.Boolean, bool),
        (ValueType.String, str),
        (ValueType.Unstructured_Text, str),
        (ValueType.Image, str),
        (ValueType.BoundingBox, list),
    ],
)
def test_python_types(value_type, python_type):
    assert util.value_type_to_python_type(value_type) is python_type


@pytest.mark.parametrize("value_type", [ValueType.Timestamp, "float", None, []])
def test_types_without_one_python_type(value_type):
    with pytest.raises(UserValueError, match="value_type"):
        util.value_type_to_python_type(value_type)
