"""Times without a zone around the change of clocks, read as `tz_localize` of pandas reads them."""

from __future__ import annotations

import datetime as dt
import logging
import re
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import attribute, regression, regression_rows, save_model, stored
from dateutil.tz import gettz

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.model.base_model import require_session
from arthurai.upload.local_times import LocalTimeError, LocalTimes
from arthurai.upload.surprises import counts
from arthurai.upload.time_zones import parse_local_times

VIENNA = "Europe/Vienna"
SPRING = ["2026-03-29 01:30", "2026-03-29 02:30", "2026-03-29 03:30"]
AUTUMN = ["2026-10-25 01:30", "2026-10-25 02:30", "2026-10-25 03:30"]
#: Zones and days before their clocks change by an hour; in Havana at midnight.
CHANGES = [
    (VIENNA, "2026-03-28", "2026-10-24"),
    ("America/New_York", "2026-03-07", "2026-10-31"),
    ("America/Havana", "2026-03-07", "2026-10-31"),
    ("Europe/Dublin", "2026-03-28", "2026-10-24"),
]
AMBIGUOUS = ["raise", "NaT", True, False]
NONEXISTENT = [
    "raise",
    "NaT",
    "shift_forward",
    "shift_backward",
    pd.Timedelta("1h").to_pytimedelta(),
]


def read(times, value):
    try:
        found = times.to_utc(value)
    except LocalTimeError:
        return "raises"
    return None if found is None else found.replace(tzinfo=None)


def read_by_pandas(value, zone, **rules):
    try:
        # A time in microseconds, as a shift backward is one tick of its unit.
        found = pd.Timestamp(value).as_unit("us").tz_localize(zone, **rules)
    except ValueError:
        return "raises"
    return None if found is pd.NaT else found.tz_convert("UTC").tz_localize(None).to_pydatetime()


@pytest.mark.skipif(
    int(pd.__version__.partition(".")[0]) < 3,
    reason="pandas 2.0 raises exceptions of pytz, and is wrong about Havana and Dublin",
)
@pytest.mark.parametrize("make_zone", [ZoneInfo, gettz])
@pytest.mark.parametrize(("zone", "spring", "autumn"), CHANGES)
def test_each_rule_is_that_of_pandas(zone, spring, autumn, make_zone):
    for ambiguous in AMBIGUOUS:
        for nonexistent in NONEXISTENT:
            times = LocalTimes(make_zone(zone), ambiguous, nonexistent)
            for day in (spring, autumn):
                for value in pd.date_range(day, periods=144, freq="15min").to_pydatetime():
                    expected = read_by_pandas(
                        value, zone, ambiguous=ambiguous, nonexistent=nonexistent
                    )
                    assert read(times, value) == expected, (value, ambiguous, nonexistent)


@pytest.mark.parametrize(
    ("zone", "local", "skipped", "change"),
    [
        ("Australia/Lord_Howe", "2026-10-04 02:15", "30min", "2026-10-03 15:30"),
        ("Pacific/Apia", "2011-12-30 12:00", "24h", "2011-12-30 10:00"),
    ],
)
def test_other_changes_than_of_an_hour(zone, local, skipped, change):
    """`tz_localize` of pandas shifts by an hour here; the nearest time that occurs is meant."""
    first = pd.Timestamp(change)
    value, delta = pd.Timestamp(local), pd.Timedelta(skipped)
    for rule, expected in [
        ("shift_forward", first),
        ("shift_backward", first - pd.Timedelta("1us")),
        (delta.to_pytimedelta(), (value + delta).tz_localize(zone).tz_convert(None)),
        (None, first + delta / 2),
    ]:
        assert read(LocalTimes(ZoneInfo(zone), None, rule), value.to_pydatetime()) == expected


@pytest.mark.parametrize("make_zone", [ZoneInfo, gettz])
def test_without_a_rule_times_are_guessed_and_counted(make_zone):
    guesses = []
    times = LocalTimes(make_zone(VIENNA)).reporting(guesses.append)
    found = [read(times, pd.Timestamp(text).to_pydatetime()) for text in SPRING + AUTUMN]
    assert [moment.strftime("%m-%d %H:%M") for moment in found] == [
        "03-29 00:30", "03-29 01:30", "03-29 01:30", "10-24 23:30", "10-25 00:30", "10-25 02:30",
    ]  # fmt: skip
    assert [what[:28] for what in guesses] == [
        "the time does not occur in i",
        "the time occurs twice in its",
    ]
    later = dt.datetime(2026, 10, 25, 2, 30, fold=1)  # noqa: DTZ001 - naive on purpose
    assert read(times, later) == dt.datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001


