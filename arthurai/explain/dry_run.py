"""Try a packed project in a separate process.

The parent unpacks the archive, writes facts about the model to a file, and starts this module as a
program; the program imports the entry module from the unpacked files, predicts the sample, builds
the explainer, explains one input and writes the explainer to a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.constants import InputType
from arthurai.common.exceptions import ArthurUserError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_SECONDS: Final = 900.0
"""Maximum time for trying a project."""

_TRIAL_SAMPLES: Final = 50
_MAX_OUTPUT: Final = 2000
_MAX_FRAMES: Final = 5


def run(
    *,
    archive: Path,
    explainer: Path,
    entry: str,
    project: Path,
    sample: Any,
    facts: Mapping[str, Any],
    timeout: float = TIMEOUT_SECONDS,
) -> dict[str, Any]:
    """Try a packed project.

    Args:
        archive: The packed project.
        explainer: File to which the explainer is written.
        entry: Name of the entry module.
        project: The directory it was packed from, which must not be importable.
        sample: Inputs and predictions as an Arrow table; `None` for images.
        facts: Facts about the model, see `ExplanationPackager`.
        timeout: Maximum seconds it may take.

    Returns:
        `shap_expected_values`: one number per output, or `None`.

    Raises:
        UserValueError: The code fails, or its predictions differ from those of the sample.
        ArthurUserError: A library is missing.
    """
    with tempfile.TemporaryDirectory(prefix="arthurai-try-") as folder:
        here = Path(folder)
        unpacked = here / "project"
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(unpacked)
        if sample is not None:
            from pyarrow import feather

            feather.write_feather(sample, str(here / "sample.arrow"), compression="uncompressed")
        task = {
            "project": str(unpacked),
            "entry": entry,
            "sample": None if sample is None else str(here / "sample.arrow"),
            "explainer": str(explainer),
            "result": str(here / "result.json"),
            "facts": facts,
        }
        (here / "task.json").write_bytes(orjson.dumps(task, option=orjson.OPT_SERIALIZE_NUMPY))
        return _read_outcome(_start(here, unpacked, project, timeout), here / "result.json")


def _start(
    here: Path, unpacked: Path, project: Path, timeout: float
) -> subprocess.CompletedProcess[str]:
    ours = str(Path(__file__).resolve().parents[2])
    apart = project.resolve()
    visible = [path for path in sys.path if path and not Path(path).resolve().is_relative_to(apart)]
    environment = {
        **os.environ,
        # What the parent can import the child can, but not the project's own files.
        "PYTHONPATH": os.pathsep.join([ours, *visible]),
        "PYTHONSAFEPATH": "1",
        "MPLBACKEND": "Agg",
    }
    command = [sys.executable, "-m", __name__, str(here / "task.json")]
    try:
        return subprocess.run(  # noqa: S603 - this interpreter, this module
            command,
            cwd=unpacked,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserValueError(
            f"trying the project took longer than {timeout:g} seconds; pass a smaller sample, or "
            "make predict() faster"
        ) from error


def _read_outcome(done: subprocess.CompletedProcess[str], result: Path) -> dict[str, Any]:
    try:
        outcome: dict[str, Any] = orjson.loads(result.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        said = (done.stderr or done.stdout or "").strip()[-_MAX_OUTPUT:]
        raise UserValueError(
            f"the process that tried the project ended with code {done.returncode} and no result"
            f"{': ' + said if said else ''}"
        ) from error
    if "missing" in outcome:
        raise ArthurUserError(outcome["missing"])
    if "error" in outcome:
        raise UserValueError(outcome["error"])
    return outcome


def _try(task: Mapping[str, Any]) -> dict[str, Any]:
    """Try the project, inside the process that was started for it."""
    try:
        import dill

        module = _import_entry(task["entry"], Path(task["project"]))
        explainer, first = _build_explainer(module, task)
        expected = explainer.shap_expected_values() if explainer.enable_shap else None
        if first is not None:
            _explain(explainer, first)
        Path(task["explainer"]).write_bytes(dill.dumps(explainer))
    except UserValueError as error:
        return {"error": f"{error}{_format_cause(error)}"}
    except ArthurUserError as error:
        return {"missing": str(error)}
    except ImportError as error:
        return {"missing": f"explanations need the package {error.name}"}
    except BaseException as error:  # noqa: BLE001 - the user's code may even exit
        return {"error": f"explaining an input failed: {_format_traceback(error)}"}
    return {"shap_expected_values": expected}


def _import_entry(entry: str, project: Path) -> Any:
    """Import the entry module from the unpacked project and from nowhere else."""
    import importlib

    sys.path.insert(0, str(project))
    try:
        module = importlib.import_module(entry)
    except BaseException as error:  # noqa: BLE001 - the user's code may even exit
        raise UserValueError(
            f"module {entry!r} cannot be imported from the packed files: {_format_traceback(error)}"
        ) from None
    if (
        not Path(getattr(module, "__file__", None) or "/")
        .resolve()
        .is_relative_to(project.resolve())
    ):
        raise UserValueError(
            f"the name of module {entry!r} is taken by {getattr(module, '__file__', None)}; rename "
            "the module"
        )
    return module


def _build_explainer(module: Any, task: Mapping[str, Any]) -> tuple[Any, Any]:
    from arthurai.explain.local_explainer import ArthurExplainer
    from arthurai.model.attributes import ArthurAttribute

    facts = dict(task["facts"])
    image = facts["model_input_type"] == InputType.Image
    for name in ("predict", "load_image") if image else ("predict",):
        if not callable(getattr(module, name, None)):
            raise UserValueError(f"module {task['entry']!r} must define {name}()")
    inputs = facts.pop("inputs")
    table = None
    if task["sample"] is not None:
        from pyarrow import feather

        table = feather.read_table(task["sample"], memory_map=False)
    outputs = [] if table is None else [n for n in table.column_names if n not in inputs]
    explainer = ArthurExplainer(
        predict_func=module.predict,
        load_image_func=getattr(module, "load_image", None),
        data=None if table is None else table.select(inputs),
        predictions_df=None if table is None else table.select(outputs),
        predicted_attributes=[
            ArthurAttribute.from_dict(fields) for fields in facts.pop("predicted_attributes")
        ],
        label_mapping=[
            None if labels is None else dict(labels) for labels in facts.pop("label_mapping")
        ],
        **facts,
    )
    first = None if table is None else table.select(inputs).drop_null().slice(0, 1)
    return explainer, first


def _explain(explainer: Any, first: Any) -> None:
    from arthurai.explain.sample_rows import list_rows

    rows = list_rows(first, "sample")
    if explainer.model_input_type == InputType.NLP:
        explainer.explain_nlp(explainer.LIME, rows, nsamples=_TRIAL_SAMPLES)
    else:
        explainer.explain_tabular(explainer.LIME, rows, nsamples=_TRIAL_SAMPLES)


def _format_traceback(error: BaseException) -> str:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    places = "".join(f"\n  {Path(f.filename).name}, line {f.lineno}: {f.line}" for f in frames)
    return f"{type(error).__name__}: {error}{places}"


def _format_cause(error: BaseException) -> str:
    return "" if error.__cause__ is None else f"\n{_format_traceback(error.__cause__)}"


def main(path: str) -> None:
    """Try the project of a task and write the result.

    Args:
        path: The task, a JSON file.
    """
    task = orjson.loads(Path(path).read_bytes())
    Path(task["result"]).write_bytes(orjson.dumps(_try(task)))


if __name__ == "__main__":
    main(sys.argv[1])
