import pandas as pd
import pytest
from sklearn import metrics as sk

from arthurai import ArthurModel
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.core.enrichment_status_waiter import EnrichmentStatusWaiter, StatusForEnrichment
from arthurai.model.bias.threshold_mitigation import CONSTRAINT_PLOT_DICT, Curves
from arthurai.model.enrichments import await_enrichments_ready
from arthurai.model.hotspots import Hotspots, format_rules


@pytest.fixture(scope="session")
def enriched(make_model, data):
    """A model with hotspots and bias mitigation; `build` made the data its reference data."""
    model = make_model("enriched", data)
    model.enable_hotspots()
    model.bias.mitigation_threshold.enable()
    states = model.await_enrichments(timeout_min=2)
    assert states["hotspots"] == states["bias_mitigation"] == "Ready"
    return model


def test_states(enriched):
    everything = enriched.get_enrichments()
    assert set(everything) == {"anomaly_detection", "bias_mitigation", "explainability", "hotspots"}
    for name, state in everything.items():
        assert enriched.get_enrichment(name) == state
    answer = enriched.update_enrichment("anomaly_detection", enabled=False)
    assert not answer["anomaly_detection"]["enabled"]
    given = {"anomaly_detection": {"enabled": True, "config": {}}, "hotspots": {"enabled": True}}
    enriched.update_enrichments(given)
    assert given["hotspots"] == {"enabled": True}
    assert enriched.await_enrichments(["anomaly_detection"]) == {"anomaly_detection": "Ready"}


def by_hand(rows):
    truth, said = rows["repaid"] == "yes", rows["p_repaid"] >= 0.4
    return {
        "n_samples": len(rows),
        "accuracy": sk.accuracy_score(truth, said),
        "f1": sk.f1_score(truth, said, average="weighted", zero_division=0),
        "precision": sk.precision_score(truth, said, average="weighted", zero_division=0),
        "recall": sk.recall_score(truth, said, average="weighted", zero_division=0),
    }


def within(data, rules):
    for name, rule in rules.items():
        for sign, bound in rule.items():
            column = data[name]
            data = data[
                {
                    "gt": lambda c, b: c > b,
                    "lte": lambda c, b: c <= b,
                    "eq": lambda c, b: c == b,
                    "ne": lambda c, b: c != b,
                    "in": lambda c, b: c.isin(b),
                }[sign](column, bound)
            ]
    return data


def test_hotspots_hold_what_they_say(enriched, data):
    week = data[data["time"] < data["time"][0] + pd.Timedelta(days=7)]
    days = [data["time"][30], data["time"][30].date(), "2026-03-02", "2026-03-02T05:00:00Z"]
    answers = [enriched.find_hotspots("accuracy", 0.7, date=day) for day in days]
    assert all(answer == answers[0] for answer in answers)
    found = answers[0]
    assert isinstance(found, dict)
    assert found["data"]
    for node, row in zip(found["data"], found.rows(), strict=True):
        inside = within(week, node["rules"])
        expected = by_hand(inside)
        assert {name: row[name] for name in expected} == pytest.approx(expected)
        assert row["accuracy"] < 0.7
        assert row["rules"] in str(found)
    assert str(found).count("\n") + 1 == len(found["data"])
    whole = enriched.find_hotspots("f1", 0.999, date="2026-03-02")
    assert str(whole).startswith("everything: ")


def test_a_tree_reads_like_a_tree():
    leaf = {"n_samples": 3, "accuracy": 0.25, "impurity": 0.375, "feature": "b"}
    tree = {
        "rules": {"a": {"gt": 1, "lte": 5}},
        "n_samples": 9,
        "accuracy": 0.5,
        "f1": None,
        "left": {**leaf, "rules": {"a": {"gt": 1, "lte": 5}, "b": {"eq": "x"}}},
        "right": {**leaf, "rules": {"b": {"ne": "x"}, "c": {"lt": 2}}},
    }
    found = Hotspots({"data": [tree, {**leaf, "rules": {}}]})
    assert str(found) == (
        "1 < a ≤ 5: 9 inferences, accuracy 0.500\n"
        "  1 < a ≤ 5 and b = x: 3 inferences, accuracy 0.250\n"
        "  b ≠ x and c < 2: 3 inferences, accuracy 0.250\n"
        "everything: 3 inferences, accuracy 0.250"
    )
    assert [row["depth"] for row in found.rows()] == [0, 1, 1, 0]
    assert str(Hotspots({"data": []})) == "No hotspots."
    assert format_rules({"a": "odd"}) == "a odd"


