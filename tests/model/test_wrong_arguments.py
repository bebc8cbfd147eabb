"""Every public call with every kind of wrong argument raises an error of the caller, and no other.

Each parameter of each call is replaced, one at a time, by values that no API can take. What comes
out is a result (where the value can be used) or an `ArthurUserError`: never a bare exception of
Python, and never an `ArthurUnexpectedError`, which would blame the SDK or the server.
"""

from __future__ import annotations

import copy
import inspect
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from wrong_arguments import CallTable, check_refused, choose_seed

from arthurai import ArthurAI, ArthurAttribute, query

SAMPLE = 120
"""One of so many calls is tried in the ordinary run."""

ROWS = 20


def table() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    data = pd.DataFrame({"hours": draw.normal(40, 5, ROWS), "city": ["a", "b"] * (ROWS // 2)})
    data["p"] = draw.random(ROWS)
    data["late"] = (data["p"] > 0.5).astype(int)
    return data


class Calls(CallTable):
    """The public calls, each with arguments that it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.arthur = ArthurAI(url="local://")
        self.data = table()
        self.unsaved = self.make()
        self.model = self.make()
        self.model.save()
        self.model.send_inferences(
            self.data,
            inference_timestamps=pd.date_range("2026-01-01", periods=ROWS, tz="UTC"),
            partner_inference_ids=[str(number) for number in range(ROWS)],
        )
        self.metric = self.model.get_metrics(metric_name="Accuracy Rate")[0]
        self.rule = self.model.create_alert_rule(self.metric, "lower", 0.5, "warning")
        self.logger = self.model.logger()
        for collect in (self.client, self.sending, self.asking, self.describing, self.queries):
            collect()

    def make(self, output_type="MULTICLASS"):
        model = self.arthur.model(
            display_name="m", input_type="TABULAR", output_type=output_type, is_batch=False
        )
        model.build(self.data, {"p": 1}, "p", ground_truth_column="late")
        model.set_attribute_as_sensitive("city")
        return model

    def client(self):
        arthur = self.arthur
        self.add_whole(
            "model", arthur.model, display_name="n", input_type="NLP", output_type="REGRESSION"
        )
        self.add_whole("get_model", arthur.get_model, identifier=self.model.id)
        self.add("list_models", arthur.list_models, display_name="m", sort=None, page=1)
        self.add("get_model_group", arthur.get_model_group, id_or_model=self.model)
        self.add_whole("get_service_accounts", arthur.get_service_accounts)
        self.add(
            "create_service_account", arthur.create_service_account, description="d", role="User"
        )
        self.add("set_current_org", arthur.set_current_org, org_id="x")

    def sending(self):
        model, row = self.model, {"hours": 1.0, "city": "a", "p": 0.5}
        truth = [{"late": 1, "partner_inference_id": "0"}]
        for strict in (False, True):
            end = " strict" if strict else ""
            self.add_whole(f"send{end}", model.send_inferences, inferences=[row], strict=strict)
            self.add_whole(
                f"send columns{end}",
                model.send_inferences,
                inferences=self.data[["hours", "city"]].head(1),
                predictions=[0.5],
                strict=strict,
            )
            self.add_whole(
                f"truth{end}",
                model.update_inference_ground_truths,
                ground_truths=truth,
                strict=strict,
            )
            self.add_whole(
                f"bulk{end}",
                model.send_bulk_inferences,
                data=[row],
                ignore_join_errors=True,
                strict=strict,
            )
            self.add_whole(
                f"bulk truth{end}", model.send_bulk_ground_truths, data=truth, strict=strict
            )
            self.add_whole(
                f"reference{end}", model.set_reference_data, data=self.data, strict=strict
            )
            for column in (
                *row,
                "late",
                "inference_timestamp",
                "partner_inference_id",
                "batch_id",
                "zz",
            ):
                self.add(
                    f"cell {column}{end}",
                    lambda strict=strict, **cell: model.send_inferences(
                        [{**row, **cell}], strict=strict
                    ),
                    **{column: None},
                )
                self.add(
                    f"column {column}{end}",
                    lambda strict=strict, **cell: model.send_inferences(
                        {**{name: [value] for name, value in row.items()}, **cell}, strict=strict
                    ),
                    **{column: None},
                )
        self.add_whole("log", self.logger.log, row=row)
        self.add_whole("log many", self.logger.log_many, rows=[row])
        self.add_whole(
            "log truth",
            self.logger.log_ground_truth,
            ground_truths=[{"late": 1}],
            partner_inference_ids=["0"],
        )
        self.add("close_batch", model.close_batch, batch_id="b", num_inferences=None)
        self.add_whole("convert_dataframe", model.convert_dataframe, df=self.data, is_ref_data=True)
        monitored = model.monitor(lambda _: 0.5, logger=self.logger, strict=True)
        self.add("monitored", lambda row: monitored(row), row=row)  # noqa: PLW0108 - by position

    def asking(self):
        model, metric = self.model, self.metric
        body = query.select("city", query.count()).group_by("city")
        self.add_whole("query", model.query, body=body)
        self.add_whole("await_inferences", model.await_inferences, min_count=0, timeout_min=0.0001)
        self.add("get_image", model.get_image, image_id="x", save_path=".", type="raw_image")
        self.add_whole(
            "create_metric", model.create_metric, name="x", query=query.select(query.avg("hours"))
        )
        self.add_whole("get_metrics", model.get_metrics)
        self.add_whole("evaluate_metric", model.evaluate_metric, metric=metric)
        rule = {"metric_id": metric, "bound": "lower", "threshold": 0.5, "severity": "warning"}
        self.add_whole("create_alert_rule", model.create_alert_rule, **rule)
        self.add_whole("backtest_alert_rule", model.backtest_alert_rule, **rule)
        self.add_whole("update_alert_rule", model.update_alert_rule, alert_rule=self.rule)
        for field in (
            "bound",
            "threshold",
            "severity",
            "name",
            "lookback_period",
            "metric_id",
            "filters",
        ):

            def update(field=field, **value):
                changed = copy.copy(self.rule)
                for name, one in value.items():
                    setattr(changed, name, one)
                return model.update_alert_rule(changed)

            self.add(f"rule {field}", update, **{field: getattr(self.rule, field)})
        self.add_whole("get_alert_rules", model.get_alert_rules)
        self.add_whole("get_alerts", model.get_alerts)
        self.add("update_alert", model.update_alert, status="resolved", alert_id="x")
        self.add("get_enrichment", model.get_enrichment, enrichment="hotspots")
        self.add(
            "update_enrichments", model.update_enrichments, enrichment_configs={"hotspots": {}}
        )
        self.add_whole("update_enrichment", model.update_enrichment, enrichment="hotspots")
        self.add(
            "await_enrichments",
            model.await_enrichments,
            enrichments_to_await="hotspots",
            timeout_min=0.001,
        )
        self.add_whole("find_hotspots", model.find_hotspots, date="2026-01-01")
        self.add_whole("explain_inference", model.explain_inference, partner_inference_id="0")
        self.add_whole(
            "enable_explainability",
            model.enable_explainability,
            df=self.data,
            project_directory="/none",
            user_predict_function_import_path="x",
        )
        for name in ("demographic_parity", "group_confusion_matrices", "disparities"):
            self.add_whole(name, getattr(model.bias.metrics, name), attr_name="city")
        self.add_whole("get_curves", model.bias.mitigation_threshold.get_curves, attribute="city")
        self.add("timeline", model.viz.timeline, attribute_name="hours")
        self.add_whole("metric_series", model.viz.metric_series, metric_names="accuracyRate")
        self.add_whole("drift_series", model.viz.drift_series, attribute_names="hours")

    def describing(self):
        def on_copy(method):
            return lambda **arguments: getattr(copy.deepcopy(self.unsaved), method)(  # noqa: PLW0108
                **arguments
            )  # a new copy for each call

        def new():
            return self.arthur.model("f", "TABULAR", "MULTICLASS")

        def build(**arguments):
            return new().build(**arguments)

        self.add(
            "build",
            build,
            data=self.data,
            pred_to_ground_truth_map={"p": 1},
            positive_predicted_attr="p",
            non_input_columns=None,
            ground_truth_column="late",
            set_reference_data=True,
            rename=False,
        )
        self.add(
            "class",
            lambda **classes: new().build(self.data, classes, "p", ground_truth_column="late"),
            p=1,
        )
        self.add(
            "infer_schema",
            lambda **arguments: new().infer_schema(**arguments),
            data=self.data,
            stage="PIPELINE_INPUT",
        )
        self.add("review", self.model.review, stage=None, props=None)
        self.add("get_attribute", self.model.get_attribute, name="hours", stage=None)
        self.add("get_attribute_names", self.model.get_attribute_names, stage=None, value_type=None)
        add = on_copy("add_attribute")
        fields = {
            name: p.default
            for name, p in inspect.signature(self.model.add_attribute).parameters.items()
        }
        self.add(
            "add_attribute",
            add,
            **{**fields, "name": "n", "value_type": "FLOAT", "stage": "PIPELINE_INPUT"},
        )
        self.add(
            "rename_attribute",
            on_copy("rename_attribute"),
            old_name="hours",
            new_name="h",
            stage="PIPELINE_INPUT",
        )
        self.add("remove_attribute", on_copy("remove_attribute"), name="hours", stage=None)
        self.add(
            "labels",
            on_copy("set_attribute_labels"),
            attribute_name="city",
            labels={"a": "A"},
            attribute_stage=None,
        )
        self.add("binarize", self.model.binarize, attribute_value=0.5)
        self.add("one_hot_encode", self.model.one_hot_encode, value="a")
        self.add("keep reference", on_copy("set_reference_data"), data=self.data)
        for field in (
            "tags",
            "display_name",
            "classifier_threshold",
            "is_batch",
            "image_class_labels",
            "partner_model_id",
        ):

            def save(field=field, **values):
                model = copy.deepcopy(self.unsaved)
                model.partner_model_id = os.urandom(6).hex()
                for name, value in values.items():
                    setattr(model, name, value)
                model.save()

            self.add(f"save {field}", save, **{field: getattr(self.unsaved, field)})
        for field in (
            "label",
            "min_range",
            "max_range",
            "categorical",
            "categories",
            "bins",
            "position",
            "name",
        ):

            def save_attribute(field=field, **values):
                model = copy.deepcopy(self.unsaved)
                model.partner_model_id = os.urandom(6).hex()
                for name, value in values.items():
                    setattr(model.get_attribute("hours"), name, value)
                model.save()

            self.add(f"save attribute {field}", save_attribute, **{field: None})
            self.add(
                f"set {field}",
                lambda **values: ArthurAttribute("x", "FLOAT", "PIPELINE_INPUT").set(**values),
                **{field: None},
            )
        self.add(
            "ArthurAttribute",
            ArthurAttribute,
            name="x",
            value_type="FLOAT",
            stage="PIPELINE_INPUT",
            categories=None,
            bins=None,
        )
        self.add("from_dict", ArthurAttribute.from_dict, kvs={})
        self.add("from_json", ArthurAttribute.from_json, s="{}")

    def queries(self):
        for name in query.__all__:
            function = getattr(query, name)
            if not inspect.isfunction(function):
                continue
            arguments = {}
            for parameter in inspect.signature(function).parameters.values():
                if parameter.kind is parameter.VAR_POSITIONAL:
                    self.add(
                        f"{name}()", lambda item, function=function: function(item), item="hours"
                    )
                    break
                annotation = str(parameter.annotation)
                example = 1 if annotation.startswith(("int", "float")) else "hours"
                if "Condition" in annotation and "Sequence" not in annotation:
                    example = query.col("hours") > 1
                has_default = parameter.default is not parameter.empty
                arguments[parameter.name] = parameter.default if has_default else example
            else:
                self.add(f"{name}()", function, **arguments)
        hours, start = query.col("hours"), query.select(query.count())
        self.add("where", lambda value: start.where(hours > value), value=1)
        self.add("isin", lambda value: start.where(hours.isin(value)), value=[1])
        self.add("plus", lambda value: query.select(hours + value), value=1)
        self.add("as_", hours.as_, name="x")
        self.add("from_", start.from_, source="reference")
        self.add("group_by", lambda key: start.group_by(key), key="city")  # noqa: PLW0108 - by position
        self.add("limit", start.limit, rows=1, offset=0)
        self.add("member", lambda select: self.model.query({"select": select}), select=[])


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("here"))
    made = Calls()
    yield made
    made.logger.close(timeout=0.1)
    made.arthur.close()
    os.chdir(before)


@pytest.mark.heavy
def test_a_sample_of_wrong_arguments_is_refused_as_the_callers(calls, caplog):
    caplog.set_level("CRITICAL")
    check_refused(calls, SAMPLE, 1, at_least=300)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_many_wrong_arguments_are_refused_as_the_callers(calls, caplog):
    caplog.set_level("CRITICAL")
    check_refused(calls, 3, choose_seed(), at_least=4000)
