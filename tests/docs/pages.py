"""Reading pages: their links, headings, tables and fenced blocks.

Only the Markdown that these pages use is known: ATX headings, fences of three backticks, pipe
tables, inline links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DOCS", "ROOT", "Block", "Page"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = "```"
_HEADING = re.compile(r"(#+) +(.*)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block."""

    language: str
    """What follows the fence: 'console', 'python'; '' for none."""
    file: str
    """The file that the block is to be saved as, after the language; '' for none."""
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The block's lines, each with its end."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it was read."""

    path: Path
    prose: tuple[str, ...]
    """Its lines without the fenced blocks."""
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, path: Path | str) -> Page:
        """Read a page; a text is a path below docs/."""
        path = DOCS / path
        prose: list[str] = []
        blocks: list[Block] = []
        lines = iter(path.read_text(encoding="utf-8").splitlines())
        for line in lines:
            if line.startswith(_FENCE):
                blocks.append(_block(line, lines))
            else:
                prose.append(line)
        return cls(path=path, prose=tuple(prose), blocks=tuple(blocks))

    @property
    def text(self) -> str:
        """All of it, blocks too."""
        return self.path.read_text(encoding="utf-8")

    @property
    def name(self) -> str:
        """Its path below the project's folder."""
        return self.path.relative_to(ROOT).as_posix()

    def links(self) -> list[str]:
        """Return the targets of its links."""
        return [target for line in self.prose for target in _LINK.findall(_CODE.sub("", line))]

    def anchors(self) -> set[str]:
        """Return the fragments by which its headings are linked to, as GitHub makes them."""
        return {_anchor(match[2]) for line in self.prose if (match := _HEADING.fullmatch(line))}

    def sections(self, level: int) -> dict[str, str]:
        """Return heading → prose below it, up to the next heading of its level or a higher one."""
        found: dict[str, list[str]] = {}
        current: list[str] = []
        for line in self.prose:
            match = _HEADING.fullmatch(line)
            if match and len(match[1]) == level:
                current = found.setdefault(match[2], [])
            elif match and len(match[1]) < level:
                current = []
            else:
                current.append(line)
        return {heading: "\n".join(lines) for heading, lines in found.items()}

    def rows(self, heading: str) -> list[tuple[str, ...]]:
        """Return the rows of the table whose first column is called *heading*."""
        found: list[tuple[str, ...]] = []
        inside = False
        for line in self.prose:
            cells = _cells(line)
            if not cells:
                inside = False
            elif inside:
                found.append(cells)
            else:
                inside = cells[0] == heading
        return [row for row in found if row[0].strip("-:")]


def _block(fence: str, lines: Iterator[str]) -> Block:
    language, _, file = fence.removeprefix(_FENCE).strip().partition(" ")
    content: list[str] = []
    for line in lines:
        if line == _FENCE:
            return Block(language=language, file=file, lines=tuple(content))
        content.append(line)
    raise AssertionError(f"the block {fence} has no end")


def _anchor(heading: str) -> str:
    return _NOT_IN_ANCHORS.sub("", heading.replace("`", "").lower()).replace(" ", "-")


def _cells(line: str) -> tuple[str, ...]:
    if not line.startswith("|"):
        return ()
    cells = line.replace(r"\|", "\0").strip().strip("|").split("|")
    return tuple(cell.replace("\0", "|").strip() for cell in cells)
