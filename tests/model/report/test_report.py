"""The report of a model: what it says, that it needs nothing from outside, that a browser can show it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from builders import attribute, ground_truth, loan_frame, prediction, save_model
from PIL import Image
from plotly.offline import get_plotlyjs
from scipy import stats
from sklearn.metrics import accuracy_score, f1_score, ndcg_score, roc_auc_score

from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    ResponseClientError,
    UserValueError,
)
from arthurai.model.report.report_contents import Drift, fetch_contents
from arthurai.query import avg, mean_average_precision, select
from arthurai.server.query.functions.object_detection import average_precision

ROWS = 900
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>"


def loans(rows, seed, shift=0.0):
    return loan_frame(rows, seed, regions=["north", HOSTILE], shift=shift)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return loans(ROWS, 2, shift=1500)


@pytest.fixture(scope="module")
def model(arthur, frame):
    made = arthur.model(
        display_name=f"Loans {HOSTILE}", input_type="TABULAR", output_type="MULTICLASS"
    )
    made.build(loans(500, 1), {"p_default": "defaulted", "p_paid": "paid"}, "p_default")
    made.set_attribute_as_sensitive("region")
    made.save()
    times = pd.date_range("2026-01-01", periods=ROWS, freq="1h", tz="UTC")
    made.send_inferences(frame, inference_timestamps=times, ground_truth_timestamps=times)
    return made


@pytest.fixture(scope="module")
def page(model, tmp_path_factory):
    return model.report(tmp_path_factory.mktemp("report") / "report.html")


class Page(HTMLParser):
    """Collects the texts and the addresses of a page, scripts left out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.hidden = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.hidden = tag in {"script", "style"}
        self.addresses += [value for name, value in attrs if name in {"src", "href"} and value]

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.texts.append(data.strip())


def test_the_numbers_are_those_of_scikit_learn(model, frame):
    predicted = frame["p_default"] >= 0.5
    overall = fetch_contents(model).overall
    assert overall["accuracyRate"] == pytest.approx(accuracy_score(frame["defaulted"], predicted))
    assert overall["f1"] == pytest.approx(f1_score(frame["defaulted"], predicted))
    assert overall["auc"] == pytest.approx(roc_auc_score(frame["defaulted"], frame["p_default"]))


def test_the_moved_attribute_leads_the_drift(model):
    drift = fetch_contents(model).drift
    assert drift[0].attribute == "income"
    assert drift[0].verdict == "large"
    assert [entry.psi for entry in drift] == sorted((entry.psi for entry in drift), reverse=True)
    assert {entry.attribute for entry in drift} == {"income", "region", "p_default", "p_paid"}


@pytest.mark.parametrize(
    ("psi", "verdict"),
    [(0.0, "stable"), (0.099, "stable"), (0.1, "moderate"), (0.249, "moderate"), (0.25, "large")],
)
def test_bands_of_the_index(psi, verdict):
    assert Drift("a", psi).verdict == verdict


@pytest.mark.parametrize(
    ("psi", "limit", "verdict"),
    [
        (0.05, 0.08, "stable"),
        (0.15, 0.2, "within noise"),
        (0.6, 2.5, "too few rows"),
        (0.15, 0.1, "moderate"),
        (0.3, 0.1, "large"),
    ],
)
def test_verdicts_take_the_rows_into_account(psi, limit, verdict):
    assert Drift("a", psi, 24, limit).verdict == verdict


def test_drift_says_what_it_rests_on(model):
    for entry in fetch_contents(model).drift:
        assert entry.rows == ROWS
        bins = {"region": 2}.get(entry.attribute, 20)
        expected = stats.chi2.isf(0.05, bins - 1) * (1 / ROWS + 1 / 500)
        assert entry.limit == pytest.approx(expected)


