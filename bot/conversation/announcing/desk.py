"""The house's side of announcements in a chat: each call is one transaction, and asks anew who may do what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot import approval, clock, words
from bot.approval import Refused, announcements
from bot.approval.announcements import gone_out
from bot.approval.drafts import locked
from bot.contracts import Details, Language
from bot.contracts.announcing import Act, Seen, Sheet, Sorry, Writing
from bot.contracts.chat import ChatPerson
from bot.conversation.announcing.forms import (
    checked,
    fields_of,
    keep,
    led_to,
    look_at_all,
    merged,
    sketch,
    unfit_words,
    with_files,
)
from bot.conversation.announcing.labels import DONE, UNCHANGED, choices, labels
from bot.conversation.announcing.shown import CORRECTS, Rules, readings, seen, when_lines
from bot.people.identities import bound
from bot.planning.alerts import WATCHERS
from bot.planning.reach import reach, reach_lines
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.drafts import Draft

Said = TypeVar("Said", Writing, Seen, Writing | Seen)


class _NoRight(Exception):
    """Whoever acts may not."""


class Announcements:
    """`bot.contracts.Announcing` over the database."""

    def __init__(self, database: Database, rules: Rules, origin: str = "slack") -> None:
        self._database, self._rules, self._origin = database, rules, origin

    def begin(self, person: ChatPerson, *, said: str = "", draft: int = 0, item: int = 0) -> Writing | Sorry:
        """An empty form, one that begins with what was `said`, that of a draft, or of an item to be corrected."""

        def work(session: Session, author: Contact) -> Writing:
            found = announcements.of_item(session, item) if item else session.get(Draft, draft)
            if (draft or item) and (found is None or found.kind != "announcement"):
                raise Refused("There is no such draft.")
            if found is not None and gone_out(session, found) == "withdrawn":
                raise Refused("It was withdrawn meanwhile.")
            values = fields_of(found.content if found else {})
            values |= {f"body_{author.language}": said} if said and not found else {}
            sheet = Sheet("", author.language, found.id if found else 0, found.version if found else 0)
            return self._writing(session, author, sheet, values, author.language, found)

        return self._ask(person, work, write=False)

    def turn(self, person: ChatPerson, sheet: Sheet, tab: Language) -> Writing | Sorry:
        """Keep what stands in a form, count whom it would reach, and turn to a tab."""

        def work(session: Session, author: Contact) -> Writing:
            draft = session.get(Draft, sheet.draft) if sheet.draft else None
            values = merged(session, sheet, draft)
            keep(session, sheet, author.pseudonym, values)
            return self._writing(session, author, sheet, values, tab, draft)

        return self._ask(person, work)

    def preview(self, person: ChatPerson, sheet: Sheet) -> Seen | Writing | Sorry:
        """How it would read, in each language; the form with its faults when it cannot be read yet."""
        good, bad = look_at_all(sheet.uploads)

        def work(session: Session, author: Contact) -> Seen | Writing:
            draft = session.get(Draft, sheet.draft) if sheet.draft else None
            values = with_files(session, self._rules.file_link, merged(session, sheet, draft), good, bad)
            keep(session, sheet, author.pseudonym, values)
            form, content = checked(values, self._rules.network, self._rules.zone)
            if content is None or bad:
                return self._faulty(session, author, sheet, values, form.faults, draft, bad)
            details = Details.model_validate(content["details"])
            return Seen(
                language=author.language,
                words=labels(author.language),
                zone=author.timezone,
                draft=sheet.draft,
                version=sheet.version,
                title=next(iter(details.title.values())),
                messages=readings(details, self._rules.network),
                lines=self._count(session, author, details, content.get("send_at"), draft),
            )

        return self._ask(person, work)

    def hand_in(self, person: ChatPerson, sheet: Sheet, *, forward: bool) -> Seen | Writing | Sorry:
        """Keep the draft, and put it `forward` for approval. The same form twice makes one draft."""
        good, bad = look_at_all(sheet.uploads)

        def work(session: Session, author: Contact) -> Seen | Writing:
            draft = session.get(Draft, sheet.draft) if sheet.draft else None
            values = with_files(session, self._rules.file_link, merged(session, sheet, draft), good, bad)
            made = led_to(session, sheet, author.pseudonym, values)
            form, content = checked(values, self._rules.network, self._rules.zone)
            if content is None or bad:
                return self._faulty(session, author, sheet, values, form.faults, draft, bad)
            kept = self._kept(session, author.pseudonym, made, sheet, content)
            keep(session, sheet, author.pseudonym, values, kept.id)
            done = UNCHANGED.get(kept.state)
            if done is None and forward:
                self._submit(session, kept.id, author.pseudonym)
            elif done is None and kept.state != "draft":
                approval.take_back(session, kept.id, author.pseudonym, self._origin)
            said = words.gettext(author.language, done or DONE["submit" if forward else "save"])
            return seen(session, self._rules, author, kept, said)

        return self._ask(person, work)

    def look(self, person: ChatPerson, draft: int) -> Seen | Sorry:
        """A draft: how it reads, whom it reaches, what changed, what this person may do."""

        def work(session: Session, viewer: Contact) -> Seen:
            found = session.get(Draft, draft)
            if found is None:
                raise Refused("There is no such draft.")
            return self._shown(session, viewer, found)

        return self._ask(person, work, write=False)

    def decide(self, person: ChatPerson, draft: int, version: int, act: Act, note: str = "") -> Seen | Sorry:
        """Do something with a draft that was seen as `version`. Twice does it once."""

        def work(session: Session, viewer: Contact) -> Seen:
            who, origin, rules = viewer.pseudonym, self._origin, self._rules
            acts: Mapping[Act, Callable[[], Draft]] = {
                "approve": lambda: approval.approve(
                    session, draft, version, who, origin, four_eyes=rules.four_eyes
                ),
                "return": lambda: approval.give_back(
                    session, rules.network, draft, note, who, origin, url=f"{rules.url}/approvals/{draft}"
                ),
                "undo": lambda: approval.undo(session, draft, who, origin),
                "submit": lambda: self._submit(session, draft, who),
                "take_back": lambda: approval.take_back(session, draft, who, origin),
                "drop": lambda: approval.drop(session, draft, who, origin),
                "withdraw": lambda: announcements.withdraw(session, draft, rules.zone, who, origin),
            }
            done = acts[act]()
            return self._shown(session, viewer, done, words.gettext(viewer.language, DONE[act]))

        return self._ask(person, work)

    def _kept(
        self, session: Session, author: str, made: int | None, sheet: Sheet, content: dict[str, Any]
    ) -> Draft:
        if made is None and not sheet.draft:
            return approval.create(session, "announcement", content, author, self._origin)
        draft = locked(session, made or sheet.draft)
        if draft.content != content and made is None and draft.version != sheet.version:
            raise Refused("It has changed since you opened it: look at it again.")
        return announcements.correct(session, draft.id, content, author, self._origin)

    def _submit(self, session: Session, draft: int, author: str) -> Draft:
        url = f"{self._rules.url}/approvals/{draft}"
        return approval.submit(session, self._rules.network, draft, author, self._origin, url=url)

    def _shown(self, session: Session, viewer: Contact, draft: Draft, done: str = "") -> Seen:
        shown = seen(session, self._rules, viewer, draft, done)
        edit = draft.kind == "announcement" and gone_out(session, draft) != "withdrawn"
        return replace(shown, acts=(*shown.acts, "edit")) if edit and draft.state != "dropped" else shown

    def _writing(
        self,
        session: Session,
        author: Contact,
        sheet: Sheet,
        values: Mapping[str, Any],
        tab: Language,
        draft: Draft | None,
    ) -> Writing:
        language = author.language
        details = sketch(values, self._rules.network, tab)
        corrects = draft is not None and gone_out(session, draft) == "published"
        return Writing(
            language=language,
            words=labels(language),
            tab=tab,
            values=values,
            choices=choices(language, self._rules.network),
            draft=sheet.draft,
            version=sheet.version,
            count=self._count(session, author, details, values.get("send_at"), draft),
            notice=words.gettext(language, CORRECTS) if corrects else "",
        )

    def _faulty(
        self,
        session: Session,
        author: Contact,
        sheet: Sheet,
        values: Mapping[str, Any],
        faults: Mapping[str, str],
        draft: Draft | None,
        unfit: Mapping[str, str],
    ) -> Writing:
        said = {name: words.gettext(author.language, fault) for name, fault in faults.items()}
        said |= unfit_words(author.language, unfit)
        return replace(self._writing(session, author, sheet, values, sheet.tab, draft), faults=said)

    def _count(
        self, session: Session, author: Contact, details: Details, send_at: str | None, draft: Draft | None
    ) -> tuple[str, ...]:
        zone = author.timezone or self._rules.zone
        at = max(clock.now(), clock.When.parse(send_at).begins()) if send_at else clock.now()
        item = draft.subject_id if draft and gone_out(session, draft) == "published" else None
        found = reach(session, details, at, self._rules.zone, item)
        when = when_lines(at, author.language, self._rules.zone, zone) if send_at else ()
        return (*reach_lines(found, author.language, zone), *when)

    def _ask(
        self, person: ChatPerson, work: Callable[[Session, Contact], Said], *, write: bool = True
    ) -> Said | Sorry:
        """One transaction by whoever that is; what is refused is said in their language and changes nothing."""
        language: list[Language] = ["en"]

        def run(session: Session) -> Said:
            contact = bound(session, person)
            language[0] = contact.language if contact else "en"
            if contact is None or contact.role not in WATCHERS or contact.slack_left_at is not None:
                raise _NoRight
            return work(session, contact)

        try:
            if write:
                return self._database.write(run)
            with self._database.reading() as session:
                return run(session)
        except Refused as fault:
            why = str(fault)
        except _NoRight:
            why = "Only coordinators write to the network and decide on drafts. Ask one of them."
        title = words.gettext(language[0], "Nothing was done")
        return Sorry(language[0], title, words.gettext(language[0], why))
