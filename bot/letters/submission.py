"""A letter put forward for approval: what is approved is what was put forward, and an edit voids it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.approval import create, edit, submit
from bot.contracts import LANGUAGES
from bot.letters.composing import title_of
from bot.letters.content import LetterContent
from bot.letters.release import sending_time
from bot.network import Network
from bot.settings import Settings
from bot.store.drafts import Draft, Letter

BEFORE = timedelta(hours=1)
"""A letter is released so long before its hour: digests of that hour can begin with its opening."""


def draft_of(session: Session, letter: Letter) -> Draft | None:
    """The letter's draft in the approval room; None before it was put forward."""
    return session.scalar(select(Draft).where(Draft.kind == "letter", Draft.subject_id == letter.id))


def put_forward(
    session: Session, letter: Letter, network: Network, settings: Settings, actor: str, origin: str = ""
) -> Draft:
    """Put the letter as it is now before another coordinator. Raises `bot.approval.Refused`."""
    draft = draft_of(session, letter)
    if draft is None:
        stated = _stated(letter, network, settings)
        draft = create(session, "letter", stated, actor, origin, subject_id=letter.id)
    else:
        if draft.state == "dropped":  # somebody changed their mind: a letter has one draft for its whole life
            draft.state = "draft"
        edit(session, draft.id, _stated(letter, network, settings), actor, origin)
    page = f"{settings.public_url}/approvals/{draft.id}"
    return submit(session, network, draft.id, actor, origin, url=page)


def follow(
    session: Session, letter: Letter, network: Network, settings: Settings, actor: str, origin: str = ""
) -> None:
    """Let the draft of a letter that was edited say what the letter says: an approval is void then."""
    draft = draft_of(session, letter)
    if draft is not None and draft.state != "dropped":
        edit(session, draft.id, _stated(letter, network, settings), actor, origin)


def _stated(letter: Letter, network: Network, settings: Settings) -> dict[str, object]:
    content = LetterContent.of(letter)
    titles = {language: title_of(letter, content, language, network) for language in LANGUAGES}
    send_at = sending_time(content, settings.zone) - BEFORE
    stated = content.model_dump(mode="json", exclude={"version"})
    return {**stated, "title": titles, "send_at": send_at.isoformat()}
