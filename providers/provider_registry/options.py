"""The options of sources of registries, of what is installed from a full reference, of pushes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provider_core.model import OptionSpec, OptionType, Verb

__all__ = ["OPTIONS", "texts"]

_ALSO_WITHOUT_SOURCE = (Verb.SOURCE, Verb.INSTALL)

OPTIONS: Final = (
    OptionSpec(
        name="mirror",
        verb=Verb.SOURCE,
        multiple=True,
        help="URL of a registry that has the same bytes; asked in order, before the origin",
    ),
    OptionSpec(
        name="mirror-ns",
        verb=Verb.SOURCE,
        type=OptionType.FLAG,
        help="the mirrors are proxies of several registries: tell them which (ns=)",
    ),
    OptionSpec(
        name="origin",
        verb=Verb.SOURCE,
        type=OptionType.FLAG,
        help="ask the registry itself; --no-origin: its mirrors alone, for what is pinned",
    ),
    *(
        OptionSpec(
            name="token-host",
            verb=verb,
            multiple=True,
            help="a further host that may see the credentials, to give out tokens",
        )
        for verb in Verb
    ),
    *(
        OptionSpec(
            name="foreign-layers",
            verb=verb,
            multiple=True,
            help="a host that layers may come from which the registry may not distribute",
        )
        for verb in _ALSO_WITHOUT_SOURCE
    ),
    *(
        OptionSpec(
            name="referrers",
            verb=verb,
            type=OptionType.FLAG,
            help="bring signatures, SBOMs and the like along (the default)",
        )
        for verb in (*_ALSO_WITHOUT_SOURCE, Verb.SAVE)
    ),
    OptionSpec(
        name="map",
        verb=Verb.SAVE,
        multiple=True,
        help=r"names at the registry: 'docker.io/(.*)=dockerhub/\1'; the first that fits",
    ),
)
"""What finding, installing and pushing know; logins and limits have their own."""


def texts(options: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the values of an option that may be given often, or as one text with spaces."""
    value = options.get(name) or ()
    given = (value,) if isinstance(value, str) else value
    return tuple(part for text in given for part in text.replace(",", " ").split())
