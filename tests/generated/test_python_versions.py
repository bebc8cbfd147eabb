"""The generated package compiles, imports and type-checks on every supported Python."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "generated"
VERSIONS = ["3.11", "3.12", "3.13"]
IMPORT_ALL = """
import importlib, pkgutil, sys, arthurai_api
assert f"{sys.version_info[0]}.{sys.version_info[1]}" == sys.argv[1]
for module in pkgutil.walk_packages(arthurai_api.__path__, "arthurai_api."):
    importlib.import_module(module.name)
    compile(open(sys.modules[module.name].__file__).read(), module.name, "exec")
"""


def interpreter(version):
    if f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        return sys.executable
    candidates = [shutil.which(f"python{version}") or ""]
    candidates += sorted(
        str(path) for path in Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    )
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return pytest.skip(f"Python {version} is not installed")


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_module_imports(version, tmp_path):
    # The requirements of generated code are pure Python: any interpreter can use this one's.
    path = os.pathsep.join([str(GENERATED), sysconfig.get_path("purelib")])
    environment = {"PYTHONPATH": path, "PYTHONPYCACHEPREFIX": str(tmp_path), "HOME": str(tmp_path)}
    command = [interpreter(version), "-W", "error", "-c", IMPORT_ALL, version]
    subprocess.run(command, env=environment, check=True)


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_module_type_checks(version, tmp_path):
    command = [sys.executable, "-m", "mypy", "--python-version", version]
    command += ["--cache-dir", str(tmp_path), "--package", "arthurai_api"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
