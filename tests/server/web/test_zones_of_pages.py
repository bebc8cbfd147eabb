"""Periods of pages start by the clocks of the zone that the address names."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

ZONE = "Asia/Tokyo"
TABS = ("", "/performance", "/drift", "/drift?attribute=income", "/quality")


def address(model, tab, **more):
    mark = "&" if "?" in tab else "?"
    return f"/ui/models/{model.id}{tab}{mark}" + "&".join(f"{k}={v}" for k, v in more.items())


@pytest.mark.heavy
@pytest.mark.parametrize("tab", TABS)
def test_periods_are_those_of_the_zone(filled, reader, tab):
    model = filled.models["binary"]
    text = reader.get(address(model, tab, range="all", zone=ZONE)).text
    assert f"Period ({ZONE})" in html.unescape(text)
    assert "Period (UTC)" not in text
    assert f'name="zone" value="{ZONE}"' in text
    links = re.findall(r'href="([^"]*csv=[^"]*)"', text)
    found = 0
    for link in links:
        rows = list(csv.DictReader(io.StringIO(reader.get(html.unescape(link)).text)))
        for row in rows:
            start = row.get("period") or row.get("rollup")
            if start is None:
                continue
            moment = datetime.fromisoformat(start)
            assert moment.utcoffset() == moment.astimezone(ZoneInfo(ZONE)).utcoffset()
            assert (moment.hour, moment.minute) == (0, 0)
            found += 1
    assert found
    for plot in re.findall(r'data-plot="([^"]*)"', text):
        data = json.loads(html.unescape(plot))
        assert data["zoned"]
        assert all(second % 86400 == 0 for second in data["x"])  # midnight on the clock


@pytest.mark.heavy
def test_the_numbers_are_those_of_the_python_client(filled, reader):
    model = filled.models["binary"]
    text = reader.get(address(model, "/drift?attribute=income", range="all", zone=ZONE)).text
    (link,) = [a for a in re.findall(r'href="([^"]*csv=[^"]*)"', text) if "course" in a]
    rows = list(csv.DictReader(io.StringIO(reader.get(html.unescape(link)).text)))
    body = {
        "properties": ["income"],
        "metric": "PSI",
        "num_bins": 20,
        "base": {"source": "reference"},
        "target": {"source": "inference"},
        "rollup": "day",
        "time_zone": ZONE,
    }
    expected = model.query(body, "drift")
    assert [float(row["income"]) for row in rows] == [row["income"] for row in expected]
    assert [datetime.fromisoformat(row["rollup"]) for row in rows] == [
        datetime.fromisoformat(row["rollup"]) for row in expected
    ]


@pytest.mark.heavy
def test_a_zoomed_range_is_of_the_zone(filled, reader):
    model = filled.models["binary"]
    last = filled.models["binary"].query(
        {
            "select": [
                {
                    "function": "max",
                    "alias": "last",
                    "parameters": {"property": "inference_timestamp"},
                }
            ]
        }
    )[0]["last"]
    end = datetime.fromisoformat(last).astimezone(ZoneInfo(ZONE))
    start = end.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None).isoformat()
    text = reader.get(address(model, "/quality", **{"from": start, "zone": ZONE})).text
    utc = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(ZONE))
    assert f"{utc.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%S}" in html.unescape(text)


@pytest.mark.heavy
def test_a_zone_that_does_not_exist_is_reported(filled, reader):
    text = reader.get(address(filled.models["binary"], "/drift", zone="Asia/Edo")).text
    assert "unknown time zone, so UTC" in text
    assert "Period (UTC)" in text
    assert "unknown time zone" not in reader.get(address(filled.models["binary"], "/drift")).text
