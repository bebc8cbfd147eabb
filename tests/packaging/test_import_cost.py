"""`import arthurai` stays light; modules are counted, because times vary from machine to machine."""

import subprocess
import sys

import pytest

HEAVY = {"pandas", "numpy", "pyarrow", "httpx", "duckdb", "matplotlib", "sklearn", "narwhals"}
MOST_MODULES = 150


def modules_after(statement):
    program = (
        f"import sys; before = set(sys.modules); {statement};"
        "print('\\n'.join(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import arthurai", "import arthurai, arthurai_api"])
def test_importing_the_package_is_light(statement):
    loaded = modules_after(statement)
    assert len(loaded) <= MOST_MODULES
    assert not HEAVY & loaded


def test_importing_the_package_alone_loads_nothing_that_takes_milliseconds():
    assert not {"dataclasses", "inspect", "typing_extensions"} & modules_after("import arthurai")


def test_importing_the_client_loads_no_frames_and_no_database():
    loaded = modules_after("from arthurai import ArthurAI")
    assert not {"pandas", "numpy", "pyarrow", "duckdb", "matplotlib", "sklearn"} & loaded


def test_the_generated_package_is_light():
    loaded = modules_after("import arthurai_api, arthurai_api.models, arthurai_api.api")
    assert not {"httpx", "attrs", "attr"} & loaded


def test_rows_given_as_dicts_are_sent_without_arrow():
    program = (
        "from arthurai.common.attribute_spec import AttributeSpec;"
        "from arthurai.model.model import ArthurModel;"
        "from arthurai.upload.columnar import columns_of_rows;"
        "from arthurai.upload.diagnostics import ValidationErrors;"
        "from arthurai.upload.encode_json import json_bodies;"
        "from arthurai.upload.upload_schema import UploadSchema;"
        "from arthurai.upload.validate import Validator;"
        "from arthurai.upload.validated_table import INFERENCES;"
        "attributes = (AttributeSpec('x', 'FLOAT', 'PIPELINE_INPUT', max_range=0.5),);"
        "schema = UploadSchema('TABULAR', 'REGRESSION', False, attributes);"
        "errors = ValidationErrors('rows');"
        "table = columns_of_rows([{'x': 1.0}], schema, errors);"
        "valid = Validator(schema, INFERENCES, name='rows').validate(table);"
        "bodies = list(json_bodies(valid, max_bytes=100));"
        "assert b'1.0' in bodies[0].content"
    )
    assert not {"pyarrow", "narwhals", "numpy", "pandas"} & modules_after(program)


def test_pandas_and_arrow_tables_are_read_without_narwhals():
    program = (
        "import pandas as pd, pyarrow as pa;"
        "from arthurai.upload.table import to_arrow;"
        "frame = pd.DataFrame({'x': [1.0], 'text': ['a']});"
        "tables = [to_arrow(data, name='data') for data in (frame, pa.table({'x': [1.0]}))];"
        "assert [table.num_rows for table in tables] == [1, 1]"
    )
    assert "narwhals" not in modules_after(program)