def test_every_number_of_accuracy_has_its_rows_and_interval(model, frame):
    contents = fetch_contents(model)
    right = int(((frame["p_default"] >= 0.5) == frame["defaulted"]).sum())
    wilson = stats.binomtest(right, ROWS).proportion_ci(method="wilson")
    weight = contents.weights["accuracyRate"]
    assert (weight.rows, weight.low, weight.high) == (
        ROWS,
        pytest.approx(wilson.low),
        pytest.approx(wilson.high),
    )
    assert set(contents.weights) == set(contents.overall)
    assert sum(n for row in contents.confusion.values() for n in row.values()) == ROWS


def test_lines_over_time_have_bands_and_rows(model, frame, page):
    contents = fetch_contents(model)
    line = next(line for line in contents.metrics if line.label == "accuracyRate")
    right = pd.Series(((frame["p_default"] >= 0.5) == frame["defaulted"]).to_numpy())
    times = pd.date_range("2026-01-01", periods=ROWS, freq="1h", tz="UTC")
    for start, value, ends, rows in zip(
        line.periods, line.values, line.intervals, line.rows, strict=True
    ):
        inside = right[times.floor(contents.periods.resolution[0]) == start]
        wilson = stats.binomtest(int(inside.sum()), len(inside)).proportion_ci(method="wilson")
        assert (value, rows) == (pytest.approx(inside.mean()), len(inside))
        assert ends == (pytest.approx(wilson.low), pytest.approx(wilson.high))
    text = page.read_text("utf-8")
    assert text.count('"fill":"toself"') == 4  # f1 has no interval
    assert "(n = %{customdata:,})" in text


def test_days_start_by_the_clocks_of_a_zone(model, frame, tmp_path):
    contents = fetch_contents(model, "America/New_York")
    line = next(line for line in contents.metrics if line.label == "accuracyRate")
    right = pd.Series(((frame["p_default"] >= 0.5) == frame["defaulted"]).to_numpy())
    times = pd.date_range("2026-01-01", periods=ROWS, freq="1h", tz="UTC")
    expected = right.groupby(times.tz_convert("America/New_York").floor("D")).mean()
    assert contents.periods.resolution == "day"
    assert line.periods == list(expected.index)
    assert dict(zip(line.periods, line.values, strict=True)) == pytest.approx(dict(expected))
    assert contents.facts["first inference"] == "2025-12-31 19:00 America/New_York"
    text = model.report(tmp_path / "zone.html", time_zone="America/New_York").read_text("utf-8")
    assert "By day, America/New_York, over" in text
    starts = re.findall(r'"x":\["([^"]*)"', text)
    assert "2025-12-31T00:00:00" in starts  # charts know no zones: they show these clocks


def test_units_are_not_mixed_and_all_charts_show_the_same_period(arthur, tmp_path):
    random = np.random.default_rng(8)
    frame = pd.DataFrame({"size": random.normal(0, 1, 300), "price": random.normal(3e6, 1e6, 300)})
    frame["paid"] = frame["price"] + random.normal(0, 8e5, 300)
    made = arthur.model(display_name="Prices", input_type="TABULAR", output_type="REGRESSION")
    made.build(frame, {"price": "paid"})
    made.save()
    times = pd.date_range("2026-01-01", periods=300, freq="3h", tz="UTC")
    made.send_inferences(frame, inference_timestamps=times)
    ids = [row["partner_inference_id"] for row in made.query(select("partner_inference_id"))]
    late = made.query(select("partner_inference_id", "price"))[:100]
    made.update_inference_ground_truths(
        [
            {
                "partner_inference_id": row["partner_inference_id"],
                "ground_truth_data": {"paid": 1.0},
            }
            for row in late
        ]
    )
    assert len(ids) == 300
    contents = fetch_contents(made)
    assert [[line.label for line in panel.series] for panel in contents.panels] == [
        ["rmse", "mae"],
        ["rSquared"],
    ]
    text = made.report(tmp_path / "prices.html").read_text("utf-8")
    ranges = re.findall(r'"xaxis":\{[^}]*"range":(\[[^]]*\])', text)
    assert len(ranges) >= 3
    assert len(set(ranges)) == 1


