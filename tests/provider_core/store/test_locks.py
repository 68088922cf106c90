from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from provider_core.errors import Locked
from provider_core.store import locks
from provider_core.store.locks import claim, held


def test_a_claim_is_one_holders(tmp_path: Path) -> None:
    path = tmp_path / "file"
    first = claim(path, create=True)
    assert first is not None
    assert claim(path) is None
    os.close(first)
    again = claim(path)
    assert again is not None
    os.close(again)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/")])
def test_only_files_are_claimed(tmp_path: Path, make: object) -> None:
    assert callable(make)
    with pytest.raises(FileNotFoundError):
        claim(tmp_path / "absent")
    make(tmp_path / "thing")
    with pytest.raises(OSError, match="thing"):
        claim(tmp_path / "thing")


def test_a_file_that_was_renamed_while_it_was_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, blob = tmp_path / "ingest", tmp_path / "blob"
    path.write_bytes(b"whole by now")
    lock = locks._try

    def rename_first(fd: int) -> bool:
        if not blob.exists():
            path.rename(blob)
        return lock(fd)

    monkeypatch.setattr(locks, "_try", rename_first)
    with pytest.raises(FileNotFoundError):
        claim(path)
    fd = claim(path, create=True)
    assert fd is not None
    os.write(fd, b"new")
    os.close(fd)
    assert path.read_bytes() == b"new"
    assert blob.read_bytes() == b"whole by now"


def test_one_holds_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            with held(tmp_path / "lock", 20):
                inside.append(number)
                assert len(inside) == 1
                inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == []
    with held(tmp_path / "lock", 0), pytest.raises(Locked), held(tmp_path / "lock", 0.01):
        pass
