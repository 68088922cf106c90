"""ArchiveProvider: the hooks, each a few lines over the modules that do the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from provider_core.context import Context
from provider_core.errors import Ambiguous, BlobNotFound, Conflict, NoSuchFile, NotSupported
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Contents,
    Destination,
    Feature,
    FileMark,
    FileStamp,
    Held,
    Magic,
    OptionSpec,
    Package,
    ProviderInfo,
    Query,
    Saved,
    Source,
    Verb,
)
from provider_core.oci import Descriptor
from provider_core.references import FilePath, Reference
from provider_core.store import Reader, Writer
