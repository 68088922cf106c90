"""The documentation that comes with ferry: its pages, their words, and their text for a terminal.

The pages are those of docs/, which a wheel has as the folder ``manual`` beside the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import Ambiguous, NotFoundError

__all__ = ["DocPage", "all_pages", "named_page", "plain_text"]

_PACKAGE: Final = Path(__file__).parent
_LINK: Final = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"#+ +(.*)")
_FENCE: Final = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocPage:
    """A page of the documentation."""

    name: str
    """Its path without the ending: 'how-to/tag-images'."""
    text: str
    """As it was written, Markdown."""

    @property
    def title(self) -> str:
        """Its first heading; its name if it has none."""
        match = _HEADING.match(self.text)
        return match[1] if match else self.name

    def lines_with(self, words: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield number and text of each line that has all *words*, in any case."""
        wanted = [word.casefold() for word in words]
        for number, line in enumerate(self.text.splitlines(), start=1):
            if all(word in line.casefold() for word in wanted):
                yield number, line.strip()


def all_pages() -> tuple[DocPage, ...]:
    """Read every page, in the order of their names."""
    folder = _PACKAGE / "manual"
    if not folder.is_dir():  # a checkout
        folder = _PACKAGE.parent / "docs"
    return tuple(
        DocPage(
            name=path.relative_to(folder).with_suffix("").as_posix(),
            text=path.read_text(encoding="utf-8"),
        )
        for path in sorted(folder.rglob("*.md"))
    )


def named_page(name: str) -> DocPage:
    """Return the page called *name*, with or without its folder and ending.

    Raises NotFoundError, Ambiguous.
    """
    wanted = name.removesuffix(".md").strip("/").casefold()
    pages = all_pages()
    exact = [page for page in pages if page.name.casefold() == wanted]
    found = exact or [page for page in pages if page.name.casefold().endswith(f"/{wanted}")]
    if len(found) > 1:
        raise Ambiguous(f"the page {name!r}", [page.name for page in found])
    if not found:
        raise NotFoundError(
            f"there is no page {name!r}",
            hint="`ferry docs` lists the pages, `ferry docs --search WORD` finds words in them",
            name=name,
        )
    return found[0]


def plain_text(page: DocPage) -> str:
    """Return the page for reading: headings underlined, code indented, links by their names."""
    lines: list[str] = []
    in_code = False
    for line in page.text.splitlines():
        heading = None if in_code else _HEADING.fullmatch(line)
        if line.startswith(_FENCE):
            in_code = not in_code
        elif in_code:
            lines.append(f"    {line}")
        elif heading:
            lines += [heading[1], ("=" if line.startswith("# ") else "-") * len(heading[1])]
        else:
            lines.append(_LINK.sub(lambda match: _linked(page, match[1], match[2]), line))
    return "\n".join(lines) + "\n"


def _linked(page: DocPage, words: str, target: str) -> str:
    """Return what stands for a link: its words, and the page if there is one."""
    path, _, _ = target.partition("#")
    if "://" in target or not path.endswith(".md"):
        return words
    parts: list[str] = page.name.split("/")[:-1]
    for part in path.removesuffix(".md").split("/"):
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    name = "/".join(parts)
    return words if name.endswith(words.removesuffix(".md")) else f"{words} ({name})"
