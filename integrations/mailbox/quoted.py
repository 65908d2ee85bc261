"""The new text of a reply: what its writer wrote, without what they quote, without signature.

mail-parser-reply knows how English and Swedish mail programs introduce a quotation; it knows no Finnish, and
its patterns are slow on long texts, so our own pass goes first and hands it only the beginning.
"""

from __future__ import annotations

import re

import lxml.html
from lxml.etree import ParserError
from mailparser_reply import EmailReplyParser

MOST = 20_000
"""Characters that are looked at: a command stands at the beginning, a quotation of 5 MB behind it."""

_KEPT = 4_000
_HTML_MOST = 200_000

# "Ma 24.11.2026 klo 9.15 Silta (silta@example.org) kirjoitti:", which programs break into two lines.
_WROTE = re.compile(
    r"^[^\n>]{0,300}(?:\n[^\n>]{0,200})?\b(?:kirjoitti|skrev|wrote)\b[^\n]{0,200}:\s*$",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER = re.compile(
    r"^\s*(?:[-_]{5,}|-{2,}\s*(?:Alkuperäinen viesti|Ursprungligt meddelande|Original Message|Välitetty viesti"
    r"|Forwarded message).*|\*?(?:Lähettäjä|Från|Avsändare|From|Fra)\*?:\s.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:-- ?|(?:Lähetetty|Skickat från|Sent from|Hanki Outlook|Skaffa Outlook|Get Outlook)\b.*)$",
                        re.MULTILINE | re.IGNORECASE)  # fmt: skip
_GREETED = re.compile(
    r"^(?:T|Terv|Terveisin|Ystävällisin terveisin|Yt)\b[.,]?.{0,60}$", re.MULTILINE | re.IGNORECASE
)
_GAP = re.compile(r"\n{3,}")
_QUOTE = ("blockquote", "*[contains(concat(' ', @class, ' '), ' gmail_quote ')]",
          "*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='mail-editor-reference-message-container']")  # fmt: skip
_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "table", "ul", "ol"}


def new_text(text: str) -> str:
    """What is new in a plain-text reply, at most a few thousand characters; empty when all is quoted."""
    text = _plain(text[:MOST])
    lines = text.split("\n")
    own = [line for line in lines if not line.lstrip().startswith(">")]
    text = "\n".join(own)
    if len(own) < len(lines):  # quoted with >, so the reply may stand below as well
        text = _WROTE.sub("", text)
    elif found := _WROTE.search(text):
        text = text[: found.start()]
    for border in (_HEADER, _SIGNATURE):
        if found := border.search(text):
            text = text[: found.start()]
    text = text.strip()[:_KEPT]
    if text:
        text = EmailReplyParser(languages=["en", "sv"]).read(text).replies[0].body or text
    if (found := _GREETED.search(text)) and found.start() > 0:
        text = text[: found.start()]
    return text.strip()


def text_of_html(source: str) -> str:
    """The text of an HTML reply, a line for each block, without what mail programs mark as quoted."""
    try:
        tree = lxml.html.document_fromstring(source[:_HTML_MOST])
    except (ParserError, ValueError):  # nothing in it, or an encoding declaration lxml refuses
        return ""
    for path in (*_QUOTE, "style", "script", "title", "head"):
        for node in tree.xpath(f"//{path}"):
            if node.get("id") in {"divRplyFwdMsg", "appendonsend"}:
                for after in list(node.itersiblings()):
                    after.drop_tree()
            if node.getparent() is not None:
                node.drop_tree()
    for node in tree.iter():
        if node.tag == "br":
            node.tail = f"\n{node.tail or ''}"
        elif node.tag in _BLOCKS:
            node.text = f"\n{node.text or ''}"
            node.tail = f"\n{node.tail or ''}"
    return str(tree.text_content())


def _plain(text: str) -> str:
    """With one kind of line end and space, no long gaps, and without what cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\t", " ")
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    return _GAP.sub("\n\n", "\n".join(line.rstrip(" ") or "" for line in text.split("\n")))
