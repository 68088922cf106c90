"""The feed format: images and their signed list in a folder, on a web server or on a stick.

A feed is an OCI image layout whose list of contents is a TUF repository.  `paths` draws it;
docs/reference/feed-format.md specifies it.

* Reading: `TrustReader` verifies the metadata behind any `Fetch`, `FeedReader` reads what it names.
* Publishing: `create_feed`, `open_publisher`, `rotate`; keys, roots and roles come from here too.
* Bundles: `Series` says which one of a series this is, `Evidence` carries others' signatures,
  `Volumes` says what is on which medium.

Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider_core.lazy import lazy_names

if TYPE_CHECKING:
    from .base import BASE_TARGET, Base
    from .checksums import unlike_checksums, write_checksums
    from .documents import Document, Key, document_of, package_key, packages_of
    from .evidence import Evidence, collect_evidence
    from .feed_creation import create_feed, discard_feed, is_feed
    from .feed_folder import Fetch, folder_fetch
    from .feed_reader import Changes, FeedReader, fetch_document
    from .fingerprints import fingerprint_of, parse_fingerprint, show_fingerprint
    from .format_version import FORMAT
    from .inventory import INVENTORY_LIMIT, Inventory, PinnedFeed
    from .key_files import (
        copy_key,
        is_protected,
        read_key,
        read_public_key,
        write_key,
        write_public_key,
    )
    from .key_rotation import rotate
    from .keys import PublicKey, Signer, SigningKey
    from .paths import evidence_base
    from .pruning import Pruned
    from .published_feed import PublishedFeed, read_feed
    from .publisher import Published, Publisher, open_publisher
    from .roles import ROLES, FeedRoles, Lives, RoleKeys
    from .root_chain import (
        check_chain,
        check_next,
        first_root,
        next_root,
        roles_of,
        root_version,
        sign_root,
        signers_of,
        valid_signers,
    )
    from .series import SERIES_TARGET, Series, check_series, next_version
    from .shards import DOCUMENT_TYPE, DocumentRef, shard_number
    from .target_list import TargetList
    from .trust_reader import Pin, TrustReader
    from .trusted_feed import RoleState, TrustedFeed
    from .volume_packing import Part, Room, pack
    from .volume_writing import VolumeWriter, unfinished_volumes
    from .volumes import PIECE_LIMIT, VOLUMES_TARGET, Piece, Volume, VolumeImage, Volumes
    from .withdrawals import WITHDRAWN_TARGET, joined, parse_withdrawals, withdrawals_bytes

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "base": (
            "BASE_TARGET",
            "Base",
        ),
        "checksums": ("unlike_checksums", "write_checksums"),
        "documents": (
            "Document",
            "Key",
            "document_of",
            "package_key",
            "packages_of",
        ),
        "evidence": (
            "Evidence",
            "collect_evidence",
        ),
        "feed_creation": (
            "create_feed",
            "discard_feed",
            "is_feed",
        ),
        "feed_folder": (
            "Fetch",
            "folder_fetch",
        ),
        "feed_reader": (
            "Changes",
            "FeedReader",
            "fetch_document",
        ),
        "fingerprints": (
            "fingerprint_of",
            "parse_fingerprint",
            "show_fingerprint",
        ),
        "format_version": ("FORMAT",),
        "inventory": (
            "INVENTORY_LIMIT",
            "Inventory",
            "PinnedFeed",
        ),
        "key_files": (
            "copy_key",
            "is_protected",
            "read_key",
            "read_public_key",
            "write_key",
            "write_public_key",
        ),
        "key_rotation": ("rotate",),
        "keys": (
            "PublicKey",
            "Signer",
            "SigningKey",
        ),
        "paths": ("evidence_base",),
        "pruning": ("Pruned",),
        "published_feed": (
            "PublishedFeed",
            "read_feed",
        ),
        "publisher": (
            "Published",
            "Publisher",
            "open_publisher",
        ),
        "roles": (
            "ROLES",
            "FeedRoles",
            "Lives",
            "RoleKeys",
        ),
        "root_chain": (
            "check_chain",
            "check_next",
            "first_root",
            "next_root",
            "roles_of",
            "root_version",
            "sign_root",
            "signers_of",
            "valid_signers",
        ),
        "series": (
            "SERIES_TARGET",
            "Series",
            "check_series",
            "next_version",
        ),
        "shards": (
            "DOCUMENT_TYPE",
            "DocumentRef",
            "shard_number",
        ),
        "target_list": ("TargetList",),
        "trust_reader": (
            "Pin",
            "TrustReader",
        ),
        "trusted_feed": (
            "RoleState",
            "TrustedFeed",
        ),
        "volume_packing": (
            "Part",
            "Room",
            "pack",
        ),
        "volume_writing": (
            "VolumeWriter",
            "unfinished_volumes",
        ),
        "volumes": (
            "PIECE_LIMIT",
            "VOLUMES_TARGET",
            "Piece",
            "Volume",
            "VolumeImage",
            "Volumes",
        ),
        "withdrawals": (
            "WITHDRAWN_TARGET",
            "joined",
            "parse_withdrawals",
            "withdrawals_bytes",
        ),
    },
)

__all__ = [
    "BASE_TARGET",
    "DOCUMENT_TYPE",
    "FORMAT",
    "INVENTORY_LIMIT",
    "PIECE_LIMIT",
    "ROLES",
    "SERIES_TARGET",
    "VOLUMES_TARGET",
    "WITHDRAWN_TARGET",
    "Base",
    "Changes",
    "Document",
    "DocumentRef",
    "Evidence",
    "FeedReader",
    "FeedRoles",
    "Fetch",
    "Inventory",
    "Key",
    "Lives",
    "Part",
    "Piece",
    "Pin",
    "PinnedFeed",
    "Pruned",
    "PublicKey",
    "Published",
    "PublishedFeed",
    "Publisher",
    "RoleKeys",
    "RoleState",
    "Room",
    "Series",
    "Signer",
    "SigningKey",
    "TargetList",
    "TrustReader",
    "TrustedFeed",
    "Volume",
    "VolumeImage",
    "VolumeWriter",
    "Volumes",
    "check_chain",
    "check_next",
    "check_series",
    "collect_evidence",
    "copy_key",
    "create_feed",
    "discard_feed",
    "document_of",
    "evidence_base",
    "fetch_document",
    "fingerprint_of",
    "first_root",
    "folder_fetch",
    "is_feed",
    "is_protected",
    "joined",
    "next_root",
    "next_version",
    "open_publisher",
    "pack",
    "package_key",
    "packages_of",
    "parse_fingerprint",
    "parse_withdrawals",
    "read_feed",
    "read_key",
    "read_public_key",
    "roles_of",
    "root_version",
    "rotate",
    "shard_number",
    "show_fingerprint",
    "sign_root",
    "signers_of",
    "unfinished_volumes",
    "unlike_checksums",
    "valid_signers",
    "withdrawals_bytes",
    "write_checksums",
    "write_key",
    "write_public_key",
]