@pytest.mark.parametrize("constraint", CONSTRAINT_PLOT_DICT)
def test_curves_say_what_thresholds_do(enriched, data, constraint):
    fairness = enriched.bias.mitigation_threshold
    curves = fairness.get_curves("group", constraint)
    assert curves.constraint == constraint
    assert set(curves.attr_val_to_threshold) == set(data["group"])
    assert curves.sizes == data["group"].value_counts().to_dict()
    assert fairness.get_thresholds_for_idx(curves) == fairness.get_thresholds_for_idx(
        curves, curves.max_acc_idx
    )
    for index in (0, 137, curves.max_acc_idx, 1000):
        thresholds = fairness.get_thresholds_for_idx(curves, index)
        for group, threshold in thresholds.items():
            rows = data[data["group"] == group]
            truth, said = rows["repaid"] == "yes", rows["p_repaid"] >= threshold
            rates = {
                "selection_rate": said.mean(),
                "accuracy": (truth == said).mean(),
                "true_positive_rate": said[truth].mean(),
                "false_positive_rate": said[~truth].mean(),
            }
            x, y = CONSTRAINT_PLOT_DICT[constraint]
            point = curves.attr_val_to_threshold[group].iloc[index]
            assert point["x"] == pytest.approx(index / 1000)
            assert point["y"] == pytest.approx(rates[y])
            assert rates[x] <= point["x"] + 1e-9


def test_curves_of_bins_and_other_tables(enriched):
    fairness = enriched.bias.mitigation_threshold
    curves = fairness.get_curves("income", as_frame="polars")
    assert set(curves.attr_val_to_threshold) == {"(-inf,30.0]", "(30.0,60.0]", "(60.0,inf)"}
    same = fairness.get_curves("income", as_frame="pyarrow")
    assert fairness.get_thresholds_for_idx(curves, 500) == fairness.get_thresholds_for_idx(
        same, 500
    )


def test_a_picture_of_curves(enriched):
    fairness = enriched.bias.mitigation_threshold
    curves = fairness.get_curves("group", "equalized_odds")
    figure = fairness.plot_curves(curves)
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("false positive rate", "true positive rate")
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    for group, table in curves.attr_val_to_threshold.items():
        assert drawn[group] == table[["x", "y"]].to_numpy().tolist()
    again = fairness.plot_curves(attribute="group", constraint="equalized_odds")
    assert len(again.axes[0].lines) == len(axes.lines)
    with pytest.raises(UserValueError, match="either curves"):
        fairness.plot_curves(attribute="group")


def test_impossible_curves(enriched, batches, flower_model):
    fairness = enriched.bias.mitigation_threshold
    with pytest.raises(UserValueError, match="'luck'"):
        fairness.get_curves("group", "luck")
    with pytest.raises(MethodNotApplicableError, match="not monitored"):
        fairness.get_curves("p_repaid")
    with pytest.raises(MethodNotApplicableError, match="no equal_opportunity curves"):
        batches.bias.mitigation_threshold.get_curves("group")
    curves = fairness.get_curves("group")
    for index in (-1, 1001):
        with pytest.raises(UserValueError, match="0 to 1000"):
            fairness.get_thresholds_for_idx(curves, index)
    short = Curves(
        "group", "equalized_odds", 0, {"a": pd.DataFrame({"x": [0], "y": [1], "threshold": [2.0]})}
    )
    assert fairness.get_thresholds_for_idx(short) == {"a": 2.0}
    with pytest.raises(UserValueError, match="0 to 0"):
        fairness.get_thresholds_for_idx(short, 1)
    with pytest.raises(UserTypeError, match="must be an integer"):
        fairness.get_thresholds_for_idx(curves, 1.5)
    with pytest.raises(UserTypeError, match="get_curves"):
        fairness.get_thresholds_for_idx({"a": 1})
    with pytest.raises(MethodNotApplicableError, match="not a binary classifier"):
        flower_model.enable_bias_mitigation()