@pytest.mark.parametrize(("year", "zone"), [(1, "Asia/Tokyo"), (9999, "America/New_York")])
def test_times_at_the_ends_of_the_calendar(year, zone):
    value = dt.datetime(year, 1 if year == 1 else 12, 1 if year == 1 else 31, 23 * (year > 1))  # noqa: DTZ001 - naive on purpose
    with pytest.raises(LocalTimeError, match="between the years 1 and 9999"):
        LocalTimes(ZoneInfo(zone)).to_utc(value)


def test_arguments():
    assert parse_local_times(None) is None
    assert parse_local_times(VIENNA, strict=True).ambiguous == "raise"
    assert parse_local_times(VIENNA, True, strict=True).ambiguous is True
    for arguments, kind, message in [
        ((VIENNA, "earliest"), UserValueError, '`ambiguous` must be "raise", "NaT", True or False'),
        ((VIENNA, "infer"), UserValueError, "tz_localize of pandas"),
        ((VIENNA, np.array([True])), UserTypeError, "tz_localize of pandas"),
        ((VIENNA, None, "forward"), UserValueError, '`nonexistent` must be "raise", "NaT", "shift'),
        ((VIENNA, None, 1), UserTypeError, "`nonexistent` must be"),
        ((None, "raise"), UserValueError, "`ambiguous` must be given together with `tz`"),
        ((None, None, "raise"), UserValueError, "`nonexistent` must be given together with `tz`"),
    ]:
        with pytest.raises(kind, match=message):
            parse_local_times(*arguments)


# Every road on which rows travel.


@pytest.fixture
def model(arthur):
    columns = regression(
        attribute("seen", "TIMESTAMP", position=7), attribute("series", "TIME_SERIES", position=8)
    )
    return save_model(arthur, columns)


@pytest.fixture
def logged(caplog):
    counts._found.clear()
    caplog.set_level(logging.INFO, "arthurai")
    guess = re.compile(r"\d+ times (occur twice|do not occur) in their zone")
    return lambda: [r.getMessage() for r in caplog.records if guess.search(r.getMessage())]


def local(stem="id", times=(*SPRING, *AUTUMN)):
    moments = pd.to_datetime(list(times)).to_pydatetime()
    rows = regression_rows(range(len(times)), stem=stem)
    for row, moment in zip(rows, moments, strict=True):
        row |= {
            "inference_timestamp": moment,
            "seen": moment,
            "series": [{"timestamp": moment, "value": 1.0}],
        }
    return rows


def bulk(model, rows, **options):
    return model.send_bulk_inferences(data=rows, **options)[0]


def send(model, rows, **options):
    return model.send_inferences(rows, **options)


def texts(rows):
    """The same times as text without a zone."""
    return [{**row, "inference_timestamp": str(row["inference_timestamp"])} for row in rows]


FRAMES = [list, texts, pd.DataFrame, pl.DataFrame, pa.Table.from_pylist]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("road", [send, bulk])
def test_rows_are_read_as_said(model, logged, road, frame):
    rules = {"ambiguous": False, "nonexistent": "shift_forward"}
    assert road(model, frame(local()), tz=VIENNA, **rules).accepted == 6
    expected = pd.to_datetime(SPRING + AUTUMN).tz_localize(
        VIENNA, ambiguous=np.zeros(6, bool), nonexistent="shift_forward"
    )
    held = stored(model, "inference_timestamp", "seen", "series")
    for number, moment in enumerate(expected):
        row = held[f"id-{number}"]
        assert pd.Timestamp(row["inference_timestamp"]) == moment
        assert pd.Timestamp(row["seen"]) == moment
        assert pd.Timestamp(row["series"][0]["timestamp"]) == moment
    assert logged() == []


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("road", [send, bulk])
def test_without_a_rule_the_count_is_told(model, logged, road, frame):
    assert road(model, frame(local()), tz=VIENNA).accepted == 6
    held = stored(model, "inference_timestamp")
    assert [held[f"id-{n}"]["inference_timestamp"][5:16] for n in range(6)] == [
        "03-29T00:30", "03-29T01:30", "03-29T01:30", "10-24T23:30", "10-25T00:30", "10-25T02:30",
    ]  # fmt: skip
    told = "\n".join(logged())
    for column in ("inference_timestamp", "seen", "series"):
        assert f"column '{column}': 1 times occur twice in their zone" in told
        assert f"column '{column}': 1 times do not occur in their zone" in told


