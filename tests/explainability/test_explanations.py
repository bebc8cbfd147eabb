"""Explanations end to end: uploaded by this package, computed by the embedded server."""

import logging

import numpy as np
import pandas as pd
import pytest

from arthurai.common.exceptions import (
    ArthurError,
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    UserValueError,
)


@pytest.fixture(scope="module")
def explained(arthur, sample, tmp_path_factory):
    from conftest_project import write_project
    model = arthur.model("end to end", "TABULAR", "MULTICLASS")
    return model


