"""Models with an attribute of each plain kind, and a session that notes the files it sends."""

from __future__ import annotations

import pytest
from builders import regression, save_model

from arthurai.model.base_model import require_session


@pytest.fixture
def strict(monkeypatch):
    """Let every call check the whole table first."""
    monkeypatch.setenv("ARTHUR_STRICT", "true")


@pytest.fixture
def model(arthur):
    return save_model(arthur, regression())


@pytest.fixture
def batch_model(arthur):
    return save_model(arthur, regression(), is_batch=True)


class Recording:
    """A session that notes the files it is given to send, and sends them."""

    def __init__(self, session):
        self._session = session
        self.parts = []

    def send(self, request, *, files=(), **more):
        self.parts += files
        return self._session.send(request, files=files or None, **more)

    def __getattr__(self, name):
        return getattr(self._session, name)

    @property
    def __class__(self):  # models take sessions only
        return type(self._session)


@pytest.fixture
def recording():
    """Give a function that puts a recording session under a model and returns it."""

    def put(model):
        session = Recording(require_session(model))
        model.attach(session)
        return session

    return put