@pytest.mark.parametrize("frame", [list, pd.DataFrame])
@pytest.mark.parametrize("road", [send, bulk])
def test_refused_times(model, road, frame, logged):
    with pytest.raises(UserValueError, match=r"occurs twice(.|\n)*pass `ambiguous`") as strict:
        road(model, frame(local()), tz=VIENNA, strict=True)
    assert "does not occur in its zone" in str(strict.value)
    assert stored(model, "seen") == {}
    rules = {"ambiguous": "raise", "nonexistent": "raise"}
    result = road(model, frame(local()), tz=VIENNA, fail_silently=True, **rules)
    assert (result.accepted, result.rejected) == (4, 2)
    assert sorted(stored(model, "seen")) == ["id-0", "id-2", "id-3", "id-5"]
    lenient = {"ambiguous": True, "nonexistent": pd.Timedelta("1h").to_pytimedelta()}
    assert road(model, frame(local("x")), tz=VIENNA, strict=True, **lenient).accepted == 6
    assert logged() == []


def test_times_that_become_missing(model):
    rows = [
        {**row, "inference_timestamp": dt.datetime.now(dt.UTC), "series": None} for row in local()
    ]
    rules = {"ambiguous": "NaT", "nonexistent": "NaT"}
    assert send(model, pd.DataFrame(rows), tz=VIENNA, **rules).accepted == 6
    assert [row["seen"] is None for _, row in sorted(stored(model, "seen").items())] == [
        False, True, False, False, True, False,
    ]  # fmt: skip
    # A row without a time of its own is refused alone, and so is one with such a point of a series.
    result = send(model, local("y"), tz=VIENNA, fail_silently=True, **rules)
    assert (result.accepted, result.rejected) == (4, 2)


def test_files_ground_truth_and_reference_data(model, tmp_path, logged):
    rules = {"tz": VIENNA, "ambiguous": False, "nonexistent": "shift_backward"}
    frame = pd.DataFrame(local()).drop(columns="series")
    frame.to_parquet(tmp_path / "rows.parquet")
    model.send_bulk_inferences(files=[tmp_path / "rows.parquet"], **rules)
    expected = {
        f"id-{number}": str(moment)[:19].replace(" ", "T")
        for number, moment in enumerate(
            pd.to_datetime(SPRING + AUTUMN)
            .as_unit("us")
            .tz_localize(VIENNA, ambiguous=np.zeros(6, bool), nonexistent="shift_backward")
            .tz_convert("UTC")
        )
    }
    held = stored(model, "seen")
    assert {name: row["seen"][:19] for name, row in held.items()} == expected
    truths = [
        {"partner_inference_id": name, "truth": 1.0, "ground_truth_timestamp": moment}
        for name, moment in zip(expected, frame["seen"], strict=True)
    ]
    model.update_inference_ground_truths(truths[:3], **rules)
    model.send_bulk_ground_truths(data=truths[3:], **rules)
    held = stored(model, "ground_truth_timestamp")
    assert {n: row["ground_truth_timestamp"][:19] for n, row in held.items()} == expected
    reference = frame.drop(columns=["partner_inference_id", "inference_timestamp"])
    model.set_reference_data(data=reference, **rules)
    rows = model.query({"select": [{"property": "seen"}], "from": "reference"})
    assert sorted(row["seen"][:19] for row in rows) == sorted(expected.values())
    assert logged() == []
    with pytest.raises(UserValueError, match="occurs twice"):
        model.set_reference_data(data=reference, tz=VIENNA, strict=True)


def test_rows_of_a_logger(model, logged, monkeypatch):
    with model.logger(memory_only=True, tz=VIENNA) as log:
        for row in local():
            log.log(row)
        log.flush(30)
    assert stored(model, "seen")["id-4"]["seen"][:16] == "2026-10-25T00:30"
    assert len(logged()) == 6  # two of each column
    with model.logger(
        memory_only=True, tz=VIENNA, ambiguous=False, nonexistent="shift_forward"
    ) as log:
        log.log_many(local("z"))
        log.flush(30)
    assert stored(model, "seen")["z-4"]["seen"][:16] == "2026-10-25T01:30"
    monkeypatch.setattr(require_session(model), "strict", True)
    with model.logger(memory_only=True, tz=VIENNA) as log:
        log.log(local("s")[0])
        with pytest.raises(UserValueError, match="does not occur in its zone"):
            log.log(local("s")[1])
