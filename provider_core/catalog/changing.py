"""One change of the catalog: what an operation writes, and sees, inside its transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ..digests import Digest
from ..errors import NotInstalled, NotSupported
from ..model import Content, Hold, ImageKey, Installed, Package, Source, Tag
from ..model.codec import decode_installed, decode_tag, encode, load_text, to_text
from ..oci import Descriptor
from ..references import name_key
from ..versions import Version
from . import rows
from .history import HOLD, IMAGE, SOURCE, TAG, Change, net, write_revision

__all__ = ["CatalogChange"]


class CatalogChange:
    """Writes and re-checks before the commit; not for use after it, but for `revision`."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock
        self._changes: list[Change] = []
        self._put: dict[ImageKey, None] = {}
        self.revision = rows.latest_revision(connection)
        """The catalog's revision; after the commit, that of this change if it changed anything."""

    # what is there, with what was written so far ----------------------------------------

    def image(self, key: ImageKey) -> Installed | None:
        """Return the image of *key*, None if there is none."""
        return rows.one_image(self._connection, key)

    def installed(self) -> tuple[Installed, ...]:
        """Return every image, by name without case, the newest version first."""
        return rows.all_images(self._connection)

    def tags(self) -> tuple[Tag, ...]:
        """Return every tag, by name without case."""
        return rows.all_tags(self._connection)

    def holds(self) -> tuple[Hold, ...]:
        """Return every hold, by image."""
        return rows.all_holds(self._connection)

    def source(self, name: str) -> Source | None:
        """Return the source called *name* in any case, None if there is none."""
        return rows.one_source(self._connection, name)

    # images -----------------------------------------------------------------------------

    def put_image(self, installed: Installed) -> None:
        """Add an image, or replace the one of its key; its tags and holds stay."""
        root = installed.content.root
        digest = root.digest if isinstance(root, Descriptor) else None
        key = installed.key
        parameters = {
            **_image_parameters(key),
            "sort_key": Version.parse(installed.version).key,
            "image_id": installed.image_id.hex,
            "root": digest.hex if digest else "",
            "document": to_text(installed),
        }
        self._put[key] = None
        self._note_image(key, encode(installed))
        self._connection.execute(
            """
            INSERT INTO image (name_key, version, platform, sort_key, image_id, root, document)
            VALUES (:name, :version, :platform, :sort_key, :image_id, :root, :document)
            ON CONFLICT (name_key, version, platform) DO UPDATE SET
                sort_key = excluded.sort_key, image_id = excluded.image_id,
                root = excluded.root, document = excluded.document
            """,
            parameters,
        )

    def remove_image(self, key: ImageKey) -> bool:
        """Remove an image with its tags and hold; whether it was there."""
        if self.image(key) is None:
            return False
        for tag in self.tags():
            if tag.image == key:
                self.remove_tag(tag.name, tag.tag)
        self.remove_hold(key)
        self._note_image(key, None)
        self._connection.execute(
            """
            DELETE FROM image
            WHERE name_key = :name AND version = :version AND platform = :platform
            """,
            _image_parameters(key),
        )
        return True

    # tags and holds -----------------------------------------------------------------------

    def put_tag(self, tag: Tag) -> None:
        """Add a tag, or point the one of that name to another image; NotInstalled if it is not."""
        self._require(tag.image)
        name = name_key(tag.name)
        self._note_tag(name, tag.tag, f"{tag.name}:{tag.tag}", encode(tag))
        self._connection.execute(
            """
            INSERT INTO tag
                (name_key, tag, image_name, image_version, image_platform, document)
            VALUES (:name_key, :tag, :name, :version, :platform, :document)
            ON CONFLICT (name_key, tag) DO UPDATE SET
                image_name = excluded.image_name, image_version = excluded.image_version,
                image_platform = excluded.image_platform, document = excluded.document
            """,
            {
                **_image_parameters(tag.image),
                "name_key": name,
                "tag": tag.tag,
                "document": to_text(tag),
            },
        )

    def remove_tag(self, name: str, tag: str) -> bool:
        """Remove a tag; whether it was there."""
        key = name_key(name)
        if not self._note_tag(key, tag, f"{name}:{tag}", None):
            return False
        self._connection.execute(
            "DELETE FROM tag WHERE name_key = :name AND tag = :tag", {"name": key, "tag": tag}
        )
        return True

    def put_hold(self, hold: Hold) -> None:
        """Hold an image, or give another reason; NotInstalled if it is not."""
        self._require(hold.image)
        self._note_hold(hold.image, encode(hold))
        self._connection.execute(
            """
            INSERT INTO hold (name_key, version, platform, document)
            VALUES (:name, :version, :platform, :document)
            ON CONFLICT (name_key, version, platform) DO UPDATE SET document = excluded.document
            """,
            {**_image_parameters(hold.image), "document": to_text(hold)},
        )

    def remove_hold(self, key: ImageKey) -> bool:
        """Let go of an image; whether it was held."""
        if not self._note_hold(key, None):
            return False
        self._connection.execute(
            """
            DELETE FROM hold
            WHERE name_key = :name AND version = :version AND platform = :platform
            """,
            _image_parameters(key),
        )
        return True

    # sources ------------------------------------------------------------------------------

    def put_source(self, source: Source) -> None:
        """Add a source, or replace the one of that name in any case."""
        name = name_key(source.name)
        self._note_source(name, source.name, encode(source))
        self._connection.execute(
            """
            INSERT INTO source (name_key, priority, document)
            VALUES (:name, :priority, :document)
            ON CONFLICT (name_key) DO UPDATE SET
                priority = excluded.priority, document = excluded.document
            """,
            {"name": name, "priority": source.priority, "document": to_text(source)},
        )

    def remove_source(self, name: str) -> bool:
        """Remove a source; whether it was there."""
        key = name_key(name)
        if not self._note_source(key, name, None):
            return False
        self._connection.execute("DELETE FROM source WHERE name_key = :name", {"name": key})
        return True

    # cached content: no history -------------------------------------------------------------

    def put_cached(self, package: Package, content: Content) -> None:
        """Note content that was fetched but not installed, or that it was used again now.

        Raises NotSupported for a local file that stays where it is: nothing of it is cached.
        """
        if not isinstance(content.root, Descriptor):
            raise NotSupported(
                f"{package} is a local file, which cannot be cached", hint="install it instead"
            )
        self._connection.execute(
            """
            INSERT INTO cached (root, since, package, content)
            VALUES (:root, :since, :package, :content)
            ON CONFLICT (root) DO UPDATE SET
                since = excluded.since, package = excluded.package, content = excluded.content
            """,
            {
                "root": str(content.root.digest),
                "since": self._clock().timestamp(),
                "package": to_text(package),
                "content": to_text(content),
            },
        )

    def drop_cached(self, digest: Digest) -> bool:
        """Forget cached content by the digest of its root; whether it was there."""
        cursor = self._connection.execute(
            "DELETE FROM cached WHERE root = :root", {"root": str(digest)}
        )
        return cursor.rowcount > 0

    # ----------------------------------------------------------------------------------------

    def changed_images(self) -> tuple[tuple[Installed | None, Installed | None], ...]:
        """Return each image that is different by now: as it was and as it is, None for absent."""
        return tuple(
            (_decoded(change.before), _decoded(change.after))
            for change in net(self._changes)
            if change.kind == IMAGE
        )

    def put_images(self) -> tuple[Installed, ...]:
        """Return the images of now that were put, also those that are as before."""
        found = (self.image(key) for key in self._put)
        return tuple(image for image in found if image is not None)

    def retagged_images(self) -> tuple[Installed, ...]:
        """Return the images of now that have gained or lost a tag so far."""
        keys: dict[ImageKey, None] = {}
        for change in net(self._changes):
            if change.kind == TAG:
                documents = (change.before, change.after)
                keys |= {decode_tag(one).image: None for one in documents if one is not None}
        found = (self.image(key) for key in keys)
        return tuple(image for image in found if image is not None)

    def finish(
        self, facts: Mapping[str, str], detail: Mapping[str, str], *, always: bool = False
    ) -> None:
        """Write the revision, if anything is different from before, or *always*.

        Called by the catalog.
        """
        changes = net(self._changes)
        if not (changes or always):
            return
        self.revision += 1
        time = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        write_revision(
            self._connection,
            self.revision,
            {**facts, "time": time, "detail": json.dumps(dict(detail))},
            changes,
        )

    def _require(self, key: ImageKey) -> None:
        if self.image(key) is None:
            raise NotInstalled(str(key))

    def _note_image(self, key: ImageKey, after: Mapping[str, Any] | None) -> None:
        row = self._connection.execute(
            """
            SELECT document FROM image
            WHERE name_key = :name AND version = :version AND platform = :platform
            """,
            _image_parameters(key),
        ).fetchone()
        self._note(IMAGE, _parts(key), str(key), row, after)

    def _note_tag(self, name: str, tag: str, subject: str, after: Mapping[str, Any] | None) -> bool:
        row = self._connection.execute(
            "SELECT document FROM tag WHERE name_key = :name AND tag = :tag",
            {"name": name, "tag": tag},
        ).fetchone()
        return self._note(TAG, (name, tag), subject, row, after)

    def _note_hold(self, key: ImageKey, after: Mapping[str, Any] | None) -> bool:
        row = self._connection.execute(
            """
            SELECT document FROM hold
            WHERE name_key = :name AND version = :version AND platform = :platform
            """,
            _image_parameters(key),
        ).fetchone()
        return self._note(HOLD, _parts(key), str(key), row, after)

    def _note_source(self, name: str, subject: str, after: Mapping[str, Any] | None) -> bool:
        row = self._connection.execute(
            "SELECT document FROM source WHERE name_key = :name", {"name": name}
        ).fetchone()
        return self._note(SOURCE, (name,), subject, row, after)

    def _note(
        self,
        kind: str,
        identity: tuple[str, ...],
        subject: str,
        row: tuple[str] | None,
        after: Mapping[str, Any] | None,
    ) -> bool:
        """Keep what happens to a thing, whose row is read first; whether it was there."""
        self._changes.append(
            Change(
                revision=self.revision + 1,
                kind=kind,
                subject=subject,
                identity=identity,
                before=None if row is None else load_text(row[0]),
                after=after,
            )
        )
        return row is not None


def _decoded(document: Mapping[str, Any] | None) -> Installed | None:
    return None if document is None else decode_installed(document)


def _image_parameters(key: ImageKey) -> dict[str, str]:
    return {"name": key.name, "version": key.version, "platform": key.platform}


def _parts(key: ImageKey) -> tuple[str, ...]:
    return key.name, key.version, key.platform
