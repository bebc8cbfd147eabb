"""The page about the architecture names files that exist and that its jobs pass."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
PATH = re.compile(r"`([\w/]+(?:/|\.py|\.json))`")

#: Files of a job that only other inputs pass: the bulk calls, tests of hypotheses, somebody to tell.
NOT_PASSED = {
    "upload/encode_parquet.py",
    "server/query/drift/statistics.py",
    "server/delivery/mail_and_webhooks.py",
}


def sections():
    """Return the text of each numbered section by its number."""
    parts = re.split(r"^## (\d+)\. .*$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))


def located(name):
    return next((p for p in (ROOT / "arthurai" / name, ROOT / name) if p.exists()), None)


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/extending.md"])
def test_every_file_that_the_page_names_exists(page):
    names = PATH.findall((ROOT / page).read_text("utf-8"))
    assert len(names) > 10
    missing = [n for n in names if "/" in n and located(n) is None and "<" not in n]
    assert missing == []


class Passed:
    """The files of the package whose functions run inside the block, on any thread."""

    def __enter__(self):
        self.files = set()
        self._before = sys.getprofile()
        sys.setprofile(self._profile)
        threading.setprofile(self._profile)
        return self

    def _profile(self, frame, event, _argument):
        if event == "call":
            self.files.add(frame.f_code.co_filename)

    def __exit__(self, *_exc_info):
        sys.setprofile(self._before)
        threading.setprofile(None)


@pytest.fixture(scope="module")
def passed():
    """Do the jobs 1 to 8; return the files that each passed, below the package."""
    from arthurai import ArthurAI, InputType, OutputType, col, select
    from arthurai.query import avg
    from arthurai_api.api.alert_notification_configurations import (
        create_alert_notification_configuration,
        list_notification_deliveries,
    )
    from arthurai_api.models import AlertNotificationConfigurationRequest

    table = pd.DataFrame(
        {
            "income": [float(n) for n in range(60)],
            "region": ["north", "south"] * 30,
            "p": [n / 60 for n in range(60)],
            "y": ["yes", "no"] * 30,
        }
    )
    times = pd.date_range("2026-01-01", periods=60, freq="h", tz="UTC")
    found = {}

    def record(number, job):
        with Passed() as passing:
            result = job()
        package = ROOT / "arthurai"
        found[number] = {
            Path(name).relative_to(package).as_posix()
            for name in passing.files.copy()
            if Path(name).is_relative_to(package)
        }
        return result

    arthur = record(1, lambda: ArthurAI(url="local://"))
    model = arthur.model(
        display_name="Loans", input_type=InputType.Tabular, output_type=OutputType.Multiclass
    )
    record(2, lambda: model.build(table, {"p": "yes"}, "p", ground_truth_column="y"))
    record(3, model.save)
    record(
        4,
        lambda: model.send_inferences(
            table, inference_timestamps=times, ground_truth_timestamps=times
        ),
    )
    found[5] = found[4]
    record(6, lambda: model.query(select(avg("income").as_("mean")).where(col("income") > 3)))
    drift = {
        "properties": ["income"],
        "metric": "PSI",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
    }
    record(7, lambda: model.query(drift, "drift"))

    def alert():
        metric = model.get_metrics(metric_name="Accuracy Rate")[0]
        model.create_alert_rule(metric, "lower", 0.99, "critical", lookback_period=10**6)
        model.send_inferences(table, inference_timestamps=times, ground_truth_timestamps=times)
        for _ in range(100):
            if model.get_alerts() and list_notification_deliveries.sync(client=arthur.api).data:
                return
            threading.Event().wait(0.1)
        pytest.fail("the rule raised no alert, or nobody was told")

    body = AlertNotificationConfigurationRequest.from_dict(
        {"model_id": model.id, "type": "webhook", "destination": "https://example.com/hook"}
    )
    create_alert_notification_configuration.sync(client=arthur.api, body=body)
    record(8, alert)
    arthur.close()
    return found


@pytest.mark.parametrize("number", range(1, 9))
def test_the_job_passes_the_files_of_its_section(passed, number):
    named = {name for name in PATH.findall(sections()[number]) if name.endswith(".py")}
    assert len(named) >= 5
    assert named - passed[number] - NOT_PASSED == set()
