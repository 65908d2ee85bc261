"""What to try when a source is in trouble, by the kind of the trouble."""

from __future__ import annotations

from bot.planning.alerts import Phrase, phrase

OTHER = "Ask it once by hand, and look at its page in a browser."

REMEDIES = {
    "unreachable": (
        "Its server does not answer. Usually that passes; if its page opens in a browser, look at "
        "the address of the source."
    ),
    "refused": (
        "It wants a sign-in or forbids us to read. Check the key or the password in its options, or"
        " ask whoever runs it to let us in."
    ),
    "gone": (
        "There is nothing at its address any more. Find the new address in a browser, and change it"
        " in the options."
    ),
    "limited": "It asks us to come less often. Let it be asked more rarely.",
    "robots": (
        "Its robots.txt forbids programs to read it. Ask whoever runs it for leave, or for another "
        "way such as a feed."
    ),
    "private": (
        "Its address leads into a private network, where sources are not read. If that is meant, "
        "name the host in FETCH_ALLOW_PRIVATE."
    ),
    "too_large": "What it sends is too large to be read. Choose an address that shows less at a time.",
    "not_content": (
        "Instead of its content it shows a login page, a captcha or a cookie notice. Open it in a "
        "private browser window; ask whoever runs it for a feed."
    ),
    "structure": (
        "Its page is built otherwise than before. Look at it, and change the selectors in the "
        "options; a dry run shows what they find."
    ),
    "empty": (
        "It shows nothing where there was something before. If its page does show entries, its "
        "structure has changed: a dry run shows what is found."
    ),
    "options": "Its options are not right. Edit them: the form says what is wrong.",
    "broken": (
        "That is a fault of Silta's own. Tell whoever looks after the installation; the log has the details."
    ),
    "silence": (
        "Look at its page: if there is news that has not come in, a dry run shows what Silta finds."
        " If it is only quiet, nothing needs to be done."
    ),
    "unsent": ("It sends by itself: ask whoever runs it whether it still does, and what it is answered."),
    "certificate": (
        "Tell whoever runs the server: once the certificate has ended, the source cannot be read."
    ),
}


def remedy(kind: str, *, asked: bool) -> Phrase:
    """What to try, for an alert. A silent source that is not `asked` sends by itself."""
    return phrase(REMEDIES.get("unsent" if kind == "silence" and not asked else kind, OTHER))
