"""What both SDKs send for the same programs, request by request."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.mark.slow
@pytest.mark.parametrize("program", ["onboarding_wire", "sending_wire", "monitoring_wire"])
def test_both_sdks_send_the_same(program, official_python, tmp_path):
    script = [str(BENCHMARKS / f"{program}.py"), "--official-python", str(official_python)]
    done = subprocess.run(
        [sys.executable, *script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
