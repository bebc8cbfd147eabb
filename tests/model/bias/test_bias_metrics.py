import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as sk

from arthurai.common.constants import InputType, OutputType
from arthurai.common.exceptions import MethodNotApplicableError, UserValueError

THRESHOLD = 0.4


def rates(truth, said):
    """The eight rates by scikit-learn."""
    tn, fp, fn, tp = sk.confusion_matrix(truth, said, labels=[False, True]).ravel()
    return {
        "true_positive_rate": tp / (tp + fn),
        "false_positive_rate": fp / (fp + tn),
        "true_negative_rate": tn / (tn + fp),
        "false_negative_rate": fn / (fn + tp),
        "accuracy_rate": sk.accuracy_score(truth, said),
        "balanced_accuracy_rate": sk.balanced_accuracy_score(truth, said),
        "precision": sk.precision_score(truth, said),
        "f1": sk.f1_score(truth, said),
    }


def expected(data, groups, truth, said):
    return {
        group: pytest.approx(rates(truth[groups == group], said[groups == group]))
        for group in pd.unique(groups.dropna())
    }


def binary(data):
    return data["repaid"] == "yes", data["p_repaid"] >= THRESHOLD


def test_confusion_matrices_of_a_binary_model(model, data):
    found = model.bias.metrics.group_confusion_matrices("group", return_by_metric=False)
    assert found == expected(data, data["group"], *binary(data))
    by_metric = model.bias.metrics.group_confusion_matrices("group")
    assert by_metric == {
        metric: {group: found[group][metric] for group in found} for metric in found["a"]
    }
    assert list(by_metric) == sorted(by_metric)
    assert next(iter(found["a"])) == "true_positive_rate"  # as the server answers


def test_bins_are_the_groups_of_a_continuous_attribute(model, data):
    found = model.bias.metrics.group_confusion_matrices("income", return_by_metric=False)
    names = ["(-inf,30.0]", "(30.0,60.0]", "(60.0,inf)"]
    groups = pd.cut(data["income"], [-np.inf, 30, 60, np.inf], labels=names).astype(str)
    assert found == expected(data, groups, *binary(data))
    shares = model.bias.metrics.group_positivity_rates("income")
    assert shares == pytest.approx(binary(data)[1].groupby(groups).mean().to_dict())
    assert list(shares) == names


@pytest.mark.parametrize("hours", [(24, 200), (24, None), (None, 100), (30, 31)])
def test_filters_add_up(model, data, hours):
    start, end = (None if h is None else data["time"][h] for h in hours)
    part = data
    if start is not None:
        part = part[part["time"] >= start]
    if end is not None:
        part = part[part["time"] <= end]
    found = model.bias.metrics.group_positivity_rates("group", start_time=start, end_time=end)
    assert found == pytest.approx(binary(part)[1].groupby(part["group"]).mean().to_dict())


def test_times_are_points_in_time_whatever_their_zone(model, data):
    parse_time = data["time"][100]
    variants = [
        parse_time.to_pydatetime(),
        parse_time.tz_convert("Asia/Tokyo"),
        parse_time.tz_localize(None),
        parse_time.isoformat(),
        parse_time.tz_convert("America/New_York").isoformat(),
        parse_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ]
    answers = [model.bias.metrics.demographic_parity("group", end_time=time) for time in variants]
    part = data[data["time"] <= parse_time]
    assert answers[0] == pytest.approx(binary(part)[1].groupby(part["group"]).mean().to_dict())
    assert all(answer == answers[0] for answer in answers)
    with pytest.raises(
        UserValueError, match="start_time must be an ISO 8601 time, got 'yesterday'"
    ):
        model.bias.metrics.demographic_parity("group", start_time="yesterday")


def test_a_batch_and_a_time_together(batches, data):
    part = data[(data["batch"] == "second") & (data["time"] >= data["time"][150])]
    found = batches.bias.metrics.group_confusion_matrices(
        "group", batch_id="second", start_time=data["time"][150], return_by_metric=False
    )
    assert found == expected(part, part["group"], *binary(part))


@pytest.mark.parametrize("kind", ["iris", "rose", "tulip"])
def test_one_class_against_the_rest(flower_model, flower_data, kind):
    columns = ["p_iris", "p_rose", "p_tulip"]
    said = flower_data[columns].idxmax(axis=1) == f"p_{kind}"
    truth = flower_data["kind"] == kind
    fairness = flower_model.bias.metrics
    found = fairness.group_confusion_matrices("soil", f"p_{kind}", return_by_metric=False)
    assert found == expected(flower_data, flower_data["soil"], truth, said)
    shares = fairness.group_positivity_rates("soil", pred_property=f"p_{kind}")
    assert shares == pytest.approx(said.groupby(flower_data["soil"]).mean().to_dict())


