"""A notebook in a kernel of its own: each cell shows one thing, and it is a table or a picture."""

from __future__ import annotations

import re

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbclient is not installed")
NotebookClient = pytest.importorskip("nbclient", reason="nbclient is not installed").NotebookClient
pytest.importorskip("ipykernel", reason="ipykernel is not installed")

START = """
import numpy as np
import pandas as pd
from arthurai import ArthurAI

random = np.random.default_rng(0)
data = pd.DataFrame({"income": random.normal(50, 9, 300), "p": random.random(300)})
data["truth"] = np.where(random.random(300) < data.p, "yes", "no")
arthur = ArthurAI(url="local://")
model = arthur.model("loans", "TABULAR", "MULTICLASS")
model.build(data, {"p": "yes"}, "p", ground_truth_column="truth")
model.get_attribute("income").monitor_for_bias = True
model.save();
times = pd.date_range("2026-01-01", periods=300, freq="h", tz="UTC")
"""
HTML, PICTURE = "text/html", "image/png"
CELLS = {
    "model.send_inferences(data, inference_timestamps=times, ground_truth_timestamps=times)": (
        HTML,
        r"<td[^>]*>300</td>",
    ),
    "model": (HTML, "income.*truth"),
    "model.attributes": (HTML, "income.*truth"),
    "model.get_attributes()": (HTML, "income.*truth"),
    "model.get_attribute('income')": (HTML, "PIPELINE_INPUT"),
    "model.review()": (HTML, "PIPELINE_INPUT"),
    "model.review(print_df=True)": (HTML, "PIPELINE_INPUT"),
    "model.get_metrics()": (HTML, "Accuracy Rate"),
    "model.get_metrics(metric_name='Accuracy Rate')[0]": (HTML, "Accuracy Rate"),
    "model.get_alert_rules()": (HTML, "none"),
    "model.create_alert_rule(model.get_metrics(metric_name='Accuracy Rate')[0], 'lower', 0.99,"
    " 'critical', lookback_period=10080)": (HTML, "critical"),
    "model.backtest_alert_rule(model.get_metrics(metric_name='Accuracy Rate')[0], 'lower', 0.99,"
    " lookback_period=10080).alerts": (HTML, "Accuracy Rate is"),
    "arthur.list_models()": (HTML, "loans"),
    "model.query({'select': [{'function': 'count'}]}, as_frame='pandas')": (HTML, "300"),
    "model.query({'select': [{'function': 'count'}]})": (HTML, "<td[^>]*>300</td>"),
    "model.evaluate_metric(model.get_metrics(metric_name='Accuracy Rate')[0], rollup='day')": (
        HTML,
        r"rollup.*2026-01-01T00:00:00\+00:00",
    ),
    "model.viz.timeline('income')": (PICTURE, ""),
    "model.viz.metric_series('accuracyRate', 'day')": (PICTURE, ""),
    "model.report('report.html')": (HTML, "^<iframe srcdoc="),
    "arthur.dashboard()": (HTML, '^<a href="http://127.0.0.1:'),
}


@pytest.mark.heavy
def test_each_cell_shows_one_thing(tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in (START, *CELLS)]
    # a busy machine sends a report of 5 MB late; what comes late is lost without an exception
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        resources={"metadata": {"path": str(tmp_path)}},
        timeout=240,
        iopub_timeout=120,
        raise_on_iopub_timeout=True,
        kernel_name="python3",
    )
    client.execute()
    assert cells[0].outputs == []
    for cell, (kind, pattern) in zip(cells[1:], CELLS.values(), strict=True):
        shown = [output for output in cell.outputs if output.output_type != "stream"]
        assert [output.output_type for output in shown] in (
            ["execute_result"],
            ["display_data"],
        ), cell.source
        assert kind in shown[0].data, cell.source
        assert re.search(pattern, shown[0].data[kind], re.DOTALL), cell.source
        assert len(cell.outputs) == 1, (cell.source, cell.outputs)
