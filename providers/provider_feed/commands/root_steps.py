"""The last step of a change of keys: the root goes into the feed, or to those who still sign it."""

from __future__ import annotations

from pathlib import Path

from feed_format import PublishedFeed
from provider_core.cli.invocation import Invocation
from provider_core.errors import Exists

from ..keyring_folder import KeyringFolder
from ..root_drafts import RootDraft
from ..rotation import placed
from .documents import root_document, root_facts
from .key_flags import lock_seconds

__all__ = ["finish", "free_target", "tell_root"]


def free_target(to: str | None) -> None:
    """Raise Exists if the file that --to names is there already."""
    if to is not None and Path(to).expanduser().exists():
        raise Exists(to, hint="name another file; a root that others have signed may be in it")


def finish(
    invocation: Invocation,
    feed: PublishedFeed,
    draft: RootDraft,
    keyring: KeyringFolder,
    to: str | None,
) -> None:
    """Write *draft* to the file *to* if there is one, else put it into *feed*; tell which."""
    if to is not None:
        draft.write(Path(to).expanduser())
        tell_root(invocation, draft, file=to)
        invocation.output.notice(
            "others sign it with `ferry key sign FILE`; `ferry key apply PATH FILE` brings it back"
        )
        return
    placed(feed, draft, keyring, clock=invocation.clock, lock_seconds=lock_seconds(invocation))
    tell_root(invocation, draft, applied=True)


def tell_root(
    invocation: Invocation, draft: RootDraft, *, file: str = "", applied: bool = False
) -> None:
    """Tell which root it is, who signed it, and how many have to."""
    invocation.output.facts(
        root_facts(draft, file=file), root_document(draft, file=file, applied=applied)
    )
