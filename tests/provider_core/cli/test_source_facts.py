from __future__ import annotations

from provider_core.cli.source_facts import source_facts
from provider_core.model import Source, Trust


def test_long_values_are_shortened_and_each_is_shown() -> None:
    kept = "\n".join(["key:" + "A" * 120, 'keyless:{"identity":"x"' + "B" * 6000])
    source = Source(
        name="lab",
        provider="archive",
        location="/lab",
        trust=Trust.ACCEPTED,
        options={"require-signature": kept, "colour": "red"},
    )
    facts = dict(source_facts(source))
    assert facts["colour"] == "red"
    first, second = facts["require-signature"].split(", ")
    assert first == "key:" + "A" * 120
    assert second.startswith('keyless:{"identity":"x"')
    assert (len(second), second[-1]) == (201, "…")
