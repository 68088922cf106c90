"""Logins that a home keeps."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from provider_core.credentials import Credential, Logins, Place
from provider_core.errors import AuthRequired, DocumentError, NotSupported, StoreError
from provider_core.transport import Origin

WORK = Origin.of("https://registry.example")
ME = Credential(username="me", secret="s3cr3t")


class MemoryKeyring(KeyringBackend):
    """A keyring in a dictionary."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.secrets: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret."""
        if self.locked:
            raise KeyringLocked("s3cr3t in the backend's words")
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret."""
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Drop the secret."""
        del self.secrets[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """Return the system's keyring of this test."""
    ring = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(ring, name))
    return ring


def test_a_login_is_found_for_its_source_and_origin_alone(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "logins.json")
    logins.keep("Work", WORK, ME, Place.FILE)
    assert logins.find("work", WORK) == ME
    for other in (
        "https://registry.example:8443",
        "http://registry.example",
        "https://registry.example.evil.example",
        "https://evil-registry.example",
    ):
        assert logins.find("work", Origin.of(other)) is None


def test_cve_2026_103868_one_sources_login_is_not_used_for_another(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "logins.json", variables={"FERRY_OTHER_TOKEN": "t"})
    logins.keep("work", WORK, ME, Place.FILE)
    assert logins.find("guest", WORK, sources=["work", "guest", "other"]) is None


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "logins.json", variables={"FERRY_WORK_TOKEN": "t"})
    logins.keep("work", WORK, ME, Place.FILE)
    assert logins.find("work", WORK) == Credential(username="", secret="t")


def test_the_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Logins(tmp_path / "logins.json").keep("work", WORK, ME, Place.FILE)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "logins.json").stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    logins = Logins(path)
    logins.keep("work", WORK, ME, Place.FILE)
    path.chmod(0o640)
    with pytest.raises(StoreError, match="private") as caught:
        logins.find("work", WORK)
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    "text", ['{"format": 1, "logins": [{"secret": "s3cr3t"', '{"format": 2}', '["s3cr3t"]']
)
def test_a_damaged_file_is_told_without_its_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "logins.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(DocumentError) as caught:
        Logins(path).find("work", WORK)
    assert "s3cr3t" not in str(caught.value.as_json())
    assert caught.value.__cause__ is None


def test_a_newer_login_takes_the_place_of_the_older(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "logins.json")
    moved = Origin.of("https://new.example")
    logins.keep("work", WORK, ME, Place.FILE)
    logins.keep("work", moved, ME, Place.FILE)
    assert (logins.find("work", WORK), logins.find("work", moved)) == (None, ME)
    assert (logins.forget("WORK"), logins.forget("work")) == (True, False)
    assert logins.find("work", moved) is None


def test_the_keyring_has_the_secret_and_the_file_only_where(
    tmp_path: Path, ring: MemoryKeyring
) -> None:
    logins = Logins(tmp_path / "logins.json")
    logins.keep("work", WORK, ME, Place.KEYRING)
    assert logins.find("work", WORK) == ME
    assert "s3cr3t" not in (tmp_path / "logins.json").read_text()
    other = Logins(tmp_path / "elsewhere.json")
    assert other.find("work", WORK) is None
    logins.keep("work", WORK, ME, Place.FILE)
    assert not ring.secrets
    assert logins.find("work", WORK) == ME


def test_logging_out_empties_the_keyring(tmp_path: Path, ring: MemoryKeyring) -> None:
    logins = Logins(tmp_path / "logins.json")
    logins.keep("work", WORK, ME, Place.KEYRING)
    logins.keep("work", WORK, ME, Place.KEYRING)
    assert len(ring.secrets) == 1
    logins.forget("work")
    assert not ring.secrets


def test_a_keyring_that_lost_the_secret_or_is_locked(tmp_path: Path, ring: MemoryKeyring) -> None:
    logins = Logins(tmp_path / "logins.json")
    logins.keep("work", WORK, ME, Place.KEYRING)
    ring.locked = True
    with pytest.raises(StoreError) as caught:
        logins.find("work", WORK)
    assert "s3cr3t" not in str(caught.value.as_json())
    ring.locked = False
    ring.secrets.clear()
    with pytest.raises(AuthRequired, match="keyring"):
        logins.find("work", WORK)


def test_without_a_keyring_nothing_is_kept(tmp_path: Path, ring: MemoryKeyring) -> None:
    ring.priority = 0.0
    logins = Logins(tmp_path / "logins.json")
    with pytest.raises(NotSupported) as caught:
        logins.keep("work", WORK, ME, Place.KEYRING)
    assert "--store file" in caught.value.hint
    assert not (tmp_path / "logins.json").exists()


def test_a_credential_does_not_show_its_secret(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "logins.json")
    logins.keep("work", WORK, ME, Place.FILE)
    assert "s3cr3t" not in repr(ME) + repr(logins.find("work", WORK))
    document = json.loads((tmp_path / "logins.json").read_bytes())
    assert document["logins"][0]["origin"] == "https://registry.example:443"
