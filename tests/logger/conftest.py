"""A saved model, loggers that end with the test, and a session that fails as told."""

from __future__ import annotations

import pytest
from builders import regression, save_model

from arthurai.common.exceptions import ArthurConnectionError
from arthurai.model.base_model import require_session


@pytest.fixture
def model(arthur):
    return save_model(arthur, regression())


@pytest.fixture
def make_logger(tmp_path):
    """Give a function that makes a logger of a model, with a spool in the test's folder."""
    made = []

    def make(model, **options):
        if not options.get("memory_only"):
            options.setdefault("spool", tmp_path / "spool")
        made.append(model.logger(**{"flush_interval": 0.02, "exit_timeout": 10, **options}))
        return made[-1]

    yield make
    for logger in made:
        logger.close(0.1)


class Flaky:
    """A session whose sending fails as `fault` says: `before` or `after` the server has the rows."""

    def __init__(self, session):
        self._session = session
        self.fault = None
        self.bodies = []

    def send(self, request, *, content=None, **more):
        if self.fault == "before":
            raise ArthurConnectionError("refused")
        if isinstance(self.fault, Exception):
            raise self.fault
        self.bodies.append(content)
        response = self._session.send(request, content=content, **more)
        if self.fault == "after":
            raise ArthurConnectionError("reset")
        return response

    def __getattr__(self, name):
        return getattr(self._session, name)

    @property
    def __class__(self):  # models take sessions only
        return type(self._session)

    def blocking(self):
        return self


@pytest.fixture
def flaky(model):
    """Put a session that can fail under the model."""
    session = Flaky(require_session(model))
    model.attach(session)
    return session
