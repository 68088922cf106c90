"""ferry feed init."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import PublishedFeed, read_feed, show_fingerprint
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.errors import Exists, UsageError

from ..feed_making import NewRoot, begin_feed, draft_root, refuse_taken
from ..key_backup import backed_up_roots
from ..keyring_folder import KeyringFolder
from ..role_changes import read_signers, read_thresholds
from ..root_drafts import RootDraft
from .documents import feed_document, feed_facts, root_document, root_facts
from .key_flags import feed_argument, lock_seconds, passphrases_of

__all__ = ["command"]


@ferry_command(name="init")
@feed_argument
@click.option("--keys", metavar="DIR", help="The folder for the keys (else this home's).")
@click.option(
    "--root-keys", metavar="DIR", help="The folder for the root key, such as a stick to put away."
)
@click.option(
    "--signer",
    multiple=True,
    metavar="ROLE=FILE",
    help="A colleague's public key: root=anna.pub, online=bert.pub; may be repeated.",
)
@click.option(
    "--threshold",
    multiple=True,
    metavar="ROLE=N",
    help="How many signatures a role wants: root=2; may be repeated.",
)
@click.option("--to", metavar="FILE", help="Write the root there, if others have to sign it.")
@click.option(
    "--root",
    metavar="FILE|DIR",
    help="A root that all have signed; or the roots in a backup, to go on with a feed.",
)
@click.option("--passphrase-file", metavar="FILE", help="Has the keys' passphrase in line one.")
@click.option(
    "--root-passphrase-file", metavar="FILE", help="Has the root key's, if it is another one."
)
@click.option("--no-passphrase", is_flag=True, help="Let file permissions alone protect the keys.")
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, **told: Any) -> None:
    """Make a feed in the folder PATH, and its keys outside of it.

    One key signs what is published; another one, the root key, says which keys count and is
    needed for changing them only: put it away. Readers pin the fingerprint that is printed.
    Where several have to sign the root, --to FILE writes it for `ferry key sign`, and
    --root FILE makes the feed when it comes back. A feed whose folder was lost goes on with
    --root and the folder of roots that `ferry key backup` made.
    """
    keys = Path(told["keys"]).expanduser() if told["keys"] else invocation.home().keys
    root_keys = Path(told["root_keys"]).expanduser() if told["root_keys"] else keys
    refuse_taken(feed, keys, root_keys)
    passphrases = passphrases_of(invocation, told["passphrase_file"], told["no_passphrase"])
    keyring = KeyringFolder((root_keys, keys), passphrases)
    at_least = 0
    if told["root"]:
        roots, at_least = _brought(invocation, told)
    else:
        draft = _made(invocation, told, keyring, root_keys)
        if told["to"] and draft.missing:
            _hand_on(invocation, draft, Path(told["to"]).expanduser())
            return
        roots = (draft.data,)
    begin_feed(
        feed,
        roots,
        keyring,
        at_least=at_least,
        clock=invocation.clock,
        lock_seconds=lock_seconds(invocation),
    )
    _tell(invocation, read_feed(feed), keyring)


def _brought(invocation: Invocation, told: dict[str, Any]) -> tuple[tuple[bytes, ...], int]:
    """Return the roots that --root names, and the version to go on with."""
    if told["signer"] or told["threshold"] or told["to"]:
        raise UsageError("the root of --root says who signs", hint="leave the other flags out")
    place = Path(told["root"]).expanduser()
    if place.is_dir():
        # Nobody knows any more what was published last; the time is above it.
        return backed_up_roots(place), int(invocation.clock().timestamp())
    draft = RootDraft.read(place)
    if draft.missing:
        raise UsageError(
            f"the root wants {draft.missing} more signatures",
            hint="whoever holds one of its keys runs `ferry key sign FILE`",
            missing=draft.missing,
        )
    return (draft.data,), 0


def _made(
    invocation: Invocation, told: dict[str, Any], keyring: KeyringFolder, root_keys: Path
) -> RootDraft:
    if told["to"] and Path(told["to"]).expanduser().exists():
        raise Exists(told["to"], hint="name another file")
    new = NewRoot(
        signers=read_signers(told["signer"]),
        thresholds=read_thresholds(told["threshold"]),
        root_folder=root_keys,
        root_passphrases=passphrases_of(
            invocation,
            told["root_passphrase_file"] or told["passphrase_file"],
            told["no_passphrase"] and not told["root_passphrase_file"],
        ),
        may_wait=bool(told["to"]),
    )
    return draft_root(new, keyring, invocation.clock())


def _hand_on(invocation: Invocation, draft: RootDraft, file: Path) -> None:
    draft.write(file)
    invocation.output.facts(
        root_facts(draft, file=str(file)), root_document(draft, file=str(file), applied=False)
    )
    invocation.output.notice(
        "the feed is not there yet: the others run `ferry key sign FILE`,"
        " then run `ferry feed init PATH --root FILE`"
    )


def _tell(invocation: Invocation, feed: PublishedFeed, keyring: KeyringFolder) -> None:
    invocation.output.facts(feed_facts(feed), feed_document(feed))
    for key in feed.keys.root.keys:
        file = keyring.find(key)
        if file is not None:
            invocation.output.notice(
                f"the root key is {file.path}: back it up, and keep it off this machine"
            )
    invocation.output.notice(
        "readers pin it: ferry source add NAME PLACE --fingerprint"
        f" '{show_fingerprint(feed.fingerprint)}'"
    )
