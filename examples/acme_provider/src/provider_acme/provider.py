"""The provider: what a host may ask, in terms of tapes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from provider_core import (
    Content,
    Context,
    Feature,
    Package,
    PackageId,
    ProviderInfo,
    ProviderSpec,
    Query,
    Source,
    Trust,
    hookimpl,
)
from provider_core.errors import Conflict, NotSupported, UsageError
from provider_core.hookspecs import Reader, Writer
from provider_core.store import pour

from .drive import Drive
from .tape import Entry

__all__ = ["AcmeProvider"]

TAPE = "com.example.acme.tape"
"""Annotation: the file of the tape an image is on."""
RECORD = "com.example.acme.record"
"""Annotation: which record of it."""


class AcmeProvider(ProviderSpec):
    """Finds images by the labels of tapes, and installs them tape by tape, front to back."""

    def __init__(self) -> None:
        self._drives: dict[str, Drive] = {}
        self._lock = threading.Lock()

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return ProviderInfo(
            name="acme",
            version="1.0.0",
            summary="Images from a folder of ACME tapes.",
            features=frozenset(
                {Feature.CHECK_SOURCE, Feature.FIND, Feature.ORDER, Feature.INSTALL}
            ),
        )

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        folder = Path(source.location).expanduser().absolute()
        checked = replace(source, location=str(folder), trust=Trust.ACCEPTED)
        if not list(self.drive(checked).labels()):
            raise UsageError(f"there is no tape in {folder}", hint="name a folder of *.tape files")
        return checked

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        source = _source_of(context)
        for file, label in self.drive(source).labels():
            for entry in label.entries:
                context.check()
                if query.wants_name(entry.name):
                    yield _package(source, file, label.tape, entry)

    @hookimpl
    def order(self, packages: Sequence[Package], context: Context) -> Sequence[Package]:
        return sorted(packages, key=_position)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content:
        file, record = _position(package)
        drive = self.drive(_source_of(context))
        context.progress.notice(f"winding {file} to record {record}")
        with drive.at(file, record, context.check) as tape:
            entry = tape.label.entries[record] if record < len(tape.label.entries) else None
            if entry is None or entry.root != package.pin:
                raise Conflict(f"{file} was changed", hint="find the image again", tape=file)
            for descriptor, stream in tape.blobs(context.check):
                pour(stream, writer, descriptor)
        return Content(root=entry.root, platforms=package.platforms)

    def drive(self, source: Source) -> Drive:
        """Return the drive of a source; sources are served at the same time, each by its own."""
        with self._lock:
            return self._drives.setdefault(source.location, Drive(Path(source.location)))


def _package(source: Source, file: str, tape: str, entry: Entry) -> Package:
    return Package(
        id=PackageId(provider="acme", source=source.name, name=entry.name, version=entry.version),
        pin=entry.root,
        platforms=(entry.platform,),
        publisher="ACME",
        summary=entry.summary or f"on tape {tape}",
        size=entry.size,
        annotations={TAPE: file, RECORD: str(entry.record)},
    )


def _position(package: Package) -> tuple[str, int]:
    """Return the tape that a package is on, and its record there."""
    return package.annotations[TAPE], int(package.annotations[RECORD])


def _source_of(context: Context) -> Source:
    if context.source is None:
        raise NotSupported("acme has images in sources only", hint="`ferry source add`")
    return context.source
