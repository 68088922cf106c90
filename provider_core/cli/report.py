"""--report FILE: what was asked, what was done, and from where, as one JSON document."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from ..disk.durable import rename, sync_file, sync_folder
from ..errors import Cancelled, Error, Exists, NoSuchFile, StoreError, UsageError
from ..model import ImageKey, Installed, Package, Plan
from ..operations.results import InstallResult, SaveResult
from ..operations.wishes import Wishes
from .image_columns import pin_digest
from .invocation import Invocation
from .render import ClosedPipe
from .schema import Document, image_document, saved_document
from .stdin import Asked

__all__ = ["Report", "reported"]


class Report:
    """Gathers what a verb did; written when the verb is over, failed or not."""

    def __init__(self, verb: str, asked: Iterable[Asked], wishes: Wishes) -> None:
        self._document: Document = {
            "schema": "ferry.report/1",
            "verb": verb,
            "asked": _asked(asked, wishes),
            "dry_run": False,
            "done": [],
            "failed": [],
            "error": None,
        }

    def planned(self, plan: Plan) -> None:
        """Add what would be done."""
        self._document["dry_run"] = True
        self._steps(plan, ())
        self.gone_without(plan.failed)

    def installed(self, result: InstallResult) -> None:
        """Add what an install did."""
        self._steps(result.plan, (*result.installed, *result.kept))
        self.gone_without(result.failed)
        self._document["revision"] = result.revision

    def gone_without(self, failed: Iterable[tuple[str, Error]]) -> None:
        """Add requests that failed while others went on."""
        self._document["failed"] += [
            {"request": request, "error": error.as_json()} for request, error in failed
        ]

    def saved(self, result: SaveResult) -> None:
        """Add what a save fetched and wrote."""
        self._steps(result.plan, ())
        fetched = {step.package.id for step in result.plan.steps}
        self._document["done"] += [
            {"action": "save", "from": _origin(package, None), "package": _package(package)}
            for package in result.packages
            if package.id not in fetched
        ]
        self._document["saved"] = saved_document(result)

    def failed(self, error: BaseException) -> None:
        """Note what ended the verb, whatever it is."""
        self._document["error"] = _error_document(error)

    def document(self, *, started: datetime, finished: datetime) -> Document:
        """Return all of it; times ISO 8601 in UTC."""
        times = {"started": started.isoformat(), "finished": finished.isoformat()}
        return {**self._document, **times}

    def _steps(self, plan: Plan, images: Iterable[Installed]) -> None:
        known = {image.key: image for image in images}
        for step in plan.steps:
            image = known.get(ImageKey.of(step.package))
            self._document["done"].append(
                {
                    "action": step.action.value,
                    "reason": step.reason,
                    "bytes": step.fetch,
                    "here": step.here,
                    "from": _origin(step.package, step.source),
                    "package": _package(step.package),
                    "image": image_document(image) if image else None,
                }
            )


def _asked(asked: Iterable[Asked], wishes: Wishes) -> Document:
    return {
        "requests": [one.text for one in asked],
        "sources": sorted({one.source or wishes.source for one in asked} - {""}),
        "versions": str(wishes.versions),
        "variant": wishes.variant,
        "platforms": None if wishes.platforms is None else str(wishes.platforms),
    }


def _origin(package: Package, source: Any) -> Document:
    return {
        "provider": package.id.provider,
        "source": package.id.source,
        "location": source.location if source else "",
    }


def _package(package: Package) -> Document:
    return {
        "name": package.name,
        "version": package.version,
        "platform": str(package.id.platform or ""),
        "digest": pin_digest(package.pin),
    }


@contextmanager
def reported(
    path: str | None, invocation: Invocation, verb: str, asked: Sequence[Asked], wishes: Wishes
) -> Iterator[Report]:
    """Yield a report and write it to *path* afterwards, what failed included.

    Nothing is written without a path.  Before anything is done: UsageError if something is there
    that is no regular file, Exists if a file is and nobody wishes for force, NoSuchFile for its
    folder.  Afterwards: StoreError if it cannot be written; where the verb failed that is only
    told, and the verb's own failure goes on.
    """
    target = None if path is None else Path(path)
    if target is not None:
        _check_target(target, force=wishes.force)
    report, started = Report(verb, asked, wishes), invocation.clock()

    def write() -> None:
        if target is not None:
            _write(target, report.document(started=started, finished=invocation.clock()))

    try:
        yield report
    except BaseException as error:
        if not isinstance(error, ClosedPipe):  # what was done is done, whoever reads of it
            report.failed(error)
        try:
            write()
        except Error as unwritten:
            invocation.output.error(unwritten)
        raise
    write()


def _error_document(error: BaseException) -> Document:
    """Describe *error* as `Error.as_json` does, those that nobody raised on purpose too."""
    if isinstance(error, KeyboardInterrupt):
        error = Cancelled()
    if isinstance(error, Error):
        return error.as_json()
    name = type(error).__name__
    return {"class": name, "code": 1, "message": str(error), "hint": "", "fields": {}}


def _check_target(target: Path, *, force: bool) -> None:
    if os.path.lexists(target):
        # A report takes the place of what has its name: of /dev/stderr as well.
        if not target.is_file():
            raise UsageError(
                f"{target} is not a regular file, and is not replaced", hint="name another file"
            )
        if not force:
            raise Exists(f"the report {target}", hint="name another file, or pass --force")
    if not target.absolute().parent.is_dir():
        raise NoSuchFile(target.parent)


def _write(path: Path, document: Document) -> None:
    """Write *document* beside *path* and rename it, so that half a report is never seen."""
    data = json.dumps(document, indent=2).encode() + b"\n"
    folder = path.absolute().parent
    try:
        number, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                sync_file(file.fileno())
            rename(Path(name), path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        sync_folder(folder)
    except OSError as error:
        raise StoreError(
            f"the report {path} cannot be written: {error.strerror}",
            hint="what was done stays done; name another file next time",
            path=str(path),
        ) from error
