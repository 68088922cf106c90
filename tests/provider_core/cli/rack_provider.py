"""A provider with options of every kind, as a user names it with --provider-path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provider_core.context import Context
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Feature,
    OptionSpec,
    OptionType,
    Package,
    PackageId,
    ProviderInfo,
    Query,
    Verb,
)
from provider_core.testing import small_image


class Rack(ProviderSpec):
    """Tells in a package's summary which options it was given."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Have sources of the scheme rack, and find in them."""
        return ProviderInfo(
            name="rack", version="1", features=frozenset({Feature.FIND}), schemes=("rack",)
        )

    @hookimpl
    def options(self) -> Iterable[OptionSpec]:
        """Offer one option of each kind."""
        return (
            OptionSpec(name="row", verb=Verb.SOURCE, multiple=True, help="a row of the rack"),
            OptionSpec(name="depth", verb=Verb.SOURCE, type=OptionType.NUMBER),
            OptionSpec(name="locked", verb=Verb.SOURCE, type=OptionType.FLAG, help="has a lock"),
            OptionSpec(name="lamp", verb=Verb.FIND, help="where to point the lamp"),
            OptionSpec(
                name="side", verb=Verb.FIND, type=OptionType.CHOICE, choices=("left", "right")
            ),
            OptionSpec(name="version", verb=Verb.FIND, help="hidden by the command's own"),
        )

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        """Yield one package, whose summary is what it was told."""
        assert context.source is not None
        identity = PackageId(provider="rack", source=context.source.name, name="told", version="1")
        told = ", ".join(f"{name}={value!r}" for name, value in sorted(context.options.items()))
        yield Package(id=identity, pin=small_image({"a": b"a"}).root, summary=told)


provider = Rack
