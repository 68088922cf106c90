"""Links lead somewhere, every page can be reached, and no page leads to a package registry."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .pages import DOCS, ROOT, Page

PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
_OWNERS = ("anaconda", "crates", "npmjs", "pypi", "pythonhosted", "rubygems")
REGISTRIES = re.compile(rf"\b(?:{'|'.join(_OWNERS)})\.(?:com|io|org)\b")
pages = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def _targets(page: Page) -> list[tuple[Path, str]]:
    """Return file and fragment of each link that stays within the project."""
    links = [urlsplit(link) for link in page.links()]
    return [
        ((page.path.parent / link.path).resolve() if link.path else page.path, link.fragment)
        for link in links
        if not link.scheme
    ]


@pages
def test_links_lead_somewhere(path: Path) -> None:
    for target, fragment in _targets(Page.read(path)):
        assert target.exists(), f"{target} is not there"
        assert target.is_relative_to(ROOT), f"{target} is outside"
        assert not fragment or fragment in Page.read(target).anchors(), f"{target}#{fragment}"


@pages
def test_no_page_names_a_package_registry(path: Path) -> None:
    assert not REGISTRIES.search(Page.read(path).text)


def test_every_page_is_reached_from_the_first() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        path = waiting.pop()
        if path not in reached and path.suffix == ".md" and path.is_file():
            reached.add(path)
            waiting += [target for target, _ in _targets(Page.read(path))]
    assert set(DOCS.rglob("*.md")) <= reached


def test_the_first_page_lists_those_for_users() -> None:
    listed = {target for target, _ in _targets(Page.read("README.md"))}
    kinds = ("tutorial", "how-to", "reference", "explanation")
    assert {path for kind in kinds for path in (DOCS / kind).glob("*.md")} <= listed


def test_every_page_has_one_title() -> None:
    for path in PAGES:
        titles = [line for line in Page.read(path).prose if line.startswith("# ")]
        assert len(titles) == 1, path


def test_the_changelog_has_the_release_that_is_made() -> None:
    (version,) = re.findall(r"(?m)^version = (.+)$", (ROOT / "setup.cfg").read_text())
    sections = Page.read(ROOT / "CHANGELOG.md").sections(2)
    assert "[Unreleased]" in sections
    assert version in sections["[Unreleased]"] or f"[{version}]" in "".join(sections)
