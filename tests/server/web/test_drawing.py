"""Numbers, times, scales, lines and trees as pages write them."""

from __future__ import annotations

import datetime as dt

import pytest

from arthurai.server.web.formats import format_age, format_number, format_time, to_words
from arthurai.server.web.hotspot_tree import grow
from arthurai.server.web.svg_shapes import Series, draw_lines, draw_sparkline, heat_step, scale


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "number", "\N{EM DASH}"),
        (0, "number", "0"),
        (0.123456, "number", "0.1235"),
        (1234.5, "number", "1,234"),
        (1234567, "count", "1,234,567"),
        (0.00001234, "number", "1.23e-05"),
        (2.5e12, "number", "2.5e+12"),
        (0.98765, "percent", "98.8 %"),
        (True, "number", "True"),
        ("text", "number", "text"),
    ],
)
def test_numbers(value, kind, text):
    assert format_number(value, kind) == text


def test_times():
    assert format_time("2026-03-01T00:00:00Z") == "2026-03-01"
    assert format_time("2026-03-01T01:30:00+02:00") == "2026-03-01 01:30"
    assert format_time("batch 7") == "batch 7"
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    ages = {30: "just now", 600: "10 minutes ago", 7200: "2 hours ago", 3 * 86_400: "3 days ago"}
    for seconds, text in ages.items():
        moment = (now - dt.timedelta(seconds=seconds)).isoformat()
        assert format_age(moment, now) == text
    assert format_age("2020-01-01T00:00:00Z", now) == "2020-01-01"
    assert format_age(None, now) == "never"
    assert to_words("RANKED_LIST") == "Ranked list"


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0.61, 0.68), (-3, 4), (0, 33_334), (5, 5), (0, 0), (1e-9, 2e-9)]
)
def test_an_axis_holds_its_values_in_few_round_steps(low, high):
    start, end, step = scale(low, high)
    assert start <= low + 1e-12
    assert end >= high - 1e-12
    assert 2 <= round((end - start) / step) <= 6
    assert (end - start) / step == pytest.approx(round((end - start) / step))


def test_a_gap_breaks_a_line():
    moments = [f"2026-01-0{day}T00:00:00Z" for day in range(1, 6)]
    series = Series(
        "a", [1.0, 2.0, None, 4.0, 4.0], [0.5, 1.5, None, 3.5, 3.5], [1.5, 2.5, None, 4.5, 4.5]
    )
    drawn = draw_lines(moments, [series], [1, 2, 0, 4, 4])
    (line,) = drawn.lines
    assert [len(path.split()) for path in line.paths] == [2, 2]
    assert [len(ring.split()) for ring in line.band] == [4, 4]
    assert len(line.points) == 4
    assert line.last == "4"
    assert [bar[2] for bar in drawn.bars] == [25.0, 50.0, 0.0, 100.0, 100.0]
    heights = [float(point.partition(",")[2]) for path in line.paths for point in path.split()]
    assert all(0 <= height <= 100 for height in heights)
    assert draw_sparkline([]) == ""


def test_the_colors_of_a_heat_map():
    limits = (0.1, 0.2)
    assert [heat_step(v, limits) for v in (None, 0.0, 0.1, 0.15, 0.2, 9.0)] == [None, 0, 1, 1, 2, 2]


def test_regions_with_the_same_conditions_share_a_branch():
    regions = [
        {"rules": {"age": {"gt": 30}, "sex": {"eq": "f"}}, "accuracy": 0.5, "n_samples": 10},
        {
            "rules": {"age": {"gt": 30}, "pay": {"gt": 1, "lte": 2.5}},
            "accuracy": 0.25,
            "n_samples": 4,
        },
        {"rules": {"job": {"in": ["a", "b"]}}, "accuracy": 0.4, "n_samples": 7},
    ]
    first, second = grow(regions, "accuracy")
    assert (first.condition, first.value) == ("age > 30", "")
    assert [(b.condition, b.value, b.rows) for b in first.children] == [
        ("sex is f", "50.0 %", 10),
        ("pay > 1 and ≤ 2.5", "25.0 %", 4),
    ]
    assert (second.condition, second.value, second.width) == ("job is a, b", "40.0 %", 40.0)
    (whole,) = grow([{"rules": {}, "accuracy": 0.9, "n_samples": 3}], "accuracy")
    assert (whole.condition, whole.value) == ("", "90.0 %")
    assert grow([], "accuracy") == []
