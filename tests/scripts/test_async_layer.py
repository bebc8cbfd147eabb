"""The asynchronous layer is what its script makes of the blocking code."""

from __future__ import annotations

import ast
import textwrap

import pytest

from scripts import async_layer, blocking_layer, twin_writer
from scripts.async_tables import ROOT, TARGET


@pytest.fixture(scope="module")
def layer():
    return blocking_layer.Layer()


@pytest.mark.slow  # `make test` runs the check itself
def test_the_layer_is_current():
    files = async_layer.derive()
    assert set(files) == set((ROOT / TARGET.replace(".", "/")).rglob("*.py"))
    for path, text in files.items():
        assert path.read_text(encoding="utf-8") == text, path


def test_what_reaches_the_session_is_awaited_and_nothing_else(layer):
    reached = {name.removeprefix("arthurai.model.") for name in layer.coroutines}
    assert {"querying.query", "sending.send_inferences", "lifecycle.save"} <= reached
    assert {
        "bias.bias_metrics.BiasMetrics.disparities",
        "report.report_file.write_report",
    } <= reached
    for name in ("base_model.require_connection", "row_logging.logger", "row_logging.monitor"):
        assert f"arthurai.model.{name}" in layer.twins
        assert name not in reached
    assert not any(name.startswith("arthurai.model.modeling") for name in layer.twins)


def twin(layer, body):
    """Return the twin of a function whose body is given, in a module that queries."""
    text = (
        '"""An example."""\n\nfrom __future__ import annotations\n\n'
        "from arthurai.model import querying\n"
        "from arthurai.model.querying import query\n\n\n"
        f"def example(model, first):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    )
    module = blocking_layer.Module("arthurai.model.example", text, ast.parse(text), False)
    module.imports = blocking_layer.read_imports(module.tree.body)
    module.definitions["example"] = [module.tree.body[-1]]
    layer = _with(layer, module)
    written = async_layer.tidy(twin_writer.Writer(layer, module).write())
    return written.partition("def example(model, first):\n")[2]


def _with(layer, module):
    other = blocking_layer.Layer.__new__(blocking_layer.Layer)
    vars(other).update(vars(layer))
    other._scopes = {}
    other.modules = {**layer.modules, module.name: module}
    other.twins = {*layer.twins, f"{module.name}.example"}
    other.coroutines = {*layer.coroutines, f"{module.name}.example"}
    return other


@pytest.mark.parametrize(
    ("blocking", "awaited"),
    [
        ("return query(model, first)", "return await query(model, first)"),
        ("return query(model, first)[0]", "return (await query(model, first))[0]"),
        (
            "return querying.query(model, {}).get(1)",
            "return (await querying.query(model, {})).get(1)",
        ),
        (
            "return query(model, query(model, first))",
            "return await query(model, await query(model, first))",
        ),
        (
            "return [query(model, body) for body in first]",
            "return [await query(model, body) for body in first]",
        ),
        (
            "return set(row for row in query(model, {}))",
            "return set(row for row in await query(model, {}))",
        ),
        ("return lambda: query(model, first)", "return lambda: query(model, first)"),
        (
            "for row in query(model, {}):  # a comment\n    print('é', row)",
            'for row in await query(model, {}):  # a comment\n    print("é", row)',
        ),
    ],
)
def test_calls_are_awaited_where_they_stand(layer, blocking, awaited):
    assert textwrap.dedent(twin(layer, blocking)).strip() == awaited


@pytest.mark.parametrize(
    "body",
    [
        "return sum(query(model, body) for body in first)",
        "return lambda: len(query(model, first))",
    ],
)
def test_what_cannot_be_awaited_is_refused(layer, body):
    with pytest.raises(SystemExit, match="has to be awaited"):
        twin(layer, body)


def test_check_mode_names_what_is_stale_and_writes_nothing(monkeypatch, capsys):
    path = ROOT / TARGET.replace(".", "/") / "common" / "pagination.py"
    before = path.read_text(encoding="utf-8")
    present = {p: p.read_text(encoding="utf-8") for p in path.parents[1].rglob("*.py")}
    monkeypatch.setattr(async_layer, "derive", lambda: {**present, path: before + "\n"})
    monkeypatch.setattr("sys.argv", ["async_layer", "--check"])
    assert async_layer.main() == 1
    assert "arthurai/aio/common/pagination.py" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == before
