"""The interpreter that holds the official SDK."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OFFICIAL = ["arthurai==3.33.3", "setuptools<70", "numpy<2"]
HOME = Path(__file__).resolve().parents[2] / ".venv-official"


@pytest.fixture(scope="session")
def official_python() -> Path:
    """Give a Python 3.11 with the official SDK: `OFFICIAL_PYTHON`, else `.venv-official`, made once."""
    if given := os.environ.get("OFFICIAL_PYTHON"):
        return Path(given)
    python311 = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
    python = HOME / "bin" / "python"
    if (HOME / "complete").exists():
        return python
    if python311 is None:
        pytest.skip("the official SDK needs Python 3.11: install it, or set OFFICIAL_PYTHON")
    try:
        subprocess.run([python311, "-m", "venv", "--clear", str(HOME)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *OFFICIAL], check=True)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the official SDK cannot be installed: {error}; or set OFFICIAL_PYTHON")
    (HOME / "complete").touch()
    return python
