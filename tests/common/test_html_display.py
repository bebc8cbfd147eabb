"""What notebooks show: complete, escaped, without anything from elsewhere, and still what it was."""

from __future__ import annotations

import base64
import json
import pickle
import re
from html.parser import HTMLParser

import orjson
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from builders import attribute, ground_truth, prediction, save_model

from arthurai.common.html_display import (
    MAX_ROWS,
    DisplayedList,
    DisplayedRows,
    format_table,
    format_text,
)
from arthurai.model.alerts import Alert, AlertRule
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.base_model import ArthurModelBase
from arthurai.model.bias.threshold_mitigation import Curves
from arthurai.model.hotspots import Hotspots
from arthurai.model.metrics import Metric, MetricEvaluation
from arthurai.model.report.report_file import ReportPath
from arthurai.model.viz.figures import FigureList, make_figure
from arthurai.upload.row_outcomes import Failure, SendResult

HOSTILE = '</td></script><script>alert(1)</script><img src=x onerror="alert(2)">&\x1b[31m\u202e'
TAGS = {
    *("p", "b", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre", "iframe"),
}
NOTHING = [{"property": "x", "comparator": "lt", "value": -1}]
ATTRIBUTES = {"style", "srcdoc", "sandbox", "width", "height", "title"}


class Checked(HTMLParser):
    """Reads HTML; refuses unknown tags and attributes, and tags that are not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        for name, value in attrs:
            assert name != "style" or not any(word in value for word in ("url", "color", "#"))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def shown(thing):
    html = thing._repr_html_()
    assert "http://" not in html
    assert "https://" not in html
    return " ".join(Checked(html).text)


def a_rule():
    return AlertRule("upper", 0.5, HOSTILE, HOSTILE, name=HOSTILE, metric_parameters={"a": HOSTILE})


def an_attribute():
    return ArthurAttribute(HOSTILE, "STRING", "PIPELINE_INPUT", label=HOSTILE, categories=[HOSTILE])


def a_result():
    result = SendResult()
    result.accepted, result.rejected, result.sampled_out = 3, 1, 2
    result.failures.append(Failure(3, HOSTILE, "rejected", 400, HOSTILE))
    return result


THINGS = {
    "metric": lambda: Metric(id=HOSTILE, name=HOSTILE, query={HOSTILE: HOSTILE}, is_default=True),
    "rule": a_rule,
    "alert": lambda: Alert(HOSTILE, HOSTILE, 0.5, HOSTILE, HOSTILE, HOSTILE, a_rule()),
    "attribute": an_attribute,
    "model": lambda: ArthurModelBase(
        HOSTILE, HOSTILE, "REGRESSION", display_name=HOSTILE, attributes=[an_attribute()]
    ),
    "result": a_result,
    "hotspots": lambda: Hotspots(
        data=[{"rules": {HOSTILE: {"in": [HOSTILE]}}, "n_samples": 7, "accuracy": 0.25}]
    ),
    "rows": lambda: DisplayedRows([{HOSTILE: HOSTILE, "list": [{HOSTILE: HOSTILE}]}]),
    "evaluation": lambda: MetricEvaluation(
        results=[
            {
                "name": "value",
                "group": {HOSTILE: {"name": HOSTILE}},
                "parameters": {HOSTILE: HOSTILE},
                "values": [{"rollup": HOSTILE, "value": 0.5}],
            }
        ]
    ),
    "curves": lambda: Curves(
        HOSTILE,
        "equal_opportunity",
        1,
        {HOSTILE: pd.DataFrame({"x": [0.1, 0.2], "y": [0.3, 0.4], "threshold": [0.5, 0.625]})},
    ),
}


@pytest.mark.parametrize("name", THINGS)
def test_hostile_names_are_shown_as_text(name):
    thing = THINGS[name]()
    text = shown(thing)
    assert "<script>alert(1)</script>" in text.replace('\\"', '"')
    assert "\x1b" not in text
    assert "\u202e" not in text
    many = DisplayedList([thing] * 3)
    assert "<script>alert(1)</script>" in shown(many) or name == "result"


def test_lists_are_lists(arthur):
    model = save_model(
        arthur,
        [
            attribute("x"),
            prediction("p", attribute_link="y"),
            ground_truth("y", attribute_link="p"),
        ],
    )
    metric = model.get_metrics(metric_name="Average Prediction") or model.get_metrics()
    model.create_alert_rule(metric[0], "upper", 5, "warning", name="too high")
    rules, attributes = model.get_alert_rules(), model.get_attributes()
    for found in (metric, rules, attributes, model.get_alerts(), arthur.list_models()):
        assert isinstance(found, list)
        assert found == list(found)
        assert repr(found) == repr(list(found))
        assert type(found[:1]) is list
        assert not hasattr(found, "__dict__")
        shown(found)
    assert json.loads(json.dumps([a.to_dict() for a in attributes]))[0]["name"] == "x"
    assert "too high" in shown(rules)
    for name in ("x", "p", "y", "REGRESSION", model.id):
        assert name in shown(model)
    result = model.send_inferences([{"x": 1.0, "p": 1.0}])
    assert json.loads(json.dumps(result)) == result
    assert "accepted 1" in " ".join(shown(result).split())


def test_answers_to_queries_are_shown_as_tables_and_are_lists_and_dictionaries(arthur):
    model = save_model(
        arthur,
        [
            attribute("x"),
            prediction("p", attribute_link="y"),
            ground_truth("y", attribute_link="p"),
        ],
    )
    model.send_inferences([{"x": float(n), "p": 1.0} for n in range(MAX_ROWS + 5)])
    rows = model.query({"select": [{"property": "x"}, {"property": "y"}]})
    assert type(rows[:2]) is list
    assert rows == list(rows)
    assert json.loads(json.dumps(rows)) == orjson.loads(orjson.dumps(rows)) == rows
    assert repr(rows) == repr(list(rows))
    assert pickle.loads(pickle.dumps(rows)) == rows
    text = " ".join(shown(rows).split())
    assert text.startswith("x y ")
    assert text.endswith("and 5 more")
    assert shown(model.query({"select": [{"property": "x"}], "filter": NOTHING})) == "none"
    (metric,) = model.get_metrics(metric_name="Inference Count")
    evaluation = model.evaluate_metric(metric)
    assert evaluation == dict(evaluation)
    assert json.loads(json.dumps(evaluation)) == evaluation
    assert " ".join(shown(evaluation).split()) == f"value {MAX_ROWS + 5}"


def test_counts_failures_and_what_was_left_out():
    text = " ".join(shown(a_result()).split())
    assert "accepted 3 rejected 1 unknown 0 left out by sampling 2" in text
    assert "partner inference id" in text


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_curves_show_the_best_choice_of_each_group(library):
    table = library({"x": [0.1, 0.2], "y": [0.3, 0.4], "threshold": [0.5, 0.625]})
    text = shown(Curves("sex", "demographic_parity", 1, {"f": table, "m": table}))
    assert text.split().count("0.625") == 2
    assert "selection rate" in text.replace("_", " ")
    shown(Curves("sex", "demographic_parity", 9, {"f": table}))


def test_long_lists_and_texts_are_cut():
    rows = [[n] for n in range(MAX_ROWS + 20)]
    assert "and 20 more" in format_table(["n"], rows, len(rows))
    assert len(format_text("x" * 10_000)) == 200
    assert format_text(None) == ""
    assert format_text(True) == "yes"
    assert format_text(1 / 3) == "0.333333"
    assert shown(DisplayedList([1, "<b>"])).split() == ["1", "'<b>'"]
    shown(DisplayedList())


def test_a_report_is_shown_in_a_frame_of_its_own(tmp_path):
    path = ReportPath(tmp_path / "report.html")
    page = f"<html><body onload='x()'>{HOSTILE}</body></html>"
    path.write_text(page, encoding="utf-8")
    html = path._repr_html_()
    frame = Checked(html)
    assert frame.text == []
    assert 'sandbox="allow-scripts"' in html
    parser = HTMLParser()
    found = {}
    parser.handle_starttag = lambda tag, attrs: found.update(attrs)
    parser.feed(html)
    assert found["srcdoc"] == page
    assert path == tmp_path / "report.html"
    assert "No such file" in ReportPath(tmp_path / "gone.html")._repr_html_()


def test_figures_of_several_models_are_shown_below_each_other():
    first, _ = make_figure()
    second, _ = make_figure()
    several = FigureList([first, second])
    pictures = re.findall(r'<img src="data:image/png;base64,([\w+/=]+)">', several._repr_html_())
    assert len(pictures) == 2
    assert all(base64.b64decode(picture).startswith(b"\x89PNG") for picture in pictures)
    assert several == [first, second]
