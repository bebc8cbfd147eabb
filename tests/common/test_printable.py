"""Texts of strangers on a terminal."""

from __future__ import annotations

import pytest

from arthurai.common.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("loan risk é ✓", "loan risk é ✓"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("\x9b31m\x07\r", "\\x9b31m\\x07\\r"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_control_characters_are_escaped(text, shown):
    assert printable(text) == shown
