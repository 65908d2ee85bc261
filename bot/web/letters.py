"""`/letters`: the weekly letters as coordinators make them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from flask import Blueprint, Response, abort, flash, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot.approval import Refused
from bot.contracts import LANGUAGES, Language, Message, Outgoing
from bot.contracts.words import LANGUAGE_NAMES
from bot.letters.archive import Part, Told
from bot.letters.block import html_block, text_block
from bot.letters.composing import compose_letter, supply_of
from bot.letters.content import LetterContent
from bot.letters.submission import draft_of, follow, put_forward
from bot.letters.writing import Stale, letter_named, moved, save, start_letter, take_in
from bot.reasons import spoken
from bot.store.drafts import Letter
from bot.web import prose
from bot.web.archive import letter_page
from bot.web.guard import actor, origin
from bot.web.house import house
from bot.web.letter_form import desk, edit_from
from bot.web.pages import page
from bot.web.preview import FRAME_POLICY

PREVIEW_POLICY = FRAME_POLICY.replace("default-src 'none'", "default-src 'none'; img-src data:")
STALE = (
    "Somebody saved this letter while you were editing it. Nothing of yours was kept: look, and do it again."
)

letters = Blueprint("letters", __name__)


@letters.get("/letters")
def show() -> Response:
    """All letters, newest first, and the button that begins this week's."""
    with house().database.reading() as session:
        found = session.scalars(select(Letter).order_by(Letter.closes.desc())).all()
        lines = [(letter, LetterContent.of(letter), draft_of(session, letter)) for letter in found]
    return page("letters.html", lines=lines)


@letters.post("/letters")
def start() -> Redirect:
    """Begin this week's letter, or go on with it."""

    def work(session: Session) -> tuple[str, bool]:
        letter, new = start_letter(session, house().settings, actor(), origin())
        return letter.slug, new

    slug, new = house().database.write(work)
    flash("This week's letter is begun." if new else "This week's letter is begun already: here it is.")
    return redirect(f"/letters/{slug}", 303)


@letters.get("/letters/<slug>")
def one(slug: str) -> Response:
    """The letter's desk: words, order, what is left out, and what it will look like."""
    with house().database.reading() as session:
        letter = _found(letter_named(session, slug))
        if letter.state == "sent":
            return page("letter_sent.html", letter=letter, content=LetterContent.of(letter))
        return page("letter.html", **desk(session, house(), letter))


@letters.post("/letters/<slug>")
def change(slug: str) -> Redirect:
    """Keep the form, and do what its button says."""
    wanted = request.form.get("do", "save")

    def work(session: Session) -> str:
        letter = _found(letter_named(session, slug, lock=True))
        content = LetterContent.of(letter)
        edit, version = edit_from(request.form, content)
        item, _, way = request.form.get("move", "").partition(":")
        if item.isdecimal():
            edit.entries[:] = moved(edit.entries, int(item), -1 if way == "up" else 1)
        save(session, letter, version, edit, actor(), origin())
        said = "Saved."
        if wanted == "take-in":
            count = take_in(session, letter, house().settings)
            said = f"Saved; {count} new items were added." if count else "Saved; nothing new has come in."
        if wanted == "submit":
            put_forward(session, letter, house().network, house().settings, actor(), origin())
            return "Saved, and put forward: another coordinator approves it."
        follow(session, letter, house().network, house().settings, actor(), origin())
        return said

    return _act(slug, work)


@letters.get("/letters/<slug>/preview")
def preview(slug: str) -> Response:
    """The letter as a mail or as the page of the archive, for a frame that can neither run nor lead anywhere."""
    language = _language()
    letter, message = _message(slug, language)
    if request.args.get("form") == "page":
        parts = tuple(
            Part(each.title, tuple(Told(entry, None) for entry in each.entries)) for each in message.sections
        )
        picture = message.picture
        response = letter_page(
            letter, message, parts, f"data:image/png;base64,{picture.png}" if picture else "-"
        )
        root = house().settings.public_url
        response.headers["Content-Security-Policy"] = (
            f"sandbox; default-src 'none'; style-src 'self' {root}; img-src data: 'self'; frame-ancestors 'self'"
        )
    else:
        with closing(house().renderers["email"]()) as renderer:
            html = renderer.render(_outgoing(message)).html
        response = Response(html.encode("utf-8", "replace"), mimetype="text/html")
        response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers.pop("ETag", None)
    return response


@letters.get("/letters/<slug>/creamailer")
def creamailer(slug: str) -> Response:
    """The letter as HTML and as text, ready to paste: Creamailer's API cannot send a campaign."""
    language = _language()
    letter, message = _message(slug, language)
    zone = house().settings.zone
    return page(
        "letter_creamailer.html", letter=letter, language=language, title=message.title,
        preheader=message.preheader, names=LANGUAGE_NAMES, html=html_block(message, prose.markdown(message.body), zone),
        text=text_block(message, zone), draft=letter.state != "sent",
    )  # fmt: skip


def _message(slug: str, language: Language) -> tuple[Letter, Message]:
    """The letter in a language: as it went out, or as it would now."""
    with house().database.reading() as session:
        letter = _found(letter_named(session, slug))
        if letter.pages:
            return letter, Message.model_validate(letter.pages[language])
        content = LetterContent.of(letter)
        supply = supply_of(session, content)
        return letter, compose_letter(letter, content, supply, language, house().network, house().settings)


def _outgoing(message: Message) -> Outgoing:
    """As a reader would get it, with links that open nothing."""
    root = house().settings.public_url
    links = {"page": f"{root}/m/not-shown-here", "unsubscribe": f"{root}/unsubscribe/not-shown-here"}
    reason = spoken("letter", message.language, house().network)
    return Outgoing("preview", "alice@example.org", (message,), reason, "Alice", house().settings.zone, links)


def _act(slug: str, work: Callable[[Session], str]) -> Redirect:
    try:
        flash(house().database.write(work))
    except Stale:
        flash(STALE)
    except Refused as fault:
        flash(str(fault))
    return redirect(f"/letters/{slug}", 303)


def _found(letter: Letter | None) -> Letter:
    if letter is None:
        abort(404)
    return letter


def _language() -> Language:
    asked = request.args.get("language", "")
    return next((each for each in LANGUAGES if each == asked), house().settings.default_language)
