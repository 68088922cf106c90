"""Imports go one way only.  The table is the architecture (docs/explanation/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LAYERS = [  # a module imports from lines above its own; a folder also from itself
    {"errors", "lazy"},
    {"cancel", "compression", "digests", "disk", "platforms", "tar", "versions", "workers"},
    {"oci", "pages", "provider_folders", "references", "wheels"},
    {"model", "layers", "store_location", "kit"},
    {"transport"},
    {"credentials"},
    {"store"},
    {"catalog"},
    {"context", "installed_names"},
    {"hookspecs", "discovery", "supervision", "settings", "side_by_side", "passing_over"},
    {
        *("answers", "plugin_checks", "pouring", "replacing", "settings_file", "parents"),
        *("engines", "signatures"),
    },
    {"plugins", "simple_provider", "home", "lists"},
    {"dispatch"},
    {"operations"},
    {"testing", "scaffold"},
    {"cli"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
APART = [{"transport", "store", "catalog"}, {"credentials", "store", "catalog"}]
"""Rooms of one floor that never import each other, though they stand on separate lines here."""

PUBLIC_TO_PROVIDERS = set(RANK) - {"operations", "cli", "dispatch", "plugins", "catalog"}
PUBLIC_TO_COMMANDS = {
    *("common", "completing", "flags", "grid", "image_columns", "invocation", "lazy_group"),
    *("parameter_types", "schema", "units"),
}
"""Modules of cli that the folder `commands` of a provider may use besides."""

CORE = sorted(
    path
    for path in (ROOT / "provider_core").rglob("*.py")
    if path.parent != ROOT / "provider_core" or path.name != "__init__.py"
)
OUTSIDE = sorted(
    path for folder in ("providers", "feeds") for path in (ROOT / folder).rglob("*.py")
)


def _lazy_names() -> dict[str, str]:
    """Return name → room of what `provider_core` itself offers (its table of lazy names)."""
    face = ast.parse((ROOT / "provider_core" / "__init__.py").read_text(encoding="utf-8"))
    for node in ast.walk(face):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "lazy_names":
            table = ast.literal_eval(node.args[1])
            return {name: room for room, names in table.items() for name in names}
    raise AssertionError("provider_core has no lazy names")


FACE = _lazy_names()


def _imports(text: str) -> Iterator[tuple[int, str]]:
    """Yield (level, module) of every import statement of a source, those inside functions too.

    What comes from `provider_core` itself counts as from the module that it lives in.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module == "provider_core.cli":
                yield from ((0, f"provider_core.cli.{alias.name}") for alias in node.names)
            elif node.level == 0 and node.module == "provider_core":
                names = (FACE.get(alias.name, alias.name) for alias in node.names)
                yield from ((0, f"provider_core.{name}") for name in names)
            elif node.module:
                yield node.level, node.module
            else:
                yield from ((node.level, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)


def _rooms_imported(text: str, depth: int) -> Iterator[str]:
    """Yield the rooms (top-level modules) of provider_core that a source imports.

    *depth* is how many folders below the root of the repository it lies.
    """
    for level, module in _imports(text):
        if level == depth:
            yield FACE.get(module, module).split(".")[0]
        elif level == 0 and module.split(".")[0] == "provider_core":
            yield module.partition(".")[2].split(".")[0]


def _source(path: Path) -> tuple[str, int]:
    return path.read_text(encoding="utf-8"), len(path.relative_to(ROOT / "provider_core").parts)


def _room(path: Path) -> str:
    return path.relative_to(ROOT / "provider_core").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_upward_only(path: Path) -> None:
    here = _room(path)
    for room in _rooms_imported(*_source(path)):
        assert room in RANK, f"{here} imports all of provider_core"
        assert room == here or RANK[room] < RANK[here], f"{here} imports {room}"
        for rooms in APART:
            assert not ({here, room} <= rooms and here != room), f"{here} imports {room}"


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_names_no_provider_and_no_feed(path: Path) -> None:
    for level, module in _imports(path.read_text(encoding="utf-8")):
        top = module.split(".")[0] if level == 0 else ""
        assert not (top.startswith("provider_") and top != "provider_core"), module
        assert top != "feed_format", module


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_providers_use_public_modules_only(path: Path) -> None:
    own = path.relative_to(ROOT).parts[1]
    for level, module in _imports(path.read_text(encoding="utf-8")):
        if level:
            continue
        parts = module.split(".")
        if parts[0] == "provider_core":
            assert not any(part.startswith("_") for part in parts), f"{module} is private"
            if path.parent.name == "commands" and parts[1:2] == ["cli"]:
                assert parts[2] in PUBLIC_TO_COMMANDS, f"{module} is not for commands"
            else:
                assert len(parts) == 1 or parts[1] in PUBLIC_TO_PROVIDERS, f"{module}: not for them"
        elif parts[0].startswith("provider_") or parts[0] == "feed_format":
            allowed = {own} | ({"feed_format"} if own == "provider_feed" else set())
            assert parts[0] in allowed, f"{own} imports {module}"


@pytest.mark.parametrize(
    ("line", "depth", "room"),
    [
        ("from provider_core import Host", 1, "operations"),
        ("from provider_core import Error, Host", 2, "operations"),
        ("from provider_core import dispatch", 1, "dispatch"),
        ("from provider_core.model.codec import encode", 2, "model"),
        ("import provider_core.cli.main", 1, "cli"),
        ("import provider_core", 1, ""),
        ("from .store import Store", 1, "store"),
        ("from . import Host", 1, "operations"),
        ("from .. import store", 2, "store"),
        ("def later():\n    from ..catalog.rows import all_images", 2, "catalog"),
    ],
)
def test_an_import_is_seen(line: str, depth: int, room: str) -> None:
    assert list(_rooms_imported(line, depth))[-1] == room


@pytest.mark.parametrize("line", ["from .near import x", "from . import near", "import os"])
def test_neighbours_and_libraries_are_no_rooms(line: str) -> None:
    assert list(_rooms_imported(line, 2)) == []


def test_every_room_has_its_line() -> None:
    rooms = {_room(path) for path in CORE}
    assert rooms == set(RANK)


def test_only_render_prints() -> None:
    printing = [
        str(path.relative_to(ROOT))
        for path in (*CORE, *OUTSIDE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and path.name != "render.py"
    ]
    assert printing == []


def test_no_layer_is_ever_extracted() -> None:
    for path in (*CORE, *OUTSIDE):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"extract", "extractall"}, f"{path}: {node.lineno}"