@pytest.mark.parametrize(
    ("configs", "error", "message"),
    [
        ({"warmth": {"enabled": True}}, UserValueError, "'warmth'"),
        ({"hotspots": True}, UserTypeError, "dictionary"),
        ({"hotspots": {"enabled": "yes"}}, UserTypeError, "True or False"),
        ({"hotspots": {"on": True}}, UserValueError, "'on'"),
        ({"hotspots": {"config": []}}, UserTypeError, "dictionary"),
        (5, UserTypeError, "enrichment_configs must be a dictionary"),
        ("hotspots", UserTypeError, "enrichment_configs must be a dictionary"),
    ],
)
def test_impossible_configurations(model, configs, error, message):
    with pytest.raises(error, match=message):
        model.update_enrichments(configs)


def test_impossible_questions(arthur, name, model, batches):
    with pytest.raises(
        UserValueError, match="exactly one of batch_id, date, ref_set_id must be given"
    ):
        model.find_hotspots()
    with pytest.raises(UserValueError, match="got batch_id and date"):
        model.find_hotspots(batch_id="b", date="2026-03-01")
    with pytest.raises(UserValueError, match="'luck'"):
        model.find_hotspots("luck", date="2026-03-01")
    with pytest.raises(UserValueError, match="date must be a date"):
        model.find_hotspots(date="March")
    with pytest.raises(UserTypeError, match="threshold must be a number from 0 to 1"):
        model.find_hotspots(threshold="low", date="2026-03-01")
    with pytest.raises(ResponseClientError):
        model.find_hotspots(date="2026-03-01")
    with pytest.raises(UserValueError, match="'hotspot'"):
        model.get_enrichment("hotspot")
    with pytest.raises(UserValueError, match="'hotspot'"):
        model.await_enrichments("hotspot")
    texts = arthur.model(name, "NLP", "REGRESSION")
    texts.build(pd.DataFrame({"text": ["a", "b"], "p": [0.5, 0.25], "y": [0.5, 0.5]}), {"p": "y"})
    texts.save()
    with pytest.raises(MethodNotApplicableError, match="TABULAR"):
        texts.enable_hotspots()


@pytest.fixture
def distant(platform):
    """A model on a platform whose answers can be set."""
    return ArthurModel("m", "TABULAR", "REGRESSION", client=platform.connect(), id="m-1")


def states(**by_name):
    return {name: {"status": status} for name, status in by_name.items()}


@pytest.mark.faults
@pytest.mark.parametrize("wait", [await_enrichments_ready, ArthurModel.await_enrichments])
def test_all_waits_agree_on_what_is_settled(platform, distant, wait):
    answers = [
        states(hotspots="Pending", explainability="Disabled"),
        states(hotspots="Training", explainability="Disabled"),
        states(hotspots="Ready", explainability="Disabled"),
    ]
    platform.answer = lambda *_: (200, answers.pop(0))
    wait(distant)
    assert answers == []
    platform.answer = lambda *_: (404, {"error": "no"})
    with pytest.raises(ResponseClientError) as caught:
        wait(distant)
    assert any("enrichments of model 'm'" in note for note in caught.value.__notes__)
    platform.answer = lambda *_: (200, {"hotspots": {"enabled": True}})
    with pytest.raises(ExpectedParameterNotFoundError, match="'hotspots' lacks 'status'"):
        wait(distant)


@pytest.mark.faults
def test_failed_enrichments_stop_sending_and_waiting(platform, distant):
    platform.answer = lambda *_: (200, states(hotspots="Failed", explainability="Ready"))
    with pytest.raises(UserValueError, match=r"hotspots of .*wait_for_enrichments=False"):
        await_enrichments_ready(distant)
    with pytest.raises(ArthurUnexpectedError, match=r"set up hotspots for .*update_enrichments"):
        distant.await_enrichments()
    assert distant.await_enrichments("explainability") == {"explainability": "Ready"}


@pytest.mark.faults
def test_the_official_waiter_ends_at_the_states_it_is_given(platform, distant):
    platform.answer = lambda *_: (200, states(hotspots="Training"))
    found = EnrichmentStatusWaiter(distant).wait_for_valid_status(["Training"], "wait", "waiting")
    assert found == [StatusForEnrichment("hotspots", "Training")]
