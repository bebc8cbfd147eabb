"""Every public method of the asynchronous classes does what the blocking one does."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from thread_warnings import warns

from arthurai import ArthurAI, ArthurModel, ArthurModelGroup, AsyncArthurAI, AsyncArthurModel
from arthurai.aio.model.bias import AsyncArthurBiasWrapper
from arthurai.aio.model.bias.bias_metrics import AsyncBiasMetrics
from arthurai.aio.model.bias.threshold_mitigation import AsyncThresholdMitigation
from arthurai.aio.model.model_groups import AsyncArthurModelGroup
from arthurai.aio.model.viz.visualizer import AsyncDataVisualizer
from arthurai.common.exceptions import ArthurError, MethodNotApplicableError, UserTypeError
from arthurai.model.bias import ArthurBiasWrapper
from arthurai.model.bias.bias_metrics import BiasMetrics
from arthurai.model.bias.threshold_mitigation import ThresholdMitigation
from arthurai.model.viz.visualizer import DataVisualizer

ROOT = Path(__file__).resolve().parents[2]
PAIRS = {
    "ArthurAI": (ArthurAI, AsyncArthurAI),
    "ArthurModel": (ArthurModel, AsyncArthurModel),
    "ArthurModelGroup": (ArthurModelGroup, AsyncArthurModelGroup),
    "ArthurBiasWrapper": (ArthurBiasWrapper, AsyncArthurBiasWrapper),
    "BiasMetrics": (BiasMetrics, AsyncBiasMetrics),
    "ThresholdMitigation": (ThresholdMitigation, AsyncThresholdMitigation),
    "DataVisualizer": (DataVisualizer, AsyncDataVisualizer),
}

#: What only one of the two has, and why.
BLOCKING_ONLY = {
    "reconnect",  # after unpickling
    "client",  # HTTP verbs for programs of the official SDK
}
ASYNC_ONLY = {"connect", "verify_ssl"}  # an attribute of the blocking one, set when it connects


# -- The same methods with the same signatures -----------------------------------------------------


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize("pair", PAIRS)
def test_both_have_the_same_members(pair):
    blocking, twin = PAIRS[pair]
    assert public(blocking) - public(twin) <= BLOCKING_ONLY
    assert public(twin) - public(blocking) <= ASYNC_ONLY


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in found]


@pytest.mark.parametrize("pair", PAIRS)
def test_both_take_the_same_arguments(pair):
    blocking, twin = PAIRS[pair]
    for name in ["__init__", *sorted(public(blocking) & public(twin))]:
        one, other = inspect.getattr_static(blocking, name), inspect.getattr_static(twin, name)
        assert callable(one) == callable(other), name
        if inspect.isfunction(one):
            assert parameters(one) == parameters(other), name


def test_methods_that_send_nothing_are_the_very_same():
    for name in ("build", "review", "add_attribute", "get_attribute", "to_dict", "one_hot_encode"):
        assert not inspect.iscoroutinefunction(getattr(AsyncArthurModel, name))


# -- The same results ------------------------------------------------------------------------------

TIMES = [str(time) for time in pd.date_range("2026-01-01", periods=60, freq="12h", tz="UTC")]


def loans(count=60, seed=1):
    draw = np.random.default_rng(seed)
    income = draw.normal(50, 10, count).round(2)
    chance = (1 / (1 + np.exp(-(50 - income) / 5))).round(3)
    return pd.DataFrame(
        {
            "income": income,
            "region": draw.choice(["north", "south"], count),
            "p_default": chance,
            "defaulted": (draw.random(count) < chance).astype(int),
        }
    )


FRAME = loans()
ROWS = FRAME.assign(
    inference_timestamp=TIMES, partner_inference_id=[f"row-{n}" for n in range(len(FRAME))]
)
COUNT = {"select": [{"function": "count"}]}
NOBODY = "00000000-0000-0000-0000-000000000000"


class Blocking:
    """Calls methods of the blocking classes."""

    make = ArthurAI

    def __init__(self):
        self.arthur = self.make(url="local://")

    def call(self, thing, name, /, *args, **kwargs):
        return getattr(thing, name)(*args, **kwargs)

    def each(self, thing, name, /, *args, **kwargs):
        return list(getattr(thing, name)(*args, **kwargs))

    def close(self):
        self.arthur.close()


class Awaiting(Blocking):
    """Calls methods of the asynchronous classes, and awaits what they return."""

    make = AsyncArthurAI

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        super().__init__()
        self.loop.run_until_complete(self.arthur.connect())

    def call(self, thing, name, /, *args, **kwargs):
        function = getattr(thing, name)
        found = function(*args, **kwargs)
        assert inspect.isawaitable(found) == inspect.iscoroutinefunction(function), name
        return self.loop.run_until_complete(found) if inspect.isawaitable(found) else found

    def each(self, thing, name, /, *args, **kwargs):
        async def collect():
            return [found async for found in getattr(thing, name)(*args, **kwargs)]

        return self.loop.run_until_complete(collect())

    def close(self):
        self.loop.run_until_complete(self.arthur.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class Masks:
    """Replaces what differs from run to run: identifiers by their order, the time of today."""

    def __init__(self):
        self.seen = {}

    def __call__(self, text):
        text = re.sub(r"request id [\w-]+", "<request>", text)
        text = re.sub(
            r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}",
            lambda found: self.seen.setdefault(found[0], f"<id {len(self.seen)}>"),
            text,
        )
        text = re.sub(
            r"\d{4}-(?!01|02)\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+\d\d:\d\d)?", "<now>", text
        )
        text = re.sub(r"127\.0\.0\.1:\d+/[^\s\"]+", "<address>", text)
        return text.replace("Async", "")


MODELS = ArthurModel | AsyncArthurModel | ArthurModelGroup | AsyncArthurModelGroup


def plain(value):
    """Return a result as something that can be written as JSON."""
    if isinstance(value, MODELS):
        value = [type(value).__name__, value.to_dict()]
    if isinstance(value, pd.DataFrame):
        value = value.to_dict("list")
    if type(value).__name__ == "Figure":
        lines = [[line.get_ydata().tolist() for line in axes.lines] for axes in value.axes]
        return [[axes.get_title() for axes in value.axes], lines]
    if dataclasses.is_dataclass(value) and hasattr(value, "__dict__"):
        return [type(value).__name__, plain(vars(value))]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, float | int | str | None) else repr(value)


def near(text):
    """Read a result, to be compared with another one: the order of sums changes last digits."""

    def soften(value):
        if isinstance(value, dict):
            return {key: soften(item) for key, item in value.items()}
        if isinstance(value, list):
            return [soften(item) for item in value]
        return pytest.approx(value, rel=1e-9, nan_ok=True) if isinstance(value, float) else value

    return soften(json.loads(text))


class Run:
    """One run through all steps, blocking or asynchronous."""

    def __init__(self, side, folder):
        self.side = side
        self.folder = folder
        self.masks = Masks()
        self.results = {}
        self.called = set()
        self.arthur = side.arthur
        self.models = 0

    def take(self, label, make):
        self.label = label
        try:
            found = plain(make(self))
        except ArthurError as error:
            found = [type(error).__name__, str(error), getattr(error, "__notes__", [])]
        self.results[label] = self.masks(json.dumps(found, indent=1, default=repr))

    def do(self, thing, name, /, *args, **kwargs):
        self.called.add((type(thing).__name__.replace("Async", ""), name))
        return self.side.call(thing, name, *args, **kwargs)

    def each(self, thing, name, /, *args, **kwargs):
        self.called.add((type(thing).__name__.replace("Async", ""), name))
        return self.side.each(thing, name, *args, **kwargs)

    def do_deprecated(self, *args, **kwargs):
        with warns(DeprecationWarning):
            return self.do(*args, **kwargs)

    def new_model(self, with_reference=True, **fields):
        self.models += 1
        model = self.do(
            self.arthur, "model", f"model-{self.models}", "TABULAR", "MULTICLASS", **fields
        )
        model.build(
            FRAME,
            {"p_default": 1},
            "p_default",
            ground_truth_column="defaulted",
            set_reference_data=with_reference,
        )
        model.get_attribute("region").monitor_for_bias = True
        return model

    def saved(self, with_reference=True, **fields):
        model = self.new_model(with_reference, **fields)
        self.do(model, "save")
        return model

    @property
    def bias(self):
        return self.model.bias.metrics

    def start(self):
        self.model = self.saved()
        return self.model

    def explain(self):
        project = self.folder / "project"
        project.mkdir(exist_ok=True)
        (project / "requirements.txt").write_text(f"numpy=={np.__version__}\n")
        (project / "entrypoint.py").write_text(
            "def predict(rows):\n    return [[0.5, 0.5] for _ in rows]\n"
        )
        return self.do(
            self.model,
            "enable_explainability",
            FRAME.drop(columns="defaulted").assign(p_default=0.5),
            project,
            "entrypoint",
        )

    def log(self):
        with self.do(self.model, "logger", memory_only=True) as logger:
            logger.log({**ROWS.drop(columns="defaulted").iloc[0], "partner_inference_id": "logged"})
            counts = logger.flush(20)
        return counts.accepted, counts.rejected

    def monitor(self):
        with self.do(self.model, "logger", memory_only=True) as logger:
            predict = self.do(self.model, "monitor", lambda row: 0.25, logger=logger)
            predict({"income": 40.0, "region": "north"})
            return logger.flush(20).accepted

    def image_model(self):
        from arthurai.model.attributes import ArthurAttribute

        model = self.do(
            self.arthur, "model", "pictures", "IMAGE", "REGRESSION", pixel_height=8, pixel_width=8
        )
        model.attributes = [
            ArthurAttribute(name, kind, stage, position=0, categorical=False, **link)
            for name, kind, stage, link in (
                ("picture", "IMAGE", "PIPELINE_INPUT", {}),
                ("score", "FLOAT", "PREDICTED_VALUE", {"attribute_link": "truth"}),
                ("truth", "FLOAT", "GROUND_TRUTH", {"attribute_link": "score"}),
            )
        ]
        self.do(model, "save", True)
        pixels = np.arange(192, dtype="uint8").reshape(8, 8, 3)
        row = {"picture": pixels, "score": 0.5, "partner_inference_id": "picture"}
        row["inference_timestamp"] = TIMES[0]
        sent = self.do(model, "send_inferences", [row])
        (stored,) = self.do(model, "query", {"select": [{"property": "picture"}]})
        path = self.do(model, "get_image", stored["picture"], str(self.folder))
        return sent, Path(path).read_bytes().hex()

    def group_steps(self):
        self.group = self.do(self.arthur, "get_model_group", self.model)
        self.do(self.group, "update", name="new name", description="new description")
        found = self.do(self.arthur, "get_model_group", self.group.id)
        second = self.new_model()
        self.group.add_version(second, "second")
        self.do(second, "save")
        return found

    def batch(self):
        model = self.saved(is_batch=True)
        rows = ROWS.drop(columns="defaulted")
        sent = self.do(model, "send_inferences", rows, batch_id="b1", complete_batch=False)
        return sent, self.do(model, "close_batch", "b1", len(rows))

    def rule(self):
        self.metric = self.do(self.model, "create_metric", "mine", COUNT)
        self.found_rule = self.do(
            self.model, "create_alert_rule", self.metric, "lower", -1, "warning", "my rule"
        )
        return self.found_rule


#: What is called, in this order; what each returns or raises is compared.
STEPS = {
    "org": lambda r: r.do(r.arthur, "get_current_org"),
    "set org": lambda r: r.do(r.arthur, "set_current_org", r.do(r.arthur, "get_current_org")["id"]),
    "wrong org": lambda r: r.do(r.arthur, "set_current_org", NOBODY),
    "account": lambda r: sorted(r.do(r.arthur, "create_service_account", "ci", "User")),
    "accounts": lambda r: len(r.do(r.arthur, "get_service_accounts", "ci")),
    "dashboard": lambda r: str(r.do(r.arthur, "dashboard")),
    "save": lambda r: r.start(),
    "save again": lambda r: r.do(r.model, "save"),
    "ready": lambda r: r.do(r.model, "await_model_ready"),
    "no model": lambda r: r.do(r.arthur, "get_model", "no-such-model"),
    "model": lambda r: r.do(r.arthur, "get_model", "model-1", "partner_model_id"),
    "models": lambda r: r.do(r.arthur, "list_models"),
    "wrong filter": lambda r: r.do(r.arthur, "list_models", colour="red"),
    "each model": lambda r: r.each(r.arthur, "iter_models", page_size=1),
    "wrong filter of each": lambda r: r.each(r.arthur, "iter_models", colour="red"),
    "each metric": lambda r: r.each(r.model, "iter_metrics", page_size=5),
    "each alert": lambda r: r.each(r.model, "iter_alerts"),
    "each version": lambda r: r.each(r.do(r.arthur, "get_model_group", r.model), "iter_versions"),
    "each rule": lambda r: r.each(r.model, "iter_alert_rules", page_size=0),
    "send": lambda r: r.do(r.model, "send_inferences", ROWS.drop(columns="defaulted")),
    "send nonsense": lambda r: r.do(r.model, "send_inferences", [{"income": "much"}]),
    "send strictly": lambda r: r.do(r.model, "send_inferences", [{"income": "much"}], strict=True),
    "wrong argument": lambda r: r.do(r.model, "send_inferences", ROWS, colour="red"),
    "truth": lambda r: r.do(
        r.model,
        "update_inference_ground_truths",
        ROWS[["defaulted", "partner_inference_id"]],
        ground_truth_timestamps=TIMES,
    ),
    "bulk": lambda r: r.do(
        r.model,
        "send_bulk_inferences",
        data=ROWS.assign(partner_inference_id=[f"bulk-{n}" for n in range(60)]).drop(
            columns="defaulted"
        ),
    ),
    "bulk truth": lambda r: r.do(
        r.model,
        "send_bulk_ground_truths",
        data=pd.DataFrame(
            {
                "partner_inference_id": [f"bulk-{n}" for n in range(60)],
                "defaulted": FRAME["defaulted"],
                "ground_truth_timestamp": TIMES,
            }
        ),
    ),
    "single": lambda r: r.do_deprecated(
        r.model,
        "send_inference",
        TIMES[0],
        "single",
        {"income": 1.5, "region": "north"},
        None,
        {"p_default": 0.5},
    ),
    "await": lambda r: r.do(r.model, "await_inferences", 120),
    "query": lambda r: r.do(r.model, "query", COUNT),
    "query table": lambda r: r.do(
        r.model, "query", {"select": [{"property": "income"}]}, as_frame="pandas"
    ),
    "wrong query": lambda r: r.do(r.model, "query", {"select": [{"property": "nothing"}]}),
    "redacted": lambda r: r.do(r.model, "redact_value", "income", 1.0),
    "delete": lambda r: r.do(r.model, "delete_inferences", ["single", "nobody"]),
    "log": lambda r: r.log(),
    "monitor": lambda r: r.monitor(),
    "batch": lambda r: r.batch(),
    "batch by old name": lambda r: r.do_deprecated(
        r.saved(is_batch=True),
        "send_batch_inferences",
        "b1",
        None,
        ROWS.drop(columns="defaulted"),
    ),
    "truth by old name": lambda r: r.do_deprecated(
        r.model, "send_batch_ground_truths", data=ROWS[["defaulted", "partner_inference_id"]]
    ),
    "files": lambda r: Path(r.do(r.model, "convert_dataframe", FRAME, True)).is_dir(),
    "reference": lambda r: r.do(r.saved(False), "set_reference_data", data=FRAME),
    "no data": lambda r: r.do(r.model, "set_reference_data"),
    "image": lambda r: r.image_model(),
    "rule": lambda r: r.rule(),
    "metric": lambda r: r.do(r.model, "get_metrics", metric_id=r.metric),
    "metrics": lambda r: r.do(r.model, "get_metrics", True),
    "value": lambda r: r.do(r.model, "evaluate_metric", r.metric, as_frame="pandas"),
    "wrong metric": lambda r: r.do(r.model, "evaluate_metric", "a name"),
    "rules": lambda r: r.do(r.model, "get_alert_rules", None),
    "change rule": lambda r: r.do(
        r.model, "update_alert_rule", dataclasses.replace(r.found_rule, threshold=2)
    ),
    "explain rule": lambda r: r.do(r.model, "explain_alert_rule", r.found_rule).summary,
    "backtest": lambda r: r.do(r.model, "backtest_alert_rule", r.metric, "upper", 1, min_rows=0),
    "delete rule": lambda r: r.do(r.model, "delete_alert_rule", r.found_rule),
    "delete metric": lambda r: r.do(r.model, "delete_metric", r.metric),
    "alerts": lambda r: r.do(r.model, "get_alerts", None),
    "no alert": lambda r: r.do(r.model, "update_alert", "resolved", NOBODY),
    "enrichment": lambda r: r.do(r.model, "get_enrichment", "hotspots"),
    "curves by old way": lambda r: sorted(r.do(r.model, "enable_bias_mitigation")),
    "hotspots": lambda r: sorted(r.do(r.model, "enable_hotspots")),
    "settled": lambda r: r.do(r.model, "await_enrichments", "hotspots"),
    "found": lambda r: r.do(r.model, "find_hotspots", date="2026-01-05"),
    "one enrichment": lambda r: r.do(r.model, "update_enrichment", "hotspots", enabled=False),
    "enrichments": lambda r: sorted(
        r.do(r.model, "update_enrichments", {"hotspots": {"enabled": False}})
    ),
    "all enrichments": lambda r: sorted(r.do(r.model, "get_enrichments")),
    "no project": lambda r: r.do(r.model, "enable_explainability"),
    "no explanation": lambda r: r.do(r.model, "explain_inference", "row-0"),
    "no explainer": lambda r: r.do(r.model, "delete_explainer"),
    "by group": lambda r: r.do(r.bias, "group_confusion_matrices", "region"),
    "estimates": lambda r: r.do(r.bias, "group_estimates", "region"),
    "rates": lambda r: r.do(r.bias, "group_positivity_rates", "region"),
    "parity": lambda r: r.do(r.bias, "demographic_parity", "region"),
    "disparities": lambda r: repr(r.do(r.bias, "disparities", "region")),
    "wrong group": lambda r: r.do(r.bias, "disparities", "income"),
    "curves on": lambda r: sorted(r.do(r.model.bias.mitigation_threshold, "enable")),
    "curves ready": lambda r: r.do(r.model, "await_enrichments", "bias_mitigation"),
    "curves": lambda r: r.do(r.model.bias.mitigation_threshold, "get_curves", "region"),
    "curve plot": lambda r: r.do(
        r.model.bias.mitigation_threshold,
        "plot_curves",
        attribute="region",
        constraint="equal_opportunity",
    ),
    "timeline": lambda r: r.do(r.model.viz, "timeline", "income"),
    "series": lambda r: r.do(r.model.viz, "metric_series", ["auc", "positivityRate"]),
    "drift": lambda r: r.do(r.model.viz, "drift_series", "income"),
    "groups": lambda r: r.do(r.model.viz, "group_comparison", "region"),
    "report": lambda r: r.do(r.model, "report", r.folder / "report.html").stat().st_size > 1e5,
    "group": lambda r: r.group_steps(),
    "versions": lambda r: r.do(r.group, "get_versions"),
    "version": lambda r: r.do(r.group, "get_version", label="second"),
    "no version": lambda r: r.do(r.group, "get_version", 77),
    "latest": lambda r: r.do(r.group, "get_latest_version"),
    "versions plot": lambda r: repr(r.do(r.group, "viz", sequence_nums=[1])),
    "update": lambda r: r.do(r.model, "update"),
    "swap": lambda r: r.do(r.saved(), "swap_predicted_attribute_positions"),
    "archive": lambda r: r.do(r.model, "archive"),
    "archive group": lambda r: r.do(r.group, "archive"),
}

#: Steps of many seconds.
SLOW_STEPS = {
    "model": lambda r: r.start(),
    "rows": lambda r: r.do(r.model, "send_inferences", ROWS.drop(columns="defaulted")),
    "project": lambda r: sorted(r.explain()),
    "explained": lambda r: sorted(r.do(r.model, "await_enrichments", "explainability")),
    "explanation": lambda r: len(r.do(r.model, "explain_inference", "row-0")["explanation"]),
    "no explainer": lambda r: r.do(r.model, "delete_explainer"),
}

#: Coroutine methods that no step calls, and where they are tested.
ELSEWHERE = {("ArthurAI", "connect"), ("ArthurAI", "close"), ("ArthurAI", "monitor")}


def run_both(steps, tmp_path_factory):
    found = []
    for kind in (Blocking, Awaiting):
        side = kind()
        run = Run(side, tmp_path_factory.mktemp(kind.__name__))
        for label, step in steps.items():
            run.take(label, step)
        side.close()
        found.append(run)
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return run_both(STEPS, tmp_path_factory)


@pytest.mark.slow
def test_explanations_are_the_same(tmp_path_factory):
    blocking, twin = run_both(SLOW_STEPS, tmp_path_factory)
    assert twin.results.keys() == blocking.results.keys()
    for label, text in twin.results.items():
        assert json.loads(text) == near(blocking.results[label]), label


@pytest.mark.heavy
@pytest.mark.parametrize("label", STEPS)
def test_both_return_or_raise_the_same(runs, label):
    blocking, twin = runs
    assert json.loads(twin.results[label]) == near(blocking.results[label])


@pytest.mark.heavy
def test_every_coroutine_method_is_compared(runs):
    coroutines = {
        (pair, name)
        for pair, (_, twin) in PAIRS.items()
        for name in public(twin)
        if inspect.iscoroutinefunction(inspect.getattr_static(twin, name))
    }
    assert coroutines - ELSEWHERE <= runs[1].called
    assert runs[0].called == runs[1].called


@pytest.mark.heavy
def test_few_steps_end_in_an_error(runs):
    failed = {
        label for label, text in runs[0].results.items() if re.search(r'^\[\n "\w+Error"', text)
    }
    expected = {"wrong org", "save again", "no model", "wrong filter", "send nonsense"}
    expected |= {"send strictly", "wrong argument", "wrong query", "redacted", "no data"}
    expected |= {"wrong metric", "no alert", "wrong group", "no version"}
    expected |= {"no project", "no explanation", "wrong filter of each", "each rule"}
    assert failed == expected


# -- Mixing, loading -------------------------------------------------------------------------------


def test_models_and_connections_of_both_kinds_do_not_mix():
    model = ArthurModel("m", "TABULAR", "REGRESSION", id="m-1")

    async def attach():
        async with AsyncArthurAI(url="local://") as arthur:
            model.attach(arthur)
            with pytest.raises(UserTypeError, match="another kind"):
                model.query(COUNT)
            with ArthurAI(url="local://") as other:
                twin = arthur.model("m", "TABULAR", "REGRESSION").attach(other)
                twin.id = "m-1"
                with pytest.raises(UserTypeError, match="another kind"):
                    await twin.query(COUNT)

    asyncio.run(attach())


def test_a_connection_that_was_not_opened_says_how():
    arthur = AsyncArthurAI(url="local://")
    assert repr(arthur) == "AsyncArthurAI(not connected)"
    with pytest.raises(MethodNotApplicableError, match="async with"):
        asyncio.run(arthur.list_models())
    with pytest.raises(UserTypeError, match="async with"), arthur:
        pass


def test_naming_the_class_loads_no_http_library():
    code = (
        "import sys\nfrom arthurai import AsyncArthurAI, col\nAsyncArthurAI(url='local://')\n"
        "print([n for n in ('httpx', 'asyncio', 'pyarrow', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
