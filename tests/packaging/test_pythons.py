"""The built wheel installs and works on each supported Python found, with and without the server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")

CORE = """
import importlib.util
import pyarrow
from arthurai import ArthurAI
from arthurai.common.exceptions import ArthurUserError
from arthurai.upload.table import to_arrow

assert not [name for name in ("numpy", "pandas", "duckdb") if importlib.util.find_spec(name)]
assert to_arrow(pyarrow.table({"age": [41, 67]}), name="data").num_rows == 2
try:
    ArthurAI(url="local://")
except ArthurUserError as fault:
    assert "pip install" in str(fault) and "duckdb" in str(fault), fault
else:
    raise AssertionError("an embedded server without its packages")
"""

SERVER = """
from arthurai import ArthurAI

rows = [{"age": 20 + i % 50, "chance": i % 10 / 10, "denied": i % 2} for i in range(40)]
with ArthurAI(url="local://") as arthur:
    model = arthur.model(partner_model_id="m", input_type="TABULAR", output_type="MULTICLASS")
    model.build(
        rows,
        ground_truth_column="denied",
        pred_to_ground_truth_map={"chance": 1},
        positive_predicted_attr="chance",
    )
    model.save()
    answer = model.send_inferences(rows)
    assert answer["counts"] == {"success": 40, "failure": 0, "total": 40}, answer
    assert model.query({"select": [{"function": "count"}]}) == [{"count": 40}]
"""


def run(*command, cwd):
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", PYTHONS)
def test_the_wheel_works_on(name, tmp_path):
    python = shutil.which(name)
    if (
        python is None
        or subprocess.run([python, "-V"], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"{name} is not installed")
    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet")
    run(
        sys.executable,
        *pip,
        "wheel",
        ROOT,
        "--no-deps",
        "--no-build-isolation",
        "-w",
        ".",
        cwd=tmp_path,
    )
    (wheel,) = tmp_path.glob("*.whl")
    run(python, "-m", "venv", "venv", cwd=tmp_path)
    installed = tmp_path / "venv" / "bin" / "python"
    run(installed, *pip, "install", wheel, cwd=tmp_path)
    run(installed, "-c", CORE, cwd=tmp_path)
    run(installed, *pip, "install", f"{wheel}[server]", cwd=tmp_path)
    run(installed, "-c", SERVER, cwd=tmp_path)
