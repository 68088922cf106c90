"""json.md has every schema, and of each the fields that ferry really prints."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from provider_core import Digest, Host, Source
from provider_core.cli import carrying, schema
from provider_core.cli.engine_documents import engine_document, held_document, loaded_document
from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run
from provider_core.cli.withdrawn_table import withdrawn_document
from provider_core.engines import EngineImage
from provider_core.kit import Kit
from provider_core.model import Withdrawal
from provider_core.operations.engine_listing import EngineRow, HeldImage
from provider_core.operations.results import Delivered, RefreshResult
from provider_core.operations.withdrawn import Withdrawn
from provider_core.wheels.facts import Facts, Wheel
from provider_core.wheels.target import Target
from provider_feed.commands import documents

from ..contract.engine_double import MemoryEngine
from .pages import Page

PAGE = Page.read("reference/json.md")
SECTIONS = PAGE.sections(3)
SHOWN_ELSEWHERE = {"outcome", "summary", "layers", "facts", "annotations", "needed_by"}
INHERITS: dict[str, tuple[str, set[str]]] = {
    "ferry.step/1": ("ferry.offer/1", set()),
    "ferry.removal/1": (
        "ferry.image/1",
        SHOWN_ELSEWHERE,
    ),
    "ferry.branch/1": ("ferry.image/1", SHOWN_ELSEWHERE),
    "ferry.kept/1": ("ferry.image/1", SHOWN_ELSEWHERE),
}
"""Schema → the one whose fields it has too, all but some."""
LAYER = "c018fbd65b779633559de9c07e9a6135d2143c7e6c8db440134e8be69ee4c1a5"
COMMANDS = (
    "search hello --source samples",
    "find",
    "lock sample/hello --to {folder}/images.lock",
    "install sample/hello:1.0",
    "outdated",
    "uninstall sample/hello:1.0",
    "install sample/hello sample/base --report {folder}/installed.json",
    "install sample/hello",
    "install sample/hello:1.0 --dry-run",
    "install {folder}/broken.tar",
    "list",
    "images",
    "show sample/hello",
    "history sample/hello",
    "tree",
    "tag sample/hello hello",
    "untag hello",
    "hold sample/base",
    "prune --keep newest:0 --dry-run",
    "unhold sample/base",
    "save sample/hello --to {folder}/x.tar --report {folder}/saved.json --progress json",
    "save sample/base --to {folder}/y.tar --dry-run",
    "install {folder}/x.tar --platform plan9/amd64",
    "source add lab {folder}/x.tar --provider archive",
    "source list",
    "provider list",
    "provider disable archive",
    "provider enable archive",
    "provider check archive",
    "docs how-to/tag-images",
    "docs --search skopeo",
    "catalog log",
    "catalog diff 0 1",
    "feed init {folder}/feed --no-passphrase",
    "feed add {folder}/feed sample/hello",
    "feed prune {folder}/feed",
    "key list {folder}/feed",
    "inventory",
    "verify {folder}/feed",
    "key rotate {folder}/feed --no-passphrase",
    "store move {folder}/store",
    "store move {folder}/home/store",
    "store path",
    "config",
    "doctor",
    "version",
    "uninstall sample/hello",
    "store gc",
    "store check",
    "--home {folder}/x.tar/below install sample/hello",
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return schema → every field that was printed, over many commands."""
    folder = tmp_path_factory.mktemp("json")
    cut_off = tarfile.TarInfo("manifest.json")
    cut_off.size = 1000
    (folder / "broken.tar").write_bytes(cut_off.tobuf())
    found: dict[str, set[str]] = defaultdict(set)
    refreshed = RefreshResult(
        source=Source(name="lab", provider="archive", location="/lab"), changed=True, offers=1
    )
    _note(schema.refresh_document(refreshed), found)
    for document in _of_engines():
        _note(document, found)
    _note(schema.login_document("lab", "https://registry.example:443"), found)
    _note(schema.logout_document("lab", changed=True), found)
    for document in _of_wheels(folder):
        _note(document, found)
    for command in COMMANDS:
        for document in _documents(command.format(folder=folder), folder / "home"):
            _note(document, found)
        if command.startswith("store path"):
            (folder / "home/store/blobs/sha256" / LAYER).unlink()
    for path in (folder / "installed.json", folder / "saved.json"):
        _note(json.loads(path.read_text(encoding="utf-8")), found)
    return found


def _of_engines() -> Iterator[dict[str, Any]]:
    """Yield what is printed of an engine that answers, which a test cannot count on."""
    engine = MemoryEngine()
    image = EngineImage(reference="", digests=frozenset(), names=(), image_id=Digest.of(b""))
    yield engine_document(EngineRow(address=engine.address, version=engine.version()))
    yield held_document(HeldImage(image=image, installed=()), "docker")
    with TemporaryDirectory() as home, Host(home, container_engines=[engine]) as host:
        host.install("sample/hello")
        yield from map(loaded_document, host.load("sample/hello"))
        for row in host.list():
            advice = Withdrawal(digest=row.image_id, name="x", version="1", reason="old")
            yield withdrawn_document(Withdrawn(image=row, by="lab", withdrawal=advice))


def _of_wheels(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what is printed where wheels are fetched, which a test cannot count on."""
    wheel = Wheel(
        path=folder / "acme.whl",
        facts=Facts(name="acme", version="1", requires=(), providers=("acme",)),
        digest=Digest.of(b""),
        size=0,
    )
    target = Target.of("linux/amd64", "3.11")
    kit = Kit(folder=folder, version="1", target=target, wheels=(wheel,), seal=Digest.of(b""))
    yield carrying.wheel_document(wheel)
    yield carrying.kit_document(kit)
    yield carrying.delivered_document(Delivered(name="acme", distribution="acme", path=folder))


def _documents(command: str, home: Path) -> list[dict[str, Any]]:
    text = io.StringIO()
    with redirect_stdout(text), redirect_stderr(text):
        run([*command.split(), "--json"], Invocation(environ={"FERRY_HOME": str(home)}, json=True))
    return [json.loads(line) for line in text.getvalue().splitlines()]


def _note(document: dict[str, Any], found: dict[str, set[str]]) -> None:
    fields = dict(document)
    found[fields.pop("schema")].update(fields)
    for change in fields.get("changes", ()):
        _note(change, found)


def _told(name: str) -> set[str]:
    rows = [line.split("`")[1] for line in SECTIONS[name].splitlines() if line.startswith("| `")]
    assert len(rows) == len(set(rows)), f"{name} tells a field twice"
    if name in INHERITS:
        base, without = INHERITS[name]
        return (_told(base) - without) | set(rows)
    return set(rows)


def test_every_schema_has_its_section() -> None:
    tables = f"{schema.__doc__}{documents.__doc__}"
    assert set(SECTIONS) == set(re.findall(r"ferry\.[a-z]+/\d+", tables))


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_the_fields_that_are_printed(name: str, printed: dict[str, set[str]]) -> None:
    assert _told(name) == printed[name]