def test_data_quality_and_distributions(arthur):
    random = np.random.default_rng(9)

    def made_frame(rows, missing, new):
        frame = pd.DataFrame({"size": random.normal(0, 1, rows)})
        frame["kind"] = random.choice(["a", "b"], rows)
        frame["clean"] = random.choice([1.5, 2.5], rows)
        frame["p"] = random.random(rows)
        frame["y"] = frame["p"]
        frame.loc[: int(missing * rows) - 1, "size"] = np.nan
        frame.loc[rows - int(new * rows) :, "kind"] = "new"
        return frame

    made = arthur.model(display_name="Quality", input_type="TABULAR", output_type="REGRESSION")
    made.build(made_frame(400, 0.0, 0.0), {"p": "y"})
    made.get_attribute("size").set(min_range=-100.0, max_range=0.0)
    made.save()
    live = made_frame(200, 0.25, 0.1)
    times = pd.date_range("2026-01-01", periods=200, freq="1h", tz="UTC")
    made.send_inferences(live, inference_timestamps=times)
    contents = fetch_contents(made)
    found = {row.attribute: row for row in contents.quality}
    assert "clean" not in found
    assert found["size"].missing == 0.25
    assert found["size"].missing_in_reference == 0
    assert found["size"].outside == pytest.approx((live["size"] > 0).mean())
    assert found["kind"].unknown == pytest.approx(0.1)
    shown = {item.attribute: item for item in contents.distributions}
    assert shown["kind"].bins == ["a", "b", "new"]
    assert shown["kind"].live == pytest.approx(
        list(live["kind"].value_counts(normalize=True).sort_index())
    )
    assert shown["size"].bins[-1] == "missing"
    assert shown["size"].live[-1] == 0.25


def test_groups_respect_bins_and_come_with_disparities(arthur):
    frame = loans(600, 4).drop(columns="region")
    made = arthur.model(display_name="Bins", input_type="TABULAR", output_type="MULTICLASS")
    made.build(frame, {"p_default": "defaulted", "p_paid": "paid"}, "p_default")
    middle = float(frame["income"].median())
    made.get_attribute("income").set(bins=[None, middle, None], monitor_for_bias=True)
    made.save()
    times = pd.date_range("2026-01-01", periods=600, freq="1h", tz="UTC")
    made.send_inferences(frame, inference_timestamps=times, ground_truth_timestamps=times)
    contents = fetch_contents(made)
    (groups,) = contents.groups
    below = frame["income"] <= middle
    assert groups.sizes == [below.sum(), (~below).sum()]
    said = frame["p_default"] >= 0.5
    rates = [said[below].mean(), said[~below].mean()]
    assert groups.metrics["positivityRate"] == pytest.approx(rates)
    found = contents.disparities["income"]["demographic_parity"]
    assert found.difference == pytest.approx(abs(rates[0] - rates[1]))


def test_the_page_is_small_beside_the_library(page):
    size = page.stat().st_size
    assert size - len(get_plotlyjs().encode()) < 1_000_000


def test_sensitive_attributes_are_compared_by_group(model, frame):
    (groups,) = fetch_contents(model).groups
    sizes = frame["region"].value_counts()
    assert dict(zip(groups.names, groups.sizes, strict=True)) == sizes.to_dict()


def test_the_page_says_what_the_report_holds(page):
    texts = Page(page.read_text("utf-8")).texts
    assert {"Accuracy", "Drift from the reference data", "By region", "900"} <= set(texts)
    assert f"Loans {HOSTILE}" in texts


def test_the_page_needs_nothing_from_outside(page):
    text = page.read_text("utf-8")
    found = Page(text)
    assert found.addresses == ["data:,"]
    assert "link" in found.tags
    assert re.search(r"default-src 'none'", text)


def test_names_from_the_data_cannot_become_code(page):
    found = Page(page.read_text("utf-8"))
    assert "img" not in found.tags
    assert HOSTILE not in re.sub(r"<title>.*?</title>", "", page.read_text("utf-8"))


