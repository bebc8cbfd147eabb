"""The pytest plugin as a project meets it: runs of pytest inside of a run of pytest."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

from arthurai import UserTypeError, UserValueError
from arthurai.query import col
from arthurai.testing import assert_metric, assert_no_drift

pytest_plugins = ["pytester"]

DATA = """
    import numpy as np, pandas as pd

    draw = np.random.default_rng(1)
    data = pd.DataFrame({"a": draw.normal(size=50), "p": draw.random(50)})
    data["y"] = (data.p > 0.5).astype(int)
    how = {"pred_to_ground_truth_map": {"p": 1}, "ground_truth_column": "y"}
"""
PLUGIN = ("-p", "arthurai.pytest_plugin", "-p", "no:cacheprovider")


@pytest.fixture
def loaded(request):
    """Load the plugin by hand only where the installed entry point does not."""
    return () if request.config.pluginmanager.has_plugin("arthurai") else PLUGIN


def test_a_model_on_an_empty_server(pytester, loaded):
    pytester.makepyfile(
        DATA
        + """
    def test_one(arthur, arthur_model):
        assert arthur.list_models() == []
        model = arthur_model(data, **how)
        assert [found.id for found in arthur.list_models()] == [model.id]

    def test_two(arthur):
        assert arthur.list_models() == []
    """
    )
    pytester.runpytest_subprocess(*loaded).assert_outcomes(passed=2)


@pytest.mark.heavy
def test_a_server_in_a_process_of_its_own(pytester, loaded):
    pytester.makepyfile(
        """
    def test_one(arthur_proc):
        assert arthur_proc.access_key not in repr(arthur_proc)
        with arthur_proc.connect() as arthur:
            assert arthur.list_models() == []
            assert "http://127.0.0.1:" in repr(arthur)
    """
    )
    pytester.runpytest_subprocess(*loaded).assert_outcomes(passed=1)


def test_a_named_server_is_used(pytester, loaded, tmp_path):
    pytester.makeini(f"[pytest]\narthur_url = local://{tmp_path}/data\n")
    pytester.makepyfile("def test_one(arthur): assert 'local:///' in repr(arthur)")
    pytester.runpytest_subprocess(*loaded).assert_outcomes(passed=1)


def test_the_plugin_imports_nothing_until_it_is_used(pytester):
    pytester.makepyfile(
        f"""
    import subprocess, sys

    def test_one():
        code = "import arthurai.pytest_plugin, sys; print('httpx' in sys.modules, 'pandas' in sys.modules)"
        done = subprocess.run([{sys.executable!r}, "-c", code], capture_output=True, text=True)
        assert done.stdout == "False False\\n"
    """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


# -- Gates -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(7)
    data = pd.DataFrame(
        {"a": draw.normal(size=600), "k": draw.choice(["x", "y"], 600), "p": draw.random(600)}
    )
    data["y"] = (data.p + draw.normal(0, 0.3, 600) > 0.5).astype(int)
    return data


@pytest.fixture(scope="module")
def model(arthur, frame):
    made = arthur.model(partner_model_id="gates", input_type="TABULAR", output_type="MULTICLASS")
    made.build(frame, pred_to_ground_truth_map={"p": 1}, ground_truth_column="y")
    made.save()
    times = pd.date_range("2026-01-01", periods=len(frame), freq="min", tz="UTC")
    made.send_inferences(frame.assign(a=frame.a + 1), inference_timestamps=times)
    return made


def test_a_metric_within_its_limits_passes_and_one_outside_says_why(model, frame):
    accuracy = accuracy_score(frame.y, frame.p >= 0.5)
    assert_metric(model, "accuracy rate", at_least=accuracy - 1e-9, at_most=accuracy + 1e-9)
    with pytest.raises(AssertionError) as caught:
        assert_metric(model, "Accuracy Rate", at_least=0.99)
    message = str(caught.value)
    assert "Accuracy Rate of model 'gates' must be at least 0.99, got" in message
    assert f"{accuracy:.4g} (600 rows; 95 % interval " in message


def test_each_group_is_checked(model, frame):
    by_group = {name: accuracy_score(part.y, part.p >= 0.5) for name, part in frame.groupby("k")}
    worst = min(by_group, key=by_group.get)
    assert_metric(model, "Accuracy Rate", at_least=by_group[worst] - 1e-9, group_by="k")
    with pytest.raises(AssertionError, match=f"k {worst}: {by_group[worst]:.4g}"):
        assert_metric(model, "Accuracy Rate", at_least=by_group[worst] + 1e-6, group_by="k")


def test_too_few_rows_do_not_pass(model):
    with pytest.raises(AssertionError, match="rests on 600 rows, fewer than 601"):
        assert_metric(model, "Accuracy Rate", at_least=0, min_rows=601)


def test_drift_is_named_with_its_size(model):
    assert_no_drift(model, "k", "p")
    with pytest.raises(AssertionError) as caught:
        assert_no_drift(model)
    lines = str(caught.value).splitlines()
    assert lines[0] == ("PSI of model 'gates' against its reference data must be at most 0.25, got")
    assert len(lines) == 2
    assert lines[1].startswith("  a: ")
    assert "600 inferences" in lines[1]


def test_drift_of_each_period_is_named(model):
    assert_no_drift(model, "k", rollup="day", min_rows=600)
    with pytest.raises(AssertionError) as caught:
        assert_no_drift(model, "a", "k", rollup="hour")
    lines = str(caught.value).splitlines()[1:]
    assert sorted(line.split(",")[0] for line in lines) == [
        f"  2026-01-01T{hour:02}:00:00Z" for hour in range(10)
    ]
    assert all(", a: " in line and "(60 inferences" in line for line in lines)
    with pytest.raises(AssertionError, match="no value: the model has no such inferences"):
        assert_no_drift(model, "k", rollup="hour", where=[col("k") == "z"])


def test_a_gate_takes_models_only():
    for gate in (
        lambda: assert_metric("gates", "AUC", at_least=0),
        lambda: assert_no_drift("gates"),
    ):
        with pytest.raises(UserTypeError, match="`model` must be an ArthurModel, got 'gates'"):
            gate()


def test_chance_is_no_drift(model):
    few = [col("inference_timestamp") < "2026-01-01T00:20:00Z"]
    assert_no_drift(model, "p", limit=0.01, where=few)
    with pytest.raises(AssertionError, match="20 inferences, fewer than 21"):
        assert_no_drift(model, "p", where=few, min_rows=21)


def test_what_is_asked_for_must_exist(model):
    with pytest.raises(UserValueError, match="no metric 'Acuracy'; it has"):
        assert_metric(model, "Acuracy", at_least=0.5)
    with pytest.raises(UserValueError, match="`at_least`, `at_most`"):
        assert_metric(model, "AUC")
