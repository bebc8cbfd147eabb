"""The check that finds calls of the curated layer which a regenerated client no longer takes."""

from __future__ import annotations

import pytest

from scripts import calls

SOURCE = """
from arthurai_api.api.models import get_model
from arthurai_api.api.{tag} import {operation}

def read(session, model_id):
    session.call_json(get_model, model_id, id_type="id", retry=True)
    session.call_json({operation}, {arguments})
"""


def found(tmp_path, tag="models", operation="list_models", arguments="page=1"):
    package = tmp_path / "package"
    package.mkdir()
    text = SOURCE.format(tag=tag, operation=operation, arguments=arguments)
    (package / "module.py").write_text(text, encoding="utf-8")
    return list(calls.problems(package))


def test_calls_that_fit_are_let_through(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("operation", "arguments", "named"),
    [
        ("list_models", "pages=1", "pages"),
        ("list_models", "'a', 'b'", "too many positional"),
        ("list_models_of_old", "page=1", "no operation list_models_of_old"),
    ],
)
def test_calls_that_do_not_fit_are_named_with_their_place(tmp_path, operation, arguments, named):
    (line,) = found(tmp_path, operation=operation, arguments=arguments)
    assert named in line
    assert line.startswith("package/module.py:7:")
