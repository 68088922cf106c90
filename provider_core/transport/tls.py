"""Whom TLS trusts, and what it shows of us."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..errors import NoSuchFile, UsageError
from .settings import TransportSettings

__all__ = ["tls_context"]


def tls_context(settings: TransportSettings) -> ssl.SSLContext:
    """Return the TLS configuration of *settings*; certificates and names are always checked.

    Raises NoSuchFile; UsageError for a file that is not PEM, or a key that is not the
    certificate's or needs a passphrase.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.system_ca:
        _trust_the_system(context)
    for path in settings.ca_files:
        _load(path, "a PEM file of authorities", partial(context.load_verify_locations, path))
    if settings.client_certificate is not None:
        _load_client(context, settings.client_certificate, settings.client_key)
    return context


def _trust_the_system(context: ssl.SSLContext) -> None:
    """Trust the system's authorities; those of Mozilla where it has none."""
    if sys.platform == "win32":
        context.load_default_certs()
        return
    # load_default_certs() would obey SSL_CERT_FILE; these are the same paths without it.
    paths = ssl.get_default_verify_paths()
    file, folder = Path(paths.openssl_cafile), Path(paths.openssl_capath)
    if file.is_file():
        context.load_verify_locations(cafile=file)
    if folder.is_dir():
        context.load_verify_locations(capath=folder)
    if not file.is_file() and not folder.is_dir():
        import certifi

        context.load_verify_locations(cafile=certifi.where())


def _load_client(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    if key is not None and not key.is_file():
        raise NoSuchFile(key)
    # Without a password function, OpenSSL would ask for one on the terminal.
    load = partial(context.load_cert_chain, certificate, key, password=str)
    _load(certificate, "a PEM certificate with its key, without a passphrase", load)


def _load(path: Path, kind: str, load: Callable[[], None]) -> None:
    try:
        load()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "unreadable"
        raise UsageError(f"{path} is not {kind}: {reason}", hint="check the file") from None
