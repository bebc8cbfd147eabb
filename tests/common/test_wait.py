import io
import math
import sys

import pytest

from arthurai.common import wait as waiting
from arthurai.common.exceptions import ArthurTimeoutError, UserValueError


def states(*values):
    left = list(values)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def wait(look, **more):
    return waiting.wait_until(
        look,
        lambda state: state == "done",
        **{"what": "the thing", "timeout_min": 1, "message": "Waiting", **more},
    )


@pytest.fixture
def pauses(monkeypatch):
    """Time that passes by sleeping only."""
    slept = []
    monkeypatch.setattr(waiting.time, "sleep", slept.append)
    monkeypatch.setattr(waiting.time, "monotonic", lambda: math.fsum(slept))
    return slept


def test_waiting_polls_ever_more_rarely(pauses):
    assert wait(states(*["busy"] * 20, "done"), timeout_min=None) == "done"
    assert pauses[:2] == [0.1, pytest.approx(0.15)]
    assert pauses[-1] == 5
    assert pauses == sorted(pauses)


def test_waiting_ends_in_time(pauses):
    with pytest.raises(ArthurTimeoutError, match=r"0\.5 minutes for the thing.*'busy'"):
        wait(states("busy"), timeout_min=0.5)
    assert math.fsum(pauses) == pytest.approx(30)


def test_waiting_without_limit_says_so_from_time_to_time(pauses, caplog):
    caplog.set_level("INFO", "arthurai")
    wait(states(*["busy"] * 40, "done"), timeout_min=None, update_message="still waiting")
    assert caplog.text.count("still waiting") == int(math.fsum(pauses) // 60)


def test_the_log_says_once_that_there_is_a_wait_where_nobody_watches(pauses, caplog):
    caplog.set_level("INFO", "arthurai")
    wait(states("done"))
    assert caplog.messages == []
    wait(states("busy", "busy", "done"))
    assert caplog.messages == ["Waiting (busy)"]


def test_progress_shows_on_a_terminal(pauses, monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    wait(states("busy", "done"))
    assert "Waiting (busy, 0 s)" in screen.getvalue()


def test_faults_of_looking_are_passed_on(pauses):
    def look():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait(look)


def test_errors_say_what_was_awaited(pauses):
    def look():
        raise UserValueError("no")

    with pytest.raises(UserValueError, match=r"^no") as caught:
        wait(look)
    assert caught.value.__notes__ == ["while waiting for the thing"]


@pytest.mark.parametrize("minutes", [-1, math.nan])
def test_a_negative_timeout_is_refused(pauses, minutes):
    with pytest.raises(UserValueError, match="timeout_min must be 0 or more minutes"):
        wait(states("done"), timeout_min=minutes)