def test_what_cannot_be_computed_is_named(arthur):
    made = arthur.model(display_name="No reference", input_type="TABULAR", output_type="REGRESSION")
    made.build(
        loans(50, 3)[["income", "p_default", "p_paid"]],
        {"p_default": "p_paid"},
        set_reference_data=False,
    )
    made.save()
    contents = fetch_contents(made)
    assert contents.facts["inferences"] == "0"
    assert not contents.drift


def test_multiclass_models_show_their_overall_accuracy(arthur):
    random = np.random.default_rng(5)
    scores = random.dirichlet([1, 1, 1], 200)
    truth = random.integers(0, 3, 200)
    names = ["cat", "dog", "owl"]
    frame = pd.DataFrame({"size": random.random(200)})
    for number, name in enumerate(names):
        frame[f"p_{name}"] = scores[:, number]
        frame[f"is_{name}"] = (truth == number).astype(int)
    made = arthur.model(display_name="Pets", input_type="TABULAR", output_type="MULTICLASS")
    made.build(frame, {f"p_{name}": f"is_{name}" for name in names})
    made.save()
    times = pd.date_range("2026-01-01", periods=200, freq="1h", tz="UTC")
    made.send_inferences(frame, inference_timestamps=times, ground_truth_timestamps=times)
    expected = accuracy_score(truth, scores.argmax(axis=1))
    assert fetch_contents(made).overall == {"accuracyRateMulticlass": pytest.approx(expected)}


def test_ranked_lists_show_their_metrics_at_ten(arthur, tmp_path):
    """Against scikit-learn where it has the metric, and by hand otherwise."""
    random = np.random.default_rng(8)
    items = [f"item {number}" for number in range(12)]
    rows, expected = [], []
    for _ in range(60):
        shown = random.permutation(items).tolist()
        bought = random.choice(items, random.integers(1, 5), replace=False).tolist()
        scores = [round(1 - place / 20, 3) for place in range(len(shown))]
        lists = [{"item_id": i, "score": s} for i, s in zip(shown, scores, strict=True)]
        rows.append({"size": 1.0, "shown": lists, "bought": bought})
        relevant = np.isin(shown, bought).astype(int)
        hits = relevant[:10]
        precisions = np.cumsum(hits) / np.arange(1, 11)
        expected.append(
            {
                "precisionAtK": hits.mean(),
                "recallAtK": hits.sum() / len(bought),
                "mapAtK": (precisions * hits).sum() / min(len(bought), 10),
                "nDCGAtK": ndcg_score([relevant], [scores], k=10),
                "meanReciprocalRank": 1 / (np.flatnonzero(relevant)[0] + 1),
            }
        )
    attributes = [
        attribute("size"),
        prediction("shown", "RANKED_LIST", attribute_link="bought"),
        ground_truth("bought", "ARRAY(STRING)", attribute_link="shown"),
    ]
    made = save_model(arthur, attributes, output_type="RANKED_LIST", display_name="Shop")
    times = pd.date_range("2026-01-01", periods=60, freq="1h", tz="UTC")
    made.send_inferences(rows, inference_timestamps=times, ground_truth_timestamps=times)
    contents = fetch_contents(made)
    means = pd.DataFrame(expected).mean()
    assert contents.overall == pytest.approx(means.to_dict())
    (panel,) = contents.panels
    assert [line.label for line in panel.series] == list(means.index)
    days = pd.DataFrame(expected).groupby(times.floor(contents.periods.resolution[0])).mean()
    for line in panel.series:
        assert line.values == pytest.approx(list(days[line.label]))  # noqa: PD011 - no frame
    text = made.report(tmp_path / "shop.html").read_text("utf-8")
    for name, value in means.items():
        assert name in text
        assert f"{value:.3g}"[:4] in text


def test_unsaved_models_have_no_report(arthur, tmp_path):
    made = arthur.model(display_name="Local", input_type="TABULAR", output_type="REGRESSION")
    with pytest.raises(MethodNotApplicableError):
        made.report(tmp_path / "report.html")


