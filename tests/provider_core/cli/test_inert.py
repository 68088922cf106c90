from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.cli.inert import inert, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("NanoServer", "NanoServer"),
        ("größer 東京", "größer 東京"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("line\u2028break", "line\\u2028break"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\U000e0041tag", "\\U000e0041tag"),
        ("\udcff", "\\udcff"),
        ("a\u00a0b", "a\\xa0b"),
    ],
)
def test_what_a_terminal_acts_on_is_shown(text: str, shown: str) -> None:
    assert inert(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_invisible_comes_through(text: str) -> None:
    shown = inert(text)
    assert shown.isprintable()
    assert inert(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("東京", 4), ("e\u0301", 1), ("", 0)])
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns
