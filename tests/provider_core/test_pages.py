"""The pages of docs/ for a terminal; and no hint in the code leads to the internet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.errors import Ambiguous, NotFoundError
from provider_core.pages import DocPage, all_pages, named_page, plain_text

ROOT = Path(__file__).parents[2]
SOURCES = [
    path for top in ("provider_core", "providers", "feeds") for path in (ROOT / top).rglob("*.py")
]
EXAMPLE_HOSTS = re.compile(r"https?://(\w+:\w+@)?(host|proxy|[\w.-]+\.example)\b")
PAGE = """\
# Head
See [tags](tag-images.md), [trust](../explanation/trust.md#keys), [x](https://x.example).
```console
$ ferry [a](b.md)
```
"""


def test_every_page_is_there() -> None:
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {f"{page.name}.md" for page in all_pages()} == written
    assert all(page.title for page in all_pages())


@pytest.mark.parametrize("name", ["how-to/tag-images", "tag-images", "Tag-Images.md"])
def test_a_page_is_found_by_its_name(name: str) -> None:
    assert named_page(name).name == "how-to/tag-images"


def test_a_name_of_two_pages_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match="windows-images"):
        named_page("windows-images")


def test_a_page_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFoundError, match="no page 'brewing'"):
        named_page("brewing")


def test_words_are_found_in_any_case() -> None:
    page = DocPage(name="a", text="# Title\nOne Line\nanother line\n")
    assert list(page.lines_with(["LINE", "one"])) == [(2, "One Line")]


def test_a_page_is_plain_on_a_terminal() -> None:
    assert plain_text(DocPage(name="how-to/a", text=PAGE)) == (
        "Head\n====\nSee tags (how-to/tag-images), trust, x.\n    $ ferry [a](b.md)\n"
    )


def _hints() -> Iterator[tuple[str, str]]:
    """Yield where and what: every text that is given as a hint."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                parts = [one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
                yield f"{path.name}:{node.value.lineno}", "".join(map(str, parts))


def test_no_hint_needs_the_internet() -> None:
    hints = list(_hints())
    assert len(hints) > 200
    for place, hint in hints:
        assert not re.search(r"https?://[\w.-]+\.\w", EXAMPLE_HOSTS.sub("", hint)), (place, hint)
        assert "pip install" not in hint or "kit" in hint, (place, hint)
