"""The objects that --json prints, one a line, each with its ``schema``: a name and a version.

Within a version fields are only added.  Unknown texts are "", unknown numbers and objects null,
sizes are bytes, times ISO 8601 in UTC.

================= ========================== =====================================
schema            printed by                 is
================= ========================== =====================================
ferry.offer/1     find                       an image that a source has
ferry.found/1     search                     a name that a source has
ferry.image/1     list, show, hold, install  an installed image
ferry.tag/1       images, tag                one name of an installed image
ferry.untagged/1  untag                      a name that its image has lost
ferry.branch/1    tree                       an installed image in its family
ferry.layer/1     history                    a line of an image's history
ferry.step/1      install, save: --dry-run   one package of a plan
ferry.plan/1      install, save: --dry-run   the totals, after the steps
ferry.saved/1     save                       what was written
ferry.pin/1       lock                       what a request means, by digest
ferry.outdated/1  outdated                   an installed image, and what is newer
ferry.verdict/1   verify                     whether a medium is whole, and what it is
ferry.removal/1   uninstall, prune           an image that went
ferry.kept/1      prune                      an image that stays, though no rule keeps it
ferry.engine/1    engine list                a container engine, silent ones too
ferry.held/1      list --engine              an image that an engine holds
ferry.withdrawn/1 list --withdrawn           an installed image that a source withdrew
ferry.loaded/1    load, install --engine     what loading an image came to
ferry.source/1    source add, set, list …    a source
ferry.login/1     source login               the origin that a login is bound to
ferry.logout/1    source logout              whether a login was kept
ferry.refresh/1   source refresh             what a refresh did to one source
ferry.provider/1  provider list, show …      a plugin
ferry.delivered/1 provider install, remove … what happened to a provider of this home
ferry.wheel/1     provider save              a wheel that was saved
ferry.kit/1       kit                        ferry itself, to be carried
ferry.page/1      docs                       a page of the documentation, or a line of it
ferry.check/1     provider check             what the conformance kit said
ferry.revision/1  catalog log                an operation on the catalog
ferry.change/1    catalog diff, log          one thing that an operation touched
ferry.damage/1    store check, repair …      one thing that is wrong
ferry.collected/1 store gc                   what was collected
ferry.path/1      store path, catalog backup a place on this machine
ferry.moved/1     store move                 where the store is now
ferry.setting/1   config                     a setting and where it comes from
ferry.finding/1   doctor                     something about this host or home
ferry.version/1   version                    this release and what it runs on
ferry.error/1     (stderr)                   a failure: class, code, message, hint
ferry.notice/1    (stderr)                   a sentence for people
ferry.progress/1  (stderr, --progress json)  how far a piece of work is
ferry.report/1    (the file of --report)     what was asked and done
================= ========================== =====================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .image_columns import pin_digest

if TYPE_CHECKING:
    from ..model import Hold, Installed, Package, Parent, Plan, Source, Step, Tag, Verdict
    from ..operations.results import (
        Branch,
        HistoryEntry,
        Moved,
        RefreshResult,
        Removal,
        SaveResult,
        SourceRow,
    )
    from ..plugins import Row

__all__ = [
    "Document",
    "branch_document",
    "image_document",
    "kept_document",
    "layer_document",
    "login_document",
    "logout_document",
    "moved_document",
    "offer_document",
    "plan_documents",
    "provider_document",
    "refresh_document",
    "removal_document",
    "saved_document",
    "source_document",
    "source_row_document",
    "tag_document",
    "verdict_document",
]

Document = dict[str, Any]


def offer_document(package: Package) -> Document:
    """Describe what a source has."""
    return {
        "schema": "ferry.offer/1",
        "name": package.name,
        "version": package.version,
        "publisher": package.publisher,
        "summary": package.summary,
        "is_os_image": package.is_os_image,
        "parent": _parent(package.parent),
        "platform": str(package.id.platform or ""),
        "platforms": [str(platform) for platform in package.platforms],
        "digest": pin_digest(package.pin),
        "size": package.size,
        "published": package.published,
        "provider": package.id.provider,
        "source": package.id.source,
    }


def image_document(
    image: Installed, tags: Iterable[Tag] = (), hold: Hold | None = None
) -> Document:
    """Describe an installed image, with its further names and why it is held."""
    return {
        "schema": "ferry.image/1",
        "name": image.name,
        "version": image.version,
        "publisher": image.publisher,
        "is_os_image": image.is_os_image,
        "parent": _parent(image.parent),
        "platform": str(image.package.id.platform or ""),
        "platforms": [str(platform) for platform in image.platforms],
        "digest": pin_digest(image.content.root),
        "id": str(image.image_id),
        "size": image.size,
        "created": image.created,
        "installed_at": image.installed_at,
        "provider": image.package.id.provider,
        "source": image.package.id.source,
        "tags": [f"{tag.name}:{tag.tag}" for tag in tags],
        "held": None if hold is None else hold.reason,
    }


def tag_document(repository: str, tag: str, image: Installed) -> Document:
    """Describe one name of an installed image."""
    return {
        "schema": "ferry.tag/1",
        "repository": repository,
        "tag": tag,
        "id": str(image.image_id),
        "digest": pin_digest(image.content.root),
        "platform": str(image.package.id.platform or ""),
        "created": image.created,
        "size": image.size,
    }


def branch_document(branch: Branch) -> Document:
    """Describe an installed image where it stands in its family."""
    return {
        **image_document(branch.image),
        "schema": "ferry.branch/1",
        "depth": len(branch.above),
    }


def layer_document(entry: HistoryEntry) -> Document:
    """Describe a line of an image's history."""
    return {
        "schema": "ferry.layer/1",
        "image": entry.image,
        "created": entry.created,
        "created_by": entry.created_by,
        "size": entry.size,
        "comment": entry.comment,
    }


