"""Engines that a run of the tests asks for by its environment."""

import pytest


def exit_without(engine, problem):
    """Test nothing where an engine is missing, and say so.

    Args:
        engine: Its name.
        problem: Why it is missing, or `None`.
    """
    if problem is not None:
        pytest.exit(f"skipped the tests on {engine}: {problem}", returncode=0)


def skip_marked(marker, reason, items):
    """Skip the tests that are about something that a run does not have.

    Args:
        marker: What marks them.
        reason: What they are about.
        items: All tests.
    """
    for item in items:
        if item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=f"about {reason}"))
