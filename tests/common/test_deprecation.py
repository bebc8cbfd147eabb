"""Deprecated names warn once, at the line of the program that uses them."""

import subprocess
import sys
import warnings

import pandas as pd
import pytest
from thread_warnings import warns

from arthurai import ArthurAI
from arthurai.common.deprecation import warn_deprecated

PROGRAM = """
import pandas as pd
from arthurai import ArthurAI

for name in ("a", "b"):
    model = ArthurAI(offline=True).model(name, "TABULAR", model_type="REGRESSION")
model.from_dataframe(pd.DataFrame({name: [1.5, 2.5]}), "PIPELINE_INPUT")
"""


@pytest.mark.heavy
def test_a_program_is_told_once_for_each_line(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    warned = [line for line in done.stderr.splitlines() if "DeprecationWarning" in line]
    new = "from_dataframe is deprecated since 3.12.0: use infer_schema"
    assert warned == [
        f"{program}:6: DeprecationWarning: model_type is deprecated: use output_type",
        f"{program}:7: DeprecationWarning: {new}",
    ]


def test_a_warning_that_is_an_error_stays_what_it_is():
    model = ArthurAI(offline=True).model("m", "TABULAR", "REGRESSION")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning, match="from_dataframe"):
            model.from_dataframe(pd.DataFrame({"a": [1.5]}), "PIPELINE_INPUT")


@pytest.mark.parametrize(
    ("since", "message"),
    [("1.2.3", "old is deprecated since 1.2.3: use new"), (None, "old is deprecated: use new")],
)
def test_the_version_is_named_when_known(since, message):
    with warns(DeprecationWarning, match=f"^{message}$") as caught:
        warn_deprecated("old", "use new", since)
    assert caught[0].filename == __file__
