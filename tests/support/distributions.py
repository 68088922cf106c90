"""Distributions with an entry point, as an installer would lay them into a folder."""

from __future__ import annotations

from pathlib import Path

__all__ = ["install_distribution"]


def install_distribution(folder: Path, name: str, group: str, entry: str, module: str = "") -> None:
    """Lay *name* 2.1 with *entry* in *group* into *folder*, with its module's text if there is."""
    stem = name.replace("-", "_")
    info = folder / f"{stem}-2.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")
    if module:
        (folder / f"{stem}.py").write_text(module)