def plan_documents(plan: Plan) -> list[Document]:
    """Describe the steps of a plan, then its totals."""
    totals = {
        "schema": "ferry.plan/1",
        "verb": plan.verb,
        "steps": len(plan.steps),
        "fetch": plan.fetch,
        "here": plan.here,
        "pulls": plan.pulls,
        "pulls_left": plan.pulls_left,
        "free": plan.free,
        "exact": plan.exact,
        "bounded": plan.bounded,
    }
    return [*map(_step, plan.steps), totals]


def _step(step: Step) -> Document:
    return {
        **offer_document(step.package),
        "schema": "ferry.step/1",
        "action": step.action.value,
        "reason": step.reason,
        "platforms": [str(platform) for platform in step.platforms],
        "location": step.source.location if step.source else "",
        "fetch": step.fetch,
        "here": step.here,
        "pulls": step.pulls,
        "pulls_left": step.pulls_left,
        "exact": step.exact,
        "bounded": step.bounded,
    }


def saved_document(result: SaveResult) -> Document:
    """Describe what a save wrote."""
    saved = result.saved
    return {
        "schema": "ferry.saved/1",
        "location": saved.location,
        "names": list(saved.names),
        "digests": [str(root) for root in saved.roots],
        "written": saved.written,
        "reused": saved.reused,
        "left_out": saved.left_out,
    }


def verdict_document(verdict: Verdict) -> Document:
    """Describe whether a medium is whole, and what it is."""
    return {
        "schema": "ferry.verdict/1",
        "place": verdict.place,
        "kind": verdict.kind,
        "series": verdict.series,
        "whole": not verdict.problems,
        "problems": list(verdict.problems),
        "contents": list(verdict.contents),
        "signed_by": verdict.signed_by,
        "known_as": list(verdict.known_as),
        "until": verdict.until,
        "needs": [str(digest) for digest in verdict.needs],
        "size": verdict.size,
    }


def removal_document(removal: Removal) -> Document:
    """Describe an image that went."""
    return {
        **image_document(removal.image),
        "schema": "ferry.removal/1",
        "untagged": list(removal.untagged),
        "deleted": [str(digest) for digest in removal.deleted],
        "freed": removal.freed,
    }


def kept_document(image: Installed, reasons: Iterable[str]) -> Document:
    """Describe an image that stays, though no rule of a prune keeps it."""
    return {**image_document(image), "schema": "ferry.kept/1", "needed_by": list(reasons)}


def moved_document(moved: Moved) -> Document:
    """Describe where a store was and is."""
    return {
        "schema": "ferry.moved/1",
        "before": str(moved.before),
        "path": str(moved.path),
        "copied": moved.copied,
    }


def source_document(source: Source) -> Document:
    """Describe a source."""
    return {
        "schema": "ferry.source/1",
        "name": source.name,
        "provider": source.provider,
        "location": source.location,
        "trust": source.trust.value,
        "priority": source.priority,
        "options": dict(source.options),
        "indexed": source.indexed,
    }


def source_row_document(row: SourceRow) -> Document:
    """Describe a source and what is known of its offers."""
    return {
        **source_document(row.source),
        "builtin": row.builtin,
        "offers": row.offers,
        "refreshed": row.refreshed,
        "until": row.until,
        "facts": dict(row.facts),
    }


def login_document(source: str, origin: str) -> Document:
    """Describe where a login is good for."""
    return {"schema": "ferry.login/1", "source": source, "origin": origin}


def logout_document(source: str, *, changed: bool) -> Document:
    """Describe whether there was a login to forget."""
    return {"schema": "ferry.logout/1", "source": source, "changed": changed}


def refresh_document(result: RefreshResult) -> Document:
    """Describe what a refresh did to one source."""
    return {
        "schema": "ferry.refresh/1",
        "name": result.source.name,
        "changed": result.changed,
        "offers": result.offers,
    }


def provider_document(row: Row) -> Document:
    """Describe a plugin, loaded or not."""
    info = row.info
    return {
        "schema": "ferry.provider/1",
        "name": row.name,
        "status": row.status,
        "origin": row.origin,
        "version": info.version if info else "",
        "summary": info.summary if info else "",
        "contract": info.contract if info else None,
        "features": sorted(feature.value for feature in info.features) if info else [],
        "schemes": list(info.schemes) if info else [],
        "markers": list(info.markers) if info else [],
        "accepts": list(info.accepts) if info else [],
        "saves": [_destination(saves) for saves in info.saves] if info else [],
        "options": [
            {"name": spec.name, "verb": spec.verb.value, "type": spec.type.value, "help": spec.help}
            for spec in row.options
        ],
        "error": row.fault.as_json() if row.fault else None,
    }


def _destination(saves: Any) -> str:
    return saves.suffix or (f"{saves.scheme}://" if saves.scheme else "folder")


def _parent(parent: Parent | None) -> Document | None:
    if parent is None:
        return None
    return {
        "name": parent.name,
        "version": parent.version,
        "publisher": parent.publisher,
        "digest": str(parent.digest or ""),
    }
