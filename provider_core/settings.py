"""Settings, and where each of them came from: system < user < home < environment < flag."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .errors import NoSuchFile, StoreError, UsageError

__all__ = ["Layer", "Setting", "Settings", "environment_layer", "file_layer", "merge", "origins"]

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; the defaults are these."""

    offline: bool = False
    """Whether the network is switched off."""
    plugins: bool = True
    """Whether installed third-party providers are loaded; policies always are."""
    disabled_providers: tuple[str, ...] = ()
    """Names of providers that are not loaded; a policy cannot be disabled."""
    disabled_sources: tuple[str, ...] = ()
    """Names of built-in sources that are not asked."""
    platforms: tuple[str, ...] = ()
    """Platforms to install; () for this host's."""
    lock_timeout: float = 30.0
    """Seconds to wait for another process."""
    question_timeout: float = 30.0
    """Seconds a source has to answer a question."""
    stall_timeout: float = 120.0
    """Seconds that work may show no sign of life."""
    gc_grace: float = 3600.0
    """Seconds that unneeded content stays before collection takes it."""
    cache_grace: float = 86400.0
    """Seconds that content fetched for a save stays cached."""
    jobs: int = 4
    """Packages that are installed at once."""
    engines: tuple[str, ...] = ()
    """Container engines: NAME=URL, or 'docker', 'podman', 'containerd' for the usual places."""
    limit_rate: float = 0.0
    """Bytes a second, over all connections together; 0: as fast as it goes."""
    http_proxy: str = ""
    """Proxy for plain http; '' for none.  May hold a password, and is never shown whole."""
    https_proxy: str = ""
    """Proxy for https; likewise."""
    no_proxy: tuple[str, ...] = ()
    """Hosts, domains and networks that are reached without a proxy."""
    ca_files: tuple[str, ...] = ()
    """PEM files of authorities that are trusted beside the system's."""
    system_ca: bool = True
    """Whether the authorities that the system trusts are trusted."""
    client_certificate: str = ""
    """PEM file that proves who we are to servers which ask."""
    client_key: str = ""
    """PEM file of its key; '' if it is in the certificate's file."""
    accept_expired: str = ""
    """How long after their end signatures of sources still count ('90d'); '' for not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Some settings from one place."""

    origin: str
    """'system', 'user', 'home', 'environment' or 'flag', and the file if there is one."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """By the names of Settings' fields, each of its field's type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A line of `ferry config`."""

    name: str
    value: Any
    origin: str


def file_layer(origin: str, path: Path) -> Layer:
    """Read a config.toml; an absent file sets nothing.

    Raises UsageError for what is no setting, or not of its type; StoreError if it cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Layer(origin=origin)
    except NotADirectoryError as error:
        raise NoSuchFile(path) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", hint="mend or remove it", path=str(path)
        ) from error
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}", hint="mend or remove the file") from error
    where = f"{origin} ({path})"
    return Layer(
        origin=where, values={name: _typed(name, value, where) for name, value in document.items()}
    )


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Read FERRY_OFFLINE, FERRY_JOBS and so on; lists are separated by commas.

    Proxies are also taken from where every program finds them: https_proxy and the like.
    """
    values = _usual_proxies(environ)
    for spec in fields(Settings):
        text = environ.get(f"FERRY_{spec.name.upper()}")
        if text is not None:
            values[spec.name] = _typed(spec.name, text, f"FERRY_{spec.name.upper()}")
    return Layer(origin="environment", values=values)


def _usual_proxies(environ: Mapping[str, str]) -> dict[str, Any]:
    if not any(name.lower().endswith("_proxy") for name in environ):
        return {}
    from .transport import Proxies

    found = Proxies.from_environment(environ)
    proxies = {"http_proxy": found.http, "https_proxy": found.https, "no_proxy": found.no_proxy}
    return {name: value for name, value in proxies.items() if value}


def merge(layers: Iterable[Layer]) -> Settings:
    """Return the settings of *layers*, the later winning."""
    values: dict[str, Any] = {}
    for layer in layers:
        values.update(layer.values)
    return Settings(**values)


def origins(layers: Iterable[Layer]) -> tuple[Setting, ...]:
    """Return every setting with its value and the layer that set it."""
    settled = {
        spec.name: Setting(name=spec.name, value=spec.default, origin="default")
        for spec in fields(Settings)
    }
    for layer in layers:
        for name, value in layer.values.items():
            settled[name] = Setting(name=name, value=_inoffensive(name, value), origin=layer.origin)
    return tuple(settled.values())


def _inoffensive(name: str, value: Any) -> Any:
    """Return *value* without the password that a proxy's URL may hold."""
    if name not in ("http_proxy", "https_proxy") or "@" not in value:
        return value
    from .transport.urls import shown

    return shown(value)


def _typed(name: str, value: object, where: str) -> Any:
    """Return *value* as the type of the setting *name*; text is read, as from the environment."""
    defaults = {spec.name: spec.default for spec in fields(Settings)}
    if name not in defaults:
        raise UsageError(
            f"{where} sets {name!r}, which is no setting",
            hint=f"settings are: {', '.join(defaults)}",
            name=name,
        )
    try:
        return _read(value, defaults[name])
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{where} sets {name} to {value!r}: {error}", hint="`ferry config` shows the settings"
        ) from error


def _read(value: object, default: object) -> Any:
    if isinstance(default, bool):
        return _flag(value)
    if isinstance(default, str):
        if not isinstance(value, str):
            raise ValueError("a text is wanted")
        return value.strip()
    if isinstance(default, tuple):
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ValueError("a list of texts is wanted")
        return tuple(item.strip() for item in items if item.strip())
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        raise ValueError("a number is wanted")
    try:
        number = float(value)
    except ValueError:
        raise ValueError("a number is wanted, in digits alone") from None
    if isinstance(default, int):
        if number < 1 or not number.is_integer():
            raise ValueError("a whole number from 1 on is wanted")
        return int(number)
    if number < 0 or not math.isfinite(number):
        raise ValueError("it must be finite and not negative")
    return number


def _flag(value: object) -> bool:
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise ValueError("true or false is wanted")
