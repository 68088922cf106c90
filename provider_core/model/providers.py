"""What plugins say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .sources import Source

__all__ = ["Destination", "Feature", "Magic", "OptionSpec", "OptionType", "ProviderInfo", "Verb"]


class Feature(Enum):
    """What a provider can do; each value is the name of the hook that does it."""

    FIND = "find"
    SEARCH = "search"
    REFRESH = "refresh"
    RESOLVE = "resolve"
    DEPENDENCIES = "dependencies"
    ORDER = "order"
    CONTENTS = "contents"
    INSTALL = "install"
    CONVERT = "convert"
    SAVE = "save"
    UNINSTALL = "uninstall"
    CHECK_SOURCE = "check_source"
    DIAGNOSE = "diagnose"
    VERIFY = "verify"


class Verb(Enum):
    """Where an option may be given."""

    SOURCE = "source"
    FIND = "find"
    INSTALL = "install"
    SAVE = "save"


class OptionType(Enum):
    """How an option's text is read."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    PATH = "path"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """One option of a provider, as data: the CLI and the config list and check it."""

    name: str
    """Lower case with hyphens, without dashes in front: 'plain-http'."""
    verb: Verb
    type: OptionType = OptionType.TEXT
    help: str = ""
    """One line for --help."""
    choices: tuple[str, ...] = ()
    """Permitted values of a CHOICE."""
    multiple: bool = False
    """Whether it may be given more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Magic:
    """Bytes by which a file is recognised, whatever its name."""

    signature: bytes
    offset: int = 0
    """Where they stand, bytes from the start; the host reads the first 4,096."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A kind of place that `save` can write to; exactly one of suffix, scheme, folder is set."""

    suffix: str = ""
    """Ending of a file's name, with its dot: '.tar'."""
    scheme: str = ""
    """URL scheme without '://': 'registry'."""
    folder: bool = False
    """Any other path: a folder."""
    stream: bool = False
    """Whether it can be written to ``context.sink`` too, from start to end: to a pipe."""
    takes: tuple[str, ...] = ()
    """Media or artifact types it takes as they are, '*/*' for all; others are converted first."""

    def takes_as_is(self, media_type: str) -> bool:
        """Whether content of this media or artifact type is written without converting it."""
        return media_type in self.takes or "*/*" in self.takes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """A provider's card; made without I/O."""

    name: str
    """Lower-case letters, digits and hyphens; unique in a host."""
    version: str
    summary: str = ""
    """One line for `ferry provider list`."""
    contract: int = 1
    """Version of the contract it was written for."""
    features: frozenset[Feature] = frozenset()
    """Hooks the host may call; the others raise NotSupported."""
    schemes: tuple[str, ...] = ()
    """URL schemes that its sources or references have, without '://'."""
    takes_hosts: bool = False
    """Whether `resolve` takes names with a registry's host in front ('host.example/team/app:1')."""
    magic: tuple[Magic, ...] = ()
    """Files it opens."""
    markers: tuple[str, ...] = ()
    """Folders it opens: a relative path or pattern inside ('oci-layout', '*.wim'), best first."""
    accepts: tuple[str, ...] = ()
    """Media or artifact types that its `convert` turns into an image."""
    saves: tuple[Destination, ...] = ()
    """Where its `save` can write."""
    sources: tuple[Source, ...] = ()
    """Built-in sources; a user's source of the same name takes the place of one."""
