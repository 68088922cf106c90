"""doctor: what this host and home are like, and what would get in the way."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from ..disk.systems import this_user
from ..errors import Error
from ..model import Feature, Finding
from ..platforms import host_platform

if TYPE_CHECKING:
    from ..plugins import Row
    from .resources import Resources

__all__ = ["Finding", "doctor"]

LOW_SPACE = 1 << 30
"""Bytes free below which a finding says so."""


def doctor(resources: Resources) -> tuple[Finding, ...]:
    """Look at the host, the home, the catalog and the plugins, and ask these; change nothing."""
    return tuple(
        finding
        for room in (_host, _home, _store, _catalog, _plugins, _providers)
        for finding in room(resources)
    )


def _host(resources: Resources) -> Iterator[Finding]:
    try:
        own = version("imageferry")
    except PackageNotFoundError:
        own = "not installed"
    yield Finding(what="ferry", status="ok", detail=own)
    yield Finding(
        what="python", status="ok", detail=f"{platform.python_version()} ({sys.executable})"
    )
    yield Finding(what="sqlite", status="ok", detail=sqlite3.sqlite_version)
    yield Finding(what="platform", status="ok", detail=str(host_platform()))


def _home(resources: Resources) -> Iterator[Finding]:
    root = resources.home.root
    if not root.exists():
        yield Finding(what="home", status="note", detail=f"{root} (made when first needed)")
    elif os.access(root, os.W_OK):
        yield Finding(what="home", status="ok", detail=str(root))
    else:
        yield Finding(
            what="home",
            status="note",
            detail=f"{root} is read-only for you",
            hint="listing and saving work; choose another home to install",
        )
    user = this_user()
    if user is not None and root.exists() and root.stat().st_uid != user:
        yield Finding(
            what="owner",
            status="note",
            detail=f"{root} belongs to user {root.stat().st_uid}, you are {user}",
        )


def _store(resources: Resources) -> Iterator[Finding]:
    home = resources.home
    if home.store_moved:
        try:
            place, leftover = resources.store.path, home.store_location().leftover
        except Error as error:
            yield Finding(what="store", status="bad", detail=error.message, hint=error.hint)
            return
        left = f"; {leftover}, which a move has left, is still there" if leftover else ""
        yield Finding(
            what="store",
            status="note" if leftover else "ok",
            detail=f"{place}{left}",
            hint="`ferry store gc` takes it away" if leftover else "",
        )
    yield from _space(resources)


def _space(resources: Resources) -> Iterator[Finding]:
    free = resources.free_bytes()
    low = free < LOW_SPACE
    yield Finding(
        what="space",
        status="note" if low else "ok",
        detail=f"{free} bytes free at {resources.home.store}",
        hint="`ferry store gc` frees what nothing needs" if low else "",
    )


def _catalog(resources: Resources) -> Iterator[Finding]:
    if not resources.home.catalog.exists():
        yield Finding(what="catalog", status="ok", detail="empty")
        return
    try:
        faults = resources.catalog.check()
        count = len(resources.catalog.installed())
    except Error as error:
        yield Finding(what="catalog", status="bad", detail=error.message, hint=error.hint)
        return
    if faults:
        yield Finding(
            what="catalog",
            status="bad",
            detail="; ".join(faults),
            hint="`ferry catalog restore BACKUP` or `ferry catalog rebuild`",
        )
    else:
        revision = resources.catalog.revision()
        yield Finding(what="catalog", status="ok", detail=f"{count} images, revision {revision}")


def _plugins(resources: Resources) -> Iterator[Finding]:
    try:
        rows = resources.plugins.rows()
    except Error as error:
        yield Finding(what="plugins", status="bad", detail=error.message, hint=error.hint)
        return
    for row in rows:
        status = "bad" if row.fault else "ok"
        detail = row.fault.message if row.fault else f"{row.status} ({row.origin})"
        hint = row.fault.hint if row.fault else ""
        yield Finding(what=f"plugin {row.name}", status=status, detail=detail, hint=hint)


def _providers(resources: Resources) -> Iterator[Finding]:
    """Let the providers say what they need of this host."""
    from .calls import open_call

    for row in _rows(resources):
        if row.info is None or Feature.DIAGNOSE not in row.info.features:
            continue
        try:
            context = open_call(resources, row.name).context
            yield from resources.dispatcher.diagnose(row.name, context)
        except Error as error:
            yield Finding(
                what=f"plugin {row.name}", status="bad", detail=error.message, hint=error.hint
            )


def _rows(resources: Resources) -> tuple[Row, ...]:
    try:
        return tuple(resources.plugins.rows())
    except Error:  # `_plugins` says so
        return ()
