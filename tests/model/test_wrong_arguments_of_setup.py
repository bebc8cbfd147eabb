"""Wrong arguments of constructors, loggers, groups and reports, as for other calls."""

from __future__ import annotations

import copy
import inspect
import os
from pathlib import Path

import pandas as pd
import pytest
from builders import unique_name, unsaved_model
from wrong_arguments import CallTable, check_refused, choose_seed

from arthurai import ArthurAI

SAMPLE = 40
ROWS = 20
DATA = pd.DataFrame(
    {
        "hours": [row / 4 for row in range(ROWS)],
        "p": [row / ROWS for row in range(ROWS)],
        "late": [0, 1] * (ROWS // 2),
    }
)
OUTPUT_HELPERS = {
    "REGRESSION": ("add_regression_output_attributes", {"pred_to_ground_truth_map": {"q": "z"}}),
    "MULTICLASS": (
        "add_multiclass_classifier_output_attributes",
        {"pred_to_ground_truth_map": {"q": "z", "r": "y"}},
    ),
    "RANKED_LIST": (
        "add_ranked_list_output_attributes",
        {"predicted_attr_name": "q", "gt_attr_name": "z"},
    ),
}


class Calls(CallTable):
    def __init__(self, arthur) -> None:
        super().__init__()
        self.arthur = arthur
        self.model = arthur.model(unique_name(), "TABULAR", "MULTICLASS")
        self.model.build(DATA, {"p": 1}, "p", ground_truth_column="late")
        self.model.save()
        self.model.send_inferences(
            DATA, inference_timestamps=pd.date_range("2026-01-01", periods=ROWS, tz="UTC")
        )
        for collect in (self.connecting, self.logging, self.grouping, self.describing):
            collect()

    def connecting(self):
        def connect(**arguments):
            with ArthurAI(**arguments) as made:
                return repr(made)

        self.add_whole("ArthurAI", connect, url="local://")
        for name, parameter in inspect.signature(ArthurAI).parameters.items():
            if name != "url":
                self.add(
                    f"ArthurAI {name}",
                    lambda name=name, **given: connect(url="local://", **given),
                    **{name: parameter.default},
                )
        for key in ("timeout", "row_deadline", "proxy", "ca_bundle", "attempts", "compress"):
            self.add(
                f"http_options {key}",
                lambda **options: connect(url="local://", http_options=options),
                **{key: None},
            )
        self.add_whole("with_options", self.arthur.with_options)
        self.add_whole(
            "initial",
            self.arthur.model,
            **dict.fromkeys(("display_name", "input_type", "output_type"), "x"),
        )

    def logging(self):
        def log(**options):
            log = self.model.logger(**options)
            log.close(timeout=0.01)
            return log

        for name, parameter in inspect.signature(self.model.logger).parameters.items():
            self.add(
                f"logger {name}",
                lambda **options: log(**{"memory_only": True, **options}),
                **{name: parameter.default},
            )
        self.add_whole("monitor", self.model.monitor, function=len)

    def grouping(self):
        group = self.arthur.get_model_group(self.model)
        self.add("add_version", copy.copy(group).add_version, model=None, label="l")
        for name in ("get_version", "get_versions", "get_latest_version", "viz", "update"):
            self.add_whole(name, getattr(group, name))
        self.add_whole("report", self.model.report, path="report.html")

    def describing(self):
        for output_type, (name, arguments) in OUTPUT_HELPERS.items():
            self.add_whole(
                name,
                lambda name=name, output_type=output_type, **given: getattr(
                    unsaved_model(output_type, attributes=[]), name
                )(**given),
                **arguments,
            )
            helper = getattr(unsaved_model(output_type, attributes=[]), name)
            defaults = {
                parameter.name: parameter.default
                for parameter in inspect.signature(helper).parameters.values()
                if parameter.default is not parameter.empty
            }
            call, _ = self.all[name]
            self.add(name, call, **{**defaults, **arguments})
        self.add("delete_metric", self.model.delete_metric, metric_id="x")
        self.add("delete_alert_rule", self.model.delete_alert_rule, alert_rule_id="x")
        self.add("get_attributes", self.model.get_attributes, stage=None)


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("here"))
    with ArthurAI(url="local://") as arthur:
        yield Calls(arthur)
    os.chdir(before)


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
def test_a_sample_of_wrong_arguments_of_setup_is_refused_as_the_callers(calls, caplog):
    caplog.set_level("CRITICAL")
    check_refused(calls, SAMPLE, 1, at_least=60)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_many_wrong_arguments_of_setup_are_refused_as_the_callers(calls, caplog):
    caplog.set_level("CRITICAL")
    check_refused(calls, 2, choose_seed(), at_least=1000)
