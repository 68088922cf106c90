"""A home is private from the first folder that is made in it."""

from __future__ import annotations

import gzip
from pathlib import Path

from provider_core.home import Home
from provider_core.operations.private_files import open_spool, state_of

from ..support.archives import oci_archive
from ..support.images import make_image
from .hosts import Homes


def test_looking_into_an_archive_makes_a_private_home(homes: Homes, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(gzip.compress(oci_archive(("one:1", make_image("one")))))
    host = homes()
    assert not host.home.root.exists()
    host.plan_install(str(archive))
    assert host.home.root.stat().st_mode & 0o777 == 0o700


def test_spool_and_state_make_it_private(tmp_path: Path) -> None:
    for name in ("spool", "state"):
        home = Home(tmp_path / name)
        if name == "spool":
            with open_spool(home, 10) as spool:
                spool.write(b"x")
        else:
            with state_of(home, "shelf", "lab").lock():
                pass
        for folder in (home.root, *(path for path in home.root.rglob("*") if path.is_dir())):
            assert folder.stat().st_mode & 0o777 == 0o700
