"""Every command of ferry: its name, its module, one line about it.  Imports nothing it names."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ALIASES", "DEFAULTS", "ENTRIES", "GROUPS", "Entry", "Listed", "below", "find"]


class Entry(NamedTuple):
    """A command."""

    path: str
    """Its words: ``source add``."""
    module: str
    """Module in `cli.commands`, which has it as ``command``."""
    summary: str
    """One line for help and completion."""


class Listed(NamedTuple):
    """A word that may follow a group's name."""

    word: str
    summary: str


ENTRIES = (
    Entry("find", "find", "Ask the sources which images they have."),
    Entry("search", "search", "Look for names of images by words."),
    Entry("install", "install", "Install images by name, file, folder or URL."),
    Entry("save", "save", "Write images to a file, folder or URL."),
    Entry("new", "new", "Make an image of a folder, an archive or a container."),
    Entry("load", "load", "Load installed images into a container engine."),
    Entry("lock", "lock", "Write down what requests mean now, by digest."),
    Entry("outdated", "outdated", "List installed images that a source has newer."),
    Entry("upgrade", "upgrade", "Install what is newer of the installed images."),
    Entry("verify", "verify", "Read a medium to its last byte, and say whether it is whole."),
    Entry("uninstall", "uninstall", "Remove installed images."),
    Entry("prune", "prune", "Uninstall old images that nobody needs."),
    Entry("list", "list_images", "List the installed images."),
    Entry("images", "images", "List the names of installed images as Docker does."),
    Entry("show", "show", "Show everything that is known of an installed image."),
    Entry("history", "history", "Show the layers of an installed image."),
    Entry("tree", "tree", "Show images below what they were made from."),
    Entry("tag", "tag", "Give an installed image a further name."),
    Entry("untag", "untag", "Take a further name away."),
    Entry("hold", "hold", "Keep an image from being removed or replaced."),
    Entry("unhold", "unhold", "Let go of an image that is held."),
    Entry("source add", "source_add", "Register a source of images."),
    Entry("source list", "source_list", "List the sources, the one asked first in front."),
    Entry("source set", "source_set", "Change a source."),
    Entry("source remove", "source_remove", "Forget a source; installed images stay."),
    Entry("source login", "source_login", "Keep who to be at a source."),
    Entry("source logout", "source_logout", "Forget who to be at a source."),
    Entry("source refresh", "source_refresh", "Bring what indexed sources offer up to date."),
    Entry("provider list", "provider_list", "List the providers, those that failed too."),
    Entry("provider show", "provider_show", "Show what a provider can do."),
    Entry("provider enable", "provider_enable", "Use a provider again."),
    Entry("provider disable", "provider_disable", "Go on without a provider."),
    Entry("provider check", "provider_check", "Hold a provider against the conformance kit."),
    Entry("provider new", "provider_new", "Write the project of a new provider."),
    Entry("provider install", "provider_install", "Bring a provider into this home."),
    Entry("provider upgrade", "provider_upgrade", "Bring a newer version of a provider."),
    Entry("provider remove", "provider_remove", "Take a provider out of this home."),
    Entry("provider save", "provider_save", "Write providers to a folder for the other side."),
    Entry("catalog log", "catalog_log", "List the changes of this home, newest first."),
    Entry("catalog diff", "catalog_diff", "Show what changed between two revisions."),
    Entry("catalog backup", "catalog_backup", "Copy the catalog to a file."),
    Entry("catalog restore", "catalog_restore", "Put a backup in the catalog's place."),
    Entry("catalog rebuild", "catalog_rebuild", "Make the catalog anew from the store."),
    Entry("catalog check", "catalog_check", "Check the catalog's file."),
    Entry("store path", "store_path", "Print where the store is."),
    Entry("store move", "store_move", "Move the store to another place."),
    Entry("store check", "store_check", "Read and hash everything in the store."),
    Entry("store repair", "store_repair", "Move damaged content into quarantine."),
    Entry("store gc", "store_gc", "Remove content that nothing needs."),
    Entry("engine list", "engine_list", "List the container engines, and whether they answer."),
    Entry("config list", "config_list", "List the settings and where each comes from."),
    Entry("config set", "config_set", "Set a setting of this home."),
    Entry("config unset", "config_unset", "Take a setting of this home back."),
    Entry("docs", "docs", "Read the documentation, which is all here."),
    Entry("kit", "kit", "Write ferry itself to a folder for the other side."),
    Entry("doctor", "doctor", "Look for what could be wrong here."),
    Entry("demo", "demo", "See it all work, in a temporary home, without a network."),
    Entry("completion", "completion", "Print the completion script for a shell."),
    Entry("version", "version", "Print the versions of ferry and what it runs on."),
)

GROUPS = {
    "source": "The places that images come from.",
    "provider": "The plugins that reach sources.",
    "catalog": "The record of what is installed and of every change.",
    "store": "The verified content of installed images.",
    "engine": "The container engines of this host.",
    "config": "The settings of this home.",
}

ALIASES = {"pull": "install", "commit": "new", "rmi": "uninstall", "remove": "uninstall"}

DEFAULTS = {"config": "list", "engine": "list"}
"""What a group does when no command of it is named."""

_BY_PATH = {entry.path: entry for entry in ENTRIES}


def find(path: str) -> Entry | None:
    """Return the command whose words are *path*, by its name or alias; None if there is none."""
    return _BY_PATH.get(ALIASES.get(path, path))


def below(group: str) -> list[Listed]:
    """Return the words that may follow *group* ('' for ferry itself), in the table's order."""
    start = f"{group} " if group else ""
    listed: dict[str, Listed] = {}
    for entry in ENTRIES:
        if entry.path.startswith(start):
            word, _, more = entry.path[len(start) :].partition(" ")
            listed.setdefault(word, Listed(word, GROUPS[word] if more else entry.summary))
    return list(listed.values())
