"""What people write is taken as plain words."""

from __future__ import annotations

import pytest

from integrations.slack.heard import heard

WRITTEN = [
    ("We are in.", "We are in."),
    ("<@U0ALICE> and <@U0BOB|bob>, see <#C0TAMPERE|tampere> or <#C1>", "@… and @bob, see #tampere or #…"),
    ("<!here> <!channel|@channel> <!subteam^S1|@oulu> <!subteam^S2>", "@here @channel @oulu @…"),
    ("<https://example.org/a?b=1&amp;c=2|the call> <https://example.org>", "the call (https://example.org/a?b=1&c=2) https://example.org"),
    ("<mailto:bob@example.org|bob@example.org>", "bob@example.org"),
    ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), WRITTEN)
def test_entities_are_undone(written: str, said: str) -> None:
    assert heard(written) == said
