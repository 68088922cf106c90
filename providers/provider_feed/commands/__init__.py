"""``ferry feed`` and ``ferry key``: publishing feeds, and the keys that sign them."""

from __future__ import annotations

from provider_core.cli.lazy_group import LazyGroup

__all__ = ["feed", "key"]

feed = LazyGroup(
    "feed",
    package=__name__,
    help="The signed feeds that you publish.",
    commands={
        "init": ("feed_init", "Make a feed and its keys."),
        "add": ("feed_add", "Publish images or files."),
        "remove": ("feed_remove", "Offer images no longer."),
        "list": ("feed_list", "List what a feed offers."),
        "refresh": ("feed_refresh", "Sign a feed again, so that it stays fresh."),
        "prune": ("feed_prune", "Offer the newest versions alone, and remove what is left over."),
    },
)

key = LazyGroup(
    "key",
    package=__name__,
    help="The keys that sign feeds.",
    commands={
        "new": ("key_new", "Make a key; its public half goes to a file, for others."),
        "list": ("key_list", "List the keys of a feed, or those that are here."),
        "show": ("key_show", "Show who signs a feed, or everything about one key."),
        "backup": ("key_backup", "Copy a feed's keys to another place."),
        "restore": ("key_restore", "Bring keys back from a backup."),
        "rotate": ("key_rotate", "Put another key in the place of one, or add a signer."),
        "revoke": ("key_revoke", "Take a key's rights away."),
        "sign": ("key_sign", "Add the signatures of your keys to a root."),
        "apply": ("key_apply", "Put a root that is signed into the feed."),
    },
)
