"""What is special about tapes: order, mounts, and that nothing is read twice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from provider_acme import AcmeProvider
from provider_acme.drive import Drive
from provider_acme.tape import Tape

from provider_core import Host, Query
from provider_core.errors import Conflict, DocumentError, IntegrityError, NoSuchFile, UsageError
from provider_core.testing import MemoryStore, make_context


def test_labels_are_all_that_a_find_reads(vault: Path) -> None:
    for tape in vault.iterdir():
        label, _, _ = tape.read_bytes().partition(b"\n")
        tape.write_bytes(label + b"\n")  # nothing behind it
    with Host(home=vault.parent / "home", providers=[AcmeProvider]) as host:
        host.add_source("vault", str(vault), provider="acme")
        found = host.find("anvil", "rocket").packages
    assert [(package.name, package.version) for package in found] == [
        ("Anvil", "2.0"),
        ("Rocket", "2.0"),
    ]


def test_each_tape_is_mounted_once_for_a_batch(vault: Path) -> None:
    provider = AcmeProvider()
    with Host(home=vault.parent / "home", providers=[provider]) as host:
        source = host.add_source("vault", str(vault), provider="acme")
        host.install("Rocket==2.0", "Anvil==2.0", "Rocket==1.0", "Anvil==1.0")
        assert len(host.list()) == 4
        assert host.check_store() == ()
    assert provider.drive(source).mounts == 2


def test_going_back_means_mounting_again(vault: Path) -> None:
    drive = Drive(vault)
    for record, mounts in [(0, 1), (2, 1), (1, 2), (2, 2)]:
        with drive.at("a1.tape", record, lambda: None) as tape:
            assert tape.record == record
            for _ in tape.blobs(lambda: None):
                pass
        assert drive.mounts == mounts


def test_a_tape_that_is_changed_meanwhile_is_seen(vault: Path) -> None:
    provider = AcmeProvider()
    with Host(home=vault.parent / "home", providers=[provider]) as host:
        source = host.add_source("vault", str(vault), provider="acme")
    context = make_context(source)
    *_, package = provider.find(Query(name="anvil"), context)
    (vault / "b7.tape").write_bytes((vault / "a1.tape").read_bytes())
    store = MemoryStore()
    with pytest.raises(Conflict), store.lease() as lease:
        provider.install(package, store, store.writer(lease), context)


@pytest.mark.parametrize("text", [b"", b"{}", b"{}\n", b'{"tape": "A", "images": [{}]}\n'])
def test_what_is_no_label_is_refused(text: bytes) -> None:
    with pytest.raises(DocumentError):
        Tape(io.BytesIO(text))


def test_a_tape_that_ends_early_is_refused(vault: Path) -> None:
    path = vault / "b7.tape"
    path.write_bytes(path.read_bytes()[:-30_000])
    with Host(home=vault.parent / "home", providers=[AcmeProvider]) as host:
        host.add_source("vault", str(vault), provider="acme")
        with pytest.raises(IntegrityError):
            host.install("Anvil==2.0")


def test_a_source_is_a_folder_of_tapes(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with Host(home=tmp_path / "home", providers=[AcmeProvider]) as host:
        with pytest.raises(NoSuchFile):
            host.add_source("vault", str(tmp_path / "absent"), provider="acme")
        with pytest.raises(UsageError, match="no tape"):
            host.add_source("vault", str(tmp_path / "empty"), provider="acme")