def test_a_folder_that_is_missing_is_named(model, tmp_path):
    with pytest.raises(UserValueError, match="nowhere"):
        model.report(tmp_path / "nowhere" / "report.html")
    with pytest.raises(ArthurUserError, match="cannot be written"):
        model.report(tmp_path)


def shown_in_chromium(page, profile) -> tuple[str, list[str]]:
    """Open a page without any network; give its document and what it wrote to the console."""
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            "--virtual-time-budget=10000",
            "--enable-logging=stderr",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.heavy
@needs_chromium
def test_a_browser_shows_the_page_without_errors_or_requests(page, tmp_path):
    document, console = shown_in_chromium(page, tmp_path / "profile")
    assert console == []
    assert document.count('class="main-svg"') >= 3
    assert "<title>broken" not in document


@pytest.mark.heavy
@needs_chromium
def test_a_request_to_the_outside_would_show_in_the_console(page, tmp_path):
    spoilt = tmp_path / "spoilt.html"
    text = page.read_text("utf-8").replace("<main>", '<main><img src="https://example.com/x.png">')
    spoilt.write_text(text, encoding="utf-8")
    _, console = shown_in_chromium(spoilt, tmp_path / "profile")
    assert any("example.com" in line for line in console)


def test_object_detection_shows_precision_confidence_and_classes(arthur, tmp_path):
    random = np.random.default_rng(5)
    rows = []
    for number in range(60):
        picture = io.BytesIO()
        Image.new("RGB", (8, 8), (number, 0, 0)).save(picture, "PNG")
        truth = [[float(number % 2), 1.0, *random.uniform(0, 40, 2), 10.0, 10.0]]
        moved = [[*box[:1], random.uniform(0.5, 1), box[2] + number % 5, *box[3:]] for box in truth]
        rows.append({"photo": picture.getvalue(), "boxes": moved, "truth": truth})
    made = arthur.model(
        display_name="Cameras",
        input_type="IMAGE",
        output_type="OBJECT_DETECTION",
        pixel_width=8,
        pixel_height=8,
    )
    made.add_image_attribute("photo")
    made.add_object_detection_output_attributes("boxes", "truth", ["car", "person"])
    made.save()
    made.set_reference_data(data=[row for row in rows[:40] if row["boxes"][0][0] == 0][:15])
    times = pd.date_range("2026-03-01", periods=60, freq="3h", tz="UTC")
    made.send_inferences(rows, inference_timestamps=times, ground_truth_timestamps=times)

    contents = fetch_contents(made)
    confidences = [row["boxes"][0][1] for row in rows]
    assert contents.overall["confidence of boxes"] == pytest.approx(np.mean(confidences))
    assert contents.overall["mAP at IoU 0.5"] > contents.overall["mAP at IoU 0.75"] > 0
    for threshold in (0.5, 0.75):
        expected = average_precision([(r["boxes"], r["truth"]) for r in rows], threshold)
        assert contents.overall[f"mAP at IoU {threshold}"] == pytest.approx(expected)
    assert {weight.rows for weight in contents.weights.values()} == {60}
    assert [[line.label for line in panel.series] for panel in contents.panels] == [
        ["mAP at IoU 0.5", "mAP at IoU 0.75"],
        ["confidence of boxes"],
    ]
    (classes,) = contents.distributions
    assert (classes.bins, classes.reference) == (["car", "person"], [1.0, 0.0])
    assert classes.live == [0.5, 0.5]
    assert contents.missing == []
    path = made.report(tmp_path / "cameras.html")
    assert path.stat().st_size - len(get_plotlyjs()) < 1_000_000
    assert "share of boxes" in path.read_text("utf-8")

    with pytest.raises(ResponseClientError, match="single boxes of 'boxes': ask for one at a time"):
        made.query(select(mean_average_precision(), avg("boxes.confidence").as_("confidence")))
