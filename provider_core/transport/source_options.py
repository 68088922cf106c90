"""The options that every provider of the network offers, so that they read alike everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import OptionSpec, OptionType, Verb

__all__ = ["network_options"]


def network_options(*verbs: Verb) -> Iterator[OptionSpec]:
    """Yield the network's options for *verbs*; a provider yields them from its ``options``.

    Example::

        yield from network_options(Verb.SOURCE)
    """
    for verb in verbs or (Verb.SOURCE,):
        for name, kind, help in _OPTIONS:
            yield OptionSpec(name=name, verb=verb, type=kind, help=help)


_OPTIONS = (
    ("ca-file", OptionType.PATH, "PEM file of authorities that are trusted too"),
    ("client-certificate", OptionType.PATH, "PEM file that proves who we are"),
    ("client-key", OptionType.PATH, "PEM file of its key, if that is apart"),
    ("proxy", OptionType.TEXT, "URL of the proxy, or none"),
    ("no-proxy", OptionType.TEXT, "hosts, domains and networks reached without it"),
    ("plain-http", OptionType.FLAG, "speak without TLS where the URL says http"),
)
