"""Flags that several commands share, and the `Wishes` they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import UsageError
from .completing import image_names, source_names

if TYPE_CHECKING:
    from ..operations.wishes import Wishes
    from ..platforms import PlatformSet
    from ..versions import VersionRange

__all__ = [
    "columns_flag",
    "dry_run_flag",
    "force_flag",
    "ignore_engine_flag",
    "image_argument",
    "image_names",
    "option_values",
    "optional_requests_argument",
    "options_flag",
    "platform_flags",
    "report_flag",
    "requests_argument",
    "require_signature_flag",
    "selection_flags",
    "source_names",
    "ticket_flag",
    "wishes_from",
    "with_keys",
]

_F = TypeVar("_F", bound=Callable[..., Any])

force_flag = click.option("--force", is_flag=True, help="Replace what is there.")
dry_run_flag = click.option("--dry-run", is_flag=True, help="Show what would be done; do nothing.")
ticket_flag = click.option(
    "--ticket", default="", metavar="TEXT", help="A reference to record with the change."
)
report_flag = click.option(
    "--report", metavar="FILE", help="Write what was asked and done to FILE, as JSON."
)
ignore_engine_flag = click.option(
    "--ignore-engine",
    "ignore_engines",
    multiple=True,
    metavar="NAME",
    help="Go on without asking this engine which containers it has; may be repeated.",
)
columns_flag = click.option(
    "--columns", default="", metavar="NAME,…", help="The columns to show, in this order."
)
require_signature_flag = click.option(
    "--require-signature",
    "require_signature",
    multiple=True,
    metavar="KEY",
    help="Only images signed by this public key (cosign.pub), or as this keyless policy (.toml)"
    " says; repeated: by one of them.",
)
options_flag = click.option(
    "-o", "--option", multiple=True, metavar="NAME=VALUE", help="An option of the provider."
)
requests_argument = click.argument(
    "requests", nargs=-1, required=True, metavar="REQUEST…", shell_complete=image_names
)
optional_requests_argument = click.argument(
    "requests", nargs=-1, metavar="[REQUEST…]", shell_complete=image_names
)
image_argument = click.argument("request", metavar="IMAGE", shell_complete=image_names)

_SELECTION = (
    click.option("--version", metavar="VERSION", help="This version alone."),
    click.option("--min", "minimum", metavar="VERSION", help="This version or a newer one."),
    click.option("--max", "maximum", metavar="VERSION", help="This version or an older one."),
    click.option(
        "--variant", metavar="NAME", help="This variant ('alpine'; '' for the plain one)."
    ),
    click.option("--prereleases", is_flag=True, help="Take pre-releases into account."),
    click.option(
        "--source",
        default="",
        metavar="NAME",
        shell_complete=source_names,
        help="This source alone.",
    ),
    click.option(
        "--allow-untrusted", is_flag=True, help="Use sources that nobody vouches for, too."
    ),
    options_flag,
)
_PLATFORM = (
    click.option(
        "--platform", multiple=True, metavar="OS/ARCH", help="For this platform; may be repeated."
    ),
    click.option("--all-platforms", is_flag=True, help="For every platform there is."),
)


def selection_flags(command: _F) -> _F:
    """Add the flags that say which version, and from where."""
    return _all(_SELECTION, command)


def platform_flags(command: _F) -> _F:
    """Add the flags that say for which platforms."""
    return _all(_PLATFORM, command)


def _all(decorators: tuple[Callable[[_F], _F], ...], command: _F) -> _F:
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def wishes_from(told: Mapping[str, Any], *, options: Mapping[str, Any] | None = None) -> Wishes:
    """Return what the flags *told* of a command wish for; absent flags wish for nothing.

    *options* go beside those of ``-o``.  Raises UsageError, BadRange.
    """
    from ..operations.wishes import Wishes

    return Wishes(
        versions=_versions(told),
        variant=told.get("variant"),
        prereleases=told.get("prereleases", False),
        all_versions=told.get("all_versions", False),
        source=told.get("source", ""),
        remote=told.get("remote", False),
        strict=told.get("strict", False),
        platforms=_platforms(told),
        force=told.get("force", False),
        allow_untrusted=told.get("allow_untrusted", False),
        tags=tuple(told.get("tags", ())),
        keep_going=told.get("keep_going", False),
        keep_original=told.get("keep_original"),
        sha256=_sha256(told.get("sha256")),
        signed_by=_keys(told.get("require_signature", ())),
        options={**option_values(told.get("option", ())), **(options or {})},
    )


def option_values(given: Iterable[str]) -> dict[str, str | list[str]]:
    """Return the texts ``NAME=VALUE`` as a mapping; a NAME alone is a flag that is set.

    A name that is given again becomes a list.  Whether a provider knows it is its own affair.
    """
    values: dict[str, str | list[str]] = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not name.strip():
            raise UsageError(f"{text!r} is no option", hint="write -o NAME=VALUE", option=text)
        value = value if mark else "true"
        before = values.get(name)
        if before is None:
            values[name] = value
        else:
            values[name] = [*([before] if isinstance(before, str) else before), value]
    return values


def _versions(told: Mapping[str, Any]) -> VersionRange:
    from ..versions import ANY, VersionRange

    exact, minimum, maximum = (told.get(name) for name in ("version", "minimum", "maximum"))
    wanted = VersionRange.exactly(exact) if exact else ANY
    if minimum or maximum:
        wanted = wanted.intersect(VersionRange.between(minimum=minimum, maximum=maximum))
    return wanted


def _platforms(told: Mapping[str, Any]) -> PlatformSet | None:
    named = told.get("platform", ())
    if told.get("all_platforms"):
        if named:
            raise UsageError("--platform and --all-platforms exclude each other", hint="say one")
        from ..platforms import PlatformSet

        return PlatformSet.all()
    if not named:
        return None
    from ..platforms import Platform, PlatformSet

    return PlatformSet.of(*map(Platform.parse, named))


def _keys(given: Iterable[str]) -> Any:
    if not given:
        return ()
    from ..signatures import read_signer

    return tuple(map(read_signer, given))


def with_keys(
    options: dict[str, str | list[str]], keys: Iterable[str]
) -> dict[str, str | list[str]]:
    """Return the *options* of a source, with the *keys* of ``--require-signature`` among them."""
    return {**options, "require-signature": list(keys)} if keys else options


def _sha256(text: str | None) -> Any:
    if text is None:
        return None
    from ..digests import Digest
    from ..errors import DocumentError

    try:
        return Digest.parse(text if text.startswith("sha256:") else f"sha256:{text}")
    except DocumentError as error:
        raise UsageError(
            f"{text!r} is no SHA-256", hint="give its 64 digits, as sha256sum prints them"
        ) from error
