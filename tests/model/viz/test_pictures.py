"""What the figures show, against pandas and scikit-learn."""

from __future__ import annotations

from datetime import UTC, datetime

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from builders import loan_frame
from matplotlib.text import Text
from scipy import stats
from sklearn.metrics import roc_auc_score

from arthurai.common.exceptions import (
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.model import querying
from arthurai.model.viz import figures as drawing
from arthurai.model.viz.periods import Periods
from arthurai.model.viz.plot_data import (
    Groups,
    Timeline,
    fetch_metric_series,
    fetch_timeline,
    get_pred_and_gt_attrs,
    savgol_filter,
)
from arthurai.model.viz.visualizer import DataVisualizer
from arthurai.query import auc, avg, col, drift, rate

from . import pictures

ROWS = 600


def onboarded(arthur, *, is_batch=False, output="MULTICLASS"):
    model = arthur.model(
        display_name="Loans", input_type="TABULAR", output_type=output, is_batch=is_batch
    )
    frame = loan_frame(400, 1)
    if output == "REGRESSION":
        frame = frame[["income", "region", "p_default", "p_paid"]]
        model.build(frame, {"p_default": "p_paid"})
    else:
        model.build(frame, {"p_default": "defaulted", "p_paid": "paid"}, "p_default")
    model.save()
    return model


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return loan_frame(ROWS, 2)


@pytest.fixture(scope="module")
def times() -> pd.DatetimeIndex:
    return pd.date_range("2026-01-01", periods=ROWS, freq="1h", tz="UTC")


@pytest.fixture(scope="module")
def model(arthur, frame, times):
    made = onboarded(arthur)
    made.send_inferences(frame, inference_timestamps=times, ground_truth_timestamps=times)
    return made


@pytest.fixture(scope="module")
def batch_model(arthur, frame, times):
    made = onboarded(arthur, is_batch=True)
    batches = [f"batch {9 - number // 100}" for number in range(ROWS)]
    made.send_inferences(
        frame.assign(batch_id=batches), inference_timestamps=times, ground_truth_timestamps=times
    )
    return made


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def lines(figure) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {line.get_label(): line.get_data() for line in figure.axes[0].get_lines()}


def test_metric_series_shows_each_day_as_scikit_learn_computes_it(model, frame, times):
    shown = lines(DataVisualizer([model]).metric_series(["accuracyRate", "auc"]))
    days = times.floor("D")
    right = ((frame["p_default"] >= 0.5) == (frame["defaulted"] == 1)).groupby(days).mean()
    auc = frame.groupby(days).apply(lambda day: roc_auc_score(day["defaulted"], day["p_default"]))
    for label, (_, values) in shown.items():
        assert list(values) == pytest.approx(
            list(right if label.startswith("accuracyRate") else auc)
        )
    assert len(shown) == 2
    x = next(iter(shown.values()))[0]
    assert [mdates.num2date(mdates.date2num(day)) for day in x] == list(right.index)


VIENNA = "Europe/Vienna"


@pytest.fixture(scope="module")
def long_model(arthur):
    """Give a model with inferences around the spring change of clocks, 2026-03-29."""
    made = onboarded(arthur)
    times = pd.date_range("2026-03-20", periods=500, freq="1h", tz="UTC")
    frame = loan_frame(len(times), 3)
    made.send_inferences(frame, inference_timestamps=times, ground_truth_timestamps=times)
    return made, frame, times.tz_convert(VIENNA)


@pytest.mark.parametrize(("resolution", "pandas"), [("day", "D"), ("week", "W"), ("month", "M")])
def test_series_start_by_the_clocks_of_a_zone(long_model, resolution, pandas):
    made, frame, times = long_model
    visualizer = DataVisualizer([made])
    local = times.tz_localize(None).to_period(pandas).start_time
    local = local.tz_localize(VIENNA)
    right = ((frame["p_default"] >= 0.5) == (frame["defaulted"] == 1)).groupby(local).mean()
    figure = visualizer.metric_series("accuracyRate", resolution, time_zone=VIENNA)
    (x, values) = lines(figure)["accuracyRate"]
    assert list(x) == list(right.index)
    assert [moment.hour for moment in x] == [0] * len(x)  # shown by the same clocks
    assert list(values) == pytest.approx(list(right))
    assert VIENNA in figure.axes[0].get_title("left")

    drifted = visualizer.drift_series("income", "PSI", resolution, time_zone=VIENNA)
    (x, values) = lines(drifted)["income"]
    assert list(x) == list(right.index)
    query = drift("income", rollup=resolution, num_bins=20, time_zone=VIENNA)
    assert list(values) == pytest.approx([row["income"] for row in made.query(query)])


def test_timelines_start_by_the_clocks_of_a_zone(long_model):
    made, frame, times = long_model
    for name in ("income", "region"):
        found = fetch_timeline(made, name, VIENNA)
        days = frame[name].groupby(times.floor("D")).count()
        assert found.periods[1:] == list(days.index)
        assert [sum(counts) for counts in found.counts[1:]] == list(days)
    figure = DataVisualizer([made]).timeline("region", time_zone=VIENNA)
    assert figure.axes[0].get_xticklabels()[1].get_text().startswith("2026-03-2")


def test_unknown_zones_are_refused(long_model):
    visualizer = DataVisualizer([long_model[0]])
    for draw in (
        lambda: visualizer.timeline("income", time_zone="Europe/Wien"),
        lambda: visualizer.metric_series("auc", time_zone="Europe/Wien"),
        lambda: visualizer.drift_series("income", time_zone="Europe/Wien"),
        lambda: long_model[0].report("report.html", time_zone="Europe/Wien"),
    ):
        with pytest.raises(UserValueError, match="`time_zone` must be the IANA name"):
            draw()


def test_lines_differ_in_more_than_colour(model):
    figure = DataVisualizer([model]).metric_series(["accuracyRate", "f1", "precision"])
    looks = [(line.get_linestyle(), line.get_marker()) for line in figure.axes[0].get_lines()]
    assert len(set(looks)) == 3


def test_batches_stand_in_the_order_of_time(batch_model, frame):
    figure = DataVisualizer([batch_model]).metric_series("accuracyRate")
    ((_, values),) = lines(figure).values()
    right = (frame["p_default"] >= 0.5) == (frame["defaulted"] == 1)
    assert list(values) == pytest.approx([right[n : n + 100].mean() for n in range(0, ROWS, 100)])
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == [
        f"batch {n}" for n in range(9, 3, -1)
    ]


def test_drift_of_batches_stands_in_the_order_of_time(batch_model):
    by_batch = {
        row["rollup"]: row["income"]
        for row in batch_model.query(
            {
                "properties": ["income"],
                "num_bins": 20,
                "rollup": "batch_id",
                "base": {"source": "reference"},
                "target": {"source": "inference"},
                "metric": "PSI",
            },
            query_type="drift",
        )
    }
    ((_, values),) = lines(DataVisualizer([batch_model]).drift_series("income")).values()
    assert list(values) == [by_batch[f"batch {n}"] for n in range(9, 3, -1)]


def test_drift_rises_where_the_data_move(arthur, times):
    made = onboarded(arthur)
    moved = loan_frame(ROWS, 3)
    moved.loc[moved.index >= ROWS // 2, "income"] += 3000
    made.send_inferences(moved, inference_timestamps=times)
    figure = DataVisualizer([made]).drift_series(["income", "region"], "JSDivergence", "day")
    shown = lines(figure)
    income = next(values for label, (_, values) in shown.items() if label.startswith("income"))
    region = next(values for label, (_, values) in shown.items() if label.startswith("region"))
    assert min(income[14:]) > max(income[:12])
    assert max(region) < min(income[14:])


def test_the_timeline_of_categories_shows_shares(model, frame, times):
    figure = DataVisualizer([model]).timeline("region")
    shares = pd.crosstab(times.floor("D"), frame["region"], normalize="index")
    reference = loan_frame(400, 1)["region"].value_counts(normalize=True)
    bars = figure.axes[0].containers
    for container, region in zip(bars, ["north", "south"], strict=True):
        expected = [reference[region], *shares[region]]
        assert [bar.get_height() for bar in container] == pytest.approx(expected)
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels[0] == "reference"


def test_bars_differ_in_more_than_colour(model):
    figure = DataVisualizer([model]).timeline("region")
    assert len({bars[0].get_hatch() for bars in figure.axes[0].containers}) == 2


def test_the_timeline_of_numbers_has_a_ridge_a_period(model, times):
    figure = DataVisualizer([model]).timeline("income")
    ridges = figure.axes[0].collections
    assert len(ridges) == 1 + len(times.floor("D").unique())
    assert figure.axes[0].get_yticklabels()[0].get_text() == "reference"
    reference = loan_frame(400, 1)["income"]
    points = ridges[0].get_paths()[0].vertices
    assert points[:, 0].min() == pytest.approx(reference.min(), rel=0.01)


def test_timelines_without_reference_data_or_with_a_batch_of_that_name(arthur, frame):
    made = onboarded(arthur, is_batch=True)
    for batch in ("early", "reference"):
        now = [datetime.now(UTC)] * 50
        made.send_inferences(frame.head(50), batch_id=batch, inference_timestamps=now)
    for name in ("region", "income"):
        assert fetch_timeline(made, name).periods == ["reference", "early", "reference"]
    bare = arthur.model(display_name="Bare", input_type="TABULAR", output_type="REGRESSION")
    columns = ["income", "region", "p_default", "p_paid"]
    bare.build(frame[columns], {"p_default": "p_paid"}, set_reference_data=False)
    bare.save()
    bare.send_inferences(frame[columns].head(50))
    for name in ("region", "income"):
        found = fetch_timeline(bare, name)
        assert (found.has_reference, len(found.periods)) == (False, 1)


def test_metrics_are_drawn_with_their_intervals_and_rows(model, frame, times):
    """The interval of a share is that of Wilson (1927), here computed anew."""
    figure = DataVisualizer([model]).metric_series("accuracyRate")
    (axes,) = figure.axes
    right = (frame["p_default"] >= 0.5) == (frame["defaulted"] == 1)
    days = right.groupby(times.floor("D")).agg(["sum", "count"])
    z = stats.norm.ppf(0.975)
    n, share = days["count"], days["sum"] / days["count"]
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    (band,) = axes.collections
    heights = band.get_paths()[0].vertices[:, 1]
    for value in [*(middle - half), *(middle + half)]:
        assert np.abs(heights - value).min() < 1e-9
    assert axes.lines[0].get_ydata() == pytest.approx(list(share))
    (text,) = (entry.get_text() for entry in figure.legends[0].get_texts())
    assert text == f"accuracyRate (n = {n.min()})"


def test_groups_have_intervals(model, frame):
    figure = DataVisualizer([model]).group_comparison("region", ["accuracyRate", "f1"])
    right = (frame["p_default"] >= 0.5) == (frame["defaulted"] == 1)
    groups = right.groupby(frame["region"])
    accuracy, f1 = figure.axes
    (drawn,) = [c for c in accuracy.containers if getattr(c, "errorbar", None)]
    segments = drawn.errorbar[2][0].get_segments()
    for (name, group), segment in zip(groups, segments, strict=True):
        ends = stats.binomtest(int(group.sum()), len(group)).proportion_ci(method="wilson")
        assert segment[:, 1] == pytest.approx([ends.low, ends.high]), name
    assert not [c for c in f1.containers if getattr(c, "errorbar", None)]  # theory gives none


def test_a_server_without_estimates_still_draws_lines(model, monkeypatch):
    expected = fetch_metric_series(model, ["accuracyRate"], Periods("day"))
    asked = []

    def refuse(self, query, *args, **options):
        asked.append(query)
        if "estimate" in str(query):
            raise ResponseClientError("unknown function 'estimate'")
        return original(self, query, *args, **options)

    original = querying.query
    monkeypatch.setattr(querying, "query", refuse)
    assert (
        fetch_metric_series(model, ["accuracyRate"], Periods("day"), with_estimates=True)
        == expected
    )
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("frequency", "periods"), [("2min", 20), ("1h", 25), ("9h", 33), ("29h", 24)]
)
def test_timelines_choose_a_period_that_can_be_read(arthur, frequency, periods):
    made = onboarded(arthur)
    when = pd.date_range("2024-01-01", periods=ROWS, freq=frequency, tz="UTC")
    made.send_inferences(loan_frame(ROWS, 4), inference_timestamps=when)
    ridges = len(DataVisualizer([made]).timeline("income").axes[0].collections)
    assert ridges - 1 == pytest.approx(periods, abs=1)  # the first one is the reference


def test_groups_show_their_metrics_and_sizes(model, frame):
    figure = DataVisualizer([model]).group_comparison(
        "region", ["truePositiveRate", "positivityRate"]
    )
    positive = frame["p_default"] >= 0.5
    expected = [
        frame[frame["defaulted"] == 1]
        .groupby("region")["p_default"]
        .apply(lambda p: (p >= 0.5).mean()),
        positive.groupby(frame["region"]).mean(),
    ]
    for axes, values in zip(figure.axes, expected, strict=True):
        assert [bar.get_height() for bar in axes.patches] == pytest.approx(list(values))
        sizes = [text.get_text().partition("n = ")[2] for text in axes.get_xticklabels()]
        assert sizes == [str(n) for n in frame["region"].value_counts().sort_index()]


def test_calls_are_drawn_like_names(model, frame, times):
    rates = [rate(col("income") > limit).as_(f"above {limit}") for limit in (3000, 4000)]
    shown = lines(DataVisualizer([model]).metric_series(rates, "week"))
    weeks = times.floor("D") - pd.to_timedelta(times.day_of_week, unit="D")
    for limit in (3000, 4000):
        expected = (frame["income"] > limit).groupby(weeks).mean()
        assert list(shown[f"above {limit}"][1]) == pytest.approx(list(expected))
    figure = DataVisualizer([model]).group_comparison("region", avg("income"))
    assert [bar.get_height() for bar in figure.axes[0].patches] == pytest.approx(
        list(frame.groupby("region")["income"].mean())
    )


def test_many_categories_are_gathered_and_many_groups_lie():
    names = [f"category {n}" for n in range(15)]
    counts = [float(n + 1) for n in range(15)]
    when = [datetime(2026, 1, 5, tzinfo=UTC)]
    figure = drawing.draw_timeline(Timeline("purpose", when, names, [counts], []), title="")
    heights = [bars[0].get_height() for bars in figure.axes[0].containers]
    assert heights == pytest.approx([sum(counts[:6]) / 120, *(n / 120 for n in counts[6:])])
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend[::-1] == ["6 others", *names[6:]]

    many = Groups("purpose", names * 3, list(range(45)), {"auc": counts * 3})
    figure = drawing.draw_groups(many, title="Loans")
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == (counts * 3)[5:]
    assert "without the 5 smallest" in figure.get_suptitle()


def test_several_models_share_one_picture(model, batch_model):
    both = DataVisualizer([model, batch_model])
    assert len(both.timeline("region")) == 2
    figure = DataVisualizer([model, model]).metric_series(["accuracyRate", "auc"])
    labels = [line.get_label() for line in figure.axes[0].get_lines()]
    assert labels == [f"{metric} · Loans v1" for metric in ("accuracyRate", "auc")] * 2


def test_a_model_without_data_gets_an_empty_picture(arthur):
    figure = DataVisualizer([onboarded(arthur)]).metric_series("accuracyRate")
    assert [text.get_text() for text in figure.axes[0].texts] == ["no data yet"]


def test_regression_models_are_measured_too(arthur, times):
    made = onboarded(arthur, output="REGRESSION")
    sent = loan_frame(ROWS, 5)[["income", "region", "p_default", "p_paid"]]
    made.send_inferences(sent, inference_timestamps=times, ground_truth_timestamps=times)
    ((_, values),) = lines(DataVisualizer([made]).metric_series("rmse", "month")).values()
    assert list(values) == pytest.approx(
        [np.sqrt(((sent["p_default"] - sent["p_paid"]) ** 2).mean())]
    )


@pytest.mark.parametrize(
    ("draw", "named"),
    [
        (lambda v: v.metric_series([]), "metric_names"),
        (lambda v: v.metric_series(["auc"] * 11), "metric_names"),
        (lambda v: v.metric_series("auc", "fortnight"), "fortnight"),
        (lambda v: v.metric_series([auc(), "auc"]), "more than once"),
        (lambda v: v.drift_series(["income"] * 11), "attribute_names"),
        (lambda v: v.timeline("incom"), "incom"),
        (lambda v: v.group_comparison("regio"), "regio"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model, draw, named):
    with pytest.raises(UserValueError, match=named):
        draw(DataVisualizer([model]))


def test_what_is_no_name_is_refused(model):
    draw = DataVisualizer([model])
    with pytest.raises(UserTypeError, match=r"calls of arthurai\.query"):
        draw.metric_series({"function": "auc"})
    with pytest.raises(UserTypeError, match=r"evaluate_metric\(\)"):
        draw.metric_series(model.get_metrics(default_metrics=True)[0])
    with pytest.raises(UserTypeError, match="attribute_names must be a list of names"):
        draw.drift_series(None)


def test_streaming_models_have_no_batches(model):
    with pytest.raises(MethodNotApplicableError, match="no batches"):
        DataVisualizer([model]).metric_series("auc", "batch_id")


def test_the_pair_that_metrics_compare(model):
    assert get_pred_and_gt_attrs(model) == ("p_default", "defaulted")


def test_smoothing_keeps_straight_lines_and_lengths():
    line = np.arange(20.0)
    assert savgol_filter(line)[2:-2] == pytest.approx(line[2:-2])
    assert savgol_filter([]).size == 0
    assert len(savgol_filter([3.0])) == 1


@pytest.mark.parametrize("name", pictures.ALL)
def test_pyplot_holds_no_figure_and_each_can_be_saved(name, tmp_path):
    figure = pictures.ALL[name]()
    assert plt.get_fignums() == []
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


@pytest.mark.parametrize("name", ["$5 to $9", "a$b", "\\alpha$ $"])
def test_dollars_are_text(name):
    groups = Groups("price", [name], [3], {name: [0.5]})
    drawn = [
        drawing.draw_groups(groups, title=f"By {name}"),
        drawing.draw_curves({name: [(0.0, 1.0)]}, xlabel=name, ylabel=name, title=name),
    ]
    texts = [text for figure in drawn for text in figure.findobj(Text) if "$" in text.get_text()]
    assert len(texts) >= 7
    for text in texts:
        shown, is_formula = text._preprocess_math(text.get_text())
        assert name in shown
        assert not is_formula


def test_the_timeline_of_an_image_is_refused_before_anything_is_asked(arthur):
    made = arthur.model(display_name="Photos", input_type="IMAGE", output_type="REGRESSION")
    made.add_image_attribute("photo")
    with pytest.raises(UserTypeError, match=r"'photo' holds IMAGE, whose distribution"):
        DataVisualizer([made]).timeline("photo")
