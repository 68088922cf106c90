"""ferry docs."""

from __future__ import annotations

import click

from ...errors import UsageError
from ...pages import DocPage, all_pages, named_page, plain_text
from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation

__all__ = ["command"]

_PAGES = (
    Column(name="Page", text=lambda page: page.name),
    Column(name="Title", text=lambda page: page.title),
)
_LINES = (
    Column(name="Page", text=lambda row: row[0].name),
    Column(name="Line", text=lambda row: str(row[1])),
    Column(name="Text", text=lambda row: row[2]),
)


@ferry_command(name="docs")
@click.argument("page", required=False)
@click.option(
    "--search", "words", multiple=True, metavar="WORD", help="Find lines with this; repeatable."
)
@click.pass_obj
def command(invocation: Invocation, page: str | None, words: tuple[str, ...]) -> None:
    """Read the documentation, all of which is here: a PAGE, the list of pages, or a search."""
    if page and words:
        raise UsageError("a page is read or words are looked for", hint="leave one of them out")
    if page:
        _show(invocation, named_page(page))
    elif words:
        _search(invocation, words)
    else:
        pages = all_pages()
        invocation.output.answer(Grid(columns=_PAGES, rows=pages), map(_document, pages))


def _show(invocation: Invocation, page: DocPage) -> None:
    if invocation.output.json:
        invocation.output.document({**_document(page), "text": page.text})
    else:
        invocation.output.script(plain_text(page))


def _search(invocation: Invocation, words: tuple[str, ...]) -> None:
    rows = [(page, number, line) for page in all_pages() for number, line in page.lines_with(words)]
    documents = ({**_document(page), "line": number, "text": line} for page, number, line in rows)
    invocation.output.answer(
        Grid(columns=_LINES, rows=tuple(rows)), documents, empty="no page has that"
    )


def _document(page: DocPage) -> dict[str, object]:
    return {"schema": "ferry.page/1", "name": page.name, "title": page.title}