def test_disparities_by_hand(model, data):
    truth, said = binary(data)
    by_group = {g: rates(truth[data["group"] == g], said[data["group"] == g]) for g in "abc"}
    found = model.bias.metrics.disparities("group")
    hits = {g: r["true_positive_rate"] for g, r in by_group.items()}
    alarms = {g: r["false_positive_rate"] for g, r in by_group.items()}

    def spread(values):
        return max(values.values()) - min(values.values())

    assert found["equal_opportunity"].rates == pytest.approx(hits)
    assert found["equal_opportunity"].difference == pytest.approx(spread(hits))
    assert found["equal_opportunity"].ratio == pytest.approx(
        min(hits.values()) / max(hits.values())
    )
    assert found["equalized_odds"].difference == pytest.approx(max(spread(hits), spread(alarms)))
    assert found["equalized_odds"].rates["b"] == pytest.approx(hits["b"] + 1 - alarms["b"])
    shares = said.groupby(data["group"]).mean()
    assert found["demographic_parity"].difference == pytest.approx(shares.max() - shares.min())
    against = found["demographic_parity"].against("a")
    assert against["a"] == (0, 1)
    assert against["b"] == pytest.approx((shares["b"] - shares["a"], shares["b"] / shares["a"]))
    with pytest.raises(UserValueError, match=r"baseline must be one of .* got 'z'"):
        found["demographic_parity"].against("z")


def test_disparities_say_what_they_rest_on(model, data):
    truth, said = binary(data)
    found = model.bias.metrics.disparities("group")
    odds = found["equalized_odds"]
    spreads = {
        name: max(part.rates.values()) - min(part.rates.values())
        for name, part in odds.parts.items()
    }
    assert sorted(spreads) == ["false_positive_rate", "true_positive_rate"]
    assert odds.difference == max(spreads.values())
    estimates = model.bias.metrics.group_estimates("group")
    matrices = model.bias.metrics.group_confusion_matrices("group", return_by_metric=False)
    for group in "abc":
        here = data["group"] == group
        size = int((here & truth).sum())
        hits = int((here & truth & said).sum())
        equal = found["equal_opportunity"]
        assert equal.sizes[group] == size
        wilson = stats.binomtest(hits, size).proportion_ci(method="wilson")
        assert equal.intervals[group] == pytest.approx((wilson.low, wilson.high))
        assert found["demographic_parity"].sizes[group] == here.sum()
        assert odds.sizes[group] == here.sum()
        for metric, value in matrices[group].items():
            assert estimates[group][metric].value == pytest.approx(value), metric
        assert estimates[group]["precision"].rows == (here & said).sum()
    low, high = found["equal_opportunity"].difference_interval
    assert low < found["equal_opportunity"].difference < high


def test_no_rates_without_inferences(model):
    assert model.bias.metrics.demographic_parity("group", start_time="2030-01-01") == {}
    empty = model.bias.metrics.disparities("group", start_time="2030-01-01")
    assert empty["demographic_parity"].difference is None
    assert empty["equalized_odds"].ratio is None


def test_what_is_refused(arthur, model, flower_model, data, name):
    fairness = model.bias.metrics
    with pytest.raises(MethodNotApplicableError, match="'p_repaid' is not monitored"):
        fairness.group_positivity_rates("p_repaid")
    with pytest.raises(UserValueError, match="no attribute 'grupo'"):
        fairness.group_positivity_rates("grupo")
    with pytest.raises(UserValueError, match="requires a batch model"):
        fairness.group_confusion_matrices("group", batch_id="first")
    with pytest.raises(UserValueError, match="binary"):
        fairness.group_confusion_matrices("group", pred_property="income")
    with pytest.raises(UserValueError, match="one of p_iris, p_rose, p_tulip"):
        flower_model.bias.metrics.group_confusion_matrices("soil")
    with pytest.raises(UserValueError, match="got 'p_oak'"):
        flower_model.bias.metrics.group_positivity_rates("soil", pred_property="p_oak")
    plain = arthur.model(name, InputType.Tabular, OutputType.Multiclass)
    plain.build(
        data[["income", "group", "p_repaid", "repaid"]],
        {"p_repaid": "yes"},
        "p_repaid",
        ground_truth_column="repaid",
    )
    with pytest.raises(MethodNotApplicableError, match="not saved"):
        plain.bias.metrics.group_positivity_rates("group")
    plain.save()
    with pytest.raises(MethodNotApplicableError, match="no attribute"):
        plain.bias.metrics.group_positivity_rates("group")
