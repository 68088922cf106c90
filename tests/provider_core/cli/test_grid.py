from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.cli.grid import Column, Grid, Style, choose, cut, lines
from provider_core.cli.inert import width
from provider_core.errors import UsageError

COLUMNS = (
    Column(name="Name", text=lambda row: str(row[0])),
    Column(name="Publisher", text=lambda row: str(row[1])),
    Column(name="Version", text=lambda row: str(row[2])),
)


def _lines(*rows: tuple[str, str, str], style: Style = "page") -> list[str]:
    return list(lines(Grid(columns=COLUMNS, rows=rows, style=style)))


def test_page_style_is_powershells() -> None:
    assert _lines(("NanoServer", "CN=Microsoft", "10.0"), ("WindowsServerCore", "", "")) == [
        "Name              Publisher    Version",
        "----              ---------    -------",
        "NanoServer        CN=Microsoft 10.0",
        "WindowsServerCore",
    ]


def test_docker_style_has_wide_columns_and_no_dashes() -> None:
    assert _lines(("nanoserver", "x" * 19, "1"), style="docker") == [
        "Name                Publisher             Version",
        "nanoserver          xxxxxxxxxxxxxxxxxxx   1",
    ]


def test_foreign_cells_are_inert_and_still_line_up() -> None:
    table = _lines(("a\x1b[2J", "b", "c"), ("東京", "b", "c"))
    assert "\x1b" not in "".join(table)
    assert {width(line[: line.index("b ")]) for line in table[2:]} == {9}


def test_columns_are_chosen_without_case_and_in_order() -> None:
    chosen = choose(COLUMNS, "version, NAME", "Name")
    assert [column.name for column in chosen] == ["Version", "Name"]
    assert [column.name for column in choose(COLUMNS, "", "Name")] == ["Name"]


def test_an_unknown_column_lists_the_known() -> None:
    with pytest.raises(UsageError, match="'Colour'") as caught:
        choose(COLUMNS, "Name,Colour", "Name")
    assert caught.value.hint == "columns are: Name, Publisher, Version"


@pytest.mark.parametrize(
    ("line", "columns", "left"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("東京都庁", 7, "東京..."),
        ("abcd", 3, "..."),
    ],
)
def test_lines_are_cut_to_a_terminal(line: str, columns: int, left: str) -> None:
    assert cut(line, columns) == left


@given(st.text(st.characters(categories=["L", "N", "P"])), st.integers(min_value=3, max_value=40))
def test_a_cut_line_fits(line: str, columns: int) -> None:
    assert width(cut(line, columns)) <= columns
